/* wrap.c: the banded wraparound alignment; see wrap.h. */
#include "satellite/wrap.h"

#include <stdlib.h>
#include <string.h>

enum {
    HALF = 10,                /* of the band: indels within a few units; the band follows what adds up */
    WIDTH = 2 * HALF + 1,
    STEER = 3,                /* the band moves when the best cell is so far from its middle */
    DROP = 100,               /* below the best, at which an alignment has ended: 25 mismatches */
    NEVER = INT32_MIN / 2,
    WORD = 6,
    N_WORDS = 1 << 2 * WORD,
    SYNC_DRIFT = 2,
    SYNC_ONE_IN = 24          /* words that must vote for a phase */
};

enum { FROM_PAIR, FROM_INSERTION, FROM_DELETION };

void rp_wrap_clear(rp_wrap *wrap)
{
    free(wrap->rounds.items);
    free(wrap->scores);
    free(wrap->trace);
    free(wrap->offsets);
    free(wrap->first);
    free(wrap->next);
    free(wrap->votes);
    *wrap = (rp_wrap){0};
}

static bool make(rp_wrap *wrap)
{
    if (wrap->first != NULL)
        return true;
    free(wrap->scores);
    free(wrap->trace);
    free(wrap->offsets);
    wrap->scores = rp_alloc(2 * (WIDTH + 2), sizeof *wrap->scores);
    wrap->trace = rp_alloc(RP_WRAP_ROWS, WIDTH);
    wrap->offsets = rp_alloc(RP_WRAP_ROWS, sizeof *wrap->offsets);
    return wrap->scores != NULL && wrap->trace != NULL && wrap->offsets != NULL &&
           (wrap->first = rp_alloc(N_WORDS, sizeof *wrap->first)) != NULL;
}

/* The word that begins at a place of the monomer, read round. */
static uint32_t word_at(const rp_wrap *wrap, uint32_t place)
{
    uint32_t word = 0;
    for (unsigned i = 0; i < WORD; i++)
        word = word << 2 | (wrap->rounds.items[place + i] & 3);
    return word;
}

bool rp_wrap_set(rp_wrap *wrap, const uint8_t *monomer, uint32_t period)
{
    if (!make(wrap) || !rp_reserve((void **)&wrap->next, &wrap->next_capacity, period, sizeof *wrap->next) ||
        !rp_reserve((void **)&wrap->votes, &wrap->votes_capacity, period, sizeof *wrap->votes))
        return false;
    wrap->period = period;
    wrap->rounds.n = 0;
    while (wrap->rounds.n < (size_t)period + WIDTH)
        if (!rp_codes_append(&wrap->rounds, monomer, period))
            return false;
    memset(wrap->first, 0, N_WORDS * sizeof *wrap->first);
    for (uint32_t i = period; i-- > 0;) {
        const uint32_t word = word_at(wrap, i);
        wrap->next[i] = wrap->first[word];
        wrap->first[word] = i + 1;
    }
    return true;
}

static uint32_t phase_of(int64_t place, uint32_t period)
{
    const int64_t rest = place % (int64_t)period;
    return (uint32_t)(rest < 0 ? rest + (int64_t)period : rest);
}

/* Calls for each word of the stretch that stands in the monomer: votes for the phase of the stretch's first base, or
 * (with a phase given) returns the first place that has voted for it or nearly so. */
static size_t look_at_words(rp_wrap *wrap, const uint8_t *codes, size_t n, int64_t wanted, uint32_t *at)
{
    uint32_t word = 0, filled = 0;
    for (size_t i = 0; i < n; i++) {
        filled = rp_code_is_base(codes[i]) ? filled + 1 : 0;
        word = (word << 2 | (codes[i] & 3)) & (N_WORDS - 1);
        if (filled < WORD)
            continue;
        const size_t begin = i + 1 - WORD;
        for (uint32_t place = wrap->first[word]; place != 0; place = wrap->next[place - 1]) {
            const uint32_t phase = phase_of((int64_t)place - 1 - (int64_t)begin, wrap->period);
            if (wanted < 0) {
                wrap->votes[phase]++;
                continue;
            }
            const uint32_t off = phase_of((int64_t)phase - wanted + SYNC_DRIFT, wrap->period);
            if (off <= 2 * SYNC_DRIFT) {
                *at = place - 1;
                return begin;
            }
        }
    }
    return n;
}

bool rp_wrap_sync(rp_wrap *wrap, const uint8_t *codes, size_t n, size_t *start, uint32_t *phase)
{
    const uint32_t period = wrap->period;
    const size_t window = 2 * (size_t)period + 64, m = n < window ? n : window;
    memset(wrap->votes, 0, period * sizeof *wrap->votes);
    (void)look_at_words(wrap, codes, m, -1, NULL);
    uint32_t best = 0, best_phase = 0;
    for (uint32_t p = 0; p < period; p++) {
        uint32_t sum = 2 * wrap->votes[p]; /* the phase itself before its neighbours */
        for (uint32_t d = 1; d <= SYNC_DRIFT && 2 * d < period; d++)
            sum += wrap->votes[(p + d) % period] + wrap->votes[(p + period - d) % period];
        if (sum > best) {
            best = sum;
            best_phase = p;
        }
    }
    if (best == 0 || SYNC_ONE_IN * (size_t)best < m)
        return false;
    *start = look_at_words(wrap, codes, m, best_phase, phase);
    return *start < m;
}

void rp_wrap_start(rp_wrap *wrap, int64_t place)
{
    wrap->at = place;
    wrap->total = wrap->best = 0;
    wrap->ended = false;
}

/* Fills one row, whose band begins `shift` places behind that of the row before; returns its best cell. */
static int fill_row(const uint8_t *band, uint8_t code, const int32_t *before, int shift, int32_t *row, uint8_t *trace)
{
    int best = 0;
    for (int c = 0; c < WIDTH; c++) {
        /* the same place is cell c + shift of the row before; the one before it c + shift - 1 */
        const int above = c + shift, left = above - 1;
        const int32_t pair = (left >= 0 && left < WIDTH ? before[left] : NEVER) +
                             (band[c] == code ? RP_WRAP_MATCH : RP_WRAP_MISMATCH),
                      insertion = (above >= 0 && above < WIDTH ? before[above] : NEVER) + RP_WRAP_GAP,
                      deletion = (c > 0 ? row[c - 1] : NEVER) + RP_WRAP_GAP;
        row[c] = pair;
        trace[c] = FROM_PAIR;
        if (insertion > row[c]) {
            row[c] = insertion;
            trace[c] = FROM_INSERTION;
        }
        if (deletion > row[c]) {
            row[c] = deletion;
            trace[c] = FROM_DELETION;
        }
        best = row[c] > row[best] ? c : best;
    }
    return best;
}

/* The path back from a cell of row `last`. */
static void trace_back(const rp_wrap *wrap, size_t last, int cell, int64_t *places)
{
    for (size_t i = last + 1; i-- > 0;) {
        while (wrap->trace[i * WIDTH + (size_t)cell] == FROM_DELETION)
            cell--;
        const int64_t place = wrap->offsets[i] + cell;
        const bool inserted = wrap->trace[i * WIDTH + (size_t)cell] == FROM_INSERTION;
        places[i] = inserted ? RP_WRAP_INSERTED : place;
        if (i > 0)
            cell = (int)(place - (inserted ? 0 : 1) - wrap->offsets[i - 1]);
    }
}

size_t rp_wrap_go_on(rp_wrap *wrap, const uint8_t *codes, size_t n, int64_t *places)
{
    int32_t *before = wrap->scores, *row = wrap->scores + WIDTH;
    for (int c = 0; c < WIDTH; c++)
        before[c] = NEVER;
    before[HALF - 1] = 0; /* the base before the first stands at the place before */
    int64_t offset = wrap->at - HALF, begin_of_before = offset;
    size_t end = 0;
    int cell = 0, last_cell = 0;
    for (size_t i = 0; i < n && !wrap->ended; i++) {
        const uint8_t *band = wrap->rounds.items + phase_of(offset, wrap->period);
        cell = fill_row(band, codes[i], before, (int)(offset - begin_of_before), row, wrap->trace + i * WIDTH);
        wrap->offsets[i] = begin_of_before = offset;
        const int64_t score = wrap->total + row[cell];
        if (score >= wrap->best) {
            wrap->best = score;
            end = i + 1;
            last_cell = cell;
        }
        wrap->ended = score < wrap->best - DROP;
        int32_t *swap = before;
        before = row;
        row = swap;
        offset += 1 + (cell > HALF + STEER) - (cell < HALF - STEER);
    }
    if (!wrap->ended && n > 0) {
        end = n;
        last_cell = cell;
        wrap->total += before[cell];
    }
    if (end == 0)
        return 0;
    trace_back(wrap, end - 1, last_cell, places);
    wrap->at = wrap->offsets[end - 1] + last_cell + 1;
    return end;
}
