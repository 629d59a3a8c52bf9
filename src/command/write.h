/* write.h: writers of result files that need more than findings (output/writers.h), in one shape for the table of
 * results. */
#ifndef RP_COMMAND_WRITE_H
#define RP_COMMAND_WRITE_H

#include "base/error.h"
#include "base/file.h"
#include "command/outcome.h"

typedef bool rp_result_writer(const rp_outcome *outcome, rp_file *file, rp_error *error);

rp_result_writer rp_write_result_seeds, rp_write_result_masked, rp_write_result_summary, rp_write_result_report,
    rp_write_result_counts, rp_write_result_copies_fasta, rp_write_result_reprof, rp_write_result_freq,
    rp_write_result_reprise_bed, rp_write_result_pairs, rp_write_result_multiqc, rp_write_result_multiqc_classes;

#endif
