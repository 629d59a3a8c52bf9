/* folder.h: PREFIX.reprise/, where a run keeps its state, and which one run at a time may hold. In a folder that many
 * runs share (--checkpoint-dir) a digest of what a state follows from stands for the prefix.
 *
 * The lock is the kernel's (flock on the file `lock`), so that it goes with the process that holds
 * it, however that ends. Where the file system has no locks, two runs are not kept apart.
 */
#ifndef RP_CHECKPOINT_FOLDER_H
#define RP_CHECKPOINT_FOLDER_H

#include <stddef.h>

#include "base/error.h"

typedef struct rp_run_folder {
    char *path;      /* NULL: there is none */
    char *state;     /* path of the checkpoint in it, */
    char *pairs;     /* and of the candidate pairs that go with it (discover/pairs.h), where they are asked for */
    int lock;        /* descriptor + 1; 0: not held */
} rp_run_folder;

/* What is said of a folder that another run holds: it has this prefix, or this input and these options. */
#define RP_RUN_OF_PREFIX "another run with this prefix is under way; wait for it, or name another with -o"
#define RP_RUN_OF_INPUT "another run of this input with these options is under way; wait for it"

/* Makes PREFIX.reprise/ if it is not there, and takes it for this run. False: error filled in; another run may
 * hold it, of which `held` is said. */
bool rp_run_folder_open(rp_run_folder *folder, const char *prefix, const char *held, rp_error *error) RP_MUST_CHECK;

/* Makes a folder that many runs share, if it is not there; it can be written to. False: error filled in. */
bool rp_shared_folder_make(const char *path, rp_error *error) RP_MUST_CHECK;

/* Takes the folder in a shared one that is for what follows from these texts: its name is a digest of them. False:
 * error filled in. */
bool rp_run_folder_open_shared(rp_run_folder *folder, const char *shared, const char *const *texts, size_t n,
                               rp_error *error) RP_MUST_CHECK;

bool rp_run_folder_has_state(const rp_run_folder *folder);

/* Removes the checkpoint; one that cannot be removed is an error. */
bool rp_run_folder_forget(const rp_run_folder *folder, rp_error *error) RP_MUST_CHECK;

/* Renames a checkpoint that cannot be trusted to `state.damaged`. */
bool rp_run_folder_set_aside(const rp_run_folder *folder, rp_error *error) RP_MUST_CHECK;

/* Removes the pairs, which are of another run than the one that begins. */
void rp_run_folder_forget_pairs(const rp_run_folder *folder);

/* Gives the folder back, in any state. A folder without a checkpoint is removed; `done`: the run has come to its end,
 * and the checkpoint goes too. */
void rp_run_folder_close(rp_run_folder *folder, bool done);

#endif
