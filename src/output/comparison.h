/* comparison.h: the result of a comparison as a table for reading, TSV and JSON. */
#ifndef RP_OUTPUT_COMPARISON_H
#define RP_OUTPUT_COMPARISON_H

#include "compare/compare.h"
#include "base/file.h"

typedef struct rp_comparison_names {
    const char *found_path, *reference_path;
    const rp_family_file *found, *reference;
} rp_comparison_names;

/* One line a measure, then, with `all`, one line for each reference family that is not perfect. */
void rp_comparison_print(const rp_comparison *comparison, const rp_comparison_names *names, bool all, rp_file *file);

/* One line for each reference family that counts, and then for each found family (column 1 tells which). */
void rp_comparison_write_tsv(const rp_comparison *comparison, const rp_comparison_names *names, rp_file *file);

bool rp_comparison_write_json(const rp_comparison *comparison, const rp_comparison_names *names, rp_file *file,
                              rp_error *error) RP_MUST_CHECK;

#endif
