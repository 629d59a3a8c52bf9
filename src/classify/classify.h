/* classify.h: what kind of repeat each family is, as far as its structure shows.
 *
 * A hint is given only where the evidence is good: a wrong class is worse than Unknown. The
 * signs are those that curators go by (Wicker et al. 2007; Goubert et al. 2022): terminal
 * repeats, tails, target-site duplications, truncation.
 */
#ifndef RP_CLASSIFY_CLASSIFY_H
#define RP_CLASSIFY_CLASSIFY_H

#include <htslib/kstring.h>

#include "base/error.h"
#include "copies/findings.h"

typedef struct rp_classify_parameters {
    unsigned n_threads;
    uint32_t min_copies;     /* independent ones that a transposable element has */
    const rp_bitmask *tandem; /* tandem repeats, where flanks say nothing; NULL: none are known */
    bool keep_names;         /* of a library that has them: only traits and hints */
    const rp_bitmask *genes; /* coding bases of the genome; NULL: not known */
    const rp_domains *domains; /* of the consensus sequences, by their source; NULL: none were looked for */
} rp_classify_parameters;

/* Fills in the traits of all families, and hints, and sets their class names. The findings have their rows. */
bool rp_classify(rp_findings *findings, const rp_classify_parameters *parameters, rp_error *error) RP_MUST_CHECK;

/* Gives families of class Unknown the class that their protein domains speak for, and all their domains. */
bool rp_classify_unknown(rp_findings *findings, const rp_domains *domains, rp_error *error) RP_MUST_CHECK;

/* Class names and reasons of repeats that are no transposable elements. */
extern const char *const rp_other_class[RP_N_OTHERS];
extern const char *const rp_other_reason[RP_N_OTHERS];

/* Appends what speaks for the class: "ltr:345:98%,tg-ca,tsd:5:0.82"; "none" where nothing shows. */
bool rp_evidence(const rp_found_family *family, kstring_t *text) RP_MUST_CHECK;

#endif
