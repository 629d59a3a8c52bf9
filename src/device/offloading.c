/* offloading.c: the OpenCL devices of a run; see offloading.h. */
#include "device/offloading.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

enum { CONSUMERS_A_DEVICE = 8, CONSUMERS_A_GPU = 48 };

bool rp_offloading_choose(rp_offloading *offloading, const rp_log *log, const char *command, rp_error *error)
{
    const char *reason = "";
    offloading->log = log;
    offloading->command = command;
    if (!offloading->choice.devices)
        return true;
    if (!rp_devices_find(&offloading->devices, &reason))
        return rp_error_memory(error, "devices");
    if (rp_devices_choose(&offloading->devices, &offloading->choice, reason, &offloading->chosen, error))
        return true;
    if (!offloading->choice.cpu)
        return false;
    rp_log_tell(command, "%s; the CPU does it all", error->message);
    error->message[0] = '\0'; /* told; the first message is kept, and a later failure has its own */
    offloading->chosen.n = 0;
    return true;
}

static void warn(void *context, const char *message)
{
    const rp_offloading *offloading = context;
    rp_log_tell(offloading->command, "%s", message);
}

static void *start_main(void *argument)
{
    rp_offloading *offloading = argument;
    const rp_engine_parameters parameters = {
        .shares_with_cpu = offloading->choice.cpu, .warn = warn, .warn_context = offloading};
    offloading->engine = rp_engine_create(&offloading->devices, &offloading->chosen, offloading->genome,
                                          offloading->plain, &parameters, &offloading->error);
    return NULL;
}

void rp_offloading_start(rp_offloading *offloading, const rp_genome *genome, const rp_band_kernel *plain)
{
    offloading->genome = genome;
    offloading->plain = plain;
    offloading->for_stages = offloading->for_consumers = *plain;
    if (offloading->chosen.n == 0)
        return;
    offloading->is_starting = pthread_create(&offloading->thread, NULL, start_main, offloading) == 0;
    if (!offloading->is_starting)
        (void)start_main(offloading);
}

bool rp_offloading_wait(rp_offloading *offloading, rp_error *error)
{
    if (offloading->is_starting)
        (void)pthread_join(offloading->thread, NULL);
    offloading->is_starting = false;
    if (offloading->chosen.n == 0 || offloading->for_stages.offload != NULL)
        return true;
    if (offloading->engine == NULL)
        return rp_error_copy(error, &offloading->error);
    offloading->for_stages.offload = rp_engine_offload(offloading->engine, false);
    offloading->for_consumers.offload = rp_engine_offload(offloading->engine, true);
    rp_log_line(offloading->log, "OpenCL devices at work: %u", rp_engine_n_running(offloading->engine));
    return true;
}

unsigned rp_offloading_n_consumers(const rp_offloading *offloading)
{
    unsigned n = 0;
    for (size_t i = 0; offloading->engine != NULL && i < offloading->chosen.n; i++)
        n += offloading->devices.items[offloading->chosen.items[i]].type == RP_DEVICE_CPU ? CONSUMERS_A_DEVICE
                                                                                          : CONSUMERS_A_GPU;
    return n;
}

void rp_offloading_log(const rp_offloading *offloading)
{
    const unsigned n = offloading->engine != NULL ? rp_engine_n_devices(offloading->engine) : 0;
    for (unsigned i = 0; i < n; i++) {
        const rp_engine_figures figures = rp_engine_measure(offloading->engine, i);
        rp_log_line(offloading->log,
                    "%s: %llu launches, %llu extensions, %llu growths, %.3g cells, busy %.2f s, %.2f GCUPS",
                    figures.name, (unsigned long long)figures.n_launches, (unsigned long long)figures.n_extensions,
                    (unsigned long long)figures.n_growths, (double)figures.cells, (double)figures.busy_ns * 1e-9,
                    rp_engine_gcups(&figures));
    }
}

void rp_offloading_clear(rp_offloading *offloading)
{
    if (offloading->is_starting)
        (void)pthread_join(offloading->thread, NULL);
    rp_engine_destroy(offloading->engine);
    free(offloading->devices.items);
    free(offloading->chosen.items);
    *offloading = (rp_offloading){0};
}
