/* word_table.c: the words of a library; see word_table.h. */
#include "copies/word_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
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

/* Counts each word's places, up to UINT16_MAX. */
static void count_words(const rp_word_table *table, uint16_t *count)
{
    rp_kmer_roll roll = {0};
    for (size_t i = 0; i < table->n_codes; i++)
        if (rp_kmer_roll_push(&roll, table->codes[i], table->word_bases) && !rp_kmer_is_periodic(roll.forward, table->word_bases))
            count[roll.forward] += count[roll.forward] < UINT16_MAX;
}

/* From the counts to present words and where their places begin. */
static bool rank_words(rp_word_table *table, const uint16_t *count, uint32_t max_places)
{
    const size_t n_words = (size_t)1 << 2 * table->word_bases;
    const uint32_t most = max_places < UINT16_MAX ? max_places : UINT16_MAX - 1;
    uint32_t n_present = 0;
    table->present = rp_alloc(n_words / 64 + 1, sizeof *table->present);
    table->rank = rp_alloc(n_words / 64 + 1, sizeof *table->rank);
    if (table->present == NULL || table->rank == NULL)
        return false;
    for (size_t word = 0; word < n_words; word++) {
        if (word % 64 == 0)
            table->rank[word / 64] = n_present;
        if (count[word] > 0 && count[word] <= most) {
            table->present[word / 64] |= (uint64_t)1 << word % 64;
            n_present++;
        }
    }
    table->first = rp_alloc((size_t)n_present + 2, sizeof *table->first);
    if (table->first == NULL)
        return false;
    uint32_t rank = 0, at = 0;
    for (size_t word = 0; word < n_words; word++)
        if (table->present[word / 64] >> word % 64 & 1) {
            table->first[++rank] = at; /* one ahead: filing moves each to the next one's beginning */
            at += count[word];
        }
    table->places = rp_alloc((size_t)at + 1, sizeof *table->places);
    rp_lease_set(&table->lease, n_words / 64 * 12 + (uint64_t)n_present * sizeof *table->first + (uint64_t)at * sizeof *table->places +
                                    2 * table->n_codes);
    return table->places != NULL;
}

static void file_words(rp_word_table *table)
{
    rp_kmer_roll roll = {0};
    for (size_t i = 0; i < table->n_codes; i++) {
        if (!rp_kmer_roll_push(&roll, table->codes[i], table->word_bases) || rp_kmer_is_periodic(roll.forward, table->word_bases) ||
            (table->present[roll.forward / 64] >> roll.forward % 64 & 1) == 0)
            continue;
        const size_t place = i + 1 - table->word_bases;
        table->places[table->first[rp_word_table_rank(table, roll.forward) + 1]++] = (rp_word_place){(uint32_t)place, flanks_at(table, place)};
    }
}

bool rp_word_table_init(rp_word_table *table, const rp_codes *const *consensus, size_t n, unsigned word_bases,
                        uint64_t genome_bp, uint32_t max_places, rp_error *error)
{
    *table = (rp_word_table){0};
    uint64_t bases = 0;
    for (size_t i = 0; i < n; i++)
        bases += consensus[i]->n + 1;
    if (2 * bases > UINT32_MAX / 2)
        return rp_error_set(error, "the library has over 2^30 bases");
    if (!lay_out(table, consensus, n, word_bases, genome_bp))
        return rp_error_memory(error, "library words");
    uint16_t *count = rp_alloc((size_t)1 << 2 * table->word_bases, sizeof *count);
    bool ok = count != NULL;
    if (ok) {
        count_words(table, count);
        ok = rank_words(table, count, max_places);
    }
    if (ok)
        file_words(table);
    free(count);
    return ok || rp_error_memory(error, "library words");
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
