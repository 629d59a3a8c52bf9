/* duplication_pieces.c: which pieces are of one duplicated segment; see duplication_pieces.h. */
#include "classify/duplication_pieces.h"

#include <math.h>
#include <stdlib.h>

#include "base/sort.h"
#include "base/union_find.h"
#include "classify/chance.h"
#include "copies/placed_copies.h"

enum {
    FAR_BP = 30000,      /* between pieces, with what was inserted there: as between runs of one block */
    MAX_NEIGHBOURS = 64, /* on one side of a piece */
    MIN_TOGETHER = 2,    /* places at which two pieces stand together */
    GAP_SLACK_BP = 10,   /* distances that differ by no more, and a tenth, are one, as in neighbours.c */
    GAP_SLACK_SHARE = 10,
    DRIFT_BP = 512       /* by insertions and deletions, of one side of a run against the other */
};

/* Pairs of nodes that may stand together by chance, in all. */
static const double PAIRS_BY_CHANCE = 0.1;

/* Two pieces near to each other, by their nodes. */
typedef struct pair {
    uint32_t low, high;              /* low < high */
    uint32_t way; /* on which side of the lower one (bit 0) and which way round (bit 1), as it reads */
    uint32_t low_piece, high_piece;
    int64_t gap_bp; /* between the two where both are whole, without what was inserted */
} pair;

RP_ARRAY(pairs, pair);

/* --- Pieces --- */

static int compare_pieces(const void *left, const void *right)
{
    const rp_piece *a = left, *b = right;
    if (a->begin != b->begin)
        return a->begin < b->begin ? -1 : 1;
    if (a->end != b->end)
        return a->end < b->end ? -1 : 1;
    if (a->node != b->node)
        return a->node < b->node ? -1 : 1;
    return (int)a->reverse - (int)b->reverse;
}

static bool add_family(rp_piece_graph *graph, uint32_t which)
{
    const rp_found_family *family = &graph->others->families[which];
    rp_placed_copies copies = {0};
    bool ok = rp_placed_copies_gather(graph->others, family, &copies);
    for (size_t i = 0; ok && i < copies.n; i++) {
        const rp_placed_copy *copy = &copies.items[i];
        rp_piece one = {copy->begin, copy->end, which, copy->consensus_begin, copy->consensus_end, 0, 0, copy->reverse};
        for (size_t k = 0; k < copy->n_parts; k++) {
            const rp_part *part = &graph->others->parts.items[family->parts[copy->first_part + k]];
            one.bases += part->end - part->begin;
            one.changes += (double)part->divergence / 100 * (double)(part->end - part->begin);
            rp_bitmask_set(&graph->alike, part->begin, part->end);
        }
        graph->longest_bp = one.end - one.begin > graph->longest_bp ? one.end - one.begin : graph->longest_bp;
        ok = rp_pieces_push(&graph->pieces, one);
    }
    free(copies.items);
    return ok;
}

/* Adds both sides of the block that begins with run `from`; behind its last is *next. */
static bool add_block(rp_piece_graph *graph, size_t from, size_t *next)
{
    const rp_duplicates *all = graph->others->duplicates;
    rp_duplicate hull = all->items[from];
    uint64_t bases = 0;
    for (*next = from; *next < all->n && all->items[*next].block == hull.block; ++*next) {
        rp_duplicate_widen(&hull, &all->items[*next]);
        bases += all->items[*next].first.end - all->items[*next].first.begin;
    }
    const double changes = rp_duplicates_divergence(&all->items[from], *next - from) / 100 * (double)bases;
    const uint32_t node = graph->n_families + hull.block, length = (uint32_t)(hull.first.end - hull.first.begin);
    return rp_pieces_push(&graph->pieces,
                          (rp_piece){hull.first.begin, hull.first.end, node, 0, length, changes, bases, false}) &&
           rp_pieces_push(&graph->pieces,
                          (rp_piece){hull.again.begin, hull.again.end, node, 0, length, changes, bases, hull.reverse});
}

/* Lists the pieces, and marks what is alike. */
static bool collect(rp_piece_graph *graph)
{
    const rp_findings *others = graph->others;
    const rp_duplicates *blocks = others->duplicates;
    bool ok = true;
    for (uint32_t f = 0; ok && f < graph->n_families; f++)
        ok = others->families[f].traits.other != RP_OTHER_DUPLICATION || add_family(graph, f);
    for (size_t i = 0; ok && blocks != NULL && i < blocks->n;)
        ok = add_block(graph, i, &i);
    for (size_t i = 0; ok && blocks != NULL && i < blocks->n; i++)
        rp_bitmask_set(&graph->alike, blocks->items[i].first.begin, blocks->items[i].first.end);
    if (ok && blocks != NULL)
        rp_duplicates_mark(blocks, &graph->alike);
    rp_sort(graph->pieces.items, graph->pieces.n, sizeof *graph->pieces.items, compare_pieces);
    for (size_t i = 0; ok && i < graph->pieces.n; i++)
        graph->n_pieces[graph->pieces.items[i].node]++;
    return ok;
}

static void join(rp_piece_graph *graph, uint32_t a, uint32_t b)
{
    rp_union_join(graph->parent, rp_union_root(graph->parent, a), rp_union_root(graph->parent, b));
}

/* --- Families that stand beside each other --- */

static bool is_block(const rp_piece_graph *graph, const rp_piece *piece)
{
    return piece->node >= graph->n_families;
}

uint64_t rp_piece_gap(const rp_piece_graph *graph, uint64_t begin, uint64_t end, uint64_t next)
{
    if (!rp_genome_same_contig(graph->others->genome, begin, next) || (next > end && next - end > FAR_BP))
        return UINT64_MAX;
    const uint64_t gap = next > end ? next - end : 0;
    return gap - (gap > 0 ? rp_bitmask_count(&graph->inserted, end, next) : 0);
}

/* What a piece lacks of its consensus where it faces another one. */
static int64_t missing(const rp_piece_graph *graph, const rp_piece *piece, bool above)
{
    const size_t length = graph->others->families[piece->node].consensus->n;
    return above != piece->reverse ? (int64_t)length - piece->consensus_end : piece->consensus_begin;
}

static bool list_pairs(const rp_piece_graph *graph, pairs *all)
{
    const rp_pieces *of = &graph->pieces;
    for (size_t i = 0; i < of->n; i++) {
        const rp_piece *a = &of->items[i];
        for (size_t k = i + 1, n = 0; !is_block(graph, a) && k < of->n && n < MAX_NEIGHBOURS; k++) {
            const rp_piece *b = &of->items[k];
            const uint64_t gap = rp_piece_gap(graph, a->begin, a->end, b->begin);
            if (gap == UINT64_MAX)
                break;
            if (is_block(graph, b) || b->node == a->node || gap > RP_PIECES_REACH_BP)
                continue;
            n++;
            const bool a_is_low = a->node < b->node;
            const uint32_t turned = a->reverse != b->reverse ? 2 : 0, side = a_is_low != (a_is_low ? a : b)->reverse;
            const int64_t whole = (int64_t)gap - missing(graph, a, true) - missing(graph, b, false);
            if (!pairs_push(all, (pair){a_is_low ? a->node : b->node, a_is_low ? b->node : a->node, side | turned,
                                        (uint32_t)(a_is_low ? i : k), (uint32_t)(a_is_low ? k : i), whole}))
                return false;
        }
    }
    return true;
}

static int compare_nodes(const pair *a, const pair *b)
{
    if (a->low != b->low)
        return a->low < b->low ? -1 : 1;
    if (a->high != b->high)
        return a->high < b->high ? -1 : 1;
    return (a->way > b->way) - (a->way < b->way);
}

static int compare_gaps(const pair *a, const pair *b)
{
    return (a->gap_bp > b->gap_bp) - (a->gap_bp < b->gap_bp);
}

static int by_low_piece(const void *left, const void *right)
{
    const pair *a = left, *b = right;
    const int nodes = compare_nodes(a, b);
    if (nodes != 0)
        return nodes;
    if (a->low_piece != b->low_piece)
        return a->low_piece < b->low_piece ? -1 : 1;
    return compare_gaps(a, b);
}

static int by_high_piece(const void *left, const void *right)
{
    const pair *a = left, *b = right;
    if (a->high_piece != b->high_piece)
        return a->high_piece < b->high_piece ? -1 : 1;
    return compare_gaps(a, b);
}

static int by_gap(const void *left, const void *right)
{
    return compare_gaps(left, right);
}

/* Leaves to each piece the nearest of the other node. Returns how many pairs are left. */
static size_t keep_nearest(pair *all, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) /* they come by their lower piece */
        if (i == 0 || all[i].low_piece != all[i - 1].low_piece)
            all[kept++] = all[i];
    n = kept;
    rp_sort(all, n, sizeof *all, by_high_piece);
    kept = 0;
    for (size_t i = 0; i < n; i++)
        if (i == 0 || all[i].high_piece != all[kept - 1].high_piece)
            all[kept++] = all[i];
    return kept;
}

static int64_t slack_of(int64_t gap_bp)
{
    return GAP_SLACK_BP + (gap_bp > 0 ? gap_bp : -gap_bp) / GAP_SLACK_SHARE;
}

/* Whether the n pairs of two nodes, in one way, stand together at enough places at one distance. */
static bool stand_together(const rp_piece_graph *graph, pair *all, size_t n)
{
    const uint32_t n_low = graph->n_pieces[all->low], n_high = graph->n_pieces[all->high];
    const double most = log(PAIRS_BY_CHANCE) - 2 * log((double)graph->n_nodes),
                 genome_bp = (double)graph->others->genome->acgt_bp + 1;
    n = keep_nearest(all, n);
    rp_sort(all, n, sizeof *all, by_gap);
    for (size_t i = 0, k = 0; k < n; k++) {
        const int64_t slack = slack_of(all[k].gap_bp);
        while (all[k].gap_bp - all[i].gap_bp > slack)
            i++;
        const uint32_t together = (uint32_t)(k - i + 1);
        /* of each strand one half; either side of the lower one has as many windows as this */
        const double by_chance = (double)n_high * (double)slack / genome_bp,
                     windows = (double)RP_PIECES_REACH_BP / (double)slack;
        if (together >= MIN_TOGETHER && by_chance < 0.5 &&
            rp_log_chance(together, n_low, by_chance) + (windows > 1 ? log(windows) : 0) <= most)
            return true;
    }
    return false;
}

static bool link_families(rp_piece_graph *graph)
{
    pairs all = {0};
    const bool ok = list_pairs(graph, &all);
    rp_sort(all.items, all.n, sizeof *all.items, by_low_piece);
    for (size_t i = 0, next; ok && i < all.n; i = next) {
        for (next = i + 1; next < all.n && compare_nodes(&all.items[i], &all.items[next]) == 0; next++)
            ;
        const uint32_t low = all.items[i].low, high = all.items[i].high;
        if (next - i >= MIN_TOGETHER && stand_together(graph, &all.items[i], next - i))
            join(graph, low, high);
    }
    free(all.items);
    return ok;
}

/* --- Blocks --- */

/* The first piece that begins at a position or behind it. */
static size_t piece_from(const rp_pieces *all, uint64_t position)
{
    size_t low = 0, high = all->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (all->items[middle].begin >= position)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* The first piece of a family that may reach over a position. */
static size_t piece_over(const rp_piece_graph *graph, uint64_t position)
{
    return piece_from(&graph->pieces, position > graph->longest_bp ? position - graph->longest_bp : 0);
}

/* Whether the family of a piece on the first side of a run stands on the other side, too, where it should. */
static bool stands_again(const rp_piece_graph *graph, const rp_duplicate *run, const rp_piece *piece)
{
    const double scale = (double)(run->again.end - run->again.begin) / (double)(run->first.end - run->first.begin);
    const uint64_t from = piece->begin > run->first.begin ? piece->begin - run->first.begin : 0,
                   to = piece->end < run->first.end ? piece->end - run->first.begin : run->first.end - run->first.begin;
    const uint64_t near = (uint64_t)(scale * (double)from), far = (uint64_t)(scale * (double)to);
    uint64_t begin = run->reverse ? run->again.end - far : run->again.begin + near,
             end = run->reverse ? run->again.end - near : run->again.begin + far;
    begin -= begin > DRIFT_BP ? DRIFT_BP : begin;
    end += DRIFT_BP;
    for (size_t i = piece_over(graph, begin); i < graph->pieces.n && graph->pieces.items[i].begin < end; i++) {
        const rp_piece *other = &graph->pieces.items[i];
        if (other->node == piece->node && other->end > begin && other != piece &&
            (other->reverse != piece->reverse) == run->reverse)
            return true;
    }
    return false;
}

static void link_blocks(rp_piece_graph *graph)
{
    const rp_duplicates *runs = graph->others->duplicates;
    const rp_pieces *all = &graph->pieces;
    for (size_t r = 0; runs != NULL && r < runs->n; r++) {
        const rp_duplicate *run = &runs->items[r];
        for (size_t i = piece_over(graph, run->first.begin); i < all->n && all->items[i].begin < run->first.end; i++) {
            const rp_piece *here = &all->items[i];
            if (!is_block(graph, here) &&
                2 * rp_piece_shared_bp(here->begin, here->end, run->first.begin, run->first.end) >
                    here->end - here->begin &&
                stands_again(graph, run, here))
                join(graph, here->node, graph->n_families + run->block);
        }
    }
    for (size_t i = 0; i < all->n; i++)
        for (size_t k = i + 1; is_block(graph, &all->items[i]) && k < all->n; k++) {
            const rp_piece *a = &all->items[i], *b = &all->items[k];
            if (b->begin >= a->end)
                break;
            const uint64_t shorter = a->end - a->begin < b->end - b->begin ? a->end - a->begin : b->end - b->begin;
            if (is_block(graph, b) && 2 * rp_piece_shared_bp(a->begin, a->end, b->begin, b->end) > shorter)
                join(graph, a->node, b->node);
        }
}

/* --- The whole --- */

static uint32_t count_blocks(const rp_duplicates *all)
{
    return all != NULL && all->n > 0 ? all->items[all->n - 1].block + 1 : 0;
}

bool rp_piece_graph_make(rp_piece_graph *graph, const rp_findings *others, const rp_findings *inserted)
{
    graph->others = others;
    graph->n_families = (uint32_t)others->n_families;
    graph->n_nodes = graph->n_families + count_blocks(others->duplicates);
    graph->n_pieces = rp_alloc(graph->n_nodes, sizeof *graph->n_pieces);
    graph->parent = rp_alloc(graph->n_nodes, sizeof *graph->parent);
    const uint64_t genome_bp = others->genome->length_bp;
    if (graph->n_pieces == NULL || graph->parent == NULL || !rp_bitmask_init(&graph->inserted, genome_bp) ||
        !rp_bitmask_init(&graph->alike, genome_bp))
        return false;
    for (uint32_t i = 0; i < graph->n_nodes; i++)
        graph->parent[i] = i;
    for (size_t i = 0; i < inserted->parts.n; i++)
        rp_bitmask_set(&graph->inserted, inserted->parts.items[i].begin, inserted->parts.items[i].end);
    if (!collect(graph) || !link_families(graph))
        return false;
    link_blocks(graph);
    return true;
}

void rp_piece_graph_clear(rp_piece_graph *graph)
{
    rp_bitmask_clear(&graph->inserted);
    rp_bitmask_clear(&graph->alike);
    free(graph->pieces.items);
    free(graph->n_pieces);
    free(graph->parent);
    *graph = (rp_piece_graph){0};
}
