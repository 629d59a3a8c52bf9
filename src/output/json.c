/* json.c: JSON into a result file; see json.h. */
#include "output/json.h"

#include <math.h>
#include <stdlib.h>

#include "base/text.h"

json_t *rp_json_text(const char *text)
{
    char *copy = rp_utf8_copy(text);
    json_t *value = copy != NULL ? json_string(copy) : NULL;
    free(copy);
    return value;
}

bool rp_json_set(json_t *object, const char *key, json_t *value)
{
    return json_object_set_new(object, key, value) == 0;
}

bool rp_json_append(json_t *list, json_t *value)
{
    return json_array_append_new(list, value) == 0;
}

json_t *rp_json_if(bool ok, json_t *value)
{
    if (ok)
        return value;
    json_decref(value);
    return NULL;
}

static int write_chunk(const char *bytes, size_t n, void *data)
{
    rp_file_write(data, bytes, n);
    return 0;
}

bool rp_json_write(json_t *value, rp_file *file)
{
    const bool ok =
        value != NULL && json_dump_callback(value, write_chunk, file, JSON_INDENT(1) | JSON_REAL_PRECISION(10)) == 0;
    json_decref(value);
    rp_file_write(file, "\n", 1);
    return ok;
}

double rp_json_rounded(double value, double step)
{
    return round(value / step) * step;
}
