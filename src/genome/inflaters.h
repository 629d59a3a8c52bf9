/* inflaters.h: the threads that inflate compressed blocks, one pool of htslib's for all input files.
 *
 * They are half as many as there are CPU tokens, and while any file makes use of them so many tokens are out of use:
 * both together never work on more processors than there were tokens. htslib adds a thread of its own for each file
 * that uses the pool; so many files may do so at a time as the pool has threads, and others are inflated by their
 * readers.
 */
#ifndef RP_GENOME_INFLATERS_H
#define RP_GENOME_INFLATERS_H

#include <pthread.h>

#include <htslib/thread_pool.h>

#include "base/tokens.h"

typedef struct rp_inflaters {
    hts_tpool *pool;          /* NULL until the first file needs it; guarded by lock, as n_files is */
    unsigned n_files;         /* that use the pool */
    unsigned n_threads;
    rp_tokens *cpu;
    pthread_mutex_t lock;
} rp_inflaters;

/* For readers that share n_tokens tokens of `cpu`, which outlives the pool. False: no lock can be made. */
bool rp_inflaters_init(rp_inflaters *inflaters, rp_tokens *cpu, unsigned n_tokens) RP_MUST_CHECK;

/* After all files are closed. */
void rp_inflaters_clear(rp_inflaters *inflaters);

/* The pool for one more file, to be given back when that is closed; NULL: its reader inflates it. Thread-safe. */
hts_tpool *rp_inflaters_borrow(rp_inflaters *inflaters);
void rp_inflaters_return(rp_inflaters *inflaters);

/* Blocks that htslib may have inflated ahead of a file's reader. */
int rp_inflaters_depth(const rp_inflaters *inflaters);

#endif
