/* genome.h: the genome in memory: 2 bits a base, a mask of what is no base, a contig table.
 *
 * Codes are those of base/alphabet.h. Contigs lie one after the other in one
 * coordinate, the genome position (0-based); nothing that looks at sequence may
 * cross a contig's end, which is what rp_genome_contig_of is for.
 */
#ifndef RP_GENOME_GENOME_H
#define RP_GENOME_GENOME_H

#include <stddef.h>
#include <stdint.h>

#include "base/codes.h"
#include "base/error.h"
#include "base/share.h"
#include "genome/bitmask.h"

typedef struct rp_contig {
    char *name;          /* the whole header line after '>' or '@', as it stood */
    size_t id_length;    /* length of its first word */
    uint64_t begin;      /* genome position of the first base */
    uint64_t length_bp;
    uint32_t file;       /* of the input, by number */
} rp_contig;

typedef struct rp_genome {
    uint64_t length_bp;          /* all contigs together */
    uint64_t acgt_bp;            /* of which A, C, G or T */
    uint64_t *packed;            /* 2 bits a base, lowest bits first; spare words at the end */
    rp_block packed_block;       /* holds them */
    rp_bitmask not_acgt;         /* set: not one of A, C, G, T */
    rp_bitmask soft_masked;      /* set: lower case in the input; no words unless it was asked for */
    rp_contig *contigs;
    size_t n_contigs;
    uint32_t *contig_at;         /* by position >> contig_shift: which contig holds it; NULL: not known */
    unsigned contig_shift;
    char digest[33]; /* MD5 of names, lengths and bases, in hex; codes other than A, C, G, T are alike in it */
    char mask_digest[33]; /* MD5 of soft_masked; empty where that was not asked for */
} rp_genome;

/* A stretch of one contig, for work in pieces. */
typedef struct rp_chunk {
    uint64_t begin, end;
    uint64_t contig_begin, contig_end;
} rp_chunk;

/* The genome cut into chunks of at most chunk_bp, none over two contigs; to be freed. NULL: out of memory. */
rp_chunk *rp_genome_chunks(const rp_genome *genome, uint64_t chunk_bp, size_t *n_chunks) RP_MUST_CHECK;

/* Which of a genome's n chunks are of a share of it: [*begin, *end), those that begin in it. */
void rp_chunks_of_share(const rp_genome *genome, const rp_chunk *chunks, size_t n, const rp_share *share, size_t *begin,
                        size_t *end);

void rp_genome_clear(rp_genome *genome);

/* Makes rp_genome_contig_of quick, which is asked for each place and copy: a genome may have very many contigs. To be
 * called when all contigs are there. False: out of memory. */
bool rp_genome_index_contigs(rp_genome *genome) RP_MUST_CHECK;

/* Index of the contig that holds a genome position. Empty contigs hold none. */
size_t rp_genome_contig_of(const rp_genome *genome, uint64_t position);

/* Whether two positions, a <= b, are in one contig. */
bool rp_genome_same_contig(const rp_genome *genome, uint64_t a, uint64_t b);

/* Code of one base (0 to 3), whatever not_acgt says. */
static inline unsigned rp_genome_base(const rp_genome *genome, uint64_t position)
{
    return genome->packed[position >> 5] >> (position & 31) * 2 & 3;
}

/* Code of one base as a strand reads it; RP_BASE_NONE where not_acgt is set. */
static inline uint8_t rp_genome_code(const rp_genome *genome, uint64_t position, bool reverse)
{
    if (rp_bitmask_get(&genome->not_acgt, position))
        return RP_BASE_NONE;
    const unsigned code = rp_genome_base(genome, position);
    return reverse ? rp_code_complement(code) : (uint8_t)code;
}

/* The 32 bases from `position` on, 2 bits each, lowest bits first. */
static inline uint64_t rp_genome_window(const rp_genome *genome, uint64_t position)
{
    const uint64_t index = position >> 5;
    const unsigned shift = (position & 31) * 2;
    if (shift == 0)
        return genome->packed[index];
    return genome->packed[index] >> shift | genome->packed[index + 1] << (64 - shift);
}

/* The base `offset` bases beyond the left or right end of a copy [begin, end) in `contig` (negative: before it), as the
 * copy's strand reads; RP_BASE_NONE where there is none. */
unsigned rp_genome_base_beyond(const rp_genome *genome, const rp_contig *contig, uint64_t begin, uint64_t end,
                               bool reverse, bool left, int64_t offset);

/* Sets in `excluded` where lower case stands, and `reach` - 1 bases before it: whatever begins at an excluded base and
 * is at most `reach` long is out. */
void rp_genome_exclude_soft_mask(const rp_genome *genome, rp_bitmask *excluded, unsigned reach);

/* The codes of [begin, begin + n) as bytes, RP_BASE_NONE where not_acgt is set. */
void rp_genome_decode(const rp_genome *genome, uint64_t begin, size_t n, uint8_t *codes);

/* Appends [begin, begin + n) as a strand reads it, to a consensus, which has bases only: where not_acgt is set
 * the forward strand counts as A. False: out of memory. */
bool rp_genome_append(const rp_genome *genome, uint64_t begin, size_t n, bool reverse, rp_codes *to) RP_MUST_CHECK;

#endif
