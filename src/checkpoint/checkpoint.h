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
 * - the library of --known: its sequences, by their digest, which stands in place of the file's name;
 * - the library of --classify-with: read anew by each run, and looked at after the last state.
 */
#ifndef RP_CHECKPOINT_CHECKPOINT_H
#define RP_CHECKPOINT_CHECKPOINT_H

#include "checkpoint/frame.h"
#include "checkpoint/state.h"

/* What a state is bound to. */
typedef struct rp_run_binding {
    char *parameters;             /* the program's code and the options that the families follow from, as text */
    char digest[33];              /* of the genome */
    char mask_digest[33];         /* of its lower case; empty: that is not respected */
    uint64_t genome_bp;
    uint32_t k;                   /* of the first pass */
} rp_run_binding;

typedef struct rp_checkpoint {
    rp_run_binding binding;
    rp_run_state state;
} rp_checkpoint;

/* Writes a checkpoint beside the path, as all result files are written: it is in place when the file has been finished
 * and committed, and the one before it stays until then. NULL: error filled in. */
rp_file *rp_checkpoint_write(const rp_run_binding *binding, const rp_run_state *state, const char *path,
                             rp_error *error) RP_MUST_CHECK;

/* Reads a checkpoint; only one that was read is to be cleared. */
rp_checkpoint_status rp_checkpoint_read(rp_checkpoint *checkpoint, const char *path, rp_error *error) RP_MUST_CHECK;
void rp_checkpoint_clear(rp_checkpoint *checkpoint);

#endif
