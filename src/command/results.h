/* results.h: the result files of a command: their options, names, and the way to disk. */
#ifndef RP_COMMAND_RESULTS_H
#define RP_COMMAND_RESULTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/file.h"
#include "base/targets.h"
#include "command/options.h"
#include "command/outcome.h"

/* In the order in which they are put in place. A new one: a name here, and its row in results.c. */
typedef enum rp_result {
    RP_RESULT_FAMILIES,
    RP_RESULT_OTHER,
    RP_RESULT_CANDIDATES,
    RP_RESULT_SPLIT,
    RP_RESULT_SUBFAMILIES,
    RP_RESULT_SEEDS,
    RP_RESULT_COPIES_FASTA,
    RP_RESULT_BED,
    RP_RESULT_OTHER_BED,
    RP_RESULT_CANDIDATES_BED,
    RP_RESULT_GFF3,
    RP_RESULT_OUT,
    RP_RESULT_TBL,
    RP_RESULT_DIVSUM,
    RP_RESULT_ALIGN,
    RP_RESULT_PAF,
    RP_RESULT_GTF,
    RP_RESULT_RMSK,
    RP_RESULT_RMSK_AS,
    RP_RESULT_COPIES_AS,
    RP_RESULT_CLASSES,
    RP_RESULT_COUNTS,
    RP_RESULT_TANDEM,
    RP_RESULT_SATELLITES,
    RP_RESULT_ARRAYS,
    RP_RESULT_TRF,
    RP_RESULT_MASKED,
    RP_RESULT_REPROF,
    RP_RESULT_FREQ,
    RP_RESULT_REPRISE_BED,
    RP_RESULT_REPRISE_MASKED,
    RP_RESULT_PAIRS,
    RP_RESULT_MULTIQC,
    RP_RESULT_MULTIQC_CLASSES,
    RP_RESULT_SUMMARY,
    RP_RESULT_REPORT,
    RP_N_RESULTS
} rp_result;

/* The commands that write results, as a set. */
enum { RP_FOR_FIND = 1, RP_FOR_ANNOTATE = 2 };

typedef struct rp_results {
    unsigned command;                   /* RP_FOR_... */
    const char *prefix;                 /* NULL: from the first input's name */
    const char *sample;                 /* NULL: the prefix's last part */
    bool overwrite;                     /* also results of another input under the input's name */
    const char *paths[RP_N_RESULTS];    /* NULL: PREFIX and the file's ending */
    bool off[RP_N_RESULTS];             /* by --no-... */
    bool on[RP_N_RESULTS];              /* for those that are written on request only */
    char *planned_prefix, *planned[RP_N_RESULTS]; /* planned: of those that are wanted */
    rp_targets targets;
    rp_file *files[RP_N_RESULTS];
} rp_results;

/* Appends the options of the command's results to a table; returns how many. */
size_t rp_results_options(rp_results *results, rp_option *table);

/* False: misuse, error filled in. */
bool rp_results_check(const rp_results *results, rp_error *error) RP_MUST_CHECK;

/* Finds the names of all wanted results; the input gives what is not named. They and the run's state have places apart,
 * and their folders are made. False: error filled in; targets.clash tells misuse. */
bool rp_results_plan(rp_results *results, const char *input, rp_error *error) RP_MUST_CHECK;

/* What the results are of, as the user calls it; of the planned prefix. */
const char *rp_results_sample(const rp_results *results);

/* Where the prefix is the input's name, which other inputs may have too: whether no results of another genome lie
 * there, as far as a summary tells. False: error filled in. */
bool rp_results_spare_others(const rp_results *results, const char *genome_digest, rp_error *error) RP_MUST_CHECK;

/* Opens all planned files before the work begins: a name that cannot be written is told at once. */
bool rp_results_open(rp_results *results, rp_error *error) RP_MUST_CHECK;

/* The prefix of the results' names, to be freed; NULL: out of memory. */
char *rp_results_prefix(const rp_results *results, const char *input);

/* What a name that is given for results stands for: a prefix, or a file whose name ends so by default. A folder (also
 * one that is to be made: "name/") and NULL, the working folder, take the input's name without its endings. To be
 * freed; NULL: out of memory. */
char *rp_output_prefix(const char *given, const char *input);
char *rp_output_name(const char *given, const char *input, const char *ending);

/* Whether any wanted result takes its name from the prefix. */
bool rp_results_use_prefix(const rp_results *results);

/* Writes all files, on outcome->n_threads, and puts them in place together. */
bool rp_results_write(rp_results *results, const rp_outcome *outcome, rp_error *error) RP_MUST_CHECK;

/* Frees the files and the plan; files that are not committed are removed, and folders that were made for them too
 * unless the run is `done`. */
void rp_results_clear(rp_results *results, bool done);

#endif
