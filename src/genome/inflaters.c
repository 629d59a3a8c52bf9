/* inflaters.c: see inflaters.h. */
#include "genome/inflaters.h"

enum { BLOCKS = 16, BLOCKS_A_THREAD = 2 };

bool rp_inflaters_init(rp_inflaters *inflaters, rp_tokens *cpu, unsigned n_tokens)
{
    *inflaters = (rp_inflaters){.cpu = cpu, .n_threads = n_tokens / 2};
    return pthread_mutex_init(&inflaters->lock, NULL) == 0;
}

void rp_inflaters_clear(rp_inflaters *inflaters)
{
    if (inflaters->pool != NULL)
        hts_tpool_destroy(inflaters->pool);
    inflaters->pool = NULL;
    (void)pthread_mutex_destroy(&inflaters->lock);
}

hts_tpool *rp_inflaters_borrow(rp_inflaters *inflaters)
{
    hts_tpool *pool = NULL;
    (void)pthread_mutex_lock(&inflaters->lock);
    if (inflaters->pool == NULL && inflaters->n_threads > 0)
        inflaters->pool = hts_tpool_init((int)inflaters->n_threads);
    if (inflaters->pool != NULL && inflaters->n_files < inflaters->n_threads) {
        if (inflaters->n_files++ == 0)
            rp_tokens_resize(inflaters->cpu, -(int)inflaters->n_threads);
        pool = inflaters->pool;
    }
    (void)pthread_mutex_unlock(&inflaters->lock);
    return pool;
}

void rp_inflaters_return(rp_inflaters *inflaters)
{
    (void)pthread_mutex_lock(&inflaters->lock);
    if (--inflaters->n_files == 0)
        rp_tokens_resize(inflaters->cpu, (int)inflaters->n_threads);
    (void)pthread_mutex_unlock(&inflaters->lock);
}

int rp_inflaters_depth(const rp_inflaters *inflaters)
{
    return BLOCKS + (int)inflaters->n_threads * BLOCKS_A_THREAD;
}
