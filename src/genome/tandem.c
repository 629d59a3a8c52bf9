/* tandem.c: finds tandem repeats by 10-mers that recur nearby; see tandem.h.
 *
 * A word that recurs at a distance is linked to the one before it that recurred at nearly the
 * same distance. Only where such a chain is nearly as long as the distance do two units of a
 * repeat stand side by side; two copies of an interspersed repeat with a spacer make shorter ones.
 */
#include "genome/tandem.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/metrics.h"
#include "base/parallel.h"

enum {
    WORD_BASES = 10,
    WORDS = 1 << 2 * WORD_BASES,
    REACH_BP = 1500,
    WINDOW_BP = 64,
    WINDOW_RECURRENT = 26,         /* of a window's words; unmasked, one satellite took 18 s of C. elegans V */
    CHAIN_PERCENT = 50,            /* of the distance, that a chain must be long */
    DRIFT_BP = 3,
    DRIFT_SHARE = 100, /* of the distance from word to word: 3 bases and a hundredth */
    MIN_CHAIN_GAP_BP = 64,         /* or half of the distance: a chain goes on so far after its last word */
    MARGIN_BP = 2 * REACH_BP + WINDOW_BP,
    CHUNK_BP = 1 << 19
};

/* Words that recur at nearly one distance: where the first and the last of them end. */
typedef struct chain {
    uint32_t begin, last;
} chain;

typedef struct recurrence {
    uint32_t at, distance, chain;
} recurrence;

RP_ARRAY(chains, chain);
RP_ARRAY(recurrences, recurrence);

/* What one thread marks with. */
typedef struct tandem_worker {
    uint32_t *last_seen;           /* time of the last occurrence of each word */
    uint32_t clock;                /* what positions start from, so that old times are out of reach */
    uint32_t live[REACH_BP + 1];   /* by distance: 1 + the chain that was there last */
    chains chains;
    recurrences found;
    uint8_t *recurrent;            /* one byte a base of the chunk with its margins */
} tandem_worker;

typedef struct tandem_context {
    rp_bitmask *mask;
    const rp_genome *genome;
    const rp_chunk *chunks;
    tandem_worker *workers;
} tandem_context;

static bool make_worker(tandem_worker *worker)
{
    if (worker->recurrent != NULL)
        return true;
    if (worker->last_seen == NULL)
        worker->last_seen = rp_alloc(WORDS, sizeof *worker->last_seen);
    worker->recurrent = rp_alloc(CHUNK_BP + 2 * MARGIN_BP, 1);
    return worker->last_seen != NULL && worker->recurrent != NULL;
}

/* Links the recurrence to a live chain of nearly its distance, or begins one. */
static bool link_up(tandem_worker *worker, uint32_t at, uint32_t distance)
{
    const uint32_t drift = DRIFT_BP + distance / DRIFT_SHARE,
                   gap = distance / 2 > MIN_CHAIN_GAP_BP ? distance / 2 : MIN_CHAIN_GAP_BP;
    const uint32_t from = distance > drift ? distance - drift : 1,
                   to = distance + drift < REACH_BP ? distance + drift : REACH_BP;
    uint32_t best = 0; /* 1 + the chain */
    for (uint32_t d = from; d <= to; d++) {
        const uint32_t id = worker->live[d];
        if (id != 0 && at - worker->chains.items[id - 1].last <= gap &&
            (best == 0 || worker->chains.items[id - 1].last > worker->chains.items[best - 1].last))
            best = id;
    }
    if (best == 0) {
        if (!chains_push(&worker->chains, (chain){at, at}))
            return false;
        best = (uint32_t)worker->chains.n;
    }
    worker->chains.items[best - 1].last = at;
    worker->live[distance] = best;
    return recurrences_push(&worker->found, (recurrence){at, distance, best - 1});
}

static bool find_recurrences(tandem_worker *worker, const rp_genome *genome, uint64_t begin, size_t n)
{
    if (worker->clock > UINT32_MAX - (uint32_t)n - 2 * REACH_BP) {
        memset(worker->last_seen, 0, WORDS * sizeof *worker->last_seen);
        worker->clock = 0;
    }
    const uint32_t start = worker->clock + REACH_BP + 1;
    worker->clock = start + (uint32_t)n;
    worker->chains.n = worker->found.n = 0;
    memset(worker->live, 0, sizeof worker->live);
    uint32_t word = 0;
    unsigned filled = 0;
    for (size_t i = 0; i < n; i++) {
        if (rp_bitmask_get(&genome->not_acgt, begin + i)) {
            filled = 0;
            continue;
        }
        word = (word << 2 | rp_genome_base(genome, begin + i)) & (WORDS - 1);
        if (++filled < WORD_BASES)
            continue;
        const uint32_t now = start + (uint32_t)i, before = worker->last_seen[word];
        worker->last_seen[word] = now;
        if (now - before <= REACH_BP && !link_up(worker, (uint32_t)i, now - before))
            return false;
    }
    memset(worker->recurrent, 0, n);
    for (size_t i = 0; i < worker->found.n; i++) {
        const recurrence *here = &worker->found.items[i];
        const chain *of = &worker->chains.items[here->chain];
        if (100 * (of->last - of->begin + WORD_BASES) >= CHAIN_PERCENT * here->distance)
            worker->recurrent[here->at] = worker->recurrent[here->at - here->distance] = 1;
    }
    return true;
}

static bool mark_chunk(void *argument, size_t part, unsigned worker, rp_error *error)
{
    const tandem_context *context = argument;
    const rp_genome *genome = context->genome;
    const rp_chunk *here = &context->chunks[part];
    tandem_worker *own = &context->workers[worker];
    /* The margins make the answer for a base independent of where chunks begin. */
    const uint64_t begin = here->begin - here->contig_begin < MARGIN_BP ? here->contig_begin : here->begin - MARGIN_BP;
    const uint64_t end = here->contig_end - here->end < MARGIN_BP ? here->contig_end : here->end + MARGIN_BP;
    const size_t n = (size_t)(end - begin);
    if (!make_worker(own) || !find_recurrences(own, genome, begin, n))
        return rp_error_memory(error, "tandem repeat mask");
    /* A run of windows above the limit becomes one interval. */
    unsigned inside = 0;
    uint64_t run_begin = 0, run_end = 0;
    for (size_t i = 0; i < n; i++) {
        inside += own->recurrent[i];
        if (i >= WINDOW_BP)
            inside -= own->recurrent[i - WINDOW_BP];
        if (inside < WINDOW_RECURRENT)
            continue;
        uint64_t from = begin + (i + 1 < WINDOW_BP ? 0 : i + 1 - WINDOW_BP), to = begin + i + 1;
        from = from < here->begin ? here->begin : from;
        to = to > here->end ? here->end : to;
        if (from >= to)
            continue;
        if (from > run_end) {
            rp_bitmask_set(context->mask, run_begin, run_end);
            run_begin = from;
        }
        run_end = to;
    }
    rp_bitmask_set(context->mask, run_begin, run_end);
    rp_stage_done((int64_t)(here->end - here->begin));
    return true;
}

bool rp_tandem_mask(rp_bitmask *mask, const rp_genome *genome, unsigned n_threads, rp_error *error)
{
    return rp_tandem_mask_within(mask, genome, &(rp_interval){0, genome->length_bp}, n_threads, error);
}

/* Leaves those chunks in the list that overlap the stretch; returns how many. */
static size_t choose_chunks(rp_chunk *chunks, size_t n, const rp_interval *within)
{
    size_t n_left = 0;
    for (size_t i = 0; i < n; i++)
        if (chunks[i].begin < within->end && chunks[i].end > within->begin)
            chunks[n_left++] = chunks[i];
    return n_left;
}

bool rp_tandem_mask_within(rp_bitmask *mask, const rp_genome *genome, const rp_interval *within, unsigned n_threads,
                           rp_error *error)
{
    if (!rp_bitmask_init(mask, genome->length_bp))
        return rp_error_memory(error, "tandem repeat mask");
    size_t n_chunks = 0;
    rp_chunk *chunks = rp_genome_chunks(genome, CHUNK_BP, &n_chunks);
    tandem_context context = {.mask = mask, .genome = genome, .chunks = chunks};
    context.workers = rp_alloc(n_threads, sizeof *context.workers);
    bool ok = chunks != NULL && context.workers != NULL;
    if (ok)
        ok = rp_parallel(choose_chunks(chunks, n_chunks, within), n_threads, mark_chunk, &context, error);
    else
        (void)rp_error_memory(error, "tandem repeat mask");
    for (unsigned i = 0; context.workers != NULL && i < n_threads; i++) {
        free(context.workers[i].last_seen);
        free(context.workers[i].recurrent);
        free(context.workers[i].chains.items);
        free(context.workers[i].found.items);
    }
    free(context.workers);
    free(chunks);
    return ok;
}
