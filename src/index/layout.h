/* layout.h: how the k-mer index lies in memory, for its builder, its reader and its file. */
#ifndef RP_INDEX_LAYOUT_H
#define RP_INDEX_LAYOUT_H

#include <stdatomic.h>

#include "base/block.h"
#include "index/kmer_index.h"

enum { RP_OFFSET_BLOCK = 4096 };

typedef enum rp_index_section {
    RP_INDEX_PREFIX,        /* uint32_t[2^prefix_bits + 1]: the first id of each prefix of the hash */
    RP_INDEX_REST,          /* by id: the hash's lowest 16 bits (32 with wide_rest) */
    RP_INDEX_OFFSET,        /* uint32_t[n_kmers + 1]: the first occurrence, relative to its block's base */
    RP_INDEX_OFFSET_BASE,   /* uint64_t, one for each RP_OFFSET_BLOCK ids */
    RP_INDEX_POSITION,      /* uint32_t by occurrence: the low bits of its genome position */
    RP_INDEX_POSITION_HIGH, /* uint8_t by occurrence: the bits above; empty for genomes below 2^32 bases */
    RP_INDEX_REVERSE,       /* uint64_t words, one bit an occurrence */
    RP_N_INDEX_SECTIONS
} rp_index_section;

struct rp_kmer_index {
    unsigned k;
    uint32_t min_frequency;
    unsigned prefix_bits;
    bool wide_rest;
    uint32_t n_kmers;
    uint64_t n_positions;
    /* where the sections are: */
    const uint32_t *prefix;
    const uint16_t *rest16; /* NULL with wide_rest */
    const uint32_t *rest32;
    const uint32_t *offset;
    const uint64_t *offset_base;
    const uint32_t *position;
    const uint8_t *position_high; /* NULL: none */
    const uint64_t *reverse;
    /* what holds them: */
    rp_block sections[RP_N_INDEX_SECTIONS];
    void *map;              /* of a file; NULL: the sections above do */
    size_t map_bytes;
};

/* Sets the pointers above to where the sections begin. */
void rp_index_point(rp_kmer_index *index, void *const sections[RP_N_INDEX_SECTIONS]);

/* Bytes of a section when the index is whole. */
uint64_t rp_index_section_bytes(const rp_kmer_index *index, rp_index_section section, bool wide_positions);

/* A bijection on the numbers below 4^k; the same with the factors' inverses in the other order undoes it. */
static inline uint64_t rp_index_scramble(uint64_t value, unsigned k, uint64_t first_factor, uint64_t second_factor)
{
    const uint64_t mask = rp_kmer_mask(k);
    value ^= value >> k;
    value = value * first_factor & mask;
    value ^= value >> k;
    value = value * second_factor & mask;
    return value ^ value >> k;
}

#define RP_INDEX_FIRST_FACTOR UINT64_C(0x9e3779b97f4a7c15)
#define RP_INDEX_SECOND_FACTOR UINT64_C(0xd6e8feb86659fd93)

/* Spreads k-mers evenly. */
static inline uint64_t rp_index_hash(uint64_t kmer, unsigned k)
{
    return rp_index_scramble(kmer, k, RP_INDEX_FIRST_FACTOR, RP_INDEX_SECOND_FACTOR);
}

/* The k-mer of a hash: the factors are inverses modulo 2^64. */
static inline uint64_t rp_index_unhash(uint64_t hash, unsigned k)
{
    return rp_index_scramble(hash, k, UINT64_C(0xcfee444d8b59a89b), UINT64_C(0xf1de83e19937733d));
}

#endif
