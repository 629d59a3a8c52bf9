/* keeper.c: see keeper.h. */
#include "checkpoint/keeper.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/code.h"

static const double BETWEEN_STAGES_S = 5;

/* The value as the user would write it; to be freed. */
static char *text_of(const json_t *value)
{
    return value == NULL ? strdup("none") : json_dumps(value, JSON_ENCODE_ANY);
}

/* Tells the first parameter in which the checkpoint differs from this run. */
static bool compare_parameters(const rp_keeper *keeper, rp_error *error)
{
    json_t *own = json_loads(keeper->binding.parameters, 0, NULL),
           *other = json_loads(keeper->from.binding.parameters, 0, NULL);
    bool ok = own != NULL || rp_error_memory(error, "checkpoint");
    const char *name;
    json_t *value;
    json_object_foreach(own, name, value)
    {
        const json_t *kept = json_object_get(other, name);
        if (!ok || json_equal(value, kept))
            continue;
        char *mine = text_of(value), *theirs = text_of(kept);
        ok = rp_error_set(error, "%s: the checkpoint is of %s %s, and this run has %s; --restart begins anew",
                          keeper->folder.path, name, theirs != NULL ? theirs : "?", mine != NULL ? mine : "?");
        free(mine);
        free(theirs);
    }
    json_decref(own);
    json_decref(other);
    return ok;
}

static bool read_state(rp_keeper *keeper, rp_error *error)
{
    rp_error reason = {""};
    switch (rp_checkpoint_read(&keeper->from, keeper->folder.state, &reason)) {
    case RP_CHECKPOINT_READ: keeper->resumes = true; return compare_parameters(keeper, error);
    case RP_CHECKPOINT_DAMAGED:
        rp_log_tell("find",
                    "%s: the checkpoint is damaged (%s); it is set aside as %s.damaged, and the run begins anew",
                    keeper->folder.state, reason.message, keeper->folder.state);
        return rp_run_folder_set_aside(&keeper->folder, error);
    case RP_CHECKPOINT_OTHER:
        return rp_error_set(error, "%s: the checkpoint cannot be used: %s; --restart begins anew", keeper->folder.state,
                            reason.message);
    case RP_CHECKPOINT_FAILED: break;
    }
    return rp_error_set(error, "%s: the checkpoint cannot be read: %s", keeper->folder.state, reason.message);
}

/* What a state follows from, less the genome: this code and these options; to be freed. NULL: out of memory. */
static char *describe_parameters(const json_t *options)
{
    json_t *all = json_pack("{s:s+++}", "reprise-c", RP_VERSION, " (code ", rp_code, ")");
    const bool ok = all != NULL && options != NULL && json_object_update(all, (json_t *)options) == 0;
    char *text = ok ? json_dumps(all, JSON_COMPACT) : NULL;
    json_decref(all);
    return text;
}

bool rp_keeper_open(rp_keeper *keeper, const char *prefix, const json_t *options, const rp_log *log, rp_error *error)
{
    keeper->log = log;
    keeper->kept_ns = rp_clock_ns();
    keeper->binding.parameters = describe_parameters(options);
    if (keeper->binding.parameters == NULL)
        return rp_error_memory(error, "parameters");
    if (keeper->off)
        return true;
    if (!rp_run_folder_open(&keeper->folder, prefix, error))
        return false;
    if (keeper->restart)
        return rp_run_folder_forget(&keeper->folder, error);
    return !rp_run_folder_has_state(&keeper->folder) || read_state(keeper, error);
}

bool rp_keeper_check_genome(rp_keeper *keeper, const rp_genome *genome, rp_error *error)
{
    memcpy(keeper->binding.digest, genome->digest, sizeof keeper->binding.digest);
    memcpy(keeper->binding.mask_digest, genome->mask_digest, sizeof keeper->binding.mask_digest);
    keeper->binding.genome_bp = genome->length_bp;
    if (!keeper->resumes)
        return true;
    if (strcmp(keeper->from.binding.digest, genome->digest) != 0 || keeper->from.binding.genome_bp != genome->length_bp)
        return rp_error_set(error,
                            "%s: the checkpoint is of another genome (MD5 %s, this one has %s); --restart begins anew",
                            keeper->folder.path, keeper->from.binding.digest, genome->digest);
    return strcmp(keeper->from.binding.mask_digest, genome->mask_digest) == 0 ||
           rp_error_set(
               error,
               "%s: where the checkpoint is from, lower case was elsewhere (MD5 %s, here %s); --restart begins anew",
               keeper->folder.path, keeper->from.binding.mask_digest, genome->mask_digest);
}

bool rp_keeper_check_k(rp_keeper *keeper, unsigned k, rp_error *error)
{
    keeper->binding.k = k;
    return !keeper->resumes || keeper->from.binding.k == k ||
           rp_error_set(error,
                        "%s: the checkpoint is of %u-mers, and this run's index of %u-mers; --restart begins anew",
                        keeper->folder.path, keeper->from.binding.k, k);
}

static bool has_passed(const rp_keeper *keeper, double seconds)
{
    return keeper->folder.lock != 0 && (double)(rp_clock_ns() - keeper->kept_ns) * 1e-9 >= seconds;
}

bool rp_keeper_keeps(const rp_keeper *keeper)
{
    return keeper->folder.lock != 0;
}

bool rp_keeper_take(rp_keeper *keeper, rp_run_state *state, unsigned *k)
{
    if (!keeper->resumes)
        return false;
    *k = keeper->binding.k = keeper->from.binding.k;
    *state = keeper->from.state;
    keeper->from.state = (rp_run_state){0};
    return true;
}

bool rp_keeper_is_due(const rp_keeper *keeper)
{
    return has_passed(keeper, keeper->interval_s);
}

void rp_keeper_keep(rp_keeper *keeper, const rp_run_state *state, bool between_stages)
{
    rp_error error = {""};
    if (keeper->folder.lock == 0)
        return;
    rp_file_destroy(keeper->latest);
    keeper->latest = rp_checkpoint_write(&keeper->binding, state, keeper->folder.state, &error);
    if (keeper->latest == NULL)
        rp_log_line(keeper->log, "no checkpoint: %s", error.message);
    else if (rp_keeper_is_due(keeper) || (between_stages && has_passed(keeper, BETWEEN_STAGES_S)))
        rp_keeper_flush(keeper);
}

void rp_keeper_flush(rp_keeper *keeper)
{
    rp_error error = {""};
    if (keeper->latest == NULL)
        return;
    if (rp_file_finish(keeper->latest, &error) && rp_file_commit(keeper->latest, &error))
        rp_log_line(keeper->log, "checkpoint written to %s", keeper->folder.state);
    else
        rp_log_line(keeper->log, "no checkpoint: %s", error.message);
    rp_file_destroy(keeper->latest);
    keeper->latest = NULL;
    keeper->kept_ns = rp_clock_ns();
}

void rp_keeper_close(rp_keeper *keeper, bool done)
{
    rp_file_destroy(keeper->latest);
    keeper->latest = NULL;
    rp_run_folder_close(&keeper->folder, done);
    if (keeper->resumes)
        rp_checkpoint_clear(&keeper->from);
    keeper->resumes = false;
    free(keeper->binding.parameters);
    keeper->binding.parameters = NULL;
}
