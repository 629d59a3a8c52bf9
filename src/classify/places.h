/* places.h: what the places of a family's copies show: target sites, flanks, neighbours. */
#ifndef RP_CLASSIFY_PLACES_H
#define RP_CLASSIFY_PLACES_H

#include "copies/findings.h"
#include "copies/traits.h"

/* Fills in the copies' part of the traits, but for the reading frame's. Thread-safe. False: out of memory. */
bool rp_places_find(const rp_findings *findings, size_t family, rp_traits *traits) RP_MUST_CHECK;

#endif
