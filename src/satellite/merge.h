/* merge.h: which arrays are of one satellite. */
#ifndef RP_SATELLITE_MERGE_H
#define RP_SATELLITE_MERGE_H

#include "genome/genome.h"
#include "satellite/satellite.h"

/* Fills in the satellites and whose each array is, from arrays in genome order; arrays of one that stand within a
 * monomer of each other become one. */
bool rp_satellites_merge(const rp_genome *genome, unsigned n_threads, rp_satellites *satellites,
                         rp_error *error) RP_MUST_CHECK;

#endif
