/* log.h: a run's lines on standard error. */
#ifndef RP_BASE_LOG_H
#define RP_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

typedef struct rp_log {
    uint64_t started_ns;
    bool quiet;
    bool is_terminal; /* standard error is one: progress is a line that is written over */
} rp_log;

/* All are thread-safe: lines of several threads do not mix. Between open and close a thread of its own writes them, so
 * that no caller waits for whoever reads standard error; what does not fit into a megabyte is left out, and that is
 * told.
 */

void rp_log_open(void);

/* From now on appends what is told to this file too, progress left out and quiet or not, until the log is closed; the
 * file stays from one attempt to the next. False: error filled in. */
bool rp_log_keep(const char *path, rp_error *error) RP_MUST_CHECK;

/* Waits until all is written; a run that is to end (base/cancel.h) waits for a fifth of a second. Legal
 * without open. */
void rp_log_close(void);

/* Prints a text as it is, even when the log is quiet. */
void rp_log_message(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints "reprise-c COMMAND: message" on standard error, with what must not reach a terminal escaped (base/text.h). An
 * empty command is left out. */
void rp_log_tell(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Prints a line: time since the start, CPU time, peak memory, what was done. */
void rp_log_line(const rp_log *log, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Shows progress: over the line that shows it on a terminal, as a line of its own elsewhere. Left out while
 * an earlier line is not written yet. */
void rp_log_progress(const rp_log *log, const char *line);
void rp_log_progress_end(const rp_log *log); /* takes it off the terminal */

/* Seconds of wall time since the start, of CPU time with that of programs it has started (hmmsearch), and kilobytes at
 * the peak of the process. */
typedef struct rp_usage {
    double wall_seconds, cpu_seconds;
    uint64_t peak_kb;
} rp_usage;

rp_usage rp_log_usage(const rp_log *log);

#endif
