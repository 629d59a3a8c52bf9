/* polish.h: a last round of refinement from the copies that the scan has found.
 *
 * The scan of the whole genome (scan.h) sees more copies of old families than the search, which
 * goes by longer words. With them each consensus is voted and trimmed once more and grows on
 * where copies reach its ends.
 */
#ifndef RP_COPIES_POLISH_H
#define RP_COPIES_POLISH_H

#include "base/keep_hook.h"
#include "copies/annotate.h"
#include "family/library.h"
#include "index/kmer_index.h"

/* How far polishing is, between two rounds: with the library, all that it takes to go on. */
typedef struct rp_polish_state {
    unsigned round;          /* the next one */
    const size_t *active;    /* families in the library that it polishes */
    size_t n_active;
    rp_intervals resting;    /* bases of families that are not polished any more */
} rp_polish_state;

typedef struct rp_polish_parameters {
    unsigned n_threads;
    const rp_band_kernel *kernel;
    uint32_t max_extension_bp;
    unsigned n_rounds;
    bool apart;              /* each family by itself: others neither compete for copies nor stop growth */
    rp_keep_hook hook;       /* called after each round but the last */
    rp_polish_state *state;  /* to go on from, and for the hook; NULL: from the start, without a hook */
} rp_polish_parameters;

/* Polishes the consensus of library->items[source[f]] for the n families, in at most n_rounds: the
 * first looks for the copies of all, a further one of those that the one before has lengthened. A consensus that runs
 * into another element is cut there in the first round (library/chimera.h), one that has grown into duplicated
 * sequence in each, and in one more that does nothing else (copies/independent.h): what is cut off becomes families at
 * the library's end, whose items may move, and is looked at in the next round. `view` shows the whole genome. The
 * families' copies are gone afterwards. */
bool rp_polish(const rp_view *view, const rp_kmer_index *index, const size_t *source, size_t n,
               const rp_annotate_parameters *annotate, const rp_polish_parameters *parameters, rp_library *library,
               rp_error *error) RP_MUST_CHECK;

#endif
