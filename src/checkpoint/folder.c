/* folder.c: see folder.h. */
#include "checkpoint/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <htslib/hts.h>

#include "base/file.h"

enum { MAX_TRIES = 100 }; /* against runs that end and take the folder away while this one opens it */

/* To be freed; NULL: out of memory. */
static char *path_in(const char *folder, const char *name)
{
    char *path = NULL;
    return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

static bool is_still_there(int file, const char *path)
{
    struct stat held, named;
    return fstat(file, &held) == 0 && stat(path, &named) == 0 && held.st_dev == named.st_dev &&
           held.st_ino == named.st_ino;
}

/* What a run that was killed has left of a checkpoint that was not in place yet. */
static void remove_parts(const rp_run_folder *folder)
{
    DIR *list = opendir(folder->path);
    if (list == NULL)
        return;
    for (const struct dirent *entry; (entry = readdir(list)) != NULL;) {
        const size_t n = strlen(entry->d_name);
        const bool is_state = strncmp(entry->d_name, "state.", 6) == 0 || strncmp(entry->d_name, "scan.", 5) == 0 ||
                              strncmp(entry->d_name, "copies.", 7) == 0;
        if (n > 5 && is_state && strcmp(entry->d_name + n - 5, ".part") == 0)
            (void)unlinkat(dirfd(list), entry->d_name, 0);
    }
    (void)closedir(list);
}

typedef enum lock_status { LOCKED, HELD_BY_ANOTHER, GONE, FAILED } lock_status;

static lock_status take_lock(rp_run_folder *folder, const char *lock_path)
{
    if (mkdir(folder->path, 0777) != 0 && errno != EEXIST)
        return FAILED;
    const int file = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (file < 0) {
        const int failure = errno;
        (void)rmdir(folder->path); /* if it is empty */
        errno = failure;
        return failure == ENOENT ? GONE : FAILED; /* gone: the folder was taken away in between */
    }
    /* some file systems of clusters have no locks: there nobody is kept out, and the run goes on */
    if (flock(file, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        (void)close(file);
        return HELD_BY_ANOTHER;
    }
    if (!is_still_there(file, lock_path)) {
        (void)close(file);
        return GONE;
    }
    folder->lock = file + 1;
    remove_parts(folder);
    return LOCKED;
}

bool rp_run_folder_open(rp_run_folder *folder, const char *prefix, const char *held, rp_error *error)
{
    char *lock_path = NULL;
    *folder = (rp_run_folder){0};
    if (asprintf(&folder->path, "%s.reprise", prefix) < 0)
        folder->path = NULL;
    if (folder->path != NULL) {
        folder->state = path_in(folder->path, "state");
        folder->pairs = path_in(folder->path, "pairs");
        lock_path = path_in(folder->path, "lock");
    }
    bool ok =
        (folder->state != NULL && folder->pairs != NULL && lock_path != NULL) || rp_error_memory(error, "folder names");
    lock_status status = GONE;
    for (int tries = 0; ok && status == GONE && tries < MAX_TRIES; tries++)
        status = take_lock(folder, lock_path);
    if (ok && status == HELD_BY_ANOTHER)
        ok = rp_error_set_as(error, RP_ERROR_PASSING, "%s: %s", folder->path, held);
    else if (ok && status != LOCKED)
        ok = rp_error_set_as(error, rp_error_kind_of(errno), "%s: the folder for the run's state cannot be made: %s",
                             folder->path, strerror(errno));
    free(lock_path);
    if (!ok)
        rp_run_folder_close(folder, false);
    return ok;
}

bool rp_shared_folder_make(const char *path, rp_error *error)
{
    if (rp_folder_make(path) && access(path, W_OK | X_OK) == 0)
        return true;
    const int failure = errno;
    return rp_error_set_as(error, rp_error_kind_of(failure), "--checkpoint-dir: %s: %s", path, strerror(failure));
}

/* False: out of memory. */
static bool digest_texts(const char *const *texts, size_t n, char digest[33])
{
    unsigned char bytes[16];
    hts_md5_context *md5 = hts_md5_init();
    if (md5 == NULL)
        return false;
    for (size_t i = 0; i < n; i++)
        hts_md5_update(md5, texts[i], strlen(texts[i]) + 1);
    hts_md5_final(bytes, md5);
    hts_md5_hex(digest, bytes);
    hts_md5_destroy(md5);
    return true;
}

bool rp_run_folder_open_shared(rp_run_folder *folder, const char *shared, const char *const *texts, size_t n,
                               rp_error *error)
{
    char name[33], *prefix = NULL;
    if (!digest_texts(texts, n, name) || asprintf(&prefix, "%s/%s", shared, name) < 0)
        return rp_error_memory(error, "checkpoint");
    const bool ok = rp_run_folder_open(folder, prefix, RP_RUN_OF_INPUT, error);
    free(prefix);
    return ok;
}

bool rp_run_folder_has_state(const rp_run_folder *folder)
{
    return folder->lock != 0 && access(folder->state, F_OK) == 0;
}

bool rp_run_folder_forget(const rp_run_folder *folder, rp_error *error)
{
    return unlink(folder->state) == 0 || errno == ENOENT ||
           rp_error_set(error, "%s: cannot be removed: %s", folder->state, strerror(errno));
}

bool rp_run_folder_set_aside(const rp_run_folder *folder, rp_error *error)
{
    char *aside = path_in(folder->path, "state.damaged");
    bool ok = aside != NULL || rp_error_memory(error, "folder names");
    if (ok && rename(folder->state, aside) != 0)
        ok = rp_error_set(error, "%s: cannot be set aside: %s", folder->state, strerror(errno));
    free(aside);
    return ok;
}

static void remove_in(const rp_run_folder *folder, const char *name)
{
    char *path = path_in(folder->path, name);
    if (path != NULL)
        (void)unlink(path);
    free(path);
}

void rp_run_folder_forget_pairs(const rp_run_folder *folder)
{
    (void)unlink(folder->pairs);
}

void rp_run_folder_close(rp_run_folder *folder, bool done)
{
    if (folder->lock != 0) {
        if (done) {
            (void)unlink(folder->state);
            remove_in(folder, "state.damaged");
            remove_in(folder, "copies");
        }
        if (!rp_run_folder_has_state(folder)) {
            rp_run_folder_forget_pairs(folder);
            remove_in(folder, "lock");
            (void)rmdir(folder->path); /* stays where something else lies in it */
        }
        (void)close(folder->lock - 1);
    }
    free(folder->path);
    free(folder->state);
    free(folder->pairs);
    *folder = (rp_run_folder){0};
}
