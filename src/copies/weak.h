/* weak.h: alignments that count only beside one that is sure. */
#ifndef RP_COPIES_WEAK_H
#define RP_COPIES_WEAK_H

#include "align/anchored.h"

/* Sorts alignments, and drops those whose evidence is below min_score and that no other one of their query bears out,
 * by which they go on along genome and consensus. Thread-safe. False: out of memory. */
bool rp_weak_drop(rp_alignments *found, int min_score) RP_MUST_CHECK;

#endif
