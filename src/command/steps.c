/* steps.c: see steps.h. */
#include "command/steps.h"

#include <stdlib.h>
#include <string.h>

#include "base/metrics.h"
#include "checkpoint/checkpoint.h"

size_t rp_steps_rows(rp_find_steps *steps, rp_option *table)
{
    const rp_option rows[] = {
        {RP_OPTION_HEADING, "steps (the results are those of one run):", 0, NULL, NULL, 0, 0, NULL},
        {RP_OPTION_FLAG, "until-copies", 0, NULL, &steps->until_copies, 0, 0,
         "end when all families are found: PREFIX.state is all that is written, for --from"},
        {RP_OPTION_TEXT, "from", 0, "FILE", &steps->from, 0, 0, "begin with the families of such a state"},
        {RP_OPTION_TEXT, "part", 0, "I/N", &steps->part, 0, 0,
         "with --from: look for copies in the I-th of N parts of the genome only; PREFIX.I-of-N.scan is written"},
        {RP_OPTION_LIST, "gather", 0, "FILE...", &steps->parts, 0, 0,
         "with --from: take the copies from the files of all parts, up to the next option"},
    };
    memcpy(table, rows, sizeof rows);
    return sizeof rows / sizeof rows[0];
}

bool rp_steps_check(rp_find_steps *steps, rp_error *error)
{
    if (steps->until_copies && (steps->from != NULL || steps->part != NULL || steps->parts.n > 0))
        return rp_error_set(error, "--until-copies ends before the steps of --from, --part and --gather");
    if (steps->part != NULL && steps->parts.n > 0)
        return rp_error_set(error, "--part and --gather contradict each other");
    if (steps->from == NULL && (steps->part != NULL || steps->parts.n > 0))
        return rp_error_set(error, "%s needs the families: --from FILE, which --until-copies has written",
                            steps->part != NULL ? "--part" : "--gather");
    steps->gathering.paths = steps->parts.items;
    steps->gathering.n = steps->parts.n;
    return steps->part == NULL || rp_share_parse(&steps->share, steps->part, error);
}

bool rp_steps_give_results(const rp_find_steps *steps)
{
    return !steps->until_copies && steps->part == NULL;
}

bool rp_steps_plan(rp_find_steps *steps, rp_results *results, const char *input, rp_error *error)
{
    return rp_steps_give_results(steps) || rp_step_file_plan(&steps->step, results, &steps->share, input,
                                                             steps->until_copies ? ".state" : ".scan", error);
}

bool rp_steps_spare(const rp_find_steps *steps, rp_targets *targets, rp_error *error)
{
    bool ok = steps->from == NULL || rp_targets_spare(targets, steps->from, error);
    for (size_t i = 0; ok && i < steps->parts.n; i++)
        ok = rp_targets_spare(targets, steps->parts.items[i], error);
    return ok;
}

bool rp_steps_open(rp_find_steps *steps, rp_error *error)
{
    if (steps->parts.n > 0 && !rp_gathering_open(&steps->gathering, error))
        return false;
    if (steps->part != NULL)
        steps->step.file = rp_file_open(steps->step.path, error);
    return steps->part == NULL || steps->step.file != NULL;
}

void rp_steps_set(rp_find_steps *steps, rp_run *run)
{
    run->until_copies = steps->until_copies;
    run->share = steps->share;
    run->gathering = steps->parts.n > 0 ? &steps->gathering : NULL;
}

bool rp_steps_write(rp_find_steps *steps, rp_run *run, rp_error *error)
{
    if (!steps->until_copies)
        return rp_step_file_write_scan(&steps->step, &run->scans, run->n_threads, error);
    rp_stage_begin(RP_STAGE_WRITE, 0);
    steps->step.file = rp_checkpoint_write(&run->keeper->binding, &run->state, steps->step.path, error);
    if (steps->step.file == NULL)
        return false;
    rp_log_line(run->log, "families: %zu; their copies are not looked for", run->state.n_source);
    return rp_file_finish(steps->step.file, error) && rp_file_commit(steps->step.file, error);
}

void rp_steps_clear(rp_find_steps *steps)
{
    rp_gathering_clear(&steps->gathering);
    rp_step_file_clear(&steps->step);
    free(steps->parts.items);
    *steps = (rp_find_steps){0};
}
