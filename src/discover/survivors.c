/* survivors.c: see survivors.h. */
#include "discover/survivors.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/metrics.h"

typedef enum node_state { NODE_NONE, NODE_READY, NODE_PARKED } node_state;

/* One slot. Links are slots plus one; 0: none. */
typedef struct node {
    rp_survivor survivor;
    node_state state;
    uint32_t next, before;   /* of those that wait for the same */
    uint32_t list;           /* that it is in, when it is parked */
    uint32_t first;          /* of those that wait for this slot's claim */
    bool holds;              /* a claim */
} node;

struct rp_survivors {
    pthread_mutex_t lock;    /* guards what follows */
    node *nodes;             /* by slot; one more for what waits for any claim */
    uint32_t *ready;         /* a heap of slots, the lowest serial on top */
    uint32_t n_ready, n, window;
};

rp_survivors *rp_survivors_create(uint32_t window)
{
    rp_survivors *survivors = rp_alloc(1, sizeof *survivors);
    if (survivors == NULL)
        return NULL;
    survivors->window = window;
    survivors->nodes = rp_alloc((size_t)window + 1, sizeof *survivors->nodes);
    survivors->ready = rp_alloc(window, sizeof *survivors->ready);
    if (survivors->nodes != NULL && survivors->ready != NULL && pthread_mutex_init(&survivors->lock, NULL) == 0)
        return survivors;
    free(survivors->nodes);
    free(survivors->ready);
    free(survivors);
    return NULL;
}

void rp_survivors_destroy(rp_survivors *survivors)
{
    if (survivors == NULL)
        return;
    (void)pthread_mutex_destroy(&survivors->lock);
    free(survivors->nodes);
    free(survivors->ready);
    free(survivors);
}

/* --- Under the lock --- */

static bool is_before(const rp_survivors *survivors, uint32_t a, uint32_t b)
{
    return survivors->nodes[a].survivor.serial < survivors->nodes[b].survivor.serial;
}

static void make_ready(rp_survivors *survivors, uint32_t slot)
{
    uint32_t at = survivors->n_ready++;
    survivors->nodes[slot].state = NODE_READY;
    for (; at > 0 && is_before(survivors, slot, survivors->ready[(at - 1) / 2]); at = (at - 1) / 2)
        survivors->ready[at] = survivors->ready[(at - 1) / 2];
    survivors->ready[at] = slot;
}

static uint32_t take_ready(rp_survivors *survivors)
{
    const uint32_t taken = survivors->ready[0], last = survivors->ready[--survivors->n_ready];
    uint32_t at = 0;
    for (uint32_t child; (child = 2 * at + 1) < survivors->n_ready; at = child) {
        if (child + 1 < survivors->n_ready &&
            is_before(survivors, survivors->ready[child + 1], survivors->ready[child]))
            child++;
        if (!is_before(survivors, survivors->ready[child], last))
            break;
        survivors->ready[at] = survivors->ready[child];
    }
    survivors->ready[at] = last;
    return taken;
}

static void link_in(rp_survivors *survivors, uint32_t slot, uint32_t list)
{
    node *one = &survivors->nodes[slot];
    one->state = NODE_PARKED;
    one->list = list;
    one->before = 0;
    one->next = survivors->nodes[list].first;
    if (one->next != 0)
        survivors->nodes[one->next - 1].before = slot + 1;
    survivors->nodes[list].first = slot + 1;
}

static void unlink_it(rp_survivors *survivors, uint32_t slot)
{
    const node *one = &survivors->nodes[slot];
    if (one->next != 0)
        survivors->nodes[one->next - 1].before = one->before;
    if (one->before != 0)
        survivors->nodes[one->before - 1].next = one->next;
    else
        survivors->nodes[one->list].first = one->next;
}

static uint32_t make_all_ready(rp_survivors *survivors, uint32_t list)
{
    uint32_t n = 0;
    for (uint32_t at = survivors->nodes[list].first, next; at != 0; at = next, n++) {
        next = survivors->nodes[at - 1].next;
        make_ready(survivors, at - 1);
    }
    survivors->nodes[list].first = 0;
    return n;
}

static uint32_t enter(rp_survivors *survivors, rp_survivor one)
{
    const uint32_t slot = (uint32_t)(one.serial % survivors->window);
    survivors->nodes[slot].survivor = one;
    survivors->n++;
    rp_gauge_set(RP_GAUGE_SURVIVORS, (int64_t)survivors->n);
    return slot;
}

/* --- For all --- */

void rp_survivors_put(rp_survivors *survivors, rp_survivor one)
{
    (void)pthread_mutex_lock(&survivors->lock);
    make_ready(survivors, enter(survivors, one));
    (void)pthread_mutex_unlock(&survivors->lock);
}

void rp_survivors_park(rp_survivors *survivors, rp_survivor one, uint32_t holder_slot)
{
    (void)pthread_mutex_lock(&survivors->lock);
    const uint32_t slot = enter(survivors, one);
    if (survivors->nodes[holder_slot].holds)
        link_in(survivors, slot, holder_slot);
    else
        make_ready(survivors, slot);
    (void)pthread_mutex_unlock(&survivors->lock);
}

void rp_survivors_park_for_any(rp_survivors *survivors, rp_survivor one)
{
    (void)pthread_mutex_lock(&survivors->lock);
    link_in(survivors, enter(survivors, one), survivors->window);
    (void)pthread_mutex_unlock(&survivors->lock);
}

bool rp_survivors_take(rp_survivors *survivors, uint64_t due, rp_survivor *taken)
{
    (void)pthread_mutex_lock(&survivors->lock);
    uint32_t slot = (uint32_t)(due % survivors->window);
    const node *one = &survivors->nodes[slot];
    bool found = true;
    if (one->state == NODE_PARKED && one->survivor.serial == due)
        unlink_it(survivors, slot);
    else if (survivors->n_ready > 0)
        slot = take_ready(survivors); /* the one that is due, if it is there */
    else
        found = false;
    if (found) {
        survivors->nodes[slot].state = NODE_NONE;
        *taken = survivors->nodes[slot].survivor;
        survivors->n--;
        rp_gauge_set(RP_GAUGE_SURVIVORS, (int64_t)survivors->n);
    }
    (void)pthread_mutex_unlock(&survivors->lock);
    return found;
}

void rp_survivors_hold(rp_survivors *survivors, uint32_t slot)
{
    (void)pthread_mutex_lock(&survivors->lock);
    survivors->nodes[slot].holds = true;
    (void)pthread_mutex_unlock(&survivors->lock);
}

uint32_t rp_survivors_release(rp_survivors *survivors, uint32_t slot)
{
    (void)pthread_mutex_lock(&survivors->lock);
    survivors->nodes[slot].holds = false;
    const uint32_t n = make_all_ready(survivors, slot) + make_all_ready(survivors, survivors->window);
    (void)pthread_mutex_unlock(&survivors->lock);
    return n;
}

bool rp_survivors_is_empty(rp_survivors *survivors)
{
    (void)pthread_mutex_lock(&survivors->lock);
    const bool empty = survivors->n == 0;
    (void)pthread_mutex_unlock(&survivors->lock);
    return empty;
}
