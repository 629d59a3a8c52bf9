/* annotate.h: every copy of every family over the whole genome.
 *
 * All alignments of the library are found (copies/scan.h); where they overlap the best keeps
 * the bases; what is left of the others are parts, and parts of one insertion are linked.
 */
#ifndef RP_COPIES_ANNOTATE_H
#define RP_COPIES_ANNOTATE_H

#include <stddef.h>
#include <stdint.h>

#include "align/band.h"
#include "base/codes.h"
#include "base/error.h"
#include "copies/decoy.h"
#include "copies/part_rows.h"
#include "copies/row_store.h"
#include "copies/scan.h"
#include "genome/view.h"

/* Alignments that a whole genome may give by chance (expected_by_chance): few where families of this genome are built
 * from their copies, more where the copies of a known library are looked for. */
#define RP_CHANCE_FOUND 0.01
#define RP_CHANCE_KNOWN 0.1

/* Blocks of the genome of which one is scanned backwards for a known library: nearly all of the time goes to words that
 * meet by chance. */
enum { RP_DECOY_ONE_IN_KNOWN = 4 };

/* How hard copies are looked for. */
typedef enum rp_annotate_manner {
    RP_ANNOTATE_FOUND, /* with the families that were found in this genome */
    RP_ANNOTATE_FAST, /* with any library, in which a family may stand in many versions */
    RP_ANNOTATE_SENSITIVE, /* the same with shorter words and weaker hits; twice the time */
    RP_N_ANNOTATE_MANNERS
} rp_annotate_manner;

/* What the scans of genome and decoy have found, and how far they are, for who has them done in shares, or in several
 * runs. Zeroed at first, but for shares and hooks. */
typedef struct rp_kept_scan {
    rp_scan_progress progress;
    rp_alignment_store found;
} rp_kept_scan;

typedef struct rp_kept_scans {
    rp_kept_scan genome, decoy;
    bool are_done; /* all of their share */
} rp_kept_scans;

void rp_kept_scans_clear(rp_kept_scans *scans);

typedef struct rp_annotate_parameters {
    unsigned n_threads;
    const rp_band_kernel *kernel;
    double expected_by_chance; /* alignments that a random genome and library of these sizes may give */
    uint64_t search_space_bp; /* the genome's size, for that and for the words; 0: the bases that it has */
    uint32_t min_copies; /* families with fewer copies get none: others may have their bases */
    rp_annotate_manner manner;
    bool apart; /* families do not compete: each has all of its copies */
    uint32_t decoy_one_in; /* one in so many blocks of the genome, read backwards (copies/decoy.h), give each
                                      * family its threshold; 0: all have the same */
    bool keeps_chance; /* families that cannot be told from the decoy have copies: the caller judges them */
    const rp_bitmask *taken; /* bases that others have: parts leave them out, and alignments most of whose bases
                                      * they are do not count. NULL: none */
    rp_kept_scans *kept; /* what is found already, which the annotation takes over; NULL: nothing */
    rp_row_store *rows; /* takes the rows of all parts, and outlives the annotation. NULL: parts are not
                                      * traced: no counts and divergence, clipped ends in proportion */
} rp_annotate_parameters;

typedef struct rp_annotation rp_annotation;

/* Brings the scans of parameters->kept to the end of their shares. Also where that fails, cancelled or not, they hold
 * what was found up to then, and can be gone on with. */
bool rp_annotate_scan(const rp_view *view, const rp_codes *const *consensus, size_t n_families,
                      const rp_annotate_parameters *parameters, rp_error *error) RP_MUST_CHECK;

/* The stretch of the genome that holds all that a share's scans of genome and decoy look at; the whole for the whole.
 * False: out of memory. */
bool rp_annotate_stretch(const rp_genome *genome, uint32_t decoy_one_in, const rp_share *share,
                         rp_interval *stretch) RP_MUST_CHECK;

/* Finds all alignments, or those that parameters->kept, whose shares are the whole, lacks yet. `view` shows the whole
 * genome; its `excluded` bases give no word hits. View and consensus sequences must outlive the annotation. NULL: error
 * filled in. */
rp_annotation *rp_annotation_create(const rp_view *view, const rp_codes *const *consensus, size_t n_families,
                                    const rp_annotate_parameters *parameters, rp_error *error) RP_MUST_CHECK;
void rp_annotation_destroy(rp_annotation *annotation); /* NULL is legal */

/* How the families stand against the decoy, one entry each. Without a decoy: all false_bp are 0. */
const rp_decoy_figures *rp_annotation_decoy(const rp_annotation *annotation);

/* Makes the parts, in genome order, numbered by copy in that order. Families that are left_out
 * (one entry a family; NULL: none) get none. Thread count does not change the result. May be
 * called again to leave families out: those that had too few copies in the first call get
 * none, and no further ones are dropped; alignments that were traced in the first call are not traced again. */
bool rp_annotation_place(rp_annotation *annotation, const uint8_t *left_out, rp_parts *parts,
                         rp_error *error) RP_MUST_CHECK;

/* All of that in one. */
bool rp_annotate(const rp_view *view, const rp_codes *const *consensus, size_t n_families,
                 const rp_annotate_parameters *parameters, rp_parts *parts, rp_error *error) RP_MUST_CHECK;

#endif
