/* checkpoint.h: the state of a run of find as a file, to go on from after an interruption.
 *
 * The file is versioned and checksummed, and names the genome and the parameters that it belongs to.
 * Its numbers are checked before they are used: a checksum does not tell who has made a file. What a
 * run makes anew from its input (genome, masks, index) is not in it.
 *
 * Whatever a state follows from is bound or shows nowhere in it:
 * - the genome's digest: names, lengths and order of contigs, A, C, G and T, and which bases are none of these.
 *   Which IUPAC code one is, U for T, quality lines, line lengths and files' names and boundaries are gone once it
 *   is read;
 * - lower case: a digest of its own, where it is respected; else nothing reads it;
 * - the code: base/code.h, with the version;
 * - options: those whose row in the table says that they bind (command/options.h). The others act on what follows
 *   the last state (copies, classes, results), or only on how the work is done;
 * - an index file: itself bound to the genome, the lower case and the code, so that it equals the one that would be
 *   made;
 * - the library of --classify-with: read anew by each run, and looked at after the last state.
 */
#ifndef RP_CHECKPOINT_CHECKPOINT_H
#define RP_CHECKPOINT_CHECKPOINT_H

#include "base/file.h"
#include "copies/polish.h"
#include "discover/discover.h"
#include "library/join.h"

/* The stage to go on with. */
typedef enum rp_mark { RP_MARK_GROW, RP_MARK_GROW_REST, RP_MARK_JOIN, RP_MARK_POLISH, RP_MARK_COPIES, RP_N_MARKS } rp_mark;

typedef struct rp_checkpoint {
    /* what it is bound to: */
    char *parameters;             /* the program's code and the options that the families follow from, as text */
    char digest[33];              /* of the genome */
    char mask_digest[33];         /* of its lower case; empty: that is not respected */
    uint64_t genome_bp;
    uint32_t k;                   /* of the first pass */
    /* what has been done: */
    rp_mark mark;
    rp_library library;
    rp_discover_state passes[2];  /* used_seeds: only of the pass that is under way */
    bool in_pass;                 /* that pass has begun: passes[mark] is to go on from */
    uint64_t n_seeds[2];          /* figures of the passes */
    uint64_t n_first_pass;        /* families after the first pass */
    uint32_t join_pass;           /* the next one */
    rp_join_figures joined;
    uint64_t n_derived;
    rp_intervals cover;           /* RP_MARK_JOIN */
    size_t *source;               /* from RP_MARK_POLISH on: families that are listed, */
    size_t n_source;
    size_t n_before;              /* the library's size when polishing began, */
    rp_polish_state polish;       /* and how far that is */
} rp_checkpoint;

/* Writes the checkpoint beside the path, as all result files are written: it is in place when the file has been finished and
 * committed, and the one before it stays until then. NULL: error filled in. */
rp_file *rp_checkpoint_write(const rp_checkpoint *checkpoint, const char *path, rp_error *error) RP_MUST_CHECK;

typedef enum rp_checkpoint_status {
    RP_CHECKPOINT_READ,
    RP_CHECKPOINT_FAILED,     /* cannot be read now: error filled in */
    RP_CHECKPOINT_DAMAGED,    /* is not to be trusted: error tells why */
    RP_CHECKPOINT_OTHER       /* of another version of the format or another kind of machine: error tells */
} rp_checkpoint_status;

/* Reads a checkpoint; only one that was read is to be cleared. */
rp_checkpoint_status rp_checkpoint_read(rp_checkpoint *checkpoint, const char *path, rp_error *error) RP_MUST_CHECK;
void rp_checkpoint_clear(rp_checkpoint *checkpoint);

#endif
