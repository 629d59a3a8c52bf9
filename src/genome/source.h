/* source.h: the text of a sequence file, whatever it is packed in.
 *
 * Plain, gzip and bgzip are read through htslib, and so are SAM, BAM and CRAM, whose records come as FASTA; bzip2 and
 * xz through their libraries. A byte order mark is passed over. A format that is none of these is named in an error.
 * Files, pipes and standard input are alike in what they give; pipes, terminals and sockets are read through
 * base/stream.h and keep no run that is to end waiting. Of regular files, plain, gzip and bgzip are read ahead
 * (genome/read_ahead.h), and bgzip is inflated by the pool that all share (genome/inflaters.h). For one thread at a
 * time.
 */
#ifndef RP_GENOME_SOURCE_H
#define RP_GENOME_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <htslib/kstring.h>

#include "base/error.h"
#include "base/tokens.h"
#include "genome/inflaters.h"
#include "genome/read_ahead.h"

typedef struct rp_source rp_source;

/* What the sources of one input share. All of it outlives them. */
typedef struct rp_source_means {
    rp_tokens *cpu;           /* who calls the functions below holds one; it is given back while others work */
    rp_tokens *io;            /* taken for each read of a regular file; NULL: no bound */
    rp_read_ahead *ahead;     /* NULL: nothing is read ahead */
    rp_inflaters *inflaters;  /* NULL: the caller inflates */
    bool any_text;            /* what is known to be no sequence is read too */
} rp_source_means;

/* Opens a path ("-": standard input), which is `name` in messages and outlives the source. NULL: error filled in. */
rp_source *rp_source_open(const char *path, const char *name, const rp_source_means *means,
                          rp_error *error) RP_MUST_CHECK;

/* Whether what is read are records of SAM, BAM or CRAM: lines are then those of the FASTA text. */
bool rp_source_is_records(const rp_source *source);

/* The next byte, which stays; -1: the end, -2: rp_source_fault tells. */
int rp_source_peek(rp_source *source);

/* Takes the byte that was peeked at. */
void rp_source_skip(rp_source *source);

/* Up to n bytes, n > 0; 0: the end, -1: rp_source_fault tells. */
ssize_t rp_source_read(rp_source *source, char *to, size_t n) RP_MUST_CHECK;

/* A line without its LF. 1: read, 0: the end, -1: rp_source_fault tells. */
int rp_source_line(rp_source *source, kstring_t *line) RP_MUST_CHECK;

/* Why reading has failed, to be put behind the file's name and the place. */
const char *rp_source_fault(const rp_source *source);

/* After the end: what is wrong with it all the same (bgzip, BAM and CRAM have marks at the end); NULL: nothing. */
const char *rp_source_end_fault(const rp_source *source);

/* Closes and frees. False: what was read is not all; error filled in where none is told yet. An error of a stream, or
 * the end of the run while it was waited for, takes any other's place. NULL is legal. */
bool rp_source_close(rp_source *source, rp_error *error);

#endif
