/* read_ahead.h: several reads in flight on each input file, ahead of those who take it in.
 *
 * I/O threads read ranges of the files into the page cache, each with an I/O token, some ranges ahead of the file's
 * reader; the reader then finds in memory what it asks for, in whatever format the file is. Ranges of small and of
 * large files take turns (genome/turns.h). Threads that wait for storage take no processor: they hold no CPU tokens.
 */
#ifndef RP_GENOME_READ_AHEAD_H
#define RP_GENOME_READ_AHEAD_H

#include "base/tokens.h"

typedef struct rp_read_ahead rp_read_ahead;
typedef struct rp_ahead_file rp_ahead_file;

/* For files of n_bytes together. depth: reads in flight at most. NULL: no memory or threads, or nothing to read; files
 * can be read all the same. */
rp_read_ahead *rp_read_ahead_create(unsigned depth, uint64_t n_bytes, rp_tokens *io_tokens) RP_MUST_CHECK;

/* After all files are closed. NULL is legal. */
void rp_read_ahead_destroy(rp_read_ahead *ahead);

/* Begins to read a regular file ahead. NULL: it cannot be opened, or `ahead` is NULL. Thread-safe, as the rest is with
 * one thread for each file. */
rp_ahead_file *rp_read_ahead_open(rp_read_ahead *ahead, const char *path) RP_MUST_CHECK;
void rp_read_ahead_close(rp_ahead_file *file); /* NULL is legal */

/* Tells that the file's reader is at `position`, and waits, without the CPU token that it holds, until what comes next
 * is in memory. */
void rp_read_ahead_reach(rp_ahead_file *file, uint64_t position, rp_tokens *cpu);

#endif
