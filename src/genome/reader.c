/* reader.c: reads sequence files and packs them; see reader.h.
 *
 * A reader takes blocks of text from its file, finds the contigs in them and hands them on through a
 * bounded queue; encoders pack the bases where they belong. The same threads do both: one that has no
 * file to read, or has read enough for the others, encodes. The files are read ahead by I/O threads
 * (genome/read_ahead.h), and bgzip is inflated by a pool that all files share (genome/inflaters.h). A
 * small input is read and packed by the caller alone. Each file has a coordinate of its own until all
 * are read; then they are put together in the order in which they were given, so that nothing shows who
 * was faster.
 */
#include "genome/reader.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <htslib/kstring.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "genome/contig_names.h"
#include "genome/digest.h"
#include "genome/inflaters.h"
#include "genome/part.h"
#include "genome/read_ahead.h"
#include "genome/source.h"
#include "genome/text_queue.h"
#include "genome/turns.h"

enum {
    GZIP_MAGIC = 0x1f,        /* first byte of a gzip file */
    DIRECT_BYTES = 8 << 20    /* inputs up to this size are read by the caller alone */
};

/* One input file. */
typedef struct input_file {
    const char *path;         /* in messages */
    char *records_path;       /* the same where lines are those of records as FASTA; owned */
    bool is_small;
    rp_part part;
    uint64_t *contig_line;    /* by contig: the number of its header's line */
    size_t line_capacity;
    uint64_t n_lines;         /* ends of lines so far */
    kstring_t line;           /* a header, or a line of FASTQ */
} input_file;

typedef struct input {
    input_file *files;
    size_t n_files;
    rp_reading reading;
    rp_text_queue queue;
    rp_tokens cpu;
    unsigned n_encoders;      /* threads beside the caller; 0: it encodes what it reads, without the queue */
    rp_inflaters inflaters;
    rp_read_ahead *ahead;     /* NULL: nothing is read ahead */
    size_t *order;            /* in which the files are read */
    size_t next_file;         /* in that order; guarded by lock, as what follows */
    size_t failed_file;       /* the first file with an error; n_files: none */
    rp_error error;           /* its error */
    pthread_mutex_t lock;
} input;

static unsigned shown(const rp_contig *contig)
{
    return contig->id_length < 200 ? (unsigned)contig->id_length : 200;
}

static void encode_block(const rp_text_block *block)
{
    rp_part_encode(&((input_file *)block->file)->part, block);
}

/* A block to fill. Where the encoders have enough to do, the reader first does some of it. NULL: out of memory. */
static rp_text_block *begin_block(input *in)
{
    for (;;) {
        rp_text_block *other, *block = rp_text_queue_begin(&in->queue, in->n_encoders, &other, &in->cpu);
        if (other == NULL)
            return block;
        encode_block(other);
        rp_text_queue_done(&in->queue, other);
    }
}

/* --- Contigs --- */

/* Begins the contig whose header is file->line, less its first character. */
static bool begin_contig(input_file *file, uint64_t line, rp_error *error)
{
    rp_genome *part = &file->part.genome;
    while (file->line.l > 0 && file->line.s[file->line.l - 1] == '\r')
        file->line.s[--file->line.l] = '\0';
    const char *name = file->line.l > 0 ? file->line.s + 1 : "";
    const size_t id_length = strcspn(name, " \t");
    if (id_length == 0)
        return rp_error_set(error, "%s: line %llu: a sequence without a name", file->path, (unsigned long long)line);
    for (const char *c = name; *c != '\0'; c++)
        if (((unsigned char)*c < 32 && *c != '\t') || *c == 127)
            return rp_error_set(error, "%s: line %llu: the name %.*s holds the control character %d", file->path,
                                (unsigned long long)line, id_length < 100 ? (int)id_length : 100, name, *c);
    if (strlen(name) + 1 != file->line.l)
        return rp_error_set(error, "%s: line %llu: the name %.100s holds a zero byte", file->path,
                            (unsigned long long)line, name);
    if (!rp_reserve((void **)&part->contigs, &file->part.contig_capacity, part->n_contigs + 1, sizeof *part->contigs) ||
        !rp_reserve((void **)&file->contig_line, &file->line_capacity, part->n_contigs + 1, sizeof *file->contig_line))
        return rp_error_memory(error, "contig table");
    char *copy = strdup(name);
    if (copy == NULL)
        return rp_error_memory(error, "contig name");
    file->contig_line[part->n_contigs] = line;
    part->contigs[part->n_contigs++] = (rp_contig){.name = copy, .id_length = id_length, .begin = part->length_bp};
    return true;
}

/* A piece of n_letters bases, for the last contig. */
static bool add_piece(input_file *file, rp_text_block *block, size_t begin, size_t end, uint64_t line,
                      uint64_t n_letters)
{
    rp_genome *part = &file->part.genome;
    const rp_text_piece piece = {(uint32_t)begin, (uint32_t)end, part->length_bp, part->n_contigs - 1, line};
    if (n_letters == 0)
        return true;
    part->contigs[part->n_contigs - 1].length_bp += n_letters;
    part->length_bp += n_letters;
    return rp_text_pieces_push(&block->pieces, piece);
}

/* Line ends, blanks and tabs, which hold no place in a sequence. */
static size_t count_blanks(const char *text, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += (text[i] == '\n') | (text[i] == '\r') | (text[i] == ' ') | (text[i] == '\t');
    return count;
}

/* --- FASTA, by blocks --- */

typedef struct fasta_state {
    bool in_header, at_line_start;
} fasta_state;

/* Finds headers and stretches of sequence in a block. */
static bool parse_block(input_file *file, fasta_state *state, rp_text_block *block, rp_error *error)
{
    const char *text = block->text;
    const size_t n = block->n_bytes;
    size_t i = 0;
    while (i < n) {
        if (!state->in_header && state->at_line_start && text[i] == '>') {
            state->in_header = true;
            state->at_line_start = false;
            file->line.l = 0;
        }
        if (state->in_header) {
            const char *end = memchr(text + i, '\n', n - i);
            const size_t stop = end == NULL ? n : (size_t)(end - text);
            if (kputsn(text + i, stop - i, &file->line) < 0)
                return rp_error_memory(error, "contig name");
            i = stop;
            if (end == NULL)
                break;
            i++;
            state->in_header = false;
            state->at_line_start = true;
            if (!begin_contig(file, ++file->n_lines, error))
                return false;
            continue;
        }
        const uint64_t line = file->n_lines + 1;
        size_t j = i;
        for (;;) {
            const char *end = memchr(text + j, '\n', n - j);
            if (end == NULL) {
                j = n;
                state->at_line_start = false;
                break;
            }
            j = (size_t)(end - text) + 1;
            file->n_lines++;
            state->at_line_start = true;
            if (j == n || text[j] == '>')
                break;
        }
        if (!add_piece(file, block, i, j, line, j - i - count_blanks(text + i, j - i)))
            return rp_error_memory(error, "input");
        i = j;
    }
    return true;
}

/* Fills a block; *n 0 at the end of the file. */
static bool read_block(const input_file *file, rp_source *from, rp_text_block *block, rp_error *error)
{
    block->n_bytes = 0;
    if (!rp_not_cancelled(error))
        return false;
    ssize_t got = 1;
    while (block->n_bytes < RP_TEXT_BLOCK_BYTES && got > 0) {
        got = rp_source_read(from, block->text + block->n_bytes, RP_TEXT_BLOCK_BYTES - block->n_bytes);
        block->n_bytes += got > 0 ? (size_t)got : 0;
    }
    rp_stage_done((int64_t)block->n_bytes);
    return got >= 0 || rp_error_set(error, "%s: after line %llu: %s", file->path, (unsigned long long)file->n_lines,
                                    rp_source_fault(from));
}

/* Hands a block on. */
static void put_block(input *in, const input_file *file, rp_text_block *block)
{
    block->is_small = file->is_small;
    block->contig_bp = 0;
    for (size_t i = 0; i < block->pieces.n; i++) {
        const size_t contig = block->pieces.items[i].contig;
        if (file->part.genome.contigs[contig].length_bp > block->contig_bp) {
            block->contig_bp = file->part.genome.contigs[contig].length_bp;
            block->contig = contig;
        }
    }
    rp_text_queue_put(&in->queue, block);
}

static bool read_fasta(input *in, input_file *file, rp_source *from, rp_error *error)
{
    fasta_state state = {.at_line_start = true};
    bool ok = true, end = false;
    while (ok && !end && !rp_part_is_bad(&file->part)) {
        rp_text_block *block = begin_block(in);
        if (block == NULL)
            return rp_error_memory(error, "input");
        block->file = file;
        const uint64_t before = file->part.genome.length_bp;
        ok = read_block(file, from, block, error) && parse_block(file, &state, block, error);
        end = block->n_bytes < RP_TEXT_BLOCK_BYTES;
        if (ok && !rp_part_reserve(&file->part, file->part.genome.length_bp))
            ok = rp_error_memory(error, "genome");
        rp_count(RP_COUNT_BASES_READ, file->part.genome.length_bp - before);
        if (ok && in->n_encoders > 0) {
            put_block(in, file, block);
            continue;
        }
        if (ok)
            encode_block(block);
        rp_text_queue_done(&in->queue, block);
    }
    if (ok && state.in_header) /* the file ends within a header */
        ok = begin_contig(file, ++file->n_lines, error);
    return ok;
}

/* --- FASTQ, by lines --- */

/* One line without its ending (LF or CR LF). 1: read, 0: end, -1: the source has a fault. */
static int next_line(input_file *file, rp_source *from)
{
    const int got = rp_source_line(from, &file->line);
    if (got <= 0)
        return got;
    file->n_lines++;
    while (file->line.l > 0 && file->line.s[file->line.l - 1] == '\r')
        file->line.s[--file->line.l] = '\0';
    return 1;
}

/* Packs a line of bases of the last contig. */
static bool append_line(input_file *file, rp_error *error)
{
    if (file->line.l > UINT32_MAX - 1)
        return rp_error_set(error, "%s: line %llu: over 2^32 bases in one line of FASTQ", file->path,
                            (unsigned long long)file->n_lines);
    rp_text_block line = {.file = file, .text = file->line.s, .n_bytes = file->line.l};
    const bool ok = add_piece(file, &line, 0, file->line.l, file->n_lines,
                              file->line.l - count_blanks(file->line.s, file->line.l)) &&
                    rp_part_reserve(&file->part, file->part.genome.length_bp);
    if (ok)
        encode_block(&line);
    rp_count(RP_COUNT_BASES_READ, file->line.l);
    free(line.pieces.items);
    return ok || rp_error_memory(error, "genome");
}

static bool read_fastq(input_file *file, rp_source *from, rp_error *error)
{
    int got;
    while ((got = next_line(file, from)) > 0 && !rp_part_is_bad(&file->part)) {
        if (file->line.l == 0)
            continue;
        if (!rp_not_cancelled(error))
            return false;
        if (file->line.s[0] != '@')
            return rp_error_set(error, "%s: line %llu: a FASTQ record does not begin with '@'", file->path,
                                (unsigned long long)file->n_lines);
        if (!begin_contig(file, file->n_lines, error))
            return false;
        const rp_contig *contig = &file->part.genome.contigs[file->part.genome.n_contigs - 1];
        while ((got = next_line(file, from)) > 0 && (file->line.l == 0 || file->line.s[0] != '+'))
            if (!append_line(file, error))
                return false;
        uint64_t quality = 0;
        while (got > 0 && quality < contig->length_bp && (got = next_line(file, from)) > 0)
            quality += file->line.l - count_blanks(file->line.s, file->line.l);
        if (got < 0)
            break;
        if (got == 0 || quality != contig->length_bp)
            return rp_error_set(error, "%s: line %llu: %.*s has %llu bases but %llu quality values", file->path,
                                (unsigned long long)file->n_lines, (int)shown(contig), contig->name,
                                (unsigned long long)contig->length_bp, (unsigned long long)quality);
    }
    return got >= 0 || rp_error_set(error, "%s: line %llu: %s", file->path, (unsigned long long)file->n_lines + 1,
                                    rp_source_fault(from));
}

/* --- Files --- */

/* Reads from the first character that is no line end or blank. */
static bool read_stream(input *in, input_file *file, rp_source *from, rp_error *error)
{
    int first;
    while ((first = rp_source_peek(from)) == '\n' || first == '\r' || first == ' ' || first == '\t') {
        file->n_lines += first == '\n';
        rp_source_skip(from);
    }
    if (first < -1)
        return rp_error_set(error, "%s: cannot be read: %s", file->path, rp_source_fault(from));
    if (first < 0)
        return in->reading.may_be_empty || rp_error_set(error, "%s: the file is empty", file->path);
    bool ok;
    if (first == '>')
        ok = read_fasta(in, file, from, error);
    else if (first == '@')
        ok = read_fastq(file, from, error);
    else if (first == GZIP_MAGIC)
        ok = rp_error_set(error, "%s: the file is damaged or cut off: it begins as gzip does", file->path);
    else
        ok = rp_error_set(error, "%s: line %llu: neither FASTA nor FASTQ: the first character is no '>' and no '@'",
                          file->path, (unsigned long long)file->n_lines + 1);
    const char *fault = ok && !rp_part_is_bad(&file->part) ? rp_source_end_fault(from) : NULL;
    return ok && (fault == NULL ||
                  rp_error_set(error, "%s: after line %llu: %s", file->path, (unsigned long long)file->n_lines, fault));
}

/* Whether a regular file is still what it was when reading began. */
static bool is_unchanged(const char *path, const struct stat *before)
{
    struct stat now;
    return !S_ISREG(before->st_mode) ||
           (stat(path, &now) == 0 && now.st_ino == before->st_ino && now.st_size == before->st_size &&
            now.st_mtim.tv_sec == before->st_mtim.tv_sec && now.st_mtim.tv_nsec == before->st_mtim.tv_nsec);
}

static bool read_file(input *in, input_file *file, rp_error *error)
{
    struct stat status = {0};
    const char *path = file->path;
    const bool is_stdin = strcmp(path, "-") == 0;
    file->path = is_stdin ? "standard input" : path;
    if (!is_stdin && stat(path, &status) != 0)
        return rp_error_set_as(error, rp_error_kind_of(errno), "%s: %s", path, strerror(errno));
    if (!is_stdin && S_ISDIR(status.st_mode))
        return rp_error_set(error, "%s: is a directory, not a sequence file", path);
    const rp_source_means means = {.cpu = &in->cpu,
                                   .io = in->reading.io_tokens,
                                   .ahead = in->ahead,
                                   .inflaters = in->n_encoders > 0 ? &in->inflaters : NULL};
    rp_source *from = rp_source_open(path, file->path, &means, error);
    if (from != NULL && rp_source_is_records(from)) {
        if (asprintf(&file->records_path, "%s (as FASTA)", file->path) < 0)
            file->records_path = NULL;
        else
            file->path = file->records_path;
    }
    bool ok = from != NULL && read_stream(in, file, from, error);
    ok = rp_source_close(from, error) && ok;
    if (!is_stdin && !is_unchanged(path, &status)) { /* whatever else was found comes from that */
        *error = (rp_error){.kind = RP_ERROR_PASSING};
        ok = rp_error_set(error, "%s: the file was changed while it was read", path);
    }
    return ok;
}

/* The next file to be read; n_files: there is none. After an error those before its file are read, for their errors. */
static size_t next_file(input *in)
{
    size_t which = in->n_files;
    (void)pthread_mutex_lock(&in->lock);
    while (which >= in->failed_file && in->next_file < in->n_files)
        which = in->order[in->next_file++];
    which = which < in->failed_file ? which : in->n_files;
    (void)pthread_mutex_unlock(&in->lock);
    return which;
}

static void read_files(input *in)
{
    for (size_t which; (which = next_file(in)) < in->n_files;) {
        rp_error error = {""};
        if (read_file(in, &in->files[which], &error))
            continue;
        (void)pthread_mutex_lock(&in->lock);
        if (which < in->failed_file) {
            in->failed_file = which;
            in->error = error;
        }
        (void)pthread_mutex_unlock(&in->lock);
    }
}

/* A thread: reads one file after the other while there are any, then encodes what others read. */
static void *worker_main(void *argument)
{
    input *in = argument;
    rp_text_block *block;
    rp_tokens_take(&in->cpu);
    read_files(in);
    rp_text_queue_end_writer(&in->queue);
    while ((block = rp_text_queue_take(&in->queue, &in->cpu)) != NULL) {
        encode_block(block);
        rp_text_queue_done(&in->queue, block);
    }
    rp_tokens_give(&in->cpu);
    return NULL;
}

/* --- All files --- */

uint64_t rp_input_bytes(const char *const *paths, size_t n_paths)
{
    static const char *const packed[] = {".gz", ".bgz", ".bz2", ".xz", ".sam", ".bam", ".cram"};
    uint64_t sum = 0;
    for (size_t i = 0; i < n_paths; i++) {
        struct stat status;
        if (stat(paths[i], &status) != 0 || !S_ISREG(status.st_mode))
            return 0;
        const size_t n = strlen(paths[i]);
        for (size_t e = 0; e < sizeof packed / sizeof packed[0]; e++)
            if (n > strlen(packed[e]) && strcmp(paths[i] + n - strlen(packed[e]), packed[e]) == 0)
                return 0;
        sum += (uint64_t)status.st_size;
    }
    return sum;
}

/* Bytes of an input as it lies there; UINT64_MAX: that cannot be known. */
static uint64_t size_of(const char *path)
{
    struct stat status;
    const bool is_stdin = strcmp(path, "-") == 0;
    if ((is_stdin ? fstat(STDIN_FILENO, &status) : stat(path, &status)) != 0)
        return 0; /* whoever opens it tells why */
    return S_ISREG(status.st_mode) ? (uint64_t)status.st_size : UINT64_MAX;
}

/* Puts the files in order. *small: all of them together are; *regular_bytes: of those that can be read ahead. */
static bool order_files(input *in, bool *small, uint64_t *regular_bytes)
{
    uint64_t *bytes = rp_alloc(in->n_files, sizeof *bytes), sum = 0;
    *regular_bytes = 0;
    in->order = rp_alloc(in->n_files, sizeof *in->order);
    const bool ok = bytes != NULL && in->order != NULL;
    for (size_t i = 0; ok && i < in->n_files; i++) {
        bytes[i] = size_of(in->files[i].path);
        in->files[i].is_small = bytes[i] <= RP_TURNS_SMALL_BYTES;
        sum = bytes[i] < UINT64_MAX - sum ? sum + bytes[i] : UINT64_MAX;
        *regular_bytes += bytes[i] < UINT64_MAX ? bytes[i] : 0;
    }
    *small = sum <= DIRECT_BYTES;
    const bool ordered = ok && rp_turns_order(bytes, in->n_files, in->order);
    free(bytes);
    return ordered;
}

/* Reads all files, by as many threads as there are tokens; the caller is one of them. */
static bool run_input(input *in, rp_error *error)
{
    bool small;
    uint64_t regular_bytes;
    if (!order_files(in, &small, &regular_bytes))
        return rp_error_memory(error, "input");
    const unsigned wanted = small ? 0 : in->reading.n_threads - 1;
    pthread_t *threads = rp_alloc(wanted, sizeof *threads);
    if (!small && in->reading.io_tokens != NULL)
        in->ahead = rp_read_ahead_create(in->reading.io_depth, regular_bytes, in->reading.io_tokens);
    in->queue.n_writers = threads != NULL ? wanted + 1 : 1;
    in->n_encoders = in->queue.n_writers - 1;
    unsigned n_threads = 0;
    while (n_threads < in->n_encoders && pthread_create(&threads[n_threads], NULL, worker_main, in) == 0)
        n_threads++;
    for (unsigned i = n_threads; i < in->n_encoders; i++)
        rp_text_queue_end_writer(&in->queue);
    (void)worker_main(in);
    for (unsigned i = 0; i < n_threads; i++)
        (void)pthread_join(threads[i], NULL);
    free(threads);
    rp_read_ahead_destroy(in->ahead);
    return true;
}

/* The first error in the order of the files and their lines. */
static bool judge(input *in, rp_error *error)
{
    for (size_t f = 0; f < in->n_files; f++) {
        const input_file *file = &in->files[f];
        if (!rp_part_is_bad(&file->part)) {
            if (f == in->failed_file)
                return rp_error_copy(error, &in->error);
            continue;
        }
        const rp_contig *contig = &file->part.genome.contigs[file->part.bad_contig];
        const unsigned char letter = file->part.bad_letter;
        return rp_error_set(
            error,
            letter > 32 && letter < 127
                ? "%s: line %llu: '%c' in %.*s is no nucleotide code (is this protein or another format?)"
                : "%s: line %llu: byte %d in %.*s is no nucleotide code (is this a sequence file?)",
            file->path, (unsigned long long)file->part.bad_line, letter, (int)shown(contig), contig->name);
    }
    return true;
}

static bool check_names(const input *in, rp_error *error)
{
    rp_contig_names *names = rp_contig_names_create();
    bool ok = names != NULL || rp_error_memory(error, "contig names");
    for (size_t f = 0; ok && f < in->n_files; f++)
        for (size_t c = 0; ok && c < in->files[f].part.genome.n_contigs; c++) {
            const rp_contig *contig = &in->files[f].part.genome.contigs[c];
            const rp_contig_name_status status = rp_contig_names_add(names, contig);
            if (status == RP_CONTIG_NAME_TWICE)
                ok = rp_error_set(error, "%s: line %llu: the name %.*s stands twice in the input", in->files[f].path,
                                  (unsigned long long)in->files[f].contig_line[c], (int)shown(contig), contig->name);
            else if (status == RP_CONTIG_NAME_NO_MEMORY)
                ok = rp_error_memory(error, "contig names");
        }
    rp_contig_names_destroy(names);
    return ok;
}

/* --- The whole --- */

/* Puts the files' parts together in their order. */
static bool join_parts(input *in, rp_genome *genome, rp_error *error)
{
    rp_part *first = &in->files[0].part;
    bool ok = true;
    for (size_t f = 1; ok && f < in->n_files; f++)
        ok = rp_part_append(first, &in->files[f].part);
    if (!ok || !rp_part_give(first, genome) || !rp_genome_index_contigs(genome))
        return rp_error_memory(error, "genome");
    return rp_digest_make(genome, in->reading.n_threads, error) &&
           (!first->keep_soft_mask || rp_digest_make_mask(genome, error));
}

bool rp_genome_read(rp_genome *genome, const char *const *paths, size_t n_paths, bool keep_soft_mask,
                    const rp_reading *reading, rp_error *error)
{
    *genome = (rp_genome){0};
    input in = {.n_files = n_paths,
                .failed_file = n_paths,
                .reading = reading != NULL ? *reading : (rp_reading){.n_threads = 1}};
    in.files = rp_alloc(n_paths, sizeof *in.files);
    size_t n_parts = 0;
    bool ok = in.files != NULL || rp_error_memory(error, "input");
    while (ok && n_parts < n_paths) {
        in.files[n_parts].path = paths[n_parts];
        ok = rp_part_init(&in.files[n_parts].part, keep_soft_mask, error);
        n_parts += ok;
    }
    const bool has_lock = ok && pthread_mutex_init(&in.lock, NULL) == 0;
    const bool has_cpu =
        has_lock && rp_tokens_init(&in.cpu, in.reading.n_threads, RP_GAUGE_CPU_TOKENS, RP_TIME_CPU_TOKEN);
    const bool has_queue = has_cpu && rp_text_queue_init(&in.queue, in.reading.queue_bytes, 1);
    const bool has_inflaters = has_queue && rp_inflaters_init(&in.inflaters, &in.cpu, in.reading.n_threads);
    if (ok && !has_inflaters)
        ok = rp_error_set_as(error, RP_ERROR_PASSING, "cannot make a lock");
    ok = ok && run_input(&in, error) && judge(&in, error) && (in.reading.names_may_repeat || check_names(&in, error)) &&
         join_parts(&in, genome, error);
    free(in.order);
    if (has_inflaters)
        rp_inflaters_clear(&in.inflaters);
    if (has_queue)
        rp_text_queue_clear(&in.queue);
    if (has_cpu)
        rp_tokens_clear(&in.cpu);
    if (has_lock)
        (void)pthread_mutex_destroy(&in.lock);
    for (size_t f = 0; f < n_parts; f++) {
        rp_part_clear(&in.files[f].part);
        free(in.files[f].contig_line);
        free(in.files[f].records_path);
        ks_free(&in.files[f].line);
    }
    free(in.files);
    if (!ok)
        rp_genome_clear(genome);
    return ok || rp_error_be(error, RP_ERROR_INPUT);
}
