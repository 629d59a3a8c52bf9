/* going_on.c: copies compared beyond the ends of their consensus; see going_on.h. */
#include "classify/going_on.h"

#include "align/significance.h"
#include "base/union_find.h"
#include "genome/base_counts.h"
#include "genome/flank.h"

enum {
    MAX_COPIES = 32,      /* families with more do not hang on a few */
    END_SLACK_BP = 8,     /* from an end of the consensus, within which a copy has it */
    MAX_SHIFT_BP = 3,     /* by insertions and deletions at the end */
    MIN_BEYOND_BP = 32,   /* that two copies share: an end that the consensus misses by fewer is one */
    MIN_SCORE = 32        /* of that: by chance in one family of a thousand, of so many pairs */
};

/* What stands beyond an end of the consensus in each copy, or beyond the copy's own where it is cut short. */
typedef struct beyond {
    rp_flank flanks[MAX_COPIES];
    rp_base_counts counts[MAX_COPIES];
    uint32_t missing[MAX_COPIES]; /* of the consensus at that end; 0: it has the end */
} beyond;

static void read_beyond(const rp_view *view, const rp_placed_copies *copies, uint32_t length, bool right, beyond *to)
{
    for (size_t i = 0; i < copies->n; i++) {
        const rp_placed_copy *copy = &copies->items[i];
        const uint32_t missing = right ? length - copy->consensus_end : copy->consensus_begin;
        rp_strand_walk walk = rp_view_walk_beyond(view, copy->begin, copy->end, right == copy->reverse);
        const bool has_end = missing <= END_SLACK_BP && walk.limit_bp >= missing;
        to->missing[i] = has_end ? 0 : missing;
        if (has_end) {
            walk.origin = walk.reverse ? walk.origin - missing : walk.origin + missing;
            walk.limit_bp -= missing;
        }
        to->flanks[i] = rp_flank_read(view, &walk);
        to->counts[i] = (rp_base_counts){{0}};
        rp_base_counts_add_flank(&to->counts[i], &to->flanks[i]);
    }
}

static rp_flank without_first(const rp_flank *flank, unsigned n)
{
    return (rp_flank){flank->high >> n, flank->low >> n, flank->valid >> n};
}

static bool go_on_together(const beyond *at, size_t i, size_t j)
{
    const uint32_t least = at->missing[i] < at->missing[j] ? at->missing[i] : at->missing[j],
                   most = at->missing[i] < at->missing[j] ? at->missing[j] : at->missing[i];
    if ((least == 0 && most > 0) || most - least > MAX_SHIFT_BP)
        return false;
    for (int shift = -MAX_SHIFT_BP; shift <= MAX_SHIFT_BP; shift++) {
        const rp_flank a = without_first(&at->flanks[i], shift > 0 ? (unsigned)shift : 0),
                       b = without_first(&at->flanks[j], shift < 0 ? (unsigned)-shift : 0);
        unsigned pairs;
        const int matches_over = rp_flank_extend(rp_flank_same(&a, &b), &pairs);
        if (pairs >= MIN_BEYOND_BP &&
            rp_significant_score(2 * matches_over, pairs, &at->counts[i], &at->counts[j]) >= MIN_SCORE)
            return true;
    }
    return false;
}

/* Copies that go on together at both ends are one place: the first of them stands for it. */
static void find_places(const beyond *left, const beyond *right, uint32_t n, uint32_t *place)
{
    for (uint32_t i = 0; i < n; i++)
        place[i] = i;
    for (uint32_t i = 1; i < n; i++)
        for (uint32_t j = 0; j < i; j++) {
            const uint32_t a = rp_union_root(place, i), b = rp_union_root(place, j);
            if (a != b && go_on_together(left, i, j) && go_on_together(right, i, j))
                rp_union_join(place, a, b);
        }
}

/* Counts the places that have an end, and those of them that go on there with another. */
static void count_ends(const beyond *at, uint32_t n, uint32_t *place, uint32_t *n_ended, uint32_t *n_going_on)
{
    bool has_end[MAX_COPIES] = {false}, goes_on[MAX_COPIES] = {false};
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t own = rp_union_root(place, i);
        has_end[own] |= at->missing[i] == 0;
        for (uint32_t j = 0; j < i; j++) {
            const uint32_t other = rp_union_root(place, j);
            if (own != other && at->missing[i] == 0 && at->missing[j] == 0 && !(goes_on[own] && goes_on[other]) &&
                go_on_together(at, i, j))
                goes_on[own] = goes_on[other] = true;
        }
    }
    for (uint32_t i = 0; i < n; i++) {
        *n_ended += has_end[i] && !goes_on[i];
        *n_going_on += goes_on[i];
    }
}

void rp_going_on_look(const rp_view *view, const rp_placed_copies *copies, uint32_t length, rp_traits *traits)
{
    const uint32_t n = (uint32_t)copies->n;
    if (copies->n > MAX_COPIES)
        return;
    beyond left, right;
    uint32_t place[MAX_COPIES];
    read_beyond(view, copies, length, false, &left);
    read_beyond(view, copies, length, true, &right);
    find_places(&left, &right, n, place);
    for (uint32_t i = 0; i < n; i++)
        traits->n_ends_seen += rp_union_root(place, i) == i;
    count_ends(&left, n, place, &traits->n_ended_left, &traits->n_going_on_left);
    count_ends(&right, n, place, &traits->n_ended_right, &traits->n_going_on_right);
}
