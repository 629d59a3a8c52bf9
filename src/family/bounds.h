/* bounds.h: how long a consensus may get. Whoever lengthens one keeps to these; who packs or stores one relies on them.
 *
 * Growth, joins and circles begin with at most RP_CONSENSUS_GROWN_BP and add at most two growths; what votes, ends and
 * circles add to that stops at RP_CONSENSUS_MAX_BP. A library from a file may hold longer ones: they are never grown,
 * recruited by k-mers or put into a checkpoint, and a vote does not lengthen them.
 */
#ifndef RP_FAMILY_BOUNDS_H
#define RP_FAMILY_BOUNDS_H

enum {
    RP_GROW_MAX_BP = 20000, /* that one growth adds to one end at most */
    RP_CONSENSUS_GROWN_BP = 30000, /* a longer consensus is neither grown nor joined */
    RP_CONSENSUS_MAX_BP = 80000 /* none of a search is longer than this */
};

_Static_assert(RP_CONSENSUS_GROWN_BP + 2 * RP_GROW_MAX_BP <= RP_CONSENSUS_MAX_BP, "what has grown may be too long");

#endif
