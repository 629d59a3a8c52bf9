/* describe.h: what a summary tells of a run: devices, times, figures of the search. */
#ifndef RP_COMMAND_DESCRIBE_H
#define RP_COMMAND_DESCRIBE_H

#include <jansson.h>

#include "run/run.h"

/* Whether the environment asks for summaries without `run`: REPRISE_C_NO_RUN_INFO, neither empty nor 0. */
bool rp_describe_no_run(void);

/* Figures of the search that do not depend on timing. All return NULL when memory is out. */
json_t *rp_describe_search(const rp_run *run);

/* Threads, devices, times and memory of the process: what differs from run to run. */
json_t *rp_describe_process(const rp_log *log, unsigned n_threads, const rp_band_kernel *kernel,
                            const rp_offloading *offloading);

/* The same for a search, with its passes and telemetry. */
json_t *rp_describe_run(const rp_run *run);

#endif
