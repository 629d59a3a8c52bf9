/* sketch.c: see sketch.h. */
#include "index/sketch.h"

#include <stdlib.h>
#include <string.h>

#include "base/parallel.h"
#include "base/random.h"
#include "base/sort.h"
#include "index/kmer.h"

enum {
    CHUNK_BP = 1 << 18,        /* in which k-mers begin that one thread takes */
    BLOCK_BP = 1 << 16
};

typedef struct sketching {
    const rp_genome *genome;
    const rp_chunk *chunks;
    uint64_t one_in;
    rp_sketch *by_thread;
    uint8_t *codes;            /* BLOCK_BP for each thread */
} sketching;

static bool sketch_chunk(void *argument, size_t number, unsigned worker, rp_error *error)
{
    const sketching *all = argument;
    const rp_chunk *chunk = &all->chunks[number];
    const uint64_t left = chunk->contig_end - chunk->end, beyond = RP_SKETCH_K - 1;
    const uint64_t end = chunk->end + (left < beyond ? left : beyond);
    uint8_t *codes = all->codes + (size_t)worker * BLOCK_BP;
    rp_kmer_roll roll = {0};
    bool ok = true;
    for (uint64_t at = chunk->begin; ok && at < end; at += BLOCK_BP) {
        const size_t n = end - at < BLOCK_BP ? (size_t)(end - at) : BLOCK_BP;
        rp_genome_decode(all->genome, at, n, codes);
        for (size_t i = 0; ok && i < n; i++) {
            if (!rp_kmer_roll_push(&roll, codes[i], RP_SKETCH_K))
                continue;
            const uint64_t kmer = rp_kmer_canonical(&roll);
            const uint64_t begin = at + i + 1 - RP_SKETCH_K;
            if (rp_random_mix(kmer) % all->one_in == 0)
                ok = rp_sketch_push(&all->by_thread[worker], (rp_sketched){kmer, 2 * begin + (kmer != roll.forward)});
        }
    }
    return ok || rp_error_memory(error, "comparing the genome with itself");
}

static int compare_sketched(const void *left, const void *right)
{
    const rp_sketched *a = left, *b = right;
    if (a->kmer != b->kmer)
        return a->kmer < b->kmer ? -1 : 1;
    return (a->place > b->place) - (a->place < b->place);
}

/* Puts what the threads have together and frees it. */
static bool gather(sketching *all, unsigned n_threads, rp_sketch *sketch)
{
    size_t n = 0;
    for (unsigned t = 0; t < n_threads; t++)
        n += all->by_thread[t].n;
    if (!rp_sketch_reserve(sketch, n))
        return false;
    for (unsigned t = 0; t < n_threads; t++) {
        rp_sketch *part = &all->by_thread[t];
        if (part->n > 0)
            memcpy(sketch->items + sketch->n, part->items, part->n * sizeof *part->items);
        sketch->n += part->n;
        free(part->items);
        *part = (rp_sketch){0};
    }
    return true;
}

bool rp_sketch_take(const rp_genome *genome, uint64_t one_in, unsigned n_threads, rp_sketch *sketch, rp_error *error)
{
    sketching all = {.genome = genome, .one_in = one_in};
    *sketch = (rp_sketch){0};
    all.by_thread = rp_alloc(n_threads, sizeof *all.by_thread);
    all.codes = rp_alloc(n_threads, BLOCK_BP);
    size_t n_chunks = 0;
    rp_chunk *chunks = rp_genome_chunks(genome, CHUNK_BP, &n_chunks);
    bool ok = (all.by_thread != NULL && all.codes != NULL && chunks != NULL) ||
              rp_error_memory(error, "comparing the genome with itself");
    all.chunks = chunks;
    ok = ok && rp_parallel(n_chunks, n_threads, sketch_chunk, &all, error);
    ok = ok && (gather(&all, n_threads, sketch) || rp_error_memory(error, "comparing the genome with itself"));
    ok = ok && rp_sort_parallel(sketch->items, sketch->n, sizeof *sketch->items, compare_sketched, n_threads, error);
    for (unsigned t = 0; all.by_thread != NULL && t < n_threads; t++)
        free(all.by_thread[t].items);
    free(all.by_thread);
    free(all.codes);
    free(chunks);
    if (!ok) {
        free(sketch->items);
        *sketch = (rp_sketch){0};
    }
    return ok;
}

size_t rp_sketch_next(const rp_sketch *sketch, size_t i)
{
    const uint64_t kmer = sketch->items[i].kmer;
    while (i < sketch->n && sketch->items[i].kmer == kmer)
        i++;
    return i;
}
