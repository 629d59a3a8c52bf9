/* base_counts.h: how many of each base a stretch has. */
#ifndef RP_GENOME_BASE_COUNTS_H
#define RP_GENOME_BASE_COUNTS_H

#include <stddef.h>
#include <stdint.h>

#include "genome/flank.h"
#include "genome/genome.h"

typedef struct rp_base_counts {
    uint32_t n[4]; /* by base code */
} rp_base_counts;

/* Add the bases of a stretch; what is none of A, C, G, T counts for nothing. */
void rp_base_counts_add_codes(rp_base_counts *counts, const uint8_t *codes, size_t n);
void rp_base_counts_add_genome(rp_base_counts *counts, const rp_genome *genome, uint64_t begin, uint64_t end);

/* Those of the bases [begin, end) of a walk, as it reads them; what lies before its start or beyond its contig is
 * left out. */
rp_base_counts rp_base_counts_of_walk(const rp_view *view, const rp_strand_walk *walk, int64_t begin, int64_t end);

static inline void rp_base_counts_add_flank(rp_base_counts *counts, const rp_flank *flank)
{
    counts->n[0] += rp_count_bits(~flank->high & ~flank->low & flank->valid);
    counts->n[1] += rp_count_bits(~flank->high & flank->low & flank->valid);
    counts->n[2] += rp_count_bits(flank->high & ~flank->low & flank->valid);
    counts->n[3] += rp_count_bits(flank->high & flank->low & flank->valid);
}

/* The share of pairs of bases that are the same by chance; a quarter where there are none. */
double rp_base_counts_same(const rp_base_counts *counts);

/* As the other strand has them. */
static inline rp_base_counts rp_base_counts_turned(const rp_base_counts *counts)
{
    return (rp_base_counts){{counts->n[3], counts->n[2], counts->n[1], counts->n[0]}};
}

#endif
