/* scan_progress.c: see scan_progress.h. */
#include "copies/scan_progress.h"

#include <stdlib.h>

#include "base/memory.h"

bool rp_scan_progress_begin(rp_scan_progress *progress, uint64_t n_chunks, uint64_t n_own, uint64_t n_library_parts,
                            rp_error *error)
{
    if (progress->done == NULL) {
        progress->n_chunks = n_chunks;
        progress->n_own = n_own;
        progress->n_library_parts = n_library_parts;
        progress->done = rp_alloc((size_t)rp_scan_fields(progress), 1);
    }
    if (progress->done == NULL)
        return rp_error_memory(error, "finding copies");
    return (progress->n_chunks == n_chunks && progress->n_own == n_own &&
            progress->n_library_parts == n_library_parts) ||
           rp_error_set(error, "the scan that was kept is of another genome or library");
}

uint64_t rp_scan_fields(const rp_scan_progress *progress)
{
    return progress->n_library_parts * progress->n_own;
}

uint64_t rp_scan_fields_left(const rp_scan_progress *progress)
{
    const uint64_t n = rp_scan_fields(progress);
    uint64_t left = 0;
    for (uint64_t i = 0; i < n; i++)
        left += progress->done == NULL || !progress->done[i];
    return left;
}

bool rp_scan_is_done(const rp_scan_progress *progress)
{
    return progress->done != NULL && rp_scan_fields_left(progress) == 0;
}

void rp_scan_progress_clear(rp_scan_progress *progress)
{
    free(progress->done);
    progress->done = NULL;
}
