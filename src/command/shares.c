/* shares.c: see shares.h. */
#include "command/shares.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/metrics.h"

enum { MAX_PARTS = 1 << 16 };

bool rp_share_parse(rp_share *share, const char *text, rp_error *error)
{
    unsigned number = 0, of = 0;
    int used = 0;
    const bool is_share = strspn(text, "0123456789/") == strlen(text) &&
                          sscanf(text, "%7u/%7u%n", &number, &of, &used) == 2 && text[used] == '\0';
    if (!is_share || number == 0 || number > of || of > MAX_PARTS)
        return rp_error_set(error, "--part: '%.100s' is no part I/N, with I from 1 to N and N up to %d", text,
                            MAX_PARTS);
    *share = (rp_share){number, of};
    return true;
}

bool rp_step_file_plan(rp_step_file *step, rp_results *results, const rp_share *share, const char *input,
                       const char *ending, rp_error *error)
{
    step->prefix = rp_output_prefix(results->prefix, input);
    if (step->prefix != NULL && share->of > 0) {
        char *of_share = NULL;
        if (asprintf(&of_share, "%s.%u-of-%u", step->prefix, share->number, share->of) < 0)
            of_share = NULL;
        free(step->prefix);
        step->prefix = of_share;
    }
    if (step->prefix == NULL || asprintf(&step->path, "%s%s", step->prefix, ending) < 0) {
        step->path = NULL;
        return rp_error_memory(error, "file names");
    }
    results->prefix = step->prefix;
    results->command = 0; /* no result is written */
    return rp_targets_add(&results->targets, step->path, error);
}

bool rp_step_file_write_scan(rp_step_file *step, rp_scan_keeper *keeper, unsigned n_threads, rp_error *error)
{
    const rp_share *share = &keeper->scans.genome.progress.share;
    rp_stage_begin(RP_STAGE_WRITE, 0);
    if (!rp_scan_file_order(&keeper->scans, n_threads, error))
        return false;
    rp_scan_file_write(step->file, &keeper->binding, &keeper->scans);
    rp_log_line(keeper->log, "part %u of %u: %zu alignments", share->number, share->of, keeper->scans.genome.found.n);
    return rp_file_finish(step->file, error) && rp_file_commit(step->file, error);
}

void rp_step_file_clear(rp_step_file *step)
{
    rp_file_destroy(step->file);
    free(step->prefix);
    free(step->path);
    *step = (rp_step_file){0};
}
