/* places.h: what the places of a family's copies show: target sites, flanks, neighbours. */
#ifndef RP_CLASSIFY_PLACES_H
#define RP_CLASSIFY_PLACES_H

#include "copies/independent.h"
#include "copies/findings.h"
#include "copies/traits.h"

/* Fills in the copies' part of the traits, but for the reading frame's. Thread-safe, each thread with a finder of its
 * own. False: out of memory. */
bool rp_places_find(rp_place_finder *finder, const rp_findings *findings, size_t family, uint32_t min_copies,
                    rp_traits *traits) RP_MUST_CHECK;

#endif
