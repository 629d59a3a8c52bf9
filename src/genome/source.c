/* source.c: see source.h. */
#include "genome/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <htslib/bgzf.h>
#include <htslib/hfile.h>

#include "base/memory.h"
#include "genome/formats.h"
#include "genome/records.h"
#include "genome/unpack.h"

enum {
    BGZIP = 2,            /* what bgzf_compression calls it */
    HEAD_BYTES = 512,     /* that tell the format */
    AHEAD_BYTES = 1 << 16
};

struct rp_source {
    hFILE *file;          /* the unpacker's; NULL: another has it */
    BGZF *bgzf;           /* one of these three: */
    rp_unpacker *unpacker;
    rp_records *records;
    bool is_bgzip;
    const char *fault;    /* NULL: none so far; nothing is read after one */
    size_t at, n;         /* what is read ahead */
    char ahead[AHEAD_BYTES];
};

static const char DAMAGED[] = "the file is damaged or cut off";

/* As rp_source_read, past what is read ahead. */
static ssize_t fetch(rp_source *source, char *to, size_t n)
{
    ssize_t got;
    if (source->fault != NULL)
        return -1;
    if (source->records != NULL)
        got = rp_records_read(source->records, to, n, &source->fault);
    else if (source->unpacker != NULL)
        got = rp_unpacker_read(source->unpacker, to, n, &source->fault);
    else
        got = bgzf_read(source->bgzf, to, n);
    if (got < 0 && source->fault == NULL)
        source->fault = DAMAGED;
    return got < 0 ? -1 : got;
}

/* Has something read ahead. 1: there is, 0: the end, -1: fault. */
static int look_ahead(rp_source *source)
{
    if (source->at < source->n)
        return 1;
    const ssize_t got = fetch(source, source->ahead, AHEAD_BYTES);
    source->at = 0;
    source->n = got > 0 ? (size_t)got : 0;
    return got > 0 ? 1 : (int)got;
}

/* Why htslib could not; it does not always say. */
static const char *reason(void)
{
    return strerror(errno != 0 ? errno : EIO);
}

/* Finds out what the file is, and has it read by who can. */
static bool choose_reader(rp_source *source, const char *path, const char *name, unsigned n_threads, rp_error *error)
{
    char head[RP_PACKING_MARK_BYTES];
    errno = 0;
    const ssize_t n = hpeek(source->file, head, sizeof head);
    if (n < 0)
        return rp_error_set(error, "%s: cannot be read: %s", name, reason());
    const rp_packing packing = rp_packing_of(head, (size_t)n);
    if (packing != RP_PACKING_NONE) {
        source->unpacker = rp_unpacker_create(packing, source->file);
        return source->unpacker != NULL || rp_error_memory(error, name);
    }
    hFILE *file = source->file;
    source->file = NULL;
    if (rp_records_are_in(file, path))
        return (source->records = rp_records_open(file, path, name, error)) != NULL;
    source->bgzf = bgzf_hopen(file, "r");
    if (source->bgzf == NULL) {
        hclose_abruptly(file);
        return rp_error_set(error, "%s: cannot be opened: %s", name, reason());
    }
    source->is_bgzip = bgzf_compression(source->bgzf) == BGZIP;
    if (source->is_bgzip && n_threads > 0)
        (void)bgzf_mt(source->bgzf, (int)n_threads, 256);
    return true;
}

/* Passes over a byte order mark, and names what can be no sequence. */
static bool check_head(rp_source *source, const char *name, rp_error *error)
{
    static const char mark[] = "\xef\xbb\xbf";
    if (look_ahead(source) <= 0) /* the reader will tell */
        return true;
    while (source->n < HEAD_BYTES) {
        const ssize_t got = fetch(source, source->ahead + source->n, AHEAD_BYTES - source->n);
        if (got <= 0)
            break;
        source->n += (size_t)got;
    }
    if (source->n >= sizeof mark - 1 && memcmp(source->ahead, mark, sizeof mark - 1) == 0)
        source->at = sizeof mark - 1;
    const rp_format *is = rp_format_of(source->ahead + source->at, source->n - source->at);
    return is == NULL || rp_error_set(error, "%s: is %s, neither FASTA nor FASTQ: %s", name, is->name, is->advice);
}

rp_source *rp_source_open(const char *path, const char *name, unsigned n_threads, rp_error *error)
{
    rp_source *source = rp_alloc(1, sizeof *source);
    if (source == NULL) {
        (void)rp_error_memory(error, name);
        return NULL;
    }
    errno = 0;
    source->file = strcmp(path, "-") == 0 ? hdopen(STDIN_FILENO, "r") : hopen(path, "r");
    bool ok = source->file != NULL || rp_error_set(error, "%s: cannot be opened: %s", name, reason());
    ok = ok && choose_reader(source, path, name, n_threads, error) && check_head(source, name, error);
    if (ok)
        return source;
    (void)rp_source_close(source);
    return NULL;
}

bool rp_source_is_records(const rp_source *source)
{
    return source->records != NULL;
}

int rp_source_peek(rp_source *source)
{
    const int there = look_ahead(source);
    return there > 0 ? (unsigned char)source->ahead[source->at] : there - 1;
}

void rp_source_skip(rp_source *source)
{
    source->at++;
}

ssize_t rp_source_read(rp_source *source, char *to, size_t n)
{
    if (source->at == source->n)
        return fetch(source, to, n);
    const size_t left = source->n - source->at, here = left < n ? left : n;
    memcpy(to, source->ahead + source->at, here);
    source->at += here;
    return (ssize_t)here;
}

int rp_source_line(rp_source *source, kstring_t *line)
{
    int there = 0;
    line->l = 0;
    while ((there = look_ahead(source)) > 0) {
        const char *from = source->ahead + source->at, *end = memchr(from, '\n', source->n - source->at);
        const size_t n = end != NULL ? (size_t)(end - from) : source->n - source->at;
        if (kputsn(from, n, line) < 0) {
            source->fault = "out of memory: line";
            return -1;
        }
        source->at += n + (end != NULL);
        if (end != NULL)
            return 1;
    }
    return there < 0 ? -1 : line->l > 0;
}

const char *rp_source_fault(const rp_source *source)
{
    return source->fault != NULL ? source->fault : DAMAGED;
}

const char *rp_source_end_fault(const rp_source *source)
{
    if (source->records != NULL)
        return rp_records_end_fault(source->records);
    if (!source->is_bgzip)
        return NULL;
    if (bgzf_compression(source->bgzf) != BGZIP) /* htslib's threads see it as damage too */
        return "the file is damaged: a block is no bgzip block";
    return source->bgzf->no_eof_block ? "the file is cut off: it has no end-of-file block" : NULL;
}

bool rp_source_close(rp_source *source)
{
    if (source == NULL)
        return true;
    rp_unpacker_destroy(source->unpacker);
    bool ok = rp_records_close(source->records);
    if (source->bgzf != NULL)
        ok = bgzf_close(source->bgzf) == 0 && ok;
    if (source->file != NULL)
        ok = hclose(source->file) == 0 && ok;
    free(source);
    return ok;
}
