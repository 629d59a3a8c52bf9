/* targets.h: where a command's results are to go, known before any work: no result takes another's place or an input's.
 *
 * Two names are one place when they are the same name in the same folder, links followed, or the same file that is
 * there. Folders that are missing are made. Not thread-safe.
 */
#ifndef RP_BASE_TARGETS_H
#define RP_BASE_TARGETS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

/* One result's. */
typedef struct rp_target {
    char *path; /* as the user gave it */
    char *name; /* of the file in its folder; NULL: no file is made */
    dev_t folder_device;
    ino_t folder;
    bool exists; /* something is there: */
    dev_t device;
    ino_t file;
} rp_target;

/* Zeroed at the start. */
typedef struct rp_targets {
    rp_target *items;
    size_t n, capacity;
    char **made; /* folders, the outer ones first */
    size_t n_made, made_capacity;
    bool clash; /* an addition failed because two results have one place */
} rp_targets;

/* Adds the place of a result, "-" for standard output, and makes its folder. False: error filled in. */
bool rp_targets_add(rp_targets *targets, const char *path, rp_error *error) RP_MUST_CHECK;

/* Whether an input is left alone by all results. False: error filled in. */
bool rp_targets_spare(const rp_targets *targets, const char *input, rp_error *error) RP_MUST_CHECK;

/* In any state. Unless `done`, folders that were made are removed if nothing is in them. */
void rp_targets_clear(rp_targets *targets, bool done);

#endif
