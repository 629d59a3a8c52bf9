/* derive.c: finds deletion derivatives; see derive.h. */
#include "library/derive.h"

#include <stdlib.h>

#include "base/parallel.h"
#include "base/sort.h"

enum {
    MIN_DELETION_BP = 80,
    JUNCTION_SLACK_BP = 12,        /* by which junctions of one derivative may differ */
    MAX_GAP_BP = 12,
    MAX_OVERLAP_BP = 25, /* of the two parts on the genome */
    END_SLACK_BP = 20,             /* the parts hold the two ends of the element */
    MIN_COPIES = 5,                /* that share a junction, */
    CHANCE_FACTOR = 5,             /* beyond so many times what the neighbourhood has by chance, */
    NEIGHBOURHOOD_BP = 60,
    MIN_SHARE = 50,                /* and one in so many of the family's junctions */
    KEPT_PERCENT = 90              /* of the expected length */
};

/* A copy in two parts. */
typedef struct junction {
    uint32_t left_end, right_begin;  /* on the consensus: what lies between is missing */
    size_t first, second;            /* the parts, in genome order */
    bool taken;
} junction;

RP_ARRAY(junctions, junction);

typedef struct derive_run {
    const rp_view *view;
    const rp_kmer_index *index;
    const rp_library *library;
    rp_builders builders;
    rp_library *derived;             /* by family */
} derive_run;

static int compare_junctions(const void *left, const void *right)
{
    const junction *a = left, *b = right;
    if (a->left_end != b->left_end)
        return a->left_end < b->left_end ? -1 : 1;
    if (a->right_begin != b->right_begin)
        return a->right_begin < b->right_begin ? -1 : 1;
    return (a->first > b->first) - (a->first < b->first);
}

static bool find_junctions(const rp_family *family, const rp_genome *genome, junctions *list)
{
    const rp_copies *copies = &family->copies;
    for (size_t i = 0; i + 1 < copies->n; i++) {
        const rp_copy *a = &copies->items[i], *b = &copies->items[i + 1];
        const rp_copy *left = a->reverse ? b : a, *right = a->reverse ? a : b;
        const int64_t gap = (int64_t)b->begin - (int64_t)a->end;
        if (a->reverse != b->reverse || gap > MAX_GAP_BP || gap < -MAX_OVERLAP_BP ||
            right->consensus_begin < left->consensus_end + MIN_DELETION_BP || left->consensus_begin > END_SLACK_BP ||
            family->consensus.n - right->consensus_end > END_SLACK_BP ||
            !rp_genome_same_contig(genome, a->begin, b->begin))
            continue;
        if (!junctions_push(list, (junction){left->consensus_end, right->consensus_begin, i, i + 1, false}))
            return false;
    }
    rp_sort(list->items, list->n, sizeof *list->items, compare_junctions);
    return true;
}

static bool is_near(const junction *a, const junction *b, int64_t slack_bp)
{
    const int64_t left = (int64_t)a->left_end - b->left_end, right = (int64_t)a->right_begin - b->right_begin;
    return !b->taken && llabs(left) <= slack_bp && llabs(right) <= slack_bp;
}

/* Junctions as near as that to number `i`, itself included. */
static size_t count_near(const junctions *list, size_t i, uint32_t slack_bp)
{
    size_t n = 0;
    for (size_t j = i; j-- > 0 && list->items[j].left_end + slack_bp >= list->items[i].left_end;)
        n += is_near(&list->items[i], &list->items[j], slack_bp);
    for (size_t j = i; j < list->n && list->items[j].left_end <= list->items[i].left_end + slack_bp; j++)
        n += is_near(&list->items[i], &list->items[j], slack_bp);
    return n;
}

/* Whether so many junctions in one place are more than single deletions would give there. */
static bool is_pile(const junctions *list, size_t centre, size_t n)
{
    const double area = (2.0 * NEIGHBOURHOOD_BP + 1) / (2.0 * JUNCTION_SLACK_BP + 1);
    const double others = (double)(count_near(list, centre, NEIGHBOURHOOD_BP) - n) / (area * area - 1);
    return n >= MIN_COPIES && (double)n >= MIN_COPIES + CHANCE_FACTOR * others && n * MIN_SHARE >= list->n;
}

/* The two parts' consensus. Where the parts overlap on the genome, the second gives way. */
static bool splice(const rp_family *family, const junction *at, rp_codes *consensus)
{
    const rp_copy *a = &family->copies.items[at->first], *b = &family->copies.items[at->second];
    const uint32_t overlap = a->end > b->begin ? (uint32_t)(a->end - b->begin) : 0;
    consensus->n = 0;
    const rp_codes *from = &family->consensus;
    const size_t right_begin = at->right_begin + overlap;
    return rp_codes_append(consensus, from->items, at->left_end) &&
           (right_begin >= from->n || rp_codes_append(consensus, from->items + right_begin, from->n - right_begin));
}

/* Makes a family of the copies that share a junction; it may turn out not to hold. */
static bool build(derive_run *run, const rp_family *family, junctions *list, size_t centre, unsigned worker,
                  rp_library *out)
{
    rp_family derived = {.seed = family->seed};
    rp_intervals lifted = {0};
    const junction shared = list->items[centre];
    bool ok = splice(family, &shared, &derived.consensus);
    for (size_t i = 0; i < list->n && ok; i++) {
        junction *here = &list->items[i];
        if (!is_near(&shared, here, JUNCTION_SLACK_BP))
            continue;
        here->taken = true;
        ok = rp_intervals_push(
            &lifted, (rp_interval){family->copies.items[here->first].begin, family->copies.items[here->second].end});
    }
    rp_intervals_merge(&lifted);
    rp_view view = *run->view;
    view.lifted = lifted.items;
    view.n_lifted = lifted.n;
    const size_t expected = derived.consensus.n;
    if (ok && expected >= RP_FAMILY_MIN_BP) {
        rp_builder *builder = rp_builders_of(&run->builders, worker);
        ok = builder != NULL && rp_family_refine(builder, &view, run->index, 0, &derived, NULL);
    }
    if (ok && expected >= RP_FAMILY_MIN_BP && rp_family_holds(&derived) && !derived.tandem &&
        100 * derived.consensus.n >= KEPT_PERCENT * expected)
        ok = rp_library_add(out, &derived);
    rp_family_clear(&derived);
    free(lifted.items);
    return ok;
}

static bool derive(void *argument, size_t which, unsigned worker, rp_error *error)
{
    derive_run *run = argument;
    const rp_family *family = &run->library->items[which];
    junctions list = {0};
    bool ok = family->tandem || family->consensus.n == 0 || find_junctions(family, run->view->genome, &list);
    while (ok && list.n >= MIN_COPIES) {
        size_t best = 0, centre = 0;
        for (size_t i = 0; i < list.n; i++) {
            const size_t n = list.items[i].taken ? 0 : count_near(&list, i, JUNCTION_SLACK_BP);
            if (n > best) {
                best = n;
                centre = i;
            }
        }
        if (!is_pile(&list, centre, best))
            break;
        ok = build(run, family, &list, centre, worker, &run->derived[which]);
    }
    free(list.items);
    return ok || rp_error_memory(error, "deletion derivatives");
}

bool rp_derive_families(const rp_view *view, const rp_kmer_index *index, const rp_derive_parameters *parameters,
                        rp_library *library, uint64_t *n_derived, rp_error *error)
{
    const size_t n = library->n;
    derive_run run = {.view = view, .index = index, .library = library};
    run.derived = rp_alloc(n, sizeof *run.derived);
    bool ok = rp_builders_init(&run.builders, parameters->n_threads, parameters->kernel, 0) && run.derived != NULL;
    if (!ok)
        (void)rp_error_memory(error, "deletion derivatives");
    ok = ok && rp_parallel(n, parameters->n_threads, derive, &run, error);
    *n_derived = 0;
    for (size_t f = 0; run.derived != NULL && f < n; f++) {
        for (size_t i = 0; ok && i < run.derived[f].n; i++) {
            ok = rp_library_add(library, &run.derived[f].items[i]) || rp_error_memory(error, "deletion derivatives");
            ++*n_derived;
        }
        rp_library_clear(&run.derived[f]);
    }
    rp_builders_clear(&run.builders);
    free(run.derived);
    return ok;
}
