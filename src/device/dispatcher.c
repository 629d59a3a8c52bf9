/* dispatcher.c: see dispatcher.h. */
#include "device/dispatcher.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/tokens.h"

enum {
    FIRST_LAUNCH = 1 << 12,
    LEAST_LAUNCH = 1 << 10,
    MOST_LAUNCH = 1 << 20, /* extensions */
    MOST_GROWTHS = 512,           /* in a launch */
    FIRST_PAUSE_NS = 20000,
    MOST_PAUSE_NS = 500000 /* between looks at a launch */
};

static const double TARGET_SECONDS = 0.02, DEFAULT_DEADLINE_SECONDS = 60;

/* --- What callers do --- */

static void queue(rp_dispatcher *dispatcher, rp_request *mine)
{
    mine->n_given = mine->n_done = 0;
    mine->failed = false;
    mine->next = NULL;
    if (dispatcher->last != NULL)
        dispatcher->last->next = mine;
    else
        dispatcher->first = mine;
    dispatcher->last = mine;
    dispatcher->figures.n_requests++;
    (void)pthread_cond_signal(&dispatcher->asked);
}

bool rp_dispatcher_ask(rp_dispatcher *dispatcher, rp_request *mine, bool insists)
{
    rp_tokens *lent = rp_tokens_lend();
    (void)pthread_mutex_lock(&dispatcher->lock);
    bool ok = (insists || dispatcher->first == NULL) && !rp_session_is_retired(&dispatcher->session, NULL);
    if (ok) {
        queue(dispatcher, mine);
        while (mine->n_done < mine->n && !mine->failed)
            (void)pthread_cond_wait(&dispatcher->answered, &dispatcher->lock);
        ok = !mine->failed;
    }
    (void)pthread_mutex_unlock(&dispatcher->lock);
    if (lent != NULL)
        rp_tokens_take(lent);
    return ok;
}

rp_engine_figures rp_dispatcher_measure(rp_dispatcher *dispatcher)
{
    (void)pthread_mutex_lock(&dispatcher->lock);
    rp_engine_figures figures = dispatcher->figures;
    (void)pthread_mutex_unlock(&dispatcher->lock);
    (void)snprintf(figures.name, sizeof figures.name, "%s", dispatcher->session.device->name);
    figures.retired = rp_session_is_retired(&dispatcher->session, figures.why);
    return figures;
}

/* --- Launches --- */

/* Requests that may be in one launch. */
static bool go_together(const rp_request *a, const rp_request *b)
{
    return (a->extensions != NULL) == (b->extensions != NULL) && a->x_drop == b->x_drop &&
           (a->view->covered != NULL) == (b->view->covered != NULL);
}

/* Takes waiting requests, or a piece of one, for a launch. Under the lock. False: out of memory. */
static bool fill(rp_dispatcher *dispatcher, rp_launch *launch)
{
    const rp_request *kind = dispatcher->first;
    launch->pieces.n = launch->n = 0;
    launch->grows = kind->extensions == NULL;
    const size_t most = launch->grows ? MOST_GROWTHS : dispatcher->launch_size;
    rp_request **link = &dispatcher->first;
    dispatcher->last = NULL;
    while (*link != NULL) {
        rp_request *here = *link;
        if (launch->n < most && go_together(kind, here)) {
            const size_t left = here->n - here->n_given, n = left < most - launch->n ? left : most - launch->n;
            if (!rp_pieces_push(&launch->pieces, (rp_piece){here, here->n_given, n}))
                return false;
            here->n_given += n;
            launch->n += n;
        }
        if (here->n_given == here->n) {
            *link = here->next; /* all of it is on its way */
        } else {
            dispatcher->last = here;
            link = &here->next;
        }
    }
    return true;
}

static bool enqueue(rp_session *session, rp_launch *launch)
{
    launch->enqueued_ns = rp_clock_ns();
    if (launch->pieces.items[0].of->view->covered != NULL && !rp_mirror_update(session, launch))
        return false;
    if (!(launch->grows ? rp_growths_launch(session, launch) : rp_extensions_launch(session, launch)))
        return false;
    cl_int status;
    return rp_session_check(session, RP_CL(status, clFlush, session->queue), "flush");
}

/* How far a launch is. */
static bool look_at(rp_session *session, const rp_launch *launch, cl_int *state)
{
    cl_int status;
    *state = CL_QUEUED;
    (void)RP_CL(status, clGetEventInfo, launch->done, CL_EVENT_COMMAND_EXECUTION_STATUS, sizeof *state, state, NULL);
    return rp_session_check(session, status, "waiting");
}

/* Waits for a launch; false: it failed or did not come back in time. */
static bool await(rp_session *session, const rp_launch *launch)
{
    const double deadline = session->parameters->deadline_seconds;
    const double seconds = deadline > 0 ? deadline : DEFAULT_DEADLINE_SECONDS;
    const uint64_t latest_ns = launch->enqueued_ns + (uint64_t)(seconds * 1e9);
    struct timespec pause = {0, FIRST_PAUSE_NS};
    for (;;) {
        cl_int state;
        if (!look_at(session, launch, &state))
            return false;
        if (state == CL_COMPLETE)
            return true;
        if (state < 0)
            return rp_session_check(session, state, "launch");
        if (rp_clock_ns() > latest_ns)
            return rp_session_retire(session, "a launch has not come back after %.1f s", seconds);
        (void)nanosleep(&pause, NULL);
        if (pause.tv_nsec < MOST_PAUSE_NS)
            pause.tv_nsec += pause.tv_nsec / 4;
    }
}

/* Launches of extensions are made as long as the target; a result does not depend on it. */
static void tune(rp_dispatcher *dispatcher, const rp_launch *launch, double seconds)
{
    if (launch->grows || launch->n < dispatcher->launch_size)
        return;
    if (seconds < TARGET_SECONDS / 2 && dispatcher->launch_size < MOST_LAUNCH)
        dispatcher->launch_size *= 2;
    else if (seconds > TARGET_SECONDS * 2 && dispatcher->launch_size > LEAST_LAUNCH)
        dispatcher->launch_size /= 2;
}

static void note_figures(rp_engine_figures *figures, const rp_launch *launch, uint64_t cells, uint64_t busy_ns)
{
    figures->n_launches++;
    figures->cells += cells;
    figures->busy_ns += busy_ns;
    if (launch->grows)
        figures->n_growths += launch->n;
    else
        figures->n_extensions += launch->n;
}

/* The results of a launch that is done, to those who wait. */
static void answer(rp_dispatcher *dispatcher, rp_launch *launch)
{
    const uint64_t cells = launch->grows ? rp_growths_take(launch) : rp_extensions_take(launch);
    const uint64_t now = rp_clock_ns(), before = dispatcher->busy_until_ns;
    const uint64_t busy_ns = now - (launch->enqueued_ns > before ? launch->enqueued_ns : before);
    cl_int status;
    (void)RP_CL(status, clReleaseEvent, launch->done);
    launch->done = NULL;
    dispatcher->busy_until_ns = now;
    tune(dispatcher, launch, (double)busy_ns * 1e-9);
    (void)pthread_mutex_lock(&dispatcher->lock);
    note_figures(&dispatcher->figures, launch, cells, busy_ns);
    dispatcher->figures.launch_size = dispatcher->launch_size;
    for (size_t i = 0; i < launch->pieces.n; i++)
        launch->pieces.items[i].of->n_done += launch->pieces.items[i].n;
    launch->pieces.n = 0;
    (void)pthread_cond_broadcast(&dispatcher->answered);
    (void)pthread_mutex_unlock(&dispatcher->lock);
}

/* --- The thread --- */

/* Waits for something to do, and puts what callers wait for into *fresh (NULL: nothing, or no launch is free).
 * False: the end. */
static bool take_on(rp_dispatcher *dispatcher, rp_launch **fresh)
{
    bool filled = true;
    *fresh = NULL;
    (void)pthread_mutex_lock(&dispatcher->lock);
    while (dispatcher->first == NULL && !dispatcher->ending && dispatcher->n_busy == 0)
        (void)pthread_cond_wait(&dispatcher->asked, &dispatcher->lock);
    const bool ends = dispatcher->first == NULL && dispatcher->n_busy == 0;
    if (dispatcher->first != NULL && dispatcher->n_busy < RP_LAUNCHES) {
        *fresh = &dispatcher->launches[(dispatcher->oldest + dispatcher->n_busy) % RP_LAUNCHES];
        filled = fill(dispatcher, *fresh);
    }
    (void)pthread_mutex_unlock(&dispatcher->lock);
    if (!filled)
        return rp_session_retire(&dispatcher->session, "out of memory");
    return !ends && !rp_session_is_retired(&dispatcher->session, NULL);
}

static bool is_asked(rp_dispatcher *dispatcher)
{
    (void)pthread_mutex_lock(&dispatcher->lock);
    const bool asked = dispatcher->first != NULL;
    (void)pthread_mutex_unlock(&dispatcher->lock);
    return asked;
}

/* Enqueues what there is; when there is no more, or as much as may be in flight, answers the oldest. False: the end. */
static bool work(rp_dispatcher *dispatcher)
{
    rp_session *session = &dispatcher->session;
    rp_launch *fresh;
    if (!take_on(dispatcher, &fresh))
        return false;
    if (fresh != NULL) {
        if (!enqueue(session, fresh))
            return false;
        dispatcher->n_busy++;
    }
    if (dispatcher->n_busy == 0 || (dispatcher->n_busy < RP_LAUNCHES && is_asked(dispatcher)))
        return true;
    rp_launch *oldest = &dispatcher->launches[dispatcher->oldest];
    if (!await(session, oldest))
        return false;
    answer(dispatcher, oldest);
    dispatcher->oldest = (dispatcher->oldest + 1) % RP_LAUNCHES;
    dispatcher->n_busy--;
    return true;
}

/* What a retired device had, or was to have, goes back to those who wait. */
static void give_back(rp_dispatcher *dispatcher)
{
    (void)pthread_mutex_lock(&dispatcher->lock);
    for (; dispatcher->first != NULL; dispatcher->first = dispatcher->first->next)
        dispatcher->first->failed = true;
    dispatcher->last = NULL;
    for (unsigned s = 0; s < RP_LAUNCHES; s++) {
        rp_pieces *pieces = &dispatcher->launches[s].pieces;
        for (size_t i = 0; i < pieces->n; i++)
            pieces->items[i].of->failed = true;
        pieces->n = 0;
    }
    (void)pthread_cond_broadcast(&dispatcher->answered);
    (void)pthread_mutex_unlock(&dispatcher->lock);
}

static void *dispatch(void *argument)
{
    rp_dispatcher *dispatcher = argument;
    while (work(dispatcher)) {
    }
    give_back(dispatcher);
    return NULL;
}

/* --- Start and end --- */

bool rp_dispatcher_init(rp_dispatcher *dispatcher, unsigned number, const rp_device *device, const rp_genome *genome,
                        const rp_engine_parameters *parameters)
{
    *dispatcher = (rp_dispatcher){.launch_size = FIRST_LAUNCH};
    if (!rp_session_init(&dispatcher->session, number, device, genome, parameters))
        return false;
    if (pthread_mutex_init(&dispatcher->lock, NULL) != 0)
        goto no_lock;
    if (pthread_cond_init(&dispatcher->asked, NULL) != 0)
        goto no_asked;
    if (pthread_cond_init(&dispatcher->answered, NULL) == 0)
        return true;
    (void)pthread_cond_destroy(&dispatcher->asked);
no_asked:
    (void)pthread_mutex_destroy(&dispatcher->lock);
no_lock:
    rp_session_clear(&dispatcher->session);
    return false;
}

bool rp_dispatcher_start(rp_dispatcher *dispatcher)
{
    if (!rp_session_open(&dispatcher->session))
        return false;
    const int failure = pthread_create(&dispatcher->thread, NULL, dispatch, dispatcher);
    dispatcher->started = failure == 0;
    return dispatcher->started ||
           rp_session_retire(&dispatcher->session, "its thread cannot be started: %s", strerror(failure));
}

/* Whether a launch is still under way, or its state cannot be known. */
static bool hangs(const rp_launch *launch)
{
    cl_int state = CL_COMPLETE, status;
    if (launch->done == NULL)
        return false;
    (void)RP_CL(status, clGetEventInfo, launch->done, CL_EVENT_COMMAND_EXECUTION_STATUS, sizeof state, &state, NULL);
    return status != CL_SUCCESS || state > CL_COMPLETE;
}

static void release_launch(rp_session *session, rp_launch *launch)
{
    cl_int status;
    if (launch->done != NULL)
        (void)RP_CL(status, clReleaseEvent, launch->done);
    if (session->queue != NULL) /* what was enqueued before an error may still write to host memory */
        (void)RP_CL(status, clFinish, session->queue);
    rp_session_release_buffer(&launch->queries);
    rp_session_release_buffer(&launch->jobs);
    rp_session_release_buffer(&launch->results);
    rp_session_release_buffer(&launch->cover);
}

/* Of a device that hangs nothing is released: a call might not come back. Its host memory may still be
 * written to, and stays too. */
static void release(rp_dispatcher *dispatcher)
{
    bool any_hangs = false;
    for (unsigned s = 0; s < RP_LAUNCHES; s++) {
        free(dispatcher->launches[s].pieces.items);
        free(dispatcher->launches[s].ranges.items);
        any_hangs = hangs(&dispatcher->launches[s]) || any_hangs;
    }
    if (any_hangs)
        return;
    for (unsigned s = 0; s < RP_LAUNCHES; s++)
        release_launch(&dispatcher->session, &dispatcher->launches[s]);
    rp_session_close(&dispatcher->session);
}

void rp_dispatcher_end(rp_dispatcher *dispatcher)
{
    (void)pthread_mutex_lock(&dispatcher->lock);
    dispatcher->ending = true;
    (void)pthread_cond_signal(&dispatcher->asked);
    (void)pthread_mutex_unlock(&dispatcher->lock);
    if (dispatcher->started)
        (void)pthread_join(dispatcher->thread, NULL);
    release(dispatcher);
    (void)pthread_cond_destroy(&dispatcher->answered);
    (void)pthread_cond_destroy(&dispatcher->asked);
    (void)pthread_mutex_destroy(&dispatcher->lock);
    rp_session_clear(&dispatcher->session);
}
