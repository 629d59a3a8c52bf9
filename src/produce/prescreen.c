/* prescreen.c: pairwise ungapped extension of a seed's places; see prescreen.h. */
#include "produce/prescreen.h"

#include "align/scores.h"
#include "align/significance.h"
#include "base/union_find.h"
#include "genome/flank.h"

enum { MIN_PLACES = 3 }; /* rejects 95 to 99 of 100 seeds; without it a search takes twice the time */

/* A place of the seed, in the seed's direction. */
typedef struct looked_at {
    rp_flank right, left;
    rp_base_counts counts;   /* of both */
} looked_at;

static rp_flank read_flank(const rp_view *view, uint64_t position, unsigned k, bool reverse)
{
    const rp_strand_walk walk = rp_view_walk_beyond(view, position, position + k, reverse);
    return rp_flank_read(view, &walk);
}

/* The left flank is read on the other strand. */
static void count_bases(looked_at *place)
{
    rp_base_counts left = {{0}};
    rp_base_counts_add_flank(&left, &place->left);
    place->counts = rp_base_counts_turned(&left);
    rp_base_counts_add_flank(&place->counts, &place->right);
}

static int extend(const rp_flank *a, const rp_flank *b, unsigned *reached)
{
    return rp_flank_extend(rp_flank_same(a, b), reached);
}

/* Whether the seed and what its flanks match are evidence enough at the composition around the two places. */
static bool is_significant(const looked_at *a, const looked_at *b, unsigned k)
{
    unsigned right, left;
    const int gain = extend(&a->right, &b->right, &right) + extend(&a->left, &b->left, &left);
    return gain >= RP_PRESCREEN_SCORE &&
           rp_significant_score(RP_SCORE_MATCH * ((int)k + gain), k + right + left, &a->counts, &b->counts) >=
               RP_SCORE_MATCH * ((int)k + RP_PRESCREEN_SCORE);
}

bool rp_prescreen(const rp_view *view, const rp_batch *batch, unsigned k)
{
    looked_at places[RP_PRESCREEN_PLACES];
    uint32_t parent[RP_PRESCREEN_PLACES], size[RP_PRESCREEN_PLACES];
    const unsigned n = batch->head.n_places < RP_PRESCREEN_PLACES ? batch->head.n_places : RP_PRESCREEN_PLACES;
    for (unsigned i = 0; i < n; i++) {
        const rp_place place = batch->places[batch->head.n_places * i / n];
        places[i] = (looked_at){.right = read_flank(view, place.position, k, place.reverse),
                                .left = read_flank(view, place.position, k, !place.reverse)};
        count_bases(&places[i]);
        parent[i] = i;
        size[i] = 1;
    }
    for (unsigned i = 0; i < n; i++)
        for (unsigned j = i + 1; j < n; j++) {
            const uint32_t a = rp_union_root(parent, i), b = rp_union_root(parent, j);
            if (a == b || !is_significant(&places[i], &places[j], k))
                continue;
            parent[b] = a;
            size[a] += size[b];
            if (size[a] >= MIN_PLACES)
                return true;
        }
    return false;
}
