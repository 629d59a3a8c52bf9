/* outcome.h: what a command has found, for those who write it. */
#ifndef RP_COMMAND_OUTCOME_H
#define RP_COMMAND_OUTCOME_H

#include <jansson.h>
#include <stdbool.h>

#include "copies/findings.h"
#include "output/reprise.h"

/* What the files are made of. Borrowed. */
typedef struct rp_outcome {
    const rp_findings *findings;
    const rp_findings *others, *candidates; /* NULL where the command has none */
    unsigned n_threads;
    bool hard_mask, mask_tandem;
    uint32_t flank_bp;                     /* beside the copies in FASTA */
    json_t *summary, *summary_of_report;   /* equal; two, since each is read by a thread of its own */
    const char *sample;                    /* what the findings are of */
    const char *title;                     /* of the report */
    const rp_reprise_seed *seeds;          /* of REPrise's files: */
    const rp_reprise_frequencies *frequencies;
    unsigned k;
    struct rp_pairs *pairs;                /* candidate pairs (discover/pairs.h); NULL: nobody wants them */
} rp_outcome;

#endif
