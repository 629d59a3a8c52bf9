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

#include "base/memory.h"
#include "base/text.h"
#include "copies/bed_line.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
KHASH_MAP_INIT_STR(family_index, size_t)
#pragma GCC diagnostic pop

/* A file of the run, with .gz where only that is there. NULL: error filled in. */
static char *find_file(const char *prefix, const char *ending, rp_error *error)
{
    char *path = NULL;
    if (!rp_result_look_for(prefix, ending, &path))
        (void)rp_error_memory(error, "report");
    else if (path == NULL)
        (void)rp_error_set(error,
                           "%s%s: %s (a report needs the summary, the library and the BED file of copies of one run)",
                           prefix, ending, strerror(ENOENT));
    return path;
}

static bool read_summary(rp_report *report, const char *prefix, rp_error *error)
{
    char *path = find_file(prefix, ".summary.json", error);
    if (path == NULL)
        return false;
    json_error_t where;
    report->summary = json_load_file(path, 0, &where);
    bool ok = report->summary != NULL;
    if (!ok && json_error_code(&where) == json_error_out_of_memory)
        (void)rp_error_memory(error, "report");
    else if (!ok)
        (void)rp_error_set(error, "%s: line %d: %s", path, where.line, where.text);
    const json_t *families = json_object_get(report->summary, "families");
    if (ok && (!json_is_array(families) || !json_is_object(json_object_get(report->summary, "results"))))
        ok = rp_error_set(error, "%s: is no summary of reprise-c", path);
    free(path);
    return ok;
}

/* The family of this name, as the library has it or as the summary does. False: out of memory. */
static bool find_family(const khash_t(family_index) * index, const char *name, size_t *family, bool *found)
{
    khiter_t at = kh_get(family_index, index, name);
    if (at == kh_end(index)) {
        char *copy = rp_utf8_copy(name);
        if (copy == NULL)
            return false;
        at = kh_get(family_index, index, copy);
        free(copy);
    }
    *found = at != kh_end(index);
    *family = *found ? kh_val(index, at) : 0;
    return true;
}

/* False: *fault says what is wrong with the line; NULL: memory is out. */
static bool take_line(rp_report *report, const khash_t(family_index) * index, char *line, const char **fault)
{
    rp_bed_line part;
    *fault = "is no line of copies.bed";
    if (!rp_bed_line_parse(line, &part))
        return false;
    *fault = NULL;
    size_t which;
    bool found;
    if (!find_family(index, part.family, &which, &found))
        return false;
    *fault = "names a family that is not in the library";
    if (!found)
        return false;
    rp_report_family *family = &report->families[which];
    *fault = "goes beyond its family's consensus";
    if (part.consensus_end > family->length_bp)
        return false;
    *fault = NULL;
    return rp_report_parts_push(&family->parts, (rp_report_part){.consensus_begin = part.consensus_begin,
                                                                 .consensus_end = part.consensus_end,
                                                                 .bases = (uint32_t)(part.end - part.begin),
                                                                 .tenths = (uint32_t)lround(10 * part.divergence),
                                                                 .copy = part.copy,
                                                                 .host = part.host});
}

static bool read_copies(rp_report *report, const khash_t(family_index) * index, const char *path, rp_error *error)
{
    BGZF *file = bgzf_open(path, "r");
    if (file == NULL)
        return rp_error_set_as(error, rp_error_kind_of(errno), "%s: %s", path, strerror(errno));
    kstring_t line = KS_INITIALIZE;
    bool ok = true;
    unsigned long long number = 0;
    int got = 0;
    while (ok && (got = bgzf_getline(file, '\n', &line)) >= 0) {
        const char *fault;
        number++;
        if (!take_line(report, index, line.s, &fault))
            ok = fault == NULL ? rp_error_memory(error, "report")
                               : rp_error_set(error, "%s: line %llu: %s", path, number, fault);
    }
    if (ok && got < -1)
        ok = rp_error_set(error, "%s: line %llu: the file is damaged or cut off", path, number + 1);
    ks_free(&line);
    if (bgzf_close(file) != 0 && ok)
        ok = rp_error_set(error, "%s: the file is damaged or cut off", path);
    return ok;
}

/* Whether the library is the one that the summary tells of. False: out of memory. */
static bool is_of_run(const rp_report *report, const rp_family_file *library, bool *fits)
{
    const json_t *list = json_object_get(report->summary, "families");
    *fits = json_array_size(list) == library->n;
    for (size_t i = 0; *fits && i < library->n; i++) {
        const json_t *facts = json_array_get(list, i);
        const char *told = json_string_value(json_object_get(facts, "name"));
        char *name = rp_utf8_copy(library->items[i].name);
        if (name == NULL)
            return false;
        *fits = told != NULL && strcmp(name, told) == 0 &&
                json_integer_value(json_object_get(facts, "length")) == (json_int_t)library->items[i].consensus.n;
        free(name);
    }
    return true;
}

/* Reads the library, where there is one. */
static bool read_library(rp_report *report, rp_report_source *source, const char *prefix, const char *library,
                         rp_error *error)
{
    const char *command = json_string_value(json_object_get(report->summary, "command"));
    const bool may_lack = library == NULL && command != NULL && strcmp(command, "annotate") == 0;
    char *path = NULL;
    bool ok = true;
    if (library != NULL)
        ok = (path = strdup(library)) != NULL || rp_error_memory(error, "report");
    else if (may_lack)
        ok = rp_result_look_for(prefix, ".families.fa", &path) || rp_error_memory(error, "report");
    else
        ok = (path = find_file(prefix, ".families.fa", error)) != NULL;
    if (path == NULL)
        return ok;
    bool fits = true;
    ok = rp_family_file_read(&source->library, path, NULL, error);
    source->has_library = ok;
    if (ok && may_lack && !is_of_run(report, &source->library, &fits))
        ok = rp_error_memory(error, "report");
    if (ok && !fits) {
        rp_family_file_clear(&source->library);
        source->has_library = false;
    }
    free(path);
    return ok;
}

static const char *name_in_summary(const rp_report *report, const char *list, size_t family)
{
    const char *name =
        json_string_value(json_object_get(json_array_get(json_object_get(report->summary, list), family), "name"));
    return name != NULL ? name : "";
}

/* Names the families, by the library or without it by the summary, and behind them those that were known before, and
 * notes which name is which. */
static bool link_families(rp_report *report, rp_report_source *source, khash_t(family_index) * index, rp_error *error)
{
    const bool has_library = source->has_library;
    const size_t n_found =
        has_library ? source->library.n : json_array_size(json_object_get(report->summary, "families"));
    const size_t n = n_found + json_array_size(json_object_get(report->summary, "known"));
    source->names = rp_alloc(n, sizeof *source->names);
    source->consensus = rp_alloc(n, sizeof *source->consensus);
    if (source->names == NULL || source->consensus == NULL)
        return rp_error_memory(error, "report");
    for (size_t i = 0; i < n; i++) {
        int absent = 0;
        const bool in_library = has_library && i < n_found;
        source->names[i] = in_library    ? source->library.items[i].name
                           : i < n_found ? name_in_summary(report, "families", i)
                                         : name_in_summary(report, "known", i - n_found);
        source->consensus[i] = in_library ? &source->library.items[i].consensus : NULL;
        const khiter_t at = kh_put(family_index, index, source->names[i], &absent);
        if (absent < 0)
            return rp_error_memory(error, "report");
        if (absent ==
            0) /* the library's reader has seen to its names; the summary's can be alike where they are no UTF-8 */
            return rp_error_set(error,
                                "the summary tells of two families named %.200s: the library is needed (--library)",
                                source->names[i]);
        kh_val(index, at) = i;
    }
    return rp_report_link(report, n, source->names, has_library ? source->consensus : NULL, error);
}

bool rp_report_read(rp_report *report, rp_report_source *source, const char *prefix, const char *library,
                    rp_error *error)
{
    *report = (rp_report){.title = prefix};
    *source = (rp_report_source){0};
    khash_t(family_index) *index = kh_init(family_index);
    char *copies = NULL;
    bool ok = index != NULL || rp_error_memory(error, "report");
    ok = ok && read_summary(report, prefix, error) && read_library(report, source, prefix, library, error) &&
         (copies = find_file(prefix, ".copies.bed", error)) != NULL && link_families(report, source, index, error) &&
         read_copies(report, index, copies, error);
    free(copies);
    kh_destroy(family_index, index);
    return ok || rp_error_be(error, RP_ERROR_INPUT);
}

void rp_report_source_clear(rp_report_source *source)
{
    rp_family_file_clear(&source->library);
    free(source->names);
    free(source->consensus);
    *source = (rp_report_source){0};
}
