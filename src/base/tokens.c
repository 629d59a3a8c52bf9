/* tokens.c: CPU tokens; see tokens.h. */
#include "base/tokens.h"
#include "base/clock.h"

#include <time.h>

static _Thread_local rp_tokens *held; /* whose token this thread has */

/* Under the lock. */
static void show_free(const rp_tokens *tokens)
{
    rp_gauge_set(tokens->gauge, tokens->n_free > 0 ? tokens->n_free : 0);
}

bool rp_tokens_init(rp_tokens *tokens, unsigned n, rp_gauge gauge, rp_histogram histogram)
{
    *tokens = (rp_tokens){.n_free = (int)n, .gauge = gauge, .histogram = histogram};
    show_free(tokens);
    if (pthread_mutex_init(&tokens->lock, NULL) != 0)
        return false;
    if (pthread_cond_init(&tokens->returned, NULL) == 0)
        return true;
    (void)pthread_mutex_destroy(&tokens->lock);
    return false;
}

void rp_tokens_clear(rp_tokens *tokens)
{
    (void)pthread_cond_destroy(&tokens->returned);
    (void)pthread_mutex_destroy(&tokens->lock);
    rp_gauge_rest(tokens->gauge);
}

void rp_tokens_take(rp_tokens *tokens)
{
    (void)pthread_mutex_lock(&tokens->lock);
    if (tokens->n_free <= 0) {
        const uint64_t begin = rp_clock_ns();
        while (tokens->n_free <= 0)
            (void)pthread_cond_wait(&tokens->returned, &tokens->lock);
        const uint64_t waited = rp_clock_ns() - begin;
        tokens->waited_ns += waited;
        rp_observe(tokens->histogram, waited);
    }
    tokens->n_free--;
    show_free(tokens);
    held = tokens;
    (void)pthread_mutex_unlock(&tokens->lock);
}

void rp_tokens_give(rp_tokens *tokens)
{
    (void)pthread_mutex_lock(&tokens->lock);
    tokens->n_free++;
    show_free(tokens);
    held = NULL;
    (void)pthread_cond_signal(&tokens->returned);
    (void)pthread_mutex_unlock(&tokens->lock);
}

void rp_tokens_resize(rp_tokens *tokens, int by)
{
    (void)pthread_mutex_lock(&tokens->lock);
    tokens->n_free += by;
    show_free(tokens);
    (void)pthread_cond_broadcast(&tokens->returned);
    (void)pthread_mutex_unlock(&tokens->lock);
}

rp_tokens *rp_tokens_lend(void)
{
    rp_tokens *from = held;
    if (from != NULL)
        rp_tokens_give(from);
    return from;
}
