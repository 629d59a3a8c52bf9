/* copies_fasta.c: the sequence of every copy with what is beside it; see writers.h. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/sort.h"
#include "output/writers.h"

enum { LINE_BASES = 60 };

typedef struct fasta_writer {
    const rp_findings *findings;
    uint32_t flank_bp;
    rp_file *file;
    rp_codes codes;
    char *letters;
    size_t capacity;
} fasta_writer;

/* Upper case where a part is: [begin, end) of the letters, which begin at `from` of the genome and read forwards. */
static void spell(fasta_writer *writer, const size_t *parts, size_t n, uint64_t from)
{
    for (size_t i = 0; i < writer->codes.n; i++)
        writer->letters[i] = (char)tolower((unsigned char)rp_code_letter(writer->codes.items[i]));
    for (size_t i = 0; i < n; i++) {
        const rp_part *part = &writer->findings->parts.items[parts[i]];
        for (uint64_t at = part->begin; at < part->end; at++)
            writer->letters[at - from] = (char)toupper((unsigned char)writer->letters[at - from]);
    }
}

static char complement(char letter)
{
    static const char from[] = "ACGTacgt", to[] = "TGCAtgca";
    const char *at = strchr(from, letter);
    return at != NULL ? to[at - from] : letter;
}

/* Writes the copy that has these parts. False: out of memory. */
static bool write_copy(fasta_writer *writer, const size_t *parts, size_t n)
{
    const rp_findings *findings = writer->findings;
    const rp_part *first = &findings->parts.items[parts[0]], *last = &findings->parts.items[parts[n - 1]];
    const rp_locus at = rp_findings_locus(findings, first->begin);
    const uint64_t contig = first->begin - at.position, contig_end = contig + at.contig_bp;
    const uint64_t left = at.position < writer->flank_bp ? at.position : writer->flank_bp;
    const uint64_t right = contig_end - last->end < writer->flank_bp ? contig_end - last->end : writer->flank_bp;
    const uint64_t from = first->begin - left;
    const size_t length = (size_t)(last->end + right - from);
    if (!rp_codes_reserve(&writer->codes, length) ||
        !rp_reserve((void **)&writer->letters, &writer->capacity, length, 1))
        return false;
    writer->codes.n = length;
    rp_genome_decode(findings->genome, from, length, writer->codes.items);
    spell(writer, parts, n, from);
    if (first->reverse)
        for (size_t i = 0, j = length; i < j; i++) {
            const char letter = complement(writer->letters[--j]);
            writer->letters[j] = complement(writer->letters[i]);
            writer->letters[i] = letter;
        }
    rp_file_print(writer->file, ">%s_copy%u %.*s:%llu-%llu_%c flanks=%llu,%llu parts=%zu\n",
                  findings->families[first->family].name, first->copy + 1, at.name_length, at.name,
                  (unsigned long long)at.position + 1, (unsigned long long)(last->end - contig),
                  first->reverse ? '-' : '+', (unsigned long long)(first->reverse ? right : left),
                  (unsigned long long)(first->reverse ? left : right), n);
    for (size_t i = 0; i < length; i += LINE_BASES) {
        rp_file_write(writer->file, writer->letters + i, length - i < LINE_BASES ? length - i : LINE_BASES);
        rp_file_write(writer->file, "\n", 1);
    }
    return true;
}

/* A part, by its copy. */
typedef struct part_rank {
    uint32_t copy;
    size_t part;
} part_rank;

static int compare_parts(const void *left, const void *right)
{
    const part_rank *a = left, *b = right;
    if (a->copy != b->copy)
        return a->copy < b->copy ? -1 : 1;
    return (a->part > b->part) - (a->part < b->part);
}

/* Writes the copies of a family. Other copies may stand between the parts of one. False: out of memory. */
static bool write_family(fasta_writer *writer, const rp_found_family *family)
{
    part_rank *ranks = rp_alloc(family->n_parts, sizeof *ranks);
    size_t *parts = rp_alloc(family->n_parts, sizeof *parts);
    bool ok = ranks != NULL && parts != NULL;
    for (size_t i = 0; ok && i < family->n_parts; i++)
        ranks[i] = (part_rank){writer->findings->parts.items[family->parts[i]].copy, family->parts[i]};
    if (ok)
        rp_sort(ranks, family->n_parts, sizeof *ranks, compare_parts);
    for (size_t i = 0, end; ok && i < family->n_parts; i = end) {
        for (end = i; end < family->n_parts && ranks[end].copy == ranks[i].copy; end++)
            parts[end - i] = ranks[end].part;
        ok = write_copy(writer, parts, end - i);
    }
    free(ranks);
    free(parts);
    return ok;
}

bool rp_write_copies_fasta(const rp_findings *findings, uint32_t flank_bp, rp_file *file, rp_error *error)
{
    fasta_writer writer = {.findings = findings, .flank_bp = flank_bp, .file = file};
    bool ok = true;
    for (size_t f = 0; ok && f < findings->n_families; f++)
        ok = write_family(&writer, &findings->families[f]);
    free(writer.codes.items);
    free(writer.letters);
    return ok || rp_error_memory(error, "copies");
}
