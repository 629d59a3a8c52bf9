/* options.h: command-line options from one table: parsing, ranges, defaults, help. */
#ifndef RP_COMMAND_OPTIONS_H
#define RP_COMMAND_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include "base/error.h"
#include "base/memory.h"

typedef enum rp_option_kind {
    RP_OPTION_HEADING, /* help only */
    RP_OPTION_FLAG,    /* bool: true when given */
    RP_OPTION_NUMBER,  /* uint64_t, between min and max; K, M and G multiply by 10^3, 10^6, 10^9 */
    RP_OPTION_SHARE,   /* double, above 0 and up to 1 */
    RP_OPTION_SECONDS, /* double, above 0 */
    RP_OPTION_TEXT,    /* const char *, not empty */
    RP_OPTION_TEXTS,   /* rp_option_list: a value, not empty; the option may be given again */
    RP_OPTION_LIST     /* rp_option_list: the value and all operands behind it, up to the next option */
} rp_option_kind;

/* Borrowed words; the array is freed by its owner. */
RP_ARRAY(rp_option_list, const char *);

typedef struct rp_option {
    rp_option_kind kind;
    const char *name;    /* without the dashes; a heading's text */
    char letter;         /* short form; 0: none */
    const char *value;   /* name of the value in the help, for what takes one */
    void *target;        /* holds the default before parsing */
    uint64_t min, max;
    const char *help;    /* one sentence; the default is told in it */
    bool binds;          /* the families follow from it: a state is of one value, and no other goes on from it */
    bool tells;          /* other results follow from it. The summary tells of what binds and of what tells */
} rp_option;

/* Parses argv[1..]; operands are moved behind the options and *first_operand is the index of
 * the first. An option may be given once. False: misuse, error filled in. */
bool rp_options_parse(const rp_option *options, size_t n, int argc, char **argv, int *first_operand,
                      rp_error *error) RP_MUST_CHECK;

/* The values of the options that bind, by name with its dashes: an object. NULL: out of memory. */
json_t *rp_options_binding(const rp_option *options, size_t n) RP_MUST_CHECK;

/* The first of the n rows that does not bind and has another value than the same row of `defaults`, but for the one
 * with this target; NULL: there is none. */
const rp_option *rp_options_other(const rp_option *table, const rp_option *defaults, size_t n, const void *but);

/* Sets the options that bind to such values. False: one is not there, or is none of its kind. */
bool rp_options_take_binding(const rp_option *options, size_t n, const json_t *values) RP_MUST_CHECK;

/* The values of the options that results follow from, as the summary has them: an object, in the order of the table, by
 * name with _ for -. A flag --no-NAME is there as NAME, turned round. NULL: out of memory. */
json_t *rp_options_describe(const rp_option *options, size_t n) RP_MUST_CHECK;

/* Prints the table as help text. */
void rp_options_print(const rp_option *options, size_t n, FILE *to);

/* Whether a text can stand at the front of families' names (NULL: there is none): it has no blanks, control characters
 * and '#', does not begin with '>', and has at most 64 bytes. False: misuse, error filled in. */
bool rp_name_prefix_check(const char *prefix, rp_error *error) RP_MUST_CHECK;

/* The option --device. Its value is for rp_device_choice_parse (device/devices.h). */
rp_option rp_device_option(const char **value);

/* The options of commands that keep their state in PREFIX.reprise. */
rp_option rp_interval_option(double *seconds);
rp_option rp_no_checkpoint_option(bool *off);
rp_option rp_restart_option(bool *restart);
rp_option rp_checkpoint_dir_option(const char **folder);

/* Whether the last three go together. False: misuse, error filled in. */
bool rp_checkpoint_options_check(bool off, bool restart, const char *folder, rp_error *error) RP_MUST_CHECK;

#endif
