/* scan.c: all alignments of a library with a genome; see scan.h.
 *
 * The library is looked up in parts (copies/word_table.h), the genome in chunks. Where a chunk has more anchors than a
 * thread has room for, as with very many versions of a family, they are aligned in passes over the chunk, each for a
 * range of queries: those of one query do not depend on another's, so how many passes there are does not show. No more
 * do chunks: each is scanned with tables of its own, emptied before, so a scan may be done in shares.
 */
#include "copies/scan.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/helpers.h"
#include "base/metrics.h"
#include "base/parallel.h"
#include "copies/weak.h"

enum {
    CHUNK_BP = 1 << 20,
    MARGIN_BP = 128,           /* decoded beyond a chunk, for ungapped extension */
    DIAGONAL_SLOTS = 1 << 14,
    TOUCHED_SLOTS = 2048,      /* that are noted, to be emptied one by one */
    HITS_AT_ONCE = 1 << 10,    /* that are gathered before they are taken */
    HITS_AHEAD = 16,           /* that are asked for before they are taken */
    /* both tables stay in the cache of a core: a slot is of use for some hundred bases only */
    STRIP_SLOTS = 1 << 15,
    STRIP_SHIFT = 5,           /* a strip is 32 diagonals wide */
    LEAST_ANCHORS = 1 << 15,   /* that a thread has room for in any budget */
    ANCHOR_BYTES = 3 * sizeof(rp_anchor) / 2 + sizeof(size_t), /* with what their array grows ahead, and a choice */
    TOGETHER_ANCHORS = 1 << 16, /* that are aligned before what they gave is stored: lanes are busy, and it is little */
    SHARE_OF_ANCHORS = 3, /* of the budget that is left, all threads' anchors may have one in so many */
    X_DROP = 50
};

/* A slot of a table of diagonals, or of strips of them. */
typedef struct rp_scan_slot {
    uint32_t id; /* diagonal_of, or its strip's number; 0: empty */
    uint32_t at; /* base of the chunk up to which the diagonal was extended, or of the strip's last word hit */
} scan_slot;

typedef struct scan {
    const rp_view *view;
    const rp_word_table *table;
    const rp_scan_parameters *parameters;
    rp_scan_progress *progress;
    const rp_chunk *chunks; /* of the share */
    size_t n_chunks;
    uint8_t *done; /* by chunk: with the part of the library that is loaded */
    size_t *left; /* chunks that are not done */
    size_t n_left;
    atomic_bool pauses; /* no further chunk is begun, so that the progress can be kept; relaxed */
    rp_alignment_store *found;
    pthread_mutex_t lock; /* guards found */
    rp_scan_scratch *scratch; /* by thread */
    rp_helpers *helpers; /* who has no further chunk helps with those of others: where there are few, and at the end */
    rp_extender **extenders; /* of the threads, when they are lent */
    uint32_t first_query, end_query; /* of the library's part */
    size_t most_anchors; /* of a thread, unless one query has more */
    unsigned least_flank; /* equal bases beside a word hit that is looked at; 0: all are */
} scan;

/* The diagonal of base `i` of the chunk that begins at `begin`, and of a place of the library. A strip of diagonals
 * begins at a multiple of its width on the genome, and none has or is beside the number 0. */
static uint32_t diagonal_of(const scan *run, uint64_t begin, size_t i, uint32_t place)
{
    enum { STRIP = 1 << STRIP_SHIFT };
    return 2 * STRIP + 1 + (uint32_t)(begin % STRIP + i + run->table->n_codes - place);
}

/* Whether another word hit stands shortly before this one near its diagonal; notes this one. */
static bool has_partner(const scan *run, scan_slot *strips, uint32_t id, uint32_t at)
{
    const uint32_t strip = id >> STRIP_SHIFT;
    const unsigned word = run->table->word_bases;
    bool found = false;
    for (uint32_t near = strip - 1; near <= strip + 1; near++) {
        const scan_slot *other = &strips[near % STRIP_SLOTS];
        found |= (other->id == near) & (at >= other->at + word) & (at <= other->at + run->parameters->pair_bp);
    }
    scan_slot *own = &strips[strip % STRIP_SLOTS];
    if (own->id != strip || at >= own->at + word) /* overlapping words are one hit */
        *own = (scan_slot){strip, at};
    return found;
}

static rp_flank turned(const rp_flank *flank)
{
    return (rp_flank){rp_flank_reverse_bits(flank->high), rp_flank_reverse_bits(flank->low),
                      rp_flank_reverse_bits(flank->valid)};
}

/* Makes room for more anchors: those of the queries at the end of the range are left to a later pass. */
static void shorten_range(rp_scan_scratch *scratch)
{
    rp_anchors *anchors = &scratch->anchors;
    rp_anchors_sort(anchors);
    const uint32_t middle = anchors->items[anchors->n / 2].query;
    scratch->end_query = middle > scratch->first_query ? middle : scratch->first_query + 1;
    while (anchors->n > 0 && anchors->items[anchors->n - 1].query >= scratch->end_query)
        anchors->n--;
}

static bool take_anchor(const scan *run, rp_scan_scratch *scratch, uint64_t position, uint32_t place)
{
    const uint32_t query = rp_word_table_query(run->table, place);
    if (query < scratch->first_query || query >= scratch->end_query)
        return true;
    if (scratch->anchors.n >= run->most_anchors && scratch->end_query - scratch->first_query > 1)
        shorten_range(scratch);
    const unsigned centre = run->table->word_bases / 2;
    return query >= scratch->end_query ||
           rp_anchors_push(&scratch->anchors, (rp_anchor){.position = position + centre,
                                                          .place = place - run->table->query_begin[query] + centre,
                                                          .query = query});
}

/* A word hit at base `i` of the chunk that begins at `begin`, and place `place` of the library. */
static bool take_hit(const scan *run, rp_scan_scratch *scratch, uint64_t begin, uint32_t i, uint32_t place)
{
    const rp_word_table *table = run->table;
    const uint32_t id = diagonal_of(run, begin, i, place);
    scan_slot *slot = &scratch->diagonals[id % DIAGONAL_SLOTS];
    if (slot->id == id && i < slot->at)
        return true;
    const unsigned word = table->word_bases;
    const rp_flank genome_right = rp_planes_cut(&scratch->planes, (int64_t)(i + word));
    const rp_flank library_right = rp_planes_cut(&table->planes, (int64_t)place + word);
    const rp_flank genome_left = rp_planes_cut(&scratch->planes, (int64_t)i - RP_FLANK_BP);
    const rp_flank library_left = rp_planes_cut(&table->planes, (int64_t)place - RP_FLANK_BP);
    unsigned right;
    int gain = rp_flank_extend(rp_flank_same(&genome_right, &library_right), &right);
    gain += rp_flank_extend(rp_flank_reverse_bits(rp_flank_same(&genome_left, &library_left)), NULL);
    *slot = (scan_slot){id, i + word + right};
    if (scratch->n_touched < TOUCHED_SLOTS)
        scratch->touched[scratch->n_touched++] = id;
    const bool paired = run->parameters->pair_bp > 0 && has_partner(run, scratch->strips, id, i);
    if (gain < run->parameters->min_gain && !paired)
        return true;
    const int least = gain < run->parameters->min_gain ? run->parameters->pair_evidence : run->parameters->min_evidence;
    if (least > 0) {
        const rp_flank genome[2] = {genome_right, turned(&genome_left)},
                       library[2] = {library_right, turned(&library_left)};
        const unsigned agreement = rp_flank_agreement(genome, library);
        if (2 * ((int)word + gain) + (int)agreement < least)
            return true;
    }
    return take_anchor(run, scratch, begin + i, place);
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
    scratch->diagonals = rp_alloc_wide(DIAGONAL_SLOTS + STRIP_SLOTS, sizeof *scratch->diagonals);
    scratch->touched = rp_alloc(TOUCHED_SLOTS, sizeof *scratch->touched);
    if (scratch->diagonals != NULL)
        scratch->strips = scratch->diagonals + DIAGONAL_SLOTS;
    return rp_planes_init(&scratch->planes, CHUNK_BP + 2 * MARGIN_BP) && scratch->codes != NULL &&
           scratch->diagonals != NULL && scratch->touched != NULL;
}

void rp_scan_scratch_clear(rp_scan_scratch *scratch)
{
    rp_aligner_destroy(scratch->aligner);
    rp_extender_destroy(scratch->extender);
    free(scratch->codes);
    rp_planes_clear(&scratch->planes);
    free(scratch->diagonals);
    free(scratch->touched);
    free(scratch->anchors.items);
    rp_lease_set(&scratch->lease, 0);
    free(scratch->hits.items);
    for (unsigned i = 0; i < RP_WORD_PIECES; i++)
        free(scratch->pieces[i].items);
    *scratch = (rp_scan_scratch){0};
}

/* Decodes a chunk with MARGIN_BP on either side, RP_BASE_NONE beyond the contig; returns its first base. */
static const uint8_t *decode_chunk(const rp_view *view, const rp_chunk *here, uint8_t *codes)
{
    memset(codes, RP_BASE_NONE, (size_t)(here->end - here->begin) + 2 * MARGIN_BP + 64);
    const uint64_t before = here->begin - here->contig_begin < MARGIN_BP ? here->begin - here->contig_begin : MARGIN_BP;
    const uint64_t after = here->contig_end - here->end < MARGIN_BP ? here->contig_end - here->end : MARGIN_BP;
    rp_genome_decode(view->genome, here->begin - before, (size_t)(here->end - here->begin + before + after),
                     codes + MARGIN_BP - before);
    return codes + MARGIN_BP;
}

/* Asks for what take_hit will read. */
static void ask_for(const scan *run, const rp_scan_scratch *scratch, uint64_t begin, const rp_word_hit *hit)
{
    const uint32_t id = diagonal_of(run, begin, hit->at, hit->place);
    __builtin_prefetch(&scratch->diagonals[id % DIAGONAL_SLOTS]);
    __builtin_prefetch(&run->table->planes.words[hit->place / 64]); /* to the left of the word, and the word */
    __builtin_prefetch(&run->table->planes.words[hit->place / 64 + 2]);
    if (run->parameters->pair_bp > 0)
        __builtin_prefetch(&scratch->strips[(id >> STRIP_SHIFT) % STRIP_SLOTS]);
}

/* Takes hits; their bases count from base `first` of the chunk that begins at `begin`. */
static bool take_hits(const scan *run, rp_scan_scratch *scratch, uint64_t begin, uint32_t first, rp_word_hits *hits)
{
    const size_t n = hits->n;
    for (size_t i = 0; i < n; i++)
        hits->items[i].at += first;
    for (size_t i = 0; i < n; i++) {
        if (i + HITS_AHEAD < n)
            ask_for(run, scratch, begin, &hits->items[i + HITS_AHEAD]);
        if (!take_hit(run, scratch, begin, hits->items[i].at, hits->items[i].place))
            return false;
    }
    hits->n = 0;
    return true;
}

/* Takes the hits of n words of a chunk from number `first` on, looked up by whoever has nothing else to do. */
static bool take_together(const scan *run, rp_scan_scratch *scratch, const rp_word_search *chunk, size_t first,
                          size_t n)
{
    const unsigned worker = (unsigned)(scratch - run->scratch);
    bool ok = rp_word_search_together(chunk, first, n, rp_helpers_crew(run->helpers), worker, scratch->pieces);
    for (size_t i = 0; ok && i < RP_WORD_PIECES; i++)
        ok = take_hits(run, scratch, chunk->begin, (uint32_t)(first + i * RP_PIECE_WORDS), &scratch->pieces[i]);
    return ok;
}

/* The same, looked up alone. */
static bool take_alone(const scan *run, rp_scan_scratch *scratch, const rp_word_search *chunk, size_t first, size_t n)
{
    rp_word_search search = rp_word_search_part(chunk, first, n);
    bool ok = true, over = false;
    rp_word_search_start(&search);
    while (ok && !over)
        ok = rp_word_search_next(&search, HITS_AT_ONCE, &scratch->hits, &over) &&
             take_hits(run, scratch, chunk->begin, (uint32_t)first, &scratch->hits);
    return ok;
}

/* Takes the hits of a chunk's words. */
static bool take_words(const scan *run, rp_scan_scratch *scratch, const rp_chunk *here, const uint8_t *codes)
{
    enum { WORDS_AT_ONCE = RP_WORD_PIECES * RP_PIECE_WORDS };
    const size_t n_words = (size_t)(here->end - here->begin);
    const rp_word_search chunk = {.table = run->table,
                                  .codes = codes,
                                  .excluded = run->view->excluded,
                                  .begin = here->begin,
                                  .least_flank = run->least_flank};
    bool ok = true;
    for (size_t first = 0; ok && first < n_words; first += WORDS_AT_ONCE) {
        const size_t n = n_words - first < WORDS_AT_ONCE ? n_words - first : WORDS_AT_ONCE;
        ok = rp_helpers_are_idle(run->helpers) ? take_together(run, scratch, &chunk, first, n)
                                               : take_alone(run, scratch, &chunk, first, n);
    }
    return ok;
}

/* Empties the slots that the last chunk has used: one by one after a small chunk, of which a genome may have
 * very many. */
static void forget_diagonals(const scan *run, rp_scan_scratch *scratch)
{
    if (scratch->n_touched < TOUCHED_SLOTS) {
        for (size_t i = 0; i < scratch->n_touched; i++) {
            const uint32_t id = scratch->touched[i];
            scratch->diagonals[id % DIAGONAL_SLOTS] = (scan_slot){0};
            scratch->strips[(id >> STRIP_SHIFT) % STRIP_SLOTS] = (scan_slot){0};
        }
    } else {
        memset(scratch->diagonals, 0, DIAGONAL_SLOTS * sizeof *scratch->diagonals);
        if (run->parameters->pair_bp > 0)
            memset(scratch->strips, 0, STRIP_SLOTS * sizeof *scratch->strips);
    }
    scratch->n_touched = 0;
}

bool rp_alignment_store_reserve(rp_alignment_store *store, size_t n, rp_error *error)
{
    const size_t room = store->block.bytes / sizeof *store->items, wanted = store->n + n;
    const bool ok = wanted <= room ||
                    rp_block_resize(&store->block, (wanted + wanted / 4) * sizeof *store->items, "alignments", error);
    store->items = store->block.data;
    return ok;
}

/* Takes over what a chunk has. */
static bool store_alignments(scan *run, const rp_alignments *found, rp_error *error)
{
    rp_alignment_store *store = run->found;
    if (found->n == 0)
        return true;
    (void)pthread_mutex_lock(&run->lock);
    const bool ok = rp_alignment_store_reserve(store, found->n, error);
    if (ok) {
        memcpy(store->items + store->n, found->items, found->n * sizeof *found->items);
        store->n += found->n;
    }
    (void)pthread_mutex_unlock(&run->lock);
    return ok;
}

/* Aligns anchors, which are sorted, some whole queries at a time, and stores what they lead to. */
static bool align_some_together(scan *run, rp_scan_scratch *scratch, rp_alignments *found, rp_error *error)
{
    const int weak = run->parameters->weak_score, strong = run->parameters->min_score;
    const int least = weak > 0 && weak < strong ? weak : strong;
    const rp_align_limits limits = {.min_score = least, .min_evidence = least, .x_drop = X_DROP};
    rp_anchor *all = scratch->anchors.items;
    const size_t n = scratch->anchors.n;
    bool ok = true;
    for (size_t i = 0, j; i < n && ok; i = j) {
        for (j = n - i < TOGETHER_ANCHORS ? n : i + TOGETHER_ANCHORS; j < n && all[j].query == all[j - 1].query; j++)
            ;
        rp_anchors some = {.items = all + i, .n = j - i};
        found->n = 0;
        ok = (rp_align_anchors(scratch->aligner, run->view, run->table->queries, &some, &limits, found, NULL) &&
              (weak == 0 || rp_weak_drop(found, strong))) ||
             rp_error_memory(error, "finding copies");
        ok = ok && store_alignments(run, found, error);
    }
    return ok;
}

/* One pass over a chunk, for the queries from scratch->first_query on as far as there is room. */
static bool scan_queries(scan *run, rp_scan_scratch *scratch, const rp_chunk *here, const uint8_t *codes,
                         rp_alignments *found, rp_error *error)
{
    scratch->end_query = run->end_query;
    scratch->anchors.n = 0;
    forget_diagonals(run, scratch);
    const bool ok = take_words(run, scratch, here, codes) || rp_error_memory(error, "finding copies");
    rp_lease_set(&scratch->lease, scratch->anchors.capacity * (sizeof *scratch->anchors.items + sizeof(size_t)) +
                                      found->capacity * sizeof *found->items);
    rp_anchors_sort(&scratch->anchors);
    return ok && align_some_together(run, scratch, found, error);
}

static bool scan_chunk(void *argument, size_t number, unsigned worker, rp_error *error)
{
    scan *run = argument;
    const size_t chunk = run->left[number];
    const rp_keep_hook *keep = &run->progress->keep;
    rp_scan_scratch *scratch = &run->scratch[worker];
    if (atomic_load_explicit(&run->pauses, memory_order_relaxed))
        return true;
    if (!rp_scan_scratch_make(scratch, run->parameters->kernel) || !make_buffers(scratch))
        return rp_error_memory(error, "finding copies");
    const rp_chunk *here = &run->chunks[chunk];
    const uint8_t *codes = decode_chunk(run->view, here, scratch->codes);
    rp_planes_fill(&scratch->planes, codes, (size_t)(here->end - here->begin) + MARGIN_BP);
    rp_alignments found = {0};
    bool ok = true;
    for (scratch->first_query = run->first_query; ok && scratch->first_query < run->end_query;
         scratch->first_query = scratch->end_query)
        ok = scan_queries(run, scratch, here, codes, &found, error) && rp_not_cancelled(error);
    free(found.items);
    rp_stage_done(1);
    run->done[chunk] = ok;
    if (keep->is_due != NULL && keep->is_due(keep->context))
        atomic_store_explicit(&run->pauses, true, memory_order_relaxed);
    return ok;
}

bool rp_scan_stretch(const rp_genome *genome, const rp_share *share, rp_interval *stretch)
{
    size_t n = 0, begin = 0, end = 0;
    rp_chunk *chunks = rp_genome_chunks(genome, CHUNK_BP, &n);
    const bool ok = chunks != NULL;
    if (ok)
        rp_chunks_of_share(genome, chunks, n, share, &begin, &end);
    *stretch = begin < end ? (rp_interval){chunks[begin].begin, chunks[end - 1].end} : (rp_interval){0, 0};
    free(chunks);
    return ok;
}

int rp_scan_min_score(uint64_t genome_bp, uint64_t library_bp, double expected_by_chance)
{
    /* Karlin and Altschul 1990 for these scores; lambda and K as measured on random sequence. */
    const double lambda = 0.5, k = 0.3;
    const double pairs = (double)(genome_bp + 1) * 2.0 * (double)(library_bp + 1);
    const double score = log(k * pairs / expected_by_chance) / lambda;
    return score < 30 ? 30 : (int)ceil(score);
}

void rp_alignment_store_clear(rp_alignment_store *store)
{
    rp_block_free(&store->block);
    *store = (rp_alignment_store){0};
}

/* Lists the chunks that are not done with the part of the library that comes next. */
static bool list_left(scan *run)
{
    run->n_left = 0;
    for (size_t i = 0; i < run->n_chunks; i++)
        if (!run->done[i])
            run->left[run->n_left++] = i;
    return run->n_left > 0;
}

/* The share's chunks with a part of the library. */
static bool scan_part(scan *run, rp_word_table *table, size_t part, rp_error *error)
{
    const unsigned n_threads = run->parameters->n_threads;
    const rp_keep_hook *keep = &run->progress->keep;
    run->done = run->progress->done + part * run->n_chunks;
    if (!list_left(run))
        return true;
    if (!rp_word_table_load(table, part, n_threads, error))
        return false;
    run->first_query = table->part_query[part];
    run->end_query = table->part_query[part + 1];
    const uint64_t room = rp_account_left() / SHARE_OF_ANCHORS / n_threads / ANCHOR_BYTES;
    run->most_anchors = room < LEAST_ANCHORS ? LEAST_ANCHORS : (size_t)room;
    if (run->parameters->most_anchors > 0)
        run->most_anchors = run->parameters->most_anchors;
    bool ok = true;
    while (ok && list_left(run)) {
        atomic_store_explicit(&run->pauses, false, memory_order_relaxed);
        ok = rp_helpers_loop(run->helpers, run->n_left, scan_chunk, run, error);
        if (ok && atomic_load_explicit(&run->pauses, memory_order_relaxed))
            keep->keep(keep->context);
    }
    return ok;
}

/* Drops what was found in chunks that were put down half done. */
static void drop_unfinished(const scan *run)
{
    rp_alignment_store *found = run->found;
    const rp_word_table *table = run->table;
    size_t n = 0;
    for (size_t i = 0; i < found->n; i++) {
        const rp_alignment *here = &found->items[i];
        const uint64_t at = here->anchor - table->word_bases / 2; /* of the word that led to it */
        size_t part = 0, low = 0, high = run->n_chunks;
        while (here->query >= table->part_query[part + 1])
            part++;
        while (high - low > 1) {
            const size_t middle = low + (high - low) / 2;
            *(run->chunks[middle].begin <= at ? &low : &high) = middle;
        }
        if (run->progress->done[part * run->n_chunks + low])
            found->items[n++] = *here;
    }
    found->n = n;
}

/* The share's chunks, and how far they are. */
static bool find_chunks(scan *run, const rp_chunk *chunks, size_t n_chunks, rp_error *error)
{
    size_t begin, end;
    rp_chunks_of_share(run->view->genome, chunks, n_chunks, &run->progress->share, &begin, &end);
    run->chunks = chunks + begin;
    run->n_chunks = end - begin;
    run->left = rp_alloc(run->n_chunks, sizeof *run->left);
    if (run->left == NULL)
        return rp_error_memory(error, "finding copies");
    if (!rp_scan_progress_begin(run->progress, n_chunks, run->n_chunks, run->table->n_parts, error))
        return false;
    rp_stage_add(rp_scan_fields_left(run->progress));
    return true;
}

static bool make_scratch(void *argument, size_t which, unsigned worker, rp_error *error)
{
    (void)worker;
    scan *run = argument;
    rp_scan_scratch *own = &run->scratch[which];
    if (!rp_scan_scratch_make(own, run->parameters->kernel))
        return rp_error_memory(error, "finding copies");
    run->extenders[which] = own->extender;
    return true;
}

/* Makes of the threads a crew, who align for each other, too, unless a device does. */
static bool make_helpers(scan *run, rp_error *error)
{
    const unsigned n = run->parameters->n_threads;
    run->helpers = rp_helpers_create(n);
    run->extenders = rp_alloc(n, sizeof *run->extenders);
    if (run->helpers == NULL || run->extenders == NULL)
        return rp_error_memory(error, "finding copies");
    if (n < 2 || run->parameters->kernel->offload != NULL)
        return true;
    if (!rp_parallel(n, n, make_scratch, run, error))
        return false;
    for (unsigned i = 0; i < n; i++)
        rp_aligner_share(run->scratch[i].aligner, &(rp_extenders){rp_helpers_crew(run->helpers), i, run->extenders});
    return true;
}

static void end_helpers(scan *run)
{
    for (unsigned i = 0; i < run->parameters->n_threads; i++)
        if (run->scratch[i].aligner != NULL)
            rp_aligner_share(run->scratch[i].aligner, &(rp_extenders){.crew = NULL});
    rp_helpers_destroy(run->helpers);
    free(run->extenders);
}

bool rp_scan(const rp_view *view, rp_word_table *table, const rp_scan_parameters *parameters, rp_scan_scratch *scratch,
             rp_alignment_store *found, rp_error *error)
{
    rp_scan_progress whole = {.done = NULL};
    scan run = {.view = view,
                .progress = parameters->progress != NULL ? parameters->progress : &whole,
                .table = table,
                .parameters = parameters,
                .scratch = scratch,
                .found = found,
                .least_flank = parameters->min_flank};
    if (pthread_mutex_init(&run.lock, NULL) != 0)
        return rp_error_set_as(error, RP_ERROR_PASSING, "cannot make a lock");
    size_t n_chunks = 0;
    rp_chunk *chunks = rp_genome_chunks(view->genome, CHUNK_BP, &n_chunks);
    bool ok = chunks != NULL || rp_error_memory(error, "finding copies");
    const bool is_laid_out = ok && find_chunks(&run, chunks, n_chunks, error);
    ok = is_laid_out && make_helpers(&run, error);
    for (size_t part = 0; part < table->n_parts && ok; part++)
        ok = scan_part(&run, table, part, error);
    if (is_laid_out && !ok && parameters->progress != NULL)
        drop_unfinished(&run);
    rp_word_table_unload(table);
    rp_scan_progress_clear(&whole);
    end_helpers(&run);
    free(run.left);
    free(chunks);
    (void)pthread_mutex_destroy(&run.lock);
    return ok;
}
