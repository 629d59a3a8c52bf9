/* library.c: committed families; see library.h. */
#include "family/library.h"

#include <stdlib.h>
#include <string.h>

void rp_library_clear(rp_library *library)
{
    for (size_t i = 0; i < library->n; i++)
        rp_family_clear(&library->items[i]);
    free(library->items);
    *library = (rp_library){0};
}

bool rp_library_add(rp_library *library, const rp_family *family)
{
    rp_family copy = {.tandem = family->tandem, .seed = family->seed};
    if (!rp_codes_copy(&copy.consensus, family->consensus.items, family->consensus.n) ||
        !rp_copies_reserve(&copy.copies, family->copies.n) || !rp_library_reserve(library, library->n + 1)) {
        rp_family_clear(&copy);
        return false;
    }
    if (family->copies.n > 0)
        memcpy(copy.copies.items, family->copies.items, family->copies.n * sizeof *copy.copies.items);
    copy.copies.n = family->copies.n;
    library->items[library->n++] = copy;
    return true;
}

bool rp_family_intervals(const rp_family *family, rp_intervals *intervals)
{
    intervals->n = 0;
    if (!rp_intervals_reserve(intervals, family->copies.n))
        return false;
    for (size_t i = 0; i < family->copies.n; i++)
        intervals->items[intervals->n++] = (rp_interval){family->copies.items[i].begin, family->copies.items[i].end};
    rp_intervals_merge(intervals);
    return true;
}

bool rp_family_cover(const rp_family *family, rp_cover *cover, rp_intervals *intervals)
{
    if (!rp_family_intervals(family, intervals))
        return false;
    rp_cover_add(cover, intervals->items, intervals->n);
    return true;
}
