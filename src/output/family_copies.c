/* family_copies.c: see family_copies.h. */
#include "output/family_copies.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <htslib/bgzf.h>
#include <htslib/khash.h>
#include <htslib/kstring.h>

#include "base/sort.h"
#include "copies/bed_line.h"
#include "output/names.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
KHASH_MAP_INIT_STR(contig_index, size_t)
#pragma GCC diagnostic pop

typedef struct part_reader {
    const rp_genome *genome;
    const char *family;
    size_t consensus_bp;
    khash_t(contig_index) * contigs; /* by name as lines have it; keys are owned */
    rp_family_parts *parts;
} part_reader;

static bool index_contigs(part_reader *reader)
{
    reader->contigs = kh_init(contig_index);
    for (size_t c = 0; reader->contigs != NULL && c < reader->genome->n_contigs; c++) {
        const rp_contig *contig = &reader->genome->contigs[c];
        const rp_line_name name = rp_line_name_of(contig->name, contig->id_length);
        char *key = NULL;
        int absent = 0;
        if (asprintf(&key, "%s%.*s", name.head, name.rest_length, name.rest) < 0)
            return false;
        const khiter_t at = kh_put(contig_index, reader->contigs, key, &absent);
        if (absent <= 0)
            free(key);
        if (absent < 0)
            return false;
        kh_val(reader->contigs, at) = c;
    }
    return reader->contigs != NULL;
}

static void clear_contigs(part_reader *reader)
{
    for (khiter_t at = 0; reader->contigs != NULL && at < kh_end(reader->contigs); at++)
        if (kh_exist(reader->contigs, at))
            free((char *)(uintptr_t)kh_key(reader->contigs, at));
    kh_destroy(contig_index, reader->contigs);
}

/* What is wrong with the line; NULL: nothing, or memory is out, which *has_memory tells. */
static const char *take_line(part_reader *reader, const char *line, char *cut, bool *has_memory)
{
    rp_bed_line here;
    if (!rp_bed_line_parse(cut, &here))
        return "is no line of copies.bed";
    if (strcmp(here.family, reader->family) != 0)
        return NULL;
    if (here.copy == 0)
        return "does not tell the number of its copy";
    const khiter_t at = kh_get(contig_index, reader->contigs, here.contig);
    if (at == kh_end(reader->contigs))
        return "is of a contig that the genome does not have";
    const rp_contig *contig = &reader->genome->contigs[kh_val(reader->contigs, at)];
    if (here.end > contig->length_bp)
        return "goes beyond its contig";
    if (here.consensus_end > reader->consensus_bp)
        return "goes beyond its family's consensus";
    const uint64_t bases = here.consensus_end - here.consensus_begin;
    rp_family_part part = {.begin = contig->begin + here.begin,
                           .end = contig->begin + here.end,
                           .consensus_begin = here.consensus_begin,
                           .consensus_end = here.consensus_end,
                           .copy = here.copy,
                           .agreeing = (uint32_t)(bases * (uint64_t)(1000 - lround(10 * here.divergence)) / 1000),
                           .reverse = here.reverse,
                           .line = strdup(line)};
    (void)snprintf(part.kind, sizeof part.kind, "%s", here.kind);
    *has_memory = part.line != NULL && rp_family_parts_push(reader->parts, part);
    if (!*has_memory)
        free(part.line);
    return NULL;
}

static bool read_lines(part_reader *reader, const char *path, rp_error *error)
{
    BGZF *file = bgzf_open(path, "r");
    if (file == NULL)
        return rp_error_set_as(error, RP_ERROR_INPUT, "%s: %s", path, strerror(errno));
    kstring_t line = KS_INITIALIZE, cut = KS_INITIALIZE;
    bool ok = true;
    unsigned long long number = 0;
    int got = 0;
    while (ok && (got = bgzf_getline(file, '\n', &line)) >= 0) {
        number++;
        cut.l = 0;
        bool has_memory = kputsn(line.s != NULL ? line.s : "", line.l, &cut) >= 0;
        const char *fault = has_memory ? take_line(reader, line.s, cut.s, &has_memory) : NULL;
        if (fault != NULL)
            ok = rp_error_set_as(error, RP_ERROR_INPUT, "%s: line %llu: %s", path, number, fault);
        else
            ok = has_memory || rp_error_memory(error, "copies");
    }
    if (ok && got < -1)
        ok = rp_error_set_as(error, RP_ERROR_INPUT, "%s: line %llu: the file is damaged or cut off", path, number + 1);
    ks_free(&line);
    ks_free(&cut);
    if (bgzf_close(file) != 0 && ok)
        ok = rp_error_set_as(error, RP_ERROR_INPUT, "%s: the file is damaged or cut off", path);
    return ok;
}

bool rp_family_parts_read(const char *path, const rp_genome *genome, const char *family, size_t consensus_bp,
                          rp_family_parts *parts, rp_error *error)
{
    part_reader reader = {.genome = genome, .family = family, .consensus_bp = consensus_bp, .parts = parts};
    const bool ok = (index_contigs(&reader) || rp_error_memory(error, "copies")) && read_lines(&reader, path, error);
    clear_contigs(&reader);
    return ok && (parts->n > 0 || rp_error_set_as(error, RP_ERROR_INPUT, "%s: has no copies of %s", path, family));
}

void rp_family_parts_clear(rp_family_parts *parts)
{
    for (size_t i = 0; i < parts->n; i++)
        free(parts->items[i].line);
    free(parts->items);
    *parts = (rp_family_parts){0};
}

static int compare_parts(const void *left, const void *right)
{
    const rp_family_part *a = left, *b = right;
    if (a->copy != b->copy)
        return a->copy < b->copy ? -1 : 1;
    return (a->begin > b->begin) - (a->begin < b->begin);
}

static int compare_copies(const void *left, const void *right)
{
    const rp_family_copy *a = left, *b = right;
    if (a->agreeing != b->agreeing)
        return a->agreeing > b->agreeing ? -1 : 1;
    return (a->first > b->first) - (a->first < b->first);
}

bool rp_family_copies_choose(rp_family_parts *parts, size_t most, rp_family_copies *copies)
{
    rp_sort(parts->items, parts->n, sizeof *parts->items, compare_parts);
    for (size_t i = 0, end; i < parts->n; i = end) {
        rp_family_copy here = {.first = i};
        for (end = i; end < parts->n && parts->items[end].copy == parts->items[i].copy; end++)
            here.agreeing += parts->items[end].agreeing;
        here.n = end - i;
        if (!rp_family_copies_push(copies, here))
            return false;
    }
    rp_sort(copies->items, copies->n, sizeof *copies->items, compare_copies);
    copies->n = copies->n < most ? copies->n : most;
    return true;
}
