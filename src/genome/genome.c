/* genome.c: access to the packed genome; see genome.h. */
#include "genome/genome.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void rp_genome_clear(rp_genome *genome)
{
    for (size_t i = 0; i < genome->n_contigs; i++)
        free(genome->contigs[i].name);
    free(genome->contigs);
    free(genome->contig_at);
    rp_block_free(&genome->packed_block);
    rp_bitmask_clear(&genome->not_acgt);
    rp_bitmask_clear(&genome->soft_masked);
    *genome = (rp_genome){0};
}

rp_chunk *rp_genome_chunks(const rp_genome *genome, uint64_t chunk_bp, size_t *n_chunks)
{
    size_t n = 0;
    for (size_t i = 0; i < genome->n_contigs; i++)
        n += (size_t)((genome->contigs[i].length_bp + chunk_bp - 1) / chunk_bp);
    rp_chunk *chunks = rp_alloc(n, sizeof *chunks);
    *n_chunks = n;
    n = 0;
    for (size_t i = 0; i < genome->n_contigs && chunks != NULL; i++) {
        const uint64_t first = genome->contigs[i].begin, last = first + genome->contigs[i].length_bp;
        for (uint64_t at = first; at < last; at += chunk_bp)
            chunks[n++] = (rp_chunk){at, last - at < chunk_bp ? last : at + chunk_bp, first, last};
    }
    return chunks;
}

/* How many of the chunks begin before a position. */
static size_t chunks_before(const rp_chunk *chunks, size_t n, uint64_t position)
{
    size_t low = 0, high = n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (chunks[middle].begin < position)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void rp_chunks_of_share(const rp_genome *genome, const rp_chunk *chunks, size_t n, const rp_share *share, size_t *begin,
                        size_t *end)
{
    *begin = chunks_before(chunks, n, rp_share_begin(share, genome->length_bp));
    *end = chunks_before(chunks, n, rp_share_end(share, genome->length_bp));
}

bool rp_genome_index_contigs(rp_genome *genome)
{
    if (genome->n_contigs < 2 || genome->n_contigs > UINT32_MAX)
        return true;
    unsigned shift = 0;
    while (genome->length_bp >> shift > 2 * (uint64_t)genome->n_contigs)
        shift++;
    const size_t n = (size_t)(genome->length_bp >> shift) + 2;
    uint32_t *contig_at = rp_alloc(n, sizeof *contig_at);
    if (contig_at == NULL)
        return false;
    for (size_t i = 0, contig = 0; i < n; i++) {
        while (contig + 1 < genome->n_contigs && genome->contigs[contig + 1].begin <= (uint64_t)i << shift)
            contig++;
        contig_at[i] = (uint32_t)contig;
    }
    genome->contig_at = contig_at;
    genome->contig_shift = shift;
    return true;
}

size_t rp_genome_contig_of(const rp_genome *genome, uint64_t position)
{
    size_t low = 0, high = genome->n_contigs; /* the last contig that begins at or before position */
    if (genome->contig_at != NULL) {
        const uint32_t *near = &genome->contig_at[position >> genome->contig_shift];
        low = near[0];
        high = near[1] + (size_t)1;
    }
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (genome->contigs[middle].begin <= position)
            low = middle;
        else
            high = middle;
    }
    return low;
}

bool rp_genome_same_contig(const rp_genome *genome, uint64_t a, uint64_t b)
{
    const rp_contig *contig = &genome->contigs[rp_genome_contig_of(genome, a)];
    return b < contig->begin + contig->length_bp;
}

unsigned rp_genome_base_beyond(const rp_genome *genome, const rp_contig *contig, uint64_t begin, uint64_t end,
                               bool reverse, bool left, int64_t offset)
{
    /* Outwards is down the genome at the left end of a forward copy and at the right end of a reverse one. */
    const int64_t at = reverse != left ? (int64_t)begin - 1 - offset : (int64_t)end + offset;
    if (at < (int64_t)contig->begin || at >= (int64_t)(contig->begin + contig->length_bp))
        return RP_BASE_NONE;
    return rp_genome_code(genome, (uint64_t)at, reverse);
}

void rp_genome_exclude_soft_mask(const rp_genome *genome, rp_bitmask *excluded, unsigned reach)
{
    const rp_bitmask *soft = &genome->soft_masked;
    for (uint64_t begin = rp_bitmask_next(soft, 0, genome->length_bp, true), end; begin < genome->length_bp;
         begin = rp_bitmask_next(soft, end, genome->length_bp, true)) {
        end = rp_bitmask_next(soft, begin, genome->length_bp, false);
        rp_bitmask_set(excluded, begin < reach ? 0 : begin - reach + 1, end);
    }
}

/* Spreads 4 packed bases (8 bits) to 4 bytes. */
static inline uint32_t spread4(uint32_t bits)
{
    uint32_t x = bits & 0xff;
    x = (x | x << 12) & 0x000f000f;
    return (x | x << 6) & 0x03030303;
}

void rp_genome_decode(const rp_genome *genome, uint64_t begin, size_t n, uint8_t *codes)
{
    for (size_t done = 0; done < n; done += 32) {
        uint64_t bases = rp_genome_window(genome, begin + done);
        const size_t here = n - done < 32 ? n - done : 32;
        uint8_t block[32];
        for (int i = 0; i < 8; i++, bases >>= 8) {
            const uint32_t four = spread4((uint32_t)bases);
            memcpy(block + 4 * i, &four, 4);
        }
        uint32_t none = (uint32_t)rp_bitmask_window(&genome->not_acgt, begin + done);
        if (here < 32)
            none &= ((uint32_t)1 << here) - 1;
        for (; none != 0; none &= none - 1)
            block[__builtin_ctz(none)] = RP_BASE_NONE;
        memcpy(codes + done, block, here);
    }
}

bool rp_genome_append(const rp_genome *genome, uint64_t begin, size_t n, bool reverse, rp_codes *to)
{
    if (!rp_codes_reserve(to, to->n + n))
        return false;
    for (size_t i = 0; i < n; i++) {
        const uint8_t code = rp_genome_code(genome, reverse ? begin + n - 1 - i : begin + i, reverse);
        to->items[to->n++] = rp_code_is_base(code) ? code : reverse ? RP_BASE_T : RP_BASE_A;
    }
    return true;
}
