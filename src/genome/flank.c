/* flank.c: stretches of the genome as bit planes; see flank.h. */
#include "genome/flank.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

uint16_t rp_flank_steps[RP_FLANK_DROP + 1][256];

/* Before main: what loops read without asking whether it is there. */
static __attribute__((constructor)) void fill_steps(void)
{
    for (unsigned first = 0; first <= RP_FLANK_DROP; first++)
        for (unsigned same = 0; same < 256; same++) {
            unsigned gain = 0, reached = 0, drop = first;
            for (unsigned i = 0; i < 8 && drop < RP_FLANK_DROP; i++) {
                const bool match = (same >> i & 1) != 0;
                if (match && drop == 0) {
                    gain++;
                    reached = i + 1;
                } else {
                    drop = match ? drop - 1 : drop + 1;
                }
            }
            rp_flank_steps[first][same] = (uint16_t)(drop << 8 | reached << 4 | gain);
        }
}

/* Where the machine has an instruction that gathers bits, it makes planes of packed bases. */
#ifdef RP_HAVE_X86
#include <immintrin.h>

__attribute__((target("bmi2"))) static rp_flank gather_planes(uint64_t first, uint64_t second)
{
    const uint64_t even = UINT64_C(0x5555555555555555);
    return (rp_flank){.low = _pext_u64(first, even) | _pext_u64(second, even) << 32,
                      .high = _pext_u64(first, even << 1) | _pext_u64(second, even << 1) << 32};
}
#endif

static rp_flank make_planes(uint64_t first, uint64_t second)
{
#ifdef RP_HAVE_X86
    if (__builtin_cpu_supports("bmi2"))
        return gather_planes(first, second);
#endif
    return (rp_flank){.low = rp_flank_even_bits(first) | rp_flank_even_bits(second) << 32,
                      .high = rp_flank_even_bits(first >> 1) | rp_flank_even_bits(second >> 1) << 32};
}

static rp_flank read_forward(const rp_view *view, uint64_t begin)
{
    rp_flank out = make_planes(rp_genome_window(view->genome, begin), rp_genome_window(view->genome, begin + 32));
    out.valid = ~(rp_bitmask_window(&view->genome->not_acgt, begin) | rp_view_covered(view, begin));
    return out;
}

static uint64_t first_bits(unsigned n)
{
    return n == RP_FLANK_BP ? UINT64_MAX : ((uint64_t)1 << n) - 1;
}

/* Up to RP_FLANK_BP bases from an origin on, of which a contig has so many. */
static rp_flank read_up(const rp_view *view, uint64_t origin, uint64_t limit_bp)
{
    const unsigned n = limit_bp < RP_FLANK_BP ? (unsigned)limit_bp : RP_FLANK_BP;
    if (n == 0)
        return (rp_flank){0, 0, 0};
    rp_flank out = read_forward(view, origin);
    out.valid &= first_bits(n);
    return out;
}

static rp_flank read_down(const rp_view *view, uint64_t origin, uint64_t limit_bp)
{
    const unsigned n = limit_bp < RP_FLANK_BP ? (unsigned)limit_bp : RP_FLANK_BP;
    if (n == 0)
        return (rp_flank){0, 0, 0};
    const unsigned shift = RP_FLANK_BP - n; /* the n bases that were read come first, reversed */
    const rp_flank read = read_forward(view, origin - n);
    return (rp_flank){.high = ~rp_flank_reverse_bits(read.high) >> shift,
                      .low = ~rp_flank_reverse_bits(read.low) >> shift,
                      .valid = rp_flank_reverse_bits(read.valid) >> shift & first_bits(n)};
}

rp_flank rp_flank_read(const rp_view *view, const rp_strand_walk *walk)
{
    return walk->reverse ? read_down(view, walk->origin, walk->limit_bp) : read_up(view, walk->origin, walk->limit_bp);
}

void rp_flanks_read(const rp_view *view, uint64_t begin, uint64_t end, rp_flank *up, rp_flank *down)
{
    const rp_contig *contig = &view->genome->contigs[rp_genome_contig_of(view->genome, begin)];
    *up = read_up(view, end, contig->begin + contig->length_bp - end);
    *down = read_down(view, begin, begin - contig->begin);
}

void rp_flanks_prefetch(const rp_view *view, uint64_t begin, uint64_t end)
{
    const rp_genome *genome = view->genome;
    const uint64_t last = genome->length_bp - 1;
    const uint64_t ends[2] = {begin < RP_FLANK_BP ? 0 : begin - RP_FLANK_BP,
                              end + RP_FLANK_BP < last ? end + RP_FLANK_BP : last};
    for (unsigned i = 0; i < 2; i++) {
        rp_view_prefetch(view, ends[i]);
        __builtin_prefetch((const void *)&genome->not_acgt.words[ends[i] >> 6]);
    }
}

bool rp_planes_init(rp_planes *planes, size_t n_bases)
{
    planes->n_words = n_bases / 64 + 4;
    planes->words = rp_alloc(planes->n_words, sizeof *planes->words);
    return planes->words != NULL;
}

bool rp_planes_reserve(rp_planes *planes, size_t n_bases)
{
    if (n_bases / 64 + 4 <= planes->n_words)
        return true;
    rp_planes_clear(planes);
    if (rp_planes_init(planes, n_bases + n_bases / 2))
        return true;
    rp_planes_clear(planes);
    return false;
}

void rp_planes_clear(rp_planes *planes)
{
    free(planes->words);
    *planes = (rp_planes){0};
}

_Static_assert(RP_CELL_GAP < 8, "a code has three bits, the highest for what is no base");

/* The lowest bits of eight bytes. */
static uint64_t lowest_bits(uint64_t bytes)
{
    return (bytes & UINT64_C(0x0101010101010101)) * UINT64_C(0x0102040810204080) >> 56;
}

void rp_planes_fill(rp_planes *planes, const uint8_t *codes, size_t n)
{
    for (size_t word = 0; word + 1 < planes->n_words && word * 64 < n + 64; word++) { /* one more, which is empty */
        rp_flank flank = {0, 0, 0};
        for (size_t i = 0; i < 64 && word * 64 + i < n; i += 8) {
            const size_t left = n - (word * 64 + i);
            uint64_t eight = RP_BASE_NONE * UINT64_C(0x0101010101010101);
            memcpy(&eight, codes + word * 64 + i, left < 8 ? left : 8);
            flank.low |= lowest_bits(eight) << i;
            flank.high |= lowest_bits(eight >> 1) << i;
            flank.valid |= lowest_bits(~eight >> 2) << i;
        }
        planes->words[word + 1] = flank;
    }
}
