/* codons.h: whether a family's copies differ as the members of a gene family do.
 *
 * Each substitution among the copies is, in a frame, synonymous, a replacement or a stop. Under the null hypothesis
 * they come as the bases mutate, whatever the frame; in coding sequence under selection replacements are rarer and
 * stops are rare, and what is inserted or deleted keeps the frame (after Nei and Gojobori 1986). The logarithm of the
 * ratio of the two likelihoods is summed up along each of the six frames, between stops of the consensus.
 */
#ifndef RP_CLASSIFY_CODONS_H
#define RP_CLASSIFY_CODONS_H

#include "copies/row_reader.h"
#include "copies/traits.h"

/* Sets what the traits say of coding sequence from the family's copies. `reader` is one of the same findings. False:
 * out of memory. */
bool rp_codons_look(rp_row_reader *reader, const rp_findings *findings, const rp_found_family *family,
                    rp_traits *traits) RP_MUST_CHECK;

#endif
