/* place_writer.h: packs places into the k-mer index, in line; for its builder.
 *
 * Several threads write at once, each the places of stretches of its own: only the first and the last word of a stretch
 * are shared with others.
 */
#ifndef RP_INDEX_PLACE_WRITER_H
#define RP_INDEX_PLACE_WRITER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct rp_place_writer {
    _Atomic uint64_t *word;
    uint64_t bits;            /* of the word, as far as they are known */
    unsigned n_bits, place_bits;
    bool shares;              /* the word is the stretch's first */
} rp_place_writer;

/* Begins with the place of this number; the words are zero where none has been written. place_bits: below 64. */
static inline rp_place_writer rp_places_begin(void *words, unsigned place_bits, uint64_t number)
{
    const uint64_t bit = number * place_bits;
    return (rp_place_writer){
        .word = (_Atomic uint64_t *)words + bit / 64, .n_bits = bit % 64, .place_bits = place_bits, .shares = true};
}

/* Writes what is left; there is a word behind the last place. */
static inline void rp_places_end(rp_place_writer *to)
{
    atomic_fetch_or_explicit(to->word, to->bits, memory_order_relaxed);
}

static inline void rp_places_put(rp_place_writer *to, uint64_t place)
{
    const unsigned n = to->n_bits + to->place_bits;
    to->bits |= place << to->n_bits;
    if (n < 64) {
        to->n_bits = n;
        return;
    }
    if (to->shares)
        rp_places_end(to);
    else
        atomic_store_explicit(to->word, to->bits, memory_order_relaxed);
    to->shares = false;
    to->word++;
    to->bits = n > 64 ? place >> (64 - to->n_bits) : 0;
    to->n_bits = n - 64;
}

#endif
