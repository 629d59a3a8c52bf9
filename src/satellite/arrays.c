/* arrays.c: from a tandem stretch to arrays; see arrays.h. */
#include "satellite/arrays.h"

#include <stdlib.h>
#include <string.h>

enum {
    ROUNDS = 2,                /* of vote, before the array is measured */
    MIN_SAMPLE_BP = 64,
    JOIN_GAP_BP = 100,         /* copies of one unit stand side by side, a few bases of each out */
    SAMPLE_FACTOR = 4,         /* a sample in which there is no period is made so many times shorter */
    VOTE_MONOMERS = 50,        /* enough for the votes of the rounds: errors of one in ten are out */
    MIN_COPIES_TENTHS = 25,    /* monomers of an array: three, the outer ones not whole */
    SIMPLE_MAX_UNIT_BP = 6,    /* microsatellites', */
    SIMPLE_MAX_BP = 1000,      /* which are shorter than this */
    TRF_PENALTY = 7
};

void rp_array_finder_clear(rp_array_finder *finder)
{
    rp_period_scratch_clear(&finder->periods);
    rp_wrap_clear(&finder->wrap);
    rp_tally_clear(&finder->tally);
    free(finder->monomer.items);
    free(finder->turned.items);
    free(finder->codes);
    free(finder->places);
    *finder = (rp_array_finder){0};
}

static bool make(rp_array_finder *finder)
{
    if (finder->codes == NULL)
        finder->codes = rp_alloc(RP_PERIOD_SAMPLE_BP + RP_WRAP_ROWS, 1);
    if (finder->places == NULL)
        finder->places = rp_alloc(RP_PERIOD_SAMPLE_BP + RP_WRAP_ROWS, sizeof *finder->places);
    return finder->codes != NULL && finder->places != NULL;
}

/* One round: the sample votes for a better monomer. *ok: it has one still. */
static bool vote(rp_array_finder *finder, size_t n, bool *ok)
{
    const uint32_t period = (uint32_t)finder->monomer.n;
    size_t at = 0;
    uint32_t phase = 0;
    if (!rp_wrap_set(&finder->wrap, finder->monomer.items, period) || !rp_tally_start(&finder->tally, period))
        return false;
    *ok = rp_wrap_sync(&finder->wrap, finder->codes, n, &at, &phase);
    if (!*ok)
        return true;
    const size_t most = at + (size_t)VOTE_MONOMERS * period, end = n < most ? n : most;
    rp_wrap_start(&finder->wrap, (int64_t)period + phase);
    while (at < end && !finder->wrap.ended) {
        const size_t rows = end - at < RP_WRAP_ROWS ? end - at : RP_WRAP_ROWS;
        const size_t used = rp_wrap_go_on(&finder->wrap, finder->codes + at, rows, finder->places);
        rp_tally_add(&finder->tally, finder->monomer.items, finder->codes + at, finder->places, used);
        at += used;
    }
    if (!rp_tally_vote(&finder->tally, &finder->turned))
        return false;
    *ok = finder->turned.n > 0 && finder->turned.n <= RP_PERIOD_MAX_BP;
    const rp_codes swap = finder->monomer;
    finder->monomer = finder->turned;
    finder->turned = swap;
    return true;
}

/* Aligns on from `at` to the end of the array or of the contig; returns where it ends. */
static uint64_t go_right(rp_array_finder *finder, const rp_genome *genome, uint64_t at, uint64_t contig_end)
{
    while (at < contig_end && !finder->wrap.ended) {
        const size_t rows = contig_end - at < RP_WRAP_ROWS ? (size_t)(contig_end - at) : RP_WRAP_ROWS;
        rp_genome_decode(genome, at, rows, finder->codes);
        const size_t used = rp_wrap_go_on(&finder->wrap, finder->codes, rows, finder->places);
        rp_tally_add(&finder->tally, finder->monomer.items, finder->codes, finder->places, used);
        at += used;
    }
    return at;
}

/* The same to the left, to `least` at most, all backwards; returns where the array begins, and the places in
 * *n_places. */
static uint64_t go_left(rp_array_finder *finder, const rp_genome *genome, uint64_t at, uint64_t least,
                        int64_t *n_places)
{
    const int64_t first = finder->wrap.at;
    int64_t last = first;
    while (at > least && !finder->wrap.ended) {
        const size_t rows = at - least < RP_WRAP_ROWS ? (size_t)(at - least) : RP_WRAP_ROWS;
        rp_genome_decode(genome, at - rows, rows, finder->codes);
        for (size_t i = 0; 2 * i + 1 < rows; i++) {
            const uint8_t swap = finder->codes[i];
            finder->codes[i] = finder->codes[rows - 1 - i];
            finder->codes[rows - 1 - i] = swap;
        }
        const size_t used = rp_wrap_go_on(&finder->wrap, finder->codes, rows, finder->places);
        rp_tally_add_backwards(&finder->tally, finder->monomer.items, finder->codes, finder->places, used);
        last = used > 0 ? finder->wrap.at : last;
        at -= used;
    }
    *n_places = last - first;
    return at;
}

/* Ends and figures of the array whose monomer is voted, of which the n bases at `at` are a sample. *measured: there is
 * one. */
static bool measure(rp_array_finder *finder, const rp_genome *genome, const rp_contig *contig, uint64_t at, size_t n,
                    rp_tandem_array *array, bool *measured)
{
    const uint32_t period = (uint32_t)finder->monomer.n;
    size_t start = 0;
    uint32_t phase = 0;
    int64_t left_places = 0;
    if (!rp_wrap_set(&finder->wrap, finder->monomer.items, period) || !rp_tally_start(&finder->tally, period))
        return false;
    *measured = rp_wrap_sync(&finder->wrap, finder->codes, n, &start, &phase);
    if (!*measured)
        return true;
    rp_tally *tally = &finder->tally;
    rp_wrap_start(&finder->wrap, (int64_t)period + phase);
    array->end = go_right(finder, genome, at + start, contig->begin + contig->length_bp);
    array->hor = rp_tally_higher_order(tally, &array->hor_identity);
    finder->turned.n = 0;
    if (!rp_codes_reserve(&finder->turned, period))
        return false;
    for (uint32_t i = 0; i < period; i++)
        finder->turned.items[finder->turned.n++] = finder->monomer.items[period - 1 - i];
    if (!rp_wrap_set(&finder->wrap, finder->turned.items, period))
        return false;
    rp_wrap_start(&finder->wrap, 2 * (int64_t)period - phase);
    array->begin = go_left(finder, genome, at + start, finder->done, &left_places);
    array->period_bp = period;
    array->copies = (double)(tally->end - tally->begin + left_places) / period;
    array->identity = rp_tally_identity(tally);
    const double pairs = (double)(tally->matches + tally->mismatches),
                 indels = (double)(tally->inserted_bp + tally->deleted_bp), all = pairs + indels;
    array->matches = all > 0 ? 100 * (double)tally->matches / all : 0;
    array->indels = all > 0 ? 100 * indels / all : 0;
    const uint64_t lost = TRF_PENALTY * (tally->mismatches + tally->inserted_bp + tally->deleted_bp);
    array->score = 2 * tally->matches > lost ? 2 * tally->matches - lost : 0;
    return true;
}

/* Votes for the monomer of the sample, the n bases at `at`, and measures its array. *found: there is one. */
static bool look_at_sample(rp_array_finder *finder, const rp_genome *genome, const rp_contig *contig, uint64_t at,
                           size_t n, rp_tandem_array *array, bool *found)
{
    uint32_t period = 0;
    *found = false;
    *array = (rp_tandem_array){0};
    rp_genome_decode(genome, at, n, finder->codes);
    if (!rp_period_find(&finder->periods, finder->codes, n, &period))
        return false;
    if (period == 0)
        return true;
    finder->monomer.n = 0;
    if (!rp_codes_append(&finder->monomer, finder->codes + (n - period) / 2, period))
        return false;
    bool good = true;
    for (unsigned round = 0; good && round < ROUNDS; round++)
        if (!vote(finder, n, &good))
            return false;
    if (good && !measure(finder, genome, contig, at, n, array, &good))
        return false;
    *found = good && 10 * array->copies >= MIN_COPIES_TENTHS;
    return true;
}

/* Looks for an array at `at`, in samples of n bases and less: of several arrays side by side the first one comes first.
 * *next (it may be where `at` is from): where to look for another one. */
static bool look(rp_array_finder *finder, const rp_genome *genome, const rp_contig *contig, uint64_t at, size_t n,
                 uint64_t *next, rp_found_arrays *found)
{
    rp_tandem_array array;
    bool has_array = false;
    size_t sample = n;
    bool ok = look_at_sample(finder, genome, contig, at, sample, &array, &has_array);
    while (ok && !has_array && sample >= SAMPLE_FACTOR * MIN_SAMPLE_BP) {
        sample /= SAMPLE_FACTOR;
        ok = look_at_sample(finder, genome, contig, at, sample, &array, &has_array);
    }
    *next = at + sample;
    if (!ok || !has_array)
        return ok;
    *next = array.end > at + MIN_SAMPLE_BP ? array.end : at + MIN_SAMPLE_BP;
    finder->done = array.end;
    if (array.period_bp <= SIMPLE_MAX_UNIT_BP && array.end - array.begin < SIMPLE_MAX_BP) {
        found->n_simple++;
        found->simple_bp += array.end - array.begin;
        return true;
    }
    array.monomer = found->codes.n;
    return rp_codes_append(&found->codes, finder->monomer.items, finder->monomer.n) &&
           rp_tandem_arrays_push(&found->arrays, array);
}

bool rp_arrays_find(rp_array_finder *finder, const rp_genome *genome, const rp_interval *intervals, size_t n,
                    rp_found_arrays *found)
{
    const rp_contig *contig = &genome->contigs[rp_genome_contig_of(genome, intervals[0].begin)];
    if (!make(finder))
        return false;
    finder->done = contig->begin;
    for (size_t i = 0, next; i < n; i = next) {
        uint64_t at = intervals[i].begin > finder->done ? intervals[i].begin : finder->done, end = intervals[i].end;
        for (next = i + 1; next < n && intervals[next].begin <= end + JOIN_GAP_BP; next++)
            end = intervals[next].end;
        while (at + MIN_SAMPLE_BP <= end) {
            const uint64_t left = end - at;
            const size_t sample = left < RP_PERIOD_SAMPLE_BP ? (size_t)left : RP_PERIOD_SAMPLE_BP;
            if (!look(finder, genome, contig, at, sample, &at, found))
                return false;
        }
    }
    return true;
}
