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
#include "output/writers.h"

enum { ROWS_AT_ONCE = RP_LANES / 2, MAX_INSERTED_COLUMNS = 200 };

typedef struct seed_rank {
    int32_t score;
    size_t part;
} seed_rank;

typedef struct seed_writer {
    const rp_findings *findings;
    rp_extender *extender;
    rp_aligner *aligner;
    rp_steps steps[RP_LANES];
    rp_row *rows;             /* RP_SEED_ROWS */
    rp_codes turned;          /* the consensus' reverse complement */
    rp_query *queries;        /* two for each family; only the present one's are set */
    seed_rank *ranks;
    size_t rank_capacity;
    uint32_t *inserted;       /* columns before each consensus column; one more at the end */
    size_t inserted_capacity;
    kstring_t text;
} seed_writer;

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
    return cell < 4 ? "ACGT"[cell] : cell == RP_CELL_GAP ? '.' : 'N';
}

/* The longest insertion before each column, over all rows. */
static void measure_insertions(seed_writer *writer, size_t n_rows, size_t n_columns)
{
    memset(writer->inserted, 0, (n_columns + 1) * sizeof *writer->inserted);
    for (size_t i = 0; i < n_rows; i++)
        for (size_t j = 0; j < writer->rows[i].insertions.n; j++) {
            const rp_insertion *here = &writer->rows[i].insertions.items[j];
            const uint32_t n = here->n < MAX_INSERTED_COLUMNS ? here->n : MAX_INSERTED_COLUMNS;
            if (n > writer->inserted[here->column])
                writer->inserted[here->column] = n;
        }
}

/* One aligned row; NULL: the RF line. */
static void write_row(seed_writer *writer, rp_file *file, const rp_row *row, size_t n_columns)
{
    kstring_t *text = &writer->text;
    text->l = 0;
    size_t next = 0;
    for (uint32_t column = 0; column <= n_columns; column++) {
        uint32_t filled = 0;
        if (row != NULL && next < row->insertions.n && row->insertions.items[next].column == column) {
            const rp_insertion *here = &row->insertions.items[next++];
            for (; filled < here->n && filled < MAX_INSERTED_COLUMNS; filled++)
                kputc(letter(row->inserted.items[here->first + filled]), text);
        }
        for (; filled < writer->inserted[column]; filled++)
            kputc('.', text);
        if (column == n_columns)
            break;
        if (row == NULL)
            kputc('x', text);
        else
            kputc(column >= row->begin && column < row->end ? letter(row->cells.items[column - row->begin]) : '.', text);
    }
    kputc('\n', text);
    rp_file_write(file, text->s, text->l);
}

static bool align_rows(seed_writer *writer, const rp_found_family *family, size_t n_rows)
{
    const rp_view view = {.genome = writer->findings->genome};
    for (size_t done = 0; done < n_rows; done += ROWS_AT_ONCE) {
        const size_t n = n_rows - done < ROWS_AT_ONCE ? n_rows - done : ROWS_AT_ONCE;
        const rp_part *parts[ROWS_AT_ONCE];
        rp_interval kept[ROWS_AT_ONCE];
        for (size_t i = 0; i < n; i++)
            parts[i] = &writer->findings->parts.items[family->parts[writer->ranks[done + i].part]];
        if (!rp_part_rows(writer->aligner, &view, writer->queries, parts, n, writer->steps, writer->rows + done, kept))
            return false;
    }
    return true;
}

static bool write_family(seed_writer *writer, size_t f, rp_file *file)
{
    const rp_findings *findings = writer->findings;
    const rp_found_family *family = &findings->families[f];
    const size_t n_columns = family->consensus->n;
    if (!rp_reserve((void **)&writer->ranks, &writer->rank_capacity, family->n_parts, sizeof *writer->ranks) ||
        !rp_reserve((void **)&writer->inserted, &writer->inserted_capacity, n_columns + 1, sizeof *writer->inserted) ||
        !rp_codes_reverse_complement(&writer->turned, family->consensus->items, n_columns))
        return false;
    writer->queries[2 * f] = (rp_query){.codes = family->consensus->items, .length = (uint32_t)n_columns};
    writer->queries[2 * f + 1] = (rp_query){.codes = writer->turned.items, .length = (uint32_t)n_columns};
    for (size_t i = 0; i < family->n_parts; i++)
        writer->ranks[i] = (seed_rank){findings->parts.items[family->parts[i]].score, i};
    rp_sort(writer->ranks, family->n_parts, sizeof *writer->ranks, compare_ranks);
    const size_t n_rows = family->n_parts < RP_SEED_ROWS ? family->n_parts : RP_SEED_ROWS;
    rp_sort(writer->ranks, n_rows, sizeof *writer->ranks, compare_parts);
    if (!align_rows(writer, family, n_rows))
        return false;
    measure_insertions(writer, n_rows, n_columns);
    rp_file_print(file, "# STOCKHOLM 1.0\n#=GF ID %s\n#=GF DE copies %llu, bases %llu, divergence %.1f %%\n#=GF TP Interspersed_Repeat;Unknown\n#=GF SQ %zu\n",
                  family->name, (unsigned long long)family->n_copies, (unsigned long long)family->bases,
                  family->divergence, n_rows);
    rp_file_print(file, "#=GC RF ");
    write_row(writer, file, NULL, n_columns);
    for (size_t i = 0; i < n_rows; i++) {
        const rp_part *part = &findings->parts.items[family->parts[writer->ranks[i].part]];
        const rp_locus at = rp_findings_locus(findings, part->begin);
        rp_file_print(file, "%.*s:%llu-%llu_%c ", at.name_length, at.name, (unsigned long long)at.position + 1,
                      (unsigned long long)(at.position + part->end - part->begin), part->reverse ? '-' : '+');
        write_row(writer, file, &writer->rows[i], n_columns);
    }
    rp_file_print(file, "//\n");
    return true;
}

bool rp_write_seed_alignments(const rp_findings *findings, rp_file *file, rp_error *error)
{
    seed_writer writer = {.findings = findings};
    writer.extender = rp_extender_create(findings->kernel);
    if (writer.extender != NULL)
        writer.aligner = rp_aligner_create(writer.extender);
    writer.rows = rp_alloc(RP_SEED_ROWS, sizeof *writer.rows);
    writer.queries = rp_alloc(2 * findings->n_families, sizeof *writer.queries);
    bool ok = writer.aligner != NULL && writer.rows != NULL && writer.queries != NULL;
    for (size_t f = 0; f < findings->n_families && ok; f++)
        ok = write_family(&writer, f, file);
    rp_aligner_destroy(writer.aligner);
    rp_extender_destroy(writer.extender);
    for (unsigned i = 0; i < RP_LANES; i++)
        free(writer.steps[i].items);
    for (unsigned i = 0; writer.rows != NULL && i < RP_SEED_ROWS; i++)
        rp_row_clear(&writer.rows[i]);
    free(writer.rows);
    free(writer.queries);
    free(writer.turned.items);
    free(writer.ranks);
    free(writer.inserted);
    ks_free(&writer.text);
    return ok || rp_error_memory(error, "seed alignments");
}
