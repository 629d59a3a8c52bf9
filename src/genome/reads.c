/* reads.c: see reads.h. */
#include "genome/reads.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/sort.h"

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

static int compare_blocks(const void *left, const void *right)
{
    const uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

void rp_reads_settle(rp_reads *reads)
{
    size_t n = 0;
    free(reads->recent);
    reads->recent = NULL;
    rp_sort(reads->blocks, reads->n, sizeof *reads->blocks, compare_blocks);
    for (size_t i = 0; i < reads->n; i++)
        if (n == 0 || reads->blocks[n - 1] != reads->blocks[i])
            reads->blocks[n++] = reads->blocks[i];
    uint32_t *smaller = n > 0 ? realloc(reads->blocks, n * sizeof *reads->blocks) : NULL;
    reads->n = n;
    if (smaller != NULL) {
        reads->blocks = smaller;
        reads->capacity = n;
    }
}

/* Whose `recent` is there. A block that is noted in full need not be noted as one of the rest. */
static bool note_block(rp_reads *reads, uint32_t block)
{
    const uint32_t number = block & RP_READS_NUMBER;
    uint32_t *known = &reads->recent[number % RP_READS_RECENT];
    if (*known == block + 1 || *known == number + 1)
        return true;
    if (reads->n == reads->capacity &&
        !rp_reserve((void **)&reads->blocks, &reads->capacity, reads->n + 1, sizeof *reads->blocks))
        return false;
    *known = block + 1;
    reads->blocks[reads->n++] = block;
    return true;
}

static bool has_recent(rp_reads *reads)
{
    return reads->recent != NULL || (reads->recent = rp_alloc(RP_READS_RECENT, sizeof *reads->recent)) != NULL;
}

static bool note(rp_reads *reads, uint64_t begin, uint64_t end, uint32_t bit)
{
    if (reads == NULL || begin >= end)
        return true;
    const uint32_t last = (uint32_t)((end - 1) / RP_READS_BLOCK_BP);
    bool ok = has_recent(reads);
    for (uint32_t block = (uint32_t)(begin / RP_READS_BLOCK_BP); ok && block <= last; block++)
        ok = note_block(reads, block | bit);
    return ok;
}

bool rp_reads_note(rp_reads *reads, uint64_t begin, uint64_t end)
{
    return note(reads, begin, end, 0);
}

bool rp_reads_note_rest(rp_reads *reads, uint64_t begin, uint64_t end)
{
    return note(reads, begin, end, (uint32_t)RP_READS_NUMBER + 1);
}

bool rp_reads_add(rp_reads *reads, const rp_reads *more)
{
    if (reads == NULL || more->n == 0)
        return true;
    bool ok = has_recent(reads);
    for (size_t i = 0; ok && i < more->n; i++)
        ok = note_block(reads, more->blocks[i]);
    return ok;
}
