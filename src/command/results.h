/* results.h: the result files of a command: their options, names, and the way to disk. */
#ifndef RP_COMMAND_RESULTS_H
#define RP_COMMAND_RESULTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "command/options.h"
#include "base/file.h"

/* In the order in which they are put in place. */
typedef enum rp_result {
    RP_RESULT_FAMILIES,
    RP_RESULT_OTHER,
    RP_RESULT_SPLIT,
    RP_RESULT_SUBFAMILIES,
    RP_RESULT_SEEDS,
    RP_RESULT_BED,
    RP_RESULT_OTHER_BED,
    RP_RESULT_GFF3,
    RP_RESULT_OUT,
    RP_RESULT_PAF,
    RP_RESULT_CLASSES,
    RP_RESULT_TANDEM,
    RP_RESULT_MASKED,
    RP_RESULT_REPROF,
    RP_RESULT_FREQ,
    RP_RESULT_REPRISE_BED,
    RP_RESULT_REPRISE_MASKED,
    RP_RESULT_SUMMARY,
    RP_RESULT_REPORT,
    RP_N_RESULTS
} rp_result;

/* The commands that write results, as a set. */
enum { RP_FOR_FIND = 1, RP_FOR_ANNOTATE = 2 };

typedef struct rp_results {
    unsigned command;                   /* RP_FOR_... */
    const char *prefix;                 /* NULL: from the first input's name */
    const char *paths[RP_N_RESULTS];    /* NULL: PREFIX and the file's ending */
    bool off[RP_N_RESULTS];             /* by --no-... */
    bool on[RP_N_RESULTS];              /* for those that are written on request only */
    rp_file *files[RP_N_RESULTS];
} rp_results;

/* Appends the options of the command's results to a table; returns how many. */
size_t rp_results_options(rp_results *results, rp_option *table);

/* False: misuse, error filled in. */
bool rp_results_check(const rp_results *results, rp_error *error) RP_MUST_CHECK;

/* Opens all files before the work begins: a name that cannot be written, or is that of an input, is told at once.
 * The first input gives the prefix where none is set. */
bool rp_results_open(rp_results *results, const char *const *inputs, size_t n_inputs, rp_error *error) RP_MUST_CHECK;

/* The prefix of the results' names, to be freed; NULL: out of memory. */
char *rp_results_prefix(const rp_results *results, const char *input);

/* Whether any wanted result takes its name from the prefix. */
bool rp_results_use_prefix(const rp_results *results);

/* Renames all files, which are finished, to their names. */
bool rp_results_commit(rp_results *results, rp_error *error) RP_MUST_CHECK;

/* Frees the files; those that are not committed are removed. */
void rp_results_clear(rp_results *results);

#endif
