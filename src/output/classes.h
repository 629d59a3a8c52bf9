/* classes.h: figures by class of repeat. */
#ifndef RP_OUTPUT_CLASSES_H
#define RP_OUTPUT_CLASSES_H

#include "copies/findings.h"
#include "base/file.h"

typedef struct rp_class_figures {
    const char *name;            /* the findings' */
    uint64_t n_families, n_copies, bases;
} rp_class_figures;

RP_ARRAY(rp_classes, rp_class_figures);

/* The classes of the families that have copies, by bases. The caller frees items. */
bool rp_classes_count(const rp_findings *findings, rp_classes *classes) RP_MUST_CHECK;

#endif
