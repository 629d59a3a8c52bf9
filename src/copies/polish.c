/* polish.c: a last round of refinement; see polish.h. */
#include "copies/polish.h"

#include <stdlib.h>

#include "base/parallel.h"

enum { WHOLE_PERCENT = 80 }; /* of its alignment that a part must hold to speak for its family */

typedef struct polish_run {
    rp_view scanned, growing;    /* growing: under a cover of all parts */
    const rp_kmer_index *index;
    const rp_parts *parts;
    const size_t *source;
    size_t *first, *by_family;   /* indices of parts, by family: from first[f] to first[f + 1] */
    const rp_polish_parameters *parameters;
    rp_builder **builders;       /* by thread */
    rp_library *library;
} polish_run;

static bool sort_parts(polish_run *run, size_t n)
{
    run->first = rp_alloc(n + 2, sizeof *run->first);
    run->by_family = rp_alloc(run->parts->n, sizeof *run->by_family);
    if (run->first == NULL || run->by_family == NULL)
        return false;
    for (size_t i = 0; i < run->parts->n; i++)
        run->first[run->parts->items[i].family + 2]++;
    for (size_t f = 2; f < n + 2; f++)
        run->first[f] += run->first[f - 1];
    for (size_t i = 0; i < run->parts->n; i++)
        run->by_family[run->first[run->parts->items[i].family + 1]++] = i;
    return true;
}

/* The parts of a family as copies, and the genome that they hold. */
static bool gather_copies(const polish_run *run, size_t which, rp_copies *copies, rp_intervals *own)
{
    copies->n = 0;
    for (size_t i = run->first[which]; i < run->first[which + 1]; i++) {
        const rp_part *part = &run->parts->items[run->by_family[i]];
        const rp_alignment *whole = &part->alignment;
        if (!rp_intervals_push(own, (rp_interval){part->begin, part->end}))
            return false;
        if (100 * (part->end - part->begin) < WHOLE_PERCENT * (whole->end - whole->begin))
            continue;
        rp_copy copy = {.begin = whole->begin, .end = whole->end, .score = whole->score, .reverse = part->reverse, .alignment = *whole};
        const uint32_t n = (uint32_t)run->library->items[run->source[which]].consensus.n;
        copy.consensus_begin = part->reverse ? n - whole->query_end : whole->query_begin;
        copy.consensus_end = part->reverse ? n - whole->query_begin : whole->query_end;
        copy.alignment.query = part->reverse;
        copy.anchor_place = part->reverse ? n - whole->place : whole->place;
        if (!rp_copies_push(copies, copy))
            return false;
    }
    rp_intervals_merge(own);
    return true;
}

static bool polish_family(void *argument, size_t which, unsigned worker, rp_error *error)
{
    polish_run *run = argument;
    rp_family *family = &run->library->items[run->source[which]];
    rp_intervals own = {0}, reads = {0};
    bool ok = run->builders[worker] != NULL ||
              (run->builders[worker] = rp_builder_create(run->parameters->kernel, run->parameters->max_extension_bp)) != NULL;
    ok = ok && gather_copies(run, which, &family->copies, &own);
    rp_view growing = run->growing;
    growing.lifted = own.items;
    growing.n_lifted = own.n;
    ok = ok && rp_family_regrow(run->builders[worker], &run->scanned, &growing, run->index, family, &reads);
    family->copies.n = 0;
    free(own.items);
    free(reads.items);
    return ok || rp_error_memory(error, "polishing families");
}

bool rp_polish(const rp_view *view, const rp_kmer_index *index, const rp_parts *parts, const size_t *source, size_t n,
               const rp_polish_parameters *parameters, rp_library *library, rp_error *error)
{
    polish_run run = {.scanned = *view, .growing = *view, .index = index, .parts = parts, .source = source,
                      .parameters = parameters, .library = library};
    rp_bitmask covered;
    run.builders = rp_alloc(parameters->n_threads, sizeof *run.builders);
    bool ok = rp_bitmask_init(&covered, view->genome->length_bp) && run.builders != NULL && sort_parts(&run, n);
    if (!ok)
        (void)rp_error_memory(error, "polishing families");
    for (size_t i = 0; ok && i < parts->n; i++)
        rp_bitmask_set(&covered, parts->items[i].begin, parts->items[i].end);
    run.growing.covered = &covered;
    ok = ok && rp_parallel(n, parameters->n_threads, polish_family, &run, error);
    for (unsigned i = 0; run.builders != NULL && i < parameters->n_threads; i++)
        rp_builder_destroy(run.builders[i]);
    free(run.builders);
    free(run.first);
    free(run.by_family);
    rp_bitmask_clear(&covered);
    return ok;
}
