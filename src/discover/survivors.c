/* survivors.c: see survivors.h. */
#include "discover/survivors.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/metrics.h"

RP_ARRAY(survivor_list, rp_survivor);

struct rp_survivors {
    pthread_mutex_t lock;    /* guards what follows */
    survivor_list list;      /* by serial */
    uint64_t round;
};

rp_survivors *rp_survivors_create(void)
{
    rp_survivors *survivors = rp_alloc(1, sizeof *survivors);
    if (survivors != NULL && pthread_mutex_init(&survivors->lock, NULL) == 0)
        return survivors;
    free(survivors);
    return NULL;
}

void rp_survivors_destroy(rp_survivors *survivors)
{
    if (survivors == NULL)
        return;
    (void)pthread_mutex_destroy(&survivors->lock);
    free(survivors->list.items);
    free(survivors);
}

bool rp_survivors_put(rp_survivors *survivors, rp_survivor one)
{
    (void)pthread_mutex_lock(&survivors->lock);
    survivor_list *list = &survivors->list;
    const bool ok = survivor_list_reserve(list, list->n + 1);
    if (ok) {
        size_t at = list->n++;
        for (; at > 0 && list->items[at - 1].serial > one.serial; at--)
            list->items[at] = list->items[at - 1];
        list->items[at] = one;
        rp_gauge_set(RP_GAUGE_SURVIVORS, (int64_t)list->n);
    }
    (void)pthread_mutex_unlock(&survivors->lock);
    return ok;
}

bool rp_survivors_take(rp_survivors *survivors, uint64_t due, rp_survivor *taken)
{
    (void)pthread_mutex_lock(&survivors->lock);
    survivor_list *list = &survivors->list;
    size_t i = 0;
    while (i < list->n && list->items[i].round == survivors->round && list->items[i].serial != due)
        i++;
    const bool found = i < list->n;
    if (found) {
        *taken = list->items[i];
        taken->round = survivors->round;
        list->n--;
        memmove(list->items + i, list->items + i + 1, (list->n - i) * sizeof *list->items);
        rp_gauge_set(RP_GAUGE_SURVIVORS, (int64_t)list->n);
    }
    (void)pthread_mutex_unlock(&survivors->lock);
    return found;
}

void rp_survivors_retry(rp_survivors *survivors)
{
    (void)pthread_mutex_lock(&survivors->lock);
    survivors->round++;
    (void)pthread_mutex_unlock(&survivors->lock);
}

bool rp_survivors_is_empty(rp_survivors *survivors)
{
    (void)pthread_mutex_lock(&survivors->lock);
    const bool empty = survivors->list.n == 0;
    (void)pthread_mutex_unlock(&survivors->lock);
    return empty;
}
