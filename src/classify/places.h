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

/* The target sites' part of them alone: duplications, A before and T behind, tails. False: out of memory. */
bool rp_places_find_sites(const rp_findings *findings, size_t family, rp_traits *traits) RP_MUST_CHECK;

/* A target-site duplication: its length (0: there is none), and how far outwards from a copy's ends, as the consensus
 * reads, it begins. */
typedef struct rp_target_site {
    unsigned bp;
    int left, right;
    unsigned tries; /* pairs of places at which it was looked for */
} rp_target_site;

/* The duplication in which a copy stands whose kind is known, as its family's traits have it: of one length and place,
 * where both ends are there; of 8 to 20 bases, where the right one is. */
rp_target_site rp_place_tsd(const rp_findings *findings, const rp_called_copy *copy, const rp_traits *traits);

/* How likely a duplication of so many bases is one of the target site and not of chance: by the share of the family's
 * copies that have one, and that of pairs of bases that are the same by chance. */
double rp_tsd_trust(double share, double same_by_chance, unsigned tries, unsigned bp);

#endif
