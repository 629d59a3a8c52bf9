/* kmer_index.h: where the canonical k-mers of a genome stand, for those seen often enough.
 *
 * Positions of one k-mer are in genome order. A k-mer's number (its id) is its rank
 * by a fixed bijective hash of the k-mer, so it depends on the genome and k alone.
 */
#ifndef RP_INDEX_KMER_INDEX_H
#define RP_INDEX_KMER_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "genome/genome.h"
#include "index/kmer.h"

/* A place of a seed: where the k-mer stands, and whether it reads as its reverse complement there. */
typedef struct rp_place {
    uint64_t position;
    bool reverse;
} rp_place;

typedef struct rp_kmer_index rp_kmer_index;

typedef struct rp_kmer_index_parameters {
    unsigned k;              /* RP_KMER_MIN to RP_KMER_MAX */
    uint32_t min_frequency;  /* k-mers seen less often are left out; at least 2 */
    uint32_t max_kmers;      /* beyond, the least frequent are left out. 0: as many as ids can number */
    const rp_bitmask *also_excluded; /* beside `excluded`, and like it; NULL: nothing */
    uint64_t memory_bytes;   /* for the sort buffer beside the whole index; until then what is not there yet leaves it
                                its room. The genome is scanned once for each part that fits */
    unsigned n_threads;
} rp_kmer_index_parameters;

/* ceil(log4(length_bp)) + 2, within the range: long enough that chance hits are rare. */
unsigned rp_kmer_index_default_k(uint64_t length_bp);

/* Such bytes that suit an index of so many bases of a genome, those that are not excluded. `beside`: of one that is
 * made while another is held: a third, for more passes over what is not excluded. Never more than a sixth of what is
 * free, of which the first pass takes two: the number of passes does not grow with the genome where the budget does. */
uint64_t rp_kmer_index_default_memory(uint64_t n_bases, bool beside);

/* Indexes all k-mers that no base of `excluded` (NULL: none) touches at their first
 * base, that hold A, C, G and T only and are not nearly periodic. The index keeps
 * no reference to its arguments. NULL: error filled in. */
rp_kmer_index *rp_kmer_index_create(const rp_genome *genome, const rp_bitmask *excluded,
                                    const rp_kmer_index_parameters *parameters, rp_error *error) RP_MUST_CHECK;
void rp_kmer_index_destroy(rp_kmer_index *index);

/* Moves the index to files, to make room for others (base/block.h). Nobody may look anything up meanwhile. */
bool rp_kmer_index_spill(rp_kmer_index *index, rp_error *error) RP_MUST_CHECK;

unsigned rp_kmer_index_k(const rp_kmer_index *index);

/* More than was asked for where the k-mers were too many. */
uint32_t rp_kmer_index_min_frequency(const rp_kmer_index *index);
uint32_t rp_kmer_index_n_kmers(const rp_kmer_index *index);
uint64_t rp_kmer_index_n_positions(const rp_kmer_index *index);
size_t rp_kmer_index_bytes(const rp_kmer_index *index);

/* What one k-mer's lookup gives: `count` positions, numbered first, first + 1, ... */
typedef struct rp_occurrences {
    uint64_t first;
    uint32_t count;
    uint32_t id;
} rp_occurrences;

/* Occurrences of a canonical k-mer; count 0: not in the index. Thread-safe. */
rp_occurrences rp_kmer_index_find(const rp_kmer_index *index, uint64_t canonical);

enum { RP_KMERS_AT_ONCE = 64 };

/* The same for n <= RP_KMERS_AT_ONCE k-mers: each step of all is done before the next one, so that their ways to memory
 * overlap; the places are asked for, too. */
void rp_kmer_index_find_all(const rp_kmer_index *index, const uint64_t *canonical, size_t n, rp_occurrences *found);

/* Occurrences of the k-mer of this id, id < n_kmers. Thread-safe. */
rp_occurrences rp_kmer_index_get(const rp_kmer_index *index, uint32_t id);

/* How many it has. Thread-safe. */
uint32_t rp_kmer_index_count(const rp_kmer_index *index, uint32_t id);

/* Genome position of the first base of the occurrence of this number. Thread-safe. */
uint64_t rp_kmer_index_position(const rp_kmer_index *index, uint64_t number);

/* Whether the genome's forward strand reads the canonical k-mer's reverse complement there. Thread-safe. */
bool rp_kmer_index_is_reverse(const rp_kmer_index *index, uint64_t number);

/* Where an index has its places, for loops over many of them; until it is spilled. */
typedef struct rp_kmer_places {
    const uint64_t *words;
    unsigned bits; /* of a place */
} rp_kmer_places;

rp_kmer_places rp_kmer_index_places(const rp_kmer_index *index);

/* What the two above tell of the occurrence of this number. */
static inline rp_place rp_kmer_place(const rp_kmer_places *places, uint64_t number)
{
    const uint64_t bit = number * places->bits, *word = &places->words[bit / 64];
    const unsigned shift = bit % 64;
    const uint64_t place = (word[0] >> shift | word[1] << 1 << (63 - shift)) & (((uint64_t)1 << places->bits) - 1);
    return (rp_place){place >> 1, place & 1};
}

/* Asks for them. */
static inline void rp_kmer_place_prefetch(const rp_kmer_places *places, uint64_t number)
{
    __builtin_prefetch(&places->words[number * places->bits / 64]);
}

/* The canonical k-mer of this id, from the genome that was indexed. */
uint64_t rp_kmer_index_kmer(const rp_kmer_index *index, const rp_genome *genome, uint32_t id);

/* The k-mer that stands at a genome position, as read on the forward strand. */
uint64_t rp_kmer_at(const rp_genome *genome, uint64_t position, unsigned k);

#endif
