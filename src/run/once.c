/* once.c: each family stands once in the library; see stages.h.
 *
 * Copies that the first consensus of a family missed seed another one: a family of thousands of copies comes out in
 * many versions, and short pieces of it. When polishing has brought them to rest, what lies in another consensus is no
 * family of its own, and the scan gives its copies to that one.
 */
#include <stdlib.h>

#include "compare/inside.h"
#include "run/stages.h"

/* Of a consensus, that lies in another, and of the columns that are the same. */
enum { HELD_PERCENT = 95, SAME_PERCENT = 95, WORD_BASES = 12 };

bool rp_run_list_once(rp_run *run, rp_error *error)
{
    rp_run_state *state = &run->state;
    const size_t n = state->n_source;
    const rp_codes **consensus = rp_alloc(n, sizeof *consensus);
    size_t *into = rp_alloc(n, sizeof *into);
    rp_insides pairs = {0};
    const rp_inside_parameters parameters = {run->n_threads, WORD_BASES, HELD_PERCENT, SAME_PERCENT, false};
    bool ok = (consensus != NULL && into != NULL) || rp_error_memory(error, "comparing families");
    for (size_t i = 0; ok && i < n; i++)
        consensus[i] = &state->library.items[state->source[i]].consensus;
    ok = ok && rp_inside_find(consensus, n, &parameters, &pairs, error);
    if (ok && !rp_inside_choose(consensus, n, &pairs, into))
        ok = rp_error_memory(error, "comparing families");
    size_t kept = 0;
    for (size_t i = 0; ok && i < n; i++)
        if (into[i] == i)
            state->source[kept++] = state->source[i];
    if (ok) {
        run->n_inside = n - kept;
        state->n_source = kept;
    }
    free(consensus);
    free(into);
    free(pairs.items);
    return ok;
}
