/* near_copies.c: see near_copies.h. */
#include "index/near_copies.h"

#include <stdlib.h>

#include "index/sketch.h"

enum {
    ONE_IN = 1024,
    MIN_SAMPLE = 100          /* k-mers without which a file tells nothing: a tenth of a megabase */
};

static uint32_t file_of(const rp_genome *genome, const rp_sketched *item)
{
    return genome->contigs[rp_genome_contig_of(genome, item->place / 2)].file;
}

/* Counts the different k-mers of each file, and those that stand in another one too. Files follow each other in the
 * genome, and so do the places of a k-mer. */
static void count(const rp_genome *genome, const rp_sketch *all, uint64_t *n, uint64_t *n_shared)
{
    for (size_t i = 0, next; i < all->n; i = next) {
        next = rp_sketch_next(all, i);
        const bool shared = file_of(genome, &all->items[next - 1]) != file_of(genome, &all->items[i]);
        for (size_t k = i; k < next; k++) {
            const uint32_t file = file_of(genome, &all->items[k]);
            if (k > i && file_of(genome, &all->items[k - 1]) == file)
                continue;
            n[file]++;
            n_shared[file] += shared;
        }
    }
}

bool rp_near_copies_shares(const rp_genome *genome, size_t n_files, unsigned n_threads, double *shares, rp_error *error)
{
    rp_sketch all = {0};
    uint64_t *n = rp_alloc(n_files, sizeof *n), *n_shared = rp_alloc(n_files, sizeof *n_shared);
    bool ok = (n != NULL && n_shared != NULL) || rp_error_memory(error, "comparing inputs");
    ok = ok && rp_sketch_take(genome, ONE_IN, n_threads, &all, error);
    if (ok)
        count(genome, &all, n, n_shared);
    for (size_t f = 0; ok && f < n_files; f++)
        shares[f] = n[f] >= MIN_SAMPLE ? (double)n_shared[f] / (double)n[f] : 0;
    free(all.items);
    free(n);
    free(n_shared);
    return ok;
}
