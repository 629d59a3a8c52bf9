/* scan_file.c: see scan_file.h. */
#include "checkpoint/scan_file.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <htslib/hts.h>

#include "base/memory.h"
#include "base/sort.h"
#include "checkpoint/binding.h"

enum { ALIGNMENT_BYTES = 40, MAX_SHARES = 1 << 20 };

static const rp_frame_kind KIND = {"RPRSCAN", 1, "scan"};

bool rp_scan_digest_library(const rp_codes *const *consensus, size_t n, char digest[33])
{
    hts_md5_context *md5 = hts_md5_init();
    if (md5 == NULL)
        return false;
    for (size_t i = 0; i < n; i++) {
        const uint64_t length = consensus[i]->n;
        hts_md5_update(md5, &length, sizeof length);
        hts_md5_update(md5, consensus[i]->items, (unsigned long)length);
    }
    unsigned char all[16];
    hts_md5_final(all, md5);
    hts_md5_hex(digest, all);
    hts_md5_destroy(md5);
    return true;
}

/* --- Writing --- */

static int compare_places(const void *left, const void *right)
{
    const rp_alignment *a = left, *b = right; /* no two are alike in these */
    if (a->anchor != b->anchor)
        return a->anchor < b->anchor ? -1 : 1;
    if (a->query != b->query)
        return a->query < b->query ? -1 : 1;
    return (a->place > b->place) - (a->place < b->place);
}

/* What the ends follow from: the anchor, and how far the extensions went. */
static void put_alignment(rp_encoder *to, const rp_alignment *here)
{
    const uint32_t rest[] = {here->query,       here->place,        here->left_query,      here->left_target,
                             here->right_query, here->right_target, (uint32_t)here->score, (uint32_t)here->evidence};
    uint8_t bytes[ALIGNMENT_BYTES];
    _Static_assert(sizeof here->anchor + sizeof rest == ALIGNMENT_BYTES, "all of an alignment is written");
    memcpy(bytes, &here->anchor, sizeof here->anchor);
    memcpy(bytes + sizeof here->anchor, rest, sizeof rest);
    rp_encode(to, bytes, sizeof bytes);
}

static void put_scan(rp_encoder *to, const rp_kept_scan *scan)
{
    const rp_scan_progress *progress = &scan->progress;
    const bool is_begun = progress->done != NULL;
    rp_encode_u64(to, is_begun ? progress->n_chunks : 0);
    rp_encode_u64(to, is_begun ? progress->n_own : 0);
    rp_encode_u64(to, is_begun ? progress->n_library_parts : 0);
    if (is_begun)
        rp_encode(to, progress->done, (size_t)rp_scan_fields(progress));
    rp_encode_u64(to, scan->found.n);
    for (size_t i = 0; i < scan->found.n; i++)
        put_alignment(to, &scan->found.items[i]);
}

bool rp_scan_file_order(rp_kept_scans *scans, unsigned n_threads, rp_error *error)
{
    rp_alignment_store *both[] = {&scans->genome.found, &scans->decoy.found};
    bool ok = true;
    for (int i = 0; ok && i < 2; i++)
        ok = rp_sort_parallel(both[i]->items, both[i]->n, sizeof *both[i]->items, compare_places, n_threads, error);
    return ok;
}

void rp_scan_file_write(rp_file *file, const rp_scan_binding *binding, const rp_kept_scans *scans)
{
    const rp_share *share = &scans->genome.progress.share;
    rp_encoder to = rp_encode_begin(file, &KIND);
    rp_encode_text(&to, binding->parameters);
    rp_encode(&to, binding->digest, sizeof binding->digest);
    rp_encode(&to, binding->library_digest, sizeof binding->library_digest);
    rp_encode_u32(&to, share->number);
    rp_encode_u32(&to, share->of);
    rp_encode_u32(&to, scans->are_done);
    put_scan(&to, &scans->genome);
    put_scan(&to, &scans->decoy);
    rp_encode_end(&to);
}

/* --- Reading --- */

static void take_header(rp_scan_file *file, rp_decoder *from)
{
    rp_scan_binding *binding = &file->binding;
    binding->parameters = rp_decode_text(from);
    rp_decode(from, binding->digest, sizeof binding->digest);
    rp_decode(from, binding->library_digest, sizeof binding->library_digest);
    file->share.number = rp_decode_u32(from);
    file->share.of = rp_decode_u32(from);
    const uint32_t is_done = rp_decode_u32(from);
    file->is_done = is_done == 1;
    const rp_share *share = &file->share;
    from->bad |= is_done > 1 || share->of > MAX_SHARES || share->number > share->of ||
                 (share->of > 0 && share->number == 0) || binding->digest[sizeof binding->digest - 1] != '\0' ||
                 binding->library_digest[sizeof binding->library_digest - 1] != '\0';
}

rp_checkpoint_status rp_scan_file_open(rp_scan_file *file, const char *path, rp_error *error)
{
    *file = (rp_scan_file){.is_done = false};
    const rp_checkpoint_status status = rp_frame_open(&file->frame, path, &KIND, error);
    if (status != RP_CHECKPOINT_READ)
        return status;
    rp_decoder *from = &file->frame.content;
    take_header(file, from);
    if (!from->bad) {
        file->scans = *from;
        return RP_CHECKPOINT_READ;
    }
    const rp_checkpoint_status reason = rp_frame_judge(&file->frame, &KIND, error);
    rp_scan_file_close(file);
    return reason;
}

void rp_scan_file_close(rp_scan_file *file)
{
    free(file->binding.parameters);
    rp_frame_close(&file->frame);
    *file = (rp_scan_file){.is_done = false};
}

bool rp_scan_file_check(const rp_scan_file *file, const char *name, const rp_scan_binding *own, const char *remedy,
                        rp_error *error)
{
    const rp_bound mine = {"this run", own->parameters}, other = {name, file->binding.parameters};
    if (!rp_binding_compare(&mine, &other, remedy, error))
        return false;
    if (strcmp(file->binding.digest, own->digest) != 0)
        return rp_error_set(error, "%s is of another genome (MD5 %s, this one has %s)%s", name, file->binding.digest,
                            own->digest, remedy);
    return strcmp(file->binding.library_digest, own->library_digest) == 0 ||
           rp_error_set(error, "%s is of another library (MD5 %s, this one has %s)%s", name,
                        file->binding.library_digest, own->library_digest, remedy);
}

/* Whether an alignment lies in the genome (in the decoy nobody looks there) and in the library. */
static bool fits(const rp_alignment *here, const rp_scan_subject *subject, bool in_decoy)
{
    const rp_genome *genome = subject->genome;
    if (here->query / 2 >= subject->n_families || (!in_decoy && here->anchor >= genome->length_bp))
        return false;
    const uint64_t length = subject->consensus[here->query / 2]->n;
    if (here->place > length || here->left_query > here->place || here->right_query > length - here->place ||
        here->left_query + here->right_query == 0 || here->left_target + (uint64_t)here->right_target == 0)
        return false;
    if (in_decoy)
        return here->anchor <= genome->length_bp && here->left_target <= here->anchor;
    const rp_contig *contig = &genome->contigs[rp_genome_contig_of(genome, here->anchor)];
    return here->left_target <= here->anchor - contig->begin &&
           here->right_target <= contig->begin + contig->length_bp - here->anchor;
}

static rp_alignment take_alignment(rp_decoder *from)
{
    rp_alignment here = {.anchor = rp_decode_u64(from)};
    here.query = rp_decode_u32(from);
    here.place = rp_decode_u32(from);
    here.left_query = rp_decode_u32(from);
    here.left_target = rp_decode_u32(from);
    here.right_query = rp_decode_u32(from);
    here.right_target = rp_decode_u32(from);
    here.score = (int32_t)rp_decode_u32(from);
    here.evidence = (int32_t)rp_decode_u32(from);
    here.begin = here.anchor - here.left_target;
    here.end = here.anchor + here.right_target;
    here.query_begin = here.place - here.left_query;
    here.query_end = here.place + here.right_query;
    return here;
}

/* False: error filled in. What is bad is noted in the decoder. */
static bool take_scan(rp_decoder *from, const rp_scan_subject *subject, rp_kept_scan *into, bool in_decoy,
                      rp_error *error)
{
    rp_scan_progress *progress = &into->progress;
    rp_scan_progress_clear(progress);
    progress->n_chunks = progress->n_own = progress->n_library_parts = 0;
    const uint64_t n_chunks = rp_decode_up_to(from, UINT32_MAX), n_own = rp_decode_up_to(from, n_chunks),
                   n_parts = rp_decode_up_to(from, UINT32_MAX);
    from->bad |= n_own * n_parts > from->left;
    if (from->bad)
        return true;
    const bool is_begun = n_chunks > 0 && n_parts > 0;
    if (is_begun && !rp_scan_progress_begin(progress, n_chunks, n_own, n_parts, error))
        return false;
    if (is_begun)
        rp_decode(from, progress->done, (size_t)rp_scan_fields(progress));
    for (uint64_t i = 0; is_begun && i < rp_scan_fields(progress); i++)
        from->bad |= progress->done[i] > 1;
    const uint64_t n = rp_decode_up_to(from, from->left / ALIGNMENT_BYTES);
    if (from->bad || !rp_alignment_store_reserve(&into->found, (size_t)n, error))
        return from->bad;
    for (uint64_t i = 0; i < n && !from->bad; i++) {
        const rp_alignment here = take_alignment(from);
        from->bad |= !fits(&here, subject, in_decoy);
        into->found.items[into->found.n++] = here;
    }
    return true;
}

rp_checkpoint_status rp_scan_file_take(rp_scan_file *file, const rp_scan_subject *subject, rp_kept_scans *into,
                                       rp_error *error)
{
    rp_decoder *from = &file->frame.content;
    *from = file->scans;
    into->genome.progress.share = into->decoy.progress.share = file->share;
    if (!take_scan(from, subject, &into->genome, false, error) ||
        (!from->bad && !take_scan(from, subject, &into->decoy, true, error)))
        return RP_CHECKPOINT_FAILED;
    into->are_done = file->is_done;
    for (int i = 0; i < 2 && file->is_done; i++)
        from->bad |= rp_scan_fields_left(&(i == 0 ? &into->genome : &into->decoy)->progress) > 0;
    return rp_frame_judge(&file->frame, &KIND, error);
}
