/* findings.h: what a run found, as the writers see it. */
#ifndef RP_COPIES_FINDINGS_H
#define RP_COPIES_FINDINGS_H

#include <stddef.h>
#include <stdint.h>

#include "base/codes.h"
#include "base/error.h"
#include "copies/annotate.h"
#include "copies/called_copies.h"
#include "copies/domains.h"
#include "copies/traits.h"
#include "genome/genome.h"
#include "genome/view.h"
#include "index/duplicates.h"
#include "library/class_names.h"
#include "library/family_file.h"

#define RP_CLASS_UNKNOWN "Unknown"

/* By what a family is kin to another one (classify/kin.h). */
typedef enum rp_kin_sign { RP_KIN_NONE, RP_KIN_ENDS, RP_KIN_PIECE, RP_KIN_PARTS, RP_N_KIN_SIGNS } rp_kin_sign;

extern const char *const rp_kin_sign_name[RP_N_KIN_SIGNS]; /* "ends" */

typedef struct rp_kinship {
    const struct rp_found_family *of; /* whose class the family has taken; borrowed; NULL: none */
    rp_kin_sign sign;
    uint32_t bp;                 /* of the family, that are alike; 0 with RP_KIN_PARTS, whose names tell it */
    float identity;              /* percent */
    bool is_torn;                /* it has kin that contradict each other, and no class by them */
} rp_kinship;

/* A family with its figures. */
typedef struct rp_found_family {
    char *name;                  /* without the class */
    char *class_name;            /* RepeatMasker's (library/class_names.h): "LTR/Copia" */
    char *like;                  /* the known family that gave the class: name:identity:share; NULL: none */
    const rp_codes *consensus;
    size_t source;               /* index of the consensus among those that were given */
    bool is_known;               /* it was given, and not looked for: no part of the library that was found */
    uint64_t n_copies, bases;    /* bases: genome bases that its copies hold */
    double divergence;           /* percent, mean over its copies' bases */
    size_t *parts;               /* indices into findings->parts, in genome order */
    size_t n_parts;
    uint64_t n_ltr_pairs;        /* copies whose two LTRs tell their age; ltr_distance: the mean of theirs */
    double ltr_distance;
    uint64_t n_of_kind[RP_N_COPY_KINDS]; /* copies of each kind; all zero until rp_kinds_find has told them */
    uint64_t n_nested, n_hosts; /* copies that lie in another copy; copies in which others lie; zero until then, too */
    rp_decoy_figures decoy; /* all zero without a decoy */
    rp_traits traits; /* all zero until rp_classify has filled them in */
    const rp_domain *domains; /* of proteins, n_domains of them; borrowed from who looked for them */
    size_t n_domains;
    rp_kinship kin;
    const char *hint; /* the class that they speak for; NULL until then */
    size_t satellite; /* of another repeat: 1 + the satellite that it is of; 0: of none */
} rp_found_family;

/* Families that were known before, in all. */
typedef struct rp_known_figures {
    const char *digest; /* of their sequences; borrowed; NULL: none were given */
    size_t n_given; /* with those that have no copies */
    uint64_t duplicated_bp; /* of their copies, in long stretches that stand earlier in the genome, too */
} rp_known_figures;

typedef struct rp_findings {
    const rp_genome *genome;
    const rp_band_kernel *kernel;
    const rp_row_store *rows; /* of the parts: row_reader.h */
    rp_found_family *families;
    size_t n_families;
    rp_parts parts; /* their family is an index into families */
    rp_called_copies copies; /* by number; empty until rp_kinds_find has told them (classify/kinds.h) */
    rp_intervals tandem; /* tandem repeats: satellites and simple repeats */
    uint64_t masked_bp; /* genome bases in copies */
    const rp_bitmask *unmasked; /* bases that the masked genome has as they came; NULL: none. The caller's */
    bool has_decoy; /* false bases were measured */
    double mutation_rate; /* changes at a site in a year, for ages; 0: not known */
    rp_naming naming; /* of classes, in what is written; zeroed: RepeatMasker's */
    const rp_duplicates *duplicates; /* long ones of the genome; borrowed; NULL: they were not looked for */
    rp_known_figures known;
    const struct rp_duplications *duplications; /* classify/duplications.h; borrowed; NULL: they were not looked for */
    const struct rp_satellites *satellites; /* satellite/satellites.h; borrowed; NULL: they were not looked for */
} rp_findings;

/* Takes the parts (their family is an index into consensus) and the families that have any,
 * ordered by bases, named R1, R2, ... after `letter`, of class Unknown. The consensus arrays must
 * outlive the findings. False: out of memory. */
bool rp_findings_init(rp_findings *findings, const rp_genome *genome, const rp_codes *const *consensus,
                      size_t n_consensus, char letter, rp_parts *parts) RP_MUST_CHECK;

/* Names the families that have such names, and are not known, R<first>, ... (or another letter). False: out of
 * memory. */
bool rp_findings_number_from(rp_findings *findings, uint64_t first, char letter) RP_MUST_CHECK;

/* Puts a prefix before the names of all families that are not known. False: out of memory. */
bool rp_findings_prefix_names(rp_findings *findings, const char *prefix) RP_MUST_CHECK;

/* Appends a family that has no parts, with a copy of the traits. */
bool rp_findings_add(rp_findings *findings, const char *name, const char *class_name, const rp_codes *consensus,
                     uint64_t n_copies, uint64_t bases, const rp_traits *traits) RP_MUST_CHECK;

/* Puts the families of a library that have parts (their family is an index into the library), with their figures
 * against the decoy, behind those that there are, and the parts between theirs: copies are numbered anew. Families
 * move. False: error filled in. */
bool rp_findings_add_known(rp_findings *findings, const rp_family_file *library, const rp_decoy_figures *figures,
                           const rp_parts *parts, unsigned n_threads, rp_error *error) RP_MUST_CHECK;

/* Families that were found: those before the known ones. */
size_t rp_findings_n_found(const rp_findings *findings);

/* Gives the families their figures against the decoy, one entry a consensus. */
void rp_findings_take_decoy(rp_findings *findings, const rp_decoy_figures *figures);

/* Genome bases of the copies that are expected to be false, by the decoy; at most all of them. */
uint64_t rp_findings_false_bp(const rp_findings *findings);

/* Gives a family a class; the text is copied. False: out of memory, and it has the one that it had. */
bool rp_found_family_set_class(rp_found_family *family, const char *class_name) RP_MUST_CHECK;

/* Gives the families the classes and traits that those of the same source have in `from`. */
bool rp_findings_take_traits(rp_findings *findings, const rp_findings *from) RP_MUST_CHECK;

/* The same for a library with names: all of its families, in its order, with their classes as RepeatMasker names
 * them. */
bool rp_findings_init_named(rp_findings *findings, const rp_genome *genome, const rp_family_file *library,
                            rp_parts *parts) RP_MUST_CHECK;

/* The family's class as results name it. */
const char *rp_findings_class(const rp_findings *findings, const rp_found_family *family);

void rp_findings_clear(rp_findings *findings);

/* Name of the contig that holds a position (its first word) and the position within it. */
typedef struct rp_locus {
    const char *name;
    int name_length;
    uint64_t position;
    uint64_t contig_bp;
} rp_locus;

rp_locus rp_findings_locus(const rp_findings *findings, uint64_t position);

#endif
