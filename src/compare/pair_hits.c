/* pair_hits.c: alignments between two sets of sequences; see pair_hits.h. */
#include "compare/pair_hits.h"

#include <stdlib.h>

#include "base/parallel.h"
#include "base/sort.h"
#include "align/realign.h"
#include "compare/columns.h"
#include "copies/scan.h"

enum {
    WORD_BASES = 11,
    MAX_PLACES = 100000,
    MIN_GAIN = 4,
    PAIR_BP = 200,
    PIECE = 256,           /* alignments in a thread's piece of work */
    STRETCH_MIN_SCORE = 50
};

RP_ARRAY(stretches, rp_span);

typedef struct cut_scratch {
    rp_realigner realigner;
    rp_codes target;           /* the genome side of an alignment, as the query's forward strand reads it */
    rp_steps steps;
    rp_columns columns;
    stretches todo;            /* column ranges still to be searched */
} cut_scratch;

typedef struct pair_run {
    const rp_codes *const *queries;
    rp_view view;
    const rp_pair_parameters *parameters;
    rp_word_table table;
    rp_scan_scratch *scans;    /* by thread */
    cut_scratch *cuts;
    rp_alignment_store found;
    rp_pair_hits *hits;        /* by piece */
} pair_run;

/* Appends one stretch of an alignment as a hit. */
static bool add_stretch(const pair_run *run, const rp_alignment *alignment, uint32_t query_begin,
                        const rp_columns *columns, rp_span stretch, rp_pair_hits *hits)
{
    const size_t target = rp_genome_contig_of(run->view.genome, alignment->begin);
    const uint64_t contig_begin = run->view.genome->contigs[target].begin;
    const rp_column *first = &columns->items[stretch.begin], *last = &columns->items[stretch.end - 1];
    const uint64_t skipped = first->target_before, used = last->target_before + last->paired - first->target_before;
    const bool reverse = alignment->query % 2 != 0;
    const uint64_t begin = reverse ? alignment->end - skipped - used : alignment->begin + skipped;
    rp_pair_hit hit = {.query = alignment->query / 2,
                       .target = (uint32_t)target,
                       .reverse = reverse,
                       .query_begin = query_begin + stretch.begin,
                       .query_end = query_begin + stretch.end,
                       .target_begin = (uint32_t)(begin - contig_begin),
                       .target_end = (uint32_t)(begin + used - contig_begin)};
    for (uint32_t i = stretch.begin; i < stretch.end; i++) {
        hit.matches += columns->items[i].matches;
        hit.mismatches += columns->items[i].paired && !columns->items[i].matches;
    }
    return rp_pair_hits_push(hits, hit);
}

/* Aligns anew what an alignment spans. */
static bool realign(const pair_run *run, cut_scratch *scratch, const rp_alignment *alignment, uint32_t query_begin)
{
    const size_t n = (size_t)(alignment->end - alignment->begin);
    if (!rp_codes_reserve(&scratch->target, n + 1))
        return false;
    uint8_t *target = scratch->target.items;
    rp_genome_decode(run->view.genome, alignment->begin, n, target);
    for (size_t i = 0, j = n; alignment->query % 2 != 0 && i < j;) {
        const uint8_t swap = rp_code_complement(target[i]);
        target[i++] = rp_code_complement(target[--j]);
        target[j] = swap;
    }
    const uint8_t *query = run->queries[alignment->query / 2]->items + query_begin;
    return rp_realign(&scratch->realigner, query, alignment->query_end - alignment->query_begin, target, (uint32_t)n,
                      run->parameters->pad_bp, &scratch->steps) &&
           rp_columns_score(&scratch->columns, &scratch->steps, query, target);
}

/* Cuts an alignment into its locally best stretches. */
static bool cut_alignment(const pair_run *run, cut_scratch *scratch, const rp_alignment *alignment, rp_pair_hits *hits)
{
    if (run->parameters->earlier_only &&
        rp_genome_contig_of(run->view.genome, alignment->begin) >= alignment->query / 2)
        return true;
    const uint32_t length = (uint32_t)run->queries[alignment->query / 2]->n;
    const uint32_t query_begin = alignment->query % 2 != 0 ? length - alignment->query_end : alignment->query_begin;
    if (!realign(run, scratch, alignment, query_begin))
        return false;
    scratch->todo.n = 0;
    bool ok = stretches_push(&scratch->todo, (rp_span){0, (uint32_t)scratch->columns.n});
    while (ok && scratch->todo.n > 0) {
        const rp_span within = scratch->todo.items[--scratch->todo.n];
        rp_span best = {0, 0};
        if (rp_columns_best(&scratch->columns, within, &best) < STRETCH_MIN_SCORE)
            continue;
        ok = add_stretch(run, alignment, query_begin, &scratch->columns, best, hits) &&
             stretches_push(&scratch->todo, (rp_span){within.begin, best.begin}) &&
             stretches_push(&scratch->todo, (rp_span){best.end, within.end});
    }
    return ok;
}

static bool cut_piece(void *argument, size_t piece, unsigned worker, rp_error *error)
{
    pair_run *run = argument;
    const size_t end = (piece + 1) * PIECE < run->found.n ? (piece + 1) * PIECE : run->found.n;
    bool ok = true;
    for (size_t i = piece * PIECE; i < end && ok; i++)
        ok = cut_alignment(run, &run->cuts[worker], &run->found.items[i], &run->hits[piece]);
    return ok || rp_error_memory(error, "aligning families");
}

static int compare_hits(const void *left, const void *right)
{
    const rp_pair_hit *a = left, *b = right;
    if (a->query != b->query)
        return a->query < b->query ? -1 : 1;
    if (a->target != b->target)
        return a->target < b->target ? -1 : 1;
    if (a->reverse != b->reverse)
        return a->reverse ? 1 : -1;
    if (a->query_begin != b->query_begin)
        return a->query_begin < b->query_begin ? -1 : 1;
    if (a->query_end != b->query_end)
        return a->query_end < b->query_end ? -1 : 1;
    if (a->target_begin != b->target_begin)
        return a->target_begin < b->target_begin ? -1 : 1;
    return (a->target_end > b->target_end) - (a->target_end < b->target_end);
}

static bool find_hits(pair_run *run, size_t n_queries, const rp_pair_parameters *parameters, rp_pair_hits *hits,
                      rp_error *error)
{
    uint64_t bases = 0;
    for (size_t i = 0; i < n_queries; i++)
        bases += run->queries[i]->n;
    const rp_scan_parameters scan = {
        .n_threads = parameters->n_threads,
        .kernel = parameters->kernel,
        .min_gain = MIN_GAIN,
        .pair_bp = PAIR_BP,
        .min_score = rp_scan_min_score(run->view.genome->acgt_bp, bases / n_queries, parameters->expected_by_chance)};
    run->scans = rp_alloc(parameters->n_threads, sizeof *run->scans);
    run->cuts = rp_alloc(parameters->n_threads, sizeof *run->cuts);
    if (run->scans == NULL || run->cuts == NULL)
        return rp_error_memory(error, "aligning families");
    if (!rp_word_table_init(&run->table, run->queries, n_queries, WORD_BASES, run->view.genome->acgt_bp, MAX_PLACES,
                            parameters->n_threads, error) ||
        !rp_scan(&run->view, &run->table, &scan, run->scans, &run->found, error))
        return false;
    const size_t n_pieces = (run->found.n + PIECE - 1) / PIECE;
    run->hits = rp_alloc(n_pieces, sizeof *run->hits);
    if (run->hits == NULL)
        return rp_error_memory(error, "aligning families");
    bool ok = rp_parallel(n_pieces, parameters->n_threads, cut_piece, run, error);
    for (size_t piece = 0; piece < n_pieces; piece++) {
        for (size_t i = 0; ok && i < run->hits[piece].n; i++)
            ok = rp_pair_hits_push(hits, run->hits[piece].items[i]) || rp_error_memory(error, "aligning families");
        free(run->hits[piece].items);
    }
    rp_sort(hits->items, hits->n, sizeof *hits->items, compare_hits);
    return ok;
}

bool rp_pair_hits_find(const rp_codes *const *queries, size_t n_queries, const rp_genome *targets,
                       const rp_pair_parameters *parameters, rp_pair_hits *hits, rp_error *error)
{
    if (n_queries == 0 || targets->length_bp == 0)
        return true;
    pair_run run = {.queries = queries, .parameters = parameters, .view = {.genome = targets}};
    const bool ok = find_hits(&run, n_queries, parameters, hits, error);
    for (unsigned i = 0; run.scans != NULL && i < parameters->n_threads; i++)
        rp_scan_scratch_clear(&run.scans[i]);
    for (unsigned i = 0; run.cuts != NULL && i < parameters->n_threads; i++) {
        rp_realigner_clear(&run.cuts[i].realigner);
        free(run.cuts[i].target.items);
        free(run.cuts[i].steps.items);
        free(run.cuts[i].columns.items);
        free(run.cuts[i].todo.items);
    }
    free(run.scans);
    free(run.cuts);
    free(run.hits);
    rp_alignment_store_clear(&run.found);
    rp_word_table_clear(&run.table);
    return ok;
}
