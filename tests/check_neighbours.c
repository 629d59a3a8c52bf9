/* check_neighbours.c: what stands around copies: independent places, exons that follow each other. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "classify/classify.h"
#include "copies/stretch.h"
#include "suites.h"

enum { TEXT_MAX = 1 << 20, SEGMENT_BP = 9000, UNIT_BP = 600 };

typedef struct writer {
    char *text;
    size_t n;
    rp_random random;
} writer;

static void put(writer *to, const char *letters, size_t n)
{
    ck_assert_uint_lt(to->n + n, TEXT_MAX);
    memcpy(to->text + to->n, letters, n);
    to->n += n;
    to->text[to->n] = '\0';
}

static void put_text(writer *to, const char *text)
{
    put(to, text, strlen(text));
}

static void put_contig(writer *to)
{
    char name[32];
    (void)snprintf(name, sizeof name, "\n>from_%zu\n", to->n);
    put_text(to, name);
}

static void put_random(writer *to, size_t n)
{
    char *letters = test_random_letters(&to->random, n);
    put(to, letters, n);
    free(letters);
}

/* The letters with one in `one_in` changed, or all as they are (0). */
static void put_changed(writer *to, const char *letters, size_t n, unsigned one_in)
{
    const size_t begin = to->n;
    put(to, letters, n);
    for (size_t i = begin; one_in > 0 && i < to->n; i++)
        if (rp_random_below(&to->random, one_in) == 0)
            to->text[i] = "ACGT"[rp_random_below(&to->random, 4)];
}

/* Classifies families, of given consensus letters, by the copies that they have in the text. */
static void classify(const char *text, char *const *letters, size_t n, rp_genome *genome, rp_codes *consensus,
                     rp_findings *findings)
{
    const rp_codes *families[8];
    rp_error error = {""};
    rp_parts parts = {0};
    test_genome(genome, text);
    for (size_t f = 0; f < n; f++) {
        test_codes(&consensus[f], letters[f]);
        families[f] = &consensus[f];
    }
    const rp_view view = {.genome = genome};
    rp_row_store *rows = rp_row_store_create();
    ck_assert_ptr_nonnull(rows);
    const rp_annotate_parameters annotate = {.n_threads = 1,
                                             .kernel = rp_band_select("auto"),
                                             .expected_by_chance = RP_CHANCE_FOUND,
                                             .min_copies = 2,
                                             .rows = rows};
    ck_assert_msg(rp_annotate(&view, families, n, &annotate, &parts, &error), "%s", error.message);
    ck_assert(rp_findings_init(findings, genome, families, n, 'R', &parts));
    findings->kernel = annotate.kernel;
    findings->rows = rows;
    const rp_classify_parameters parameters = {.n_threads = 2, .min_copies = 3};
    ck_assert_msg(rp_classify(findings, &parameters, &error), "%s", error.message);
    rp_row_store_destroy(rows);
}

static void clear(size_t n, char **letters, rp_genome *genome, rp_codes *consensus, rp_findings *findings)
{
    rp_findings_clear(findings);
    rp_genome_clear(genome);
    for (size_t f = 0; f < n; f++) {
        free(consensus[f].items);
        free(letters[f]);
    }
}

static const rp_traits *traits_of(const rp_findings *findings, size_t source)
{
    for (size_t f = 0; f < findings->n_families; f++)
        if (findings->families[f].source == source)
            return &findings->families[f].traits;
    ck_abort_msg("family %zu has no copies", source);
}

/* --- Independent places --- */

typedef enum around {
    APART,          /* two more copies with flanks of their own */
    TWIN,           /* the segment again, one base in fifty changed */
    OLD_TWIN,       /* one in six */
    IN_PIECES,      /* every third 150 bases of the segment, others between */
    INSERTED,       /* a copy of another family stands beside the copy in the twin */
    CUT,            /* the segment from the copy on, at the begin of a contig */
    ALONE,          /* a copy that is a contig */
    SHORT,          /* only 2 kb of the flanks are those of the segment */
    IN_A_ROW        /* two copies head to tail, apart from the rest */
} around;

static const struct {
    around around[6];      /* of the copies that follow the first */
    unsigned n;
    uint32_t places;
    bool enough;           /* at least half of the consensus has three */
} PLACES[] = {{{APART, APART}, 2, 5, true},          {{TWIN, APART}, 2, 3, true},
              {{TWIN, TWIN, TWIN}, 3, 1, false},     {{OLD_TWIN, OLD_TWIN}, 2, 1, false},
              {{IN_PIECES, IN_PIECES}, 2, 1, false}, {{INSERTED, TWIN, INSERTED}, 3, 1, false},
              {{CUT, CUT, TWIN}, 3, 1, false},       {{ALONE, ALONE, ALONE, TWIN}, 4, 1, false},
              {{ALONE, ALONE, APART}, 3, 3, true},   {{SHORT, SHORT}, 2, 3, true},
              {{IN_A_ROW, TWIN}, 2, 2, false}};

static void put_pieces(writer *to, const char *letters, size_t n)
{
    for (size_t i = 0; i + 450 <= n; i += 450) {
        put_changed(to, letters + i, 150, 12);
        put_random(to, 300);
    }
}

/* One more copy, with what is around it. */
static void put_around(writer *to, around how, const char *left, const char *copy, const char *right, const char *other)
{
    const unsigned one_in = how == OLD_TWIN ? 6 : 50;
    switch (how) {
    case APART:
        for (int i = 0; i < 2; i++) {
            put_random(to, 3000);
            put_changed(to, copy, UNIT_BP, 50);
        }
        break;
    case TWIN:
    case OLD_TWIN:
        put_changed(to, left, SEGMENT_BP, one_in);
        put_changed(to, copy, UNIT_BP, one_in);
        put_changed(to, right, SEGMENT_BP, one_in);
        break;
    case IN_PIECES:
        put_pieces(to, left, SEGMENT_BP - 150);
        put(to, left + SEGMENT_BP - 150, 150);
        put_changed(to, copy, UNIT_BP, 50);
        put_pieces(to, right, SEGMENT_BP);
        break;
    case INSERTED:
        put_changed(to, left, SEGMENT_BP, one_in);
        put_changed(to, other, 1500, one_in);
        put_changed(to, copy, UNIT_BP, one_in);
        put_changed(to, other, 1500, one_in);
        put_changed(to, right, SEGMENT_BP, one_in);
        break;
    case CUT:
        put_contig(to);
        put_changed(to, copy, UNIT_BP, one_in);
        put_changed(to, right, SEGMENT_BP, one_in);
        break;
    case ALONE:
        put_contig(to);
        put_changed(to, copy, UNIT_BP, one_in);
        put_contig(to);
        break;
    case SHORT:
        put_random(to, 3000);
        put_changed(to, left + SEGMENT_BP - 2000, 2000, one_in);
        put_changed(to, copy, UNIT_BP, one_in);
        put_changed(to, right, 2000, one_in);
        break;
    case IN_A_ROW:
        put_random(to, 3000);
        put_changed(to, copy, UNIT_BP, 50);
        put_changed(to, copy, UNIT_BP, 50);
        break;
    }
    put_random(to, 3000);
}

START_TEST(places_are_counted)
{
    writer to = {calloc(1, TEXT_MAX), 0, {300 + (uint64_t)_i}};
    char *left = test_random_letters(&to.random, SEGMENT_BP), *right = test_random_letters(&to.random, SEGMENT_BP);
    char *letters[2] = {test_random_letters(&to.random, UNIT_BP), test_random_letters(&to.random, 1500)};
    put_text(&to, ">first\n");
    put_random(&to, 2000);
    put(&to, left, SEGMENT_BP);
    put(&to, letters[0], UNIT_BP);
    put(&to, right, SEGMENT_BP);
    put_random(&to, 2000);
    for (unsigned i = 0; i < PLACES[_i].n; i++)
        put_around(&to, PLACES[_i].around[i], left, letters[0], right, letters[1]);
    for (int i = 0; i < 3; i++) {
        put_contig(&to);
        put_random(&to, 500);
        put(&to, letters[1], 1500);
        put_random(&to, 500);
    }
    put_text(&to, "\n");
    rp_genome genome;
    rp_codes consensus[2] = {{0}};
    rp_findings findings;
    classify(to.text, letters, 2, &genome, consensus, &findings);
    const rp_traits *traits = traits_of(&findings, 0);
    ck_assert_uint_eq(traits->n_independent, PLACES[_i].places);
    ck_assert_int_eq(traits->independent_share >= 0.5f, PLACES[_i].enough);
    clear(2, letters, &genome, consensus, &findings);
    free(left);
    free(right);
    free(to.text);
}
END_TEST

/* A stretch of the family that has copies elsewhere does not make the rest of it independent. */
START_TEST(a_part_does_not_speak_for_the_whole)
{
    writer to = {calloc(1, TEXT_MAX), 0, {41}};
    char *left = test_random_letters(&to.random, SEGMENT_BP), *right = test_random_letters(&to.random, SEGMENT_BP);
    char *letters[1] = {test_random_letters(&to.random, 2000)};
    put_text(&to, ">x\n");
    for (int i = 0; i < 3; i++) {
        put_random(&to, 2000);
        put_changed(&to, left, SEGMENT_BP, 50);
        put_changed(&to, letters[0], 2000, 50);
        put_changed(&to, right, SEGMENT_BP, 50);
    }
    for (int i = 0; i < 6; i++) {
        put_random(&to, 2000);
        put_changed(&to, letters[0] + 700, 400, 20);
    }
    put_random(&to, 2000);
    put_text(&to, "\n");
    rp_genome genome;
    rp_codes consensus[1] = {{0}};
    rp_findings findings;
    classify(to.text, letters, 1, &genome, consensus, &findings);
    const rp_traits *traits = traits_of(&findings, 0);
    ck_assert_uint_eq(traits->n_independent, 7);
    ck_assert(traits->independent_share < 0.3f);
    ck_assert_int_eq(traits->other, RP_OTHER_DUPLICATION);
    clear(1, letters, &genome, consensus, &findings);
    free(left);
    free(right);
    free(to.text);
}
END_TEST

/* --- Neighbours --- */

static const struct {
    unsigned n_exons, n_genes;
    bool gaps_vary, ragged, beside;   /* beside: a fourth family stands directly beside exons elsewhere */
    rp_other of_exons, of_beside;
} CHAINS[] = {{3, 8, true, false, false, RP_OTHER_EXONS, RP_OTHER_NONE},
              {3, 8, true, false, true, RP_OTHER_EXONS, RP_OTHER_BESIDE_EXONS},
              {3, 8, false, false, false, RP_OTHER_NONE, RP_OTHER_NONE}, /* the pieces of an element */
              {3, 8, true, true, false, RP_OTHER_NONE, RP_OTHER_NONE}, /* each is cut short where it faces the next */
              {2, 8, true, false, false, RP_OTHER_NONE, RP_OTHER_NONE}}; /* the ends of an element, say */

START_TEST(exons_are_told_by_their_distances)
{
    enum { EXON_BP = 240 };
    writer to = {calloc(1, TEXT_MAX), 0, {77 + (uint64_t)_i}};
    char *letters[4];
    for (int f = 0; f < 4; f++)
        letters[f] = test_random_letters(&to.random, EXON_BP);
    put_text(&to, ">x\n");
    for (unsigned g = 0; g < CHAINS[_i].n_genes; g++) {
        put_random(&to, 8000);
        for (unsigned e = 0; e < CHAINS[_i].n_exons; e++) {
            const size_t lost = CHAINS[_i].ragged ? 40 + rp_random_below(&to.random, 60) : 0;
            put_changed(&to, letters[e] + lost, EXON_BP - 2 * lost, 8);
            put_random(&to, CHAINS[_i].gaps_vary ? 100 + rp_random_below(&to.random, 800) : 400);
        }
    }
    for (unsigned i = 0; CHAINS[_i].beside && i < 5; i++) { /* exons that have lost the others */
        put_random(&to, 8000);
        put_changed(&to, letters[3], EXON_BP, 8);
        put_changed(&to, letters[i % 3], EXON_BP, 8);
    }
    put_random(&to, 8000);
    put_text(&to, "\n");
    rp_genome genome;
    rp_codes consensus[4] = {{0}};
    rp_findings findings;
    const size_t n = CHAINS[_i].beside ? 4 : CHAINS[_i].n_exons;
    classify(to.text, letters, n, &genome, consensus, &findings);
    for (size_t f = 0; f < n; f++)
        ck_assert_int_eq(traits_of(&findings, f)->other, f == 3 ? CHAINS[_i].of_beside : CHAINS[_i].of_exons);
    clear(4, letters, &genome, consensus, &findings);
    free(to.text);
}
END_TEST

/* Pieces that two stretches share, from few words to more than are sorted one by one, on both strands. */
static const struct {
    uint32_t piece_bp, at, other_at, drift;
    bool alike;
} STRETCHES[] = {{40, 300, 380, 100, true},
                 {40, 300, 380, 79, false},
                 {15, 300, 300, 100, false},
                 {900, 50, 60, 16, true},
                 {900, 50, 60, 9, false},
                 {RP_STRETCH_BP, 0, 0, 0, true},
                 {220, 800, 10, RP_STRETCH_BP, true},
                 {0, 0, 0, RP_STRETCH_BP, false}};

START_TEST(stretches_are_alike_by_the_pieces_that_they_share)
{
    rp_random random = {.state = 31 + (uint64_t)_i};
    writer to = {.text = malloc(TEXT_MAX), .random = random};
    const uint32_t n = STRETCHES[_i].piece_bp;
    put_text(&to, ">g\n");
    put_random(&to, 2 * RP_STRETCH_BP);
    memmove(to.text + 3 + RP_STRETCH_BP + STRETCHES[_i].other_at, to.text + 3 + STRETCHES[_i].at, n);
    put_text(&to, "\n");
    rp_genome genome;
    test_genome(&genome, to.text);
    const rp_view view = {.genome = &genome};
    for (int turned = 0; turned < 2; turned++) {
        rp_stretch both[2];
        for (int i = 0; i < 2; i++) {
            const rp_strand_walk walk = turned ? rp_view_walk(&view, (uint64_t)(i + 1) * RP_STRETCH_BP, true)
                                               : rp_view_walk(&view, (uint64_t)i * RP_STRETCH_BP, false);
            rp_stretch_read(&view, &walk, &both[i]);
            ck_assert_uint_eq(both[i].n_known, RP_STRETCH_BP);
        }
        uint32_t end = 1, other_end = 1;
        ck_assert_int_eq(rp_stretch_alike(&both[0], &both[1], STRETCHES[_i].drift, &end, &other_end),
                         STRETCHES[_i].alike);
        const uint32_t from = turned ? RP_STRETCH_BP - STRETCHES[_i].at - n : STRETCHES[_i].at,
                       other = turned ? RP_STRETCH_BP - STRETCHES[_i].other_at - n : STRETCHES[_i].other_at;
        if (STRETCHES[_i].alike) { /* some bases more may be the same by chance */
            ck_assert(end >= from + n && end <= from + n + 16);
            ck_assert_uint_eq(other_end - other, end - from);
        } else {
            ck_assert(end == 0 && other_end == 0);
        }
    }
    rp_genome_clear(&genome);
    free(to.text);
}
END_TEST

/* Bases that are excluded, and where the contig ends, are not known, whichever way a stretch is read. */
START_TEST(a_stretch_knows_what_nothing_excludes)
{
    rp_random random = {.state = 7};
    writer to = {.text = malloc(TEXT_MAX), .random = random};
    put_text(&to, ">g\n");
    put_random(&to, 700);
    put_text(&to, "\n");
    rp_genome genome;
    rp_bitmask excluded;
    test_genome(&genome, to.text);
    ck_assert(rp_bitmask_init(&excluded, genome.length_bp));
    rp_bitmask_set(&excluded, 63, 66);
    rp_bitmask_set(&excluded, 500, 650);
    const rp_view view = {.genome = &genome, .excluded = &excluded};
    for (int turned = 0; turned < 2; turned++) {
        rp_stretch stretch;
        const rp_strand_walk walk = rp_view_walk(&view, turned ? 690 : 10, turned);
        rp_stretch_read(&view, &walk, &stretch);
        ck_assert_uint_eq(stretch.n_bases, 690);
        ck_assert_uint_eq(stretch.n_known, 690 - 153);
        for (uint32_t i = 0; i < 690; i++) {
            const uint64_t at = turned ? 689 - i : 10 + i;
            const unsigned base = rp_genome_base(&genome, at);
            ck_assert_uint_eq(stretch.codes[i], rp_bitmask_get(&excluded, at) ? RP_BASE_NONE
                                                : turned                      ? rp_code_complement(base)
                                                                              : base);
        }
    }
    rp_bitmask_clear(&excluded);
    rp_genome_clear(&genome);
    free(to.text);
}
END_TEST

Suite *suite_neighbours(void)
{
    Suite *suite = suite_create("neighbours");
    TCase *tests = tcase_create("neighbours");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, places_are_counted, 0, sizeof PLACES / sizeof *PLACES);
    tcase_add_test(tests, a_part_does_not_speak_for_the_whole);
    tcase_add_loop_test(tests, stretches_are_alike_by_the_pieces_that_they_share, 0,
                        sizeof STRETCHES / sizeof *STRETCHES);
    tcase_add_test(tests, a_stretch_knows_what_nothing_excludes);
    tcase_add_loop_test(tests, exons_are_told_by_their_distances, 0, sizeof CHAINS / sizeof *CHAINS);
    suite_add_tcase(suite, tests);
    return suite;
}
