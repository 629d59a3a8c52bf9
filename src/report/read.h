/* read.h: a report's data from the result files of an earlier run. */
#ifndef RP_REPORT_READ_H
#define RP_REPORT_READ_H

#include "library/family_file.h"
#include "report/report.h"

/* The files of one run. */
typedef struct rp_report_source {
    rp_family_file library;
    bool has_library;
    const char **names;
    const rp_codes **consensus;
} rp_report_source;

/* Reads PREFIX.summary.json, the library and PREFIX.copies.bed (the last two also as .gz). The library is the file
 * `library`, or if that is NULL PREFIX.families.fa; a run of annotate, which does not write one, is told of without
 * the sequences where that file is not there or is not its library. The source must outlive the report; the caller
 * clears both in any case. */
bool rp_report_read(rp_report *report, rp_report_source *source, const char *prefix, const char *library,
                    rp_error *error) RP_MUST_CHECK;
void rp_report_source_clear(rp_report_source *source);

#endif
