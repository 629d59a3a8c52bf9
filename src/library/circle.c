/* circle.c: cuts open families that run round; see circle.h. */
#include "library/circle.h"

#include <stdlib.h>

#include "base/sort.h"

enum {
    MIN_CONSENSUS_BP = 400,
    END_SLACK_BP = 20,           /* a copy reaches an end of the consensus when it comes this near */
    MIN_PAIRS = 2,               /* copies in two parts, head to tail, */
    MIN_PAIR_PERCENT = 40,       /* and their share of the copies that reach an end of the consensus */
    MAX_GAP_BP = 300,
    MAX_OVERLAP_BP = 4000,
    GAP_SLACK_BP = 20,           /* by which gaps may differ */
    PILE_BP = 12,                /* ends this near are one pile */
    MIN_PILE = 2,
    INTERIOR_BP = 40,            /* a pile nearer to an end of the consensus says nothing */
    LTR_MIN_BP = 80,
    LTR_MAX_BP = 6000,
    MIN_PIECES = 3,
    MIN_PIECE_BP = 25,
    MAX_PIECES = 64
};

/* The second part of a copy stands head to tail with the first. */
typedef struct round_trip {
    int64_t gap;
    uint64_t gap_begin;
    bool reverse;
} round_trip;

RP_ARRAY(round_trips, round_trip);
RP_ARRAY(places, uint32_t);

static int compare_trips(const void *left, const void *right)
{
    const round_trip *a = left, *b = right;
    if (a->gap != b->gap)
        return a->gap < b->gap ? -1 : 1;
    return (a->gap_begin > b->gap_begin) - (a->gap_begin < b->gap_begin);
}

static int compare_places(const void *left, const void *right)
{
    const uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

/* Pairs of copies of which one runs to the consensus' end and the next begins at its beginning. */
static bool find_trips(const rp_family *family, const rp_genome *genome, round_trips *trips)
{
    const uint32_t n = (uint32_t)family->consensus.n;
    for (size_t i = 0; i < family->copies.n; i++) {
        const rp_copy *a = &family->copies.items[i];
        for (size_t j = i + 1; j < family->copies.n && family->copies.items[j].begin <= a->end + MAX_GAP_BP; j++) {
            const rp_copy *b = &family->copies.items[j];
            const rp_copy *first = a->reverse ? b : a, *second = a->reverse ? a : b;
            const int64_t gap = (int64_t)b->begin - (int64_t)a->end;
            if (a->reverse != b->reverse || b->end <= a->end || gap < -MAX_OVERLAP_BP ||
                n - first->consensus_end > END_SLACK_BP || second->consensus_begin > END_SLACK_BP ||
                !rp_genome_same_contig(genome, a->begin, b->begin))
                continue;
            /* what the two parts lack at the consensus' ends is no gap */
            const int64_t lacking = (int64_t)(n - first->consensus_end) + second->consensus_begin;
            if (!round_trips_push(trips, (round_trip){gap - lacking, a->end, a->reverse}))
                return false;
            break;
        }
    }
    rp_sort(trips->items, trips->n, sizeof *trips->items, compare_trips);
    return true;
}

/* The densest pile among sorted places; its size, and its middle in *at. */
static size_t densest(const places *list, uint32_t *at)
{
    size_t best = 0, first = 0;
    for (size_t i = 0; i < list->n; i++) {
        while (list->items[i] - list->items[first] > PILE_BP)
            first++;
        if (i + 1 - first > best) {
            best = i + 1 - first;
            *at = list->items[first + (i - first) / 2];
        }
    }
    return best;
}

/* Where copies begin (or end) again and again inside the consensus. */
static bool find_pile(const rp_family *family, bool ends, places *list, uint32_t *at, size_t *size)
{
    const uint32_t n = (uint32_t)family->consensus.n;
    list->n = 0;
    for (size_t i = 0; i < family->copies.n; i++) {
        const uint32_t place = ends ? family->copies.items[i].consensus_end : family->copies.items[i].consensus_begin;
        if (place >= INTERIOR_BP && place + INTERIOR_BP <= n && !places_push(list, place))
            return false;
    }
    rp_sort(list->items, list->n, sizeof *list->items, compare_places);
    *size = densest(list, at);
    return true;
}

/* The gap that most round trips have, and one of them; their number. */
static size_t choose_gap(const round_trips *trips, rp_circle *circle)
{
    size_t best = 0, first = 0;
    for (size_t i = 0; i < trips->n; i++) {
        while (trips->items[i].gap - trips->items[first].gap > GAP_SLACK_BP)
            first++;
        if (i + 1 - first > best) {
            const round_trip *middle = &trips->items[first + (i - first) / 2];
            best = i + 1 - first;
            circle->gap = (int32_t)middle->gap;
            circle->gap_begin = middle->gap_begin;
            circle->gap_reverse = middle->reverse;
        }
    }
    return best;
}

/* A piece of the consensus that stands, in one copy, where the consensus begins (or ends). */
typedef struct end_piece {
    uint32_t begin, end;
} end_piece;

RP_ARRAY(end_pieces, end_piece);

/* The pieces that stand directly before copies that reach the consensus' beginning, or behind those that
 * reach its end; *n_reaching: copies that do. */
static bool find_pieces(const rp_family *family, const rp_genome *genome, bool before, end_pieces *pieces,
                        size_t *n_reaching)
{
    const uint32_t n = (uint32_t)family->consensus.n;
    *n_reaching = 0;
    for (size_t i = 0; i < family->copies.n; i++) {
        const rp_copy *copy = &family->copies.items[i];
        if (before ? copy->consensus_begin > END_SLACK_BP : n - copy->consensus_end > END_SLACK_BP)
            continue;
        ++*n_reaching;
        const bool downstream = copy->reverse == before; /* on the genome, the piece follows the copy */
        if (downstream ? i + 1 == family->copies.n : i == 0)
            continue;
        const rp_copy *piece = &family->copies.items[downstream ? i + 1 : i - 1];
        const int64_t gap =
            downstream ? (int64_t)piece->begin - (int64_t)copy->end : (int64_t)copy->begin - (int64_t)piece->end;
        if (piece->reverse == copy->reverse && llabs(gap) <= GAP_SLACK_BP &&
            rp_genome_same_contig(genome, (downstream ? copy : piece)->begin, (downstream ? piece : copy)->begin) &&
            !end_pieces_push(pieces, (end_piece){piece->consensus_begin, piece->consensus_end}))
            return false;
    }
    return true;
}

static bool is_same_piece(const end_piece *a, const end_piece *b)
{
    return llabs((int64_t)a->begin - b->begin) <= PILE_BP && llabs((int64_t)a->end - b->end) <= PILE_BP;
}

/* Whether most copies that reach an end have the same piece of the consensus beyond it. */
static bool find_missing_piece(const rp_family *family, const rp_genome *genome, bool before, rp_circle *circle,
                               bool *found)
{
    end_pieces pieces = {0};
    size_t n_reaching = 0, best = 0;
    const bool ok = find_pieces(family, genome, before, &pieces, &n_reaching);
    for (size_t i = 0; ok && i < pieces.n && i < MAX_PIECES; i++) {
        size_t alike = 0;
        for (size_t j = 0; j < pieces.n; j++)
            alike += is_same_piece(&pieces.items[i], &pieces.items[j]);
        if (alike > best) {
            best = alike;
            *circle = (rp_circle){.before = before, .ltr_begin = pieces.items[i].begin, .ltr_end = pieces.items[i].end};
        }
    }
    const uint32_t bp = circle->ltr_end - circle->ltr_begin;
    /* a whole copy beside a copy is a tandem array, or chance */
    *found = ok && best >= MIN_PIECES && 100 * best >= MIN_PAIR_PERCENT * n_reaching && bp >= MIN_PIECE_BP &&
             2 * (size_t)bp < family->consensus.n;
    free(pieces.items);
    return ok;
}

/* Copies that reach the consensus' left or right end, whichever are more. */
static size_t count_ends(const rp_family *family)
{
    size_t left = 0, right = 0;
    for (size_t i = 0; i < family->copies.n; i++) {
        left += family->copies.items[i].consensus_begin <= END_SLACK_BP;
        right += family->consensus.n - family->copies.items[i].consensus_end <= END_SLACK_BP;
    }
    return left > right ? left : right;
}

bool rp_circle_find(const rp_family *family, const rp_genome *genome, rp_circle *circle, bool *found)
{
    *found = false;
    *circle = (rp_circle){0};
    if (family->consensus.n < MIN_CONSENSUS_BP)
        return true;
    round_trips trips = {0};
    places list = {0};
    size_t n_begins = 0, n_ends = 0;
    bool ok = find_trips(family, genome, &trips);
    const size_t n_trips = ok ? choose_gap(&trips, circle) : 0;
    if (ok && n_trips >= MIN_PAIRS && 100 * n_trips >= MIN_PAIR_PERCENT * count_ends(family)) {
        ok = find_pile(family, false, &list, &circle->ltr_begin, &n_begins) &&
             find_pile(family, true, &list, &circle->ltr_end, &n_ends);
        const uint32_t ltr = circle->ltr_end > circle->ltr_begin ? circle->ltr_end - circle->ltr_begin : 0;
        /* in a tandem array pairs are many and piles are none */
        circle->whole = true;
        *found = ok && n_begins >= MIN_PILE && n_ends >= MIN_PILE && 2 * n_begins >= n_trips && 2 * n_ends >= n_trips &&
                 ltr >= LTR_MIN_BP && ltr <= LTR_MAX_BP && (int64_t)circle->ltr_end + circle->gap > 0;
    }
    free(trips.items);
    free(list.items);
    if (ok && !*found)
        ok = find_missing_piece(family, genome, true, circle, found);
    if (ok && !*found)
        ok = find_missing_piece(family, genome, false, circle, found);
    return ok;
}

bool rp_circle_cut(const rp_family *family, const rp_circle *circle, const rp_genome *genome, rp_codes *element)
{
    const uint8_t *consensus = family->consensus.items;
    const size_t n = family->consensus.n, ltr_bp = circle->ltr_end - circle->ltr_begin;
    const uint32_t overlap = circle->gap < 0 ? (uint32_t)-circle->gap : 0;
    element->n = 0;
    if (!circle->whole && circle->before)
        return rp_codes_append(element, consensus + circle->ltr_begin, ltr_bp) &&
               rp_codes_append(element, consensus, n);
    if (!circle->whole)
        return rp_codes_append(element, consensus, n) &&
               rp_codes_append(element, consensus + circle->ltr_begin, ltr_bp);
    return rp_codes_append(element, consensus + circle->ltr_begin, n - circle->ltr_begin) &&
           (circle->gap <= 0 ||
            rp_genome_append(genome, circle->gap_begin, (size_t)circle->gap, circle->gap_reverse, element)) &&
           rp_codes_append(element, consensus + overlap, circle->ltr_end - overlap);
}
