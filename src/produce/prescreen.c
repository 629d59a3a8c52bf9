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
} looked_at;

/* The left flank is read on the other strand. */
static rp_base_counts count_bases(const looked_at *place)
{
    rp_base_counts left = {{0}};
    rp_base_counts_add_flank(&left, &place->left);
    rp_base_counts both = rp_base_counts_turned(&left);
    rp_base_counts_add_flank(&both, &place->right);
    return both;
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
    if (gain < RP_PRESCREEN_SCORE)
        return false;
    const rp_base_counts of_a = count_bases(a), of_b = count_bases(b);
    return rp_significant_score(RP_SCORE_MATCH * ((int)k + gain), k + right + left, &of_a, &of_b) >=
           RP_SCORE_MATCH * ((int)k + RP_PRESCREEN_SCORE);
}

bool rp_prescreen(const rp_view *view, const rp_batch *batch, unsigned k)
{
    looked_at places[RP_PRESCREEN_PLACES];
    uint32_t parent[RP_PRESCREEN_PLACES], size[RP_PRESCREEN_PLACES];
    const unsigned n = batch->head.n_places < RP_PRESCREEN_PLACES ? batch->head.n_places : RP_PRESCREEN_PLACES;
    for (unsigned i = 0; i < n; i++) {
        const uint64_t position = batch->places[batch->head.n_places * i / n].position;
        rp_flanks_prefetch(view, position, position + k);
    }
    for (unsigned i = 0; i < n; i++) {
        const rp_place place = batch->places[batch->head.n_places * i / n];
        rp_flanks_read(view, place.position, place.position + k, place.reverse ? &places[i].left : &places[i].right,
                       place.reverse ? &places[i].right : &places[i].left);
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
