/* file.c: result files; see file.h.
 *
 * Where the file system can, a file has no name at all until it is whole (O_TMPFILE), so that a
 * killed run leaves nothing behind; elsewhere it is written as NAME.PID.part.
 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <htslib/bgzf.h>
#include <htslib/hfile.h>
#include <htslib/kstring.h>

#include "base/memory.h"

enum { BUFFER_BYTES = 1 << 16 };

struct rp_file {
    char *path, *part_path;  /* part_path: the name before the file's own; NULL for standard output */
    int descriptor;
    bool nameless;           /* part_path does not exist yet */
    BGZF *bgzf;              /* for names in .gz; owns the descriptor */
    kstring_t buffer;
    int failure;             /* errno of the first failure; 0: none */
    bool committed;
};

static bool ends_with(const char *text, const char *ending)
{
    const size_t n = strlen(text), m = strlen(ending);
    return n >= m && strcmp(text + n - m, ending) == 0;
}

/* A file without a name in the folder of `path`; -1 where that is not to be had. */
static int open_nameless(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash == NULL ? strdup(".") : strndup(path, slash == path ? 1 : (size_t)(slash - path));
    const int descriptor = folder == NULL ? -1 : open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
    free(folder);
    return descriptor;
}

static bool open_part(rp_file *file, rp_error *error)
{
    const bool is_stdout = strcmp(file->path, "-") == 0;
    if (is_stdout) {
        file->descriptor = dup(STDOUT_FILENO);
    } else {
        const size_t room = strlen(file->path) + 32;
        file->part_path = rp_alloc(room, 1);
        if (file->part_path == NULL)
            return rp_error_memory(error, file->path);
        (void)snprintf(file->part_path, room, "%s.%ld.part", file->path, (long)getpid());
        file->descriptor = open_nameless(file->path);
        file->nameless = file->descriptor >= 0;
        if (!file->nameless)
            file->descriptor = open(file->part_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    }
    if (file->descriptor < 0)
        return rp_error_set(error, "%s: cannot be written: %s", file->path, strerror(errno));
    if (!ends_with(file->path, ".gz"))
        return true;
    const int own = dup(file->descriptor); /* bgzf closes its own */
    file->bgzf = own < 0 ? NULL : bgzf_dopen(own, "w");
    if (file->bgzf == NULL && own >= 0)
        (void)close(own);
    return file->bgzf != NULL || rp_error_set(error, "%s: cannot be written: %s", file->path, strerror(errno));
}

rp_file *rp_file_open(const char *path, rp_error *error)
{
    rp_file *file = rp_alloc(1, sizeof *file);
    if (file == NULL) {
        (void)rp_error_memory(error, path);
        return NULL;
    }
    file->descriptor = -1;
    file->path = strdup(path);
    if (file->path == NULL)
        (void)rp_error_memory(error, path);
    if (file->path == NULL || !open_part(file, error)) {
        rp_file_destroy(file);
        return NULL;
    }
    return file;
}

static void flush(rp_file *file)
{
    size_t done = 0;
    while (done < file->buffer.l && file->failure == 0) {
        const size_t left = file->buffer.l - done;
        const ssize_t n = file->bgzf != NULL ? bgzf_write(file->bgzf, file->buffer.s + done, left)
                                             : write(file->descriptor, file->buffer.s + done, left);
        if (n > 0)
            done += (size_t)n;
        else if (errno != EINTR)
            file->failure = errno != 0 ? errno : EIO;
    }
    file->buffer.l = 0;
}

void rp_file_write(rp_file *file, const char *bytes, size_t n)
{
    if (file->failure == 0 && kputsn(bytes, n, &file->buffer) < 0)
        file->failure = ENOMEM;
    if (file->buffer.l >= BUFFER_BYTES)
        flush(file);
}

void rp_file_print(rp_file *file, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (file->failure == 0 && kvsprintf(&file->buffer, format, arguments) < 0)
        file->failure = ENOMEM;
    va_end(arguments);
    if (file->buffer.l >= BUFFER_BYTES)
        flush(file);
}

bool rp_file_finish(rp_file *file, rp_error *error)
{
    flush(file);
    if (file->bgzf != NULL && bgzf_close(file->bgzf) != 0 && file->failure == 0)
        file->failure = errno != 0 ? errno : EIO;
    file->bgzf = NULL;
    if (file->failure == 0 && file->part_path != NULL && fsync(file->descriptor) != 0 && errno != EINVAL)
        file->failure = errno;
    if (file->failure == 0 && file->part_path == NULL && close(file->descriptor) != 0)
        file->failure = errno;
    if (file->part_path == NULL)
        file->descriptor = -1;
    if (file->failure != 0)
        return rp_error_set(error, "%s: cannot be written: %s", file->path, strerror(file->failure));
    return true;
}

/* Gives a nameless file its first name. */
static bool name_part(rp_file *file)
{
    char link[64];
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", file->descriptor);
    if (linkat(AT_FDCWD, link, AT_FDCWD, file->part_path, AT_SYMLINK_FOLLOW) != 0)
        return false;
    file->nameless = false;
    return true;
}

bool rp_file_commit(rp_file *file, rp_error *error)
{
    if (file->part_path != NULL &&
        ((file->nameless && !name_part(file)) || rename(file->part_path, file->path) != 0))
        return rp_error_set(error, "%s: cannot be put in place: %s", file->path, strerror(errno));
    file->committed = true;
    return true;
}

void rp_file_destroy(rp_file *file)
{
    if (file == NULL)
        return;
    if (file->bgzf != NULL)
        (void)bgzf_close(file->bgzf);
    if (file->descriptor >= 0)
        (void)close(file->descriptor);
    if (!file->committed && file->part_path != NULL && !file->nameless)
        (void)unlink(file->part_path);
    free(file->path);
    free(file->part_path);
    ks_free(&file->buffer);
    free(file);
}
