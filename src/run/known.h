/* known.h: families that are known before the search: their copies are found first, and the search leaves these alone.
 */
#ifndef RP_RUN_KNOWN_H
#define RP_RUN_KNOWN_H

#include "checkpoint/scan_keeper.h"
#include "copies/annotate.h"
#include "library/family_file.h"

/* Zeroed at the start, but for what the caller gives; cleared in any state. */
typedef struct rp_known {
    /* the caller's: */
    const rp_family_file *library;     /* NULL: no family is known */
    const rp_codes *const *consensus;  /* its sequences, */
    char digest[33];                   /* and theirs */
    /* the run's: */
    rp_scan_keeper scans;              /* how far their scan is; the caller closes it when all is done */
    rp_parts parts;                    /* all their copies; the family is an index into the library */
    rp_decoy_figures *figures;         /* by family, against the decoy */
    rp_bitmask mask;                   /* the bases of these copies; empty where they were not looked for */
} rp_known;

/* The bases of known copies, for those who leave them alone; NULL: there are none, or they were not looked for. */
const rp_bitmask *rp_known_taken(const rp_known *known);

void rp_known_clear(rp_known *known);

#endif
