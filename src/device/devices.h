/* devices.h: the OpenCL devices of this machine, and which of them a run is to use. */
#ifndef RP_DEVICE_DEVICES_H
#define RP_DEVICE_DEVICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/memory.h"

typedef enum rp_device_type { RP_DEVICE_GPU, RP_DEVICE_ACCELERATOR, RP_DEVICE_CPU, RP_DEVICE_OTHER } rp_device_type;

extern const char *const rp_device_type_names[];

typedef struct rp_device {
    unsigned index;             /* by which it is asked for */
    char name[128], platform[128], version[128], driver[64];
    rp_device_type type;
    uint64_t memory_bytes, max_buffer_bytes;
    unsigned compute_units;
    bool ready;                 /* available, with a compiler, little endian */
    const char *why_not;        /* where it would not be used by `--device opencl`; NULL: it would */
    void *id, *platform_id;     /* cl_device_id, cl_platform_id */
} rp_device;

RP_ARRAY(rp_devices, rp_device);

/* Which devices are asked for. */
typedef struct rp_device_choice {
    bool cpu;                   /* CPU workers take part */
    bool devices;               /* devices take part: all that are no CPUs, or */
    const char *list;           /* those in this list: indices or parts of names, with commas; NULL: no list */
} rp_device_choice;

/* "cpu", "opencl", "opencl:0,2", "opencl:name", "all". False: misuse, error filled in. */
bool rp_device_choice_parse(rp_device_choice *choice, const char *text, rp_error *error) RP_MUST_CHECK;

/* Lists the devices, less those that a second ICD file shows again. Two calls give the same order. The
 * list is empty where there is none; *reason then tells why. The caller frees devices->items. False: out of memory. */
bool rp_devices_find(rp_devices *devices, const char **reason) RP_MUST_CHECK;

/* The indices in `devices` of those that are chosen. False: a name or index in the list fits none, or
 * none is left; error filled in. The caller frees chosen->items. */
RP_ARRAY(rp_device_indices, size_t);
bool rp_devices_choose(const rp_devices *devices, const rp_device_choice *choice, const char *reason,
                       rp_device_indices *chosen, rp_error *error) RP_MUST_CHECK;

#endif
