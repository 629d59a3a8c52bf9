/* codons.c: substitutions by what they do to codons; see codons.h.
 *
 * A substitution that many copies share may be one of their ancestor: each base of a column counts once. Where few
 * copies already show most columns changed, further ones would fill the rest: no more are read when every second
 * column has changed. */
#include "classify/codons.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "classify/proteins.h"

enum {
    MAX_PARTS = 32,
    MIN_DIFFERENCES = 10,      /* each adds 1.1 at most to a sum that must be above log(2 * 60) by far */
    N_STRETCHES = 16,          /* exons, say, of one consensus */
    BREAKS = 1 << RP_N_BASES,  /* in a column's changes, above its bases: a gap or insertion that shifts the frame */
    KEEPS = BREAKS << 1        /* one of whole codons */
};

/* Rates of replacements and stops, to that of synonymous changes, in genes: between the rates of most (0.1 to 0.3)
 * and one at which selection does not show; pseudogenes among the copies have some stops. */
static const double REPLACEMENT = 0.25, STOP = 0.05;

/* Gaps of dead sequence are mostly of one base or two; those of genes mostly of whole codons. */
static const double BREAKING_DEAD = 0.75, BREAKING_GENE = 0.25;

/* Transitions are twice as frequent as transversions, those of CpG several times. With the weight of some changes of
 * each kind, so that what the family itself shows decides where it has many. */
static const double TRANSITION = 1.5, TRANSVERSION = 0.75, CPG = 3, PRIOR_CHANGES = 8;

/* --- Changes --- */

typedef struct change_counts {
    const rp_codes *consensus;
    uint8_t *changes; /* by column: a bit for each base other than its own, BREAKS and KEEPS */
    size_t n_changes; /* of bases */
} change_counts;

static void note_gap(change_counts *counts, uint32_t column, uint32_t bp)
{
    counts->changes[column] |= bp % 3 == 0 ? KEEPS : BREAKS;
}

static bool is_full(const change_counts *counts)
{
    return 2 * counts->n_changes >= counts->consensus->n;
}

static void count_row(const rp_row *row, change_counts *counts)
{
    const uint8_t *consensus = counts->consensus->items;
    for (uint32_t c = row->begin; c < row->end; c++) {
        const uint8_t cell = row->cells.items[c - row->begin];
        uint32_t gap = 0;
        while (c + gap < row->end && row->cells.items[c + gap - row->begin] == RP_CELL_GAP)
            gap++;
        if (gap > 0) {
            note_gap(counts, c, gap);
            c += gap - 1;
        } else if (rp_code_is_base(cell) && cell != consensus[c] && (counts->changes[c] >> cell & 1) == 0) {
            counts->changes[c] |= (uint8_t)(1U << cell);
            counts->n_changes++;
        }
    }
    for (size_t i = 0; i < row->insertions.n; i++)
        if (row->insertions.items[i].column < counts->consensus->n)
            note_gap(counts, row->insertions.items[i].column, row->insertions.items[i].n);
}

/* Reads parts, evenly over all, until there are changes enough. */
static bool read_changes(rp_row_reader *reader, const rp_findings *findings, const rp_found_family *family,
                         change_counts *counts)
{
    rp_row row = {0};
    bool ok = true;
    for (size_t i = 0, n = 0; ok && i < family->n_parts && n < MAX_PARTS && !is_full(counts);
         i += family->n_parts / MAX_PARTS + 1, n++) {
        ok = rp_row_read(reader, findings, &findings->parts.items[family->parts[i]], &row);
        if (ok)
            count_row(&row, counts);
    }
    rp_row_clear(&row);
    return ok;
}

/* Whether the copies differ in so many places that genes among them could be told. */
static bool may_differ_enough(const rp_findings *findings, const rp_found_family *family)
{
    uint64_t n = 0;
    for (size_t i = 0; i < family->n_parts && n < MIN_DIFFERENCES; i++) {
        const rp_row_counts *counts = &findings->parts.items[family->parts[i]].counts;
        n += counts->mismatches + counts->deleted + counts->inserted;
    }
    return n >= MIN_DIFFERENCES;
}

/* --- The null hypothesis --- */

enum { N_KINDS = RP_N_BASES + 2, KIND_CPG_C = RP_N_BASES, KIND_CPG_G };

/* How often a base, or one of CpG, changes to each other. */
typedef struct mutation_rates {
    double by_kind[N_KINDS][RP_N_BASES];
} mutation_rates;

static unsigned kind_of(const rp_codes *consensus, size_t column)
{
    const uint8_t *c = consensus->items;
    if (c[column] == RP_BASE_C && column + 1 < consensus->n && c[column + 1] == RP_BASE_G)
        return KIND_CPG_C;
    if (c[column] == RP_BASE_G && column > 0 && c[column - 1] == RP_BASE_C)
        return KIND_CPG_G;
    return c[column];
}

static void estimate_rates(const change_counts *counts, mutation_rates *rates)
{
    const rp_codes *consensus = counts->consensus;
    double columns[N_KINDS] = {0};
    const double mean = (double)counts->n_changes / (3 * (double)consensus->n);
    *rates = (mutation_rates){0};
    for (size_t c = 0; c < consensus->n; c++) {
        if (!rp_code_is_base(consensus->items[c]))
            continue;
        const unsigned kind = kind_of(consensus, c);
        columns[kind]++;
        for (unsigned to = 0; to < RP_N_BASES; to++)
            rates->by_kind[kind][to] += counts->changes[c] >> to & 1;
    }
    for (unsigned kind = 0; kind < N_KINDS; kind++)
        for (unsigned to = 0; to < RP_N_BASES; to++) {
            const unsigned from = kind == KIND_CPG_C ? RP_BASE_C : kind == KIND_CPG_G ? RP_BASE_G : kind;
            const bool transition = (from ^ to) == 2; /* A with G, C with T */
            const double prior = transition ? TRANSITION * (kind >= RP_N_BASES ? CPG : 1) : TRANSVERSION;
            double *rate = &rates->by_kind[kind][to];
            *rate = (*rate + PRIOR_CHANGES * prior) / (columns[kind] * mean + PRIOR_CHANGES);
        }
}

/* --- Scores --- */

/* A strand of the consensus, with its changes. */
typedef struct strand {
    const rp_codes *consensus;
    const change_counts *counts;
    const mutation_rates *rates;
    bool reverse;
} strand;

static size_t column_at(const strand *of, size_t i)
{
    return of->reverse ? of->consensus->n - 1 - i : i;
}

static uint8_t on_strand(const strand *of, uint8_t code)
{
    return of->reverse ? rp_code_complement(code) : code;
}

/* Logarithm of the likelihood of a codon's changes as those of a gene, less that of the same as they come. A stop of
 * the consensus ends whatever is coding: -INFINITY. */
static double score_codon(const strand *of, size_t i)
{
    uint8_t codon[3];
    for (unsigned j = 0; j < 3; j++) {
        codon[j] = on_strand(of, of->consensus->items[column_at(of, i + j)]);
        if (!rp_code_is_base(codon[j]))
            return -INFINITY;
    }
    const char own = rp_amino_acid(codon[0], codon[1], codon[2]);
    if (own == '*')
        return -INFINITY;
    double score = 0, all = 0, selected = 0;
    unsigned n = 0;
    for (unsigned j = 0; j < 3; j++) {
        const size_t column = column_at(of, i + j);
        const uint8_t changes = of->counts->changes[column];
        const double *rates = of->rates->by_kind[kind_of(of->consensus, column)];
        for (uint8_t to = 0; to < RP_N_BASES; to++) {
            if (to == codon[j])
                continue;
            uint8_t other[3] = {codon[0], codon[1], codon[2]};
            other[j] = to;
            const uint8_t forward = on_strand(of, to);
            const char amino_acid = rp_amino_acid(other[0], other[1], other[2]);
            const double passes = amino_acid == own ? 1 : amino_acid == '*' ? STOP : REPLACEMENT;
            all += rates[forward];
            selected += rates[forward] * passes;
            if ((changes >> forward & 1) == 0)
                continue;
            score += log(passes);
            n++;
        }
        if ((changes & BREAKS) != 0)
            score += log(BREAKING_GENE / BREAKING_DEAD);
        if ((changes & KEEPS) != 0)
            score += log((1 - BREAKING_GENE) / (1 - BREAKING_DEAD));
    }
    return score - n * log(selected / all);
}

typedef struct stretch {
    size_t begin, end; /* columns */
    double score;
} stretch;

/* The best stretch of a frame that holds no column which is taken. */
static void find_in_frame(const strand *of, unsigned frame, const uint8_t *taken, stretch *best)
{
    double score = 0;
    size_t begin = frame;
    for (size_t i = frame; i + 3 <= of->consensus->n; i += 3) {
        if (score <= 0) {
            score = 0;
            begin = i;
        }
        const bool is_taken = taken[column_at(of, i)] || taken[column_at(of, i + 1)] || taken[column_at(of, i + 2)];
        score += is_taken ? -INFINITY : score_codon(of, i);
        if (score <= best->score)
            continue;
        const size_t a = column_at(of, begin), b = column_at(of, i + 2);
        *best = (stretch){a < b ? a : b, (a < b ? b : a) + 1, score};
    }
}

/* By a likelihood ratio, a stretch of chance that begins at a given codon comes to a score of s or more with
 * probability e^-s at most (Ville's inequality), one that begins anywhere in six frames with 2 n e^-s: the logarithm
 * of 2 n is taken off each. */
static void find_stretches(const strand strands[2], uint8_t *taken, rp_traits *traits)
{
    const double chance = log(2.0 * (double)strands[0].consensus->n);
    double sum = 0;
    for (unsigned n = 0; n < N_STRETCHES; n++) {
        stretch best = {.score = chance};
        for (unsigned frame = 0; frame < 6; frame++)
            find_in_frame(&strands[frame / 3], frame % 3, taken, &best);
        if (best.end == 0)
            break;
        for (size_t c = best.begin; c < best.end; c++)
            taken[c] = 1;
        sum += best.score - chance;
        traits->coding_bp += (uint32_t)(best.end - best.begin);
    }
    traits->coding_score = (float)sum;
}

/* Copies with a part that reaches into a stretch. */
static uint32_t count_copies(const rp_findings *findings, const rp_found_family *family, const uint8_t *taken)
{
    uint32_t n = 0, last = UINT32_MAX;
    for (size_t i = 0; i < family->n_parts; i++) {
        const rp_part *part = &findings->parts.items[family->parts[i]];
        uint32_t c = part->consensus_begin;
        while (c < part->consensus_end && !taken[c])
            c++;
        if (c == part->consensus_end || part->copy == last)
            continue;
        last = part->copy;
        n++;
    }
    return n;
}

bool rp_codons_look(rp_row_reader *reader, const rp_findings *findings, const rp_found_family *family,
                    rp_traits *traits)
{
    const rp_codes *consensus = family->consensus;
    change_counts counts = {.consensus = consensus, .changes = rp_alloc(consensus->n, 1)};
    uint8_t *taken = rp_alloc(consensus->n, 1);
    const bool ok = counts.changes != NULL && taken != NULL &&
                    (!may_differ_enough(findings, family) || read_changes(reader, findings, family, &counts));
    if (ok && counts.n_changes > 0) {
        mutation_rates rates;
        estimate_rates(&counts, &rates);
        const strand strands[2] = {{consensus, &counts, &rates, false}, {consensus, &counts, &rates, true}};
        find_stretches(strands, taken, traits);
        traits->coding_copies = count_copies(findings, family, taken);
        traits->coding_changes = (uint32_t)counts.n_changes;
    }
    free(counts.changes);
    free(taken);
    return ok;
}
