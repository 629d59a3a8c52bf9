/* log.c: progress lines and what the process has used; see log.h. */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <htslib/kstring.h>

#include "base/cancel.h"
#include "base/stream.h"
#include "base/text.h"
#include "base/clock.h"

enum { QUEUE_BYTES = 1 << 20, END_WAIT_MS = 200, LINE_BYTES = 2048 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards what follows; not held where one waits */
static pthread_cond_t changed;
static pthread_t writer;
static bool runs, ends, is_writing, progress_is_shown;
static kstring_t waiting;                                /* what the writer has not taken yet */
static unsigned long n_left_out;
static int kept = -1;                                     /* the file that all is appended to; -1: there is none */

/* --- The writer --- */

static void *writer_main(void *argument)
{
    (void)pthread_mutex_lock(&lock);
    for (;;) {
        while (waiting.l == 0 && !ends)
            (void)pthread_cond_wait(&changed, &lock);
        if (waiting.l == 0)
            break;
        kstring_t now = waiting;
        waiting = (kstring_t)KS_INITIALIZE;
        is_writing = true;
        (void)pthread_mutex_unlock(&lock);
        (void)rp_stream_write(STDERR_FILENO, now.s, now.l, false); /* nobody can be told of a failure */
        ks_free(&now);
        (void)pthread_mutex_lock(&lock);
        is_writing = false;
        (void)pthread_cond_broadcast(&changed);
    }
    (void)pthread_mutex_unlock(&lock);
    return argument;
}

void rp_log_open(void)
{
    pthread_condattr_t attributes;
    sigset_t all, before;
    ends = false;
    if (pthread_condattr_init(&attributes) != 0)
        return;
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    const bool has_condition = pthread_cond_init(&changed, &attributes) == 0;
    (void)pthread_condattr_destroy(&attributes);
    if (!has_condition)
        return;
    (void)sigfillset(&all); /* signals are for others */
    (void)pthread_sigmask(SIG_BLOCK, &all, &before);
    runs = pthread_create(&writer, NULL, writer_main, NULL) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!runs)
        (void)pthread_cond_destroy(&changed);
}

bool rp_log_keep(const char *path, rp_error *error)
{
    const int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0666);
    struct stat status;
    if (file < 0)
        return rp_error_set_as(error, rp_error_kind_of(errno), "--log: %s: %s", path, strerror(errno));
    if (fstat(file, &status) != 0 || !(S_ISREG(status.st_mode) || S_ISCHR(status.st_mode))) {
        (void)close(file);
        return rp_error_set(error, "--log: %s: is no file that can be appended to", path);
    }
    (void)pthread_mutex_lock(&lock);
    kept = file;
    (void)pthread_mutex_unlock(&lock);
    return true;
}

/* Under the lock: whether the writer has come to its end in time. */
static bool wait_for_writer(void)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += END_WAIT_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    while (waiting.l > 0 || is_writing)
        if (pthread_cond_timedwait(&changed, &lock, &until) == ETIMEDOUT)
            return waiting.l == 0 && !is_writing;
    return true;
}

void rp_log_close(void)
{
    (void)pthread_mutex_lock(&lock);
    ends = true;
    if (runs)
        (void)pthread_cond_broadcast(&changed);
    const bool comes = runs && (rp_cancelled() == 0 || wait_for_writer());
    if (kept >= 0)
        (void)close(kept);
    kept = -1;
    (void)pthread_mutex_unlock(&lock);
    if (comes) {
        (void)pthread_join(writer, NULL);
        (void)pthread_cond_destroy(&changed);
        runs = false;
    } /* else it goes with the process */
}

/* --- Lines --- */

/* Without a writer. A run that is to end does not wait for a reader. */
static void write_directly(const char *text, size_t n)
{
    struct pollfd room = {.fd = STDERR_FILENO, .events = POLLOUT};
    if (rp_cancelled() == 0)
        (void)rp_stream_write(STDERR_FILENO, text, n, true);
    else if (poll(&room, 1, END_WAIT_MS) > 0 && write(STDERR_FILENO, text, n) < 0)
        return; /* nobody can be told */
}

/* Under the lock. */
static void put(const char *text, size_t n)
{
    char told[64] = "";
    if (!runs) {
        write_directly(text, n);
        return;
    }
    if (n_left_out > 0)
        (void)snprintf(told, sizeof told, "(%lu messages are left out here)\n", n_left_out);
    if (waiting.l + n + sizeof told > QUEUE_BYTES || kputsn(told, strlen(told), &waiting) < 0 ||
        kputsn(text, n, &waiting) < 0) {
        n_left_out++;
        return;
    }
    n_left_out = 0;
    (void)pthread_cond_broadcast(&changed);
}

/* Puts a text where progress may be shown, and into the file that is kept, and frees it. NULL, memory having run out,
 * is left out. */
static void put_text(char *text, size_t n, bool is_shown)
{
    static const char erase[] = "\r\033[K";
    if (text == NULL)
        return;
    (void)pthread_mutex_lock(&lock);
    if (is_shown && progress_is_shown)
        put(erase, sizeof erase - 1);
    progress_is_shown = progress_is_shown && !is_shown;
    if (is_shown)
        put(text, n);
    if (kept >= 0)
        (void)rp_stream_write(kept, text, n, false); /* nobody can be told of a failure */
    (void)pthread_mutex_unlock(&lock);
    free(text);
}

static void put_times(const rp_log *log, kstring_t *text)
{
    const rp_usage usage = rp_log_usage(log);
    (void)ksprintf(text, "[%8.2f s, %8.2f CPU s, %6llu MB] ", usage.wall_seconds, usage.cpu_seconds,
                   (unsigned long long)(usage.peak_kb >> 10));
}

void rp_log_line(const rp_log *log, const char *format, ...)
{
    if (log->quiet && kept < 0) /* set before there are threads */
        return;
    char line[LINE_BYTES], shown[4 * LINE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    kstring_t text = KS_INITIALIZE;
    put_times(log, &text);
    (void)ksprintf(&text, "%s\n", rp_text_show(line, shown, sizeof shown));
    put_text(text.s, text.l, !log->quiet);
}

void rp_log_message(const char *format, ...)
{
    kstring_t text = KS_INITIALIZE;
    va_list arguments;
    va_start(arguments, format);
    (void)kvsprintf(&text, format, arguments);
    va_end(arguments);
    put_text(text.s, text.l, true);
}

void rp_log_tell(const char *command, const char *format, ...)
{
    char message[2 * RP_ERROR_BYTES], shown[4 * sizeof message];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    rp_log_message("reprise-c%s%s: %s\n", command[0] != '\0' ? " " : "", command,
                   rp_text_show(message, shown, sizeof shown));
}

void rp_log_progress(const rp_log *log, const char *line)
{
    if (log->quiet)
        return;
    kstring_t text = KS_INITIALIZE;
    if (log->is_terminal) {
        (void)ksprintf(&text, "\r%s\033[K", line);
    } else {
        put_times(log, &text);
        (void)ksprintf(&text, "%s\n", line);
    }
    (void)pthread_mutex_lock(&lock);
    if (text.s != NULL && waiting.l == 0 && !is_writing) {
        put(text.s, text.l);
        progress_is_shown = log->is_terminal;
    }
    (void)pthread_mutex_unlock(&lock);
    ks_free(&text);
}

void rp_log_progress_end(const rp_log *log)
{
    if (!log->quiet && log->is_terminal)
        rp_log_message("%s", "");
}

/* What getrusage tells is that of the program that started this one, if it was larger. */
static uint64_t peak_kb(uint64_t otherwise)
{
    char line[256];
    unsigned long long kb = otherwise;
    FILE *file = fopen("/proc/self/status", "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "VmHWM: %llu", &kb) == 1)
            break;
    if (file != NULL)
        (void)fclose(file);
    return kb;
}

static double cpu_seconds(const struct rusage *usage)
{
    return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) +
           1e-6 * (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec);
}

rp_usage rp_log_usage(const rp_log *log)
{
    struct rusage own = {0}, children = {0};
    (void)getrusage(RUSAGE_SELF, &own);
    (void)getrusage(RUSAGE_CHILDREN, &children);
    return (rp_usage){.wall_seconds = (double)(rp_clock_ns() - log->started_ns) * 1e-9,
                      .cpu_seconds = cpu_seconds(&own) + cpu_seconds(&children),
                      .peak_kb = peak_kb((uint64_t)own.ru_maxrss)};
}
