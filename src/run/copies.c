/* copies.c: the stages that look at all copies: polishing, the scan, classes, what is set apart; see stages.h. */
#include <stdio.h>
#include <stdlib.h>

#include "base/metrics.h"
#include "classify/by_library.h"
#include "classify/classify.h"
#include "classify/kin.h"
#include "classify/kinds.h"
#include "classify/versions.h"
#include "copies/annotate.h"
#include "run/stages.h"

enum {
    POLISH_ROUNDS = 3,
    DECOY_ONE_IN = 1 /* the whole genome is scanned backwards */
};

/* Families that were found outside of lower case have copies in it too. */
static rp_view whole_genome(const rp_run *run)
{
    return (rp_view){.genome = &run->genome, .excluded = &run->tandem};
}

static rp_annotate_parameters scan_parameters(const rp_run *run)
{
    return (rp_annotate_parameters){.n_threads = run->n_threads,
                                    .kernel = &run->offloading->for_stages,
                                    .expected_by_chance = RP_CHANCE_FOUND,
                                    .search_space_bp = rp_passed_over_left(&run->passed_over, &run->genome),
                                    .min_copies = (uint32_t)run->parameters->min_copies,
                                    .taken = rp_known_taken(&run->known),
                                    .manner = RP_ANNOTATE_FOUND};
}

/* --- Polishing --- */

static void end_polishing(rp_polish_state *polish)
{
    free((size_t *)polish->active);
    free(polish->resting.items);
    *polish = (rp_polish_state){0};
}

/* The library comes to rest; what polishing has cut off is listed behind the others. */
bool rp_run_polish(rp_run *run, rp_error *error)
{
    rp_run_state *state = &run->state;
    const rp_view searched = {.genome = &run->genome, .excluded = &run->passed_over.mask}; /* in lower case, too */
    const rp_annotate_parameters scan = scan_parameters(run);
    const rp_polish_parameters parameters = {.n_threads = run->n_threads,
                                             .kernel = &run->offloading->for_stages,
                                             .n_rounds = POLISH_ROUNDS,
                                             .max_extension_bp = (uint32_t)run->parameters->maxextend,
                                             .hook = rp_run_hook(run),
                                             .state = &state->polish};
    rp_stage_begin(RP_STAGE_POLISH, 0);
    if (!rp_polish(&searched, run->index, state->source, state->n_source, &scan, &parameters, &state->library, error))
        return false;
    end_polishing(&state->polish);
    if (!rp_run_list_families(run, state->n_before))
        return rp_error_memory(error, "polishing families");
    rp_log_line(run->log, "families polished");
    return true;
}

/* --- Copies --- */

/* Bases of tandem repeats: the mask, and the copies of families that are tandem repeats. */
static bool collect_tandem(rp_run *run)
{
    for (size_t f = 0; f < run->state.library.n; f++) {
        const rp_family *family = &run->state.library.items[f];
        for (size_t i = 0; i < family->copies.n && family->tandem; i++)
            rp_bitmask_set(&run->tandem, family->copies.items[i].begin, family->copies.items[i].end);
    }
    return rp_bitmask_intervals(&run->tandem, &run->genome, &run->findings.tandem);
}

/* Families that are tandem repeats are known without a scan: their copies are those of the search. */
static bool add_tandem_families(rp_run *run)
{
    const rp_traits traits = {.other = RP_OTHER_SATELLITE};
    size_t n = 0;
    for (size_t f = 0; f < run->state.library.n; f++) {
        const rp_family *family = &run->state.library.items[f];
        if (!family->tandem || family->consensus.n == 0)
            continue;
        uint64_t bases = 0;
        for (size_t i = 0; i < family->copies.n; i++)
            bases += family->copies.items[i].end - family->copies.items[i].begin;
        char name[24];
        (void)snprintf(name, sizeof name, "T%zu", ++n);
        if (!rp_findings_add(&run->others, name, rp_other_class[RP_OTHER_SATELLITE], &family->consensus,
                             family->copies.n, bases, &traits))
            return false;
    }
    return true;
}

/* Where a family goes. */
typedef enum heap { LIBRARY, OTHERS, CANDIDATES, NOWHERE } heap;

static heap heap_of(const rp_run *run, const rp_found_family *family, bool is_version)
{
    if (is_version)
        return NOWHERE; /* its copies go to the family that it is a version of */
    if (family->traits.other != RP_OTHER_NONE)
        return run->parameters->keep_other ? LIBRARY : OTHERS;
    return family->traits.grade == RP_GRADE_D && !run->parameters->keep_candidates ? CANDIDATES : LIBRARY;
}

/* All families as they are judged. */
typedef struct judged {
    rp_findings all;
    rp_parts parts; /* of the copies in duplicated stretches too, where there are any; their family is an index into
                       run->consensus */
    heap *heaps; /* by the same index */
} judged;

/* The parts that a family has, or lacks, among all. */
static bool add_parts(const rp_findings *all, const rp_parts *from, const heap *heaps, heap wanted, rp_parts *to,
                      rp_error *error)
{
    bool ok = true;
    for (size_t i = 0; ok && i < from->n; i++) {
        rp_part part = from->items[i];
        part.family = all != NULL ? (uint32_t)all->families[part.family].source : part.family;
        ok = heaps[part.family] != wanted || rp_parts_push(to, &part, error);
    }
    return ok;
}

/* Makes findings of the families of one heap, with the parts that they have among all. */
static bool take_heap(const rp_run *run, const judged *judged, heap wanted, char letter, rp_findings *to,
                      rp_error *error)
{
    rp_parts parts = {0};
    const rp_findings *all = &judged->all;
    bool ok = judged->parts.n > 0 ? add_parts(NULL, &judged->parts, judged->heaps, wanted, &parts, error)
                                  : add_parts(all, &all->parts, judged->heaps, wanted, &parts, error);
    ok = ok && ((rp_findings_init(to, &run->genome, run->consensus, run->state.n_source, letter, &parts) &&
                 rp_findings_take_traits(to, all)) ||
                rp_error_memory(error, "findings"));
    rp_parts_clear(&parts);
    return ok;
}

/* Takes the heaps beside the library; the library is placed anew without them. */
static bool set_apart(rp_run *run, rp_annotation *annotation, const judged *judged, rp_error *error)
{
    rp_parts parts = {0};
    const rp_findings *all = &judged->all;
    uint8_t *left_out = rp_alloc(run->state.n_source, 1);
    bool ok = left_out != NULL || rp_error_memory(error, "findings");
    for (size_t f = 0; ok && f < run->state.n_source; f++)
        left_out[f] = judged->heaps[f] != LIBRARY;
    ok = ok && rp_annotation_place(annotation, left_out, &parts, error);
    if (ok && !(rp_findings_init(&run->findings, &run->genome, run->consensus, run->state.n_source, 'R', &parts) &&
                rp_findings_take_traits(&run->findings, all)))
        ok = rp_error_memory(error, "findings");
    ok = ok && take_heap(run, judged, OTHERS, 'O', &run->others, error) &&
         take_heap(run, judged, CANDIDATES, 'C', &run->candidates, error);
    if (ok && !run->parameters->no_decoy) {
        rp_findings_take_decoy(&run->findings, rp_annotation_decoy(annotation));
        rp_findings_take_decoy(&run->others, rp_annotation_decoy(annotation));
        rp_findings_take_decoy(&run->candidates, rp_annotation_decoy(annotation));
    }
    free(left_out);
    rp_parts_clear(&parts);
    return ok;
}

/* Takes all families over, each to its heap. */
static bool sort_out(rp_run *run, rp_annotation *annotation, judged *judged, rp_error *error)
{
    rp_findings *all = &judged->all;
    size_t *version_of = rp_alloc(all->n_families, sizeof *version_of);
    judged->heaps = rp_alloc(run->state.n_source, sizeof *judged->heaps); /* LIBRARY */
    bool ok = (version_of != NULL && judged->heaps != NULL) || rp_error_memory(error, "findings");
    bool differs = judged->parts.n > 0;
    ok = ok && rp_versions_find(all, run->n_threads, version_of, error);
    for (size_t f = 0; ok && f < all->n_families; f++) {
        const heap here = heap_of(run, &all->families[f], version_of[f] != f);
        judged->heaps[all->families[f].source] = here;
        differs |= here != LIBRARY;
        run->n_versions += here == NOWHERE;
    }
    if (differs) {
        ok = ok && set_apart(run, annotation, judged, error);
        rp_findings_clear(all);
    } else {
        run->findings = *all;
    }
    free(version_of);
    free(judged->heaps);
    return ok;
}

/* Copies in stretches that stand earlier in the genome, too, are those of the same places once more: families are
 * judged without them, but for a family that has no others. *parts loses these, and *whole has all, or nothing where
 * nothing is duplicated. */
static bool leave_duplicates_out(const rp_run *run, rp_parts *parts, rp_parts *whole, rp_error *error)
{
    const rp_duplicates *duplicates = &run->passed_over.duplicates;
    if (duplicates->n == 0)
        return true;
    rp_bitmask duplicated;
    bool *has_others = rp_alloc(run->state.n_source, sizeof *has_others);
    bool ok = rp_bitmask_init(&duplicated, run->genome.length_bp) && has_others != NULL;
    if (!ok)
        (void)rp_error_memory(error, "duplicated sequence");
    else
        rp_duplicates_mark(duplicates, &duplicated);
    *whole = *parts;
    *parts = (rp_parts){0};
    for (unsigned pass = 0; pass < 2; pass++)
        for (size_t i = 0; ok && i < whole->n; i++) {
            const rp_part *part = &whole->items[i];
            const bool other = 2 * rp_bitmask_count(&duplicated, part->begin, part->end) <= part->end - part->begin;
            if (pass == 0)
                has_others[part->family] |= other;
            else if (other || !has_others[part->family])
                ok = rp_parts_push(parts, part, error);
        }
    free(has_others);
    rp_bitmask_clear(&duplicated);
    return ok;
}

static bool find_domains(rp_run *run, rp_error *error)
{
    if (run->domain_search == NULL)
        return true;
    return rp_domain_search_run(run->domain_search, run->consensus, run->state.n_source, run->n_threads, &run->domains,
                                error);
}

/* Places the copies of all families and tells the families that are no transposable elements from the rest. */
static bool place_and_classify(rp_run *run, rp_annotation *annotation, rp_error *error)
{
    rp_parts parts = {0};
    judged judged = {.parts = {0}};
    rp_findings *all = &judged.all;
    bool ok =
        rp_annotation_place(annotation, NULL, &parts, error) && leave_duplicates_out(run, &parts, &judged.parts, error);
    if (ok && !rp_findings_init(all, &run->genome, run->consensus, run->state.n_source, 'R', &parts))
        ok = rp_error_memory(error, "findings");
    rp_parts_clear(&parts);
    all->kernel = run->kernel;
    all->rows = run->rows;
    if (ok && !run->parameters->no_decoy)
        rp_findings_take_decoy(all, rp_annotation_decoy(annotation));
    const rp_classify_parameters parameters = {.n_threads = run->n_threads,
                                               .min_copies = (uint32_t)run->parameters->min_copies,
                                               .tandem = &run->tandem,
                                               .genes = run->genes,
                                               .domains = &run->domains};
    rp_stage_begin(RP_STAGE_CLASSIFY, 0);
    ok = ok && find_domains(run, error) && rp_classify(all, &parameters, error);
    if (ok)
        ok = sort_out(run, annotation, &judged, error);
    else
        rp_findings_clear(all);
    rp_parts_clear(&judged.parts);
    run->findings.kernel = run->others.kernel = run->candidates.kernel = run->kernel;
    run->findings.rows = run->others.rows = run->candidates.rows = run->rows;
    run->others.genome = run->candidates.genome = &run->genome;
    return ok &&
           (run->class_library == NULL ||
            (rp_classify_by_library(&run->findings, run->class_library, run->class_records, run->n_threads, error) &&
             rp_classify_by_library(&run->candidates, run->class_library, run->class_records, run->n_threads,
                                    error))) &&
           rp_run_add_known(run, error) &&
           rp_kin_find((rp_findings *const[]){&run->findings, &run->candidates}, 2, true, run->n_threads, error) &&
           rp_kinds_find(&run->findings, run->n_threads, error) && rp_kinds_find(&run->others, run->n_threads, error) &&
           rp_kinds_find(&run->candidates, run->n_threads, error);
}

/* The scan goes on from what an earlier run has kept of it, if that had this library. Its file goes with the run's
 * state: one that has another library, for it had other options, is of no use to anybody. Shares that were gathered are
 * the whole. */
static bool begin_scans(rp_run *run, rp_error *error)
{
    rp_scan_keeper *scans = &run->scans;
    const rp_keeper *keeper = run->keeper;
    const bool keeps = run->gathering == NULL && rp_keeper_keeps(keeper);
    const rp_scan_subject subject = {&run->genome, run->consensus, run->state.n_source};
    json_t *options = json_pack("{s:s, s:b}", "command", "find", "--no-decoy", run->parameters->no_decoy);
    *scans = (rp_scan_keeper){.interval_s = keeper->interval_s,
                              .restart = keeper->restart,
                              .name = "copies",
                              .yields = true,
                              .command = "find",
                              .log = run->log};
    const bool ok =
        rp_scan_keeper_open(scans, keeps ? &keeper->folder : NULL, options, error) &&
        rp_scan_keeper_begin(scans, &subject, &run->share, error) &&
        (run->gathering == NULL || rp_gathering_take(run->gathering, &scans->binding, &subject, &scans->scans, error));
    json_decref(options);
    return ok;
}

/* The alignments of all families, each with the threshold that the decoy gives it; of a share those that a scan finds:
 * *annotation is NULL then. */
static bool find_alignments(rp_run *run, const rp_view *whole, rp_annotation **annotation, rp_error *error)
{
    rp_annotate_parameters parameters = scan_parameters(run);
    const size_t n = run->state.n_source;
    bool ok = begin_scans(run, error);
    parameters.keeps_chance = true;
    parameters.kept = &run->scans.scans;
    parameters.rows = run->rows;
    parameters.decoy_one_in = run->parameters->no_decoy ? 0 : DECOY_ONE_IN;
    if (ok && run->share.of > 0) {
        ok = rp_annotate_scan(whole, run->consensus, n, &parameters, error);
    } else if (ok) {
        *annotation = rp_annotation_create(whole, run->consensus, n, &parameters, error);
        ok = *annotation != NULL;
    }
    return ok;
}

bool rp_run_stretch(const rp_run *run, rp_interval *stretch)
{
    return rp_annotate_stretch(&run->genome, DECOY_ONE_IN, &run->share, stretch);
}

/* What the search alone has looked at goes; the tandem mask comes back. */
static bool end_search(rp_run *run)
{
    rp_kmer_index_destroy(run->index);
    run->index = NULL;
    run->view = (rp_view){.genome = &run->genome};
    rp_bitmask_clear(&run->passed_over.mask);
    rp_bitmask_clear(&run->lower_case);
    if (run->tandem.words != NULL)
        return true;
    if (!rp_bitmask_init(&run->tandem, run->genome.length_bp))
        return false;
    for (size_t i = 0; i < run->tandem_aside.n; i++)
        rp_bitmask_set(&run->tandem, run->tandem_aside.items[i].begin, run->tandem_aside.items[i].end);
    free(run->tandem_aside.items);
    run->tandem_aside = (rp_intervals){0};
    return true;
}

/* The families that have copies, each once. */
static bool list_for_copies(rp_run *run, rp_error *error)
{
    if (!end_search(run))
        return rp_error_memory(error, "masks");
    rp_stage_begin(RP_STAGE_COPIES, 0);
    return rp_run_list_once(run, error) && (rp_run_list_consensus(run) || rp_error_memory(error, "finding copies"));
}

bool rp_run_scan_share(rp_run *run, rp_error *error)
{
    const rp_view whole = whole_genome(run);
    return list_for_copies(run, error) && find_alignments(run, &whole, NULL, error);
}

static bool prefix_names(rp_run *run)
{
    const char *prefix = run->parameters->name_prefix;
    run->satellites.name_prefix = run->duplications.name_prefix = prefix;
    return rp_run_number_apart(run) && (prefix == NULL || (rp_findings_prefix_names(&run->findings, prefix) &&
                                                           rp_findings_prefix_names(&run->others, prefix) &&
                                                           rp_findings_prefix_names(&run->candidates, prefix)));
}

/* Counts what copies of known families have in stretches that stand earlier, too. */
static bool measure_known(rp_run *run)
{
    rp_bitmask duplicated;
    if (run->known.parts.n == 0)
        return true;
    if (!rp_bitmask_init(&duplicated, run->genome.length_bp))
        return false;
    rp_duplicates_mark(&run->passed_over.duplicates, &duplicated);
    for (size_t i = 0; i < run->known.parts.n; i++)
        run->findings.known.duplicated_bp +=
            rp_bitmask_count(&duplicated, run->known.parts.items[i].begin, run->known.parts.items[i].end);
    rp_bitmask_clear(&duplicated);
    return true;
}

/* Puts together what was duplicated together. */
static bool find_duplications(rp_run *run, rp_error *error)
{
    rp_duplications *found = &run->duplications;
    run->others.duplicates = &run->passed_over.duplicates;
    if (!measure_known(run))
        return rp_error_memory(error, "duplicated sequence");
    if (!rp_duplications_find(&run->others, &run->findings, found, error))
        return false;
    run->others.duplications = found;
    const uint64_t acgt_bp = run->genome.acgt_bp > 0 ? run->genome.acgt_bp : 1;
    if (found->alike_bp > 0)
        rp_log_line(run->log, "duplications: %zu, of several families or long stretches; duplicated: %.2f %%",
                    found->all.n, 100.0 * (double)found->alike_bp / (double)acgt_bp);
    return true;
}

bool rp_run_find_copies(rp_run *run, rp_error *error)
{
    const rp_view whole = whole_genome(run);
    if (!list_for_copies(run, error))
        return false;
    rp_annotation *annotation = NULL;
    const bool ok = find_alignments(run, &whole, &annotation, error) && place_and_classify(run, annotation, error);
    rp_annotation_destroy(annotation);
    if (!ok)
        return false;
    if (!collect_tandem(run) || !add_tandem_families(run))
        return rp_error_memory(error, "tandem repeats");
    if (!find_duplications(run, error) || !rp_run_find_satellites(run, error))
        return false;
    if (!prefix_names(run))
        return rp_error_memory(error, "names");
    rp_log_line(run->log, "families that lie in others: %zu, versions of others: %zu", run->n_inside, run->n_versions);
    rp_log_line(run->log, "families: %zu, candidates: %zu, other repeats: %zu, parts of copies: %zu, masked: %.2f %%",
                rp_findings_n_found(&run->findings), run->candidates.n_families, run->others.n_families,
                run->findings.parts.n,
                100.0 * (double)run->findings.masked_bp / (double)(run->genome.acgt_bp > 0 ? run->genome.acgt_bp : 1));
    return true;
}
