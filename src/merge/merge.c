/* merge.c: the flow; see merge.h. */
#include "merge/merge.h"

#include <stdlib.h>
#include <string.h>

#include "base/sort.h"
#include "merge/gather.h"
#include "merge/naming.h"
#include "merge/revote.h"
#include "merge/split.h"

enum { SPLIT_ROUNDS = 8 };     /* what is split may be two again: entries of more than a few elements are rare */

const char *const rp_member_why_names[] = {"stands", "kept", "alike", "inside", "rotated", "voted", "cut"};

typedef struct merging {
    const rp_merge_parameters *parameters;
    rp_gather_parameters gather;
    rp_entry_list order;
    rp_merged *out;
} merging;

/* --- What goes together --- */

/* Splits and gathers until nothing is split any more. */
static bool split_all(merging *all, rp_error *error)
{
    rp_merged *out = all->out;
    rp_holdings holdings = {0};
    bool ok = true, any = true;
    for (int round = 0; ok && any && round < SPLIT_ROUNDS; round++) {
        size_t n_split = 0;
        holdings.n = 0;
        ok = (rp_entries_find_twins(&out->entries, out->libraries) &&
              rp_entries_order(&out->entries, out->libraries, NULL, &all->order)) ||
             rp_error_memory(error, "merging");
        ok = ok && rp_gather(&out->entries, &all->order, &all->gather, &holdings, error);
        if (ok && round + 1 < SPLIT_ROUNDS && !rp_split(&out->entries, &holdings, &all->gather, &n_split))
            ok = rp_error_memory(error, "merging");
        out->n_split += n_split;
        any = n_split > 0;
    }
    free(holdings.items);
    return ok;
}

/* Whether the entry holds most of the one that it went into, which holds it. */
static bool is_alike(const merging *all, const rp_entry *entry)
{
    const size_t n = rp_entry_sequence(&all->out->entries.items[entry->into])->n;
    return !entry->like.rotated && (double)entry->like.target_covered >= all->parameters->coverage * (double)n;
}

/* Of those that are alike the best stands, and all are gathered around these. */
static bool choose_standing(merging *all, rp_error *error)
{
    rp_merged *out = all->out;
    rp_entries *entries = &out->entries;
    size_t *best = rp_alloc(entries->n, sizeof *best);
    uint8_t *first = rp_alloc(entries->n, 1);
    bool ok = best != NULL && first != NULL, changes = false;
    for (size_t i = 0; ok && i < entries->n; i++)
        best[i] = i;
    for (size_t i = 0; ok && i < entries->n; i++) {
        const rp_entry *entry = &entries->items[i];
        if (entry->split || entry->twin != i || entries->items[entry->into].kept || !is_alike(all, entry))
            continue;
        if (rp_entry_is_better(entries, out->libraries, i, best[entry->into]))
            best[entry->into] = i;
    }
    for (size_t i = 0; ok && i < entries->n; i++)
        if (!entries->items[i].split && entries->items[i].into == i) {
            first[best[i]] = 1;
            changes |= best[i] != i;
        }
    ok = ok && rp_entries_order(entries, out->libraries, first, &all->order);
    if (!ok)
        (void)rp_error_memory(error, "merging");
    ok = ok && (!changes || rp_gather(entries, &all->order, &all->gather, NULL, error));
    free(best);
    free(first);
    return ok;
}

/* --- Families and members --- */

static rp_member_why why_of(const merging *all, size_t number)
{
    const rp_entry *entry = &all->out->entries.items[number];
    if (entry->kept)
        return RP_MEMBER_KEPT;
    if (entry->into == number)
        return RP_MEMBER_STANDS;
    if (entry->like.rotated)
        return RP_MEMBER_ROTATED;
    return is_alike(all, entry) ? RP_MEMBER_ALIKE : RP_MEMBER_INSIDE;
}

/* Makes a family of each entry that stands, and a member of each that is not split. */
static bool list_families(merging *all)
{
    rp_merged *out = all->out;
    const rp_entries *entries = &out->entries;
    size_t *family = rp_alloc(entries->n, sizeof *family);
    out->families = rp_alloc(entries->n, sizeof *out->families);
    out->members = rp_alloc(entries->n, sizeof *out->members);
    bool ok = family != NULL && out->families != NULL && out->members != NULL;
    for (size_t i = 0; ok && i < entries->n; i++) {
        const rp_entry *entry = &entries->items[i];
        if (entry->split || entry->into != i)
            continue;
        const rp_codes *sequence = rp_entry_sequence(entry);
        family[i] = out->n_families;
        out->families[out->n_families] = (rp_merged_family){.from = entry, .kept = entry->kept};
        ok = rp_codes_copy(&out->families[out->n_families++].consensus, sequence->items, sequence->n);
    }
    for (size_t i = 0; ok && i < entries->n; i++) {
        const rp_entry *entry = &entries->items[i];
        if (entry->split)
            continue;
        const bool stands = entry->into == i;
        rp_merged_member member = {
            .entry = entry, .family = family[entry->into], .why = why_of(all, i), .stands = stands};
        member.identity = stands ? 1 : rp_likeness_identity(&entry->like);
        member.coverage = stands ? 1 : (double)entry->like.covered / (double)rp_entry_sequence(entry)->n;
        member.reverse = entry->like.reverse;
        out->members[out->n_members++] = member;
    }
    free(family);
    return ok;
}

/* --- The outcome --- */

typedef struct family_rank {
    const rp_merged_family *family;
    size_t number;
} family_rank;

static int compare_families(const void *left, const void *right)
{
    const family_rank *x = left, *y = right;
    const rp_merged_family *a = x->family, *b = y->family;
    if (a->kept != b->kept)
        return a->kept ? -1 : 1;
    if (a->kept)
        return (x->number > y->number) - (x->number < y->number);
    if (a->bases != b->bases)
        return a->bases > b->bases ? -1 : 1;
    if (a->consensus.n != b->consensus.n)
        return a->consensus.n > b->consensus.n ? -1 : 1;
    return memcmp(a->consensus.items, b->consensus.items, a->consensus.n);
}

/* The one that stands first, the others in the order of the entries. */
static int compare_members(const void *left, const void *right)
{
    const rp_merged_member *a = left, *b = right;
    if (a->family != b->family)
        return a->family < b->family ? -1 : 1;
    if (a->stands != b->stands)
        return a->stands ? -1 : 1;
    return (a->entry > b->entry) - (a->entry < b->entry);
}

/* Sums up what the members [begin, end) bring to their family. */
static bool add_members(rp_merged *out, size_t begin, size_t end)
{
    rp_merged_family *family = &out->families[out->members[begin].family];
    uint8_t *seen = rp_alloc(out->n_libraries, 1);
    for (size_t m = begin; seen != NULL && m < end; m++) {
        const rp_entry *entry = out->members[m].entry;
        family->n_members++;
        family->n_libraries += seen[entry->library] == 0;
        seen[entry->library] = 1;
        if (entry->is_piece || out->members[m].why == RP_MEMBER_CUT)
            continue;
        family->has_copies |= entry->has_copies;
        family->copies += entry->copies;
        family->bases += entry->bases;
    }
    free(seen);
    return seen != NULL;
}

/* Calls the function for the members of each family: they lie together. */
static bool for_each_family(rp_merged *out, bool (*function)(rp_merged *out, size_t begin, size_t end))
{
    bool ok = true;
    rp_sort(out->members, out->n_members, sizeof *out->members, compare_members);
    for (size_t i = 0, j; ok && i < out->n_members; i = j) {
        for (j = i + 1; j < out->n_members && out->members[j].family == out->members[i].family; j++)
            ;
        ok = function(out, i, j);
    }
    return ok;
}

static bool vote_class(rp_merged *out, size_t begin, size_t end)
{
    return rp_merged_vote_class(&out->members[begin], end - begin, &out->families[out->members[begin].family]);
}

/* Brings the families into their order. */
static bool sort_families(rp_merged *out)
{
    const size_t n = out->n_families;
    family_rank *ranks = rp_alloc(n, sizeof *ranks);
    rp_merged_family *sorted = rp_alloc(n, sizeof *sorted);
    size_t *rank_of = rp_alloc(n, sizeof *rank_of);
    const bool ok = ranks != NULL && sorted != NULL && rank_of != NULL;
    for (size_t f = 0; ok && f < n; f++)
        ranks[f] = (family_rank){&out->families[f], f};
    if (ok)
        rp_sort(ranks, n, sizeof *ranks, compare_families);
    for (size_t f = 0; ok && f < n; f++) {
        rank_of[ranks[f].number] = f;
        sorted[f] = *ranks[f].family;
    }
    for (size_t m = 0; ok && m < out->n_members; m++)
        out->members[m].family = rank_of[out->members[m].family];
    free(ranks);
    free(rank_of);
    if (ok) {
        free(out->families);
        out->families = sorted;
    } else {
        free(sorted);
    }
    return ok;
}

static bool finish(rp_merged *out)
{
    return for_each_family(out, add_members) && sort_families(out) && for_each_family(out, vote_class);
}

static int compare_labels(const void *left, const void *right)
{
    return strcmp(((const rp_merge_library *)left)->label, ((const rp_merge_library *)right)->label);
}

bool rp_merge(const rp_merge_library *libraries, size_t n_libraries, const rp_merge_parameters *parameters,
              rp_merged *merged, rp_error *error)
{
    *merged = (rp_merged){.n_libraries = n_libraries};
    merging all = {.parameters = parameters,
                   .gather = {parameters->n_threads, parameters->kernel, parameters->identity, parameters->coverage},
                   .out = merged};
    merged->libraries = rp_alloc(n_libraries, sizeof *merged->libraries);
    bool ok = merged->libraries != NULL;
    if (ok)
        memcpy(merged->libraries, libraries, n_libraries * sizeof *libraries);
    if (ok)
        rp_sort(merged->libraries, n_libraries, sizeof *libraries, compare_labels);
    for (size_t i = 0; ok && i < n_libraries; i++)
        ok = rp_entries_add(&merged->entries, &merged->libraries[i], (uint32_t)i);
    if (!ok)
        (void)rp_error_memory(error, "merging");
    ok = ok && split_all(&all, error) && choose_standing(&all, error);
    if (ok && !list_families(&all))
        ok = rp_error_memory(error, "merging");
    ok = ok && (parameters->genome == NULL || rp_merged_vote_anew(merged, parameters, &all.gather, error));
    if (ok && !finish(merged))
        ok = rp_error_memory(error, "merging");
    ok = ok && rp_merged_name(merged, parameters->name_prefix, error);
    free(all.order.items);
    return ok;
}

void rp_merged_clear(rp_merged *merged)
{
    for (size_t f = 0; f < merged->n_families; f++) {
        free(merged->families[f].name);
        free(merged->families[f].class_name);
        free(merged->families[f].consensus.items);
    }
    free(merged->families);
    free(merged->members);
    free(merged->libraries);
    rp_entries_clear(&merged->entries);
    *merged = (rp_merged){.n_families = 0};
}
