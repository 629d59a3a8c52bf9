/* reader.h: sequence files into a genome. */
#ifndef RP_GENOME_READER_H
#define RP_GENOME_READER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/tokens.h"
#include "genome/genome.h"

/* How input is read; none of it shows in what is read. */
typedef struct rp_reading {
    unsigned n_threads;      /* for decompression and encoding together; 1: all in the caller */
    uint64_t queue_bytes;    /* text that is read ahead of the encoders */
    rp_tokens *io_tokens;    /* taken for each read of a file; NULL: no bound, and nothing is read ahead */
    unsigned io_depth;       /* how many they are */
    bool names_may_repeat;   /* contigs may have one name: nobody tells them by it */
    bool may_be_empty;       /* a file without any sequence is no error but has no contigs */
} rp_reading;

/* Reads FASTA or FASTQ, or records of SAM, BAM or CRAM (genome/source.h tells how they may be packed; "-" is standard
 * input) from the paths, in order, into *genome, which the caller clears with rp_genome_clear. With
 * keep_soft_mask, lower case is kept in soft_masked. `reading` NULL: by the caller alone. The text
 * is never whole in memory. An error names the file and, where there is one, line and contig: the
 * first in the order of the files. Not thread-safe for one genome. */
bool rp_genome_read(rp_genome *genome, const char *const *paths, size_t n_paths, bool keep_soft_mask,
                    const rp_reading *reading, rp_error *error) RP_MUST_CHECK;

/* Bytes of plain files together; 0 when they cannot be known (compressed, or no regular file). */
uint64_t rp_input_bytes(const char *const *paths, size_t n_paths);

#endif
