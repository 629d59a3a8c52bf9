/* stretch.c: pieces that two stretches have in common; see stretch.h. */
#include "copies/stretch.h"

#include <string.h>

#include "align/scores.h"
#include "align/significance.h"

enum {
    WORD_BP = 10,
    PLACE_BITS = 10,        /* of a place in a stretch */
    X_DROP = 8,             /* in matches, as the prescreen's */
    /* exp(-0.55 * 38) * 1024 * 1024 is a thousandth: pairs of unrelated stretches that have a piece in common */
    MIN_SCORE = 38
};

_Static_assert(RP_STRETCH_BP == 1 << PLACE_BITS && 2 * WORD_BP + PLACE_BITS <= 32, "a word and its place fit 32 bits");

enum { DIGIT_BITS = WORD_BP, N_DIGITS = 1 << DIGIT_BITS, FEW_PAIRS = 256 };

static uint32_t hash_of(uint32_t word)
{
    return (word >> PLACE_BITS) * UINT32_C(0x9e3779b1) >> (32 - RP_STRETCH_HASH_BITS);
}

static uint32_t list_of(uint32_t hash)
{
    return hash / ((1 << RP_STRETCH_HASH_BITS) / RP_STRETCH_LISTS);
}

static void list_words(rp_stretch *stretch)
{
    uint32_t word = 0, known = 0, n = 0;
    for (uint32_t i = 0; i < stretch->n_bases; i++) {
        const uint8_t code = stretch->codes[i];
        known = rp_code_is_base(code) ? known + 1 : 0;
        word = (word << 2 | (code & 3)) & ((1u << 2 * WORD_BP) - 1);
        stretch->words[n] = word << PLACE_BITS | ((i + 1 - WORD_BP) & (RP_STRETCH_BP - 1));
        n += known >= WORD_BP;
    }
    stretch->n_words = n;
    memset(stretch->present, 0, sizeof stretch->present);
    memset(stretch->first, 0, sizeof stretch->first);
    for (uint32_t w = n; w-- > 0;) { /* the first place comes first in its list */
        const uint32_t hash = hash_of(stretch->words[w]);
        stretch->present[hash / 64] |= (uint64_t)1 << hash % 64;
        stretch->next[w] = stretch->first[list_of(hash)];
        stretch->first[list_of(hash)] = (uint16_t)(w + 1);
    }
}

/* Bases that the view excludes are not known. */
static void leave_excluded_out(const rp_view *view, rp_stretch *stretch)
{
    const rp_strand_walk *walk = &stretch->walk;
    for (uint32_t i = 0; i < stretch->n_bases; i += 64) {
        const uint32_t n = stretch->n_bases - i < 64 ? stretch->n_bases - i : 64;
        const uint64_t begin = walk->reverse ? walk->origin - i - n : walk->origin + i;
        for (uint64_t bits = rp_bitmask_window(view->excluded, begin) & UINT64_MAX >> (64 - n); bits != 0;
             bits &= bits - 1) {
            const uint32_t at = (uint32_t)__builtin_ctzll(bits);
            stretch->codes[i + (walk->reverse ? n - 1 - at : at)] = RP_BASE_NONE;
        }
    }
}

void rp_stretch_read(const rp_view *view, const rp_strand_walk *walk, rp_stretch *stretch)
{
    stretch->walk = *walk;
    stretch->n_bases = walk->limit_bp < RP_STRETCH_BP ? (uint32_t)walk->limit_bp : RP_STRETCH_BP;
    for (uint32_t i = 0; i < stretch->n_bases; i += 64) {
        const uint32_t n = stretch->n_bases - i < 64 ? stretch->n_bases - i : 64;
        rp_view_decode(view, walk, i, n, stretch->codes + i);
    }
    if (view->excluded != NULL)
        leave_excluded_out(view, stretch);
    stretch->n_known = 0;
    for (uint32_t i = 0; i < stretch->n_bases; i++)
        stretch->n_known += rp_code_is_base(stretch->codes[i]);
    stretch->counts = (rp_base_counts){{0}};
    rp_base_counts_add_codes(&stretch->counts, stretch->codes, stretch->n_bases);
    list_words(stretch);
}

/* The bases on one side of a word that are worth having: gain in matches, and how many they are. */
static int extend(const rp_stretch *a, const rp_stretch *b, int64_t i, int64_t j, int step, uint32_t *reached)
{
    int score = 0, best = 0;
    *reached = 0;
    for (uint32_t n = 1; i >= 0 && j >= 0 && i < a->n_bases && j < b->n_bases; n++, i += step, j += step) {
        score += rp_code_is_base(a->codes[i]) && a->codes[i] == b->codes[j] ? 1 : -1;
        if (score > best) {
            best = score;
            *reached = n;
        }
        if (score <= best - X_DROP)
            break;
    }
    return best;
}

typedef struct pieces {
    struct {
        uint16_t begin, end;
    } seen[2 * RP_STRETCH_BP];          /* by diagonal: what of a was looked at last */
    uint32_t a_end, b_end;              /* of the outermost piece; 0: none yet */
} pieces;

static void look_at(const rp_stretch *a, const rp_stretch *b, uint32_t i, uint32_t j, pieces *found)
{
    const uint32_t diagonal = i - j + RP_STRETCH_BP;
    if (i >= found->seen[diagonal].begin && i < found->seen[diagonal].end)
        return;
    uint32_t right, left;
    const int gain = WORD_BP + extend(a, b, i + WORD_BP, j + WORD_BP, 1, &right) +
                     extend(a, b, (int64_t)i - 1, (int64_t)j - 1, -1, &left);
    found->seen[diagonal].begin = (uint16_t)(i - left);
    found->seen[diagonal].end = (uint16_t)(i + WORD_BP + right);
    if (RP_SCORE_MATCH * gain < MIN_SCORE ||
        rp_significant_score(RP_SCORE_MATCH * gain, WORD_BP + right + left, &a->counts, &b->counts) < MIN_SCORE)
        return;
    if (i + WORD_BP + right > found->a_end) {
        found->a_end = i + WORD_BP + right;
        found->b_end = j + WORD_BP + right;
    }
}

static uint32_t apart(uint32_t a, uint32_t b)
{
    return a > b ? a - b : b - a;
}

/* Sorts by word, in two rounds; the places of a word stay in order. */
static void sort_words(uint32_t *words, size_t n)
{
    uint32_t spare[RP_STRETCH_BP], *from = words, *to = spare;
    for (unsigned shift = PLACE_BITS; shift < PLACE_BITS + 2 * DIGIT_BITS; shift += DIGIT_BITS) {
        uint16_t first[N_DIGITS + 1] = {0};
        for (size_t i = 0; i < n; i++)
            first[(from[i] >> shift & (N_DIGITS - 1)) + 1]++;
        for (unsigned d = 1; d <= N_DIGITS; d++)
            first[d] = (uint16_t)(first[d] + first[d - 1]);
        for (size_t i = 0; i < n; i++)
            to[first[from[i] >> shift & (N_DIGITS - 1)]++] = from[i];
        uint32_t *swap = from;
        from = to;
        to = swap;
    }
}

/* Looks at all pairs of the same word, by word and the places in a, then in b: a pair says whether others need a look.
 */
static void look_at_all(const rp_stretch *a, const rp_stretch *b, uint32_t drift, pieces *found)
{
    const uint32_t mask = RP_STRETCH_BP - 1;
    uint32_t of_a[RP_STRETCH_BP], of_b[RP_STRETCH_BP];
    memcpy(of_a, a->words, a->n_words * sizeof *of_a);
    memcpy(of_b, b->words, b->n_words * sizeof *of_b);
    sort_words(of_a, a->n_words);
    sort_words(of_b, b->n_words);
    for (size_t i = 0, j = 0; i < a->n_words && j < b->n_words;) {
        const uint32_t x = of_a[i] >> PLACE_BITS, y = of_b[j] >> PLACE_BITS;
        if (x != y) {
            i += x < y;
            j += x > y;
            continue;
        }
        for (size_t k = j; k < b->n_words && of_b[k] >> PLACE_BITS == x; k++)
            if (apart(of_a[i] & mask, of_b[k] & mask) <= drift)
                look_at(a, b, of_a[i] & mask, of_b[k] & mask, found);
        i++;
    }
}

/* Lists the numbers of the words of b that a may have. */
static size_t list_common(const rp_stretch *a, const rp_stretch *b, uint16_t *common)
{
    size_t n = 0;
    for (uint32_t w = 0; w < b->n_words; w++) {
        const uint32_t hash = hash_of(b->words[w]);
        common[n] = (uint16_t)w;
        n += a->present[hash / 64] >> hash % 64 & 1;
    }
    return n;
}

/* Lists the pairs of the same word that are near enough, by word, place in a and place in b. More than FEW_PAIRS: there
 * are more. */
static size_t list_pairs(const rp_stretch *a, const rp_stretch *b, uint32_t drift, uint64_t *pairs)
{
    const uint32_t mask = RP_STRETCH_BP - 1;
    uint16_t common[RP_STRETCH_BP];
    const size_t n_common = list_common(a, b, common);
    size_t n = 0;
    for (size_t c = 0; c < n_common; c++) {
        const uint32_t word = b->words[common[c]];
        for (uint32_t w = a->first[list_of(hash_of(word))]; w != 0; w = a->next[w - 1]) {
            const uint32_t other = a->words[w - 1];
            if (other >> PLACE_BITS != word >> PLACE_BITS || apart(other & mask, word & mask) > drift)
                continue;
            const uint64_t pair = (uint64_t)other << PLACE_BITS | (word & mask);
            size_t at = n;
            if (n++ == FEW_PAIRS)
                return n;
            for (; at > 0 && pairs[at - 1] > pair; at--)
                pairs[at] = pairs[at - 1];
            pairs[at] = pair;
        }
    }
    return n;
}

bool rp_stretch_alike(const rp_stretch *a, const rp_stretch *b, uint32_t drift, uint32_t *a_end, uint32_t *b_end)
{
    const uint32_t mask = RP_STRETCH_BP - 1;
    uint64_t pairs[FEW_PAIRS];
    const size_t n = list_pairs(a, b, drift, pairs);
    *a_end = *b_end = 0;
    if (n == 0)
        return false;
    pieces found;
    memset(&found, 0, sizeof found);
    if (n > FEW_PAIRS)
        look_at_all(a, b, drift, &found);
    for (size_t i = 0; i < n && n <= FEW_PAIRS; i++)
        look_at(a, b, (uint32_t)(pairs[i] >> PLACE_BITS) & mask, (uint32_t)pairs[i] & mask, &found);
    *a_end = found.a_end;
    *b_end = found.b_end;
    return found.a_end > 0;
}
