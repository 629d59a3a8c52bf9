/* columns.h: an alignment column by column, and its best stretch. */
#ifndef RP_COMPARE_COLUMNS_H
#define RP_COMPARE_COLUMNS_H

#include <stdbool.h>
#include <stdint.h>

#include "align/realign.h"
#include "base/memory.h"
#include "compare/spans.h"

/* A column of an alignment: a base of the query. */
typedef struct rp_column {
    int32_t score;             /* with that of target bases before it that have no partner */
    uint32_t target_before;    /* target bases before it, those that have no partner included */
    bool paired, matches;
} rp_column;

RP_ARRAY(rp_columns, rp_column);

/* The columns of a path (align/realign.h), with the scores of that. False: out of memory. */
bool rp_columns_score(rp_columns *columns, const rp_steps *steps, const uint8_t *query,
                      const uint8_t *target) RP_MUST_CHECK;

/* The best-scoring range of columns within a range; its score. */
int32_t rp_columns_best(const rp_columns *columns, rp_span within, rp_span *best);

#endif
