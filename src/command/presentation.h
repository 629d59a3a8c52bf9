/* presentation.h: the options that say how results are written, alike in find, annotate and gather. */
#ifndef RP_COMMAND_PRESENTATION_H
#define RP_COMMAND_PRESENTATION_H

#include "command/options.h"
#include "library/class_names.h"

typedef struct rp_presentation {
    bool hard_mask, mask_tandem;
    const char *protect, *class_names;
    uint64_t flank;             /* beside the copies in FASTA */
    double mutation_rate;       /* 0: not given */
    rp_naming naming;           /* of class_names, by rp_presentation_check */
} rp_presentation;

rp_presentation rp_presentation_defaults(void);

/* Puts the rows into the table; returns how many. */
size_t rp_presentation_rows(rp_presentation *presentation, rp_option *table);

/* Judges the options. False: misuse, error filled in. */
bool rp_presentation_check(rp_presentation *presentation, rp_error *error) RP_MUST_CHECK;

#endif
