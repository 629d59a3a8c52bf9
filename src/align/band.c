/* band.c: what the kernels share: lanes started, moved, rebased; choice of kernel. See band.h. */
#include "align/band.h"

#include <stddef.h>
#include <string.h>

const rp_band_kernel *rp_band_select(const char *name)
{
    const bool automatic = strcmp(name, "auto") == 0;
#ifdef RP_HAVE_X86
    __builtin_cpu_init();
    if ((automatic || strcmp(name, "avx512") == 0) && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl"))
        return &rp_band_avx512;
    if ((automatic || strcmp(name, "avx2") == 0) && __builtin_cpu_supports("avx2"))
        return &rp_band_avx2;
#endif
    return automatic || strcmp(name, "scalar") == 0 ? &rp_band_reference : NULL;
}

void rp_band_start_lane(rp_band *band, unsigned lane)
{
    for (int j = 0; j <= RP_BAND; j++) {
        const int inserted = j - RP_BAND_CENTRE;
        int score = RP_SCORE_NONE;
        if (inserted == 0)
            score = 0;
        else if (inserted > 0 && j < RP_BAND)
            score = RP_SCORE_GAP_FIRST + (inserted - 1) * RP_SCORE_GAP_NEXT;
        band->score[j][lane] = (int16_t)score;
        band->deletion[j][lane] = RP_SCORE_NONE;
    }
    band->best[lane] = 0;
    band->best_row[lane] = -1;
    band->best_cell[lane] = RP_BAND_CENTRE;
    band->row[lane] = 0;
    band->row_best[lane] = 0;
    band->row_cell[lane] = RP_BAND_CENTRE;
}

void rp_band_shift_lane(rp_band *band, unsigned lane, int by)
{
    int16_t score[RP_BAND], deletion[RP_BAND];
    for (int j = 0; j < RP_BAND; j++) {
        const bool inside = j + by >= 0 && j + by < RP_BAND;
        score[j] = inside ? band->score[j + by][lane] : RP_SCORE_NONE;
        deletion[j] = inside ? band->deletion[j + by][lane] : RP_SCORE_NONE;
    }
    for (int j = 0; j < RP_BAND; j++) {
        band->score[j][lane] = score[j];
        band->deletion[j][lane] = deletion[j];
    }
}

void rp_band_advance_target(rp_band *band)
{
    memmove(band->target[0], band->target[RP_BLOCK_ROWS], RP_BAND * sizeof band->target[0]);
}

static int16_t lowered(int16_t score)
{
    const int low = score - RP_SCORE_REBASE;
    return (int16_t)(low < INT16_MIN ? INT16_MIN : low);
}

int rp_band_rebase_lane(rp_band *band, unsigned lane)
{
    if (band->best[lane] < RP_SCORE_REBASE)
        return 0;
    for (int j = 0; j < RP_BAND; j++) {
        band->score[j][lane] = lowered(band->score[j][lane]);
        band->deletion[j][lane] = lowered(band->deletion[j][lane]);
    }
    band->best[lane] = lowered(band->best[lane]);
    band->row_best[lane] = lowered(band->row_best[lane]);
    return RP_SCORE_REBASE;
}
