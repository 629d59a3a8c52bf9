/* reprise.h: results in the formats of REPrise (Takeda et al.), for who has programs that read them.
 *
 * Its faults are not kept where they would mislead: ends in the BED file are exclusive and right
 * on both strands, positions are without padding, and the masked genome has headers.
 */
#ifndef RP_OUTPUT_REPRISE_H
#define RP_OUTPUT_REPRISE_H

#include "copies/findings.h"
#include "index/kmer_index.h"
#include "base/file.h"

/* The seed of a family: k-mer (first base in the highest bits), length and frequency. */
typedef struct rp_reprise_seed {
    uint64_t kmer;
    uint32_t k, frequency;
} rp_reprise_seed;

/* .reprof: >R=0, seedfreq=11, elementfreq=9, length=50, Seed=TCGTTATAGAAA and the consensus in lines of
 * 80. `seeds` is indexed by the families' source. */
void rp_write_reprof(const rp_findings *findings, const rp_reprise_seed *seeds, rp_file *file);

/* .bed: contig, start, end, R=0, length, strand. */
void rp_write_reprise_bed(const rp_findings *findings, rp_file *file);

/* .masked: X for each base of a copy, 50 a line, with headers. False: out of memory. */
bool rp_write_reprise_masked(const rp_findings *findings, rp_file *file, rp_error *error) RP_MUST_CHECK;

/* The repeated k-mers of an index by falling frequency: what .freq holds. */
typedef struct rp_reprise_frequency {
    uint64_t kmer, position;   /* position: of its first place, all contigs one after the other */
    uint32_t frequency;
} rp_reprise_frequency;

RP_ARRAY(rp_reprise_frequencies, rp_reprise_frequency);

/* Lists the k-mers seen at least min_frequency times. False: out of memory. */
bool rp_reprise_list(const rp_kmer_index *index, const rp_genome *genome, uint32_t min_frequency,
                     rp_reprise_frequencies *list) RP_MUST_CHECK;

/* .freq: k-mer, frequency, position. */
void rp_write_freq(const rp_reprise_frequencies *list, unsigned k, rp_file *file);

#endif
