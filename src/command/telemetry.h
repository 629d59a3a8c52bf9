/* telemetry.h: what a run shows of itself, as text for people, as JSON and for Prometheus. */
#ifndef RP_COMMAND_TELEMETRY_H
#define RP_COMMAND_TELEMETRY_H

#include <jansson.h>
#include <stdint.h>

#include "base/error.h"
#include "base/log.h"

/* How far the run is, in one line without its end, cut at `width` characters. */
void rp_telemetry_line(const rp_log *log, unsigned n_threads, char *line, size_t width);

/* Prints the dashboard, a few lines of all there is, even when the log is quiet: somebody asked. */
void rp_telemetry_dashboard(const rp_log *log, unsigned n_threads);

/* Prints the table at the end of a run: where the time went, waits. */
void rp_telemetry_table(void);

/* Counters, the gauges' maxima and means, histograms, stages. NULL: out of memory. */
json_t *rp_telemetry_json(void);

/* Writes `path` anew in Prometheus' text format, beside it first and then renamed. */
bool rp_telemetry_prometheus(const rp_log *log, const char *command, const char *path, rp_error *error) RP_MUST_CHECK;

/* Memory of the process that is in use at present, in bytes. */
uint64_t rp_resident_bytes(void);

/* The same without files that are mapped: what only this process can give back. 0: not known. Under a sanitizer, which
 * takes memory of its own, what is leased. */
uint64_t rp_private_bytes(void);

#endif
