/* write.h: the result files that are made from findings alone. */
#ifndef RP_COMMAND_WRITE_H
#define RP_COMMAND_WRITE_H

#include "base/error.h"
#include "command/results.h"
#include "copies/findings.h"

typedef struct rp_write_options {
    bool hard_mask, mask_tandem;
} rp_write_options;

/* Writes one result; not for those that need more than findings (summary) or
 * several threads (seed alignments). One thread a file. */
bool rp_write_result(const rp_findings *findings, rp_result which, const rp_write_options *options, rp_file *file,
                     rp_error *error) RP_MUST_CHECK;

#endif
