/* annotate.c: finds all copies of all families; see annotate.h. */
#include "copies/annotate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/parallel.h"
#include "base/sort.h"
#include "copies/word_table.h"
#include "index/kmer.h"

enum {
    CHUNK_BP = 1 << 20,
    MARGIN_BP = 128,           /* decoded beyond a chunk, for ungapped extension */
    UNGAPPED_DROP = 8,
    UNGAPPED_GAIN = 6,         /* what a word hit needs beyond the word: +1 a match, -1 a mismatch */
    DIAGONAL_SLOTS = 1 << 16,
    X_DROP = 50,
    MIN_PART_BP = 20,          /* what is left of an overlapped alignment counts from this length */
    MIN_PART_PERCENT_OF_SCORE = 50, /* and when it keeps so much of the score that an alignment needs */
    LINK_GENOME_BP = 20000,    /* parts further apart are two copies */
    LINK_FREE_BP = 300,        /* genome between two parts that no other copy explains */
    LINK_OVERLAP_BP = 60,      /* of two parts on the consensus */
    LINK_CONSENSUS_BP = 2500,  /* consensus that may be missing between two parts */
    LINK_LOOK_AHEAD = 64,
    TRACE_AT_ONCE = RP_LANES / 2,
    TRACE_PART = 256           /* alignments in a thread's piece of work */
};

typedef struct diagonal {
    uint64_t id;               /* genome position less place, plus one: 0 is none */
    uint64_t done_to;          /* genome position up to which it was extended */
} diagonal;

typedef struct scan_scratch {
    rp_extender *extender;
    rp_aligner *aligner;
    uint8_t *codes;            /* of a chunk and its margins */
    rp_planes planes;          /* of the same, from the chunk's first base on */
    diagonal *diagonals;
    rp_anchors anchors;
    rp_steps steps[RP_LANES];
    rp_row rows[TRACE_AT_ONCE];
} scan_scratch;

typedef struct annotation {
    const rp_view *view;
    const rp_annotate_parameters *parameters;
    rp_word_table table;
    const rp_codes *const *consensus;
    size_t n_families;
    int min_score;
    rp_chunk *chunks;
    size_t n_chunks;
    rp_alignments *found;      /* by chunk */
    scan_scratch *scratch;     /* per thread */
    rp_alignments all;
    rp_parts *parts;
} annotation;

/* --- Scanning --- */

/* A word hit at base `i` of the chunk that begins at `begin`, and place `place` of the library. */
static bool take_hit(const annotation *run, scan_scratch *scratch, uint64_t begin, size_t i, uint32_t place)
{
    const rp_word_table *table = &run->table;
    const uint64_t at = begin + i, id = at + table->n_codes - place + 1;
    diagonal *slot = &scratch->diagonals[id % DIAGONAL_SLOTS];
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
    *slot = (diagonal){id, at + word + right};
    if (gain < UNGAPPED_GAIN)
        return true;
    const uint32_t query = rp_word_table_query(table, place);
    return rp_anchors_push(&scratch->anchors,
                           (rp_anchor){.position = at + word / 2, .place = place - table->query_begin[query] + word / 2,
                                       .query = query});
}

static bool make_scratch(scan_scratch *scratch, const rp_band_kernel *kernel)
{
    if (scratch->aligner != NULL)
        return true;
    scratch->extender = rp_extender_create(kernel);
    if (scratch->extender != NULL)
        scratch->aligner = rp_aligner_create(scratch->extender);
    scratch->codes = rp_alloc(CHUNK_BP + 2 * MARGIN_BP + 64, 1);
    scratch->diagonals = rp_alloc(DIAGONAL_SLOTS, sizeof *scratch->diagonals);
    if (!rp_planes_init(&scratch->planes, CHUNK_BP + 2 * MARGIN_BP))
        return false;
    return scratch->aligner != NULL && scratch->codes != NULL && scratch->diagonals != NULL;
}

static void clear_scratch(scan_scratch *scratch)
{
    rp_aligner_destroy(scratch->aligner);
    rp_extender_destroy(scratch->extender);
    free(scratch->codes);
    rp_planes_clear(&scratch->planes);
    free(scratch->diagonals);
    free(scratch->anchors.items);
    for (unsigned i = 0; i < RP_LANES; i++)
        free(scratch->steps[i].items);
    for (unsigned i = 0; i < TRACE_AT_ONCE; i++)
        rp_row_clear(&scratch->rows[i]);
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
    annotation *run = argument;
    scan_scratch *scratch = &run->scratch[worker];
    if (!make_scratch(scratch, run->parameters->kernel))
        return rp_error_memory(error, "finding copies");
    const rp_word_table *table = &run->table;
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
    ok = ok && rp_align_anchors(scratch->aligner, run->view, table->queries, &scratch->anchors, run->min_score, X_DROP,
                                &run->found[part], NULL);
    return ok || rp_error_memory(error, "finding copies");
}

int rp_annotate_min_score(uint64_t genome_bp, uint64_t library_bp, double expected_by_chance)
{
    /* Karlin and Altschul 1990 for these scores; lambda and K as measured on random sequence. */
    const double lambda = 0.5, k = 0.3;
    const double pairs = (double)(genome_bp + 1) * 2.0 * (double)(library_bp + 1);
    const double score = log(k * pairs / expected_by_chance) / lambda;
    return score < 30 ? 30 : (int)ceil(score);
}

/* --- Overlaps --- */

static int compare_alignments(const void *left, const void *right)
{
    const rp_alignment *a = left, *b = right;
    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    if (a->begin != b->begin)
        return a->begin < b->begin ? -1 : 1;
    if (a->end != b->end)
        return a->end < b->end ? -1 : 1;
    if (a->query != b->query)
        return a->query < b->query ? -1 : 1;
    return (a->query_begin > b->query_begin) - (a->query_begin < b->query_begin);
}

/* The part [begin, end) of an alignment; its consensus coordinates in proportion, until it is traced. */
static rp_part make_part(const annotation *run, const rp_alignment *whole, uint64_t begin, uint64_t end)
{
    rp_part part = {.begin = begin, .end = end, .family = whole->query / 2, .reverse = whole->query % 2 != 0,
                    .score = whole->score, .alignment = *whole};
    const uint64_t genome = whole->end - whole->begin, query = whole->query_end - whole->query_begin;
    const uint32_t from = whole->query_begin + (uint32_t)((begin - whole->begin) * query / genome);
    const uint32_t to = whole->query_begin + (uint32_t)((end - whole->begin) * query / genome);
    const uint32_t length = run->table.queries[whole->query].length;
    part.consensus_begin = part.reverse ? length - to : from;
    part.consensus_end = part.reverse ? length - from : to;
    return part;
}

/* Gives each base to the best alignment over it; what the alignments keep becomes parts. */
static bool resolve(annotation *run, rp_error *error)
{
    rp_bitmask taken;
    if (!rp_bitmask_init(&taken, run->view->genome->length_bp)) {
        rp_bitmask_clear(&taken);
        return rp_error_memory(error, "overlapping copies");
    }
    rp_sort(run->all.items, run->all.n, sizeof *run->all.items, compare_alignments);
    bool ok = true;
    for (size_t i = 0; i < run->all.n && ok; i++) {
        const rp_alignment *here = &run->all.items[i];
        uint64_t begin = rp_bitmask_next(&taken, here->begin, here->end, false);
        while (begin < here->end && ok) {
            const uint64_t end = rp_bitmask_next(&taken, begin, here->end, true);
            const uint64_t kept = (uint64_t)here->score * (end - begin) / (here->end - here->begin);
            const bool whole = end - begin == here->end - here->begin;
            if (whole || (end - begin >= MIN_PART_BP && 100 * kept >= (uint64_t)run->min_score * MIN_PART_PERCENT_OF_SCORE)) {
                ok = rp_parts_push(run->parts, make_part(run, here, begin, end));
                rp_bitmask_set(&taken, begin, end);
            }
            begin = rp_bitmask_next(&taken, end, here->end, false);
        }
    }
    rp_bitmask_clear(&taken);
    return ok || rp_error_memory(error, "overlapping copies");
}

/* --- Rows --- */

static bool is_transition(uint8_t a, uint8_t b)
{
    return (a ^ b) == 2; /* A-G, C-T */
}

double rp_row_divergence(const rp_row *row, const uint8_t *consensus, uint32_t begin, uint32_t end)
{
    double transitions = 0, transversions = 0, pairs = 0;
    int at_cpg = 0; /* transitions in the CpG in hand */
    for (uint32_t c = begin; c < end; c++) {
        const uint8_t cell = row->cells.items[c - row->begin], base = consensus[c];
        const bool first = base == 1 && c + 1 < end && consensus[c + 1] == 2;
        const bool second = base == 2 && c > begin && consensus[c - 1] == 1;
        if (first)
            at_cpg = 0;
        if (cell > 3) {
            if (second)
                transitions += at_cpg == 1 ? 0.1 : 0;
            continue;
        }
        pairs++;
        const bool transition = cell != base && is_transition(cell, base);
        transversions += cell != base && !transition;
        if (first || second)
            at_cpg += transition;
        else
            transitions += transition;
        if (second)
            transitions += at_cpg == 2 ? 1 : at_cpg == 1 ? 0.1 : 0;
    }
    if (pairs == 0)
        return 0;
    const double p = transitions / pairs, q = transversions / pairs;
    const double a = 1 - 2 * p - q, b = 1 - 2 * q;
    if (a <= 0.01 || b <= 0.01)
        return 100; /* saturated */
    const double divergence = 100 * -0.5 * log(a * sqrt(b));
    return divergence < 0 ? 0 : divergence > 100 ? 100 : divergence;
}

/* Clips a row to the genome interval of a part of its alignment; *kept: the genome interval from its
 * first aligned base to its last. */
static void clip_row(const rp_part *part, rp_row *row, rp_interval *kept)
{
    const rp_alignment *whole = &part->alignment;
    /* genome bases to leave out at the row's left and right, on the consensus' strand */
    const uint64_t left = part->reverse ? whole->end - part->end : part->begin - whole->begin;
    const uint64_t keep = part->end - part->begin;
    *kept = (rp_interval){part->begin, part->end};
    if (keep == whole->end - whole->begin)
        return;
    uint64_t at = 0, first = 0, last = 0; /* genome bases before the column */
    size_t insertion = 0;
    uint32_t begin = row->end, end = row->begin;
    for (uint32_t column = row->begin; column < row->end; column++) {
        while (insertion < row->insertions.n && row->insertions.items[insertion].column <= column)
            at += row->insertions.items[insertion++].n;
        if (row->cells.items[column - row->begin] == RP_CELL_GAP)
            continue;
        if (at >= left && at < left + keep) {
            first = column < begin ? at : first;
            begin = column < begin ? column : begin;
            end = column + 1;
            last = at;
        }
        at++;
    }
    if (begin >= end)
        begin = end = row->begin; /* only inserted bases: an empty row */
    else if (part->reverse)
        *kept = (rp_interval){whole->end - last - 1, whole->end - first};
    else
        *kept = (rp_interval){whole->begin + first, whole->begin + last + 1};
    size_t n = 0;
    for (size_t i = 0; i < row->insertions.n; i++)
        if (row->insertions.items[i].column > begin && row->insertions.items[i].column < end)
            row->insertions.items[n++] = row->insertions.items[i];
    row->insertions.n = n;
    memmove(row->cells.items, row->cells.items + (begin - row->begin), end - begin);
    row->cells.n = end - begin;
    row->begin = begin;
    row->end = end;
}

bool rp_part_rows(rp_aligner *aligner, const rp_view *view, const rp_query *queries, const rp_part *const *parts,
                  size_t n, rp_steps *steps, rp_row *rows, rp_interval *kept)
{
    rp_alignment alignments[TRACE_AT_ONCE] = {{0}};
    for (size_t i = 0; i < n; i++)
        alignments[i] = parts[i]->alignment;
    if (!rp_align_trace(aligner, view, queries, alignments, n, steps))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!rp_row_make(view->genome, queries, &alignments[i], &steps[2 * i], &steps[2 * i + 1], &rows[i]))
            return false;
        clip_row(parts[i], &rows[i], &kept[i]);
    }
    return true;
}

typedef struct part_length {
    uint32_t longest; /* of the part's two extensions */
    uint32_t part;    /* within the piece */
} part_length;

static int compare_lengths(const void *left, const void *right)
{
    const part_length *a = left, *b = right;
    if (a->longest != b->longest)
        return a->longest < b->longest ? -1 : 1;
    return (a->part > b->part) - (a->part < b->part);
}

/* Traces one piece of the parts, those of like length together: the lanes wait for the longest. */
static bool measure_parts(void *argument, size_t piece, unsigned worker, rp_error *error)
{
    annotation *run = argument;
    scan_scratch *scratch = &run->scratch[worker];
    if (!make_scratch(scratch, run->parameters->kernel))
        return rp_error_memory(error, "aligning copies");
    rp_part *first = &run->parts->items[piece * TRACE_PART];
    const size_t n_parts = run->parts->n - piece * TRACE_PART < TRACE_PART ? run->parts->n - piece * TRACE_PART : TRACE_PART;
    part_length lengths[TRACE_PART];
    for (size_t i = 0; i < n_parts; i++) {
        const rp_alignment *alignment = &first[i].alignment;
        lengths[i] = (part_length){alignment->left_query > alignment->right_query ? alignment->left_query
                                                                                  : alignment->right_query, (uint32_t)i};
    }
    rp_sort(lengths, n_parts, sizeof *lengths, compare_lengths);
    for (size_t done = 0; done < n_parts; done += TRACE_AT_ONCE) {
        const size_t n = n_parts - done < TRACE_AT_ONCE ? n_parts - done : TRACE_AT_ONCE;
        const rp_part *which[TRACE_AT_ONCE];
        rp_interval kept[TRACE_AT_ONCE];
        for (size_t i = 0; i < n; i++)
            which[i] = &first[lengths[done + i].part];
        if (!rp_part_rows(scratch->aligner, run->view, run->table.queries, which, n, scratch->steps, scratch->rows, kept))
            return rp_error_memory(error, "aligning copies");
        for (size_t i = 0; i < n; i++) {
            rp_part *part = &first[lengths[done + i].part];
            const rp_row *row = &scratch->rows[i];
            part->begin = kept[i].begin;
            part->end = kept[i].end;
            part->consensus_begin = row->begin;
            part->consensus_end = row->end;
            part->divergence =
                (float)rp_row_divergence(row, run->consensus[part->family]->items, row->begin, row->end);
        }
    }
    return true;
}

/* --- Linking --- */

static int compare_parts(const void *left, const void *right)
{
    const rp_part *a = left, *b = right;
    if (a->begin != b->begin)
        return a->begin < b->begin ? -1 : 1;
    return (a->family > b->family) - (a->family < b->family);
}

/* Whether b, further right on the genome, goes on where a ends. */
static bool goes_on(const rp_part *a, const rp_part *b)
{
    if (a->family != b->family || a->reverse != b->reverse)
        return false;
    const rp_part *first = a->reverse ? b : a, *second = a->reverse ? a : b;
    return second->consensus_begin + LINK_OVERLAP_BP >= first->consensus_end &&
           second->consensus_begin <= first->consensus_end + LINK_CONSENSUS_BP &&
           second->consensus_end > first->consensus_end && second->consensus_begin > first->consensus_begin;
}

static void link_parts(annotation *run)
{
    rp_parts *parts = run->parts;
    for (size_t i = 0; i < parts->n; i++)
        parts->items[i].copy = UINT32_MAX;
    uint32_t n_copies = 0;
    for (size_t i = 0; i < parts->n; i++) {
        rp_part *here = &parts->items[i];
        if (here->copy == UINT32_MAX)
            here->copy = n_copies++;
        const uint64_t contig_end = run->view->genome->contigs[rp_genome_contig_of(run->view->genome, here->begin)].begin +
                                    run->view->genome->contigs[rp_genome_contig_of(run->view->genome, here->begin)].length_bp;
        uint64_t explained_to = here->end, unexplained = 0; /* genome between here and the candidate */
        for (size_t j = i + 1; j < parts->n && j <= i + LINK_LOOK_AHEAD; j++) {
            rp_part *next = &parts->items[j];
            if (next->begin >= contig_end || next->begin > here->end + LINK_GENOME_BP)
                break;
            if (next->begin > explained_to)
                unexplained += next->begin - explained_to;
            if (unexplained > LINK_FREE_BP)
                break;
            if (next->copy == UINT32_MAX && goes_on(here, next)) {
                next->copy = here->copy;
                break;
            }
            explained_to = next->end > explained_to ? next->end : explained_to;
        }
    }
}

/* --- The whole --- */

static bool make_chunks(annotation *run)
{
    run->chunks = rp_genome_chunks(run->view->genome, CHUNK_BP, &run->n_chunks);
    run->found = rp_alloc(run->n_chunks, sizeof *run->found);
    return run->chunks != NULL && run->found != NULL;
}

static bool gather(annotation *run)
{
    size_t n = 0;
    for (size_t i = 0; i < run->n_chunks; i++)
        n += run->found[i].n;
    if (!rp_alignments_reserve(&run->all, n))
        return false;
    for (size_t i = 0; i < run->n_chunks; i++) {
        for (size_t j = 0; j < run->found[i].n; j++)
            run->all.items[run->all.n++] = run->found[i].items[j];
        free(run->found[i].items);
        run->found[i] = (rp_alignments){0};
    }
    return true;
}

/* From alignments to linked parts, not yet traced. */
static bool place_copies(annotation *run, rp_error *error)
{
    run->parts->n = 0;
    if (!resolve(run, error))
        return false;
    if (run->parts->n > 0)
        rp_sort(run->parts->items, run->parts->n, sizeof *run->parts->items, compare_parts);
    link_parts(run);
    return true;
}

/* Traces all parts for their exact coordinates and divergence; those without an aligned base go. */
static bool trace_parts(annotation *run, rp_error *error)
{
    rp_parts *parts = run->parts;
    if (!rp_parallel((parts->n + TRACE_PART - 1) / TRACE_PART, run->parameters->n_threads, measure_parts, run, error))
        return false;
    size_t kept = 0;
    for (size_t i = 0; i < parts->n; i++)
        if (parts->items[i].consensus_begin < parts->items[i].consensus_end)
            parts->items[kept++] = parts->items[i];
    parts->n = kept;
    link_parts(run);
    return true;
}

/* Takes the alignments of families with too few copies away; *any: there were some. */
static bool drop_rare_families(annotation *run, bool *any)
{
    *any = false;
    uint32_t *n_copies = rp_alloc(run->n_families, sizeof *n_copies);
    uint32_t *last_copy = rp_alloc(run->n_families, sizeof *last_copy);
    const bool ok = n_copies != NULL && last_copy != NULL;
    if (ok) {
        for (size_t i = 0; i < run->parts->n; i++) {
            const rp_part *part = &run->parts->items[i];
            /* copies are numbered by their first part, so a part with a higher number is a new one */
            if (n_copies[part->family] == 0 || part->copy > last_copy[part->family]) {
                n_copies[part->family]++;
                last_copy[part->family] = part->copy;
            }
        }
        size_t kept = 0;
        for (size_t i = 0; i < run->all.n; i++)
            if (n_copies[run->all.items[i].query / 2] >= run->parameters->min_copies)
                run->all.items[kept++] = run->all.items[i];
        for (size_t i = 0; i < run->parts->n; i++)
            *any |= n_copies[run->parts->items[i].family] < run->parameters->min_copies;
        run->all.n = kept;
    }
    free(n_copies);
    free(last_copy);
    return ok;
}

static bool annotate(annotation *run, rp_error *error)
{
    const unsigned n_threads = run->parameters->n_threads;
    uint64_t library_bp = 0;
    for (size_t i = 0; i < run->n_families; i++)
        library_bp += run->consensus[i]->n;
    run->min_score = rp_annotate_min_score(run->view->genome->acgt_bp, library_bp, run->parameters->expected_by_chance);
    if (!rp_word_table_init(&run->table, run->consensus, run->n_families, error))
        return false;
    run->scratch = rp_alloc(n_threads, sizeof *run->scratch);
    if (run->scratch == NULL || !make_chunks(run))
        return rp_error_memory(error, "finding copies");
    if (!rp_parallel(run->n_chunks, n_threads, scan_chunk, run, error))
        return false;
    if (!gather(run))
        return rp_error_memory(error, "finding copies");
    bool again = true;
    while (again) {
        if (!place_copies(run, error) || !drop_rare_families(run, &again))
            return rp_error_memory(error, "finding copies");
    }
    return trace_parts(run, error);
}

bool rp_annotate(const rp_view *view, const rp_codes *const *consensus, size_t n_families,
                 const rp_annotate_parameters *parameters, rp_parts *parts, rp_error *error)
{
    annotation run = {.view = view, .parameters = parameters, .consensus = consensus, .n_families = n_families,
                      .parts = parts};
    parts->n = 0;
    const bool ok = n_families == 0 || annotate(&run, error);
    for (unsigned i = 0; run.scratch != NULL && i < parameters->n_threads; i++)
        clear_scratch(&run.scratch[i]);
    free(run.scratch);
    for (size_t i = 0; run.found != NULL && i < run.n_chunks; i++)
        free(run.found[i].items);
    free(run.found);
    free(run.chunks);
    free(run.all.items);
    rp_word_table_clear(&run.table);
    return ok;
}
