/* devices.c: `reprise-c devices`: the OpenCL devices of this machine. */
#include <stdio.h>
#include <stdlib.h>

#include "command/command.h"
#include "command/options.h"
#include "device/devices.h"
#include "output/json.h"

enum { TABLE_ROWS = 4 };

static const char *use_of(const rp_device *device)
{
    return device->why_not == NULL ? "yes" : device->ready ? "when asked for" : "no";
}

static void print_table(const rp_devices *devices, const char *reason)
{
    if (devices->n == 0) {
        printf("no OpenCL device: %s\n", reason);
        return;
    }
    printf("%-5s %-40s %-11s %9s %5s %-24s %s\n", "index", "name", "type", "memory", "units", "driver",
           "used by --device opencl");
    for (size_t i = 0; i < devices->n; i++) {
        const rp_device *device = &devices->items[i];
        printf("%5u %-40.40s %-11s %6.1f GB %5u %-24.24s %s%s%s\n", device->index, device->name,
               rp_device_type_names[device->type], (double)device->memory_bytes / 1e9, device->compute_units,
               device->driver, use_of(device), device->why_not != NULL ? ": " : "",
               device->why_not != NULL ? device->why_not : "");
    }
}

/* What drivers tell of themselves is foreign text. */
static json_t *describe(const rp_device *device)
{
    return json_pack("{s:i, s:o, s:s, s:o, s:o, s:o, s:I, s:I, s:i, s:s, s:s?}", "index", (int)device->index, "name",
                     rp_json_text(device->name), "type", rp_device_type_names[device->type], "platform",
                     rp_json_text(device->platform), "version", rp_json_text(device->version), "driver",
                     rp_json_text(device->driver), "memory_bytes", (json_int_t)device->memory_bytes, "max_buffer_bytes",
                     (json_int_t)device->max_buffer_bytes, "compute_units", (int)device->compute_units, "used",
                     use_of(device), "why_not", device->why_not);
}

static bool print_json(const rp_devices *devices, const char *reason, rp_error *error)
{
    json_t *list = json_array();
    bool listed = list != NULL;
    for (size_t i = 0; listed && i < devices->n; i++)
        listed = rp_json_append(list, describe(&devices->items[i]));
    json_t *whole =
        rp_json_if(listed, json_pack("{s:o, s:s?}", "devices", list, "reason", devices->n == 0 ? reason : NULL));
    rp_file *file = whole != NULL ? rp_file_open("-", error) : NULL;
    bool ok = file != NULL && (rp_json_write(json_incref(whole), file) || rp_error_memory(error, "devices")) &&
              rp_file_finish(file, error);
    if (whole == NULL)
        ok = rp_error_memory(error, "devices");
    json_decref(whole);
    rp_file_destroy(file);
    return ok;
}

int rp_command_devices(int argc, char **argv)
{
    bool json = false, help = false;
    const rp_option table[TABLE_ROWS] = {
        {RP_OPTION_FLAG, "json", 0, NULL, &json, 0, 0, "print JSON"},
        {RP_OPTION_FLAG, "help", 'h', NULL, &help, 0, 0, "print this text"},
    };
    rp_error error = {""};
    int first = 0;
    bool ok = rp_options_parse(table, 2, argc, argv, &first, &error);
    if (ok && !help && first < argc)
        ok = rp_error_set(&error, "unexpected operand %.100s", argv[first]);
    if (!ok)
        return rp_command_misuse("devices", &error);
    if (help) {
        printf("usage: reprise-c devices [options]\n\n"
               "Lists the OpenCL devices of this machine, and which of them `--device opencl` uses. CPU-type\n"
               "devices are used only when asked for by index or name (--device opencl:0).\n\noptions:\n");
        rp_options_print(table, 2, stdout);
        return RP_EXIT_OK;
    }
    rp_devices devices;
    const char *reason = "";
    ok = rp_devices_find(&devices, &reason) || rp_error_memory(&error, "devices");
    if (ok && json)
        ok = print_json(&devices, reason, &error);
    else if (ok)
        print_table(&devices, reason);
    free(devices.items);
    return rp_command_end("devices", ok, &error);
}
