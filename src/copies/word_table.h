/* word_table.h: where each short word stands in a library of consensus sequences, on both strands. */
#ifndef RP_COPIES_WORD_TABLE_H
#define RP_COPIES_WORD_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "align/anchored.h"
#include "base/account.h"
#include "base/bits.h"
#include "base/codes.h"
#include "base/error.h"
#include "genome/flank.h"

enum { RP_WORD_FLANK = 8 };

/* A place of a word. */
typedef struct rp_word_place {
    uint32_t place;         /* in codes */
    uint32_t flanks;        /* the RP_WORD_FLANK bases on either side, the left ones above */
} rp_word_place;

enum { RP_WORD_PART_BP = 4 << 20 };

/* All queries (query 2i is consensus i, 2i + 1 its reverse complement) one after the other
 * in `codes`, each followed by a code that matches nothing. The places of words are there for one part of the
 * queries at a time: a library may have many times the bases of a part, RP_WORD_PART_BP or one consensus. Read-only
 * between calls that load or unload a part. */
typedef struct rp_word_table {
    unsigned word_bases;
    uint8_t *codes;
    size_t n_codes;
    rp_planes planes;       /* of codes */
    rp_query *queries;
    uint32_t *query_begin;  /* in codes; n_queries + 1 entries */
    uint32_t n_queries;
    uint32_t max_places;
    uint64_t *common;       /* by word, a bit: too many places in the whole library. NULL: one part, which knows */
    uint32_t *part_query;   /* the first query of each part; n_parts + 1 entries */
    size_t n_parts;
    /* of the part that is loaded: */
    uint64_t *present;      /* by word, a bit: it has places, and not too many to be looked for */
    uint32_t *rank;         /* by 64 words: how many before them are present */
    uint32_t *first;        /* by rank of a present word: its places begin here; one entry more */
    rp_word_place *places;
    rp_lease lease, part_lease;
} rp_word_table;

/* Builds the table of n consensus sequences. word_bases: 0 takes as many as keep chance hits in a
 * genome of genome_bp few, for each of its bases and altogether. Nearly periodic words are left out,
 * and those with more than max_places places are not looked for. The same for any n_threads. False: out of memory, or
 * over 2^30 bases. The caller clears the table. */
bool rp_word_table_init(rp_word_table *table, const rp_codes *const *consensus, size_t n, unsigned word_bases,
                        uint64_t genome_bp, uint32_t max_places, unsigned n_threads, rp_error *error) RP_MUST_CHECK;

/* Makes the words of a part ready to be looked up, in place of those of another. Parts follow from the library. */
bool rp_word_table_load(rp_word_table *table, size_t part, unsigned n_threads, rp_error *error) RP_MUST_CHECK;
void rp_word_table_unload(rp_word_table *table); /* queries and codes stay */
void rp_word_table_clear(rp_word_table *table);

/* Rank of a word that is present. */
static inline uint32_t rp_word_table_rank(const rp_word_table *table, uint64_t word)
{
    return table->rank[word / 64] + rp_count_bits(table->present[word / 64] & (((uint64_t)1 << word % 64) - 1));
}

/* The query that holds a place in codes. */
uint32_t rp_word_table_query(const rp_word_table *table, uint32_t place);

#endif
