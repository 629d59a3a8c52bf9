/* findings.h: what a run found, as the writers see it. */
#ifndef RP_OUTPUT_FINDINGS_H
#define RP_OUTPUT_FINDINGS_H

#include <stddef.h>
#include <stdint.h>

#include "base/codes.h"
#include "base/error.h"
#include "copies/annotate.h"
#include "genome/genome.h"
#include "genome/view.h"

/* A family with its figures. */
typedef struct rp_found_family {
    char name[24];               /* R1, R2, ... by bases */
    const rp_codes *consensus;
    uint64_t n_copies, bases;    /* bases: genome bases that its copies hold */
    double divergence;           /* percent, mean over its copies' bases */
    size_t *parts;               /* indices into findings->parts, in genome order */
    size_t n_parts;
} rp_found_family;

typedef struct rp_findings {
    const rp_genome *genome;
    const rp_band_kernel *kernel;
    rp_found_family *families;
    size_t n_families;
    rp_parts parts;              /* their family is an index into families */
    rp_intervals tandem;         /* tandem repeats: satellites and simple repeats */
    uint64_t masked_bp;          /* genome bases in copies */
} rp_findings;

/* Takes the parts (their family is an index into consensus) and the families that have any,
 * named and ordered by bases. The consensus arrays must outlive the findings. */
bool rp_findings_init(rp_findings *findings, const rp_genome *genome, const rp_codes *const *consensus,
                      size_t n_consensus, rp_parts *parts) RP_MUST_CHECK;
void rp_findings_clear(rp_findings *findings);

/* Name of the contig that holds a position (its first word) and the position within it. */
typedef struct rp_locus {
    const char *name;
    int name_length;
    uint64_t position;
} rp_locus;

rp_locus rp_findings_locus(const rp_findings *findings, uint64_t position);

#endif
