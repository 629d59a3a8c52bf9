/* near_copies.c: see near_copies.h. */
#include "index/near_copies.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/parallel.h"
#include "base/sort.h"
#include "index/kmer.h"

enum {
    ONE_IN = 1024,
    MIN_SAMPLE = 100,          /* k-mers without which a file tells nothing: a tenth of a megabase */
    BLOCK_BP = 1 << 16
};

typedef struct sampled {
    uint64_t kmer;
    uint32_t file;
} sampled;

RP_ARRAY(sample, sampled);

typedef struct sampling {
    const rp_genome *genome;
    sample *by_thread;
    uint8_t *codes;            /* BLOCK_BP for each thread */
} sampling;

/* The finalizer of splitmix64 (Steele et al. 2014). */
static uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

static bool sample_contig(void *argument, size_t number, unsigned worker, rp_error *error)
{
    const sampling *all = argument;
    const rp_contig *contig = &all->genome->contigs[number];
    uint8_t *codes = all->codes + (size_t)worker * BLOCK_BP;
    rp_kmer_roll roll = {0};
    bool ok = true;
    for (uint64_t at = 0; ok && at < contig->length_bp; at += BLOCK_BP) {
        const size_t n = contig->length_bp - at < BLOCK_BP ? (size_t)(contig->length_bp - at) : BLOCK_BP;
        rp_genome_decode(all->genome, contig->begin + at, n, codes);
        for (size_t i = 0; ok && i < n; i++)
            if (rp_kmer_roll_push(&roll, codes[i], RP_NEAR_COPIES_K)) {
                const uint64_t kmer = rp_kmer_canonical(&roll);
                if (mix(kmer) % ONE_IN == 0)
                    ok = sample_push(&all->by_thread[worker], (sampled){kmer, contig->file});
            }
    }
    return ok || rp_error_memory(error, "comparing inputs");
}

static int compare_sampled(const void *left, const void *right)
{
    const sampled *a = left, *b = right;
    if (a->kmer != b->kmer)
        return a->kmer < b->kmer ? -1 : 1;
    return (a->file > b->file) - (a->file < b->file);
}

/* Counts the different k-mers of each file, and those that stand in another one too. */
static void count(const sample *all, uint64_t *n, uint64_t *n_shared)
{
    for (size_t i = 0, j; i < all->n; i = j) {
        for (j = i + 1; j < all->n && all->items[j].kmer == all->items[i].kmer; j++)
            ;
        const bool shared = all->items[j - 1].file != all->items[i].file;
        for (size_t k = i; k < j; k++) {
            const uint32_t file = all->items[k].file;
            if (k > i && all->items[k - 1].file == file)
                continue;
            n[file]++;
            n_shared[file] += shared;
        }
    }
}

bool rp_near_copies_shares(const rp_genome *genome, size_t n_files, unsigned n_threads, double *shares, rp_error *error)
{
    sampling all = {.genome = genome};
    sample joined = {0};
    uint64_t *n = rp_alloc(n_files, sizeof *n), *n_shared = rp_alloc(n_files, sizeof *n_shared);
    all.by_thread = rp_alloc(n_threads, sizeof *all.by_thread);
    all.codes = rp_alloc(n_threads, BLOCK_BP);
    bool ok = (n != NULL && n_shared != NULL && all.by_thread != NULL && all.codes != NULL) ||
              rp_error_memory(error, "comparing inputs");
    ok = ok && rp_parallel(genome->n_contigs, n_threads, sample_contig, &all, error);
    for (unsigned t = 0; all.by_thread != NULL && t < n_threads; t++) {
        for (size_t i = 0; ok && i < all.by_thread[t].n; i++)
            ok = sample_push(&joined, all.by_thread[t].items[i]) || rp_error_memory(error, "comparing inputs");
        free(all.by_thread[t].items);
    }
    if (ok) {
        rp_sort(joined.items, joined.n, sizeof *joined.items, compare_sampled);
        count(&joined, n, n_shared);
    }
    for (size_t f = 0; ok && f < n_files; f++)
        shares[f] = n[f] >= MIN_SAMPLE ? (double)n_shared[f] / (double)n[f] : 0;
    free(joined.items);
    free(all.by_thread);
    free(all.codes);
    free(n);
    free(n_shared);
    return ok;
}
