/* rejections.h: joins of two ends that were tried in vain, and what that relied on; for join.c.
 *
 * While both families are as they were, the same stands between the two ends, and nothing has changed that the trial
 * relied on (genome/reads.h), it would be rejected again. Most candidates of a pass have been tried in the one before.
 */
#ifndef RP_LIBRARY_REJECTIONS_H
#define RP_LIBRARY_REJECTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/account.h"
#include "base/memory.h"
#include "genome/genome.h"
#include "genome/reads.h"
#include "library/meetings.h"

typedef struct rp_rejection {
    uint32_t base, piece;       /* families */
    bool base_end, piece_end;   /* which ends meet */
    rp_meeting tightest;        /* from where what stands between them was taken */
    rp_reads reads;             /* what the trial relied on, with covered_too, */
    uint32_t version;           /* and of which cover */
} rp_rejection;

/* Of families that have not changed since; not more than one of the same families and ends. */
RP_ARRAY(rp_rejections, rp_rejection);

/* After the last push, before any is taken. */
void rp_rejections_sort(rp_rejections *rejections);

/* Whether there is one of these families and ends with the same between them: its reads, now the caller's, and its
 * version come to *here. */
bool rp_rejections_take(rp_rejections *rejections, rp_rejection *here);

/* What is kept of a pass, to become rejections of the next one. Zeroed at first; at the end the lease is set to 0. */
typedef struct rp_kept_reads {
    uint64_t bytes;             /* of this pass */
    rp_lease most;              /* of any so far */
} rp_kept_reads;

/* Whether these are to be kept, too: all of them take no more than the genome does, and nothing is kept while memory is
 * short. What is not kept is tried again, in vain. */
bool rp_kept_reads_add(rp_kept_reads *kept, const rp_genome *genome, const rp_reads *reads);

void rp_rejections_clear(rp_rejections *rejections);

#endif
