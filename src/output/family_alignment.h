/* family_alignment.h: the copies of one family under each other, with what is beside them.
 *
 * Each part of a copy is aligned with its part of the consensus from end to end (align/realign.h). Columns: flank_bp
 * beside the consensus on either side, those of the consensus, and between them those that only some copies have. What
 * is beside a copy is written outwards from where it ends, without gaps, in lower case: also over columns of the
 * consensus, where the copy is cut short.
 */
#ifndef RP_OUTPUT_FAMILY_ALIGNMENT_H
#define RP_OUTPUT_FAMILY_ALIGNMENT_H

#include "base/file.h"
#include "library/family_file.h"
#include "output/family_copies.h"

typedef struct rp_family_alignment rp_family_alignment;

/* All that is given must outlive the alignment. NULL: error filled in. */
rp_family_alignment *rp_family_alignment_make(const rp_genome *genome, const rp_named_family *family,
                                              const rp_family_parts *parts, const rp_family_copies *copies,
                                              uint32_t flank_bp, rp_error *error) RP_MUST_CHECK;
void rp_family_alignment_destroy(rp_family_alignment *alignment); /* NULL is legal */

/* Stockholm 1.0; aligned FASTA, the consensus first; a profile made by HMMER's hmmbuild of the copies without flanks, a
 * state for each base of the consensus. False: error filled in. */
bool rp_family_alignment_write_stockholm(const rp_family_alignment *alignment, rp_file *file,
                                         rp_error *error) RP_MUST_CHECK;
bool rp_family_alignment_write_fasta(const rp_family_alignment *alignment, rp_file *file,
                                     rp_error *error) RP_MUST_CHECK;
bool rp_family_alignment_write_hmm(const rp_family_alignment *alignment, rp_file *file, rp_error *error) RP_MUST_CHECK;

#endif
