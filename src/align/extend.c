/* extend.c: schedules extensions on the lanes of a band; see extend.h. */
#include "align/extend.h"

#include <stdlib.h>
#include <string.h>

#include "align/lane_feed.h"
#include "align/offload.h"
#include "base/sort.h"

static const uint64_t EIGHT_TIMES = UINT64_C(0x0101010101010101); /* a code */

typedef struct lane_state {
    const rp_extension *extension; /* NULL: idle */
    uint32_t row;       /* rows done */
    int32_t shift;
    int32_t rebased;    /* taken off the scores so far */
    int32_t best_shift; /* the shift at the best row */
    rp_lane_feed feed;
} lane_state;

struct rp_extender {
    rp_band band;
    lane_state lanes[RP_LANES];
    const rp_band_kernel *kernel;
    rp_trace_row *trace;        /* rows of the blocks that lanes under trace have done last, in a ring, */
    size_t trace_capacity;
    int8_t *block_shift;        /* [block][lane]: how the band moved after the block */
    size_t block_capacity;
    uint32_t n_blocks;          /* of that ring */
    uint64_t *order;            /* of what is traced: see list_longest_first; as many again for sorting */
    size_t order_capacity;
    uint64_t cells;
};

rp_extender *rp_extender_create(const rp_band_kernel *kernel)
{
    rp_extender *extender = rp_alloc_aligned(1, sizeof *extender);
    if (extender != NULL)
        extender->kernel = kernel;
    return extender;
}

void rp_extender_destroy(rp_extender *extender)
{
    if (extender == NULL)
        return;
    free(extender->trace);
    free(extender->block_shift);
    free(extender->order);
    free(extender);
}

uint64_t rp_extender_cells(const rp_extender *extender)
{
    return extender->cells;
}

static void fill_target(rp_extender *extender, const rp_view *view, unsigned lane, unsigned row, unsigned n)
{
    lane_state *state = &extender->lanes[lane];
    rp_lane_feed_fill(&state->feed, view, &extender->band, lane,
                      (int64_t)state->row + row - RP_BAND_CENTRE + state->shift, row, n);
}

/* The query codes of a lane's next block. */
static uint64_t next_query(const lane_state *state)
{
    const rp_extension *extension = state->extension;
    uint64_t eight = 0;
    if (state->row + RP_BLOCK_ROWS <= extension->query_length) {
        const uint8_t *codes = extension->query + state->row;
        for (unsigned r = 0; r < RP_BLOCK_ROWS; r++)
            eight |= (uint64_t)codes[r] << 8 * r;
        return eight;
    }
    for (unsigned r = 0; r < RP_BLOCK_ROWS; r++) {
        const uint32_t at = state->row + r;
        eight |= (uint64_t)(at < extension->query_length ? extension->query[at] : RP_QUERY_END) << 8 * r;
    }
    return eight;
}

static void start_lane(rp_extender *extender, const rp_view *view, unsigned lane, const rp_extension *extension)
{
    lane_state *state = &extender->lanes[lane];
    state->extension = extension;
    state->row = 0;
    state->shift = state->rebased = state->best_shift = 0;
    rp_band_start_lane(&extender->band, lane);
    if (extension == NULL) {
        for (unsigned j = 0; j < RP_BAND + RP_BLOCK_ROWS; j++)
            extender->band.target[j][lane] = RP_BASE_NONE;
    } else {
        rp_lane_feed_start(&state->feed, extension->walk);
        fill_target(extender, view, lane, 0, RP_BAND + RP_BLOCK_ROWS);
    }
    const uint64_t query = extension != NULL ? next_query(state) : EIGHT_TIMES * RP_QUERY_END;
    for (unsigned r = 0; r < RP_BLOCK_ROWS; r++)
        extender->band.query[r][lane] = (int16_t)(query >> 8 * r & 0xff);
}

/* After a block, for all lanes that are at work: what the best is worth knowing later, the bands
 * re-centred (by[lane]: by how much), the codes of the next block. */
static void follow(rp_extender *extender, const rp_view *view, int16_t by[RP_LANES])
{
    rp_band *band = &extender->band;
    uint64_t query[RP_LANES], target[RP_LANES];
    bool moved = false;
    for (unsigned lane = 0; lane < RP_LANES; lane++) {
        lane_state *state = &extender->lanes[lane];
        by[lane] = 0;
        if (state->extension == NULL)
            continue;
        if (band->best_row[lane] >= (int32_t)state->row)
            state->best_shift = state->shift;
        state->row += RP_BLOCK_ROWS;
        state->rebased += rp_band_rebase_lane(band, lane);
        const int off = band->row_cell[lane] - RP_BAND_CENTRE;
        if (off < -RP_OFF_CENTRE || off > RP_OFF_CENTRE)
            by[lane] = (int16_t)off;
        moved = moved || by[lane] != 0;
    }
    if (moved)
        extender->kernel->shift(band, by);
    for (unsigned lane = 0; lane < RP_LANES; lane++) {
        lane_state *state = &extender->lanes[lane];
        if (state->extension == NULL) {
            query[lane] = EIGHT_TIMES * RP_QUERY_END;
            target[lane] = EIGHT_TIMES * RP_BASE_NONE;
            continue;
        }
        state->shift += by[lane];
        if (by[lane] != 0)
            fill_target(extender, view, lane, 0, RP_BAND);
        query[lane] = next_query(state);
        target[lane] =
            rp_lane_feed_eight(&state->feed, view, (int64_t)state->row + RP_BAND - RP_BAND_CENTRE + state->shift);
    }
    rp_band_put_rows(band->query, query);
    rp_band_put_rows(band->target + RP_BAND, target);
}

static void finish(rp_extender *extender, unsigned lane, rp_extension *extension)
{
    const rp_band *band = &extender->band;
    const lane_state *state = &extender->lanes[lane];
    const int32_t row = band->best_row[lane];
    extension->score = state->rebased + band->best[lane];
    extension->query_used = (uint32_t)(row + 1);
    extension->target_used =
        row < 0 ? 0 : (uint32_t)(row + band->best_cell[lane] - RP_BAND_CENTRE + state->best_shift + 1);
    const rp_interval reach = rp_lane_feed_reach(&state->feed);
    extension->looked_at = (uint32_t)(reach.end - reach.begin);
}

void rp_extender_run(rp_extender *extender, const rp_view *view, rp_extension *extensions, size_t n, int x_drop)
{
    const rp_offload *offload = extender->kernel->offload;
    if (offload != NULL && n >= offload->min_extensions &&
        offload->extend(offload->context, view, extensions, n, x_drop))
        return;
    rp_band *band = &extender->band;
    int16_t by[RP_LANES] __attribute__((aligned(64)));
    size_t next = 0, active = 0;
    rp_extension *running[RP_LANES] = {NULL};
    for (unsigned lane = 0; lane < RP_LANES; lane++) {
        running[lane] = next < n ? &extensions[next++] : NULL;
        active += running[lane] != NULL;
        start_lane(extender, view, lane, running[lane]);
    }
    while (active > 0) {
        extender->kernel->rows(band, 0, RP_BLOCK_ROWS, NULL);
        extender->cells += active * RP_BLOCK_ROWS * RP_BAND;
        rp_band_advance_target(band);
        bool dropped[RP_LANES];
        for (unsigned lane = 0; lane < RP_LANES; lane++)
            dropped[lane] = band->row_best[lane] < band->best[lane] - x_drop;
        follow(extender, view, by);
        for (unsigned lane = 0; lane < RP_LANES; lane++) {
            if (running[lane] == NULL)
                continue;
            const uint32_t row = extender->lanes[lane].row;
            if (!dropped[lane] && row < running[lane]->query_length && row < RP_EXTEND_MAX_BP)
                continue;
            finish(extender, lane, running[lane]);
            running[lane] = next < n ? &extensions[next++] : NULL;
            active -= running[lane] == NULL;
            start_lane(extender, view, lane, running[lane]);
        }
    }
}

/* --- Tracing --- */

enum { LENGTH_BITS = 32 }; /* of a key in the order of what is traced, above an extension's number */

/* Lists the extensions that have a path, the longest first, so that in the end few lanes wait for the last one; makes
 * room for the rows of the longest. False: out of memory. */
static bool list_longest_first(rp_extender *extender, const rp_extension *extensions, size_t n, size_t *n_listed)
{
    if (!rp_reserve((void **)&extender->order, &extender->order_capacity, 2 * n, sizeof *extender->order))
        return false;
    uint32_t longest = 0;
    *n_listed = 0;
    for (size_t i = 0; i < n; i++)
        longest = extensions[i].query_used > longest ? extensions[i].query_used : longest;
    for (size_t i = 0; i < n; i++)
        if (extensions[i].query_used > 0)
            extender->order[(*n_listed)++] = (uint64_t)(longest - extensions[i].query_used) << LENGTH_BITS | i;
    rp_sort_u64(extender->order, extender->order + n, *n_listed, LENGTH_BITS, 64);
    extender->n_blocks = (longest + RP_BLOCK_ROWS - 1) / RP_BLOCK_ROWS;
    return rp_reserve((void **)&extender->trace, &extender->trace_capacity, (size_t)extender->n_blocks * RP_BLOCK_ROWS,
                      sizeof *extender->trace) &&
           rp_reserve((void **)&extender->block_shift, &extender->block_capacity, (size_t)extender->n_blocks * RP_LANES,
                      1);
}

/* The place in the ring of block number `block` of a path whose first one is at `first`. */
static size_t ring_block(const rp_extender *extender, uint32_t first, uint32_t block)
{
    const uint32_t at = first + block;
    return at < extender->n_blocks ? at : at - extender->n_blocks;
}

/* Walks one lane's path back from its best cell to the block at which it began; the steps come out in reverse. */
static bool walk_back(const rp_extender *extender, unsigned lane, uint32_t first_block, rp_steps *steps)
{
    const rp_band *band = &extender->band;
    const uint32_t bit = (uint32_t)1 << lane;
    enum { PAIRED, DELETED, INSERTED } state = PAIRED;
    int32_t row = (int32_t)extender->lanes[lane].extension->query_used - 1;
    int cell = band->best_cell[lane];
    while (row >= 0 || cell > RP_BAND_CENTRE) {
        rp_step_kind kind;
        uint32_t length = 1;
        if (row >= 0 && (cell < 0 || cell >= RP_BAND)) {
            /* Out of the band: bases were covered since the scores were made, so that the path ends elsewhere. Whoever
             * asked will see that; what he gets must only be whole. */
            kind = RP_STEP_DELETION;
            length = (uint32_t)row + 1;
            row = -1;
            cell = RP_BAND_CENTRE;
        } else if (row < 0) {
            kind = RP_STEP_INSERTION; /* genome bases before the first query base */
            cell--;
        } else {
            const unsigned in_block = (uint32_t)row % RP_BLOCK_ROWS;
            const size_t block = ring_block(extender, first_block, (uint32_t)row / RP_BLOCK_ROWS);
            const rp_trace_row *trace = &extender->trace[block * RP_BLOCK_ROWS + in_block];
            if (state == PAIRED && (trace->from_insertion[cell] & bit) != 0)
                state = INSERTED;
            else if (state == PAIRED && (trace->from_deletion[cell] & bit) != 0)
                state = DELETED;
            kind = state == PAIRED ? RP_STEP_PAIR : state == DELETED ? RP_STEP_DELETION : RP_STEP_INSERTION;
            if (state == INSERTED) {
                if ((trace->insertion_extends[cell] & bit) == 0)
                    state = PAIRED;
                cell--;
            } else {
                if (state == DELETED) {
                    if ((trace->deletion_extends[cell] & bit) == 0)
                        state = PAIRED;
                    cell++;
                }
                if (row > 0 && in_block == 0) /* the band moved between these rows */
                    cell += extender->block_shift[(block > 0 ? block - 1 : extender->n_blocks - 1) * RP_LANES + lane];
                row--;
            }
        }
        rp_step *last = steps->n > 0 ? &steps->items[steps->n - 1] : NULL;
        if (last != NULL && last->kind == kind)
            last->length += length;
        else if (!rp_steps_push(steps, (rp_step){.kind = kind, .length = length}))
            return false;
    }
    return true;
}

/* Appends the path of a lane that has done its rows. */
static bool take_path(const rp_extender *extender, unsigned lane, uint32_t first_block, rp_steps *steps)
{
    const size_t begin = steps->n;
    if (!walk_back(extender, lane, first_block, steps))
        return false;
    for (size_t i = begin, j = steps->n; i + 1 < j; i++) {
        const rp_step swap = steps->items[i];
        steps->items[i] = steps->items[--j];
        steps->items[j] = swap;
    }
    return true;
}

/* What the lanes trace. */
typedef struct tracing {
    const rp_extension *extensions;
    rp_steps *steps; /* of each of them */
    size_t n_listed, next; /* in the extender's order */
    size_t which[RP_LANES]; /* extension that a lane traces, and the block of the ring at which it began */
    uint32_t first_block[RP_LANES];
    unsigned n_active;
} tracing;

/* Gives a lane the next extension, from a block of the ring on. */
static void trace_next(rp_extender *extender, const rp_view *view, tracing *run, unsigned lane, uint32_t block)
{
    const rp_extension *extension = NULL;
    if (run->next < run->n_listed) {
        run->which[lane] = (uint32_t)extender->order[run->next++];
        extension = &run->extensions[run->which[lane]];
    }
    run->first_block[lane] = block;
    run->n_active += extension != NULL;
    start_lane(extender, view, lane, extension);
}

/* Takes the paths of the lanes that have done their rows, and starts others there from block `next` on. */
static bool end_paths(rp_extender *extender, const rp_view *view, tracing *run, uint32_t next)
{
    bool ok = true;
    for (unsigned lane = 0; ok && lane < RP_LANES; lane++) {
        const lane_state *state = &extender->lanes[lane];
        if (state->extension == NULL || state->row < state->extension->query_used)
            continue;
        ok = take_path(extender, lane, run->first_block[lane], &run->steps[run->which[lane]]);
        run->n_active--;
        trace_next(extender, view, run, lane, next);
    }
    return ok;
}

bool rp_extender_trace(rp_extender *extender, const rp_view *view, const rp_extension *extensions, size_t n,
                       rp_steps *steps)
{
    rp_band *band = &extender->band;
    tracing run = {.extensions = extensions, .steps = steps};
    int16_t by[RP_LANES] __attribute__((aligned(64)));
    if (!list_longest_first(extender, extensions, n, &run.n_listed))
        return false;
    for (unsigned lane = 0; lane < RP_LANES; lane++)
        trace_next(extender, view, &run, lane, 0);
    bool ok = true;
    for (uint32_t block = 0, next; ok && run.n_active > 0; block = next) {
        extender->kernel->rows(band, 0, RP_BLOCK_ROWS, extender->trace + (size_t)block * RP_BLOCK_ROWS);
        rp_band_advance_target(band);
        extender->cells += run.n_active * RP_BLOCK_ROWS * RP_BAND;
        follow(extender, view, by);
        for (unsigned lane = 0; lane < RP_LANES; lane++)
            extender->block_shift[(size_t)block * RP_LANES + lane] = (int8_t)by[lane];
        next = block + 1 < extender->n_blocks ? block + 1 : 0;
        ok = end_paths(extender, view, &run, next);
    }
    return ok;
}
