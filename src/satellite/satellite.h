/* satellite.h: what is told of tandem arrays and of satellites. */
#ifndef RP_SATELLITE_SATELLITE_H
#define RP_SATELLITE_SATELLITE_H

#include <stdint.h>

#include "base/codes.h"

typedef struct rp_tandem_array {
    uint64_t begin, end;      /* genome positions */
    size_t satellite;         /* index */
    bool reverse;             /* its monomers are the satellite's backwards */
    size_t monomer; /* its own, as its strand of the genome reads: where it begins in rp_satellites.codes, */
    uint32_t period_bp; /* and its length */
    double copies; /* monomers */
    double identity; /* percent, between its monomers */
    double matches, indels; /* percent of the aligned bases, against its own monomer */
    uint64_t score; /* match 2, mismatch and indel 7, as TRF counts; 0 at least */
    uint32_t hor; /* monomers of a higher-order repeat; 0: there is none */
    double hor_identity; /* percent, between copies of that */
} rp_tandem_array;

typedef struct rp_satellite {
    rp_codes monomer; /* canonical (rp_monomer_canonical) */
    uint64_t n_arrays, bases;
    double copies; /* monomers of all arrays */
    double identity; /* percent, mean over its arrays' bases */
    uint32_t hor; /* of its largest array that has one; 0: none has, */
    uint64_t hor_bp; /* and that array's bases */
} rp_satellite;

RP_ARRAY(rp_tandem_arrays, rp_tandem_array);
RP_ARRAY(rp_satellite_list, rp_satellite);

typedef struct rp_satellites {
    rp_satellite_list satellites; /* by bases */
    rp_tandem_arrays arrays; /* in genome order; they do not overlap */
    rp_codes codes;
    const char *name_prefix; /* of the satellites; NULL: none. Borrowed */
    uint64_t n_simple, simple_bp; /* arrays of units that are too short */
} rp_satellites;

#endif
