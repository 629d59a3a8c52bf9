/* merge.c: arrays by the likeness of their monomers; see merge.h. */
#include "satellite/merge.h"

#include <stdlib.h>
#include <string.h>

#include "base/parallel.h"
#include "base/sort.h"
#include "satellite/tally.h"
#include "satellite/wrap.h"

enum {
    WORD = 8,
    N_WORDS = 1 << 2 * WORD,
    MAX_SHARING = 64,          /* satellites that are noted with one word: the largest */
    MAX_CANDIDATES = 4,        /* that are aligned */
    MIN_SHARED_ONE_IN = 12, /* of a monomer's words, that two of one satellite share: at 80 % identity one in six */
    SAME_PERCENT = 80, /* identity, over as much of both: as families of transposons are divided; */
    SHORT_BP = 10, /* shorter ones are the same or others: TTAGGG is not TTTAGGG */
    SHORT_PERCENT = 99,
    COMPARED_BP = 400, /* of the monomer's rounds at least, so that short ones are compared over many */
    LATER_SHARE = 4 /* of the arrays before, that are looked at together: few share words with one of their batch */
};

/* A satellite that has a word. */
typedef struct sharer {
    uint32_t satellite, next; /* next: 1 + index */
} sharer;

RP_ARRAY(sharers, sharer);
RP_ARRAY(touched_list, uint32_t);

/* What a thread looks for an array's satellite with. */
typedef struct looking {
    uint32_t *votes; /* by satellite */
    size_t votes_capacity;
    touched_list touched; /* satellites that have votes */
    rp_wrap wrap;
    rp_codes rounds; /* of the array's monomer, on either strand */
    int64_t *places;
} looking;

/* Arrays are looked at by size, and each may be of a satellite that one before it has begun. All of a batch are looked
 * at at once, with the satellites that are known when it begins; then one after the other, each that shares enough
 * words with one that the batch has begun is looked at anew. */
typedef struct merging {
    rp_satellites *all;
    uint32_t *first; /* by canonical word: 1 + index of the first sharer */
    sharers list;
    uint8_t *n_sharers; /* by canonical word */
    looking *threads;
    unsigned n_threads;
    const rp_rank *ranks; /* of the arrays of the batch */
    bool *found; /* by array of the batch: of a satellite that was known */
    size_t n_known; /* satellites when it began */
} merging;

static uint64_t bases_of(const rp_tandem_array *array)
{
    return array->end - array->begin;
}

static uint32_t canonical_word(const uint8_t *codes, size_t n, size_t at)
{
    uint32_t word = 0, turned = 0;
    for (unsigned i = 0; i < WORD; i++, at++) {
        if (at == n)
            at = 0;
        const uint32_t code = codes[at];
        word = word << 2 | code;
        turned |= (3 - code) << 2 * i;
    }
    return word < turned ? word : turned;
}

/* The words of a new satellite's monomer. */
static bool note_words(merging *state, uint32_t satellite)
{
    const rp_codes *monomer = &state->all->satellites.items[satellite].monomer;
    for (size_t i = 0; i < monomer->n; i++) {
        const uint32_t word = canonical_word(monomer->items, monomer->n, i), first = state->first[word];
        if ((first != 0 && state->list.items[first - 1].satellite == satellite) ||
            state->n_sharers[word] == MAX_SHARING)
            continue;
        state->n_sharers[word]++;
        if (!sharers_push(&state->list, (sharer){satellite, first}))
            return false;
        state->first[word] = (uint32_t)state->list.n;
    }
    return true;
}

/* Share, in percent, of the codes that match the satellite's monomer, read round. */
static double match_percent(looking *state, const uint8_t *codes, size_t n)
{
    size_t start = 0, matches = 0;
    uint32_t phase = 0;
    const uint32_t period = state->wrap.period;
    if (!rp_wrap_sync(&state->wrap, codes, n, &start, &phase))
        return 0;
    rp_wrap_start(&state->wrap, (int64_t)period + phase);
    const size_t rows = n - start < RP_WRAP_ROWS ? n - start : RP_WRAP_ROWS;
    const size_t used = rp_wrap_go_on(&state->wrap, codes + start, rows, state->places);
    for (size_t i = 0; i < used; i++)
        matches += state->places[i] >= 0 && codes[start + i] == state->wrap.rounds.items[state->places[i] % period];
    return 100 * (double)matches / (double)(rows > 0 ? rows : 1);
}

/* Whether the monomer is one of the satellite's, and on which strand. */
static bool is_alike(looking *state, const uint8_t *codes, size_t n, const rp_codes *monomer, bool *alike,
                     bool *reverse)
{
    *alike = false;
    if (100 * n < SAME_PERCENT * monomer->n || 100 * monomer->n < SAME_PERCENT * n)
        return true;
    state->rounds.n = 0;
    while (state->rounds.n < 2 * n || state->rounds.n < COMPARED_BP)
        if (!rp_codes_append(&state->rounds, codes, n))
            return false;
    const size_t length = state->rounds.n;
    if (!rp_wrap_set(&state->wrap, monomer->items, (uint32_t)monomer->n) ||
        !rp_codes_reserve(&state->rounds, 2 * length) ||
        !rp_codes_append_turned(&state->rounds, state->rounds.items, length))
        return false;
    const double forward = match_percent(state, state->rounds.items, length),
                 backward = match_percent(state, state->rounds.items + length, length);
    *reverse = backward > forward;
    const double least = n < SHORT_BP || monomer->n < SHORT_BP ? SHORT_PERCENT : SAME_PERCENT;
    *alike = forward >= least || backward >= least;
    return true;
}

/* Counts how many words each satellite from number `from` on shares with the monomer: of each word the last ones come
 * first. */
static bool count_shared(const merging *merge, looking *state, const uint8_t *codes, size_t n, size_t from)
{
    for (size_t i = 0; i < state->touched.n; i++)
        state->votes[state->touched.items[i]] = 0;
    state->touched.n = 0;
    const size_t had = state->votes_capacity;
    if (!rp_reserve((void **)&state->votes, &state->votes_capacity, merge->all->satellites.n, sizeof *state->votes))
        return false;
    for (size_t s = had; s < state->votes_capacity; s++)
        state->votes[s] = 0;
    for (size_t i = 0; i < n; i++)
        for (uint32_t at = merge->first[canonical_word(codes, n, i)]; at != 0; at = merge->list.items[at - 1].next) {
            const uint32_t satellite = merge->list.items[at - 1].satellite;
            if (satellite < from)
                break;
            if (state->votes[satellite]++ == 0 && !touched_list_push(&state->touched, satellite))
                return false;
        }
    return true;
}

/* The one with most votes, of two the larger one. There is one. */
static uint32_t choose(const looking *state)
{
    uint32_t best = state->touched.items[0];
    for (size_t i = 1; i < state->touched.n; i++) {
        const uint32_t here = state->touched.items[i];
        if (state->votes[here] > state->votes[best] || (state->votes[here] == state->votes[best] && here < best))
            best = here;
    }
    return best;
}

static bool share_enough(const looking *state, uint32_t satellite, size_t n)
{
    return state->votes[satellite] > 0 && (size_t)MIN_SHARED_ONE_IN * state->votes[satellite] >= n;
}

/* The satellite that the array is of, if it is of a known one. */
static bool find_satellite(const merging *merge, looking *state, rp_tandem_array *array, bool *found)
{
    const uint8_t *codes = merge->all->codes.items + array->monomer;
    const size_t n = array->period_bp;
    *found = false;
    if (!count_shared(merge, state, codes, n, 0))
        return false;
    for (unsigned tried = 0; tried < MAX_CANDIDATES && state->touched.n > 0 && !*found; tried++) {
        const uint32_t best = choose(state);
        if (!share_enough(state, best, n))
            return true;
        if (!is_alike(state, codes, n, &merge->all->satellites.items[best].monomer, found, &array->reverse))
            return false;
        array->satellite = best;
        state->votes[best] = 0;
    }
    return true;
}

static bool look_at_array(void *argument, size_t which, unsigned worker, rp_error *error)
{
    merging *merge = argument;
    looking *own = &merge->threads[worker];
    if (own->places == NULL)
        own->places = rp_alloc(RP_WRAP_ROWS, sizeof *own->places);
    return (own->places != NULL &&
            find_satellite(merge, own, &merge->all->arrays.items[merge->ranks[which].item], &merge->found[which])) ||
           rp_error_memory(error, "satellites");
}

/* Whether the array shares enough words with a satellite that the batch has begun to be compared with it. */
static bool shares_new(const merging *merge, const rp_tandem_array *array, bool *shares)
{
    looking *state = &merge->threads[0];
    *shares = false;
    if (merge->all->satellites.n == merge->n_known)
        return true;
    if (!count_shared(merge, state, merge->all->codes.items + array->monomer, array->period_bp, merge->n_known))
        return false;
    *shares = state->touched.n > 0 && share_enough(state, choose(state), array->period_bp);
    return true;
}

static bool add_satellite(merging *state, rp_tandem_array *array)
{
    rp_satellite satellite = {.monomer = {0}};
    rp_satellite_list *list = &state->all->satellites;
    if (!rp_codes_append(&satellite.monomer, state->all->codes.items + array->monomer, array->period_bp) ||
        !rp_monomer_canonical(&satellite.monomer, &array->reverse) || !rp_satellite_list_push(list, satellite)) {
        free(satellite.monomer.items);
        return false;
    }
    array->satellite = list->n - 1;
    return note_words(state, (uint32_t)array->satellite);
}

/* --- The whole --- */

/* The arrays of a batch, one after the other. */
static bool settle(merging *merge, size_t n)
{
    bool ok = true;
    for (size_t i = 0; ok && i < n; i++) {
        rp_tandem_array *array = &merge->all->arrays.items[merge->ranks[i].item];
        bool again = false;
        ok = shares_new(merge, array, &again);
        if (ok && again)
            ok = find_satellite(merge, &merge->threads[0], array, &merge->found[i]);
        ok = ok && (merge->found[i] || add_satellite(merge, array));
    }
    return ok;
}

/* The largest array of each satellite gives its monomer, so they are looked at by size. */
static bool assign(merging *merge, rp_error *error)
{
    rp_tandem_arrays *arrays = &merge->all->arrays;
    rp_rank *ranks = rp_alloc(arrays->n, sizeof *ranks);
    merge->found = rp_alloc(arrays->n, sizeof *merge->found);
    bool ok = (ranks != NULL && merge->found != NULL) || rp_error_memory(error, "satellites");
    for (size_t i = 0; ok && i < arrays->n; i++)
        ranks[i] = (rp_rank){bases_of(&arrays->items[i]), i};
    if (ok)
        rp_sort_ranks(ranks, arrays->n);
    for (size_t begin = 0, batch = 1; ok && begin < arrays->n; begin += batch) {
        /* the first arrays begin most satellites */
        batch = begin / LATER_SHARE < 1 ? 1 : begin / LATER_SHARE;
        batch = arrays->n - begin < batch ? arrays->n - begin : batch;
        merge->ranks = ranks + begin;
        merge->n_known = merge->all->satellites.n;
        ok = rp_parallel(batch, merge->n_threads, look_at_array, merge, error) &&
             (settle(merge, batch) || rp_error_memory(error, "satellites"));
    }
    free(merge->found);
    free(ranks);
    return ok;
}

/* Arrays of one satellite with less than a monomer between are one, broken by a large indel. */
static void join_neighbours(const rp_genome *genome, rp_tandem_arrays *arrays)
{
    size_t n = 0;
    for (size_t i = 0; i < arrays->n; i++) {
        const rp_tandem_array *here = &arrays->items[i];
        rp_tandem_array *last = n > 0 ? &arrays->items[n - 1] : NULL;
        if (last == NULL || last->satellite != here->satellite || last->reverse != here->reverse ||
            here->begin > last->end + last->period_bp || !rp_genome_same_contig(genome, last->begin, here->begin)) {
            arrays->items[n++] = *here;
            continue;
        }
        const double a = (double)bases_of(last), b = (double)bases_of(here), all = a + b;
        rp_tandem_array joined = a >= b ? *last : *here;
        joined.begin = last->begin;
        joined.end = here->end;
        joined.copies = last->copies + here->copies;
        joined.score = last->score + here->score;
        joined.identity = (a * last->identity + b * here->identity) / all;
        joined.matches = (a * last->matches + b * here->matches) / all;
        joined.indels = (a * last->indels + b * here->indels) / all;
        *last = joined;
    }
    arrays->n = n;
}

/* Figures of the satellites, from their arrays; a higher order is what the largest array with one has. */
static void measure(rp_satellites *all)
{
    for (size_t i = 0; i < all->arrays.n; i++) {
        const rp_tandem_array *array = &all->arrays.items[i];
        rp_satellite *satellite = &all->satellites.items[array->satellite];
        satellite->n_arrays++;
        satellite->bases += bases_of(array);
        satellite->copies += array->copies;
        satellite->identity += array->identity * (double)bases_of(array);
        if (array->hor > 0 && bases_of(array) > satellite->hor_bp) {
            satellite->hor = array->hor;
            satellite->hor_bp = bases_of(array);
        }
    }
    for (size_t s = 0; s < all->satellites.n; s++)
        if (all->satellites.items[s].bases > 0)
            all->satellites.items[s].identity /= (double)all->satellites.items[s].bases;
}

/* Puts the satellites in the order of their bases. */
static bool order(rp_satellites *all)
{
    const size_t n = all->satellites.n;
    rp_rank *ranks = rp_alloc(n, sizeof *ranks);
    size_t *rank_of = rp_alloc(n, sizeof *rank_of);
    rp_satellite *items = rp_alloc(n, sizeof *items);
    const bool ok = ranks != NULL && rank_of != NULL && items != NULL;
    for (size_t s = 0; ok && s < n; s++)
        ranks[s] = (rp_rank){all->satellites.items[s].bases, s};
    if (ok)
        rp_sort_ranks(ranks, n);
    for (size_t s = 0; ok && s < n; s++) {
        items[s] = all->satellites.items[ranks[s].item];
        rank_of[ranks[s].item] = s;
    }
    for (size_t i = 0; ok && i < all->arrays.n; i++)
        all->arrays.items[i].satellite = rank_of[all->arrays.items[i].satellite];
    if (ok && n > 0)
        memcpy(all->satellites.items, items, n * sizeof *items);
    free(ranks);
    free(rank_of);
    free(items);
    return ok;
}

bool rp_satellites_merge(const rp_genome *genome, unsigned n_threads, rp_satellites *satellites, rp_error *error)
{
    merging merge = {.all = satellites, .n_threads = n_threads};
    merge.first = rp_alloc(N_WORDS, sizeof *merge.first);
    merge.n_sharers = rp_alloc(N_WORDS, 1);
    merge.threads = rp_alloc(n_threads, sizeof *merge.threads);
    bool ok = (merge.first != NULL && merge.n_sharers != NULL && merge.threads != NULL) ||
              rp_error_memory(error, "satellites");
    ok = ok && assign(&merge, error);
    if (ok) {
        join_neighbours(genome, &satellites->arrays);
        measure(satellites);
        ok = order(satellites) || rp_error_memory(error, "satellites");
    }
    for (unsigned i = 0; merge.threads != NULL && i < n_threads; i++) {
        looking *own = &merge.threads[i];
        free(own->votes);
        free(own->touched.items);
        free(own->rounds.items);
        free(own->places);
        rp_wrap_clear(&own->wrap);
    }
    free(merge.first);
    free(merge.n_sharers);
    free(merge.list.items);
    free(merge.threads);
    return ok;
}
