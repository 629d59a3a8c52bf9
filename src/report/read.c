/* read.c: reads the result files that a report needs; see read.h. */
#include "report/read.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <htslib/bgzf.h>
#include <htslib/khash.h>
#include <htslib/kstring.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
KHASH_MAP_INIT_STR(family_index, size_t)
#pragma GCC diagnostic pop

enum { BED_COLUMNS = 11 };

/* PREFIX and ending, with .gz where only that is there; to be freed. NULL: error filled in. */
static char *find_file(const char *prefix, const char *ending, rp_error *error)
{
    char *path = NULL;
    for (int gz = 0; gz < 2; gz++) {
        free(path);
        if (asprintf(&path, "%s%s%s", prefix, ending, gz ? ".gz" : "") < 0) {
            (void)rp_error_memory(error, "report");
            return NULL;
        }
        if (access(path, F_OK) == 0)
            return path;
    }
    path[strlen(path) - 3] = '\0';
    (void)rp_error_set(error, "%s: %s (a report needs the summary, the families and the BED file of copies of one run)", path,
                       strerror(ENOENT));
    free(path);
    return NULL;
}

static bool read_summary(rp_report *report, const char *prefix, rp_error *error)
{
    char *path = find_file(prefix, ".summary.json", error);
    if (path == NULL)
        return false;
    json_error_t where;
    report->summary = json_load_file(path, 0, &where);
    bool ok = report->summary != NULL || rp_error_set(error, "%s: line %d: %s", path, where.line, where.text);
    const json_t *families = json_object_get(report->summary, "families");
    if (ok && (!json_is_array(families) || !json_is_object(json_object_get(report->summary, "results"))))
        ok = rp_error_set(error, "%s: is no summary of reprise-c", path);
    free(path);
    return ok;
}

static bool parse_number(const char *text, uint64_t limit, uint64_t *number)
{
    char *end = NULL;
    errno = 0;
    *number = strtoull(text, &end, 10);
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && *number <= limit;
}

/* Cuts a line at its tabs. */
static size_t split(char *line, char *columns[BED_COLUMNS])
{
    size_t n = 0;
    for (char *at = line; at != NULL && n < BED_COLUMNS; n++) {
        columns[n] = at;
        at = strchr(at, '\t');
        if (at != NULL)
            *at++ = '\0';
    }
    return n;
}

static bool take_line(rp_report *report, const khash_t(family_index) *index, char *line, const char **fault)
{
    char *columns[BED_COLUMNS];
    uint64_t begin, end, from, to;
    *fault = "is no line of copies.bed";
    if (split(line, columns) < BED_COLUMNS - 1 || !parse_number(columns[1], UINT64_MAX, &begin) ||
        !parse_number(columns[2], UINT64_MAX, &end) || !parse_number(columns[7], UINT32_MAX, &from) ||
        !parse_number(columns[8], UINT32_MAX, &to) || end <= begin || to <= from || end - begin > UINT32_MAX)
        return false;
    const double divergence = strtod(columns[6], NULL);
    if (!(divergence >= 0 && divergence <= 100))
        return false;
    const khiter_t at = kh_get(family_index, index, columns[3]);
    *fault = "names a family that is not in the library";
    if (at == kh_end(index))
        return false;
    rp_report_family *family = &report->families[kh_val(index, at)];
    *fault = "goes beyond its family's consensus";
    if (to > family->consensus->n)
        return false;
    *fault = "out of memory";
    return rp_report_parts_push(&family->parts, (rp_report_part){(uint32_t)from, (uint32_t)to, (uint32_t)(end - begin),
                                                                 (uint32_t)lround(10 * divergence)});
}

static bool read_copies(rp_report *report, const khash_t(family_index) *index, const char *path, rp_error *error)
{
    BGZF *file = bgzf_open(path, "r");
    if (file == NULL)
        return rp_error_set(error, "%s: %s", path, strerror(errno));
    kstring_t line = KS_INITIALIZE;
    bool ok = true;
    unsigned long long number = 0;
    int got = 0;
    while (ok && (got = bgzf_getline(file, '\n', &line)) >= 0) {
        const char *fault;
        number++;
        if (!take_line(report, index, line.s, &fault))
            ok = rp_error_set(error, "%s: line %llu: %s", path, number, fault);
    }
    if (ok && got < -1)
        ok = rp_error_set(error, "%s: line %llu: the file is damaged or cut off", path, number + 1);
    ks_free(&line);
    if (bgzf_close(file) != 0 && ok)
        ok = rp_error_set(error, "%s: the file is damaged or cut off", path);
    return ok;
}

static bool link_library(rp_report *report, rp_report_source *source, khash_t(family_index) *index, rp_error *error)
{
    const size_t n = source->library.n;
    source->names = rp_alloc(n, sizeof *source->names);
    source->consensus = rp_alloc(n, sizeof *source->consensus);
    if (source->names == NULL || source->consensus == NULL)
        return rp_error_memory(error, "report");
    for (size_t i = 0; i < n; i++) {
        int absent = 0;
        source->names[i] = source->library.items[i].name;
        source->consensus[i] = &source->library.items[i].consensus;
        const khiter_t at = kh_put(family_index, index, source->names[i], &absent);
        if (absent < 0)
            return rp_error_memory(error, "report");
        kh_val(index, at) = i;
    }
    return rp_report_link(report, n, source->names, source->consensus, error);
}

/* An empty library is an empty file, which the reader of sequences refuses. */
static bool is_empty(const char *path)
{
    BGZF *file = bgzf_open(path, "r");
    const bool empty = file != NULL && bgzf_peek(file) == -1;
    if (file != NULL)
        (void)bgzf_close(file);
    return empty;
}

bool rp_report_read(rp_report *report, rp_report_source *source, const char *prefix, rp_error *error)
{
    *report = (rp_report){.title = prefix};
    *source = (rp_report_source){0};
    khash_t(family_index) *index = kh_init(family_index);
    char *families = NULL, *copies = NULL;
    bool ok = index != NULL || rp_error_memory(error, "report");
    ok = ok && read_summary(report, prefix, error) && (families = find_file(prefix, ".families.fa", error)) != NULL &&
         (copies = find_file(prefix, ".copies.bed", error)) != NULL &&
         (is_empty(families) || rp_family_file_read(&source->library, families, NULL, error)) &&
         link_library(report, source, index, error) && read_copies(report, index, copies, error);
    free(families);
    free(copies);
    kh_destroy(family_index, index);
    return ok;
}

void rp_report_source_clear(rp_report_source *source)
{
    rp_family_file_clear(&source->library);
    free(source->names);
    free(source->consensus);
    *source = (rp_report_source){0};
}
