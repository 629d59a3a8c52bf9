/* check_satellite.c: arrays that are known, and what is found of them: period, monomer, ends, strand, higher order. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "satellite/period.h"
#include "satellite/satellites.h"
#include "satellite/tally.h"
#include "suites.h"

enum { SPACER_BP = 3000, TEXT_BP = 400000 };

/* A genome that is written piece by piece, and its tandem intervals. */
typedef struct made {
    char *text;
    rp_random random;
    uint64_t begins[16], ends[16];  /* of the arrays, without the header's line */
    size_t n;
    rp_genome genome;
    rp_satellites found;
} made;

static uint64_t length_of(const made *here)
{
    return strlen(here->text) - 3;
}

static void begin_genome(made *here, uint64_t seed)
{
    *here = (made){.text = calloc(1, TEXT_BP), .random = {seed}};
    strcpy(here->text, ">c\n");
}

static void append_spacer(made *here, size_t n)
{
    char *spacer = test_random_letters(&here->random, n);
    strcat(here->text, spacer);
    free(spacer);
}

/* Appends `n` letters of the unit repeated, from `phase` on, each changed with a chance of 1 / one_in (0: none). */
static void append_array(made *here, const char *unit, size_t phase, size_t n, unsigned one_in)
{
    const size_t period = strlen(unit);
    char *to = here->text + strlen(here->text);
    here->begins[here->n] = length_of(here);
    for (size_t i = 0; i < n; i++)
        to[i] = one_in > 0 && rp_random_below(&here->random, one_in) == 0 ? "ACGT"[rp_random_below(&here->random, 4)]
                                                                          : unit[(phase + i) % period];
    to[n] = '\0';
    here->ends[here->n++] = length_of(here);
}

static char *turn(const char *text)
{
    const size_t n = strlen(text);
    char *out = calloc(1, n + 1);
    for (size_t i = 0; i < n; i++)
        out[i] = "TGCA"[strchr("ACGT", text[n - 1 - i]) - "ACGT"];
    return out;
}

/* Looks at the arrays less their first and last `cut` bases, as a mask may have them. */
static void find_arrays(made *here, uint64_t cut, unsigned n_threads)
{
    rp_intervals tandem = {0};
    rp_error error = {""};
    test_genome(&here->genome, here->text);
    for (size_t i = 0; i < here->n; i++)
        ck_assert(rp_intervals_push(&tandem, (rp_interval){here->begins[i] + cut, here->ends[i] - cut}));
    ck_assert_msg(rp_satellites_find(&here->genome, &tandem, n_threads, &here->found, &error), "%s", error.message);
    free(tandem.items);
}

static void end_genome(made *here)
{
    rp_satellites_clear(&here->found);
    rp_genome_clear(&here->genome);
    free(here->text);
}

static void check_close(uint64_t a, uint64_t b, uint64_t most)
{
    ck_assert_msg(a <= b + most && b <= a + most, "%llu and %llu", (unsigned long long)a, (unsigned long long)b);
}

static const struct {
    uint32_t period, copies, one_in;
} ARRAYS[] = {{7, 60, 0},  {12, 20, 20},  {25, 14, 15},  {171, 40, 33},
              {171, 3, 0}, {360, 12, 25}, {2200, 5, 50}, {5000, 4, 0}};

START_TEST(an_array_has_its_period_copies_and_ends)
{
    made here;
    begin_genome(&here, 100 + (uint64_t)_i);
    const uint32_t period = ARRAYS[_i].period;
    char *unit = test_random_letters(&here.random, period);
    append_spacer(&here, SPACER_BP);
    append_array(&here, unit, 3, (size_t)period * ARRAYS[_i].copies, ARRAYS[_i].one_in);
    append_spacer(&here, SPACER_BP);
    find_arrays(&here, period / 4, 1);
    ck_assert_uint_eq(here.found.arrays.n, 1);
    ck_assert_uint_eq(here.found.satellites.n, 1);
    const rp_tandem_array *array = &here.found.arrays.items[0];
    ck_assert_uint_eq(array->period_bp, period);
    check_close(array->begin, here.begins[0], 20);
    check_close(array->end, here.ends[0], 20);
    ck_assert(fabs(array->copies - ARRAYS[_i].copies) <= 0.1 + 20.0 / period);
    ck_assert_uint_eq(array->hor, 0);
    if (ARRAYS[_i].one_in == 0)
        ck_assert(array->identity > 98);
    else /* two monomers differ where one of them was changed, three times out of four */
        ck_assert(fabs(array->identity - 100 + 150.0 / ARRAYS[_i].one_in) < 4);
    free(unit);
    end_genome(&here);
}
END_TEST

/* Arrays of one unit, from any base on and on either strand, are of one satellite with one monomer. */
START_TEST(rotations_and_strands_are_one_satellite)
{
    made here;
    begin_genome(&here, 7);
    char *unit = test_random_letters(&here.random, 120), *turned = turn(unit);
    for (int i = 0; i < 6; i++) {
        append_spacer(&here, 8000);
        append_array(&here, i % 2 == 0 ? unit : turned, 17 * (size_t)i, 120 * (10 - (size_t)i), 30);
    }
    append_spacer(&here, SPACER_BP);
    find_arrays(&here, 10, 3);
    ck_assert_uint_eq(here.found.satellites.n, 1);
    ck_assert_uint_eq(here.found.arrays.n, 6);
    rp_codes expected = {0};
    bool reverse = false;
    test_codes(&expected, unit);
    ck_assert(rp_monomer_canonical(&expected, &reverse));
    const rp_codes *monomer = &here.found.satellites.items[0].monomer;
    ck_assert_uint_eq(monomer->n, expected.n);
    ck_assert_mem_eq(monomer->items, expected.items, expected.n);
    for (size_t i = 0; i < 6; i++)
        ck_assert_int_eq(here.found.arrays.items[i].reverse, (i % 2 == 1) != reverse);
    free(expected.items);
    free(unit);
    free(turned);
    end_genome(&here);
}
END_TEST

START_TEST(every_rotation_has_one_canonical_form)
{
    rp_random random = {8};
    char *unit = test_random_letters(&random, 23);
    rp_codes first = {0};
    bool reverse;
    test_codes(&first, unit);
    ck_assert(rp_monomer_canonical(&first, &reverse));
    for (size_t shift = 0; shift < 23; shift++)
        for (int strand = 0; strand < 2; strand++) {
            char rotated[24] = "";
            strcat(strcpy(rotated, unit + shift), "");
            strncat(rotated, unit, shift);
            char *text = strand == 0 ? strdup(rotated) : turn(rotated);
            rp_codes codes = {0};
            test_codes(&codes, text);
            ck_assert(rp_monomer_canonical(&codes, &reverse));
            ck_assert_mem_eq(codes.items, first.items, 23);
            free(codes.items);
            free(text);
        }
    free(first.items);
    free(unit);
}
END_TEST

/* Monomers that differ by a quarter, in a row of six that is repeated nearly without change. */
START_TEST(a_higher_order_repeat_is_told)
{
    enum { MONOMERS = 6, MONOMER_BP = 171 };
    made here;
    begin_genome(&here, 9);
    char *monomer = test_random_letters(&here.random, MONOMER_BP), unit[MONOMERS * MONOMER_BP + 1] = "";
    for (int m = 0; m < MONOMERS; m++) {
        made worn = {.text = calloc(1, 1000), .random = {20 + (uint64_t)m}};
        strcpy(worn.text, ">c\n");
        append_array(&worn, monomer, 0, MONOMER_BP, 6);
        strcat(unit, worn.text + 3);
        free(worn.text);
    }
    append_spacer(&here, SPACER_BP);
    append_array(&here, unit, 40, 20 * sizeof unit, 100);
    append_spacer(&here, SPACER_BP);
    find_arrays(&here, 100, 1);
    ck_assert_uint_eq(here.found.arrays.n, 1);
    const rp_tandem_array *array = &here.found.arrays.items[0];
    ck_assert_uint_eq(array->period_bp, MONOMER_BP);
    ck_assert_uint_eq(array->hor, MONOMERS);
    ck_assert(array->hor_identity > 97);
    ck_assert(array->identity < 85);
    ck_assert_uint_eq(here.found.satellites.items[0].hor, MONOMERS);
    free(monomer);
    end_genome(&here);
}
END_TEST

/* An array that a contig's end or N cuts short ends there; one that N interrupts for long is two, of one satellite. */
START_TEST(arrays_end_at_contigs_and_unknown_bases)
{
    made here;
    begin_genome(&here, 10);
    char *unit = test_random_letters(&here.random, 60), gap[301];
    memset(gap, 'N', 300);
    gap[300] = '\0';
    append_array(&here, unit, 11, 60 * 12 + 25, 0);
    append_spacer(&here, SPACER_BP);
    append_array(&here, unit, 0, 60 * 9, 0);
    strcat(here.text, gap);
    append_array(&here, unit, 30, 60 * 7 + 13, 0);
    find_arrays(&here, 0, 2);
    ck_assert_uint_eq(here.found.satellites.n, 1);
    ck_assert_uint_eq(here.found.arrays.n, 3);
    for (size_t i = 0; i < 3; i++) {
        check_close(here.found.arrays.items[i].begin, here.begins[i], 20);
        check_close(here.found.arrays.items[i].end, here.ends[i], 20);
        ck_assert_uint_eq(here.found.arrays.items[i].period_bp, 60);
    }
    ck_assert_uint_eq(here.found.arrays.items[0].begin, 0);
    ck_assert_uint_eq(here.found.arrays.items[2].end, here.genome.length_bp);
    free(unit);
    end_genome(&here);
}
END_TEST

/* Microsatellites are counted alone, but for long arrays; TTAGGG and TTTAGGG are two. */
START_TEST(short_units_are_satellites_in_long_arrays_only)
{
    made here;
    begin_genome(&here, 11);
    append_spacer(&here, SPACER_BP);
    append_array(&here, "CA", 0, 90, 0);
    append_spacer(&here, SPACER_BP);
    append_array(&here, "TTAGGG", 2, 1800, 60);
    append_spacer(&here, 6000);
    append_array(&here, "TTTAGGG", 2, 700, 60);
    append_spacer(&here, SPACER_BP);
    find_arrays(&here, 0, 1);
    ck_assert_uint_eq(here.found.n_simple, 1);
    ck_assert_uint_eq(here.found.arrays.n, 2);
    ck_assert_uint_eq(here.found.satellites.n, 2);
    ck_assert_uint_eq(here.found.arrays.items[0].period_bp, 6);
    ck_assert_uint_eq(here.found.arrays.items[1].period_bp, 7);
    end_genome(&here);
}
END_TEST

/* An array of which each unit is an interval of its own, a few bases between: copies of a family of its units. */
START_TEST(intervals_that_are_nearly_joined_are_one)
{
    made here;
    begin_genome(&here, 14);
    char *unit = test_random_letters(&here.random, 700);
    append_spacer(&here, SPACER_BP);
    append_array(&here, unit, 0, 700 * 8, 50);
    append_spacer(&here, SPACER_BP);
    const uint64_t begin = here.begins[0];
    for (here.n = 0; here.n < 8; here.n++) {
        here.begins[here.n] = begin + 700 * here.n;
        here.ends[here.n] = here.begins[here.n] + 695;
    }
    find_arrays(&here, 0, 1);
    ck_assert_uint_eq(here.found.arrays.n, 1);
    ck_assert_uint_eq(here.found.arrays.items[0].period_bp, 700);
    check_close(here.found.arrays.items[0].end - here.found.arrays.items[0].begin, 5600, 40);
    free(unit);
    end_genome(&here);
}
END_TEST

/* Two arrays side by side in one interval, and sequence that is none. */
START_TEST(what_stands_side_by_side_is_told_apart)
{
    made here;
    begin_genome(&here, 12);
    char *a = test_random_letters(&here.random, 40), *b = test_random_letters(&here.random, 97);
    append_spacer(&here, SPACER_BP);
    append_array(&here, a, 0, 40 * 30, 30);
    append_array(&here, b, 0, 97 * 30, 30);
    append_spacer(&here, SPACER_BP);
    here.ends[0] = here.ends[1];
    here.n = 1;
    here.begins[here.n] = here.ends[0] + 500; /* no array */
    here.ends[here.n++] = here.ends[0] + 1500;
    find_arrays(&here, 0, 1);
    ck_assert_uint_eq(here.found.arrays.n, 2);
    ck_assert_uint_eq(here.found.satellites.n, 2);
    check_close(here.found.arrays.items[0].end, here.begins[0] + 1200, 30);
    check_close(here.found.arrays.items[1].end, here.begins[0] + 1200 + 2910, 20);
    uint64_t bases[2] = {0};
    rp_satellites_add_bases(&here.found, here.begins[0] + 100, here.begins[0] + 300, bases);
    ck_assert_uint_eq(bases[here.found.arrays.items[0].satellite], 200);
    ck_assert_uint_eq(bases[here.found.arrays.items[1].satellite], 0);
    free(a);
    free(b);
    end_genome(&here);
}
END_TEST

START_TEST(nothing_tandem_gives_no_satellites)
{
    made here;
    begin_genome(&here, 13);
    append_spacer(&here, SPACER_BP);
    find_arrays(&here, 0, 2);
    ck_assert_uint_eq(here.found.arrays.n, 0);
    ck_assert_uint_eq(here.found.satellites.n, 0);
    end_genome(&here);
}
END_TEST

Suite *suite_satellite(void)
{
    Suite *suite = suite_create("satellite");
    TCase *tests = tcase_create("satellite");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, an_array_has_its_period_copies_and_ends, 0, sizeof ARRAYS / sizeof ARRAYS[0]);
    tcase_add_test(tests, rotations_and_strands_are_one_satellite);
    tcase_add_test(tests, every_rotation_has_one_canonical_form);
    tcase_add_test(tests, a_higher_order_repeat_is_told);
    tcase_add_test(tests, arrays_end_at_contigs_and_unknown_bases);
    tcase_add_test(tests, short_units_are_satellites_in_long_arrays_only);
    tcase_add_test(tests, intervals_that_are_nearly_joined_are_one);
    tcase_add_test(tests, what_stands_side_by_side_is_told_apart);
    tcase_add_test(tests, nothing_tandem_gives_no_satellites);
    suite_add_tcase(suite, tests);
    return suite;
}
