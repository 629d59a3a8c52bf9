/* keeper.c: see keeper.h. */
#include "checkpoint/keeper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "checkpoint/binding.h"

static const double BETWEEN_STAGES_S = 5;

/* Where the state is from, and what to do when it is not of this run. */
static const char *origin(const rp_keeper *keeper)
{
    return keeper->given != NULL ? keeper->given : keeper->folder.path;
}

static const char *remedy(const rp_keeper *keeper)
{
    return keeper->given != NULL ? "" : "; --restart begins anew";
}

static const char *what(const rp_keeper *keeper)
{
    return keeper->given != NULL ? "state" : "checkpoint";
}

/* Tells the first parameter in which the checkpoint differs from this run. */
static bool compare_parameters(const rp_keeper *keeper, rp_error *error)
{
    char *name = NULL;
    if (asprintf(&name, "%s: the %s", origin(keeper), what(keeper)) < 0)
        return rp_error_memory(error, "checkpoint");
    const rp_bound own = {"this run", keeper->binding.parameters}, other = {name, keeper->from.binding.parameters};
    const bool ok = rp_binding_compare(&own, &other, remedy(keeper), error);
    free(name);
    return ok;
}

/* The state that the user names. */
static bool read_given(rp_keeper *keeper, rp_error *error)
{
    rp_error reason = {""};
    if (rp_checkpoint_read(&keeper->from, keeper->given, &reason) != RP_CHECKPOINT_READ) {
        (void)rp_error_set_as(error, reason.kind, "%s: the state cannot be used: %s", keeper->given, reason.message);
        return rp_error_be(error, RP_ERROR_INPUT);
    }
    keeper->resumes = true;
    if (keeper->from.state.mark != RP_MARK_COPIES)
        return rp_error_set_as(error, RP_ERROR_INPUT,
                               "%s: it is the state of a run that has not found all families yet: "
                               "--until-copies writes one that has",
                               keeper->given);
    return compare_parameters(keeper, error);
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
    return rp_error_set_as(error, reason.kind, "%s: the checkpoint cannot be read: %s", keeper->folder.state,
                           reason.message);
}

static bool look_for_state(rp_keeper *keeper, rp_error *error)
{
    if (keeper->given != NULL)
        return true;
    if (keeper->restart)
        return rp_run_folder_forget(&keeper->folder, error);
    return !rp_run_folder_has_state(&keeper->folder) || read_state(keeper, error);
}

/* --- A folder that many runs share --- */

/* k is not in the name: it follows from genome and options, or from an index that is given. */
static bool open_in_shared(rp_keeper *keeper, rp_error *error)
{
    const rp_run_binding *binding = &keeper->binding;
    const char *const texts[] = {binding->parameters, binding->digest, binding->mask_digest,
                                 keeper->with_pairs ? "pairs" : "", keeper->part != NULL ? keeper->part : ""};
    return rp_run_folder_open_shared(&keeper->folder, keeper->shared, texts, sizeof texts / sizeof texts[0], error) &&
           look_for_state(keeper, error);
}

bool rp_keeper_open(rp_keeper *keeper, const char *prefix, const json_t *options, const rp_log *log, rp_error *error)
{
    keeper->log = log;
    keeper->kept_ns = rp_clock_ns();
    keeper->binding.parameters = rp_binding_make(options);
    if (keeper->binding.parameters == NULL)
        return rp_error_memory(error, "parameters");
    if (keeper->given != NULL && !read_given(keeper, error))
        return false;
    if (keeper->off)
        return true;
    if (keeper->shared != NULL)
        return rp_shared_folder_make(keeper->shared, error) &&
               (prefix == NULL || rp_run_folder_open(&keeper->results, prefix, RP_RUN_OF_PREFIX, error));
    return rp_run_folder_open(&keeper->folder, prefix, RP_RUN_OF_PREFIX, error) && look_for_state(keeper, error);
}

bool rp_keeper_check_genome(rp_keeper *keeper, const rp_genome *genome, rp_error *error)
{
    memcpy(keeper->binding.digest, genome->digest, sizeof keeper->binding.digest);
    memcpy(keeper->binding.mask_digest, genome->mask_digest, sizeof keeper->binding.mask_digest);
    keeper->binding.genome_bp = genome->length_bp;
    if (keeper->shared != NULL && !keeper->off && !open_in_shared(keeper, error))
        return false;
    if (!keeper->resumes)
        return true;
    if (strcmp(keeper->from.binding.digest, genome->digest) != 0 || keeper->from.binding.genome_bp != genome->length_bp)
        return rp_error_set(error, "%s: the %s is of another genome (MD5 %s, this one has %s)%s", origin(keeper),
                            what(keeper), keeper->from.binding.digest, genome->digest, remedy(keeper));
    return strcmp(keeper->from.binding.mask_digest, genome->mask_digest) == 0 ||
           rp_error_set(error, "%s: where the %s is from, lower case was elsewhere (MD5 %s, here %s)%s", origin(keeper),
                        what(keeper), keeper->from.binding.mask_digest, genome->mask_digest, remedy(keeper));
}

bool rp_keeper_check_k(rp_keeper *keeper, unsigned k, rp_error *error)
{
    keeper->binding.k = k;
    return !keeper->resumes || keeper->from.binding.k == k ||
           rp_error_set(error, "%s: the %s is of %u-mers, and this run's index of %u-mers%s", origin(keeper),
                        what(keeper), keeper->from.binding.k, k, remedy(keeper));
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
    rp_run_folder_close(&keeper->results, false); /* a state that lies there is of another run */
    if (keeper->resumes)
        rp_checkpoint_clear(&keeper->from);
    keeper->resumes = false;
    free(keeper->binding.parameters);
    keeper->binding.parameters = NULL;
}
