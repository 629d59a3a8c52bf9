/* duplications.h: duplications (classify/duplications.h) in the results of the other repeats. */
#ifndef RP_OUTPUT_DUPLICATIONS_H
#define RP_OUTPUT_DUPLICATIONS_H

#include <jansson.h>

#include "base/file.h"
#include "copies/findings.h"

/* The duplication that a family is a piece of, whose entry stands in the place of its own; SIZE_MAX: none. */
size_t rp_duplication_of(const rp_findings *findings, size_t family);

/* The copies of each kind, those that there are, in a header: " kinds=full:12,solo:30". */
void rp_write_kinds(const uint64_t n_of_kind[RP_N_COPY_KINDS], rp_file *file);

/* FASTA: >D1#Segmental_duplication places= bases= length= identity= at= kinds= families= reason= and the bases of the
 * place that stands for it, copies of the library's families in lower case. Those that are longer than a consensus may
 * be are left out: a second haplotype would be the genome once more. */
bool rp_write_duplications(const rp_findings *findings, rp_file *file, rp_error *error) RP_MUST_CHECK;

/* BED as the copies have it. False: out of memory. */
typedef struct rp_duplication_rows {
    size_t *places; /* all, by their begin; number i is copy i after those of the findings */
    size_t n, next;
} rp_duplication_rows;

bool rp_duplication_rows_init(rp_duplication_rows *rows, const rp_findings *findings) RP_MUST_CHECK;
/* Writes the places, from the next one on, that begin before a genome position. */
void rp_duplication_rows_write(rp_duplication_rows *rows, const rp_findings *findings, uint64_t before, rp_file *file);
void rp_duplication_rows_clear(rp_duplication_rows *rows);

/* One entry each. NULL: out of memory. */
json_t *rp_duplications_describe(const rp_findings *findings);

/* A stretch of one contig: contig, begin, end. NULL: out of memory. */
json_t *rp_stretch_describe(const rp_findings *findings, const rp_interval *at);

#endif
