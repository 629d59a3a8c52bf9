/* contents.h: what a report shows. */
#ifndef RP_REPORT_CONTENTS_H
#define RP_REPORT_CONTENTS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/codes.h"
#include "base/memory.h"

/* One part of a copy, as copies.bed has it. */
typedef struct rp_report_part {
    uint32_t consensus_begin, consensus_end;
    uint32_t bases;          /* on the genome */
    uint32_t tenths;         /* divergence in tenths of a percent */
    uint32_t copy, host;     /* numbers of its copy and of the copy around that, from 1 on; 0: not told, or none */
} rp_report_part;

RP_ARRAY(rp_report_parts, rp_report_part);

typedef struct rp_report_family {
    const json_t *facts;     /* its object in the summary; borrowed */
    const char *name;        /* borrowed */
    const rp_codes *consensus; /* borrowed; NULL where the sequence is not at hand */
    size_t length_bp;        /* of the consensus */
    rp_report_parts parts;
} rp_report_family;

typedef struct rp_report {
    const char *title;       /* borrowed */
    json_t *summary;         /* as rp_summary_make makes it; owned */
    rp_report_family *families;
    size_t n_families;
} rp_report;

#endif
