/* classify.c: from traits to class hints and verdicts; see classify.h. */
#include "classify/classify.h"

#include <stdlib.h>
#include <string.h>

#include "base/parallel.h"
#include "classify/class_tree.h"
#include "classify/codons.h"
#include "classify/genes.h"
#include "classify/grade.h"
#include "classify/heads.h"
#include "classify/kin.h"
#include "classify/neighbours.h"
#include "classify/places.h"
#include "classify/proteins.h"
#include "classify/structure.h"
#include "classify/superfamily.h"
#include "classify/termini.h"

enum {
    LTR_SURE_BP = 150,
    LTR_SURE_ELEMENT_BP = 1000,
    LTR_SURE_PERCENT = 85,
    SOLO_MIN_BP = 150,
    SOLO_MAX_BP = 6000, /* as LTRs may be (structure.c) */
    TIR_SURE_BP = 18,
    TAIL_SURE_BP = 12,   /* not by chance in AT-rich sequence either */
    MITE_MAX_BP = 800,
    HELITRON_MIN_BP = 400,
    HELITRON_LONG_BP = 900,
    HELITRON_HAIRPIN_BP = 7,
    SINE_MIN_BP = 80,
    SINE_MAX_BP = 600,
    SINE_MIN_FULL = 12,
    LINE_MIN_BP = 500,
    ARRAY_UNITS = 3,
    GENE_MAX_COPIES = 50,
    GENE_MAX_BP = 6000,
    GENE_MAX_OFF = 10,
    ORF_MIN_BP = 300,
    VECTOR_PERCENT = 90
};

static const double MIN_TAIL_SHARE = 0.4, MIN_AT_SHARE = 0.4, MAX_LOW_COMPLEXITY = 0.5,
                    GENE_MIN_SCORE = 6.9 /* natural logarithm: one family of chance in a thousand */,
                    VECTOR_MAX_DIVERGENCE = 2;

const char *const rp_other_class[RP_N_OTHERS] = {[RP_OTHER_NONE] = "",
                                                 [RP_OTHER_SATELLITE] = "Satellite",
                                                 [RP_OTHER_SIMPLE] = "Simple_repeat",
                                                 [RP_OTHER_DUPLICATION] = "Segmental_duplication",
                                                 [RP_OTHER_GENE] = "Gene_family",
                                                 [RP_OTHER_EXONS] = "Gene_family",
                                                 [RP_OTHER_BESIDE_EXONS] = "Gene_family",
                                                 [RP_OTHER_HOST] = "Gene_family",
                                                 [RP_OTHER_ANNOTATED] = "Gene_family",
                                                 [RP_OTHER_RRNA] = "rRNA",
                                                 [RP_OTHER_TRNA] = "tRNA",
                                                 [RP_OTHER_CONTIGS] = "Artefact",
                                                 [RP_OTHER_UNLIKELY] = "Artefact",
                                                 [RP_OTHER_CHANCE] = "Low_complexity"};

const char *const rp_other_reason[RP_N_OTHERS] = {[RP_OTHER_NONE] = "none",
                                                  [RP_OTHER_SATELLITE] = "tandem_array",
                                                  [RP_OTHER_SIMPLE] = "low_complexity",
                                                  [RP_OTHER_DUPLICATION] = "too_few_independent_copies",
                                                  [RP_OTHER_GENE] = "coding_divergence",
                                                  [RP_OTHER_EXONS] = "exons_at_varying_distances",
                                                  [RP_OTHER_BESIDE_EXONS] = "beside_exons",
                                                  [RP_OTHER_HOST] = "host_domain",
                                                  [RP_OTHER_ANNOTATED] = "annotated_genes",
                                                  [RP_OTHER_RRNA] = "rRNA_gene",
                                                  [RP_OTHER_TRNA] = "tRNA_gene",
                                                  [RP_OTHER_CONTIGS] = "copies_at_contig_ends",
                                                  [RP_OTHER_UNLIKELY] = "no_better_than_chance",
                                                  [RP_OTHER_CHANCE] = "no_better_than_decoy"};

/* --- Rules --- */

static bool has_fixed_tsd(const rp_traits *traits, uint32_t least, uint32_t most)
{
    return traits->tsd_bp >= least && traits->tsd_bp <= most && traits->tsd_bp == traits->tsd_max_bp;
}

static bool has_tail(const rp_traits *traits)
{
    return traits->tail_bp > 0 || traits->tail_in_copies >= MIN_TAIL_SHARE;
}

static bool is_ltr(const rp_traits *traits, size_t length)
{
    if (traits->ltr_bp > 0)
        return traits->tg_ca || has_fixed_tsd(traits, 4, 6) ||
               (traits->ltr_bp >= LTR_SURE_BP && length >= LTR_SURE_ELEMENT_BP &&
                traits->ltr_identity >= LTR_SURE_PERCENT);
    return traits->tg_ca && has_fixed_tsd(traits, 4, 6) && length >= SOLO_MIN_BP && length <= SOLO_MAX_BP &&
           traits->tir_bp == 0;
}

static bool is_tir(const rp_traits *traits)
{
    return traits->tir_bp > 0 && (traits->tir_bp >= TIR_SURE_BP || has_fixed_tsd(traits, 2, 11));
}

static bool is_helitron(const rp_traits *traits, size_t length)
{
    return traits->helitron_ends && length >= HELITRON_MIN_BP && traits->tir_bp == 0 && traits->ltr_bp == 0 &&
           (traits->at_share >= MIN_AT_SHARE || traits->hairpin_bp >= HELITRON_HAIRPIN_BP ||
            length >= HELITRON_LONG_BP);
}

/* Cut short at the 5' end, as reverse transcription leaves them. */
static bool is_line(const rp_traits *traits, size_t length)
{
    return has_tail(traits) && traits->tir_bp == 0 && traits->ltr_bp == 0 && length >= LINE_MIN_BP &&
           traits->n_truncated_left >= 3 && 2 * traits->n_truncated_left >= 3 * traits->n_full &&
           traits->n_truncated_left > 2 * traits->n_truncated_right;
}

/* Pieces of LINEs have tails too: many whole copies, or target-site duplications, are asked for. */
static bool is_sine(const rp_traits *traits, size_t length)
{
    const bool poly_a =
        (traits->tail_bp > 0 && strcmp(traits->tail_unit, "A") == 0) || traits->tail_in_copies >= MIN_TAIL_SHARE;
    return poly_a && traits->tir_bp == 0 && length >= SINE_MIN_BP && length <= SINE_MAX_BP &&
           traits->n_full >= traits->n_truncated_left &&
           (traits->n_full >= SINE_MIN_FULL ? 2 * traits->n_full >= traits->n_copies || traits->tsd_bp > 0
                                            : traits->n_full >= 3 && traits->tsd_bp >= 7);
}

/* Without a tail it is a tRNA or rRNA gene that was duplicated with what is around it. */
static bool has_sure_head(const rp_traits *traits)
{
    return traits->head_is_sure && has_tail(traits);
}

static const char *choose_order(const rp_traits *traits, size_t length)
{
    if (is_ltr(traits, length))
        return "LTR";
    if (is_tir(traits))
        return "DNA";
    if (has_sure_head(traits))
        return "SINE";
    if (is_helitron(traits, length))
        return "RC/Helitron";
    if (is_line(traits, length))
        return "LINE";
    if (is_sine(traits, length))
        return "SINE";
    return RP_CLASS_UNKNOWN;
}

/* The class by structure alone. */
static const char *choose_class(const rp_traits *traits, const rp_codes *consensus)
{
    const char *order = choose_order(traits, consensus->n), *by_ends = rp_termini_class(consensus, traits);
    if (strcmp(order, "SINE") == 0 && traits->head != RP_HEAD_NONE)
        return rp_head_class[traits->head];
    const bool told_by_ends =
        strcmp(order, "DNA") == 0 || (strcmp(order, RP_CLASS_UNKNOWN) == 0 && strcmp(by_ends, "DNA") != 0);
    return told_by_ends ? by_ends : order;
}

/* What a transposon shows; a short run of A stands at the end of many a gene. */
static bool has_structure(const rp_traits *traits, size_t length)
{
    return traits->proteins != 0 || traits->transposon_domains || traits->ltr_bp > 0 || traits->tir_bp > 0 ||
           traits->tsd_bp > 0 || traits->tail_bp >= TAIL_SURE_BP || traits->tail_in_copies >= MIN_TAIL_SHARE ||
           strcmp(choose_order(traits, length), RP_CLASS_UNKNOWN) != 0;
}

/* Transposons have more copies, are longer, or show what they are. */
static bool may_be_gene(const rp_traits *traits, size_t length)
{
    return traits->n_copies <= GENE_MAX_COPIES && length <= GENE_MAX_BP && !has_structure(traits, length);
}

/* Copies that differ as genes do, in however little of the sequence: young copies have their introns, too. Lineages of
 * transposons also differ so, but these have copies without the coding part: LTRs alone, elements cut short. */
static bool is_gene(const rp_traits *traits, size_t length)
{
    return (double)traits->coding_score >= GENE_MIN_SCORE && 2 * traits->coding_copies > traits->n_copies &&
           may_be_gene(traits, length);
}

/* Most of few copies lie on genes that the user knows, more than chance gives. The genes of transposons are often among
 * them, but their families have copies that are none, or show what they are. */
static bool is_annotated(const rp_traits *traits, size_t length)
{
    return (double)traits->genes_log_chance <= -GENE_MIN_SCORE && 2 * traits->n_on_genes > traits->n_copies &&
           traits->n_copies - traits->n_on_genes < GENE_MAX_OFF && may_be_gene(traits, length);
}

/* A vector or adapter that was left in: equal sequence at the ends of contigs, and nowhere else. */
static bool is_at_ends(const rp_traits *traits)
{
    return 100 * traits->n_at_contig_ends >= VECTOR_PERCENT * traits->n_copies &&
           (double)traits->mean_divergence < VECTOR_MAX_DIVERGENCE;
}

/* An array has three units or more, and they have no flanks of their own: a consensus of two units whose copies
 * stand apart is a dimer (of a SINE, say). Whole copies that stand apart, with the ends of an element, are one
 * however much of it is an array. */
static bool is_array(const rp_traits *traits, size_t length)
{
    if (2 * traits->n_tandem > traits->n_copies)
        return true;
    if (traits->period_bp == 0)
        return false;
    if (2 * traits->n_independent < traits->n_copies)
        return true;
    return length >= (size_t)ARRAY_UNITS * traits->period_bp &&
           !(2 * traits->n_full > traits->n_copies && has_structure(traits, length));
}

static rp_other judge(const rp_traits *traits, size_t length, const rp_classify_parameters *parameters,
                      size_t n_contigs)
{
    if (traits->low_complexity >= MAX_LOW_COMPLEXITY)
        return RP_OTHER_SIMPLE;
    if (traits->rrna)
        return RP_OTHER_RRNA;
    if (traits->trna)
        return RP_OTHER_TRNA;
    if (is_array(traits, length))
        return RP_OTHER_SATELLITE;
    if (n_contigs > 1 && (2 * traits->n_whole_contigs > traits->n_copies || is_at_ends(traits)))
        return RP_OTHER_CONTIGS;
    if (traits->n_independent < parameters->min_copies || traits->independent_share < RP_SAME_PLACE_SHARE)
        return RP_OTHER_DUPLICATION;
    if (traits->worth < 1 && !traits->transposon_domains)
        return RP_OTHER_UNLIKELY;
    if (is_annotated(traits, length))
        return RP_OTHER_ANNOTATED;
    if (traits->host_domains && may_be_gene(traits, length))
        return RP_OTHER_HOST;
    return is_gene(traits, length) ? RP_OTHER_GENE : RP_OTHER_NONE;
}

/* --- Evidence --- */

static int add(kstring_t *text, size_t begin, const char *format, ...) __attribute__((format(printf, 3, 4)));

static int add(kstring_t *text, size_t begin, const char *format, ...)
{
    va_list arguments;
    if (text->l > begin && kputc(',', text) < 0)
        return -1;
    va_start(arguments, format);
    const int n = kvsprintf(text, format, arguments);
    va_end(arguments);
    return n;
}

bool rp_evidence(const rp_found_family *family, kstring_t *text)
{
    const rp_traits *traits = &family->traits;
    const size_t begin = text->l;
    int ok = 0;
    if (traits->ltr_bp > 0)
        ok |= add(text, begin, "ltr:%u:%.0f%%", traits->ltr_bp, (double)traits->ltr_identity);
    if (traits->tg_ca)
        ok |= add(text, begin, "tg-ca");
    if (traits->tir_bp > 0)
        ok |= add(text, begin, "tir:%u:%.0f%%", traits->tir_bp, (double)traits->tir_identity);
    if (traits->mite)
        ok |= add(text, begin, "mite");
    if (traits->head != RP_HEAD_NONE)
        ok |= add(text, begin, "head:%s:%.1f", rp_head_name[traits->head], (double)traits->head_bits);
    if (traits->helitron_ends)
        ok |= add(text, begin, "tc-ctrr");
    if (traits->hairpin_bp > 0)
        ok |= add(text, begin, "hairpin:%u", traits->hairpin_bp);
    if (traits->tail_bp > 0)
        ok |= add(text, begin, "tail:%s:%u", traits->tail_unit, traits->tail_bp);
    else if (traits->tail_in_copies >= MIN_TAIL_SHARE)
        ok |= add(text, begin, "tail:A:%.2f", (double)traits->tail_in_copies);
    if (traits->n_truncated_left > 2 * traits->n_full && traits->n_truncated_left > 2 * traits->n_truncated_right)
        ok |= add(text, begin, "5'-truncated:%u", traits->n_truncated_left);
    if (traits->tsd_bp > 0 && traits->tsd_bp == traits->tsd_max_bp)
        ok |= add(text, begin, "tsd:%u:%s:%.2f", traits->tsd_bp, traits->tsd_consensus, (double)traits->tsd_share);
    else if (traits->tsd_bp > 0)
        ok |= add(text, begin, "tsd:%u-%u:%.2f", traits->tsd_bp, traits->tsd_max_bp, (double)traits->tsd_share);
    if (traits->at_share >= MIN_AT_SHARE && traits->helitron_ends)
        ok |= add(text, begin, "a^t:%.2f", (double)traits->at_share);
    for (unsigned i = 0; rp_protein_names[i] != NULL; i++)
        if ((traits->proteins >> i & 1) != 0)
            ok |= add(text, begin, "protein:%s", rp_protein_names[i]);
    for (size_t i = 0; i < family->n_domains; i++)
        ok |= (text->l > begin && kputc(',', text) < 0) ? -1 : rp_domain_tell(&family->domains[i], text);
    if (family->kin.of != NULL)
        ok |= (text->l > begin && kputc(',', text) < 0) ? -1 : rp_kin_tell(&family->kin, text);
    if (traits->coding_bp > 0)
        ok |= add(text, begin, "coding:%u:%.1f", traits->coding_bp, (double)traits->coding_score);
    if (traits->n_on_genes > 0)
        ok |= add(text, begin, "on-genes:%u", traits->n_on_genes);
    if (traits->orf_bp >= ORF_MIN_BP)
        ok |= add(text, begin, "orf:%u", traits->orf_bp);
    if (text->l == begin)
        ok |= kputs("none", text);
    return ok >= 0;
}

/* --- The whole --- */

typedef struct classify_run {
    rp_findings *findings;
    const rp_classify_parameters *parameters;
    rp_structure_scratch *scratch; /* by thread */
    rp_row_reader *readers; /* by thread */
    rp_place_finder **finders; /* by thread */
    rp_genes genes;
} classify_run;

static bool look_at_codons(classify_run *run, rp_found_family *family, unsigned worker)
{
    rp_traits *traits = &family->traits;
    if (!may_be_gene(traits, family->consensus->n))
        return true;
    return rp_codons_look(&run->readers[worker], run->findings, family, traits);
}

/* They are there before the traits are judged by. */
static void take_domains(rp_found_family *family, const rp_domains *domains)
{
    if (domains != NULL && family->source != SIZE_MAX)
        family->domains = rp_domains_of(domains, family->source, &family->n_domains);
    family->traits.transposon_domains = rp_domains_are_of_transposons(family->domains, family->n_domains);
    family->traits.host_domains = rp_domains_are_of_hosts(family->domains, family->n_domains);
}

static bool classify_family(void *argument, size_t which, unsigned worker, rp_error *error)
{
    classify_run *run = argument;
    rp_found_family *family = &run->findings->families[which];
    rp_traits *traits = &family->traits;
    *traits = (rp_traits){0};
    take_domains(family, run->parameters->domains);
    if (!rp_structure_find(&run->scratch[worker], family->consensus, traits) ||
        !rp_proteins_find(family->consensus, &traits->proteins) ||
        !rp_places_find(run->finders[worker], run->findings, which, run->parameters->min_copies, traits) ||
        !look_at_codons(run, family, worker))
        return rp_error_memory(error, "class hints");
    if (has_tail(traits) && traits->tir_bp == 0 && traits->ltr_bp == 0)
        rp_heads_find(family->consensus, run->findings->n_families, traits);
    rp_genes_look(run->findings, family, &run->genes, traits);
    traits->other = judge(traits, family->consensus->n, run->parameters, run->findings->genome->n_contigs);
    if (traits->other == RP_OTHER_NONE && family->decoy.is_chance && !traits->transposon_domains)
        traits->other = RP_OTHER_CHANCE;
    traits->mite = traits->other == RP_OTHER_NONE && !is_ltr(traits, family->consensus->n) && is_tir(traits) &&
                   family->consensus->n < MITE_MAX_BP;
    return true;
}

/* The class that domains speak for. Helitrons pick up pieces of genes and of other transposons: the ends of one around
 * the domains of another element contradict these. Of a thousand LTR elements and LINEs none has such ends. */
static const char *choose_by_domains(const rp_found_family *family)
{
    const char *by_domains = rp_superfamily_of(family->domains, family->n_domains);
    return by_domains != NULL && strcmp(rp_class_order(by_domains), "RC") != 0 &&
                   rp_structure_has_helitron_ends(family->consensus)
               ? NULL
               : by_domains;
}

/* What domains say goes before what structure says; long terminal repeats around what is no LTR element contradict. */
static const char *choose_by_all(const rp_found_family *family)
{
    const char *by_structure = choose_class(&family->traits, family->consensus),
               *by_domains = choose_by_domains(family);
    if (by_domains == NULL)
        return by_structure;
    const bool contradicts = strncmp(by_structure, "LTR", 3) == 0 && strcmp(rp_class_order(by_domains), "LTR") != 0;
    return contradicts ? RP_CLASS_UNKNOWN : by_domains;
}

/* The class of a family whose traits and verdict are known. */
static bool name_class(rp_found_family *family, bool keeps_name)
{
    const rp_traits *traits = &family->traits;
    family->hint = traits->other != RP_OTHER_NONE ? rp_other_class[traits->other] : choose_by_all(family);
    return keeps_name || rp_found_family_set_class(family, family->hint);
}

bool rp_classify(rp_findings *findings, const rp_classify_parameters *parameters, rp_error *error)
{
    classify_run run = {
        .findings = findings, .parameters = parameters, .genes = rp_genes_of(findings->genome, parameters->genes)};
    run.scratch = rp_alloc(parameters->n_threads, sizeof *run.scratch);
    run.readers = rp_alloc(parameters->n_threads, sizeof *run.readers);
    run.finders = rp_alloc(parameters->n_threads, sizeof *run.finders);
    const rp_view view = {.genome = findings->genome, .excluded = parameters->tandem};
    bool ok = run.scratch != NULL && run.readers != NULL && run.finders != NULL;
    for (unsigned i = 0; i < parameters->n_threads && ok; i++) {
        run.finders[i] = rp_place_finder_create(&view, findings);
        ok = run.finders[i] != NULL;
    }
    if (!ok)
        (void)rp_error_memory(error, "class hints");
    ok = ok && rp_parallel(findings->n_families, parameters->n_threads, classify_family, &run, error) &&
         rp_neighbours_judge(findings, parameters->n_threads, error);
    for (size_t f = 0; f < findings->n_families && ok; f++) {
        rp_found_family *family = &findings->families[f];
        ok = name_class(family, parameters->keep_names) || rp_error_memory(error, "class hints");
        if (!parameters->keep_names && family->traits.other == RP_OTHER_NONE)
            rp_grade_family(findings, family, &family->traits);
    }
    for (unsigned i = 0; i < parameters->n_threads; i++) {
        if (run.scratch != NULL)
            rp_structure_scratch_clear(&run.scratch[i]);
        if (run.readers != NULL)
            rp_row_reader_clear(&run.readers[i]);
        if (run.finders != NULL)
            rp_place_finder_destroy(run.finders[i]);
    }
    free(run.finders);
    free(run.scratch);
    free(run.readers);
    return ok;
}

/* By the head of a SINE, whose tail has to be there as well (has_sure_head). False: out of memory. */
static bool choose_by_head(rp_found_family *family, size_t n_families, const char **class_name)
{
    bool has_tail = false;
    rp_heads_find(family->consensus, n_families, &family->traits);
    if (family->traits.head_is_sure && !rp_structure_has_tail(family->consensus, &has_tail))
        return false;
    if (has_tail)
        *class_name = rp_head_class[family->traits.head];
    return true;
}

bool rp_classify_unknown(rp_findings *findings, const rp_domains *domains, rp_error *error)
{
    for (size_t f = 0; f < findings->n_families; f++) {
        rp_found_family *family = &findings->families[f];
        take_domains(family, domains);
        if (strcmp(family->class_name, RP_CLASS_UNKNOWN) != 0)
            continue;
        const char *class_name = choose_by_domains(family);
        if ((class_name == NULL && !choose_by_head(family, findings->n_families, &class_name)) ||
            (class_name != NULL && !rp_found_family_set_class(family, class_name)))
            return rp_error_memory(error, "class names");
    }
    return true;
}
