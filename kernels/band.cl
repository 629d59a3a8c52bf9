/* band.cl: what the kernels share: a banded affine-gap alignment in the private memory of one work item.
 *
 * The same recurrence as src/align/band_reference.c, which defines the results; the shape of the
 * band and the scores are those of src/align/scores.h, handed over as macros. Integers only; sums saturate as
 * int16 does. The files compile as OpenCL C 1.2 and, for the tests, as C (tests/kernels_host.c). All loops over cells
 * have constant bounds, so that a band lies in registers.
 */

typedef struct rp_device_genome {
    __global const ulong *packed;   /* two bits a base */
    __global const ulong *not_acgt; /* one bit a base */
    __global const ulong *covered;
    int covers;                     /* whether `covered` counts */
} rp_device_genome;

int rp_saturated(int value)
{
    return value < SHRT_MIN ? SHRT_MIN : value;
}

int rp_larger(int a, int b)
{
    return a > b ? a : b;
}

/* The base `at` of a walk, as it is read; RP_BASE_NONE where there is none. */
int rp_walk_base(const rp_device_genome *genome, const rp_lane_walk *walk, int at)
{
    if (at < 0 || (uint)at >= walk->limit)
        return RP_BASE_NONE;
    const ulong position = walk->reverse ? walk->origin - 1 - (ulong)at : walk->origin + (ulong)at;
    ulong none = genome->not_acgt[position >> 6];
    if (genome->covers)
        none |= genome->covered[position >> 6];
    if ((none >> (position & 63)) & 1)
        return RP_BASE_NONE;
    const int code = (int)(genome->packed[position >> 5] >> (2 * (position & 31))) & 3;
    return walk->reverse ? 3 - code : code;
}

void rp_lane_start(rp_lane *lane)
{
    for (int j = 0; j < RP_BAND; j++) {
        const int inserted = j - RP_BAND_CENTRE;
        lane->score[j] = inserted == 0  ? 0
                         : inserted > 0 ? RP_SCORE_GAP_FIRST + (inserted - 1) * RP_SCORE_GAP_NEXT
                                        : RP_SCORE_NONE;
        lane->deletion[j] = RP_SCORE_NONE;
    }
    lane->best = 0;
    lane->best_row = -1;
    lane->best_cell = RP_BAND_CENTRE;
    lane->row = 0;
    lane->row_best = 0;
    lane->row_cell = RP_BAND_CENTRE;
}

/* One row against the target cells target[0 .. RP_BAND). */
void rp_lane_row(rp_lane *lane, int query, const uchar *target)
{
    int left = RP_SCORE_NONE, insertion = RP_SCORE_NONE, row_best = RP_SCORE_NONE, row_cell = 0;
    int diagonal = lane->score[0];
    for (int j = 0; j < RP_BAND; j++) {
        const int up = j + 1 < RP_BAND ? lane->score[j + 1] : RP_SCORE_NONE;
        const int up_deletion = j + 1 < RP_BAND ? lane->deletion[j + 1] : RP_SCORE_NONE;
        const int deletion =
            rp_larger(rp_saturated(up + RP_SCORE_GAP_FIRST), rp_saturated(up_deletion + RP_SCORE_GAP_NEXT));
        insertion = rp_larger(rp_saturated(left + RP_SCORE_GAP_FIRST), rp_saturated(insertion + RP_SCORE_GAP_NEXT));
        const int paired = rp_saturated(diagonal + (query == (int)target[j] ? RP_SCORE_MATCH : RP_SCORE_MISMATCH));
        const int score = rp_larger(rp_larger(paired, deletion), insertion);
        row_cell = score > row_best ? j : row_cell;
        row_best = rp_larger(row_best, score);
        lane->score[j] = score;
        lane->deletion[j] = deletion;
        left = score;
        diagonal = up;
    }
    if (row_best > lane->best) {
        lane->best = row_best;
        lane->best_row = lane->row;
        lane->best_cell = row_cell;
    }
    lane->row = lane->row < SHRT_MAX ? lane->row + 1 : lane->row;
    lane->row_best = row_best;
    lane->row_cell = row_cell;
}

/* Moves the band by `by` cells, one after the other: every index stays a constant. */
void rp_lane_shift(rp_lane *lane, int by)
{
    for (; by > 0; by--) {
        for (int j = 0; j + 1 < RP_BAND; j++) {
            lane->score[j] = lane->score[j + 1];
            lane->deletion[j] = lane->deletion[j + 1];
        }
        lane->score[RP_BAND - 1] = lane->deletion[RP_BAND - 1] = RP_SCORE_NONE;
    }
    for (; by < 0; by++) {
        for (int j = RP_BAND - 1; j > 0; j--) {
            lane->score[j] = lane->score[j - 1];
            lane->deletion[j] = lane->deletion[j - 1];
        }
        lane->score[0] = lane->deletion[0] = RP_SCORE_NONE;
    }
}

/* Lowers the scores when the best allows it; returns by how much. */
int rp_lane_rebase(rp_lane *lane)
{
    if (lane->best < RP_SCORE_REBASE)
        return 0;
    for (int j = 0; j < RP_BAND; j++) {
        lane->score[j] = rp_saturated(lane->score[j] - RP_SCORE_REBASE);
        lane->deletion[j] = rp_saturated(lane->deletion[j] - RP_SCORE_REBASE);
    }
    lane->best = rp_saturated(lane->best - RP_SCORE_REBASE);
    lane->row_best = rp_saturated(lane->row_best - RP_SCORE_REBASE);
    return RP_SCORE_REBASE;
}

/* By how much the band is to move after a block. */
int rp_lane_off_centre(const rp_lane *lane)
{
    const int by = lane->row_cell - RP_BAND_CENTRE;
    return by >= -RP_OFF_CENTRE && by <= RP_OFF_CENTRE ? 0 : by;
}
