/* crew.c: loops with parts for idle threads; see crew.h. */
#include "base/crew.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/tokens.h"
#include "base/trace.h"

enum { CALLS = 2 }; /* members that each of those at a loop wakes: all are awake soon, and nobody wakes them all */

typedef struct shared_loop {
    struct shared_loop *next;   /* in the crew's list; under its lock */
    unsigned n_helpers;         /* that are at it; under the lock */
    uint64_t rank;
    size_t n_parts;
    rp_crew_function *function;
    void *context;
    atomic_size_t next_part; /* relaxed: only hands out numbers; what parts have written is seen through the lock */
    atomic_bool failed; /* relaxed: a late look costs some parts */
} shared_loop;

struct rp_crew {
    pthread_mutex_t lock; /* guards the list of loops, and who helps */
    pthread_cond_t left; /* broadcast when the last helper leaves a loop */
    shared_loop *first; /* by rank */
    uint64_t *ranks; /* each member's own */
    atomic_uint n_loops; /* in the list; read without the lock, relaxed: whoever comes late helps nobody */
    unsigned n_members;
    void (*call)(void *context);
    void *context;
};

rp_crew *rp_crew_create(unsigned n_members, void (*call)(void *context), void *context)
{
    rp_crew *crew = rp_alloc(1, sizeof *crew);
    if (crew == NULL)
        return NULL;
    crew->n_members = n_members;
    crew->call = call;
    crew->context = context;
    crew->ranks = rp_alloc(n_members, sizeof *crew->ranks);
    if (crew->ranks != NULL && pthread_mutex_init(&crew->lock, NULL) == 0) {
        if (pthread_cond_init(&crew->left, NULL) == 0)
            return crew;
        (void)pthread_mutex_destroy(&crew->lock);
    }
    free(crew->ranks);
    free(crew);
    return NULL;
}

void rp_crew_destroy(rp_crew *crew)
{
    if (crew == NULL)
        return;
    (void)pthread_cond_destroy(&crew->left);
    (void)pthread_mutex_destroy(&crew->lock);
    free(crew->ranks);
    free(crew);
}

unsigned rp_crew_size(const rp_crew *crew)
{
    return crew == NULL ? 1 : crew->n_members;
}

void rp_crew_set_rank(rp_crew *crew, unsigned member, uint64_t rank)
{
    if (crew != NULL)
        crew->ranks[member] = rank;
}

static bool has_parts(const shared_loop *loop)
{
    return atomic_load_explicit(&loop->next_part, memory_order_relaxed) < loop->n_parts &&
           !atomic_load_explicit(&loop->failed, memory_order_relaxed);
}

static void take_parts(shared_loop *loop, unsigned member)
{
    while (has_parts(loop)) {
        const size_t part = atomic_fetch_add_explicit(&loop->next_part, 1, memory_order_relaxed);
        rp_error ended = {""};
        if (part >= loop->n_parts)
            return;
        if (!rp_not_cancelled(&ended) || !loop->function(loop->context, part, member))
            atomic_store_explicit(&loop->failed, true, memory_order_relaxed);
    }
}

static void post(rp_crew *crew, shared_loop *loop)
{
    (void)pthread_mutex_lock(&crew->lock);
    shared_loop **at = &crew->first;
    while (*at != NULL && (*at)->rank <= loop->rank)
        at = &(*at)->next;
    loop->next = *at;
    *at = loop;
    atomic_fetch_add_explicit(&crew->n_loops, 1, memory_order_relaxed);
    (void)pthread_mutex_unlock(&crew->lock);
    for (size_t i = 0; i < CALLS && i + 1 < loop->n_parts; i++)
        crew->call(crew->context);
}

/* Takes the loop out of the list, and waits for those that are at it: for a part each. */
static void withdraw(rp_crew *crew, shared_loop *loop)
{
    (void)pthread_mutex_lock(&crew->lock);
    shared_loop **at = &crew->first;
    while (*at != loop)
        at = &(*at)->next;
    *at = loop->next;
    atomic_fetch_sub_explicit(&crew->n_loops, 1, memory_order_relaxed);
    const bool waits = loop->n_helpers > 0;
    (void)pthread_mutex_unlock(&crew->lock);
    if (!waits)
        return;
    rp_tokens *tokens = rp_tokens_lend();
    (void)pthread_mutex_lock(&crew->lock);
    while (loop->n_helpers > 0)
        (void)pthread_cond_wait(&crew->left, &crew->lock);
    (void)pthread_mutex_unlock(&crew->lock);
    if (tokens != NULL)
        rp_tokens_take(tokens);
}

/* Takes parts of the loop of the lowest rank that is below this one, until it has none left. False: there was none. */
static bool help_below(rp_crew *crew, unsigned member, uint64_t rank)
{
    if (atomic_load_explicit(&crew->n_loops, memory_order_relaxed) == 0)
        return false;
    (void)pthread_mutex_lock(&crew->lock);
    shared_loop *loop = crew->first;
    while (loop != NULL && loop->rank < rank && !has_parts(loop))
        loop = loop->next;
    if (loop != NULL && loop->rank >= rank)
        loop = NULL;
    if (loop != NULL)
        loop->n_helpers++;
    (void)pthread_mutex_unlock(&crew->lock);
    if (loop == NULL)
        return false;
    for (unsigned i = 0; i < CALLS && has_parts(loop); i++)
        crew->call(crew->context);
    const uint64_t began = rp_trace_begin();
    take_parts(loop, member);
    rp_trace("help", 0, member, began);
    (void)pthread_mutex_lock(&crew->lock);
    if (--loop->n_helpers == 0)
        (void)pthread_cond_broadcast(&crew->left);
    (void)pthread_mutex_unlock(&crew->lock);
    return true;
}

bool rp_crew_run(rp_crew *crew, unsigned member, size_t n_parts, rp_crew_function *function, void *context)
{
    shared_loop loop = {.n_parts = n_parts, .function = function, .context = context};
    const bool has_others = rp_crew_size(crew) > 1, shares = n_parts > 1 && has_others;
    if (has_others) {
        loop.rank = crew->ranks[member];
        while (help_below(crew, member, loop.rank))
            ;
    }
    if (shares)
        post(crew, &loop);
    take_parts(&loop, member);
    if (shares)
        withdraw(crew, &loop);
    return !atomic_load_explicit(&loop.failed, memory_order_relaxed);
}

bool rp_crew_help(rp_crew *crew, unsigned member)
{
    return crew != NULL && help_below(crew, member, UINT64_MAX);
}
