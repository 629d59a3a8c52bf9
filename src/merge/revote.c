/* revote.c: see revote.h. */
#include "merge/revote.h"

#include <stdlib.h>
#include <string.h>

#include "base/metrics.h"
#include "copies/polish.h"
#include "family/grow.h"
#include "family/library.h"
#include "genome/tandem.h"

enum { ROUNDS = 3 };           /* as find polishes */

/* The sequences as families. What polishing cuts off has the seed of what it was cut off from: its number. */
static bool take_sequences(const rp_codes *const *sequences, size_t n, size_t *source, rp_library *voted)
{
    for (size_t f = 0; f < n; f++) {
        const rp_family family = {.consensus = *sequences[f], .seed = {.kmer = f}};
        source[f] = f;
        if (!rp_library_add(voted, &family))
            return false;
    }
    return true;
}

/* Tandem repeats, and sequences of which nothing is left, are as they came. */
static bool restore(const rp_codes *const *sequences, size_t n, rp_library *voted)
{
    bool ok = true;
    for (size_t f = 0; ok && f < n; f++) {
        rp_family *family = &voted->items[f];
        if (family->tandem || family->consensus.n == 0)
            ok = rp_codes_copy(&family->consensus, sequences[f]->items, sequences[f]->n);
    }
    return ok;
}

/* The sequences polished; what is cut off goes behind them. */
static bool polish(const rp_codes *const *sequences, size_t n, const rp_merge_parameters *parameters, rp_library *voted,
                   rp_error *error)
{
    const rp_genome *genome = parameters->genome;
    rp_bitmask tandem = {0};
    size_t *source = rp_alloc(n, sizeof *source);
    rp_stage_begin(RP_STAGE_TANDEM, genome->length_bp);
    bool ok = (source != NULL && take_sequences(sequences, n, source, voted)) || rp_error_memory(error, "voting");
    ok = ok && rp_tandem_mask(&tandem, genome, parameters->n_threads, error);
    const rp_kmer_index_parameters build = {.k = rp_kmer_index_default_k(genome->acgt_bp),
                                            .min_frequency = 2,
                                            .n_threads = parameters->n_threads,
                                            .memory_bytes = rp_kmer_index_default_memory(genome->length_bp, false)};
    rp_stage_begin(RP_STAGE_INDEX, 0);
    rp_kmer_index *index = ok ? rp_kmer_index_create(genome, &tandem, &build, error) : NULL;
    const rp_view view = {.genome = genome, .excluded = &tandem};
    const rp_annotate_parameters annotate = {.n_threads = parameters->n_threads,
                                             .kernel = parameters->kernel,
                                             .min_copies = RP_FAMILY_MIN_COPIES,
                                             .expected_by_chance = RP_CHANCE_FOUND,
                                             .manner = RP_ANNOTATE_FAST};
    const rp_polish_parameters how = {.n_threads = parameters->n_threads,
                                      .kernel = parameters->kernel,
                                      .n_rounds = ROUNDS,
                                      .max_extension_bp = RP_GROW_MAX_BP};
    rp_stage_begin(RP_STAGE_POLISH, 0);
    ok = index != NULL && rp_polish(&view, index, source, n, &annotate, &how, voted, error);
    if (ok && !restore(sequences, n, voted))
        ok = rp_error_memory(error, "voting");
    rp_kmer_index_destroy(index);
    rp_bitmask_clear(&tandem);
    free(source);
    return ok;
}

/* --- What becomes of the families --- */

/* Adds a family for what the vote has cut off, and a member for what it was cut off from. */
static bool add_cut_off(rp_merged *out, const rp_family *voted)
{
    size_t capacity = out->n_families, member_capacity = out->n_members;
    if (!rp_reserve((void **)&out->families, &capacity, out->n_families + 1, sizeof *out->families) ||
        !rp_reserve((void **)&out->members, &member_capacity, out->n_members + 1, sizeof *out->members))
        return false;
    const rp_merged_family *origin = &out->families[voted->seed.kmer];
    rp_merged_family *family = &out->families[out->n_families];
    *family = (rp_merged_family){.from = origin->from, .was_voted = true};
    out->members[out->n_members++] =
        (rp_merged_member){.entry = origin->from,
                           .family = out->n_families++,
                           .why = RP_MEMBER_CUT,
                           .stands = true,
                           .identity = 1,
                           .coverage = (double)voted->consensus.n / (double)rp_entry_sequence(origin->from)->n};
    return rp_codes_copy(&family->consensus, voted->consensus.items, voted->consensus.n);
}

static bool take_votes(rp_merged *out, size_t n, const rp_library *voted)
{
    bool ok = true;
    for (size_t f = 0; ok && f < n; f++) {
        rp_merged_family *family = &out->families[f];
        const rp_codes *consensus = &voted->items[f].consensus;
        if (family->kept || (consensus->n == family->consensus.n &&
                             memcmp(consensus->items, family->consensus.items, consensus->n) == 0))
            continue;
        family->was_voted = true;
        ok = rp_codes_copy(&family->consensus, consensus->items, consensus->n);
    }
    for (size_t f = n; ok && f < voted->n; f++)
        ok = voted->items[f].tandem || voted->items[f].consensus.n < RP_FAMILY_MIN_BP ||
             out->families[voted->items[f].seed.kmer].kept || add_cut_off(out, &voted->items[f]);
    return ok;
}

/* Families that have become alike are one. */
static bool join_voted(rp_merged *out, const rp_gather_parameters *gather, rp_error *error)
{
    rp_entry_list order = {0};
    rp_family_file file = {0};
    rp_entries entries = {0};
    const rp_merge_library library = {.label = "", .families = &file};
    size_t *to = rp_alloc(out->n_families, sizeof *to);
    file.items = rp_alloc(out->n_families, sizeof *file.items);
    bool ok = to != NULL && file.items != NULL;
    for (size_t f = 0; ok && f < out->n_families; f++)
        file.items[file.n++] = (rp_named_family){.name = (char *)"",
                                                 .class_name = (char *)"",
                                                 .description = (char *)"",
                                                 .consensus = out->families[f].consensus};
    ok = ok && rp_entries_add(&entries, &library, 0);
    for (size_t f = 0; ok && f < out->n_families; f++) {
        entries.items[f].kept = out->families[f].kept;
        entries.items[f].bases = out->families[f].from->bases;
    }
    ok = ok && rp_entries_find_twins(&entries, &library) && rp_entries_order(&entries, &library, NULL, &order);
    if (!ok)
        (void)rp_error_memory(error, "merging");
    ok = ok && rp_gather(&entries, &order, gather, NULL, error);
    size_t n = 0;
    for (size_t f = 0; ok && f < out->n_families; f++) {
        if (entries.items[f].into != f) {
            free(out->families[f].consensus.items);
            continue;
        }
        to[f] = n;
        out->families[n++] = out->families[f];
    }
    for (size_t m = 0; ok && m < out->n_members; m++) {
        rp_merged_member *member = &out->members[m];
        const rp_entry *entry = &entries.items[member->family];
        if (entry->into != member->family) {
            member->why = member->why == RP_MEMBER_CUT ? RP_MEMBER_CUT : RP_MEMBER_VOTED;
            member->stands = false;
            member->reverse ^= entry->like.reverse;
        }
        member->family = to[entry->into];
    }
    if (ok)
        out->n_families = n;
    rp_entries_clear(&entries);
    free(order.items);
    free(file.items);
    free(to);
    return ok;
}

bool rp_merged_vote_anew(rp_merged *out, const rp_merge_parameters *parameters, const rp_gather_parameters *gather,
                         rp_error *error)
{
    const size_t n = out->n_families;
    const rp_codes **sequences = rp_alloc(n, sizeof *sequences);
    rp_library voted = {0};
    bool ok = sequences != NULL || rp_error_memory(error, "voting");
    for (size_t f = 0; ok && f < n; f++)
        sequences[f] = &out->families[f].consensus;
    ok = ok && polish(sequences, n, parameters, &voted, error);
    if (ok && !take_votes(out, n, &voted))
        ok = rp_error_memory(error, "voting");
    rp_library_clear(&voted);
    free(sequences);
    return ok && join_voted(out, gather, error);
}
