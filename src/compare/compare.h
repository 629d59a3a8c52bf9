/* compare.h: a found library against a reference library.
 *
 * The classes are those of RepeatModeler2's paper (Flynn et al., PNAS 2020). A reference
 * family is
 *   perfect  one found family covers over 95 % of it, it covers over 95 % of that found
 *            family, and they differ at under 5 % of the aligned bases;
 *   good     found families together cover over 95 % of it at under 5 % difference;
 *   present  found families together cover over 80 % of it at under 20 % difference;
 *   missing  none of these.
 * Difference is mismatches by aligned pairs; collinear alignments of one pair of families on
 * one strand are judged together for `perfect`.
 */
#ifndef RP_COMPARE_COMPARE_H
#define RP_COMPARE_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "align/band.h"
#include "base/error.h"
#include "base/memory.h"
#include "genome/genome.h"
#include "library/family_file.h"

typedef enum rp_match_class {
    RP_MATCH_PERFECT,
    RP_MATCH_GOOD,
    RP_MATCH_PRESENT,
    RP_MATCH_MISSING,
    RP_N_MATCH_CLASSES
} rp_match_class;

extern const char *const rp_match_class_names[RP_N_MATCH_CLASSES];

#define RP_NO_FAMILY SIZE_MAX

typedef struct rp_reference_verdict {
    bool held;                /* counts: long enough, and in the genome where one was given */
    rp_match_class match;
    double close_share;       /* of its bases, covered at under 5 % difference */
    double covered_share;     /* at under 20 % */
    size_t best;              /* found family with the most matches; RP_NO_FAMILY: none */
    double best_share;        /* of its bases that this one covers */
    double best_difference;   /* mismatches by pairs there */
    size_t n_found;           /* found families whose best reference it is, */
    size_t champion;          /* and the one of them with the most matches */
} rp_reference_verdict;

typedef struct rp_found_verdict {
    size_t best; /* reference family that it has perfect, or else with the most matches, of several the one */
    uint64_t matches; /* of which it holds most; RP_NO_FAMILY: none. With it; */
    double best_share; /* of its bases; */
    bool is_perfect; /* it is its perfect one */
    double known_share; /* of its bases that references cover at under 20 % difference */
    bool redundant; /* another found family has more matches with the same reference */
    bool chimera; /* two references that are not alike hold a part each */
    size_t second; /* the other one, for a chimera */
} rp_found_verdict;

typedef struct rp_comparison {
    rp_reference_verdict *reference;
    rp_found_verdict *found;
    size_t n_reference, n_found;
    size_t counts[RP_N_MATCH_CLASSES]; /* of the reference families that are held */
    size_t n_held, n_redundant, n_chimeras, n_unmatched;
} rp_comparison;

typedef struct rp_compare_parameters {
    unsigned n_threads;
    const rp_band_kernel *kernel;
    uint32_t min_length_bp; /* shorter reference families do not count */
    const rp_genome *genome; /* reference families that it does not hold do not count; NULL: all do */
    uint32_t min_copies; /* the genome holds a family of which half stands so often there, at under 20 % difference */
} rp_compare_parameters;

/* `reference_records` are the sequences of `reference`, in the same order. The caller clears
 * the comparison. False: error filled in. */
bool rp_compare(const rp_family_file *found, const rp_family_file *reference, const rp_genome *reference_records,
                const rp_compare_parameters *parameters, rp_comparison *comparison, rp_error *error) RP_MUST_CHECK;
void rp_comparison_clear(rp_comparison *comparison);

#endif
