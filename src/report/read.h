/* read.h: a report's data from the result files of an earlier run. */
#ifndef RP_REPORT_READ_H
#define RP_REPORT_READ_H

#include "library/family_file.h"
#include "report/report.h"

/* The files of one run. */
typedef struct rp_report_source {
    rp_family_file library;
    const char **names;
    const rp_codes **consensus;
} rp_report_source;

/* Reads PREFIX.summary.json, PREFIX.families.fa and PREFIX.copies.bed (the last two also as .gz).
 * The source must outlive the report; the caller clears both in any case. */
bool rp_report_read(rp_report *report, rp_report_source *source, const char *prefix, rp_error *error) RP_MUST_CHECK;
void rp_report_source_clear(rp_report_source *source);

#endif
