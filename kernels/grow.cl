/* grow.cl: lengthens the consensus of many families, one a work group, one copy a work item.
 *
 * A launch takes each family on by up to RP_CHECK_ROWS bases: for each base the four candidates are scored from one
 * shared row, the lanes' sums decide, and all lanes take the row. What src/family/grow.c does every
 * RP_BLOCK_ROWS rows is done here too; what it does every RP_CHECK_ROWS rows is the host's.
 */

/* The best of the row that would follow with each base as its query, or what the lane's patience allows. */
void rp_lane_candidates(const rp_lane *lane, const uchar *target, int votes[4])
{
    int any = RP_SCORE_NONE, gapped = RP_SCORE_NONE;
    for (int base = 0; base < 4; base++)
        votes[base] = RP_SCORE_NONE;
    for (int j = 0; j < RP_BAND; j++) {
        const int score = lane->score[j];
        any = rp_larger(any, score);
        if (j + 1 < RP_BAND) {
            gapped = rp_larger(gapped, rp_saturated(lane->score[j + 1] + RP_SCORE_GAP_FIRST));
            gapped = rp_larger(gapped, rp_saturated(lane->deletion[j + 1] + RP_SCORE_GAP_NEXT));
        }
        for (int base = 0; base < 4; base++)
            votes[base] = (int)target[j] == base ? rp_larger(votes[base], score) : votes[base];
    }
    gapped = rp_larger(gapped, RP_SCORE_NONE + RP_SCORE_GAP_FIRST);
    gapped = rp_larger(gapped, RP_SCORE_NONE + RP_SCORE_GAP_NEXT);
    const int common = rp_larger(rp_larger(gapped, rp_saturated(any + RP_SCORE_MISMATCH)),
                                 rp_saturated(lane->best - RP_GROW_CAP));
    for (int base = 0; base < 4; base++)
        votes[base] = rp_larger(common, votes[base] + RP_SCORE_MATCH);
}

__kernel void rp_grow_rows(__global const ulong *packed, __global const ulong *not_acgt, __global const ulong *covered,
                           int covers, __global rp_offload_growth *growths)
{
    __local int votes[4][RP_GROW_LANES];
    __local int bests[RP_GROW_LANES], lowered[RP_GROW_LANES];
    __local int chosen, stop;
    __local long settled, best_total;
    __local uint best_row;
    const uint family = (uint)get_group_id(0), me = (uint)get_local_id(0);
    __global rp_offload_growth *growth = growths + family;
    __global rp_offload_lane *state = growth->lanes + me;
    rp_device_genome genome;
    genome.packed = packed;
    genome.not_acgt = not_acgt;
    genome.covered = covered;
    genome.covers = covers;
    const uint n_lanes = growth->n_lanes, n_rows = growth->n_rows, first_row = growth->row;
    const int mine = me < n_lanes;
    const rp_lane_walk walk = state->walk;
    int used = mine && state->used, shift = state->shift, rebased = state->rebased, looked_at = -1;
    const uint joined = state->joined;
    rp_lane lane = state->lane;
    uchar target[RP_BAND + RP_BLOCK_ROWS];
    for (int j = 0; j < RP_BAND + RP_BLOCK_ROWS; j++)
        target[j] = used ? (uchar)rp_walk_base(&genome, &walk, (int)(first_row - joined) - RP_BAND_CENTRE + shift + j)
                         : RP_BASE_NONE;
    if (me == 0) {
        settled = growth->settled;
        best_total = growth->best_total;
        best_row = growth->best_row;
        stop = 0;
    }
    uint done = 0;
    while (done < n_rows) {
        for (int r = 0; r < RP_BLOCK_ROWS; r++) {
            if (done == n_rows)
                break;
            int own[4] = {0, 0, 0, 0};
            if (mine)
                rp_lane_candidates(&lane, target + r, own);
            for (int base = 0; base < 4; base++)
                votes[base][me] = own[base];
            barrier(CLK_LOCAL_MEM_FENCE);
            if (me == 0) {
                int best_sum = 0;
                for (int base = 0; base < 4; base++) {
                    int sum = 0;
                    for (uint i = 0; i < n_lanes; i++)
                        sum += votes[base][i];
                    if (base == 0 || sum > best_sum) {
                        best_sum = sum;
                        chosen = base;
                    }
                }
                growth->bases[done] = (uchar)chosen;
            }
            barrier(CLK_LOCAL_MEM_FENCE);
            if (mine)
                rp_lane_row(&lane, chosen, target + r);
            bests[me] = mine ? lane.best : 0;
            done++;
            barrier(CLK_LOCAL_MEM_FENCE);
            if (me == 0) {
                long total = settled - (long)growth->cost * (long)(first_row + done);
                for (uint i = 0; i < n_lanes; i++)
                    total += bests[i];
                if (total > best_total) {
                    best_total = total;
                    best_row = first_row + done;
                } else if (first_row + done - best_row >= RP_GROW_PATIENCE) {
                    stop = 1;
                }
            }
            barrier(CLK_LOCAL_MEM_FENCE);
            if (stop)
                break;
        }
        if (stop || done % RP_BLOCK_ROWS != 0)
            break;
        int off = 0;
        if (used && lane.row_best < lane.best - RP_GROW_DEAD_DROP) {
            used = 0;
            for (int j = 0; j < RP_BAND + RP_BLOCK_ROWS; j++)
                target[j] = RP_BASE_NONE;
        } else if (used) {
            off = rp_lane_rebase(&lane);
            rebased += off;
            const int by = rp_lane_off_centre(&lane);
            rp_lane_shift(&lane, by);
            shift += by;
            const int from = (int)(first_row + done - joined) - RP_BAND_CENTRE + shift;
            for (int j = 0; j < RP_BAND + RP_BLOCK_ROWS; j++)
                target[j] = (uchar)rp_walk_base(&genome, &walk, from + j);
            looked_at = rp_larger(looked_at, from + RP_BAND + RP_BLOCK_ROWS);
        }
        lowered[me] = off;
        barrier(CLK_LOCAL_MEM_FENCE);
        if (me == 0)
            for (uint i = 0; i < n_lanes; i++)
                settled += lowered[i];
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    if (mine) {
        state->lane = lane;
        state->used = used;
        state->shift = shift;
        state->rebased = rebased;
        state->looked_at = looked_at;
    }
    if (me == 0) {
        growth->settled = settled;
        growth->best_total = best_total;
        growth->best_row = best_row;
        growth->n_done = done;
        growth->stopped = (uint)stop;
    }
}
