/* band.c: what the kernels share: lanes started, moved, rebased; choice of kernel. See band.h. */
#include "align/band.h"

#include <stddef.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

_Static_assert(RP_BLOCK_ROWS == 8, "rp_band_put_rows takes 8 codes of a lane in one word");

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
#ifdef RP_HAVE_NEON
    if (automatic || strcmp(name, "neon") == 0) /* every aarch64 has it */
        return &rp_band_neon;
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

#ifdef __SSE2__

/* 8 lanes at a time: their bytes are transposed and widened. */
void rp_band_put_rows(int16_t (*rows)[RP_LANES], const uint64_t bytes[RP_LANES])
{
    const __m128i zero = _mm_setzero_si128();
    for (unsigned first = 0; first < RP_LANES; first += 8) {
        __m128i lane[8], pair[4], four[4], row[4]; /* row[i] holds rows 2i and 2i + 1 */
        for (int i = 0; i < 8; i++)
            lane[i] = _mm_loadl_epi64((const __m128i *)(bytes + first + i));
        for (int i = 0; i < 4; i++)
            pair[i] = _mm_unpacklo_epi8(lane[2 * i], lane[2 * i + 1]);
        four[0] = _mm_unpacklo_epi16(pair[0], pair[1]);
        four[1] = _mm_unpackhi_epi16(pair[0], pair[1]);
        four[2] = _mm_unpacklo_epi16(pair[2], pair[3]);
        four[3] = _mm_unpackhi_epi16(pair[2], pair[3]);
        row[0] = _mm_unpacklo_epi32(four[0], four[2]);
        row[1] = _mm_unpackhi_epi32(four[0], four[2]);
        row[2] = _mm_unpacklo_epi32(four[1], four[3]);
        row[3] = _mm_unpackhi_epi32(four[1], four[3]);
        for (int i = 0; i < 4; i++) {
            _mm_storeu_si128((__m128i *)&rows[2 * i][first], _mm_unpacklo_epi8(row[i], zero));
            _mm_storeu_si128((__m128i *)&rows[2 * i + 1][first], _mm_unpackhi_epi8(row[i], zero));
        }
    }
}

#else

void rp_band_put_rows(int16_t (*rows)[RP_LANES], const uint64_t bytes[RP_LANES])
{
    for (unsigned r = 0; r < RP_BLOCK_ROWS; r++)
        for (unsigned lane = 0; lane < RP_LANES; lane++)
            rows[r][lane] = (int16_t)(bytes[lane] >> 8 * r & 0xff);
}

#endif

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
