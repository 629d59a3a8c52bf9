/* classes.h: what families of one class make together. */
#ifndef RP_OUTPUT_CLASSES_H
#define RP_OUTPUT_CLASSES_H

#include "base/memory.h"
#include "copies/findings.h"

typedef struct rp_class_figures {
    const char *name;            /* as results have it; of the findings */
    uint64_t n_families, n_copies, bases;
} rp_class_figures;

RP_ARRAY(rp_class_list, rp_class_figures);

/* Adds up the figures of one class, and puts the classes in order: by bases, of two with as many by name. */
void rp_classes_add_up(rp_class_list *classes);

/* The classes of the families that have copies, by bases; the list is zeroed, and to be freed by its items. False: out
 * of memory. */
bool rp_classes_count(const rp_findings *findings, rp_class_list *classes) RP_MUST_CHECK;

#endif
