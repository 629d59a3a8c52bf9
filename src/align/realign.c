/* realign.c: exact banded global alignment; see realign.h. */
#include "align/realign.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    NONE = INT32_MIN / 2,
    WHOLE_TRACE_BYTES = 1 << 20 /* up to which a trace is kept as a whole */
};

/* Of a cell: where its best score comes from, and whether the gaps that end in it go on. */
enum { FROM_PAIR = 0, FROM_DELETION = 1, FROM_INSERTION = 2, FROM = 3, DELETION_EXTENDS = 4, INSERTION_EXTENDS = 8 };

void rp_realigner_clear(rp_realigner *realigner)
{
    free(realigner->scores);
    free(realigner->deletions);
    free(realigner->kept);
    free(realigner->trace);
    *realigner = (rp_realigner){0};
}

typedef struct shape {
    int64_t lowest;    /* diagonal (target less query) of a row's first cell */
    size_t width;
    size_t n_rows, block_rows;
} shape;

static bool reserve(rp_realigner *realigner, const shape *band)
{
    const size_t width = band->width, n_blocks = (band->n_rows + band->block_rows - 1) / band->block_rows;
    return rp_reserve((void **)&realigner->scores, &realigner->row_capacity, width + 1, sizeof *realigner->scores) &&
           rp_reserve((void **)&realigner->deletions, &realigner->deletion_capacity, width + 1,
                      sizeof *realigner->deletions) &&
           rp_reserve((void **)&realigner->kept, &realigner->kept_capacity, n_blocks * 2 * (width + 1),
                      sizeof *realigner->kept) &&
           rp_reserve((void **)&realigner->trace, &realigner->trace_capacity, width * band->block_rows, 1);
}

/* A row's cells from one on, where all have a target base before them. A cell's upper neighbour (query base, no target
 * base) is the next one of the row before. */
typedef struct cells {
    int32_t *score, *deletion;
    uint8_t *trace;
    const uint8_t *target; /* the base that each pairs with the query's */
    size_t n;
} cells;

/* What pairs and deletions give the cells of a row, in place: none depends on another of the row. */
static inline void pair_and_delete(const cells *row, uint8_t base)
{
    int32_t *restrict score = row->score, *restrict deletion = row->deletion;
    uint8_t *restrict trace = row->trace;
    const uint8_t *restrict target = row->target;
    const size_t n = row->n;
    for (size_t j = 0; j < n; j++) {
        const int32_t paired = score[j] + (target[j] == base ? RP_REALIGN_MATCH : RP_REALIGN_MISMATCH),
                      pair = score[j] > NONE ? paired : NONE,
                      open = score[j + 1] + RP_REALIGN_GAP_OPEN + RP_REALIGN_GAP_BASE,
                      on = deletion[j + 1] + RP_REALIGN_GAP_BASE, del = on > open ? on : open;
        score[j] = del > pair ? del : pair;
        deletion[j] = del < NONE ? NONE : del;
        trace[j] = (uint8_t)((del > pair ? FROM_DELETION : FROM_PAIR) | (on > open ? DELETION_EXTENDS : 0));
    }
}

/* What insertions give on top, where the one that ends in each cell is known. */
static inline void take_insertions(int32_t *restrict score, uint8_t *restrict trace, const int32_t *restrict insertion,
                                   const int32_t *restrict open, size_t n)
{
    for (size_t j = 0; j < n; j++) {
        const bool is_best = insertion[j] > score[j];
        trace[j] = (uint8_t)((is_best ? (trace[j] & DELETION_EXTENDS) | FROM_INSERTION : trace[j]) |
                             (insertion[j] > open[j] ? INSERTION_EXTENDS : 0));
        score[j] = is_best ? insertion[j] : score[j];
    }
}

#ifdef RP_HAVE_X86
__attribute__((target("avx2"))) static void pair_and_delete_avx2(const cells *row, uint8_t base)
{
    pair_and_delete(row, base);
}

__attribute__((target("avx2"))) static void
take_insertions_avx2(int32_t *score, uint8_t *trace, const int32_t *insertion, const int32_t *open, size_t n)
{
    take_insertions(score, trace, insertion, open, n);
}
#endif

static void pair_and_delete_all(const cells *row, uint8_t base)
{
#ifdef RP_HAVE_X86
    if (__builtin_cpu_supports("avx2")) {
        pair_and_delete_avx2(row, base);
        return;
    }
#endif
    pair_and_delete(row, base);
}

/* From left to right: an insertion goes on, or opens behind what pairs and deletions have given. (One that opens behind
 * another is worth less than that going on.) */
static void insert_all(int32_t *score, uint8_t *trace, size_t n)
{
    enum { AT_ONCE = 256 };
    int32_t insertion[AT_ONCE], open[AT_ONCE], on = NONE, opened = NONE;
    for (size_t begin = 0; begin < n; begin += AT_ONCE) {
        const size_t m = n - begin < AT_ONCE ? n - begin : AT_ONCE;
        for (size_t j = 0; j < m; j++) {
            const int32_t here = on > opened ? on : opened;
            insertion[j] = here;
            open[j] = opened;
            on = here + RP_REALIGN_GAP_BASE;
            opened = score[begin + j] + RP_REALIGN_GAP_OPEN + RP_REALIGN_GAP_BASE;
        }
#ifdef RP_HAVE_X86
        if (__builtin_cpu_supports("avx2")) {
            take_insertions_avx2(score + begin, trace + begin, insertion, open, m);
            continue;
        }
#endif
        take_insertions(score + begin, trace + begin, insertion, open, m);
    }
}

/* Row i from row i - 1, in place: cell j of row i is target base count i + lowest + j. Cells beside the target, which
 * are left as they are or become NONE, are on no path. */
static void fill_row(rp_realigner *realigner, const shape *band, const uint8_t *query, const uint8_t *target,
                     uint32_t target_bp, uint32_t i)
{
    enum { MATCHES_NOTHING = 0xff };
    int32_t *score = realigner->scores, *deletion = realigner->deletions;
    uint8_t *trace = realigner->trace + i % band->block_rows * band->width;
    const int64_t lowest = (int64_t)i + band->lowest, left = (int64_t)target_bp - lowest + 1;
    const size_t begin = lowest < 0 ? (size_t)-lowest : 0,
                 end = left < (int64_t)band->width ? (size_t)left : band->width;
    const size_t first = lowest <= 0 ? begin + 1 : begin; /* that has a target base before it */
    if (i == 0) {
        memset(trace, FROM_PAIR, band->width);
        score[begin] = 0;
    } else {
        const uint8_t base = rp_code_is_base(query[i - 1]) ? query[i - 1] : MATCHES_NOTHING;
        if (first > begin) {
            const int32_t open = score[first] + RP_REALIGN_GAP_OPEN + RP_REALIGN_GAP_BASE,
                          on = deletion[first] + RP_REALIGN_GAP_BASE;
            score[begin] = deletion[begin] = on > open ? on : open;
            trace[begin] = (uint8_t)(FROM_DELETION | (on > open ? DELETION_EXTENDS : 0));
        }
        if (first < end)
            pair_and_delete_all(&(cells){score + first, deletion + first, trace + first,
                                         target + (lowest + (int64_t)first - 1), end - first},
                                base);
    }
    insert_all(score + begin, trace + begin, end - begin);
    if (end < band->width)
        score[end] = deletion[end] = NONE;
}

/* The rows of a block, from those that stand before it, which are kept or taken from where they were. */
static void fill_block(rp_realigner *realigner, const shape *band, const uint8_t *query, const uint8_t *target,
                       uint32_t target_bp, size_t block, bool again)
{
    const size_t cells = band->width + 1, bytes = cells * sizeof *realigner->kept;
    int32_t *scores = realigner->kept + 2 * cells * block, *deletions = scores + cells;
    memcpy(again ? realigner->scores : scores, again ? scores : realigner->scores, bytes);
    memcpy(again ? realigner->deletions : deletions, again ? deletions : realigner->deletions, bytes);
    const size_t begin = block * band->block_rows, end = begin + band->block_rows;
    for (size_t i = begin; i < end && i < band->n_rows; i++)
        fill_row(realigner, band, query, target, target_bp, (uint32_t)i);
}

static bool add_step(rp_steps *steps, rp_step_kind kind)
{
    if (steps->n > 0 && steps->items[steps->n - 1].kind == kind) {
        steps->items[steps->n - 1].length++;
        return true;
    }
    return rp_steps_push(steps, (rp_step){.kind = kind, .length = 1});
}

/* The path from the end to the beginning, turned round; the last block is traced. */
static bool trace_back(rp_realigner *realigner, const shape *band, const uint8_t *query, const uint8_t *target,
                       uint32_t target_bp, rp_steps *steps)
{
    uint32_t i = (uint32_t)(band->n_rows - 1);
    size_t block = i / band->block_rows;
    int64_t t = target_bp;
    unsigned in = FROM; /* in a gap of this kind; FROM: in none */
    while (i > 0 || t > 0) {
        const size_t j = (size_t)(t - (int64_t)i - band->lowest);
        if (i / band->block_rows < block)
            fill_block(realigner, band, query, target, target_bp, --block, true);
        const uint8_t cell = realigner->trace[i % band->block_rows * band->width + j];
        const unsigned how = in != FROM ? in : cell & FROM;
        if (how == FROM_PAIR) {
            i--;
            t--;
        } else if (how == FROM_DELETION) {
            in = (cell & DELETION_EXTENDS) != 0 ? FROM_DELETION : FROM;
            i--;
        } else {
            in = (cell & INSERTION_EXTENDS) != 0 ? FROM_INSERTION : FROM;
            t--;
        }
        if (!add_step(steps, how == FROM_PAIR       ? RP_STEP_PAIR
                             : how == FROM_DELETION ? RP_STEP_DELETION
                                                    : RP_STEP_INSERTION))
            return false;
    }
    for (size_t a = 0, b = steps->n; a + 1 < b; a++) {
        const rp_step swap = steps->items[a];
        steps->items[a] = steps->items[--b];
        steps->items[b] = swap;
    }
    return true;
}

bool rp_realign(rp_realigner *realigner, const uint8_t *query, uint32_t query_bp, const uint8_t *target,
                uint32_t target_bp, uint32_t pad_bp, rp_steps *steps)
{
    const int64_t corner = (int64_t)target_bp - query_bp;
    shape band = {.lowest = (corner < 0 ? corner : 0) - (int64_t)pad_bp,
                  .width = (size_t)(llabs(corner) + 2 * (int64_t)pad_bp + 1),
                  .n_rows = (size_t)query_bp + 1};
    const bool is_large = band.n_rows * band.width > WHOLE_TRACE_BYTES;
    band.block_rows = is_large ? (size_t)sqrt(2 * sizeof *realigner->kept * (double)band.n_rows) + 1 : band.n_rows;
    if (!reserve(realigner, &band))
        return false;
    for (size_t j = 0; j <= band.width; j++)
        realigner->scores[j] = realigner->deletions[j] = NONE;
    for (size_t block = 0; block * band.block_rows < band.n_rows; block++)
        fill_block(realigner, &band, query, target, target_bp, block, false);
    steps->n = 0;
    return trace_back(realigner, &band, query, target, target_bp, steps);
}
