/* json.h: JSON into a result file. */
#ifndef RP_OUTPUT_JSON_H
#define RP_OUTPUT_JSON_H

#include <jansson.h>

#include "base/file.h"

/* Text of users' files: U+FFFD stands for each byte that is no UTF-8 (base/text.h). NULL: out of memory. */
json_t *rp_json_text(const char *text) RP_MUST_CHECK;

/* Both give the value up. False: out of memory (a NULL object, list or value, too); no member is left out in
 * silence. */
bool rp_json_set(json_t *object, const char *key, json_t *value) RP_MUST_CHECK;
bool rp_json_append(json_t *list, json_t *value) RP_MUST_CHECK;

/* The value if all is well with it, else NULL; it is given up then. */
json_t *rp_json_if(bool ok, json_t *value) RP_MUST_CHECK;

/* Writes the value and gives it up. False: out of memory (a NULL value, too). */
bool rp_json_write(json_t *value, rp_file *file) RP_MUST_CHECK;

double rp_json_rounded(double value, double step);

#endif
