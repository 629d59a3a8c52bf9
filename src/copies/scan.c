/* scan.c: all alignments of a library with a genome; see scan.h. */
#include "copies/scan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/parallel.h"
#include "index/kmer.h"

enum {
    CHUNK_BP = 1 << 20,
    MARGIN_BP = 128,           /* decoded beyond a chunk, for ungapped extension */
    UNGAPPED_DROP = 8,
    UNGAPPED_GAIN = 6,         /* what a word hit needs beyond the word: +1 a match, -1 a mismatch */
    DIAGONAL_SLOTS = 1 << 16,
    X_DROP = 50
};

struct rp_scan_diagonal {
    uint64_t id;               /* genome position less place, plus one: 0 is none */
    uint64_t done_to;          /* genome position up to which it was extended */
};

typedef struct scan {
    const rp_view *view;
    const rp_word_table *table;
    const rp_scan_parameters *parameters;
    rp_chunk *chunks;
    size_t n_chunks;
    rp_alignments *found;      /* by chunk */
    rp_scan_scratch *scratch;  /* by thread */
} scan;

/* A word hit at base `i` of the chunk that begins at `begin`, and place `place` of the library. */
static bool take_hit(const scan *run, rp_scan_scratch *scratch, uint64_t begin, size_t i, uint32_t place)
{
    const rp_word_table *table = run->table;
    const uint64_t at = begin + i, id = at + table->n_codes - place + 1;
    struct rp_scan_diagonal *slot = &scratch->diagonals[id % DIAGONAL_SLOTS];
    if (slot->id == id && at < slot->done_to)
        return true;
    const unsigned word = table->word_bases;
    const rp_flank genome_right = rp_planes_cut(&scratch->planes, (int64_t)(i + word));
    const rp_flank library_right = rp_planes_cut(&table->planes, (int64_t)place + word);
    const rp_flank genome_left = rp_planes_cut(&scratch->planes, (int64_t)i - RP_FLANK_BP);
    const rp_flank library_left = rp_planes_cut(&table->planes, (int64_t)place - RP_FLANK_BP);
    unsigned right;
    int gain = rp_flank_extend(rp_flank_same(&genome_right, &library_right), UNGAPPED_DROP, &right);
    gain += rp_flank_extend(rp_flank_reverse_bits(rp_flank_same(&genome_left, &library_left)), UNGAPPED_DROP, NULL);
    *slot = (struct rp_scan_diagonal){id, at + word + right};
    if (gain < UNGAPPED_GAIN)
        return true;
    const uint32_t query = rp_word_table_query(table, place);
    return rp_anchors_push(&scratch->anchors,
                           (rp_anchor){.position = at + word / 2, .place = place - table->query_begin[query] + word / 2,
                                       .query = query});
}

bool rp_scan_scratch_make(rp_scan_scratch *scratch, const rp_band_kernel *kernel)
{
    if (scratch->aligner != NULL)
        return true;
    scratch->extender = rp_extender_create(kernel);
    if (scratch->extender != NULL)
        scratch->aligner = rp_aligner_create(scratch->extender);
    return scratch->aligner != NULL;
}

/* What scanning needs beyond aligning. */
static bool make_buffers(rp_scan_scratch *scratch)
{
    if (scratch->codes != NULL)
        return true;
    scratch->codes = rp_alloc(CHUNK_BP + 2 * MARGIN_BP + 64, 1);
    scratch->diagonals = rp_alloc(DIAGONAL_SLOTS, sizeof *scratch->diagonals);
    return rp_planes_init(&scratch->planes, CHUNK_BP + 2 * MARGIN_BP) && scratch->codes != NULL &&
           scratch->diagonals != NULL;
}

void rp_scan_scratch_clear(rp_scan_scratch *scratch)
{
    rp_aligner_destroy(scratch->aligner);
    rp_extender_destroy(scratch->extender);
    free(scratch->codes);
    rp_planes_clear(&scratch->planes);
    free(scratch->diagonals);
    free(scratch->anchors.items);
    *scratch = (rp_scan_scratch){0};
}

/* Decodes a chunk with MARGIN_BP on either side, RP_BASE_NONE beyond the contig; returns its first base. */
static const uint8_t *decode_chunk(const rp_view *view, const rp_chunk *here, uint8_t *codes)
{
    memset(codes, RP_BASE_NONE, CHUNK_BP + 2 * MARGIN_BP + 64);
    const uint64_t before = here->begin - here->contig_begin < MARGIN_BP ? here->begin - here->contig_begin : MARGIN_BP;
    const uint64_t after = here->contig_end - here->end < MARGIN_BP ? here->contig_end - here->end : MARGIN_BP;
    rp_genome_decode(view->genome, here->begin - before, (size_t)(here->end - here->begin + before + after),
                     codes + MARGIN_BP - before);
    return codes + MARGIN_BP;
}

static bool scan_chunk(void *argument, size_t part, unsigned worker, rp_error *error)
{
    scan *run = argument;
    rp_scan_scratch *scratch = &run->scratch[worker];
    if (!rp_scan_scratch_make(scratch, run->parameters->kernel) || !make_buffers(scratch))
        return rp_error_memory(error, "finding copies");
    const rp_word_table *table = run->table;
    const rp_chunk *here = &run->chunks[part];
    const uint8_t *codes = decode_chunk(run->view, here, scratch->codes);
    rp_planes_fill(&scratch->planes, codes, CHUNK_BP + MARGIN_BP);
    memset(scratch->diagonals, 0, DIAGONAL_SLOTS * sizeof *scratch->diagonals);
    scratch->anchors.n = 0;
    rp_kmer_roll roll = {0};
    bool ok = true;
    const unsigned word = table->word_bases;
    const size_t n = (size_t)(here->end - here->begin) + word - 1; /* words may end in the margin */
    for (size_t i = 0; i < n && ok; i++) {
        if (!rp_kmer_roll_push(&roll, codes[i], word))
            continue;
        const size_t at = i + 1 - word;
        if ((table->present[roll.forward / 64] >> roll.forward % 64 & 1) == 0)
            continue;
        const uint32_t first = table->first[roll.forward], last = table->first[roll.forward + 1];
        if (run->view->excluded != NULL && rp_bitmask_get(run->view->excluded, here->begin + at))
            continue;
        for (uint32_t hit = first; hit < last && ok; hit++)
            ok = take_hit(run, scratch, here->begin, at, table->places[hit]);
    }
    rp_anchors_sort(&scratch->anchors);
    ok = ok && rp_align_anchors(scratch->aligner, run->view, table->queries, &scratch->anchors, run->parameters->min_score, X_DROP,
                                &run->found[part], NULL);
    return ok || rp_error_memory(error, "finding copies");
}

int rp_scan_min_score(uint64_t genome_bp, uint64_t library_bp, double expected_by_chance)
{
    /* Karlin and Altschul 1990 for these scores; lambda and K as measured on random sequence. */
    const double lambda = 0.5, k = 0.3;
    const double pairs = (double)(genome_bp + 1) * 2.0 * (double)(library_bp + 1);
    const double score = log(k * pairs / expected_by_chance) / lambda;
    return score < 30 ? 30 : (int)ceil(score);
}

/* All chunks' alignments, in order. */
static bool gather(scan *run, rp_alignments *all)
{
    size_t n = all->n;
    for (size_t i = 0; i < run->n_chunks; i++)
        n += run->found[i].n;
    if (!rp_alignments_reserve(all, n))
        return false;
    for (size_t i = 0; i < run->n_chunks; i++) {
        for (size_t j = 0; j < run->found[i].n; j++)
            all->items[all->n++] = run->found[i].items[j];
        free(run->found[i].items);
        run->found[i] = (rp_alignments){0};
    }
    return true;
}

bool rp_scan(const rp_view *view, const rp_word_table *table, const rp_scan_parameters *parameters,
             rp_scan_scratch *scratch, rp_alignments *found, rp_error *error)
{
    scan run = {.view = view, .table = table, .parameters = parameters, .scratch = scratch};
    run.chunks = rp_genome_chunks(view->genome, CHUNK_BP, &run.n_chunks);
    run.found = rp_alloc(run.n_chunks, sizeof *run.found);
    bool ok = run.chunks != NULL && run.found != NULL;
    if (!ok)
        (void)rp_error_memory(error, "finding copies");
    ok = ok && rp_parallel(run.n_chunks, parameters->n_threads, scan_chunk, &run, error) &&
         (gather(&run, found) || rp_error_memory(error, "finding copies"));
    for (size_t i = 0; run.found != NULL && i < run.n_chunks; i++)
        free(run.found[i].items);
    free(run.found);
    free(run.chunks);
    return ok;
}
