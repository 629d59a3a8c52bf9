/* extend.c: schedules extensions on the lanes of a band; see extend.h. */
#include "align/extend.h"

#include <stdlib.h>
#include <string.h>

#include "align/lane_feed.h"
#include "align/offload.h"

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
    rp_trace_row *trace;        /* rows of a group that is traced */
    size_t trace_capacity;
    int8_t *block_shift;        /* [block][lane]: how the band moved after the block */
    size_t block_capacity;
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

/* Walks one lane's path back from its best cell; the steps come out in reverse. */
static bool walk_back(const rp_extender *extender, unsigned lane, const rp_extension *extension, rp_steps *steps)
{
    const rp_band *band = &extender->band;
    const uint32_t bit = (uint32_t)1 << lane;
    enum { PAIRED, DELETED, INSERTED } state = PAIRED;
    int32_t row = (int32_t)extension->query_used - 1;
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
            const rp_trace_row *trace = &extender->trace[row];
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
                if (row > 0 && row % RP_BLOCK_ROWS == 0) /* the band moved between these rows */
                    cell += extender->block_shift[(size_t)(row / RP_BLOCK_ROWS - 1) * RP_LANES + lane];
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

bool rp_extender_trace(rp_extender *extender, const rp_view *view, const rp_extension *extensions, size_t n,
                       rp_steps *steps)
{
    rp_band *band = &extender->band;
    uint32_t n_rows = 0;
    for (unsigned lane = 0; lane < RP_LANES; lane++) {
        const rp_extension *extension = lane < n && extensions[lane].query_used > 0 ? &extensions[lane] : NULL;
        start_lane(extender, view, lane, extension);
        if (extension != NULL && extension->query_used > n_rows)
            n_rows = extension->query_used;
    }
    const size_t n_blocks = (n_rows + RP_BLOCK_ROWS - 1) / RP_BLOCK_ROWS;
    if (!rp_reserve((void **)&extender->trace, &extender->trace_capacity, n_blocks * RP_BLOCK_ROWS,
                    sizeof *extender->trace) ||
        !rp_reserve((void **)&extender->block_shift, &extender->block_capacity, n_blocks * RP_LANES, 1))
        return false;
    int16_t best_cell[RP_LANES], by[RP_LANES] __attribute__((aligned(64)));
    for (size_t block = 0; block < n_blocks; block++) {
        extender->kernel->rows(band, 0, RP_BLOCK_ROWS, extender->trace + block * RP_BLOCK_ROWS);
        rp_band_advance_target(band);
        for (unsigned lane = 0; lane < n; lane++) {
            const lane_state *state = &extender->lanes[lane];
            if (state->extension == NULL)
                continue;
            extender->cells += RP_BLOCK_ROWS * RP_BAND;
            if (state->row < state->extension->query_used)
                best_cell[lane] = band->best_cell[lane];
        }
        follow(extender, view, by);
        for (unsigned lane = 0; lane < RP_LANES; lane++)
            extender->block_shift[block * RP_LANES + lane] = (int8_t)by[lane];
    }
    for (unsigned lane = 0; lane < n; lane++) {
        const size_t begin = steps[lane].n;
        if (extensions[lane].query_used == 0)
            continue;
        band->best_cell[lane] = best_cell[lane];
        if (!walk_back(extender, lane, &extensions[lane], &steps[lane]))
            return false;
        for (size_t i = begin, j = steps[lane].n; i + 1 < j; i++) {
            const rp_step swap = steps[lane].items[i];
            steps[lane].items[i] = steps[lane].items[--j];
            steps[lane].items[j] = swap;
        }
    }
    return true;
}
