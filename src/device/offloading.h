/* offloading.h: the OpenCL devices of a run: chosen, started beside the first stages, told of at the end. */
#ifndef RP_DEVICE_OFFLOADING_H
#define RP_DEVICE_OFFLOADING_H

#include <pthread.h>

#include "base/log.h"
#include "device/engine.h"

/* Billions of cells a second of a device at work. */
static inline double rp_engine_gcups(const rp_engine_figures *figures)
{
    return figures->busy_ns > 0 ? (double)figures->cells / (double)figures->busy_ns : 0;
}

/* Zeroed at the start; cleared in any state. */
typedef struct rp_offloading {
    const rp_log *log;
    const char *command;               /* whose warnings these are */
    rp_device_choice choice;
    rp_devices devices;
    rp_device_indices chosen;
    rp_engine *engine;                 /* NULL: no device takes part */
    rp_band_kernel for_stages;         /* what stages run with: the plain kernel, and a device where it has time */
    rp_band_kernel for_consumers;      /* what consumers of the channel run with that are a device's */
    const rp_genome *genome;
    const rp_band_kernel *plain;
    pthread_t thread;
    bool is_starting;
    rp_error error;                    /* of the start */
} rp_offloading;

/* Looks for the devices of offloading->choice, before anything is read or written. False: there is no such device. */
bool rp_offloading_choose(rp_offloading *offloading, const rp_log *log, const char *command,
                          rp_error *error) RP_MUST_CHECK;

/* Starts the devices on a genome in the background. `plain` has no offload. */
void rp_offloading_start(rp_offloading *offloading, const rp_genome *genome, const rp_band_kernel *plain);

/* Waits until they have started; may be called again. From then on for_stages and for_consumers are to be used. */
bool rp_offloading_wait(rp_offloading *offloading, rp_error *error) RP_MUST_CHECK;

/* Consumers of the channel that the devices are worth; 0: none takes part. */
unsigned rp_offloading_n_consumers(const rp_offloading *offloading);

/* What each device did, as lines. */
void rp_offloading_log(const rp_offloading *offloading);

void rp_offloading_clear(rp_offloading *offloading);

#endif
