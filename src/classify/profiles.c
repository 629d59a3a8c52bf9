/* profiles.c: see profiles.h.
 *
 * Of a profile only the head is looked at; hmmsearch reads the rest. */
#include "classify/profiles.h"

#include <stdlib.h>
#include <string.h>

#include <htslib/hts.h>
#include <htslib/kstring.h>

#include "base/sort.h"
#include "classify/class_tree.h"
#include "genome/source.h"

enum { DOMAIN_BYTES = 32 };

/* What is known of the profile that is being read. */
typedef struct head {
    kstring_t name, accession;
    bool begun, is_amino, in_body;
    double least_bits;
} head;

typedef struct profile_reader {
    rp_profile_file *file;
    const char *shown;          /* the file's name in messages */
    uint64_t n_lines;
    head head;
    hts_md5_context *md5;
    rp_error *error;
} profile_reader;

static bool refuse(profile_reader *reader, const char *what, const char *value)
{
    return rp_error_set_as(reader->error, RP_ERROR_INPUT, "%.200s: line %llu: %s%.60s", reader->shown,
                           (unsigned long long)reader->n_lines, what, value);
}

static bool out_of_memory(profile_reader *reader)
{
    return rp_error_memory(reader->error, "profiles");
}

static bool begin_profile(profile_reader *reader)
{
    head *here = &reader->head;
    here->name.l = here->accession.l = 0;
    here->begun = true;
    here->is_amino = here->in_body = false;
    here->least_bits = 0;
    return (kputs("", &here->name) >= 0 && kputs("", &here->accession) >= 0) || out_of_memory(reader);
}

static bool end_profile(profile_reader *reader)
{
    head *here = &reader->head;
    char domain[DOMAIN_BYTES];
    if (here->name.l == 0)
        return refuse(reader, "a profile without a NAME", "");
    if (!here->in_body)
        return refuse(reader, "a profile without a body: ", here->name.s);
    if (!here->is_amino)
        return refuse(reader, "no profile of proteins (ALPH amino): ", here->name.s);
    const char *class_name = rp_class_of_profile(here->name.s, here->accession.s, domain, sizeof domain);
    rp_profile_file *file = reader->file;
    if (!rp_reserve((void **)&file->profiles, &file->capacity, file->n + 1, sizeof *file->profiles))
        return out_of_memory(reader);
    rp_profile *profile = &file->profiles[file->n];
    *profile = (rp_profile){strdup(here->name.s), {strdup(domain), class_name, here->least_bits}};
    file->n++;
    here->begun = false;
    return (profile->name != NULL && profile->kind.name != NULL) || out_of_memory(reader);
}

/* The value behind a tag of the head, without what follows it. */
static bool take_value(kstring_t *to, const char *value)
{
    to->l = 0;
    return kputsn(value, (int)strcspn(value, " \t\r"), to) >= 0;
}

static bool take_threshold(profile_reader *reader, const char *value)
{
    char *end = NULL;
    const char *second = value + strcspn(value, " ");
    reader->head.least_bits = strtod(second, &end); /* of a domain; the first is of a sequence */
    return (end != second && reader->head.least_bits > -1e4 && reader->head.least_bits < 1e4) ||
           refuse(reader, "no gathering threshold: ", value);
}

static bool take_head_line(profile_reader *reader, const char *line)
{
    head *here = &reader->head;
    const char *value = line + strcspn(line, " \t");
    value += strspn(value, " \t");
    if (strncmp(line, "NAME ", 5) == 0)
        return take_value(&here->name, value) || out_of_memory(reader);
    if (strncmp(line, "ACC ", 4) == 0)
        return take_value(&here->accession, value) || out_of_memory(reader);
    if (strncmp(line, "GA ", 3) == 0)
        return take_threshold(reader, value);
    if (strncmp(line, "ALPH ", 5) == 0)
        here->is_amino = strncmp(value, "amino", 5) == 0;
    here->in_body |= strncmp(line, "HMM ", 4) == 0;
    return true;
}

static bool take_line(profile_reader *reader, const char *line)
{
    reader->n_lines++;
    if (!reader->head.begun)
        return strncmp(line, "HMMER3/", 7) == 0 ? begin_profile(reader)
                                                : line[0] == '\0' || refuse(reader, "no profile of HMMER3: ", line);
    if (strncmp(line, "//", 2) == 0)
        return end_profile(reader);
    return reader->head.in_body || take_head_line(reader, line);
}

static int compare_profiles(const void *left, const void *right)
{
    return strcmp(((const rp_profile *)left)->name, ((const rp_profile *)right)->name);
}

/* After the last line. */
static bool end_file(profile_reader *reader)
{
    rp_profile_file *file = reader->file;
    unsigned char digest[16];
    if (reader->head.begun)
        return refuse(reader, "the file ends in a profile: ", reader->head.name.s);
    if (file->n == 0)
        return rp_error_set_as(reader->error, RP_ERROR_INPUT, "%.200s: it has no profiles", reader->shown);
    rp_sort(file->profiles, file->n, sizeof *file->profiles, compare_profiles);
    for (size_t i = 1; i < file->n; i++)
        if (strcmp(file->profiles[i - 1].name, file->profiles[i].name) == 0)
            return rp_error_set_as(reader->error, RP_ERROR_INPUT, "%.200s: two profiles are named %.60s", reader->shown,
                                   file->profiles[i].name);
    hts_md5_final(digest, reader->md5);
    hts_md5_hex(file->md5, digest);
    return true;
}

/* Takes a line into the digest and the profiles. */
static bool take_text(profile_reader *reader, const char *line, size_t n)
{
    hts_md5_update(reader->md5, line, n);
    hts_md5_update(reader->md5, "\n", 1);
    return take_line(reader, line);
}

static bool read_source(profile_reader *reader, rp_error *error)
{
    rp_tokens cpu;
    if (!rp_tokens_init(&cpu, 1, RP_GAUGE_CPU_TOKENS, RP_TIME_CPU_TOKEN))
        return out_of_memory(reader);
    rp_tokens_take(&cpu);
    const rp_source_means means = {.cpu = &cpu, .any_text = true};
    rp_source *from = rp_source_open(reader->file->path, reader->shown, &means, error);
    kstring_t line = KS_INITIALIZE;
    bool ok = from != NULL;
    int got = 1;
    while (ok && (got = rp_source_line(from, &line)) > 0)
        ok = take_text(reader, line.s, line.l);
    if (ok && got < 0)
        ok = rp_error_set(error, "%.200s: %s", reader->shown, rp_source_fault(from));
    ok = rp_source_close(from, error) && ok;
    rp_tokens_give(&cpu);
    rp_tokens_clear(&cpu);
    ks_free(&line);
    return ok;
}

static bool read_own(profile_reader *reader)
{
    kstring_t line = KS_INITIALIZE;
    bool ok = true;
    for (const char *at = rp_own_profiles, *end = at + rp_own_profiles_bytes; ok && at < end;) {
        const char *next = memchr(at, '\n', (size_t)(end - at));
        line.l = 0;
        ok = kputsn(at, (int)(next - at), &line) >= 0 ? take_text(reader, line.s, line.l) : out_of_memory(reader);
        at = next + 1;
    }
    ks_free(&line);
    return ok;
}

static bool read_file(rp_profile_file *file, const char *path, const char *shown, rp_error *error)
{
    *file = (rp_profile_file){.path = path};
    profile_reader reader = {.file = file, .shown = shown, .md5 = hts_md5_init(), .error = error};
    bool ok = reader.md5 != NULL || out_of_memory(&reader);
    ok = ok && (path != NULL ? read_source(&reader, error) : read_own(&reader)) && end_file(&reader);
    ks_free(&reader.head.name);
    ks_free(&reader.head.accession);
    if (reader.md5 != NULL)
        hts_md5_destroy(reader.md5);
    if (!ok)
        rp_profile_file_clear(file);
    return ok;
}

bool rp_profile_file_read(rp_profile_file *file, const char *path, rp_error *error)
{
    return read_file(file, path, path, error) || rp_error_be(error, RP_ERROR_INPUT);
}

bool rp_profile_file_own(rp_profile_file *file, rp_error *error)
{
    return read_file(file, NULL, "the program's own profiles", error);
}

void rp_profile_file_clear(rp_profile_file *file)
{
    for (size_t i = 0; i < file->n; i++) {
        free(file->profiles[i].name);
        free(file->profiles[i].kind.name);
    }
    free(file->profiles);
    *file = (rp_profile_file){0};
}

const rp_profile *rp_profile_named(const rp_profile_file *file, const char *name)
{
    const rp_profile wanted = {.name = (char *)name};
    return file->n > 0 ? bsearch(&wanted, file->profiles, file->n, sizeof *file->profiles, compare_profiles) : NULL;
}
