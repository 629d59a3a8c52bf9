/* text_queue.h: blocks of sequence text between readers and encoders, bounded in bytes.
 *
 * Where blocks of small and of large inputs wait, three small ones come out for each large one
 * (genome/turns.h): neither waits for all of the other. Among them that of the longest contig comes
 * first, as far as contigs have been read by then, and the older one of a contig. Blocks are reused.
 * All functions are thread-safe.
 */
#ifndef RP_GENOME_TEXT_QUEUE_H
#define RP_GENOME_TEXT_QUEUE_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include "base/memory.h"
#include "base/tokens.h"
#include "genome/turns.h"

enum { RP_TEXT_BLOCK_BYTES = 1 << 18 };

/* Text of one contig within a block, line ends included. */
typedef struct rp_text_piece {
    uint32_t begin, end;      /* in the block's text */
    uint64_t position;        /* of the first base, in the file's coordinate */
    size_t contig;            /* in the file */
    uint64_t line;            /* number of the piece's first line */
} rp_text_piece;

RP_ARRAY(rp_text_pieces, rp_text_piece);

typedef struct rp_text_block {
    void *file;               /* whose it is; the reader's */
    bool is_small;            /* is that input */
    size_t contig;            /* of the file: the longest one in the block, */
    uint64_t contig_bp;       /* and what has been read of it */
    char *text;               /* RP_TEXT_BLOCK_BYTES */
    size_t n_bytes;
    rp_text_pieces pieces;
    struct rp_text_block *next;
} rp_text_block;

typedef struct rp_text_queue {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    rp_text_block *waiting, *spare; /* guarded by lock, as the rest is; the oldest first */
    size_t n_waiting;
    rp_turns turns;
    uint64_t bytes, capacity_bytes;
    unsigned n_writers;
    bool failed;
} rp_text_queue;

bool rp_text_queue_init(rp_text_queue *queue, uint64_t capacity_bytes, unsigned n_writers) RP_MUST_CHECK;
void rp_text_queue_clear(rp_text_queue *queue);

/* A block to fill, with room in the queue for it; waits, without the CPU token that the caller holds. Where the queue
 * is full, or more than `enough` blocks wait, one that waits comes out in *other instead: the caller encodes it and
 * asks again. Both NULL: out of memory, or another has failed. */
rp_text_block *rp_text_queue_begin(rp_text_queue *queue, size_t enough, rp_text_block **other, rp_tokens *cpu);
void rp_text_queue_put(rp_text_queue *queue, rp_text_block *block);

/* The block whose turn it is; waits for one. NULL: the writers have ended and all are taken, or one has failed. */
rp_text_block *rp_text_queue_take(rp_text_queue *queue, rp_tokens *cpu);

/* Gives a block back that was begun or taken. */
void rp_text_queue_done(rp_text_queue *queue, rp_text_block *block);

void rp_text_queue_end_writer(rp_text_queue *queue);
void rp_text_queue_fail(rp_text_queue *queue); /* everybody comes out */

#endif
