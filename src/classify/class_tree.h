/* class_tree.h: which class of transposons is part of which.
 *
 * Names are RepeatMasker's, as library/class_names.h has them. The tree has the orders (LTR, LINE, DNA, ...), below
 * them the superfamilies, and below these the clades that RepeatMasker has names for.
 */
#ifndef RP_CLASSIFY_CLASS_TREE_H
#define RP_CLASSIFY_CLASS_TREE_H

#include <stdbool.h>

/* The class of that name, or, for a name whose clade is not known here, its superfamily or order; NULL: none. */
const char *rp_class_known(const char *name);

/* The deepest class that both are part of; NULL: they have nothing in common. All retroelements have a root, which is
 * no class that a family is given: rp_class_is_given. */
const char *rp_class_common(const char *a, const char *b);

/* Whether b is a or part of it. */
bool rp_class_contains(const char *a, const char *b);

/* Whether one of them is the other, or part of it. */
bool rp_classes_agree(const char *a, const char *b);

/* Whether it is a class that a family may be given. */
bool rp_class_is_given(const char *name);

/* Its order: "LTR" of "LTR/Copia". */
const char *rp_class_order(const char *name);

/* What a profile stands for, by its name and accession ("": none): a class of the tree, or NULL where it is no domain
 * of transposons; and the domain's name, which is cut to `size` bytes. Understood are
 *   CLASS:DOMAIN               "LTR/Copia:RT", the profiles of data/
 *   REXdb                      "Class_I/LTR/Ty1_copia/Ale:Ty1-RT", and what else library/class_names.h reads
 *   GyDB                       "RT_athila"
 *   Pfam                       accessions of families that are domains of transposons, "PF07727.17"
 */
const char *rp_class_of_profile(const char *name, const char *accession, char *domain, unsigned size);

#endif
