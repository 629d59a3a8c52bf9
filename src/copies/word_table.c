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

static bool lay_out(rp_word_table *table, const rp_codes *const *consensus, size_t n, unsigned word_bases, uint64_t genome_bp)
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
    if (!rp_planes_init(&table->planes, at))
        return false;
    rp_planes_fill(&table->planes, table->codes, at);
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

/* The table is made in parts, each a range of words: every part goes through all codes and takes its own words, so that
 * neither counts nor places are shared and the table does not depend on the number of parts. */
typedef struct word_part {
    size_t begin, end;         /* words, multiples of 64 */
    uint32_t n_present, n_places; /* of its words; then of those before them */
} word_part;

typedef struct word_build {
    rp_word_table *table;
    uint16_t *count;           /* by word, up to UINT16_MAX */
    uint32_t most;             /* places of a word that is looked for */
    word_part *parts;
    size_t n_parts;
} word_build;

/* The next word of the part in the codes from *at on: *at is its last base. False: there are no more. */
static bool next_word(const word_build *build, const word_part *part, rp_kmer_roll *roll, size_t *at)
{
    const rp_word_table *table = build->table;
    while (++*at < table->n_codes)
        if (rp_kmer_roll_push(roll, table->codes[*at], table->word_bases) && roll->forward >= part->begin && roll->forward < part->end &&
            !rp_kmer_is_periodic(roll->forward, table->word_bases))
            return true;
    return false;
}

/* Counts the part's words and marks those that are present. */
static bool count_words(void *argument, size_t number, unsigned worker, rp_error *error)
{
    (void)worker;
    (void)error;
    const word_build *build = argument;
    word_part *part = &build->parts[number];
    rp_kmer_roll roll = {0};
    for (size_t at = SIZE_MAX; next_word(build, part, &roll, &at);)
        build->count[roll.forward] += build->count[roll.forward] < UINT16_MAX;
    for (size_t word = part->begin; word < part->end; word++)
        if (build->count[word] > 0 && build->count[word] <= build->most) {
            build->table->present[word / 64] |= (uint64_t)1 << word % 64;
            part->n_present++;
            part->n_places += build->count[word];
        }
    return true;
}

/* Ranks the part's words and files their places, by word and in the order of the codes. */
static bool file_words(void *argument, size_t number, unsigned worker, rp_error *error)
{
    (void)worker;
    (void)error;
    const word_build *build = argument;
    rp_word_table *table = build->table;
    const word_part *part = &build->parts[number];
    uint32_t rank = part->n_present, at_place = part->n_places;
    for (size_t word = part->begin; word < part->end; word++) {
        if (word % 64 == 0)
            table->rank[word / 64] = rank;
        if (table->present[word / 64] >> word % 64 & 1) {
            table->first[++rank] = at_place; /* one ahead: filing moves each to the next one's beginning */
            at_place += build->count[word];
        }
    }
    rp_kmer_roll roll = {0};
    for (size_t at = SIZE_MAX; next_word(build, part, &roll, &at);) {
        if ((table->present[roll.forward / 64] >> roll.forward % 64 & 1) == 0)
            continue;
        const size_t place = at + 1 - table->word_bases;
        table->places[table->first[rp_word_table_rank(table, roll.forward) + 1]++] = (rp_word_place){(uint32_t)place, flanks_at(table, place)};
    }
    return true;
}

/* Room for ranks and places, when the parts have been counted. */
static bool make_room(word_build *build, size_t n_words)
{
    rp_word_table *table = build->table;
    uint32_t n_present = 0, n_places = 0;
    for (size_t i = 0; i < build->n_parts; i++) {
        word_part *part = &build->parts[i];
        const uint32_t present = part->n_present, places = part->n_places;
        part->n_present = n_present;
        part->n_places = n_places;
        n_present += present;
        n_places += places;
    }
    table->first = rp_alloc((size_t)n_present + 2, sizeof *table->first);
    table->places = rp_alloc((size_t)n_places + 1, sizeof *table->places);
    rp_lease_set(&table->lease, n_words / 64 * 12 + (uint64_t)n_present * sizeof *table->first +
                                    (uint64_t)n_places * sizeof *table->places + 2 * table->n_codes);
    return table->first != NULL && table->places != NULL;
}

static bool build_words(rp_word_table *table, uint32_t max_places, unsigned n_threads, rp_error *error)
{
    const size_t n_words = (size_t)1 << 2 * table->word_bases, n_blocks = n_words / 64;
    word_build build = {.table = table, .most = max_places < UINT16_MAX ? max_places : UINT16_MAX - 1, .n_parts = n_threads};
    build.count = rp_alloc(n_words, sizeof *build.count);
    build.parts = rp_alloc(n_threads, sizeof *build.parts);
    table->present = rp_alloc(n_blocks + 1, sizeof *table->present);
    table->rank = rp_alloc(n_blocks + 1, sizeof *table->rank);
    bool ok = (build.count != NULL && build.parts != NULL && table->present != NULL && table->rank != NULL) ||
              rp_error_memory(error, "library words");
    for (size_t i = 0; ok && i < n_threads; i++)
        build.parts[i] = (word_part){.begin = n_blocks * i / n_threads * 64, .end = n_blocks * (i + 1) / n_threads * 64};
    ok = ok && rp_parallel(n_threads, n_threads, count_words, &build, error) &&
         (make_room(&build, n_words) || rp_error_memory(error, "library words")) &&
         rp_parallel(n_threads, n_threads, file_words, &build, error);
    free(build.count);
    free(build.parts);
    return ok;
}

bool rp_word_table_init(rp_word_table *table, const rp_codes *const *consensus, size_t n, unsigned word_bases,
                        uint64_t genome_bp, uint32_t max_places, unsigned n_threads, rp_error *error)
{
    *table = (rp_word_table){0};
    uint64_t bases = 0;
    for (size_t i = 0; i < n; i++)
        bases += consensus[i]->n + 1;
    if (2 * bases > UINT32_MAX / 2)
        return rp_error_set(error, "the library has over 2^30 bases");
    if (!lay_out(table, consensus, n, word_bases, genome_bp))
        return rp_error_memory(error, "library words");
    return build_words(table, max_places, n_threads, error);
}

void rp_word_table_clear(rp_word_table *table)
{
    free(table->codes);
    rp_planes_clear(&table->planes);
    free(table->queries);
    free(table->query_begin);
    free(table->first);
    free(table->present);
    free(table->rank);
    free(table->places);
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
