/* paf.c: copies with their alignments as PAF; see writers.h.
 *
 * The consensus is the query and the contig the target, so that cg:Z runs along the genome:
 * I is a consensus base that the genome lacks, D a genome base that the consensus lacks.
 */
#include <htslib/kstring.h>

#include "copies/row_reader.h"
#include "output/writers.h"

RP_ARRAY(cigar, rp_step); /* kind: index into "=XID" */

typedef struct paf_writer {
    const rp_findings *findings;
    rp_file *file;
    rp_row row;
    cigar steps;
    kstring_t text;
} paf_writer;

enum { MATCH, MISMATCH, INSERTION, DELETION };

static bool add(cigar *steps, unsigned kind, uint32_t n)
{
    if (steps->n > 0 && steps->items[steps->n - 1].kind == kind) {
        steps->items[steps->n - 1].length = (steps->items[steps->n - 1].length + n) & ((1u << 30) - 1);
        return true;
    }
    return cigar_push(steps, (rp_step){kind, n & ((1u << 30) - 1)});
}

static bool make_cigar(cigar *steps, const rp_row *row, const uint8_t *consensus)
{
    size_t insertion = 0;
    steps->n = 0;
    for (uint32_t column = row->begin; column < row->end; column++) {
        while (insertion < row->insertions.n && row->insertions.items[insertion].column <= column)
            if (!add(steps, DELETION, row->insertions.items[insertion++].n))
                return false;
        const uint8_t cell = row->cells.items[column - row->begin];
        if (!add(steps, cell == RP_CELL_GAP ? INSERTION : cell == consensus[column] ? MATCH : MISMATCH, 1))
            return false;
    }
    return true;
}

static bool write_row(paf_writer *writer, const rp_part *part)
{
    const rp_found_family *family = &writer->findings->families[part->family];
    const rp_locus at = rp_findings_locus(writer->findings, part->begin);
    const rp_row_counts *counts = &part->counts;
    const uint64_t columns = (uint64_t)counts->matches + counts->mismatches + counts->deleted + counts->inserted;
    if (!make_cigar(&writer->steps, &writer->row, family->consensus->items))
        return false;
    kstring_t *text = &writer->text;
    text->l = 0;
    for (size_t i = 0; i < writer->steps.n; i++) {
        const rp_step *step = &writer->steps.items[part->reverse ? writer->steps.n - 1 - i : i];
        if (kputuw(step->length, text) < 0 || kputc("=XID"[step->kind], text) < 0)
            return false;
    }
    rp_file_print(
        writer->file,
        "%s#%s\t%zu\t%u\t%u\t%c\t%.*s\t%llu\t%llu\t%llu\t%u\t%llu\t255\tNM:i:%llu\tAS:i:%d\tde:f:%.4f\tcn:i:%u\tcg:Z:",
        family->name, rp_findings_class(writer->findings, family), family->consensus->n, part->consensus_begin,
        part->consensus_end, part->reverse ? '-' : '+', at.name_length, at.name, (unsigned long long)at.contig_bp,
        (unsigned long long)at.position, (unsigned long long)(at.position + part->end - part->begin), counts->matches,
        (unsigned long long)columns, (unsigned long long)(columns - counts->matches), part->score,
        (double)part->divergence / 100, part->copy + 1);
    rp_file_write(writer->file, text->s, text->l);
    rp_file_write(writer->file, "\n", 1);
    return true;
}

bool rp_write_paf(const rp_findings *findings, rp_file *file, rp_error *error)
{
    paf_writer writer = {.findings = findings, .file = file};
    rp_row_reader reader = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < findings->parts.n; i++) {
        const rp_part *part = &findings->parts.items[i];
        ok = rp_row_read(&reader, findings, part, &writer.row) && write_row(&writer, part);
    }
    rp_row_reader_clear(&reader);
    rp_row_clear(&writer.row);
    free(writer.steps.items);
    ks_free(&writer.text);
    return ok || rp_error_memory(error, "alignments");
}
