/* anchored.c: local alignments through anchors; see anchored.h. */
#include "align/anchored.h"

#include <stdlib.h>

#include "align/scores.h"
#include "align/significance.h"
#include "base/sort.h"

enum {
    PATH_DRIFT_BP = 30,       /* an anchor this near the diagonals of an alignment's ends lies on its path */
    ROUND_REACH_BP = 3000,    /* anchors this near, on diagonals this near, wait for the first one's alignment */
    ROUND_DRIFT_BP = 300,
    TOGETHER = 1 << 14,       /* anchors that are extended together: enough that all lanes are busy */
    LEAST_SHARE = 32          /* anchors of a part that another thread takes: of fewer, lanes wait for the longest */
};

struct rp_aligner {
    rp_extender *extender;
    rp_extenders others;      /* zeroed: nobody helps */
    size_t *selected;
    size_t selected_capacity;
    rp_extension *extensions; /* two for each selected anchor */
    size_t extension_capacity;
    rp_alignment *found;      /* of each of them; with evidence where the score suffices */
    size_t found_capacity;
};

rp_aligner *rp_aligner_create(rp_extender *extender)
{
    rp_aligner *aligner = rp_alloc(1, sizeof *aligner);
    if (aligner != NULL)
        aligner->extender = extender;
    return aligner;
}

void rp_aligner_destroy(rp_aligner *aligner)
{
    if (aligner == NULL)
        return;
    free(aligner->selected);
    free(aligner->extensions);
    free(aligner->found);
    free(aligner);
}

void rp_aligner_share(rp_aligner *aligner, const rp_extenders *with)
{
    aligner->others = *with;
}

static int compare_anchors(const void *left, const void *right)
{
    const rp_anchor *a = left, *b = right;
    if (a->query != b->query)
        return a->query < b->query ? -1 : 1;
    if (a->position != b->position)
        return a->position < b->position ? -1 : 1;
    return (a->place > b->place) - (a->place < b->place);
}

void rp_anchors_sort(rp_anchors *anchors)
{
    rp_sort(anchors->items, anchors->n, sizeof *anchors->items, compare_anchors);
}

int rp_alignment_compare_places(const rp_alignment *a, const rp_alignment *b)
{
    if (a->begin != b->begin)
        return a->begin < b->begin ? -1 : 1;
    if (a->end != b->end)
        return a->end < b->end ? -1 : 1;
    if (a->query != b->query)
        return a->query < b->query ? -1 : 1;
    if (a->query_begin != b->query_begin)
        return a->query_begin < b->query_begin ? -1 : 1;
    if (a->anchor != b->anchor)
        return a->anchor < b->anchor ? -1 : 1;
    return (a->place > b->place) - (a->place < b->place);
}

static void set_extensions(const rp_view *view, const rp_query *queries, uint64_t position, uint32_t place,
                           uint32_t query, rp_extension both[2])
{
    const rp_query *forward = &queries[query], *backward = &queries[query ^ 1];
    both[0] = (rp_extension){.query = backward->codes + (backward->length - place),
                             .query_length = place,
                             .walk = rp_view_walk(view, position, true)};
    both[1] = (rp_extension){.query = forward->codes + place,
                             .query_length = forward->length - place,
                             .walk = rp_view_walk(view, position, false)};
}

static rp_alignment make_alignment(const rp_anchor *from, const rp_extension both[2])
{
    return (rp_alignment){.begin = from->position - both[0].target_used,
                          .end = from->position + both[1].target_used,
                          .query = from->query,
                          .query_begin = from->place - both[0].query_used,
                          .query_end = from->place + both[1].query_used,
                          .score = both[0].score + both[1].score,
                          .anchor = from->position,
                          .place = from->place,
                          .left_query = both[0].query_used,
                          .left_target = both[0].target_used,
                          .right_query = both[1].query_used,
                          .right_target = both[1].target_used};
}

/* What an alignment's score is worth; pairs are counted by the shorter side. */
static int32_t evidence_of(const rp_view *view, const rp_query *queries, const rp_alignment *found)
{
    rp_base_counts query = {{0}}, genome = {{0}};
    const uint32_t query_bp = found->query_end - found->query_begin;
    const uint64_t genome_bp = found->end - found->begin;
    rp_base_counts_add_codes(&query, queries[found->query].codes + found->query_begin, query_bp);
    rp_base_counts_add_genome(&genome, view->genome, found->begin, found->end);
    return rp_significant_score(found->score, query_bp < genome_bp ? query_bp : (uint32_t)genome_bp, &query, &genome);
}

static bool on_path(const rp_anchor *here, const rp_alignment *known, bool tandem)
{
    if (here->position < known->begin || here->position >= known->end)
        return false;
    if (tandem)
        return true;
    const int64_t diagonal = (int64_t)here->position - here->place;
    const int64_t first = (int64_t)known->begin - known->query_begin, last = (int64_t)known->end - known->query_end;
    const int64_t low = first < last ? first : last, high = first < last ? last : first;
    return diagonal >= low - PATH_DRIFT_BP && diagonal <= high + PATH_DRIFT_BP;
}

/* Takes away the anchors that are done: in an array a round has few of very many, and there are as many rounds. */
static void drop_done(rp_anchors *anchors)
{
    size_t n = 0;
    while (n < anchors->n && !anchors->items[n].done)
        n++;
    for (size_t i = n; i < anchors->n; i++)
        if (!anchors->items[i].done)
            anchors->items[n++] = anchors->items[i];
    anchors->n = n;
}

/* Picks the anchors of this round: none picked shortly before on a near diagonal. */
static bool select_round(rp_aligner *aligner, const rp_query *queries, const rp_anchors *anchors, size_t *n_selected)
{
    size_t n = 0;
    for (size_t i = 0; i < anchors->n; i++) {
        const rp_anchor *here = &anchors->items[i];
        bool wait = false;
        for (size_t s = n; s-- > 0 && !wait;) {
            const rp_anchor *before = &anchors->items[aligner->selected[s]];
            if (before->query != here->query || here->position > before->position + ROUND_REACH_BP)
                break;
            const int64_t drift = ((int64_t)here->position - here->place) - ((int64_t)before->position - before->place);
            wait = queries[here->query].tandem || (drift >= -ROUND_DRIFT_BP && drift <= ROUND_DRIFT_BP);
        }
        if (wait)
            continue;
        if (!rp_reserve((void **)&aligner->selected, &aligner->selected_capacity, n + 1, sizeof *aligner->selected))
            return false;
        aligner->selected[n++] = i;
    }
    *n_selected = n;
    return true;
}

/* Marks the anchors on the path of an alignment that came from anchor number `from`. */
static void mark_path(rp_anchors *anchors, size_t from, const rp_alignment *found, bool tandem)
{
    size_t i = from;
    while (i > 0 && anchors->items[i - 1].query == found->query && anchors->items[i - 1].position >= found->begin)
        i--;
    for (; i < anchors->n && anchors->items[i].query == found->query && anchors->items[i].position < found->end; i++)
        if (!anchors->items[i].done)
            anchors->items[i].done = on_path(&anchors->items[i], found, tandem);
}

/* Some anchors of a round, in parts. */
typedef struct extending {
    rp_aligner *aligner;
    const rp_view *view;
    const rp_query *queries;
    const rp_anchors *anchors;
    const size_t *selected;
    size_t n, n_parts;
    const rp_align_limits *limits;
} extending;

static bool extend_part(void *context, size_t part, unsigned member)
{
    const extending *work = context;
    rp_aligner *aligner = work->aligner;
    rp_extender *extender = aligner->others.crew == NULL ? aligner->extender : aligner->others.items[member];
    const size_t begin = work->n * part / work->n_parts, end = work->n * (part + 1) / work->n_parts;
    for (size_t s = begin; s < end; s++) {
        const rp_anchor *here = &work->anchors->items[work->selected[s]];
        set_extensions(work->view, work->queries, here->position, here->place, here->query,
                       &aligner->extensions[2 * s]);
    }
    rp_extender_run(extender, work->view, aligner->extensions + 2 * begin, 2 * (end - begin), work->limits->x_drop);
    for (size_t s = begin; s < end; s++) {
        rp_alignment *found = &aligner->found[s];
        *found = make_alignment(&work->anchors->items[work->selected[s]], &aligner->extensions[2 * s]);
        if (found->score >= work->limits->min_score)
            found->evidence = evidence_of(work->view, work->queries, found);
    }
    return true;
}

static bool extend_anchors(extending *work)
{
    rp_aligner *aligner = work->aligner;
    if (!rp_reserve((void **)&aligner->extensions, &aligner->extension_capacity, 2 * work->n,
                    sizeof *aligner->extensions) ||
        !rp_reserve((void **)&aligner->found, &aligner->found_capacity, work->n, sizeof *aligner->found))
        return false;
    const size_t most = work->n / LEAST_SHARE, members = rp_crew_size(aligner->others.crew);
    work->n_parts = most < 1 ? 1 : most < members ? most : members;
    return rp_crew_run(aligner->others.crew, aligner->others.member, work->n_parts, extend_part, work);
}

/* Extends n anchors of a round, and takes the alignments that they lead to. */
static bool extend_some(rp_aligner *aligner, const rp_view *view, const rp_query *queries, rp_anchors *anchors,
                        size_t first, size_t n, const rp_align_limits *limits, rp_alignments *alignments,
                        rp_reads *reads)
{
    const size_t *selected = aligner->selected + first;
    extending work = {.aligner = aligner,
                      .view = view,
                      .queries = queries,
                      .anchors = anchors,
                      .selected = selected,
                      .n = n,
                      .limits = limits};
    if (!extend_anchors(&work))
        return false;
    for (size_t s = 0; s < n; s++) {
        const rp_anchor *here = &anchors->items[selected[s]];
        const rp_extension *both = &aligner->extensions[2 * s];
        const rp_alignment *found = &aligner->found[s];
        if (!rp_reads_note(reads, here->position - both[0].looked_at, here->position + both[1].looked_at))
            return false;
        if (found->score < limits->min_score)
            continue;
        if (found->evidence >= limits->min_evidence && !rp_alignments_push(alignments, *found))
            return false;
        mark_path(anchors, selected[s], found, queries[found->query].tandem);
    }
    return true;
}

/* All anchors of a round are extended, whether an alignment of the same round comes over them or not. */
static bool extend_round(rp_aligner *aligner, const rp_view *view, const rp_query *queries, rp_anchors *anchors,
                         size_t n_selected, const rp_align_limits *limits, rp_alignments *alignments, rp_reads *reads)
{
    bool ok = true;
    for (size_t s = 0; s < n_selected; s++)
        anchors->items[aligner->selected[s]].done = true;
    for (size_t first = 0; first < n_selected && ok; first += TOGETHER)
        ok = extend_some(aligner, view, queries, anchors, first,
                         n_selected - first < TOGETHER ? n_selected - first : TOGETHER, limits, alignments, reads);
    return ok;
}

bool rp_align_anchors(rp_aligner *aligner, const rp_view *view, const rp_query *queries, rp_anchors *anchors,
                      const rp_align_limits *limits, rp_alignments *alignments, rp_reads *reads)
{
    for (;;) {
        size_t n_selected = 0;
        drop_done(anchors);
        if (!select_round(aligner, queries, anchors, &n_selected))
            return false;
        if (n_selected == 0)
            return true;
        if (!extend_round(aligner, view, queries, anchors, n_selected, limits, alignments, reads))
            return false;
    }
}

/* Bases that are not the same in pairs, of the first n of an extension; counting ends beyond `most`. */
static uint32_t count_mismatches(const rp_view *view, const rp_extension *of, uint32_t n, uint32_t most)
{
    uint32_t differ = 0;
    for (uint32_t at = 0; at < n && differ <= most; at += 64) {
        uint8_t target[64];
        const uint8_t *query = of->query + at;
        const unsigned here = n - at < 64 ? n - at : 64;
        rp_view_decode(view, &of->walk, at, here, target);
        unsigned same = 0;
        for (unsigned i = 0; i < here; i++)
            same += (unsigned)(rp_code_is_base(target[i]) & (target[i] == query[i]));
        differ += here - same;
    }
    return differ;
}

/* Whether pairs alone have the score: then that is the path, for pairs go before gaps that are worth as much. */
static bool is_ungapped(const rp_view *view, const rp_alignment *whole, const rp_extension both[2])
{
    const int32_t bases = (int32_t)(whole->left_query + whole->right_query),
                  lost = RP_SCORE_MATCH * bases - whole->score;
    const uint32_t differ = lost < 0 ? 0 : (uint32_t)lost / (RP_SCORE_MATCH - RP_SCORE_MISMATCH);
    if (whole->left_query != whole->left_target || whole->right_query != whole->right_target ||
        (int32_t)differ * (RP_SCORE_MATCH - RP_SCORE_MISMATCH) != lost)
        return false;
    const uint32_t left = count_mismatches(view, &both[0], whole->left_query, differ);
    return left <= differ && count_mismatches(view, &both[1], whole->right_query, differ) == differ - left;
}

static bool push_pairs(rp_steps *steps, uint32_t n)
{
    return n == 0 || rp_steps_push(steps, (rp_step){.kind = RP_STEP_PAIR, .length = n});
}

bool rp_align_trace(rp_extender *extender, const rp_view *view, const rp_query *queries, const rp_alignment *alignments,
                    size_t n, rp_steps *steps)
{
    rp_extension *extensions = rp_alloc(2 * n, sizeof *extensions);
    if (extensions == NULL)
        return false;
    bool ok = true;
    for (size_t i = 0; ok && i < n; i++) {
        const rp_alignment *here = &alignments[i];
        set_extensions(view, queries, here->anchor, here->place, here->query, &extensions[2 * i]);
        steps[2 * i].n = steps[2 * i + 1].n = 0;
        if (is_ungapped(view, here, &extensions[2 * i])) { /* nothing is left to be traced */
            ok = push_pairs(&steps[2 * i], here->left_query) && push_pairs(&steps[2 * i + 1], here->right_query);
            continue;
        }
        extensions[2 * i].query_used = here->left_query;
        extensions[2 * i].target_used = here->left_target;
        extensions[2 * i + 1].query_used = here->right_query;
        extensions[2 * i + 1].target_used = here->right_target;
    }
    ok = ok && rp_extender_trace(extender, view, extensions, 2 * n, steps);
    free(extensions);
    return ok;
}
