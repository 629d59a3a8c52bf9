/* self_words.h: notices when a growing consensus repeats itself.
 *
 * Two ways matter: a tandem repeat (growth would never end) and an element that comes
 * round to its own beginning, as an LTR element does when copies at the other LTR join in.
 */
#ifndef RP_FAMILY_SELF_WORDS_H
#define RP_FAMILY_SELF_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "family/bounds.h"
#include "align/significance.h"

enum {
    RP_WORD_BASES = 12,
    RP_WORD_SLOTS = 1 << 17,
    RP_WORD_MOST = RP_WORD_SLOTS / 4 * 3, /* words that are noted: a fuller table would be slow */
    RP_WRAP_MIN_PERIOD_BP = 150,
    RP_SHORT_WORD_BASES = 8,
    RP_TANDEM_REACH_BP = 1500,
    RP_TANDEM_ROWS = 8192,
    RP_ARRAY_WORDS = RP_TANDEM_ROWS / 4  /* longer than the arrays inside elements, as the 1 to 2 kb of an SVA's */
};

_Static_assert((int)RP_CONSENSUS_MAX_BP <= (int)RP_WORD_MOST, "the words of a consensus have no room");

/* Whether a short word stood nearby before, and whether it did so there too: the third unit of an array. */
typedef enum rp_recurrence_kind { RP_WORD_IS_NEW, RP_WORD_RECURS, RP_WORD_IS_THIRD } rp_recurrence_kind;

/* The short words of a consensus, and how they recur nearby: all that tells an array. Zeroed once by its owner before
 * the first call. */
typedef struct rp_short_words {
    uint32_t last[1 << 2 * RP_SHORT_WORD_BASES]; /* time of the last of each */
    uint8_t recurs[RP_TANDEM_ROWS]; /* by place modulo RP_TANDEM_ROWS: rp_recurrence_kind */
    uint8_t codes[RP_TANDEM_ROWS]; /* the same: the base there, */
    rp_base_counts counts; /* and how many of each, among those in use */
    uint32_t clock, n_recurrent;
    uint32_t distance; /* at which the last word stood before; 0: not nearby */
    uint32_t word, length; /* bases so far */
} rp_short_words;

/* Forgets everything. */
void rp_short_words_start(rp_short_words *words);

/* Takes the consensus' next base; how the word recurs that ends with it. */
rp_recurrence_kind rp_short_words_push(rp_short_words *words, unsigned code);

typedef struct rp_self_words {
    struct {
        uint32_t epoch_word, first;
    } slots[RP_WORD_SLOTS]; /* first place of each 12-mer */
    rp_short_words shorter;
    uint32_t epoch;
    uint32_t word, length; /* bases so far */
    uint32_t period; /* of the stretch that repeats earlier consensus; 0: none */
    uint32_t run_begin, run_end;
} rp_self_words;

/* Forgets everything. The struct is zeroed once by its owner before the first call. */
void rp_self_words_start(rp_self_words *words);

/* Takes the consensus' next base. */
void rp_self_words_push(rp_self_words *words, unsigned code);

/* Length of the present stretch that repeats earlier consensus at one period; 0: none. */
uint32_t rp_self_words_run(const rp_self_words *words);

/* Whether the consensus runs on in an array: of the last RP_TANDEM_ROWS words RP_ARRAY_WORDS recur nearby, less those
 * that do by their composition. */
bool rp_self_words_is_tandem(const rp_self_words *words);

/* Whether this 12-mer (first base highest) stood in the consensus before place `before`. */
bool rp_self_words_seen(const rp_self_words *words, uint32_t word, uint32_t before);

#endif
