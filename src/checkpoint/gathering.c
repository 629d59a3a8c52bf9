/* gathering.c: see gathering.h. */
#include "checkpoint/gathering.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "checkpoint/binding.h"

enum { MAX_TOLD = 8 };

/* Whether two files may be of one scan. */
static bool compare_files(const rp_gathering *all, size_t i, rp_error *error)
{
    const rp_scan_file *first = &all->files[0], *here = &all->files[i];
    const rp_bound own = {all->paths[0], first->binding.parameters}, other = {all->paths[i], here->binding.parameters};
    if (!here->is_done || here->share.of == 0)
        return rp_error_set(error, "%s: it is no finished part, but what an interrupted run has kept", all->paths[i]);
    if (!rp_binding_compare(&own, &other, "", error))
        return false;
    if (strcmp(first->binding.digest, here->binding.digest) != 0)
        return rp_error_set(error, "%s is of another genome than %s (MD5 %s and %s)", all->paths[i], all->paths[0],
                            here->binding.digest, first->binding.digest);
    if (strcmp(first->binding.library_digest, here->binding.library_digest) != 0)
        return rp_error_set(error, "%s is of another library than %s (MD5 %s and %s)", all->paths[i], all->paths[0],
                            here->binding.library_digest, first->binding.library_digest);
    return first->share.of == here->share.of ||
           rp_error_set(error, "%s is part %u of %u, and %s part %u of %u", all->paths[i], here->share.number,
                        here->share.of, all->paths[0], first->share.number, first->share.of);
}

/* Tells the shares that have no file. */
static bool tell_missing(const size_t *file_of, uint32_t of, rp_error *error)
{
    char list[MAX_TOLD * 12 + 8] = "";
    size_t n = 0, at = 0;
    for (uint32_t i = 0; i < of; i++) {
        if (file_of[i] != 0)
            continue;
        if (n++ < MAX_TOLD)
            at += (size_t)snprintf(list + at, sizeof list - at, "%s%u", n > 1 ? ", " : "", i + 1);
    }
    return n == 0 || rp_error_set(error, "%zu of %u parts are missing: %s%s", n, of, list, n > MAX_TOLD ? ", ..." : "");
}

/* Each share stands once. */
static bool check_numbers(const rp_gathering *all, rp_error *error)
{
    const uint32_t of = all->files[0].share.of;
    size_t *file_of = rp_alloc(of, sizeof *file_of); /* 1 + the file; 0: none */
    if (file_of == NULL)
        return rp_error_memory(error, "parts");
    bool ok = true;
    for (size_t i = 0; ok && i < all->n; i++) {
        size_t *entry = &file_of[all->files[i].share.number - 1];
        if (*entry != 0)
            ok = rp_error_set(error, "%s and %s are both part %u of %u", all->paths[*entry - 1], all->paths[i],
                              all->files[i].share.number, of);
        *entry = i + 1;
    }
    ok = ok && tell_missing(file_of, of, error);
    free(file_of);
    return ok;
}

static bool cannot_use(const char *path, const rp_error *reason, rp_error *error)
{
    (void)rp_error_set_as(error, reason->kind, "%s: the part cannot be used: %s", path, reason->message);
    return rp_error_be(error, RP_ERROR_INPUT);
}

bool rp_gathering_open(rp_gathering *all, rp_error *error)
{
    all->files = rp_alloc(all->n, sizeof *all->files);
    if (all->files == NULL)
        return rp_error_memory(error, "parts");
    for (; all->n_open < all->n; all->n_open++) {
        rp_error reason = {""};
        if (rp_scan_file_open(&all->files[all->n_open], all->paths[all->n_open], &reason) != RP_CHECKPOINT_READ)
            return cannot_use(all->paths[all->n_open], &reason, error);
    }
    bool ok = true;
    for (size_t i = 0; ok && i < all->n; i++)
        ok = compare_files(all, i, error);
    return (ok && check_numbers(all, error)) || rp_error_be(error, RP_ERROR_INPUT);
}

/* What is found by all is of the whole. */
static bool make_whole(rp_scan_progress *progress, const rp_scan_progress *parts, uint64_t n_own, rp_error *error)
{
    if (n_own != parts->n_chunks)
        return rp_error_set_as(error, RP_ERROR_INPUT, "the parts do not make a whole: they have %llu of %llu chunks",
                               (unsigned long long)n_own, (unsigned long long)parts->n_chunks);
    rp_scan_progress_clear(progress);
    progress->share = (rp_share){0, 0};
    if (parts->n_chunks == 0 || parts->n_library_parts == 0)
        return true;
    if (!rp_scan_progress_begin(progress, parts->n_chunks, n_own, parts->n_library_parts, error))
        return false;
    memset(progress->done, 1, (size_t)rp_scan_fields(progress));
    return true;
}

bool rp_gathering_take(rp_gathering *all, const rp_scan_binding *own, const rp_scan_subject *subject,
                       rp_kept_scans *into, rp_error *error)
{
    rp_scan_progress *both[] = {&into->genome.progress, &into->decoy.progress}, first[2] = {{.done = NULL}};
    uint64_t n_own[2] = {0, 0};
    if (!rp_scan_file_check(&all->files[0], all->paths[0], own, "", error))
        return rp_error_be(error, RP_ERROR_INPUT);
    for (size_t i = 0; i < all->n; i++) {
        rp_error reason = {""};
        if (rp_scan_file_take(&all->files[i], subject, into, &reason) != RP_CHECKPOINT_READ)
            return cannot_use(all->paths[i], &reason, error);
        for (int b = 0; b < 2; b++) {
            first[b] = i == 0 ? *both[b] : first[b];
            n_own[b] += both[b]->n_own;
            if (both[b]->n_chunks != first[b].n_chunks || both[b]->n_library_parts != first[b].n_library_parts)
                return rp_error_set_as(error, RP_ERROR_INPUT, "%s and %s are not of one scan", all->paths[0],
                                       all->paths[i]);
        }
    }
    return make_whole(both[0], &first[0], n_own[0], error) && make_whole(both[1], &first[1], n_own[1], error);
}

void rp_gathering_clear(rp_gathering *all)
{
    for (size_t i = 0; i < all->n_open; i++)
        rp_scan_file_close(&all->files[i]);
    free(all->files);
    *all = (rp_gathering){0};
}
