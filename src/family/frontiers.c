/* frontiers.c: see frontiers.h. */
#include "family/frontiers.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/sort.h"

enum {
    LAST_BP = 48,          /* of the consensus, whose k-mers are looked up */
    MAX_OCCURRENCES = 2000, /* of a k-mer; more say little */
    CLUSTER_BP = 12        /* frontiers this near are one */
};

void rp_frontiers_clear(rp_frontiers *frontiers)
{
    free(frontiers->items);
    free(frontiers->seen);
    free(frontiers->spare);
    *frontiers = (rp_frontiers){0};
}

/* Whether the word at this place of the consensus stands far earlier in it too. */
static bool stood_earlier(const rp_self_words *words, const rp_codes *consensus, size_t at)
{
    if (at < RP_WRAP_MIN_PERIOD_BP || at + RP_WORD_BASES > consensus->n)
        return false;
    uint32_t word = 0;
    for (size_t i = 0; i < RP_WORD_BASES; i++)
        word = word << 2 | consensus->items[at + i];
    return rp_self_words_seen(words, word, (uint32_t)(at - RP_WRAP_MIN_PERIOD_BP + 1));
}

/* Collects the frontiers that the k-mers of the last LAST_BP bases point to. */
static bool look_up(rp_frontiers *frontiers, const rp_view *view, const rp_kmer_index *index, const rp_codes *consensus,
                    const rp_self_words *words, rp_reads *reads, size_t *n_found)
{
    const unsigned k = rp_kmer_index_k(index);
    const size_t begin = consensus->n > LAST_BP ? consensus->n - LAST_BP : 0;
    const rp_kmer_places places = rp_kmer_index_places(index);
    rp_kmer_roll roll = {0};
    size_t n = 0;
    for (size_t i = begin; i < consensus->n; i++) {
        if (!rp_kmer_roll_push(&roll, consensus->items[i], k))
            continue;
        const size_t at = i + 1 - k;
        if (stood_earlier(words, consensus, at))
            continue;
        const rp_occurrences occurrences = rp_kmer_index_find(index, rp_kmer_canonical(&roll));
        if (occurrences.count == 0 || occurrences.count > MAX_OCCURRENCES)
            continue;
        if (!rp_reserve((void **)&frontiers->seen, &frontiers->seen_capacity, n + occurrences.count,
                        sizeof *frontiers->seen))
            return false;
        const uint64_t beyond = consensus->n - at;
        for (uint64_t m = 0; m < occurrences.count; m++) {
            const rp_place place = rp_kmer_place(&places, occurrences.first + m);
            if (!rp_view_is_range_free(view, place.position, k)) {
                if (reads != NULL && reads->covered_too &&
                    !rp_reads_note_rest(reads, place.position, place.position + k))
                    return false;
                continue;
            }
            const bool reverse = place.reverse != (roll.reverse < roll.forward);
            if (reverse && place.position + k < beyond)
                continue;
            frontiers->seen[n++] =
                rp_frontier_make(reverse ? place.position + k - beyond : place.position + beyond, reverse);
        }
    }
    *n_found = n;
    return rp_reserve((void **)&frontiers->spare, &frontiers->spare_capacity, n + 1, sizeof *frontiers->spare);
}

static int compare_support(const void *left, const void *right)
{
    const rp_supported_frontier *a = left, *b = right;
    if (a->support != b->support)
        return a->support > b->support ? -1 : 1;
    return (a->at > b->at) - (a->at < b->at);
}

/* Notes where the k-mers stand that point to the frontiers of sorted keys [first, last]: up to LAST_BP before them. */
static bool note_frontiers(rp_frontier first, rp_frontier last, rp_reads *reads)
{
    const uint64_t begin = rp_frontier_origin(first), end = rp_frontier_origin(last);
    if (rp_frontier_is_reverse(first))
        return rp_reads_note(reads, begin, end + LAST_BP);
    return rp_reads_note(reads, begin < LAST_BP ? 0 : begin - LAST_BP, end);
}

/* Groups the sorted frontiers that lie close together; the best supported group first. */
static bool cluster(rp_frontiers *frontiers, size_t n_seen, rp_reads *reads)
{
    const rp_frontier *keys = frontiers->seen;
    size_t n = 0;
    for (size_t i = 0, j; i < n_seen; i = j) {
        for (j = i + 1; j < n_seen && keys[j] - keys[j - 1] <= CLUSTER_BP; j++)
            ;
        if (!rp_reserve((void **)&frontiers->items, &frontiers->capacity, n + 1, sizeof *frontiers->items) ||
            !note_frontiers(keys[i], keys[j - 1], reads))
            return false;
        frontiers->items[n++] = (rp_supported_frontier){keys[i + (j - i) / 2], (uint32_t)(j - i)};
    }
    rp_sort(frontiers->items, n, sizeof *frontiers->items, compare_support);
    frontiers->n = n;
    return true;
}

bool rp_frontiers_find(rp_frontiers *frontiers, const rp_view *view, const rp_kmer_index *index,
                       const rp_codes *consensus, const rp_self_words *words, rp_reads *reads)
{
    size_t n_seen = 0;
    if (!look_up(frontiers, view, index, consensus, words, reads, &n_seen))
        return false;
    rp_sort_u64(frontiers->seen, frontiers->spare, n_seen, 0, 64);
    return cluster(frontiers, n_seen, reads);
}
