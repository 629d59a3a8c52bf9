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

enum { DIGIT_BITS = WORD_BP, N_DIGITS = 1 << DIGIT_BITS };

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

static void list_words(rp_stretch *stretch)
{
    uint32_t word = 0, known = 0;
    stretch->n_words = 0;
    for (uint32_t i = 0; i < stretch->n_bases; i++) {
        const uint8_t code = stretch->codes[i];
        known = rp_code_is_base(code) ? known + 1 : 0;
        word = (word << 2 | (code & 3)) & ((1u << 2 * WORD_BP) - 1);
        if (known >= WORD_BP)
            stretch->words[stretch->n_words++] = word << PLACE_BITS | (i + 1 - WORD_BP);
    }
    sort_words(stretch->words, stretch->n_words);
}

void rp_stretch_read(const rp_view *view, const rp_strand_walk *walk, rp_stretch *stretch)
{
    stretch->walk = *walk;
    stretch->n_bases = walk->limit_bp < RP_STRETCH_BP ? (uint32_t)walk->limit_bp : RP_STRETCH_BP;
    for (uint32_t i = 0; i < stretch->n_bases; i += 64) {
        const uint32_t n = stretch->n_bases - i < 64 ? stretch->n_bases - i : 64;
        rp_view_decode(view, walk, i, n, stretch->codes + i);
    }
    stretch->n_known = 0;
    for (uint32_t i = 0; i < stretch->n_bases; i++) {
        const uint64_t position = walk->reverse ? walk->origin - 1 - i : walk->origin + i;
        if (view->excluded != NULL && rp_bitmask_get(view->excluded, position))
            stretch->codes[i] = RP_BASE_NONE;
        stretch->n_known += rp_code_is_base(stretch->codes[i]);
    }
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

bool rp_stretch_alike(const rp_stretch *a, const rp_stretch *b, uint32_t drift, uint32_t *a_end, uint32_t *b_end)
{
    pieces found;
    memset(&found, 0, sizeof found);
    const uint32_t mask = RP_STRETCH_BP - 1;
    for (size_t i = 0, j = 0; i < a->n_words && j < b->n_words;) {
        const uint32_t x = a->words[i] >> PLACE_BITS, y = b->words[j] >> PLACE_BITS;
        if (x != y) {
            i += x < y;
            j += x > y;
            continue;
        }
        for (size_t k = j; k < b->n_words && b->words[k] >> PLACE_BITS == x; k++) {
            const uint32_t at = a->words[i] & mask, other = b->words[k] & mask;
            if ((at > other ? at - other : other - at) <= drift)
                look_at(a, b, at, other, &found);
        }
        i++;
    }
    *a_end = found.a_end;
    *b_end = found.b_end;
    return found.a_end > 0;
}
