/* heads.c: the heads of SINEs; see heads.h. */
#include "classify/heads.h"

#include <math.h>
#include <string.h>

#include "base/random.h"
#include "genome/base_counts.h"

enum {
    MAX_COLUMNS = 160,
    BEFORE_BP = 40,         /* that may stand before the head */
    MAX_BP = MAX_COLUMNS + BEFORE_BP,
    BIT = 100,              /* scores are in hundredths of bits */
    GAP_OPEN = -5 * BIT,    /* as HMMER has them for nucleic acids */
    GAP_BASE = -1 * BIT,
    NONE = -1000000,
    SHUFFLES = 64,
    FIRST_SHUFFLES = 4,     /* by which most sequences are seen to have no head */
    LEAST = 8 * BIT         /* less is not rare in any sequence */
};

static const double CHANCE = 0.01, /* of a head by chance in one family; where it is sure, in all together */
    EULER = 0.5772156649015329;

const char *const rp_head_name[RP_N_HEADS] = {[RP_HEAD_TRNA] = "tRNA", [RP_HEAD_7SL] = "7SL", [RP_HEAD_5S] = "5S"};
const char *const rp_head_class[RP_N_HEADS] = {
    [RP_HEAD_TRNA] = "SINE/tRNA", [RP_HEAD_7SL] = "SINE/7SL", [RP_HEAD_5S] = "SINE/5S"};

/* A profile, weighed against one composition. */
typedef struct weights {
    unsigned n;
    int scores[MAX_COLUMNS][RP_N_BASES];
} weights;

static void weigh(rp_head head, const double *background, weights *out)
{
    out->n = 0;
    for (unsigned i = 0; i < rp_n_head_columns && out->n < MAX_COLUMNS; i++) {
        const rp_head_column *column = &rp_head_columns[i];
        if (strcmp(column->head, rp_head_name[head]) != 0)
            continue;
        for (unsigned base = 0; base < RP_N_BASES; base++)
            out->scores[out->n][base] = (int)lround(BIT * log2((column->shares[base] + 0.5) / 1000 / background[base]));
        out->n++;
    }
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

/* The score of the best local alignment of n codes to the profile (Gotoh 1982). */
static int align(const weights *profile, const uint8_t *codes, unsigned n)
{
    int above[MAX_COLUMNS + 1] = {0}, skipped[MAX_COLUMNS + 1], best = 0; /* of the base before, by column */
    for (unsigned c = 0; c <= profile->n; c++)
        skipped[c] = NONE;
    for (unsigned i = 0; i < n; i++) {
        int diagonal = 0, left = NONE, before = 0;
        for (unsigned c = 1; c <= profile->n; c++) {
            skipped[c] = larger(skipped[c], above[c] + GAP_OPEN) + GAP_BASE;
            left = larger(left, before + GAP_OPEN) + GAP_BASE;
            const int pair = diagonal + (rp_code_is_base(codes[i]) ? profile->scores[c - 1][codes[i]] : 0);
            const int here = larger(larger(pair, 0), larger(skipped[c], left));
            diagonal = above[c];
            above[c] = before = here;
            best = larger(best, here);
        }
    }
    return best;
}

/* The beginnings of both strands, of which a head may be one. */
typedef struct beginnings {
    uint8_t codes[2][MAX_BP];
    unsigned n;
} beginnings;

static int align_both(const weights *profile, const beginnings *of)
{
    const unsigned n = of->n < profile->n + BEFORE_BP ? of->n : profile->n + BEFORE_BP;
    return larger(align(profile, of->codes[0], n), align(profile, of->codes[1], n));
}

static void shuffle(rp_random *random, uint8_t *codes, unsigned n)
{
    for (unsigned i = n; i > 1; i--) {
        const unsigned other = (unsigned)rp_random_below(random, i);
        const uint8_t code = codes[i - 1];
        codes[i - 1] = codes[other];
        codes[other] = code;
    }
}

/* Natural logarithm of the chance of a score, by the mean of those that n other orders have. */
static double log_chance_of(int score, double sum, unsigned n)
{
    const double above = M_LN2 * (score - sum / n) / BIT + EULER, expected = exp(-above);
    return expected < 1e-6 ? -above : log(-expm1(-expected)); /* where it is small the two are the same */
}

/* Natural logarithm of the chance that the same bases in another order score as much; 0 where a few orders tell that it
 * is above the limit: by more than three standard errors of their mean, of which each score has pi / sqrt(6) nats. */
static double log_chance(const weights *profile, const beginnings *of, int score, double limit)
{
    rp_random random = {.state = 1};
    beginnings shuffled = *of;
    const double error = 3 * M_PI / sqrt(6.0 * FIRST_SHUFFLES);
    double sum = 0;
    for (unsigned i = 1; i <= SHUFFLES; i++) {
        shuffle(&random, shuffled.codes[0], of->n);
        shuffle(&random, shuffled.codes[1], of->n);
        sum += align_both(profile, &shuffled);
        if (i == FIRST_SHUFFLES && log_chance_of(score, sum, i) > limit + error)
            return 0;
    }
    return log_chance_of(score, sum, SHUFFLES);
}

static double background_of(const rp_codes *consensus, unsigned base)
{
    rp_base_counts counts = {{0}};
    rp_base_counts_add_codes(&counts, consensus->items, consensus->n);
    const double sum = (double)(counts.n[0] + counts.n[1] + counts.n[2] + counts.n[3]);
    /* of both strands */
    return ((double)(counts.n[base] + counts.n[RP_N_BASES - 1 - base]) + 2) / (2 * sum + 8);
}

static bool take_beginnings(const rp_codes *consensus, beginnings *of)
{
    const size_t n = consensus->n;
    if (n < RP_HEAD_ELEMENT_MIN_BP || n > RP_HEAD_ELEMENT_MAX_BP)
        return false;
    of->n = n < MAX_BP ? (unsigned)n : MAX_BP;
    for (unsigned i = 0; i < of->n; i++) {
        of->codes[0][i] = consensus->items[i];
        of->codes[1][i] = rp_code_complement(consensus->items[n - 1 - i]);
    }
    return true;
}

void rp_heads_find(const rp_codes *consensus, size_t n_families, rp_traits *traits)
{
    beginnings of;
    double background[RP_N_BASES], best = log(CHANCE / (RP_N_HEADS - 1));
    if (!take_beginnings(consensus, &of))
        return;
    for (unsigned base = 0; base < RP_N_BASES; base++)
        background[base] = background_of(consensus, base);
    for (rp_head head = RP_HEAD_NONE + 1; head < RP_N_HEADS; head++) {
        weights profile;
        weigh(head, background, &profile);
        const int score = align_both(&profile, &of);
        const double chance = score < LEAST ? 0 : log_chance(&profile, &of, score, best);
        if (chance > best)
            continue;
        best = chance;
        traits->head = head;
        traits->head_bits = (float)score / BIT;
        traits->head_log_chance = (float)chance;
        traits->head_is_sure = chance + log((double)n_families * (RP_N_HEADS - 1)) <= log(CHANCE);
    }
}
