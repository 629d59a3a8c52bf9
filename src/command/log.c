/* log.c: progress lines and what the process has used; see log.h. */
#include "command/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/resource.h>

#include "base/tokens.h"

void rp_log_line(const rp_log *log, const char *format, ...)
{
    if (log->quiet)
        return;
    va_list arguments;
    va_start(arguments, format);
    const rp_usage usage = rp_log_usage(log);
    fprintf(stderr, "[%8.2f s, %8.2f CPU s, %6llu MB] ", usage.wall_seconds, usage.cpu_seconds, (unsigned long long)(usage.peak_kb >> 10));
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
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
