/* inside.h: which sequences of a library lie in others of it.
 *
 * One lies in another when a single alignment holds nearly all of it and enough of the alignment's columns, gaps
 * included, are the same. A version with a large deletion does not lie in what it came from, nor do the two parts of an
 * element that something was put into.
 */
#ifndef RP_COMPARE_INSIDE_H
#define RP_COMPARE_INSIDE_H

#include <stddef.h>
#include <stdint.h>

#include "base/codes.h"
#include "base/error.h"
#include "base/memory.h"

typedef struct rp_inside_parameters {
    unsigned n_threads;
    unsigned word_bases;       /* by which sequences are compared */
    uint32_t held_percent;     /* of the inner sequence, that the alignment holds, */
    uint32_t same_percent;     /* and of its columns */
    bool earlier_only;         /* sequences are looked for in those before them */
} rp_inside_parameters;

typedef struct rp_inside {
    uint32_t inner, outer;     /* numbers of sequences; each may lie in the other */
    bool reverse;              /* in the reverse complement of the outer one; */
    uint32_t begin, end;       /* there, with what may be cut off again */
    uint32_t pad_bp;           /* of the band in which they are aligned (align/realign.h) */
} rp_inside;

RP_ARRAY(rp_insides, rp_inside);

/* Appends all pairs among n sequences, by inner and outer. The same for any number of threads. */
bool rp_inside_find(const rp_codes *const *sequences, size_t n, const rp_inside_parameters *parameters,
                    rp_insides *found, rp_error *error) RP_MUST_CHECK;

/* Chooses which of n sequences stay, so that none of them lies in another: into[i] is i where it stays, else the one
 * that it lies in and that stays. Of two that lie in each other the first stays. False: out of memory. */
bool rp_inside_choose(const rp_codes *const *sequences, size_t n, const rp_insides *pairs, size_t *into) RP_MUST_CHECK;

#endif
