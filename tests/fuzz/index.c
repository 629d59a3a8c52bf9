/* index.c: index files. Checksums are made right first, or no change would come past them. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz/fuzz.h"

/* The header's layout is the reader's own. */
#include "index/file.c"

static void mend_checksums(uint8_t *bytes, size_t n, const rp_genome *genome)
{
    index_header header;
    if (n < PAGE)
        return;
    memcpy(&header, bytes, sizeof header);
    memcpy(header.digest, genome->digest, sizeof header.digest);
    memcpy(header.code, rp_index_code, sizeof header.code);
    for (int i = 0; i < RP_N_INDEX_SECTIONS; i++)
        if (header.section_begin[i] <= n && header.section_bytes[i] <= n - header.section_begin[i])
            header.section_crc[i] =
                (uint32_t)crc32(crc32(0, NULL, 0), bytes + header.section_begin[i], (uInt)header.section_bytes[i]);
    header.header_crc = header_crc(&header);
    memcpy(bytes, &header, sizeof header);
}

static volatile uint64_t sink; /* lest the lookups be left out */

static void use_index(const rp_kmer_index *index, const rp_genome *genome)
{
    uint64_t sum = 0;
    for (uint32_t id = 0; id < rp_kmer_index_n_kmers(index); id++) {
        const rp_occurrences at = rp_kmer_index_get(index, id);
        for (uint32_t i = 0; i < at.count; i++)
            sum += rp_kmer_index_position(index, at.first + i) + rp_kmer_index_is_reverse(index, at.first + i);
        sum += rp_kmer_index_kmer(index, genome, id);
    }
    for (uint64_t kmer = 0; kmer < 2000; kmer++)
        sum += rp_kmer_index_find(index, kmer * 0x9e3779b97f4a7c15u >> (64 - 2 * rp_kmer_index_k(index))).count;
    sink = sum;
}

int rp_fuzz_index(const uint8_t *data, size_t n)
{
    static rp_genome genome;
    if (genome.n_contigs == 0)
        rp_fuzz_small_genome(&genome);
    uint8_t *bytes = malloc(n + 1);
    if (bytes == NULL)
        abort();
    memcpy(bytes, data, n);
    mend_checksums(bytes, n, &genome);
    const int file = rp_fuzz_file(bytes, n);
    char path[64];
    rp_error error = {""};
    rp_kmer_index *index = rp_kmer_index_open(rp_fuzz_path(file, path), &genome, false, 0, 1, &error);
    if (index != NULL)
        use_index(index, &genome);
    else if (error.message[0] == '\0')
        abort();
    rp_kmer_index_destroy(index);
    (void)close(file);
    free(bytes);
    return 0;
}
