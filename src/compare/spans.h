/* spans.h: which parts of one sequence are covered. */
#ifndef RP_COMPARE_SPANS_H
#define RP_COMPARE_SPANS_H

#include <stdint.h>

#include "base/memory.h"

typedef struct rp_span {
    uint32_t begin, end;
} rp_span;

RP_ARRAY(rp_spans, rp_span);

/* Sorts the spans and counts the bases of their union; gaps of up to slack_bp are closed. */
uint64_t rp_spans_covered(rp_spans *spans, uint32_t slack_bp);

#endif
