/* repeatmasker.h: what RepeatMasker's files have in common; for output/ alone. */
#ifndef RP_OUTPUT_REPEATMASKER_H
#define RP_OUTPUT_REPEATMASKER_H

#include "copies/findings.h"

/* Percent of a part's aligned pairs that differ, and of its genome bases that the genome lacks and has in addition. */
typedef struct rp_part_percents {
    double substituted, deleted, inserted;
} rp_part_percents;

rp_part_percents rp_part_percents_of(const rp_part *part);

#endif
