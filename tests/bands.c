/* bands.c: random bands for the kernels; see bands.h. */
#include "bands.h"

#include <stdlib.h>
#include <string.h>

#include "base/random.h"

enum { TRIALS = 3000, CAP = 40 };

static void random_band(rp_random *random, rp_band *band)
{
    for (unsigned lane = 0; lane < RP_LANES; lane++) {
        rp_band_start_lane(band, lane);
        const int kind = (int)rp_random_below(random, 4);
        for (unsigned j = 0; j < RP_BAND; j++) {
            if (kind == 0)
                continue; /* a fresh lane */
            /* ordinary scores, or ones at the ends of int16, where sums saturate */
            const int spread = kind == 3 ? 65535 : 400;
            band->score[j][lane] = (int16_t)((int)rp_random_below(random, (uint64_t)spread) - spread / 2);
            band->deletion[j][lane] = (int16_t)((int)rp_random_below(random, (uint64_t)spread) - spread / 2);
        }
        if (kind != 0) {
            band->best[lane] = (int16_t)rp_random_below(random, 200);
            band->row[lane] = (int16_t)rp_random_below(random, 32767);
        }
        for (unsigned j = 0; j < RP_BAND + RP_BLOCK_ROWS; j++)
            band->target[j][lane] = (int16_t)rp_random_below(random, 5);
        for (unsigned r = 0; r < RP_BLOCK_ROWS; r++)
            band->query[r][lane] = (int16_t)(rp_random_below(random, 8) == 0 ? 5 : rp_random_below(random, 4));
    }
}

static void random_shift(rp_random *random, int16_t by[RP_LANES])
{
    for (unsigned lane = 0; lane < RP_LANES; lane++)
        by[lane] =
            (int16_t)(rp_random_below(random, 2) == 0 ? 0
                                                      : (int)rp_random_below(random, 2 * RP_BAND - 1) + 1 - RP_BAND);
}

/* One trial; `a` and `b` hold the same band. */
static const char *compare(const rp_band_kernel *kernel, rp_random *random, rp_band *a, rp_band *b, bool with_trace)
{
    rp_trace_row expected[RP_BLOCK_ROWS], got[RP_BLOCK_ROWS];
    _Alignas(64) int16_t by[RP_LANES];
    int64_t sums[2][RP_N_BASES] = {{1, 2, 3, 4}, {1, 2, 3, 4}};
    const unsigned row = (unsigned)rp_random_below(random, RP_BLOCK_ROWS);
    rp_band_reference.candidates(a, row, CAP, sums[0]);
    kernel->candidates(b, row, CAP, sums[1]);
    if (memcmp(sums[0], sums[1], sizeof sums[0]) != 0)
        return "the sum of candidates";
    const unsigned first = (unsigned)rp_random_below(random, RP_BLOCK_ROWS);
    memset(expected, 0, sizeof expected);
    memset(got, 0, sizeof got);
    rp_band_reference.rows(a, first, RP_BLOCK_ROWS, with_trace ? expected : NULL);
    kernel->rows(b, first, RP_BLOCK_ROWS, with_trace ? got : NULL);
    if (memcmp(a, b, sizeof *a) != 0)
        return "the band";
    if (memcmp(expected, got, sizeof got) != 0)
        return "the trace";
    if (rp_band_reference.sum_best(a) != kernel->sum_best(b))
        return "the sum of bests";
    random_shift(random, by);
    rp_band_reference.shift(a, by);
    kernel->shift(b, by);
    return memcmp(a, b, sizeof *a) != 0 ? "the shifted band" : NULL;
}

const char *test_compare_kernel(const rp_band_kernel *kernel)
{
    rp_random random = {17};
    rp_band *a = aligned_alloc(64, sizeof *a), *b = aligned_alloc(64, sizeof *b);
    const char *differs = a == NULL || b == NULL ? "memory is out and nothing" : NULL;
    for (int trial = 0; trial < TRIALS && differs == NULL; trial++) {
        memset(a, 0, sizeof *a);
        random_band(&random, a);
        memcpy(b, a, sizeof *a);
        differs = compare(kernel, &random, a, b, trial % 2 == 0);
    }
    free(a);
    free(b);
    return differs;
}
