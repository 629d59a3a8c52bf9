/* features.c: reads BED, GFF3 and GTF; see features.h. */
#include "genome/features.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/sort.h"
#include "genome/source.h"

enum {
    MAX_FIELDS = 12,
    BED_BEGIN = 1,           /* columns */
    BED_END = 2,
    BED_THICK_BEGIN = 6,
    BED_THICK_END = 7,
    BED_N_BLOCKS = 9,
    BED_BLOCK_BP = 10,
    BED_BLOCK_BEGINS = 11,
    BED_WITH_BLOCKS = 12,    /* columns of a line that has them */
    GFF_TYPE = 2,
    GFF_BEGIN = 3,
    GFF_END = 4,
    GFF_MIN_FIELDS = 8,
    MAX_DIGITS = 18
};

typedef struct field {
    const char *text;
    size_t n;
} field;

typedef enum feature_format { FORMAT_UNKNOWN, FORMAT_BED, FORMAT_GFF } feature_format;

typedef struct feature_reader {
    rp_bitmask *mask;
    const rp_genome *genome;
    const rp_contig **by_name;   /* sorted by their first words */
    const char *name;            /* of the file, in messages */
    rp_features which;
    feature_format format;
    uint64_t n_lines, n_features, n_taken;
    field fields[MAX_FIELDS];
    size_t n_fields;
    rp_error *error;
} feature_reader;

/* --- Contigs --- */

static int compare_names(const char *a, size_t n_a, const char *b, size_t n_b)
{
    const int order = memcmp(a, b, n_a < n_b ? n_a : n_b);
    return order != 0 ? order : (n_a > n_b) - (n_a < n_b);
}

static int compare_contigs(const void *left, const void *right)
{
    const rp_contig *a = *(const rp_contig *const *)left, *b = *(const rp_contig *const *)right;
    return compare_names(a->name, a->id_length, b->name, b->id_length);
}

static int compare_to_contig(const void *key, const void *item)
{
    const field *name = key;
    const rp_contig *contig = *(const rp_contig *const *)item;
    return compare_names(name->text, name->n, contig->name, contig->id_length);
}

static const rp_contig *find_contig(const feature_reader *reader, const field *name)
{
    const rp_contig **found = reader->genome->n_contigs == 0 ? NULL
                                                             : bsearch(name, reader->by_name, reader->genome->n_contigs,
                                                                       sizeof *reader->by_name, compare_to_contig);
    return found != NULL ? *found : NULL;
}

/* --- Columns --- */

static int shown(const field *of)
{
    return of->n < 100 ? (int)of->n : 100;
}

/* Divides a line at tabs, and one of BED without any at blanks. */
static void split(feature_reader *reader, const char *line, size_t n)
{
    const bool at_blanks = memchr(line, '\t', n) == NULL;
    size_t at = 0;
    reader->n_fields = 0;
    while (reader->n_fields < MAX_FIELDS) {
        while (at_blanks && at < n && line[at] == ' ')
            at++;
        if (at_blanks && at == n)
            return;
        const char *end = memchr(line + at, at_blanks ? ' ' : '\t', n - at);
        const size_t length = end != NULL ? (size_t)(end - line) - at : n - at;
        reader->fields[reader->n_fields++] = (field){line + at, length};
        if (end == NULL)
            return;
        at += length + 1;
    }
}

static bool read_digits(const char *text, size_t n, uint64_t *value)
{
    *value = 0;
    for (size_t i = 0; i < n && text[i] >= '0' && text[i] <= '9'; i++)
        if (i + 1 == n && n <= MAX_DIGITS) {
            for (size_t j = 0; j < n; j++)
                *value = 10 * *value + (uint64_t)(text[j] - '0');
            return true;
        }
    return false;
}

static bool read_number(const feature_reader *reader, size_t column, uint64_t *value)
{
    if (column < reader->n_fields && read_digits(reader->fields[column].text, reader->fields[column].n, value))
        return true;
    if (column >= reader->n_fields)
        return rp_error_set(reader->error, "%s: line %llu: has %zu columns, where column %zu is to be a number",
                            reader->name, (unsigned long long)reader->n_lines, reader->n_fields, column + 1);
    const field *bad = &reader->fields[column];
    return rp_error_set(reader->error, "%s: line %llu: column %zu is no number: \"%.*s\"", reader->name,
                        (unsigned long long)reader->n_lines, column + 1, shown(bad), bad->text);
}

static bool are_numbers(const feature_reader *reader, size_t first, size_t second)
{
    uint64_t value;
    return second < reader->n_fields && read_digits(reader->fields[first].text, reader->fields[first].n, &value) &&
           read_digits(reader->fields[second].text, reader->fields[second].n, &value);
}

static bool find_format(feature_reader *reader)
{
    if (are_numbers(reader, BED_BEGIN, BED_END))
        reader->format = FORMAT_BED;
    else if (reader->n_fields >= GFF_MIN_FIELDS && are_numbers(reader, GFF_BEGIN, GFF_END))
        reader->format = FORMAT_GFF;
    return reader->format != FORMAT_UNKNOWN ||
           rp_error_set(reader->error,
                        "%s: line %llu: neither BED nor GFF3: no begin and end in columns 2 and 3, or 4 and 5",
                        reader->name, (unsigned long long)reader->n_lines);
}

/* --- Lines --- */

/* Checks an interval [begin, end) of the line's contig; *contig: that. */
static bool check_interval(const feature_reader *reader, uint64_t begin, uint64_t end, const rp_contig **contig)
{
    const field *name = &reader->fields[0];
    const unsigned long long line = reader->n_lines;
    *contig = find_contig(reader, name);
    if (*contig == NULL)
        return rp_error_set(reader->error, "%s: line %llu: the genome has no contig \"%.*s\"", reader->name, line,
                            shown(name), name->text);
    if (begin > end || (begin == end && reader->format == FORMAT_GFF)) /* BED has empty intervals */
        return rp_error_set(reader->error, "%s: line %llu: %.*s: begins at %llu, behind its end, %llu", reader->name,
                            line, shown(name), name->text, (unsigned long long)begin + (reader->format == FORMAT_GFF),
                            (unsigned long long)end);
    if (end > (*contig)->length_bp)
        return rp_error_set(reader->error, "%s: line %llu: ends at %llu, but %.*s has %llu bases", reader->name, line,
                            (unsigned long long)end, shown(name), name->text, (unsigned long long)(*contig)->length_bp);
    return true;
}

static void take(feature_reader *reader, const rp_contig *contig, uint64_t begin, uint64_t end)
{
    if (begin < end)
        rp_bitmask_set(reader->mask, contig->begin + begin, contig->begin + end);
    reader->n_taken++;
}

/* The next number of a list with commas. */
static bool next_of_list(field *list, uint64_t *value)
{
    const char *comma = memchr(list->text, ',', list->n);
    const size_t n = comma != NULL ? (size_t)(comma - list->text) : list->n;
    const bool ok = read_digits(list->text, n, value);
    list->text += comma != NULL ? n + 1 : n;
    list->n -= comma != NULL ? n + 1 : n;
    return ok;
}

/* The thick parts of the blocks. */
static bool take_blocks(feature_reader *reader, const rp_contig *contig, uint64_t begin, uint64_t end)
{
    uint64_t thick_begin, thick_end, n;
    if (!read_number(reader, BED_THICK_BEGIN, &thick_begin) || !read_number(reader, BED_THICK_END, &thick_end) ||
        !read_number(reader, BED_N_BLOCKS, &n))
        return false;
    field lengths = reader->fields[BED_BLOCK_BP], begins = reader->fields[BED_BLOCK_BEGINS];
    for (uint64_t i = 0; i < n; i++) {
        uint64_t bp, from;
        if (!next_of_list(&lengths, &bp) || !next_of_list(&begins, &from) || from > end - begin ||
            bp > end - begin - from)
            return rp_error_set(reader->error, "%s: line %llu: block %llu of %llu is none of %.*s:%llu-%llu",
                                reader->name, (unsigned long long)reader->n_lines, (unsigned long long)i + 1,
                                (unsigned long long)n, shown(&reader->fields[0]), reader->fields[0].text,
                                (unsigned long long)begin, (unsigned long long)end);
        const uint64_t a = begin + from > thick_begin ? begin + from : thick_begin,
                       b = begin + from + bp < thick_end ? begin + from + bp : thick_end;
        if (a < b)
            take(reader, contig, a, b);
    }
    return true;
}

static bool is_type(const field *type, const char *name)
{
    return type->n == strlen(name) && memcmp(type->text, name, type->n) == 0;
}

static bool take_line(feature_reader *reader)
{
    const bool is_gff = reader->format == FORMAT_GFF;
    const rp_contig *contig;
    uint64_t begin, end;
    if (!read_number(reader, is_gff ? GFF_BEGIN : BED_BEGIN, &begin) ||
        !read_number(reader, is_gff ? GFF_END : BED_END, &end))
        return false;
    if (is_gff && begin == 0)
        return rp_error_set(reader->error, "%s: line %llu: begins at 0, where the first base is 1", reader->name,
                            (unsigned long long)reader->n_lines);
    begin -= is_gff;
    if (!check_interval(reader, begin, end, &contig))
        return false;
    reader->n_features++;
    if (reader->which == RP_FEATURES_CODING && is_gff) {
        const field *type = &reader->fields[GFF_TYPE];
        if (is_type(type, "CDS") || is_type(type, "SO:0000316"))
            take(reader, contig, begin, end);
        return true;
    }
    if (reader->which == RP_FEATURES_CODING && reader->n_fields >= BED_WITH_BLOCKS)
        return take_blocks(reader, contig, begin, end);
    take(reader, contig, begin, end);
    return true;
}

static bool begins_with(const char *line, size_t n, const char *word)
{
    const size_t m = strlen(word);
    return n >= m && memcmp(line, word, m) == 0 && (n == m || line[m] == ' ' || line[m] == '\t');
}

/* One line; *done: the features end here. */
static bool read_line(feature_reader *reader, const char *line, size_t n, bool *done)
{
    reader->n_lines++;
    while (n > 0 && (line[n - 1] == '\r' || line[n - 1] == ' '))
        n--;
    *done = reader->format != FORMAT_BED && n > 0 && (line[0] == '>' || begins_with(line, n, "##FASTA"));
    if (*done || n == 0 || line[0] == '#' || begins_with(line, n, "track") || begins_with(line, n, "browser"))
        return true;
    split(reader, line, n);
    return (reader->format != FORMAT_UNKNOWN || find_format(reader)) && take_line(reader);
}

static bool read_lines(feature_reader *reader, rp_source *from)
{
    kstring_t line = KS_INITIALIZE;
    bool ok = true, done = false;
    int got = 0;
    while (ok && !done && (got = rp_source_line(from, &line)) > 0)
        ok = read_line(reader, line.s, line.l, &done);
    ks_free(&line);
    const char *fault = got < 0 ? rp_source_fault(from) : ok && !done ? rp_source_end_fault(from) : NULL;
    if (ok && fault != NULL)
        ok = rp_error_set(reader->error, "%s: after line %llu: %s", reader->name, (unsigned long long)reader->n_lines,
                          fault);
    return ok &&
           (reader->n_features == 0 || reader->n_taken > 0 ||
            rp_error_set(reader->error, "%s: no coding sequence is in it: no feature of type CDS, or no thick block",
                         reader->name));
}

static bool open_and_read(feature_reader *reader, const char *path)
{
    rp_tokens cpu;
    if (!rp_tokens_init(&cpu, 1, RP_GAUGE_CPU_TOKENS, RP_TIME_CPU_TOKEN))
        return rp_error_memory(reader->error, reader->name);
    rp_tokens_take(&cpu);
    const rp_source_means means = {.cpu = &cpu, .any_text = true};
    rp_source *from = rp_source_open(path, reader->name, &means, reader->error);
    bool ok = from != NULL;
    if (ok && rp_source_is_records(from))
        ok = rp_error_set(reader->error, "%s: holds alignments, neither BED nor GFF3", reader->name);
    ok = ok && read_lines(reader, from);
    ok = rp_source_close(from, reader->error) && ok;
    rp_tokens_give(&cpu);
    rp_tokens_clear(&cpu);
    return ok;
}

bool rp_features_read(rp_bitmask *mask, const rp_genome *genome, const char *path, rp_features which, rp_error *error)
{
    feature_reader reader = {.mask = mask,
                             .genome = genome,
                             .by_name = rp_alloc(genome->n_contigs, sizeof *reader.by_name),
                             .name = strcmp(path, "-") == 0 ? "standard input" : path,
                             .which = which,
                             .error = error};
    *mask = (rp_bitmask){0};
    bool ok = reader.by_name != NULL && rp_bitmask_init(mask, genome->length_bp);
    if (!ok)
        (void)rp_error_memory(error, reader.name);
    for (size_t i = 0; ok && i < genome->n_contigs; i++)
        reader.by_name[i] = &genome->contigs[i];
    if (ok)
        rp_sort(reader.by_name, genome->n_contigs, sizeof *reader.by_name, compare_contigs);
    ok = ok && open_and_read(&reader, path);
    free(reader.by_name);
    if (!ok)
        rp_bitmask_clear(mask);
    return ok || rp_error_be(error, RP_ERROR_INPUT);
}
