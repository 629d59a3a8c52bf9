/* recruit.c: finds and aligns the copies of a consensus; see recruit.h. */
#include "family/recruit.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/sort.h"
#include "family/chains.h"

static const rp_align_limits LIMITS = {
    .min_score = RP_RECRUIT_MIN_SCORE, .min_evidence = RP_RECRUIT_MIN_EVIDENCE, .x_drop = RP_RECRUIT_X_DROP};

typedef struct rank {
    int32_t score;
    size_t copy;
} rank;

enum { ROWS_A_PART = 32 }; /* that a member of a crew aligns: of fewer, lanes wait for the longest */

/* What rows are traced with; the parts of a crew's work lie one after the other. */
typedef struct tracing {
    rp_alignment alignments[RP_ROWS_MOST];
    rp_steps steps[2 * RP_ROWS_MOST];
} tracing;

struct rp_recruiter {
    rp_extender *extender;
    rp_extenders others;     /* zeroed: nobody helps */
    rp_aligner *aligner;
    rp_chainer *chainer;
    rp_anchors anchors;
    rp_alignments alignments;
    rp_codes reverse_complement;
    tracing tracing;
};

rp_recruiter *rp_recruiter_create(rp_extender *extender)
{
    rp_recruiter *recruiter = rp_alloc(1, sizeof *recruiter);
    if (recruiter == NULL)
        return NULL;
    recruiter->extender = extender;
    recruiter->aligner = rp_aligner_create(extender);
    recruiter->chainer = rp_chainer_create();
    if (recruiter->aligner != NULL && recruiter->chainer != NULL)
        return recruiter;
    rp_recruiter_destroy(recruiter);
    return NULL;
}

void rp_recruiter_destroy(rp_recruiter *recruiter)
{
    if (recruiter == NULL)
        return;
    rp_chainer_destroy(recruiter->chainer);
    rp_aligner_destroy(recruiter->aligner);
    free(recruiter->anchors.items);
    free(recruiter->alignments.items);
    free(recruiter->reverse_complement.items);
    for (unsigned i = 0; i < 2 * RP_ROWS_MOST; i++)
        free(recruiter->tracing.steps[i].items);
    free(recruiter);
}

void rp_recruiter_share(rp_recruiter *recruiter, const rp_extenders *with)
{
    recruiter->others = *with;
    rp_aligner_share(recruiter->aligner, with);
}

const rp_extenders *rp_recruiter_others(const rp_recruiter *recruiter)
{
    return &recruiter->others;
}

/* --- Copies --- */

static bool set_queries(rp_recruiter *recruiter, const rp_codes *consensus, rp_query queries[2])
{
    if (!rp_codes_reverse_complement(&recruiter->reverse_complement, consensus->items, consensus->n))
        return false;
    queries[0] = (rp_query){consensus->items, (uint32_t)consensus->n, false};
    queries[1] = (rp_query){recruiter->reverse_complement.items, (uint32_t)consensus->n, false};
    return true;
}

static rp_copy make_copy(const rp_alignment *from, uint32_t length)
{
    const bool reverse = from->query == 1;
    return (rp_copy){.begin = from->begin,
                     .end = from->end,
                     .score = from->score,
                     .reverse = reverse,
                     .anchor_place = reverse ? length - from->place : from->place,
                     .consensus_begin = reverse ? length - from->query_end : from->query_begin,
                     .consensus_end = reverse ? length - from->query_begin : from->query_end,
                     .alignment = *from};
}

/* --- Overlaps --- */

static int compare_rank(const void *left, const void *right)
{
    const rank *a = left, *b = right;
    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    return (a->copy > b->copy) - (a->copy < b->copy);
}

static int compare_copies(const void *left, const void *right)
{
    const rp_copy *a = left, *b = right;
    if (a->begin != b->begin)
        return a->begin < b->begin ? -1 : 1;
    if (a->end != b->end)
        return a->end < b->end ? -1 : 1;
    if (a->reverse != b->reverse)
        return a->reverse ? 1 : -1;
    if (a->consensus_begin != b->consensus_begin)
        return a->consensus_begin < b->consensus_begin ? -1 : 1;
    return (a->alignment.anchor > b->alignment.anchor) - (a->alignment.anchor < b->alignment.anchor);
}

/* Drops each copy over half of which overlaps a better one; leaves them in genome order. False: out of memory. */
static bool resolve(rp_copies *copies)
{
    if (copies->n < 2)
        return true;
    rp_sort(copies->items, copies->n, sizeof *copies->items, compare_copies);
    rank *ranks = rp_alloc(copies->n, sizeof *ranks);
    uint8_t *kept = rp_alloc(copies->n, 1);
    if (ranks == NULL || kept == NULL) {
        free(ranks);
        free(kept);
        return false;
    }
    uint64_t longest = 0;
    for (size_t i = 0; i < copies->n; i++) {
        ranks[i] = (rank){copies->items[i].score, i};
        const uint64_t length = copies->items[i].end - copies->items[i].begin;
        longest = length > longest ? length : longest;
    }
    rp_sort(ranks, copies->n, sizeof *ranks, compare_rank);
    for (size_t r = 0; r < copies->n; r++) {
        const size_t at = ranks[r].copy;
        const rp_copy *here = &copies->items[at];
        bool free_enough = true;
        for (size_t i = at; i-- > 0 && free_enough && copies->items[i].begin + longest > here->begin;)
            if (kept[i] && copies->items[i].end > here->begin) {
                const uint64_t end = copies->items[i].end < here->end ? copies->items[i].end : here->end;
                free_enough = 2 * (end - here->begin) <= here->end - here->begin;
            }
        for (size_t i = at + 1; i < copies->n && free_enough && copies->items[i].begin < here->end; i++)
            if (kept[i]) {
                const uint64_t end = copies->items[i].end < here->end ? copies->items[i].end : here->end;
                free_enough = 2 * (end - copies->items[i].begin) <= here->end - here->begin;
            }
        kept[at] = free_enough;
    }
    size_t n = 0;
    for (size_t i = 0; i < copies->n; i++)
        if (kept[i])
            copies->items[n++] = copies->items[i];
    copies->n = n;
    free(ranks);
    free(kept);
    return true;
}

/* --- Recruitment --- */

bool rp_recruit(rp_recruiter *recruiter, const rp_view *view, const rp_kmer_index *index, const rp_codes *consensus,
                bool tandem, rp_copies *copies, rp_reads *reads)
{
    copies->n = 0;
    rp_query queries[2];
    if (!set_queries(recruiter, consensus, queries))
        return false;
    queries[0].tandem = queries[1].tandem = tandem;
    const rp_sought sought = {view, index, consensus, queries};
    recruiter->alignments.n = 0;
    if (!rp_chainer_find(recruiter->chainer, &recruiter->others, &sought, &recruiter->anchors, reads) ||
        !rp_align_anchors(recruiter->aligner, view, queries, &recruiter->anchors, &LIMITS, &recruiter->alignments,
                          reads) ||
        !rp_copies_reserve(copies, recruiter->alignments.n))
        return false;
    for (size_t i = 0; i < recruiter->alignments.n; i++)
        copies->items[copies->n++] = make_copy(&recruiter->alignments.items[i], (uint32_t)consensus->n);
    return resolve(copies);
}

bool rp_recruit_again(rp_recruiter *recruiter, const rp_view *view, const rp_codes *consensus, rp_copies *copies)
{
    rp_query queries[2];
    if (!set_queries(recruiter, consensus, queries))
        return false;
    recruiter->anchors.n = recruiter->alignments.n = 0;
    for (size_t i = 0; i < copies->n; i++) {
        const rp_copy *copy = &copies->items[i];
        if (copy->anchor_place == RP_NO_ANCHOR)
            continue;
        const uint32_t place = copy->reverse ? (uint32_t)consensus->n - copy->anchor_place : copy->anchor_place;
        if (!rp_anchors_push(&recruiter->anchors,
                             (rp_anchor){.position = copy->alignment.anchor, .place = place, .query = copy->reverse}))
            return false;
    }
    rp_anchors_sort(&recruiter->anchors);
    if (!rp_align_anchors(recruiter->aligner, view, queries, &recruiter->anchors, &LIMITS, &recruiter->alignments,
                          NULL) ||
        !rp_copies_reserve(copies, recruiter->alignments.n))
        return false;
    copies->n = 0;
    for (size_t i = 0; i < recruiter->alignments.n; i++)
        copies->items[copies->n++] = make_copy(&recruiter->alignments.items[i], (uint32_t)consensus->n);
    return resolve(copies);
}

typedef struct row_making {
    rp_recruiter *recruiter;
    const rp_view *view;
    const rp_query *queries;
    const rp_copy *copies;
    size_t n, in_part;
    rp_row *rows;
} row_making;

static bool make_rows(void *context, size_t part, unsigned member)
{
    const row_making *work = context;
    const rp_extenders *others = &work->recruiter->others;
    rp_extender *extender = others->crew == NULL ? work->recruiter->extender : others->items[member];
    const size_t first = part * work->in_part, n = work->n - first < work->in_part ? work->n - first : work->in_part;
    rp_alignment *alignments = work->recruiter->tracing.alignments + first;
    rp_steps *steps = work->recruiter->tracing.steps + 2 * first;
    for (size_t i = 0; i < n; i++)
        alignments[i] = work->copies[first + i].alignment;
    if (!rp_align_trace(extender, work->view, work->queries, alignments, n, steps))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!rp_row_make(work->view->genome, work->queries, &alignments[i], &steps[2 * i], &steps[2 * i + 1],
                         &work->rows[first + i]))
            return false;
    return true;
}

bool rp_recruit_rows(rp_recruiter *recruiter, const rp_view *view, const rp_codes *consensus, const rp_copy *copies,
                     size_t n, rp_row *rows)
{
    rp_query queries[2];
    const rp_extenders *others = &recruiter->others;
    const size_t in_part = rp_crew_size(others->crew) > 1 ? ROWS_A_PART : RP_ROWS_MOST;
    row_making work = {recruiter, view, queries, copies, n, in_part, rows};
    return set_queries(recruiter, consensus, queries) &&
           rp_crew_run(others->crew, others->member, (n + in_part - 1) / in_part, make_rows, &work);
}
