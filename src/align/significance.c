/* significance.c: log-odds by the chance of a match; see significance.h. */
#include "align/significance.h"

enum {
    CHANCE_UNIT = 256,                     /* chances are counted in 256ths */
    USUAL_CHANCE = 72,
    ALIKE_CHANCE = 184, /* at which the scores +2 and -2 are log-odds; ALIKE = UNIT - USUAL */
    WORTH_UNIT = 1024,
    N_CHANCES = ALIKE_CHANCE - USUAL_CHANCE + 1
};

/* By chance of a match, c from USUAL_CHANCE on: what a match is worth, ln(ALIKE / c) / lambda with
 * lambda = ln(ALIKE / USUAL) / 2, so that it is 2 at the usual chance; in units of 1 / WORTH_UNIT. */
static const int16_t match_worth[N_CHANCES] = {
    2048, 2018, 1988, 1959, 1930, 1901, 1873, 1845, 1818, 1791, 1764, 1738, 1712, 1686, 1660, 1635, 1610, 1585, 1561,
    1537, 1513, 1489, 1466, 1443, 1420, 1397, 1375, 1353, 1331, 1309, 1288, 1266, 1245, 1224, 1204, 1183, 1163, 1143,
    1123, 1103, 1084, 1064, 1045, 1026, 1007, 988,  970,  951,  933,  915,  897,  879,  861,  844,  827,  809,  792,
    775,  758,  742,  725,  708,  692,  676,  660,  644,  628,  612,  597,  581,  566,  550,  535,  520,  505,  490,
    475,  461,  446,  431,  417,  403,  388,  374,  360,  346,  333,  319,  305,  291,  278,  265,  251,  238,  225,
    212,  199,  186,  173,  160,  147,  135,  122,  109,  97,   85,   72,   60,   48,   36,   24,   12,   0};

/* And a mismatch, ln(USUAL / (UNIT - c)) / lambda. */
static const int16_t mismatch_worth[N_CHANCES] = {
    -2048, -2036, -2024, -2012, -2000, -1988, -1976, -1963, -1951, -1939, -1926, -1913, -1901, -1888, -1875,
    -1862, -1849, -1836, -1823, -1810, -1797, -1783, -1770, -1757, -1743, -1729, -1715, -1702, -1688, -1674,
    -1660, -1645, -1631, -1617, -1602, -1587, -1573, -1558, -1543, -1528, -1513, -1498, -1482, -1467, -1451,
    -1436, -1420, -1404, -1388, -1372, -1356, -1340, -1323, -1306, -1290, -1273, -1256, -1239, -1221, -1204,
    -1187, -1169, -1151, -1133, -1115, -1097, -1078, -1060, -1041, -1022, -1003, -984,  -964,  -945,  -925,
    -905,  -885,  -865,  -844,  -824,  -803,  -782,  -760,  -739,  -717,  -695,  -673,  -651,  -628,  -605,
    -582,  -559,  -535,  -511,  -487,  -463,  -438,  -413,  -388,  -362,  -336,  -310,  -284,  -257,  -230,
    -203,  -175,  -147,  -118,  -89,   -60,   -30,   0};

/* The chance that a base of one stretch equals one of the other, rounded. */
static uint64_t chance_of_match(const rp_base_counts *a, const rp_base_counts *b)
{
    uint64_t n_a = 0, n_b = 0, equal = 0;
    for (unsigned i = 0; i < 4; i++) {
        n_a += a->n[i];
        n_b += b->n[i];
        equal += (uint64_t)a->n[i] * b->n[i];
    }
    const uint64_t pairs = n_a * n_b;
    return pairs == 0 ? 0 : (CHANCE_UNIT * equal + pairs / 2) / pairs;
}

int32_t rp_significant_score(int32_t score, uint32_t pairs, const rp_base_counts *a, const rp_base_counts *b)
{
    const uint64_t chance = chance_of_match(a, b);
    if (chance <= USUAL_CHANCE)
        return score;
    if (chance > ALIKE_CHANCE)
        return score < 0 ? score : 0;
    /* matches + mismatches = pairs and 2 matches - 2 mismatches = score, where a gap is so many mismatches */
    const int64_t match = match_worth[chance - USUAL_CHANCE], mismatch = mismatch_worth[chance - USUAL_CHANCE];
    const int64_t worth = 2 * (int64_t)pairs * (match + mismatch) + score * (match - mismatch);
    const int64_t adjusted = worth / (4 * WORTH_UNIT);
    return adjusted < score ? (int32_t)adjusted : score;
}

uint32_t rp_chance_gain(const rp_base_counts *a, const rp_base_counts *b)
{
    const uint64_t chance = chance_of_match(a, b);
    if (chance <= USUAL_CHANCE)
        return 0;
    if (chance >= ALIKE_CHANCE) /* pairs match so often by chance alone */
        return (uint32_t)(RP_CHANCE_GAIN_UNIT * (4 * chance - 2 * CHANCE_UNIT) / CHANCE_UNIT);
    const int32_t match = match_worth[chance - USUAL_CHANCE], mismatch = mismatch_worth[chance - USUAL_CHANCE];
    return (uint32_t)(-2 * RP_CHANCE_GAIN_UNIT * (match + mismatch) / (match - mismatch));
}

uint32_t rp_chance_recurrence(const rp_base_counts *counts, unsigned word_bases, uint32_t reach)
{
    const uint64_t one = UINT64_C(1) << 31;
    uint64_t n = 0, equal = 0, word = one;
    for (unsigned i = 0; i < 4; i++) {
        n += counts->n[i];
        equal += (uint64_t)counts->n[i] * counts->n[i];
    }
    if (n == 0)
        return 0;
    for (unsigned i = 0; i < word_bases; i++)
        word = word * equal / (n * n);
    uint64_t none = one, power = one - word; /* (1 - chance of equal words)^reach, by squaring */
    for (; reach > 0; reach /= 2) {
        if (reach % 2 != 0)
            none = none * power / one;
        power = power * power / one;
    }
    return (uint32_t)((one - none) * RP_RECURRENCE_UNIT / one);
}
