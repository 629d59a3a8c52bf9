/* reader.c: reads sequence files with htslib and packs them; see reader.h. */
#include "genome/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <htslib/bgzf.h>
#include <htslib/hts.h>
#include <htslib/khash.h>
#include <htslib/kstring.h>

#include "base/memory.h"

/* khash's functions are static and not all used; the warnings are not ours. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
KHASH_SET_INIT_STR(names)
#pragma GCC diagnostic pop

typedef struct genome_builder {
    rp_genome *genome;
    const char *path;
    bool keep_soft_mask;
    size_t contig_capacity;
    uint64_t bits_capacity;  /* bases that packed and the masks have room for */
    khash_t(names) *seen;
    hts_md5_context *digest;
    kstring_t line;
    uint64_t line_number;
} genome_builder;

/* Code of a letter: 0-3 A C G T (U), 4 other IUPAC codes and N, 5 gaps, 6 not sequence. */
enum { LETTER_OTHER = 4, LETTER_GAP = 5, LETTER_BAD = 6, LETTER_SOFT = 8 };

static void fill_letters(uint8_t table[256])
{
    memset(table, LETTER_BAD, 256);
    for (const char *c = "NRYSWKMBDHVX"; *c != '\0'; c++) {
        table[(unsigned char)*c] = LETTER_OTHER;
        table[(unsigned char)(*c | 32)] = LETTER_OTHER | LETTER_SOFT;
    }
    for (unsigned code = 0; code < 4; code++) {
        const unsigned char upper = (unsigned char)"ACGT"[code];
        table[upper] = (uint8_t)code;
        table[upper | 32] = (uint8_t)(code | LETTER_SOFT);
    }
    table['U'] = 3;
    table['u'] = 3 | LETTER_SOFT;
    table['-'] = table['.'] = table['*'] = LETTER_GAP;
}

static bool grow_words(void **words, uint64_t old_words, uint64_t new_words)
{
    uint64_t *grown = realloc(*words, new_words * sizeof *grown);
    if (grown == NULL)
        return false;
    memset(grown + old_words, 0, (new_words - old_words) * sizeof *grown);
    *words = grown;
    return true;
}

static bool reserve_bases(genome_builder *builder, uint64_t wanted)
{
    if (wanted <= builder->bits_capacity)
        return true;
    rp_genome *genome = builder->genome;
    uint64_t room = builder->bits_capacity + builder->bits_capacity / 4;
    if (room < wanted)
        room = wanted;
    room = (room + 65536) / 64 * 64;
    const uint64_t old_packed = genome->packed_words, new_packed = room / 32 + 4;
    const uint64_t old_mask = builder->bits_capacity == 0 ? 0 : builder->bits_capacity / 64 + 4;
    const uint64_t new_mask = room / 64 + 4;
    if (!grow_words((void **)&genome->packed, old_packed, new_packed))
        return false;
    genome->packed_words = new_packed;
    if (!grow_words((void **)&genome->not_acgt.words, old_mask, new_mask))
        return false;
    if (builder->keep_soft_mask && !grow_words((void **)&genome->soft_masked.words, old_mask, new_mask))
        return false;
    builder->bits_capacity = room;
    return true;
}

static bool begin_contig(genome_builder *builder, const char *name, rp_error *error)
{
    rp_genome *genome = builder->genome;
    const size_t id_length = strcspn(name, " \t");
    if (id_length == 0)
        return rp_error_set(error, "%s: line %llu: a sequence without a name", builder->path,
                            (unsigned long long)builder->line_number);
    if (!rp_reserve((void **)&genome->contigs, &builder->contig_capacity, genome->n_contigs + 1,
                    sizeof *genome->contigs))
        return rp_error_memory(error, "contig table");
    char *copy = strdup(name);
    char *id = strndup(name, id_length);
    if (copy == NULL || id == NULL) {
        free(copy);
        free(id);
        return rp_error_memory(error, "contig name");
    }
    genome->contigs[genome->n_contigs++] =
        (rp_contig){.name = copy, .id_length = id_length, .begin = genome->length_bp};
    int absent = 0;
    (void)kh_put(names, builder->seen, id, &absent);
    if (absent <= 0) {
        rp_error_set(error, absent == 0 ? "%s: line %llu: the name %.200s stands twice in the input"
                                        : "%s: line %llu: out of memory at name %.200s",
                     builder->path, (unsigned long long)builder->line_number, id);
        free(id);
        return false;
    }
    hts_md5_update(builder->digest, copy, (unsigned long)strlen(copy) + 1);
    return true;
}

static bool append_line(genome_builder *builder, const uint8_t letters[256], rp_error *error)
{
    rp_genome *genome = builder->genome;
    const size_t n = builder->line.l;
    if (!reserve_bases(builder, genome->length_bp + n))
        return rp_error_memory(error, "genome");
    uint64_t *packed = genome->packed;
    uint64_t at = genome->length_bp;
    for (size_t i = 0; i < n; i++) {
        const unsigned char letter = (unsigned char)builder->line.s[i];
        const uint8_t code = letters[letter];
        if ((code & 7) >= LETTER_OTHER) {
            if (code == LETTER_BAD) {
                const rp_contig *contig = &genome->contigs[genome->n_contigs - 1];
                return rp_error_set(error,
                                    letter > 32 && letter < 127
                                        ? "%s: line %llu: '%c' in %.*s is no nucleotide code (is this protein or another format?)"
                                        : "%s: line %llu: byte %d in %.*s is no nucleotide code (is this a sequence file?)",
                                    builder->path, (unsigned long long)builder->line_number, letter,
                                    (int)(contig->id_length < 200 ? contig->id_length : 200), contig->name);
            }
            rp_bitmask_set(&genome->not_acgt, at, at + 1);
        } else {
            packed[at >> 5] |= (uint64_t)(code & 3) << (at & 31) * 2;
            genome->acgt_bp++;
        }
        if ((code & LETTER_SOFT) != 0 && builder->keep_soft_mask)
            rp_bitmask_set(&genome->soft_masked, at, at + 1);
        at++;
    }
    for (size_t i = 0; i < n; i++) /* the digest knows no case */
        builder->line.s[i] = (char)(builder->line.s[i] & ~32);
    hts_md5_update(builder->digest, builder->line.s, (unsigned long)n);
    genome->length_bp = at;
    genome->contigs[genome->n_contigs - 1].length_bp += n;
    return true;
}

/* One line without its ending (LF or CR LF). 1: read, 0: end, -1: the stream is damaged. */
static int next_line(genome_builder *builder, BGZF *file)
{
    const int got = bgzf_getline(file, '\n', &builder->line);
    if (got < -1)
        return -1;
    if (got < 0)
        return 0;
    builder->line_number++;
    while (builder->line.l > 0 && builder->line.s[builder->line.l - 1] == '\r')
        builder->line.s[--builder->line.l] = '\0';
    return 1;
}

static bool read_fastq(genome_builder *builder, BGZF *file, const uint8_t letters[256], rp_error *error)
{
    int got = 1;
    do {
        if (builder->line.l == 0)
            continue;
        if (builder->line.s[0] != '@')
            return rp_error_set(error, "%s: line %llu: a FASTQ record does not begin with '@'", builder->path,
                                (unsigned long long)builder->line_number);
        if (!begin_contig(builder, builder->line.s + 1, error))
            return false;
        const rp_contig *contig = &builder->genome->contigs[builder->genome->n_contigs - 1];
        while ((got = next_line(builder, file)) > 0 && (builder->line.l == 0 || builder->line.s[0] != '+'))
            if (!append_line(builder, letters, error))
                return false;
        uint64_t quality = 0;
        while (got > 0 && quality < contig->length_bp && (got = next_line(builder, file)) > 0)
            quality += builder->line.l;
        if (got == 0 || quality != contig->length_bp)
            return rp_error_set(error, "%s: line %llu: %.*s has %llu bases but %llu quality values", builder->path,
                                (unsigned long long)builder->line_number,
                                (int)(contig->id_length < 200 ? contig->id_length : 200), contig->name,
                                (unsigned long long)contig->length_bp, (unsigned long long)quality);
    } while (got > 0 && (got = next_line(builder, file)) > 0);
    return got >= 0 || rp_error_set(error, "%s: line %llu: the file is damaged or cut off", builder->path,
                                    (unsigned long long)builder->line_number + 1);
}

static bool read_fasta(genome_builder *builder, BGZF *file, const uint8_t letters[256], rp_error *error)
{
    int got = 1;
    do {
        if (builder->line.l == 0)
            continue;
        if (builder->line.s[0] == '>' ? !begin_contig(builder, builder->line.s + 1, error)
                                      : !append_line(builder, letters, error))
            return false;
    } while ((got = next_line(builder, file)) > 0);
    return got == 0 || rp_error_set(error, "%s: line %llu: the file is damaged or cut off", builder->path,
                                    (unsigned long long)builder->line_number + 1);
}

static bool read_stream(genome_builder *builder, BGZF *file, rp_error *error)
{
    uint8_t letters[256];
    fill_letters(letters);
    int got;
    while ((got = next_line(builder, file)) > 0 && builder->line.l == 0)
        ; /* blank lines before the first record */
    if (got < 0)
        return rp_error_set(error, "%s: cannot be read: the file is damaged or cut off", builder->path);
    if (got == 0)
        return rp_error_set(error, "%s: the file is empty", builder->path);
    if (builder->line.s[0] == '>')
        return read_fasta(builder, file, letters, error);
    if (builder->line.s[0] == '@')
        return read_fastq(builder, file, letters, error);
    return rp_error_set(error, "%s: line %llu: neither FASTA nor FASTQ: the first character is no '>' and no '@'",
                          builder->path, (unsigned long long)builder->line_number);
}

static bool read_path(genome_builder *builder, const char *path, rp_error *error)
{
    struct stat status;
    const bool is_stdin = strcmp(path, "-") == 0;
    builder->path = is_stdin ? "standard input" : path;
    builder->line_number = 0;
    if (!is_stdin && stat(path, &status) != 0)
        return rp_error_set(error, "%s: %s", path, strerror(errno));
    if (!is_stdin && S_ISDIR(status.st_mode))
        return rp_error_set(error, "%s: is a directory, not a sequence file", path);
    BGZF *file = is_stdin ? bgzf_dopen(0, "r") : bgzf_open(path, "r");
    if (file == NULL)
        return rp_error_set(error, "%s: cannot be opened: %s", builder->path,
                            errno != 0 ? strerror(errno) : "is no sequence file");
    bool ok = read_stream(builder, file, error);
    if (bgzf_close(file) != 0 && ok)
        ok = rp_error_set(error, "%s: the file is damaged or cut off", builder->path);
    return ok;
}

bool rp_genome_read(rp_genome *genome, const char *const *paths, size_t n_paths, bool keep_soft_mask, rp_error *error)
{
    *genome = (rp_genome){0};
    genome_builder builder = {.genome = genome, .keep_soft_mask = keep_soft_mask};
    const enum htsLogLevel level = hts_get_log_level();
    hts_set_log_level(HTS_LOG_OFF); /* our message says it once, with the file's name */
    builder.seen = kh_init(names);
    builder.digest = hts_md5_init();
    bool ok = builder.seen != NULL && builder.digest != NULL && reserve_bases(&builder, 1);
    if (!ok)
        (void)rp_error_memory(error, "genome");
    for (size_t i = 0; ok && i < n_paths; i++)
        ok = read_path(&builder, paths[i], error);
    genome->not_acgt.n_bits = genome->length_bp;
    genome->soft_masked.n_bits = keep_soft_mask ? genome->length_bp : 0;
    if (ok) {
        unsigned char md5[16];
        hts_md5_final(md5, builder.digest);
        hts_md5_hex(genome->digest, md5);
    }
    hts_md5_destroy(builder.digest);
    if (builder.seen != NULL) {
        for (khiter_t i = kh_begin(builder.seen); i != kh_end(builder.seen); i++)
            if (kh_exist(builder.seen, i))
                free((char *)kh_key(builder.seen, i));
        kh_destroy(names, builder.seen);
    }
    ks_free(&builder.line);
    hts_set_log_level(level);
    if (!ok)
        rp_genome_clear(genome);
    return ok;
}
