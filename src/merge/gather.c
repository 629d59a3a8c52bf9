/* gather.c: see gather.h. */
#include "merge/gather.h"

#include <stdlib.h>

#include "compare/pair_hits.h"
#include "genome/from_codes.h"

enum {
    BLOCK_BP = 2 << 20,        /* of entries that are looked at together */
    PAD_BP = 24, /* of the band (align/realign.h): a longer gap ends an alignment, and the chain goes on */
    LEAST_BP = 80, /* that are alike, of what has so many */
    WHOLE_PERCENT = 95, /* of an entry that lies whole in another */
    MIN_MISSING_BP = 50 /* what a bridge lacks */
};

static const double CHANCE = 1e-5; /* expected alignments of an entry */

typedef struct gathering {
    rp_entries *entries;
    const rp_gather_parameters *parameters;
    rp_holdings *holdings; /* NULL: nobody wants them */
    rp_entry_list standing;
    rp_genome ground; /* those that stand, as far as they are packed */
    size_t n_packed;
    rp_entry_list block, left; /* entries that are looked at; of them those that are like none that stands */
    const rp_codes **sequences; /* scratch */
    size_t n_sequences;
    rp_pair_hits hits;
    rp_likeness_scratch scratch;
} gathering;

/* Whether a query of so many bases is like the target. */
static bool is_like(const rp_likeness *like, size_t query_bp, const rp_gather_parameters *parameters)
{
    const double wanted = parameters->coverage * (double)query_bp;
    const double least = (double)query_bp < LEAST_BP ? wanted : LEAST_BP;
    return (double)like->covered >= wanted && (double)like->covered >= least &&
           rp_likeness_identity(like) >= parameters->identity;
}

/* Which sequences the list's entries have, in its order. */
static bool list_sequences(gathering *all, const rp_entry_list *list)
{
    if (!rp_reserve((void **)&all->sequences, &all->n_sequences, list->n, sizeof(const rp_codes *)))
        return false;
    for (size_t i = 0; i < list->n; i++)
        all->sequences[i] = rp_entry_sequence(&all->entries->items[list->items[i]]);
    return true;
}

/* Aligns the entries of a list with those of the ground, which are the same or not. */
static bool align(gathering *all, const rp_entry_list *list, const rp_genome *ground, bool same, rp_error *error)
{
    const rp_pair_parameters pairs = {all->parameters->n_threads, all->parameters->kernel, CHANCE, PAD_BP, same};
    all->hits.n = 0;
    return list_sequences(all, list) ? rp_pair_hits_find(all->sequences, list->n, ground, &pairs, &all->hits, error)
                                     : rp_error_memory(error, "merging");
}

static bool pack(gathering *all, const rp_entry_list *list, rp_genome *ground, rp_error *error)
{
    rp_genome_clear(ground);
    return list_sequences(all, list) ? rp_genome_from_codes(ground, all->sequences, list->n, error)
                                     : rp_error_memory(error, "merging");
}

/* Notes what a pair tells about its inner one, if anything. */
static bool note_holding(gathering *all, size_t inner, size_t outer, const rp_likeness *like, rp_missing missing)
{
    const size_t n = rp_entry_sequence(&all->entries->items[inner])->n;
    const bool close = rp_likeness_identity(like) >= all->parameters->identity;
    const bool whole = close && !like->rotated && 100 * like->covered >= WHOLE_PERCENT * (uint64_t)n;
    const bool bridges = missing.end - missing.begin >= MIN_MISSING_BP;
    if (all->holdings == NULL || (!whole && !bridges))
        return true;
    const rp_holding holding = {inner, outer, *like, missing, whole, bridges};
    return rp_holdings_push(all->holdings, holding);
}

/* Judges the hits [begin, end) of one entry with those of `grounds` that stand; it goes into the best of them that it
 * is like, a kept one before others. */
static bool judge(gathering *all, size_t which, size_t begin, size_t end, const rp_entry_list *grounds)
{
    rp_entry *entry = &all->entries->items[which];
    const uint32_t n = (uint32_t)rp_entry_sequence(entry)->n;
    const uint32_t max_gap = (uint32_t)((1 - all->parameters->coverage) * n);
    bool ok = true, is_kept = false;
    for (size_t i = begin, j; ok && i < end; i = j) {
        const rp_pair_hit *first = &all->hits.items[i];
        for (j = i + 1;
             j < end && all->hits.items[j].target == first->target && all->hits.items[j].reverse == first->reverse; j++)
            ;
        const size_t other = grounds->items[first->target];
        if (all->entries->items[other].into != other)
            continue;
        const rp_entry *target = &all->entries->items[other];
        rp_likeness like;
        rp_missing missing;
        ok = rp_liken(first, j - i, n, (uint32_t)rp_entry_sequence(target)->n, max_gap, &all->scratch, &like,
                      &missing) &&
             note_holding(all, which, other, &like, missing);
        if (!ok || !is_like(&like, n, all->parameters) || (is_kept && !target->kept) ||
            (is_kept == target->kept && like.matches <= entry->like.matches))
            continue;
        is_kept = target->kept;
        entry->into = other;
        entry->like = like;
    }
    return ok;
}

/* The hits of the query at i in the list, from `from` on: where they end. */
static size_t end_of_query(const gathering *all, size_t from, size_t query)
{
    while (from < all->hits.n && all->hits.items[from].query == query)
        from++;
    return from;
}

/* What of the block is like one that stands goes into it; what is left comes to all->left. */
static bool judge_by_standing(gathering *all, rp_error *error)
{
    all->left.n = 0;
    bool ok = true;
    if (all->standing.n > all->n_packed) {
        ok = pack(all, &all->standing, &all->ground, error);
        all->n_packed = all->standing.n;
    }
    all->hits.n = 0;
    ok = ok && (all->standing.n == 0 || align(all, &all->block, &all->ground, false, error));
    for (size_t q = 0, at = 0, end; ok && q < all->block.n; q++, at = end) {
        const size_t which = all->block.items[q];
        end = end_of_query(all, at, q);
        ok = judge(all, which, at, end, &all->standing) || rp_error_memory(error, "merging");
        if (ok && all->entries->items[which].into == SIZE_MAX)
            ok = rp_entry_list_push(&all->left, which) || rp_error_memory(error, "merging");
    }
    return ok;
}

/* What is left of the block is judged by what of it stands, in its order. */
static bool judge_among_themselves(gathering *all, rp_error *error)
{
    rp_genome ground = {0};
    bool ok =
        all->left.n == 0 || (pack(all, &all->left, &ground, error) && align(all, &all->left, &ground, true, error));
    for (size_t q = 0, at = 0, end; ok && q < all->left.n; q++, at = end) {
        const size_t which = all->left.items[q];
        end = end_of_query(all, at, q);
        ok = judge(all, which, at, end, &all->left);
        if (ok && all->entries->items[which].into == SIZE_MAX) {
            all->entries->items[which].into = which;
            ok = rp_entry_list_push(&all->standing, which);
        }
        if (!ok)
            (void)rp_error_memory(error, "merging");
    }
    rp_genome_clear(&ground);
    return ok;
}

/* Twins go where theirs went. */
static void send_twins(rp_entries *entries)
{
    for (size_t i = 0; i < entries->n; i++) {
        rp_entry *entry = &entries->items[i];
        if (entry->split || entry->twin == i)
            continue;
        const rp_entry *first = &entries->items[entry->twin];
        const uint32_t n = (uint32_t)rp_entry_sequence(first)->n;
        entry->into = first->into;
        entry->like =
            first->into != entry->twin
                ? first->like
                : (rp_likeness){.matches = n, .covered = n, .target_covered = n, .query_end = n, .target_end = n};
        if (entry->twin_reverse) {
            const uint32_t begin = entry->like.query_begin;
            entry->like.reverse = !entry->like.reverse;
            entry->like.query_begin = n - entry->like.query_end;
            entry->like.query_end = n - begin;
        }
    }
}

bool rp_gather(rp_entries *entries, const rp_entry_list *order, const rp_gather_parameters *parameters,
               rp_holdings *holdings, rp_error *error)
{
    gathering all = {.entries = entries, .parameters = parameters, .holdings = holdings};
    size_t at = 0;
    bool ok = true;
    for (size_t i = 0; i < order->n; i++) {
        entries->items[order->items[i]].into = SIZE_MAX;
        entries->items[order->items[i]].like = (rp_likeness){0};
    }
    for (; ok && at < order->n && entries->items[order->items[at]].kept; at++) {
        entries->items[order->items[at]].into = order->items[at];
        ok = rp_entry_list_push(&all.standing, order->items[at]) || rp_error_memory(error, "merging");
    }
    while (ok && at < order->n) {
        all.block.n = 0;
        for (uint64_t bases = 0; ok && at < order->n && bases < BLOCK_BP; at++) {
            bases += rp_entry_sequence(&entries->items[order->items[at]])->n;
            ok = rp_entry_list_push(&all.block, order->items[at]) || rp_error_memory(error, "merging");
        }
        ok = ok && judge_by_standing(&all, error) && judge_among_themselves(&all, error);
    }
    send_twins(entries);
    rp_genome_clear(&all.ground);
    rp_likeness_scratch_clear(&all.scratch);
    free(all.standing.items);
    free(all.block.items);
    free(all.left.items);
    free(all.sequences);
    free(all.hits.items);
    return ok;
}
