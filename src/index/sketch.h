/* sketch.h: some of a genome's k-mers, the same ones wherever they stand (FracMinHash, Irber et al. 2022).
 *
 * A k-mer is of the sketch if a hash of it says so: what two stretches share is sampled in both. So long sequence is
 * compared with all others for a small part of the time and memory of an index.
 */
#ifndef RP_INDEX_SKETCH_H
#define RP_INDEX_SKETCH_H

#include <stddef.h>

#include "base/error.h"
#include "base/memory.h"
#include "genome/genome.h"

enum { RP_SKETCH_K = 21 }; /* long enough that no two k-mers of a genome are alike by chance */

typedef struct rp_sketched {
    uint64_t kmer;  /* canonical */
    uint64_t place; /* its first base, twice, and 1 if it reads as its reverse complement there */
} rp_sketched;

RP_ARRAY(rp_sketch, rp_sketched);

/* Of all different k-mers, on average one in `one_in`, wherever it stands. Sorted by k-mer, then by place: the same for
 * any number of threads. The caller frees the items; *sketch is empty where it fails. */
bool rp_sketch_take(const rp_genome *genome, uint64_t one_in, unsigned n_threads, rp_sketch *sketch,
                    rp_error *error) RP_MUST_CHECK;

/* Behind the last place of the k-mer that stands at number i. */
size_t rp_sketch_next(const rp_sketch *sketch, size_t i);

#endif
