/* coverage.c: see coverage.h. */
#include "index/coverage.h"

enum {
    MIN_CONTIGS = 1000,
    MAX_MEAN_BP = 100000,  /* reads of 15 to 50 kb are common, contigs that short on average are not any more */
    MAX_COUNT = 4095       /* more is taken for no coverage */
};

static uint64_t sum(const uint64_t *kmers, uint32_t begin, uint32_t end)
{
    uint64_t n = 0;
    for (uint32_t count = begin; count < end && count <= MAX_COUNT; count++)
        n += kmers[count];
    return n;
}

bool rp_coverage_is_of_reads(const rp_kmer_index *index, const rp_genome *genome, uint32_t *depth)
{
    const uint64_t n_positions = rp_kmer_index_n_positions(index);
    if (genome->n_contigs < MIN_CONTIGS || genome->length_bp / genome->n_contigs > MAX_MEAN_BP)
        return false;
    if (2 * n_positions < genome->acgt_bp)
        return false;
    uint64_t kmers[MAX_COUNT + 1] = {0}; /* by how often they stand */
    for (uint32_t id = 0; id < rp_kmer_index_n_kmers(index); id++) {
        const uint32_t count = rp_kmer_index_count(index, id);
        if (count <= MAX_COUNT)
            kmers[count]++;
    }
    /* the count of the k-mer at the middle one of all positions */
    uint32_t median = 0;
    for (uint64_t below = 0; median < MAX_COUNT && 2 * below < n_positions;) {
        median++;
        below += median * kmers[median];
    }
    *depth = median;
    if (median < RP_COVERAGE_MIN_DEPTH || median == MAX_COUNT)
        return false;
    const uint32_t least = median / 8 > 2 ? median / 8 : 2; /* below are k-mers with the errors of reads */
    return sum(kmers, median / 2, 2 * median + 1) > sum(kmers, least, median / 2);
}
