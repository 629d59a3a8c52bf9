/* steps.h: find in steps, for genomes that are to be worked on by many machines: the families, then the scan for their
 * copies in shares, then the rest. Each step begins with the files of those before it.
 */
#ifndef RP_COMMAND_STEPS_H
#define RP_COMMAND_STEPS_H

#include "command/options.h"
#include "command/shares.h"
#include "run/run.h"

/* Zeroed at the start. */
typedef struct rp_find_steps {
    bool until_copies;
    const char *from, *part;       /* as the user gave them; NULL: not given */
    rp_option_list parts;          /* that are gathered */
    rp_share share;                /* of `part` */
    rp_gathering gathering;        /* of `parts` */
    rp_step_file step;             /* what the run writes in place of results */
} rp_find_steps;

size_t rp_steps_rows(rp_find_steps *steps, rp_option *table);

/* Whether the options go together. False: misuse, error filled in. */
bool rp_steps_check(rp_find_steps *steps, rp_error *error) RP_MUST_CHECK;

/* Whether the run has results. */
bool rp_steps_give_results(const rp_find_steps *steps);

/* Gives a run without results its file (before rp_results_plan); has all that is read left alone (behind it). False:
 * error filled in. */
bool rp_steps_plan(rp_find_steps *steps, rp_results *results, const char *input, rp_error *error) RP_MUST_CHECK;
bool rp_steps_spare(const rp_find_steps *steps, rp_targets *targets, rp_error *error) RP_MUST_CHECK;

/* Opens the files. False: error filled in. */
bool rp_steps_open(rp_find_steps *steps, rp_error *error) RP_MUST_CHECK;

/* Tells the run how far it goes. The steps outlive it. */
void rp_steps_set(rp_find_steps *steps, rp_run *run);

/* Writes the file of a run without results, and puts it in place. False: error filled in. */
bool rp_steps_write(rp_find_steps *steps, rp_run *run, rp_error *error) RP_MUST_CHECK;

/* In any state. */
void rp_steps_clear(rp_find_steps *steps);

#endif
