/* decoy.c: the genome backwards, and thresholds by it; see decoy.h. */
#include "copies/decoy.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/block.h"
#include "base/memory.h"
#include "base/parallel.h"
#include "base/sort.h"

enum {
    BLOCK_BP = 1 << 16,
    BLOCKS_AT_ONCE = 8,      /* that a thread turns round */
    FALSE_IN = 500,          /* at most one called base in so many may be false */
    CHANCE_IN = 10,          /* a family of which one base in so many is false at the threshold of all is chance, */
    CHANCE_MIN_HITS = 2,     /* when that are so many alignments in the decoy, */
    SURE_FACTOR = 2 /* unless most of it scores so many times what the best false one does: chance of e^-S, squared */
};

/* --- The sequence --- */

/* 32 bases backwards. */
static uint64_t turned(uint64_t x)
{
    x = (x >> 2 & UINT64_C(0x3333333333333333)) | (x & UINT64_C(0x3333333333333333)) << 2;
    x = (x >> 4 & UINT64_C(0x0f0f0f0f0f0f0f0f)) | (x & UINT64_C(0x0f0f0f0f0f0f0f0f)) << 4;
    return __builtin_bswap64(x);
}

/* Writes n <= 32 bases, the lowest bits of `bases`, from base `at` on. A word may have bases of two blocks, which two
 * threads write; nobody reads before all are done. */
static void write_bases(rp_genome *to, uint64_t at, uint64_t bases, unsigned n)
{
    _Atomic uint64_t *packed = (_Atomic uint64_t *)to->packed;
    const unsigned shift = (at & 31) * 2;
    if (n < 32)
        bases &= ((uint64_t)1 << 2 * n) - 1;
    (void)atomic_fetch_or_explicit(&packed[at >> 5], bases << shift, memory_order_relaxed);
    if ((at & 31) + n > 32)
        (void)atomic_fetch_or_explicit(&packed[(at >> 5) + 1], bases >> (64 - shift), memory_order_relaxed);
}

/* Writes block [begin, end) backwards from base `at` of the decoy on. */
static void reverse_block(const rp_genome *from, uint64_t begin, uint64_t end, rp_genome *to, uint64_t at)
{
    while (begin < end) {
        const unsigned n = end - begin < 32 ? (unsigned)(end - begin) : 32;
        write_bases(to, at, turned(rp_genome_window(from, end - n)) >> (64 - 2 * n), n);
        end -= n;
        at += n;
    }
}

/* The same for the bits of a mask. */
static void reverse_bits(const rp_bitmask *from, uint64_t begin, uint64_t end, rp_bitmask *to, uint64_t at)
{
    for (uint64_t i = rp_bitmask_next(from, begin, end, true); i < end;) {
        const uint64_t stop = rp_bitmask_next(from, i, end, false);
        rp_bitmask_set(to, at + (end - stop), at + (end - i));
        i = rp_bitmask_next(from, stop, end, true);
    }
}

/* The contigs of the decoy, from the blocks that it takes. False: out of memory. */
static bool list_contigs(rp_decoy *decoy, const rp_chunk *chunks, size_t n_chunks)
{
    decoy->genome.contigs = rp_alloc(n_chunks / decoy->one_in + 1, sizeof *decoy->genome.contigs);
    if (decoy->genome.contigs == NULL)
        return false;
    for (size_t i = 0; i < n_chunks; i += decoy->one_in) {
        const uint64_t n = chunks[i].end - chunks[i].begin;
        decoy->genome.contigs[decoy->genome.n_contigs++] =
            (rp_contig){.begin = decoy->genome.length_bp, .length_bp = n};
        decoy->genome.length_bp += n;
    }
    return true;
}

static bool is_of_share(const rp_genome *genome, size_t contig, const rp_share *share)
{
    const uint64_t at = genome->contigs[contig].begin;
    return at >= rp_share_begin(share, genome->length_bp) && at < rp_share_end(share, genome->length_bp);
}

/* The blocks of a share, some at a time. */
typedef struct filling {
    rp_decoy *decoy;
    const rp_view *view;
    const rp_chunk *chunks;
    const rp_share *share;
} filling;

static bool fill_blocks(void *argument, size_t piece, unsigned worker, rp_error *error)
{
    (void)worker;
    (void)error;
    const filling *all = argument;
    const rp_view *view = all->view;
    rp_genome *genome = &all->decoy->genome;
    const size_t end =
        (piece + 1) * BLOCKS_AT_ONCE < genome->n_contigs ? (piece + 1) * BLOCKS_AT_ONCE : genome->n_contigs;
    for (size_t i = piece * BLOCKS_AT_ONCE; i < end; i++) {
        if (!is_of_share(genome, i, all->share))
            continue;
        const rp_chunk *block = &all->chunks[i * all->decoy->one_in];
        const uint64_t at = genome->contigs[i].begin;
        reverse_block(view->genome, block->begin, block->end, genome, at);
        reverse_bits(&view->genome->not_acgt, block->begin, block->end, &genome->not_acgt, at);
        if (view->excluded != NULL)
            reverse_bits(view->excluded, block->begin, block->end, &all->decoy->excluded, at);
    }
    return true;
}

static bool fill(const filling *all, unsigned n_threads, rp_error *error)
{
    rp_decoy *decoy = all->decoy;
    rp_genome *genome = &decoy->genome;
    const size_t bytes = (size_t)(genome->length_bp / 32 + 4) * sizeof *genome->packed;
    if (!rp_block_resize(&genome->packed_block, bytes, "decoy", error))
        return false;
    genome->packed = genome->packed_block.data;
    if (!rp_bitmask_init(&genome->not_acgt, genome->length_bp) || !rp_bitmask_init(&decoy->excluded, genome->length_bp))
        return rp_error_memory(error, "decoy");
    if (!rp_parallel((genome->n_contigs + BLOCKS_AT_ONCE - 1) / BLOCKS_AT_ONCE, n_threads, fill_blocks, (void *)all,
                     error))
        return false;
    genome->acgt_bp = genome->length_bp - rp_bitmask_count(&genome->not_acgt, 0, genome->length_bp);
    return true;
}

bool rp_decoy_make(rp_decoy *decoy, const rp_view *view, uint32_t one_in, const rp_share *share, unsigned n_threads,
                   rp_error *error)
{
    size_t n_chunks = 0;
    rp_chunk *chunks = rp_genome_chunks(view->genome, BLOCK_BP, &n_chunks);
    decoy->one_in = one_in;
    decoy->genome.packed_block.stays = true;
    bool ok = (chunks != NULL && list_contigs(decoy, chunks, n_chunks)) || rp_error_memory(error, "decoy");
    ok = ok && fill(&(filling){decoy, view, chunks, share}, n_threads, error);
    free(chunks);
    return ok;
}

bool rp_decoy_stretch(const rp_genome *genome, uint32_t one_in, const rp_share *share, rp_interval *stretch)
{
    size_t n = 0;
    rp_decoy decoy = {.one_in = one_in};
    rp_chunk *chunks = rp_genome_chunks(genome, BLOCK_BP, &n);
    const bool ok = chunks != NULL && list_contigs(&decoy, chunks, n);
    *stretch = (rp_interval){0, 0};
    for (size_t i = 0; ok && i < decoy.genome.n_contigs; i++) {
        const rp_chunk *block = &chunks[i * one_in];
        if (is_of_share(&decoy.genome, i, share))
            *stretch = (rp_interval){stretch->end == 0 ? block->begin : stretch->begin, block->end};
    }
    free(decoy.genome.contigs);
    free(chunks);
    return ok;
}

void rp_decoy_clear(rp_decoy *decoy)
{
    rp_genome_clear(&decoy->genome);
    rp_bitmask_clear(&decoy->excluded);
}

/* --- The thresholds --- */

/* An alignment, in the genome or in the decoy. */
typedef struct call {
    uint32_t family;
    int32_t evidence;
    uint64_t bases;
    bool is_false;
} call;

static int compare_calls(const void *left, const void *right)
{
    const call *a = left, *b = right;
    if (a->family != b->family)
        return a->family < b->family ? -1 : 1;
    if (a->evidence != b->evidence)
        return a->evidence > b->evidence ? -1 : 1;
    if (a->is_false != b->is_false)
        return a->is_false ? -1 : 1;
    return (a->bases > b->bases) - (a->bases < b->bases);
}

double rp_decoy_share(const rp_decoy_figures *figures)
{
    return figures->called_bp == 0 ? 0 : (double)figures->false_bp / (double)figures->called_bp;
}

/* Judges a family by its n calls, best first. */
static void judge_family(const call *all, size_t n, const rp_decoy_rule *rule, rp_decoy_figures *figures)
{
    const uint32_t one_in = rule->one_in;
    const int min_score = rule->min_score;
    uint64_t called = 0, wrong = 0, n_called = 0, n_wrong = 0, n_kept = 0, sure = 0;
    int32_t best_false = INT32_MAX / SURE_FACTOR;
    for (size_t i = n; i-- > 0;)
        best_false = all[i].is_false ? all[i].evidence : best_false;
    for (size_t i = 0; i < n; i++) {
        sure += !all[i].is_false && all[i].evidence >= SURE_FACTOR * best_false ? all[i].bases : 0;
        *(all[i].is_false ? &wrong : &called) += all[i].bases;
        *(all[i].is_false ? &n_wrong : &n_called) += 1;
        const bool last_of_evidence = i + 1 == n || all[i + 1].evidence < all[i].evidence;
        if (!last_of_evidence || wrong * one_in * FALSE_IN > called)
            continue;
        *figures = (rp_decoy_figures){.threshold = i + 1 == n ? min_score : all[i + 1].evidence + 1,
                                      .is_cut = i + 1 < n,
                                      .called_bp = called,
                                      .false_bp = wrong * one_in};
        n_kept = n_called;
    }
    const bool is_chance = n_wrong >= CHANCE_MIN_HITS && wrong * one_in * CHANCE_IN >= called && 2 * sure < called;
    if (n_called > 0 && (is_chance || n_kept < rule->min_copies))
        *figures = (rp_decoy_figures){
            .threshold = min_score, .called_bp = called, .false_bp = wrong * one_in, .is_chance = true};
}

static call make_call(const rp_alignment *from, bool is_false)
{
    return (call){from->query / 2, from->evidence, from->end - from->begin, is_false};
}

/* Lists the calls of the families that have any in the decoy; the others' are added up at once. */
static void list_calls(const rp_decoy_calls *calls, const bool *is_called, call *all, rp_decoy_figures *figures)
{
    size_t n = 0;
    for (size_t i = 0; i < calls->n_decoy; i++)
        all[n++] = make_call(&calls->decoy[i], true);
    for (size_t i = 0; i < calls->n_real; i++) {
        const rp_alignment *here = &calls->real[i];
        if (is_called[here->query / 2])
            all[n++] = make_call(here, false);
        else
            figures[here->query / 2].called_bp += here->end - here->begin;
    }
}

bool rp_decoy_judge(const rp_decoy_calls *calls, const rp_decoy_rule *rule, rp_decoy_figures *figures,
                    size_t n_families, rp_error *error)
{
    bool *is_called = rp_alloc(n_families, sizeof *is_called); /* in the decoy; most families are not */
    if (is_called == NULL)
        return rp_error_memory(error, "decoy");
    for (size_t f = 0; f < n_families; f++)
        figures[f] = (rp_decoy_figures){.threshold = rule->min_score};
    size_t n = calls->n_decoy;
    for (size_t i = 0; i < calls->n_decoy; i++)
        is_called[calls->decoy[i].query / 2] = true;
    for (size_t i = 0; i < calls->n_real; i++)
        n += is_called[calls->real[i].query / 2];
    rp_block block = {0};
    bool ok = rp_block_resize(&block, n * sizeof(call), "decoy", error);
    call *all = block.data;
    if (ok) {
        list_calls(calls, is_called, all, figures);
        ok = rp_sort_parallel(all, n, sizeof *all, compare_calls, rule->n_threads, error);
    }
    for (size_t i = 0, j; ok && i < n; i = j) {
        for (j = i + 1; j < n && all[j].family == all[i].family; j++)
            ;
        judge_family(&all[i], j - i, rule, &figures[all[i].family]);
    }
    free(is_called);
    rp_block_free(&block);
    return ok;
}
