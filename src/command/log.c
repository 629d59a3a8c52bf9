/* log.c: progress lines and what the process has used; see log.h. */
#include "command/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/resource.h>

#include "base/text.h"
#include "base/tokens.h"
#include "command/telemetry.h"

enum { LINE_BYTES = 2048 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards standard error and what follows */
static bool progress_is_shown;

static void clear_progress(void)
{
    if (progress_is_shown)
        fputs("\r\033[K", stderr);
    progress_is_shown = false;
}

static void print_times(const rp_log *log)
{
    const rp_usage usage = rp_log_usage(log);
    fprintf(stderr, "[%8.2f s, %8.2f CPU s, %6llu MB] ", usage.wall_seconds, usage.cpu_seconds, (unsigned long long)(usage.peak_kb >> 10));
}

void rp_log_line(const rp_log *log, const char *format, ...)
{
    if (log->quiet)
        return;
    char line[LINE_BYTES], shown[4 * LINE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    (void)rp_text_show(line, shown, sizeof shown);
    (void)pthread_mutex_lock(&lock);
    clear_progress();
    print_times(log);
    fprintf(stderr, "%s\n", shown);
    (void)pthread_mutex_unlock(&lock);
}

void rp_log_progress(const rp_log *log, const char *line)
{
    if (log->quiet)
        return;
    (void)pthread_mutex_lock(&lock);
    if (log->is_terminal) {
        fprintf(stderr, "\r%s\033[K", line);
        progress_is_shown = true;
    } else {
        print_times(log);
        fprintf(stderr, "%s\n", line);
    }
    (void)fflush(stderr);
    (void)pthread_mutex_unlock(&lock);
}

void rp_log_progress_end(const rp_log *log)
{
    (void)log;
    (void)pthread_mutex_lock(&lock);
    clear_progress();
    (void)fflush(stderr);
    (void)pthread_mutex_unlock(&lock);
}

void rp_log_dashboard(const rp_log *log, unsigned n_threads)
{
    (void)pthread_mutex_lock(&lock);
    clear_progress();
    rp_telemetry_dashboard(log, n_threads, stderr);
    (void)pthread_mutex_unlock(&lock);
}

void rp_log_table(void)
{
    (void)pthread_mutex_lock(&lock);
    clear_progress();
    rp_telemetry_table(stderr);
    (void)pthread_mutex_unlock(&lock);
}

rp_usage rp_log_usage(const rp_log *log)
{
    struct rusage usage = {0};
    (void)getrusage(RUSAGE_SELF, &usage);
    return (rp_usage){.wall_seconds = (double)(rp_clock_ns() - log->started_ns) * 1e-9,
                      .cpu_seconds = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                                     1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec),
                      .peak_kb = (uint64_t)usage.ru_maxrss};
}
