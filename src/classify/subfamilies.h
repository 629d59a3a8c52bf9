/* subfamilies.h: a family told apart by diagnostic sites.
 *
 * Copies of one source share its mutations. Two sites whose rarer bases stand in the same copies far
 * more often than chance allows show such a source (Price, Eskin and Pevzner, Genome Res. 2004).
 * CpG sites do not count: they mutate alike in all copies.
 */
#ifndef RP_CLASSIFY_SUBFAMILIES_H
#define RP_CLASSIFY_SUBFAMILIES_H

#include <stddef.h>
#include <stdint.h>

#include "copies/findings.h"
#include "copies/row_reader.h"

enum { RP_MAX_SUBFAMILIES = 16 };

typedef struct rp_subfamily {
    rp_codes consensus;      /* of the family's columns */
    size_t n_copies;         /* parts that were looked at and are nearest to it */
} rp_subfamily;

typedef struct rp_subfamilies {
    rp_subfamily items[RP_MAX_SUBFAMILIES];
    size_t n;                /* 1: the family is not to be told apart */
} rp_subfamilies;

/* Tells the family's copies apart, most numerous first. Thread-safe for one reader a thread. False: out of
 * memory, nothing to clear. */
bool rp_subfamilies_find(rp_row_reader *reader, const rp_findings *findings, size_t family,
                         rp_subfamilies *found) RP_MUST_CHECK;
void rp_subfamilies_clear(rp_subfamilies *found);

#endif
