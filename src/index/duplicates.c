/* duplicates.c: see duplicates.h. */
#include "index/duplicates.h"

#include <math.h>
#include <stdlib.h>

#include "base/sort.h"
#include "index/alongside.h"
#include "index/sketch.h"

enum {
    ONE_IN = 64,
    MAX_PLACES = 64,     /* more haplotypes are seldom together; each place is compared with the one before */
    DRIFT_BP = 60,       /* the shortest family is no shorter: an insertion ends a run */
    DRIFT_BITS = 6, /* runs are looked up by their distance, in steps of so many bits, one of which is over DRIFT_BP */
    GAP_BP = 1000, /* between common k-mers; longer ones are gone along base by base */
    MIN_RUN_BP = 1000,
    MIN_RUN_WORDS = 4,
    LINK_BP = 30000, /* what one side alone has between two runs */
    OVERLAP_BP = 1000, /* of two runs: at an insertion with a target-site duplication, say */
    BUCKETS = 1 << 12,
    WAYS = 4
};

_Static_assert(DRIFT_BP < 1 << DRIFT_BITS, "a run may be missed");

/* A common k-mer. */
typedef struct pair {
    uint64_t first;
    uint64_t again; /* twice, and 1 where the strands differ */
} pair;

RP_ARRAY(pairs, pair);

/* A run that may go on. */
typedef struct run {
    rp_duplicate at; /* up to its last k-mer; n_words is 0: none */
    uint64_t distance;
    uint32_t n_words;
} run;

typedef struct finder {
    const rp_genome *genome;
    run *open; /* BUCKETS times WAYS */
    rp_duplicates *found;
} finder;

static bool pair_up(const rp_sketch *sketch, pairs *all)
{
    for (size_t i = 0, next; i < sketch->n; i = next) {
        next = rp_sketch_next(sketch, i);
        for (size_t k = i + 1; k < next && next - i <= MAX_PLACES; k++) {
            const uint64_t a = sketch->items[k - 1].place, b = sketch->items[k].place;
            if (!pairs_push(all, (pair){a / 2, b ^ (a & 1)}))
                return false;
        }
    }
    return true;
}

static int compare_pairs(const void *left, const void *right)
{
    const pair *a = left, *b = right;
    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    return (a->again > b->again) - (a->again < b->again);
}

/* --- Runs --- */

/* Runs of one strand keep the distance of their places, of two strands the sum. */
static uint64_t distance_of(const pair *at)
{
    return at->again % 2 == 0 ? at->again / 2 - at->first : at->again / 2 + at->first;
}

static run *bucket_of(const finder *finder, uint64_t distance, bool reverse)
{
    const uint64_t step = 2 * (distance >> DRIFT_BITS) + reverse;
    return finder->open + (step * UINT64_C(0x9e3779b97f4a7c15) >> 32) % BUCKETS * WAYS;
}

static bool is_stale(const run *open, uint64_t first)
{
    return open->n_words == 0 || open->at.first.end + GAP_BP < first;
}

static bool close_run(finder *finder, run *open)
{
    const rp_duplicate *at = &open->at;
    const bool counts = open->n_words >= MIN_RUN_WORDS && at->first.end - at->first.begin >= MIN_RUN_BP;
    open->n_words = 0;
    return !counts || rp_duplicates_push(finder->found, *at);
}

static bool share_contig(const rp_genome *genome, uint64_t a, uint64_t b)
{
    return a < b ? rp_genome_same_contig(genome, a, b) : rp_genome_same_contig(genome, b, a);
}

/* Whether the run goes on with this pair; then *off is by how much its distance changes. */
static bool goes_on(const finder *finder, const run *open, const pair *at, uint64_t distance, uint64_t *off)
{
    const uint64_t again = at->again / 2;
    *off = distance > open->distance ? distance - open->distance : open->distance - distance;
    return *off < DRIFT_BP && open->at.reverse == at->again % 2 && !is_stale(open, at->first) &&
           rp_genome_same_contig(finder->genome, open->at.first.begin, at->first) &&
           share_contig(finder->genome, open->at.again.begin, again);
}

static void lengthen(run *open, const pair *at)
{
    const uint64_t again = at->again / 2;
    rp_duplicate *to = &open->at;
    to->first.end = at->first + RP_SKETCH_K;
    to->again.begin = again < to->again.begin ? again : to->again.begin;
    to->again.end = again + RP_SKETCH_K > to->again.end ? again + RP_SKETCH_K : to->again.end;
    open->n_words++;
}

/* The run of about this distance that goes on with the pair; *place is where the run is to be looked up from now on,
 * or NULL where all places are taken. */
static run *find_run(const finder *finder, const pair *at, uint64_t distance, run **place)
{
    const uint64_t step = UINT64_C(1) << DRIFT_BITS;
    run *best = NULL;
    uint64_t least = UINT64_MAX, off;
    *place = NULL;
    for (int side = -1; side <= 1; side++) {
        run *bucket = bucket_of(finder, distance + (uint64_t)side * step, at->again % 2);
        for (run *open = bucket; open < bucket + WAYS; open++) {
            if (goes_on(finder, open, at, distance, &off) && off < least) {
                best = open;
                least = off;
            }
            if (side == 0 && *place == NULL && is_stale(open, at->first))
                *place = open;
        }
    }
    return best;
}

static bool add_pair(finder *finder, const pair *at)
{
    const uint64_t distance = distance_of(at), again = at->again / 2;
    run *place;
    run *best = find_run(finder, at, distance, &place);
    if (best != NULL &&
        bucket_of(finder, best->distance, at->again % 2) == bucket_of(finder, distance, at->again % 2)) {
        best->distance = distance;
        place = best;
    }
    if (place == NULL) /* in a thicket of repeats: a run stays where it is, and none begins */
        place = best;
    else if (place != best) {
        if (!close_run(finder, place))
            return false;
        *place = best != NULL ? *best
                              : (run){.at = {.first = {at->first, at->first + RP_SKETCH_K},
                                             .again = {again, again + RP_SKETCH_K},
                                             .reverse = at->again % 2}};
        place->distance = distance;
        if (best != NULL)
            best->n_words = 0;
    }
    if (place != NULL)
        lengthen(place, at);
    return true;
}

static bool find_runs(finder *finder, const pairs *all)
{
    bool ok = true;
    finder->open = rp_alloc((size_t)BUCKETS * WAYS, sizeof *finder->open);
    for (size_t i = 0; finder->open != NULL && ok && i < all->n; i++)
        ok = add_pair(finder, &all->items[i]);
    for (size_t i = 0; finder->open != NULL && ok && i < (size_t)BUCKETS * WAYS; i++)
        ok = close_run(finder, &finder->open[i]);
    ok = ok && finder->open != NULL;
    free(finder->open);
    return ok;
}

/* --- Blocks --- */

static int compare_runs(const void *left, const void *right)
{
    const rp_duplicate *a = left, *b = right;
    const uint64_t of_a[4] = {a->first.begin, a->again.begin, a->first.end, a->again.end},
                   of_b[4] = {b->first.begin, b->again.begin, b->first.end, b->again.end};
    for (int i = 0; i < 4; i++)
        if (of_a[i] != of_b[i])
            return of_a[i] < of_b[i] ? -1 : 1;
    return (int)a->reverse - (int)b->reverse;
}

static int compare_blocks(const void *left, const void *right)
{
    const rp_duplicate *a = left, *b = right;
    return a->block != b->block ? (a->block < b->block ? -1 : 1) : compare_runs(left, right);
}

/* From its first run to its last. */
typedef struct block {
    rp_duplicate hull;
    uint64_t bases; /* of its runs */
    uint32_t number; /* where it stays; UINT32_MAX: it is too short, or an array */
} block;

RP_ARRAY(blocks, block);

/* What lies between two runs on either side; below 0 they overlap. */
static int64_t between(uint64_t end, uint64_t begin)
{
    return (int64_t)begin - (int64_t)end;
}

/* Whether a run follows what a block has so far; *apart: by how much, on the side where that is more. */
static bool follows(const rp_genome *genome, const rp_duplicate *so_far, const rp_duplicate *next, int64_t *apart)
{
    const int64_t on_first = between(so_far->first.end, next->first.begin),
                  on_again = next->reverse ? between(next->again.end, so_far->again.begin)
                                           : between(so_far->again.end, next->again.begin);
    *apart = on_first > on_again ? on_first : on_again;
    return next->reverse == so_far->reverse && on_first >= -OVERLAP_BP && on_again >= -OVERLAP_BP &&
           *apart <= LINK_BP && rp_genome_same_contig(genome, so_far->first.begin, next->first.begin) &&
           share_contig(genome, so_far->again.begin, next->again.begin);
}

static void reach_over(rp_interval *hull, const rp_interval *by)
{
    hull->begin = by->begin < hull->begin ? by->begin : hull->begin;
    hull->end = by->end > hull->end ? by->end : hull->end;
}

void rp_duplicate_widen(rp_duplicate *hull, const rp_duplicate *by)
{
    reach_over(&hull->first, &by->first);
    reach_over(&hull->again, &by->again);
}

/* Gives each run its block: that which it follows most closely, or a new one. `open`: room for as many as there are
 * runs. */
static bool link_runs(const rp_genome *genome, rp_duplicates *found, blocks *all, uint32_t *open)
{
    size_t n_open = 0;
    for (size_t i = 0; i < found->n; i++) {
        rp_duplicate *next = &found->items[i];
        int64_t least = INT64_MAX, apart;
        size_t kept = 0;
        next->block = (uint32_t)all->n;
        for (size_t k = 0; k < n_open; k++) {
            const block *candidate = &all->items[open[k]];
            if (candidate->hull.first.end + LINK_BP < next->first.begin)
                continue;
            open[kept++] = open[k];
            if (follows(genome, &candidate->hull, next, &apart) && apart < least) {
                least = apart;
                next->block = open[k];
            }
        }
        n_open = kept;
        if (next->block == all->n) {
            open[n_open++] = next->block;
            if (!blocks_push(all, (block){.hull = *next}))
                return false;
        }
        rp_duplicate_widen(&all->items[next->block].hull, next);
        all->items[next->block].bases += next->again.end - next->again.begin;
    }
    return true;
}

/* Units of an array in a row are alike, too, but the two sides overlap. */
static bool is_array(const block *block)
{
    return block->hull.again.begin < block->hull.first.end;
}

/* Keeps the runs of blocks that are long enough. */
static void choose(rp_duplicates *found, blocks *all)
{
    uint32_t n_blocks = 0;
    for (size_t b = 0; b < all->n; b++) {
        block *here = &all->items[b];
        here->number = here->bases >= RP_DUPLICATE_MIN_BP && !is_array(here) ? n_blocks++ : UINT32_MAX;
    }
    size_t n = 0;
    for (size_t i = 0; i < found->n; i++) {
        rp_duplicate run = found->items[i];
        run.block = all->items[run.block].number;
        if (run.block != UINT32_MAX)
            found->items[n++] = run;
    }
    found->n = n;
}

static bool find_blocks(const rp_genome *genome, rp_duplicates *found)
{
    blocks all = {0};
    uint32_t *open = rp_alloc(found->n, sizeof *open);
    rp_sort(found->items, found->n, sizeof *found->items, compare_runs);
    const bool ok = open != NULL && link_runs(genome, found, &all, open);
    if (ok) {
        choose(found, &all);
        rp_sort(found->items, found->n, sizeof *found->items, compare_blocks);
    }
    free(open);
    free(all.items);
    return ok;
}

/* --- Ends --- */

/* A run goes on beyond its k-mers: repeats of very many places have none. Behind LINK_BP there is the next run. */
static void lengthen_end(const rp_genome *genome, rp_duplicate *run, bool right)
{
    const rp_view view = {.genome = genome};
    const bool up = right != run->reverse; /* in `again` */
    rp_strand_walk on_first = rp_view_walk_beyond(&view, run->first.begin, run->first.end, !right);
    const rp_strand_walk on_again = rp_view_walk_beyond(&view, run->again.begin, run->again.end, !up);
    on_first.limit_bp = on_first.limit_bp < LINK_BP ? on_first.limit_bp : LINK_BP;
    uint64_t of_first, of_again;
    rp_alongside(genome, &on_first, &on_again, &of_first, &of_again);
    run->first.end += right ? of_first : 0;
    run->first.begin -= right ? 0 : of_first;
    run->again.end += up ? of_again : 0;
    run->again.begin -= up ? 0 : of_again;
}

/* --- How much they differ --- */

static bool holds_word(const rp_interval *stretch, uint64_t place)
{
    return place >= stretch->begin && place + RP_SKETCH_K <= stretch->end;
}

/* Counts a k-mer, which stands at the n items, in the runs whose first side holds its place. `by_begin`: the runs, that
 * which begins last first. */
static void count_word(const rp_sketched *items, size_t n, uint64_t place, const rp_rank *by_begin, uint64_t longest_bp,
                       rp_duplicates *found)
{
    size_t low = 0, high = found->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (by_begin[middle].weight <= place)
            high = middle;
        else
            low = middle + 1;
    }
    for (; low < found->n && by_begin[low].weight + longest_bp > place; low++) {
        rp_duplicate *run = &found->items[by_begin[low].item];
        if (!holds_word(&run->first, place))
            continue;
        bool is_common = false;
        for (size_t i = 0; i < n && !is_common; i++)
            is_common = holds_word(&run->again, items[i].place / 2);
        run->n_words++;
        run->n_common += is_common;
    }
}

static bool count_words(const rp_sketch *sketch, rp_duplicates *found)
{
    rp_rank *by_begin = rp_alloc(found->n, sizeof *by_begin);
    uint64_t longest_bp = 0;
    for (size_t i = 0; by_begin != NULL && i < found->n; i++) {
        const rp_interval *first = &found->items[i].first;
        by_begin[i] = (rp_rank){.weight = first->begin, .item = i};
        longest_bp = first->end - first->begin > longest_bp ? first->end - first->begin : longest_bp;
    }
    if (by_begin != NULL)
        rp_sort_ranks(by_begin, found->n);
    for (size_t i = 0, next; by_begin != NULL && found->n > 0 && i < sketch->n; i = next) {
        next = rp_sketch_next(sketch, i);
        for (size_t k = i; k < next && next - i <= MAX_PLACES; k++)
            count_word(&sketch->items[i], next - i, sketch->items[k].place / 2, by_begin, longest_bp, found);
    }
    free(by_begin);
    return by_begin != NULL;
}

double rp_duplicates_divergence(const rp_duplicate *runs, size_t n)
{
    uint64_t words = 0, common = 0;
    for (size_t i = 0; i < n; i++) {
        words += runs[i].n_words;
        common += runs[i].n_common;
    }
    return common > 0 ? 100 * (1 - pow((double)common / (double)words, 1.0 / RP_SKETCH_K)) : 0;
}

/* --- The whole --- */

bool rp_duplicates_find(const rp_genome *genome, unsigned n_threads, rp_duplicates *found, rp_error *error)
{
    rp_sketch sketch;
    pairs all = {0};
    finder finder = {.genome = genome, .found = found};
    *found = (rp_duplicates){0};
    bool ok = rp_sketch_take(genome, ONE_IN, n_threads, &sketch, error);
    ok = ok && (pair_up(&sketch, &all) || rp_error_memory(error, "duplicated sequence"));
    ok = ok && rp_sort_parallel(all.items, all.n, sizeof *all.items, compare_pairs, n_threads, error);
    ok = ok &&
         ((find_runs(&finder, &all) && find_blocks(genome, found)) || rp_error_memory(error, "duplicated sequence"));
    free(all.items);
    for (size_t i = 0; ok && i < found->n; i++) {
        lengthen_end(genome, &found->items[i], false);
        lengthen_end(genome, &found->items[i], true);
    }
    ok = ok && (count_words(&sketch, found) || rp_error_memory(error, "duplicated sequence"));
    free(sketch.items);
    if (!ok) {
        free(found->items);
        *found = (rp_duplicates){0};
    }
    return ok;
}

void rp_duplicates_mark(const rp_duplicates *all, rp_bitmask *mask)
{
    for (size_t i = 0; i < all->n; i++)
        rp_bitmask_set(mask, all->items[i].again.begin, all->items[i].again.end);
}
