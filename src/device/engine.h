/* engine.h: OpenCL devices at work on extensions and growth.
 *
 * Callers hand over what they want done and wait; a thread for each device puts the requests
 * of many callers into one launch, keeps two launches in flight, and hands the results back. A
 * result is the same as the CPU's, bit by bit, whatever the launch. A device with which anything goes
 * wrong (an error, a launch that does not come back, a wrong answer to the self-test) is retired:
 * what it had is done on the CPU, and nothing more is given to it.
 */
#ifndef RP_DEVICE_ENGINE_H
#define RP_DEVICE_ENGINE_H

#include <stddef.h>
#include <stdint.h>

#include "align/band.h"
#include "align/offload.h"
#include "base/error.h"
#include "device/devices.h"
#include "device/engine_types.h"
#include "genome/genome.h"

typedef struct rp_engine rp_engine;

/* Starts the devices on a genome, which must outlive the engine: builds the kernels, uploads the genome,
 * tests the answers against `kernel`. A device with which that fails is retired at once. NULL: out
 * of memory, error filled in. */
rp_engine *rp_engine_create(const rp_devices *devices, const rp_device_indices *chosen, const rp_genome *genome,
                            const rp_band_kernel *kernel, const rp_engine_parameters *parameters,
                            rp_error *error) RP_MUST_CHECK;
void rp_engine_destroy(rp_engine *engine); /* NULL is legal. No caller may be waiting. */

/* Devices that are not retired. */
unsigned rp_engine_n_running(rp_engine *engine);

/* The offload of this engine, for a band kernel; valid until the engine goes. One that insists waits for
 * a device however busy. */
const rp_offload *rp_engine_offload(rp_engine *engine, bool insists);

/* From now on, requests whose view is under this cover are taken too; its changes reach the devices
 * before a launch. NULL: no cover. No request may be under way. False: out of memory. */
bool rp_engine_watch(rp_engine *engine, rp_bitmask *cover) RP_MUST_CHECK;

unsigned rp_engine_n_devices(const rp_engine *engine);
rp_engine_figures rp_engine_measure(rp_engine *engine, unsigned device);

#endif
