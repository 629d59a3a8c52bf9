/* grow.c: grows a consensus from many copies; see grow.h. */
#include "family/grow.h"

#include <stdlib.h>
#include <string.h>

#include "align/lane_feed.h"
#include "align/offload.h"
#include "base/cancel.h"
#include "family/frontiers.h"
#include "family/growth_cost.h"
#include "family/self_words.h"

enum {
    GROUPS = RP_GROW_LANES / RP_LANES,
    MIN_SPANNING = 3,          /* lanes that must gain over the last two checks */
    SPAN_GAIN = 24,
    SPAN_HALF_GAIN = 8,
    /* New lanes where copies end: without them 6 % of the families are lost. */
    RESEED_KNOWN_BP = 40,      /* a frontier this near to a lane is that lane's */
    WRAP_RUN_BP = 64,
    WRAP_SLACK_BP = 128
};

typedef struct grow_lane {
    bool used;            /* has a copy; false: idle or lost */
    uint32_t joined;      /* row at which it began */
    int32_t shift, rebased;
    int32_t best_before, best_at_check; /* best at the last check but one, and at the last */
    rp_lane_feed feed;
} grow_lane;

struct rp_grower {
    rp_band bands[GROUPS];
    grow_lane lanes[RP_GROW_LANES];
    unsigned n_groups;       /* groups in use */
    uint32_t row;            /* rows done = bases appended */
    int64_t best_total;      /* of the sums over all lanes less the cost of the bases, and where: */
    uint32_t best_row;
    bool targets_are_stale;  /* a device has done the last rows: the bands' target codes are not those of now */
    int64_t settled;         /* scores that no band holds any more (rebased, or of copies whose lane was taken), */
    uint32_t cost;           /* and what earlier bases cost less than at present */
    uint32_t max_bp;
    const rp_band_kernel *kernel;
    rp_self_words words;
    rp_frontiers frontiers;
    uint64_t cells;
    rp_offload_growth lent;
};

rp_grower *rp_grower_create(const rp_band_kernel *kernel, uint32_t max_bp)
{
    rp_grower *grower = rp_alloc_aligned(1, sizeof *grower);
    if (grower == NULL)
        return NULL;
    grower->kernel = kernel;
    grower->max_bp = max_bp > 0 && max_bp < RP_GROW_MAX_BP ? max_bp : RP_GROW_MAX_BP;
    return grower;
}

void rp_grower_destroy(rp_grower *grower)
{
    if (grower == NULL)
        return;
    rp_frontiers_clear(&grower->frontiers);
    free(grower);
}

uint64_t rp_grower_cells(const rp_grower *grower)
{
    return grower->cells;
}

static int32_t lane_best(const rp_grower *grower, unsigned lane)
{
    return grower->lanes[lane].rebased + grower->bands[lane / RP_LANES].best[lane % RP_LANES];
}

static void idle_lane(rp_grower *grower, unsigned lane)
{
    rp_band *band = &grower->bands[lane / RP_LANES];
    grower->lanes[lane].used = false;
    for (unsigned j = 0; j < RP_BAND + RP_BLOCK_ROWS; j++)
        band->target[j][lane % RP_LANES] = RP_BASE_NONE;
}

static void fill_lane(rp_grower *grower, const rp_view *view, unsigned lane, unsigned row, unsigned n)
{
    grow_lane *state = &grower->lanes[lane];
    rp_lane_feed_fill(&state->feed, view, &grower->bands[lane / RP_LANES], lane % RP_LANES,
                      (int64_t)grower->row - state->joined + row - RP_BAND_CENTRE + state->shift, row, n);
}

static bool note_reach(const grow_lane *lane, rp_reads *reads)
{
    const rp_interval reach = rp_lane_feed_reach(&lane->feed);
    return rp_reads_note(reads, reach.begin, reach.end);
}

static void start_lane(rp_grower *grower, const rp_view *view, unsigned lane, rp_strand_walk walk)
{
    grow_lane *state = &grower->lanes[lane];
    grower->settled += grower->bands[lane / RP_LANES].best[lane % RP_LANES];
    *state = (grow_lane){.used = true, .joined = grower->row};
    rp_lane_feed_start(&state->feed, walk);
    rp_band_start_lane(&grower->bands[lane / RP_LANES], lane % RP_LANES);
    fill_lane(grower, view, lane, 0, RP_BAND + RP_BLOCK_ROWS);
}

/* Starts the lanes of group `group` without copies. */
static void open_group(rp_grower *grower, unsigned group)
{
    for (unsigned i = 0; i < RP_LANES; i++) {
        const unsigned lane = group * RP_LANES + i;
        grower->lanes[lane] = (grow_lane){.used = false};
        rp_band_start_lane(&grower->bands[group], i);
        idle_lane(grower, lane);
    }
    grower->n_groups = group + 1;
}

/* The base that the lanes favour; the smallest code on a tie. */
static unsigned choose_base(const rp_grower *grower, unsigned block_row)
{
    int64_t sums[RP_N_BASES] = {0};
    for (unsigned group = 0; group < grower->n_groups; group++)
        grower->kernel->candidates(&grower->bands[group], block_row, RP_GROW_CAP, sums);
    unsigned best = 0;
    for (unsigned base = 1; base < RP_N_BASES; base++)
        if (sums[base] > sums[best])
            best = base;
    return best;
}

/* Appends one base and returns the sum of the lanes' bests. */
static int64_t take_base(rp_grower *grower, unsigned block_row, unsigned base)
{
    int64_t sum = grower->settled;
    for (unsigned group = 0; group < grower->n_groups; group++) {
        rp_band *band = &grower->bands[group];
        for (unsigned i = 0; i < RP_LANES; i++)
            band->query[block_row][i] = (int16_t)base;
        grower->kernel->rows(band, block_row, block_row + 1, NULL);
        sum += grower->kernel->sum_best(band);
    }
    grower->cells += (uint64_t)grower->n_groups * RP_LANES * RP_BAND;
    return sum;
}

/* Notes the sum of the lanes' bests; false: it has not improved for too long. */
static bool note_total(rp_grower *grower, int64_t sum)
{
    const int64_t total = sum - (int64_t)grower->cost * grower->row;
    if (total > grower->best_total) {
        grower->best_total = total;
        grower->best_row = grower->row;
        return true;
    }
    return grower->row - grower->best_row < RP_GROW_PATIENCE;
}

/* After a block: bands follow their copies, lost copies free their lanes. */
static void end_block(rp_grower *grower, const rp_view *view)
{
    for (unsigned group = 0; group < grower->n_groups; group++) {
        rp_band *band = &grower->bands[group];
        int16_t by[RP_LANES] __attribute__((aligned(64)));
        bool moved = false;
        rp_band_advance_target(band);
        for (unsigned i = 0; i < RP_LANES; i++) {
            const unsigned lane = group * RP_LANES + i;
            by[i] = 0;
            if (!grower->lanes[lane].used)
                continue;
            if (band->row_best[i] < band->best[i] - RP_GROW_DEAD_DROP) {
                idle_lane(grower, lane);
                continue;
            }
            const int off = rp_band_rebase_lane(band, i), aside = band->row_cell[i] - RP_BAND_CENTRE;
            grower->lanes[lane].rebased += off;
            grower->settled += off;
            if (aside < -RP_OFF_CENTRE || aside > RP_OFF_CENTRE)
                by[i] = (int16_t)aside;
            moved = moved || by[i] != 0;
        }
        if (moved)
            grower->kernel->shift(band, by);
        for (unsigned i = 0; i < RP_LANES; i++) {
            const unsigned lane = group * RP_LANES + i;
            if (!grower->lanes[lane].used)
                continue;
            grower->lanes[lane].shift += by[i];
            if (by[i] != 0)
                fill_lane(grower, view, lane, 0, RP_BAND + RP_BLOCK_ROWS);
            else
                fill_lane(grower, view, lane, RP_BAND, RP_BLOCK_ROWS);
        }
    }
}

/* Makes the lanes' target codes those of the present row again. */
static void refresh_targets(rp_grower *grower, const rp_view *view)
{
    for (unsigned lane = 0; lane < grower->n_groups * RP_LANES; lane++) {
        if (!grower->lanes[lane].used) {
            idle_lane(grower, lane);
            continue;
        }
        rp_lane_feed_restore(&grower->lanes[lane].feed, view);
        fill_lane(grower, view, lane, 0, RP_BAND + RP_BLOCK_ROWS);
    }
    grower->targets_are_stale = false;
}

/* Appends up to n_rows bases; false: growth has come to its end. */
static bool advance(rp_grower *grower, const rp_view *view, rp_codes *consensus, uint32_t n_rows)
{
    if (grower->targets_are_stale)
        refresh_targets(grower, view);
    for (uint32_t i = 0; i < n_rows; i++) {
        const unsigned block_row = grower->row % RP_BLOCK_ROWS;
        const unsigned base = choose_base(grower, block_row);
        const int64_t sum = take_base(grower, block_row, base);
        grower->row++;
        consensus->items[consensus->n++] = (uint8_t)base;
        rp_self_words_push(&grower->words, base);
        if (!note_total(grower, sum))
            return false;
        if (grower->row % RP_BLOCK_ROWS == 0)
            end_block(grower, view);
    }
    return true;
}

/* --- On a device --- */

static void lend_lane(const rp_grower *grower, unsigned lane, rp_offload_lane *to)
{
    const rp_band *band = &grower->bands[lane / RP_LANES];
    const grow_lane *from = &grower->lanes[lane];
    const unsigned i = lane % RP_LANES;
    *to = (rp_offload_lane){.walk = rp_offload_walk(&from->feed.walk),
                            .used = from->used,
                            .joined = from->joined,
                            .shift = from->shift,
                            .rebased = from->rebased};
    for (unsigned j = 0; j < RP_BAND; j++) {
        to->lane.score[j] = band->score[j][i];
        to->lane.deletion[j] = band->deletion[j][i];
    }
    to->lane.best = band->best[i];
    to->lane.best_row = band->best_row[i];
    to->lane.best_cell = band->best_cell[i];
    to->lane.row = band->row[i];
    to->lane.row_best = band->row_best[i];
    to->lane.row_cell = band->row_cell[i];
}

static void take_lane_back(rp_grower *grower, unsigned lane, const rp_offload_lane *from)
{
    rp_band *band = &grower->bands[lane / RP_LANES];
    grow_lane *to = &grower->lanes[lane];
    const unsigned i = lane % RP_LANES;
    for (unsigned j = 0; j < RP_BAND; j++) {
        band->score[j][i] = (int16_t)from->lane.score[j];
        band->deletion[j][i] = (int16_t)from->lane.deletion[j];
    }
    band->best[i] = (int16_t)from->lane.best;
    band->best_row[i] = (int16_t)from->lane.best_row;
    band->best_cell[i] = (int16_t)from->lane.best_cell;
    band->row[i] = (int16_t)from->lane.row;
    band->row_best[i] = (int16_t)from->lane.row_best;
    band->row_cell[i] = (int16_t)from->lane.row_cell;
    to->used = from->used != 0;
    to->shift = from->shift;
    to->rebased = from->rebased;
    const int64_t decoded = ((int64_t)from->looked_at + RP_FEED_CHUNK - 1) / RP_FEED_CHUNK * RP_FEED_CHUNK;
    if (decoded > to->feed.end)
        to->feed.end = decoded;
}

/* Has a device append up to n_rows bases; *stopped: growth has come to its end. False: it does not take them. */
static bool advance_on_device(rp_grower *grower, const rp_view *view, rp_codes *consensus, uint32_t n_rows,
                              bool *stopped)
{
    const rp_offload *offload = grower->kernel->offload;
    rp_offload_growth *growth = &grower->lent;
    if (offload == NULL || offload->grow == NULL)
        return false;
    growth->n_lanes = grower->n_groups * RP_LANES;
    growth->row = grower->row;
    growth->cost = grower->cost;
    growth->n_rows = n_rows;
    growth->settled = grower->settled;
    growth->best_total = grower->best_total;
    growth->best_row = grower->best_row;
    for (unsigned lane = 0; lane < growth->n_lanes; lane++)
        lend_lane(grower, lane, &growth->lanes[lane]);
    if (!offload->grow(offload->context, view, growth))
        return false;
    for (unsigned lane = 0; lane < growth->n_lanes; lane++)
        take_lane_back(grower, lane, &growth->lanes[lane]);
    for (uint32_t i = 0; i < growth->n_done; i++) {
        consensus->items[consensus->n++] = growth->bases[i];
        rp_self_words_push(&grower->words, growth->bases[i]);
    }
    grower->row += growth->n_done;
    grower->settled = growth->settled;
    grower->best_total = growth->best_total;
    grower->best_row = growth->best_row;
    grower->targets_are_stale = true;
    *stopped = growth->stopped != 0;
    return true;
}

static bool is_live(const rp_grower *grower, unsigned lane)
{
    const rp_band *band = &grower->bands[lane / RP_LANES];
    const unsigned i = lane % RP_LANES;
    return grower->lanes[lane].used && band->row_best[i] > band->best[i] - RP_GROW_CAP;
}

/* The genome under the last two checks of a lane, or the first that it comes to, as the consensus reads it. */
static rp_base_counts lane_bases(const rp_grower *grower, const rp_view *view, unsigned lane)
{
    const grow_lane *state = &grower->lanes[lane];
    const int64_t done = (int64_t)(grower->row - state->joined) + state->shift;
    const int64_t end = done < 2 * RP_CHECK_ROWS ? 2 * RP_CHECK_ROWS : done;
    return rp_base_counts_of_walk(view, &state->feed.walk, end - 2 * RP_CHECK_ROWS, end);
}

/* Sets the cost of the bases to come. Before the first one the consensus says nothing of what follows. */
static void set_cost(rp_grower *grower, const rp_view *view, const rp_codes *consensus)
{
    rp_base_counts copies[RP_GROW_LANES];
    unsigned n = 0;
    for (unsigned lane = 0; lane < grower->n_groups * RP_LANES; lane++)
        if (is_live(grower, lane))
            copies[n++] = lane_bases(grower, view, lane);
    const rp_base_counts grown = grower->row > 0 ? rp_growth_bases(consensus) : rp_growth_favours(copies, n);
    const uint32_t cost = rp_growth_cost(&grown, copies, n);
    grower->settled += ((int64_t)cost - grower->cost) * grower->row; /* bases so far cost what they did */
    grower->cost = cost;
}

/* Lanes that span the last two checks: there throughout, gaining in both halves, and more than composition explains. */
static unsigned count_spanning(rp_grower *grower, const rp_view *view, const rp_codes *consensus)
{
    unsigned spanning = 0;
    const rp_base_counts grown = rp_growth_bases(consensus);
    for (unsigned lane = 0; lane < grower->n_groups * RP_LANES; lane++) {
        grow_lane *state = &grower->lanes[lane];
        if (!state->used)
            continue;
        const int32_t best = lane_best(grower, lane);
        const uint32_t age = grower->row - state->joined;
        if (age >= 2 * RP_CHECK_ROWS && best - state->best_before >= SPAN_GAIN &&
            best - state->best_at_check >= SPAN_HALF_GAIN &&
            state->best_at_check - state->best_before >= SPAN_HALF_GAIN) {
            const rp_base_counts copy = lane_bases(grower, view, lane);
            spanning += rp_significant_score(best - state->best_before, 2 * RP_CHECK_ROWS, &grown, &copy) >= SPAN_GAIN;
        }
        state->best_before = state->best_at_check;
        state->best_at_check = best;
    }
    return spanning;
}

/* --- New copies at the frontier --- */

/* The genome place a lane has reached. */
static rp_frontier lane_frontier(const rp_grower *grower, unsigned lane)
{
    const grow_lane *state = &grower->lanes[lane];
    const rp_strand_walk *walk = &state->feed.walk;
    const int64_t done = (int64_t)(grower->row - state->joined) + state->shift;
    const int64_t at = walk->reverse ? (int64_t)walk->origin - done : (int64_t)walk->origin + done;
    return rp_frontier_make(at < 0 ? 0 : (uint64_t)at, walk->reverse);
}

static bool held_by_lane(const rp_grower *grower, rp_frontier key)
{
    for (unsigned lane = 0; lane < grower->n_groups * RP_LANES; lane++) {
        if (!grower->lanes[lane].used)
            continue;
        const rp_frontier held = lane_frontier(grower, lane);
        const uint64_t distance = held > key ? held - key : key - held;
        if (distance <= RESEED_KNOWN_BP)
            return true;
    }
    return false;
}

static bool reseed(rp_grower *grower, const rp_view *view, const rp_kmer_index *index, const rp_codes *consensus,
                   rp_reads *reads)
{
    rp_frontiers *found = &grower->frontiers;
    size_t next = 0;
    if (!rp_frontiers_find(found, view, index, consensus, &grower->words, reads))
        return false;
    for (unsigned lane = 0; lane < RP_GROW_LANES; lane++) {
        if (lane < grower->n_groups * RP_LANES && is_live(grower, lane))
            continue;
        while (next < found->n && held_by_lane(grower, found->items[next].at))
            next++;
        if (next == found->n)
            break;
        if (lane >= grower->n_groups * RP_LANES)
            open_group(grower, grower->n_groups);
        const rp_frontier at = found->items[next++].at;
        start_lane(grower, view, lane, rp_view_walk(view, rp_frontier_origin(at), rp_frontier_is_reverse(at)));
    }
    return true;
}

/* --- The whole growth --- */

/* Drops lanes that joined at the other end of the period that is being repeated. */
static void drop_young_lanes(rp_grower *grower)
{
    for (unsigned lane = 0; lane < grower->n_groups * RP_LANES; lane++)
        if (grower->lanes[lane].used && grower->row - grower->lanes[lane].joined < grower->words.period / 2)
            idle_lane(grower, lane);
}

/* The row at which the third-longest lane has its best. */
static uint32_t third_longest(const rp_grower *grower)
{
    uint32_t longest[MIN_SPANNING] = {0};
    for (unsigned lane = 0; lane < grower->n_groups * RP_LANES; lane++) {
        uint32_t end =
            grower->lanes[lane].joined + (uint32_t)(grower->bands[lane / RP_LANES].best_row[lane % RP_LANES] + 1);
        for (unsigned i = 0; i < MIN_SPANNING; i++)
            if (end > longest[i]) {
                const uint32_t swap = longest[i];
                longest[i] = end;
                end = swap;
            }
    }
    return longest[MIN_SPANNING - 1];
}

static unsigned count_live(const rp_grower *grower, unsigned *used)
{
    unsigned live = 0;
    *used = 0;
    for (unsigned lane = 0; lane < grower->n_groups * RP_LANES; lane++) {
        *used += grower->lanes[lane].used;
        live += is_live(grower, lane);
    }
    return live;
}

bool rp_grow(rp_grower *grower, const rp_view *view, const rp_kmer_index *index, rp_codes *consensus,
             const rp_strand_walk *walks, size_t n_walks, rp_reads *reads, bool *tandem)
{
    const size_t n_before = consensus->n;
    const unsigned n_lanes = n_walks < RP_GROW_LANES ? (unsigned)n_walks : RP_GROW_LANES;
    *tandem = false;
    grower->row = 0;
    grower->settled = 0;
    grower->cost = RP_GROW_COST;
    grower->n_groups = 0;
    rp_self_words_start(&grower->words);
    for (size_t i = 0; i < n_before; i++)
        rp_self_words_push(&grower->words, consensus->items[i]);
    for (unsigned lane = 0; lane < n_lanes; lane++) {
        if (lane >= grower->n_groups * RP_LANES)
            open_group(grower, grower->n_groups);
        start_lane(grower, view, lane, walks[n_walks * lane / n_lanes]);
    }
    grower->best_total = 0;
    grower->best_row = 0;
    grower->targets_are_stale = false;
    bool ok = rp_codes_reserve(consensus, n_before + grower->max_bp);
    set_cost(grower, view, consensus);
    while ((ok = ok && rp_cancelled() == 0) && n_lanes > 0 && grower->row < grower->max_bp) {
        const uint32_t left = grower->max_bp - grower->row, n_rows = left < RP_CHECK_ROWS ? left : RP_CHECK_ROWS;
        bool stopped = false;
        if (!advance_on_device(grower, view, consensus, n_rows, &stopped))
            stopped = !advance(grower, view, consensus, n_rows);
        if (stopped)
            break;
        if (grower->row % RP_CHECK_ROWS != 0)
            continue;
        const uint32_t run = rp_self_words_run(&grower->words);
        if (run > WRAP_RUN_BP) {
            drop_young_lanes(grower);
            if (run > grower->words.period + grower->words.period / 2 + WRAP_SLACK_BP)
                break;
        }
        if (rp_self_words_is_tandem(&grower->words)) {
            *tandem = true;
            break;
        }
        const unsigned spanning = count_spanning(grower, view, consensus);
        if (grower->row >= 2 * RP_CHECK_ROWS && spanning < MIN_SPANNING)
            break;
        set_cost(grower, view, consensus);
        unsigned used;
        const unsigned live = count_live(grower, &used);
        if (2 * live < n_lanes || 2 * live < used) {
            for (unsigned lane = 0; lane < grower->n_groups * RP_LANES && ok; lane++)
                if (!is_live(grower, lane))
                    ok = note_reach(&grower->lanes[lane], reads); /* its feed may be handed to another copy */
            ok = ok && reseed(grower, view, index, consensus, reads);
        }
    }
    for (unsigned lane = 0; lane < grower->n_groups * RP_LANES && ok; lane++)
        ok = note_reach(&grower->lanes[lane], reads);
    const uint32_t limit = third_longest(grower);
    consensus->n = n_before + (grower->best_row < limit ? grower->best_row : limit);
    return ok;
}
