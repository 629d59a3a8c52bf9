/* alongside.c: see alongside.h. */
#include "index/alongside.h"

enum {
    SURE_AHEAD_BP = 21,  /* the same behind a substitution: it was one */
    AHEAD_BP = 24,       /* that are compared behind a difference: 18 of them are the same by chance once in 10^7 */
    MAX_INSERTED_BP = 32 /* of one or the other: no family is as short */
};

static uint8_t code_at(const rp_genome *genome, const rp_strand_walk *walk, uint64_t at)
{
    return rp_genome_code(genome, walk->reverse ? walk->origin - 1 - at : walk->origin + at, walk->reverse);
}

static bool is_same(const rp_genome *genome, const rp_strand_walk *a, uint64_t at_a, const rp_strand_walk *b,
                    uint64_t at_b)
{
    const uint8_t code = code_at(genome, a, at_a);
    return rp_code_is_base(code) && code == code_at(genome, b, at_b);
}

/* The bases that are the same of those ahead; 0 where they are too few. */
static unsigned count_ahead(const rp_genome *genome, const rp_strand_walk *a, uint64_t at_a, const rp_strand_walk *b,
                            uint64_t at_b)
{
    unsigned n = 0, same = 0;
    for (; n < AHEAD_BP && at_a + n < a->limit_bp && at_b + n < b->limit_bp; n++)
        same += is_same(genome, a, at_a + n, b, at_b + n);
    return 4 * same >= 3 * n ? same : 0;
}

/* From where on the two are alike again behind a difference; false: they are not. */
static bool pass(const rp_genome *genome, const rp_strand_walk *a, uint64_t *at_a, const rp_strand_walk *b,
                 uint64_t *at_b)
{
    unsigned most = count_ahead(genome, a, *at_a + 1, b, *at_b + 1);
    uint64_t to_a = *at_a + 1, to_b = *at_b + 1;
    for (uint64_t inserted = 1; inserted <= MAX_INSERTED_BP && most < SURE_AHEAD_BP; inserted++) {
        const unsigned in_a = count_ahead(genome, a, *at_a + inserted, b, *at_b),
                       in_b = count_ahead(genome, a, *at_a, b, *at_b + inserted);
        if (in_a <= most && in_b <= most)
            continue;
        most = in_a > in_b ? in_a : in_b;
        to_a = *at_a + (in_a >= in_b ? inserted : 0);
        to_b = *at_b + (in_a >= in_b ? 0 : inserted);
    }
    *at_a = to_a;
    *at_b = to_b;
    return most > 0;
}

void rp_alongside(const rp_genome *genome, const rp_strand_walk *a, const rp_strand_walk *b, uint64_t *a_bp,
                  uint64_t *b_bp)
{
    uint64_t at_a = 0, at_b = 0;
    *a_bp = *b_bp = 0;
    while (at_a < a->limit_bp && at_b < b->limit_bp) {
        if (is_same(genome, a, at_a, b, at_b)) {
            *a_bp = ++at_a;
            *b_bp = ++at_b;
        } else if (!pass(genome, a, &at_a, b, &at_b)) {
            return;
        }
    }
}
