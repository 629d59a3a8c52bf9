/* wire.h: what goes between the host and a device: one text for the kernels, for the host and for the tests.
 *
 * The constants are those of align/scores.h; the kernels get them as macros (device/kernels.c). No struct has padding,
 * so that every compiler lays it out alike; each side asserts that for itself.
 */
#ifndef RP_KERNELS_WIRE_H
#define RP_KERNELS_WIRE_H

#ifdef __OPENCL_VERSION__
typedef int rp_i32;
typedef uint rp_u32;
typedef long rp_i64;
typedef ulong rp_u64;
typedef uchar rp_u8;
#define RP_WIRE_BYTES(type, bytes) typedef char type##_is_laid_out[sizeof(type) == (bytes) ? 1 : -1]
#else
#include <stddef.h>
#include <stdint.h>

#include "align/scores.h"

typedef int32_t rp_i32;
typedef uint32_t rp_u32;
typedef int64_t rp_i64;
typedef uint64_t rp_u64;
typedef uint8_t rp_u8;
#define RP_WIRE_BYTES(type, bytes) _Static_assert(sizeof(type) == (bytes), "padding in " #type)
#endif

/* One strand of a contig from a point on. */
typedef struct rp_lane_walk {
    rp_u64 origin;         /* as an rp_strand_walk's */
    rp_u32 limit;          /* bases to the contig's end */
    rp_i32 reverse;
} rp_lane_walk;

/* The band of one alignment between two rows: what an rp_band has of each lane. */
typedef struct rp_lane {
    rp_i32 score[RP_BAND];
    rp_i32 deletion[RP_BAND];
    rp_i32 best, best_row, best_cell, row, row_best, row_cell;
} rp_lane;

typedef struct rp_extend_job {
    rp_lane_walk walk;
    rp_u32 query_begin;    /* in the launch's queries */
    rp_u32 query_length;
} rp_extend_job;

typedef struct rp_extend_result {
    rp_i32 score;
    rp_u32 query_used, target_used;
    rp_u32 looked_at;
    rp_u32 rows;           /* worked out */
    rp_u32 unused;
} rp_extend_result;

/* A lane of a growth between two launches. */
typedef struct rp_offload_lane {
    rp_lane_walk walk;
    rp_i32 used;           /* has a copy */
    rp_u32 joined;         /* row at which it began */
    rp_i32 shift, rebased;
    rp_i32 looked_at;      /* out: bases of the walk that were looked at; -1: none in this launch */
    rp_i32 unused;
    rp_lane lane;
} rp_offload_lane;

/* One family's growth by up to RP_CHECK_ROWS bases; see grow.cl. */
typedef struct rp_offload_growth {
    rp_i64 settled;        /* scores that no lane holds any more */
    rp_i64 best_total;     /* of the sums over all lanes less the cost of the bases, and where: */
    rp_u32 best_row;
    rp_u32 row;            /* bases so far; a multiple of RP_CHECK_ROWS */
    rp_u32 cost;           /* of a base */
    rp_u32 unused;
    rp_u32 n_lanes;
    rp_u32 n_rows;         /* to be done */
    rp_u32 n_done;         /* out: done; fewer when the sums have not improved for too long: */
    rp_u32 stopped;        /* out: 0 or 1 */
    rp_u8 bases[RP_CHECK_ROWS]; /* out: n_done of them */
    rp_offload_lane lanes[RP_GROW_LANES];
} rp_offload_growth;

#define RP_LANE_BYTES ((2 * RP_BAND + 6) * 4)
#define RP_OFFLOAD_LANE_BYTES (16 + 6 * 4 + RP_LANE_BYTES)
RP_WIRE_BYTES(rp_lane_walk, 16);
RP_WIRE_BYTES(rp_lane, RP_LANE_BYTES);
RP_WIRE_BYTES(rp_extend_job, 16 + 2 * 4);
RP_WIRE_BYTES(rp_extend_result, 6 * 4);
RP_WIRE_BYTES(rp_offload_lane, RP_OFFLOAD_LANE_BYTES);
RP_WIRE_BYTES(rp_offload_growth, 2 * 8 + 8 * 4 + RP_CHECK_ROWS + RP_GROW_LANES * RP_OFFLOAD_LANE_BYTES);

#endif
