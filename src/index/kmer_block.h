/* kmer_block.h: the k-mers of a genome, those that end in 32 bases at a time, and their hashes.
 *
 * What one base costs is paid for every base of a genome, several times: so nothing here branches by a base, and
 * hashes are made side by side.
 */
#ifndef RP_INDEX_KMER_BLOCK_H
#define RP_INDEX_KMER_BLOCK_H

#include <stdint.h>

#include "index/kmer.h"

enum { RP_KMER_BLOCK_BP = 32 };

/* By the last base of the k-mer. Zeroed at first. */
typedef struct rp_kmer_block {
    uint64_t forward[RP_KMER_BLOCK_BP], reverse[RP_KMER_BLOCK_BP]; /* as the roll has them */
    uint64_t hash[RP_KMER_BLOCK_BP]; /* rp_index_hash of the smaller of the two */
    uint32_t whole; /* bit i: there is a k-mer that ends at base i */
} rp_kmer_block;

/* Takes the next n <= RP_KMER_BLOCK_BP bases behind `roll`, which goes on: 2 bits each, the first ones lowest; none: by
 * base, a bit where there is no base. */
void rp_kmer_block_read(rp_kmer_block *block, rp_kmer_roll *roll, uint64_t bases, uint32_t none, unsigned n,
                        unsigned k);

#endif
