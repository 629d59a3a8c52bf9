/* ends.c: the most likely ends of a consensus; see ends.h. */
#include "family/ends.h"

#include <math.h>
#include <string.h>

enum {
    CUT_BP = 40,
    ADD_BP = 16,
    CORE_BP = 24,                 /* further in: what the family is like */
    INNER_BP = CUT_BP + CORE_BP,
    COLUMNS = INNER_BP + ADD_BP,  /* going outwards; the consensus' last base is column INNER_BP - 1 */
    REACH_BP = 30,                /* a copy comes near an end that is aligned up to so many bases before it */
    CHECK_BP = 20,
    CHECK_MATCHES = 14, /* of a copy's last aligned bases, without gaps */
    MAX_COPIES = 128,             /* evenly over all */
    MIN_COPIES = 3
};

/* Natural logarithm of the odds, below which an end stays. */
static const double MIN_GAIN = 3, MIN_IDENTITY = 0.6, MAX_IDENTITY = 0.98;

/* Bases of the copies by column. */
typedef struct end_columns {
    uint32_t counts[COLUMNS][4];
    uint32_t depth[COLUMNS];
    uint8_t consensus[COLUMNS];   /* majority where there is none yet */
} end_columns;

static unsigned base_at(const rp_view *view, const rp_contig *contig, const rp_copy *copy, bool left, int64_t offset)
{
    return rp_genome_base_beyond(view->genome, contig, copy->begin, copy->end, copy->reverse, left, offset);
}

/* Counts the bases of the copies around an end; returns how many copies come near it. */
static unsigned count_bases(const rp_view *view, const rp_codes *consensus, const rp_copies *copies, bool left,
                            end_columns *columns)
{
    const uint32_t n = (uint32_t)consensus->n;
    const size_t step = copies->n / MAX_COPIES + 1;
    unsigned used = 0;
    memset(columns, 0, sizeof *columns);
    for (uint32_t i = 0; i < INNER_BP; i++)
        columns->consensus[i] = consensus->items[left ? INNER_BP - 1 - i : n - INNER_BP + i];
    for (size_t c = 0; c < copies->n; c += step) {
        const rp_copy *copy = &copies->items[c];
        const uint32_t lacking = left ? copy->consensus_begin : n - copy->consensus_end;
        if (lacking > REACH_BP || copy->consensus_end - copy->consensus_begin < INNER_BP)
            continue;
        const rp_contig *contig = &view->genome->contigs[rp_genome_contig_of(view->genome, copy->begin)];
        const int64_t edge = INNER_BP - (int64_t)lacking; /* column of the first base beyond the alignment */
        unsigned matches = 0;
        for (int i = 1; i <= CHECK_BP; i++)
            matches += base_at(view, contig, copy, left, -i) == columns->consensus[edge - i];
        if (matches < CHECK_MATCHES)
            continue;
        used++;
        for (int64_t i = 0; i < COLUMNS; i++) {
            const unsigned base = base_at(view, contig, copy, left, i - edge);
            if (!rp_code_is_base(base))
                continue;
            columns->counts[i][base]++;
            columns->depth[i]++;
        }
    }
    for (uint32_t i = INNER_BP; i < COLUMNS; i++)
        for (uint8_t base = 1; base < RP_N_BASES; base++)
            if (columns->counts[i][base] > columns->counts[i][columns->consensus[i]])
                columns->consensus[i] = base;
    return used;
}

static uint32_t matches_in(const end_columns *columns, uint32_t i)
{
    return rp_code_is_base(columns->consensus[i]) ? columns->counts[i][columns->consensus[i]] : 0;
}

/* Share of random bases that agree with their majority: a quarter, and what the choice makes of few. */
static double chance_of(uint32_t depth)
{
    return 0.25 + 0.55 / sqrt((double)depth);
}

/* Columns that belong to the family. */
static uint32_t find_end(const end_columns *columns)
{
    uint64_t matches = 0, bases = 0;
    for (uint32_t i = 0; i < CORE_BP; i++) {
        matches += matches_in(columns, i);
        bases += columns->depth[i];
    }
    double identity = bases > 0 ? (double)matches / (double)bases : 0;
    identity = identity > MAX_IDENTITY ? MAX_IDENTITY : identity < MIN_IDENTITY ? MIN_IDENTITY : identity;
    double sum = 0, best = 0, at_old_end = 0;
    uint32_t end = CORE_BP;
    for (uint32_t i = CORE_BP; i < COLUMNS && columns->depth[i] >= MIN_COPIES; i++) {
        const double chance = chance_of(columns->depth[i]);
        const uint32_t equal = matches_in(columns, i), other = columns->depth[i] - equal;
        if (chance < identity)
            sum += equal * log(identity / chance) + other * log((1 - identity) / (1 - chance));
        if (i + 1 == INNER_BP)
            at_old_end = sum;
        if (sum > best) {
            best = sum;
            end = i + 1;
        }
    }
    return best - at_old_end >= MIN_GAIN ? end : INNER_BP;
}

bool rp_set_ends(const rp_view *view, rp_codes *consensus, const rp_copies *copies)
{
    if (consensus->n < 2 * INNER_BP || consensus->n + 2 * ADD_BP > RP_CONSENSUS_MAX_BP)
        return true;
    end_columns right, left;
    const uint32_t right_end =
        count_bases(view, consensus, copies, false, &right) >= MIN_COPIES ? find_end(&right) : INNER_BP;
    const uint32_t left_end =
        count_bases(view, consensus, copies, true, &left) >= MIN_COPIES ? find_end(&left) : INNER_BP;
    if (right_end <= INNER_BP)
        consensus->n -= INNER_BP - right_end;
    for (uint32_t i = INNER_BP; i < right_end; i++)
        if (!rp_codes_push(consensus, right.consensus[i]))
            return false;
    if (left_end <= INNER_BP) {
        const uint32_t cut = INNER_BP - left_end;
        memmove(consensus->items, consensus->items + cut, consensus->n - cut);
        consensus->n -= cut;
        return true;
    }
    const uint32_t added = left_end - INNER_BP;
    if (!rp_codes_reserve(consensus, consensus->n + added))
        return false;
    memmove(consensus->items + added, consensus->items, consensus->n);
    for (uint32_t i = 0; i < added; i++)
        consensus->items[i] = left.consensus[left_end - 1 - i];
    consensus->n += added;
    return true;
}
