/* tally.c: votes, identity and higher order of an array's monomers; see tally.h. */
#include "satellite/tally.h"

#include <stdlib.h>
#include <string.h>

enum {
    ROWS_BP = 1 << 17,       /* monomers that are kept, all together: hundreds of common ones */
    MAX_ROWS = 200,
    UNKNOWN = 7,
    MAX_UNITS = 40,          /* of a higher-order repeat; that of the human Y chromosome has 34 */
    MIN_GAIN_PERCENT = 2,    /* by which its copies must be more alike than monomers are, */
    ERROR_FACTOR = 2         /* and so many times fewer differences */
};

void rp_tally_clear(rp_tally *tally)
{
    free(tally->columns);
    free(tally->inserted);
    free(tally->rows);
    *tally = (rp_tally){0};
}

bool rp_tally_start(rp_tally *tally, uint32_t period)
{
    if (!rp_reserve((void **)&tally->columns, &tally->columns_capacity, period, sizeof *tally->columns) ||
        !rp_reserve((void **)&tally->inserted, &tally->inserted_capacity, period, sizeof *tally->inserted) ||
        !rp_reserve((void **)&tally->rows, &tally->rows_capacity, ROWS_BP, 1))
        return false;
    memset(tally->columns, 0, period * sizeof *tally->columns);
    memset(tally->inserted, 0, period * sizeof *tally->inserted);
    tally->period = period;
    tally->n_rows = ROWS_BP / period < MAX_ROWS ? ROWS_BP / period : MAX_ROWS;
    memset(tally->rows, UNKNOWN, (size_t)tally->n_rows * period);
    tally->matches = tally->mismatches = tally->deleted_bp = tally->inserted_bp = 0;
    tally->begin = tally->end = 0;
    return true;
}

/* A base at its place, or the want of one. */
static void put(rp_tally *tally, int64_t place, uint8_t symbol)
{
    const uint32_t period = tally->period, column = (uint32_t)(place % period);
    const int64_t row = place / period - tally->begin / period;
    tally->columns[column][symbol]++;
    if (row < (int64_t)tally->n_rows)
        tally->rows[(size_t)row * period + column] = symbol;
}

void rp_tally_add(rp_tally *tally, const uint8_t *monomer, const uint8_t *codes, const int64_t *places, size_t n)
{
    bool in_insertion = false;
    for (size_t i = 0; i < n; i++) {
        const uint8_t code = codes[i];
        if (places[i] < 0) {
            tally->inserted_bp++;
            if (!in_insertion && tally->end > tally->begin && rp_code_is_base(code)) {
                uint32_t *here = tally->inserted[(tally->end - 1) % tally->period];
                here[code]++;
                here[RP_TALLY_SYMBOLS - 1]++;
            }
            in_insertion = true;
            continue;
        }
        in_insertion = false;
        if (tally->end == tally->begin)
            tally->begin = tally->end = places[i];
        for (; tally->end < places[i]; tally->end++) {
            put(tally, tally->end, RP_TALLY_DELETED);
            tally->deleted_bp++;
        }
        if (rp_code_is_base(code))
            put(tally, places[i], code);
        const bool same = code == monomer[places[i] % tally->period];
        tally->matches += same;
        tally->mismatches += !same;
        tally->end = places[i] + 1;
    }
}

void rp_tally_add_backwards(rp_tally *tally, const uint8_t *monomer, const uint8_t *codes, const int64_t *places,
                            size_t n)
{
    const uint32_t period = tally->period;
    int64_t last = -1;
    for (size_t i = 0; i < n; i++) {
        if (places[i] < 0) {
            tally->inserted_bp++;
            continue;
        }
        for (int64_t lacking = last + 1; last >= 0 && lacking < places[i]; lacking++) {
            tally->columns[period - 1 - lacking % period][RP_TALLY_DELETED]++;
            tally->deleted_bp++;
        }
        const uint32_t column = period - 1 - (uint32_t)(places[i] % period);
        if (rp_code_is_base(codes[i]))
            tally->columns[column][codes[i]]++;
        const bool same = codes[i] == monomer[column];
        tally->matches += same;
        tally->mismatches += !same;
        last = places[i];
    }
}

static unsigned most(const uint32_t *counts)
{
    unsigned best = 0;
    for (unsigned code = 1; code < RP_N_BASES; code++)
        best = counts[code] > counts[best] ? code : best;
    return best;
}

static uint32_t depth_of(const uint32_t *counts)
{
    return counts[0] + counts[1] + counts[2] + counts[3];
}

bool rp_tally_vote(const rp_tally *tally, rp_codes *monomer)
{
    monomer->n = 0;
    for (uint32_t p = 0; p < tally->period; p++) {
        const uint32_t *column = tally->columns[p], *inserted = tally->inserted[p];
        if (column[RP_TALLY_DELETED] <= depth_of(column) && !rp_codes_push(monomer, (uint8_t)most(column)))
            return false;
        if (2 * inserted[RP_TALLY_SYMBOLS - 1] > depth_of(column) + column[RP_TALLY_DELETED] &&
            !rp_codes_push(monomer, (uint8_t)most(inserted)))
            return false;
    }
    return true;
}

double rp_tally_identity(const rp_tally *tally)
{
    double equal = 0, pairs = 0;
    for (uint32_t p = 0; p < tally->period; p++) {
        double n = 0;
        for (unsigned symbol = 0; symbol < RP_TALLY_SYMBOLS; symbol++) {
            const double count = tally->columns[p][symbol];
            n += count;
            equal += symbol == RP_TALLY_DELETED ? 0 : count * (count - 1);
        }
        const double lacking = tally->columns[p][RP_TALLY_DELETED];
        pairs += n * (n - 1) - lacking * (lacking - 1); /* where both lack the base there is nothing to compare */
    }
    return pairs > 0 ? 100 * equal / pairs : 100;
}

/* Percent of the places at which monomers so many units apart differ. */
static double differences(const rp_tally *tally, uint32_t apart)
{
    uint64_t places = 0, differ = 0;
    for (size_t row = 0; row + apart < tally->n_rows; row++) {
        const uint8_t *a = tally->rows + row * tally->period, *b = a + (size_t)apart * tally->period;
        for (uint32_t p = 0; p < tally->period; p++) {
            const bool known = a[p] != UNKNOWN && b[p] != UNKNOWN && (a[p] & b[p]) != RP_TALLY_DELETED;
            places += known;
            differ += known && a[p] != b[p];
        }
    }
    return places > 0 ? 100 * (double)differ / (double)places : 100;
}

static int compare_doubles(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

uint32_t rp_tally_higher_order(const rp_tally *tally, double *identity)
{
    const uint64_t rows = (uint64_t)(tally->end / tally->period - tally->begin / tally->period) + 1;
    const uint32_t known = rows < tally->n_rows ? (uint32_t)rows : tally->n_rows,
                   longest = known / 2 < MAX_UNITS ? known / 2 : MAX_UNITS;
    double by_distance[MAX_UNITS + 1], sorted[MAX_UNITS];
    if (longest < 3)
        return 0;
    double least = 100;
    for (uint32_t m = 1; m <= longest; m++) {
        by_distance[m] = sorted[m - 1] = differences(tally, m);
        least = by_distance[m] < least ? by_distance[m] : least;
    }
    qsort(sorted, longest, sizeof *sorted, compare_doubles);
    const double usual = sorted[longest / 2], limit = usual / ERROR_FACTOR;
    if (least > limit || usual - least < MIN_GAIN_PERCENT || by_distance[1] <= limit)
        return 0; /* neighbours that are as alike are units of the array, no higher order */
    for (uint32_t m = 2; m <= longest; m++)
        if (by_distance[m] <= limit) {
            *identity = 100 - by_distance[m];
            return m;
        }
    return 0;
}

/* Where the least rotation begins (two candidates that are compared until one has lost). */
static size_t least_rotation(const uint8_t *codes, size_t n)
{
    size_t a = 0, b = 1, equal = 0;
    while (a < n && b < n && equal < n) {
        const uint8_t x = codes[(a + equal) % n], y = codes[(b + equal) % n];
        if (x == y) {
            equal++;
            continue;
        }
        *(x > y ? &a : &b) += equal + 1;
        b += a == b;
        equal = 0;
    }
    return a < b ? a : b;
}

bool rp_monomer_canonical(rp_codes *monomer, bool *reverse)
{
    const size_t n = monomer->n;
    rp_codes turned = {0}, out = {0};
    bool ok = rp_codes_reverse_complement(&turned, monomer->items, n);
    if (ok) {
        const size_t a = least_rotation(monomer->items, n), b = least_rotation(turned.items, n);
        size_t i = 0;
        while (i < n && monomer->items[(a + i) % n] == turned.items[(b + i) % n])
            i++;
        *reverse = i < n && monomer->items[(a + i) % n] > turned.items[(b + i) % n];
        const uint8_t *best = *reverse ? turned.items : monomer->items;
        const size_t from = *reverse ? b : a;
        ok = rp_codes_append(&out, best + from, n - from) && rp_codes_append(&out, best, from);
    }
    if (ok) {
        rp_codes swap = *monomer;
        *monomer = out;
        out = swap;
    }
    free(turned.items);
    free(out.items);
    return ok;
}
