/* summary.c: the run as JSON; see summary.h. */
#include "output/summary.h"

#include <stdlib.h>
#include <string.h>

#include "classify/classify.h"
#include "classify/duplications.h"
#include "classify/proteins.h"
#include "classify/grade.h"
#include "output/duplications.h"
#include "output/json.h"
#include "satellite/satellites.h"

static json_t *describe_input(const rp_findings *findings)
{
    const rp_genome *genome = findings->genome;
    return json_pack("{s:s, s:s*, s:I, s:I, s:I}", "md5", genome->digest, "lower_case_md5",
                     genome->mask_digest[0] != '\0' ? genome->mask_digest : NULL, "contigs",
                     (json_int_t)genome->n_contigs, "bases", (json_int_t)genome->length_bp, "acgt_bases",
                     (json_int_t)genome->acgt_bp);
}

/* What the masked genome leaves as it came. */
static json_t *describe_protected(const rp_findings *findings)
{
    uint64_t in_copies = 0;
    for (size_t i = 0; i < findings->parts.n; i++)
        in_copies += rp_bitmask_count(findings->unmasked, findings->parts.items[i].begin, findings->parts.items[i].end);
    return json_pack("{s:I, s:I}", "bases",
                     (json_int_t)rp_bitmask_count(findings->unmasked, 0, findings->genome->length_bp), "in_copies",
                     (json_int_t)in_copies);
}

/* One entry a satellite. NULL: out of memory. */
static json_t *describe_satellites(const rp_satellites *all)
{
    json_t *list = json_array();
    bool ok = list != NULL;
    for (size_t s = 0; ok && s < all->satellites.n; s++) {
        const rp_satellite *here = &all->satellites.items[s];
        char name[RP_SATELLITE_NAME_BYTES];
        rp_satellite_name(all, s, name);
        json_t *one =
            json_pack("{s:s, s:I, s:f, s:f, s:I, s:I}", "name", name, "period", (json_int_t)here->monomer.n, "copies",
                      rp_json_rounded(here->copies, 0.1), "identity_percent", rp_json_rounded(here->identity, 0.1),
                      "arrays", (json_int_t)here->n_arrays, "bases", (json_int_t)here->bases);
        if (one != NULL && here->hor > 0)
            one = rp_json_if(rp_json_set(one, "higher_order", json_integer((json_int_t)here->hor)), one);
        ok = rp_json_append(list, one);
    }
    return rp_json_if(ok, list);
}

/* Their figures among the results. */
static bool add_satellites(json_t *results, const rp_satellites *all)
{
    uint64_t bases = 0;
    for (size_t s = 0; s < all->satellites.n; s++)
        bases += all->satellites.items[s].bases;
    return rp_json_set(results, "satellites", json_integer((json_int_t)all->satellites.n)) &&
           rp_json_set(results, "satellite_arrays", json_integer((json_int_t)all->arrays.n)) &&
           rp_json_set(results, "satellite_bases", json_integer((json_int_t)bases)) &&
           rp_json_set(results, "microsatellites", json_integer((json_int_t)all->n_simple)) &&
           rp_json_set(results, "microsatellite_bases", json_integer((json_int_t)all->simple_bp));
}

/* The bases that only were duplicated, and their percentage of the genome. */
static bool add_duplicated(json_t *results, const rp_duplications *found, double acgt)
{
    const uint64_t bases = found->alike_bp;
    return rp_json_set(results, "duplications", json_integer((json_int_t)found->all.n)) &&
           rp_json_set(results, "duplicated_bases", json_integer((json_int_t)bases)) &&
           rp_json_set(results, "duplicated_percent", json_real(rp_json_rounded(100.0 * (double)bases / acgt, 0.001)));
}

/* One entry a block of long duplicated stretches, from its first run to its last. NULL: out of memory. */
static json_t *describe_duplicates(const rp_findings *findings)
{
    const rp_duplicates *all = findings->duplicates;
    json_t *list = json_array();
    bool ok = list != NULL;
    for (size_t i = 0, next; ok && i < all->n; i = next) {
        rp_duplicate hull = all->items[i];
        uint64_t bases = 0;
        double identity = 100;
        for (next = i; next < all->n && all->items[next].block == hull.block; next++) {
            rp_duplicate_widen(&hull, &all->items[next]);
            bases += all->items[next].again.end - all->items[next].again.begin;
        }
        identity -= rp_duplicates_divergence(&all->items[i], next - i);
        ok = rp_json_append(
            list, json_pack("{s:o, s:o, s:s, s:I, s:f}", "first", rp_stretch_describe(findings, &hull.first), "again",
                            rp_stretch_describe(findings, &hull.again), "strand", hull.reverse ? "-" : "+", "bases",
                            (json_int_t)bases, "identity_percent", rp_json_rounded(identity, 0.1)));
    }
    return rp_json_if(ok, list);
}

/* What the families have that were known before. NULL: out of memory. */
static json_t *describe_known(const rp_findings *findings, double acgt)
{
    uint64_t copies = 0, bases = 0;
    const size_t n_found = rp_findings_n_found(findings);
    for (size_t f = n_found; f < findings->n_families; f++) {
        copies += findings->families[f].n_copies;
        bases += findings->families[f].bases;
    }
    return json_pack("{s:s, s:I, s:I, s:I, s:I, s:f, s:I}", "md5", findings->known.digest, "families",
                     (json_int_t)findings->known.n_given, "families_with_copies",
                     (json_int_t)(findings->n_families - n_found), "copies", (json_int_t)copies, "masked_bases",
                     (json_int_t)bases, "masked_percent", rp_json_rounded(100.0 * (double)bases / acgt, 0.001),
                     "duplicated_bases", (json_int_t)findings->known.duplicated_bp);
}

static json_t *describe_results(const rp_findings *findings, const rp_findings *others)
{
    uint64_t consensus_bp = 0, copies = 0, tandem_bp = 0;
    size_t longest = 0;
    const size_t n_found = rp_findings_n_found(findings);
    for (size_t f = 0; f < findings->n_families; f++) {
        const rp_found_family *family = &findings->families[f];
        copies += family->n_copies;
        if (f >= n_found)
            continue;
        consensus_bp += family->consensus->n;
        longest = family->consensus->n > longest ? family->consensus->n : longest;
    }
    for (size_t i = 0; i < findings->tandem.n; i++)
        tandem_bp += findings->tandem.items[i].end - findings->tandem.items[i].begin;
    const double acgt = findings->genome->acgt_bp > 0 ? (double)findings->genome->acgt_bp : 1;
    json_t *out = json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:I}", "families", (json_int_t)n_found, "consensus_bases",
        (json_int_t)consensus_bp, "longest_consensus", (json_int_t)longest, "copies", (json_int_t)copies, "parts",
        (json_int_t)findings->parts.n, "masked_bases", (json_int_t)findings->masked_bp, "masked_percent",
        rp_json_rounded(100.0 * (double)findings->masked_bp / acgt, 0.001), "tandem_bases", (json_int_t)tandem_bp);
    if (out != NULL && findings->unmasked != NULL && !rp_json_set(out, "protected", describe_protected(findings)))
        return rp_json_if(false, out);
    if (out != NULL && findings->known.digest != NULL && !rp_json_set(out, "known", describe_known(findings, acgt)))
        return rp_json_if(false, out);
    if (out != NULL && others != NULL && others->duplications != NULL &&
        !add_duplicated(out, others->duplications, acgt))
        return rp_json_if(false, out);
    if (out != NULL && findings->satellites != NULL && !add_satellites(out, findings->satellites))
        return rp_json_if(false, out);
    if (out == NULL || !findings->has_decoy)
        return out;
    const uint64_t wrong = rp_findings_false_bp(findings);
    const double share = findings->masked_bp > 0 ? (double)wrong / (double)findings->masked_bp : 0;
    const bool ok = rp_json_set(out, "false_bases", json_integer((json_int_t)wrong)) &&
                    rp_json_set(out, "false_percent", json_real(rp_json_rounded(100 * share, 0.001)));
    return rp_json_if(ok, out);
}

/* The ends: terminal repeats, tails. */
static bool describe_ends(json_t *out, const rp_traits *traits)
{
    bool ok = true;
    if (traits->ltr_bp > 0)
        ok = rp_json_set(out, "ltr",
                         json_pack("{s:[I, I], s:[I, I], s:f}", "left", (json_int_t)traits->ltr_begin,
                                   (json_int_t)(traits->ltr_begin + traits->ltr_bp), "right",
                                   (json_int_t)traits->ltr_right_begin, (json_int_t)traits->ltr_right_end,
                                   "identity_percent", rp_json_rounded((double)traits->ltr_identity, 0.1)));
    if (ok && traits->tg_ca)
        ok = rp_json_set(out, "tg_ca", json_true());
    if (ok && traits->tir_bp > 0)
        ok = rp_json_set(out, "tir",
                         json_pack("{s:I, s:f}", "length", (json_int_t)traits->tir_bp, "identity_percent",
                                   rp_json_rounded((double)traits->tir_identity, 0.1)));
    if (ok && traits->tail_bp > 0)
        ok = rp_json_set(out, "tail",
                         json_pack("{s:s, s:I}", "unit", traits->tail_unit, "length", (json_int_t)traits->tail_bp));
    if (ok && traits->tail_in_copies > 0)
        ok = rp_json_set(out, "tail_in_copies", json_real(rp_json_rounded((double)traits->tail_in_copies, 0.01)));
    if (ok && traits->helitron_ends)
        ok = rp_json_set(out, "helitron_ends",
                         json_pack("{s:I, s:f}", "hairpin", (json_int_t)traits->hairpin_bp, "between_a_and_t",
                                   rp_json_rounded((double)traits->at_share, 0.01)));
    return ok;
}

static json_t *describe_proteins(unsigned proteins)
{
    json_t *list = json_array();
    bool ok = list != NULL;
    for (unsigned i = 0; ok && rp_protein_names[i] != NULL; i++)
        ok = (proteins >> i & 1) == 0 || rp_json_append(list, json_string(rp_protein_names[i]));
    return rp_json_if(ok, list);
}

/* What structure shows; what is not there is left out. NULL: out of memory. */
static json_t *describe_traits(const rp_traits *traits)
{
    json_t *out = json_pack("{s:I, s:I, s:I, s:I, s:I}", "full_copies", (json_int_t)traits->n_full, "truncated_left",
                            (json_int_t)traits->n_truncated_left, "truncated_right",
                            (json_int_t)traits->n_truncated_right, "independent_copies",
                            (json_int_t)traits->n_independent, "tandem_copies", (json_int_t)traits->n_tandem);
    bool ok = out != NULL && describe_ends(out, traits);
    if (ok && traits->tsd_bp > 0)
        ok = rp_json_set(out, "tsd",
                         json_pack("{s:I, s:I, s:s*, s:f}", "length", (json_int_t)traits->tsd_bp, "longest",
                                   (json_int_t)traits->tsd_max_bp, "consensus",
                                   traits->tsd_consensus[0] != '\0' ? traits->tsd_consensus : NULL, "share",
                                   rp_json_rounded((double)traits->tsd_share, 0.01)));
    if (ok && traits->orf_bp > 0)
        ok = rp_json_set(out, "orf",
                         json_pack("{s:I, s:I, s:s}", "begin", (json_int_t)traits->orf_begin, "length",
                                   (json_int_t)traits->orf_bp, "strand", traits->orf_reverse ? "-" : "+"));
    if (ok && traits->proteins != 0)
        ok = rp_json_set(out, "proteins", describe_proteins(traits->proteins));
    if (ok && traits->coding_bp > 0)
        ok = rp_json_set(out, "coding",
                         json_pack("{s:I, s:I, s:f}", "bases", (json_int_t)traits->coding_bp, "changes",
                                   (json_int_t)traits->coding_changes, "log_odds",
                                   rp_json_rounded((double)traits->coding_score, 0.01)));
    if (ok && traits->n_on_genes > 0)
        ok = rp_json_set(out, "copies_on_genes", json_integer((json_int_t)traits->n_on_genes));
    return rp_json_if(ok, out);
}

/* The domains of proteins, in their order on the consensus. */
static json_t *describe_domains(const rp_found_family *family)
{
    json_t *list = json_array();
    bool ok = list != NULL;
    for (size_t i = 0; ok && i < family->n_domains; i++) {
        const rp_domain *domain = &family->domains[i];
        ok = rp_json_append(
            list, json_pack("{s:o, s:s*, s:I, s:I, s:s, s:f, s:f}", "name", rp_json_text(domain->kind->name), "class",
                            domain->class_name, "begin", (json_int_t)domain->begin, "end", (json_int_t)domain->end,
                            "strand", domain->reverse ? "-" : "+", "bits", domain->bits, "evalue", domain->evalue));
    }
    return rp_json_if(ok, list);
}

/* The family whose class it has taken, and by what. */
static json_t *describe_kin(const rp_kinship *kin)
{
    json_t *out = json_pack("{s:s, s:o}", "by", rp_kin_sign_name[kin->sign], "family", rp_json_text(kin->of->name));
    bool ok = out != NULL;
    if (ok && kin->bp > 0)
        ok = rp_json_set(out, "bases", json_integer((json_int_t)kin->bp)) &&
             rp_json_set(out, "identity_percent", json_real(rp_json_rounded((double)kin->identity, 0.1)));
    return rp_json_if(ok, out);
}

static json_t *describe_decoy(const rp_decoy_figures *figures)
{
    return json_pack("{s:I, s:I, s:f}", "threshold", (json_int_t)figures->threshold, "false_bases",
                     (json_int_t)figures->false_bp, "false_percent",
                     rp_json_rounded(100 * rp_decoy_share(figures), 0.001));
}

/* What the grade follows from. */
static json_t *describe_reasons(const rp_traits *traits)
{
    kstring_t text = KS_INITIALIZE;
    json_t *out = rp_grade_reasons(traits, &text) ? json_string(text.s) : NULL;
    ks_free(&text);
    return out;
}

/* Copies of each kind, those that there are. */
static json_t *describe_kinds(const uint64_t n_of_kind[RP_N_COPY_KINDS])
{
    json_t *out = json_object();
    bool ok = out != NULL;
    for (int kind = 0; ok && kind < RP_N_COPY_KINDS; kind++)
        ok = n_of_kind[kind] == 0 ||
             rp_json_set(out, rp_copy_kind_name[kind], json_integer((json_int_t)n_of_kind[kind]));
    return rp_json_if(ok, out);
}

/* Copies that lie in others, and those in which others lie, where there are any. */
static bool describe_nesting(json_t *out, const rp_found_family *family)
{
    return (family->n_nested == 0 || rp_json_set(out, "nested", json_integer((json_int_t)family->n_nested))) &&
           (family->n_hosts == 0 || rp_json_set(out, "hosts", json_integer((json_int_t)family->n_hosts)));
}

/* What the pairs of LTRs of a family's copies tell, where there are any. */
static bool describe_ltr_pairs(json_t *out, const rp_findings *findings, const rp_found_family *family)
{
    if (family->n_ltr_pairs == 0)
        return true;
    const double years = findings->mutation_rate > 0 ? family->ltr_distance / (2 * findings->mutation_rate) : 0;
    return rp_json_set(out, "ltr_pairs", json_integer((json_int_t)family->n_ltr_pairs)) &&
           rp_json_set(out, "ltr_distance", json_real(rp_json_rounded(family->ltr_distance, 0.0001))) &&
           (findings->mutation_rate <= 0 || rp_json_set(out, "ltr_age", json_integer((json_int_t)(years + 0.5))));
}

/* The duplication that another repeat is a piece of. */
static bool describe_duplication(json_t *out, const rp_findings *findings, const rp_found_family *family)
{
    const size_t which = rp_duplication_of(findings, (size_t)(family - findings->families));
    if (which == SIZE_MAX)
        return true;
    char name[RP_DUPLICATION_NAME_BYTES];
    rp_duplication_name(findings->duplications, which, name);
    return rp_json_set(out, "duplication", json_string(name));
}

static json_t *describe_family(const rp_findings *findings, const rp_found_family *family, kstring_t *evidence)
{
    evidence->l = 0;
    if (!rp_evidence(family, evidence))
        return NULL;
    json_t *one = json_pack("{s:o, s:o, s:I, s:I, s:I, s:f}", "name", rp_json_text(family->name), "class",
                            rp_json_text(rp_findings_class(findings, family)), "length",
                            (json_int_t)family->consensus->n, "copies", (json_int_t)family->n_copies, "bases",
                            (json_int_t)family->bases, "divergence_percent", rp_json_rounded(family->divergence, 0.01));
    bool ok = one != NULL;
    if (ok && family->n_parts > 0)
        ok = rp_json_set(one, "kinds", describe_kinds(family->n_of_kind)) && describe_nesting(one, family) &&
             describe_ltr_pairs(one, findings, family);
    if (ok && family->traits.other != RP_OTHER_NONE)
        ok = rp_json_set(one, "reason", json_string(rp_other_reason[family->traits.other])) &&
             describe_duplication(one, findings, family);
    if (ok && family->traits.grade != RP_GRADE_NONE)
        ok = rp_json_set(one, "grade", json_string(rp_grade_name(family->traits.grade))) &&
             rp_json_set(one, "grade_reasons", describe_reasons(&family->traits));
    if (ok && findings->has_decoy && family->source != SIZE_MAX)
        ok = rp_json_set(one, "decoy", describe_decoy(&family->decoy));
    if (ok && family->like != NULL)
        ok = rp_json_set(one, "like", rp_json_text(family->like));
    if (ok && family->satellite > 0) {
        char name[RP_SATELLITE_NAME_BYTES];
        rp_satellite_name(findings->satellites, family->satellite - 1, name);
        ok = rp_json_set(one, "satellite", json_string(name));
    }
    if (ok && family->n_domains > 0)
        ok = rp_json_set(one, "domains", describe_domains(family));
    if (ok && family->kin.of != NULL)
        ok = rp_json_set(one, "kin", describe_kin(&family->kin));
    if (ok && family->hint != NULL)
        ok = rp_json_set(one, "hint", json_string(rp_class_as(family->hint, findings->naming)));
    if (ok && family->traits.n_copies > 0)
        ok = rp_json_set(one, "evidence", json_string(evidence->s)) &&
             rp_json_set(one, "structure", describe_traits(&family->traits));
    return rp_json_if(ok, one);
}

static json_t *describe_families(const rp_findings *findings, size_t begin, size_t end)
{
    json_t *list = json_array();
    kstring_t evidence = KS_INITIALIZE;
    bool ok = list != NULL;
    for (size_t f = begin; ok && f < end; f++)
        ok = rp_json_append(list, describe_family(findings, &findings->families[f], &evidence));
    ks_free(&evidence);
    return rp_json_if(ok, list);
}

json_t *rp_summary_make(const rp_findings *findings, const rp_findings *others, const rp_findings *candidates,
                        const char *command, const char *sample, json_t *parameters, json_t *search, json_t *run)
{
    const rp_satellites *all = findings->satellites;
    json_t *name = sample != NULL ? rp_json_text(sample) : NULL;
    json_t *other = others != NULL ? describe_families(others, 0, others->n_families) : NULL;
    const bool has_duplicates = others != NULL && others->duplicates != NULL;
    const bool has_duplications = others != NULL && others->duplications != NULL;
    json_t *duplicated = has_duplicates ? describe_duplicates(others) : NULL;
    json_t *duplications = has_duplications ? rp_duplications_describe(others) : NULL;
    const size_t n_found = rp_findings_n_found(findings);
    const bool has_known = findings->known.digest != NULL;
    json_t *known = has_known ? describe_families(findings, n_found, findings->n_families) : NULL;
    json_t *satellites = all != NULL ? describe_satellites(all) : NULL;
    json_t *candidate = candidates != NULL ? describe_families(candidates, 0, candidates->n_families) : NULL;
    /* json_pack with o takes the references over even when it fails; a NULL value leaves its key out with *. */
    json_t *summary = json_pack(
        "{s:s, s:s, s:s, s:i, s:o*, s:o, s:o, s:o*, s:o, s:o, s:o*, s:o*, s:o*, s:o*, s:o*, s:o*, s:o*}", "program",
        "reprise-c", "command", command, "version", RP_VERSION, "schema", RP_SCHEMA, "sample", name, "parameters",
        parameters, "input", describe_input(findings), "search", search, "results", describe_results(findings, others),
        "families", describe_families(findings, 0, n_found), "known", known, "other", other, "candidates", candidate,
        "satellites", satellites, "duplications", duplications, "duplicated", duplicated, "run", run);
    return rp_json_if((sample == NULL || name != NULL) && (others == NULL || other != NULL) &&
                          (candidates == NULL || candidate != NULL) && (all == NULL || satellites != NULL) &&
                          (!has_duplicates || duplicated != NULL) && (!has_duplications || duplications != NULL) &&
                          (!has_known || known != NULL),
                      summary);
}
