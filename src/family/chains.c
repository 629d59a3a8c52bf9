/* chains.c: hits, chains and anchors of a consensus; see chains.h. */
#include "family/chains.h"

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
    CHAINS_AHEAD = 8,         /* whose flanks are asked for before they are read */
    MIN_EVIDENCE = 64,        /* twice its exact and ungapped bases and the agreement beside; or else a chain must */
    LONG_CHAIN_BP = 32,       /* have hits so far apart: 70 % of all alignments would score too little */
    ASKED_AHEAD = 4,
    MOST_ASKED = 32, /* k-mers whose places are asked for before they are read, and places of one */
    STRAND_BIT = 63,
    HITS_AT_ONCE = 4096, /* that are chained between two looks at whether the run is to end */
    PLAIN_HITS = 1 << 18, /* that the plan of memory has counted; nearly all consensus sequences have fewer */
    PARTS = 64,           /* of the consensus, where there is a crew */
    STRIPES = 64,         /* of both strands of the genome, when their hits are chained by a crew */
    KEPT_CHAINS = 1024,   /* of a stripe; room for more, and for more anchors, goes when they have been read */
    SHARED_BP = 512,     /* of a consensus whose k-mers are looked up by a crew, */
    SHARED_HITS = 1 << 12 /* and hits for it to chain: fewer take less than a millisecond */
};

_Static_assert(RP_CONSENSUS_MAX_BP <= 1 << QUERY_BITS, "a place in a consensus does not fit");
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

/* Hits in plain memory; where there are very many, in a block, which is spilled when the budget has no room for it. */
typedef struct hit_array {
    uint64_t *items;
    size_t capacity;
    rp_block block;
} hit_array;

/* A stretch of the consensus and, where a crew is at work, a stripe of the genome. */
typedef struct part {
    query_seeds seeds;        /* of the stretch, */
    uint64_t n_places;        /* those of the seeds that are looked at, */
    size_t first, n;          /* its hits, */
    size_t by_stripe[STRIPES]; /* and how many are in each stripe; then where the next one of it goes */
    size_t begin;             /* of the stripe: where its hits begin */
    chains chains;
    rp_anchors anchors;
    rp_reads reads;           /* what they rely on */
} part;

struct rp_chainer {
    hit_array hits, spare;
    rp_planes planes[2];      /* of the consensus and its reverse complement */
    part parts[PARTS];
};

_Static_assert(STRIPES <= PARTS, "stripes have parts of their own");

/* One search. */
typedef struct search {
    rp_chainer *chainer;
    rp_sought sought;
    rp_kmer_places places;    /* of the index */
    size_t n_parts;
    uint64_t stride;          /* only seeds whose end is a multiple are looked at */
    unsigned stripe_shift;    /* genome positions by this are those of a strand's stripes */
    size_t n_hits;
    rp_reads *reads;          /* what anchors rely on. NULL: nobody wants to know */
} search;

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

rp_chainer *rp_chainer_create(void)
{
    return rp_alloc(1, sizeof(rp_chainer));
}

void rp_chainer_destroy(rp_chainer *chainer)
{
    if (chainer == NULL)
        return;
    clear_hits(&chainer->hits);
    clear_hits(&chainer->spare);
    for (int i = 0; i < 2; i++)
        rp_planes_clear(&chainer->planes[i]);
    for (size_t i = 0; i < PARTS; i++) {
        free(chainer->parts[i].seeds.items);
        free(chainer->parts[i].chains.items);
        free(chainer->parts[i].anchors.items);
        rp_reads_clear(&chainer->parts[i].reads);
    }
    free(chainer);
}

/* The last ones are asked for while the first are read. */
static void ask_for_places(const search *run, rp_occurrences occurrences)
{
    for (uint32_t m = 0; m < occurrences.count && m < MOST_ASKED; m++)
        rp_view_prefetch(run->sought.view, rp_kmer_place(&run->places, occurrences.first + m).position);
}

/* --- Hits: strand, genome position, place in the oriented consensus --- */

static size_t stretch_begin(const search *run, size_t number)
{
    return run->sought.consensus->n * number / run->n_parts;
}

/* K-mers of the consensus on their way to the index. */
typedef struct asked_kmers {
    uint64_t canonical[RP_KMERS_AT_ONCE];
    query_seed seeds[RP_KMERS_AT_ONCE];
    size_t n;
} asked_kmers;

/* Appends those that the index has. */
static bool take_seeds(const rp_kmer_index *index, asked_kmers *asked, query_seeds *seeds)
{
    rp_occurrences found[RP_KMERS_AT_ONCE];
    rp_kmer_index_find_all(index, asked->canonical, asked->n, found);
    for (size_t i = 0; i < asked->n; i++) {
        asked->seeds[i].occurrences = found[i];
        if (found[i].count > 0 && !query_seeds_push(seeds, asked->seeds[i]))
            return false;
    }
    asked->n = 0;
    return true;
}

/* Looks the k-mers up that end in a stretch of the consensus. */
static bool look_up(void *context, size_t number, unsigned member)
{
    (void)member;
    search *run = context;
    const rp_sought *sought = &run->sought;
    const unsigned k = rp_kmer_index_k(sought->index);
    const size_t begin = stretch_begin(run, number), end = stretch_begin(run, number + 1);
    query_seeds *seeds = &run->chainer->parts[number].seeds;
    rp_kmer_roll roll = {0};
    asked_kmers asked;
    seeds->n = asked.n = 0;
    for (size_t i = begin < k - 1 ? 0 : begin - (k - 1); i < end; i++) {
        if (!rp_kmer_roll_push(&roll, sought->consensus->items[i], k) || i < begin)
            continue;
        asked.canonical[asked.n] = rp_kmer_canonical(&roll);
        asked.seeds[asked.n++] = (query_seed){.end = (uint32_t)i, .reverse = roll.reverse < roll.forward};
        if (asked.n == RP_KMERS_AT_ONCE && !take_seeds(sought->index, &asked, seeds))
            return false;
    }
    return take_seeds(sought->index, &asked, seeds);
}

/* Sets the stride, and how many places each part has to look at then; all of them. */
static uint64_t count_places(search *run)
{
    part *parts = run->chainer->parts;
    uint64_t total = 0, looked_at = 0;
    for (size_t p = 0; p < run->n_parts; p++)
        for (size_t s = 0; s < parts[p].seeds.n; s++)
            total += parts[p].seeds.items[s].occurrences.count;
    run->stride = total / RP_RECRUIT_MAX_HITS + 1;
    for (size_t p = 0; p < run->n_parts; p++) {
        parts[p].n_places = 0;
        for (size_t s = 0; s < parts[p].seeds.n; s++)
            if (parts[p].seeds.items[s].end % run->stride == 0)
                parts[p].n_places += parts[p].seeds.items[s].occurrences.count;
        looked_at += parts[p].n_places;
    }
    return looked_at;
}

/* Notes the places of a seed that are covered, for who wants them. */
static bool note_covered(const search *run, const query_seed *seed)
{
    const unsigned k = rp_kmer_index_k(run->sought.index);
    bool ok = true;
    if (run->reads == NULL || !run->reads->covered_too)
        return true;
    for (uint64_t m = 0; ok && m < seed->occurrences.count; m++) {
        const uint64_t position = rp_kmer_place(&run->places, seed->occurrences.first + m).position;
        ok = rp_view_is_range_free(run->sought.view, position, k) ||
             rp_reads_note_rest(run->reads, position, position + k);
    }
    return ok;
}

/* Appends the hits of a seed, for which there is room, to the n of *hits. How many there are then. */
static size_t read_seed(const search *run, const query_seed *seed, const hit_array *hits, size_t n)
{
    const rp_sought *sought = &run->sought;
    const rp_occurrences occurrences = seed->occurrences;
    const unsigned k = rp_kmer_index_k(sought->index);
    const uint32_t at = seed->end + 1 - k;
    for (uint64_t m = 0; m < occurrences.count; m++) {
        const rp_place place = rp_kmer_place(&run->places, occurrences.first + m);
        const bool reverse = place.reverse != seed->reverse;
        const uint64_t query = reverse ? sought->consensus->n - k - at : at;
        hits->items[n] = (uint64_t)reverse << STRAND_BIT | place.position << QUERY_BITS | query;
        n += rp_view_is_range_free(sought->view, place.position, k);
    }
    return n;
}

/* Fills in the hits of a part from its first one on; the caller alone (`reserves`) makes room as they come, and notes.
 */
static bool read_places(search *run, part *here, bool reserves)
{
    const query_seeds *seeds = &here->seeds;
    size_t n = here->first, asked = 0; /* asked: seeds whose places are asked for */
    for (size_t s = 0; s < seeds->n; s++) {
        if (seeds->items[s].end % run->stride != 0)
            continue;
        for (; asked < seeds->n && asked < s + ASKED_AHEAD; asked++)
            ask_for_places(run, seeds->items[asked].occurrences);
        if (rp_cancelled() != 0 ||
            (reserves && !reserve_hits(&run->chainer->hits, n + seeds->items[s].occurrences.count)))
            return false;
        n = read_seed(run, &seeds->items[s], &run->chainer->hits, n);
        if (reserves && !note_covered(run, &seeds->items[s]))
            return false;
    }
    here->n = n - here->first;
    return true;
}

static unsigned stripe_of(const search *run, uint64_t hit)
{
    const uint64_t position = hit << 1 >> 1 >> QUERY_BITS;
    return (hit >> STRAND_BIT != 0 ? STRIPES / 2 : 0) + (unsigned)(position >> run->stripe_shift);
}

static bool read_part(void *context, size_t number, unsigned member)
{
    (void)member;
    search *run = context;
    part *here = &run->chainer->parts[number];
    if (!read_places(run, here, false))
        return false;
    memset(here->by_stripe, 0, sizeof here->by_stripe);
    for (size_t i = 0; i < here->n; i++)
        here->by_stripe[stripe_of(run, run->chainer->hits.items[here->first + i])]++;
    return true;
}

/* From the parts' counts to where they put their hits, in the order of the parts within a stripe. */
static void place_stripes(search *run)
{
    part *parts = run->chainer->parts;
    size_t at = 0;
    for (size_t stripe = 0; stripe < STRIPES; stripe++) {
        parts[stripe].begin = at;
        for (size_t p = 0; p < run->n_parts; p++) {
            const size_t n = parts[p].by_stripe[stripe];
            parts[p].by_stripe[stripe] = at;
            at += n;
        }
    }
    run->n_hits = at;
}

static bool spread_part(void *context, size_t number, unsigned member)
{
    (void)member;
    search *run = context;
    part *here = &run->chainer->parts[number];
    for (size_t i = here->first; i < here->first + here->n; i++) {
        const uint64_t hit = run->chainer->hits.items[i];
        run->chainer->spare.items[here->by_stripe[stripe_of(run, hit)]++] = hit;
    }
    return true;
}

static size_t stripe_end(const search *run, size_t number)
{
    return number + 1 < STRIPES ? run->chainer->parts[number + 1].begin : run->n_hits;
}

static bool sort_stripe(void *context, size_t number, unsigned member)
{
    (void)member;
    search *run = context;
    const size_t begin = run->chainer->parts[number].begin;
    rp_sort_u64(run->chainer->hits.items + begin, run->chainer->spare.items + begin, stripe_end(run, number) - begin,
                QUERY_BITS, 64);
    return true;
}

/* All hits, sorted, by the caller alone. */
static bool find_hits(search *run, uint64_t n_places)
{
    rp_chainer *chainer = run->chainer;
    bool ok = reserve_hits(&chainer->hits, n_places < PLAIN_HITS ? n_places + 1 : PLAIN_HITS);
    run->n_hits = 0;
    for (size_t p = 0; ok && p < run->n_parts; p++) {
        chainer->parts[p].first = run->n_hits;
        ok = read_places(run, &chainer->parts[p], true);
        run->n_hits += chainer->parts[p].n;
    }
    ok = ok && reserve_hits(&chainer->spare, run->n_hits + 1);
    if (ok)
        rp_sort_u64(chainer->hits.items, chainer->spare.items, run->n_hits, QUERY_BITS, 64);
    return ok;
}

static bool note_all_covered(const search *run, const query_seeds *seeds)
{
    bool ok = true;
    for (size_t s = 0; ok && s < seeds->n; s++)
        ok = seeds->items[s].end % run->stride != 0 || note_covered(run, &seeds->items[s]);
    return ok;
}

/* The same, with a crew; the hits lie in stripes then. */
static bool find_hits_together(search *run, const rp_extenders *with, uint64_t n_places)
{
    rp_chainer *chainer = run->chainer;
    size_t at = 0;
    for (size_t p = 0; p < run->n_parts; at += chainer->parts[p++].n_places)
        chainer->parts[p].first = at;
    for (run->stripe_shift = 0; run->sought.view->genome->length_bp >> run->stripe_shift >= STRIPES / 2;)
        run->stripe_shift++;
    if (!reserve_hits(&chainer->hits, n_places + 1) ||
        !rp_crew_run(with->crew, with->member, run->n_parts, read_part, run))
        return false;
    for (size_t p = 0; p < run->n_parts; p++) /* after they were read: what was covered then is covered now */
        if (!note_all_covered(run, &chainer->parts[p].seeds))
            return false;
    place_stripes(run);
    if (!reserve_hits(&chainer->spare, n_places + 1) ||
        !rp_crew_run(with->crew, with->member, run->n_parts, spread_part, run))
        return false;
    const hit_array swap = chainer->hits;
    chainer->hits = chainer->spare;
    chainer->spare = swap;
    return rp_crew_run(with->crew, with->member, STRIPES, sort_stripe, run);
}

/* --- Chains --- */

/* Whether the flanks of a chain's anchor look like those of the same place of the consensus. */
static bool promises(const search *run, const chain *here, uint32_t length, unsigned k)
{
    const uint64_t begin = here->anchor - k / 2;
    const uint32_t query = here->anchor_query - k / 2;
    rp_flank genome[2];
    rp_flanks_read(run->sought.view, begin, begin + k, &genome[0], &genome[1]);
    const rp_flank consensus[2] = {rp_planes_cut(&run->chainer->planes[here->reverse], (int64_t)query + k),
                                   rp_planes_cut(&run->chainer->planes[!here->reverse], (int64_t)(length - query))};
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
    const bool is_rest = !is_kept && here->n_hits == 1 && !here->crowded;
    if (reads == NULL || (is_rest && !reads->covered_too))
        return true;
    const uint64_t begin = here->first < RP_FLANK_BP ? 0 : here->first - RP_FLANK_BP,
                   end = here->position + k + RP_FLANK_BP;
    return is_rest ? rp_reads_note_rest(reads, begin, end) : rp_reads_note(reads, begin, end);
}

/* A hit was not tried against more chains than these: the last ones. */
static void mark_crowd(chains *all)
{
    for (size_t back = 0; back < CHAIN_LOOK_BACK; back++)
        all->items[all->n - 1 - back].crowded = true;
}

/* Chains sorted hits, [begin, end). */
static bool build_chains(const search *run, size_t begin, size_t end, chains *all)
{
    const unsigned k = rp_kmer_index_k(run->sought.index);
    all->n = 0;
    for (size_t i = begin; i < end; i++) {
        if (i % HITS_AT_ONCE == 0 && rp_cancelled() != 0)
            return false;
        const uint64_t hit = run->chainer->hits.items[i];
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

/* Makes anchors of chains, less short ones whose flanks do not match. */
static bool keep_strong_chains(const search *run, const chains *all, rp_anchors *anchors, rp_reads *reads)
{
    const unsigned k = rp_kmer_index_k(run->sought.index);
    const uint32_t length = run->sought.queries[0].length;
    anchors->n = 0;
    for (size_t i = 0; i < all->n; i++) {
        const chain *here = &all->items[i];
        if (i + CHAINS_AHEAD < all->n) {
            const uint64_t begin = here[CHAINS_AHEAD].anchor - k / 2;
            rp_flanks_prefetch(run->sought.view, begin, begin + k);
        }
        const bool is_kept = here->position - here->first >= LONG_CHAIN_BP || promises(run, here, length, k);
        if (!note_chain(here, is_kept, k, reads))
            return false;
        if (is_kept &&
            !rp_anchors_push(
                anchors, (rp_anchor){.position = here->anchor, .place = here->anchor_query, .query = here->reverse}))
            return false;
    }
    rp_anchors_sort(anchors);
    return true;
}

/* The first hit from number `at` on that no chain of those before it can take: it is on another strand, or too far. */
static size_t clean_cut(const search *run, size_t at)
{
    const uint64_t *hits = run->chainer->hits.items;
    while (at > 0 && at < run->n_hits && hits[at] >> STRAND_BIT == hits[at - 1] >> STRAND_BIT &&
           (hits[at] >> QUERY_BITS) - (hits[at - 1] >> QUERY_BITS) <= CHAIN_GAP_BP)
        at++;
    return at;
}

static bool chain_stripe(void *context, size_t number, unsigned member)
{
    (void)member;
    const search *run = context;
    part *here = &run->chainer->parts[number];
    const size_t begin = clean_cut(run, here->begin), end = clean_cut(run, stripe_end(run, number));
    rp_reads_restart(&here->reads);
    here->reads.covered_too = run->reads != NULL && run->reads->covered_too;
    const bool ok = build_chains(run, begin, end, &here->chains) &&
                    keep_strong_chains(run, &here->chains, &here->anchors, run->reads != NULL ? &here->reads : NULL);
    if (here->chains.capacity > KEPT_CHAINS) {
        free(here->chains.items);
        here->chains = (chains){0};
    }
    return ok;
}

/* The anchors of all stripes: those of an earlier one come first. */
static bool chain_together(search *run, const rp_extenders *with, rp_anchors *anchors)
{
    if (!rp_crew_run(with->crew, with->member, STRIPES, chain_stripe, run))
        return false;
    size_t n = 0;
    for (size_t stripe = 0; stripe < STRIPES; stripe++)
        n += run->chainer->parts[stripe].anchors.n;
    anchors->n = 0;
    if (!rp_anchors_reserve(anchors, n))
        return false;
    for (size_t stripe = 0; stripe < STRIPES; stripe++) {
        part *here = &run->chainer->parts[stripe];
        if (!rp_reads_add(run->reads, &here->reads))
            return false;
        if (here->anchors.n > 0)
            memcpy(anchors->items + anchors->n, here->anchors.items, here->anchors.n * sizeof *anchors->items);
        anchors->n += here->anchors.n;
        if (here->anchors.capacity > KEPT_CHAINS) {
            free(here->anchors.items);
            here->anchors = (rp_anchors){0};
        }
    }
    return true;
}

static bool fill_planes(rp_chainer *chainer, const rp_query queries[2])
{
    for (int i = 0; i < 2; i++) {
        if (!rp_planes_reserve(&chainer->planes[i], queries[i].length))
            return false;
        rp_planes_fill(&chainer->planes[i], queries[i].codes, queries[i].length);
    }
    return true;
}

bool rp_chainer_find(rp_chainer *chainer, const rp_extenders *with, const rp_sought *sought, rp_anchors *anchors,
                     rp_reads *reads)
{
    const size_t n = sought->consensus->n;
    const bool has_crew = rp_crew_size(with->crew) > 1;
    search run = {.chainer = chainer,
                  .sought = *sought,
                  .places = rp_kmer_index_places(sought->index),
                  .n_parts = has_crew ? PARTS : 1,
                  .reads = reads};
    assert(n <= RP_CONSENSUS_MAX_BP);
    if (!fill_planes(chainer, sought->queries) ||
        !rp_crew_run(n < SHARED_BP ? NULL : with->crew, with->member, run.n_parts, look_up, &run))
        return false;
    const uint64_t n_places = count_places(&run);
    const bool together = has_crew && n_places >= SHARED_HITS && (n_places <= PLAIN_HITS || !rp_account_is_short());
    if (together) {
        if (!find_hits_together(&run, with, n_places) || !chain_together(&run, with, anchors))
            return false;
    } else if (!find_hits(&run, n_places) || !build_chains(&run, 0, run.n_hits, &chainer->parts[0].chains) ||
               !keep_strong_chains(&run, &chainer->parts[0].chains, anchors, reads)) {
        return false;
    }
    if (chainer->hits.block.mapped > 0 && rp_account_is_short()) { /* the next ones may be spilled */
        clear_hits(&chainer->hits);
        clear_hits(&chainer->spare);
    }
    return true;
}
