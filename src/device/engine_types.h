/* engine_types.h: how an engine is to work, and what its devices have done: for the engine and the rooms behind it. */
#ifndef RP_DEVICE_ENGINE_TYPES_H
#define RP_DEVICE_ENGINE_TYPES_H

#include <stdbool.h>
#include <stdint.h>

typedef struct rp_engine_parameters {
    bool shares_with_cpu;         /* who does not insist is sent away while a device has enough to do */
    double deadline_seconds;      /* for one launch; 0: 60 */
    void (*warn)(void *context, const char *message); /* called once for each device that is retired */
    void *warn_context;
} rp_engine_parameters;

/* What one device has done. */
typedef struct rp_engine_figures {
    char name[128];
    bool retired;
    char why[256];                /* it was retired */
    uint64_t n_requests, n_launches, n_extensions, n_growths;
    uint64_t cells;
    uint64_t busy_ns;             /* from enqueueing to the result, overlaps counted once */
    uint64_t launch_size;         /* extensions in a launch, as last tuned */
} rp_engine_figures;

#endif
