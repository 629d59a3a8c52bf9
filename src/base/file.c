/* file.c: see file.h.
 *
 * Where the file system can, a file has no name at all until it is whole (O_TMPFILE), so that a
 * killed run leaves nothing behind; elsewhere it is written as NAME.PID.part.
 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <htslib/bgzf.h>
#include <htslib/kstring.h>

#include "base/cancel.h"
#include "base/memory.h"
#include "base/stream.h"

enum {
    BUFFER_BYTES = 1 << 16,
    WRITE_BEHIND_BYTES = 8 << 20,
    MAX_TRIES = 100,
    MAX_LINKS = 40,
    LINK_BYTES = 64,
    DEFAULT_LEVEL = -1,
    PART_BYTES = 32, /* of a part's name behind the file's own */
    USUAL_NAME_BYTES = 255
};

struct rp_file {
    char *path;              /* as the user gave it */
    char *target, *part_path; /* the name to take, and the one before it; NULL: what is written to is there already */
    int descriptor;
    bool is_stdout;
    bool nameless;           /* part_path does not exist yet */
    uint8_t *block;          /* for names in .gz: room for a compressed block (bgzip); NULL: not compressed */
    kstring_t buffer;
    size_t behind;           /* bytes written since the disk was asked for */
    int failure;             /* errno of the first failure; 0: none */
    bool committed;
};

static bool ends_with(const char *text, const char *ending)
{
    const size_t n = strlen(text), m = strlen(ending);
    return n >= m && strcmp(text + n - m, ending) == 0;
}

char *rp_folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? strdup(".") : strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

bool rp_folder_make(const char *folder)
{
    struct stat status;
    char *path = strdup(folder);
    bool ok = path != NULL;
    for (char *slash = ok ? strchr(path + 1, '/') : NULL; ok && slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        ok = mkdir(path, 0777) == 0 || errno == EEXIST;
        *slash = '/';
    }
    ok = ok && (mkdir(path, 0777) == 0 || errno == EEXIST) && stat(path, &status) == 0;
    free(path);
    if (ok && !S_ISDIR(status.st_mode)) {
        errno = ENOTDIR;
        return false;
    }
    return ok;
}

/* What a link says, seen from where it lies; to be freed. NULL: errno tells, EINVAL for what is no link. */
static char *read_link(const char *path)
{
    char link[PATH_MAX], *next = NULL;
    const ssize_t n = readlink(path, link, sizeof link - 1);
    if (n < 0)
        return NULL;
    link[n] = '\0';
    char *folder = rp_folder_of(path);
    if (folder == NULL || asprintf(&next, "%s%s%s", link[0] == '/' ? "" : folder, link[0] == '/' ? "" : "/", link) < 0)
        next = NULL;
    free(folder);
    return next;
}

char *rp_target_of(const char *path)
{
    struct stat status;
    const bool is_link = lstat(path, &status) == 0 && S_ISLNK(status.st_mode);
    if (is_link && stat(path, &status) == 0)
        return realpath(path, NULL);
    char *at = strdup(path);
    for (int links = 0; at != NULL && is_link; links++) { /* it leads where nothing is yet */
        char *next = read_link(at);
        if (next == NULL && (errno == EINVAL || errno == ENOENT))
            break;
        free(at);
        at = links < MAX_LINKS ? next : NULL;
        if (links == MAX_LINKS) {
            free(next);
            errno = ELOOP;
        }
    }
    return at;
}

/* Where a descriptor's file is found, if it has no name. */
static void link_of(int descriptor, char link[LINK_BYTES])
{
    (void)snprintf(link, LINK_BYTES, "/proc/self/fd/%d", descriptor);
}

static bool failed(const rp_file *file, int failure, rp_error *error)
{
    if (failure == ECANCELED && !rp_not_cancelled(error))
        return false;
    return rp_error_set_as(error, rp_error_kind_of(failure), "%s: cannot be written: %s", file->path,
                           strerror(failure));
}

/* A file without a name in the folder of `path`, which can be given one later; -1 where that is not to be had. */
static int open_nameless(const char *path)
{
    char link[LINK_BYTES], *folder = rp_folder_of(path);
    const int descriptor = folder == NULL ? -1 : open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
    free(folder);
    if (descriptor < 0)
        return -1;
    link_of(descriptor, link);
    if (access(link, F_OK) == 0)
        return descriptor;
    (void)close(descriptor); /* no /proc here */
    return -1;
}

/* The bytes of a path that a part's name begins with: all, or fewer where the folder takes no name that long. */
static int part_stem(const char *path)
{
    char *folder = rp_folder_of(path);
    const long most = folder != NULL ? pathconf(folder, _PC_NAME_MAX) : -1;
    free(folder);
    const char *slash = strrchr(path, '/'), *name = slash == NULL ? path : slash + 1;
    const size_t room = (size_t)(most > 0 ? most : USUAL_NAME_BYTES);
    size_t n = strlen(name);
    if (n + PART_BYTES > room)
        n = room > 2 * PART_BYTES ? room - PART_BYTES : n;
    while (n > 0 && ((unsigned char)name[n] & 0xc0) == 0x80) /* no half of a letter */
        n--;
    return (int)((size_t)(name - path) + n);
}

/* Makes a name for the time before the file's own. Names that killed runs have left are passed over. */
static bool make_part_path(rp_file *file, int try)
{
    const int stem = part_stem(file->target);
    free(file->part_path);
    if (asprintf(&file->part_path, try == 0 ? "%.*s.%ld.part" : "%.*s.%ld.%d.part", stem, file->target, (long)getpid(),
                 try) < 0)
        file->part_path = NULL;
    return file->part_path != NULL;
}

/* A name that can never be taken is told now, not when the file is whole. */
static bool check_names(const rp_file *file, rp_error *error)
{
    struct stat status;
    const bool takes = (lstat(file->target, &status) == 0 || errno == ENOENT) &&
                       (lstat(file->part_path, &status) == 0 || errno == ENOENT);
    return takes || rp_error_set(error, "%.200s%s: cannot be written: %s", file->path,
                                 strlen(file->path) > 200 ? "..." : "", strerror(errno));
}

/* What the path stands for: a new file in the place of `target`, or something that is written to as it is. */
static bool find_target(rp_file *file, rp_error *error)
{
    struct stat status;
    const size_t n = strlen(file->path);
    const bool exists = !file->is_stdout && stat(file->path, &status) == 0;
    if ((exists && S_ISDIR(status.st_mode)) || (n > 0 && file->path[n - 1] == '/'))
        return rp_error_set(error, "%s: cannot be written: %s", file->path, strerror(EISDIR));
    if (file->is_stdout || (exists && !S_ISREG(status.st_mode)))
        return true;
    file->target = rp_target_of(file->path);
    if (file->target == NULL)
        return rp_error_set(error, "%s: cannot be written: %s", file->path, strerror(errno));
    return (make_part_path(file, 0) || rp_error_memory(error, file->path)) && check_names(file, error);
}

static bool open_part(rp_file *file, rp_error *error)
{
    if (!find_target(file, error))
        return false;
    if (file->is_stdout) {
        file->descriptor = rp_stream_open_stdout();
    } else if (file->target == NULL) {
        file->descriptor = rp_stream_open(file->path);
    } else {
        file->descriptor = open_nameless(file->target);
        file->nameless = file->descriptor >= 0;
        for (int try = 1; file->descriptor < 0 && try < MAX_TRIES; try++) {
            file->descriptor = open(file->part_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
            if (file->descriptor < 0 && (errno != EEXIST || !make_part_path(file, try)))
                break;
        }
    }
    if (file->descriptor < 0)
        return failed(file, errno, error);
    if (!ends_with(file->path, ".gz"))
        return true;
    file->block = rp_alloc(BGZF_MAX_BLOCK_SIZE, 1);
    return file->block != NULL || rp_error_memory(error, file->path);
}

rp_file *rp_file_open(const char *path, rp_error *error)
{
    rp_file *file = rp_alloc(1, sizeof *file);
    if (file == NULL) {
        (void)rp_error_memory(error, path);
        return NULL;
    }
    file->descriptor = -1;
    file->is_stdout = rp_stream_is_stdout(path);
    file->path = strdup(path);
    if (file->path == NULL)
        (void)rp_error_memory(error, path);
    if (file->path == NULL || !open_part(file, error)) {
        rp_file_destroy(file);
        return NULL;
    }
    return file;
}

/* Has what was written go to the disk now, beside the work: the sync at the end has less to wait for. */
static void write_behind(rp_file *file, size_t n)
{
    file->behind += n;
    if (file->behind < WRITE_BEHIND_BYTES)
        return;
    (void)sync_file_range(file->descriptor, 0, 0, SYNC_FILE_RANGE_WRITE); /* advice: no error counts */
    file->behind = 0;
}

static void write_bytes(rp_file *file, const void *bytes, size_t n)
{
    const char *from = bytes;
    size_t done = 0;
    if (file->target == NULL) {
        errno = 0;
        if (file->failure == 0 && !rp_stream_write(file->descriptor, bytes, n, true))
            file->failure = errno != 0 ? errno : EIO;
        return;
    }
    while (done < n && file->failure == 0) {
        const ssize_t written = write(file->descriptor, from + done, n - done);
        if (written > 0)
            done += (size_t)written;
        else if (written == 0 || errno != EINTR)
            file->failure = written < 0 && errno != 0 ? errno : EIO;
    }
    write_behind(file, done);
}

/* No bytes make the block that ends a file. */
static void write_block(rp_file *file, const char *bytes, size_t n)
{
    size_t n_compressed = BGZF_MAX_BLOCK_SIZE;
    if (bgzf_compress(file->block, &n_compressed, bytes, n, DEFAULT_LEVEL) != 0)
        file->failure = ENOMEM;
    else
        write_bytes(file, file->block, n_compressed);
}

/* Whole blocks; `all`: the rest too. */
static void write_blocks(rp_file *file, bool all)
{
    size_t done = 0;
    while (file->failure == 0 && (file->buffer.l - done >= BGZF_BLOCK_SIZE || (all && done < file->buffer.l))) {
        const size_t left = file->buffer.l - done, n = left < BGZF_BLOCK_SIZE ? left : BGZF_BLOCK_SIZE;
        write_block(file, file->buffer.s + done, n);
        done += n;
    }
    if (done > 0)
        memmove(file->buffer.s, file->buffer.s + done, file->buffer.l - done);
    file->buffer.l -= done;
}

/* `all`: nothing is left in the buffer. */
static void flush(rp_file *file, bool all)
{
    if (file->block != NULL) {
        write_blocks(file, all);
    } else {
        write_bytes(file, file->buffer.s, file->buffer.l);
        file->buffer.l = 0;
    }
    if (file->failure != 0)
        file->buffer.l = 0;
}

void rp_file_write(rp_file *file, const char *bytes, size_t n)
{
    if (file->failure == 0 && kputsn(bytes, n, &file->buffer) < 0)
        file->failure = ENOMEM;
    if (file->buffer.l >= BUFFER_BYTES)
        flush(file, false);
}

void rp_file_print(rp_file *file, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (file->failure == 0 && kvsprintf(&file->buffer, format, arguments) < 0)
        file->failure = ENOMEM;
    va_end(arguments);
    if (file->buffer.l >= BUFFER_BYTES)
        flush(file, false);
}

bool rp_file_finish(rp_file *file, rp_error *error)
{
    flush(file, true);
    if (file->block != NULL && file->failure == 0)
        write_block(file, "", 0);
    if (file->failure == 0 && file->target != NULL && fsync(file->descriptor) != 0 && errno != EINVAL)
        file->failure = errno;
    if (file->target == NULL) {
        if (file->descriptor >= 0 && close(file->descriptor) != 0 && file->failure == 0)
            file->failure = errno;
        file->descriptor = -1;
    }
    if (file->failure == EPIPE && file->is_stdout)
        rp_cancel(SIGPIPE);
    return file->failure == 0 || failed(file, file->failure, error);
}

/* Gives a nameless file its first name. */
static bool name_part(rp_file *file)
{
    char link[LINK_BYTES];
    link_of(file->descriptor, link);
    for (int try = 1; linkat(AT_FDCWD, link, AT_FDCWD, file->part_path, AT_SYMLINK_FOLLOW) != 0; try++)
        if (errno != EEXIST || try == MAX_TRIES || !make_part_path(file, try))
            return false;
    file->nameless = false;
    return true;
}

/* A name is safe when its folder is. File systems that cannot sync folders need not. */
static bool sync_folder(const char *folder)
{
    const int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return errno == EACCES; /* a folder that may be written to and not read */
    const bool ok = fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP;
    const int failure = errno;
    (void)close(descriptor);
    errno = failure;
    return ok;
}

static bool place_error(const rp_file *file, rp_error *error)
{
    const int failure = errno;
    return rp_error_set_as(error, rp_error_kind_of(failure), "%s: cannot be put in place: %s", file->path,
                           strerror(failure));
}

bool rp_files_commit(rp_file *const *files, size_t n, rp_error *error)
{
    for (size_t i = 0; i < n; i++)
        if (files[i] != NULL && files[i]->nameless && !name_part(files[i]))
            return place_error(files[i], error);
    for (size_t i = 0; i < n; i++) {
        if (files[i] == NULL)
            continue;
        if (files[i]->target != NULL && rename(files[i]->part_path, files[i]->target) != 0)
            return place_error(files[i], error);
        files[i]->committed = true;
    }
    char *last = NULL; /* folder that was synced */
    bool ok = true;
    for (size_t i = 0; ok && i < n; i++) {
        if (files[i] == NULL || files[i]->target == NULL)
            continue;
        char *folder = rp_folder_of(files[i]->target);
        ok = folder != NULL || rp_error_memory(error, files[i]->path);
        if (ok && (last == NULL || strcmp(folder, last) != 0) && !sync_folder(folder))
            ok = place_error(files[i], error);
        free(last);
        last = folder;
    }
    free(last);
    return ok;
}

bool rp_file_commit(rp_file *file, rp_error *error)
{
    return rp_files_commit(&file, 1, error);
}

void rp_file_destroy(rp_file *file)
{
    if (file == NULL)
        return;
    if (file->descriptor >= 0)
        (void)close(file->descriptor);
    if (!file->committed && file->part_path != NULL && !file->nameless)
        (void)unlink(file->part_path);
    free(file->path);
    free(file->target);
    free(file->part_path);
    free(file->block);
    ks_free(&file->buffer);
    free(file);
}
