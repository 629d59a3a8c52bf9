/* log.h: a run's lines on standard error. */
#ifndef RP_COMMAND_LOG_H
#define RP_COMMAND_LOG_H

#include <stdbool.h>
#include <stdint.h>

typedef struct rp_log {
    uint64_t started_ns;
    bool quiet;
} rp_log;

/* Prints a line: time since the start, what was done. */
void rp_log_line(const rp_log *log, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Seconds of wall time since the start, and of CPU time and kilobytes at the peak of the process. */
typedef struct rp_usage {
    double wall_seconds, cpu_seconds;
    uint64_t peak_kb;
} rp_usage;

rp_usage rp_log_usage(const rp_log *log);

#endif
