/* nesting.h: what lies in what: copies within other copies, by the classes of both. */
#ifndef RP_REPORT_NESTING_H
#define RP_REPORT_NESTING_H

#include "base/file.h"
#include "report/classes.h"
#include "report/contents.h"

/* Writes the table; nothing where no copy lies in another. False: out of memory. */
bool rp_report_nesting_write(const rp_report *report, const rp_report_classes *classes, rp_file *file) RP_MUST_CHECK;

#endif
