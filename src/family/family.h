/* family.h: builds one repeat family from the places of a seed. */
#ifndef RP_FAMILY_FAMILY_H
#define RP_FAMILY_FAMILY_H

#include <stddef.h>
#include <stdint.h>

#include "align/band.h"
#include "base/error.h"
#include "base/codes.h"
#include "family/recruit.h"
#include "genome/reads.h"
#include "genome/view.h"
#include "index/kmer_index.h"

enum { RP_FAMILY_MIN_BP = 60, RP_FAMILY_MIN_COPIES = 3 };

/* A k-mer and how often it stood in what was not yet covered. */
typedef struct rp_seed {
    uint64_t kmer;      /* first base in the highest bits */
    uint32_t k, count;
} rp_seed;

typedef struct rp_family {
    rp_codes consensus;
    rp_copies copies;   /* in genome order */
    bool is_void;       /* given up half done: whoever watched it said so */
    bool tandem;        /* a satellite or another tandem repeat: masked, but no family */
    rp_seed seed;       /* that it was grown from */
} rp_family;

void rp_family_clear(rp_family *family);

/* Whether the family has the length and the copies to be one. */
bool rp_family_holds(const rp_family *family);

typedef struct rp_builder rp_builder;

/* The scratch of one thread. No growth adds more than max_extension_bp (0:
 * RP_GROW_MAX_BP) to one end at a time. NULL: out of memory. */
rp_builder *rp_builder_create(const rp_band_kernel *kernel, uint32_t max_extension_bp) RP_MUST_CHECK;
void rp_builder_destroy(rp_builder *builder);

/* From now on the members of a crew, who have one of these n builders each, take parts of what is long for another's.
 * `extenders` has room for n; it is filled in, and must outlive the builders. The same families come out. */
void rp_builders_share(rp_builder *const *builders, unsigned n, rp_crew *crew, rp_extender **extenders);

/* Is asked now and then whether what is being grown is of no use any more: then the family is void. NULL: nobody is. */
typedef bool rp_void_function(void *context);
void rp_builder_watch(rp_builder *builder, rp_void_function *is_void, void *context);

/* The parts of a builder, for who needs one of them alone. */
rp_recruiter *rp_builder_recruiter(rp_builder *builder);
struct rp_voter *rp_builder_voter(rp_builder *builder);
uint64_t rp_builder_cells(const rp_builder *builder);

/* One builder for each of n threads, each made by its thread when it first needs it. */
typedef struct rp_builders {
    rp_builder **items; /* by thread; NULL: has none yet */
    unsigned n;
    const rp_band_kernel *kernel;
    uint32_t max_extension_bp;
    rp_extender **extenders; /* of all, where they are a crew's */
} rp_builders;

/* False: out of memory. The caller clears the builders in any case. */
bool rp_builders_init(rp_builders *builders, unsigned n_threads, const rp_band_kernel *kernel,
                      uint32_t max_extension_bp) RP_MUST_CHECK;
/* Makes all builders, and has them take parts of what is long for another's: rp_builders_share. Where a device takes
 * their work each stays by itself. */
bool rp_builders_join(rp_builders *builders, rp_crew *crew, rp_error *error) RP_MUST_CHECK;
/* The builder of the calling thread, whose number this is. NULL: out of memory. */
rp_builder *rp_builders_of(rp_builders *builders, unsigned thread) RP_MUST_CHECK;
uint64_t rp_builders_cells(const rp_builders *builders); /* of all; no thread is at work */
void rp_builders_clear(rp_builders *builders);

/* Grows a family from a seed: growth both ways, then rounds of recruitment, vote, trim and
 * growth. The family may turn out not to hold. Notes in `reads` (or NULL) what the result
 * relies on. False, here and below: out of memory, or the run is to end; rp_error_memory tells which. */
bool rp_family_grow(rp_builder *builder, const rp_view *view, const rp_kmer_index *index, uint64_t kmer,
                    const rp_place *places, size_t n_places, rp_family *family, rp_reads *reads) RP_MUST_CHECK;

/* Votes and trims a family whose copies are given, as alignments under the view `aligned` (their
 * query 0 or 1), and grows its ends under the view `growing`. The copies do not fit the consensus
 * afterwards. A family with too few copies stays as it is; one that runs into a tandem repeat is none for that. */
bool rp_family_regrow(rp_builder *builder, const rp_view *aligned, const rp_view *growing, const rp_kmer_index *index,
                      rp_family *family) RP_MUST_CHECK;

/* Cuts the consensus to [begin, end), votes and trims it anew with the copies that are given as for
 * rp_family_regrow, and sets its ends. It is not grown. */
bool rp_family_cut(rp_builder *builder, const rp_view *aligned, uint32_t begin, uint32_t end,
                   rp_family *family) RP_MUST_CHECK;

/* Refines a family whose consensus is given, with at most n_rounds of growth. */
bool rp_family_refine(rp_builder *builder, const rp_view *view, const rp_kmer_index *index, unsigned n_rounds,
                      rp_family *family, rp_reads *reads) RP_MUST_CHECK;

#endif
