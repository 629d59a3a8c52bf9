/* committer.c: results become families, in the order of their serials; see discovery.h. */
#include "discover/discovery.h"

#include <assert.h>

#include "base/metrics.h"
#include "base/trace.h"
#include "produce/prescreen.h"

enum {
    KEEP_EVERY = 256, /* commits between two looks at the clock */
    CALLS = 2         /* workers that are woken to look through what a family may have made stale */
};

static bool noted_changed(const rp_discovery *run, const rp_seed_result *made)
{
    for (uint32_t i = 0; i < made->frequency; i++) {
        const uint64_t begin = (uint64_t)(made->noted[i] / 2) * RP_READS_BLOCK_BP;
        const uint64_t end = begin + 1 + (made->noted[i] % 2 != 0 ? RP_READS_BLOCK_BP : 0);
        if (rp_cover_changed_since(run->cover, (rp_interval){begin, end}, made->version))
            return true;
    }
    return false;
}

/* Whether a place of the seed, with the flanks that the prescreen looks at, has changed. */
static bool places_changed(const rp_discovery *run, const rp_seed_result *made)
{
    if (made->frequency <= RP_DISCOVERY_NOTED)
        return noted_changed(run, made);
    const unsigned k = rp_kmer_index_k(run->index);
    const rp_occurrences occurrences = rp_kmer_index_get(run->index, made->seed_id);
    for (uint32_t i = 0; i < occurrences.count; i++) {
        const uint64_t position = rp_kmer_index_position(run->index, occurrences.first + i);
        if (rp_cover_changed_since(run->cover, rp_prescreen_stretch(run->view, position, k), made->version))
            return true;
    }
    return false;
}

bool rp_discovery_is_stale(const rp_discovery *run, const rp_seed_result *made)
{
    if (made->version == rp_cover_version(run->cover) || made->outcome == RP_OUTCOME_GONE ||
        made->outcome == RP_OUTCOME_WAITS)
        return false; /* counts only fall: who is gone stays so, and who waits does, or will be gone in its tier */
    if (made->outcome == RP_OUTCOME_GROWN && rp_cover_has_changed(run->cover, &made->growth->reads, made->version))
        return true;
    return places_changed(run, made);
}

bool rp_discovery_make_again(rp_discovery *run, unsigned worker, uint64_t serial, rp_seed_result *made)
{
    rp_growth *again = made->growth;
    bool ok = true;
    run->workers[worker].n_redone++;
    rp_count(RP_COUNT_REDONE, 1);
    do {
        ok = rp_discovery_screen(run, worker, made->seed_id, made->floor, made);
        const bool grows = ok && made->outcome == RP_OUTCOME_GROWN;
        if (grows && again == NULL)
            again = rp_growth_pool_take(&run->growths);
        made->growth = again;
        if (grows)
            ok = again != NULL && rp_discovery_grow(run, worker, serial, made);
    } while (ok && made->outcome == RP_OUTCOME_GROWN && again->family.is_void);
    return ok;
}

bool rp_discovery_cover(rp_discovery *run, const rp_family *family)
{
    return rp_family_cover(family, run->cover, &run->intervals);
}

static bool commit_growth(rp_discovery *run, rp_growth *grown)
{
    for (size_t i = 0; i < grown->among.n; i++)
        rp_seeds_use_one(run->seeds, grown->among.items[i]);
    if (!rp_family_holds(&grown->family)) {
        run->figures->n_failed++;
        return true;
    }
    run->figures->n_tandem += grown->family.tandem;
    rp_count(RP_COUNT_FAMILIES, 1);
    if (!rp_library_add(run->library, &grown->family) || !rp_discovery_cover(run, &grown->family))
        return false;
    rp_ring_wake(run->ring, CALLS); /* those who wait may look at what stands no more; */
    return true;
}

/* Looks the places of a seed that has its turn up once more, for its pairs: they are those that the result was
 * made on. */
static bool write_pairs(rp_discovery *run, unsigned worker, const rp_seed_result *made, rp_error *error)
{
    const rp_discover_parameters *parameters = run->parameters;
    rp_batch *batch = &run->workers[worker].batch;
    if (parameters->pairs == NULL)
        return true;
    if (rp_seeds_fill(run->seeds, run->view, made->seed_id, made->floor, run->workers[worker].list, batch) ==
        RP_SEED_NO_MEMORY)
        return rp_error_memory(error, "candidate pairs");
    assert(batch->head.frequency == made->frequency);
    const uint64_t rank =
        run->figures->n_rejected + run->figures->n_failed + run->library->n - parameters->n_covered + 1;
    const rp_pairs_seed seed = {parameters->pass, rp_kmer_index_k(run->index), rank, made->outcome == RP_OUTCOME_GROWN,
                                batch};
    return rp_pairs_add(parameters->pairs, run->view->genome, &seed, error);
}

static void count_pairs(rp_discovery *run, const rp_seed_result *made)
{
    const uint64_t n = made->frequency < RP_BATCH_PLACES ? made->frequency : RP_BATCH_PLACES;
    run->n_pairs += n * (n - 1) / 2;
    if (run->parameters->max_candidates > 0 && run->n_pairs >= run->parameters->max_candidates)
        atomic_store_explicit(&run->enough, true, memory_order_relaxed);
}

void rp_discovery_keep(const rp_discovery *run)
{
    const rp_keep_hook *hook = &run->parameters->hook;
    rp_discover_state *state = run->parameters->state;
    const rp_discover_state began_with = *state;
    const rp_bitmask *used = rp_seeds_used(run->seeds);
    *state = (rp_discover_state){.under_way = true,
                                 .tier = rp_seeds_tier(run->seeds),
                                 .n_families_at_tier = run->n_families_at_tier,
                                 .n_seed_words = (used->n_bits + 63) / 64,
                                 .used_seeds = (const uint64_t *)used->words,
                                 .n_pairs = run->n_pairs,
                                 .n_rejected = run->figures->n_rejected,
                                 .n_failed = run->figures->n_failed,
                                 .n_tandem = run->figures->n_tandem};
    hook->keep(hook->context);
    *state = began_with;
}

/* Takes over one result, made again if it no longer stands; *begun: what is committed is being changed. False: out of
 * memory, the run is to end, or the error is filled in. */
static bool settle(rp_discovery *run, unsigned worker, uint64_t serial, rp_seed_result *made, bool *begun,
                   rp_error *error)
{
    if (rp_discovery_is_stale(run, made) && !rp_discovery_make_again(run, worker, serial, made))
        return false;
    assert(made->outcome != RP_OUTCOME_BEHIND); /* all that are earlier have given their claims back */
    *begun = true;
    if (made->outcome == RP_OUTCOME_REJECTED || made->outcome == RP_OUTCOME_GROWN) {
        if (!write_pairs(run, worker, made, error))
            return false;
        count_pairs(run, made);
        rp_seeds_use_one(run->seeds, made->seed_id); /* it has had its turn */
    }
    switch (made->outcome) {
    case RP_OUTCOME_GONE: run->figures->n_gone++; return true;
    case RP_OUTCOME_WAITS:
        run->figures->n_deferred++;
        rp_stage_done(-1);
        return rp_seeds_defer(run->seeds, made->seed_id, made->frequency);
    case RP_OUTCOME_REJECTED: run->figures->n_rejected++; return true;
    default: return commit_growth(run, made->growth);
    }
}

void rp_discovery_release(rp_discovery *run, rp_seed_result *made)
{
    rp_growth *growth = made->growth;
    if (growth == NULL)
        return;
    rp_discovery_give_back(run, growth);
    rp_growth_pool_return(&run->growths, growth);
    made->growth = NULL;
}

bool rp_discovery_commit(void *context, uint64_t serial, void *posted, unsigned worker, rp_error *error)
{
    rp_discovery *run = context;
    rp_seed_result *made = posted;
    bool ok = true, begun = false;
    const uint64_t began = rp_trace_begin();
    if (atomic_load_explicit(&run->enough, memory_order_relaxed)) {
        /* what was sent meanwhile does not count */
    } else if (rp_seeds_is_used(run->seeds, made->seed_id)) {
        run->figures->n_gone++;
    } else {
        ok = settle(run, worker, serial, made, &begun, error);
    }
    if (made->outcome == RP_OUTCOME_GROWN)
        rp_trace("commit", made->seed_id, serial, began);
    rp_discovery_release(run, made);
    run->commit_failed |= !ok && begun; /* one that was only cut short while it was made again may be kept as it was */
    const rp_keep_hook *hook = &run->parameters->hook;
    if (ok && hook->keep != NULL && serial % KEEP_EVERY == 0 && hook->is_due(hook->context))
        rp_discovery_keep(run);
    return ok || rp_error_memory(error, "growing a family");
}
