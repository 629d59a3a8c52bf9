/* word_table.c: the words of a library; see word_table.h. */
#include "copies/word_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/parallel.h"
#include "index/kmer.h"

enum {
    MIN_WORD = 10,
    USUAL_MAX_WORD = 12,
    MAX_WORD = 14,             /* for gigabases, where most of the time would go to chance hits */
    BASES_A_HIT = 5,
    MAX_CHANCE_HITS = 8000000,
    MANY_CHANCE_HITS = 64000000
};

static unsigned choose_word(uint64_t library_bp, uint64_t genome_bp)
{
    unsigned bases = MIN_WORD;
    const double pairs = 2.0 * (double)library_bp * (double)genome_bp;
    while (bases < USUAL_MAX_WORD && ((uint64_t)1 << 2 * bases < 2 * library_bp * BASES_A_HIT ||
                                      pairs / (double)((uint64_t)1 << 2 * bases) > MAX_CHANCE_HITS))
        bases++;
    while (bases >= USUAL_MAX_WORD && bases < MAX_WORD && pairs / (double)((uint64_t)1 << 2 * bases) > MANY_CHANCE_HITS)
        bases++;
    return bases;
}

static bool lay_out(rp_word_table *table, const rp_codes *const *consensus, size_t n, unsigned word_bases,
                    uint64_t genome_bp)
{
    uint64_t bases = 0;
    for (size_t i = 0; i < n; i++)
        bases += consensus[i]->n;
    table->word_bases = word_bases != 0 ? word_bases : choose_word(bases, genome_bp);
    table->n_queries = (uint32_t)(2 * n);
    table->n_codes = (size_t)(2 * bases + 2 * n);
    table->codes = rp_alloc(table->n_codes + 1, 1);
    table->queries = rp_alloc(2 * n, sizeof *table->queries);
    table->query_begin = rp_alloc(2 * n + 1, sizeof *table->query_begin);
    if (table->codes == NULL || table->queries == NULL || table->query_begin == NULL)
        return false;
    size_t at = 0;
    for (size_t i = 0; i < 2 * n; i++) {
        const rp_codes *from = consensus[i / 2];
        for (size_t j = 0; j < from->n; j++)
            table->codes[at + j] = i % 2 == 0 ? from->items[j] : rp_code_complement(from->items[from->n - 1 - j]);
        table->queries[i] = (rp_query){.codes = table->codes + at, .length = (uint32_t)from->n};
        table->query_begin[i] = (uint32_t)at;
        at += from->n;
        table->codes[at++] = RP_CODE_UNKNOWN;
    }
    table->query_begin[2 * n] = (uint32_t)at;
    rp_lease_set(&table->lease, at + 3 * at / 8 + 2 * n * (sizeof *table->queries + sizeof *table->query_begin));
    if (!rp_planes_init(&table->planes, at))
        return false;
    rp_planes_fill(&table->planes, table->codes, at);
    return true;
}

/* Queries go to parts in order, as many as have the bases of one; both strands of a consensus to the same. */
static bool divide(rp_word_table *table)
{
    table->part_query = rp_alloc(table->n_queries + 2, sizeof *table->part_query);
    if (table->part_query == NULL)
        return false;
    for (uint32_t query = 2; query <= table->n_queries; query += 2) {
        const uint32_t begin = table->part_query[table->n_parts];
        const bool last = query == table->n_queries;
        if (last || table->query_begin[query + 2] - table->query_begin[begin] > 2 * RP_WORD_PART_BP)
            table->part_query[++table->n_parts] = query;
    }
    return true;
}

/* The bases beside the word at a place; beyond the codes, A. */
static uint32_t flanks_at(const rp_word_table *table, size_t place)
{
    uint32_t flanks = 0;
    for (unsigned i = 0; i < RP_WORD_FLANK; i++)
        flanks = flanks << 2 | (place + i >= RP_WORD_FLANK ? table->codes[place + i - RP_WORD_FLANK] & 3u : 0);
    for (size_t i = place + table->word_bases; i < place + table->word_bases + RP_WORD_FLANK; i++)
        flanks = flanks << 2 | (i < table->n_codes ? table->codes[i] & 3u : 0);
    return flanks;
}

/* The table is made in shares, each a range of words: every share goes through all codes of the part and takes its own
 * words, so that neither counts nor places are shared and the table does not depend on the number of threads. */
typedef struct word_share {
    size_t begin, end;         /* words, multiples of 64 */
    uint32_t n_present, n_places; /* of its words; then of those before them */
} word_share;

typedef struct word_build {
    rp_word_table *table;
    size_t code_begin, code_end; /* of the part of the library */
    uint16_t *count;           /* by word, up to UINT16_MAX */
    uint32_t most;             /* places of a word that is looked for */
    word_share *shares;
    size_t n_shares;
    bool lists_common; /* marks the words of the whole library that are too many, instead of those of a part */
} word_build;

/* The next word of the share in the codes behind *at: *at is its last base. False: there are no more. */
static bool next_word(const word_build *build, const word_share *share, rp_kmer_roll *roll, size_t *at)
{
    const rp_word_table *table = build->table;
    while (++*at < build->code_end)
        if (rp_kmer_roll_push(roll, table->codes[*at], table->word_bases) && roll->forward >= share->begin &&
            roll->forward < share->end && !rp_kmer_is_periodic(roll->forward, table->word_bases))
            return true;
    return false;
}

static bool is_marked(const uint64_t *words, size_t word)
{
    return words != NULL && (words[word / 64] >> word % 64 & 1) != 0;
}

/* Counts the share's words and marks those that are present, or those that are common. */
static bool count_words(void *argument, size_t number, unsigned worker, rp_error *error)
{
    (void)worker;
    (void)error;
    const word_build *build = argument;
    rp_word_table *table = build->table;
    word_share *share = &build->shares[number];
    rp_kmer_roll roll = {0};
    for (size_t at = build->code_begin - 1; next_word(build, share, &roll, &at);)
        build->count[roll.forward] += build->count[roll.forward] < UINT16_MAX;
    for (size_t word = share->begin; word < share->end; word++) {
        const bool few = build->count[word] <= build->most && !is_marked(table->common, word);
        if (build->lists_common && !few)
            table->common[word / 64] |= (uint64_t)1 << word % 64;
        if (build->lists_common || !few || build->count[word] == 0)
            continue;
        table->present[word / 64] |= (uint64_t)1 << word % 64;
        share->n_present++;
        share->n_places += build->count[word];
    }
    return true;
}

/* Ranks the share's words and files their places, by word and in the order of the codes. */
static bool file_words(void *argument, size_t number, unsigned worker, rp_error *error)
{
    (void)worker;
    (void)error;
    const word_build *build = argument;
    rp_word_table *table = build->table;
    const word_share *share = &build->shares[number];
    uint32_t rank = share->n_present, at_place = share->n_places;
    for (size_t word = share->begin; word < share->end; word++) {
        if (word % 64 == 0)
            table->rank[word / 64] = rank;
        if (table->present[word / 64] >> word % 64 & 1) {
            table->first[++rank] = at_place; /* one ahead: filing moves each to the next one's beginning */
            at_place += build->count[word];
        }
    }
    rp_kmer_roll roll = {0};
    for (size_t at = build->code_begin - 1; next_word(build, share, &roll, &at);) {
        if ((table->present[roll.forward / 64] >> roll.forward % 64 & 1) == 0)
            continue;
        const size_t place = at + 1 - table->word_bases;
        table->places[table->first[rp_word_table_rank(table, roll.forward) + 1]++] =
            (rp_word_place){(uint32_t)place, flanks_at(table, place)};
    }
    return true;
}

/* Room for ranks and places, when the shares have been counted. */
static bool make_room(word_build *build, size_t n_words)
{
    rp_word_table *table = build->table;
    uint32_t n_present = 0, n_places = 0;
    for (size_t i = 0; i < build->n_shares; i++) {
        word_share *share = &build->shares[i];
        const uint32_t present = share->n_present, places = share->n_places;
        share->n_present = n_present;
        share->n_places = n_places;
        n_present += present;
        n_places += places;
    }
    rp_lease_set(&table->part_lease, n_words / 64 * (sizeof *table->present + sizeof *table->rank) +
                                         n_words * sizeof *build->count + (uint64_t)n_present * sizeof *table->first +
                                         (uint64_t)n_places * sizeof *table->places);
    table->first = rp_alloc_wide((size_t)n_present + 2, sizeof *table->first);
    table->places = rp_alloc_wide((size_t)n_places + 1, sizeof *table->places);
    return table->first != NULL && table->places != NULL;
}

/* The shares and their counts. */
static bool begin_build(word_build *build, unsigned n_threads)
{
    const size_t n_words = (size_t)1 << 2 * build->table->word_bases, n_blocks = n_words / 64;
    build->n_shares = n_threads;
    build->count = rp_alloc_wide(n_words, sizeof *build->count);
    build->shares = rp_alloc(n_threads, sizeof *build->shares);
    for (size_t i = 0; build->shares != NULL && i < n_threads; i++)
        build->shares[i] =
            (word_share){.begin = n_blocks * i / n_threads * 64, .end = n_blocks * (i + 1) / n_threads * 64};
    return build->count != NULL && build->shares != NULL;
}

static uint32_t most_places(const rp_word_table *table)
{
    return table->max_places < UINT16_MAX ? table->max_places : UINT16_MAX - 1;
}

/* Which words are too many is judged by the whole library; one that is one part counts them when that is loaded. */
static bool list_common_words(rp_word_table *table, unsigned n_threads, rp_error *error)
{
    if (table->n_parts < 2)
        return true;
    word_build build = {.table = table, .code_end = table->n_codes, .most = most_places(table), .lists_common = true};
    table->common = rp_alloc_wide(((size_t)1 << 2 * table->word_bases) / 64 + 1, sizeof *table->common);
    const bool ok =
        ((begin_build(&build, n_threads) && table->common != NULL) || rp_error_memory(error, "library words")) &&
        rp_parallel(n_threads, n_threads, count_words, &build, error);
    free(build.count);
    free(build.shares);
    return ok;
}

bool rp_word_table_load(rp_word_table *table, size_t part, unsigned n_threads, rp_error *error)
{
    const size_t n_words = (size_t)1 << 2 * table->word_bases;
    rp_word_table_unload(table);
    word_build build = {.table = table,
                        .most = most_places(table),
                        .code_begin = table->query_begin[table->part_query[part]],
                        .code_end = table->query_begin[table->part_query[part + 1]]};
    table->present = rp_alloc_wide(n_words / 64 + 1, sizeof *table->present);
    table->rank = rp_alloc_wide(n_words / 64 + 1, sizeof *table->rank);
    const bool ok = ((begin_build(&build, n_threads) && table->present != NULL && table->rank != NULL) ||
                     rp_error_memory(error, "library words")) &&
                    rp_parallel(n_threads, n_threads, count_words, &build, error) &&
                    (make_room(&build, n_words) || rp_error_memory(error, "library words")) &&
                    rp_parallel(n_threads, n_threads, file_words, &build, error);
    free(build.count);
    free(build.shares);
    return ok;
}

bool rp_word_table_init(rp_word_table *table, const rp_codes *const *consensus, size_t n, unsigned word_bases,
                        uint64_t genome_bp, uint32_t max_places, unsigned n_threads, rp_error *error)
{
    *table = (rp_word_table){.max_places = max_places};
    uint64_t bases = 0;
    for (size_t i = 0; i < n; i++)
        bases += consensus[i]->n + 1;
    if (2 * bases > UINT32_MAX / 2)
        return rp_error_set_as(error, RP_ERROR_INPUT, "the library has over 2^30 bases");
    if (!lay_out(table, consensus, n, word_bases, genome_bp) || !divide(table))
        return rp_error_memory(error, "library words");
    return list_common_words(table, n_threads, error);
}

void rp_word_table_unload(rp_word_table *table)
{
    free(table->first);
    free(table->present);
    free(table->rank);
    free(table->places);
    table->first = table->rank = NULL;
    table->present = NULL;
    table->places = NULL;
    rp_lease_set(&table->part_lease, 0);
}

void rp_word_table_clear(rp_word_table *table)
{
    free(table->codes);
    rp_planes_clear(&table->planes);
    free(table->queries);
    free(table->query_begin);
    free(table->part_query);
    free(table->common);
    rp_word_table_unload(table);
    rp_lease_set(&table->lease, 0);
    *table = (rp_word_table){0};
}

uint32_t rp_word_table_query(const rp_word_table *table, uint32_t place)
{
    uint32_t low = 0, high = table->n_queries;
    while (high - low > 1) {
        const uint32_t middle = low + (high - low) / 2;
        if (table->query_begin[middle] <= place)
            low = middle;
        else
            high = middle;
    }
    return low;
}
