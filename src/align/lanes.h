/* lanes.h: 32 lanes of int16 as one value, for the instruction set this file is compiled for. */
#ifndef RP_ALIGN_LANES_H
#define RP_ALIGN_LANES_H

#include <stdint.h>

#if defined(__aarch64__)
#include <arm_neon.h>
#else
#include <immintrin.h>
#endif

#if defined(__AVX512BW__)

typedef __m512i lanes;
typedef __mmask32 lanes_mask;

static inline lanes lanes_load(const int16_t *from)
{
    return _mm512_load_si512((const void *)from);
}
static inline void lanes_store(int16_t *to, lanes a)
{
    _mm512_store_si512((void *)to, a);
}
static inline lanes lanes_set(int value)
{
    return _mm512_set1_epi16((int16_t)value);
}
static inline lanes lanes_add(lanes a, lanes b)
{
    return _mm512_adds_epi16(a, b);
}
static inline lanes lanes_max(lanes a, lanes b)
{
    return _mm512_max_epi16(a, b);
}
static inline lanes_mask lanes_equal(lanes a, lanes b)
{
    return _mm512_cmpeq_epi16_mask(a, b);
}
static inline lanes_mask lanes_greater(lanes a, lanes b)
{
    return _mm512_cmpgt_epi16_mask(a, b);
}
/* b where the mask is set, else a */
static inline lanes lanes_blend(lanes_mask mask, lanes a, lanes b)
{
    return _mm512_mask_blend_epi16(mask, a, b);
}
/* max(a, b) where the mask is set, else a */
static inline lanes lanes_max_where(lanes_mask mask, lanes a, lanes b)
{
    return _mm512_mask_max_epi16(a, mask, a, b);
}
static inline uint32_t lanes_bits(lanes_mask mask)
{
    return mask;
}
static inline int64_t lanes_sum(lanes a)
{
    return _mm512_reduce_add_epi32(_mm512_madd_epi16(a, _mm512_set1_epi16(1)));
}

#elif defined(__AVX2__)

typedef struct lanes {
    __m256i low, high;
} lanes;
typedef lanes lanes_mask;

static inline lanes lanes_load(const int16_t *from)
{
    return (lanes){_mm256_load_si256((const __m256i *)from), _mm256_load_si256((const __m256i *)(from + 16))};
}
static inline void lanes_store(int16_t *to, lanes a)
{
    _mm256_store_si256((__m256i *)to, a.low);
    _mm256_store_si256((__m256i *)(to + 16), a.high);
}
static inline lanes lanes_set(int value)
{
    const __m256i one = _mm256_set1_epi16((int16_t)value);
    return (lanes){one, one};
}
static inline lanes lanes_add(lanes a, lanes b)
{
    return (lanes){_mm256_adds_epi16(a.low, b.low), _mm256_adds_epi16(a.high, b.high)};
}
static inline lanes lanes_max(lanes a, lanes b)
{
    return (lanes){_mm256_max_epi16(a.low, b.low), _mm256_max_epi16(a.high, b.high)};
}
static inline lanes_mask lanes_equal(lanes a, lanes b)
{
    return (lanes){_mm256_cmpeq_epi16(a.low, b.low), _mm256_cmpeq_epi16(a.high, b.high)};
}
static inline lanes_mask lanes_greater(lanes a, lanes b)
{
    return (lanes){_mm256_cmpgt_epi16(a.low, b.low), _mm256_cmpgt_epi16(a.high, b.high)};
}
static inline lanes lanes_blend(lanes_mask mask, lanes a, lanes b)
{
    return (lanes){_mm256_blendv_epi8(a.low, b.low, mask.low), _mm256_blendv_epi8(a.high, b.high, mask.high)};
}
static inline lanes lanes_max_where(lanes_mask mask, lanes a, lanes b)
{
    return lanes_max(a, lanes_blend(mask, a, b));
}
static inline uint32_t lanes_bits(lanes_mask mask)
{
    const __m256i packed = _mm256_permute4x64_epi64(_mm256_packs_epi16(mask.low, mask.high), 0xd8);
    return (uint32_t)_mm256_movemask_epi8(packed);
}
static inline int64_t lanes_sum(lanes a)
{
    const __m256i one = _mm256_set1_epi16(1);
    const __m256i sum = _mm256_add_epi32(_mm256_madd_epi16(a.low, one), _mm256_madd_epi16(a.high, one));
    __m128i half = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4e));
    half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0xb1));
    return _mm_cvtsi128_si32(half);
}

#elif defined(__aarch64__)

enum { LANES_PARTS = 4 }; /* of 8 lanes each */

typedef struct lanes {
    int16x8_t part[LANES_PARTS];
} lanes;
typedef struct lanes_mask {
    uint16x8_t part[LANES_PARTS];
} lanes_mask;

#define LANES_OF(TYPE, EACH)              \
    TYPE out;                             \
    for (int i = 0; i < LANES_PARTS; i++) \
        out.part[i] = (EACH);             \
    return out

static inline lanes lanes_load(const int16_t *from)
{
    LANES_OF(lanes, vld1q_s16(from + 8 * i));
}
static inline void lanes_store(int16_t *to, lanes a)
{
    for (int i = 0; i < LANES_PARTS; i++)
        vst1q_s16(to + 8 * i, a.part[i]);
}
static inline lanes lanes_set(int value)
{
    LANES_OF(lanes, vdupq_n_s16((int16_t)value));
}
static inline lanes lanes_add(lanes a, lanes b)
{
    LANES_OF(lanes, vqaddq_s16(a.part[i], b.part[i]));
}
static inline lanes lanes_max(lanes a, lanes b)
{
    LANES_OF(lanes, vmaxq_s16(a.part[i], b.part[i]));
}
static inline lanes_mask lanes_equal(lanes a, lanes b)
{
    LANES_OF(lanes_mask, vceqq_s16(a.part[i], b.part[i]));
}
static inline lanes_mask lanes_greater(lanes a, lanes b)
{
    LANES_OF(lanes_mask, vcgtq_s16(a.part[i], b.part[i]));
}
static inline lanes lanes_blend(lanes_mask mask, lanes a, lanes b)
{
    LANES_OF(lanes, vbslq_s16(mask.part[i], b.part[i], a.part[i]));
}
static inline lanes lanes_max_where(lanes_mask mask, lanes a, lanes b)
{
    return lanes_max(a, lanes_blend(mask, a, b));
}
static inline uint32_t lanes_bits(lanes_mask mask)
{
    static const uint16_t BITS[8] = {1, 2, 4, 8, 16, 32, 64, 128};
    uint32_t bits = 0;
    for (int i = 0; i < LANES_PARTS; i++)
        bits |= (uint32_t)vaddvq_u16(vandq_u16(mask.part[i], vld1q_u16(BITS))) << 8 * i;
    return bits;
}
static inline int64_t lanes_sum(lanes a)
{
    int64_t sum = 0;
    for (int i = 0; i < LANES_PARTS; i++)
        sum += vaddlvq_s16(a.part[i]);
    return sum;
}

#else
#error "lanes.h needs AVX2, AVX-512BW or aarch64"
#endif

#endif
