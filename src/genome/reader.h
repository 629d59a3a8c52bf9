/* reader.h: sequence files into a genome, through htslib. */
#ifndef RP_GENOME_READER_H
#define RP_GENOME_READER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "genome/genome.h"

/* Reads FASTA or FASTQ (plain, gzip or bgzip; "-" is standard input) from the
 * paths in order into *genome, which the caller clears with rp_genome_clear. With
 * keep_soft_mask, lower case is kept in soft_masked. An error names the file and,
 * where there is one, the record. Not thread-safe for one genome. */
bool rp_genome_read(rp_genome *genome, const char *const *paths, size_t n_paths, bool keep_soft_mask,
                    rp_error *error) RP_MUST_CHECK;

#endif
