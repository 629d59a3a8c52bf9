/* json.c: JSON into a result file; see json.h. */
#include "output/json.h"

#include <math.h>

static int write_chunk(const char *bytes, size_t n, void *data)
{
    rp_file_write(data, bytes, n);
    return 0;
}

bool rp_json_write(json_t *value, rp_file *file)
{
    const bool ok = value != NULL && json_dump_callback(value, write_chunk, file, JSON_INDENT(1) | JSON_REAL_PRECISION(10)) == 0;
    json_decref(value);
    rp_file_write(file, "\n", 1);
    return ok;
}

double rp_json_rounded(double value, double step)
{
    return round(value / step) * step;
}
