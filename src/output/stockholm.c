/* stockholm.c: seed alignments of the families; see writers.h.
 *
 * Rows are named contig:start-end_strand, 1-based inclusive; #=GC RF has x for a consensus
 * column and . for a column that only some copies have (Dfam's convention).
 */
#include <stdlib.h>
#include <string.h>

#include <htslib/kstring.h>

#include "base/memory.h"
#include "base/sort.h"
#include "base/ordered_loop.h"
#include "copies/row_reader.h"
#include "output/names.h"
#include "output/writers.h"

enum { MAX_INSERTED_COLUMNS = 200 };

typedef struct seed_rank {
    int32_t score;
    size_t part;
} seed_rank;

/* What one thread makes alignments with. */
typedef struct seed_maker {
    rp_row_reader reader;
    rp_row *rows;             /* RP_SEED_ROWS; NULL until the thread's first family */
    seed_rank *ranks;
    size_t rank_capacity;
    uint32_t *inserted;       /* columns before each consensus column; one more at the end */
    size_t inserted_capacity;
    size_t width;             /* columns with the inserted ones */
} seed_maker;

typedef struct seed_run {
    const rp_findings *findings;
    rp_file *file;            /* the committer's */
    seed_maker *makers;       /* by thread */
    kstring_t *texts;         /* by family, until they are written */
} seed_run;

static int compare_ranks(const void *left, const void *right)
{
    const seed_rank *a = left, *b = right;
    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    return (a->part > b->part) - (a->part < b->part);
}

static int compare_parts(const void *left, const void *right)
{
    const seed_rank *a = left, *b = right;
    return (a->part > b->part) - (a->part < b->part);
}

static char letter(uint8_t cell)
{
    return cell == RP_CELL_GAP ? '.' : rp_code_letter(cell);
}

/* The longest insertion before each column, over all rows. */
static void measure_insertions(seed_maker *maker, size_t n_rows, size_t n_columns)
{
    memset(maker->inserted, 0, (n_columns + 1) * sizeof *maker->inserted);
    for (size_t i = 0; i < n_rows; i++)
        for (size_t j = 0; j < maker->rows[i].insertions.n; j++) {
            const rp_insertion *here = &maker->rows[i].insertions.items[j];
            const uint32_t n = here->n < MAX_INSERTED_COLUMNS ? here->n : MAX_INSERTED_COLUMNS;
            if (n > maker->inserted[here->column])
                maker->inserted[here->column] = n;
        }
    maker->width = n_columns;
    for (size_t i = 0; i <= n_columns; i++)
        maker->width += maker->inserted[i];
}

/* One aligned row; NULL: the RF line. */
static bool add_row(const seed_maker *maker, kstring_t *text, const rp_row *row, size_t n_columns)
{
    if (ks_resize(text, text->l + maker->width + 2) < 0)
        return false;
    char *to = text->s + text->l;
    size_t next = 0;
    for (uint32_t column = 0; column <= n_columns; column++) {
        uint32_t filled = 0;
        if (row != NULL && next < row->insertions.n && row->insertions.items[next].column == column) {
            const rp_insertion *here = &row->insertions.items[next++];
            for (; filled < here->n && filled < MAX_INSERTED_COLUMNS; filled++)
                *to++ = letter(row->inserted.items[here->first + filled]);
        }
        for (; filled < maker->inserted[column]; filled++)
            *to++ = '.';
        if (column == n_columns)
            break;
        if (row == NULL)
            *to++ = 'x';
        else
            *to++ = column >= row->begin && column < row->end ? letter(row->cells.items[column - row->begin]) : '.';
    }
    *to++ = '\n';
    *to = '\0';
    text->l = (size_t)(to - text->s);
    return true;
}

/* Chooses the rows of a family; *n_rows of them are in maker->rows. */
static bool make_rows(seed_maker *maker, const rp_findings *findings, size_t f, size_t *n_rows)
{
    const rp_found_family *family = &findings->families[f];
    const size_t n_columns = family->consensus->n;
    if (!rp_reserve((void **)&maker->ranks, &maker->rank_capacity, family->n_parts, sizeof *maker->ranks) ||
        !rp_reserve((void **)&maker->inserted, &maker->inserted_capacity, n_columns + 1, sizeof *maker->inserted))
        return false;
    for (size_t i = 0; i < family->n_parts; i++)
        maker->ranks[i] = (seed_rank){findings->parts.items[family->parts[i]].score, i};
    rp_sort(maker->ranks, family->n_parts, sizeof *maker->ranks, compare_ranks);
    *n_rows = family->n_parts < RP_SEED_ROWS ? family->n_parts : RP_SEED_ROWS;
    rp_sort(maker->ranks, *n_rows, sizeof *maker->ranks, compare_parts);
    for (size_t i = 0; i < *n_rows; i++)
        if (!rp_row_read(&maker->reader, findings, &findings->parts.items[family->parts[maker->ranks[i].part]],
                         &maker->rows[i]))
            return false;
    measure_insertions(maker, *n_rows, n_columns);
    return true;
}

static bool make_text(seed_maker *maker, const rp_findings *findings, size_t f, kstring_t *text)
{
    const rp_found_family *family = &findings->families[f];
    size_t n_rows = 0;
    if (family->n_parts == 0)
        return true;
    bool ok = make_rows(maker, findings, f, &n_rows) &&
              ksprintf(text,
                       "# STOCKHOLM 1.0\n#=GF ID %s\n#=GF DE copies %llu, bases %llu, divergence %.1f %%\n"
                       "#=GF TP %s\n#=GF SQ %zu\n#=GC RF ",
                       family->name, (unsigned long long)family->n_copies, (unsigned long long)family->bases,
                       family->divergence, rp_class_lineage(family->class_name), n_rows) >= 0 &&
              add_row(maker, text, NULL, family->consensus->n);
    for (size_t i = 0; ok && i < n_rows; i++) {
        const rp_part *part = &findings->parts.items[family->parts[maker->ranks[i].part]];
        const rp_locus at = rp_findings_locus(findings, part->begin);
        const rp_line_name name = rp_line_name_of(at.name, (size_t)at.name_length);
        ok = ksprintf(text, "%s%.*s:%llu-%llu_%c ", name.head, name.rest_length, name.rest,
                      (unsigned long long)at.position + 1, (unsigned long long)(at.position + part->end - part->begin),
                      part->reverse ? '-' : '+') >= 0 &&
             add_row(maker, text, &maker->rows[i], family->consensus->n);
    }
    return ok && kputs("//\n", text) >= 0;
}

static bool prepare(seed_maker *maker)
{
    if (maker->rows == NULL)
        maker->rows = rp_alloc(RP_SEED_ROWS, sizeof *maker->rows);
    return maker->rows != NULL;
}

static void clear_maker(seed_maker *maker)
{
    rp_row_reader_clear(&maker->reader);
    for (unsigned i = 0; maker->rows != NULL && i < RP_SEED_ROWS; i++)
        rp_row_clear(&maker->rows[i]);
    free(maker->rows);
    free(maker->ranks);
    free(maker->inserted);
}

static void *make_family(void *context, size_t f, unsigned worker, rp_error *error)
{
    seed_run *run = context;
    if (prepare(&run->makers[worker]) && make_text(&run->makers[worker], run->findings, f, &run->texts[f]))
        return &run->texts[f];
    (void)rp_error_memory(error, "seed alignments");
    return NULL;
}

static bool write_family(void *context, uint64_t serial, void *made, unsigned worker, rp_error *error)
{
    const seed_run *run = context;
    kstring_t *text = made;
    (void)serial;
    (void)worker;
    (void)error;
    rp_file_write(run->file, text->s, text->l);
    ks_free(text);
    return true;
}

bool rp_write_seed_alignments(const rp_findings *findings, unsigned n_threads, rp_file *file, rp_error *error)
{
    seed_run run = {.findings = findings, .file = file};
    run.makers = rp_alloc(n_threads, sizeof *run.makers);
    const size_t n = rp_findings_n_found(findings);
    run.texts = rp_alloc(n, sizeof *run.texts);
    bool ok = (run.makers != NULL && run.texts != NULL) || rp_error_memory(error, "seed alignments");
    ok = ok && rp_ordered_loop(n, n_threads, make_family, NULL, write_family, &run, error);
    for (unsigned i = 0; run.makers != NULL && i < n_threads; i++)
        clear_maker(&run.makers[i]);
    for (size_t f = 0; run.texts != NULL && f < n; f++)
        ks_free(&run.texts[f]);
    free(run.makers);
    free(run.texts);
    return ok;
}
