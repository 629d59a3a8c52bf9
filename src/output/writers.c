/* writers.c: FASTA and BED results; see writers.h. */
#include "output/writers.h"

#include <stdlib.h>
#include <string.h>

#include <htslib/kstring.h>

#include "base/memory.h"
#include "classify/classify.h"
#include "classify/grade.h"
#include "output/duplications.h"
#include "output/names.h"
#include "satellite/satellites.h"

enum { LINE_BASES = 60 };

void rp_write_sequence(rp_file *file, const uint8_t *codes, size_t n)
{
    for (size_t at = 0; at < n; at += LINE_BASES) {
        char line[LINE_BASES + 1];
        const size_t here = n - at < LINE_BASES ? n - at : LINE_BASES;
        for (size_t i = 0; i < here; i++)
            line[i] = rp_code_letter(codes[at + i]);
        line[here] = '\n';
        rp_file_write(file, line, here + 1);
    }
}

/* The header's rest and the sequence. */
static bool write_family(const rp_findings *findings, const rp_found_family *family, kstring_t *evidence, rp_file *file)
{
    evidence->l = 0;
    if (!rp_evidence(family, evidence))
        return false;
    rp_file_print(file, ">%s#%s copies=%llu bases=%llu length=%zu divergence=%.1f evidence=%s", family->name,
                  rp_findings_class(findings, family), (unsigned long long)family->n_copies,
                  (unsigned long long)family->bases, family->consensus->n, family->divergence, evidence->s);
    rp_write_kinds(family->n_of_kind, file);
    if (family->n_nested > 0)
        rp_file_print(file, " nested=%llu", (unsigned long long)family->n_nested);
    if (findings->has_decoy && family->source != SIZE_MAX)
        rp_file_print(file, " false=%.2f%%", 100 * rp_decoy_share(&family->decoy));
    if (family->traits.grade != RP_GRADE_NONE) {
        evidence->l = 0;
        if (!rp_grade_reasons(&family->traits, evidence))
            return false;
        rp_file_print(file, " grade=%s because=%s", rp_grade_name(family->traits.grade), evidence->s);
    }
    if (family->like != NULL)
        rp_file_print(file, " like=%s", family->like);
    if (family->traits.other != RP_OTHER_NONE)
        rp_file_print(file, " reason=%s", rp_other_reason[family->traits.other]);
    if (family->satellite > 0) {
        char name[RP_SATELLITE_NAME_BYTES];
        rp_satellite_name(findings->satellites, family->satellite - 1, name);
        rp_file_print(file, " satellite=%s", name);
    }
    rp_file_write(file, "\n", 1);
    rp_write_sequence(file, family->consensus->items, family->consensus->n);
    return true;
}

bool rp_write_families(const rp_findings *findings, rp_file *file, rp_error *error)
{
    kstring_t evidence = KS_INITIALIZE;
    bool ok = true;
    for (size_t f = 0, n = rp_findings_n_found(findings); f < n && ok; f++)
        ok = rp_duplication_of(findings, f) != SIZE_MAX ||
             write_family(findings, &findings->families[f], &evidence, file);
    ks_free(&evidence);
    return (ok || rp_error_memory(error, "families")) && rp_write_duplications(findings, file, error);
}

bool rp_write_split(const rp_findings *findings, rp_file *file, rp_error *error)
{
    kstring_t evidence = KS_INITIALIZE;
    bool ok = true;
    for (size_t f = 0, n = rp_findings_n_found(findings); f < n && ok; f++) {
        const rp_found_family *family = &findings->families[f];
        const rp_traits *traits = &family->traits;
        if (traits->ltr_bp == 0 || strncmp(family->class_name, "LTR", 3) != 0) {
            ok = write_family(findings, family, &evidence, file);
            continue;
        }
        const char *class_name = rp_findings_class(findings, family);
        const uint32_t internal = traits->ltr_begin + traits->ltr_bp;
        rp_file_print(file, ">%s_LTR#%s length=%u of=%s\n", family->name, class_name, traits->ltr_bp, family->name);
        rp_write_sequence(file, family->consensus->items + traits->ltr_begin, traits->ltr_bp);
        rp_file_print(file, ">%s_INT#%s length=%u of=%s\n", family->name, class_name,
                      traits->ltr_right_begin - internal, family->name);
        rp_write_sequence(file, family->consensus->items + internal, traits->ltr_right_begin - internal);
    }
    ks_free(&evidence);
    return ok || rp_error_memory(error, "families");
}

/* 1000 for a copy like its consensus, 0 where nothing is alike. */
static int display_score(const rp_part *part)
{
    const double score = 1000 - 10 * (double)part->divergence;
    return score < 0 ? 0 : (int)(score + 0.5);
}

void rp_write_tsd(const rp_findings *findings, const rp_called_copy *copy, rp_file *file)
{
    char letters[RP_TSD_MAX_BP + 1] = ".";
    uint8_t codes[RP_TSD_MAX_BP];
    rp_genome_decode(findings->genome, copy->tsd_left, copy->tsd_bp, codes);
    for (uint32_t i = 0; i < copy->tsd_bp; i++)
        letters[i] = rp_code_letter(codes[i]);
    rp_file_print(file, "%.*s", copy->tsd_bp > 0 ? (int)copy->tsd_bp : 1, letters);
}

static void write_part(const rp_findings *findings, const rp_part *part, rp_file *file)
{
    const rp_found_family *family = &findings->families[part->family];
    const rp_called_copy *copy = &findings->copies.items[part->copy];
    const rp_locus at = rp_findings_locus(findings, part->begin);
    const rp_line_name name = rp_line_name_of(at.name, (size_t)at.name_length);
    rp_file_print(file, "%s%.*s\t%llu\t%llu\t%s\t%d\t%c\t%.1f\t%u\t%u\t%zu\t%u\t%s\t%u\t%u\t", name.head,
                  name.rest_length, name.rest, (unsigned long long)at.position,
                  (unsigned long long)(at.position + part->end - part->begin), family->name, display_score(part),
                  part->reverse ? '-' : '+', (double)part->divergence, part->consensus_begin, part->consensus_end,
                  family->consensus->n, part->copy + 1, rp_copy_kind_name[copy->kind], copy->level,
                  copy->host == RP_NO_HOST ? 0 : copy->host + 1);
    rp_write_tsd(findings, copy, file);
    rp_file_print(file, copy->ltr_identity > 0 ? "\t%.4f\n" : "\t.\n", (double)copy->ltr_identity);
}

bool rp_write_bed(const rp_findings *findings, rp_file *file, rp_error *error)
{
    rp_duplication_rows rows;
    const bool ok = rp_duplication_rows_init(&rows, findings);
    for (size_t i = 0; ok && i < findings->parts.n; i++) {
        const rp_part *part = &findings->parts.items[i];
        rp_duplication_rows_write(&rows, findings, part->begin + 1, file);
        if (rp_duplication_of(findings, part->family) == SIZE_MAX)
            write_part(findings, part, file);
    }
    if (ok)
        rp_duplication_rows_write(&rows, findings, UINT64_MAX, file);
    rp_duplication_rows_clear(&rows);
    return ok || rp_error_memory(error, "copies");
}

bool rp_write_tandem(const rp_findings *findings, rp_file *file, rp_error *error)
{
    (void)error;
    for (size_t i = 0; i < findings->tandem.n; i++) {
        const rp_interval *here = &findings->tandem.items[i];
        const rp_locus at = rp_findings_locus(findings, here->begin);
        const rp_line_name name = rp_line_name_of(at.name, (size_t)at.name_length);
        rp_file_print(file, "%s%.*s\t%llu\t%llu\ttandem_repeat\n", name.head, name.rest_length, name.rest,
                      (unsigned long long)at.position, (unsigned long long)(at.position + here->end - here->begin));
    }
    return true;
}

/* How a base is written: as it is, or lower case of the input, or masked by the run. */
enum { AS_IS, SOFT, MASKED, N_MANNERS };

/* Marks what an interval has of mask (one byte a base of [begin, end)). */
static void mark(uint8_t *mask, uint64_t begin, uint64_t end, rp_interval here, uint8_t manner)
{
    const uint64_t from = here.begin > begin ? here.begin : begin, to = here.end < end ? here.end : end;
    if (from < to)
        memset(mask + (from - begin), manner, (size_t)(to - from));
}

/* Marks the lower case of the input; there is none where it was not asked for. */
static void mark_soft(const rp_genome *genome, uint8_t *mask, uint64_t begin, uint64_t end)
{
    if (genome->soft_masked.words == NULL)
        return;
    for (uint64_t from = rp_bitmask_next(&genome->soft_masked, begin, end, true), to; from < end;
         from = rp_bitmask_next(&genome->soft_masked, to, end, true)) {
        to = rp_bitmask_next(&genome->soft_masked, from, end, false);
        mark(mask, begin, end, (rp_interval){from, to}, SOFT);
    }
}

/* Marks as the input has it what is to stay unmasked. */
static void unmark(const rp_findings *findings, uint8_t *mask, uint64_t begin, uint64_t end)
{
    if (findings->unmasked == NULL)
        return;
    for (uint64_t from = rp_bitmask_next(findings->unmasked, begin, end, true), to; from < end;
         from = rp_bitmask_next(findings->unmasked, to, end, true)) {
        to = rp_bitmask_next(findings->unmasked, from, end, false);
        mark(mask, begin, end, (rp_interval){from, to}, AS_IS);
        mark_soft(findings->genome, mask + (from - begin), from, to);
    }
}

bool rp_write_masked(const rp_findings *findings, bool hard, bool with_tandem, rp_file *file, rp_error *error)
{
    const rp_genome *genome = findings->genome;
    enum { BLOCK = LINE_BASES * 1024 };
    const char *const letters[N_MANNERS] = {"ACGTN", "acgtn", hard ? "NNNNN" : "acgtn"};
    uint8_t *codes = rp_alloc(BLOCK, 1), *mask = rp_alloc(BLOCK, 1);
    char *text = rp_alloc(BLOCK + 1024, 1);
    const bool ok = codes != NULL && mask != NULL && text != NULL;
    size_t part = 0, tandem = 0;
    for (size_t c = 0; ok && c < genome->n_contigs; c++) {
        const rp_contig *contig = &genome->contigs[c];
        rp_file_print(file, ">%s\n", contig->name);
        const uint64_t contig_end = contig->begin + contig->length_bp;
        for (uint64_t at = contig->begin; at < contig_end; at += BLOCK) {
            const size_t n = contig_end - at < BLOCK ? (size_t)(contig_end - at) : BLOCK;
            rp_genome_decode(genome, at, n, codes);
            memset(mask, AS_IS, n);
            mark_soft(genome, mask, at, at + n);
            /* parts are disjoint and sorted, and so are tandem intervals: what ends before here is done with */
            while (part < findings->parts.n && findings->parts.items[part].end <= at)
                part++;
            for (size_t i = part; i < findings->parts.n && findings->parts.items[i].begin < at + n; i++) {
                const rp_part *here = &findings->parts.items[i];
                mark(mask, at, at + n, (rp_interval){here->begin, here->end}, MASKED);
            }
            while (tandem < findings->tandem.n && findings->tandem.items[tandem].end <= at)
                tandem++;
            for (size_t i = tandem; with_tandem && i < findings->tandem.n && findings->tandem.items[i].begin < at + n;
                 i++)
                mark(mask, at, at + n, findings->tandem.items[i], MASKED);
            unmark(findings, mask, at, at + n);
            size_t length = 0;
            for (size_t line = 0; line < n; line += LINE_BASES) {
                const size_t end = n - line < LINE_BASES ? n : line + LINE_BASES;
                for (size_t i = line; i < end; i++)
                    text[length++] = letters[mask[i]][codes[i]];
                text[length++] = '\n';
            }
            rp_file_write(file, text, length);
        }
    }
    free(codes);
    free(mask);
    free(text);
    return ok || rp_error_memory(error, "masked genome");
}
