/* coverage.h: whether a genome's k-mers stand as often as those of reads do. */
#ifndef RP_INDEX_COVERAGE_H
#define RP_INDEX_COVERAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "index/kmer_index.h"

/* Whether the genome looks like reads that were not assembled: many short contigs, most of whose k-mers stand there
 * again, each about as often: the coverage, which is then *depth. Repeats of an assembly have no such peak: the
 * seldomer, the more k-mers there are. Neither has an assembly of two haplotypes, whose k-mers stand twice: the depth
 * must be RP_COVERAGE_MIN_DEPTH. The index must have all k-mers that stand twice. A look at each k-mer's count, where
 * contigs are many and short. */
enum { RP_COVERAGE_MIN_DEPTH = 8 };
bool rp_coverage_is_of_reads(const rp_kmer_index *index, const rp_genome *genome, uint32_t *depth);

#endif
