/* base_counts.c: bases counted 32 at a time; see base_counts.h. */
#include "genome/base_counts.h"

void rp_base_counts_add_codes(rp_base_counts *counts, const uint8_t *codes, size_t n)
{
    for (uint8_t base = 0; base < 4; base++) {
        uint32_t found = 0;
        for (size_t i = 0; i < n; i++)
            found += codes[i] == base;
        counts->n[base] += found;
    }
}

double rp_base_counts_same(const rp_base_counts *counts)
{
    double n = 0, same = 0;
    for (unsigned base = 0; base < 4; base++)
        n += counts->n[base];
    for (unsigned base = 0; base < 4; base++)
        same += n > 0 ? counts->n[base] / n * (counts->n[base] / n) : 1.0 / 16;
    return same;
}

void rp_base_counts_add_genome(rp_base_counts *counts, const rp_genome *genome, uint64_t begin, uint64_t end)
{
    const uint64_t even = UINT64_C(0x5555555555555555);
    for (uint64_t at = begin; at < end; at += 32) {
        const uint64_t bases = rp_genome_window(genome, at);
        const unsigned n = end - at < 32 ? (unsigned)(end - at) : 32;
        uint64_t valid = n == 32 ? even : even & (((uint64_t)1 << 2 * n) - 1);
        const uint64_t none = rp_bitmask_window(&genome->not_acgt, at);
        if ((none & (n == 32 ? UINT32_MAX : ((uint64_t)1 << n) - 1)) != 0)
            for (unsigned i = 0; i < n; i++)
                valid &= ~((none >> i & 1) << 2 * i);
        const uint64_t low = bases & valid, high = bases >> 1 & valid;
        const unsigned t = rp_count_bits(low & high), c = rp_count_bits(low) - t, g = rp_count_bits(high) - t;
        counts->n[0] += rp_count_bits(valid) - t - c - g;
        counts->n[1] += c;
        counts->n[2] += g;
        counts->n[3] += t;
    }
}

rp_base_counts rp_base_counts_of_walk(const rp_view *view, const rp_strand_walk *walk, int64_t begin, int64_t end)
{
    const int64_t limit = walk->limit_bp < INT64_MAX ? (int64_t)walk->limit_bp : INT64_MAX;
    const uint64_t from = (uint64_t)(begin < 0 ? 0 : begin < limit ? begin : limit);
    const uint64_t to = (uint64_t)(end < 0 ? 0 : end < limit ? end : limit);
    rp_base_counts counts = {{0}};
    if (from >= to)
        return counts;
    if (!walk->reverse) {
        rp_base_counts_add_genome(&counts, view->genome, walk->origin + from, walk->origin + to);
        return counts;
    }
    rp_base_counts_add_genome(&counts, view->genome, walk->origin - to, walk->origin - from);
    return rp_base_counts_turned(&counts);
}
