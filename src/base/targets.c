/* targets.c: see targets.h. */
#include "base/targets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/stream.h"

enum { SHOWN = 200 };

static bool folder_error(const char *folder, rp_error *error)
{
    return rp_error_set_as(error, rp_error_kind_of(errno), "%.*s: the folder cannot be made: %s", SHOWN, folder,
                           strerror(errno));
}

/* Makes one folder, if it is not there. */
static bool make_folder(rp_targets *targets, const char *folder, rp_error *error)
{
    struct stat status;
    if (stat(folder, &status) == 0)
        return true;
    if (!rp_reserve((void **)&targets->made, &targets->made_capacity, targets->n_made + 1, sizeof *targets->made))
        return rp_error_memory(error, folder);
    char *name = strdup(folder);
    if (name == NULL)
        return rp_error_memory(error, folder);
    if (mkdir(folder, 0777) == 0) {
        targets->made[targets->n_made++] = name;
        return true;
    }
    free(name);
    return errno == EEXIST || folder_error(folder, error); /* another run was faster */
}

/* Makes the folder of a path with those that it lies in. */
static bool make_folders(rp_targets *targets, const char *path, rp_error *error)
{
    struct stat status;
    if (stat(path, &status) != 0 && errno == ENAMETOOLONG)
        return rp_error_set(error, "%.*s...: cannot be written: %s", SHOWN, path, strerror(errno));
    char *folder = rp_folder_of(path);
    if (folder == NULL)
        return rp_error_memory(error, path);
    bool ok = true;
    if (stat(folder, &status) != 0) {
        for (char *slash = strchr(folder + 1, '/'); ok && slash != NULL; slash = strchr(slash + 1, '/')) {
            *slash = '\0';
            ok = make_folder(targets, folder, error);
            *slash = '/';
        }
        ok = ok && make_folder(targets, folder, error);
    }
    free(folder);
    return ok;
}

/* What is there, if anything. What is written to the null device is in nobody's way. */
static void note_file(rp_target *target, const struct stat *status)
{
    target->exists = !(S_ISCHR(status->st_mode) && status->st_rdev == makedev(1, 3));
    target->device = status->st_dev;
    target->file = status->st_ino;
}

/* Names that cannot be told apart here because they cannot be reached are refused when they are opened. */
static bool find_target(rp_target *target, rp_error *error)
{
    struct stat status;
    const bool is_stdout = rp_stream_is_stdout(target->path);
    const bool exists = (is_stdout ? fstat(STDOUT_FILENO, &status) : stat(target->path, &status)) == 0;
    if (exists)
        note_file(target, &status);
    if (is_stdout || (exists && !S_ISREG(status.st_mode)))
        return true;
    char *name = rp_target_of(target->path), *folder = name != NULL ? rp_folder_of(name) : NULL;
    bool ok = true;
    if (folder != NULL && stat(folder, &status) == 0) {
        const char *slash = strrchr(name, '/');
        target->folder_device = status.st_dev;
        target->folder = status.st_ino;
        target->name = strdup(slash == NULL ? name : slash + 1);
        ok = target->name != NULL || rp_error_memory(error, target->path);
    }
    free(name);
    free(folder);
    return ok;
}

static bool are_one(const rp_target *a, const rp_target *b)
{
    if (a->exists && b->exists && a->device == b->device && a->file == b->file)
        return true;
    return a->name != NULL && b->name != NULL && a->folder_device == b->folder_device && a->folder == b->folder &&
           strcmp(a->name, b->name) == 0;
}

bool rp_targets_add(rp_targets *targets, const char *path, rp_error *error)
{
    if (!rp_reserve((void **)&targets->items, &targets->capacity, targets->n + 1, sizeof *targets->items))
        return rp_error_memory(error, path);
    rp_target *target = &targets->items[targets->n];
    *target = (rp_target){.path = strdup(path)};
    if (target->path == NULL)
        return rp_error_memory(error, path);
    targets->n++;
    if ((!rp_stream_is_stdout(path) && !make_folders(targets, path, error)) || !find_target(target, error))
        return false;
    for (size_t i = 0; i + 1 < targets->n; i++) {
        const char *other = targets->items[i].path;
        if (!are_one(&targets->items[i], target))
            continue;
        targets->clash = true;
        if (strcmp(other, path) == 0)
            return rp_error_set(error, "two results go to %.*s", SHOWN, path);
        return rp_error_set(error, "two results go to one file: %.*s and %.*s", SHOWN, other, SHOWN, path);
    }
    return true;
}

bool rp_targets_spare(const rp_targets *targets, const char *input, rp_error *error)
{
    struct stat status;
    const bool exists = (strcmp(input, "-") == 0 ? fstat(STDIN_FILENO, &status) : stat(input, &status)) == 0;
    for (size_t i = 0; exists && S_ISREG(status.st_mode) && i < targets->n; i++) {
        const rp_target *target = &targets->items[i];
        if (target->exists && target->device == status.st_dev && target->file == status.st_ino)
            return rp_error_set(error, "%.*s: is an input; a result would take its place", SHOWN, target->path);
    }
    return true;
}

void rp_targets_clear(rp_targets *targets, bool done)
{
    for (size_t i = 0; i < targets->n; i++) {
        free(targets->items[i].path);
        free(targets->items[i].name);
    }
    while (targets->n_made > 0) {
        char *folder = targets->made[--targets->n_made];
        if (!done)
            (void)rmdir(folder);
        free(folder);
    }
    free(targets->items);
    free(targets->made);
    *targets = (rp_targets){0};
}
