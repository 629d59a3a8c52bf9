/* engine.c: the devices of a run, as callers see them; see engine.h. */
#include "device/engine.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/memory.h"
#include "device/dispatcher.h"

enum {
    MAX_DEVICES = 8,               /* bits of a dirty byte */
    MIN_EXTENSIONS = 64            /* of a request; fewer are done by the caller itself */
};

struct rp_engine {
    const rp_genome *genome;
    rp_engine_parameters parameters;
    rp_devices devices;            /* own copy */
    rp_dispatcher dispatchers[MAX_DEVICES];
    unsigned n_dispatchers;
    const rp_bitmask *cover;       /* set while no request is under way */
    rp_offload offload, polite_offload;
    atomic_uint turn;              /* relaxed: spreads the requests */
};

/* --- What callers ask for --- */

/* Whether a device sees what this view shows. */
static bool can_see(const rp_engine *engine, const rp_view *view)
{
    return view->genome == engine->genome &&
           (view->covered == NULL || (view->covered == engine->cover && view->n_lifted == 0));
}

/* Tries the devices in turn, beginning with another one each time. */
static bool ask_any(rp_engine *engine, rp_request *mine, bool insists)
{
    if (!can_see(engine, mine->view))
        return false;
    const unsigned first = atomic_fetch_add_explicit(&engine->turn, 1, memory_order_relaxed);
    for (unsigned i = 0; i < engine->n_dispatchers; i++)
        if (rp_dispatcher_ask(&engine->dispatchers[(first + i) % engine->n_dispatchers], mine, insists))
            return true;
    return false;
}

static bool offload_extend(void *context, const rp_view *view, rp_extension *extensions, size_t n, int x_drop)
{
    rp_request mine = {.view = view, .extensions = extensions, .n = n, .x_drop = x_drop};
    return ask_any(context, &mine, true);
}

static bool offload_extend_politely(void *context, const rp_view *view, rp_extension *extensions, size_t n, int x_drop)
{
    rp_request mine = {.view = view, .extensions = extensions, .n = n, .x_drop = x_drop};
    return ask_any(context, &mine, false);
}

static bool offload_grow(void *context, const rp_view *view, rp_offload_growth *growth)
{
    rp_request mine = {.view = view, .growth = growth, .n = 1};
    return ask_any(context, &mine, true);
}

const rp_offload *rp_engine_offload(rp_engine *engine, bool insists)
{
    return insists || !engine->parameters.shares_with_cpu ? &engine->offload : &engine->polite_offload;
}

bool rp_engine_watch(rp_engine *engine, rp_bitmask *cover)
{
    if (cover != NULL && !rp_bitmask_note_changes(cover))
        return false;
    engine->cover = cover;
    for (unsigned i = 0; i < engine->n_dispatchers; i++)
        rp_mirror_forget(&engine->dispatchers[i].session);
    return true;
}

/* --- Figures --- */

unsigned rp_engine_n_running(rp_engine *engine)
{
    unsigned n = 0;
    for (unsigned i = 0; i < engine->n_dispatchers; i++)
        n += !rp_session_is_retired(&engine->dispatchers[i].session, NULL);
    return n;
}

unsigned rp_engine_n_devices(const rp_engine *engine)
{
    return engine->n_dispatchers;
}

rp_engine_figures rp_engine_measure(rp_engine *engine, unsigned device)
{
    return rp_dispatcher_measure(&engine->dispatchers[device]);
}

/* --- Start and end --- */

static bool start_devices(rp_engine *engine, const rp_band_kernel *kernel, rp_error *error)
{
    for (unsigned i = 0; i < engine->devices.n; i++) {
        rp_dispatcher *dispatcher = &engine->dispatchers[i];
        if (!rp_dispatcher_init(dispatcher, i, &engine->devices.items[i], engine->genome, &engine->parameters))
            return rp_error_set(error, "cannot make a lock");
        engine->n_dispatchers++;
        if (engine->genome->length_bp > 0 && rp_dispatcher_start(dispatcher))
            rp_dispatcher_test(dispatcher, kernel);
    }
    return true;
}

rp_engine *rp_engine_create(const rp_devices *devices, const rp_device_indices *chosen, const rp_genome *genome,
                            const rp_band_kernel *kernel, const rp_engine_parameters *parameters, rp_error *error)
{
    rp_engine *engine = rp_alloc(1, sizeof *engine);
    if (engine == NULL)
        goto no_memory;
    engine->genome = genome;
    engine->parameters = *parameters;
    engine->offload = (rp_offload){engine, MIN_EXTENSIONS, offload_extend, offload_grow};
    engine->polite_offload = (rp_offload){engine, MIN_EXTENSIONS, offload_extend_politely, NULL};
    for (size_t i = 0; i < chosen->n && i < MAX_DEVICES; i++)
        if (!rp_devices_push(&engine->devices, devices->items[chosen->items[i]]))
            goto no_memory;
    if (start_devices(engine, kernel, error))
        return engine;
    rp_engine_destroy(engine);
    return NULL;
no_memory:
    (void)rp_error_memory(error, "devices");
    rp_engine_destroy(engine);
    return NULL;
}

void rp_engine_destroy(rp_engine *engine)
{
    if (engine == NULL)
        return;
    for (unsigned i = 0; i < engine->n_dispatchers; i++)
        rp_dispatcher_end(&engine->dispatchers[i]);
    free(engine->devices.items);
    free(engine);
}
