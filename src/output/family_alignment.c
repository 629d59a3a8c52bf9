/* family_alignment.c: see family_alignment.h. */
#include "output/family_alignment.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <htslib/kstring.h>

#include "align/realign.h"
#include "base/process.h"
#include "library/class_names.h"
#include "output/names.h"

enum { PAD_BP = 200 /* beside the corners' diagonals: what a gap and one that makes up for it may come to */ };

typedef struct insertion {
    uint32_t column, n;        /* the bases stand before this column of the consensus */
    size_t first;              /* of them in the row's `inserted` */
} insertion;

RP_ARRAY(insertions, insertion);

typedef struct aligned_copy {
    char *cells;               /* flanks and consensus: a letter, - for a base that is missing, or a dot */
    insertions gaps;
    kstring_t inserted;
    uint32_t flanks[2];        /* bases beside it, as the consensus reads */
} aligned_copy;

struct rp_family_alignment {
    const rp_genome *genome;
    const rp_named_family *family;
    const rp_family_parts *parts;
    const rp_family_copies *copies;
    uint32_t flank_bp;
    size_t n_columns;          /* flanks and consensus */
    aligned_copy *rows;        /* one a copy */
    uint32_t *inserted;        /* columns before each column of the consensus; one more at the end */
    rp_realigner realigner;
    rp_steps steps;
    rp_codes target;
};

/* The genome base `at` of [begin, end) as the copy's strand reads. */
static uint8_t code_at(const rp_genome *genome, const rp_family_part *part, uint64_t at)
{
    return rp_genome_code(genome, part->reverse ? part->end - 1 - at : part->begin + at, part->reverse);
}

/* Puts a part into its row, from column `from` of the consensus on. False: out of memory. */
static bool add_part(rp_family_alignment *to, aligned_copy *row, const rp_family_part *part, uint32_t from)
{
    const rp_codes *consensus = &to->family->consensus;
    const uint32_t length = (uint32_t)(part->end - part->begin);
    to->target.n = 0;
    if (!rp_codes_reserve(&to->target, length))
        return false;
    for (uint32_t i = 0; i < length; i++)
        to->target.items[to->target.n++] = code_at(to->genome, part, i);
    if (!rp_realign(&to->realigner, consensus->items + part->consensus_begin,
                    part->consensus_end - part->consensus_begin, to->target.items, length, PAD_BP, &to->steps))
        return false;
    uint32_t column = part->consensus_begin, at = 0;
    for (size_t i = 0; i < to->steps.n; i++) {
        const rp_step step = to->steps.items[i];
        if (step.kind == RP_STEP_INSERTION && column >= from) {
            insertion *before = row->gaps.n > 0 ? &row->gaps.items[row->gaps.n - 1] : NULL;
            if (before != NULL && before->column == column) /* of the part before */
                before->n += step.length;
            else if (!insertions_push(&row->gaps, (insertion){column, step.length, row->inserted.l}))
                return false;
            for (uint32_t j = 0; j < step.length; j++)
                if (kputc(rp_code_letter(to->target.items[at + j]), &row->inserted) < 0)
                    return false;
        }
        for (uint32_t j = 0; step.kind != RP_STEP_INSERTION && j < step.length; j++, column++)
            if (column >= from)
                row->cells[to->flank_bp + column] =
                    step.kind == RP_STEP_PAIR ? rp_code_letter(to->target.items[at + j]) : '-';
        at += step.kind == RP_STEP_DELETION ? 0 : step.length;
    }
    return true;
}

/* Writes what is beside a copy, in lower case, outwards from column `from` of the cells. */
static uint32_t add_flank(const rp_family_alignment *to, char *cells, const rp_family_part *part, size_t from,
                          bool left)
{
    const rp_genome *genome = to->genome;
    const rp_contig *contig = &genome->contigs[rp_genome_contig_of(genome, part->begin)];
    const bool down = left != part->reverse; /* towards the contig's beginning */
    const uint64_t room = down ? part->begin - contig->begin : contig->begin + contig->length_bp - part->end;
    const uint32_t n = room < to->flank_bp ? (uint32_t)room : to->flank_bp;
    for (uint32_t i = 0; i < n; i++) {
        const uint8_t code = rp_genome_code(genome, down ? part->begin - 1 - i : part->end + i, part->reverse);
        cells[left ? from - 1 - i : from + i] = (char)tolower((unsigned char)rp_code_letter(code));
    }
    return n;
}

/* False: out of memory. */
static bool align_copy(rp_family_alignment *to, aligned_copy *row, const rp_family_copy *copy)
{
    const rp_family_part *parts = &to->parts->items[copy->first];
    row->cells = rp_alloc(to->n_columns, 1);
    if (row->cells == NULL)
        return false;
    memset(row->cells, '.', to->n_columns);
    const rp_family_part *part = NULL, *first = NULL, *last = NULL;
    uint32_t begin = 0, end = 0;
    for (size_t i = 0; i < copy->n; i++) { /* as the consensus reads */
        part = &parts[parts[0].reverse ? copy->n - 1 - i : i];
        if (first == NULL) {
            first = last = part;
            begin = end = part->consensus_begin;
        }
        if (part->consensus_end <= end)
            continue; /* on what is there already */
        if (part->consensus_begin > end)
            memset(row->cells + to->flank_bp + end, '-', part->consensus_begin - end);
        if (!add_part(to, row, part, end))
            return false;
        end = part->consensus_end;
        last = part;
    }
    row->flanks[0] = add_flank(to, row->cells, first, to->flank_bp + (size_t)begin, true);
    row->flanks[1] = add_flank(to, row->cells, last, to->flank_bp + (size_t)end, false);
    for (size_t i = 0; i < row->gaps.n; i++) {
        const insertion *here = &row->gaps.items[i];
        if (here->n > to->inserted[here->column])
            to->inserted[here->column] = here->n;
    }
    return true;
}

rp_family_alignment *rp_family_alignment_make(const rp_genome *genome, const rp_named_family *family,
                                              const rp_family_parts *parts, const rp_family_copies *copies,
                                              uint32_t flank_bp, rp_error *error)
{
    rp_family_alignment *made = calloc(1, sizeof *made);
    if (made != NULL) {
        *made = (rp_family_alignment){.genome = genome,
                                      .family = family,
                                      .parts = parts,
                                      .copies = copies,
                                      .flank_bp = flank_bp,
                                      .n_columns = 2 * (size_t)flank_bp + family->consensus.n};
        made->rows = rp_alloc(copies->n, sizeof *made->rows);
        made->inserted = rp_alloc(family->consensus.n + 1, sizeof *made->inserted);
    }
    bool ok = made != NULL && made->rows != NULL && made->inserted != NULL;
    for (size_t i = 0; ok && i < copies->n; i++)
        ok = rp_not_cancelled(error) && align_copy(made, &made->rows[i], &copies->items[i]);
    if (!ok) {
        (void)rp_error_memory(error, "alignment");
        rp_family_alignment_destroy(made);
        return NULL;
    }
    return made;
}

void rp_family_alignment_destroy(rp_family_alignment *alignment)
{
    if (alignment == NULL)
        return;
    for (size_t i = 0; alignment->rows != NULL && i < alignment->copies->n; i++) {
        free(alignment->rows[i].cells);
        free(alignment->rows[i].gaps.items);
        ks_free(&alignment->rows[i].inserted);
    }
    free(alignment->rows);
    free(alignment->inserted);
    rp_realigner_clear(&alignment->realigner);
    free(alignment->steps.items);
    free(alignment->target.items);
    free(alignment);
}

/* --- Writing --- */

/* What a line shows. */
typedef struct line_style {
    char gap;                  /* beside a copy and between its bases; 0: as the cells have it */
    bool flanks;               /* with what is beside the copies */
    bool reference;            /* without a row: x for a column of the consensus, or else its bases */
} line_style;

static char cell_of(const rp_family_alignment *from, const aligned_copy *row, size_t column, const line_style *style)
{
    const bool is_beside = column < from->flank_bp || column >= from->n_columns - from->flank_bp;
    char letter = '.';
    if (row != NULL)
        letter = row->cells[column];
    else if (!is_beside)
        letter = style->reference ? 'x' : rp_code_letter(from->family->consensus.items[column - from->flank_bp]);
    if (!style->flanks && islower((unsigned char)letter) && row != NULL)
        letter = '.';
    return style->gap != '\0' && (letter == '.' || letter == '-') ? style->gap : letter;
}

/* One row, or NULL: the consensus. False: out of memory. */
static bool add_line(const rp_family_alignment *from, const aligned_copy *row, const line_style *style, kstring_t *text)
{
    const size_t skipped = style->flanks ? 0 : from->flank_bp;
    const char gap = style->gap != '\0' ? style->gap : '.';
    size_t next = 0;
    bool ok = true;
    for (size_t at = skipped; ok; at++) {
        const bool is_place = at >= from->flank_bp && at <= from->n_columns - from->flank_bp;
        const size_t column = at - from->flank_bp;
        uint32_t filled = 0;
        if (row != NULL && is_place && next < row->gaps.n && row->gaps.items[next].column == column) {
            filled = row->gaps.items[next].n;
            ok = kputsn(row->inserted.s + row->gaps.items[next++].first, filled, text) >= 0;
        }
        for (; ok && is_place && filled < from->inserted[column]; filled++)
            ok = kputc(gap, text) >= 0;
        if (at == from->n_columns - skipped)
            break;
        ok = ok && kputc(cell_of(from, row, at, style), text) >= 0;
    }
    return ok && kputc('\n', text) >= 0;
}

/* contig:begin-end_strand of a copy, 1-based and inclusive, from its first part to its last. */
static bool add_name(const rp_family_alignment *from, const rp_family_copy *copy, kstring_t *text)
{
    const rp_family_part *first = &from->parts->items[copy->first], *last = first + copy->n - 1;
    const rp_contig *contig = &from->genome->contigs[rp_genome_contig_of(from->genome, first->begin)];
    const rp_line_name name = rp_line_name_of(contig->name, contig->id_length);
    return ksprintf(text, "%s%.*s:%llu-%llu_%c", name.head, name.rest_length, name.rest,
                    (unsigned long long)(first->begin - contig->begin + 1),
                    (unsigned long long)(last->end - contig->begin), first->reverse ? '-' : '+') >= 0;
}

static bool add_stockholm(const rp_family_alignment *from, bool with_flanks, kstring_t *text)
{
    const line_style style = {.flanks = with_flanks, .reference = true};
    bool ok = ksprintf(text, "# STOCKHOLM 1.0\n#=GF ID %s\n#=GF TP %s\n#=GF SQ %zu\n", from->family->name,
                       rp_class_lineage(rp_class_read(from->family->class_name)), from->copies->n) >= 0;
    for (size_t i = 0; ok && i < from->copies->n; i++) {
        const rp_family_copy *copy = &from->copies->items[i];
        const rp_family_part *first = &from->parts->items[copy->first];
        ok = kputs("#=GS ", text) >= 0 && add_name(from, copy, text) &&
             ksprintf(text, " DE copy=%u kind=%s parts=%zu flanks=%u,%u\n", first->copy, first->kind, copy->n,
                      from->rows[i].flanks[0], from->rows[i].flanks[1]) >= 0;
    }
    ok = ok && kputs("#=GC RF ", text) >= 0 && add_line(from, NULL, &style, text);
    for (size_t i = 0; ok && i < from->copies->n; i++)
        ok = add_name(from, &from->copies->items[i], text) && kputc(' ', text) >= 0 &&
             add_line(from, &from->rows[i], &style, text);
    return ok && kputs("//\n", text) >= 0;
}

bool rp_family_alignment_write_stockholm(const rp_family_alignment *alignment, rp_file *file, rp_error *error)
{
    kstring_t text = KS_INITIALIZE;
    const bool ok = add_stockholm(alignment, true, &text);
    if (ok)
        rp_file_write(file, text.s, text.l);
    ks_free(&text);
    return ok || rp_error_memory(error, "alignment");
}

bool rp_family_alignment_write_fasta(const rp_family_alignment *alignment, rp_file *file, rp_error *error)
{
    const line_style style = {.gap = '-', .flanks = true};
    kstring_t text = KS_INITIALIZE;
    bool ok = ksprintf(&text, ">%s#%s\n", alignment->family->name, alignment->family->class_name) >= 0 &&
              add_line(alignment, NULL, &style, &text);
    for (size_t i = 0; ok && i < alignment->copies->n; i++)
        ok = kputc('>', &text) >= 0 && add_name(alignment, &alignment->copies->items[i], &text) &&
             kputc('\n', &text) >= 0 && add_line(alignment, &alignment->rows[i], &style, &text);
    if (ok)
        rp_file_write(file, text.s, text.l);
    ks_free(&text);
    return ok || rp_error_memory(error, "alignment");
}

/* The profile less what differs from run to run: its date. */
static bool copy_profile(const rp_scratch_file *from, rp_file *file, rp_error *error)
{
    FILE *lines = fopen(from->path, "r");
    char *line = NULL;
    size_t size = 0;
    bool has_any = false;
    while (lines != NULL && getline(&line, &size, lines) > 0) {
        has_any = true;
        if (strncmp(line, "DATE ", 5) != 0)
            rp_file_print(file, "%s", line);
    }
    free(line);
    if (lines != NULL)
        (void)fclose(lines);
    return has_any || rp_error_set(error, "hmmbuild has written no profile");
}

bool rp_family_alignment_write_hmm(const rp_family_alignment *alignment, rp_file *file, rp_error *error)
{
    kstring_t text = KS_INITIALIZE;
    rp_scratch_file input = {.descriptor = -1}, profile = {.descriptor = -1};
    bool is_absent = false;
    bool ok = add_stockholm(alignment, false, &text) || rp_error_memory(error, "alignment");
    ok = ok && ((rp_scratch_file_open(&input) && rp_scratch_file_open(&profile)) ||
                rp_error_set(error, "hmmbuild: its files cannot be made"));
    ok = ok && rp_scratch_file_write(&input, text.s, text.l, "the alignment for hmmbuild", error);
    const char *const arguments[] = {"hmmbuild",  "--dna", "--hand",    "--cpu",      "0",        "--informat",
                                     "stockholm", "-o",    "/dev/null", profile.path, input.path, NULL};
    ok = ok && rp_process_run(arguments, NULL, NULL, &is_absent, error) && copy_profile(&profile, file, error);
    if (input.descriptor >= 0)
        rp_scratch_file_close(&input);
    if (profile.descriptor >= 0)
        rp_scratch_file_close(&profile);
    ks_free(&text);
    return ok;
}
