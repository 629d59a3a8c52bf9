/* stream.c: see stream.h. */
#include "base/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cancel.h"

enum { SLICE_MS = 50, SOURCE_BYTES = 1 << 16, PIPE_BYTES = 1 << 20 };

/* --- Writing --- */

/* Waits until a descriptor takes bytes or has failed, which the write tells. */
static bool wait_for_room(int descriptor, bool gives_up)
{
    struct pollfd room = {.fd = descriptor, .events = POLLOUT};
    for (;;) {
        if (gives_up && rp_cancelled() != 0) {
            errno = ECANCELED;
            return false;
        }
        const int ready = poll(&room, 1, gives_up ? SLICE_MS : -1);
        if (ready > 0)
            return true;
        if (ready < 0 && errno != EINTR)
            return false;
    }
}

bool rp_stream_write(int descriptor, const void *bytes, size_t n, bool gives_up)
{
    const char *from = bytes;
    while (n > 0) {
        if (!wait_for_room(descriptor, gives_up))
            return false;
        const ssize_t written = write(descriptor, from, n < PIPE_BUF ? n : PIPE_BUF); /* a pipe has room for it */
        if (written == 0)
            errno = EIO;
        if (written == 0 || (written < 0 && errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK))
            return false;
        from += written > 0 ? written : 0;
        n -= written > 0 ? (size_t)written : 0;
    }
    return true;
}

int rp_stream_open(const char *path)
{
    struct stat status;
    const bool is_pipe = stat(path, &status) == 0 && S_ISFIFO(status.st_mode);
    for (;;) {
        const int descriptor = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (descriptor >= 0 || errno != ENXIO || !is_pipe)
            return descriptor;
        if (rp_cancelled() != 0) {
            errno = ECANCELED;
            return -1;
        }
        (void)poll(NULL, 0, SLICE_MS);
    }
}

bool rp_stream_is_stdout(const char *path)
{
    static const char *const names[] = {"-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"};
    bool is_one = false;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        is_one |= strcmp(path, names[i]) == 0;
    return is_one;
}

/* A pipe that is opened anew can be told not to block, and others who have it do not notice. */
int rp_stream_open_stdout(void)
{
    struct stat status;
    const int flags = fcntl(STDOUT_FILENO, F_GETFL);
    if (flags < 0)
        return -1;
    if ((flags & O_ACCMODE) == O_RDONLY) { /* it was closed when the program began */
        errno = EBADF;
        return -1;
    }
    int descriptor = -1;
    if (fstat(STDOUT_FILENO, &status) == 0 && (S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode)))
        descriptor = open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    return descriptor >= 0 ? descriptor : fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
}

/* --- Reading --- */

/* Waits for bytes and reads them. 0: the end, or nobody reads the pipe any more; -1: errno tells. */
static ssize_t read_some(const rp_feed *source)
{
    for (;;) {
        struct pollfd ends[] = {{.fd = source->from, .events = POLLIN}, {.fd = source->to}};
        if (rp_cancelled() != 0) {
            errno = ECANCELED;
            return -1;
        }
        const int ready = poll(ends, 2, SLICE_MS);
        if (ready < 0 && errno != EINTR)
            return -1;
        if (ready <= 0)
            continue;
        if (ends[1].revents != 0)
            return 0;
        const ssize_t n = read(source->from, source->buffer, SOURCE_BYTES);
        if (n >= 0 || (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK))
            return n;
    }
}

static void *source_main(void *argument)
{
    rp_feed *source = argument;
    ssize_t n;
    while ((n = read_some(source)) > 0)
        if (!rp_stream_write(source->to, source->buffer, (size_t)n, true))
            break;
    if (n < 0 || (n > 0 && errno != EPIPE)) /* a reader that has gone has its reasons */
        source->failure = errno;
    (void)close(source->to);
    return NULL;
}

/* Has a thread read source->from; returns the descriptor to read instead, -1: there is none. */
static int start_thread(rp_feed *source)
{
    int ends[2];
    sigset_t all, before;
    source->buffer = malloc(SOURCE_BYTES);
    if (source->buffer == NULL || pipe2(ends, O_CLOEXEC) != 0)
        return -1;
    (void)fcntl(ends[1], F_SETPIPE_SZ, PIPE_BYTES); /* fewer turns of the two threads; no error counts */
    source->to = ends[1];
    (void)sigfillset(&all); /* the thread takes none, PIPE included */
    (void)pthread_sigmask(SIG_BLOCK, &all, &before);
    const bool runs = pthread_create(&source->thread, NULL, source_main, source) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (runs)
        return ends[0];
    (void)close(ends[0]);
    (void)close(ends[1]);
    source->to = -1;
    return -1;
}

int rp_feed_open(rp_feed *source, const char *path)
{
    struct stat status;
    *source = (rp_feed){.from = -1, .to = -1};
    const int file = strcmp(path, "-") == 0 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
                                            : open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (file < 0 || fstat(file, &status) != 0 || S_ISREG(status.st_mode) || S_ISDIR(status.st_mode) ||
        S_ISBLK(status.st_mode))
        return file;
    source->from = file;
    const int reader = start_thread(source);
    if (reader >= 0)
        return reader;
    free(source->buffer); /* it is read as it is, by whoever wants it */
    *source = (rp_feed){.from = -1, .to = -1};
    const int flags = fcntl(file, F_GETFL);
    if (flags >= 0 && strcmp(path, "-") != 0)
        (void)fcntl(file, F_SETFL, flags & ~O_NONBLOCK);
    return file;
}

bool rp_feed_close(rp_feed *source)
{
    if (source->to < 0)
        return true;
    (void)pthread_join(source->thread, NULL);
    (void)close(source->from);
    free(source->buffer);
    const int failure = source->failure;
    *source = (rp_feed){.from = -1, .to = -1};
    errno = failure;
    return failure == 0;
}
