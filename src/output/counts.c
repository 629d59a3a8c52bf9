/* counts.c: each base of the genome once, by what it is; see writers.h. */
#include <stdlib.h>

#include "output/classes.h"
#include "output/writers.h"

typedef struct counter {
    rp_bitmask taken;        /* bases that have a row */
    uint64_t n_taken;
    double length_bp;
    rp_file *file;
} counter;

/* Takes an interval; the bases that nothing had taken. */
static uint64_t take(counter *to, uint64_t begin, uint64_t end)
{
    const uint64_t bases = end - begin - rp_bitmask_count(&to->taken, begin, end);
    rp_bitmask_set(&to->taken, begin, end);
    to->n_taken += bases;
    return bases;
}

static void write_row(const counter *to, const char *kind, const char *class_name, uint64_t bases)
{
    rp_file_print(to->file, "%s\t%s\t%llu\t%.3f\n", kind, class_name, (unsigned long long)bases,
                  100 * (double)bases / to->length_bp);
}

/* The bases of findings that nothing has taken, by class. */
static bool count_findings(counter *to, const char *kind, const rp_findings *findings)
{
    rp_class_list list = {0};
    bool ok = true;
    for (size_t f = 0; ok && f < findings->n_families; f++)
        ok = rp_class_list_push(&list, (rp_class_figures){.name = rp_findings_class(findings, &findings->families[f])});
    for (size_t i = 0; ok && i < findings->parts.n; i++) {
        const rp_part *part = &findings->parts.items[i];
        list.items[part->family].bases += take(to, part->begin, part->end);
    }
    rp_classes_add_up(&list);
    for (size_t i = 0; ok && i < list.n; i++)
        if (list.items[i].bases > 0)
            write_row(to, kind, list.items[i].name, list.items[i].bases);
    free(list.items);
    return ok;
}

/* What is no base, outside of all that was taken. */
static uint64_t take_unknown(counter *to, const rp_genome *genome)
{
    uint64_t bases = 0;
    for (uint64_t from = rp_bitmask_next(&genome->not_acgt, 0, genome->length_bp, true), end; from < genome->length_bp;
         from = rp_bitmask_next(&genome->not_acgt, end, genome->length_bp, true)) {
        end = rp_bitmask_next(&genome->not_acgt, from, genome->length_bp, false);
        bases += take(to, from, end);
    }
    return bases;
}

bool rp_write_counts(const rp_findings *findings, const rp_findings *others, const rp_findings *candidates,
                     rp_file *file, rp_error *error)
{
    const rp_genome *genome = findings->genome;
    counter to = {.file = file, .length_bp = genome->length_bp > 0 ? (double)genome->length_bp : 1};
    bool ok = rp_bitmask_init(&to.taken, genome->length_bp);
    rp_file_print(file, "kind\tclass\tbases\tpercent\n");
    ok = ok && count_findings(&to, "family", findings) && (others == NULL || count_findings(&to, "other", others));
    if (ok) {
        uint64_t tandem = 0;
        for (size_t i = 0; i < findings->tandem.n; i++)
            tandem += take(&to, findings->tandem.items[i].begin, findings->tandem.items[i].end);
        write_row(&to, "tandem", "tandem_repeat", tandem);
        ok = candidates == NULL || count_findings(&to, "candidate", candidates);
    }
    if (ok) {
        write_row(&to, "unknown", "N", take_unknown(&to, genome));
        write_row(&to, "rest", "unique", genome->length_bp - to.n_taken);
        write_row(&to, "total", "total", genome->length_bp);
    }
    rp_bitmask_clear(&to.taken);
    return ok || rp_error_memory(error, "bases by class");
}
