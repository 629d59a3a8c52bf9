/* faults.c: a library to be preloaded (LD_PRELOAD) that makes one call of a function fail.
 *
 * REPRISE_FAULT=NAME:N:WHAT fails the N-th call of NAME in the process; WHAT is an errno's number, or `short` for a
 * read or write that does half of its work. REPRISE_FAULT_COUNTS=FILE has the number of calls of each function written
 * there when the process ends. REPRISE_SLOW_READS=MS makes each read that reads a file ahead (preadv) take as many
 * milliseconds more, as from far storage.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

typedef enum fault_name {
    F_OPEN,
    F_READ,
    F_PREAD,
    F_PREADV,
    F_WRITE,
    F_FSYNC,
    F_RENAME,
    F_LINKAT,
    F_MKDIR,
    F_FLOCK,
    F_FTRUNCATE,
    F_FALLOCATE,
    F_CLOSE,
    F_ACCESS,
    F_THREAD,
    N_NAMES
} fault_name;

static const char *const NAMES[N_NAMES] = {
    "open",  "read",  "pread",     "preadv",          "write", "fsync",  "rename",        "linkat",
    "mkdir", "flock", "ftruncate", "posix_fallocate", "close", "access", "pthread_create"};
enum { SHORT = -1 };

static atomic_long calls[N_NAMES];
static int fault = N_NAMES, what;
static long number, slow_ms;

__attribute__((constructor)) static void begin(void)
{
    const char *text = getenv("REPRISE_FAULT"), *slow = getenv("REPRISE_SLOW_READS");
    slow_ms = slow != NULL ? strtol(slow, NULL, 10) : 0;
    if (text == NULL)
        return;
    for (int i = 0; i < N_NAMES; i++) {
        const size_t n = strlen(NAMES[i]);
        if (strncmp(text, NAMES[i], n) == 0 && text[n] == ':') {
            char *rest = NULL;
            number = strtol(text + n + 1, &rest, 10);
            what = strcmp(rest, ":short") == 0 ? SHORT : (int)strtol(rest + 1, NULL, 10);
            fault = i;
        }
    }
}

__attribute__((destructor)) static void end(void)
{
    const char *path = getenv("REPRISE_FAULT_COUNTS");
    long before[N_NAMES];
    for (int i = 0; i < N_NAMES; i++)
        before[i] = atomic_load(&calls[i]);
    FILE *file = path == NULL ? NULL : fopen(path, "w");
    for (int i = 0; file != NULL && i < N_NAMES; i++)
        fprintf(file, "%s %ld\n", NAMES[i], before[i]);
    if (file != NULL)
        fclose(file);
}

/* Whether this call is the one that fails. */
static int fails(fault_name name)
{
    const long mine = atomic_fetch_add(&calls[name], 1) + 1;
    return (int)name == fault && mine == number;
}

#define REAL(type, name, ...) ((type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name))
#define FAIL_IF(name)                       \
    do {                                    \
        if (fails(name) && what != SHORT) { \
            errno = what;                   \
            return -1;                      \
        }                                   \
    } while (0)

int open(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? (mode_t)va_arg(arguments, int) : 0;
    va_end(arguments);
    FAIL_IF(F_OPEN);
    return REAL(int, "open", const char *, int, ...)(path, flags, mode);
}

ssize_t read(int file, void *bytes, size_t n)
{
    const int here = fails(F_READ);
    if (here && what != SHORT) {
        errno = what;
        return -1;
    }
    return REAL(ssize_t, "read", int, void *, size_t)(file, bytes, here && n > 1 ? n / 2 : n);
}

ssize_t pread(int file, void *bytes, size_t n, off_t at)
{
    FAIL_IF(F_PREAD);
    return REAL(ssize_t, "pread", int, void *, size_t, off_t)(file, bytes, n, at);
}

ssize_t preadv(int file, const struct iovec *pieces, int n, off_t at)
{
    const struct timespec pause = {slow_ms / 1000, slow_ms % 1000 * 1000000};
    FAIL_IF(F_PREADV);
    if (slow_ms > 0)
        (void)nanosleep(&pause, NULL);
    return REAL(ssize_t, "preadv", int, const struct iovec *, int, off_t)(file, pieces, n, at);
}

ssize_t write(int file, const void *bytes, size_t n)
{
    const int here = fails(F_WRITE);
    if (here && what != SHORT) {
        errno = what;
        return -1;
    }
    return REAL(ssize_t, "write", int, const void *, size_t)(file, bytes, here && n > 1 ? n / 2 : n);
}

int fsync(int file)
{
    FAIL_IF(F_FSYNC);
    return REAL(int, "fsync", int)(file);
}

int rename(const char *from, const char *to)
{
    FAIL_IF(F_RENAME);
    return REAL(int, "rename", const char *, const char *)(from, to);
}

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags)
{
    FAIL_IF(F_LINKAT);
    return REAL(int, "linkat", int, const char *, int, const char *, int)(from_folder, from, to_folder, to, flags);
}

int mkdir(const char *path, mode_t mode)
{
    FAIL_IF(F_MKDIR);
    return REAL(int, "mkdir", const char *, mode_t)(path, mode);
}

int flock(int file, int how)
{
    FAIL_IF(F_FLOCK);
    return REAL(int, "flock", int, int)(file, how);
}

int ftruncate(int file, off_t n)
{
    FAIL_IF(F_FTRUNCATE);
    return REAL(int, "ftruncate", int, off_t)(file, n);
}

int posix_fallocate(int file, off_t at, off_t n)
{
    return fails(F_FALLOCATE) ? what : REAL(int, "posix_fallocate", int, off_t, off_t)(file, at, n);
}

int close(int file)
{
    if (fails(F_CLOSE)) { /* it is closed all the same, as Linux has it */
        (void)REAL(int, "close", int)(file);
        errno = what;
        return -1;
    }
    return REAL(int, "close", int)(file);
}

int access(const char *path, int how)
{
    FAIL_IF(F_ACCESS);
    return REAL(int, "access", const char *, int)(path, how);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument)
{
    return fails(F_THREAD) ? what
                           : REAL(int, "pthread_create", pthread_t *, const pthread_attr_t *, void *(*)(void *),
                                  void *)(thread, attributes, run, argument);
}
