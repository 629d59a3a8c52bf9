/* kinds.c: the kinds of copies; see kinds.h. */
#include "classify/kinds.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/parallel.h"
#include "classify/ltr_pairs.h"
#include "classify/places.h"
#include "classify/structure.h"
#include "genome/base_counts.h"

enum {
    MIN_HELD_PERCENT = 80,     /* of the consensus: whole copies have that (the rule of Wicker et al. 2007) */
    OFFSET_MAX_BP = 64,        /* by which a consensus may stand too far out */
    OFFSET_MIN_COPIES = 3
};

static const double MIN_TSD_TRUST = 0.95;
static const double MIN_WEAR =
                        0.05, /* a young copy's ends are worn by what made it, and the consensus has its errors there */
    MAX_WEAR = 0.45;
static const double FIRST_LOSS = 1e-3; /* losses that are rarer are taken for cuts, until cuts have been counted */

double rp_end_rate(const rp_row_counts *counts)
{
    const double changes = counts->mismatches + counts->deleted + counts->inserted;
    const double p = fmin(fmax((changes + 0.5) / (counts->matches + changes + 1.0), MIN_WEAR), MAX_WEAR);
    return -log(2 * sqrt(p * (1 - p)));
}

/* The same of sequence that is alike by chance only, by the share of pairs of bases that are the same. */
static double chance_rate(double same)
{
    const double p = fmin(1 - same, 1 - MIN_WEAR);
    return fmax(-log(2 * sqrt(p * (1 - p))), -log(2 * sqrt(MAX_WEAR * (1 - MAX_WEAR))));
}

double rp_end_slack(const rp_end_model *model, bool other_is_cut, double rate)
{
    /* losses of x bases have the density (1 - cut) rate exp(-rate x), cuts cut / length */
    const double cut = model->cut_share[other_is_cut], odds = (1 - cut) * rate * model->length / cut;
    return odds <= 1 ? 0 : fmin(log(odds) / rate, model->length / 5.0);
}

/* Whether the family's consensus has an LTR at either end, which copies may have lost all but one of. */
static bool has_ltrs(const rp_found_family *family)
{
    return family->traits.ltr_bp > 0 && strncmp(family->class_name, "LTR", 3) == 0;
}

/* --- Ends --- */

typedef enum which_end { ELEMENT, LTR } which_end;

/* The consensus positions at which copies may begin, or end: those of the element, and of the LTR that stands alone. */
typedef struct family_ends {
    bool has_ltrs;
    uint32_t length;
    uint32_t ltr_begin, ltr_end; /* inner ends: where the right LTR begins, and where the left one ends */
    double chance_rate; /* at which alignments that run on by chance get rarer with each base */
    rp_end_model left, right;
} family_ends;

/* How a copy's end misses the nearest place at which it may end. */
typedef struct end_miss {
    which_end which;
    uint32_t bp;
    bool beyond; /* it has more, and not less */
} end_miss;

static uint32_t less(uint32_t a, uint32_t b)
{
    return a > b ? a - b : 0;
}

/* The nearer of the element's end, which is missed by so many bases, and of the LTR's inner one. `own` and `reach`:
 * where the copy ends and what its alignment has, as bases towards the element's end from the LTR's. */
static end_miss nearer(uint32_t element, int64_t own, int64_t reach)
{
    const int64_t ltr = llabs(reach) < llabs(own) ? reach : own;
    if ((int64_t)element <= llabs(ltr))
        return (end_miss){ELEMENT, element, false};
    return (end_miss){LTR, (uint32_t)llabs(ltr), ltr < 0};
}

static end_miss miss_left(const family_ends *ends, const rp_called_copy *copy)
{
    const uint32_t element = less(copy->reach_begin, ends->left.offset + ends->left.free_bp);
    if (!ends->has_ltrs)
        return (end_miss){ELEMENT, element, false};
    return nearer(element, (int64_t)copy->consensus_begin - ends->ltr_begin,
                  (int64_t)copy->reach_begin - ends->ltr_begin);
}

static end_miss miss_right(const family_ends *ends, const rp_called_copy *copy)
{
    const uint32_t element = less(less(ends->length, copy->reach_end), ends->right.offset + ends->right.free_bp);
    if (!ends->has_ltrs)
        return (end_miss){ELEMENT, element, false};
    return nearer(element, (int64_t)ends->ltr_end - copy->consensus_end, (int64_t)ends->ltr_end - copy->reach_end);
}

/* --- One family --- */

typedef struct kinds_run {
    rp_findings *findings;
    rp_structure_scratch *structure; /* by thread */
    rp_ltr_scratch *ltrs; /* by thread */
} kinds_run;

/* Looks for the target-site duplication of a copy. */
static void look_for_tsd(const rp_findings *findings, const rp_traits *traits, double same, rp_called_copy *copy)
{
    const bool reverse = findings->parts.items[copy->first_part].reverse;
    const rp_target_site site = rp_place_tsd(findings, copy, traits);
    if (site.bp == 0 || rp_tsd_trust((double)traits->tsd_share, same, site.tries, site.bp) < MIN_TSD_TRUST)
        return;
    copy->tsd_bp = site.bp;
    copy->tsd_left = copy->begin - (uint64_t)(int64_t)(reverse ? site.right : site.left) - site.bp;
    copy->tsd_right = copy->end + (uint64_t)(int64_t)(reverse ? site.left : site.right);
}

/* Compares the LTRs of a copy that has both ends. */
static bool look_at_ltrs(const kinds_run *run, unsigned worker, rp_found_family *family, rp_called_copy *copy)
{
    if ((copy->kind != RP_COPY_FULL && copy->kind != RP_COPY_DELETED) || run->findings->rows == NULL)
        return true;
    if (!rp_ltr_pair_look(&run->ltrs[worker], run->findings, copy))
        return false;
    if (copy->ltr_identity > 0 && copy->ltr_distance >= 0) {
        family->n_ltr_pairs++;
        family->ltr_distance += (double)copy->ltr_distance;
    }
    return true;
}

/* What has not been looked at by rp_classify. */
static bool look_at_traits(const kinds_run *run, size_t which, unsigned worker)
{
    rp_found_family *family = &run->findings->families[which];
    return family->traits.n_copies > 0 ||
           (rp_structure_find_ends(&run->structure[worker], family->consensus, &family->traits) &&
            rp_places_find_sites(run->findings, which, &family->traits));
}

/* The next copy of a family, by its first part; *at: the index in the family's list of parts to go on from. */
static rp_called_copy *next_copy(const rp_findings *findings, const rp_found_family *family, size_t *at)
{
    while (*at < family->n_parts) {
        const size_t part = family->parts[(*at)++];
        rp_called_copy *copy = &findings->copies.items[findings->parts.items[part].copy];
        if (copy->first_part == part)
            return copy;
    }
    return NULL;
}

/* Where most copies end, if that is not where the consensus does. */
static uint32_t most_frequent(const uint32_t counts[OFFSET_MAX_BP])
{
    uint32_t best = 0;
    for (uint32_t i = 1; i < OFFSET_MAX_BP; i++)
        if (counts[i] > counts[best] && counts[i] >= OFFSET_MIN_COPIES)
            best = i;
    return best;
}

static void find_offsets(const rp_findings *findings, const rp_found_family *family, family_ends *ends)
{
    uint32_t left[OFFSET_MAX_BP] = {0}, right[OFFSET_MAX_BP] = {0};
    const uint32_t limit = ends->length / 10 < OFFSET_MAX_BP ? ends->length / 10 : OFFSET_MAX_BP;
    const rp_called_copy *copy;
    for (size_t at = 0; (copy = next_copy(findings, family, &at)) != NULL;) {
        if (copy->consensus_begin < limit)
            left[copy->consensus_begin]++;
        if (ends->length - copy->consensus_end < limit)
            right[ends->length - copy->consensus_end]++;
    }
    ends->left.offset = most_frequent(left);
    ends->right.offset = most_frequent(right);
}

/* How a copy's two ends stand to those of its family. */
typedef struct copy_ends {
    end_miss left, right;
    double left_rate, right_rate;
    bool left_cut, right_cut; /* more is missed than alignments lose or gain */
} copy_ends;

static copy_ends ends_of(const family_ends *ends, const rp_called_copy *copy)
{
    const double rate = rp_end_rate(&copy->counts);
    copy_ends here = {.left = miss_left(ends, copy), .right = miss_right(ends, copy)};
    here.left_rate = here.left.beyond ? ends->chance_rate : rate;
    here.right_rate = here.right.beyond ? ends->chance_rate : rate;
    here.left_cut = here.left.bp > fmin(-log(FIRST_LOSS) / here.left_rate, ends->length / 5.0);
    here.right_cut = here.right.bp > fmin(-log(FIRST_LOSS) / here.right_rate, ends->length / 5.0);
    return here;
}

/* How often copies are cut short, by those that lack more than alignments lose. */
static void count_cuts(const rp_findings *findings, const rp_found_family *family, family_ends *ends)
{
    uint32_t n[2][2] = {{0}}; /* by whether the left end was cut, and the right one */
    const rp_called_copy *copy;
    for (size_t at = 0; (copy = next_copy(findings, family, &at)) != NULL;) {
        const copy_ends here = ends_of(ends, copy);
        n[here.left_cut][here.right_cut]++;
    }
    for (unsigned other = 0; other < 2; other++) {
        ends->left.cut_share[other] = (n[1][other] + 1.0) / (n[0][other] + n[1][other] + 2.0);
        ends->right.cut_share[other] = (n[other][1] + 1.0) / (n[other][0] + n[other][1] + 2.0);
    }
}

static rp_copy_kind kind_of(const family_ends *ends, const rp_called_copy *copy)
{
    const copy_ends here = ends_of(ends, copy);
    const bool left = here.left.bp <= rp_end_slack(&ends->left, here.right_cut, here.left_rate);
    const bool right = here.right.bp <= rp_end_slack(&ends->right, here.left_cut, here.right_rate);
    if (!left || !right)
        return left ? RP_COPY_TRUNCATED_3 : right ? RP_COPY_TRUNCATED_5 : RP_COPY_TRUNCATED_BOTH;
    if (here.left.which != here.right.which)
        return RP_COPY_SOLO;
    const uint64_t held = copy->counts.matches + copy->counts.mismatches;
    return 100 * held < MIN_HELD_PERCENT * (uint64_t)ends->length ? RP_COPY_DELETED : RP_COPY_FULL;
}

static bool look_at_family(void *argument, size_t which, unsigned worker, rp_error *error)
{
    const kinds_run *run = argument;
    rp_found_family *family = &run->findings->families[which];
    rp_traits *traits = &family->traits;
    memset(family->n_of_kind, 0, sizeof family->n_of_kind);
    family->n_nested = family->n_hosts = family->n_ltr_pairs = 0;
    family->ltr_distance = 0;
    if (family->n_parts == 0)
        return true;
    if (!look_at_traits(run, which, worker))
        return rp_error_memory(error, "kinds of copies");
    rp_base_counts counts = {{0}};
    rp_base_counts_add_codes(&counts, family->consensus->items, family->consensus->n);
    const double same = rp_base_counts_same(&counts);
    const uint32_t length = (uint32_t)family->consensus->n;
    family_ends ends = {.has_ltrs = has_ltrs(family),
                        .length = length,
                        .ltr_begin = traits->ltr_right_begin,
                        .ltr_end = traits->ltr_begin + traits->ltr_bp,
                        .chance_rate = chance_rate(same),
                        .left = {.length = length},
                        .right = {.length = length, .free_bp = traits->tail_bp}};
    find_offsets(run->findings, family, &ends);
    count_cuts(run->findings, family, &ends);
    rp_called_copy *copy;
    for (size_t at = 0; (copy = next_copy(run->findings, family, &at)) != NULL;) {
        copy->kind = kind_of(&ends, copy);
        family->n_of_kind[copy->kind]++;
        family->n_nested += copy->host != RP_NO_HOST;
        family->n_hosts += copy->n_guests > 0;
        look_for_tsd(run->findings, traits, same, copy);
        if (ends.has_ltrs && !look_at_ltrs(run, worker, family, copy))
            return rp_error_memory(error, "LTRs of copies");
    }
    family->ltr_distance /= family->n_ltr_pairs > 0 ? (double)family->n_ltr_pairs : 1;
    return true;
}

bool rp_kinds_find(rp_findings *findings, unsigned n_threads, rp_error *error)
{
    kinds_run run = {.findings = findings,
                     .structure = rp_alloc(n_threads, sizeof *run.structure),
                     .ltrs = rp_alloc(n_threads, sizeof *run.ltrs)};
    const bool ok = ((run.structure != NULL && run.ltrs != NULL) || rp_error_memory(error, "kinds of copies")) &&
                    rp_called_copies_gather(&findings->copies, &findings->parts, error) &&
                    rp_parallel(findings->n_families, n_threads, look_at_family, &run, error);
    for (unsigned i = 0; i < n_threads; i++) {
        if (run.structure != NULL)
            rp_structure_scratch_clear(&run.structure[i]);
        if (run.ltrs != NULL)
            rp_ltr_scratch_clear(&run.ltrs[i]);
    }
    free(run.structure);
    free(run.ltrs);
    return ok;
}
