/* word_hits.h: where the words of a stretch of the genome stand in a library.
 *
 * The word table is far larger than a cache, and whether a word is in it cannot be foreseen. So words go through the
 * table some hundreds at a time, a step after the other: each step asks for what the next one will read, none branches
 * by what it has read, and the places of some words come while the next ones are read.
 */
#ifndef RP_COPIES_WORD_HITS_H
#define RP_COPIES_WORD_HITS_H

#include <stdint.h>

#include "base/crew.h"
#include "copies/word_table.h"
#include "genome/bitmask.h"

/* A word hit: its base in the stretch, and its place in the table. */
typedef struct rp_word_hit {
    uint32_t at, place;
} rp_word_hit;

RP_ARRAY(rp_word_hits, rp_word_hit);

enum { RP_WORDS_AT_ONCE = 256 }; /* of the genome */

/* A word of the genome that the library has. */
typedef struct rp_asked_word {
    uint64_t rolling;           /* the word between its flanks */
    uint32_t at;                /* in the stretch */
    uint32_t first, n_places;   /* in the table; before the places are asked for, `first` is the word's rank */
} rp_asked_word;

/* A stretch of the genome whose words are looked up, and how far that is. What it points to must outlive it. */
typedef struct rp_word_search {
    const rp_word_table *table;
    const uint8_t *codes;       /* from RP_WORD_FLANK before the stretch to as many behind its last code */
    size_t n_codes;             /* fewer than 2^32 */
    const rp_bitmask *excluded; /* a word whose first base it has gives no hits; NULL: none */
    uint64_t begin;             /* of the stretch, in `excluded` */
    unsigned least_flank;       /* of the 2 * RP_WORD_FLANK bases beside a hit so many match; 0: any */
    /* how far; theirs who search: */
    size_t at;                  /* the next code */
    uint64_t rolling;           /* the word before it with its flanks */
    unsigned n_known;           /* bases without N before the next code */
    size_t n_asked, n_places;   /* words whose places are asked for, and how many those are */
    rp_asked_word asked[RP_WORDS_AT_ONCE];
} rp_word_search;

/* Goes to the beginning of the stretch that the fields above `how far` tell of. */
void rp_word_search_start(rp_word_search *search);

/* The search of n words of a stretch from number `first` on; bases of hits count from there. */
rp_word_search rp_word_search_part(const rp_word_search *stretch, size_t first, size_t n);

enum { RP_WORD_PIECES = 16, RP_PIECE_WORDS = 1 << 12 };

/* Has RP_WORD_PIECES times RP_PIECE_WORDS words of a stretch from number `first` on, or the n that are left, looked up
 * by the members of a crew: the hits of each piece, counted from its first word. False: out of memory, or the run is to
 * end. */
bool rp_word_search_together(const rp_word_search *stretch, size_t first, size_t n, rp_crew *crew, unsigned member,
                             rp_word_hits pieces[RP_WORD_PIECES]) RP_MUST_CHECK;

/* Appends hits, by base and then by place, until *hits has `wanted` or some more; *over: there are no further ones.
 * False: out of memory. */
bool rp_word_search_next(rp_word_search *search, size_t wanted, rp_word_hits *hits, bool *over) RP_MUST_CHECK;

#endif
