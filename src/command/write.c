/* write.c: see write.h. */
#include "command/write.h"

#include "discover/pairs.h"
#include "output/json.h"
#include "output/writers.h"
#include "report/report.h"

bool rp_write_result_seeds(const rp_outcome *outcome, rp_file *file, rp_error *error)
{
    return rp_write_seed_alignments(outcome->findings, outcome->n_threads, file, error);
}

bool rp_write_result_masked(const rp_outcome *outcome, rp_file *file, rp_error *error)
{
    return rp_write_masked(outcome->findings, outcome->hard_mask, outcome->mask_tandem, file, error);
}

bool rp_write_result_copies_fasta(const rp_outcome *outcome, rp_file *file, rp_error *error)
{
    return rp_write_copies_fasta(outcome->findings, outcome->flank_bp, file, error);
}

bool rp_write_result_counts(const rp_outcome *outcome, rp_file *file, rp_error *error)
{
    return rp_write_counts(outcome->findings, outcome->others, outcome->candidates, file, error);
}

bool rp_write_result_summary(const rp_outcome *outcome, rp_file *file, rp_error *error)
{
    return rp_json_write(json_incref(outcome->summary), file) || rp_error_memory(error, "summary");
}

bool rp_write_result_report(const rp_outcome *outcome, rp_file *file, rp_error *error)
{
    rp_report report = {0};
    const bool ok = rp_report_from_findings(&report, outcome->findings, json_incref(outcome->summary_of_report), error);
    report.title = outcome->title;
    const bool written = ok && rp_report_write(&report, file, error);
    rp_report_clear(&report);
    return written;
}

bool rp_write_result_reprof(const rp_outcome *outcome, rp_file *file, rp_error *error)
{
    (void)error;
    rp_write_reprof(outcome->findings, outcome->seeds, file);
    return true;
}

bool rp_write_result_freq(const rp_outcome *outcome, rp_file *file, rp_error *error)
{
    (void)error;
    rp_write_freq(outcome->frequencies, outcome->k, file);
    return true;
}

bool rp_write_result_reprise_bed(const rp_outcome *outcome, rp_file *file, rp_error *error)
{
    (void)error;
    rp_write_reprise_bed(outcome->findings, file);
    return true;
}

bool rp_write_result_pairs(const rp_outcome *outcome, rp_file *file, rp_error *error)
{
    (void)file; /* the pairs were given it when they were opened */
    return rp_pairs_finish(outcome->pairs, error);
}

bool rp_write_result_multiqc(const rp_outcome *outcome, rp_file *file, rp_error *error)
{
    return rp_write_multiqc_table(outcome->findings, outcome->sample, file, error);
}

bool rp_write_result_multiqc_classes(const rp_outcome *outcome, rp_file *file, rp_error *error)
{
    return rp_write_multiqc_classes(outcome->findings, outcome->sample, file, error);
}
