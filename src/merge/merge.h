/* merge.h: several libraries as one in which each family stands once.
 *
 * Entries that are two are split (merge/split.h); what is alike goes together by the rule of 80-80-80, the shorter to
 * the longer (merge/gather.h); of those that are as long as the longest, the one for which most speaks stands
 * (rp_entry_is_better), and all are measured by that one once more. With a genome the ones that stand are polished
 * with their copies there (copies/polish.h): a new consensus is voted, grown and cut where it runs from one element
 * into another.
 *
 * The outcome is a function of the libraries, their labels and the genome: neither their order nor the number of
 * threads shows.
 */
#ifndef RP_MERGE_MERGE_H
#define RP_MERGE_MERGE_H

#include "merge/merged.h"

extern const char *const rp_member_why_names[];

/* The libraries have labels of their own and outlive what is merged. False: error filled in. */
bool rp_merge(const rp_merge_library *libraries, size_t n_libraries, const rp_merge_parameters *parameters,
              rp_merged *merged, rp_error *error) RP_MUST_CHECK;
void rp_merged_clear(rp_merged *merged);

#endif
