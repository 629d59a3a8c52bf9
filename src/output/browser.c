/* browser.c: copies for genome browsers and for counting reads: bigRmsk, the descriptions (autoSql) of BED files, GTF;
 * see writers.h. */
#include <stdlib.h>
#include <string.h>

#include <htslib/kstring.h>

#include "base/memory.h"
#include "base/sort.h"
#include "output/names.h"
#include "output/repeatmasker.h"
#include "output/writers.h"

/* 1 + the highest number of a copy. */
static size_t count_copies(const rp_findings *findings)
{
    size_t n = 0;
    for (size_t i = 0; i < findings->parts.n; i++)
        n = findings->parts.items[i].copy >= n ? findings->parts.items[i].copy + (size_t)1 : n;
    return n;
}

/* --- GTF --- */

/* What stands before or behind the slash of a class; the class where there is none. */
static void write_half(rp_file *file, const char *class_name, bool behind)
{
    const char *slash = strchr(class_name, '/');
    char half[256];
    const char *begin = slash != NULL && behind ? slash + 1 : class_name;
    const size_t length = slash != NULL && !behind ? (size_t)(slash - class_name) : strlen(begin);
    if (length >= sizeof half) {
        rp_write_gff3_value(file, begin);
        return;
    }
    memcpy(half, begin, length);
    half[length] = '\0';
    rp_write_gff3_value(file, half);
}

bool rp_write_gtf(const rp_findings *findings, rp_file *file, rp_error *error)
{
    /* parts of each copy so far: each part has an identifier of its own, as TEtranscripts needs it */
    uint32_t *n_parts = rp_alloc(count_copies(findings), sizeof *n_parts);
    if (n_parts == NULL)
        return rp_error_memory(error, "GTF");
    for (size_t i = 0; i < findings->parts.n; i++) {
        const rp_part *part = &findings->parts.items[i];
        const rp_found_family *family = &findings->families[part->family];
        const char *class_name = rp_findings_class(findings, family);
        const rp_locus at = rp_findings_locus(findings, part->begin);
        const rp_line_name name = rp_line_name_of(at.name, (size_t)at.name_length);
        rp_file_print(file, "%s%.*s\treprise-c\texon\t%llu\t%llu\t%d\t%c\t.\tgene_id \"", name.head, name.rest_length,
                      name.rest, (unsigned long long)at.position + 1,
                      (unsigned long long)(at.position + part->end - part->begin), part->score,
                      part->reverse ? '-' : '+');
        rp_write_gff3_value(file, family->name);
        rp_file_print(file, "\"; transcript_id \"");
        rp_write_gff3_value(file, family->name);
        rp_file_print(file, "_copy%u", part->copy + 1);
        if (++n_parts[part->copy] > 1)
            rp_file_print(file, ".%u", n_parts[part->copy]);
        rp_file_print(file, "\"; family_id \"");
        write_half(file, class_name, true);
        rp_file_print(file, "\"; class_id \"");
        write_half(file, class_name, false);
        rp_file_print(file, "\";\n");
    }
    free(n_parts);
    return true;
}

/* --- bigRmsk --- */

/* A copy as one line: its aligned blocks, and between, before and behind them what of the consensus is not there. */
typedef struct joined {
    size_t first;            /* part that it begins with */
    uint64_t begin;          /* of the line: with what the consensus has before it, as far as the contig goes */
} joined;

RP_ARRAY(joined_list, joined);

typedef struct joiner {
    const rp_findings *findings;
    rp_file *file;
    size_t *next;            /* by part: the next one of its copy; SIZE_MAX: it is the last */
    kstring_t sizes, starts, lines;
} joiner;

static int compare_joined(const void *left, const void *right)
{
    const joined *a = left, *b = right;
    if (a->begin != b->begin)
        return a->begin < b->begin ? -1 : 1;
    return (a->first > b->first) - (a->first < b->first);
}

/* Consensus bases beyond the left or right end of a part, as the genome reads. */
static uint32_t beyond(const rp_findings *findings, const rp_part *part, bool left)
{
    const uint32_t length = (uint32_t)findings->families[part->family].consensus->n;
    return left != part->reverse ? part->consensus_begin : length - part->consensus_end;
}

/* A part's line of the .out file, its columns apart by blanks. */
static bool add_out_line(joiner *to, const rp_part *part)
{
    const rp_found_family *family = &to->findings->families[part->family];
    const rp_locus at = rp_findings_locus(to->findings, part->begin);
    const rp_part_percents percents = rp_part_percents_of(part);
    const uint64_t end = at.position + (part->end - part->begin);
    const unsigned left = (unsigned)family->consensus->n - part->consensus_end;
    const int ok =
        ksprintf(&to->lines, "%s%d %.1f %.1f %.1f %.*s %llu %llu (%llu) %c %s %s", to->lines.l > 0 ? "," : "",
                 part->score, percents.substituted, percents.deleted, percents.inserted, at.name_length, at.name,
                 (unsigned long long)at.position + 1, (unsigned long long)end, (unsigned long long)(at.contig_bp - end),
                 part->reverse ? 'C' : '+', family->name, family->class_name);
    return ok >= 0 && (part->reverse ? ksprintf(&to->lines, " (%u) %u %u %u", left, part->consensus_end,
                                                part->consensus_begin + 1, part->copy + 1)
                                     : ksprintf(&to->lines, " %u %u (%u) %u", part->consensus_begin + 1,
                                                part->consensus_end, left, part->copy + 1)) >= 0;
}

static bool write_joined(joiner *to, const joined *copy)
{
    const rp_findings *findings = to->findings;
    const rp_part *first = &findings->parts.items[copy->first], *last = first;
    const rp_found_family *family = &findings->families[first->family];
    const rp_locus at = rp_findings_locus(findings, first->begin);
    const uint64_t contig = first->begin - at.position;
    unsigned n_blocks = 1, n = 0;
    double divergence = 0;
    to->sizes.l = to->starts.l = to->lines.l = 0;
    bool ok = ksprintf(&to->sizes, "%u", beyond(findings, first, true)) >= 0 && kputs("-1", &to->starts) >= 0;
    for (size_t i = copy->first; ok && i != SIZE_MAX; i = to->next[i]) {
        const rp_part *part = &findings->parts.items[i];
        if (i != copy->first)
            ok = ksprintf(&to->sizes, ",%lld",
                          (long long)beyond(findings, part, true) + beyond(findings, last, false) -
                              (long long)family->consensus->n) >= 0 &&
                 kputs(",-1", &to->starts) >= 0;
        ok = ok && ksprintf(&to->sizes, ",%llu", (unsigned long long)(part->end - part->begin)) >= 0 &&
             ksprintf(&to->starts, ",%llu", (unsigned long long)(part->begin - copy->begin)) >= 0 &&
             add_out_line(to, part);
        n_blocks += 1 + (i != copy->first);
        divergence += rp_part_percents_of(part).substituted;
        n++;
        last = part;
    }
    const uint32_t right = beyond(findings, last, false);
    const uint64_t left = contig + at.contig_bp - last->end;
    ok = ok && ksprintf(&to->sizes, ",%u", right) >= 0 && kputs(",-1", &to->starts) >= 0;
    const rp_line_name name = rp_line_name_of(at.name, (size_t)at.name_length);
    if (ok)
        rp_file_print(to->file, "%s%.*s\t%llu\t%llu\t%s#%s\t%.0f\t%c\t%llu\t%llu\t0\t%u\t%s\t%s\t%u\t%s\n", name.head,
                      name.rest_length, name.rest, (unsigned long long)(copy->begin - contig),
                      (unsigned long long)(last->end - contig + (right < left ? right : left)), family->name,
                      family->class_name, 10 * divergence / n, first->reverse ? '-' : '+',
                      (unsigned long long)at.position, (unsigned long long)(last->end - contig), n_blocks + 1,
                      to->sizes.s, to->starts.s, first->copy + 1, to->lines.s);
    return ok;
}

/* Lists the copies by where their lines begin, which is within a contig. */
static bool list_joined(joiner *to, joined_list *list)
{
    const rp_findings *findings = to->findings;
    size_t *last = rp_alloc(count_copies(findings), sizeof *last); /* by copy: 1 + its last part so far */
    bool ok = last != NULL;
    for (size_t i = 0; ok && i < findings->parts.n; i++) {
        const rp_part *part = &findings->parts.items[i];
        const uint64_t position = rp_findings_locus(findings, part->begin).position;
        const uint32_t left = beyond(findings, part, true);
        if (last[part->copy] > 0)
            to->next[last[part->copy] - 1] = i;
        else
            ok = joined_list_push(list, (joined){i, part->begin - (left < position ? left : position)});
        last[part->copy] = i + 1;
        to->next[i] = SIZE_MAX;
    }
    free(last);
    rp_sort(list->items, list->n, sizeof *list->items, compare_joined);
    return ok;
}

bool rp_write_rmsk(const rp_findings *findings, rp_file *file, rp_error *error)
{
    joiner to = {.findings = findings, .file = file, .next = rp_alloc(findings->parts.n, sizeof *to.next)};
    joined_list list = {0};
    bool ok = to.next != NULL && list_joined(&to, &list);
    for (size_t i = 0; ok && i < list.n; i++)
        ok = write_joined(&to, &list.items[i]);
    free(list.items);
    free(to.next);
    ks_free(&to.sizes);
    ks_free(&to.starts);
    ks_free(&to.lines);
    return ok || rp_error_memory(error, "copies for browsers");
}

/* --- autoSql --- */

bool rp_write_rmsk_as(const rp_findings *findings, rp_file *file, rp_error *error)
{
    (void)findings, (void)error;
    rp_file_print(file,
                  "table bigRmskBed\n\"Copies of repeats, the parts of each joined\"\n(\n"
                  "string  chrom;       \"Contig\"\n"
                  "uint    chromStart;  \"Where the consensus would begin, within the contig\"\n"
                  "uint    chromEnd;    \"Where the consensus would end\"\n"
                  "string  name;        \"Family and class\"\n"
                  "uint    score;       \"Substitutions, tenths of a percent\"\n"
                  "char[1] strand;      \"+ or -\"\n"
                  "uint    thickStart;  \"Start of what is aligned\"\n"
                  "uint    thickEnd;    \"End of what is aligned\"\n"
                  "uint    reserved;    \"0\"\n"
                  "uint    blockCount;  \"Number of blocks\"\n"
                  "lstring blockSizes;  \"Sizes of the blocks\"\n"
                  "lstring blockStarts; \"Starts from chromStart; -1: bases of the consensus that are not there\"\n"
                  "uint    id;          \"Number of the copy\"\n"
                  "lstring description; \"Lines of RepeatMasker's .out file\"\n)\n");
    return true;
}

bool rp_write_copies_as(const rp_findings *findings, rp_file *file, rp_error *error)
{
    (void)findings, (void)error;
    rp_file_print(file, "table repriseCopies\n\"Copies of repeat families, one line a part\"\n(\n"
                        "string  chrom;       \"Contig\"\n"
                        "uint    chromStart;  \"Start\"\n"
                        "uint    chromEnd;    \"End\"\n"
                        "string  name;        \"Family\"\n"
                        "uint    score;       \"1000 less ten times the divergence\"\n"
                        "char[1] strand;      \"+ or -\"\n"
                        "float   divergence;  \"Percent, Kimura, CpG-aware\"\n"
                        "uint    repStart;    \"Start on the consensus\"\n"
                        "uint    repEnd;      \"End on the consensus\"\n"
                        "uint    repLength;   \"Length of the consensus\"\n"
                        "uint    copy;        \"Number of the copy, which its parts share\"\n"
                        "string  kind;        \"full, deleted, solo, truncated_5, truncated_3 or truncated_both\"\n"
                        "uint    level;       \"Of nesting; 0: in no other copy\"\n"
                        "uint    host;        \"Number of the copy around it; 0: none\"\n"
                        "string  tsd;         \"Target-site duplication, or .\"\n"
                        "string  ltrIdentity; \"Of the copy's two LTRs, 0 to 1, or .\"\n)\n");
    return true;
}
