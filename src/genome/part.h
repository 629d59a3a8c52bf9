/* part.h: the sequence of one input file in a coordinate of its own, packed by several threads, until it is joined
 * with the others.
 *
 * The file's reader lays out the contigs and makes room for their bases; text goes where it belongs in any order.
 */
#ifndef RP_GENOME_PART_H
#define RP_GENOME_PART_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "genome/genome.h"
#include "genome/text_queue.h"

typedef struct rp_part {
    rp_genome genome;         /* its contigs and length are the reader's */
    size_t contig_capacity;
    uint32_t n_appended;      /* parts: the contigs of each have its number */
    bool keep_soft_mask;
    uint64_t capacity_bp;     /* that the masks and packed bases have room for */
    uint8_t letters[256];     /* codes */
    pthread_rwlock_t lock;    /* held for reading while bases are packed, for writing while memory moves */
    _Atomic uint64_t acgt_bp;
    atomic_bool bad;          /* some text was no sequence: */
    pthread_mutex_t bad_lock;
    uint64_t bad_line;        /* the first such; guarded by bad_lock while text is packed, as the next two are */
    size_t bad_contig;
    unsigned char bad_letter;
} rp_part;

/* Without contigs. With keep_soft_mask, lower case is kept. False: error filled in, nothing to clear. */
bool rp_part_init(rp_part *part, bool keep_soft_mask, rp_error *error) RP_MUST_CHECK;
void rp_part_clear(rp_part *part);

/* Makes room for a part of so many bases. The reader's. False: out of memory. */
bool rp_part_reserve(rp_part *part, uint64_t length_bp) RP_MUST_CHECK;

/* Packs a block's pieces, for which there is room. Thread-safe for different blocks, with the reader at work too. */
void rp_part_encode(rp_part *part, const rp_text_block *block);

/* Whether what was packed by now held what is no sequence. Thread-safe. */
bool rp_part_is_bad(const rp_part *part);

/* Appends what is in `from`, which is empty then, when all is packed. False: out of memory. */
bool rp_part_append(rp_part *to, rp_part *from) RP_MUST_CHECK;

/* Gives its genome away when all is packed, without the room that was kept for more and without digests. False: out of
 * memory; the genome is the caller's all the same. */
bool rp_part_give(rp_part *part, rp_genome *genome) RP_MUST_CHECK;

#endif
