/* subfamilies.c: a family told apart by diagnostic sites; see subfamilies.h. */
#include "classify/subfamilies.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_COPIES = 512,          /* evenly over the parts that are long enough */
    MIN_SHARE_PERCENT = 50,    /* of the consensus, that a part must hold */
    MIN_COPIES = 10,           /* of a subfamily */
    MAX_SITES = 96,            /* those with the most copies that differ */
    MIN_MINOR = 6,             /* copies that share a rarer base */
    MIN_DIAGNOSTIC = 4,        /* sites at which two subfamilies differ */
    DIAGNOSTIC_PERCENT = 70,   /* of a subfamily's copies that have its base there */
    ROUNDS = 8
};

static const double MAX_LOG_CHANCE = -3; /* natural logarithm, all pairs of sites together */

RP_ARRAY(cell_matrix, uint8_t);

/* The copies as rows of cells. */
typedef struct copy_table {
    cell_matrix cells;         /* [copy][column]; RP_BASE_NONE: the part has no base there, or not the column */
    size_t n_copies, n_columns;
    const rp_codes *consensus;
} copy_table;

/* A column and the base that is the second there. */
typedef struct site {
    uint32_t column;
    uint8_t minor;
    uint32_t count;
} site;

static uint8_t cell(const copy_table *table, size_t copy, size_t column)
{
    return table->cells.items[copy * table->n_columns + column];
}

static bool add_row(copy_table *table, const rp_row *row)
{
    const size_t first = table->cells.n;
    if (!cell_matrix_reserve(&table->cells, first + table->n_columns))
        return false;
    memset(table->cells.items + first, RP_BASE_NONE, table->n_columns);
    table->cells.n += table->n_columns;
    for (uint32_t c = row->begin; c < row->end; c++)
        if (rp_code_is_base(row->cells.items[c - row->begin]))
            table->cells.items[first + c] = row->cells.items[c - row->begin];
    table->n_copies++;
    return true;
}

/* Reads the parts that hold enough of the consensus. */
static bool read_copies(rp_row_reader *reader, const rp_findings *findings, const rp_found_family *family,
                        copy_table *table)
{
    size_t *chosen = rp_alloc(family->n_parts, sizeof *chosen), n = 0;
    if (chosen == NULL)
        return false;
    for (size_t i = 0; i < family->n_parts; i++) {
        const rp_part *part = &findings->parts.items[family->parts[i]];
        if (100 * (uint64_t)(part->consensus_end - part->consensus_begin) >= MIN_SHARE_PERCENT * family->consensus->n)
            chosen[n++] = family->parts[i];
    }
    const size_t step = n / MAX_COPIES + 1;
    const bool enough = (n + step - 1) / step >= (size_t)2 * MIN_COPIES;
    rp_row row = {0};
    bool ok = true;
    for (size_t i = 0; ok && enough && i < n; i += step)
        ok = rp_row_read(reader, findings, &findings->parts.items[chosen[i]], &row) && add_row(table, &row);
    rp_row_clear(&row);
    free(chosen);
    return ok;
}

static bool is_cpg(const rp_codes *consensus, size_t column)
{
    const uint8_t *c = consensus->items;
    return (c[column] == RP_BASE_C && column + 1 < consensus->n && c[column + 1] == RP_BASE_G) ||
           (c[column] == RP_BASE_G && column > 0 && c[column - 1] == RP_BASE_C);
}

/* --- Consensus and diagnostic sites of groups --- */

static void count_column(const copy_table *table, const uint8_t *group, uint8_t which, size_t column,
                         uint32_t counts[RP_N_BASES])
{
    memset(counts, 0, RP_N_BASES * sizeof *counts);
    for (size_t i = 0; i < table->n_copies; i++)
        if (group[i] == which && rp_code_is_base(cell(table, i, column)))
            counts[cell(table, i, column)]++;
}

static uint8_t largest(const uint32_t counts[RP_N_BASES])
{
    uint8_t best = 0;
    for (uint8_t base = 1; base < RP_N_BASES; base++)
        if (counts[base] > counts[best])
            best = base;
    return best;
}

/* The majority of a group; the family's base where the group has none. */
static void vote(const copy_table *table, const uint8_t *group, uint8_t which, uint8_t *consensus)
{
    for (size_t c = 0; c < table->n_columns; c++) {
        uint32_t counts[RP_N_BASES];
        count_column(table, group, which, c, counts);
        const uint8_t best = largest(counts);
        consensus[c] = counts[best] > 0 ? best : table->consensus->items[c];
    }
}

/* Columns at which two consensus sequences differ and most copies of either group agree with theirs. */
static size_t count_diagnostic(const copy_table *table, const uint8_t *group, const uint8_t which[2],
                               uint8_t *const consensus[2])
{
    size_t n = 0;
    for (size_t c = 0; c < table->n_columns; c++) {
        if (consensus[0][c] == consensus[1][c] || is_cpg(table->consensus, c))
            continue;
        bool good = true;
        for (int side = 0; side < 2 && good; side++) {
            uint32_t counts[RP_N_BASES];
            count_column(table, group, which[side], c, counts);
            const uint32_t all = counts[0] + counts[1] + counts[2] + counts[3];
            good = all >= MIN_MINOR && 100 * counts[consensus[side][c]] >= DIAGNOSTIC_PERCENT * all;
        }
        n += good;
    }
    return n;
}

/* --- The pair of sites --- */

static int compare_sites(const void *left, const void *right)
{
    const site *a = left, *b = right;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return (a->column > b->column) - (a->column < b->column);
}

/* The columns of a group with the most frequent second bases. */
static size_t choose_sites(const copy_table *table, const uint8_t *group, uint8_t which, site *all, site *chosen)
{
    size_t n = 0;
    for (size_t c = 0; c < table->n_columns; c++) {
        uint32_t counts[RP_N_BASES];
        count_column(table, group, which, c, counts);
        const uint8_t major = largest(counts);
        counts[major] = 0;
        const uint8_t minor = largest(counts);
        if (counts[minor] >= MIN_MINOR && !is_cpg(table->consensus, c))
            all[n++] = (site){(uint32_t)c, minor, counts[minor]};
    }
    qsort(all, n, sizeof *all, compare_sites);
    n = n < MAX_SITES ? n : MAX_SITES;
    memcpy(chosen, all, n * sizeof *chosen);
    return n;
}

static double log_choose(uint32_t n, uint32_t k)
{
    int sign;
    return lgamma_r(n + 1.0, &sign) - lgamma_r(k + 1.0, &sign) - lgamma_r(n - k + 1.0, &sign);
}

/* Natural logarithm of the chance that so many or more of a and b copies among n are the same (hypergeometric). */
static double log_chance(uint32_t together, uint32_t a, uint32_t b, uint32_t n)
{
    const uint32_t most = a < b ? a : b;
    double sum = 0;
    const double first = log_choose(a, together) + log_choose(n - a, b - together);
    for (uint32_t k = together; k <= most && b - k <= n - a; k++)
        sum += exp(log_choose(a, k) + log_choose(n - a, b - k) - first);
    return first + log(sum) - log_choose(n, b);
}

/* The pair that stands together most surprisingly; false: none does. */
static bool find_pair(const copy_table *table, const uint8_t *group, uint8_t which, const site *sites, size_t n,
                      site pair[2])
{
    double best = 0;
    for (size_t a = 0; a < n; a++)
        for (size_t b = a + 1; b < n; b++) {
            uint32_t all = 0, with_a = 0, with_b = 0, together = 0;
            for (size_t i = 0; i < table->n_copies; i++) {
                const uint8_t x = cell(table, i, sites[a].column), y = cell(table, i, sites[b].column);
                if (group[i] != which || !rp_code_is_base(x) || !rp_code_is_base(y))
                    continue;
                all++;
                with_a += x == sites[a].minor;
                with_b += y == sites[b].minor;
                together += x == sites[a].minor && y == sites[b].minor;
            }
            if (together < MIN_MINOR)
                continue;
            if ((uint64_t)together * all <= (uint64_t)with_a * with_b)
                continue;
            const double chance = log_chance(together, with_a, with_b, all);
            if (chance < best) {
                best = chance;
                pair[0] = sites[a];
                pair[1] = sites[b];
            }
        }
    const double pairs = 9.0 * (double)table->n_columns * (double)table->n_columns / 2;
    return best + log(pairs) <= MAX_LOG_CHANCE;
}

/* --- Splitting --- */

static size_t count_group(const copy_table *table, const uint8_t *group, uint8_t which)
{
    size_t n = 0;
    for (size_t i = 0; i < table->n_copies; i++)
        n += group[i] == which;
    return n;
}

/* Puts each copy of the two groups to the nearer consensus; ties stay. */
static bool assign(const copy_table *table, uint8_t *group, const uint8_t which[2], uint8_t *const consensus[2])
{
    bool changed = false;
    for (size_t i = 0; i < table->n_copies; i++) {
        if (group[i] != which[0] && group[i] != which[1])
            continue;
        int nearer = 0; /* positive: the second */
        for (size_t c = 0; c < table->n_columns; c++)
            if (consensus[0][c] != consensus[1][c]) {
                const uint8_t here = cell(table, i, c);
                nearer += (here == consensus[1][c]) - (here == consensus[0][c]);
            }
        const uint8_t to = nearer > 0 ? which[1] : nearer < 0 ? which[0] : group[i];
        changed = changed || to != group[i];
        group[i] = to;
    }
    return changed;
}

/* Splits group `which`, the new one being `fresh`. False in *done: it holds together. */
static bool split(const copy_table *table, uint8_t *group, uint8_t which, uint8_t fresh, bool *done)
{
    site *all = rp_alloc(table->n_columns, sizeof *all), chosen[MAX_SITES], pair[2] = {{0}};
    uint8_t *before = rp_alloc(table->n_copies, 1);
    uint8_t *consensus[2] = {rp_alloc(table->n_columns, 1), rp_alloc(table->n_columns, 1)};
    const uint8_t sides[2] = {which, fresh};
    const bool ok = all != NULL && before != NULL && consensus[0] != NULL && consensus[1] != NULL;
    *done = false;
    if (ok && find_pair(table, group, which, chosen, choose_sites(table, group, which, all, chosen), pair)) {
        memcpy(before, group, table->n_copies);
        for (size_t i = 0; i < table->n_copies; i++)
            if (group[i] == which && cell(table, i, pair[0].column) == pair[0].minor &&
                cell(table, i, pair[1].column) == pair[1].minor)
                group[i] = fresh;
        for (int round = 0; round < ROUNDS; round++) {
            vote(table, group, which, consensus[0]);
            vote(table, group, fresh, consensus[1]);
            if (!assign(table, group, sides, consensus))
                break;
        }
        *done = count_group(table, group, which) >= MIN_COPIES && count_group(table, group, fresh) >= MIN_COPIES &&
                count_diagnostic(table, group, sides, consensus) >= MIN_DIAGNOSTIC;
        if (!*done)
            memcpy(group, before, table->n_copies);
    }
    free(all);
    free(before);
    free(consensus[0]);
    free(consensus[1]);
    return ok;
}

static int compare_subfamilies(const void *left, const void *right)
{
    const rp_subfamily *a = left, *b = right;
    if (a->n_copies != b->n_copies)
        return a->n_copies > b->n_copies ? -1 : 1;
    return memcmp(a->consensus.items, b->consensus.items, a->consensus.n);
}

static bool make_subfamilies(const copy_table *table, const uint8_t *group, size_t n, rp_subfamilies *found)
{
    for (size_t g = 0; g < n; g++) {
        rp_subfamily *made = &found->items[found->n++];
        *made = (rp_subfamily){.n_copies = count_group(table, group, (uint8_t)g)};
        if (!rp_codes_reserve(&made->consensus, table->n_columns + 1))
            return false;
        vote(table, group, (uint8_t)g, made->consensus.items);
        made->consensus.n = table->n_columns;
    }
    qsort(found->items, found->n, sizeof *found->items, compare_subfamilies);
    return true;
}

bool rp_subfamilies_find(rp_row_reader *reader, const rp_findings *findings, size_t family, rp_subfamilies *found)
{
    const rp_found_family *of = &findings->families[family];
    copy_table table = {.n_columns = of->consensus->n, .consensus = of->consensus};
    *found = (rp_subfamilies){.n = 0};
    bool ok = read_copies(reader, findings, of, &table);
    uint8_t *group = rp_alloc(table.n_copies + 1, 1);
    ok = ok && group != NULL;
    size_t n_groups = 1;
    for (size_t g = 0; ok && g < n_groups; g++)
        for (bool done = true;
             ok && done && n_groups < RP_MAX_SUBFAMILIES && count_group(&table, group, (uint8_t)g) >= 2 * MIN_COPIES;) {
            ok = split(&table, group, (uint8_t)g, (uint8_t)n_groups, &done);
            n_groups += done;
        }
    if (ok && n_groups > 1)
        ok = make_subfamilies(&table, group, n_groups, found);
    if (ok && n_groups == 1)
        found->n = 1;
    if (!ok)
        rp_subfamilies_clear(found);
    free(group);
    free(table.cells.items);
    return ok;
}

void rp_subfamilies_clear(rp_subfamilies *found)
{
    for (size_t i = 0; i < found->n; i++)
        free(found->items[i].consensus.items);
    *found = (rp_subfamilies){.n = 0};
}
