/* class_names.h: the names that classes of repeats have in the conventions of the field, in one table.
 *
 * Inside the program a class is its RepeatMasker name ("LTR/Gypsy"), as a string. Libraries name classes in other ways;
 * rp_class_read understands those of RepeatMasker, Wicker et al. 2007 (RLG), EDTA (DNA/DTA, MITE/DTH), TEsorter and
 * REXdb (Class_I|LTR|Ty3/gypsy), Dfam (root;Interspersed_Repeat;...) and the Sequence Ontology
 * (Gypsy_LTR_retrotransposon). Writers ask for the name in the convention that the user wants. What the table does not
 * have stays as it was given.
 *
 * The strings belong to the table or to the caller; nothing is allocated. All functions are thread-safe.
 */
#ifndef RP_LIBRARY_CLASS_NAMES_H
#define RP_LIBRARY_CLASS_NAMES_H

#include <stdbool.h>

#include "base/error.h"

typedef enum rp_naming {
    RP_NAMING_REPEATMASKER,
    RP_NAMING_WICKER,
    RP_NAMING_SO,
    RP_NAMING_DFAM,
    RP_N_NAMINGS
} rp_naming;

/* The convention that an option's value names: repeatmasker, wicker, so, dfam. False: misuse, error filled in. */
bool rp_naming_parse(const char *text, rp_naming *naming, rp_error *error) RP_MUST_CHECK;

/* The RepeatMasker name of a class that is given in any convention, in any case of letters; lineages may go deeper than
 * the table does. `given` itself where it is not known. */
const char *rp_class_read(const char *given);

/* The name of a class (a RepeatMasker name) in a convention. A branch that the table does not have has the name of what
 * it branches off (DNA/hAT-hAT19: that of DNA/hAT); `class_name` itself where neither is known or the convention has no
 * name for it. */
const char *rp_class_as(const char *class_name, rp_naming naming);

/* For what must have a term: those of the class, of its order where the class is not known (LTR/Mine: of LTR), and of a
 * repeat of unknown kind where that is not known either. */
const char *rp_class_so_term(const char *class_name); /* "Gypsy_LTR_retrotransposon" */
const char *rp_class_so_id(const char *class_name); /* "SO:0002265" */
const char *rp_class_lineage(const char *class_name); /* Dfam's, without "root;" */

#endif
