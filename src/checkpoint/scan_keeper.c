/* scan_keeper.c: see scan_keeper.h. */
#include "checkpoint/scan_keeper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "checkpoint/binding.h"

enum { TIMES_AS_LONG = 20 }; /* as writing takes, the next time comes at the earliest */

static const double BETWEEN_STAGES_S = 5;

static bool has_passed(const rp_scan_keeper *keeper, double seconds)
{
    const uint64_t passed = rp_clock_ns() - keeper->kept_ns;
    return (double)passed * 1e-9 >= seconds && passed >= TIMES_AS_LONG * keeper->took_ns;
}

static bool is_due(void *context)
{
    const rp_scan_keeper *keeper = context;
    return has_passed(keeper, keeper->interval_s);
}

/* Writes the scans. That it cannot be done is told; the run goes on. */
static void write_scans(rp_scan_keeper *keeper)
{
    rp_error error = {""};
    const uint64_t begun = rp_clock_ns();
    rp_file *file = rp_file_open(keeper->path, &error);
    if (file != NULL)
        rp_scan_file_write(file, &keeper->binding, &keeper->scans);
    const bool ok = file != NULL && rp_file_finish(file, &error) && rp_file_commit(file, &error);
    rp_file_destroy(file);
    rp_log_line(keeper->log, ok ? "checkpoint written to %s" : "no checkpoint: %s", ok ? keeper->path : error.message);
    keeper->kept_ns = rp_clock_ns();
    keeper->took_ns = keeper->kept_ns - begun;
}

static void keep(void *context)
{
    rp_scan_keeper *keeper = context;
    if (is_due(keeper) || (keeper->scans.are_done && has_passed(keeper, BETWEEN_STAGES_S)))
        write_scans(keeper);
}

static bool set_path(rp_scan_keeper *keeper, const rp_run_folder *folder, rp_error *error)
{
    if (asprintf(&keeper->path, "%s/%s", folder->path, keeper->name) < 0) {
        keeper->path = NULL;
        return rp_error_memory(error, "file names");
    }
    if (keeper->restart)
        (void)unlink(keeper->path);
    return true;
}

bool rp_scan_keeper_open(rp_scan_keeper *keeper, const rp_run_folder *folder, const json_t *options, rp_error *error)
{
    keeper->kept_ns = rp_clock_ns();
    keeper->binding.parameters = rp_binding_make(options);
    if (keeper->binding.parameters == NULL)
        return rp_error_memory(error, "options");
    if (keeper->shared != NULL)
        return rp_shared_folder_make(keeper->shared, error);
    return folder == NULL || set_path(keeper, folder, error);
}

static bool open_in_shared(rp_scan_keeper *keeper, const rp_share *share, rp_error *error)
{
    char part[32];
    (void)snprintf(part, sizeof part, "%u/%u", share->number, share->of);
    const char *const texts[] = {keeper->binding.parameters, keeper->binding.digest, keeper->binding.library_digest,
                                 part, keeper->name};
    return rp_run_folder_open_shared(&keeper->own, keeper->shared, texts, sizeof texts / sizeof texts[0], error) &&
           set_path(keeper, &keeper->own, error);
}

static void clear_scans(rp_scan_keeper *keeper)
{
    const rp_share share = keeper->scans.genome.progress.share;
    rp_kept_scans_clear(&keeper->scans);
    keeper->scans = (rp_kept_scans){.genome = {.progress = {.share = share}}, .decoy = {.progress = {.share = share}}};
}

/* A scan that cannot be trusted is none. */
static bool begin_anew(rp_scan_keeper *keeper, const rp_error *reason)
{
    rp_log_tell(keeper->command, "%s: the checkpoint is damaged (%s); the scan begins anew", keeper->path,
                reason->message);
    clear_scans(keeper);
    return true;
}

/* What is of another scan, or of another version of the file. */
static bool refuse(const rp_scan_keeper *keeper, const rp_error *reason, rp_error *error)
{
    if (!keeper->yields)
        return rp_error_set(error, "%s; --restart begins anew", reason->message);
    rp_log_line(keeper->log, "%s; the scan begins anew", reason->message);
    return true;
}

/* Whether a file is of this scan. False: *reason filled in. */
static bool is_own(const rp_scan_keeper *keeper, const rp_scan_file *file, rp_error *reason)
{
    char *name = NULL;
    const rp_share share = keeper->scans.genome.progress.share;
    if (asprintf(&name, "%s: the checkpoint", keeper->path) < 0)
        return rp_error_memory(reason, "file names");
    bool ok = rp_scan_file_check(file, name, &keeper->binding, "", reason);
    if (ok && (file->share.number != share.number || file->share.of != share.of))
        ok = rp_error_set(reason, "%s is of part %u of %u", name, file->share.number, file->share.of);
    free(name);
    return ok;
}

static bool take_file(rp_scan_keeper *keeper, rp_scan_file *file, const rp_scan_subject *subject, rp_error *error)
{
    rp_error reason = {""};
    if (!is_own(keeper, file, &reason))
        return reason.kind == RP_ERROR_MEMORY ? rp_error_set_as(error, reason.kind, "%s", reason.message)
                                              : refuse(keeper, &reason, error);
    switch (rp_scan_file_take(file, subject, &keeper->scans, &reason)) {
    case RP_CHECKPOINT_READ: break;
    case RP_CHECKPOINT_FAILED: return rp_error_set_as(error, reason.kind, "%s: %s", keeper->path, reason.message);
    default: return begin_anew(keeper, &reason);
    }
    rp_log_line(keeper->log, "going on from the checkpoint: %zu alignments", keeper->scans.genome.found.n);
    return true;
}

bool rp_scan_keeper_begin(rp_scan_keeper *keeper, const rp_scan_subject *subject, const rp_share *share,
                          rp_error *error)
{
    rp_scan_file file;
    rp_error reason = {""};
    rp_kept_scan *both[] = {&keeper->scans.genome, &keeper->scans.decoy};
    memcpy(keeper->binding.digest, subject->genome->digest, sizeof keeper->binding.digest);
    if (!rp_scan_digest_library(subject->consensus, subject->n_families, keeper->binding.library_digest))
        return rp_error_memory(error, "digest");
    both[0]->progress.share = both[1]->progress.share = *share;
    bool ok = keeper->shared == NULL || open_in_shared(keeper, share, error);
    if (ok && keeper->path != NULL && access(keeper->path, F_OK) == 0)
        switch (rp_scan_file_open(&file, keeper->path, &reason)) {
        case RP_CHECKPOINT_READ:
            ok = take_file(keeper, &file, subject, error);
            rp_scan_file_close(&file);
            break;
        case RP_CHECKPOINT_DAMAGED: ok = begin_anew(keeper, &reason); break;
        case RP_CHECKPOINT_OTHER: {
            rp_error other = {""};
            (void)rp_error_set(&other, "%s: the checkpoint cannot be used: %s", keeper->path, reason.message);
            ok = refuse(keeper, &other, error);
            break;
        }
        case RP_CHECKPOINT_FAILED:
            ok = rp_error_set_as(error, reason.kind, "%s: the checkpoint cannot be read: %s", keeper->path,
                                 reason.message);
        }
    for (int i = 0; i < 2 && keeper->path != NULL; i++)
        both[i]->progress.keep = (rp_keep_hook){is_due, keep, keeper};
    return ok;
}

bool rp_scan_keeper_flush(rp_scan_keeper *keeper)
{
    if (keeper->path == NULL)
        return false;
    if (keeper->scans.genome.progress.done != NULL)
        write_scans(keeper);
    return access(keeper->path, F_OK) == 0;
}

const char *rp_scan_keeper_place(const rp_scan_keeper *keeper, const rp_run_folder *folder)
{
    return keeper->own.path != NULL ? keeper->own.path : folder->path;
}

void rp_scan_keeper_close(rp_scan_keeper *keeper, bool done)
{
    if (done && keeper->path != NULL)
        (void)unlink(keeper->path);
    rp_run_folder_close(&keeper->own, done);
    rp_kept_scans_clear(&keeper->scans);
    free(keeper->binding.parameters);
    free(keeper->path);
    keeper->binding.parameters = keeper->path = NULL;
}
