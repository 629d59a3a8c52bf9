/* layout.h: how the k-mer index lies in memory, for its builder, its reader and its file. */
#ifndef RP_INDEX_LAYOUT_H
#define RP_INDEX_LAYOUT_H

#include <string.h>

#include "base/block.h"
#include "index/kmer_index.h"

enum {
    RP_RECORD_KMERS = 28,     /* with where they begin, half a line of the cache */
    RP_RECORD_COUNT_MAX = 254,
    RP_RECORD_BLOCK = 128     /* records that are numbered from one base */
};

/* How often k-mers with consecutive ids stand, and where the first one's occurrences begin. Where one of them has more
 * than RP_RECORD_COUNT_MAX, all counts are 0 but that the second four have the number of the record's row among the
 * large ones. */
typedef struct rp_kmer_record {
    uint32_t first; /* relative to the block's base */
    uint8_t count[RP_RECORD_KMERS];
} rp_kmer_record;

/* Where the occurrences of a large record's k-mers begin, relative to the record's first, and end. */
typedef uint32_t rp_large_record[RP_RECORD_KMERS + 1];

typedef enum rp_index_section {
    RP_INDEX_PREFIX,        /* uint32_t[2^prefix_bits + 1]: the first id of each prefix of the hash */
    RP_INDEX_REST,          /* by id: the hash's lowest 16 bits (32 with wide_rest) */
    RP_INDEX_RECORD,        /* rp_kmer_record by id / RP_RECORD_KMERS */
    RP_INDEX_RECORD_BASE,   /* uint64_t, one for each RP_RECORD_BLOCK records */
    RP_INDEX_LARGE,         /* rp_large_record, one for each record that has a k-mer with more than it can count */
    RP_INDEX_PLACE,         /* uint64_t words, place_bits an occurrence, lowest first: 2 * position + reverse */
    RP_N_INDEX_SECTIONS
} rp_index_section;

struct rp_kmer_index {
    unsigned k;
    uint32_t min_frequency;
    unsigned prefix_bits;
    unsigned place_bits;
    bool wide_rest;
    uint32_t n_kmers, n_large;
    uint64_t n_positions;
    /* where the sections are: */
    const uint32_t *prefix;
    const uint16_t *rest16; /* NULL with wide_rest */
    const uint32_t *rest32;
    const rp_kmer_record *record;
    const uint64_t *record_base;
    const rp_large_record *large;
    const uint64_t *place;
    /* what holds them: */
    rp_block sections[RP_N_INDEX_SECTIONS];
    void *map;              /* of a file; NULL: the sections above do */
    size_t map_bytes;
};

static inline bool rp_kmer_record_is_large(const rp_kmer_record *record)
{
    return record->count[0] == 0;
}

/* The number of a large record's row. */
static inline uint32_t rp_kmer_record_row(const rp_kmer_record *record)
{
    uint32_t row;
    memcpy(&row, record->count + sizeof row, sizeof row);
    return row;
}

static inline uint64_t rp_index_n_records(uint64_t n_kmers)
{
    return (n_kmers + RP_RECORD_KMERS - 1) / RP_RECORD_KMERS;
}

/* Bits of a place in a genome of so many bases. */
unsigned rp_index_place_bits(uint64_t genome_bp);

/* Sets the pointers above to where the sections begin. */
void rp_index_point(rp_kmer_index *index, void *const sections[RP_N_INDEX_SECTIONS]);

/* Bytes of a section of an index with these numbers of k-mers, positions and large records. */
uint64_t rp_index_section_bytes(const rp_kmer_index *index, rp_index_section section);

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
