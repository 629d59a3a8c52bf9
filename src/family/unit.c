/* unit.c: finds the unit by the ends of the copies; see unit.h. */
#include "family/unit.h"

#include <stdlib.h>

#include "base/sort.h"
#include "index/kmer.h"

enum {
    PILE_BP = 12,          /* ends this near are the same */
    MIN_COPIES = 3,        /* that begin and end at the same places */
    MAX_SAMPLE = 64,       /* copies that are compared with all others */
    MIN_REST_BP = 60,      /* beyond the unit; less is no part of another one but a ragged end */
    WORD_BASES = 12,       /* those of a dimeric SINE, 85 % alike, share one in seven */
    WORDS_PERCENT = 50 /* of the rest's words, that stand in the unit: few copies vote there, and units differ by 5 % */
};

typedef struct unit_word {
    uint32_t word, place;
} unit_word;

static int compare_words(const void *left, const void *right)
{
    const unit_word *a = left, *b = right;
    if (a->word != b->word)
        return a->word < b->word ? -1 : 1;
    return (a->place > b->place) - (a->place < b->place);
}

static uint32_t word_at(const rp_codes *consensus, uint32_t place)
{
    uint32_t word = 0;
    for (unsigned i = 0; i < WORD_BASES; i++)
        word = word << 2 | (consensus->items[place + i] & 3);
    return word;
}

static uint32_t apart(uint32_t a, uint32_t b)
{
    return a > b ? a - b : b - a;
}

/* Whether the word at the place stands in the unit too, and so far away that it does so by another unit. */
static bool is_of_the_unit(const unit_word *words, size_t n, uint32_t word, uint32_t place, uint32_t least)
{
    size_t from = 0, to = n;
    while (from < to) {
        const size_t middle = from + (to - from) / 2;
        if (words[middle].word < word)
            from = middle + 1;
        else
            to = middle;
    }
    for (; from < n && words[from].word == word; from++)
        if (apart(words[from].place, place) >= least)
            return true;
    return false;
}

/* Whether what is beyond the unit is more of it, on either strand: two copies stand head to head as often. */
static bool rest_is_more_of_it(const rp_codes *consensus, uint32_t begin, uint32_t end, bool *more)
{
    const uint32_t n = (uint32_t)consensus->n, n_words = end - begin - WORD_BASES + 1;
    unit_word *words = rp_alloc(n_words, sizeof *words);
    if (words == NULL)
        return false;
    for (uint32_t i = 0; i < n_words; i++)
        words[i] = (unit_word){word_at(consensus, begin + i), begin + i};
    rp_sort(words, n_words, sizeof *words, compare_words);
    uint32_t looked_at = 0, known = 0;
    for (uint32_t i = 0; i + WORD_BASES <= n; i++) {
        if (i + WORD_BASES > begin && i < end)
            continue;
        looked_at++;
        const uint32_t word = word_at(consensus, i);
        known += is_of_the_unit(words, n_words, word, i, (end - begin) / 2) ||
                 is_of_the_unit(words, n_words, (uint32_t)rp_kmer_reverse_complement(word, WORD_BASES), i,
                                (end - begin) / 2);
    }
    free(words);
    *more = looked_at > 0 && 100 * known >= WORDS_PERCENT * looked_at;
    return true;
}

static uint32_t span_of(const rp_copy *copy)
{
    return copy->consensus_end - copy->consensus_begin;
}

static bool is_as_long(const rp_copy *copy, uint32_t length)
{
    return apart(span_of(copy), length) <= 2 * PILE_BP;
}

/* The length that most copies have: they may be aligned to any of the units. */
static uint32_t find_length(const rp_copies *copies)
{
    const size_t step = copies->n / MAX_SAMPLE + 1;
    size_t best = 0;
    uint32_t length = 0;
    for (size_t i = 0; i < copies->n; i += step) {
        size_t alike = 0;
        for (size_t j = 0; j < copies->n; j++)
            alike += is_as_long(&copies->items[j], span_of(&copies->items[i]));
        if (alike <= best)
            continue;
        best = alike;
        length = span_of(&copies->items[i]);
    }
    return length;
}

/* The two ends that most copies of this length share; how many do. */
static size_t find_ends(const rp_copies *copies, uint32_t length, uint32_t *begin, uint32_t *end)
{
    const size_t step = copies->n / MAX_SAMPLE + 1;
    size_t best = 0;
    for (size_t i = 0; i < copies->n; i += step) {
        const rp_copy *one = &copies->items[i];
        if (!is_as_long(one, length))
            continue;
        size_t alike = 0;
        for (size_t j = 0; j < copies->n; j++)
            alike += apart(copies->items[j].consensus_begin, one->consensus_begin) <= PILE_BP &&
                     apart(copies->items[j].consensus_end, one->consensus_end) <= PILE_BP;
        if (alike <= best)
            continue;
        best = alike;
        *begin = one->consensus_begin;
        *end = one->consensus_end;
    }
    return best;
}

bool rp_unit_find(const rp_codes *consensus, const rp_copies *copies, uint32_t *begin, uint32_t *end, bool *found)
{
    *found = false;
    if (find_ends(copies, find_length(copies), begin, end) < MIN_COPIES || *end - *begin < 2 * WORD_BASES ||
        *end - *begin + MIN_REST_BP > consensus->n)
        return true;
    const uint32_t length = *end - *begin;
    size_t single = 0, longer = 0;
    for (size_t i = 0; i < copies->n; i++) {
        single += is_as_long(&copies->items[i], length);
        longer += span_of(&copies->items[i]) > length + 2 * PILE_BP;
    }
    return single <= longer || rest_is_more_of_it(consensus, *begin, *end, found);
}
