/* structure.c: repeats, ends and reading frames of a consensus; see structure.h. */
#include "classify/structure.h"

#include <stdlib.h>
#include <string.h>

enum {
    WORD = 8,
    N_WORDS = 1 << 2 * WORD,
    MAX_CHAIN = 64,              /* words that stand more often in one consensus say nothing */

    LTR_MIN_BP = 80,
    LTR_MAX_BP = 6000,
    LTR_RAGGED_BP = 30,          /* what may stand beyond the two LTRs */
    LTR_DRIFT_BP = 16,           /* of the distance between the two, by gaps */
    LTR_PAD_BP = 64,
    LTR_MIN_PERCENT = 80,
    LTR_MIN_INTERNAL_BP = 100,

    TIR_MIN_SCORE = 10,
    TIR_RAGGED_BP = 3,
    TIR_DROP = 5,
    TIR_MISMATCH = -2,
    TIR_MAX_BP = 1000,

    TAIL_RAGGED_BP = 4,
    TAIL_MIN_BP = 8,
    TAIL_MICROSATELLITE_BP = 12,
    TAIL_UNITS = 4,
    TAIL_LONGER_BP = 5,

    HAIRPIN_WINDOW_BP = 50,
    HAIRPIN_MIN_STEM_BP = 6,
    HAIRPIN_MAX_LOOP_BP = 12,

    PERIOD_MAX_BP = 6,
    LOW_WINDOW_BP = 16,
    LOW_MIN_EQUAL = 13
};

void rp_structure_scratch_clear(rp_structure_scratch *scratch)
{
    rp_realigner_clear(&scratch->realigner);
    free(scratch->steps.items);
    free(scratch->word_places);
    free(scratch->next_place);
    free(scratch->diagonals);
    free(scratch->turned.items);
    *scratch = (rp_structure_scratch){0};
}

/* --- Distances at which the consensus repeats itself --- */

static bool count_diagonals(rp_structure_scratch *scratch, const rp_codes *consensus)
{
    const size_t n = consensus->n;
    if (scratch->word_places == NULL &&
        (scratch->word_places = rp_alloc(N_WORDS, sizeof *scratch->word_places)) == NULL)
        return false;
    if (!rp_reserve((void **)&scratch->next_place, &scratch->next_capacity, n + 1, sizeof *scratch->next_place) ||
        !rp_reserve((void **)&scratch->diagonals, &scratch->diagonal_capacity, n + 1, sizeof *scratch->diagonals))
        return false;
    memset(scratch->word_places, 0, N_WORDS * sizeof *scratch->word_places);
    memset(scratch->diagonals, 0, (n + 1) * sizeof *scratch->diagonals);
    uint32_t word = 0, filled = 0;
    for (size_t i = 0; i < n; i++) {
        const uint8_t code = consensus->items[i];
        filled = rp_code_is_base(code) ? filled + 1 : 0;
        word = (word << 2 | (code & 3)) & (N_WORDS - 1);
        if (filled < WORD)
            continue;
        unsigned chain = 0;
        for (uint32_t place = scratch->word_places[word]; place != 0 && chain < MAX_CHAIN;
             place = scratch->next_place[place - 1], chain++)
            scratch->diagonals[i - (place - 1)]++;
        scratch->next_place[i] = scratch->word_places[word];
        scratch->word_places[word] = (uint32_t)i + 1;
    }
    return true;
}

static uint32_t around(const rp_structure_scratch *scratch, size_t n, size_t distance, size_t drift)
{
    uint32_t sum = 0;
    for (size_t d = distance > drift ? distance - drift : 1; d <= distance + drift && d < n; d++)
        sum += scratch->diagonals[d];
    return sum;
}

/* --- Long terminal repeats --- */

/* Aligns the candidate LTRs and notes what they share, without ragged ends. */
static bool measure_ltr(rp_structure_scratch *scratch, const rp_codes *consensus, uint32_t distance, rp_traits *traits)
{
    const uint32_t n = (uint32_t)consensus->n, room = n - distance;
    const uint8_t *left = consensus->items, *right = consensus->items + distance;
    if (!rp_realign(&scratch->realigner, left, room, right, room, LTR_PAD_BP, &scratch->steps))
        return false;
    /* The best-scoring stretch of the alignment is the LTR. */
    uint32_t a = 0, b = 0, from_a = 0, from_b = 0, pairs = 0, matches = 0;
    uint32_t best_from_a = 0, best_from_b = 0, best_a = 0, best_b = 0, best_pairs = 0, best_matches = 0;
    int32_t sum = 0, best = 0;
    for (size_t s = 0; s < scratch->steps.n; s++) {
        const rp_step step = scratch->steps.items[s];
        if (step.kind != RP_STEP_PAIR) {
            sum += RP_REALIGN_GAP_OPEN + RP_REALIGN_GAP_BASE * (int32_t)step.length;
            a += step.kind == RP_STEP_DELETION ? step.length : 0;
            b += step.kind == RP_STEP_INSERTION ? step.length : 0;
            continue;
        }
        for (uint32_t i = 0; i < step.length; i++) {
            if (sum <= 0) {
                sum = 0;
                pairs = matches = 0;
                from_a = a;
                from_b = b;
            }
            const bool same = left[a] == right[b] && rp_code_is_base(left[a]);
            a++;
            b++;
            pairs++;
            matches += same;
            sum += same ? RP_REALIGN_MATCH : RP_REALIGN_MISMATCH;
            if (sum > best) {
                best = sum;
                best_from_a = from_a, best_from_b = from_b, best_a = a, best_b = b;
                best_pairs = pairs, best_matches = matches;
            }
        }
    }
    const uint32_t length = best_a - best_from_a;
    if (length < LTR_MIN_BP || length > LTR_MAX_BP || best_from_a > LTR_RAGGED_BP ||
        distance + best_b + LTR_RAGGED_BP < n ||
        100 * (uint64_t)best_matches < LTR_MIN_PERCENT * (uint64_t)best_pairs ||
        distance + best_from_b < best_a + LTR_MIN_INTERNAL_BP || length <= traits->ltr_bp)
        return true;
    traits->ltr_bp = length;
    traits->ltr_begin = best_from_a;
    traits->ltr_right_begin = distance + best_from_b;
    traits->ltr_right_end = distance + best_b;
    traits->ltr_identity = 100 * (float)best_matches / (float)best_pairs;
    return true;
}

static bool find_ltr(rp_structure_scratch *scratch, const rp_codes *consensus, rp_traits *traits)
{
    const size_t n = consensus->n;
    if (n < 2 * LTR_MIN_BP + LTR_MIN_INTERNAL_BP)
        return true;
    /* The distance with the most words, among those that leave room for an LTR at either end. */
    const size_t first =
        n > LTR_MAX_BP + LTR_RAGGED_BP ? n - LTR_MAX_BP - LTR_RAGGED_BP : LTR_MIN_BP + LTR_MIN_INTERNAL_BP;
    uint32_t best = 0;
    size_t distance = 0;
    for (size_t d = first < LTR_MIN_BP + LTR_MIN_INTERNAL_BP ? LTR_MIN_BP + LTR_MIN_INTERNAL_BP : first;
         d + LTR_MIN_BP <= n; d++) {
        if (scratch->diagonals[d] == 0)
            continue;
        const uint32_t words = around(scratch, n, d, LTR_DRIFT_BP);
        /* words by possible places: a short LTR must not lose to a few stray words further apart */
        if (words >= 8 && (uint64_t)words * 10 >= n - d && words > best) {
            best = words;
            distance = d;
        }
    }
    return best == 0 || measure_ltr(scratch, consensus, (uint32_t)distance, traits);
}

/* --- Ends --- */

static bool is_tg_ca(const rp_codes *consensus, uint32_t begin, uint32_t end)
{
    const uint8_t *c = consensus->items;
    return end >= begin + 4 && c[begin] == RP_BASE_T && c[begin + 1] == RP_BASE_G && c[end - 2] == RP_BASE_C &&
           c[end - 1] == RP_BASE_A;
}

static void find_tir(const rp_codes *consensus, rp_traits *traits)
{
    const uint8_t *c = consensus->items;
    const size_t n = consensus->n;
    int best = TIR_MIN_SCORE - 1;
    for (unsigned left = 0; left <= TIR_RAGGED_BP; left++)
        for (unsigned right = 0; right <= TIR_RAGGED_BP; right++) {
            int score = 0, top = 0;
            uint32_t matches = 0, at_top = 0, matches_at_top = 0;
            for (uint32_t i = 0; i < TIR_MAX_BP && left + right + 2 * (size_t)i + 2 <= n; i++) {
                const uint8_t a = c[left + i], b = c[n - 1 - right - i];
                const bool same = rp_code_pairs(a, b);
                score += same ? 1 : TIR_MISMATCH;
                matches += same;
                if (score > top) {
                    top = score;
                    at_top = i + 1;
                    matches_at_top = matches;
                }
                if (score < top - TIR_DROP)
                    break;
            }
            const int cost = (int)(left + right); /* exact ends are better evidence */
            if (top - cost > best) {
                best = top - cost;
                traits->tir_bp = at_top;
                traits->tir_left_bp = (uint8_t)left;
                traits->tir_right_bp = (uint8_t)right;
                traits->tir_identity = 100 * (float)matches_at_top / (float)at_top;
            }
        }
}

static bool is_homopolymer(const uint8_t *c, unsigned n)
{
    for (unsigned i = 1; i < n; i++)
        if (c[i] != c[0])
            return false;
    return true;
}

/* A run of one unit of up to TAIL_UNIT_MAX bases that ends near the 3' end. */
static void find_tail(const rp_codes *consensus, rp_traits *traits)
{
    const uint8_t *c = consensus->items;
    const size_t n = consensus->n;
    for (unsigned unit = 1; unit <= RP_TAIL_UNIT_MAX_BP; unit++)
        for (unsigned ragged = 0; ragged <= TAIL_RAGGED_BP && ragged + unit < n; ragged++) {
            const size_t end = n - ragged;
            size_t at = end - unit;
            unsigned errors = 0, length = unit, kept = unit;
            while (at > 0 && errors * 6 <= length) {
                at--;
                const bool same = c[at] == c[at + unit] && rp_code_is_base(c[at]);
                length++;
                errors += !same;
                if (same && errors * 8 <= length)
                    kept = length;
            }
            const unsigned least = unit == 1                                    ? TAIL_MIN_BP
                                   : TAIL_UNITS * unit < TAIL_MICROSATELLITE_BP ? TAIL_MICROSATELLITE_BP
                                                                                : TAIL_UNITS * unit;
            const unsigned more =
                traits->tail_bp == 0 ? 0 : traits->tail_bp + TAIL_LONGER_BP; /* the simplest unit that will do */
            if (kept < least || kept <= more || (unit == 1 && c[end - 1] != RP_BASE_A) ||
                (unit > 1 && is_homopolymer(c + end - unit, unit)))
                continue;
            traits->tail_bp = kept;
            for (unsigned i = 0; i < unit; i++)
                traits->tail_unit[i] = rp_code_letter(c[end - unit + i]);
            traits->tail_unit[unit] = '\0';
        }
}

static bool is_purine(uint8_t code)
{
    return code == RP_BASE_A || code == RP_BASE_G;
}

static bool ends_with_ctrr(const uint8_t *c, size_t n)
{
    return n >= 4 && c[n - 4] == RP_BASE_C && c[n - 3] == RP_BASE_T && is_purine(c[n - 2]) && is_purine(c[n - 1]);
}

/* The longest stem with a short loop in the bases before the last ones. */
static uint32_t find_hairpin(const uint8_t *c, size_t n)
{
    const size_t begin = n > HAIRPIN_WINDOW_BP ? n - HAIRPIN_WINDOW_BP : 0, end = n > 4 ? n - 4 : n;
    uint32_t best = 0;
    for (size_t left = begin; left < end; left++)
        for (size_t loop = 2; loop <= HAIRPIN_MAX_LOOP_BP && left + loop + 1 < end; loop++) {
            /* pairs go outwards from the loop */
            uint32_t stem = 0;
            while (left >= begin + stem && left + loop + 1 + stem < end &&
                   rp_code_pairs(c[left - stem], c[left + loop + 1 + stem]))
                stem++;
            best = stem > best ? stem : best;
        }
    return best >= HAIRPIN_MIN_STEM_BP ? best : 0;
}

/* All copies stand between A and T: a consensus may hold these two. */
static void find_helitron(const rp_codes *consensus, rp_traits *traits)
{
    const uint8_t *c = consensus->items;
    size_t n = consensus->n;
    if (n < 100)
        return;
    if (c[0] == RP_BASE_A) {
        c++;
        n--;
    }
    if (c[n - 1] == RP_BASE_T)
        n--;
    traits->helitron_ends = c[0] == RP_BASE_T && c[1] == RP_BASE_C && ends_with_ctrr(c, n);
    if (traits->helitron_ends)
        traits->hairpin_bp = find_hairpin(c, n);
}

bool rp_structure_has_helitron_ends(const rp_codes *consensus)
{
    rp_traits traits = {0};
    find_helitron(consensus, &traits);
    return traits.helitron_ends;
}

bool rp_structure_is_turned(const rp_codes *consensus)
{
    rp_codes turned = {0};
    if (consensus->n < 50 || !rp_codes_reverse_complement(&turned, consensus->items, consensus->n))
        return false; /* stays as it is: only a matter of taste */
    rp_traits as_is = {0}, other = {0};
    find_tail(consensus, &as_is);
    find_tail(&turned, &other);
    find_helitron(consensus, &as_is);
    find_helitron(&turned, &other);
    free(turned.items);
    if (as_is.tail_bp == 0 && other.tail_bp > 0 && other.tail_unit[1] == '\0')
        return true;
    return as_is.tail_bp == 0 && !as_is.helitron_ends && other.helitron_ends;
}

bool rp_structure_has_tail(const rp_codes *consensus, bool *has_tail)
{
    rp_codes turned = {0};
    rp_traits as_is = {0}, other = {0};
    if (!rp_codes_reverse_complement(&turned, consensus->items, consensus->n))
        return false;
    find_tail(consensus, &as_is);
    find_tail(&turned, &other);
    free(turned.items);
    *has_tail = as_is.tail_bp > 0 || other.tail_bp > 0;
    return true;
}

/* --- Reading frames --- */

static bool is_stop(uint8_t a, uint8_t b, uint8_t c)
{
    return a == RP_BASE_T && ((b == RP_BASE_A && is_purine(c)) || (b == RP_BASE_G && c == RP_BASE_A));
}

static void longest_frame(const uint8_t *c, size_t n, bool reverse, rp_traits *traits)
{
    for (size_t frame = 0; frame < 3; frame++) {
        size_t begin = frame;
        for (size_t i = frame;; i += 3) {
            const bool end = i + 3 > n;
            if (end || is_stop(c[i], c[i + 1], c[i + 2])) {
                if (i > begin && i - begin > traits->orf_bp) {
                    traits->orf_bp = (uint32_t)(i - begin);
                    traits->orf_begin = (uint32_t)(reverse ? n - i : begin);
                    traits->orf_reverse = reverse;
                }
                begin = i + 3;
            }
            if (end)
                break;
        }
    }
}

/* --- Sequence that is no element --- */

/* Share of the bases in windows that repeat themselves at a short period. */
static float low_complexity(const rp_codes *consensus)
{
    const uint8_t *c = consensus->items;
    size_t low = 0, marked_to = 0;
    if (consensus->n < LOW_WINDOW_BP + PERIOD_MAX_BP)
        return 0;
    for (size_t i = 0; i + LOW_WINDOW_BP + PERIOD_MAX_BP <= consensus->n; i++)
        for (unsigned period = 1; period <= PERIOD_MAX_BP; period++) {
            unsigned equal = 0;
            for (unsigned j = 0; j < LOW_WINDOW_BP; j++)
                equal += c[i + j] == c[i + j + period];
            if (equal < LOW_MIN_EQUAL)
                continue;
            const size_t end = i + LOW_WINDOW_BP + period, begin = i > marked_to ? i : marked_to;
            if (end > begin)
                low += end - begin;
            marked_to = end > marked_to ? end : marked_to;
            break;
        }
    return (float)low / (float)consensus->n;
}

/* The shortest distance at which half of the consensus' words stand again. */
static uint32_t find_period(const rp_structure_scratch *scratch, size_t n)
{
    for (size_t d = 2; 2 * d <= n; d++) {
        const size_t drift = d / 20 < 3 ? 1 : d / 20;
        if (scratch->diagonals[d] > 0 && 2 * (uint64_t)around(scratch, n, d, drift) >= n - d)
            return (uint32_t)d;
    }
    return 0;
}

/* Sites that small- and large-subunit rRNA genes have kept in all eukaryotes (universal primers 530F,
 * 926R, 1391R, LROR and LR3, as their forward strand reads): */
static const char *const RRNA_SITES[] = {"GTGCCAGCAGCCGCGGTAA", "AAACTTAAAGGAATTGACGG", "TGTACACACCGCCCGTC",
                                         "ACCCGCTGAACTTAAGC", "CGTCTTGAAACACGGACC"};

static bool has_site(const uint8_t *c, size_t n, const char *site)
{
    const size_t m = strlen(site);
    for (size_t i = 0; i + m <= n; i++) {
        unsigned errors = 0;
        for (size_t j = 0; j < m && errors <= 1; j++)
            errors += rp_code_letter(c[i + j]) != site[j];
        if (errors <= 1)
            return true;
    }
    return false;
}

static bool is_rrna(const uint8_t *c, size_t n)
{
    unsigned found = 0;
    for (size_t i = 0; i < sizeof RRNA_SITES / sizeof RRNA_SITES[0]; i++)
        found += has_site(c, n, RRNA_SITES[i]);
    return found > 0;
}

static bool matches_code(uint8_t code, char pattern)
{
    const char letter = rp_code_letter(code);
    switch (pattern) {
    case 'N': return true;
    case 'R': return letter == 'A' || letter == 'G';
    case 'Y': return letter == 'C' || letter == 'T';
    case 'W': return letter == 'A' || letter == 'T';
    default: return letter == pattern;
    }
}

static bool matches_pattern(const uint8_t *c, const char *pattern, unsigned max_errors)
{
    unsigned errors = 0;
    for (size_t i = 0; pattern[i] != '\0'; i++)
        errors += !matches_code(c[i], pattern[i]);
    return errors <= max_errors;
}

/* Bases of two stretches of seven that pair (G with T, too), the second read backwards. */
static unsigned acceptor_pairs(const uint8_t *five, const uint8_t *three_end)
{
    unsigned pairs = 0;
    for (int i = 0; i < 7; i++) {
        const uint8_t a = five[i], b = three_end[-i];
        pairs += rp_code_pairs(a, b) || (a == RP_BASE_G && b == RP_BASE_T) || (a == RP_BASE_T && b == RP_BASE_G);
    }
    return pairs;
}

/* A tRNA gene: A box and B box (Galli et al. 1981) in their places, and an acceptor stem that closes around them. */
static bool has_trna(const uint8_t *c, size_t n)
{
    for (size_t i = 0; i + 70 <= n; i++) { /* i: the first base of the gene */
        if (!matches_pattern(c + i + 7, "TRGYNNARNNG", 1))
            continue;
        for (size_t b = i + 44; b <= i + 75 && b + 11 + 12 <= n; b++) {
            if (!matches_pattern(c + b, "GGTTCRANNCC", 1))
                continue;
            for (size_t last = b + 11 + 9; last <= b + 11 + 13 && last < n; last++)
                if (acceptor_pairs(c + i, c + last) >= 6)
                    return true;
        }
    }
    return false;
}

enum { TRNA_MAX_BP = 120 }; /* longer ones with a tRNA in them are SINEs */

bool rp_structure_find_ends(rp_structure_scratch *scratch, const rp_codes *consensus, rp_traits *traits)
{
    if (!count_diagonals(scratch, consensus) || !find_ltr(scratch, consensus, traits))
        return false;
    traits->tg_ca = traits->ltr_bp > 0 ? is_tg_ca(consensus, traits->ltr_begin, traits->ltr_begin + traits->ltr_bp)
                                       : is_tg_ca(consensus, 0, (uint32_t)consensus->n);
    find_tir(consensus, traits);
    find_tail(consensus, traits);
    find_helitron(consensus, traits);
    return true;
}

bool rp_structure_find(rp_structure_scratch *scratch, const rp_codes *consensus, rp_traits *traits)
{
    const size_t n = consensus->n;
    if (!rp_structure_find_ends(scratch, consensus, traits) ||
        !rp_codes_reverse_complement(&scratch->turned, consensus->items, n))
        return false;
    longest_frame(consensus->items, n, false, traits);
    longest_frame(scratch->turned.items, n, true, traits);
    traits->low_complexity = low_complexity(consensus);
    traits->period_bp = find_period(scratch, n);
    traits->rrna = is_rrna(consensus->items, n) || is_rrna(scratch->turned.items, n);
    traits->trna = n <= TRNA_MAX_BP && (has_trna(consensus->items, n) || has_trna(scratch->turned.items, n));
    return true;
}
