/* cover.h: the bases that committed families own, and when each stretch changed last.
 *
 * Only the committer writes. A worker notes the version before it reads; what it made stands if nothing that it
 * relies on has changed since: reads.h tells why that is enough.
 */
#ifndef RP_GENOME_COVER_H
#define RP_GENOME_COVER_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "genome/reads.h"
#include "genome/view.h"

typedef struct rp_cover {
    rp_bitmask covered;
    _Atomic uint32_t *changed;  /* by block of RP_READS_BLOCK_BP: the version that changed it last */
    uint64_t n_blocks;
    _Atomic uint32_t version;   /* of the last finished change; released after its bits */
    const rp_bitmask *fixed;    /* stays covered; NULL: nothing */
} rp_cover;

bool rp_cover_init(rp_cover *cover, uint64_t length_bp) RP_MUST_CHECK;
void rp_cover_clear(rp_cover *cover);

static inline uint32_t rp_cover_version(const rp_cover *cover)
{
    return atomic_load_explicit(&cover->version, memory_order_acquire);
}

/* Covers what no family owns for good: whoever uncovers these bases leaves them covered. The mask outlives the cover;
 * before any other change. */
void rp_cover_fix(rp_cover *cover, const rp_bitmask *mask);

/* Covers or uncovers intervals as one change. Committer only; nothing is uncovered while workers rely on the cover. */
void rp_cover_add(rp_cover *cover, const rp_interval *intervals, size_t n);
void rp_cover_remove(rp_cover *cover, const rp_interval *intervals, size_t n);

/* Whether any base of the interval, or of what was noted, may have changed after `version`. Who is not the committer
 * reads the version of now first: a no holds as of that. */
bool rp_cover_changed_since(const rp_cover *cover, rp_interval interval, uint32_t version);
bool rp_cover_has_changed(const rp_cover *cover, const rp_reads *reads, uint32_t version);

/* The same where the cover has only grown since: what was noted by rp_reads_note alone makes a difference. */
bool rp_cover_has_grown(const rp_cover *cover, const rp_reads *reads, uint32_t version);

#endif
