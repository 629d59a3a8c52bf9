/* rm_align.c: copies with their alignments as RepeatMasker's .align file has them; see writers.h.
 *
 * A header line in the columns of cross_match, blocks of 50 columns with the genome forwards above the consensus, and
 * below them what calcDivergenceFromAlign.pl reads: "Kimura (with divCpGMod)", and the line of gaps that ends each.
 */
#include <stdlib.h>
#include <string.h>

#include "copies/row_reader.h"
#include "output/repeatmasker.h"
#include "output/writers.h"

enum { BLOCK_COLUMNS = 50, NAME_COLUMNS = 13 };

typedef struct align_writer {
    const rp_findings *findings;
    rp_file *file;
    rp_row row;
    rp_codes genome, consensus; /* the two lines of an alignment, in columns; RP_CELL_GAP for none */
} align_writer;

/* What is told below an alignment. */
typedef struct align_counts {
    unsigned transitions, transversions, gaps, gap_columns;
} align_counts;

/* Fills in the two lines as the consensus reads. */
static bool spell(align_writer *writer, const rp_codes *consensus)
{
    const rp_row *row = &writer->row;
    writer->genome.n = writer->consensus.n = 0;
    size_t next = 0;
    for (uint32_t column = row->begin; column <= row->end; column++) {
        for (; next < row->insertions.n && row->insertions.items[next].column <= column; next++) {
            const rp_insertion *here = &row->insertions.items[next];
            if (!rp_codes_append(&writer->genome, row->inserted.items + here->first, here->n))
                return false;
            for (uint32_t i = 0; i < here->n; i++)
                if (!rp_codes_push(&writer->consensus, RP_CELL_GAP))
                    return false;
        }
        if (column < row->end && !(rp_codes_push(&writer->genome, row->cells.items[column - row->begin]) &&
                                   rp_codes_push(&writer->consensus, consensus->items[column])))
            return false;
    }
    return true;
}

static void turn(rp_codes *line)
{
    for (size_t i = 0, j = line->n; i < j; i++) {
        const uint8_t code = rp_code_complement(line->items[--j]);
        line->items[j] = rp_code_complement(line->items[i]);
        line->items[i] = code;
    }
}

static char letter(uint8_t code)
{
    return code == RP_CELL_GAP ? '-' : rp_code_letter(code);
}

static bool is_transition(uint8_t a, uint8_t b)
{
    return rp_code_is_base(a) && rp_code_is_base(b) && (a ^ b) == (RP_BASE_A ^ RP_BASE_G);
}

/* RepeatMasker's mark between two letters. */
static char mark(uint8_t genome, uint8_t consensus)
{
    if (genome == RP_CELL_GAP || consensus == RP_CELL_GAP)
        return '-';
    if (!rp_code_is_base(genome) || !rp_code_is_base(consensus))
        return '?';
    return genome == consensus ? ' ' : is_transition(genome, consensus) ? 'i' : 'v';
}

/* One line of a block: name, first position, letters, last position. `at` is the position of the next base, from 1; it
 * goes on by `step` with each. */
static void write_line(rp_file *file, const char *strand, const char *name, size_t name_length, const uint8_t *codes,
                       size_t n, int step, uint64_t *at)
{
    char text[BLOCK_COLUMNS + 1];
    const uint64_t first = *at;
    uint64_t last = first;
    for (size_t i = 0; i < n; i++) {
        text[i] = letter(codes[i]);
        if (codes[i] != RP_CELL_GAP) {
            last = *at;
            *at += (uint64_t)(int64_t)step;
        }
    }
    text[n] = '\0';
    const int shown = (int)(name_length < NAME_COLUMNS ? name_length : NAME_COLUMNS);
    rp_file_print(file, "%s %-*.*s %10llu %s %llu\n", strand, NAME_COLUMNS, shown, name, (unsigned long long)first,
                  text, (unsigned long long)last);
}

static align_counts write_blocks(const align_writer *writer, const rp_part *part, const rp_locus *at, const char *name)
{
    align_counts counts = {0};
    uint64_t genome_at = at->position + 1;
    uint64_t consensus_at = part->reverse ? part->consensus_end : part->consensus_begin + (uint64_t)1;
    bool in_gap[2] = {false, false};
    for (size_t begin = 0; begin < writer->genome.n; begin += BLOCK_COLUMNS) {
        const uint8_t *genome = writer->genome.items + begin, *consensus = writer->consensus.items + begin;
        const size_t n = writer->genome.n - begin < BLOCK_COLUMNS ? writer->genome.n - begin : BLOCK_COLUMNS;
        char marks[BLOCK_COLUMNS + 1];
        for (size_t i = 0; i < n; i++) {
            marks[i] = mark(genome[i], consensus[i]);
            counts.transitions += marks[i] == 'i';
            counts.transversions += marks[i] == 'v';
            counts.gap_columns += marks[i] == '-';
            const bool gaps[2] = {genome[i] == RP_CELL_GAP, consensus[i] == RP_CELL_GAP};
            for (int line = 0; line < 2; line++) {
                counts.gaps += gaps[line] && !in_gap[line];
                in_gap[line] = gaps[line];
            }
        }
        marks[n] = '\0';
        write_line(writer->file, " ", at->name, (size_t)at->name_length, genome, n, 1, &genome_at);
        rp_file_print(writer->file, "%*s%s\n", NAME_COLUMNS + 14, "", marks);
        write_line(writer->file, part->reverse ? "C" : " ", name, strlen(name), consensus, n, part->reverse ? -1 : 1,
                   &consensus_at);
        rp_file_write(writer->file, "\n", 1);
    }
    return counts;
}

static void write_header(const align_writer *writer, size_t i, const rp_locus *at, const char *class_name)
{
    const rp_part *part = &writer->findings->parts.items[i];
    const rp_found_family *family = &writer->findings->families[part->family];
    const rp_part_percents percents = rp_part_percents_of(part);
    const uint64_t end = at->position + (part->end - part->begin);
    const unsigned long long left = family->consensus->n - part->consensus_end;
    rp_file_print(writer->file, "%d %.2f %.2f %.2f %.*s %llu %llu (%llu) ", part->score, percents.substituted,
                  percents.deleted, percents.inserted, at->name_length, at->name, (unsigned long long)at->position + 1,
                  (unsigned long long)end, (unsigned long long)(at->contig_bp - end));
    if (part->reverse)
        rp_file_print(writer->file, "C %s#%s (%llu) %u %u", family->name, class_name, left, part->consensus_end,
                      part->consensus_begin + 1);
    else
        rp_file_print(writer->file, "%s#%s %u %u (%llu)", family->name, class_name, part->consensus_begin + 1,
                      part->consensus_end, left);
    /* where RepeatMasker tells the batch that an alignment is of, its readers look for m_b... */
    rp_file_print(writer->file, " m_b1s1i%zu %u\n\n", i, part->copy + 1);
}

static void write_counts(const align_writer *writer, const rp_part *part, const align_counts *counts)
{
    const uint64_t span = part->end - part->begin - 1;
    rp_file_print(
        writer->file, "Matrix = Unknown\nKimura (with divCpGMod) = %.2f\nTransitions / transversions = %.2f (%u/%u)\n",
        (double)part->divergence, counts->transversions > 0 ? (double)counts->transitions / counts->transversions : 1,
        counts->transitions, counts->transversions);
    rp_file_print(writer->file, "Gap_init rate = %.2f (%u / %llu), avg. gap size = %.2f (%u / %u)\n\n",
                  span > 0 ? counts->gaps / (double)span : 0, counts->gaps, (unsigned long long)span,
                  counts->gaps > 0 ? (double)counts->gap_columns / counts->gaps : 0, counts->gap_columns, counts->gaps);
}

static bool write_part(align_writer *writer, size_t i)
{
    const rp_part *part = &writer->findings->parts.items[i];
    const rp_found_family *family = &writer->findings->families[part->family];
    const rp_locus at = rp_findings_locus(writer->findings, part->begin);
    if (!spell(writer, family->consensus))
        return false;
    if (part->reverse) {
        turn(&writer->genome);
        turn(&writer->consensus);
    }
    write_header(writer, i, &at, family->class_name);
    const align_counts counts = write_blocks(writer, part, &at, family->name);
    write_counts(writer, part, &counts);
    return true;
}

bool rp_write_align(const rp_findings *findings, rp_file *file, rp_error *error)
{
    align_writer writer = {.findings = findings, .file = file};
    rp_row_reader reader = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < findings->parts.n; i++)
        ok = rp_row_read(&reader, findings, &findings->parts.items[i], &writer.row) && write_part(&writer, i);
    rp_row_reader_clear(&reader);
    rp_row_clear(&writer.row);
    free(writer.genome.items);
    free(writer.consensus.items);
    return ok || rp_error_memory(error, "alignments");
}
