/* describe.c: see describe.h. */
#include "command/describe.h"

#include <stdlib.h>
#include <string.h>

#include "command/telemetry.h"
#include "output/json.h"

bool rp_describe_no_run(void)
{
    const char *value = getenv("REPRISE_C_NO_RUN_INFO");
    return value != NULL && value[0] != '\0' && strcmp(value, "0") != 0;
}

json_t *rp_describe_search(const rp_run *run)
{
    const rp_run_state *state = &run->state;
    json_t *passes = json_array();
    bool ok = passes != NULL;
    for (int i = 0; ok && i < 2; i++) {
        const rp_discover_figures *found = &run->discovered[i];
        ok = rp_json_append(
            passes,
            json_pack("{s:i, s:I, s:I, s:I, s:I, s:I}", "kmer", (int)(i == 0 ? run->k : run->k - RP_REST_SHORTER),
                      "seeds", (json_int_t)found->n_seeds, "candidate_pairs", (json_int_t)found->n_pairs,
                      "seeds_rejected", (json_int_t)found->n_rejected, "growths_failed", (json_int_t)found->n_failed,
                      "tandem_families", (json_int_t)found->n_tandem));
    }
    return rp_json_if(
        ok, json_pack("{s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "passes", passes, "joins_tried",
                      (json_int_t)state->joined.n_tried, "end_joins", (json_int_t)state->joined.n_end_joins,
                      "interior_joins", (json_int_t)state->joined.n_interior_joins, "circles_opened",
                      (json_int_t)state->joined.n_circles, "derivatives", (json_int_t)state->n_derived, "inside_others",
                      (json_int_t)run->n_inside, "versions", (json_int_t)run->n_versions));
}

static json_t *describe_pass_run(const rp_discover_figures *found)
{
    return json_pack(
        "{s:I, s:[I, I], s:[I, I], s:I, s:I, s:f, s:f, s:f, s:I, s:I}", "batches", (json_int_t)found->n_batches,
        "batches_grown_by_cpu_and_devices", (json_int_t)found->batches_by[0], (json_int_t)found->batches_by[1],
        "pairs_grown_by_cpu_and_devices", (json_int_t)found->pairs_by[0], (json_int_t)found->pairs_by[1],
        "batches_redone", (json_int_t)found->n_redone, "batches_parked", (json_int_t)found->n_parked,
        "channel_push_blocked_seconds", (double)found->ring.push_blocked_ns * 1e-9, "channel_pop_blocked_seconds",
        (double)found->ring.pop_blocked_ns * 1e-9, "token_wait_seconds", (double)found->token_wait_ns * 1e-9,
        "channel_most_pairs", (json_int_t)found->ring.max_pairs, "alignment_cells", (json_int_t)found->cells);
}

static json_t *describe_devices(const rp_offloading *offloading)
{
    json_t *list = json_array();
    bool ok = list != NULL;
    const unsigned n = offloading->engine != NULL ? rp_engine_n_devices(offloading->engine) : 0;
    for (unsigned i = 0; ok && i < n; i++) {
        const rp_engine_figures figures = rp_engine_measure(offloading->engine, i);
        ok = rp_json_append(
            list, json_pack("{s:o, s:b, s:o, s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:I}", "name",
                            rp_json_text(figures.name), "retired", figures.retired, "why", rp_json_text(figures.why),
                            "requests", (json_int_t)figures.n_requests, "launches", (json_int_t)figures.n_launches,
                            "extensions", (json_int_t)figures.n_extensions, "growths", (json_int_t)figures.n_growths,
                            "cells", (json_int_t)figures.cells, "busy_seconds", (double)figures.busy_ns * 1e-9, "gcups",
                            rp_engine_gcups(&figures), "launch_size", (json_int_t)figures.launch_size));
    }
    return rp_json_if(ok, list);
}

json_t *rp_describe_process(const rp_log *log, unsigned n_threads, const rp_band_kernel *kernel,
                            const rp_offloading *offloading)
{
    const rp_usage usage = rp_log_usage(log);
    return json_pack("{s:i, s:s, s:o, s:f, s:f, s:I}", "threads", (int)n_threads, "simd", kernel->name, "devices",
                     describe_devices(offloading), "wall_seconds", usage.wall_seconds, "cpu_seconds", usage.cpu_seconds,
                     "peak_memory_kb", (json_int_t)usage.peak_kb);
}

json_t *rp_describe_run(const rp_run *run)
{
    json_t *out = rp_describe_process(run->log, run->n_threads, run->kernel, run->offloading);
    json_t *passes =
        json_pack("[o, o]", describe_pass_run(&run->discovered[0]), describe_pass_run(&run->discovered[1]));
    const bool ok = out != NULL && rp_json_set(out, "passes", passes);
    return rp_json_if(ok && rp_json_set(out, "telemetry", rp_telemetry_json()), out);
}
