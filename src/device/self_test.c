/* self_test.c: the same extensions on a device and on the CPU; see dispatcher.h. */
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "device/dispatcher.h"

enum { N_EXTENSIONS = 256, QUERY_BP = 400, PIECE_BP = 50, X_DROP = 100 };

/* Queries that show what their walks do, with differences and, in the second half, a gap. */
static void make_extensions(const rp_view *view, rp_extension *extensions, uint8_t *codes)
{
    rp_random random = {view->genome->length_bp};
    for (unsigned i = 0; i < N_EXTENSIONS; i++) {
        const uint64_t at = rp_random_below(&random, view->genome->length_bp);
        const rp_strand_walk walk = rp_view_walk(view, at, i % 2 == 1);
        uint8_t *query = codes + (size_t)i * QUERY_BP;
        for (unsigned b = 0; b < QUERY_BP; b += PIECE_BP)
            rp_view_decode(view, &walk, b + (b > QUERY_BP / 2 ? i % 7 : 0), PIECE_BP, query + b);
        for (unsigned b = 0; b < QUERY_BP; b++)
            if (rp_random_below(&random, 8) == 0 || query[b] > 3)
                query[b] = (uint8_t)rp_random_below(&random, 4);
        extensions[i] = (rp_extension){.query = query, .query_length = QUERY_BP, .walk = walk};
    }
}

static bool are_equal(const rp_extension *a, const rp_extension *b)
{
    for (unsigned i = 0; i < N_EXTENSIONS; i++)
        if (a[i].score != b[i].score || a[i].query_used != b[i].query_used || a[i].target_used != b[i].target_used ||
            a[i].looked_at != b[i].looked_at)
            return false;
    return true;
}

void rp_dispatcher_test(rp_dispatcher *dispatcher, const rp_band_kernel *kernel)
{
    const rp_view view = {.genome = dispatcher->session.genome};
    rp_extender *extender = rp_extender_create(kernel);
    rp_extension *given = rp_alloc(N_EXTENSIONS, sizeof *given), *expected = rp_alloc(N_EXTENSIONS, sizeof *expected);
    uint8_t *codes = rp_alloc(N_EXTENSIONS, QUERY_BP);
    if (extender == NULL || given == NULL || expected == NULL || codes == NULL) {
        (void)rp_session_retire(&dispatcher->session, "out of memory");
        goto cleanup;
    }
    make_extensions(&view, given, codes);
    memcpy(expected, given, N_EXTENSIONS * sizeof *given);
    rp_extender_run(extender, &view, expected, N_EXTENSIONS, X_DROP);
    rp_request mine = {.view = &view, .extensions = given, .n = N_EXTENSIONS, .x_drop = X_DROP};
    if (rp_dispatcher_ask(dispatcher, &mine, true) && !are_equal(given, expected))
        (void)rp_session_retire(&dispatcher->session, "it gives a wrong answer to the self-test");
cleanup:
    rp_extender_destroy(extender);
    free(given);
    free(expected);
    free(codes);
}
