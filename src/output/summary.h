/* summary.h: the run as JSON. */
#ifndef RP_OUTPUT_SUMMARY_H
#define RP_OUTPUT_SUMMARY_H

#include <jansson.h>

#include "base/error.h"
#include "copies/findings.h"

/* Of what machines read (summary, plan): raised when a member goes or means something else, not when one is added. */
enum { RP_SCHEMA = 1 };

/* The figures of the findings, of the other repeats and of the candidates (NULL: none), together with what the
 * caller knows: the sample's name, objects `parameters`, `search` (figures of the search that do not depend on timing)
 * and `run` (those that do). NULL leaves the name or one of the last two out; a caller that had no memory for one must
 * not give NULL for it. Takes over the three references. NULL: out of memory. */
json_t *rp_summary_make(const rp_findings *findings, const rp_findings *others, const rp_findings *candidates,
                        const char *command, const char *sample, json_t *parameters, json_t *search,
                        json_t *run) RP_MUST_CHECK;

#endif
