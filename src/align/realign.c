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

/* Row i from row i - 1, in place: cell j of row i is target base count i + lowest + j. A cell's
 * upper neighbour (query base, no target base) is cell j + 1 of the row before. */
static void fill_row(rp_realigner *realigner, const shape *band, const uint8_t *query, const uint8_t *target,
                     uint32_t target_bp, uint32_t i)
{
    int32_t *score = realigner->scores, *deletion = realigner->deletions;
    uint8_t *trace = realigner->trace + i % band->block_rows * band->width;
    int32_t insertion = NONE, left = NONE;
    for (size_t j = 0; j < band->width; j++) {
        const int64_t t = (int64_t)i + band->lowest + (int64_t)j;
        int32_t best = NONE, del = NONE;
        uint8_t how = FROM_PAIR;
        bool del_extends = false, ins_extends = false;
        if (t >= 0 && t <= target_bp) {
            if (i > 0 && t > 0 && score[j] > NONE)
                best =
                    score[j] + (query[i - 1] == target[t - 1] && rp_code_is_base(query[i - 1]) ? RP_REALIGN_MATCH
                                                                                               : RP_REALIGN_MISMATCH);
            if (i == 0 && t == 0)
                best = 0;
            if (i > 0) {
                const int32_t open = score[j + 1] + RP_REALIGN_GAP_OPEN + RP_REALIGN_GAP_BASE;
                const int32_t on = deletion[j + 1] + RP_REALIGN_GAP_BASE;
                del_extends = on > open;
                del = del_extends ? on : open;
            }
            const int32_t open = left + RP_REALIGN_GAP_OPEN + RP_REALIGN_GAP_BASE, on = insertion + RP_REALIGN_GAP_BASE;
            ins_extends = on > open;
            insertion = ins_extends ? on : open;
            if (del > best) {
                best = del;
                how = FROM_DELETION;
            }
            if (insertion > best) {
                best = insertion;
                how = FROM_INSERTION;
            }
        } else {
            insertion = NONE;
        }
        score[j] = left = best < NONE ? NONE : best;
        deletion[j] = del < NONE ? NONE : del;
        insertion = insertion < NONE ? NONE : insertion;
        trace[j] = (uint8_t)(how | (del_extends ? DELETION_EXTENDS : 0) | (ins_extends ? INSERTION_EXTENDS : 0));
    }
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
    unsigned in = FROM;  /* in a gap of this kind; FROM: in none */
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
