/* satellites.c: the arrays of a genome; see satellites.h. */
#include "satellite/satellites.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/parallel.h"
#include "satellite/arrays.h"
#include "satellite/merge.h"

enum { GROUP_GAP_BP = 5000 }; /* intervals that one array may join are looked at in a row */

/* Intervals first to last - 1 of one contig. */
typedef struct interval_group {
    size_t first, last;
    rp_found_arrays found;
} interval_group;

RP_ARRAY(interval_groups, interval_group);

typedef struct search {
    const rp_genome *genome;
    const rp_intervals *tandem;
    interval_groups groups;
    rp_array_finder *finders; /* by thread */
} search;

static bool list_groups(search *search)
{
    const rp_intervals *tandem = search->tandem;
    for (size_t i = 0; i < tandem->n; i++) {
        interval_group *last = search->groups.n > 0 ? &search->groups.items[search->groups.n - 1] : NULL;
        const rp_interval *before = i > 0 ? &tandem->items[i - 1] : NULL;
        if (last != NULL && tandem->items[i].begin <= before->end + GROUP_GAP_BP &&
            rp_genome_same_contig(search->genome, before->begin, tandem->items[i].begin))
            last->last = i + 1;
        else if (!interval_groups_push(&search->groups, (interval_group){.first = i, .last = i + 1}))
            return false;
    }
    return true;
}

static bool look_at_group(void *argument, size_t which, unsigned worker, rp_error *error)
{
    search *search = argument;
    interval_group *group = &search->groups.items[which];
    return rp_arrays_find(&search->finders[worker], search->genome, search->tandem->items + group->first,
                          group->last - group->first, &group->found) ||
           rp_error_memory(error, "satellites");
}

/* All arrays in genome order; one that runs into the next group's has the bases. */
static bool gather(const search *search, rp_satellites *out)
{
    for (size_t g = 0; g < search->groups.n; g++) {
        const rp_found_arrays *found = &search->groups.items[g].found;
        const size_t offset = out->codes.n;
        out->n_simple += found->n_simple;
        out->simple_bp += found->simple_bp;
        if (!rp_codes_append(&out->codes, found->codes.items, found->codes.n))
            return false;
        for (size_t i = 0; i < found->arrays.n; i++) {
            rp_tandem_array array = found->arrays.items[i];
            const uint64_t done = out->arrays.n > 0 ? out->arrays.items[out->arrays.n - 1].end : 0;
            if (array.begin < done) {
                if (2 * done > array.begin + array.end)
                    continue;
                array.copies *= (double)(array.end - done) / (double)(array.end - array.begin);
                array.begin = done;
            }
            array.monomer += offset;
            if (!rp_tandem_arrays_push(&out->arrays, array))
                return false;
        }
    }
    return true;
}

bool rp_satellites_find(const rp_genome *genome, const rp_intervals *tandem, unsigned n_threads,
                        rp_satellites *satellites, rp_error *error)
{
    search search = {.genome = genome, .tandem = tandem};
    search.finders = rp_alloc(n_threads, sizeof *search.finders);
    bool ok = (search.finders != NULL && list_groups(&search)) || rp_error_memory(error, "satellites");
    ok = ok && rp_parallel(search.groups.n, n_threads, look_at_group, &search, error);
    ok = ok && (gather(&search, satellites) || rp_error_memory(error, "satellites"));
    ok = ok && rp_satellites_merge(genome, n_threads, satellites, error);
    for (size_t g = 0; g < search.groups.n; g++) {
        free(search.groups.items[g].found.arrays.items);
        free(search.groups.items[g].found.codes.items);
    }
    for (unsigned i = 0; search.finders != NULL && i < n_threads; i++)
        rp_array_finder_clear(&search.finders[i]);
    free(search.groups.items);
    free(search.finders);
    return ok;
}

void rp_satellites_clear(rp_satellites *satellites)
{
    for (size_t s = 0; s < satellites->satellites.n; s++)
        free(satellites->satellites.items[s].monomer.items);
    free(satellites->satellites.items);
    free(satellites->arrays.items);
    free(satellites->codes.items);
    *satellites = (rp_satellites){0};
}

void rp_satellites_add_bases(const rp_satellites *satellites, uint64_t begin, uint64_t end, uint64_t *bases)
{
    const rp_tandem_array *arrays = satellites->arrays.items;
    size_t from = 0, to = satellites->arrays.n;
    while (from < to) { /* the first array that ends behind begin */
        const size_t middle = from + (to - from) / 2;
        if (arrays[middle].end <= begin)
            from = middle + 1;
        else
            to = middle;
    }
    for (; from < satellites->arrays.n && arrays[from].begin < end; from++) {
        const uint64_t a = arrays[from].begin > begin ? arrays[from].begin : begin,
                       b = arrays[from].end < end ? arrays[from].end : end;
        bases[arrays[from].satellite] += b - a;
    }
}

void rp_satellite_name(const rp_satellites *satellites, size_t satellite, char name[RP_SATELLITE_NAME_BYTES])
{
    const char *prefix = satellites->name_prefix != NULL ? satellites->name_prefix : "";
    (void)snprintf(name, RP_SATELLITE_NAME_BYTES, "%.*sSAT%zu", RP_NAME_PREFIX_BYTES, prefix, satellite + 1);
}
