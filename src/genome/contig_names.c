/* contig_names.c: see contig_names.h. */
#include "genome/contig_names.h"

#include <stdlib.h>
#include <string.h>

#include <htslib/khash.h>

#include "base/memory.h"

/* khash's functions are static and not all used; the warnings are not ours. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
KHASH_SET_INIT_STR(names)
#pragma GCC diagnostic pop

struct rp_contig_names {
    khash_t(names) * seen;
};

rp_contig_names *rp_contig_names_create(void)
{
    rp_contig_names *names = rp_alloc(1, sizeof *names);
    if (names != NULL && (names->seen = kh_init(names)) == NULL) {
        free(names);
        return NULL;
    }
    return names;
}

void rp_contig_names_destroy(rp_contig_names *names)
{
    if (names == NULL)
        return;
    for (khiter_t i = kh_begin(names->seen); i != kh_end(names->seen); i++)
        if (kh_exist(names->seen, i))
            free((char *)kh_key(names->seen, i));
    kh_destroy(names, names->seen);
    free(names);
}

rp_contig_name_status rp_contig_names_add(rp_contig_names *names, const rp_contig *contig)
{
    char *id = strndup(contig->name, contig->id_length);
    int absent = -1;
    if (id != NULL)
        (void)kh_put(names, names->seen, id, &absent);
    if (absent > 0)
        return RP_CONTIG_NAME_NEW; /* the set keeps it */
    free(id);
    return absent < 0 ? RP_CONTIG_NAME_NO_MEMORY : RP_CONTIG_NAME_TWICE;
}
