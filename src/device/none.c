/* none.c: the device layer of a build without OpenCL (make OPENCL=0); see devices.h and engine.h. */
#include "device/engine.h"

bool rp_devices_find(rp_devices *devices, const char **reason)
{
    *devices = (rp_devices){0};
    *reason = "this program was built without OpenCL";
    return true;
}

rp_engine *rp_engine_create(const rp_devices *devices, const rp_device_indices *chosen, const rp_genome *genome,
                            const rp_band_kernel *kernel, const rp_engine_parameters *parameters, rp_error *error)
{
    (void)devices;
    (void)chosen;
    (void)genome;
    (void)kernel;
    (void)parameters;
    (void)rp_error_set(error, "this program was built without OpenCL");
    return NULL;
}

void rp_engine_destroy(rp_engine *engine)
{
    (void)engine;
}

unsigned rp_engine_n_running(rp_engine *engine)
{
    (void)engine;
    return 0;
}

const rp_offload *rp_engine_offload(rp_engine *engine, bool insists)
{
    (void)engine;
    (void)insists;
    return NULL;
}

bool rp_engine_watch(rp_engine *engine, rp_bitmask *cover)
{
    (void)engine;
    (void)cover;
    return true;
}

unsigned rp_engine_n_devices(const rp_engine *engine)
{
    (void)engine;
    return 0;
}

rp_engine_figures rp_engine_measure(rp_engine *engine, unsigned device)
{
    (void)engine;
    (void)device;
    return (rp_engine_figures){.retired = true};
}
