/* recruit.c: finds and aligns the copies of a consensus; see recruit.h. */
#include "family/recruit.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/account.h"
#include "base/block.h"
#include "base/cancel.h"
#include "base/memory.h"
#include "base/sort.h"
#include "genome/flank.h"

enum {
    QUERY_BITS = 17,          /* of a hit's key that hold its place in the consensus */
    CHAIN_GAP_BP = 200,
    CHAIN_DRIFT_BP = 10,
    CHAIN_LOOK_BACK = 16,     /* open chains that a hit is tried against */
    MIN_EVIDENCE = 64,        /* twice its exact and ungapped bases and the agreement beside; or else a chain must */
    LONG_CHAIN_BP = 32,       /* have hits so far apart: 70 % of all alignments would score too little */
    ASKED_AHEAD = 4,
    MOST_ASKED = 32, /* k-mers whose places are asked for before they are read, and places of one */
    STRAND_BIT = 63,
    HITS_AT_ONCE = 4096, /* that are chained between two looks at whether the run is to end */
    PLAIN_HITS = 1 << 18 /* that the plan of memory has counted; nearly all consensus sequences have fewer */
};

_Static_assert(RP_CONSENSUS_MAX_BP <= 1 << QUERY_BITS, "a place in a consensus does not fit");
static const rp_align_limits LIMITS = {
    .min_score = RP_RECRUIT_MIN_SCORE, .min_evidence = RP_RECRUIT_MIN_EVIDENCE, .x_drop = RP_RECRUIT_X_DROP};

typedef struct chain {
    uint64_t first, position; /* of the first and the last hit */
    uint64_t anchor;          /* middle of the anchor hit on the genome, */
    uint32_t anchor_query;    /* and on the oriented consensus */
    uint32_t query;           /* of the last hit */
    uint32_t n_hits;
    bool reverse;
    bool crowded; /* there were so many that a hit was not tried against all in its reach, and this one was */
} chain;

RP_ARRAY(chains, chain);

/* A k-mer of the consensus that the index has. */
typedef struct query_seed {
    rp_occurrences occurrences;
    uint32_t end; /* its last base */
    bool reverse; /* the consensus reads its reverse complement */
} query_seed;

RP_ARRAY(query_seeds, query_seed);

typedef struct rank {
    int32_t score;
    size_t copy;
} rank;

/* Hits in plain memory; where there are very many, in a block, which is spilled when the budget has no room for it. */
typedef struct hit_array {
    uint64_t *items;
    size_t capacity;
    rp_block block;
} hit_array;

struct rp_recruiter {
    rp_aligner *aligner;
    hit_array hits, spare;
    query_seeds seeds;
    chains chains;
    rp_anchors anchors;
    rp_alignments alignments;
    rp_codes reverse_complement;
    rp_planes planes[2]; /* of the consensus and its reverse complement */
    rp_steps steps[RP_LANES];
};

static void clear_hits(hit_array *hits)
{
    if (hits->block.mapped == 0)
        free(hits->items);
    rp_block_free(&hits->block);
    *hits = (hit_array){0};
}

/* Room for so many, as rp_reserve makes it. Where a block cannot be spilled it is kept in memory. */
static bool reserve_hits(hit_array *hits, size_t wanted)
{
    if (wanted <= hits->capacity)
        return true;
    if (wanted <= PLAIN_HITS)
        return rp_reserve((void **)&hits->items, &hits->capacity, wanted, sizeof *hits->items);
    const size_t room = wanted + wanted / 2;
    const bool was_plain = hits->block.mapped == 0;
    rp_error error = {""};
    bool ok = rp_block_resize(&hits->block, room * sizeof *hits->items, "hits of a consensus", &error);
    if (!ok && was_plain) {
        hits->block.stays = true;
        ok = rp_block_resize(&hits->block, room * sizeof *hits->items, "hits of a consensus", &error);
    }
    if (!ok)
        return false;
    if (was_plain && hits->items != NULL)
        memcpy(hits->block.data, hits->items, hits->capacity * sizeof *hits->items);
    if (was_plain)
        free(hits->items);
    hits->items = hits->block.data;
    hits->capacity = room;
    return true;
}

rp_recruiter *rp_recruiter_create(rp_extender *extender)
{
    rp_recruiter *recruiter = rp_alloc(1, sizeof *recruiter);
    if (recruiter == NULL)
        return NULL;
    recruiter->aligner = rp_aligner_create(extender);
    if (recruiter->aligner == NULL) {
        free(recruiter);
        return NULL;
    }
    return recruiter;
}

void rp_recruiter_destroy(rp_recruiter *recruiter)
{
    if (recruiter == NULL)
        return;
    clear_hits(&recruiter->hits);
    clear_hits(&recruiter->spare);
    free(recruiter->seeds.items);
    free(recruiter->chains.items);
    rp_aligner_destroy(recruiter->aligner);
    free(recruiter->anchors.items);
    free(recruiter->alignments.items);
    free(recruiter->reverse_complement.items);
    for (int i = 0; i < 2; i++)
        rp_planes_clear(&recruiter->planes[i]);
    for (unsigned i = 0; i < RP_LANES; i++)
        free(recruiter->steps[i].items);
    free(recruiter);
}

/* --- Hits and chains --- */

/* The last ones are asked for while the first are read. */
static void ask_for_places(const rp_view *view, const rp_kmer_index *index, rp_occurrences occurrences)
{
    for (uint32_t m = 0; m < occurrences.count && m < MOST_ASKED; m++)
        rp_view_prefetch(view, rp_kmer_index_position(index, occurrences.first + m));
}

/* Fills recruiter->hits with (strand, genome position, place in the oriented consensus). */
static bool find_hits(rp_recruiter *recruiter, const rp_view *view, const rp_kmer_index *index,
                      const rp_codes *consensus, size_t *n_hits)
{
    const unsigned k = rp_kmer_index_k(index);
    uint64_t total = 0;
    rp_kmer_roll roll = {0};
    assert(consensus->n <= RP_CONSENSUS_MAX_BP);
    recruiter->seeds.n = 0;
    for (size_t i = 0; i < consensus->n; i++) {
        if (!rp_kmer_roll_push(&roll, consensus->items[i], k))
            continue;
        const rp_occurrences occurrences = rp_kmer_index_find(index, rp_kmer_canonical(&roll));
        total += occurrences.count;
        if (occurrences.count > 0 &&
            !query_seeds_push(&recruiter->seeds, (query_seed){occurrences, (uint32_t)i, roll.reverse < roll.forward}))
            return false;
    }
    const uint64_t stride = total / RP_RECRUIT_MAX_HITS + 1;
    if (!reserve_hits(&recruiter->hits, total < PLAIN_HITS ? total + 1 : PLAIN_HITS))
        return false;
    size_t n = 0;
    size_t asked = 0; /* seeds whose places are asked for */
    for (size_t s = 0; s < recruiter->seeds.n; s++) {
        const uint32_t i = recruiter->seeds.items[s].end;
        const rp_occurrences occurrences = recruiter->seeds.items[s].occurrences;
        if (i % stride != 0)
            continue;
        for (; asked < recruiter->seeds.n && asked < s + ASKED_AHEAD; asked++)
            ask_for_places(view, index, recruiter->seeds.items[asked].occurrences);
        if (rp_cancelled() != 0 || !reserve_hits(&recruiter->hits, n + occurrences.count))
            return false;
        const uint32_t at = i + 1 - k;
        for (uint64_t m = 0; m < occurrences.count; m++) {
            const uint64_t position = rp_kmer_index_position(index, occurrences.first + m);
            if (!rp_view_is_range_free(view, position, k))
                continue;
            const bool reverse =
                rp_kmer_index_is_reverse(index, occurrences.first + m) != recruiter->seeds.items[s].reverse;
            const uint64_t query = reverse ? consensus->n - k - at : at;
            recruiter->hits.items[n++] = (uint64_t)reverse << STRAND_BIT | position << QUERY_BITS | query;
        }
    }
    *n_hits = n;
    return reserve_hits(&recruiter->spare, n + 1);
}

/* Whether the flanks of a chain's anchor look like those of the same place of the consensus. */
static bool promises(const rp_recruiter *recruiter, const rp_view *view, const chain *here, uint32_t length, unsigned k)
{
    const uint64_t begin = here->anchor - k / 2;
    const uint32_t query = here->anchor_query - k / 2;
    rp_flank genome[2];
    rp_flanks_read(view, begin, begin + k, &genome[0], &genome[1]);
    const rp_flank consensus[2] = {rp_planes_cut(&recruiter->planes[here->reverse], (int64_t)query + k),
                                   rp_planes_cut(&recruiter->planes[!here->reverse], (int64_t)(length - query))};
    int gain = 0;
    for (int i = 0; i < 2; i++)
        gain += rp_flank_extend(rp_flank_same(&genome[i], &consensus[i]), NULL);
    return 2 * ((int)k + gain) + (int)rp_flank_agreement(genome, consensus) >= MIN_EVIDENCE;
}

/* Notes the hits of a chain, with the flanks that it may be judged by. A lone hit that does not promise anything makes
 * no difference, nor does its loss: with fewer bases beside it, it would promise less still, and the others are chained
 * as they are without it. (Most hits are such, all over the genome.) */
static bool note_chain(const chain *here, bool is_kept, unsigned k, rp_reads *reads)
{
    if (!is_kept && here->n_hits == 1 && !here->crowded)
        return true;
    return rp_reads_note(reads, here->first < RP_FLANK_BP ? 0 : here->first - RP_FLANK_BP,
                         here->position + k + RP_FLANK_BP);
}

/* A hit was not tried against more chains than these: the last ones. */
static void mark_crowd(chains *all)
{
    for (size_t back = 0; back < CHAIN_LOOK_BACK; back++)
        all->items[all->n - 1 - back].crowded = true;
}

static bool build_chains(rp_recruiter *recruiter, size_t n_hits, unsigned k)
{
    chains *all = &recruiter->chains;
    all->n = 0;
    for (size_t i = 0; i < n_hits; i++) {
        if (i % HITS_AT_ONCE == 0 && rp_cancelled() != 0)
            return false;
        const uint64_t hit = recruiter->hits.items[i];
        const bool reverse = hit >> STRAND_BIT != 0;
        const uint64_t position = hit << 1 >> 1 >> QUERY_BITS;
        const uint32_t query = (uint32_t)(hit & ((1 << QUERY_BITS) - 1));
        chain *joined = NULL;
        size_t back = 0;
        for (; back < CHAIN_LOOK_BACK && back < all->n; back++) {
            chain *open = &all->items[all->n - 1 - back];
            if (open->reverse != reverse || position - open->position > CHAIN_GAP_BP)
                break; /* chains are kept by their last hit */
            const int64_t drift = (int64_t)(position - open->position) - ((int64_t)query - (int64_t)open->query);
            if (query > open->query && drift >= -CHAIN_DRIFT_BP && drift <= CHAIN_DRIFT_BP) {
                joined = open;
                break;
            }
        }
        if (back == CHAIN_LOOK_BACK)
            mark_crowd(all);
        if (joined == NULL) {
            const chain fresh = {.first = position,
                                 .position = position,
                                 .anchor = position + k / 2,
                                 .anchor_query = query + k / 2,
                                 .query = query,
                                 .n_hits = 1,
                                 .reverse = reverse};
            if (!chains_push(all, fresh))
                return false;
            continue;
        }
        joined->position = position;
        joined->query = query;
        joined->n_hits++;
        if ((joined->n_hits & (joined->n_hits - 1)) == 0) { /* an anchor that tends to the middle */
            joined->anchor = position + k / 2;
            joined->anchor_query = query + k / 2;
        }
        const chain moved = *joined; /* to the end, so that the look back sees it first */
        const size_t at = (size_t)(joined - all->items);
        memmove(joined, joined + 1, (all->n - 1 - at) * sizeof *joined);
        all->items[all->n - 1] = moved;
    }
    return true;
}

/* Makes anchors of the chains, less short ones whose flanks do not match. */
static bool keep_strong_chains(rp_recruiter *recruiter, const rp_view *view, const rp_query queries[2], unsigned k,
                               rp_reads *reads)
{
    const uint32_t length = queries[0].length;
    recruiter->anchors.n = 0;
    for (int i = 0; i < 2; i++) {
        if (!rp_planes_reserve(&recruiter->planes[i], length))
            return false;
        rp_planes_fill(&recruiter->planes[i], queries[i].codes, length);
    }
    for (size_t i = 0; i < recruiter->chains.n; i++) {
        const chain *here = &recruiter->chains.items[i];
        const bool is_kept =
            here->position - here->first >= LONG_CHAIN_BP || promises(recruiter, view, here, length, k);
        if (!note_chain(here, is_kept, k, reads))
            return false;
        if (!is_kept)
            continue;
        if (!rp_anchors_push(
                &recruiter->anchors,
                (rp_anchor){.position = here->anchor, .place = here->anchor_query, .query = here->reverse}))
            return false;
    }
    rp_anchors_sort(&recruiter->anchors);
    return true;
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
    const unsigned k = rp_kmer_index_k(index);
    copies->n = 0;
    size_t n_hits = 0;
    rp_query queries[2];
    if (!set_queries(recruiter, consensus, queries) || !find_hits(recruiter, view, index, consensus, &n_hits))
        return false;
    queries[0].tandem = queries[1].tandem = tandem;
    rp_sort_u64(recruiter->hits.items, recruiter->spare.items, n_hits, QUERY_BITS, 64);
    if (!build_chains(recruiter, n_hits, k) || !keep_strong_chains(recruiter, view, queries, k, reads))
        return false;
    if (recruiter->hits.block.mapped > 0 && rp_account_is_short()) { /* the next ones may be spilled */
        clear_hits(&recruiter->hits);
        clear_hits(&recruiter->spare);
    }
    recruiter->alignments.n = 0;
    if (!rp_align_anchors(recruiter->aligner, view, queries, &recruiter->anchors, &LIMITS, &recruiter->alignments,
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

bool rp_recruit_rows(rp_recruiter *recruiter, const rp_view *view, const rp_codes *consensus, const rp_copy *copies,
                     size_t n, rp_row *rows)
{
    rp_query queries[2];
    if (!set_queries(recruiter, consensus, queries))
        return false;
    rp_alignment alignments[RP_LANES / 2];
    for (size_t i = 0; i < n; i++)
        alignments[i] = copies[i].alignment;
    if (!rp_align_trace(recruiter->aligner, view, queries, alignments, n, recruiter->steps))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!rp_row_make(view->genome, queries, &alignments[i], &recruiter->steps[2 * i], &recruiter->steps[2 * i + 1],
                         &rows[i]))
            return false;
    return true;
}
