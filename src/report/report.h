/* report.h: what a run found, as one HTML page for reading: tables and plots (inline SVG), no script,
 * nothing from the network.
 */
#ifndef RP_REPORT_REPORT_H
#define RP_REPORT_REPORT_H

#include <jansson.h>

#include "base/codes.h"
#include "base/error.h"
#include "copies/findings.h"
#include "base/file.h"

/* One part of a copy, as copies.bed has it. */
typedef struct rp_report_part {
    uint32_t consensus_begin, consensus_end;
    uint32_t bases;          /* on the genome */
    uint32_t tenths;         /* divergence in tenths of a percent */
} rp_report_part;

RP_ARRAY(rp_report_parts, rp_report_part);

typedef struct rp_report_family {
    const json_t *facts;     /* its object in the summary; borrowed */
    const char *name;        /* borrowed */
    const rp_codes *consensus; /* borrowed; NULL where the sequence is not at hand */
    size_t length_bp;        /* of the consensus */
    rp_report_parts parts;
} rp_report_family;

typedef struct rp_report {
    const char *title;       /* borrowed */
    json_t *summary;         /* as rp_summary_make makes it; owned */
    rp_report_family *families;
    size_t n_families;
} rp_report;

/* From a run's findings; takes the summary over. The findings must outlive the report. The caller
 * clears the report in any case. */
bool rp_report_from_findings(rp_report *report, const rp_findings *findings, json_t *summary, rp_error *error) RP_MUST_CHECK;

/* Links the families of report->summary, whose names these are (as bytes: the summary has them as UTF-8), with their
 * sequences and makes room for parts. consensus NULL: the sequences are not at hand. */
bool rp_report_link(rp_report *report, size_t n, const char *const *names, const rp_codes *const *consensus,
                    rp_error *error) RP_MUST_CHECK;

void rp_report_clear(rp_report *report);

bool rp_report_write(const rp_report *report, rp_file *file, rp_error *error) RP_MUST_CHECK;

#endif
