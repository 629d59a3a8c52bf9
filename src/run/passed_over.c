/* passed_over.c: see passed_over.h. */
#include "run/passed_over.h"

#include <stdlib.h>

bool rp_passed_over_find(const rp_genome *genome, const rp_bitmask *tandem, unsigned n_threads, const rp_log *log,
                         rp_passed_over *passed, rp_error *error)
{
    if (!rp_duplicates_find(genome, n_threads, &passed->duplicates, error))
        return false;
    if (!rp_bitmask_init(&passed->mask, genome->length_bp))
        return rp_error_memory(error, "masks");
    rp_duplicates_mark(&passed->duplicates, &passed->mask);
    passed->duplicated_bp = rp_bitmask_count(&passed->mask, 0, genome->length_bp);
    rp_bitmask_add(&passed->mask, tandem);
    if (passed->duplicated_bp > 0)
        rp_log_line(log, "duplicated stretches: %llu bases stand earlier in the genome, too, and are searched once",
                    (unsigned long long)passed->duplicated_bp);
    return true;
}

void rp_passed_over_clear(rp_passed_over *passed)
{
    rp_bitmask_clear(&passed->mask);
    free(passed->duplicates.items);
    *passed = (rp_passed_over){0};
}

uint64_t rp_passed_over_left(const rp_passed_over *passed, const rp_genome *genome)
{
    return genome->acgt_bp > passed->duplicated_bp ? genome->acgt_bp - passed->duplicated_bp : 0;
}
