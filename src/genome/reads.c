/* reads.c: see reads.h. */
#include "genome/reads.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void rp_reads_clear(rp_reads *reads)
{
    free(reads->blocks);
    free(reads->recent);
    *reads = (rp_reads){0};
}

void rp_reads_restart(rp_reads *reads)
{
    reads->n = 0;
    if (reads->recent != NULL)
        memset(reads->recent, 0, RP_READS_RECENT * sizeof *reads->recent);
}

bool rp_reads_note(rp_reads *reads, uint64_t begin, uint64_t end)
{
    if (reads == NULL || begin >= end)
        return true;
    if (reads->recent == NULL && (reads->recent = rp_alloc(RP_READS_RECENT, sizeof *reads->recent)) == NULL)
        return false;
    const uint32_t last = (uint32_t)((end - 1) / RP_READS_BLOCK_BP);
    for (uint32_t block = (uint32_t)(begin / RP_READS_BLOCK_BP); block <= last; block++) {
        uint32_t *known = &reads->recent[block % RP_READS_RECENT];
        if (*known == block + 1)
            continue;
        if (reads->n == reads->capacity &&
            !rp_reserve((void **)&reads->blocks, &reads->capacity, reads->n + 1, sizeof *reads->blocks))
            return false;
        *known = block + 1;
        reads->blocks[reads->n++] = block;
    }
    return true;
}
