/* domain_search.c: see domain_search.h. */
#include "classify/domain_search.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/process.h"
#include "base/sort.h"
#include "classify/proteins.h"
#include "classify/superfamily.h"

enum {
    PIECE = 30000,             /* residues of one target: hmmsearch refuses 100,000 */
    PIECE_OVERLAP = 2000,      /* more than a domain */
    BYTES_PER_THREAD = 250000, /* of targets: with fewer, a thread for each profile costs more than it saves */
    COMPLAINT_BYTES = 400,
    FIELDS = 22                /* of a line, before the description */
};

/* What is expected among so many targets. A target is a frame: a family has six. */
#define SEARCHED "10000"
static const double SEARCHED_TARGETS = 10000;
enum { N_FRAMES = 6 };
#define MAX_EVALUE "0.001"

/* --- Targets --- */

/* The residues [begin, end) of a frame; a stop, and what is not known, is X. */
static bool add_piece(kstring_t *text, const rp_codes *consensus, size_t family, unsigned frame, size_t begin,
                      size_t end)
{
    if (ksprintf(text, ">%zu/%u/%zu\n", family, frame, begin) < 0)
        return false;
    for (size_t i = begin; i < end; i++) {
        const char residue = rp_translate(consensus, frame % 3 + 3 * i, frame >= 3);
        if (kputc(residue == '*' ? 'X' : residue, text) < 0)
            return false;
    }
    return kputc('\n', text) >= 0;
}

static bool add_frames(kstring_t *text, const rp_codes *consensus, size_t family)
{
    for (unsigned frame = 0; frame < 6; frame++) {
        const size_t n = consensus->n >= frame % 3 ? (consensus->n - frame % 3) / 3 : 0;
        for (size_t begin = 0; begin < n; begin += PIECE - PIECE_OVERLAP) {
            const size_t end = n - begin > PIECE ? begin + PIECE : n;
            if (!add_piece(text, consensus, family, frame, begin, end))
                return false;
            if (end == n)
                break;
        }
    }
    return true;
}

/* *bytes: how much was written; hmmsearch takes no empty file. */
static bool write_targets(const rp_scratch_file *file, const rp_codes *const *consensus, size_t n, size_t *bytes,
                          rp_error *error)
{
    kstring_t text = KS_INITIALIZE;
    bool ok = true;
    for (size_t f = 0; f < n && ok; f++) {
        text.l = 0;
        ok = add_frames(&text, consensus[f], f) || rp_error_memory(error, "translations");
        *bytes += text.l;
        ok = ok && (text.l == 0 || rp_scratch_file_write(file, text.s, text.l, "translations of the families", error));
    }
    ks_free(&text);
    return ok;
}

/* --- What hmmsearch finds --- */

static bool read_number(const char *field, double *value)
{
    char *end = NULL;
    *value = strtod(field, &end);
    return end != field && *end == '\0' && isfinite(*value);
}

static bool read_place(const char *field, unsigned long long *value)
{
    char *end = NULL;
    errno = 0;
    *value = strtoull(field, &end, 10);
    return field[0] >= '0' && field[0] <= '9' && *end == '\0' && errno == 0;
}

/* Divides a copy of the line at blanks. */
static bool divide(char *line, char **fields)
{
    char *rest = NULL;
    size_t n = 0;
    for (char *field = strtok_r(line, " \t\r\n", &rest); field != NULL && n < FIELDS;
         field = strtok_r(NULL, " \t\r\n", &rest))
        fields[n++] = field;
    return n == FIELDS;
}

/* A target's name: family, frame, first residue. */
static bool read_target(char *name, unsigned long long *family, unsigned long long *frame, unsigned long long *first)
{
    char *frame_text = strchr(name, '/'), *first_text = frame_text != NULL ? strchr(frame_text + 1, '/') : NULL;
    if (first_text == NULL)
        return false;
    *frame_text++ = *first_text++ = '\0';
    return read_place(name, family) && read_place(frame_text, frame) && read_place(first_text, first) && *frame < 6;
}

static bool read_fields(char **fields, const rp_profile_file *file, const rp_codes *const *consensus, size_t n,
                        rp_domain *domain, bool *is_one)
{
    unsigned long long family, frame, first, from, to;
    const rp_profile *profile = rp_profile_named(file, fields[3]);
    if (profile == NULL || !read_target(fields[0], &family, &frame, &first) || family >= n ||
        !read_number(fields[12], &domain->evalue) || !read_number(fields[13], &domain->bits) ||
        !read_place(fields[17], &from) || !read_place(fields[18], &to) || from == 0 || to < from || to > PIECE)
        return false;
    const size_t length = consensus[family]->n, begin = frame % 3 + 3 * (size_t)(first + from - 1),
                 end = frame % 3 + 3 * (size_t)(first + to);
    if (first > length || end > length)
        return false;
    domain->kind = &profile->kind;
    domain->class_name = profile->kind.class_name;
    domain->family = (uint32_t)family;
    domain->reverse = frame >= 3;
    domain->begin = (uint32_t)(domain->reverse ? length - end : begin);
    domain->end = (uint32_t)(domain->reverse ? length - begin : end);
    *is_one = domain->bits >= profile->kind.least_bits;
    return true;
}

bool rp_domain_read(const char *line, const rp_profile_file *file, const rp_codes *const *consensus, size_t n,
                    rp_domain *domain, bool *is_one)
{
    char *fields[FIELDS];
    *is_one = false;
    if (line[0] == '#')
        return true;
    char *copy = strdup(line);
    const bool ok = copy != NULL && divide(copy, fields) && read_fields(fields, file, consensus, n, domain, is_one);
    free(copy);
    return ok;
}

static int compare_domains(const void *left, const void *right)
{
    const rp_domain *a = left, *b = right;
    if (a->family != b->family)
        return a->family < b->family ? -1 : 1;
    if (a->begin != b->begin)
        return a->begin < b->begin ? -1 : 1;
    if (a->end != b->end)
        return a->end < b->end ? -1 : 1;
    if (a->bits != b->bits)
        return a->bits > b->bits ? -1 : 1;
    if (a->reverse != b->reverse)
        return a->reverse ? 1 : -1;
    return strcmp(a->kind->name, b->kind->name);
}

static bool read_table(const rp_scratch_file *table, const rp_profile_file *file, const rp_codes *const *consensus,
                       size_t n, rp_domains *domains, rp_error *error)
{
    FILE *from = fopen(table->path, "r");
    if (from == NULL)
        return rp_error_set(error, "the table of hmmsearch: %s", strerror(errno));
    char *line = NULL;
    size_t size = 0;
    bool ok = true;
    while (ok && getline(&line, &size, from) > 0) {
        rp_domain domain;
        bool is_one;
        if (!rp_domain_read(line, file, consensus, n, &domain, &is_one))
            ok = rp_error_set(error, "hmmsearch has written what is no line of its table: %.100s", line);
        else if (is_one && !rp_domains_push(domains, domain))
            ok = rp_error_memory(error, "domains");
    }
    if (ok && ferror(from))
        ok = rp_error_set(error, "the table of hmmsearch: %s", strerror(errno));
    free(line);
    (void)fclose(from);
    return ok;
}

/* --- Runs of hmmsearch --- */

/* Puts behind the message what the program said last. */
static void add_complaint(const rp_scratch_file *complaints, const char *path, rp_error *error)
{
    char text[COMPLAINT_BYTES + 1];
    const rp_error reason = *error;
    const ssize_t n = pread(complaints->descriptor, text, COMPLAINT_BYTES, 0);
    text[n > 0 ? n : 0] = '\0';
    for (char *c = text; *c != '\0'; c++)
        if (*c == '\n')
            *c = c[1] != '\0' ? ' ' : '\0';
    error->message[0] = '\0';
    (void)rp_error_set_as(error, reason.kind, "%.300s%s%.200s%s%s", reason.message, path != NULL ? ", on " : "",
                          path != NULL ? path : "", text[0] != '\0' ? ": " : "", text);
}

/* One run over one file of profiles; the table is filled. */
static bool search_file(const char *profiles, const char *shown, const rp_scratch_file *targets,
                        const rp_scratch_file *table, unsigned n_threads, rp_error *error)
{
    char threads[16];
    bool is_absent;
    rp_scratch_file complaints;
    if (!rp_scratch_file_open(&complaints))
        return rp_error_set(error, "hmmsearch: %s", strerror(errno));
    (void)snprintf(threads, sizeof threads, "%u", n_threads);
    const char *const arguments[] = {"hmmsearch",   "--cpu",     threads,  "--seed",      "42",       "-Z",
                                     SEARCHED,      "--domZ",    SEARCHED, "-E",          MAX_EVALUE, "--domE",
                                     MAX_EVALUE,    "--tformat", "fasta",  "--noali",     "-o",       "/dev/null",
                                     "--domtblout", table->path, profiles, targets->path, NULL};
    const bool ok = rp_process_run(arguments, NULL, &complaints, &is_absent, error);
    if (!ok && rp_not_cancelled(&(rp_error){.kind = RP_ERROR_OTHER}))
        add_complaint(&complaints, shown, error);
    rp_scratch_file_close(&complaints);
    return ok;
}

static bool search_one(const rp_profile_file *file, const rp_scratch_file *targets, const rp_codes *const *consensus,
                       size_t n, unsigned n_threads, rp_domains *domains, rp_error *error)
{
    rp_scratch_file table, own = {.descriptor = -1};
    if (!rp_scratch_file_open(&table))
        return rp_error_set(error, "the table of hmmsearch: %s", strerror(errno));
    static const char what[] = "the program's own profiles";
    bool ok = true;
    if (file->path == NULL) {
        ok = rp_scratch_file_open(&own) || rp_error_set(error, "%s: %s", what, strerror(errno));
        ok = ok && rp_scratch_file_write(&own, rp_own_profiles, rp_own_profiles_bytes, what, error);
    }
    ok = ok && search_file(file->path != NULL ? file->path : own.path, file->path, targets, &table, n_threads, error) &&
         read_table(&table, file, consensus, n, domains, error);
    if (own.descriptor >= 0)
        rp_scratch_file_close(&own);
    rp_scratch_file_close(&table);
    return ok;
}

/* What is expected of each domain among all frames and all profiles. */
static void count_expected(const rp_domain_search *search, size_t n_families, rp_domains *domains)
{
    size_t n_profiles = 0;
    for (size_t i = 0; i < search->n_files; i++)
        n_profiles += search->files[i].n;
    const double times = (double)n_profiles * N_FRAMES * (double)n_families / SEARCHED_TARGETS;
    for (size_t i = 0; i < domains->n; i++)
        domains->items[i].expected = domains->items[i].evalue * times;
}

bool rp_domain_search_run(const rp_domain_search *search, const rp_codes *const *consensus, size_t n,
                          unsigned n_threads, rp_domains *domains, rp_error *error)
{
    *domains = (rp_domains){0};
    if (!rp_domain_search_is_on(search) || n == 0)
        return true;
    rp_scratch_file targets;
    if (!rp_scratch_file_open(&targets))
        return rp_error_set(error, "translations of the families: %s", strerror(errno));
    size_t bytes = 0;
    bool ok = write_targets(&targets, consensus, n, &bytes, error);
    if (bytes / BYTES_PER_THREAD < n_threads)
        n_threads = (unsigned)(bytes / BYTES_PER_THREAD); /* 0: none beside the program itself */
    for (size_t i = 0; bytes > 0 && i < search->n_files && ok; i++)
        ok = search_one(&search->files[i], &targets, consensus, n, n_threads, domains, error);
    rp_scratch_file_close(&targets);
    count_expected(search, n, domains);
    rp_sort(domains->items, domains->n, sizeof *domains->items, compare_domains);
    if (ok && !rp_domains_resolve(domains))
        ok = rp_error_memory(error, "domains");
    if (!ok) {
        free(domains->items);
        *domains = (rp_domains){0};
    }
    return ok;
}

/* --- Opening --- */

/* "# HMMER 3.3.2 (Nov 2020); http://hmmer.org/" */
static bool read_version(const rp_scratch_file *help, char *version, size_t size)
{
    char text[1024];
    const ssize_t n = pread(help->descriptor, text, sizeof text - 1, 0);
    text[n > 0 ? n : 0] = '\0';
    const char *at = strstr(text, "# HMMER ");
    if (at == NULL)
        return false;
    at += strlen("# HMMER ");
    (void)snprintf(version, size, "%.*s", (int)strcspn(at, " ;\n"), at);
    return version[0] == '3';
}

static bool find_program(rp_domain_search *search, bool is_needed, rp_error *error)
{
    static const char *const arguments[] = {"hmmsearch", "-h", NULL};
    rp_scratch_file help;
    bool is_absent;
    if (!rp_scratch_file_open(&help))
        return rp_error_set(error, "hmmsearch: %s", strerror(errno));
    rp_error reason = {""};
    bool ok = rp_process_run(arguments, &help, NULL, &is_absent, &reason);
    if (ok && !read_version(&help, search->version, sizeof search->version))
        ok = rp_error_set(&reason, "hmmsearch is not that of HMMER 3");
    rp_scratch_file_close(&help);
    return ok || (is_absent && !is_needed) || rp_error_copy(error, &reason);
}

bool rp_domain_search_open(rp_domain_search *search, const char *const *paths, size_t n, bool with_own, rp_error *error)
{
    *search = (rp_domain_search){0};
    search->files = rp_alloc(n + 1, sizeof *search->files);
    bool ok = search->files != NULL || rp_error_memory(error, "profiles");
    if (ok && with_own) {
        ok = rp_profile_file_own(&search->files[0], error);
        search->n_files += ok;
    }
    for (size_t i = 0; i < n && ok; i++) {
        ok = rp_profile_file_read(&search->files[search->n_files], paths[i], error);
        search->n_files += ok;
    }
    ok = ok && (search->n_files == 0 || find_program(search, n > 0, error));
    if (!ok)
        rp_domain_search_close(search);
    return ok;
}

void rp_domain_search_close(rp_domain_search *search)
{
    for (size_t i = 0; i < search->n_files; i++)
        rp_profile_file_clear(&search->files[i]);
    free(search->files);
    *search = (rp_domain_search){0};
}

bool rp_domain_search_is_on(const rp_domain_search *search)
{
    return search->version[0] != '\0' && search->n_files > 0;
}
