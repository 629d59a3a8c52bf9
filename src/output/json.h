/* json.h: JSON into a result file. */
#ifndef RP_OUTPUT_JSON_H
#define RP_OUTPUT_JSON_H

#include <jansson.h>

#include "base/file.h"

/* Writes the value and gives it up. False: out of memory (a NULL value, too). */
bool rp_json_write(json_t *value, rp_file *file) RP_MUST_CHECK;

double rp_json_rounded(double value, double step);

#endif
