/* satellites.h: tandem arrays, and the families of satellites that they are of.
 *
 * Where the genome is tandem (the mask, families that are arrays) each array gets its monomer: the period by words, the
 * monomer by two rounds of wraparound alignment and vote, its ends by a third. Arrays whose monomers are alike, in any
 * rotation and on any strand, are one satellite. Units of fewer than seven bases are simple repeats, microsatellites,
 * and are only counted; where they run on for a kilobase they are satellites too, as in Drosophila or at telomeres.
 */
#ifndef RP_SATELLITE_SATELLITES_H
#define RP_SATELLITE_SATELLITES_H

#include "base/error.h"
#include "genome/view.h"
#include "satellite/satellite.h"

/* Looks at the intervals, which are sorted and disjoint. Thread count does not change the result. Zeroed before,
 * cleared by the caller in any case. */
bool rp_satellites_find(const rp_genome *genome, const rp_intervals *tandem, unsigned n_threads,
                        rp_satellites *satellites, rp_error *error) RP_MUST_CHECK;

void rp_satellites_clear(rp_satellites *satellites);

/* The satellite that most of the bases of [begin, end) are of is looked for by adding up here: bases of each satellite
 * (one entry each) that the interval holds. */
void rp_satellites_add_bases(const rp_satellites *satellites, uint64_t begin, uint64_t end, uint64_t *bases);

/* "SAT1" and so on, behind the prefix. */
enum { RP_NAME_PREFIX_BYTES = 64, RP_SATELLITE_NAME_BYTES = RP_NAME_PREFIX_BYTES + 24 };
void rp_satellite_name(const rp_satellites *satellites, size_t satellite, char name[RP_SATELLITE_NAME_BYTES]);

#endif
