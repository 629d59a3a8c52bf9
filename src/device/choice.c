/* choice.c: the value of --device; see devices.h. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "device/devices.h"

const char *const rp_device_type_names[] = {"GPU", "accelerator", "CPU", "other"};

bool rp_device_choice_parse(rp_device_choice *choice, const char *text, rp_error *error)
{
    static const char with_list[] = "opencl:";
    *choice = (rp_device_choice){.cpu = true};
    if (strcmp(text, "cpu") == 0)
        return true;
    choice->devices = true;
    if (strcmp(text, "all") == 0)
        return true;
    choice->cpu = false;
    if (strcmp(text, "opencl") == 0)
        return true;
    choice->list = text + sizeof with_list - 1;
    if (strncmp(text, with_list, sizeof with_list - 1) == 0 && choice->list[0] != '\0')
        return true;
    return rp_error_set(error, "--device: '%.100s' is none of cpu, opencl, opencl:LIST and all", text);
}

/* Whether an entry of the list means the device. */
static bool is_meant(const rp_device *device, const char *entry, size_t n)
{
    bool number = n > 0;
    for (size_t i = 0; i < n; i++)
        number = number && isdigit((unsigned char)entry[i]) != 0;
    if (number)
        return n < 9 && strtoul(entry, NULL, 10) == device->index;
    for (size_t at = 0; n > 0 && at + n <= strlen(device->name); at++)
        if (strncasecmp(device->name + at, entry, n) == 0)
            return true;
    return false;
}

static bool choose_listed(const rp_devices *devices, const char *list, rp_device_indices *chosen, rp_error *error)
{
    for (const char *entry = list; *entry != '\0';) {
        const size_t n = strcspn(entry, ",");
        bool found = false;
        for (size_t i = 0; i < devices->n; i++) {
            if (!is_meant(&devices->items[i], entry, n))
                continue;
            found = true;
            if (!devices->items[i].ready)
                return rp_error_set(error, "--device: OpenCL device %u (%s) cannot be used: %s",
                                    devices->items[i].index, devices->items[i].name, devices->items[i].why_not);
            bool twice = false;
            for (size_t j = 0; j < chosen->n; j++)
                twice = twice || chosen->items[j] == i;
            if (!twice && !rp_device_indices_push(chosen, i))
                return rp_error_memory(error, "devices");
        }
        if (!found)
            return rp_error_set(error, "--device: no OpenCL device is '%.*s'; 'reprise-c devices' lists what there is",
                                (int)n, entry);
        entry += n + (entry[n] == ',');
    }
    return true;
}

bool rp_devices_choose(const rp_devices *devices, const rp_device_choice *choice, const char *reason,
                       rp_device_indices *chosen, rp_error *error)
{
    if (devices->n == 0)
        return rp_error_set(error, "--device: there is no OpenCL device: %s", reason);
    if (choice->list != NULL)
        return choose_listed(devices, choice->list, chosen, error);
    for (size_t i = 0; i < devices->n; i++)
        if (devices->items[i].why_not == NULL && !rp_device_indices_push(chosen, i))
            return rp_error_memory(error, "devices");
    if (chosen->n == 0)
        return rp_error_set(
            error, "--device: no OpenCL device would be used; device %u (%s): %s; 'opencl:%u' asks for it",
            devices->items[0].index, devices->items[0].name, devices->items[0].why_not, devices->items[0].index);
    return true;
}
