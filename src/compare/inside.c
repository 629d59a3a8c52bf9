/* inside.c: sequences that lie in others, by their words and an alignment; see inside.h. */
#include "compare/inside.h"

#include <stdlib.h>

#include "align/realign.h"
#include "base/parallel.h"
#include "base/sort.h"
#include "compare/columns.h"
#include "copies/word_table.h"
#include "index/kmer.h"

enum {
    MAX_PLACES = 10000,        /* words that stand more often tell sequences apart no more */
    WORDS_LESS = 3, /* of the words that differences spread at random leave, one in so many must be there */
    PAD_BP = 16, /* of the band, beside the diagonals that words have; */
    MAX_PAD_BP = 256, /* sequences that are so much alike do not drift further apart */
    BLOCK_CODES = 64
};

/* A word of the sequence in another one. */
typedef struct word_hit {
    uint32_t query; /* of the table */
    int32_t diagonal; /* place in the query less place in the sequence */
    uint32_t place; /* in the sequence */
} word_hit;

RP_ARRAY(word_hits, word_hit);

/* A sequence that shares enough words with another one to be aligned where these are. */
typedef struct candidate {
    rp_inside at;
    uint32_t query; /* of the table */
    bool inside; /* when it was aligned: it lies there */
} candidate;

RP_ARRAY(candidates, candidate);

typedef struct inside_scratch {
    uint32_t *shared; /* by query of the table: words that the sequence shares with it */
    uint32_t *touched; /* queries that share any */
    size_t n_touched;
    word_hits hits;
    rp_realigner realigner;
    rp_steps steps;
    rp_columns columns;
} inside_scratch;

typedef struct inside_run {
    const rp_codes *const *sequences;
    const rp_inside_parameters *parameters;
    rp_word_table table;
    uint32_t *block_query; /* by BLOCK_CODES of the table: the first query that it holds */
    inside_scratch *scratch; /* by thread */
    candidates *found; /* by sequence */
    candidates all; /* of all sequences, in their order, */
    rp_rank *order; /* and which are aligned first: those that take longest */
} inside_run;

static int compare_hits(const void *left, const void *right)
{
    const word_hit *a = left, *b = right;
    if (a->query != b->query)
        return a->query < b->query ? -1 : 1;
    if (a->diagonal != b->diagonal)
        return a->diagonal < b->diagonal ? -1 : 1;
    return (a->place > b->place) - (a->place < b->place);
}

static uint32_t query_at(const inside_run *run, uint32_t place)
{
    uint32_t query = run->block_query[place / BLOCK_CODES];
    while (run->table.query_begin[query + 1] <= place)
        query++;
    return query;
}

/* The places of a word that the table is asked for. */
typedef struct place_range {
    const rp_word_place *items;
    uint32_t n;
} place_range;

static place_range places_of(const rp_word_table *table, uint64_t word)
{
    if ((table->present[word / 64] >> word % 64 & 1) == 0)
        return (place_range){NULL, 0};
    const uint32_t rank = rp_word_table_rank(table, word);
    return (place_range){table->places + table->first[rank], table->first[rank + 1] - table->first[rank]};
}

/* Counts the words that the sequence shares with each query; *n_words: of those that the table may have. */
static void count_shared(const inside_run *run, inside_scratch *scratch, const rp_codes *sequence, uint32_t *n_words)
{
    const unsigned word_bases = run->table.word_bases;
    rp_kmer_roll roll = {0};
    *n_words = 0;
    for (size_t i = 0; i < sequence->n; i++) {
        if (!rp_kmer_roll_push(&roll, sequence->items[i], word_bases) || rp_kmer_is_periodic(roll.forward, word_bases))
            continue;
        ++*n_words;
        const place_range places = places_of(&run->table, roll.forward);
        for (uint32_t p = 0; p < places.n; p++) {
            const uint32_t query = query_at(run, places.items[p].place);
            if (scratch->shared[query]++ == 0)
                scratch->touched[scratch->n_touched++] = query;
        }
    }
}

static bool may_hold(const inside_run *run, size_t outer, size_t inner)
{
    return run->parameters->earlier_only ? outer < inner : outer != inner;
}

/* Lists the words that the sequence shares with the queries that have at least `least` of them and may hold it;
 * nothing is counted afterwards. */
static bool list_shared(const inside_run *run, inside_scratch *scratch, size_t number, uint32_t least)
{
    const rp_codes *sequence = run->sequences[number];
    bool any = false, ok = true;
    for (size_t t = 0; t < scratch->n_touched; t++) {
        uint32_t *shared = &scratch->shared[scratch->touched[t]];
        *shared = may_hold(run, scratch->touched[t] / 2, number) && *shared >= least;
        any |= *shared != 0;
    }
    scratch->hits.n = 0;
    const unsigned word_bases = run->table.word_bases;
    rp_kmer_roll roll = {0};
    for (size_t i = 0; any && ok && i < sequence->n; i++) {
        if (!rp_kmer_roll_push(&roll, sequence->items[i], word_bases) || rp_kmer_is_periodic(roll.forward, word_bases))
            continue;
        const place_range places = places_of(&run->table, roll.forward);
        for (uint32_t p = 0; ok && p < places.n; p++) {
            const uint32_t query = query_at(run, places.items[p].place), at = (uint32_t)i + 1 - word_bases;
            const int32_t diagonal = (int32_t)(places.items[p].place - run->table.query_begin[query]) - (int32_t)at;
            if (scratch->shared[query] != 0)
                ok = word_hits_push(&scratch->hits, (word_hit){query, diagonal, at});
        }
    }
    for (size_t t = 0; t < scratch->n_touched; t++)
        scratch->shared[scratch->touched[t]] = 0;
    scratch->n_touched = 0;
    return ok;
}

/* The hits [begin, end) of one query: narrows them to the range of diagonals, as wide as so many differences make
 * it, that has the most. False: those are fewer than `least`. */
static bool narrow(const word_hits *hits, size_t *begin, size_t *end, uint32_t width, uint32_t least)
{
    size_t best = 0, from = *begin, best_from = *begin;
    for (size_t i = *begin; i < *end; i++) {
        while (hits->items[i].diagonal - hits->items[from].diagonal > (int32_t)width)
            from++;
        if (i + 1 - from > best) {
            best = i + 1 - from;
            best_from = from;
        }
    }
    *begin = best_from;
    *end = best_from + best;
    return best >= least;
}

/* Whether the path's best stretch holds enough of the sequence, and enough of its columns are the same. */
static bool is_alike(const rp_columns *columns, const rp_inside_parameters *parameters)
{
    rp_span best = {0, 0};
    const uint32_t n = (uint32_t)columns->n;
    if (rp_columns_best(columns, (rp_span){0, n}, &best) <= 0 ||
        100 * (uint64_t)(best.end - best.begin) < parameters->held_percent * (uint64_t)n)
        return false;
    uint64_t same = 0, paired = 0;
    for (uint32_t i = best.begin; i < best.end; i++) {
        same += columns->items[i].matches;
        paired += columns->items[i].paired;
    }
    const rp_column *first = &columns->items[best.begin], *last = &columns->items[best.end - 1];
    const uint64_t target = last->target_before + last->paired - first->target_before;
    const uint64_t all = best.end - best.begin + (target - paired);
    return 100 * same >= parameters->same_percent * all;
}

/* Where the hits [begin, end) have a sequence in one query. False: beside it. */
static bool locate(const inside_run *run, const word_hit *hits, const rp_codes *sequence, size_t begin, size_t end,
                   rp_inside *at)
{
    const rp_query *query = &run->table.queries[hits[begin].query];
    size_t first = begin, last = begin;
    for (size_t i = begin; i < end; i++) {
        first = hits[i].place < hits[first].place ? i : first;
        last = hits[i].place > hits[last].place ? i : last;
    }
    const int64_t from = hits[first].diagonal > 0 ? hits[first].diagonal : 0;
    const int64_t reach = (int64_t)sequence->n + hits[last].diagonal;
    const int64_t to = reach < (int64_t)query->length ? reach : (int64_t)query->length;
    const uint32_t drift = (uint32_t)(hits[end - 1].diagonal - hits[begin].diagonal);
    at->pad_bp = drift < MAX_PAD_BP - PAD_BP ? PAD_BP + drift : MAX_PAD_BP;
    at->begin = (uint32_t)from;
    at->end = (uint32_t)to;
    return to > from;
}

/* Aligns a candidate. */
static bool align_one(void *argument, size_t number, unsigned worker, rp_error *error)
{
    inside_run *run = argument;
    inside_scratch *scratch = &run->scratch[worker];
    candidate *here = &run->all.items[run->order[number].item];
    const rp_codes *sequence = run->sequences[here->at.inner];
    const uint8_t *target = run->table.queries[here->query].codes + here->at.begin;
    if (!rp_realign(&scratch->realigner, sequence->items, (uint32_t)sequence->n, target, here->at.end - here->at.begin,
                    here->at.pad_bp, &scratch->steps) ||
        !rp_columns_score(&scratch->columns, &scratch->steps, sequence->items, target))
        return rp_error_memory(error, "comparing families");
    here->inside = is_alike(&scratch->columns, run->parameters);
    return true;
}

/* Words, out of n_words, that a sequence shares with one that it lies in, at least. A difference takes word_bases of
 * them away and a base that is not held one, at most; where that may be all of them, so many differences at random
 * places leave the share `same` to the power of word_bases. */
static uint32_t least_words(const rp_inside_parameters *parameters, size_t bases, uint32_t n_words)
{
    const double other = (100 - parameters->same_percent) / 100.0, beside = (100 - parameters->held_percent) / 100.0;
    const double surely = n_words - (parameters->word_bases * other + beside) * (double)bases;
    double likely = n_words * (1 - beside) / WORDS_LESS;
    for (unsigned i = 0; i < parameters->word_bases; i++)
        likely *= 1 - other;
    const double least = surely > likely ? surely : likely;
    return least > 1 ? (uint32_t)least : 1;
}

/* Lists where one sequence may lie in the queries of the part that is loaded. */
static bool find_one(void *argument, size_t number, unsigned worker, rp_error *error)
{
    inside_run *run = argument;
    inside_scratch *scratch = &run->scratch[worker];
    const rp_codes *sequence = run->sequences[number];
    const uint32_t width = (uint32_t)(sequence->n * (100 - run->parameters->same_percent) / 100);
    uint32_t n_words = 0;
    count_shared(run, scratch, sequence, &n_words);
    const uint32_t least = least_words(run->parameters, sequence->n, n_words);
    bool ok = list_shared(run, scratch, number, least);
    rp_sort(scratch->hits.items, scratch->hits.n, sizeof *scratch->hits.items, compare_hits);
    for (size_t i = 0, j; ok && i < scratch->hits.n; i = j) {
        const uint32_t query = scratch->hits.items[i].query;
        for (j = i + 1; j < scratch->hits.n && scratch->hits.items[j].query == query; j++)
            ;
        candidate maybe = {.at = {.inner = (uint32_t)number, .outer = query / 2, .reverse = query % 2 != 0},
                           .query = query};
        size_t begin = i, end = j;
        if (narrow(&scratch->hits, &begin, &end, width, least) &&
            locate(run, scratch->hits.items, sequence, begin, end, &maybe.at))
            ok = candidates_push(&run->found[number], maybe);
    }
    return ok || rp_error_memory(error, "comparing families");
}

static bool make_scratch(inside_run *run, unsigned n_threads)
{
    const size_t n_blocks = run->table.n_codes / BLOCK_CODES + 1;
    run->block_query = rp_alloc(n_blocks, sizeof *run->block_query);
    bool ok = run->block_query != NULL;
    for (size_t b = 0; ok && b < n_blocks; b++)
        run->block_query[b] = rp_word_table_query(&run->table, (uint32_t)(b * BLOCK_CODES));
    for (unsigned i = 0; ok && i < n_threads; i++) {
        run->scratch[i].shared = rp_alloc(run->table.n_queries, sizeof *run->scratch[i].shared);
        run->scratch[i].touched = rp_alloc(run->table.n_queries, sizeof *run->scratch[i].touched);
        ok = run->scratch[i].shared != NULL && run->scratch[i].touched != NULL;
    }
    return ok;
}

/* The candidates of all sequences, and the order in which they are aligned. */
static bool list_candidates(inside_run *run, size_t n)
{
    bool ok = true;
    for (size_t i = 0; ok && i < n; i++) {
        for (size_t j = 0; ok && j < run->found[i].n; j++)
            ok = candidates_push(&run->all, run->found[i].items[j]);
        free(run->found[i].items);
        run->found[i] = (candidates){0};
    }
    run->order = rp_alloc(run->all.n, sizeof *run->order);
    ok = ok && run->order != NULL;
    for (size_t i = 0; ok && i < run->all.n; i++) {
        const rp_inside *at = &run->all.items[i].at;
        run->order[i] = (rp_rank){(uint64_t)run->sequences[at->inner]->n * at->pad_bp, i};
    }
    if (ok)
        rp_sort_ranks(run->order, run->all.n);
    return ok;
}

/* Those that lie in another one, on one strand of it. */
static bool gather(const inside_run *run, rp_insides *found)
{
    bool ok = true;
    const rp_inside *last = NULL;
    for (size_t i = 0; ok && i < run->all.n; i++) {
        const rp_inside *at = &run->all.items[i].at;
        if (!run->all.items[i].inside || (last != NULL && last->inner == at->inner && last->outer == at->outer))
            continue;
        ok = rp_insides_push(found, *at);
        last = at;
    }
    return ok;
}

static bool find_all(inside_run *run, size_t n, rp_insides *found, rp_error *error)
{
    const unsigned n_threads = run->parameters->n_threads;
    uint64_t bases = 0;
    for (size_t i = 0; i < n; i++)
        bases += run->sequences[i]->n;
    if (!rp_word_table_init(&run->table, run->sequences, n, run->parameters->word_bases, bases, MAX_PLACES, n_threads,
                            error))
        return false;
    bool ok = make_scratch(run, n_threads) || rp_error_memory(error, "comparing families");
    for (size_t part = 0; ok && part < run->table.n_parts; part++)
        ok = rp_word_table_load(&run->table, part, n_threads, error) && rp_parallel(n, n_threads, find_one, run, error);
    ok = ok && (list_candidates(run, n) || rp_error_memory(error, "comparing families"));
    ok = ok && rp_parallel(run->all.n, n_threads, align_one, run, error);
    ok = ok && (gather(run, found) || rp_error_memory(error, "comparing families"));
    return ok;
}

bool rp_inside_find(const rp_codes *const *sequences, size_t n, const rp_inside_parameters *parameters,
                    rp_insides *found, rp_error *error)
{
    if (n < 2)
        return true;
    inside_run run = {.sequences = sequences, .parameters = parameters};
    run.scratch = rp_alloc(parameters->n_threads, sizeof *run.scratch);
    run.found = rp_alloc(n, sizeof *run.found);
    const bool ok = run.scratch != NULL && run.found != NULL ? find_all(&run, n, found, error)
                                                             : rp_error_memory(error, "comparing families");
    for (unsigned i = 0; run.scratch != NULL && i < parameters->n_threads; i++) {
        inside_scratch *scratch = &run.scratch[i];
        free(scratch->shared);
        free(scratch->touched);
        free(scratch->hits.items);
        rp_realigner_clear(&scratch->realigner);
        free(scratch->steps.items);
        free(scratch->columns.items);
    }
    for (size_t i = 0; run.found != NULL && i < n; i++)
        free(run.found[i].items);
    free(run.scratch);
    free(run.found);
    free(run.all.items);
    free(run.order);
    free(run.block_query);
    rp_word_table_clear(&run.table);
    return ok;
}

/* --- What stays --- */

enum fate { OPEN, STAYS, GONE };

typedef struct choice {
    const rp_codes *const *sequences;
    const rp_insides *pairs;
    size_t n;
    size_t *first; /* by sequence: its pairs, as the inner one, from first[i] to first[i + 1] */
    size_t *order; /* the longest first */
    uint8_t *fate;
    size_t *into;
} choice;

static bool lies_in(const choice *all, size_t inner, size_t outer)
{
    for (size_t p = all->first[inner]; p < all->first[inner + 1]; p++)
        if (all->pairs->items[p].outer == outer)
            return true;
    return false;
}

/* The first sequence of that fate which `inner` lies in; itself: there is none. */
static size_t outer_of(const choice *all, size_t inner, enum fate fate)
{
    for (size_t p = all->first[inner]; p < all->first[inner + 1]; p++)
        if (all->fate[all->pairs->items[p].outer] == fate)
            return all->pairs->items[p].outer;
    return inner;
}

static void put_into(choice *all, size_t inner, size_t outer)
{
    all->fate[inner] = GONE;
    all->into[inner] = outer;
}

/* Versions of one sequence: the first of those that lie in each other remains. */
static void choose_versions(choice *all)
{
    for (size_t i = 0; i < all->n; i++)
        for (size_t p = all->first[i]; all->fate[i] == OPEN && p < all->first[i + 1]; p++) {
            const size_t other = all->pairs->items[p].outer;
            if (other < i && all->fate[other] == OPEN && lies_in(all, other, i))
                put_into(all, i, other);
        }
}

/* Of those that remain, what lies in no longer one stays. */
static void choose_wholes(choice *all)
{
    for (size_t k = 0; k < all->n; k++) {
        const size_t i = all->order[k];
        if (all->fate[i] != OPEN)
            continue;
        const size_t outer = outer_of(all, i, STAYS);
        if (outer == i)
            all->fate[i] = STAYS;
        else
            put_into(all, i, outer);
    }
}

/* What was put into one that is gone itself lies in another that stays, or is open again. */
static bool reopen(choice *all)
{
    bool any = false;
    for (size_t i = 0; i < all->n; i++) {
        if (all->fate[i] != GONE || all->fate[all->into[i]] == STAYS)
            continue;
        const size_t outer = outer_of(all, i, STAYS);
        all->into[i] = outer;
        if (outer == i) {
            all->fate[i] = OPEN;
            any = true;
        }
    }
    return any;
}

typedef struct length_rank {
    size_t length, number;
} length_rank;

static int compare_lengths(const void *left, const void *right)
{
    const length_rank *a = left, *b = right;
    if (a->length != b->length)
        return a->length > b->length ? -1 : 1;
    return (a->number > b->number) - (a->number < b->number);
}

static bool begin_choice(choice *all)
{
    length_rank *ranks = rp_alloc(all->n, sizeof *ranks);
    const bool ok = ranks != NULL && all->first != NULL && all->order != NULL && all->fate != NULL;
    for (size_t i = 0; ok && i < all->n; i++)
        ranks[i] = (length_rank){all->sequences[i]->n, i};
    if (ok)
        rp_sort(ranks, all->n, sizeof *ranks, compare_lengths);
    for (size_t i = 0; ok && i < all->n; i++) {
        all->order[i] = ranks[i].number;
        all->into[i] = i;
    }
    for (size_t p = 0; ok && p < all->pairs->n; p++)
        all->first[all->pairs->items[p].inner + 1] = p + 1;
    for (size_t i = 1; ok && i <= all->n; i++)
        all->first[i] = all->first[i] > all->first[i - 1] ? all->first[i] : all->first[i - 1];
    free(ranks);
    return ok;
}

bool rp_inside_choose(const rp_codes *const *sequences, size_t n, const rp_insides *pairs, size_t *into)
{
    choice all = {.sequences = sequences, .pairs = pairs, .n = n, .into = into};
    all.first = rp_alloc(n + 1, sizeof *all.first);
    all.order = rp_alloc(n, sizeof *all.order);
    all.fate = rp_alloc(n, 1);
    const bool ok = begin_choice(&all);
    for (bool any = ok; any; any = reopen(&all)) {
        choose_versions(&all);
        choose_wholes(&all);
    }
    /* In rare cases (repeats within) a longer one lies in a shorter one that does not lie in it. */
    for (size_t k = n; ok && k-- > 0;) {
        const size_t i = all.order[k];
        const size_t outer = all.fate[i] == STAYS ? outer_of(&all, i, STAYS) : i;
        if (outer != i)
            put_into(&all, i, outer);
    }
    free(all.first);
    free(all.order);
    free(all.fate);
    return ok;
}
