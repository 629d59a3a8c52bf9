/* known_copies.c: the copies of known families, found before the search; see stages.h.
 *
 * They are those that `annotate` finds with that library, and belong to the cover from the beginning, as the copies of
 * families that were committed earlier do: no seed stands there, no growth goes there, no copy is recruited there. They
 * follow from genome and library, so that a run which goes on makes them anew, or has the scan from where it was kept.
 */
#include <stdlib.h>
#include <string.h>

#include "base/metrics.h"
#include "run/stages.h"

/* The scan goes on from what an earlier run has kept of it, if that had this library. */
static bool begin_scans(rp_run *run, rp_error *error)
{
    const rp_keeper *keeper = run->keeper;
    const rp_known *known = &run->known;
    const rp_scan_subject subject = {&run->genome, known->consensus, known->library->n};
    json_t *options = json_pack("{s:s}", "command", "find --known");
    run->known.scans = (rp_scan_keeper){.interval_s = keeper->interval_s,
                                        .restart = keeper->restart,
                                        .name = "known",
                                        .yields = true,
                                        .command = "find",
                                        .log = run->log};
    const bool ok =
        rp_scan_keeper_open(&run->known.scans, rp_keeper_keeps(keeper) ? &keeper->folder : NULL, options, error) &&
        rp_scan_keeper_begin(&run->known.scans, &subject, &(rp_share){0, 0}, error);
    json_decref(options);
    return ok;
}

/* As annotate does. What is found depends on it, so --no-decoy, to which no state is bound, does not act here. */
static bool find_parts(rp_run *run, rp_error *error)
{
    rp_known *known = &run->known;
    const size_t n = known->library->n;
    const rp_view whole = {.genome = &run->genome, .excluded = &run->tandem};
    const rp_annotate_parameters parameters = {.n_threads = run->n_threads,
                                               .kernel = &run->offloading->for_stages,
                                               .expected_by_chance = RP_CHANCE_KNOWN,
                                               .min_copies = 1,
                                               .decoy_one_in = RP_DECOY_ONE_IN_KNOWN,
                                               .kept = &known->scans.scans,
                                               .rows = run->rows,
                                               .manner = RP_ANNOTATE_SENSITIVE};
    rp_annotation *annotation = rp_annotation_create(&whole, known->consensus, n, &parameters, error);
    const bool ok = annotation != NULL && rp_annotation_place(annotation, NULL, &known->parts, error);
    for (size_t f = 0; ok && f < n; f++)
        known->figures[f] = rp_annotation_decoy(annotation)[f];
    rp_annotation_destroy(annotation);
    return ok;
}

bool rp_run_find_known(rp_run *run, rp_error *error)
{
    rp_known *known = &run->known;
    if (known->library == NULL || run->share.of > 0)
        return true;
    rp_stage_begin(RP_STAGE_KNOWN, 0);
    known->figures = rp_alloc(known->library->n, sizeof *known->figures);
    if (known->figures == NULL || !rp_bitmask_init(&known->mask, run->genome.length_bp))
        return rp_error_memory(error, "known families");
    if (!rp_offloading_wait(run->offloading, error) || !begin_scans(run, error) || !find_parts(run, error))
        return false;
    for (size_t i = 0; i < known->parts.n; i++)
        rp_bitmask_set(&known->mask, known->parts.items[i].begin, known->parts.items[i].end);
    rp_cover_fix(&run->cover, &known->mask);
    rp_log_line(run->log, "known families: %zu, parts of their copies: %zu, bases: %llu", known->library->n,
                known->parts.n, (unsigned long long)rp_bitmask_count(&known->mask, 0, run->genome.length_bp));
    return true;
}

/* The highest number that follows the prefix and the letter in the name of a known family; 0: there is none. */
static uint64_t highest_number(const rp_family_file *library, const char *prefix, char letter)
{
    enum { MAX_DIGITS = 12 };
    uint64_t highest = 0;
    const size_t length = strlen(prefix);
    for (size_t f = 0; f < library->n; f++) {
        const char *name = library->items[f].name;
        if (strncmp(name, prefix, length) != 0 || name[length] != letter)
            continue;
        uint64_t number = 0;
        unsigned n = 0;
        for (const char *c = name + length + 1; *c >= '0' && *c <= '9'; c++, n++)
            number = n < MAX_DIGITS ? 10 * number + (uint64_t)(*c - '0') : 0;
        highest = n <= MAX_DIGITS && number > highest ? number : highest;
    }
    return highest;
}

bool rp_run_number_apart(rp_run *run)
{
    rp_findings *const all[] = {&run->findings, &run->others, &run->candidates};
    const char *prefix = run->parameters->name_prefix != NULL ? run->parameters->name_prefix : "";
    bool ok = true;
    for (size_t i = 0; ok && run->known.library != NULL && i < sizeof all / sizeof all[0]; i++)
        ok = rp_findings_number_from(all[i], 1 + highest_number(run->known.library, prefix, "ROC"[i]), "ROC"[i]);
    if (run->known.library != NULL)
        run->duplications.n_before = highest_number(run->known.library, prefix, 'D');
    return ok;
}

bool rp_run_add_known(rp_run *run, rp_error *error)
{
    const rp_known *known = &run->known;
    if (known->library == NULL)
        return true;
    run->findings.known = (rp_known_figures){.digest = known->digest, .n_given = known->library->n};
    return rp_findings_add_known(&run->findings, known->library, known->figures, &known->parts, run->n_threads, error);
}
