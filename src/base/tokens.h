/* tokens.h: a fixed number of tokens; who holds one may use a processor, or read. */
#ifndef RP_BASE_TOKENS_H
#define RP_BASE_TOKENS_H

#include <pthread.h>
#include <stdint.h>

#include "base/error.h"
#include "base/metrics.h"

typedef struct rp_tokens {
    pthread_mutex_t lock;
    pthread_cond_t returned;
    int n_free;               /* below 0: some in use are to go out of use; guarded by lock */
    uint64_t waited_ns;       /* all waits together; guarded by lock */
    rp_gauge gauge;           /* shows the free ones, */
    rp_histogram histogram;   /* and this the waits */
} rp_tokens;

bool rp_tokens_init(rp_tokens *tokens, unsigned n, rp_gauge gauge, rp_histogram histogram) RP_MUST_CHECK;
void rp_tokens_clear(rp_tokens *tokens);
void rp_tokens_take(rp_tokens *tokens); /* waits for one */
void rp_tokens_give(rp_tokens *tokens);

/* Adds tokens, or takes some out of use: at once where they are free, else as they are given back. Does not wait. At
 * least one must be left in use. */
void rp_tokens_resize(rp_tokens *tokens, int by);

/* Gives back the token that this thread holds, for the time of a wait; returns where it is to be
 * taken again, NULL: it held none. */
rp_tokens *rp_tokens_lend(void);

#endif
