/* devices.c: lists OpenCL devices; see devices.h. */
#include "device/devices.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device/cl.h"

enum { MAX_PLATFORMS = 32, MAX_DEVICES = 64 };

static void ask_text(cl_device_id device, cl_device_info what, char *text, size_t room)
{
    char long_text[1024] = "";
    cl_int status;
    if (RP_CL(status, clGetDeviceInfo, device, what, sizeof long_text - 1, long_text, NULL) != CL_SUCCESS)
        long_text[0] = '\0';
    const char *begin = long_text + strspn(long_text, " \t");
    (void)snprintf(text, room, "%.*s", (int)(room - 1), begin);
}

static void ask_platform(cl_platform_id platform, cl_platform_info what, char *text, size_t room)
{
    char long_text[1024] = "";
    cl_int status;
    if (RP_CL(status, clGetPlatformInfo, platform, what, sizeof long_text - 1, long_text, NULL) != CL_SUCCESS)
        long_text[0] = '\0';
    (void)snprintf(text, room, "%.*s", (int)(room - 1), long_text);
}

static uint64_t ask_number(cl_device_id device, cl_device_info what)
{
    cl_ulong number = 0;
    cl_int status;
    return RP_CL(status, clGetDeviceInfo, device, what, sizeof number, &number, NULL) == CL_SUCCESS ? number : 0;
}

static bool ask_flag(cl_device_id device, cl_device_info what)
{
    cl_bool flag = CL_FALSE;
    cl_int status;
    return RP_CL(status, clGetDeviceInfo, device, what, sizeof flag, &flag, NULL) == CL_SUCCESS && flag;
}

static rp_device describe(cl_platform_id platform, cl_device_id id)
{
    rp_device device = {.id = (void *)id, .platform_id = (void *)platform};
    cl_uint units = 0;
    cl_device_type type = 0;
    cl_int status;
    ask_text(id, CL_DEVICE_NAME, device.name, sizeof device.name);
    ask_text(id, CL_DEVICE_VERSION, device.version, sizeof device.version);
    ask_text(id, CL_DRIVER_VERSION, device.driver, sizeof device.driver);
    ask_platform(platform, CL_PLATFORM_NAME, device.platform, sizeof device.platform);
    if (RP_CL(status, clGetDeviceInfo, id, CL_DEVICE_MAX_COMPUTE_UNITS, sizeof units, &units, NULL) == CL_SUCCESS)
        device.compute_units = units;
    if (RP_CL(status, clGetDeviceInfo, id, CL_DEVICE_TYPE, sizeof type, &type, NULL) != CL_SUCCESS)
        type = 0;
    device.type = (type & CL_DEVICE_TYPE_GPU) != 0           ? RP_DEVICE_GPU
                  : (type & CL_DEVICE_TYPE_ACCELERATOR) != 0 ? RP_DEVICE_ACCELERATOR
                  : (type & CL_DEVICE_TYPE_CPU) != 0         ? RP_DEVICE_CPU
                                                             : RP_DEVICE_OTHER;
    device.memory_bytes = ask_number(id, CL_DEVICE_GLOBAL_MEM_SIZE);
    device.max_buffer_bytes = ask_number(id, CL_DEVICE_MAX_MEM_ALLOC_SIZE);
    device.why_not = !ask_flag(id, CL_DEVICE_AVAILABLE)            ? "it is not available"
                     : !ask_flag(id, CL_DEVICE_COMPILER_AVAILABLE) ? "it has no compiler"
                     : !ask_flag(id, CL_DEVICE_ENDIAN_LITTLE)      ? "it is big-endian"
                                                                   : NULL;
    device.ready = device.why_not == NULL;
    if (device.ready && device.type == RP_DEVICE_CPU)
        device.why_not = "a CPU gains nothing over the CPU workers";
    return device;
}

/* Whether the two are the same device, shown by two ICD files of one library. */
static bool is_alias(const rp_device *a, const rp_device *b)
{
    return strcmp(a->name, b->name) == 0 && strcmp(a->platform, b->platform) == 0 &&
           strcmp(a->version, b->version) == 0 && strcmp(a->driver, b->driver) == 0 &&
           a->memory_bytes == b->memory_bytes;
}

/* Appends a platform's devices, unless an earlier platform has shown them all. */
static bool add_platform(cl_platform_id platform, rp_devices *devices)
{
    cl_device_id ids[MAX_DEVICES];
    cl_uint n = 0;
    cl_int status;
    if (RP_CL(status, clGetDeviceIDs, platform, CL_DEVICE_TYPE_ALL, MAX_DEVICES, ids, &n) != CL_SUCCESS)
        return true; /* a platform without devices says so with an error */
    const size_t n_before = devices->n;
    n = n > MAX_DEVICES ? MAX_DEVICES : n;
    size_t n_alike = 0;
    bool taken[MAX_DEVICES] = {false};
    for (cl_uint i = 0; i < n; i++) {
        rp_device device = describe(platform, ids[i]);
        device.index = (unsigned)devices->n;
        for (size_t j = 0; j < n_before && j < MAX_DEVICES; j++)
            if (!taken[j] && is_alias(&device, &devices->items[j])) {
                taken[j] = true;
                n_alike++;
                break;
            }
        if (!rp_devices_push(devices, device))
            return false;
    }
    if (n > 0 && n_alike == n)
        devices->n = n_before;
    return true;
}

bool rp_devices_find(rp_devices *devices, const char **reason)
{
    cl_platform_id platforms[MAX_PLATFORMS];
    cl_uint n = 0;
    cl_int status;
    *devices = (rp_devices){0};
    *reason = "no driver is installed (no ICD file in /etc/OpenCL/vendors)";
    if (RP_CL(status, clGetPlatformIDs, MAX_PLATFORMS, platforms, &n) != CL_SUCCESS)
        return true;
    for (cl_uint i = 0; i < n && i < MAX_PLATFORMS; i++)
        if (!add_platform(platforms[i], devices)) {
            free(devices->items);
            *devices = (rp_devices){0};
            return false;
        }
    if (devices->n == 0 && n > 0)
        *reason = "the drivers that are installed show none";
    return true;
}
