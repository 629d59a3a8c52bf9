/* join.c: joins families that are parts of one element; see join.h. */
#include "library/join.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/helpers.h"
#include "base/ordered_loop.h"
#include "base/parallel.h"
#include "base/sort.h"
#include "library/circle.h"
#include "library/meetings.h"
#include "library/rejections.h"

enum {
    MIN_MEETINGS = 2,            /* of two ends, at one distance */
    MIN_INTERIOR_MEETINGS = 3,
    INTERIOR_CLUSTER_BP = 24,    /* interior points this near are one */
    SMALLER_PERCENT = 40,        /* meetings must be this share of the rarer end's copies */
    LARGER_SHARE = 8,            /* and one in so many of the more frequent end's; else Alu was lost in a chimera */
    KEPT_PERCENT = 70,           /* of the shorter part, and of the gap, that the joined consensus must keep */
    MIN_PIECE_BP = 40,
    REFINE_ROUNDS = 2,
    CIRCLE_KEPT_PERCENT = 90     /* of the expected length that a family cut open must keep */
};

/* A join to try. Growing family `base` at its end `base_end` by `piece`. */
typedef struct candidate {
    uint32_t base, piece;
    bool base_end, piece_end;   /* which ends meet */
    bool interior;              /* only piece [point, its end) or [0, point) is taken */
    bool circle;                /* base and piece are one family that runs round: circle.h tells where to cut it */
    rp_circle cut;
    uint32_t point;
    uint32_t n_meetings;
    size_t first_meeting, n;    /* in the pass' meetings */
} candidate;

RP_ARRAY(candidates, candidate);

/* What all candidates of a family ask for: its copies that reach the left and the right end, whether it runs round. */
typedef struct family_figures {
    uint32_t n_ends[2];
    rp_circle cut;
    bool is_circle;
} family_figures;

typedef struct trial {
    rp_family family;           /* what came out */
    rp_intervals lifted;
    rp_reads reads;
    uint32_t version;
    bool is_known;              /* to be rejected, from an earlier pass, unless what it relies on has changed */
    bool accepted;              /* by the worker */
    bool rejected;              /* by the committer; or, */
    bool joined;                /* by him, too */
} trial;

typedef struct join_pass {
    const rp_view *view;
    const rp_kmer_index *index;
    rp_cover *cover;
    rp_library *library;
    rp_join_figures *figures;
    unsigned n_threads;
    rp_builders builders;
    rp_helpers *helpers;        /* who waits for a turn helps with the long trials */
    rp_meetings meetings;
    candidates candidates;
    trial *trials;              /* by candidate */
    rp_rejections rejections;   /* of earlier passes */
    family_figures *families;   /* while candidates are listed */
    _Atomic uint8_t *touched;   /* by family: changed in this pass; relaxed: a late look costs a trial */
    uint64_t n_accepted;
    rp_intervals scratch;       /* the committer's, */
    rp_kept_reads kept;         /* and so is this: of rejected trials of the pass */
} join_pass;

/* --- Candidates --- */

static bool measure_family(void *argument, size_t which, unsigned worker, rp_error *error)
{
    (void)worker;
    join_pass *pass = argument;
    const rp_family *family = &pass->library->items[which];
    family_figures *figures = &pass->families[which];
    for (size_t i = 0; i < family->copies.n; i++) {
        figures->n_ends[0] += family->copies.items[i].consensus_begin <= RP_MEETING_SLACK_BP;
        figures->n_ends[1] += family->consensus.n - family->copies.items[i].consensus_end <= RP_MEETING_SLACK_BP;
    }
    return family->tandem || family->consensus.n == 0 ||
           rp_circle_find(family, pass->view->genome, &figures->cut, &figures->is_circle) ||
           rp_error_memory(error, "joining families");
}

static uint32_t count_ends(const join_pass *pass, const rp_side *which)
{
    return pass->families[which->family].n_ends[which->end];
}

/* Parts of one element stand at one distance, and somewhere with nothing else between them. Exons stand at many, or
 * each time with an intron. */
static bool add_end_candidate(join_pass *pass, size_t begin, size_t end)
{
    const rp_meeting *one = &pass->meetings.items[begin];
    const uint32_t a = count_ends(pass, &one->first), b = count_ends(pass, &one->second);
    const uint32_t smaller = a < b ? a : b, larger = a < b ? b : a;
    uint64_t n = end - begin;
    if (n * 100 < (uint64_t)smaller * SMALLER_PERCENT || n * LARGER_SHARE < larger)
        return true;
    const uint64_t n_all = n;
    rp_meetings_distance(pass->meetings.items, &begin, &end);
    n = end - begin;
    const size_t tightest = rp_meetings_tightest(pass->meetings.items, begin, end);
    if (n < MIN_MEETINGS || 2 * n <= n_all || pass->meetings.items[tightest].inserted_bp > 0)
        return true;
    return candidates_push(&pass->candidates, (candidate){.base = one->first.family,
                                                          .piece = one->second.family,
                                                          .base_end = one->first.end,
                                                          .piece_end = one->second.end,
                                                          .n_meetings = (uint32_t)n,
                                                          .first_meeting = tightest,
                                                          .n = n});
}

static bool add_interior_candidates(join_pass *pass, size_t begin, size_t end)
{
    const rp_meeting *first = &pass->meetings.items[begin];
    const rp_family *base = &pass->library->items[first->first.family],
                    *piece = &pass->library->items[first->second.family];
    if (base == piece || piece->copies.n <= base->copies.n)
        return true;
    const uint32_t n_ends = count_ends(pass, &first->first);
    for (size_t i = begin, j; i < end; i = j) {
        for (j = i + 1; j < end && pass->meetings.items[j].second.point - pass->meetings.items[j - 1].second.point <=
                                       INTERIOR_CLUSTER_BP;
             j++)
            ;
        const uint32_t n = (uint32_t)(j - i);
        const uint32_t point = pass->meetings.items[i + (j - i) / 2].second.point;
        const uint32_t length = first->second.end ? point : (uint32_t)piece->consensus.n - point;
        if (n < MIN_INTERIOR_MEETINGS || (uint64_t)n * 100 < (uint64_t)n_ends * SMALLER_PERCENT ||
            length < MIN_PIECE_BP)
            continue;
        if (!candidates_push(&pass->candidates, (candidate){.base = first->first.family,
                                                            .piece = first->second.family,
                                                            .base_end = first->first.end,
                                                            .piece_end = first->second.end,
                                                            .interior = true,
                                                            .point = point,
                                                            .n_meetings = n,
                                                            .first_meeting = i,
                                                            .n = n}))
            return false;
    }
    return true;
}

static int compare_candidates(const void *left, const void *right)
{
    const candidate *a = left, *b = right;
    if (a->circle != b->circle)
        return a->circle ? -1 : 1;
    if (a->circle)
        return (a->base > b->base) - (a->base < b->base);
    if (a->interior != b->interior)
        return a->interior ? 1 : -1;
    if (a->n_meetings != b->n_meetings)
        return a->n_meetings > b->n_meetings ? -1 : 1;
    return (a->first_meeting > b->first_meeting) - (a->first_meeting < b->first_meeting);
}

/* The candidates of the pass' meetings, which are sorted, and of its circles. */
static bool list_candidates(join_pass *pass)
{
    bool ok = true;
    pass->candidates.n = 0;
    for (size_t i = 0, j; ok && i < pass->meetings.n; i = j) {
        const rp_meeting *items = pass->meetings.items;
        for (j = i + 1; j < pass->meetings.n && rp_meetings_alike(&items[i], &items[j]); j++)
            ;
        ok = items[i].second.reaches ? add_end_candidate(pass, i, j) : add_interior_candidates(pass, i, j);
    }
    for (uint32_t f = 0; ok && f < pass->library->n; f++)
        if (pass->families[f].is_circle)
            ok = candidates_push(&pass->candidates,
                                 (candidate){.base = f, .piece = f, .circle = true, .cut = pass->families[f].cut});
    rp_sort(pass->candidates.items, pass->candidates.n, sizeof *pass->candidates.items, compare_candidates);
    return ok;
}

static bool find_candidates(join_pass *pass, rp_error *error)
{
    if (!rp_meetings_find(pass->view->genome, pass->library, pass->n_threads, &pass->meetings, error))
        return false;
    pass->families = rp_alloc(pass->library->n, sizeof *pass->families);
    const bool ok = (pass->families != NULL || rp_error_memory(error, "joining families")) &&
                    rp_parallel(pass->library->n, pass->n_threads, measure_family, pass, error) &&
                    (list_candidates(pass) || rp_error_memory(error, "joining families"));
    free(pass->families);
    pass->families = NULL;
    return ok;
}

/* --- One trial --- */

/* base (its meeting end to the right), what stands in the gap of the tightest meeting, piece. */
static bool join_consensus(const join_pass *pass, const candidate *what, rp_codes *joined)
{
    const rp_codes *base = &pass->library->items[what->base].consensus;
    const rp_codes *piece = &pass->library->items[what->piece].consensus;
    const rp_meeting *tight = &pass->meetings.items[what->first_meeting];
    joined->n = 0;
    if (!(what->base_end ? rp_codes_append(joined, base->items, base->n)
                         : rp_codes_append_turned(joined, base->items, base->n)))
        return false;
    uint32_t skip = 0;
    if (tight->gap < 0 && !what->interior)
        skip = (uint32_t)-tight->gap;
    /* The gap as the base copy reads it: base stands left of it unless the meeting is reversed. What the tightest
     * meeting has there may be the element's, too: the vote tells. */
    const int64_t between = (int64_t)tight->gap + tight->inserted_bp;
    if (between > 0 && !rp_genome_append(pass->view->genome, tight->gap_begin, (size_t)between, tight->reverse, joined))
        return false;
    uint32_t begin = 0, end = (uint32_t)piece->n;
    if (what->interior && what->piece_end)
        end = what->point;
    else if (what->interior)
        begin = what->point;
    const uint32_t n = end - begin;
    if (skip >= n)
        return true;
    /* piece's meeting end comes first; turned when that is its right end */
    return what->piece_end ? rp_codes_append_turned(joined, piece->items + begin, n - skip)
                           : rp_codes_append(joined, piece->items + begin + skip, n - skip);
}

static bool lift_copies(const join_pass *pass, const candidate *what, rp_intervals *lifted)
{
    const rp_library *library = pass->library;
    lifted->n = 0;
    const rp_copies *own = &library->items[what->base].copies, *other = &library->items[what->piece].copies;
    for (size_t i = 0; i < own->n; i++)
        if (!rp_intervals_push(lifted, (rp_interval){own->items[i].begin, own->items[i].end}))
            return false;
    if (what->interior) { /* only the pieces that stand beside the base's copies */
        for (size_t i = 0; i < what->n; i++) {
            const rp_copy *copy = &other->items[pass->meetings.items[what->first_meeting + i].second_copy];
            if (!rp_intervals_push(lifted, (rp_interval){copy->begin, copy->end}))
                return false;
        }
    } else {
        for (size_t i = 0; i < other->n; i++)
            if (!rp_intervals_push(lifted, (rp_interval){other->items[i].begin, other->items[i].end}))
                return false;
    }
    rp_intervals_merge(lifted);
    return true;
}

/* Refines a trial's consensus where its parts' copies are free. */
static bool refine(join_pass *pass, unsigned n_rounds, trial *out, unsigned worker)
{
    rp_view view = *pass->view;
    view.lifted = out->lifted.items;
    view.n_lifted = out->lifted.n;
    rp_builder *builder = rp_builders_of(&pass->builders, worker);
    return builder != NULL && rp_family_refine(builder, &view, pass->index, n_rounds, &out->family, &out->reads);
}

/* Cuts a family that runs round open at its LTR. */
static bool try_circle(join_pass *pass, const candidate *what, trial *out, unsigned worker)
{
    const rp_family *family = &pass->library->items[what->base];
    if (!rp_circle_cut(family, &what->cut, pass->view->genome, &out->family.consensus) ||
        !lift_copies(pass, what, &out->lifted))
        return false;
    const size_t expected = out->family.consensus.n;
    if (expected > RP_CONSENSUS_GROWN_BP)
        return true;
    if (!refine(pass, 0, out, worker))
        return false;
    out->accepted = rp_family_holds(&out->family) && !out->family.tandem &&
                    100 * out->family.consensus.n >= CIRCLE_KEPT_PERCENT * expected;
    return true;
}

static bool try_join(join_pass *pass, const candidate *what, trial *out, unsigned worker)
{
    out->version = rp_cover_version(pass->cover);
    out->is_known = out->accepted = false;
    rp_reads_restart(&out->reads);
    out->reads.covered_too = true;
    out->family.tandem = false;
    if (what->circle)
        return try_circle(pass, what, out, worker);
    const size_t base = pass->library->items[what->base].consensus.n;
    size_t other = pass->library->items[what->piece].consensus.n;
    if (what->interior)
        other = what->piece_end ? what->point : other - what->point;
    const int32_t gap = what->interior ? 0 : pass->meetings.items[what->first_meeting].gap;
    const size_t between = gap > 0 ? (size_t)gap : 0;
    if (base + between + other > RP_CONSENSUS_GROWN_BP)
        return true;
    if (!join_consensus(pass, what, &out->family.consensus) || !lift_copies(pass, what, &out->lifted))
        return false;
    if (!refine(pass, REFINE_ROUNDS, out, worker))
        return false;
    const size_t longer = base > other ? base : other, shorter = base > other ? other : base;
    const size_t kept =
        what->interior ? base + other * KEPT_PERCENT / 100 : longer + (between + shorter) * KEPT_PERCENT / 100;
    out->accepted = rp_family_holds(&out->family) && !out->family.tandem && out->family.consensus.n >= kept;
    return true;
}

/* Of a rejected trial only what it relies on is of use. */
static void keep_reads(trial *made)
{
    rp_family_clear(&made->family);
    free(made->lifted.items);
    made->lifted = (rp_intervals){0};
    rp_reads_settle(&made->reads);
}

static bool try_candidate(join_pass *pass, const candidate *what, trial *out, unsigned worker)
{
    const bool ok = try_join(pass, what, out, worker);
    if (ok && !out->accepted)
        keep_reads(out);
    return ok;
}

static bool is_touched(const join_pass *pass, const candidate *what)
{
    return atomic_load_explicit(&pass->touched[what->base], memory_order_relaxed) != 0 ||
           atomic_load_explicit(&pass->touched[what->piece], memory_order_relaxed) != 0;
}

static void *work(void *context, size_t task, unsigned worker, rp_error *error)
{
    join_pass *pass = context;
    trial *made = &pass->trials[task];
    if (made->is_known && !rp_cover_has_changed(pass->cover, &made->reads, made->version))
        return made;
    if (!try_candidate(pass, &pass->candidates.items[task], made, worker)) {
        (void)rp_error_memory(error, "joining families");
        return NULL;
    }
    return made;
}

/* Whether a trial would end otherwise now. In a pass the cover only grows, but one that is known from the pass before
 * has seen what was uncovered since. */
static bool is_stale(const join_pass *pass, const trial *made)
{
    return made->is_known ? rp_cover_has_changed(pass->cover, &made->reads, made->version)
                          : rp_cover_has_grown(pass->cover, &made->reads, made->version);
}

static uint32_t cover_version(void *context)
{
    const join_pass *pass = context;
    return rp_cover_version(pass->cover);
}

static uint32_t trial_version(void *context, const void *result)
{
    (void)context;
    const trial *made = result;
    return made->version;
}

/* A trial of families that were touched meanwhile is not looked at when its turn comes. */
static bool renew(void *context, size_t task, void *result, uint32_t version, unsigned worker, rp_error *error)
{
    join_pass *pass = context;
    const candidate *what = &pass->candidates.items[task];
    trial *made = result;
    if (is_touched(pass, what) || !is_stale(pass, made)) {
        made->version = version;
        return true;
    }
    return try_candidate(pass, what, made, worker) || rp_error_memory(error, "joining families");
}

static void clear_trial(trial *done)
{
    rp_family_clear(&done->family);
    free(done->lifted.items);
    rp_reads_clear(&done->reads);
    *done = (trial){0};
}

/* Covers what a join has made. The cover of the families that it was made of, and the library itself, stay as they are
 * until the pass is over: workers rely on them (genome/reads.h). No other join of the pass may use the two families. */
static bool accept(join_pass *pass, const candidate *what, trial *made)
{
    if (!rp_family_cover(&made->family, pass->cover, &pass->scratch))
        return false;
    atomic_store_explicit(&pass->touched[what->base], 1, memory_order_relaxed);
    if (what->circle) {
        pass->figures->n_circles++;
    } else if (what->interior) {
        pass->figures->n_interior_joins++;
    } else {
        atomic_store_explicit(&pass->touched[what->piece], 1, memory_order_relaxed);
        pass->figures->n_end_joins++;
    }
    pass->n_accepted++;
    made->joined = true;
    return true;
}

static bool add_intervals(join_pass *pass, const rp_family *family, rp_intervals *to)
{
    bool ok = rp_family_intervals(family, &pass->scratch);
    for (size_t i = 0; ok && i < pass->scratch.n; i++)
        ok = rp_intervals_push(to, pass->scratch.items[i]);
    return ok;
}

/* Takes back the cover of the families that were joined, but for what the joined families have; what else covers the
 * same bases does not keep them. Bases that stay covered do not change for those who have seen them. */
static bool uncover_parts(join_pass *pass)
{
    rp_intervals parts = {0}, joined = {0}, left = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < pass->candidates.n; i++) {
        const candidate *what = &pass->candidates.items[i];
        if (pass->trials[i].joined)
            ok = add_intervals(pass, &pass->trials[i].family, &joined) &&
                 add_intervals(pass, &pass->library->items[what->base], &parts) &&
                 (what->interior || what->circle || add_intervals(pass, &pass->library->items[what->piece], &parts));
    }
    rp_intervals_merge(&parts);
    rp_intervals_merge(&joined);
    ok = ok && rp_intervals_subtract(&parts, &joined, &left);
    if (ok)
        rp_cover_remove(pass->cover, left.items, left.n);
    free(parts.items);
    free(joined.items);
    free(left.items);
    return ok;
}

/* Puts the joined families in the place of their bases. */
static void apply_joins(join_pass *pass)
{
    for (size_t i = 0; i < pass->candidates.n; i++) {
        const candidate *what = &pass->candidates.items[i];
        if (!pass->trials[i].joined)
            continue;
        rp_family *base = &pass->library->items[what->base];
        const rp_family swap = *base;
        *base = pass->trials[i].family;
        pass->trials[i].family = swap;
        base->seed = swap.seed;
        if (!what->interior && !what->circle) {
            pass->library->items[what->piece].consensus.n = 0;
            pass->library->items[what->piece].copies.n = 0;
        }
    }
}

static bool commit(void *context, uint64_t serial, void *result, unsigned worker, rp_error *error)
{
    join_pass *pass = context;
    const candidate *what = &pass->candidates.items[serial];
    trial *made = result;
    bool ok = true;
    if (!is_touched(pass, what)) { /* else its ends have changed: the next pass looks again */
        pass->figures->n_tried++;
        if (is_stale(pass, made))
            ok = try_candidate(pass, what, made, worker);
        if (ok && made->accepted)
            ok = accept(pass, what, made);
        made->rejected = ok && !made->accepted && rp_kept_reads_add(&pass->kept, pass->view->genome, &made->reads);
    }
    if (!made->rejected && !made->joined)
        clear_trial(made);
    return ok || rp_error_memory(error, "joining families");
}

/* --- What was rejected --- */

/* False: no join of two ends. */
static bool name_rejection(const join_pass *pass, const candidate *what, rp_rejection *named)
{
    *named = (rp_rejection){.base = what->base,
                            .piece = what->piece,
                            .base_end = what->base_end,
                            .piece_end = what->piece_end,
                            .tightest = pass->meetings.items[what->first_meeting]};
    return !what->interior && !what->circle;
}

/* Trials of which it is known how they end begin with that. */
static void recall_rejections(join_pass *pass)
{
    rp_rejection here;
    for (size_t i = 0; i < pass->candidates.n; i++)
        if (name_rejection(pass, &pass->candidates.items[i], &here) && rp_rejections_take(&pass->rejections, &here))
            pass->trials[i] = (trial){.reads = here.reads, .version = here.version, .is_known = true};
    rp_rejections_clear(&pass->rejections);
}

/* What stands when the pass is over stands on the cover of then, before anything is uncovered. */
static bool bring_up(void *argument, size_t which, unsigned worker, rp_error *error)
{
    (void)worker;
    (void)error;
    join_pass *pass = argument;
    trial *made = &pass->trials[which];
    if (made->rejected && !is_stale(pass, made))
        made->version = rp_cover_version(pass->cover);
    return true;
}

/* Notes those of the pass whose families have not changed in it. */
static bool note_rejections(join_pass *pass)
{
    bool ok = true;
    for (size_t i = 0; ok && i < pass->candidates.n; i++) {
        const candidate *what = &pass->candidates.items[i];
        trial *made = &pass->trials[i];
        rp_rejection here;
        if (!made->rejected || is_touched(pass, what) || !name_rejection(pass, what, &here))
            continue;
        here.reads = made->reads;
        here.version = made->version;
        ok = rp_rejections_push(&pass->rejections, here);
        if (ok)
            made->reads = (rp_reads){0};
    }
    rp_rejections_sort(&pass->rejections);
    return ok;
}

/* --- All passes --- */

static bool run_pass(join_pass *pass, unsigned n_threads, rp_error *error)
{
    const rp_renewal renewal = {cover_version, trial_version, renew, pass->helpers};
    if (!find_candidates(pass, error))
        return false;
    pass->n_accepted = pass->kept.bytes = 0;
    pass->touched = rp_alloc(pass->library->n, 1);
    pass->trials = rp_alloc(pass->candidates.n, sizeof *pass->trials);
    bool ok = (pass->touched != NULL && pass->trials != NULL) || rp_error_memory(error, "joining families");
    if (ok)
        recall_rejections(pass);
    ok = ok && rp_ordered_loop(pass->candidates.n, n_threads, work, &renewal, commit, pass, error) &&
         rp_parallel(pass->candidates.n, n_threads, bring_up, pass, error) &&
         ((uncover_parts(pass) && note_rejections(pass)) || rp_error_memory(error, "joining families"));
    if (ok)
        apply_joins(pass);
    for (size_t i = 0; pass->trials != NULL && i < pass->candidates.n; i++)
        clear_trial(&pass->trials[i]);
    free(pass->trials);
    free((void *)pass->touched);
    pass->trials = NULL;
    pass->touched = NULL;
    return ok;
}

bool rp_join_families(const rp_view *view, const rp_kmer_index *index, rp_cover *cover,
                      const rp_join_parameters *parameters, rp_library *library, rp_join_figures *figures,
                      rp_error *error)
{
    const unsigned n_threads = parameters->n_threads;
    join_pass pass = {
        .view = view, .index = index, .cover = cover, .library = library, .figures = figures, .n_threads = n_threads};
    uint32_t first_pass = 0, *next_pass = parameters->next_pass != NULL ? parameters->next_pass : &first_pass;
    pass.helpers = rp_helpers_create(n_threads);
    bool ok = (rp_builders_init(&pass.builders, n_threads, parameters->kernel, parameters->max_extension_bp) &&
               pass.helpers != NULL) ||
              rp_error_memory(error, "joining families");
    ok = ok && rp_builders_join(&pass.builders, rp_helpers_crew(pass.helpers), error);
    while (ok && *next_pass < RP_JOIN_PASSES) {
        ok = run_pass(&pass, n_threads, error);
        if (ok)
            *next_pass = pass.n_accepted == 0 ? RP_JOIN_PASSES : *next_pass + 1;
        if (ok && parameters->hook.keep != NULL)
            parameters->hook.keep(parameters->hook.context);
    }
    figures->cells += rp_builders_cells(&pass.builders);
    rp_builders_clear(&pass.builders);
    rp_rejections_clear(&pass.rejections);
    rp_lease_set(&pass.kept.most, 0);
    rp_helpers_destroy(pass.helpers);
    free(pass.meetings.items);
    free(pass.candidates.items);
    free(pass.scratch.items);
    return ok;
}
