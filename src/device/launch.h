/* launch.h: what is asked of a device, and what of it goes there at once. Within device/ only. */
#ifndef RP_DEVICE_LAUNCH_H
#define RP_DEVICE_LAUNCH_H

#include <stddef.h>
#include <stdint.h>

#include "align/extend.h"
#include "align/offload.h"
#include "base/memory.h"
#include "device/session.h"

/* What a caller waits for. On the caller's stack. */
typedef struct rp_request {
    const rp_view *view;
    rp_extension *extensions;      /* or, NULL: */
    rp_offload_growth *growth;
    size_t n;                      /* extensions; growth: 1 */
    int x_drop;
    /* Guarded by the dispatcher's lock: */
    size_t n_given, n_done;        /* of n, in launches so far, and answered */
    bool failed;                   /* the device was retired: the caller does it all */
    struct rp_request *next;
} rp_request;

/* The piece of a request that is in a launch. */
typedef struct rp_piece {
    rp_request *of;
    size_t first, n;
} rp_piece;

RP_ARRAY(rp_pieces, rp_piece);

/* A stretch of query codes that several extensions share. */
typedef struct rp_query_range {
    const uint8_t *begin, *end;
    size_t at;                     /* in the launch's queries */
} rp_query_range;

RP_ARRAY(rp_query_ranges, rp_query_range);

typedef struct rp_launch {
    bool grows;                    /* of growths, else of extensions */
    rp_pieces pieces;
    size_t n;                      /* extensions, or growths */
    rp_query_ranges ranges;
    rp_buffer queries, jobs, results; /* of growths: jobs, which the kernel changes */
    rp_buffer cover;               /* host side: changes of the cover on their way to the device */
    cl_event done;
    uint64_t enqueued_ns;
} rp_launch;

/* Enqueues what the pieces ask for, up to the event `done`. False: the session is retired. */
bool rp_extensions_launch(rp_session *session, rp_launch *launch) RP_MUST_CHECK;
bool rp_growths_launch(rp_session *session, rp_launch *launch) RP_MUST_CHECK;

/* Copies the results of a launch that is done to its requests; returns the cells worked out. */
uint64_t rp_extensions_take(const rp_launch *launch);
uint64_t rp_growths_take(const rp_launch *launch);

/* Brings the device's copy of the cover of this launch up to date, ahead of all that is enqueued later. The staging
 * memory is the launch's: it stays as it is until the launch is done. False: the session is retired. */
bool rp_mirror_update(rp_session *session, rp_launch *launch) RP_MUST_CHECK;

/* Whatever the device holds of a cover is out of date. No launch may be under way. */
void rp_mirror_forget(rp_session *session);

#endif
