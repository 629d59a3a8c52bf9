/* places.c: target sites, flanks and neighbours of copies; see places.h. */
#include "classify/places.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "classify/chance.h"
#include "classify/going_on.h"
#include "genome/base_counts.h"

enum {
    MAX_SAMPLE = 64,             /* copies that are looked at, evenly over all */
    FULL_SLACK_BP = 8,           /* from either end of the consensus */
    TRUNCATED_BP = 30,

    INNER_BP = 8,                /* of the copy itself, decoded with each flank */
    OUTER_BP = 40,
    MIN_TSD_BP = 2,
    FIXED_SHIFT_BP = 2,          /* by which the consensus' ends may be off; */
    LTR_SHIFT_BP = 8,            /* where TG and CA tell the ends of an LTR, so far inwards */
    LTR_MIN_TSD_BP = 4,
    LTR_MAX_TSD_BP = 6,
    MIN_VARIABLE_BP = 8,         /* shorter ones of varying length cannot be told from chance */
    VARIABLE_LEFT_BP = 3,
    VARIABLE_RIGHT_IN_BP = 6,
    VARIABLE_RIGHT_OUT_BP = 14,
    VARIABLE_TRIES = (2 * VARIABLE_LEFT_BP + 1) * (VARIABLE_RIGHT_IN_BP + VARIABLE_RIGHT_OUT_BP + 1),
    LONG_TSD_BP = 10,            /* from this length on one base may differ */
    MIN_TSD_COPIES = 4,

    TAIL_WINDOW_BP = 10,
    TAIL_MIN_A = 9,

    TANDEM_GAP_BP = 50,
    ARRAY_TENTHS = 25,           /* of a unit: what an array of three, the outer ones not whole, has at least */
    CONTIG_END_BP = 20,
    WHOLE_CONTIG_PERCENT = 80,
    LONG_CONTIG_COPIES = 20      /* times as long as the copy at its end */
};

/* TSD_BY_CHANCE: share of families that may show a duplication by chance, over all lengths and places tried. */
static const double MIN_TSD_EXCESS = 0.2, TSD_BY_CHANCE = 0.01;

/* The sequence around the two ends of a copy as the consensus reads, going outwards: base
 * INNER_BP is the first beyond the consensus' end. */
typedef struct ends {
    uint8_t left[INNER_BP + OUTER_BP], right[INNER_BP + OUTER_BP];
    bool full; /* both ends are those of the consensus */
    bool right_end; /* the right one is */
} ends;

/* Decodes outwards from the consensus' left or right end, as far as it goes. */
static void decode_end(const rp_view *view, const rp_placed_copy *copy, bool left, uint32_t missing, uint8_t *codes)
{
    const rp_genome *genome = view->genome;
    const rp_contig *contig = &genome->contigs[rp_genome_contig_of(genome, copy->begin)];
    for (int i = 0; i < INNER_BP + OUTER_BP; i++)
        codes[i] = (uint8_t)rp_genome_base_beyond(genome, contig, copy->begin, copy->end, copy->reverse, left,
                                                  i - INNER_BP + (int64_t)missing);
}

/* How many of the `n` bases are alike that follow the left end, moved outwards by `left`, and the right one, by
 * `right`; 0: too few for a duplication. */
static unsigned alike_in_tsd(const ends *left_of, const ends *right_of, int left, int right, unsigned n)
{
    unsigned errors = 0;
    const unsigned allowed = n >= LONG_TSD_BP ? 1 : 0;
    for (unsigned i = 0; i < n; i++) {
        const uint8_t a = left_of->left[INNER_BP + left + (int)(n - 1 - i)],
                      b = right_of->right[INNER_BP + right + (int)i];
        errors += !rp_code_is_base(a) || a != b;
        if (errors > allowed)
            return 0;
    }
    return n - errors;
}

static bool has_tsd(const ends *left_of, const ends *right_of, int left, int right, unsigned n)
{
    return alike_in_tsd(left_of, right_of, left, right, n) > 0;
}

/* The other copy whose right end serves as background for copy i's left end. */
static size_t partner(size_t i, size_t n, size_t step)
{
    return (i + step) % n;
}

/* A duplication of one length at a place, and how much it tells: bases beyond what chance gives; 0: no more than chance
 * may. */
typedef struct fixed_tsd {
    int left, right; /* outwards from the consensus' ends */
    unsigned bp;
    double share, gain;
} fixed_tsd;

/* Copies that are looked at together. */
typedef struct end_sample {
    const ends *ends;
    size_t n;
    double same; /* chance that two bases beside them are alike */
    double tries; /* lengths and places of a duplication that are looked at */
} end_sample;

/* How often two bases beside the copies are alike, by their composition. */
static double chance_of_alike(const ends *sample, size_t n)
{
    rp_base_counts counts = {{0}};
    for (size_t c = 0; c < n; c++) {
        rp_base_counts_add_codes(&counts, sample[c].left + INNER_BP, OUTER_BP);
        rp_base_counts_add_codes(&counts, sample[c].right + INNER_BP, OUTER_BP);
    }
    return rp_base_counts_same(&counts);
}

/* Chance of a duplication of so many bases at one of `tries` places, or a bound of it; where it is long one base may
 * differ. */
static double chance_of_tsd(double same, double tries, unsigned bp)
{
    const double errors = bp >= LONG_TSD_BP ? 1 + 3.0 * bp : 1;
    return fmin(1, tries * errors * pow(same, bp));
}

/* Looks at one length and place in all copies. Chance is what other copies' ends give, or what the composition does:
 * few copies may show none of it. */
static fixed_tsd weigh_fixed_tsd(const end_sample *all, int left, int right, unsigned bp)
{
    const ends *sample = all->ends;
    const size_t n = all->n;
    unsigned own = 0, chance = 0, alike = 0;
    for (size_t i = 0; i < n; i++) {
        const unsigned here = alike_in_tsd(&sample[i], &sample[i], left, right, bp);
        own += here > 0;
        alike += here;
        chance += has_tsd(&sample[i], &sample[partner(i, n, 1)], left, right, bp);
        chance += has_tsd(&sample[i], &sample[partner(i, n, 2)], left, right, bp);
    }
    const double expected = fmax(0.5 * chance, (double)n * chance_of_tsd(all->same, 1, bp)), excess = own - expected,
                 share = excess / (double)n;
    fixed_tsd found = {.left = left, .right = right, .bp = bp, .share = share};
    if (own >= MIN_TSD_COPIES && share >= MIN_TSD_EXCESS &&
        rp_log_chance(own, (uint32_t)n, expected / (double)n) <= log(TSD_BY_CHANCE / all->tries))
        /* A duplication of n bases is one of n - 1, too, with an end moved, and one of n + 1 of which one differs:
         * bases count, and one that differs takes as much as one that is alike gives. */
        found.gain = excess * (2.0 * alike / own - bp);
    return found;
}

static void take_fixed_tsd(const ends *sample, size_t n, const fixed_tsd *best, rp_traits *traits)
{
    traits->tsd_bp = traits->tsd_max_bp = best->bp;
    traits->tsd_left_bp = (int8_t)best->left;
    traits->tsd_right_bp = (int8_t)best->right;
    traits->tsd_share = (float)best->share;
    for (unsigned i = 0; i < best->bp; i++) {
        unsigned counts[RP_N_BASES] = {0}, total = 0, top = 0;
        for (size_t c = 0; c < n; c++)
            if (has_tsd(&sample[c], &sample[c], best->left, best->right, best->bp)) {
                const uint8_t code = sample[c].right[INNER_BP + best->right + (int)i];
                counts[code & 3]++;
                total++;
            }
        for (unsigned code = 1; code < RP_N_BASES; code++)
            top = counts[code] > counts[top] ? code : top;
        traits->tsd_consensus[i] = 10 * counts[top] >= 7 * total ? rp_code_letter(top) : 'N';
    }
}

/* Duplications of one length at all copies. */
static void find_fixed_tsd(const ends *sample, size_t n, rp_traits *traits)
{
    enum { SHIFTS = 2 * FIXED_SHIFT_BP + 1, TRIES = SHIFTS * SHIFTS * (RP_TSD_MAX_BP - MIN_TSD_BP + 1) };
    const end_sample all = {sample, n, chance_of_alike(sample, n), TRIES};
    fixed_tsd best = {.gain = 0};
    for (int left = -FIXED_SHIFT_BP; left <= FIXED_SHIFT_BP; left++)
        for (int right = -FIXED_SHIFT_BP; right <= FIXED_SHIFT_BP; right++)
            for (unsigned bp = MIN_TSD_BP; bp <= RP_TSD_MAX_BP; bp++) {
                const fixed_tsd here = weigh_fixed_tsd(&all, left, right, bp);
                best = here.gain > best.gain ? here : best;
            }
    if (best.gain > 0)
        take_fixed_tsd(sample, n, &best, traits);
}

/* Whether TG and CA are the ends, `left` and `right` bases inwards. */
static bool is_tg_ca(const rp_codes *consensus, int left, int right)
{
    if (consensus->n <= 4 * LTR_SHIFT_BP)
        return false;
    const uint8_t *begin = consensus->items + left, *end = consensus->items + consensus->n - right;
    return begin[0] == RP_BASE_T && begin[1] == RP_BASE_G && end[-2] == RP_BASE_C && end[-1] == RP_BASE_A;
}

/* Those of an LTR whose consensus has a few bases too many: beside TG and CA. */
static void find_ltr_tsd(const rp_codes *consensus, const ends *sample, size_t n, rp_traits *traits)
{
    enum { LENGTHS = LTR_MAX_TSD_BP - LTR_MIN_TSD_BP + 1 };
    unsigned n_pairs = 0;
    for (int left = 0; left <= LTR_SHIFT_BP; left++)
        for (int right = 0; right <= LTR_SHIFT_BP; right++)
            n_pairs += is_tg_ca(consensus, left, right);
    const end_sample all = {sample, n, chance_of_alike(sample, n), (double)n_pairs * LENGTHS};
    fixed_tsd best = {.gain = 0};
    for (int left = 0; left <= LTR_SHIFT_BP; left++)
        for (int right = 0; right <= LTR_SHIFT_BP; right++) {
            if (!is_tg_ca(consensus, left, right))
                continue;
            for (unsigned bp = LTR_MIN_TSD_BP; bp <= LTR_MAX_TSD_BP; bp++) {
                const fixed_tsd here = weigh_fixed_tsd(&all, -left, -right, bp);
                best = here.gain > best.gain ? here : best;
            }
        }
    if (best.gain == 0)
        return;
    traits->tg_ca = true;
    take_fixed_tsd(sample, n, &best, traits);
}

/* The longest duplication between two ends that may be off, and by how much either is. */
static rp_target_site find_longest_tsd(const ends *left_of, const ends *right_of)
{
    for (unsigned bp = RP_TSD_MAX_BP; bp >= MIN_VARIABLE_BP; bp--)
        for (int left = -VARIABLE_LEFT_BP; left <= VARIABLE_LEFT_BP; left++)
            for (int right = -VARIABLE_RIGHT_IN_BP; right <= VARIABLE_RIGHT_OUT_BP; right++)
                if (has_tsd(left_of, right_of, left, right, bp))
                    return (rp_target_site){bp, left, right, VARIABLE_TRIES};
    return (rp_target_site){0};
}

static bool has_variable_tsd(const ends *left_of, const ends *right_of, unsigned *bp)
{
    *bp = find_longest_tsd(left_of, right_of).bp;
    return *bp > 0;
}

double rp_tsd_trust(double share, double same, unsigned tries, unsigned bp)
{
    const double chance = chance_of_tsd(same, tries, bp);
    return share / (share + (1 - share) * chance);
}

/* Duplications of 8 to 20 bases whose length differs, as LINEs and SINEs leave them. */
static void find_variable_tsd(const ends *sample, size_t n, rp_traits *traits)
{
    unsigned own = 0, chance = 0, longest = 0, bp;
    for (size_t i = 0; i < n; i++) {
        if (has_variable_tsd(&sample[i], &sample[i], &bp)) {
            own++;
            longest = bp > longest ? bp : longest;
        }
        chance += has_variable_tsd(&sample[i], &sample[partner(i, n, 1)], &bp);
        chance += has_variable_tsd(&sample[i], &sample[partner(i, n, 2)], &bp);
    }
    const double same = chance_of_alike(sample, n),
                 once = fmin(1, chance_of_tsd(same, VARIABLE_TRIES, MIN_VARIABLE_BP) +
                                    chance_of_tsd(same, VARIABLE_TRIES, LONG_TSD_BP)),
                 expected = fmax(0.5 * chance, (double)n * once), share = (own - expected) / (double)n;
    if (own < MIN_TSD_COPIES || share < MIN_TSD_EXCESS ||
        rp_log_chance(own, (uint32_t)n, expected / (double)n) > log(TSD_BY_CHANCE))
        return;
    traits->tsd_bp = MIN_VARIABLE_BP;
    traits->tsd_max_bp = longest;
    traits->tsd_share = (float)share;
    traits->tsd_consensus[0] = '\0';
}

static bool has_a_tail(const ends *sample)
{
    unsigned run = 0;
    for (int i = 0; i < INNER_BP + OUTER_BP / 2; i++) {
        run += sample->right[i] == 0;
        if (i >= TAIL_WINDOW_BP)
            run -= sample->right[i - TAIL_WINDOW_BP] == 0;
        if (run >= TAIL_MIN_A)
            return true;
    }
    return false;
}

static void look_at_ends(const rp_view *view, const rp_placed_copies *copies, const rp_codes *consensus, ends *sample,
                         rp_traits *traits)
{
    const uint32_t length = (uint32_t)consensus->n;
    size_t n_full = 0, n_right = 0, n_tail = 0, n_at = 0;
    ends *variable = sample + MAX_SAMPLE;
    const size_t step = copies->n / (4 * MAX_SAMPLE) + 1; /* more than the sample: many are not full */
    for (size_t i = 0; i < copies->n; i += step) {
        const rp_placed_copy *copy = &copies->items[i];
        const uint32_t left_missing = copy->consensus_begin, right_missing = length - copy->consensus_end;
        if (right_missing > FULL_SLACK_BP)
            continue;
        ends here = {.right_end = true, .full = left_missing <= FULL_SLACK_BP};
        decode_end(view, copy, true, here.full ? left_missing : 0, here.left);
        decode_end(view, copy, false, right_missing, here.right);
        if (n_right < MAX_SAMPLE) {
            variable[n_right++] = here;
            n_tail += has_a_tail(&here);
        }
        if (here.full && n_full < MAX_SAMPLE) {
            n_at += here.left[INNER_BP] == 0 && here.right[INNER_BP] == 3;
            sample[n_full++] = here;
        }
    }
    if (n_full >= MIN_TSD_COPIES) {
        traits->at_share = (float)n_at / (float)n_full;
        find_fixed_tsd(sample, n_full, traits);
        if (traits->tsd_bp == 0 && traits->ltr_bp == 0)
            find_ltr_tsd(consensus, sample, n_full, traits);
    }
    if (n_right >= MIN_TSD_COPIES)
        traits->tail_in_copies = (float)n_tail / (float)n_right;
    if (traits->tsd_bp == 0 && n_right >= MIN_TSD_COPIES)
        find_variable_tsd(variable, n_right, traits);
}

/* --- Neighbours --- */

/* Whether b follows a on the genome and is back where a was in the consensus: more of an array, at any point of which
 * copies may begin and end, and no further piece of one copy. */
static bool follows(const rp_genome *genome, const rp_placed_copy *a, const rp_placed_copy *b, uint32_t length)
{
    const rp_placed_copy *first = a->reverse ? b : a, *second = a->reverse ? a : b;
    const int64_t gap = (int64_t)b->begin - (int64_t)a->end;
    const uint32_t slack = length / 10 < TANDEM_GAP_BP ? length / 10 : TANDEM_GAP_BP;
    return a->reverse == b->reverse && gap <= (int64_t)slack && gap >= -(int64_t)slack &&
           second->consensus_begin + slack < first->consensus_end && rp_genome_same_contig(genome, a->begin, b->begin);
}

/* Copies that stand head to tail in arrays of three units; a unit is the period of the consensus, or all of it. Two
 * copies of a transposon may stand so. */
static uint32_t count_tandem(const rp_genome *genome, const rp_placed_copies *copies, uint32_t length, uint32_t period)
{
    const uint64_t least_bp = ARRAY_TENTHS * (uint64_t)(period > 0 ? period : length) / 10;
    uint32_t n = 0;
    for (size_t i = 0, next; i < copies->n; i = next) {
        for (next = i + 1; next < copies->n && follows(genome, &copies->items[next - 1], &copies->items[next], length);)
            next++;
        n +=
            next - i > 1 && copies->items[next - 1].end - copies->items[i].begin >= least_bp ? (uint32_t)(next - i) : 0;
    }
    return n;
}

/* Copies that are all of their contig, or stand at an end of a long one: assemblies break at repeats, so
 * that the ends of short contigs say nothing. */
static void count_at_contigs(const rp_genome *genome, const rp_placed_copies *copies, rp_traits *traits)
{
    for (size_t i = 0; i < copies->n; i++) {
        const rp_placed_copy *copy = &copies->items[i];
        const rp_contig *contig = &genome->contigs[rp_genome_contig_of(genome, copy->begin)];
        const uint64_t bp = copy->end - copy->begin, before = copy->begin - contig->begin,
                       behind = contig->begin + contig->length_bp - copy->end;
        traits->n_whole_contigs += 100 * bp >= WHOLE_CONTIG_PERCENT * contig->length_bp;
        traits->n_at_contig_ends +=
            (before <= CONTIG_END_BP || behind <= CONTIG_END_BP) && contig->length_bp >= LONG_CONTIG_COPIES * bp;
    }
}

bool rp_places_find(rp_place_finder *finder, const rp_findings *findings, size_t which, uint32_t min_copies,
                    rp_traits *traits)
{
    const rp_found_family *family = &findings->families[which];
    const uint32_t length = (uint32_t)family->consensus->n;
    const rp_view view = {.genome = findings->genome};
    rp_placed_copies copies = {0};
    ends *sample = rp_alloc(2 * MAX_SAMPLE, sizeof *sample);
    rp_independence independence = {0};
    const bool ok = sample != NULL && rp_placed_copies_gather(findings, family, &copies) &&
                    rp_independent_places(finder, family, &copies, min_copies, &independence);
    if (ok) {
        traits->n_copies = (uint32_t)copies.n;
        for (size_t i = 0; i < copies.n; i++) {
            const uint32_t left = copies.items[i].consensus_begin, right = length - copies.items[i].consensus_end;
            traits->n_full += left <= FULL_SLACK_BP && right <= FULL_SLACK_BP;
            traits->n_truncated_left += left > TRUNCATED_BP && right <= TRUNCATED_BP;
            traits->n_truncated_right += right > TRUNCATED_BP && left <= TRUNCATED_BP;
        }
        look_at_ends(&view, &copies, family->consensus, sample, traits);
        traits->n_independent = independence.n_places;
        traits->independent_share = independence.share;
        traits->worth = independence.worth;
        traits->n_tandem = count_tandem(findings->genome, &copies, length, traits->period_bp);
        count_at_contigs(findings->genome, &copies, traits);
        rp_going_on_look(rp_place_finder_view(finder), &copies, length, traits);
        traits->mean_divergence = (float)family->divergence;
    }
    free(sample);
    free(copies.items);
    return ok;
}

bool rp_places_find_sites(const rp_findings *findings, size_t which, rp_traits *traits)
{
    const rp_found_family *family = &findings->families[which];
    const rp_view view = {.genome = findings->genome};
    rp_placed_copies copies = {0};
    ends *sample = rp_alloc(2 * MAX_SAMPLE, sizeof *sample);
    const bool ok = sample != NULL && rp_placed_copies_gather(findings, family, &copies);
    if (ok)
        look_at_ends(&view, &copies, family->consensus, sample, traits);
    free(sample);
    free(copies.items);
    return ok;
}

/* By how many bases a copy misses the ends that a duplication stands at; false: it has not got them. */
static bool missing_at_ends(const rp_findings *findings, const rp_called_copy *copy, bool fixed, uint32_t *left,
                            uint32_t *right)
{
    const rp_part *part = &findings->parts.items[copy->first_part];
    const uint32_t length = (uint32_t)findings->families[part->family].consensus->n;
    *left = *right = 0;
    if (copy->kind == RP_COPY_SOLO)
        return true;
    *right = length - copy->consensus_end;
    if (copy->kind == RP_COPY_FULL || copy->kind == RP_COPY_DELETED)
        *left = copy->consensus_begin;
    else if (fixed || copy->kind != RP_COPY_TRUNCATED_5)
        return false;
    return *left <= FULL_SLACK_BP && *right <= FULL_SLACK_BP;
}

rp_target_site rp_place_tsd(const rp_findings *findings, const rp_called_copy *copy, const rp_traits *traits)
{
    const rp_view view = {.genome = findings->genome};
    const bool fixed = traits->tsd_bp == traits->tsd_max_bp;
    const rp_placed_copy place = {
        .begin = copy->begin, .end = copy->end, .reverse = findings->parts.items[copy->first_part].reverse};
    rp_target_site site = {0};
    uint32_t left, right;
    if (traits->tsd_bp == 0 || !missing_at_ends(findings, copy, fixed, &left, &right))
        return site;
    ends here = {.full = true};
    decode_end(&view, &place, true, left, here.left);
    decode_end(&view, &place, false, right, here.right);
    if (fixed)
        site = has_tsd(&here, &here, traits->tsd_left_bp, traits->tsd_right_bp, traits->tsd_bp)
                   ? (rp_target_site){traits->tsd_bp, traits->tsd_left_bp, traits->tsd_right_bp, 1}
                   : site;
    else
        site = find_longest_tsd(&here, &here);
    site.left += (int)left;
    site.right += (int)right;
    return site;
}
