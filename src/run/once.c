/* once.c: each family stands once in the library; see stages.h.
 *
 * Copies that the first consensus of a family missed seed another one: a family of thousands of copies comes out in
 * many versions, and short pieces of it. When polishing has brought them to rest, what lies in another consensus is no
 * family of its own, and the scan gives its copies to that one. What lies in a known one is none that is new.
 */
#include <stdlib.h>

#include "compare/inside.h"
#include "run/stages.h"

static const size_t NOWHERE = SIZE_MAX; /* where what lies in a known family goes */

/* Of a consensus, that lies in another, and of the columns that are the same. */
enum { HELD_PERCENT = 95, SAME_PERCENT = 95, WORD_BASES = 12 };

/* As rp_inside_choose; of the sequences from number n on all stay, and what lies in one of them goes into NOWHERE. */
static bool choose(const rp_codes *const *consensus, size_t n, rp_insides *pairs, size_t *into)
{
    size_t kept = 0;
    bool *is_known = rp_alloc(n, sizeof *is_known);
    for (size_t i = 0; is_known != NULL && i < pairs->n; i++) {
        const rp_inside *here = &pairs->items[i];
        if (here->inner < n && here->outer < n)
            pairs->items[kept++] = *here;
        else if (here->inner < n)
            is_known[here->inner] = true;
    }
    pairs->n = kept;
    const bool ok = is_known != NULL && rp_inside_choose(consensus, n, pairs, into);
    for (size_t i = 0; ok && i < n; i++)
        into[i] = is_known[i] ? NOWHERE : into[i];
    free(is_known);
    return ok;
}

bool rp_run_list_once(rp_run *run, rp_error *error)
{
    rp_run_state *state = &run->state;
    const rp_family_file *known = run->known.library;
    const size_t n = state->n_source, n_known = known != NULL ? known->n : 0;
    const rp_codes **consensus = rp_alloc(n + n_known, sizeof *consensus);
    size_t *into = rp_alloc(n, sizeof *into);
    rp_insides pairs = {0};
    const rp_inside_parameters parameters = {run->n_threads, WORD_BASES, HELD_PERCENT, SAME_PERCENT, false};
    bool ok = (consensus != NULL && into != NULL) || rp_error_memory(error, "comparing families");
    for (size_t i = 0; ok && i < n; i++)
        consensus[i] = &state->library.items[state->source[i]].consensus;
    for (size_t i = 0; ok && i < n_known; i++)
        consensus[n + i] = &known->items[i].consensus;
    ok = ok && rp_inside_find(consensus, n + n_known, &parameters, &pairs, error);
    if (ok && !choose(consensus, n, &pairs, into))
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
