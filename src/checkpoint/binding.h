/* binding.h: which code and which options a kept file follows from, as text: it is used by those alone. */
#ifndef RP_CHECKPOINT_BINDING_H
#define RP_CHECKPOINT_BINDING_H

#include <jansson.h>

#include "base/error.h"

/* This code and these options (NULL: there was no memory for them); to be freed. NULL: out of memory. */
char *rp_binding_make(const json_t *options) RP_MUST_CHECK;

/* A binding, and who has it. */
typedef struct rp_bound {
    const char *name; /* "this run" */
    const char *text;
} rp_bound;

/* Whether two are alike. False: error filled in, "OTHER is of --kmer 13, and OWN has 14REMEDY", with an option in which
 * they differ. */
bool rp_binding_compare(const rp_bound *own, const rp_bound *other, const char *remedy, rp_error *error) RP_MUST_CHECK;

#endif
