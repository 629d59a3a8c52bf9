/* near_copies.h: input files that are near copies of each other: assemblies of one species, or haplotypes. */
#ifndef RP_INDEX_NEAR_COPIES_H
#define RP_INDEX_NEAR_COPIES_H

#include <stddef.h>

#include "base/error.h"
#include "genome/genome.h"

/* The share of its different k-mers that a file has in common with others, one entry a file; 0 where the file is too
 * short to tell. Of all k-mers of RP_SKETCH_K bases one in a thousand is looked at (index/sketch.h): repeats count
 * once, so that chromosomes of one genome have little in common, and two genomes that differ at one base in a hundred
 * four fifths. The same for any number of threads. False: error filled in. */
bool rp_near_copies_shares(const rp_genome *genome, size_t n_files, unsigned n_threads, double *shares,
                           rp_error *error) RP_MUST_CHECK;

#endif
