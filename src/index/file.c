/* file.c: see file.h. */
#include "index/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/code.h"
#include "base/memory.h"
#include "base/parallel.h"
#include "index/layout.h"

enum { VERSION = 3, PAGE = 4096, CHECKED_BYTES = 1 << 24, CHECKED_ITEMS = 1 << 20, MAX_PLACE_BITS = 63 };

static const char MAGIC[8] = "RPRSIDX";
static const uint32_t ORDER_OF_BYTES = 0x01020304;

/* All fields are written as they lie here; there is no padding. */
typedef struct index_header {
    char magic[8];
    uint32_t version, byte_order;
    uint32_t k, min_frequency, prefix_bits;
    uint8_t wide_rest, place_bits, respect_mask, zero;
    uint32_t n_kmers, n_large;
    uint64_t n_positions, genome_bp;
    char digest[32], mask_digest[32];          /* the latter all zero when lower case was not excluded */
    char code[RP_CODE_DIGEST_BYTES];           /* that made it */
    uint64_t section_begin[RP_N_INDEX_SECTIONS], section_bytes[RP_N_INDEX_SECTIONS];
    uint32_t section_crc[RP_N_INDEX_SECTIONS];
    uint32_t zero_as_well;                     /* up to a multiple of 8 bytes */
    uint32_t header_crc;                       /* of everything before it */
} index_header;

_Static_assert(sizeof(index_header) ==
                   8 + 8 * 4 + 2 * 8 + 2 * 32 + RP_CODE_DIGEST_BYTES + (16 + 4) * RP_N_INDEX_SECTIONS + 2 * 4,
               "padding");

/* --- Checksums, in pieces --- */

typedef struct checksum {
    const unsigned char *bytes;
    uint64_t n;
    uLong *crc;    /* by piece */
} checksum;

static bool check_piece(void *argument, size_t piece, unsigned worker, rp_error *error)
{
    (void)worker;
    (void)error;
    const checksum *run = argument;
    const uint64_t begin = (uint64_t)piece * CHECKED_BYTES, left = run->n - begin;
    run->crc[piece] = crc32(0, run->bytes + begin, (uInt)(left < CHECKED_BYTES ? left : CHECKED_BYTES));
    return true;
}

static bool crc_of(const void *bytes, uint64_t n, unsigned n_threads, uint32_t *crc, rp_error *error)
{
    const size_t n_pieces = (size_t)((n + CHECKED_BYTES - 1) / CHECKED_BYTES);
    checksum run = {bytes, n, rp_alloc(n_pieces, sizeof *run.crc)};
    bool ok = run.crc != NULL || rp_error_memory(error, "checksum");
    ok = ok && rp_parallel(n_pieces, n_threads, check_piece, &run, error);
    uLong all = crc32(0, NULL, 0);
    for (size_t i = 0; ok && i < n_pieces; i++) {
        const uint64_t left = n - (uint64_t)i * CHECKED_BYTES;
        all = crc32_combine(all, run.crc[i], (z_off_t)(left < CHECKED_BYTES ? left : CHECKED_BYTES));
    }
    *crc = (uint32_t)all;
    free(run.crc);
    return ok;
}

static uint32_t header_crc(const index_header *header)
{
    return (uint32_t)crc32(crc32(0, NULL, 0), (const unsigned char *)header, offsetof(index_header, header_crc));
}

/* --- Writing --- */

static const void *section_of(const rp_kmer_index *index, rp_index_section section)
{
    const void *const sections[RP_N_INDEX_SECTIONS] = {
        index->prefix, index->wide_rest ? (const void *)index->rest32 : (const void *)index->rest16,
        index->record, index->record_base,
        index->large,  index->place};
    return sections[section];
}

static void write_zeros(rp_file *file, uint64_t n)
{
    static const char zeros[PAGE];
    for (; n > 0; n -= n < PAGE ? n : PAGE)
        rp_file_write(file, zeros, n < PAGE ? (size_t)n : PAGE);
}

bool rp_kmer_index_save(const rp_kmer_index *index, const rp_genome *genome, bool respect_mask, unsigned n_threads,
                        rp_file *file, rp_error *error)
{
    index_header header = {.version = VERSION,
                           .byte_order = ORDER_OF_BYTES,
                           .k = index->k,
                           .min_frequency = index->min_frequency,
                           .prefix_bits = index->prefix_bits,
                           .wide_rest = index->wide_rest,
                           .place_bits = (uint8_t)index->place_bits,
                           .respect_mask = respect_mask,
                           .n_kmers = index->n_kmers,
                           .n_large = index->n_large,
                           .n_positions = index->n_positions,
                           .genome_bp = genome->length_bp};
    memcpy(header.magic, MAGIC, sizeof header.magic);
    memcpy(header.digest, genome->digest, sizeof header.digest);
    if (respect_mask)
        memcpy(header.mask_digest, genome->mask_digest, sizeof header.mask_digest);
    memcpy(header.code, rp_index_code, sizeof header.code);
    uint64_t at = PAGE;
    for (int i = 0; i < RP_N_INDEX_SECTIONS; i++) {
        header.section_begin[i] = at;
        header.section_bytes[i] = rp_index_section_bytes(index, (rp_index_section)i);
        at += (header.section_bytes[i] + PAGE - 1) / PAGE * PAGE;
        if (!crc_of(section_of(index, (rp_index_section)i), header.section_bytes[i], n_threads, &header.section_crc[i],
                    error))
            return false;
    }
    header.header_crc = header_crc(&header);
    rp_file_write(file, (const char *)&header, sizeof header);
    write_zeros(file, PAGE - sizeof header);
    for (int i = 0; i < RP_N_INDEX_SECTIONS; i++) {
        const char *bytes = section_of(index, (rp_index_section)i);
        for (uint64_t done = 0; done < header.section_bytes[i]; done += CHECKED_BYTES) {
            const uint64_t left = header.section_bytes[i] - done;
            rp_file_write(file, bytes + done, (size_t)(left < CHECKED_BYTES ? left : CHECKED_BYTES));
        }
        write_zeros(file, (PAGE - header.section_bytes[i] % PAGE) % PAGE);
    }
    return true;
}

/* --- Reading --- */

/* Whether the header's numbers fit each other and the file; nothing it says has been used so far. */
static bool header_holds(const index_header *header, uint64_t file_bytes)
{
    const unsigned rest_bits = header->wide_rest ? 32 : 16;
    if (header->k < RP_KMER_MIN || header->k > RP_KMER_MAX || header->prefix_bits > 2 * header->k ||
        header->prefix_bits > 40 || header->prefix_bits + rest_bits < 2 * header->k || header->n_kmers == UINT32_MAX ||
        header->n_large > header->n_kmers || header->n_positions > header->genome_bp || header->wide_rest > 1 ||
        header->place_bits != rp_index_place_bits(header->genome_bp) || header->place_bits > MAX_PLACE_BITS ||
        header->min_frequency < 2)
        return false;
    const rp_kmer_index shape = {.wide_rest = header->wide_rest,
                                 .prefix_bits = header->prefix_bits,
                                 .place_bits = header->place_bits,
                                 .n_kmers = header->n_kmers,
                                 .n_large = header->n_large,
                                 .n_positions = header->n_positions};
    for (int i = 0; i < RP_N_INDEX_SECTIONS; i++)
        if (header->section_bytes[i] != rp_index_section_bytes(&shape, (rp_index_section)i) ||
            header->section_begin[i] % PAGE != 0 || header->section_begin[i] > file_bytes ||
            header->section_bytes[i] > file_bytes - header->section_begin[i])
            return false;
    return true;
}

typedef struct content_check {
    const rp_kmer_index *index;
    uint64_t genome_bp;
} content_check;

/* A k-mer's occurrences; of one whose record is large and has no row: none. */
static rp_occurrences occurrences_of(const rp_kmer_index *index, uint32_t id)
{
    const rp_kmer_record *record = &index->record[id / RP_RECORD_KMERS];
    if (rp_kmer_record_is_large(record) && rp_kmer_record_row(record) >= index->n_large)
        return (rp_occurrences){0, 0, id};
    return rp_kmer_index_get(index, id);
}

/* Whether a k-mer's occurrences begin where those of the one before end, the first one's at 0, and the last one's end
 * with all of them: then all are inside. */
static bool follows(const rp_kmer_index *index, uint32_t id)
{
    const rp_occurrences here = occurrences_of(index, id),
                         before = id > 0 ? occurrences_of(index, id - 1) : (rp_occurrences){0, 0, 0};
    return here.count > 0 && here.first == before.first + before.count &&
           (id + 1 < index->n_kmers || here.first + here.count == index->n_positions);
}

/* Whether ids and positions stay inside: a checksum does not tell who has made the file. */
static bool check_content(void *argument, size_t part, unsigned worker, rp_error *error)
{
    (void)worker;
    const content_check *check = argument;
    const rp_kmer_index *index = check->index;
    const uint64_t begin = (uint64_t)part * CHECKED_ITEMS, n_prefixes = (uint64_t)1 << index->prefix_bits;
    bool ok = index->prefix[0] == 0 && index->prefix[n_prefixes] == index->n_kmers;
    for (uint64_t i = begin; ok && i < begin + CHECKED_ITEMS && i < n_prefixes; i++)
        ok = index->prefix[i] <= index->prefix[i + 1] && index->prefix[i + 1] <= index->n_kmers;
    for (uint64_t id = begin; ok && id < begin + CHECKED_ITEMS && id < index->n_kmers; id++)
        ok = follows(index, (uint32_t)id);
    for (uint64_t i = begin; ok && i < begin + CHECKED_ITEMS && i < index->n_positions; i++)
        ok = rp_kmer_index_position(index, i) + index->k <= check->genome_bp;
    return ok || rp_error_set(error, "its content does not hold together");
}

/* Checks and points the mapped sections. */
static bool take_sections(rp_kmer_index *index, const index_header *header, unsigned n_threads, rp_error *error)
{
    void *sections[RP_N_INDEX_SECTIONS];
    for (int i = 0; i < RP_N_INDEX_SECTIONS; i++) {
        sections[i] = (char *)index->map + header->section_begin[i];
        uint32_t crc;
        if (!crc_of(sections[i], header->section_bytes[i], n_threads, &crc, error))
            return false;
        if (crc != header->section_crc[i])
            return rp_error_set(error, "it is damaged (checksum of section %d)", i);
    }
    rp_index_point(index, sections);
    uint64_t most = (uint64_t)1 << index->prefix_bits;
    most = most > index->n_positions ? most : index->n_positions;
    most = most > index->n_kmers ? most : index->n_kmers;
    content_check check = {index, header->genome_bp};
    return rp_parallel((size_t)(most / CHECKED_ITEMS + 1), n_threads, check_content, &check, error);
}

static bool matches(const index_header *header, const rp_genome *genome, bool respect_mask, unsigned k, rp_error *error)
{
    if (memcmp(header->digest, genome->digest, sizeof header->digest) != 0 || header->genome_bp != genome->length_bp)
        return rp_error_set(error, "it is of another genome");
    if (header->respect_mask != respect_mask)
        return rp_error_set(error,
                            respect_mask ? "it was made without --respect-mask" : "it was made with --respect-mask");
    if (respect_mask && memcmp(header->mask_digest, genome->mask_digest, sizeof header->mask_digest) != 0)
        return rp_error_set(error, "lower case was elsewhere in the genome that it is of");
    return k == 0 || k == header->k ||
           rp_error_set(error, "it is of %u-mers, and --kmer says %u", (unsigned)header->k, k);
}

static bool open_index(rp_kmer_index *index, int file, const rp_genome *genome, bool respect_mask, unsigned k,
                       unsigned n_threads, rp_error *error)
{
    struct stat status;
    index_header header;
    if (fstat(file, &status) != 0)
        return rp_error_set(error, "%s", strerror(errno));
    if (!S_ISREG(status.st_mode) || (uint64_t)status.st_size < PAGE ||
        pread(file, &header, sizeof header, 0) != (ssize_t)sizeof header ||
        memcmp(header.magic, MAGIC, sizeof header.magic) != 0)
        return rp_error_set(error, "it is no index of reprise-c");
    if (header.byte_order != ORDER_OF_BYTES || header.version != VERSION ||
        memcmp(header.code, rp_index_code, sizeof header.code) != 0)
        return rp_error_set(error,
                            "it is of another version or build of reprise-c, or of another machine; make it anew");
    if (header.header_crc != header_crc(&header) || !header_holds(&header, (uint64_t)status.st_size))
        return rp_error_set(error, "it is damaged (header)");
    if (!matches(&header, genome, respect_mask, k, error))
        return false;
    index->k = header.k;
    index->min_frequency = header.min_frequency;
    index->prefix_bits = header.prefix_bits;
    index->wide_rest = header.wide_rest;
    index->place_bits = header.place_bits;
    index->n_kmers = header.n_kmers;
    index->n_large = header.n_large;
    index->n_positions = header.n_positions;
    index->map_bytes = (size_t)status.st_size;
    index->map = mmap(NULL, index->map_bytes, PROT_READ, MAP_SHARED, file, 0);
    if (index->map == MAP_FAILED) {
        index->map = NULL;
        return rp_error_set_as(error, rp_error_kind_of(errno), "it cannot be mapped: %s", strerror(errno));
    }
    return take_sections(index, &header, n_threads, error);
}

rp_kmer_index *rp_kmer_index_open(const char *path, const rp_genome *genome, bool respect_mask, unsigned k,
                                  unsigned n_threads, rp_error *error)
{
    rp_kmer_index *index = rp_alloc(1, sizeof *index);
    if (index == NULL) {
        (void)rp_error_memory(error, "k-mer index");
        return NULL;
    }
    const int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    rp_error reason = {""};
    const bool ok = file < 0 ? rp_error_set_as(&reason, rp_error_kind_of(errno), "%s", strerror(errno))
                             : open_index(index, file, genome, respect_mask, k, n_threads, &reason);
    if (file >= 0)
        (void)close(file);
    if (ok)
        return index;
    rp_kmer_index_destroy(index);
    (void)rp_error_set(error, "%s: the index cannot be used: %s", path, reason.message);
    (void)rp_error_be(error, reason.kind != RP_ERROR_OTHER ? reason.kind : RP_ERROR_INPUT);
    return NULL;
}
