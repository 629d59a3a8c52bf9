/* gff3.c: copies as features of GFF3; see writers.h.
 *
 * A copy is a feature and what belongs to it are its children. Features stand sorted by their begin, so that the file
 * can be indexed: the lines of a copy wait until no part that is yet to come can have one before them.
 */
#include <stdlib.h>

#include "base/memory.h"
#include "base/sort.h"
#include "library/class_names.h"
#include "output/names.h"
#include "output/writers.h"

/* Terms of the Sequence Ontology that follow from what a copy is, and not from its class. */
#define SOLO_TERM "solo_LTR"
#define SOLO_ID "SO:0001003"
#define LTR_TERM "long_terminal_repeat"
#define LTR_ID "SO:0000286"
#define TSD_TERM "target_site_duplication"
#define TSD_ID "SO:0000434"
#define FRAGMENT_TERM "repeat_fragment"
#define FRAGMENT_ID "SO:0001050"

typedef enum line_kind { LINE_COPY, LINE_FRAGMENT, LINE_LTR, LINE_TSD, N_LINE_KINDS } line_kind;

typedef struct feature_line {
    uint64_t begin, end;     /* genome positions */
    size_t part;             /* index of the findings' part that it was written for */
    line_kind kind;
} feature_line;

RP_ARRAY(feature_lines, feature_line);

static int compare_lines(const void *left, const void *right)
{
    const feature_line *a = left, *b = right;
    if (a->begin != b->begin)
        return a->begin < b->begin ? -1 : 1;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1; /* a copy before its children */
    return (a->part > b->part) - (a->part < b->part);
}

/* The next part of the copy that the part is of; there is one. */
static size_t next_part(const rp_findings *findings, size_t part)
{
    const uint32_t copy = findings->parts.items[part].copy;
    do
        part++;
    while (findings->parts.items[part].copy != copy);
    return part;
}

/* The columns before the attributes. */
static void write_columns(rp_file *file, const rp_findings *findings, const feature_line *line, const char *term,
                          const long long *score)
{
    const rp_locus at = rp_findings_locus(findings, line->begin);
    rp_write_gff3_name(file, at.name, (size_t)at.name_length);
    rp_file_print(file, "\treprise-c\t%s\t%llu\t%llu\t", term, (unsigned long long)at.position + 1,
                  (unsigned long long)(at.position + line->end - line->begin));
    if (score != NULL)
        rp_file_print(file, "%lld", *score);
    else
        rp_file_print(file, ".");
    rp_file_print(file, "\t%c\t.\t", findings->parts.items[line->part].reverse ? '-' : '+');
}

static void write_target(rp_file *file, const rp_found_family *family, uint32_t begin, uint32_t end)
{
    rp_file_print(file, ";Target=");
    rp_write_gff3_value(file, family->name);
    rp_file_print(file, " %u %u +", begin + 1, end);
}

/* What the pair of LTRs tells. */
static void write_ltr_pair(rp_file *file, const rp_findings *findings, const rp_called_copy *copy)
{
    if (copy->ltr_identity <= 0)
        return;
    rp_file_print(file, ";ltr_identity=%.4f", (double)copy->ltr_identity);
    if (copy->ltr_distance < 0)
        return;
    rp_file_print(file, ";ltr_distance=%.4f", (double)copy->ltr_distance);
    if (findings->mutation_rate > 0)
        rp_file_print(file, ";ltr_age=%.0f", (double)copy->ltr_distance / (2 * findings->mutation_rate));
}

/* Of all of a copy's parts: their divergence, by bases, and the score of the alignments that they are of. */
static void measure(const rp_findings *findings, const rp_called_copy *copy, double *divergence, long long *score)
{
    uint64_t bases = 0;
    *divergence = 0;
    *score = 0;
    const rp_part *last = NULL;
    size_t at = (size_t)copy->first_part;
    for (uint32_t i = 0; i < copy->n_parts; i++, last = &findings->parts.items[at]) {
        at = i == 0 ? at : next_part(findings, at);
        const rp_part *part = &findings->parts.items[at];
        *divergence += (double)part->divergence * (double)(part->end - part->begin);
        bases += part->end - part->begin;
        if (last == NULL || last->path != part->path)
            *score += part->score;
    }
    *divergence /= bases > 0 ? (double)bases : 1;
}

static void write_copy(rp_file *file, const rp_findings *findings, const feature_line *line)
{
    const rp_part *part = &findings->parts.items[line->part];
    const rp_called_copy *copy = &findings->copies.items[part->copy];
    const rp_found_family *family = &findings->families[part->family];
    const bool is_solo = copy->kind == RP_COPY_SOLO;
    double divergence;
    long long score;
    measure(findings, copy, &divergence, &score);
    write_columns(file, findings, line, is_solo ? SOLO_TERM : rp_class_so_term(family->class_name), &score);
    rp_file_print(file, "ID=copy%u;Name=", part->copy + 1);
    rp_write_gff3_value(file, family->name);
    if (copy->n_parts == 1)
        write_target(file, family, copy->consensus_begin, copy->consensus_end);
    rp_file_print(file, ";Ontology_term=%s;classification=", is_solo ? SOLO_ID : rp_class_so_id(family->class_name));
    rp_write_gff3_value(file, rp_findings_class(findings, family));
    rp_file_print(file, ";kind=%s;divergence=%.1f", rp_copy_kind_name[copy->kind], divergence);
    if (copy->tsd_bp > 0) {
        rp_file_print(file, ";tsd=");
        rp_write_tsd(findings, copy, file);
    }
    write_ltr_pair(file, findings, copy);
    if (copy->host != RP_NO_HOST) {
        const rp_called_copy *host = &findings->copies.items[copy->host];
        rp_file_print(file, ";nesting_level=%u;nested_in=copy%u;host_family=", copy->level, copy->host + 1);
        rp_write_gff3_value(file, findings->families[findings->parts.items[host->first_part].family].name);
    }
    rp_file_write(file, "\n", 1);
}

static void write_fragment(rp_file *file, const rp_findings *findings, const feature_line *line)
{
    const rp_part *part = &findings->parts.items[line->part];
    const long long score = part->score;
    write_columns(file, findings, line, FRAGMENT_TERM, &score);
    rp_file_print(file, "Parent=copy%u", part->copy + 1);
    write_target(file, &findings->families[part->family], part->consensus_begin, part->consensus_end);
    rp_file_print(file, ";Ontology_term=%s;divergence=%.1f\n", FRAGMENT_ID, (double)part->divergence);
}

static void write_child(rp_file *file, const rp_findings *findings, const feature_line *line)
{
    const rp_part *part = &findings->parts.items[line->part];
    const bool is_ltr = line->kind == LINE_LTR;
    write_columns(file, findings, line, is_ltr ? LTR_TERM : TSD_TERM, NULL);
    rp_file_print(file, "Parent=copy%u;Ontology_term=%s\n", part->copy + 1, is_ltr ? LTR_ID : TSD_ID);
}

static void (*const WRITERS[N_LINE_KINDS])(rp_file *, const rp_findings *, const feature_line *) = {
    [LINE_COPY] = write_copy, [LINE_FRAGMENT] = write_fragment, [LINE_LTR] = write_child, [LINE_TSD] = write_child};

/* Writes the lines that begin before `limit`, in their order. */
static void write_lines(rp_file *file, const rp_findings *findings, feature_lines *lines, uint64_t limit)
{
    size_t n = 0, left = 0;
    rp_sort(lines->items, lines->n, sizeof *lines->items, compare_lines);
    for (; n < lines->n && lines->items[n].begin < limit; n++)
        WRITERS[lines->items[n].kind](file, findings, &lines->items[n]);
    while (n < lines->n)
        lines->items[left++] = lines->items[n++];
    lines->n = left;
}

static bool add_line(feature_lines *lines, line_kind kind, size_t part, uint64_t begin, uint64_t end)
{
    return feature_lines_push(lines, (feature_line){begin, end, part, kind});
}

/* The lines of a copy, but for its parts. */
static bool add_copy(feature_lines *lines, const rp_called_copy *copy, size_t part)
{
    bool ok = add_line(lines, LINE_COPY, part, copy->begin, copy->end);
    for (int i = 0; ok && i < 2 && copy->ltr_identity > 0; i++)
        ok = add_line(lines, LINE_LTR, part, copy->begin + copy->ltrs[i][0], copy->begin + copy->ltrs[i][1]);
    if (copy->tsd_bp > 0)
        ok = ok && add_line(lines, LINE_TSD, part, copy->tsd_left, copy->tsd_left + copy->tsd_bp) &&
             add_line(lines, LINE_TSD, part, copy->tsd_right, copy->tsd_right + copy->tsd_bp);
    return ok;
}

static bool add_lines(feature_lines *lines, const rp_findings *findings, size_t which)
{
    const rp_part *part = &findings->parts.items[which];
    const rp_called_copy *copy = &findings->copies.items[part->copy];
    return (copy->first_part != which || add_copy(lines, copy, which)) &&
           (copy->n_parts == 1 || add_line(lines, LINE_FRAGMENT, which, part->begin, part->end));
}

static void write_head(rp_file *file, const rp_genome *genome)
{
    rp_file_print(file, "##gff-version 3\n");
    for (size_t c = 0; c < genome->n_contigs; c++) {
        const rp_contig *contig = &genome->contigs[c];
        if (contig->length_bp == 0)
            continue;
        rp_file_print(file, "##sequence-region ");
        rp_write_gff3_name(file, contig->name, contig->id_length);
        rp_file_print(file, " 1 %llu\n", (unsigned long long)contig->length_bp);
    }
}

bool rp_write_gff3(const rp_findings *findings, rp_file *file, rp_error *error)
{
    enum { AT_ONCE = 256, MARGIN_BP = RP_TSD_MAX_BP + RP_OVERLAP_BP }; /* duplications begin before their copies */
    feature_lines lines = {0};
    bool ok = true;
    write_head(file, findings->genome);
    for (size_t i = 0; ok && i < findings->parts.n; i++) {
        if (lines.n >= AT_ONCE)
            write_lines(file, findings, &lines,
                        findings->parts.items[i].begin > MARGIN_BP ? findings->parts.items[i].begin - MARGIN_BP : 0);
        ok = add_lines(&lines, findings, i);
    }
    write_lines(file, findings, &lines, UINT64_MAX);
    free(lines.items);
    return ok || rp_error_memory(error, "copies");
}
