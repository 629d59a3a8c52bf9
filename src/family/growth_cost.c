/* growth_cost.c: the cost of a base by composition; see growth_cost.h. */
#include "family/growth_cost.h"

#include "align/scores.h"

rp_base_counts rp_growth_bases(const rp_codes *consensus)
{
    const size_t n = consensus->n < 2 * RP_CHECK_ROWS ? consensus->n : 2 * RP_CHECK_ROWS;
    rp_base_counts counts = {{0}};
    rp_base_counts_add_codes(&counts, consensus->items + consensus->n - n, n);
    return counts;
}

uint32_t rp_growth_cost(const rp_base_counts *grown, const rp_base_counts *copies, unsigned n)
{
    uint32_t gain = 0;
    for (unsigned i = 0; i < n; i++)
        gain += rp_chance_gain(grown, &copies[i]);
    return RP_GROW_COST + gain / RP_CHANCE_GAIN_UNIT;
}

rp_base_counts rp_growth_favours(const rp_base_counts *copies, unsigned n)
{
    rp_base_counts out = {{0}};
    for (unsigned base = 0; base < 4; base++) {
        uint32_t all = 0;
        for (unsigned i = 0; i < n; i++)
            all += copies[i].n[base];
        out.n[base] = all * all / RP_GROW_LANES;
    }
    return out;
}
