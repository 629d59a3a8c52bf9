/* mirror.c: the cover on the device; see launch.h.
 *
 * The host sets bits meanwhile. A block that changes is marked for each device (genome/bitmask.h); its mark is taken
 * off before its words are read, so that what changes after that is sent ahead of the next launch.
 */
#include "device/launch.h"

/* A block of the cover into staging memory, and from there to the device behind all that is enqueued. */
static bool send_block(rp_session *session, const rp_bitmask *cover, uint64_t block, uint64_t *words)
{
    const uint64_t n_words = cover->n_bits / 64 + 1, first = block * RP_BITMASK_DIRTY_WORDS;
    const uint64_t n = n_words - first < RP_BITMASK_DIRTY_WORDS ? n_words - first : RP_BITMASK_DIRTY_WORDS;
    for (uint64_t i = 0; i < n; i++)
        words[i] = atomic_load_explicit(&cover->words[first + i], memory_order_relaxed);
    return rp_session_write(session, session->covered, first * 8, n * 8, words, "cover");
}

static bool is_dirty(const rp_session *session, const rp_bitmask *cover, uint64_t block)
{
    return session->mirrored != cover ||
           (atomic_load_explicit(&cover->dirty[block], memory_order_relaxed) & session->dirty_bit) != 0;
}

static bool make_covered(rp_session *session, const rp_bitmask *cover)
{
    cl_int status;
    if (session->covered != NULL)
        return true;
    const size_t bytes = (size_t)(cover->n_bits / 64 + 1) * 8;
    session->covered = RP_CL_MAKE(status, clCreateBuffer, session->context, CL_MEM_READ_ONLY, bytes, NULL);
    return rp_session_check(session, status, "cover");
}

bool rp_mirror_update(rp_session *session, rp_launch *launch)
{
    const rp_bitmask *cover = launch->pieces.items[0].of->view->covered;
    const uint64_t n_blocks = rp_bitmask_n_dirty(cover);
    size_t n_changed = 0;
    if (!make_covered(session, cover))
        return false;
    for (uint64_t block = 0; block < n_blocks; block++)
        n_changed += is_dirty(session, cover, block);
    if (!rp_session_make_host(session, &launch->cover, n_changed * RP_BITMASK_DIRTY_WORDS * 8))
        return false;
    uint64_t *words = launch->cover.host;
    for (uint64_t block = 0; block < n_blocks && n_changed > 0; block++) {
        if (!is_dirty(session, cover, block))
            continue;
        atomic_fetch_and_explicit(&cover->dirty[block], (uint8_t)~session->dirty_bit, memory_order_acq_rel);
        if (!send_block(session, cover, block, words))
            return false;
        words += RP_BITMASK_DIRTY_WORDS;
        n_changed--; /* those that change meanwhile are left to the next launch */
    }
    session->mirrored = cover;
    return true;
}

void rp_mirror_forget(rp_session *session)
{
    session->mirrored = NULL;
}
