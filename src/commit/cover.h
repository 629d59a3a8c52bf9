/* cover.h: the bases that committed families own, and when each stretch changed last.
 *
 * Only the committer writes. A worker notes the version before it reads; what it made
 * stands if no stretch that it read has changed since.
 */
#ifndef RP_COMMIT_COVER_H
#define RP_COMMIT_COVER_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "genome/view.h"

enum { RP_COVER_BLOCK_BP = 256 };

typedef struct rp_cover {
    rp_bitmask covered;
    _Atomic uint32_t *changed;  /* by block: the version that changed it last */
    _Atomic uint32_t version;   /* of the last finished change; released after its bits */
} rp_cover;

bool rp_cover_init(rp_cover *cover, uint64_t length_bp) RP_MUST_CHECK;
void rp_cover_clear(rp_cover *cover);

static inline uint32_t rp_cover_version(const rp_cover *cover)
{
    return atomic_load_explicit(&cover->version, memory_order_acquire);
}

/* Covers or uncovers intervals as one change. Committer only. */
void rp_cover_add(rp_cover *cover, const rp_interval *intervals, size_t n);
void rp_cover_remove(rp_cover *cover, const rp_interval *intervals, size_t n);

/* Whether any base of the interval may have changed after `version`. Committer only. */
bool rp_cover_changed_since(const rp_cover *cover, rp_interval interval, uint32_t version);

#endif
