/* recruit.h: finds the copies of a consensus in the genome.
 *
 * Hits of the consensus' k-mers are chained by diagonal, chains are extended both ways
 * from an anchor, and what scores enough is kept, best first where copies overlap.
 */
#ifndef RP_FAMILY_RECRUIT_H
#define RP_FAMILY_RECRUIT_H

#include <stddef.h>
#include <stdint.h>

#include "align/row.h"
#include "base/error.h"
#include "base/codes.h"
#include "family/bounds.h"
#include "genome/reads.h"
#include "genome/view.h"
#include "index/kmer_index.h"

enum {
    RP_RECRUIT_MIN_SCORE = 60,
    RP_RECRUIT_MIN_EVIDENCE = 40, /* less: copies share a word with the consensus, and the scan judges them again */
    RP_RECRUIT_X_DROP = 50,
    RP_ROWS_MOST = 256 /* copies that are aligned into rows at once */
};

/* One copy: genome interval, consensus interval, and how to trace it again. */
typedef struct rp_copy {
    uint64_t begin, end; /* genome positions */
    uint32_t consensus_begin, consensus_end;
    int32_t score;
    bool reverse; /* the copy is on the reverse strand */
    uint32_t anchor_place; /* the anchor on the consensus' forward strand; carried along when that changes */
    rp_alignment alignment; /* how it was found; valid until the consensus changes */
} rp_copy;

RP_ARRAY(rp_copies, rp_copy);

typedef struct rp_recruiter rp_recruiter;

/* NULL: out of memory. One for each thread. The recruiter works with the extender it is given. */
rp_recruiter *rp_recruiter_create(rp_extender *extender) RP_MUST_CHECK;
void rp_recruiter_destroy(rp_recruiter *recruiter);

/* From now on the members of a crew take parts of what is long; `with` is copied. The same copies and rows come out. */
void rp_recruiter_share(rp_recruiter *recruiter, const rp_extenders *with);
const rp_extenders *rp_recruiter_others(const rp_recruiter *recruiter); /* zeroed: it works alone */

/* Puts the copies of the consensus that the view shows into *copies, in genome order.
 * Notes in `reads` (or NULL) what the answer relies on. Consensus length at most RP_CONSENSUS_MAX_BP. A tandem
 * consensus resembles itself: one alignment is kept for a stretch of genome. False: out of memory, or the run is to
 * end, whose reason may be what this would take. */
bool rp_recruit(rp_recruiter *recruiter, const rp_view *view, const rp_kmer_index *index, const rp_codes *consensus,
                bool tandem, rp_copies *copies, rp_reads *reads) RP_MUST_CHECK;

enum { RP_NO_ANCHOR = UINT32_MAX };

/* Aligns the copies anew, through the anchors that they had, to a consensus that has changed;
 * those that have lost their anchor or their score go. False: out of memory. */
bool rp_recruit_again(rp_recruiter *recruiter, const rp_view *view, const rp_codes *consensus,
                      rp_copies *copies) RP_MUST_CHECK;

/* Aligns n <= RP_ROWS_MOST copies, fresh from rp_recruit with this consensus and view, into rows. False: out
 * of memory, or the run is to end. */
bool rp_recruit_rows(rp_recruiter *recruiter, const rp_view *view, const rp_codes *consensus, const rp_copy *copies,
                     size_t n, rp_row *rows) RP_MUST_CHECK;

#endif
