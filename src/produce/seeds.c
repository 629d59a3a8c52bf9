/* seeds.c: seeds in tiers of falling counts; see seeds.h. */
#include "produce/seeds.h"

#include <stdlib.h>

#include "base/account.h"
#include "base/memory.h"
#include "base/parallel.h"
#include "base/sort.h"

enum {
    ASKED_AHEAD = 12,          /* places that are asked for before they are read */
    DEFAULT_TANDEM_DISTANCE_BP = 500, /* REPrise's */
    MAX_TIERS = 160,           /* more than floors up to 2^32 can take */
    WIDE_FROM = 400, /* from this count on tiers have few seeds each, and wait long for their last: they are wider */
    RECOUNT_PART = 4096
};

/* A seed of the present tier: its count, turned round so that frequent ones come first, above its id. */
typedef uint64_t ranked_seed;

static inline ranked_seed rank_seed(uint32_t count, uint32_t id)
{
    return (uint64_t)(UINT32_MAX - count) << 32 | id;
}

static inline uint32_t ranked_count(ranked_seed seed)
{
    return UINT32_MAX - (uint32_t)(seed >> 32);
}

struct rp_seeds {
    const rp_view *view;
    const rp_kmer_index *index;
    rp_seed_limits limits;
    unsigned n_threads;
    uint32_t floors[MAX_TIERS]; /* of counts, falling; the last is the minimum */
    unsigned n_tiers, tier; /* tier: the present one; n_tiers before the first and after the last */
    unsigned next_tier, first_tier; /* first_tier: that has seeds at the start */
    rp_seed_ids waiting[MAX_TIERS];
    ranked_seed *ranked; /* the present tier, in order */
    size_t n_ranked, ranked_capacity;
    rp_bitmask used;
    rp_lease lease; /* of waiting and ranked */
    uint64_t total;
};

struct rp_place_list {
    rp_place *items;
    size_t n, capacity;
};

rp_place_list *rp_place_list_create(void)
{
    return rp_alloc(1, sizeof(rp_place_list));
}

void rp_place_list_destroy(rp_place_list *list)
{
    if (list == NULL)
        return;
    free(list->items);
    free(list);
}

/* --- Places --- */

/* A walk over a seed's places from left to right that takes, of those on one strand of one contig, as many as stand
 * apart by the tandem distance. Covering places never lets it take more: the first one, and then always the next that
 * is far enough, are the most that can be chosen, on each strand of each contig by itself. So a seed that is too rare
 * stays so, with intra_contig too, where the richest contig counts. */
typedef struct place_walk {
    const rp_seeds *seeds;
    const rp_view *view;
    uint64_t last[2]; /* by strand: the place taken last; UINT64_MAX: none */
    uint64_t contig_end; /* of the contig of the present place; kept for intra_contig only */
    uint32_t n, most; /* taken in this contig, or in all; most: in the richest of the contigs before */
    size_t begin, best_begin; /* places taken before those of this, and of the richest contig */
} place_walk;

static place_walk begin_walk(const rp_seeds *seeds, const rp_view *view)
{
    return (place_walk){.seeds = seeds, .view = view, .last = {UINT64_MAX, UINT64_MAX}};
}

static uint64_t contig_end_at(const rp_genome *genome, uint64_t position)
{
    const rp_contig *contig = &genome->contigs[rp_genome_contig_of(genome, position)];
    return contig->begin + contig->length_bp;
}

static void end_contig(place_walk *walk)
{
    if (walk->n > walk->most) {
        walk->most = walk->n;
        walk->best_begin = walk->begin;
    }
    walk->begin += walk->n;
    walk->n = 0;
}

/* Whether the next place is taken: free, and far enough from the one taken before it on its strand and contig. */
static bool take_place(place_walk *walk, uint64_t position, bool reverse)
{
    const rp_seeds *seeds = walk->seeds;
    if (!rp_view_is_range_free(walk->view, position, rp_kmer_index_k(seeds->index)))
        return false;
    const uint64_t last = walk->last[reverse];
    if (last != UINT64_MAX && position - last < seeds->limits.tandem_distance_bp &&
        rp_genome_same_contig(walk->view->genome, last, position))
        return false;
    walk->last[reverse] = position;
    if (seeds->limits.intra_contig && position >= walk->contig_end) {
        end_contig(walk);
        walk->contig_end = contig_end_at(walk->view->genome, position);
    }
    walk->n++;
    return true;
}

/* The places that count: all that were taken, or those of the richest contig, the first of equals. */
static uint32_t end_walk(place_walk *walk, size_t *first)
{
    end_contig(walk);
    *first = walk->best_begin;
    return walk->most;
}

/* Asks for the genome at occurrence number `from` and, in the beginning, at the ones behind it. */
static void ask_for_places(const rp_kmer_places *places, const rp_view *view, rp_occurrences occurrences, uint32_t from)
{
    const uint32_t ahead = from == 0 ? 0 : ASKED_AHEAD - 1;
    for (uint32_t i = from + ahead; i < from + ASKED_AHEAD && i < occurrences.count; i++)
        rp_view_prefetch(view, rp_kmer_place(places, occurrences.first + i).position);
}

static uint32_t count_places(const rp_seeds *seeds, rp_occurrences occurrences)
{
    const rp_kmer_places places = rp_kmer_index_places(seeds->index);
    place_walk walk = begin_walk(seeds, seeds->view);
    ask_for_places(&places, seeds->view, occurrences, 0);
    for (uint32_t i = 0; i < occurrences.count; i++) {
        const rp_place place = rp_kmer_place(&places, occurrences.first + i);
        ask_for_places(&places, seeds->view, occurrences, i + 1);
        (void)take_place(&walk, place.position, place.reverse);
    }
    size_t first;
    return end_walk(&walk, &first);
}

rp_seed_state rp_seeds_fill(const rp_seeds *seeds, const rp_view *view, uint32_t seed_id, uint32_t floor,
                            rp_place_list *list, rp_batch *batch)
{
    const rp_occurrences occurrences = rp_kmer_index_get(seeds->index, seed_id);
    if (!rp_reserve((void **)&list->items, &list->capacity, occurrences.count, sizeof *list->items))
        return RP_SEED_NO_MEMORY;
    list->n = 0;
    place_walk walk = begin_walk(seeds, view);
    const rp_kmer_places all = rp_kmer_index_places(seeds->index);
    ask_for_places(&all, view, occurrences, 0);
    for (uint32_t i = 0; i < occurrences.count; i++) {
        const rp_place place = rp_kmer_place(&all, occurrences.first + i);
        ask_for_places(&all, view, occurrences, i + 1);
        if (take_place(&walk, place.position, place.reverse))
            list->items[list->n++] = place;
    }
    size_t first;
    list->n = end_walk(&walk, &first);
    const rp_place *places = list->items + first;
    batch->kmer = list->n == 0 ? 0 : rp_kmer_index_kmer(seeds->index, view->genome, seed_id);
    batch->head.seed_id = seed_id;
    batch->head.frequency = (uint32_t)list->n;
    batch->head.floor = floor;
    batch->head.n_places = list->n < RP_BATCH_PLACES ? (uint32_t)list->n : RP_BATCH_PLACES;
    for (uint32_t i = 0; i < batch->head.n_places; i++)
        batch->places[i] = places[list->n * i / batch->head.n_places];
    if (list->n < seeds->limits.min_frequency)
        return RP_SEED_GONE;
    return list->n < floor ? RP_SEED_WAITS : RP_SEED_READY;
}

/* --- Tiers --- */

static unsigned tier_of(const rp_seeds *seeds, uint32_t count)
{
    unsigned low = 0, high = seeds->n_tiers - 1; /* the first tier whose floor is at most count */
    while (low < high) {
        const unsigned middle = (low + high) / 2;
        if (seeds->floors[middle] <= count)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static void make_floors(rp_seeds *seeds)
{
    uint32_t rising[MAX_TIERS];
    unsigned n = 0;
    for (uint64_t floor = seeds->limits.min_frequency; floor < UINT32_MAX && n < MAX_TIERS;
         floor += floor < WIDE_FROM ? floor / 5 + 1 : floor)
        rising[n++] = (uint32_t)floor;
    seeds->n_tiers = n;
    for (unsigned i = 0; i < n; i++)
        seeds->floors[i] = rising[n - 1 - i];
}

/* The k-mers go to their tiers in parts, ranges of ids: first each part counts its seeds, then it files them. */
typedef struct tier_part {
    size_t n[MAX_TIERS]; /* seeds by tier; then where the part's next one goes */
} tier_part;

typedef struct tier_filing {
    rp_seeds *seeds;
    tier_part *parts;
    size_t n_parts;
    bool files; /* the second time */
} tier_filing;

static bool file_part(void *argument, size_t number, unsigned worker, rp_error *error)
{
    (void)worker;
    (void)error;
    const tier_filing *filing = argument;
    rp_seeds *seeds = filing->seeds;
    const uint64_t n_kmers = rp_kmer_index_n_kmers(seeds->index);
    const uint32_t begin = (uint32_t)(n_kmers * number / filing->n_parts),
                   end = (uint32_t)(n_kmers * (number + 1) / filing->n_parts);
    for (uint32_t id = begin; id < end; id++) {
        const uint32_t count = rp_kmer_index_count(seeds->index, id);
        if (count < seeds->limits.min_frequency || count > seeds->limits.max_frequency)
            continue;
        const unsigned tier = tier_of(seeds, count);
        if (filing->files)
            seeds->waiting[tier].items[filing->parts[number].n[tier]] = id;
        filing->parts[number].n[tier]++;
    }
    return true;
}

/* From the parts' counts to where their seeds begin; makes room for all. */
static bool place_parts(const tier_filing *filing)
{
    rp_seeds *seeds = filing->seeds;
    for (unsigned tier = 0; tier < seeds->n_tiers; tier++) {
        size_t at = 0;
        for (size_t i = 0; i < filing->n_parts; i++) {
            const size_t here = filing->parts[i].n[tier];
            filing->parts[i].n[tier] = at;
            at += here;
        }
        if (!rp_seed_ids_reserve(&seeds->waiting[tier], at))
            return false;
        seeds->waiting[tier].n = at;
        seeds->total += at;
    }
    return true;
}

static bool file_seeds(rp_seeds *seeds, rp_error *error)
{
    tier_filing filing = {.seeds = seeds, .n_parts = seeds->n_threads};
    filing.parts = rp_alloc(filing.n_parts, sizeof *filing.parts);
    bool ok = filing.parts != NULL || rp_error_memory(error, "seeds");
    ok = ok && rp_parallel(filing.n_parts, seeds->n_threads, file_part, &filing, error) &&
         (place_parts(&filing) || rp_error_memory(error, "seeds"));
    filing.files = true;
    ok = ok && rp_parallel(filing.n_parts, seeds->n_threads, file_part, &filing, error);
    free(filing.parts);
    return ok;
}

rp_seeds *rp_seeds_create(const rp_view *view, const rp_kmer_index *index, const rp_seed_limits *limits,
                          unsigned n_threads, rp_error *error)
{
    rp_seeds *seeds = rp_alloc(1, sizeof *seeds);
    if (seeds == NULL || !rp_bitmask_init(&seeds->used, rp_kmer_index_n_kmers(index))) {
        free(seeds);
        (void)rp_error_memory(error, "seeds");
        return NULL;
    }
    seeds->view = view;
    seeds->index = index;
    seeds->limits = *limits;
    if (seeds->limits.tandem_distance_bp == 0)
        seeds->limits.tandem_distance_bp = DEFAULT_TANDEM_DISTANCE_BP;
    seeds->n_threads = n_threads;
    make_floors(seeds);
    if (!file_seeds(seeds, error)) {
        rp_seeds_destroy(seeds);
        return NULL;
    }
    while (seeds->first_tier + 1 < seeds->n_tiers && seeds->waiting[seeds->first_tier].n == 0)
        seeds->first_tier++;
    return seeds;
}

void rp_seeds_destroy(rp_seeds *seeds)
{
    if (seeds == NULL)
        return;
    for (unsigned i = 0; i < MAX_TIERS; i++)
        free(seeds->waiting[i].items);
    free(seeds->ranked);
    rp_lease_set(&seeds->lease, 0);
    rp_bitmask_clear(&seeds->used);
    free(seeds);
}

static void lease_lists(rp_seeds *seeds)
{
    uint64_t bytes = seeds->ranked_capacity * sizeof *seeds->ranked;
    for (unsigned i = 0; i < seeds->n_tiers; i++)
        bytes += seeds->waiting[i].capacity * sizeof *seeds->waiting[i].items;
    rp_lease_set(&seeds->lease, bytes);
}

static bool recount_part(void *argument, size_t part, unsigned worker, rp_error *error)
{
    (void)worker;
    (void)error;
    rp_seeds *seeds = argument;
    const rp_seed_ids *ids = &seeds->waiting[seeds->tier];
    const size_t end = (part + 1) * RECOUNT_PART < ids->n ? (part + 1) * RECOUNT_PART : ids->n;
    for (size_t i = part * RECOUNT_PART; i < end; i++) {
        const uint32_t id = ids->items[i];
        const uint32_t count =
            rp_seeds_is_used(seeds, id) ? 0 : count_places(seeds, rp_kmer_index_get(seeds->index, id));
        seeds->ranked[i] = rank_seed(count, id);
    }
    return true;
}

/* Makes tier number next_tier the present one and puts its seeds in order. */
static bool begin_tier(rp_seeds *seeds, rp_error *error)
{
    seeds->n_ranked = 0;
    seeds->tier = seeds->next_tier++;
    rp_seed_ids *ids = &seeds->waiting[seeds->tier];
    if (!rp_reserve((void **)&seeds->ranked, &seeds->ranked_capacity, ids->n, sizeof *seeds->ranked))
        return rp_error_memory(error, "seeds");
    if (!rp_parallel((ids->n + RECOUNT_PART - 1) / RECOUNT_PART, seeds->n_threads, recount_part, seeds, error))
        return false;
    const uint32_t floor = seeds->floors[seeds->tier];
    for (size_t i = 0; i < ids->n; i++) {
        const ranked_seed seed = seeds->ranked[i];
        const uint32_t count = ranked_count(seed);
        if (count >= floor)
            seeds->ranked[seeds->n_ranked++] = seed;
        else if (count >= seeds->limits.min_frequency && !rp_seeds_defer(seeds, (uint32_t)seed, count))
            return rp_error_memory(error, "seeds");
    }
    lease_lists(seeds);
    free(ids->items);
    *ids = (rp_seed_ids){0};
    rp_sort_u64_in_place(seeds->ranked, seeds->n_ranked); /* a tier may have a good part of all k-mers */
    return true;
}

bool rp_seeds_next_tier(rp_seeds *seeds, size_t *n, rp_error *error)
{
    bool ok = true;
    seeds->n_ranked = 0;
    while (ok && seeds->n_ranked == 0 && seeds->next_tier < seeds->n_tiers)
        ok = begin_tier(seeds, error);
    *n = seeds->n_ranked;
    return ok;
}

/* Seeds of higher tiers that have not had their turn were put down for a later one: the recount of
 * this tier puts them where they belong. */
bool rp_seeds_resume(rp_seeds *seeds, uint32_t tier, const uint64_t *used, uint64_t n_words, size_t *n, rp_error *error)
{
    if (tier >= seeds->n_tiers || n_words != (seeds->used.n_bits + 63) / 64)
        return rp_error_set(error, "the checkpoint does not fit the index; --restart begins anew");
    for (uint64_t i = 0; i < n_words; i++)
        atomic_store_explicit(&seeds->used.words[i], used[i], memory_order_relaxed);
    rp_seed_ids *all = &seeds->waiting[tier];
    for (uint32_t i = 0; i < tier; i++) {
        rp_seed_ids *early = &seeds->waiting[i];
        for (size_t j = 0; j < early->n; j++)
            if (!rp_seeds_is_used(seeds, early->items[j]) && !rp_seed_ids_push(all, early->items[j]))
                return rp_error_memory(error, "seeds");
        free(early->items);
        *early = (rp_seed_ids){0};
    }
    seeds->next_tier = tier;
    const bool ok = begin_tier(seeds, error);
    *n = seeds->n_ranked;
    return ok;
}

uint32_t rp_seeds_tier(const rp_seeds *seeds)
{
    return seeds->tier;
}

const rp_bitmask *rp_seeds_used(const rp_seeds *seeds)
{
    return &seeds->used;
}

rp_batch_head rp_seeds_head(const rp_seeds *seeds, size_t rank)
{
    const uint32_t count = ranked_count(seeds->ranked[rank]);
    return (rp_batch_head){.seed_id = (uint32_t)seeds->ranked[rank],
                           .frequency = count,
                           .floor = rp_seeds_floor(seeds),
                           .n_places = count < RP_BATCH_PLACES ? count : RP_BATCH_PLACES};
}

uint32_t rp_seeds_floor(const rp_seeds *seeds)
{
    return seeds->floors[seeds->tier];
}

bool rp_seeds_defer(rp_seeds *seeds, uint32_t seed_id, uint32_t count)
{
    return rp_seed_ids_push(&seeds->waiting[tier_of(seeds, count)], seed_id);
}

double rp_seeds_share(const rp_seeds *seeds, size_t done, size_t n)
{
    const double before = (double)seeds->tier - (double)seeds->first_tier,
                 tiers = (double)(seeds->n_tiers - seeds->first_tier);
    return (before + (n > 0 ? (double)done / (double)n : 1)) / tiers;
}

uint64_t rp_seeds_total(const rp_seeds *seeds)
{
    return seeds->total;
}

/* --- Used seeds --- */

bool rp_seeds_among(const rp_seeds *seeds, const rp_codes *consensus, rp_seed_ids *ids)
{
    const unsigned k = rp_kmer_index_k(seeds->index);
    rp_kmer_roll roll = {0};
    for (size_t i = 0; i < consensus->n; i++) {
        if (!rp_kmer_roll_push(&roll, consensus->items[i], k))
            continue;
        const rp_occurrences occurrences = rp_kmer_index_find(seeds->index, rp_kmer_canonical(&roll));
        if (occurrences.count > 0 && !rp_seed_ids_push(ids, occurrences.id))
            return false;
    }
    return true;
}

void rp_seeds_use_one(rp_seeds *seeds, uint32_t seed_id)
{
    rp_bitmask_set(&seeds->used, seed_id, (uint64_t)seed_id + 1);
}

bool rp_seeds_is_used(const rp_seeds *seeds, uint32_t seed_id)
{
    return rp_bitmask_get(&seeds->used, seed_id);
}
