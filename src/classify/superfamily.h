/* superfamily.h: the class that the protein domains of a family speak for.
 *
 * Of the profiles that match one stretch the best counts; where a profile of another class is nearly as good, only what
 * the two classes have in common. The stretches of one family must agree: what contradicts the rest, and is not far
 * weaker, leaves what they have in common, or nothing. Reverse transcriptase behind the integrase is Copia's order, and
 * before it that of the other LTR elements (Wicker et al. 2007). A domain that stands alone must be beyond chance among
 * all families and profiles that were searched, and an integrase alone tells no retrovirus.
 */
#ifndef RP_CLASSIFY_SUPERFAMILY_H
#define RP_CLASSIFY_SUPERFAMILY_H

#include <htslib/kstring.h>

#include "copies/domains.h"

/* Leaves of the matches, which are sorted by family and place, the best one for each stretch, with its class. False:
 * out of memory. */
bool rp_domains_resolve(rp_domains *domains) RP_MUST_CHECK;

/* The class (classify/class_tree.h) that the domains of one family speak for; NULL: none, or they contradict each
 * other. */
const char *rp_superfamily_of(const rp_domain *domains, size_t n);

/* Whether one of the domains is of transposons; whether all are of other proteins. */
bool rp_domains_are_of_transposons(const rp_domain *domains, size_t n);
bool rp_domains_are_of_hosts(const rp_domain *domains, size_t n);

/* One domain as evidence: "domain:RT(LTR/Copia):1e-40". Negative: out of memory. */
int rp_domain_tell(const rp_domain *domain, kstring_t *text);

#endif
