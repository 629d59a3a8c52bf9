/* self_words.c: a consensus' look at itself; see self_words.h. */
#include "family/self_words.h"

#include <string.h>

_Static_assert((int)RP_TANDEM_REACH_BP < (int)RP_TANDEM_ROWS, "how the word before recurs is still known");

enum {
    WORD_MASK = (1 << 2 * RP_WORD_BASES) - 1,
    SHORT_MASK = (1 << 2 * RP_SHORT_WORD_BASES) - 1,
    LAST_EPOCH = 255,
    PERIOD_SLACK_BP = 6,  /* a run may drift by this at an indel */
    RUN_GAP_BP = 48       /* and may lack words for this long */
};

void rp_short_words_start(rp_short_words *words)
{
    if (words->clock > UINT32_MAX / 2) {
        memset(words->last, 0, sizeof words->last);
        words->clock = 0;
    }
    words->clock += words->length + RP_TANDEM_REACH_BP + 1;
    memset(words->recurs, 0, sizeof words->recurs);
    words->counts = (rp_base_counts){{0}};
    words->n_recurrent = words->word = words->length = words->distance = 0;
}

rp_recurrence_kind rp_short_words_push(rp_short_words *words, unsigned code)
{
    words->word = (words->word << 2 | code) & SHORT_MASK;
    words->length++;
    uint8_t *old = &words->codes[words->length % RP_TANDEM_ROWS];
    if (words->length > RP_TANDEM_ROWS)
        words->counts.n[*old]--;
    *old = (uint8_t)code;
    words->counts.n[code]++;
    if (words->length < RP_SHORT_WORD_BASES)
        return RP_WORD_IS_NEW;
    const uint32_t now = words->clock + words->length;
    uint32_t *last = &words->last[words->word];
    const uint32_t distance = now - *last;
    uint8_t *place = &words->recurs[words->length % RP_TANDEM_ROWS];
    words->n_recurrent -= *place != RP_WORD_IS_NEW;
    *place = RP_WORD_IS_NEW;
    words->distance = 0;
    if (distance <= RP_TANDEM_REACH_BP) {
        const uint8_t before = words->recurs[(words->length - distance) % RP_TANDEM_ROWS];
        *place = before == RP_WORD_IS_NEW ? RP_WORD_RECURS : RP_WORD_IS_THIRD;
        words->n_recurrent++;
        words->distance = distance;
    }
    *last = now;
    return *place;
}

void rp_self_words_start(rp_self_words *words)
{
    if (words->epoch == LAST_EPOCH || words->epoch == 0) {
        memset(words->slots, 0, sizeof words->slots);
        words->epoch = 0;
    }
    words->epoch++;
    rp_short_words_start(&words->shorter);
    words->word = words->length = 0;
    words->period = words->run_begin = words->run_end = 0;
}

static uint32_t slot_of(const rp_self_words *words, uint32_t word)
{
    const uint32_t key = words->epoch << 24 | word;
    uint32_t slot = word * UINT32_C(2654435769) >> 15;
    while (words->slots[slot].epoch_word >> 24 == words->epoch && words->slots[slot].epoch_word != key)
        slot = (slot + 1) & (RP_WORD_SLOTS - 1);
    return slot;
}

/* A word is noted where it stood first: in the third unit of an array it recurs at twice the period. */
static bool is_at_period(const rp_self_words *words, uint32_t distance)
{
    if (words->period == 0)
        return false;
    const uint32_t times = (distance + words->period / 2) / words->period, whole = times * words->period;
    return times > 0 && (distance > whole ? distance - whole : whole - distance) <= PERIOD_SLACK_BP * times;
}

static void note_repeat(rp_self_words *words, uint32_t place, uint32_t first)
{
    const uint32_t distance = place - first;
    if (distance < RP_WRAP_MIN_PERIOD_BP)
        return;
    const bool at_period = is_at_period(words, distance);
    if (!at_period && words->period != 0 && words->length - words->run_end <= RUN_GAP_BP)
        return; /* a stray word within a run */
    if (!at_period || words->length - words->run_end > RUN_GAP_BP)
        words->run_begin = place;
    if (!at_period || distance < words->period + words->period / 2)
        words->period = distance;
    words->run_end = words->length;
}

void rp_self_words_push(rp_self_words *words, unsigned code)
{
    words->word = (words->word << 2 | code) & WORD_MASK;
    words->length++;
    (void)rp_short_words_push(&words->shorter, code);
    if (words->length < RP_WORD_BASES || words->length > RP_WORD_MOST)
        return;
    const uint32_t place = words->length - RP_WORD_BASES;
    const uint32_t slot = slot_of(words, words->word);
    if (words->slots[slot].epoch_word >> 24 == words->epoch) {
        note_repeat(words, place, words->slots[slot].first);
    } else {
        words->slots[slot].epoch_word = words->epoch << 24 | words->word;
        words->slots[slot].first = place;
    }
}

uint32_t rp_self_words_run(const rp_self_words *words)
{
    return words->period == 0 || words->length - words->run_end > RUN_GAP_BP ? 0 : words->run_end - words->run_begin;
}

bool rp_self_words_is_tandem(const rp_self_words *words)
{
    const rp_short_words *shorter = &words->shorter;
    if (shorter->n_recurrent < RP_ARRAY_WORDS)
        return false;
    const uint32_t rows = words->length < RP_TANDEM_ROWS ? words->length : RP_TANDEM_ROWS;
    const uint64_t unit = RP_RECURRENCE_UNIT,
                   chance = rp_chance_recurrence(&shorter->counts, RP_SHORT_WORD_BASES, RP_TANDEM_REACH_BP);
    /* of the rows that do not recur by chance, as many of RP_TANDEM_ROWS */
    return shorter->n_recurrent * unit >= chance * rows &&
           shorter->n_recurrent * unit - chance * rows >= RP_ARRAY_WORDS * (unit - chance);
}

bool rp_self_words_seen(const rp_self_words *words, uint32_t word, uint32_t before)
{
    const uint32_t slot = slot_of(words, word);
    return words->slots[slot].epoch_word >> 24 == words->epoch && words->slots[slot].first < before;
}
