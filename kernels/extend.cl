/* extend.cl: many X-drop extensions, one a work item; see src/align/extend.h for what is computed.
 *
 * queries: base codes in walking order, of all extensions. A work item's result is a function of its
 * own extension and the genome alone.
 */

__kernel void rp_extend(__global const ulong *packed, __global const ulong *not_acgt, __global const ulong *covered,
                        int covers, __global const uchar *queries, __global const rp_extend_job *jobs,
                        __global rp_extend_result *results, uint n, int x_drop)
{
    const uint job = (uint)get_global_id(0);
    if (job >= n)
        return;
    rp_device_genome genome;
    genome.packed = packed;
    genome.not_acgt = not_acgt;
    genome.covered = covered;
    genome.covers = covers;
    const rp_lane_walk walk = jobs[job].walk;
    __global const uchar *query = queries + jobs[job].query_begin;
    const uint length = jobs[job].query_length;
    uchar target[RP_BAND + RP_BLOCK_ROWS];
    rp_lane lane;
    rp_lane_start(&lane);
    int shift = 0, rebased = 0, best_shift = 0, reach = RP_BAND + RP_BLOCK_ROWS - RP_BAND_CENTRE;
    uint row = 0;
    for (int j = 0; j < RP_BAND + RP_BLOCK_ROWS; j++)
        target[j] = (uchar)rp_walk_base(&genome, &walk, j - RP_BAND_CENTRE);
    for (;;) {
        for (int r = 0; r < RP_BLOCK_ROWS; r++) {
            const int code = row + (uint)r < length ? (int)query[row + (uint)r] : RP_QUERY_END;
            rp_lane_row(&lane, code, target + r);
        }
        const int dropped = lane.row_best < lane.best - x_drop;
        if (lane.best_row >= (int)row)
            best_shift = shift;
        row += RP_BLOCK_ROWS;
        rebased += rp_lane_rebase(&lane);
        const int by = rp_lane_off_centre(&lane);
        shift += by;
        const int from = (int)row - RP_BAND_CENTRE + shift;
        reach = rp_larger(reach, from + RP_BAND + RP_BLOCK_ROWS);
        if (dropped || row >= length || row >= RP_EXTEND_MAX_BP)
            break;
        rp_lane_shift(&lane, by);
        for (int j = 0; j < RP_BAND + RP_BLOCK_ROWS; j++)
            target[j] = (uchar)rp_walk_base(&genome, &walk, from + j);
    }
    /* the host decodes a walk chunk by chunk */
    const uint decoded = ((uint)reach + RP_FEED_CHUNK - 1) / RP_FEED_CHUNK * RP_FEED_CHUNK;
    results[job].score = rebased + lane.best;
    results[job].query_used = (uint)(lane.best_row + 1);
    results[job].target_used =
        lane.best_row < 0 ? 0 : (uint)(lane.best_row + lane.best_cell - RP_BAND_CENTRE + best_shift + 1);
    results[job].looked_at = decoded < walk.limit ? decoded : walk.limit;
    results[job].rows = row;
    results[job].unused = 0;
}
