/* from_codes.h: sequences in memory as a genome, for what looks at genomes. */
#ifndef RP_GENOME_FROM_CODES_H
#define RP_GENOME_FROM_CODES_H

#include "base/error.h"
#include "genome/genome.h"

/* Packs n sequences, a contig each, without names and digest; the caller clears the genome. False: error filled in,
 * nothing to clear. */
bool rp_genome_from_codes(rp_genome *genome, const rp_codes *const *sequences, size_t n, rp_error *error) RP_MUST_CHECK;

#endif
