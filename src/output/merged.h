/* merged.h: what merge writes. */
#ifndef RP_OUTPUT_MERGED_H
#define RP_OUTPUT_MERGED_H

#include "base/file.h"
#include "merge/merge.h"

/* FASTA: >name#class members= libraries= [copies= bases=] length= [grade=] from=library:name [voted]; what is kept has
 * the header that it came with. */
void rp_merged_write_families(const rp_merged *merged, rp_file *file);

/* One line for each member, by family: member, library, family, strand, identity, coverage (percent), why, part of the
 * member (1-based, "all"). */
void rp_merged_write_members(const rp_merged *merged, rp_file *file);

#endif
