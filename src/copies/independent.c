/* independent.c: copies compared by what is around them; see independent.h. */
#include "copies/independent.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "align/scores.h"
#include "base/sort.h"
#include "copies/stretch.h"

enum {
    BATCH = 4,              /* copies that are compared before it is asked whether that was enough */
    SAMPLE = 8 * BATCH,
    MIN_KNOWN_BP = 150,     /* fewer say nothing: where duplicated sequence is alike in pieces, one may be missed */
    DRIFT_BP = 64,          /* of what is next to the same base of the consensus, */
    DRIFT_PERCENT = 3,      /* and of the bases that both copies share, by insertions and deletions */
    MAX_DRIFT_BP = 512,
    STANDING_BP = 100,      /* of a family, between duplicated stretches */
    BETWEEN_PARTS_BP = 50,  /* insertions this near to each other are passed as one */
    MAX_INSERTIONS = 6      /* that are passed in one step, where the two are alike already; else one */
};

/* ALIKE: what is known beside the two is alike, but for less than RP_SAME_PLACE_BP. The closer, the later. */
typedef enum relation { DIFFERENT, UNKNOWN, ALIKE, SAME } relation;

typedef struct sampled {
    const rp_placed_copy *copy;
    rp_stretch beside[2];    /* at the left and the right end, or wherever it was read last: */
    rp_strand_walk read_from[2];
    unsigned n_known;        /* ends whose flank is known */
    unsigned place;          /* the number of its place; NO_PLACE: it cannot be told from an earlier one */
} sampled;

enum { NO_PLACE = SAMPLE };

/* What a score of one says, where two bases match with a chance of 28 % (align/significance.h): half of log(0.72 /
 * 0.28). */
static const double SCORE_NATS = 0.472;

/* Where a walk can go on: here, or behind insertions. */
typedef struct landings {
    rp_strand_walk walks[MAX_INSERTIONS + 2];
    const rp_stretch *here;
    rp_stretch behind[MAX_INSERTIONS + 2]; /* from number 1 on */
    unsigned n, n_read;
} landings;

struct rp_place_finder {
    const rp_view *view;
    const rp_findings *findings;
    const rp_found_family *family;
    sampled sample[SAMPLE];
    unsigned n_places, of_place[SAMPLE]; /* the copy that stands for each */
    rp_rank *ranks; /* of all copies, by bases of the consensus */
    size_t ranks_capacity;
    uint16_t *depth; /* by base of the consensus: copies or places */
    uint8_t *last; /* the place that was counted last there, from 1 */
    size_t depth_capacity, last_capacity;
    rp_stretch scratch[2]; /* of two walks */
    landings landings[2];
    bool rows_are_places; /* copies so near to each other that they share their flanks are places of their own */
    uint32_t own[2]; /* numbers of the copies from which the two walks set out */
};

rp_place_finder *rp_place_finder_create(const rp_view *view, const rp_findings *findings)
{
    rp_place_finder *finder = rp_alloc(1, sizeof *finder);
    if (finder != NULL) {
        finder->view = view;
        finder->findings = findings;
    }
    return finder;
}

void rp_place_finder_destroy(rp_place_finder *finder)
{
    if (finder == NULL)
        return;
    free(finder->ranks);
    free(finder->depth);
    free(finder->last);
    free(finder);
}

const rp_view *rp_place_finder_view(const rp_place_finder *finder)
{
    return finder->view;
}

/* The genome position of a base of the consensus, or of the boundary before it, in a copy that has it. */
static uint64_t position_of(const rp_place_finder *finder, const rp_placed_copy *copy, uint32_t at)
{
    const rp_part *best = NULL;
    uint32_t least = UINT32_MAX;
    for (size_t i = 0; i < copy->n_parts && least > 0; i++) {
        const rp_part *part = &finder->findings->parts.items[finder->family->parts[copy->first_part + i]];
        const uint32_t away = at < part->consensus_begin ? part->consensus_begin - at
                              : at > part->consensus_end ? at - part->consensus_end
                                                         : 0;
        if (away < least) {
            least = away;
            best = part;
        }
    }
    const uint32_t length = best->consensus_end - best->consensus_begin, within = at <= best->consensus_begin ? 0
                                                                                  : at >= best->consensus_end
                                                                                      ? length
                                                                                      : at - best->consensus_begin;
    const uint64_t bases = length > 0 ? (best->end - best->begin) * within / length : 0;
    return best->reverse ? best->end - bases : best->begin + bases;
}

/* Outwards from a base of the consensus, to its left or its right. */
static rp_strand_walk outwards(const rp_place_finder *finder, const rp_placed_copy *copy, uint32_t at, bool right)
{
    const uint64_t position = position_of(finder, copy, at);
    if (right != copy->reverse)
        return rp_view_walk_beyond(finder->view, copy->begin, position > copy->begin ? position : copy->begin + 1,
                                   false);
    return rp_view_walk_beyond(finder->view, position < copy->end ? position : copy->end - 1, copy->end, true);
}

static rp_strand_walk moved(const rp_strand_walk *walk, uint32_t by)
{
    return (rp_strand_walk){walk->reverse ? walk->origin - by : walk->origin + by, walk->limit_bp - by, walk->reverse};
}

/* The first part that ends behind a position. */
static size_t part_behind(const rp_parts *parts, uint64_t position)
{
    size_t low = 0, high = parts->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (parts->items[middle].end > position)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* The first part that a walk comes to, and on: 1 if positions rise, else -1. SIZE_MAX: none (and on from there:
 * none). */
static size_t first_part(const rp_parts *parts, const rp_strand_walk *walk)
{
    if (!walk->reverse)
        return part_behind(parts, walk->origin);
    const size_t i = part_behind(parts, walk->origin - 1);
    return i < parts->n && parts->items[i].begin < walk->origin ? i : i - 1; /* 0 - 1 is none */
}

/* How far along a walk a part of first_part begins and ends; one in which the walk begins is at 0. */
static void reach_part(const rp_strand_walk *walk, const rp_part *part, uint64_t *near, uint64_t *far)
{
    const uint64_t end = walk->reverse ? part->end : part->begin;
    *far = walk->reverse ? walk->origin - part->begin : part->end - walk->origin;
    if (walk->reverse)
        *near = end < walk->origin ? walk->origin - end : 0;
    else
        *near = end > walk->origin ? end - walk->origin : 0;
}

/* Whether a part is of another copy of the family than that from which a walk sets out. */
static bool is_neighbour(const rp_place_finder *finder, const rp_part *part, uint32_t own_copy)
{
    return part->family == (uint32_t)(finder->family - finder->findings->families) && part->copy != own_copy;
}

/* Ends a walk where it comes to another copy of the family: what stands there is alike because the family is. *behind
 * is where it would go on; false: it comes to none within a stretch. */
static bool end_at_family(const rp_place_finder *finder, rp_strand_walk *walk, uint32_t own_copy,
                          rp_strand_walk *behind)
{
    const rp_parts *parts = &finder->findings->parts;
    for (size_t i = walk->limit_bp > 0 ? first_part(parts, walk) : SIZE_MAX; i < parts->n;
         i = walk->reverse ? i - 1 : i + 1) {
        const rp_part *part = &parts->items[i];
        uint64_t near, far;
        reach_part(walk, part, &near, &far);
        if (near >= RP_STRETCH_BP || near >= walk->limit_bp)
            return false;
        if (!is_neighbour(finder, part, own_copy))
            continue;
        *behind = moved(walk, (uint32_t)far);
        walk->limit_bp = near;
        return true;
    }
    return false;
}

/* Reads what is beside a copy, or behind its neighbours of the same family. */
static void read_stretch(const rp_place_finder *finder, const rp_strand_walk *walk, uint32_t own_copy,
                         rp_stretch *stretch)
{
    rp_strand_walk from = *walk, behind;
    for (unsigned passed = 0;; passed++) {
        const bool ends = end_at_family(finder, &from, own_copy, &behind);
        rp_stretch_read(finder->view, &from, stretch);
        if (!ends || stretch->n_known >= MIN_KNOWN_BP || passed == MAX_INSERTIONS)
            return;
        from = behind;
    }
}

/* Adds where a walk goes on behind each of the insertions (copies of any family) that follow, at most `most`; the next
 * must stand within a stretch. */
static void list_landings(const rp_place_finder *finder, unsigned most, uint32_t own_copy, landings *at)
{
    const rp_parts *parts = &finder->findings->parts;
    const rp_strand_walk *walk = &at->walks[0];
    uint64_t passed = 0;
    for (size_t i = first_part(parts, walk); i < parts->n && at->n <= most; i = walk->reverse ? i - 1 : i + 1) {
        const rp_part *part = &parts->items[i];
        uint64_t near, far;
        reach_part(walk, part, &near, &far);
        if (near > passed + RP_STRETCH_BP || far > walk->limit_bp)
            break;
        if (is_neighbour(finder, part, own_copy))
            break;
        if (at->n > 1 && near <= passed + BETWEEN_PARTS_BP)
            at->n--; /* stands beside the one before */
        passed = far;
        at->walks[at->n++] = moved(walk, (uint32_t)passed);
    }
}

static const rp_stretch *landing(const landings *of, unsigned number)
{
    return number == 0 ? of->here : &of->behind[number];
}

/* Goes on with both walks behind a piece that they share, of what is next or, if nothing is shared there, of what
 * stands behind insertions; false: they share none. */
static bool step(rp_place_finder *finder, const rp_stretch *a, const rp_stretch *b, uint32_t drift,
                 unsigned n_insertions, rp_strand_walk *on_a, rp_strand_walk *on_b, uint32_t *walked)
{
    uint32_t a_end, b_end;
    if (rp_stretch_alike(a, b, drift, &a_end, &b_end)) {
        *on_a = moved(&a->walk, a_end);
        *on_b = moved(&b->walk, b_end);
        *walked += a_end;
        return true;
    }
    landings *of[2] = {&finder->landings[0], &finder->landings[1]};
    for (unsigned k = 0; k < 2; k++) {
        of[k]->here = k == 0 ? a : b;
        of[k]->walks[0] = of[k]->here->walk;
        of[k]->n = of[k]->n_read = 1;
        list_landings(finder, n_insertions, finder->own[k], of[k]);
    }
    for (unsigned sum = 1; sum < of[0]->n + of[1]->n - 1; sum++)
        for (unsigned i = sum < of[1]->n ? 0 : sum - of[1]->n + 1; i <= sum && i < of[0]->n; i++) {
            const unsigned at[2] = {i, sum - i};
            for (unsigned k = 0; k < 2; k++)
                while (of[k]->n_read <= at[k]) {
                    read_stretch(finder, &of[k]->walks[of[k]->n_read], finder->own[k], &of[k]->behind[of[k]->n_read]);
                    of[k]->n_read++;
                }
            const rp_stretch *x = landing(of[0], at[0]), *y = landing(of[1], at[1]);
            if (!rp_stretch_alike(x, y, RP_STRETCH_BP, &a_end, &b_end))
                continue;
            *on_a = moved(&x->walk, a_end);
            *on_b = moved(&y->walk, b_end);
            *walked += a_end;
            return true;
        }
    return false;
}

/* How far what is beside two copies is alike, after `walked` bases on the other side; *end says how it ended. */
static uint32_t walk_together(rp_place_finder *finder, const rp_stretch *a, const rp_stretch *b, uint32_t drift,
                              uint32_t walked, relation *end)
{
    rp_strand_walk on_a, on_b;
    for (;;) {
        if (a->n_known < MIN_KNOWN_BP || b->n_known < MIN_KNOWN_BP) {
            *end = UNKNOWN;
            return walked;
        }
        if (!step(finder, a, b, drift, walked > 0 ? MAX_INSERTIONS : 1, &on_a, &on_b, &walked)) {
            *end = DIFFERENT;
            return walked;
        }
        if (walked >= RP_SAME_PLACE_BP) {
            *end = SAME;
            return walked;
        }
        read_stretch(finder, &on_a, finder->own[0], &finder->scratch[0]);
        read_stretch(finder, &on_b, finder->own[1], &finder->scratch[1]);
        a = &finder->scratch[0];
        b = &finder->scratch[1];
    }
}

static uint32_t copy_number(const rp_place_finder *finder, const rp_placed_copy *copy)
{
    return finder->findings->parts.items[finder->family->parts[copy->first_part]].copy;
}

static const rp_stretch *read_beside(const rp_place_finder *finder, sampled *copy, uint32_t at, bool right)
{
    const rp_strand_walk walk = outwards(finder, copy->copy, at, right);
    rp_stretch *stretch = &copy->beside[right];
    if (copy->read_from[right].origin != walk.origin || copy->read_from[right].reverse != walk.reverse)
        read_stretch(finder, &walk, copy_number(finder, copy->copy), stretch);
    copy->read_from[right] = walk;
    return stretch;
}

/* Two copies that share no base of the consensus: apart where each is cut short although its contig goes on. */
static relation relate_disjoint(rp_place_finder *finder, sampled *left, sampled *right)
{
    return read_beside(finder, left, left->copy->consensus_end, true)->n_known >= MIN_KNOWN_BP &&
                   read_beside(finder, right, right->copy->consensus_begin, false)->n_known >= MIN_KNOWN_BP
               ? DIFFERENT
               : UNKNOWN;
}

/* Whether two copies may stand in a row, or in an array. */
static bool are_near(const rp_placed_copy *a, const rp_placed_copy *b)
{
    return a->begin < b->end + RP_SAME_PLACE_BP && b->begin < a->end + RP_SAME_PLACE_BP;
}

static relation relate(rp_place_finder *finder, sampled *a, sampled *b)
{
    if (finder->rows_are_places && are_near(a->copy, b->copy))
        return DIFFERENT;
    const uint32_t begin = a->copy->consensus_begin > b->copy->consensus_begin ? a->copy->consensus_begin
                                                                               : b->copy->consensus_begin,
                   end = a->copy->consensus_end < b->copy->consensus_end ? a->copy->consensus_end
                                                                         : b->copy->consensus_end;
    if (begin >= end)
        return a->copy->consensus_begin < b->copy->consensus_begin ? relate_disjoint(finder, a, b)
                                                                   : relate_disjoint(finder, b, a);
    const uint32_t drift = DRIFT_BP + DRIFT_PERCENT * (end - begin) / 100;
    relation ends[2];
    uint32_t walked = 0;
    finder->own[0] = copy_number(finder, a->copy);
    finder->own[1] = copy_number(finder, b->copy);
    for (unsigned right = 0; right < 2; right++) {
        const uint32_t at = right ? end : begin;
        const rp_stretch *beside_a = read_beside(finder, a, at, right), *beside_b = read_beside(finder, b, at, right);
        walked = walk_together(finder, beside_a, beside_b, drift < MAX_DRIFT_BP ? drift : MAX_DRIFT_BP, walked,
                               &ends[right]);
        if (walked >= RP_SAME_PLACE_BP)
            return SAME;
    }
    return ends[0] == DIFFERENT || ends[1] == DIFFERENT ? DIFFERENT : walked > 0 ? ALIKE : UNKNOWN;
}

/* Takes copies [first, end) of the ranks; those whose flanks are known get their places first. */
static void place_batch(rp_place_finder *finder, const rp_placed_copies *copies, unsigned first, unsigned end)
{
    for (unsigned i = first; i < end; i++) {
        sampled *of = &finder->sample[i];
        of->copy = &copies->items[finder->ranks[i].item];
        of->read_from[0] = of->read_from[1] = (rp_strand_walk){.origin = UINT64_MAX};
        of->n_known = (read_beside(finder, of, of->copy->consensus_begin, false)->n_known >= MIN_KNOWN_BP) +
                      (read_beside(finder, of, of->copy->consensus_end, true)->n_known >= MIN_KNOWN_BP);
        of->place = NO_PLACE;
    }
    for (unsigned known = 3; known-- > 0;)
        for (unsigned i = first; i < end; i++) {
            sampled *of = &finder->sample[i];
            if (of->n_known != known)
                continue;
            relation closest = DIFFERENT;
            for (unsigned p = 0; p < finder->n_places && closest != SAME; p++) {
                const relation with = relate(finder, of, &finder->sample[finder->of_place[p]]);
                of->place = with > closest && with >= ALIKE ? p : of->place;
                closest = with > closest ? with : closest;
            }
            if (closest == DIFFERENT) {
                of->place = finder->n_places;
                finder->of_place[finder->n_places++] = i;
            }
        }
}

/* Counts, where a copy has the consensus, one more; not twice for one place. */
static void deepen(rp_place_finder *finder, const rp_placed_copy *copy, unsigned place)
{
    for (size_t i = 0; i < copy->n_parts; i++) {
        const rp_part *part = &finder->findings->parts.items[finder->family->parts[copy->first_part + i]];
        for (uint32_t c = part->consensus_begin; c < part->consensus_end; c++) {
            finder->depth[c] += finder->last[c] != place + 1;
            finder->last[c] = (uint8_t)(place + 1);
        }
    }
}

/* The bases of the consensus that the first n copies of the sample have at least `enough` times, as copies or as
 * places. */
static size_t count_deep(rp_place_finder *finder, unsigned n, bool places, uint32_t enough)
{
    const size_t length = finder->family->consensus->n;
    memset(finder->depth, 0, length * sizeof *finder->depth);
    memset(finder->last, 0, length);
    for (unsigned p = 0; p < (places ? finder->n_places : n); p++)
        for (unsigned i = 0; i < n; i++)
            if (places ? finder->sample[i].place == p : i == p)
                deepen(finder, finder->sample[i].copy, p);
    size_t deep = 0;
    for (size_t c = 0; c < length; c++)
        deep += finder->depth[c] >= enough;
    return deep;
}

/* The worth of a copy in units of score, from matches and what differs. */
static int64_t score_of(const rp_place_finder *finder, const rp_placed_copy *copy)
{
    int64_t score = 0;
    for (size_t i = 0; i < copy->n_parts; i++) {
        const rp_row_counts *counts =
            &finder->findings->parts.items[finder->family->parts[copy->first_part + i]].counts;
        score += RP_SCORE_MATCH * ((int64_t)counts->matches - counts->mismatches - counts->deleted - counts->inserted);
    }
    return score;
}

/* A base of the consensus takes log(4) to be told, a copy its place in the genome; a place with several copies is told
 * once. */
static float find_worth(const rp_place_finder *finder, uint32_t n_places)
{
    const double place = log(2.0 * (double)finder->findings->genome->acgt_bp + 1) / SCORE_NATS;
    double sum = 0;
    for (unsigned p = 0; p < finder->n_places; p++)
        sum += (double)score_of(finder, finder->sample[finder->of_place[p]].copy) - place;
    sum *= finder->n_places > 0 ? (double)n_places / finder->n_places : 0;
    return (float)(sum * SCORE_NATS / (log(4) * (double)finder->family->consensus->n));
}

/* Makes room for a family of so many copies, and ranks these: those first that hold most of the consensus. */
static bool begin_family(rp_place_finder *finder, const rp_found_family *family, const rp_placed_copies *copies)
{
    const size_t length = family->consensus->n;
    if (!rp_reserve((void **)&finder->ranks, &finder->ranks_capacity, copies->n, sizeof *finder->ranks) ||
        !rp_reserve((void **)&finder->depth, &finder->depth_capacity, length, sizeof *finder->depth) ||
        !rp_reserve((void **)&finder->last, &finder->last_capacity, length, sizeof *finder->last))
        return false;
    finder->family = family;
    finder->n_places = 0;
    for (size_t i = 0; i < copies->n; i++)
        finder->ranks[i] = (rp_rank){copies->items[i].consensus_end - copies->items[i].consensus_begin, i};
    rp_sort_ranks(finder->ranks, copies->n);
    return true;
}

bool rp_independent_places(rp_place_finder *finder, const rp_found_family *family, const rp_placed_copies *copies,
                           uint32_t enough, rp_independence *found)
{
    *found = (rp_independence){0};
    if (copies->n == 0)
        return true;
    if (!begin_family(finder, family, copies))
        return false;
    finder->rows_are_places = false;
    const unsigned most = copies->n < SAMPLE ? (unsigned)copies->n : SAMPLE;
    for (unsigned n = 0; n < most && found->share < RP_SAME_PLACE_SHARE;) {
        const unsigned end = n + BATCH < most ? n + BATCH : most;
        place_batch(finder, copies, n, end);
        n = end;
        const size_t by_places = count_deep(finder, n, true, enough), by_copies = count_deep(finder, n, false, enough);
        found->share = by_copies > 0 ? (float)by_places / (float)by_copies : 0;
        found->n_places = (uint32_t)((copies->n * finder->n_places + n / 2) / n);
    }
    found->n_places = found->n_places > 0 ? found->n_places : 1;
    found->worth = find_worth(finder, found->n_places);
    return true;
}

/* --- Overgrown families --- */

/* Copies by base of the consensus, all of them; returns the most that any base has. */
static uint32_t count_copies(const rp_place_finder *finder, const rp_found_family *family, uint32_t *copies)
{
    uint32_t most = 0;
    for (size_t i = 0; i < family->n_parts; i++) {
        const rp_part *part = &finder->findings->parts.items[family->parts[i]];
        copies[part->consensus_begin]++;
        copies[part->consensus_end]--;
    }
    for (size_t c = 0; c < family->consensus->n; c++) {
        copies[c] += c > 0 ? copies[c - 1] : 0;
        most = copies[c] > most ? copies[c] : most;
    }
    return most;
}

/* Whether a stretch has at most half of the copies that another has, and few enough for all to be looked at: only
 * such a one may be overgrown. */
static bool has_rarer_stretch(const uint32_t *copies, size_t length, uint32_t most, uint32_t enough)
{
    size_t n = 0;
    for (size_t c = 0; c < length && n < RP_OVERGROWN_BP; c++)
        n = copies[c] >= enough && copies[c] <= SAMPLE && 2 * copies[c] <= most ? n + 1 : 0;
    return n == RP_OVERGROWN_BP;
}

/* Sets each base to whether enough copies stand there, all of them in the sample of n, but at fewer places. `copies`
 * has all copies by base, and becomes that. */
static void find_duplicated(rp_place_finder *finder, unsigned n, uint32_t enough, uint32_t *copies)
{
    const size_t length = finder->family->consensus->n;
    for (unsigned i = 0; i < n; i++)
        if (finder->sample[i].place == NO_PLACE) {
            finder->of_place[finder->n_places] = i;
            finder->sample[i].place = finder->n_places++;
        }
    (void)count_deep(finder, n, false, enough);
    for (size_t c = 0; c < length; c++)
        copies[c] = copies[c] >= enough && copies[c] == finder->depth[c];
    (void)count_deep(finder, n, true, enough);
    for (size_t c = 0; c < length; c++)
        copies[c] = copies[c] && finder->depth[c] < enough;
}

/* Cuts at both ends of each stretch of one kind; stretches that are too short are of the kind around them. */
static bool cut_apart(const uint32_t *duplicated, size_t length, rp_cuts *cuts)
{
    size_t begin = 0;
    bool inside = duplicated[0];
    for (size_t c = 0; c < length; c = begin) {
        for (begin = c + 1; begin < length && duplicated[begin] == duplicated[c];)
            begin++;
        if (begin - c < (duplicated[c] ? RP_OVERGROWN_BP : STANDING_BP))
            continue;
        if (c > 0 && duplicated[c] != inside && !rp_cuts_push(cuts, (uint32_t)c))
            return false;
        inside = duplicated[c];
    }
    return true;
}

bool rp_independent_cuts(rp_place_finder *finder, const rp_found_family *family, uint32_t enough, rp_cuts *cuts)
{
    const size_t length = family->consensus->n;
    rp_placed_copies placed = {0};
    uint32_t *copies = rp_alloc(length + 1, sizeof *copies);
    cuts->n = 0;
    bool ok = copies != NULL;
    const uint32_t most = ok ? count_copies(finder, family, copies) : 0;
    if (ok && has_rarer_stretch(copies, length, most, enough)) {
        ok = rp_placed_copies_gather(finder->findings, family, &placed) && begin_family(finder, family, &placed);
        const unsigned n = placed.n < SAMPLE ? (unsigned)placed.n : SAMPLE;
        finder->rows_are_places = true;
        for (unsigned first = 0; ok && first < n; first += BATCH)
            place_batch(finder, &placed, first, first + BATCH < n ? first + BATCH : n);
        if (ok && finder->n_places < n) {
            find_duplicated(finder, n, enough, copies);
            ok = cut_apart(copies, length, cuts);
        }
    }
    free(copies);
    free(placed.items);
    return ok;
}
