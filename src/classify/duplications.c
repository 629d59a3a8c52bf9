/* duplications.c: pieces of one duplicated segment put together; see duplications.h. */
#include "classify/duplications.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/sort.h"
#include "base/union_find.h"
#include "classify/duplication_pieces.h"

enum { NEARLY_PART = 10 }; /* of a whole may be missing where it is there nearly */

/* --- Places --- */

/* Pieces end where copies do, give or take some bases, and so do places. */
static bool lacks_little(uint64_t missing_bp, uint64_t length)
{
    return missing_bp * NEARLY_PART <= length;
}

/* The pieces of one group, in genome order. */
typedef struct group {
    uint32_t *pieces;
    size_t n;
    size_t *place_from;  /* the first of each place; behind the last place: n */
    size_t n_places;
    size_t *order;       /* of places, for relate_places */
} group;

/* Whether a place, of the pieces from `first` to before `next`, holds already what a further piece has. */
static bool holds(const rp_piece_graph *graph, const group *group, size_t first, size_t next, const rp_piece *further)
{
    const uint64_t length = further->consensus_end - further->consensus_begin;
    for (size_t i = first; i < next; i++) {
        const rp_piece *here = &graph->pieces.items[group->pieces[i]];
        const uint64_t shared = rp_piece_shared_bp(here->consensus_begin, here->consensus_end, further->consensus_begin,
                                                   further->consensus_end);
        if (here->node == further->node && 2 * shared > length)
            return true;
    }
    return false;
}

/* Parts the pieces into places, each of which has everything once. */
static void part_places(const rp_piece_graph *graph, group *group)
{
    uint64_t begin = 0, end = 0;
    group->n_places = 0;
    for (size_t i = 0; i < group->n; i++) {
        const rp_piece *here = &graph->pieces.items[group->pieces[i]];
        if (i == 0 || rp_piece_gap(graph, begin, end, here->begin) > RP_PIECES_REACH_BP ||
            holds(graph, group, group->place_from[group->n_places - 1], i, here)) {
            group->place_from[group->n_places++] = i;
            begin = here->begin;
            end = here->end;
        }
        end = here->end > end ? here->end : end;
    }
    group->place_from[group->n_places] = group->n;
}

/* Where a base of the consensus of a piece stands, from the begin of a place on; it may be beside it. */
static int64_t offset_of(const rp_piece *piece, uint64_t begin, uint32_t at)
{
    const int64_t within = (int64_t)at - piece->consensus_begin;
    return (piece->reverse ? (int64_t)piece->end - within : (int64_t)piece->begin + within) - (int64_t)begin;
}

/* Where a base of a place, from its begin on, is on the place that stands for the duplication. */
static int64_t carry_over(const rp_duplication_place *from, int64_t at)
{
    const double scale = (double)(from->end - from->begin) / (double)(from->at.end - from->at.begin);
    const int64_t within = (int64_t)(scale * (double)at);
    return from->reverse ? (int64_t)from->end - within : (int64_t)from->begin + within;
}

/* Fills in what a place has of the one that stands for the duplication, and its strand, by a place `known` of which it
 * is told; false: the two have no node in common. `length`: of the one that stands for it. */
static bool compare_places(const rp_piece_graph *graph, const group *group, size_t known, size_t which, int64_t length,
                           rp_duplication_place *places)
{
    int64_t begin = length, end = 0, turned = 0;
    bool has_common = false;
    for (size_t i = group->place_from[which]; i < group->place_from[which + 1]; i++)
        for (size_t k = group->place_from[known]; k < group->place_from[known + 1]; k++) {
            const rp_piece *here = &graph->pieces.items[group->pieces[i]],
                           *there = &graph->pieces.items[group->pieces[k]];
            if (here->node != there->node)
                continue;
            const uint64_t from = places[known].at.begin;
            const int64_t a = carry_over(&places[known], offset_of(there, from, here->consensus_begin)),
                          b = carry_over(&places[known], offset_of(there, from, here->consensus_end));
            begin = a < begin ? a : begin;
            begin = b < begin ? b : begin;
            end = a > end ? a : end;
            end = b > end ? b : end;
            turned += (here->reverse != there->reverse ? 1 : -1) * (int64_t)(here->end - here->begin);
            has_common = true;
        }
    if (!has_common)
        return false;
    rp_duplication_place *place = &places[which];
    place->begin = (uint32_t)(begin < 0 ? 0 : begin);
    place->end = (uint32_t)(end > length ? length : end);
    if (place->begin >= place->end)
        place->begin = place->end = 0;
    place->reverse = (turned > 0) != places[known].reverse;
    return true;
}

/* Does so for all places: from the one that stands for the duplication to those that have a node in common with it, and
 * on from these. */
static void relate_places(const rp_piece_graph *graph, group *group, size_t stands, rp_duplication_place *places)
{
    const size_t n = group->n_places;
    const uint64_t length = places[stands].at.end - places[stands].at.begin;
    for (size_t p = 0; p < n; p++)
        group->order[p] = p;
    group->order[stands] = 0;
    group->order[0] = stands;
    places[stands].end = (uint32_t)length;
    for (size_t next = 0, told = 1; next < told; next++)
        for (size_t i = told; i < n; i++) {
            const size_t which = group->order[i];
            if (!compare_places(graph, group, group->order[next], which, (int64_t)length, places))
                continue;
            group->order[i] = group->order[told];
            group->order[told++] = which;
        }
}

static rp_duplication_place make_place(const rp_piece_graph *graph, const group *group, size_t which, double *changes,
                                       double *bases)
{
    rp_duplication_place place = {.at = {UINT64_MAX, 0}};
    double own_changes = 0, own_bases = 0;
    for (size_t i = group->place_from[which]; i < group->place_from[which + 1]; i++) {
        const rp_piece *here = &graph->pieces.items[group->pieces[i]];
        place.at.begin = here->begin < place.at.begin ? here->begin : place.at.begin;
        place.at.end = here->end > place.at.end ? here->end : place.at.end;
        own_changes += here->changes;
        own_bases += (double)here->bases;
    }
    place.alike_bp = rp_bitmask_count(&graph->alike, place.at.begin, place.at.end);
    place.divergence = own_bases > 0 ? (float)(100 * own_changes / own_bases) : 0;
    *changes += own_changes;
    *bases += own_bases;
    return place;
}

/* That which stands for all: of those that have nearly as much of it as any the shortest, since what stands there
 * besides was inserted; the first of several. */
static size_t choose_place(const rp_duplication_place *places, size_t n)
{
    uint64_t most = 0, shortest = UINT64_MAX;
    size_t chosen = 0;
    for (size_t p = 0; p < n; p++)
        most = places[p].alike_bp > most ? places[p].alike_bp : most;
    for (size_t p = 0; p < n; p++) {
        const uint64_t length = places[p].at.end - places[p].at.begin;
        if (lacks_little(most - places[p].alike_bp, most) && length < shortest) {
            shortest = length;
            chosen = p;
        }
    }
    return chosen;
}

/* Appends the duplication that a group is. */
static bool add_duplication(const rp_piece_graph *graph, group *group, rp_duplications *found)
{
    rp_duplication_places *places = &found->places;
    rp_duplication made = {.first_place = places->n, .n_places = group->n_places};
    double changes = 0, bases = 0;
    for (size_t p = 0; p < group->n_places; p++) {
        const rp_duplication_place place = make_place(graph, group, p, &changes, &bases);
        if (!rp_duplication_places_push(places, place))
            return false;
        made.alike_bp += place.alike_bp;
    }
    rp_duplication_place *own = places->items + made.first_place;
    made.stands = choose_place(own, group->n_places);
    relate_places(graph, group, made.stands, own);
    made.stands += made.first_place;
    made.divergence = bases > 0 ? (float)(100 * changes / bases) : 0;
    return rp_duplication_list_push(&found->all, made);
}

/* --- The whole --- */

/* A node and the group that it is of, by its lowest node. */
typedef struct membership {
    uint32_t root, item;
} membership;

static int compare_memberships(const void *left, const void *right)
{
    const membership *a = left, *b = right;
    if (a->root != b->root)
        return a->root < b->root ? -1 : 1;
    return (a->item > b->item) - (a->item < b->item);
}

/* Makes the duplications: of groups of two nodes and more, and of blocks. `by_root`: all pieces. */
static bool make_all(const rp_piece_graph *graph, const membership *by_root, group *group, uint32_t *made_of,
                     rp_duplications *found)
{
    const size_t n = graph->pieces.n;
    for (size_t i = 0, next; i < n; i = next) {
        bool several = false;
        group->n = 0;
        for (next = i; next < n && by_root[next].root == by_root[i].root; next++) {
            const uint32_t node = graph->pieces.items[by_root[next].item].node;
            several |= node != by_root[i].root || node >= graph->n_families;
            group->pieces[group->n++] = by_root[next].item;
        }
        if (!several)
            continue;
        part_places(graph, group);
        if (group->n_places < 2)
            continue;
        made_of[by_root[i].root] = (uint32_t)found->all.n;
        if (!add_duplication(graph, group, found))
            return false;
    }
    return true;
}

/* Orders them by bases and gives the places and the members their numbers. `made_of`: by root. False: out of memory. */
static bool number_all(rp_piece_graph *graph, const uint32_t *made_of, rp_duplications *found)
{
    const size_t n = found->all.n;
    rp_rank *ranks = rp_alloc(n, sizeof *ranks);
    rp_duplication *old = rp_alloc(n, sizeof *old);
    uint32_t *number_of = rp_alloc(n, sizeof *number_of);
    const bool ok = ranks != NULL && old != NULL && number_of != NULL;
    for (size_t d = 0; ok && d < n; d++) {
        old[d] = found->all.items[d];
        ranks[d] = (rp_rank){.item = d, .weight = old[d].alike_bp};
    }
    if (ok)
        rp_sort_ranks(ranks, n);
    for (size_t d = 0; ok && d < n; d++) {
        found->all.items[d] = old[ranks[d].item];
        number_of[ranks[d].item] = (uint32_t)d;
        for (size_t p = 0; p < found->all.items[d].n_places; p++)
            found->places.items[found->all.items[d].first_place + p].duplication = (uint32_t)d;
    }
    for (uint32_t f = 0; ok && f < graph->n_families; f++) {
        const uint32_t made = made_of[rp_union_root(graph->parent, f)];
        found->of_family[f] = made == RP_NO_DUPLICATION ? RP_NO_DUPLICATION : number_of[made];
        if (made != RP_NO_DUPLICATION)
            found->all.items[number_of[made]].n_members++;
    }
    free(ranks);
    free(old);
    free(number_of);
    return ok;
}

static void list_members(uint32_t n_families, rp_duplications *found)
{
    size_t n = 0;
    for (size_t d = 0; d < found->all.n; d++) {
        found->all.items[d].first_member = n;
        n += found->all.items[d].n_members;
        found->all.items[d].n_members = 0;
    }
    for (uint32_t f = 0; f < n_families; f++) {
        if (found->of_family[f] == RP_NO_DUPLICATION)
            continue;
        rp_duplication *of = &found->all.items[found->of_family[f]];
        found->members[of->first_member + of->n_members++] = f;
    }
}

static bool put_together(rp_piece_graph *graph, rp_duplications *found)
{
    const size_t n = graph->pieces.n;
    membership *by_root = rp_alloc(n, sizeof *by_root);
    uint32_t *made_of = rp_alloc(graph->n_nodes, sizeof *made_of);
    group group = {.pieces = rp_alloc(n, sizeof *group.pieces),
                   .place_from = rp_alloc(n + 1, sizeof *group.place_from),
                   .order = rp_alloc(n, sizeof *group.order)};
    bool ok =
        by_root != NULL && made_of != NULL && group.pieces != NULL && group.place_from != NULL && group.order != NULL;
    for (size_t i = 0; ok && i < n; i++)
        by_root[i] = (membership){rp_union_root(graph->parent, graph->pieces.items[i].node), (uint32_t)i};
    for (size_t i = 0; ok && i < graph->n_nodes; i++)
        made_of[i] = RP_NO_DUPLICATION;
    if (ok)
        rp_sort(by_root, n, sizeof *by_root, compare_memberships);
    ok = ok && make_all(graph, by_root, &group, made_of, found) && number_all(graph, made_of, found);
    if (ok)
        list_members(graph->n_families, found);
    free(by_root);
    free(made_of);
    free(group.pieces);
    free(group.place_from);
    free(group.order);
    return ok;
}

bool rp_duplications_find(const rp_findings *others, const rp_findings *inserted, rp_duplications *found,
                          rp_error *error)
{
    rp_piece_graph graph = {0};
    found->inserted = inserted;
    found->of_family = rp_alloc(others->n_families, sizeof *found->of_family);
    found->members = rp_alloc(others->n_families, sizeof *found->members);
    bool ok = found->of_family != NULL && found->members != NULL && rp_piece_graph_make(&graph, others, inserted) &&
              put_together(&graph, found);
    if (ok)
        found->alike_bp = rp_bitmask_count(&graph.alike, 0, others->genome->length_bp);
    rp_piece_graph_clear(&graph);
    return ok || rp_error_memory(error, "duplicated sequence");
}

void rp_duplications_clear(rp_duplications *found)
{
    free(found->all.items);
    free(found->places.items);
    free(found->members);
    free(found->of_family);
    *found = (rp_duplications){0};
}

uint64_t rp_duplication_length(const rp_duplications *found, const rp_duplication *which)
{
    const rp_interval *at = &found->places.items[which->stands].at;
    return at->end - at->begin;
}

rp_copy_kind rp_duplication_kind(const rp_duplications *found, const rp_duplication_place *place)
{
    const uint64_t length = rp_duplication_length(found, &found->all.items[place->duplication]);
    const bool left = lacks_little(place->begin, length), right = lacks_little(length - place->end, length);
    return left && right ? RP_COPY_FULL
           : right       ? RP_COPY_TRUNCATED_5
           : left        ? RP_COPY_TRUNCATED_3
                         : RP_COPY_TRUNCATED_BOTH;
}

void rp_duplication_name(const rp_duplications *found, size_t which, char name[RP_DUPLICATION_NAME_BYTES])
{
    (void)snprintf(name, RP_DUPLICATION_NAME_BYTES, "%.*sD%llu", RP_DUPLICATION_NAME_BYTES - 24,
                   found->name_prefix != NULL ? found->name_prefix : "",
                   (unsigned long long)(found->n_before + which + 1));
}
