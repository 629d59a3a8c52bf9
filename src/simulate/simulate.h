/* simulate.h: genomes whose repeats are known, written as they are drawn.
 *
 * Families of six kinds (SINE, LINE, LTR, DNA transposon, MITE, Helitron) with their usual
 * lengths, truncations and copy numbers from a heavy-tailed law stand in a background of
 * varying GC content, younger copies within older ones, each with a target-site duplication.
 * Microsatellites, satellites, gene families of a few members and segmental duplications are
 * there to mislead. Memory does not grow with the genome.
 */
#ifndef RP_SIMULATE_SIMULATE_H
#define RP_SIMULATE_SIMULATE_H

#include <stdint.h>

#include "base/error.h"

typedef struct rp_simulate_parameters {
    uint64_t length_bp;       /* of the whole genome, about */
    uint64_t n_families;
    uint64_t n_contigs;
    double repeat_share;      /* of the genome that copies make up, about */
    double max_divergence;    /* of the oldest family, substitutions a base */
    uint64_t seed;
    bool gzip;                /* the genome as PREFIX.fa.gz (bgzip) */
} rp_simulate_parameters;

/* Writes PREFIX.fa, PREFIX.truth.fa (the ancestral sequences with their copy numbers),
 * PREFIX.truth.bed (every piece of every copy: contig, start, end, family, divergence in per
 * mille, strand) and PREFIX.tandem.bed. The same parameters give the same bytes. */
bool rp_simulate(const rp_simulate_parameters *parameters, const char *prefix, rp_error *error) RP_MUST_CHECK;

#endif
