/* discover.h: from the k-mer index to families: producer, channel, workers, committer.
 *
 * One producer sends seeds, from frequent to rare, as batches through the channel. Workers
 * look up their places and prescreen them; for those that pass they claim the regions and
 * grow a family, of which those who are idle take parts. Results are committed in the order of the batches
 * (base/order.h). The families are a function of the genome, the index and the seed
 * limits alone: not of threads, the channel's capacity or timing.
 */
#ifndef RP_DISCOVER_DISCOVER_H
#define RP_DISCOVER_DISCOVER_H

#include <stdint.h>

#include "base/error.h"
#include "base/keep_hook.h"
#include "base/tokens.h"
#include "channel/ring.h"
#include "genome/cover.h"
#include "family/library.h"
#include "discover/pairs.h"
#include "produce/seeds.h"

/* How far a pass has come, between two commits: with the library, all that it takes to go on. */
typedef struct rp_discover_state {
    bool under_way;               /* there is something to go on from; else only the figures count */
    uint32_t tier;                /* of seeds, that is under way */
    uint64_t n_families_at_tier;  /* in the library when the tier began */
    uint64_t n_seed_words;        /* used seeds: 64 in a word, by id */
    const uint64_t *used_seeds;
    uint64_t n_pairs, n_rejected, n_failed, n_tandem; /* of the figures */
} rp_discover_state;

typedef struct rp_discover_parameters {
    unsigned n_threads;
    uint64_t channel_capacity;    /* candidate pairs */
    double backpressure;
    uint64_t max_candidates;      /* pairs; 0: no limit */
    uint32_t extension_length_bp; /* what a claim takes on either side of a place */
    rp_seed_limits seed_limits;
    /* Consumers of the channel, all with the same n_threads tokens; both 0: n_threads CPU workers. */
    unsigned n_cpu_workers;
    unsigned n_device_workers;    /* whose work a device does */
    const rp_band_kernel *kernel, *device_kernel;
    uint32_t max_extension_bp;    /* by which one growth lengthens one end */
    rp_pairs *pairs;                   /* has the pairs of every seed that has its turn; NULL: nobody wants them */
    unsigned pass;                     /* number of the pass in them */
    /* Called by the committer now and then, when it is time to, while nothing is committed; and by a cancelled pass
     * when its workers have stopped. */
    rp_keep_hook hook;
    /* To go on from, if it is under way, and for the hook. NULL: from the start, without a hook. The library holds the
     * families of then; the cover, those of earlier passes: the first n_covered of them, resumed or not. */
    rp_discover_state *state;
    uint64_t n_covered;
} rp_discover_parameters;

typedef struct rp_discover_figures {
    uint64_t n_seeds; /* k-mers frequent enough at the start */
    uint64_t n_pairs; /* candidate pairs of the seeds that were looked at */
    uint64_t n_rejected; /* by the prescreen */
    uint64_t n_failed; /* grew, but made no family */
    uint64_t n_tandem; /* families that are tandem repeats */
    /* of this run, not of the result: */
    uint64_t n_gone; /* batches whose places were covered by then */
    uint64_t n_deferred; /* batches put down for a later turn */
    uint64_t n_batches, n_redone, n_parked;
    uint64_t batches_by[2], pairs_by[2]; /* worked on by CPU workers and by device workers, those done twice included */
    uint64_t cells;
    uint64_t token_wait_ns;
    uint64_t claims_left; /* claims not given back: always 0 */
    rp_ring_figures ring;
} rp_discover_figures;

/* Appends the families to *library and covers their copies in *cover. `view` shows the
 * genome under that cover. */
bool rp_discover(const rp_view *view, const rp_kmer_index *index, rp_cover *cover,
                 const rp_discover_parameters *parameters, rp_library *library, rp_discover_figures *figures,
                 rp_error *error) RP_MUST_CHECK;

#endif
