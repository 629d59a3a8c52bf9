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

/* The table of a part is made in two steps, so that each looks at little memory at a time: threads go through pieces of
 * the codes and put each word's places into the bucket of its word's highest bits, where counts made before say; then
 * each bucket's words are counted and filed. The places of a bucket are in the order of the codes, whoever put them
 * there, so the table does not depend on the number of threads. */
enum {
    PIECE_CODES = 1 << 16,
    MOST_BUCKET_BITS = 11,
    BLOCK_BITS = 6, /* a bucket has whole words of `present` */
    SHARES = 4 /* in which buckets are listed: the list would be as large as the table, but is of one at a time */
};

typedef struct listed_word {
    uint32_t word;
    rp_word_place place;
} listed_word;

typedef struct bucket {
    uint32_t begin, end; /* of its listed words */
    uint32_t n_present, n_places; /* of its words that are looked for; then of those of the buckets before */
} bucket;

typedef struct word_build {
    rp_word_table *table;
    size_t code_begin, code_end; /* of the part of the library */
    uint32_t most; /* places of a word that is looked for */
    unsigned bucket_shift; /* word >> bucket_shift: its bucket */
    size_t n_buckets, n_pieces;
    uint32_t *next; /* by piece and bucket: how many words; then, where the next one goes */
    bucket *buckets;
    size_t bucket_begin, bucket_end; /* those of the present share, */
    uint32_t first_listed; /* whose words begin at this number */
    listed_word *listed;
    size_t listed_capacity;
    uint32_t n_words; /* of all buckets */
    uint32_t n_present, n_places; /* of the shares before */
    uint16_t **counts; /* by thread, of a bucket's words, up to UINT16_MAX */
    uint16_t *all_counts; /* of the words of all parts; NULL: of one part, by thread */
    rp_lease lease;
} word_build;

/* The words of a piece of the codes, with the bases beside them. */
typedef struct word_walk {
    const rp_word_table *table;
    size_t at, end; /* of the codes */
    uint64_t rolling; /* the word and RP_WORD_FLANK bases on either side; beyond the codes, A */
    unsigned filled;
} word_walk;

static uint64_t bits_at(const rp_word_table *table, size_t at)
{
    return at < table->n_codes ? table->codes[at] & 3u : 0;
}

static word_walk begin_walk(const word_build *build, size_t piece)
{
    const size_t begin = build->code_begin + piece * PIECE_CODES,
                 end = begin + PIECE_CODES + build->table->word_bases - 1;
    word_walk walk = {.table = build->table, .at = begin, .end = end < build->code_end ? end : build->code_end};
    for (size_t i = 0; i < 2 * RP_WORD_FLANK; i++)
        walk.rolling =
            walk.rolling << 2 | (begin + i >= RP_WORD_FLANK ? bits_at(walk.table, begin + i - RP_WORD_FLANK) : 0);
    return walk;
}

/* The next word; its place is walk->at less its bases. False: there are no more. */
static inline bool next_word(word_walk *walk, uint32_t *word)
{
    const unsigned bases = walk->table->word_bases;
    while (walk->at < walk->end) {
        walk->rolling = walk->rolling << 2 | bits_at(walk->table, walk->at + RP_WORD_FLANK);
        walk->filled = rp_code_is_base(walk->table->codes[walk->at++]) ? walk->filled + 1 : 0;
        *word = (uint32_t)(walk->rolling >> 2 * RP_WORD_FLANK & rp_kmer_mask(bases));
        if (walk->filled >= bases)
            return true;
    }
    return false;
}

static bool count_piece(void *argument, size_t piece, unsigned worker, rp_error *error)
{
    (void)worker;
    (void)error;
    const word_build *build = argument;
    uint32_t *counts = build->next + piece * build->n_buckets, word;
    for (word_walk walk = begin_walk(build, piece); next_word(&walk, &word);)
        counts[word >> build->bucket_shift]++;
    return true;
}

static bool list_piece(void *argument, size_t piece, unsigned worker, rp_error *error)
{
    (void)worker;
    (void)error;
    const word_build *build = argument;
    const unsigned bases = build->table->word_bases;
    const uint64_t side = ((uint64_t)1 << 2 * RP_WORD_FLANK) - 1;
    uint32_t *next = build->next + piece * build->n_buckets, word;
    for (word_walk walk = begin_walk(build, piece); next_word(&walk, &word);) {
        const size_t which = word >> build->bucket_shift;
        if (which < build->bucket_begin || which >= build->bucket_end)
            continue;
        const uint64_t left = walk.rolling >> (2 * RP_WORD_FLANK + 2 * bases) & side;
        build->listed[next[which]++ - build->first_listed] = (listed_word){
            word, {(uint32_t)(walk.at - bases), (uint32_t)(left << 2 * RP_WORD_FLANK | (walk.rolling & side))}};
    }
    return true;
}

/* Where each piece's words go in the list. */
static uint32_t lay_out_buckets(word_build *build)
{
    uint32_t at = 0;
    for (size_t b = 0; b < build->n_buckets; b++) {
        build->buckets[b] = (bucket){.begin = at};
        for (size_t piece = 0; piece < build->n_pieces; piece++) {
            uint32_t *next = &build->next[piece * build->n_buckets + b];
            const uint32_t n = *next;
            *next = at;
            at += n;
        }
        build->buckets[b].end = at;
    }
    return at;
}

static void end_list(word_build *build)
{
    free(build->next);
    free(build->listed);
    build->next = NULL;
    build->listed = NULL;
    build->listed_capacity = 0;
    rp_lease_set(&build->lease, 0);
}

/* Counts the words of a part of the library by bucket, and lays its list out. */
static bool count_words(word_build *build, size_t part, unsigned n_threads, rp_error *error)
{
    const rp_word_table *table = build->table;
    end_list(build);
    build->code_begin = table->query_begin[table->part_query[part]];
    build->code_end = table->query_begin[table->part_query[part + 1]];
    build->n_pieces = (build->code_end - build->code_begin + PIECE_CODES - 1) / PIECE_CODES;
    build->next = rp_alloc(build->n_pieces * build->n_buckets, sizeof *build->next);
    if (build->next == NULL)
        return rp_error_memory(error, "library words");
    if (!rp_parallel(build->n_pieces, n_threads, count_piece, build, error))
        return false;
    build->n_words = lay_out_buckets(build);
    return true;
}

/* Lists the words of the next share of the buckets, from bucket_end on. */
static bool list_share(word_build *build, unsigned n_threads, rp_error *error)
{
    build->bucket_begin = build->bucket_end;
    build->first_listed = build->buckets[build->bucket_begin].begin;
    uint32_t n;
    do
        n = build->buckets[build->bucket_end++].end - build->first_listed;
    while (build->bucket_end < build->n_buckets && n < build->n_words / SHARES);
    if (n > build->listed_capacity || build->listed == NULL) {
        free(build->listed);
        build->listed = rp_alloc_wide_unset((size_t)n + 1, sizeof *build->listed);
        build->listed_capacity = build->listed != NULL ? n : 0;
        rp_lease_set(&build->lease, build->n_pieces * build->n_buckets * sizeof *build->next +
                                        build->listed_capacity * sizeof *build->listed);
    }
    if (build->listed == NULL)
        return rp_error_memory(error, "library words");
    return rp_parallel(build->n_pieces, n_threads, list_piece, build, error);
}

/* Work on each bucket of the present share. */
static bool for_buckets(word_build *build, unsigned n_threads, rp_part_function *work, rp_error *error)
{
    return rp_parallel(build->bucket_end - build->bucket_begin, n_threads, work, build, error);
}

static size_t words_of_bucket(const word_build *build)
{
    return (size_t)1 << build->bucket_shift;
}

/* Counts of a bucket's words, by the bits below those of the bucket. NULL: out of memory. */
static uint16_t *count_bucket(const word_build *build, size_t which, unsigned worker)
{
    const size_t n = words_of_bucket(build), mask = n - 1;
    uint16_t *counts;
    if (build->all_counts != NULL) {
        counts = build->all_counts + which * n;
    } else {
        if (build->counts[worker] == NULL)
            build->counts[worker] = rp_alloc(n, sizeof **build->counts);
        counts = build->counts[worker];
        if (counts == NULL)
            return NULL;
        memset(counts, 0, n * sizeof *counts);
    }
    const bucket *here = &build->buckets[which];
    for (uint32_t i = here->begin; i < here->end; i++) {
        uint16_t *count = &counts[build->listed[i - build->first_listed].word & mask];
        *count += *count < UINT16_MAX;
    }
    return counts;
}

static bool is_marked(const uint64_t *words, size_t word)
{
    return words != NULL && (words[word / 64] >> word % 64 & 1) != 0;
}

/* Marks the words of a bucket that are looked for. */
static bool mark_present(void *argument, size_t number, unsigned worker, rp_error *error)
{
    const word_build *build = argument;
    const size_t which = build->bucket_begin + number;
    rp_word_table *table = build->table;
    bucket *here = &build->buckets[which];
    const uint16_t *counts = count_bucket(build, which, worker);
    if (counts == NULL)
        return rp_error_memory(error, "library words");
    const size_t n = words_of_bucket(build);
    for (size_t i = 0; i < n; i++) {
        const size_t word = which * n + i;
        if (counts[i] == 0 || counts[i] > build->most || is_marked(table->common, word) ||
            rp_kmer_is_periodic(word, table->word_bases))
            continue;
        table->present[word / 64] |= (uint64_t)1 << word % 64;
        here->n_present++;
        here->n_places += counts[i];
    }
    return true;
}

/* Ranks a bucket's words and files their places, by word and in the order of the codes. */
static bool file_words(void *argument, size_t number, unsigned worker, rp_error *error)
{
    const word_build *build = argument;
    const size_t which = build->bucket_begin + number;
    rp_word_table *table = build->table;
    const bucket *here = &build->buckets[which];
    const uint16_t *counts = count_bucket(build, which, worker);
    if (counts == NULL)
        return rp_error_memory(error, "library words");
    uint32_t rank = here->n_present, at_place = here->n_places;
    const size_t n = words_of_bucket(build);
    for (size_t word = which * n; word < (which + 1) * n; word++) {
        if (word % 64 == 0)
            table->rank[word / 64] = rank;
        if (is_marked(table->present, word)) {
            table->first[++rank] = at_place; /* one ahead: filing moves each to the next one's beginning */
            at_place += counts[word - which * n];
        }
    }
    for (uint32_t i = here->begin; i < here->end; i++) {
        const listed_word *listed = &build->listed[i - build->first_listed];
        if (is_marked(table->present, listed->word))
            table->places[table->first[rp_word_table_rank(table, listed->word) + 1]++] = listed->place;
    }
    return true;
}

/* From the counts of a share's buckets to what is before each of them. */
static void place_buckets(word_build *build)
{
    for (size_t i = build->bucket_begin; i < build->bucket_end; i++) {
        bucket *here = &build->buckets[i];
        const uint32_t present = here->n_present, places = here->n_places;
        here->n_present = build->n_present;
        here->n_places = build->n_places;
        build->n_present += present;
        build->n_places += places;
    }
}

/* Ranks and places of the words of a part, one share of them after the other. There is room for all, of which those
 * that are not looked for take no memory. */
static bool file_part(word_build *build, unsigned n_threads, rp_error *error)
{
    rp_word_table *table = build->table;
    table->first = rp_alloc_wide_unset((size_t)build->n_words + 2, sizeof *table->first);
    table->places = rp_alloc_wide_unset((size_t)build->n_words + 1, sizeof *table->places);
    if (table->first == NULL || table->places == NULL)
        return rp_error_memory(error, "library words");
    table->first[0] = 0;
    for (build->bucket_end = 0; build->bucket_end < build->n_buckets;) {
        if (!list_share(build, n_threads, error) || !for_buckets(build, n_threads, mark_present, error))
            return false;
        place_buckets(build);
        if (!for_buckets(build, n_threads, file_words, error))
            return false;
    }
    const size_t n_words = (size_t)1 << 2 * table->word_bases;
    rp_lease_set(&table->part_lease, n_words / 64 * (sizeof *table->present + sizeof *table->rank) +
                                         (uint64_t)build->n_present * sizeof *table->first +
                                         (uint64_t)build->n_places * sizeof *table->places);
    return true;
}

static bool begin_build(word_build *build, rp_word_table *table, unsigned n_threads, rp_error *error)
{
    const unsigned bits = 2 * table->word_bases, bucket_bits = bits - BLOCK_BITS;
    *build = (word_build){.table = table};
    build->most = table->max_places < UINT16_MAX ? table->max_places : UINT16_MAX - 1;
    build->bucket_shift = bits - (bucket_bits < MOST_BUCKET_BITS ? bucket_bits : MOST_BUCKET_BITS);
    build->n_buckets = (size_t)1 << (bits - build->bucket_shift);
    build->buckets = rp_alloc(build->n_buckets, sizeof *build->buckets);
    build->counts = rp_alloc(n_threads, sizeof *build->counts);
    return (build->buckets != NULL && build->counts != NULL) || rp_error_memory(error, "library words");
}

static void end_build(word_build *build, unsigned n_threads)
{
    end_list(build);
    for (unsigned i = 0; build->counts != NULL && i < n_threads; i++)
        free(build->counts[i]);
    free(build->counts);
    free(build->all_counts);
    free(build->buckets);
}

static bool add_to_counts(void *argument, size_t number, unsigned worker, rp_error *error)
{
    (void)error;
    const word_build *build = argument;
    return count_bucket(build, build->bucket_begin + number, worker) != NULL;
}

static bool mark_common(void *argument, size_t which, unsigned worker, rp_error *error)
{
    (void)worker;
    (void)error;
    const word_build *build = argument;
    const size_t n = words_of_bucket(build);
    for (size_t word = which * n; word < (which + 1) * n; word++)
        if (build->all_counts[word] > build->most)
            build->table->common[word / 64] |= (uint64_t)1 << word % 64;
    return true;
}

/* Which words are too many is judged by the whole library; one that is one part counts them when that is loaded. */
static bool list_common_words(rp_word_table *table, unsigned n_threads, rp_error *error)
{
    if (table->n_parts < 2)
        return true;
    const size_t n_words = (size_t)1 << 2 * table->word_bases;
    word_build build;
    bool ok = begin_build(&build, table, n_threads, error);
    table->common = rp_alloc_wide(n_words / 64 + 1, sizeof *table->common);
    build.all_counts = rp_alloc_wide(n_words, sizeof *build.all_counts);
    if (ok && (table->common == NULL || build.all_counts == NULL))
        ok = rp_error_memory(error, "library words");
    for (size_t part = 0; ok && part < table->n_parts; part++) {
        ok = count_words(&build, part, n_threads, error);
        for (build.bucket_end = 0; ok && build.bucket_end < build.n_buckets;)
            ok = list_share(&build, n_threads, error) && for_buckets(&build, n_threads, add_to_counts, error);
    }
    ok = ok && rp_parallel(build.n_buckets, n_threads, mark_common, &build, error);
    end_build(&build, n_threads);
    return ok;
}

bool rp_word_table_load(rp_word_table *table, size_t part, unsigned n_threads, rp_error *error)
{
    const size_t n_words = (size_t)1 << 2 * table->word_bases;
    rp_word_table_unload(table);
    word_build build;
    bool ok = begin_build(&build, table, n_threads, error);
    table->present = rp_alloc_wide(n_words / 64 + 1, sizeof *table->present);
    table->rank = rp_alloc_wide(n_words / 64 + 1, sizeof *table->rank);
    if (ok && (table->present == NULL || table->rank == NULL))
        ok = rp_error_memory(error, "library words");
    ok = ok && count_words(&build, part, n_threads, error) && file_part(&build, n_threads, error);
    end_build(&build, n_threads);
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
