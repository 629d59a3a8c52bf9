/* tandem.c: finds tandem repeats by 10-mers that recur nearby; see tandem.h. */
#include "genome/tandem.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/parallel.h"

enum {
    WORD_BASES = 10,
    WORDS = 1 << 2 * WORD_BASES,
    REACH_BP = 1500,
    WINDOW_BP = 64,
    WINDOW_RECURRENT = 26,
    CHUNK_BP = 1 << 19
};

typedef struct tandem_context {
    rp_bitmask *mask;
    const rp_genome *genome;
    const rp_chunk *chunks;
    uint32_t **last_seen;  /* per worker: time of the last occurrence of each word */
    uint32_t *clock;       /* per worker: what its positions start from, so that old ones are out of reach */
    uint8_t **recurrent;   /* per worker: one byte a base of the chunk with its margins */
} tandem_context;

static bool mark_chunk(void *argument, size_t part, unsigned worker, rp_error *error)
{
    const tandem_context *context = argument;
    const rp_genome *genome = context->genome;
    const rp_chunk *here = &context->chunks[part];
    if (context->last_seen[worker] == NULL) {
        context->last_seen[worker] = rp_alloc(WORDS, sizeof **context->last_seen);
        context->recurrent[worker] = rp_alloc(CHUNK_BP + 2 * REACH_BP + 2 * WINDOW_BP, 1);
        if (context->last_seen[worker] == NULL || context->recurrent[worker] == NULL)
            return rp_error_memory(error, "tandem repeat mask");
    }
    uint32_t *last_seen = context->last_seen[worker];
    uint8_t *recurrent = context->recurrent[worker];
    /* The margins make the answer for a base independent of where chunks begin. */
    const uint64_t margin = REACH_BP + WINDOW_BP;
    const uint64_t begin = here->begin - here->contig_begin < margin ? here->contig_begin : here->begin - margin;
    const uint64_t end = here->contig_end - here->end < margin ? here->contig_end : here->end + margin;
    const size_t n = (size_t)(end - begin);
    if (context->clock[worker] > UINT32_MAX - (uint32_t)n - 2 * REACH_BP) {
        memset(last_seen, 0, WORDS * sizeof *last_seen);
        context->clock[worker] = 0;
    }
    const uint32_t start = context->clock[worker] + REACH_BP + 1;
    context->clock[worker] = start + (uint32_t)n;
    memset(recurrent, 0, n);
    uint32_t word = 0;
    unsigned filled = 0;
    for (size_t i = 0; i < n; i++) {
        if (rp_bitmask_get(&genome->not_acgt, begin + i)) {
            filled = 0;
            continue;
        }
        word = (word << 2 | rp_genome_base(genome, begin + i)) & (WORDS - 1);
        if (++filled < WORD_BASES)
            continue;
        const uint32_t now = start + (uint32_t)i, before = last_seen[word];
        if (now - before <= REACH_BP)
            recurrent[i] = recurrent[i - (now - before)] = 1;
        last_seen[word] = now;
    }
    /* A run of windows above the limit becomes one interval. */
    unsigned inside = 0;
    uint64_t run_begin = 0, run_end = 0;
    for (size_t i = 0; i < n; i++) {
        inside += recurrent[i];
        if (i >= WINDOW_BP)
            inside -= recurrent[i - WINDOW_BP];
        if (inside < WINDOW_RECURRENT)
            continue;
        uint64_t from = begin + (i + 1 < WINDOW_BP ? 0 : i + 1 - WINDOW_BP), to = begin + i + 1;
        from = from < here->begin ? here->begin : from;
        to = to > here->end ? here->end : to;
        if (from >= to)
            continue;
        if (from > run_end) {
            rp_bitmask_set(context->mask, run_begin, run_end);
            run_begin = from;
        }
        run_end = to;
    }
    rp_bitmask_set(context->mask, run_begin, run_end);
    return true;
}

bool rp_tandem_mask(rp_bitmask *mask, const rp_genome *genome, unsigned n_threads, rp_error *error)
{
    if (!rp_bitmask_init(mask, genome->length_bp))
        return rp_error_memory(error, "tandem repeat mask");
    size_t n_chunks = 0;
    rp_chunk *chunks = rp_genome_chunks(genome, CHUNK_BP, &n_chunks);
    tandem_context context = {.mask = mask, .genome = genome, .chunks = chunks};
    context.last_seen = rp_alloc(n_threads, sizeof *context.last_seen);
    context.recurrent = rp_alloc(n_threads, sizeof *context.recurrent);
    context.clock = rp_alloc(n_threads, sizeof *context.clock);
    bool ok = chunks != NULL && context.last_seen != NULL && context.recurrent != NULL && context.clock != NULL;
    if (ok)
        ok = rp_parallel(n_chunks, n_threads, mark_chunk, &context, error);
    else
        (void)rp_error_memory(error, "tandem repeat mask");
    for (unsigned i = 0; i < n_threads; i++) {
        if (context.last_seen != NULL)
            free(context.last_seen[i]);
        if (context.recurrent != NULL)
            free(context.recurrent[i]);
    }
    free(context.last_seen);
    free(context.clock);
    free(context.recurrent);
    free(chunks);
    return ok;
}
