/* warnings.h: what a run's log tells of input that is read but may not be what the user thinks. */
#ifndef RP_RUN_WARNINGS_H
#define RP_RUN_WARNINGS_H

#include "base/log.h"
#include "genome/genome.h"
#include "index/kmer_index.h"

/* Contigs whose names BED and Stockholm have otherwise (output/names.h). */
void rp_warn_of_names(const rp_log *log, const rp_genome *genome);

/* Reads that are given as a genome (index/coverage.h). */
void rp_warn_of_reads(const rp_log *log, const rp_genome *genome, const rp_kmer_index *index);

/* Input files of which most of the k-mers stand in others too (index/near_copies.h). False: error filled in. */
bool rp_warn_of_near_copies(const rp_log *log, const rp_genome *genome, const char *const *paths, size_t n_paths,
                            unsigned n_threads, rp_error *error) RP_MUST_CHECK;

#endif
