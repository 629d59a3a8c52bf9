/* report.h: what a run found, as one HTML page for reading: tables and plots (inline SVG), and a
 * script of its own that sorts and searches; nothing from the network, and all is there without scripts.
 */
#ifndef RP_REPORT_REPORT_H
#define RP_REPORT_REPORT_H

#include "base/error.h"
#include "base/file.h"
#include "copies/findings.h"
#include "report/contents.h"

/* From a run's findings; takes the summary over. The findings must outlive the report. The caller
 * clears the report in any case. */
bool rp_report_from_findings(rp_report *report, const rp_findings *findings, json_t *summary,
                             rp_error *error) RP_MUST_CHECK;

/* Links the families of report->summary, whose names these are (as bytes: the summary has them as UTF-8), with their
 * sequences and makes room for parts. consensus NULL: the sequences are not at hand. */
bool rp_report_link(rp_report *report, size_t n, const char *const *names, const rp_codes *const *consensus,
                    rp_error *error) RP_MUST_CHECK;

void rp_report_clear(rp_report *report);

bool rp_report_write(const rp_report *report, rp_file *file, rp_error *error) RP_MUST_CHECK;

#endif
