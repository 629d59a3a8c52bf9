/* binding.c: see binding.h. */
#include "checkpoint/binding.h"

#include <stdlib.h>
#include <string.h>

#include "base/code.h"

char *rp_binding_make(const json_t *options)
{
    json_t *all = json_pack("{s:s+++}", "reprise-c", RP_VERSION, " (code ", rp_code, ")");
    const bool ok = all != NULL && options != NULL && json_object_update(all, (json_t *)options) == 0;
    char *text = ok ? json_dumps(all, JSON_COMPACT) : NULL;
    json_decref(all);
    return text;
}

/* The value as the user would write it; to be freed. */
static char *text_of(const json_t *value)
{
    return value == NULL || json_is_null(value) ? strdup("none") : json_dumps(value, JSON_ENCODE_ANY);
}

bool rp_binding_compare(const rp_bound *own, const rp_bound *other, const char *remedy, rp_error *error)
{
    json_t *all = json_loads(own->text, 0, NULL), *others = json_loads(other->text, 0, NULL);
    bool ok = all != NULL || rp_error_memory(error, "options");
    const char *name;
    json_t *value;
    json_object_foreach(all, name, value)
    {
        const json_t *kept = json_object_get(others, name);
        if (!ok || json_equal(value, kept))
            continue;
        char *mine = text_of(value), *theirs = text_of(kept);
        ok = rp_error_set(error, "%s is of %s %s, and %s has %s%s", other->name, name, theirs != NULL ? theirs : "?",
                          own->name, mine != NULL ? mine : "?", remedy);
        free(mine);
        free(theirs);
    }
    json_decref(all);
    json_decref(others);
    return ok;
}
