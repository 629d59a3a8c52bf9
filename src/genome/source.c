/* source.c: see source.h. */
#include "genome/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <htslib/bgzf.h>
#include <htslib/hfile.h>

#include "base/error.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/stream.h"
#include "genome/formats.h"
#include "genome/records.h"
#include "genome/unpack.h"

enum {
    BGZIP = 2,            /* what bgzf_compression calls it */
    HEAD_BYTES = 512,     /* that tell the format */
    AHEAD_BYTES = 1 << 16
};

struct rp_source {
    const char *name;
    rp_feed feed;         /* reads a stream */
    hFILE *file;          /* the unpacker's; NULL: another has it */
    BGZF *bgzf;           /* one of these three: */
    rp_unpacker *unpacker;
    rp_records *records;
    bool is_bgzip;
    rp_source_means means;
    bool is_stream;       /* no regular file: another process may make its reader wait as long as it likes */
    bool uses_pool;       /* htslib's threads read and inflate it */
    rp_ahead_file *ahead_file; /* NULL: it is not read ahead */
    const char *fault;    /* NULL: none so far; nothing is read after one */
    size_t at, n;         /* what is read ahead */
    char ahead[AHEAD_BYTES];
};

static const char DAMAGED[] = "the file is damaged or cut off";

/* Where the next read begins in a file that is read ahead. */
static uint64_t position(const rp_source *source)
{
    return (uint64_t)(source->uses_pool ? source->bgzf->block_address : htell(source->bgzf->fp));
}

/* Before a read: waits until the file is read ahead of where its reader is, and gives the CPU token back where the read
 * is a wait for others. Only reads of storage take an I/O token: of those who feed several streams one after the other,
 * none comes to an end if the stream that waits keeps a token from the one that is fed. */
static void begin_read(rp_source *source)
{
    if (source->ahead_file != NULL)
        rp_read_ahead_reach(source->ahead_file, position(source), source->means.cpu);
    else if (!source->is_stream && source->means.io != NULL)
        rp_tokens_take(source->means.io);
    if (source->is_stream || source->uses_pool)
        rp_tokens_give(source->means.cpu);
}

static void end_read(rp_source *source)
{
    if (source->ahead_file == NULL && !source->is_stream && source->means.io != NULL)
        rp_tokens_give(source->means.io);
    if (source->is_stream || source->uses_pool)
        rp_tokens_take(source->means.cpu);
}

/* As rp_source_read; records come one at a time. */
static ssize_t fetch_some(rp_source *source, char *to, size_t n)
{
    ssize_t got;
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

/* As rp_source_read, past what is read ahead: all n bytes, unless the end or a fault comes before. */
static ssize_t fetch(rp_source *source, char *to, size_t n)
{
    if (source->fault != NULL)
        return -1;
    size_t sum = 0;
    ssize_t got = 1;
    begin_read(source);
    const uint64_t begin = rp_clock_ns();
    while (sum < n && (got = fetch_some(source, to + sum, n - sum)) > 0)
        sum += (size_t)got;
    if (source->ahead_file == NULL)
        rp_observe(RP_TIME_READ, rp_clock_ns() - begin);
    end_read(source);
    return sum > 0 ? (ssize_t)sum : got;
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
static bool choose_reader(rp_source *source, const char *path, rp_error *error)
{
    char head[RP_PACKING_MARK_BYTES];
    errno = 0;
    const ssize_t n = hpeek(source->file, head, sizeof head);
    if (n < 0)
        return rp_error_set(error, "%s: cannot be read: %s", source->name, reason());
    const rp_packing packing = rp_packing_of(head, (size_t)n);
    if (packing != RP_PACKING_NONE) {
        source->unpacker = rp_unpacker_create(packing, source->file);
        return source->unpacker != NULL || rp_error_memory(error, source->name);
    }
    hFILE *file = source->file;
    source->file = NULL;
    if (rp_records_are_in(file, path))
        return (source->records = rp_records_open(file, path, source->name, error)) != NULL;
    source->bgzf = bgzf_hopen(file, "r");
    if (source->bgzf == NULL) {
        hclose_abruptly(file);
        return rp_error_set(error, "%s: cannot be opened: %s", source->name, reason());
    }
    source->is_bgzip = bgzf_compression(source->bgzf) == BGZIP;
    return true;
}

/* Has a regular file read ahead, and inflated by the pool if there is room for one more. */
static void employ_others(rp_source *source, const char *path)
{
    rp_inflaters *inflaters = source->means.inflaters;
    if (source->is_stream || source->bgzf == NULL)
        return;
    if (strcmp(path, "-") != 0)
        source->ahead_file = rp_read_ahead_open(source->means.ahead, path);
    hts_tpool *pool = source->is_bgzip && inflaters != NULL ? rp_inflaters_borrow(inflaters) : NULL;
    source->uses_pool = pool != NULL && bgzf_thread_pool(source->bgzf, pool, rp_inflaters_depth(inflaters)) == 0;
    if (pool != NULL && !source->uses_pool)
        rp_inflaters_return(inflaters);
}

/* Passes over a byte order mark, and names what can be no sequence. */
static bool check_head(rp_source *source, rp_error *error)
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
    return is == NULL || source->means.any_text ||
           rp_error_set(error, "%s: is %s, neither FASTA nor FASTQ: %s", source->name, is->name, is->advice);
}

/* Opens the file and finds out how to read it, without the CPU token where that may take as long as others like. */
static bool open_file(rp_source *source, const char *path, rp_error *error)
{
    struct stat status;
    errno = 0;
    const int descriptor = rp_feed_open(&source->feed, path);
    source->file = descriptor < 0 ? NULL : hdopen(descriptor, "r");
    if (source->file == NULL) {
        (void)rp_error_set(error, "%s: cannot be opened: %s", source->name, reason());
        if (descriptor >= 0)
            (void)close(descriptor);
        return false;
    }
    source->is_stream = fstat(descriptor, &status) == 0 && !S_ISREG(status.st_mode);
    if (source->is_stream)
        rp_tokens_give(source->means.cpu);
    const bool ok = choose_reader(source, path, error);
    if (source->is_stream)
        rp_tokens_take(source->means.cpu);
    return ok;
}

rp_source *rp_source_open(const char *path, const char *name, const rp_source_means *means, rp_error *error)
{
    rp_source *source = rp_alloc(1, sizeof *source);
    if (source == NULL) {
        (void)rp_error_memory(error, name);
        return NULL;
    }
    source->name = name;
    source->means = *means;
    bool ok = open_file(source, path, error);
    if (ok)
        employ_others(source, path);
    ok = ok && check_head(source, error);
    if (ok)
        return source;
    (void)rp_source_close(source, error);
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

/* Whatever else was found comes from what a stream did not give. */
static bool close_feed(rp_source *source, rp_error *error)
{
    if (rp_feed_close(&source->feed))
        return true;
    const int failure = errno;
    error->message[0] = '\0';
    return (failure != ECANCELED || rp_not_cancelled(error)) &&
           (rp_error_set_as(error, rp_error_kind_of(failure), "%s: cannot be read: %s", source->name,
                            strerror(failure)));
}

bool rp_source_close(rp_source *source, rp_error *error)
{
    if (source == NULL)
        return true;
    rp_unpacker_destroy(source->unpacker);
    bool ok = rp_records_close(source->records);
    if (source->bgzf != NULL)
        ok = bgzf_close(source->bgzf) == 0 && ok;
    if (source->uses_pool)
        rp_inflaters_return(source->means.inflaters);
    rp_read_ahead_close(source->ahead_file);
    if (source->file != NULL)
        ok = hclose(source->file) == 0 && ok;
    if (!ok)
        (void)rp_error_set(error, "%s: %s", source->name, DAMAGED);
    ok = close_feed(source, error) && ok;
    free(source);
    return ok;
}
