/* period.c: counts equal words by distance; see period.h. */
#include "satellite/period.h"

#include <stdlib.h>
#include <string.h>

#include "base/alphabet.h"

enum {
    WORD = 7, /* two monomers that differ by 35 % have one in twenty alike, by chance one in 16,000 are */
    N_WORDS = 1 << 2 * WORD,
    NO_WORD = N_WORDS,
    MAX_CHAIN = 40, /* places before that a word is compared with: of short units there are many */
    DRIFT_SHARE = 50, /* of the distance, by which indels let units differ, */
    MAX_DRIFT_BP = 8,
    MIN_UNITS_TENTHS = 22, /* the stretch must be so many units long */
    MIN_SHARE = 24, /* one place in so many has an equal word at the period */
    REACH_BP = 14, /* an equal word speaks for so many bases on either side */
    COVERED_PERCENT = 70, /* of the stretch that equal words must speak for, */
    PART_COVERED_PERCENT =
        45, /* and at a whole part of the period, where the monomers of a higher-order repeat differ */
    MAX_PARTS = 12
};

void rp_period_scratch_clear(rp_period_scratch *scratch)
{
    free(scratch->last);
    free(scratch->before);
    free(scratch->words);
    free(scratch->counts);
    *scratch = (rp_period_scratch){0};
}

static bool make(rp_period_scratch *scratch)
{
    if (scratch->counts != NULL)
        return true;
    rp_period_scratch_clear(scratch);
    return (scratch->last = rp_alloc(N_WORDS, sizeof *scratch->last)) != NULL &&
           (scratch->before = rp_alloc(RP_PERIOD_SAMPLE_BP, sizeof *scratch->before)) != NULL &&
           (scratch->words = rp_alloc(RP_PERIOD_SAMPLE_BP, sizeof *scratch->words)) != NULL &&
           (scratch->counts = rp_alloc(RP_PERIOD_MAX_BP + 1, sizeof *scratch->counts)) != NULL;
}

static uint32_t drift_of(uint32_t distance)
{
    const uint32_t drift = distance / DRIFT_SHARE;
    return drift < MAX_DRIFT_BP ? drift : MAX_DRIFT_BP;
}

/* Notes the word that ends at each place, and counts the distances to where it stood before. */
static void count_distances(rp_period_scratch *scratch, const uint8_t *codes, size_t n, uint32_t longest)
{
    uint32_t word = 0, filled = 0;
    memset(scratch->counts, 0, (longest + 1) * sizeof *scratch->counts);
    for (uint32_t i = 0; i < n; i++) {
        filled = rp_code_is_base(codes[i]) ? filled + 1 : 0;
        word = (word << 2 | (codes[i] & 3)) & (N_WORDS - 1);
        scratch->words[i] = filled >= WORD ? (uint16_t)word : (uint16_t)NO_WORD;
        if (filled < WORD)
            continue;
        unsigned chain = 0;
        for (uint32_t place = scratch->last[word]; place != 0 && i + 1 - place <= longest && chain < MAX_CHAIN;
             place = scratch->before[place - 1], chain++)
            scratch->counts[i + 1 - place]++;
        scratch->before[i] = scratch->last[word];
        scratch->last[word] = i + 1;
    }
    for (uint32_t i = 0; i < n; i++) /* the table is empty again */
        if (scratch->words[i] != NO_WORD)
            scratch->last[scratch->words[i]] = 0;
}

static uint32_t count_around(const uint32_t *counts, uint32_t distance, uint32_t longest)
{
    const uint32_t drift = drift_of(distance), end = distance + drift < longest ? distance + drift : longest;
    uint32_t sum = 0;
    for (uint32_t d = distance - drift; d <= end; d++)
        sum += counts[d];
    return sum;
}

/* Whether so many words recur at the distance that it is worth a look where they stand. */
static bool is_frequent(const uint32_t *counts, size_t n, uint32_t distance, uint32_t longest)
{
    return (uint64_t)MIN_SHARE * count_around(counts, distance, longest) >= n - distance;
}

static bool recurs_at(const rp_period_scratch *scratch, uint32_t place, uint32_t distance, uint32_t drift)
{
    for (uint32_t d = distance - drift; d <= distance + drift && d <= place; d++)
        if (scratch->words[place] == scratch->words[place - d])
            return scratch->words[place] != NO_WORD;
    return false;
}

/* Whether equal words at the distance speak for so many percent of the stretch. */
static bool is_all_over(const rp_period_scratch *scratch, size_t n, uint32_t distance, unsigned percent)
{
    const uint32_t drift = drift_of(distance);
    const size_t most_lacking = (100 - percent) * (n - distance) / 100;
    size_t covered = 0, marked_to = distance;
    for (uint32_t i = distance; i < n; i++) {
        if (i - distance > covered + most_lacking + REACH_BP + WORD)
            return false;
        if (!recurs_at(scratch, i, distance, drift))
            continue;
        const size_t before = i >= (uint32_t)(REACH_BP + WORD) ? i - REACH_BP - WORD : 0;
        const size_t from = before > marked_to ? before : marked_to, to = i + REACH_BP < n ? i + REACH_BP : n;
        covered += to > from ? to - from : 0;
        marked_to = to > marked_to ? to : marked_to;
    }
    return 100 * covered >= percent * (n - distance);
}

/* The distance within the drift of this one that most words have. */
static uint32_t peak_near(const uint32_t *counts, uint32_t from, uint32_t to, uint32_t longest)
{
    uint32_t best = from;
    for (uint32_t d = from; d <= to && d <= longest; d++)
        best = counts[d] > counts[best] ? d : best;
    return best;
}

/* The shortest whole part of the period at which there is a period too; else the period. */
static uint32_t shortest_part(const rp_period_scratch *scratch, size_t n, uint32_t period, uint32_t longest)
{
    for (uint32_t parts = MAX_PARTS; parts > 1; parts--) {
        const uint32_t d = period / parts, drift = drift_of(d);
        if (d > drift + WORD && is_frequent(scratch->counts, n, d, longest) &&
            is_all_over(scratch, n, d, PART_COVERED_PERCENT))
            return peak_near(scratch->counts, d - drift, d + drift, longest);
    }
    return period;
}

bool rp_period_find(rp_period_scratch *scratch, const uint8_t *codes, size_t n, uint32_t *period)
{
    *period = 0;
    if (!make(scratch))
        return false;
    const size_t most = 10 * n / MIN_UNITS_TENTHS;
    const uint32_t longest = most < RP_PERIOD_MAX_BP ? (uint32_t)most : RP_PERIOD_MAX_BP;
    count_distances(scratch, codes, n, longest);
    for (uint32_t d = 1; d <= longest; d++) {
        if (scratch->counts[d] == 0 || !is_frequent(scratch->counts, n, d, longest) ||
            !is_all_over(scratch, n, d, COVERED_PERCENT))
            continue;
        /* the first distance may be at the edge of the drift of the one that most have */
        *period = shortest_part(scratch, n, peak_near(scratch->counts, d, d + 2 * drift_of(d), longest), longest);
        return true;
    }
    return true;
}
