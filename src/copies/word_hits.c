/* word_hits.c: words through the table, step by step; see word_hits.h. */
#include "copies/word_hits.h"

static const uint64_t FLANK_MASK = ((uint64_t)1 << 2 * RP_WORD_FLANK) - 1;

static uint64_t word_of(const rp_word_table *table, uint64_t rolling)
{
    return rolling >> 2 * RP_WORD_FLANK & (((uint64_t)1 << 2 * table->word_bases) - 1);
}

/* As in the table. */
static uint32_t flanks_of(const rp_word_table *table, uint64_t rolling)
{
    const uint64_t left = rolling >> (2 * RP_WORD_FLANK + 2 * table->word_bases) & FLANK_MASK;
    return (uint32_t)(left << 2 * RP_WORD_FLANK | (rolling & FLANK_MASK));
}

/* Equal bases of two words' flanks. */
static unsigned flank_matches(uint32_t a, uint32_t b)
{
    const uint32_t x = a ^ b;
    return 2 * RP_WORD_FLANK - rp_count_bits((x | x >> 1) & 0x55555555u);
}

void rp_word_search_start(rp_word_search *search)
{
    search->at = search->n_asked = search->n_places = 0;
    search->n_known = 0;
    search->rolling = 0;
    for (int i = -RP_WORD_FLANK; i < RP_WORD_FLANK; i++)
        search->rolling = search->rolling << 2 | (search->codes[i] & 3u);
}

/* Reads on by up to RP_WORDS_AT_ONCE codes, and asks whether the words are present. How many words there are. */
static size_t read_words(rp_word_search *search, rp_asked_word *words)
{
    const rp_word_table *table = search->table;
    const unsigned bases = table->word_bases;
    const uint8_t *codes = search->codes;
    const size_t left = search->n_codes - search->at,
                 end = search->at + (left < RP_WORDS_AT_ONCE ? left : RP_WORDS_AT_ONCE);
    uint64_t rolling = search->rolling;
    unsigned n_known = search->n_known;
    size_t n = 0;
    for (size_t i = search->at; i < end; i++) {
        rolling = rolling << 2 | (codes[i + RP_WORD_FLANK] & 3u);
        n_known = rp_code_is_base(codes[i]) ? n_known + 1 : 0;
        words[n] = (rp_asked_word){.rolling = rolling, .at = (uint32_t)(i + 1 - bases)};
        __builtin_prefetch(&table->present[word_of(table, rolling) / 64]);
        n += n_known >= bases;
    }
    search->rolling = rolling;
    search->n_known = n_known;
    search->at = end;
    return n;
}

/* Keeps those of n words that the library has. */
static size_t keep_present(const rp_word_table *table, rp_asked_word *words, size_t n)
{
    size_t n_kept = 0;
    for (size_t i = 0; i < n; i++) {
        const uint64_t word = word_of(table, words[i].rolling);
        words[n_kept] = words[i];
        n_kept += table->present[word / 64] >> word % 64 & 1;
    }
    return n_kept;
}

/* Keeps those of n present words that nothing excludes, and ranks them. */
static size_t rank_words(const rp_word_search *search, rp_asked_word *words, size_t n)
{
    const rp_word_table *table = search->table;
    size_t n_kept = 0;
    for (size_t i = 0; i < n; i++) {
        const rp_asked_word here = words[i];
        const uint32_t rank = rp_word_table_rank(table, word_of(table, here.rolling));
        words[n_kept] = (rp_asked_word){.rolling = here.rolling, .at = here.at, .first = rank};
        __builtin_prefetch(&table->first[rank]);
        n_kept += search->excluded == NULL || !rp_bitmask_get(search->excluded, search->begin + here.at);
    }
    return n_kept;
}

/* Asks for the places of n ranked words. */
static void ask_for_places(rp_word_search *search, const rp_asked_word *words, size_t n)
{
    const rp_word_table *table = search->table;
    search->n_asked = n;
    search->n_places = 0;
    for (size_t i = 0; i < n; i++) {
        rp_asked_word *here = &search->asked[i];
        *here = words[i];
        here->first = table->first[words[i].first];
        here->n_places = table->first[words[i].first + 1] - here->first;
        search->n_places += here->n_places;
        __builtin_prefetch(&table->places[here->first]);
    }
}

/* Appends the hits of the words whose places were asked for. */
static bool add_hits(const rp_word_search *search, rp_word_hits *hits)
{
    const rp_word_table *table = search->table;
    if (!rp_word_hits_reserve(hits, hits->n + search->n_places))
        return false;
    rp_word_hit *items = hits->items;
    size_t n = hits->n;
    for (size_t i = 0; i < search->n_asked; i++) {
        const rp_asked_word *here = &search->asked[i];
        const rp_word_place *places = &table->places[here->first];
        const uint32_t flanks = flanks_of(table, here->rolling);
        for (uint32_t p = 0; p < here->n_places; p++) {
            items[n] = (rp_word_hit){here->at, places[p].place};
            n += search->least_flank == 0 || flank_matches(flanks, places[p].flanks) >= search->least_flank;
        }
    }
    hits->n = n;
    return true;
}

bool rp_word_search_next(rp_word_search *search, size_t wanted, rp_word_hits *hits, bool *over)
{
    rp_asked_word words[RP_WORDS_AT_ONCE];
    bool ok = true;
    *over = false;
    while (ok && hits->n < wanted && !*over) {
        *over = search->at == search->n_codes;
        const size_t n = rank_words(search, words, keep_present(search->table, words, read_words(search, words)));
        ok = add_hits(search, hits); /* of the words before */
        ask_for_places(search, words, n);
    }
    return ok;
}

rp_word_search rp_word_search_part(const rp_word_search *stretch, size_t first, size_t n)
{
    return (rp_word_search){.table = stretch->table,
                            .codes = stretch->codes + first,
                            .n_codes = n + stretch->table->word_bases - 1,
                            .excluded = stretch->excluded,
                            .begin = stretch->begin + first,
                            .least_flank = stretch->least_flank};
}

/* Words that several threads look up. */
typedef struct together {
    const rp_word_search *stretch;
    size_t first, n;
    rp_word_hits *pieces;
} together;

static bool look_up_piece(void *context, size_t number, unsigned member)
{
    (void)member;
    const together *all = context;
    const size_t begin = number * RP_PIECE_WORDS, left = all->n - begin;
    rp_word_search search =
        rp_word_search_part(all->stretch, all->first + begin, left < RP_PIECE_WORDS ? left : RP_PIECE_WORDS);
    bool over = false;
    all->pieces[number].n = 0;
    rp_word_search_start(&search);
    return rp_word_search_next(&search, SIZE_MAX, &all->pieces[number], &over);
}

bool rp_word_search_together(const rp_word_search *stretch, size_t first, size_t n, rp_crew *crew, unsigned member,
                             rp_word_hits pieces[RP_WORD_PIECES])
{
    together all = {stretch, first, n, pieces};
    const size_t n_pieces = (n + RP_PIECE_WORDS - 1) / RP_PIECE_WORDS;
    for (size_t i = n_pieces; i < RP_WORD_PIECES; i++)
        pieces[i].n = 0;
    return rp_crew_run(crew, member, n_pieces, look_up_piece, &all);
}
