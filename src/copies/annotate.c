/* annotate.c: from alignments to the copies of all families; see annotate.h. */
#include "copies/annotate.h"

#include <stdlib.h>
#include <string.h>

#include "base/block.h"
#include "base/memory.h"
#include "base/parallel.h"
#include "base/sort.h"
#include "copies/links.h"

enum {
    MIN_PART_BP = 20,          /* what is left of an overlapped alignment counts from this length */
    MIN_PART_PERCENT_OF_SCORE = 50, /* and when it keeps so much of the score that an alignment needs */
    TRACE_PART = 256           /* alignments, or parts, in a thread's piece of work */
};

/* How the genome is scanned. */
typedef struct scan_manner {
    unsigned word_bases;       /* 0: by the library's size */
    uint32_t max_places;       /* of a word: a library may have many versions of one family */
    int min_gain, min_evidence;
    unsigned min_flank;
    uint32_t pair_bp;
    int pair_evidence, weak_score;
} scan_manner;

/* Beside a word, chance gives four of 16 bases, or five where A and T are many; copies a third of whose bases are
 * changed have ten. The evidence of pairs by chance is 40 with a deviation of 3, that of copies' pairs 55: both as
 * measured with plant families in cacao. */
static const scan_manner MANNERS[RP_N_ANNOTATE_MANNERS] = {
    [RP_ANNOTATE_FOUND] = {.max_places = 32, .min_gain = 6, .min_evidence = 68, .min_flank = 7},
    [RP_ANNOTATE_FAST] = {.max_places = 1000, .min_gain = 4, .min_flank = 6},
    [RP_ANNOTATE_SENSITIVE] = {.word_bases = 10,
                               .max_places = 1000,
                               .min_gain = 6,
                               .min_flank = 5,
                               .pair_bp = 200,
                               .pair_evidence = 46,
                               .weak_score = 30}};

typedef struct thread_scratch {
    rp_alignment alignments[TRACE_PART]; /* of a piece of work, */
    rp_steps steps[2 * TRACE_PART];
    rp_codes packed;           /* and its steps */
    rp_row row;
} thread_scratch;

struct rp_annotation {
    const rp_view *view;
    rp_annotate_parameters parameters;
    const rp_codes *const *consensus;
    size_t n_families;
    rp_word_table table;
    int min_score;
    rp_scan_scratch *scans;    /* by thread */
    thread_scratch *threads;
    rp_alignment_store all;
    uint8_t *rare;             /* by family: it has too few copies, and gets none */
    rp_block paths;            /* uint64_t, by index in all: where its steps are in the store; 0: not traced */
    rp_decoy_figures *figures; /* by family */
    /* while parts are placed: */
    const uint8_t *left_out;
    rp_parts *parts;
    rp_block untraced;         /* uint64_t, indices in all of alignments that hold parts, in the order of the parts */
    size_t n_untraced;
};

/* --- Overlaps --- */

static int compare_alignments(const void *left, const void *right)
{
    const rp_alignment *a = left, *b = right;
    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    return rp_alignment_compare_places(a, b);
}

/* The part [begin, end) of an alignment; until it is traced, its consensus coordinates are in proportion, and its path
 * is the alignment's index. */
static rp_part make_part(const rp_annotation *run, const rp_alignment *whole, uint64_t begin, uint64_t end)
{
    rp_part part = {.begin = begin,
                    .end = end,
                    .family = whole->query / 2,
                    .reverse = whole->query % 2 != 0,
                    .score = whole->score,
                    .alignment = *whole,
                    .path = (uint64_t)(whole - run->all.items)};
    const uint64_t genome = whole->end - whole->begin, query = whole->query_end - whole->query_begin;
    const uint32_t from = whole->query_begin + (uint32_t)((begin - whole->begin) * query / genome);
    const uint32_t to = whole->query_begin + (uint32_t)((end - whole->begin) * query / genome);
    const uint32_t length = run->table.queries[whole->query].length;
    part.consensus_begin = part.reverse ? length - to : from;
    part.consensus_end = part.reverse ? length - from : to;
    return part;
}

static int compare_by_family(const void *left, const void *right)
{
    const rp_alignment *a = left, *b = right;
    if (a->query / 2 != b->query / 2)
        return a->query < b->query ? -1 : 1;
    return compare_alignments(left, right);
}

/* Lets an alignment have the bases that are not taken yet. */
static bool take_free(rp_annotation *run, const rp_alignment *here, rp_bitmask *taken, rp_error *error)
{
    bool ok = true;
    uint64_t begin = rp_bitmask_next(taken, here->begin, here->end, false);
    while (begin < here->end && ok) {
        const uint64_t end = rp_bitmask_next(taken, begin, here->end, true);
        const uint64_t kept = (uint64_t)here->evidence * (end - begin) / (here->end - here->begin);
        const bool whole = end - begin == here->end - here->begin;
        if (whole ||
            (end - begin >= MIN_PART_BP && 100 * kept >= (uint64_t)run->min_score * MIN_PART_PERCENT_OF_SCORE)) {
            const rp_part part = make_part(run, here, begin, end);
            ok = rp_parts_push(run->parts, &part, error);
            rp_bitmask_set(taken, begin, end);
        }
        begin = rp_bitmask_next(taken, end, here->end, false);
    }
    return ok;
}

static bool may_have_copies(const rp_annotation *run, size_t family)
{
    return !run->rare[family] && (run->left_out == NULL || !run->left_out[family]);
}

/* Gives each base to the best alignment over it; what the alignments keep becomes parts. */
static bool resolve(rp_annotation *run, rp_error *error)
{
    rp_bitmask taken;
    if (!rp_bitmask_init(&taken, run->view->genome->length_bp)) {
        rp_bitmask_clear(&taken);
        return rp_error_memory(error, "overlapping copies");
    }
    if (run->parameters.taken != NULL)
        rp_bitmask_add(&taken, run->parameters.taken);
    bool ok = rp_sort_parallel(run->all.items, run->all.n, sizeof *run->all.items,
                               run->parameters.apart ? compare_by_family : compare_alignments,
                               run->parameters.n_threads, error);
    for (size_t i = 0, j; i < run->all.n && ok; i = j) {
        /* one competition of all, or one for each family */
        for (j = i + 1;
             j < run->all.n && (!run->parameters.apart || run->all.items[j].query / 2 == run->all.items[i].query / 2);
             j++)
            ;
        for (size_t a = i; a < j && ok; a++)
            if (may_have_copies(run, run->all.items[a].query / 2))
                ok = take_free(run, &run->all.items[a], &taken, error);
        for (size_t a = i; a < j && run->parameters.apart; a++)
            rp_bitmask_unset(&taken, run->all.items[a].begin, run->all.items[a].end);
    }
    rp_bitmask_clear(&taken);
    return ok;
}

/* --- Rows --- */

/* Lists the alignments that hold parts and are not traced yet. */
static bool list_untraced(rp_annotation *run, rp_error *error)
{
    run->n_untraced = 0;
    if (!rp_block_resize(&run->paths, run->all.n * sizeof(uint64_t), "aligned rows", error) ||
        !rp_block_resize(&run->untraced, run->parts->n * sizeof(uint64_t), "aligned rows", error))
        return false;
    uint64_t *paths = run->paths.data, *untraced = run->untraced.data;
    for (size_t i = 0; i < run->parts->n; i++) {
        const uint64_t which = run->parts->items[i].path;
        if (paths[which] != 0)
            continue;
        untraced[run->n_untraced++] = which;
        paths[which] = UINT64_MAX; /* listed */
    }
    return true;
}

/* Traces one piece of the alignments. */
static bool trace_piece(void *argument, size_t part, unsigned worker, rp_error *error)
{
    rp_annotation *run = argument;
    thread_scratch *scratch = &run->threads[worker];
    const uint64_t *piece = (const uint64_t *)run->untraced.data + part * TRACE_PART;
    uint64_t *paths = run->paths.data;
    const size_t left = run->n_untraced - part * TRACE_PART, n = left < TRACE_PART ? left : TRACE_PART;
    bool ok = rp_scan_scratch_make(&run->scans[worker], run->parameters.kernel);
    for (size_t i = 0; i < n; i++)
        scratch->alignments[i] = run->all.items[piece[i]];
    ok = ok && rp_align_trace(run->scans[worker].extender, run->view, run->table.queries, scratch->alignments, n,
                              scratch->steps);
    scratch->packed.n = 0;
    for (size_t i = 0; ok && i < n; i++) {
        paths[piece[i]] = scratch->packed.n; /* from the first byte, until the store has the piece */
        ok = rp_steps_pack(&scratch->steps[2 * i], &scratch->packed);
    }
    uint64_t first;
    if (!ok)
        return rp_error_memory(error, "aligning copies");
    if (!rp_row_store_add(run->parameters.rows, scratch->packed.items, scratch->packed.n, &first, error))
        return false;
    for (size_t i = 0; i < n; i++)
        paths[piece[i]] += first;
    return true;
}

static size_t n_pieces(size_t n)
{
    return (n + TRACE_PART - 1) / TRACE_PART;
}

static bool trace_alignments(rp_annotation *run, rp_error *error)
{
    const bool ok = list_untraced(run, error) &&
                    rp_parallel(n_pieces(run->n_untraced), run->parameters.n_threads, trace_piece, run, error);
    rp_block_free(&run->untraced);
    return ok;
}

/* Gives one piece of the parts their exact coordinates, counts and divergence. */
static bool measure_parts(void *argument, size_t piece, unsigned worker, rp_error *error)
{
    rp_annotation *run = argument;
    thread_scratch *scratch = &run->threads[worker];
    const rp_row *row = &scratch->row;
    const uint64_t *paths = run->paths.data;
    const size_t begin = piece * TRACE_PART, left = run->parts->n - begin;
    for (size_t i = begin; i < begin + (left < TRACE_PART ? left : TRACE_PART); i++) {
        rp_part *part = &run->parts->items[i];
        const rp_codes *consensus = run->consensus[part->family];
        rp_interval kept;
        part->path = paths[part->path];
        if (!rp_part_row(run->parameters.rows, run->view->genome, (uint32_t)consensus->n, part, scratch->steps,
                         &scratch->row, &kept))
            return rp_error_memory(error, "aligning copies");
        part->begin = kept.begin;
        part->end = kept.end;
        part->consensus_begin = row->begin;
        part->consensus_end = row->end;
        part->counts = rp_row_count(row, consensus->items);
        part->divergence = (float)rp_row_divergence(row, consensus->items, row->begin, row->end);
    }
    return true;
}

/* --- The whole --- */

/* From alignments to linked parts, not yet traced. */
static bool place_copies(rp_annotation *run, rp_error *error)
{
    run->parts->n = 0;
    if (!resolve(run, error))
        return false;
    if (!rp_parts_sort(run->parts, run->parameters.n_threads, error))
        return false;
    rp_parts_link(run->view->genome, run->parts);
    return true;
}

/* The parts as their rows have them; those without an aligned base go. */
static bool trace_parts(rp_annotation *run, rp_error *error)
{
    rp_parts *parts = run->parts;
    if (!trace_alignments(run, error) ||
        !rp_parallel(n_pieces(parts->n), run->parameters.n_threads, measure_parts, run, error))
        return false;
    size_t kept = 0;
    for (size_t i = 0; i < parts->n; i++)
        if (parts->items[i].consensus_begin < parts->items[i].consensus_end)
            parts->items[kept++] = parts->items[i];
    parts->n = kept;
    rp_parts_link(run->view->genome, parts);
    return true;
}

/* Notes the families with too few copies; *any: there are some that have been given any. */
static bool find_rare_families(rp_annotation *run, bool *any)
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
        for (size_t f = 0; f < run->n_families; f++) {
            const bool is_rare = n_copies[f] < run->parameters.min_copies;
            run->rare[f] |= is_rare;
            *any |= is_rare && n_copies[f] > 0;
        }
    }
    free(n_copies);
    free(last_copy);
    return ok;
}

/* Takes away the alignments that lie mostly on bases that others have. */
static void drop_taken(rp_annotation *run)
{
    size_t n = 0;
    for (size_t i = 0; i < run->all.n; i++) {
        const rp_alignment *here = &run->all.items[i];
        if (2 * rp_bitmask_count(run->parameters.taken, here->begin, here->end) <= here->end - here->begin)
            run->all.items[n++] = *here;
    }
    run->all.n = n;
}

/* Takes away what the thresholds by the decoy do not let pass. */
static bool judge_by_decoy(rp_annotation *run, const rp_alignment_store *found, rp_error *error)
{
    const rp_decoy_calls calls = {run->all.items, run->all.n, found->items, found->n};
    const rp_decoy_rule rule = {run->parameters.decoy_one_in, run->min_score, run->parameters.min_copies,
                                run->parameters.n_threads};
    const bool ok = rp_decoy_judge(&calls, &rule, run->figures, run->n_families, error);
    size_t n = 0;
    for (size_t i = 0; ok && i < run->all.n; i++) {
        const rp_decoy_figures *family = &run->figures[run->all.items[i].query / 2];
        if (family->is_chance ? run->parameters.keeps_chance : rp_decoy_passes(family, &run->all.items[i]))
            run->all.items[n++] = run->all.items[i];
    }
    run->all.n = ok ? n : run->all.n;
    return ok;
}

const rp_decoy_figures *rp_annotation_decoy(const rp_annotation *run)
{
    return run->figures;
}

/* All but the alignments. NULL: error filled in. */
static rp_annotation *create_run(const rp_view *view, const rp_codes *const *consensus, size_t n_families,
                                 const rp_annotate_parameters *parameters, rp_error *error)
{
    rp_annotation *run = rp_alloc(1, sizeof *run);
    if (run == NULL) {
        (void)rp_error_memory(error, "finding copies");
        return NULL;
    }
    *run = (rp_annotation){.view = view, .parameters = *parameters, .consensus = consensus, .n_families = n_families};
    uint64_t library_bp = 0;
    for (size_t i = 0; i < n_families; i++)
        library_bp += consensus[i]->n;
    const uint64_t genome_bp = parameters->search_space_bp != 0 ? parameters->search_space_bp : view->genome->acgt_bp;
    const scan_manner *manner = &MANNERS[parameters->manner];
    run->min_score = rp_scan_min_score(genome_bp, library_bp, parameters->expected_by_chance);
    run->scans = rp_alloc(parameters->n_threads, sizeof *run->scans);
    run->threads = rp_alloc(parameters->n_threads, sizeof *run->threads);
    run->figures = rp_alloc(n_families, sizeof *run->figures);
    run->rare = rp_alloc(n_families, sizeof *run->rare);
    bool ok = run->scans != NULL && run->threads != NULL && run->figures != NULL && run->rare != NULL;
    if (!ok)
        (void)rp_error_memory(error, "finding copies");
    ok = ok && (n_families == 0 || rp_word_table_init(&run->table, consensus, n_families, manner->word_bases, genome_bp,
                                                      manner->max_places, parameters->n_threads, error));
    if (!ok) {
        rp_annotation_destroy(run);
        run = NULL;
    }
    return run;
}

/* Finds what a scan lacks yet. */
static bool scan_share(rp_annotation *run, const rp_view *view, rp_kept_scan *into, rp_error *error)
{
    const scan_manner *manner = &MANNERS[run->parameters.manner];
    const rp_scan_parameters scan = {.n_threads = run->parameters.n_threads,
                                     .kernel = run->parameters.kernel,
                                     .min_score = run->min_score,
                                     .min_gain = manner->min_gain,
                                     .min_evidence = manner->min_evidence,
                                     .min_flank = manner->min_flank,
                                     .pair_bp = manner->pair_bp,
                                     .pair_evidence = manner->pair_evidence,
                                     .weak_score = manner->weak_score,
                                     .progress = &into->progress};
    return rp_scan_is_done(&into->progress) || rp_scan(view, &run->table, &scan, run->scans, &into->found, error);
}

/* Finds what the scan of the decoy lacks. */
static bool scan_decoy(rp_annotation *run, rp_kept_scan *into, rp_error *error)
{
    rp_decoy decoy = {.one_in = 0};
    const rp_view view = {.genome = &decoy.genome, .excluded = &decoy.excluded};
    if (rp_scan_is_done(&into->progress))
        return true;
    const bool ok = rp_decoy_make(&decoy, run->view, run->parameters.decoy_one_in, &into->progress.share,
                                  run->parameters.n_threads, error) &&
                    scan_share(run, &view, into, error);
    rp_decoy_clear(&decoy);
    return ok;
}

/* Finds what both scans lack. */
static bool scan_both(rp_annotation *run, rp_kept_scans *into, rp_error *error)
{
    if (!scan_share(run, run->view, &into->genome, error) ||
        (run->parameters.decoy_one_in > 0 && !scan_decoy(run, &into->decoy, error)))
        return false;
    const rp_keep_hook *keep = &into->genome.progress.keep;
    if (!into->are_done && keep->keep != NULL) {
        into->are_done = true;
        keep->keep(keep->context);
    }
    into->are_done = true;
    return true;
}

bool rp_annotate_stretch(const rp_genome *genome, uint32_t decoy_one_in, const rp_share *share, rp_interval *stretch)
{
    rp_interval forwards, backwards;
    *stretch = (rp_interval){0, genome->length_bp};
    if (share->of == 0)
        return true;
    if (!rp_scan_stretch(genome, share, &forwards) || !rp_decoy_stretch(genome, decoy_one_in, share, &backwards))
        return false;
    forwards = forwards.end == 0 ? backwards : forwards;
    backwards = backwards.end == 0 ? forwards : backwards;
    stretch->begin = forwards.begin < backwards.begin ? forwards.begin : backwards.begin;
    stretch->end = forwards.end > backwards.end ? forwards.end : backwards.end;
    return true;
}

bool rp_annotate_scan(const rp_view *view, const rp_codes *const *consensus, size_t n_families,
                      const rp_annotate_parameters *parameters, rp_error *error)
{
    rp_annotation *run = create_run(view, consensus, n_families, parameters, error);
    const bool ok = run != NULL && scan_both(run, parameters->kept, error);
    rp_annotation_destroy(run);
    return ok;
}

rp_annotation *rp_annotation_create(const rp_view *view, const rp_codes *const *consensus, size_t n_families,
                                    const rp_annotate_parameters *parameters, rp_error *error)
{
    rp_kept_scans own = {.genome = {.found = {.n = 0}}}, *scans = parameters->kept != NULL ? parameters->kept : &own;
    rp_annotation *run = create_run(view, consensus, n_families, parameters, error);
    bool ok = run != NULL && scan_both(run, scans, error);
    if (ok) {
        run->all = scans->genome.found;
        scans->genome.found = (rp_alignment_store){0};
        if (run->parameters.taken != NULL)
            drop_taken(run);
        ok = parameters->decoy_one_in == 0 || judge_by_decoy(run, &scans->decoy.found, error);
        rp_kept_scans_clear(scans);
    }
    rp_kept_scans_clear(&own);
    if (!ok) {
        rp_annotation_destroy(run);
        run = NULL;
    }
    return run;
}

void rp_kept_scans_clear(rp_kept_scans *scans)
{
    rp_scan_progress_clear(&scans->genome.progress);
    rp_scan_progress_clear(&scans->decoy.progress);
    rp_alignment_store_clear(&scans->genome.found);
    rp_alignment_store_clear(&scans->decoy.found);
}

void rp_annotation_destroy(rp_annotation *run)
{
    if (run == NULL)
        return;
    for (unsigned i = 0; run->scans != NULL && i < run->parameters.n_threads; i++)
        rp_scan_scratch_clear(&run->scans[i]);
    for (unsigned i = 0; run->threads != NULL && i < run->parameters.n_threads; i++) {
        for (unsigned j = 0; j < 2 * TRACE_PART; j++)
            free(run->threads[i].steps[j].items);
        free(run->threads[i].packed.items);
        rp_row_clear(&run->threads[i].row);
    }
    free(run->scans);
    free(run->threads);
    rp_alignment_store_clear(&run->all);
    rp_block_free(&run->paths);
    free(run->figures);
    free(run->rare);
    rp_word_table_clear(&run->table);
    free(run);
}

bool rp_annotation_place(rp_annotation *run, const uint8_t *left_out, rp_parts *parts, rp_error *error)
{
    run->left_out = left_out;
    run->parts = parts;
    bool again = true;
    while (again) {
        again = false;
        if (!place_copies(run, error) || (left_out == NULL && !find_rare_families(run, &again)))
            return rp_error_memory(error, "finding copies");
    }
    return run->parameters.rows == NULL || trace_parts(run, error);
}

bool rp_annotate(const rp_view *view, const rp_codes *const *consensus, size_t n_families,
                 const rp_annotate_parameters *parameters, rp_parts *parts, rp_error *error)
{
    parts->n = 0;
    rp_annotation *run = rp_annotation_create(view, consensus, n_families, parameters, error);
    const bool ok = run != NULL && rp_annotation_place(run, NULL, parts, error);
    rp_annotation_destroy(run);
    return ok;
}
