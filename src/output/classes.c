/* classes.c: see classes.h, and for the table by class writers.h. */
#include "output/classes.h"

#include <stdlib.h>
#include <string.h>

#include "base/sort.h"
#include "output/writers.h"

static int compare_names(const void *left, const void *right)
{
    const rp_class_figures *a = left, *b = right;
    return strcmp(a->name, b->name);
}

static int compare_bases(const void *left, const void *right)
{
    const rp_class_figures *a = left, *b = right;
    if (a->bases != b->bases)
        return a->bases > b->bases ? -1 : 1;
    return strcmp(a->name, b->name);
}

void rp_classes_add_up(rp_class_list *classes)
{
    rp_sort(classes->items, classes->n, sizeof *classes->items, compare_names);
    size_t n = 0;
    for (size_t i = 0; i < classes->n; i++) {
        const rp_class_figures *here = &classes->items[i];
        if (n > 0 && strcmp(classes->items[n - 1].name, here->name) == 0) {
            classes->items[n - 1].n_families += here->n_families;
            classes->items[n - 1].n_copies += here->n_copies;
            classes->items[n - 1].bases += here->bases;
        } else {
            classes->items[n++] = *here;
        }
    }
    classes->n = n;
    rp_sort(classes->items, n, sizeof *classes->items, compare_bases);
}

bool rp_classes_count(const rp_findings *findings, rp_class_list *classes)
{
    classes->n = 0;
    for (size_t f = 0; f < findings->n_families; f++) {
        const rp_found_family *family = &findings->families[f];
        if (family->n_parts > 0 && !rp_class_list_push(classes, (rp_class_figures){rp_findings_class(findings, family),
                                                                                   1, family->n_copies, family->bases}))
            return false;
    }
    rp_classes_add_up(classes);
    return true;
}

bool rp_write_classes(const rp_findings *findings, rp_file *file, rp_error *error)
{
    rp_class_list classes = {0};
    const bool ok = rp_classes_count(findings, &classes);
    const double acgt = findings->genome->acgt_bp > 0 ? (double)findings->genome->acgt_bp : 1;
    uint64_t families = 0, copies = 0;
    rp_file_print(file, "class\tfamilies\tcopies\tbases\tpercent\n");
    for (size_t i = 0; ok && i < classes.n; i++) {
        const rp_class_figures *here = &classes.items[i];
        families += here->n_families;
        copies += here->n_copies;
        rp_file_print(file, "%s\t%llu\t%llu\t%llu\t%.3f\n", here->name, (unsigned long long)here->n_families,
                      (unsigned long long)here->n_copies, (unsigned long long)here->bases,
                      100 * (double)here->bases / acgt);
    }
    rp_file_print(file, "total\t%llu\t%llu\t%llu\t%.3f\n", (unsigned long long)families, (unsigned long long)copies,
                  (unsigned long long)findings->masked_bp, 100 * (double)findings->masked_bp / acgt);
    free(classes.items);
    return ok || rp_error_memory(error, "table by class");
}
