/* cover.c: the permanent mask of committed families; see cover.h. */
#include "genome/cover.h"

#include <stdlib.h>

#include "base/memory.h"

bool rp_cover_init(rp_cover *cover, uint64_t length_bp)
{
    cover->n_blocks = length_bp / RP_READS_BLOCK_BP + 1;
    cover->changed = rp_alloc((size_t)cover->n_blocks, sizeof *cover->changed);
    atomic_init(&cover->version, 0);
    cover->fixed = NULL;
    return rp_bitmask_init(&cover->covered, length_bp) && cover->changed != NULL;
}

void rp_cover_clear(rp_cover *cover)
{
    rp_bitmask_clear(&cover->covered);
    free((void *)cover->changed);
    cover->changed = NULL;
}

static void stamp(rp_cover *cover, rp_interval interval, uint32_t version)
{
    for (uint64_t block = interval.begin / RP_READS_BLOCK_BP; block <= (interval.end - 1) / RP_READS_BLOCK_BP; block++)
        atomic_store_explicit(&cover->changed[block], version, memory_order_relaxed);
}

/* Takes an interval back, but for what is fixed. */
static void uncover(rp_cover *cover, rp_interval here)
{
    if (cover->fixed == NULL) {
        rp_bitmask_unset(&cover->covered, here.begin, here.end);
        return;
    }
    for (uint64_t from = rp_bitmask_next(cover->fixed, here.begin, here.end, false), to; from < here.end;
         from = rp_bitmask_next(cover->fixed, to, here.end, false)) {
        to = rp_bitmask_next(cover->fixed, from, here.end, true);
        rp_bitmask_unset(&cover->covered, from, to);
    }
}

static void change(rp_cover *cover, const rp_interval *intervals, size_t n, bool add)
{
    const uint32_t version = atomic_load_explicit(&cover->version, memory_order_relaxed) + 1;
    for (size_t i = 0; i < n; i++) {
        const rp_interval here = intervals[i];
        if (here.begin >= here.end)
            continue;
        const uint64_t set = rp_bitmask_count(&cover->covered, here.begin, here.end);
        if (set == (add ? here.end - here.begin : 0))
            continue; /* nothing changes: whoever read this stays right */
        stamp(cover, here, version);
        if (add)
            rp_bitmask_set(&cover->covered, here.begin, here.end);
        else
            uncover(cover, here);
    }
    atomic_store_explicit(&cover->version, version, memory_order_release);
}

void rp_cover_fix(rp_cover *cover, const rp_bitmask *mask)
{
    cover->fixed = mask;
    rp_bitmask_add(&cover->covered, mask);
}

void rp_cover_add(rp_cover *cover, const rp_interval *intervals, size_t n)
{
    change(cover, intervals, n, true);
}

void rp_cover_remove(rp_cover *cover, const rp_interval *intervals, size_t n)
{
    change(cover, intervals, n, false);
}

bool rp_cover_changed_since(const rp_cover *cover, rp_interval interval, uint32_t version)
{
    if (interval.begin >= interval.end)
        return false;
    for (uint64_t block = interval.begin / RP_READS_BLOCK_BP; block <= (interval.end - 1) / RP_READS_BLOCK_BP; block++)
        if (atomic_load_explicit(&cover->changed[block], memory_order_relaxed) > version)
            return true;
    return false;
}

static bool has_changed(const rp_cover *cover, uint32_t block, uint32_t version)
{
    return block < cover->n_blocks && atomic_load_explicit(&cover->changed[block], memory_order_relaxed) > version;
}

bool rp_cover_has_changed(const rp_cover *cover, const rp_reads *reads, uint32_t version)
{
    for (size_t i = 0; i < reads->n; i++)
        if (has_changed(cover, reads->blocks[i] & RP_READS_NUMBER, version))
            return true;
    return false;
}

bool rp_cover_has_grown(const rp_cover *cover, const rp_reads *reads, uint32_t version)
{
    for (size_t i = 0; i < reads->n; i++)
        if (has_changed(cover, reads->blocks[i], version)) /* with the bit it is beyond the last block */
            return true;
    return false;
}
