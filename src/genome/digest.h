/* digest.h: what tells one genome from another: indexes and states are bound to it. */
#ifndef RP_GENOME_DIGEST_H
#define RP_GENOME_DIGEST_H

#include <stdbool.h>

#include "base/error.h"
#include "genome/genome.h"

/* Sets the genome's digest; the same for any number of threads. */
bool rp_digest_make(rp_genome *genome, unsigned n_threads, rp_error *error) RP_MUST_CHECK;

/* Sets its mask_digest: results that respect the mask follow from it too. */
bool rp_digest_make_mask(rp_genome *genome, rp_error *error) RP_MUST_CHECK;

#endif
