/* presentation.c: how results are written; see presentation.h. */
#include "command/presentation.h"

#include <string.h>

rp_presentation rp_presentation_defaults(void)
{
    return (rp_presentation){.class_names = "repeatmasker"};
}

size_t rp_presentation_rows(rp_presentation *o, rp_option *table)
{
    const rp_option rows[] = {
        {RP_OPTION_FLAG, "hard-mask", 0, NULL, &o->hard_mask, 0, 0, "mask with N instead of lower case", .tells = true},
        {RP_OPTION_FLAG, "mask-tandem", 0, NULL, &o->mask_tandem, 0, 0, "mask tandem repeats too", .tells = true},
        {RP_OPTION_TEXT, "protect", 0, "FILE", &o->protect, 0, 0,
         "intervals, BED or GFF3, that the masked genome has as they came", .tells = true},
        {RP_OPTION_NUMBER, "flank", 0, "N", &o->flank, 0, 1000000,
         "bases on either side of copies in --copies-fasta [0]", .tells = true},
        {RP_OPTION_SHARE, "mutation-rate", 0, "R", &o->mutation_rate, 0, 0,
         "changes at a site in a year, for the ages of LTR elements [none: no ages]", .tells = true},
        {RP_OPTION_TEXT, "class-names", 0, "NAMES", &o->class_names, 0, 0,
         "names of classes: repeatmasker, wicker (codes), so (Sequence Ontology), dfam (lineages) [repeatmasker]",
         .tells = true},
    };
    memcpy(table, rows, sizeof rows);
    return sizeof rows / sizeof rows[0];
}

bool rp_presentation_check(rp_presentation *presentation, rp_error *error)
{
    return rp_naming_parse(presentation->class_names, &presentation->naming, error);
}
