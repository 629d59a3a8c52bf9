/* versions.c: the sites in which a family differs from another one, and what its copies have there; see versions.h. */
#include "classify/versions.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "align/realign.h"
#include "base/parallel.h"
#include "compare/columns.h"
#include "compare/inside.h"
#include "copies/row_reader.h"

enum {
    /* A consensus of a few copies that differ by a third is so far off, and has hardly anything that the other one
     * lacks. */
    HELD_PERCENT = 90,
    SAME_PERCENT = 85,
    WORD_BASES = 10,
    WHOLE_PERCENT = 80, /* of the other family's length: less is a piece of it */
    MAX_PARTS = 500 /* evenly over the parts of a family */
};

/* A family's own copies have its base at a site, and the other family's, in shares that differ by 1 - d - d / 3,
 * where d is their divergence. Half of that is enough, if it is more than the best of both families' copies have by
 * chance: of 10^5 copies a few hundred have any six bases. With less the sites must stand together in its copies, by
 * many standard errors: the consensus follows the chance of its copies, which makes five to eight of them, and Alu's
 * subfamilies have thirty and more. */
static const double BORNE_OUT = 0.5, FEW_ERRORS = 3, MANY_ERRORS = 10;

/* Bases by column of a consensus. */
typedef struct profile {
    uint32_t (*counts)[RP_N_BASES];
    size_t capacity;
} profile;

/* Sums over the sites at which two families differ. */
typedef struct site_sums {
    double borne_out; /* shares of the inner one's copies with its base less those with the other's */
    double expected, variance; /* of the same in a copy of either, were the sites independent */
    uint32_t n;
} site_sums;

typedef struct version_scratch {
    rp_row_reader reader;
    rp_row row;
    profile inner, outer;
    rp_codes target;
    rp_realigner realigner;
    rp_steps steps;
} version_scratch;

typedef struct version_run {
    const rp_findings *findings;
    rp_insides pairs;
    bool *is_version; /* by pair */
    version_scratch *scratch; /* by thread */
} version_run;

static void add_row(const rp_row *row, profile *to)
{
    for (uint32_t c = row->begin; c < row->end; c++)
        if (rp_code_is_base(row->cells.items[c - row->begin]))
            to->counts[c][row->cells.items[c - row->begin]]++;
}

/* Counts the bases of a family's copies. */
static bool fill_profile(version_scratch *scratch, const rp_findings *findings, const rp_found_family *family,
                         profile *to)
{
    if (!rp_reserve((void **)&to->counts, &to->capacity, family->consensus->n, sizeof *to->counts))
        return false;
    memset(to->counts, 0, family->consensus->n * sizeof *to->counts);
    for (size_t i = 0; i < family->n_parts; i += family->n_parts / MAX_PARTS + 1) {
        if (!rp_row_read(&scratch->reader, findings, &findings->parts.items[family->parts[i]], &scratch->row))
            return false;
        add_row(&scratch->row, to);
    }
    return true;
}

/* Adds a column in which the inner family has `own` where the outer one has `other`; those are bases of the inner
 * family's strand. `share`: of the inner one's copies among those of both. */
static void add_site(site_sums *sums, const uint32_t *inner, const uint32_t *outer, bool reverse, uint8_t own,
                     uint8_t other, double share)
{
    const uint8_t own_there = reverse ? rp_code_complement(own) : own;
    const uint8_t other_there = reverse ? rp_code_complement(other) : other;
    double n_inner = 0, n_outer = 0;
    for (unsigned base = 0; base < RP_N_BASES; base++) {
        n_inner += inner[base];
        n_outer += outer[base];
    }
    if (n_inner < 2 || n_outer < 1)
        return;
    /* The consensus has its base by the vote of these copies: without one of them. */
    sums->borne_out += ((double)inner[own] - inner[other] - 1) / (n_inner - 1);
    const double has_own = share * inner[own] / n_inner + (1 - share) * outer[own_there] / n_outer;
    const double has_other = share * inner[other] / n_inner + (1 - share) * outer[other_there] / n_outer;
    sums->expected += has_own - has_other;
    sums->variance += has_own + has_other - (has_own - has_other) * (has_own - has_other);
    sums->n++;
}

/* Aligns the inner family to where it lies in the outer one and goes through the sites. */
static bool sum_sites(version_scratch *scratch, const rp_inside *pair, const rp_codes *inner, const rp_codes *outer,
                      double share, site_sums *sums)
{
    rp_codes *target = &scratch->target;
    const uint32_t length = (uint32_t)outer->n;
    if (!(pair->reverse ? rp_codes_reverse_complement(target, outer->items, outer->n)
                        : rp_codes_copy(target, outer->items, outer->n)) ||
        !rp_realign(&scratch->realigner, inner->items, (uint32_t)inner->n, target->items + pair->begin,
                    pair->end - pair->begin, pair->pad_bp, &scratch->steps))
        return false;
    uint32_t i = 0, j = pair->begin;
    for (size_t s = 0; s < scratch->steps.n; s++) {
        const rp_step *step = &scratch->steps.items[s];
        for (uint32_t k = 0; k < step->length; k++) {
            const bool pairs = step->kind == RP_STEP_PAIR;
            if (pairs && inner->items[i] != target->items[j] && rp_code_is_base(inner->items[i]) &&
                rp_code_is_base(target->items[j]))
                add_site(sums, scratch->inner.counts[i], scratch->outer.counts[pair->reverse ? length - 1 - j : j],
                         pair->reverse, inner->items[i], target->items[j], share);
            i += step->kind != RP_STEP_INSERTION;
            j += pairs || step->kind == RP_STEP_INSERTION;
        }
    }
    return true;
}

static double share_of_copies(const rp_found_family *inner, const rp_found_family *outer)
{
    return (double)inner->n_copies / (double)(inner->n_copies + outer->n_copies);
}

/* How far above the mean the best share of normal values lies, in their deviation. */
static double mean_of_best(double share)
{
    double low = -10, high = 10;
    while (high - low > 1e-6) {
        const double middle = (low + high) / 2;
        *(erfc(middle / sqrt(2)) / 2 > share ? &low : &high) = middle;
    }
    return exp(-low * low / 2) / sqrt(2 * acos(-1)) / share;
}

/* Whether the copies of the inner family have what it differs in. */
static bool is_borne_out(const site_sums *sums, const rp_found_family *inner, const rp_found_family *outer)
{
    if (sums->n == 0)
        return false;
    const double divergence = inner->divergence / 100;
    const double by_chance = sums->expected + sqrt(sums->variance) * mean_of_best(share_of_copies(inner, outer));
    const double above = (sums->borne_out - by_chance) / sqrt(sums->variance / (double)inner->n_copies);
    if (sums->borne_out >= BORNE_OUT * sums->n * (1 - divergence - divergence / 3))
        return above >= FEW_ERRORS;
    /* a piece of a sub-family is no family */
    return 100 * inner->consensus->n >= WHOLE_PERCENT * outer->consensus->n && above >= MANY_ERRORS;
}

static bool judge_pair(void *argument, size_t which, unsigned worker, rp_error *error)
{
    version_run *run = argument;
    version_scratch *scratch = &run->scratch[worker];
    const rp_inside *pair = &run->pairs.items[which];
    const rp_found_family *inner = &run->findings->families[pair->inner];
    const rp_found_family *outer = &run->findings->families[pair->outer];
    if (inner->traits.other != RP_OTHER_NONE || outer->traits.other != RP_OTHER_NONE)
        return true;
    site_sums sums = {0};
    if (!fill_profile(scratch, run->findings, inner, &scratch->inner) ||
        !fill_profile(scratch, run->findings, outer, &scratch->outer) ||
        !sum_sites(scratch, pair, inner->consensus, outer->consensus, share_of_copies(inner, outer), &sums))
        return rp_error_memory(error, "versions of families");
    run->is_version[which] = !is_borne_out(&sums, inner, outer);
    return true;
}

static bool find_pairs(version_run *run, unsigned n_threads, rp_error *error)
{
    const rp_findings *findings = run->findings;
    const rp_inside_parameters parameters = {n_threads, WORD_BASES, HELD_PERCENT, SAME_PERCENT, true};
    const rp_codes **consensus = rp_alloc(findings->n_families, sizeof *consensus);
    if (consensus == NULL)
        return rp_error_memory(error, "versions of families");
    for (size_t f = 0; f < findings->n_families; f++)
        consensus[f] = findings->families[f].consensus;
    const bool ok = rp_inside_find(consensus, findings->n_families, &parameters, &run->pairs, error);
    free(consensus);
    return ok;
}

static void clear_scratch(version_scratch *scratch)
{
    rp_row_reader_clear(&scratch->reader);
    rp_row_clear(&scratch->row);
    free(scratch->inner.counts);
    free(scratch->outer.counts);
    free(scratch->target.items);
    rp_realigner_clear(&scratch->realigner);
    free(scratch->steps.items);
}

bool rp_versions_find(const rp_findings *findings, unsigned n_threads, size_t *of, rp_error *error)
{
    version_run run = {.findings = findings};
    for (size_t f = 0; f < findings->n_families; f++)
        of[f] = f;
    bool ok = find_pairs(&run, n_threads, error);
    run.is_version = rp_alloc(run.pairs.n, sizeof *run.is_version);
    run.scratch = rp_alloc(n_threads, sizeof *run.scratch);
    if (ok && (run.is_version == NULL || run.scratch == NULL))
        ok = rp_error_memory(error, "versions of families");
    ok = ok && rp_parallel(run.pairs.n, n_threads, judge_pair, &run, error);
    for (size_t p = 0; ok && p < run.pairs.n; p++) { /* by inner family: the ones with more bases are settled */
        const rp_inside *pair = &run.pairs.items[p];
        if (run.is_version[p] && of[pair->inner] == pair->inner && of[pair->outer] == pair->outer)
            of[pair->inner] = pair->outer;
    }
    for (unsigned i = 0; run.scratch != NULL && i < n_threads; i++)
        clear_scratch(&run.scratch[i]);
    free(run.scratch);
    free(run.is_version);
    free(run.pairs.items);
    return ok;
}
