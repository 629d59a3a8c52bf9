/* band.h: banded affine-gap alignment of 32 independent pairs side by side.
 *
 * Rows are query bases, a row's 32 cells are target bases around a diagonal: cell j
 * of row i stands for target base i + j - RP_BAND_CENTRE + shift, where the lane's
 * shift changes as its band follows the alignment. Lanes never look at each other.
 * The same source serves every instruction set (band_kernel.c); band_reference.c is
 * the plain version that defines the results, and all give equal ones, bit by bit.
 */
#ifndef RP_ALIGN_BAND_H
#define RP_ALIGN_BAND_H

#include <stdbool.h>
#include <stdint.h>

#include "align/scores.h"

/* State of 32 lanes. 64-byte aligned. */
typedef struct rp_band {
    int16_t score[RP_BAND + 1][RP_LANES];      /* best score of the last row's cells; the last entry stays NONE */
    int16_t deletion[RP_BAND + 1]
                    [RP_LANES];   /* the same for paths that end in a deletion (query base, no target base) */
    int16_t target[RP_BAND + RP_BLOCK_ROWS][RP_LANES]; /* target codes: rows j.. are the next row's cells */
    int16_t query[RP_BLOCK_ROWS][RP_LANES];    /* query codes of the next rows */
    int16_t best[RP_LANES];                    /* best score so far, and where: */
    int16_t best_row[RP_LANES];                /* row, counted by `row` */
    int16_t best_cell[RP_LANES];               /* cell at that row */
    int16_t row[RP_LANES];                     /* number of the next row of each lane */
    int16_t row_best[RP_LANES];                /* best of the last row */
    int16_t row_cell[RP_LANES];                /* and its first cell */
} __attribute__((aligned(64))) rp_band;

/* What a traceback needs of one row: a bit a lane, for each cell. */
typedef struct rp_trace_row {
    uint32_t from_deletion[RP_BAND];     /* the cell's best path ends in a deletion, */
    uint32_t from_insertion[RP_BAND];    /* or, before that, in an insertion */
    uint32_t deletion_extends[RP_BAND];  /* that deletion goes on */
    uint32_t insertion_extends[RP_BAND]; /* that insertion goes on */
} rp_trace_row;

typedef struct rp_band_kernel {
    const char *name;
    /* Advances all lanes by rows [first_row, end_row) of a block: query[r] against
     * target[r .. r + RP_BAND). With trace, writes a trace row for each, from trace[0] on. */
    void (*rows)(rp_band *band, unsigned first_row, unsigned end_row, rp_trace_row *trace);
    /* For each base as the next row's query: the sum over lanes of
     * max(best of that row, best - cap), added to sums[4]. Uses target[row .. row + RP_BAND). */
    void (*candidates)(const rp_band *band, unsigned row, int cap, int64_t sums[4]);
    /* The sum of best over lanes. */
    int64_t (*sum_best)(const rp_band *band);
    /* Moves each lane's band by so many cells (-RP_BAND < by < RP_BAND), on a cache line; the caller refills their
     * target codes. */
    void (*shift)(rp_band *band, const int16_t by[RP_LANES]);
    const struct rp_offload *offload; /* takes work of those that use this kernel; NULL: none (align/offload.h) */
} rp_band_kernel;

extern const rp_band_kernel rp_band_reference;
#ifdef RP_HAVE_X86
extern const rp_band_kernel rp_band_avx2;
extern const rp_band_kernel rp_band_avx512;
#endif
#ifdef RP_HAVE_NEON
extern const rp_band_kernel rp_band_neon;
#endif

/* The fastest kernel of this machine, or the one named: "auto", "scalar", "avx2",
 * "avx512", "neon". NULL: unknown, or not on this machine. */
const rp_band_kernel *rp_band_select(const char *name);

/* Starts a lane: row -1 of an alignment that has consumed nothing. */
void rp_band_start_lane(rp_band *band, unsigned lane);

/* Writes RP_BLOCK_ROWS codes of each lane into rows: bytes[lane] holds them, the first one lowest. */
void rp_band_put_rows(int16_t (*rows)[RP_LANES], const uint64_t bytes[RP_LANES]);

/* After a block: the target codes that stay move to the front. */
void rp_band_advance_target(rp_band *band);

/* Lowers a lane's scores by RP_SCORE_REBASE when its best allows it; returns what was taken off. */
int rp_band_rebase_lane(rp_band *band, unsigned lane);

#endif
