/* classes.h: the families of a report by class: figures, colours, the table. */
#ifndef RP_REPORT_CLASSES_H
#define RP_REPORT_CLASSES_H

#include "base/file.h"
#include "report/contents.h"

enum { RP_REPORT_GRADES = 4 };

typedef struct rp_report_class {
    const char *name;          /* borrowed of the summary */
    uint64_t families, copies, bases;
    uint64_t full, graded[RP_REPORT_GRADES]; /* copies from end to end; families of grade A, B, C, D */
    uint64_t nested, hosts;    /* copies that lie in others, and in which others lie */
    uint64_t ltr_pairs;
    double divergence, wrong;  /* sums: percent by bases; bases that are expected to be false */
    double ltr_distance, ltr_age; /* sums over the pairs of LTRs: changes at a site, years */
    double median;             /* divergence, percent: half of the bases are in parts that differ no more */
    unsigned colour;           /* below RP_PLOT_MAX_CLASSES; the last one is that of Unknown and of small classes */
} rp_report_class;

/* By bases. */
typedef struct rp_report_classes {
    rp_report_class *items;
    size_t n;
} rp_report_classes;

/* False: out of memory. The caller clears the classes in any case; the report must outlive them. */
bool rp_report_classes_make(const rp_report *report, rp_report_classes *classes) RP_MUST_CHECK;
void rp_report_classes_clear(rp_report_classes *classes);

/* The colour of a family's class. */
unsigned rp_report_class_colour(const rp_report_classes *classes, const rp_report_family *family);

/* The part of a class name that a page has room for: the last level of a lineage. */
const char *rp_report_class_shown(const char *name);

/* The index of a family's class. */
size_t rp_report_class_of(const rp_report_classes *classes, const rp_report_family *family);

void rp_report_classes_write(const rp_report *report, const rp_report_classes *classes, rp_file *file);

#endif
