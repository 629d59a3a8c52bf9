/* check_classify.c: what small consensus sequences show, and the classes that their copies speak for. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "classify/classify.h"
#include "classify/structure.h"
#include "suites.h"

static rp_traits look_at(const char *recipe)
{
    rp_structure_scratch scratch = {.next_capacity = 0};
    rp_codes codes = {0};
    rp_traits traits = {0};
    char *letters = test_sequence(recipe);
    test_codes(&codes, letters);
    ck_assert(rp_structure_find(&scratch, &codes, &traits));
    rp_structure_scratch_clear(&scratch);
    free(codes.items);
    free(letters);
    return traits;
}

static const struct {
    const char *recipe;
    uint32_t ltr_bp, ltr_right_begin;
    bool tg_ca;
    uint32_t tir_bp, tail_bp;
    const char *tail_unit;
    bool helitron_ends;
    uint32_t hairpin_bp, period_bp;
    bool low, trna, rrna;
} STRUCTURES[] = {{.recipe = "a600"},
                  {.recipe = "TG a200 CA b1500 TG a200 CA", .ltr_bp = 204, .ltr_right_begin = 1704, .tg_ca = true},
                  {.recipe = "C a200 G b1500 C a200 G", .ltr_bp = 202, .ltr_right_begin = 1702},
                  {.recipe = "G a70 G b1500 G a70 G"},                           /* too short for LTRs */
                  {.recipe = "C a200 G b60 C a200 G"},                           /* too little between them */
                  {.recipe = "TG a300 CA", .tg_ca = true},
                  {.recipe = "CA c30 G d500 G ~c30 TG", .tir_bp = 32},
                  {.recipe = "c8 G d500 G ~c8"},                                 /* too short for a TIR */
                  {.recipe = "c15 A c15 G d500 G ~c15 C ~c15", .tir_bp = 31},    /* a mismatch within */
                  {.recipe = "e300 GCGCGCGC A*20", .tail_bp = 20, .tail_unit = "A"},
                  {.recipe = "e300 GCGCGCGC A*20 GCC", .tail_bp = 20, .tail_unit = "A"},
                  {.recipe = "e300 GCGCGCGC A*7"},
                  {.recipe = "e300 C T*20"},                                     /* T is no tail */
                  {.recipe = "e300 G GAC*6", .tail_bp = 18, .tail_unit = "GAC"},
                  {.recipe = "TC f400 GG GGCATCGC TTTT GCGATGCC GG CTAG", .helitron_ends = true, .hairpin_bp = 8},
                  {.recipe = "A TC f400 GG GGCATCGC TTTT GCGATGCC GG CTAG T", .helitron_ends = true, .hairpin_bp = 8},
                  {.recipe = "TC f400 CTAC"},
                  {.recipe = "g60 g60 g60", .period_bp = 60},
                  {.recipe = "CA*100", .period_bp = 2, .low = true, .tail_bp = 200, .tail_unit = "CA"},
                  {.recipe = "GCGGATT TAGCTCAGTTG h30 GGTTCGAATCC TTCTT AATCCGC", .trna = true},
                  {.recipe = "GCGGATT TAGCTCAGTTG h30 GGTTCGAATCC TTCTT TTAGGCG"}, /* no acceptor stem */
                  {.recipe = "a100 GTGCCAGCAGCCGCGGTAA b100", .rrna = true},
                  {.recipe = "a100 ~b100 TTACCGCGGCTGCTGGCAC b100", .rrna = true}, /* the reverse strand */
                  {.recipe = "a100 GTGCCAGCTGCCGCGGTAT b100"}};                    /* two bases differ */

START_TEST(a_consensus_shows_its_structure)
{
    const rp_traits traits = look_at(STRUCTURES[_i].recipe);
    const char *what = STRUCTURES[_i].recipe;
    ck_assert_msg(traits.ltr_bp == STRUCTURES[_i].ltr_bp, "%s: LTR %u", what, traits.ltr_bp);
    ck_assert_msg(traits.ltr_right_begin == STRUCTURES[_i].ltr_right_begin, "%s: LTR at %u", what,
                  traits.ltr_right_begin);
    ck_assert_msg(traits.tg_ca == STRUCTURES[_i].tg_ca, "%s: TG ... CA", what);
    ck_assert_msg(traits.tir_bp == STRUCTURES[_i].tir_bp, "%s: TIR %u", what, traits.tir_bp);
    ck_assert_msg(traits.tail_bp == STRUCTURES[_i].tail_bp, "%s: tail %u", what, traits.tail_bp);
    ck_assert_str_eq(traits.tail_unit, STRUCTURES[_i].tail_unit != NULL ? STRUCTURES[_i].tail_unit : "");
    ck_assert_msg(traits.helitron_ends == STRUCTURES[_i].helitron_ends, "%s: Helitron", what);
    ck_assert_msg(traits.hairpin_bp == STRUCTURES[_i].hairpin_bp, "%s: hairpin %u", what, traits.hairpin_bp);
    ck_assert_msg(traits.period_bp == STRUCTURES[_i].period_bp, "%s: period %u", what, traits.period_bp);
    ck_assert_msg((traits.low_complexity > 0.5f) == STRUCTURES[_i].low, "%s: low complexity %f", what,
                  (double)traits.low_complexity);
    ck_assert_msg(traits.trna == STRUCTURES[_i].trna, "%s: tRNA", what);
    ck_assert_msg(traits.rrna == STRUCTURES[_i].rrna, "%s: rRNA", what);
}
END_TEST

START_TEST(the_longest_open_reading_frame_is_found)
{
    /* TTAATTAATTAA stops all six frames; GCC and CGG have none of their own */
    static const struct {
        const char *recipe;
        uint32_t begin, bp;
        bool reverse;
    } FRAMES[] = {{"GCC*50 TTAATTAATTAA GCC*30", 0, 159, false},
                  {"GCC*30 TTAATTAATTAA GCC*50", 93, 159, true},
                  {"TTAATTAATTAA GCC*50", 3, 159, true}};
    const rp_traits traits = look_at(FRAMES[_i].recipe);
    ck_assert_uint_eq(traits.orf_bp, FRAMES[_i].bp);
    ck_assert_uint_eq(traits.orf_begin, FRAMES[_i].begin);
    ck_assert_int_eq(traits.orf_reverse, FRAMES[_i].reverse);
}
END_TEST

START_TEST(a_consensus_is_turned_to_its_element_strand)
{
    static const struct {
        const char *recipe;
        bool turned;
    } STRANDS[] = {{"T*20 G e300", true},  {"e300 C A*20", false},  {"T*20 G e300 C A*20", false}, {"e300", false},
                   {"CTAG f400 GA", true}, {"TC f400 CTAG", false}, {"CTAG f20 GA", false}};
    rp_codes codes = {0};
    char *letters = test_sequence(STRANDS[_i].recipe);
    test_codes(&codes, letters);
    ck_assert_msg(rp_structure_is_turned(&codes) == STRANDS[_i].turned, "%s", STRANDS[_i].recipe);
    free(codes.items);
    free(letters);
}
END_TEST

/* --- Classes --- */

typedef enum layout { APART, HEAD_TO_TAIL, DUPLICATED, WHOLE_CONTIGS } layout;

static const struct {
    const char *recipe;
    unsigned n_whole, n_cut;   /* copies; those cut lack the first half */
    layout layout;
    const char *class_name;
} CLASSES[] = {{"a600", 6, 0, APART, "Unknown"},
               {"CA c30 G d500 G ~c30 TG", 6, 0, APART, "MITE"},
               {"CA c30 G d900 G ~c30 TG", 6, 0, APART, "DNA/TIR"},
               {"TG a200 CA b1500 TG a200 CA", 6, 0, APART, "LTR/Unknown"},
               {"TC f400 GG GGCATCGC TTTT GCGATGCC GG CTAG", 6, 0, APART, "RC/Helitron"},
               {"e300 C A*20", 13, 0, APART, "SINE"},
               {"e300 C A*20", 5, 0, APART, "Unknown"},
               {"e900 C A*20", 2, 8, APART, "LINE"},
               {"e900 C A*20", 8, 2, APART, "Unknown"},
               {"e900 C A*20", 3, 3, APART, "Unknown"},
               {"a600", 8, 0, HEAD_TO_TAIL, "Satellite"},
               {"a600", 6, 0, DUPLICATED, "Segmental_duplication"},
               {"a600", 6, 0, WHOLE_CONTIGS, "Artefact"},
               {"a100 CA*100", 6, 0, APART, "Simple_repeat"},
               {"a100 GTGCCAGCAGCCGCGGTAA b100", 6, 0, APART, "rRNA"}};

/* The copies of a row, with random sequence around them. */
static char *lay_out(int row, const char *letters)
{
    char *text = calloc(1, 400000), *at = text, *same = test_sequence("m6000");
    rp_random random = {97};
    at += sprintf(at, ">x0\n");
    for (unsigned i = 0; i < CLASSES[row].n_whole + CLASSES[row].n_cut; i++) {
        char *spacer = test_random_letters(&random, 700);
        const char *copy = i < CLASSES[row].n_whole ? letters : letters + strlen(letters) / 2;
        switch (CLASSES[row].layout) {
        case APART: at += sprintf(at, "%s%s", spacer, copy); break;
        case HEAD_TO_TAIL: at += sprintf(at, "%s", copy); break;
        case DUPLICATED: at += sprintf(at, "%s%s%s%s", spacer, same, copy, same); break;
        case WHOLE_CONTIGS: at += sprintf(at, "%s\n>x%u\n", copy, i + 1); break;
        }
        free(spacer);
    }
    char *spacer = test_random_letters(&random, 700);
    sprintf(at, "%s\n", spacer);
    free(spacer);
    free(same);
    return text;
}

START_TEST(copies_speak_for_a_class)
{
    char *letters = test_sequence(CLASSES[_i].recipe), *text = lay_out(_i, letters);
    rp_codes consensus = {0};
    rp_genome genome;
    rp_error error = {""};
    test_codes(&consensus, letters);
    test_genome(&genome, text);
    const rp_codes *families[] = {&consensus};
    const rp_view view = {.genome = &genome};
    const rp_annotate_parameters annotate = {.n_threads = 1,
                                             .kernel = rp_band_select("auto"),
                                             .expected_by_chance = RP_CHANCE_FOUND,
                                             .min_copies = 2,
                                             .rows = rp_row_store_create()};
    rp_parts parts = {0};
    ck_assert_msg(rp_annotate(&view, families, 1, &annotate, &parts, &error), "%s", error.message);
    rp_findings findings;
    ck_assert(rp_findings_init(&findings, &genome, families, 1, 'R', &parts));
    findings.kernel = annotate.kernel;
    findings.rows = annotate.rows;
    ck_assert_uint_eq(findings.n_families, 1);
    const rp_classify_parameters parameters = {.n_threads = 1, .min_copies = 3};
    ck_assert_msg(rp_classify(&findings, &parameters, &error), "%s", error.message);
    ck_assert_msg(strcmp(findings.families[0].class_name, CLASSES[_i].class_name) == 0, "%s: %s", CLASSES[_i].recipe,
                  findings.families[0].class_name);
    rp_findings_clear(&findings);
    rp_row_store_destroy(annotate.rows);
    free(consensus.items);
    free(letters);
    free(text);
    rp_genome_clear(&genome);
}
END_TEST

Suite *suite_classify(void)
{
    Suite *suite = suite_create("classify");
    TCase *tests = tcase_create("classify");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, a_consensus_shows_its_structure, 0, (int)(sizeof STRUCTURES / sizeof STRUCTURES[0]));
    tcase_add_loop_test(tests, the_longest_open_reading_frame_is_found, 0, 3);
    tcase_add_loop_test(tests, a_consensus_is_turned_to_its_element_strand, 0, 7);
    tcase_add_loop_test(tests, copies_speak_for_a_class, 0, (int)(sizeof CLASSES / sizeof CLASSES[0]));
    suite_add_tcase(suite, tests);
    return suite;
}
