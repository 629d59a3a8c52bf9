/* check_library.c: consensus sequences that are taken apart and put together: chimeras, circles,
 * derivatives, joins. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "copies/polish.h"
#include "library/chimera.h"
#include "library/circle.h"
#include "library/class_names.h"
#include "library/derive.h"
#include "library/join.h"
#include "library/rejections.h"
#include "suites.h"

static void add_copy(rp_family *family, uint64_t begin, uint32_t from, uint32_t to, bool reverse)
{
    const rp_copy copy = {
        .begin = begin, .end = begin + to - from, .consensus_begin = from, .consensus_end = to, .reverse = reverse};
    ck_assert(rp_copies_push(&family->copies, copy));
}

static rp_family make_family(const char *recipe)
{
    rp_family family = {{0}};
    char *letters = test_sequence(recipe);
    test_codes(&family.consensus, letters);
    free(letters);
    return family;
}

/* The genome of a text with its index; nothing in it is taken for a tandem repeat. */
static void begin_search_of(test_search *with, const char *text)
{
    rp_error error = {""};
    test_genome(&with->genome, text);
    ck_assert(rp_bitmask_init(&with->tandem, with->genome.length_bp));
    const rp_kmer_index_parameters indexed = {.k = 12, .min_frequency = 2, .memory_bytes = 1 << 20, .n_threads = 1};
    with->index = rp_kmer_index_create(&with->genome, NULL, &indexed, &error);
    ck_assert_ptr_nonnull(with->index);
}

/* --- Chimeras --- */

static const struct {
    const char *what;
    uint32_t point;            /* where copies end and begin */
    unsigned n_left, n_right, n_across;
    uint32_t cut;              /* 0: none */
} CHIMERAS[] = {{"two elements side by side", 400, 8, 8, 2, 400},
                {"too few of the left one", 400, 4, 20, 2, 0},
                {"too few of the right one", 400, 20, 4, 2, 0},
                {"an element that is often cut short", 400, 8, 8, 3, 0},
                {"more across than a third of either", 400, 8, 9, 3, 400},
                {"too near to an end", 60, 20, 20, 0, 0},
                {"whole copies alone", 400, 0, 0, 30, 0}};

START_TEST(chimeras_are_cut_where_copies_end_and_begin)
{
    rp_family family = make_family("a900");
    uint64_t at = 0;
    for (unsigned i = 0; i < CHIMERAS[_i].n_left; i++, at += 2000)
        add_copy(&family, at, 0, CHIMERAS[_i].point, false);
    for (unsigned i = 0; i < CHIMERAS[_i].n_right; i++, at += 2000)
        add_copy(&family, at, CHIMERAS[_i].point, 900, i % 2 == 0);
    for (unsigned i = 0; i < CHIMERAS[_i].n_across; i++, at += 2000)
        add_copy(&family, at, 0, 900, false);
    uint32_t cut = 1;
    ck_assert(rp_chimera_find(&family, &cut));
    /* all points of a pile are alike: the first of them is taken */
    if (CHIMERAS[_i].cut == 0)
        ck_assert_msg(cut == 0, "%s: cut at %u", CHIMERAS[_i].what, cut);
    else
        ck_assert_msg(cut >= CHIMERAS[_i].cut - 12 && cut <= CHIMERAS[_i].cut + 12, "%s: cut at %u", CHIMERAS[_i].what,
                      cut);
    rp_family_clear(&family);
}
END_TEST

/* --- Circles --- */

/* The element is l200 i1000 l200; its consensus was grown from within and is the last 600 bases of i, l, the first 400
 * of i. So each copy of it stands in two parts. */
enum { LTR_BP = 200, BEFORE_BP = 400, AFTER_BP = 600, ROUND_BP = LTR_BP + BEFORE_BP + AFTER_BP, N_ROUNDS = 5 };

static const struct {
    const char *what;
    int gap;                   /* genome bases between the parts */
    bool reverse;
    bool found;
    unsigned n_rounds, n_single;
} CIRCLES[] = {{"an element that runs round", 0, false, true, N_ROUNDS, 0},
               {"on the reverse strand", 0, true, true, N_ROUNDS, 0},
               {"with bases that the consensus lacks", 7, false, true, N_ROUNDS, 0},
               {"the same on the reverse strand", 7, true, true, N_ROUNDS, 0},
               {"with parts that overlap", -9, false, true, N_ROUNDS, 0},
               {"once is chance", 0, false, false, 1, 0},
               {"few among many that end there", 0, false, false, 2, 8}};

static char *make_rounds(rp_family *family, int i)
{
    char *text = calloc(1, 100000), *letters = test_sequence("g20000");
    sprintf(text, ">x\n%s\n", letters);
    free(letters);
    uint64_t at = 100;
    for (unsigned copy = 0; copy < CIRCLES[i].n_rounds; copy++, at += 3000) {
        const uint64_t bp = LTR_BP + (CIRCLES[i].reverse ? AFTER_BP : BEFORE_BP);
        const uint64_t second = (uint64_t)((int64_t)(at + bp) + CIRCLES[i].gap);
        if (CIRCLES[i].reverse) {
            add_copy(family, at, 0, AFTER_BP + LTR_BP, true);
            add_copy(family, second, AFTER_BP, ROUND_BP, true);
        } else {
            add_copy(family, at, AFTER_BP, ROUND_BP, false);
            add_copy(family, second, 0, AFTER_BP + LTR_BP, false);
        }
    }
    for (unsigned copy = 0; copy < CIRCLES[i].n_single; copy++, at += 1500)
        add_copy(family, at, 300, ROUND_BP, false);
    return text;
}

START_TEST(families_that_run_round_are_cut_at_their_ltr)
{
    rp_family family = make_family("i600 l200 j400");
    char *text = make_rounds(&family, _i);
    rp_genome genome;
    test_genome(&genome, text);
    rp_circle circle;
    bool found = false;
    ck_assert(rp_circle_find(&family, &genome, &circle, &found));
    ck_assert_msg(found == CIRCLES[_i].found, "%s", CIRCLES[_i].what);
    if (found) {
        ck_assert(circle.whole);
        ck_assert_uint_eq(circle.ltr_begin, AFTER_BP);
        ck_assert_uint_eq(circle.ltr_end, AFTER_BP + LTR_BP);
        ck_assert_int_eq(circle.gap, CIRCLES[_i].gap);
        const unsigned gap = CIRCLES[_i].gap > 0 ? (unsigned)CIRCLES[_i].gap : 0;
        char between[8] = "", *expected = test_sequence("l200 j400"), *rest = test_sequence("i600 l200");
        for (unsigned i = 0; i < gap; i++) {
            const char letter = text[3 + circle.gap_begin + (CIRCLES[_i].reverse ? gap - 1 - i : i)];
            const uint8_t code = rp_code_of_letter(letter);
            between[i] = CIRCLES[_i].reverse ? rp_code_letter(3u - code) : letter;
        }
        char *whole = malloc(4000);
        sprintf(whole, "%s%s%s", expected, between, rest + (CIRCLES[_i].gap < 0 ? -CIRCLES[_i].gap : 0));
        rp_codes element = {0}, wanted = {0};
        test_codes(&wanted, whole);
        ck_assert(rp_circle_cut(&family, &circle, &genome, &element));
        ck_assert_uint_eq(element.n, wanted.n);
        ck_assert_mem_eq(element.items, wanted.items, wanted.n);
        free(element.items);
        free(wanted.items);
        free(whole);
        free(expected);
        free(rest);
    }
    free(text);
    rp_genome_clear(&genome);
    rp_family_clear(&family);
}
END_TEST

/* One LTR is whole, of the other one the consensus lacks a piece: it stands before each copy, or behind it. */
START_TEST(the_piece_that_an_ltr_lacks_is_put_there)
{
    const bool before = _i == 0;
    rp_family family = make_family("i600 l200 j400");
    char *letters = test_sequence("g20000"), *text = malloc(21000);
    sprintf(text, ">x\n%s\n", letters);
    rp_genome genome;
    test_genome(&genome, text);
    for (uint64_t at = 100; at < 15000; at += 3000) {
        if (before)
            add_copy(&family, at, 640, 760, false);
        add_copy(&family, before ? at + 120 : at, 0, ROUND_BP, false);
        if (!before)
            add_copy(&family, at + ROUND_BP, 640, 760, false);
    }
    rp_circle circle;
    bool found = false;
    ck_assert(rp_circle_find(&family, &genome, &circle, &found));
    ck_assert(found && !circle.whole && circle.before == before);
    rp_codes element = {0};
    ck_assert(rp_circle_cut(&family, &circle, &genome, &element));
    ck_assert_uint_eq(element.n, ROUND_BP + 120);
    ck_assert_mem_eq(element.items + (before ? 120 : 0), family.consensus.items, ROUND_BP);
    ck_assert_mem_eq(element.items + (before ? 0 : ROUND_BP), family.consensus.items + 640, 120);
    free(element.items);
    free(letters);
    free(text);
    rp_genome_clear(&genome);
    rp_family_clear(&family);
}
END_TEST

/* --- Deletion derivatives --- */

enum { ELEMENT_BP = 1000, LEFT_BP = 300, RIGHT_BP = 400 }; /* the derivative holds its two ends */

/* Copies that share a deletion are a family of their own; as many single deletions are not. */
START_TEST(copies_that_share_a_deletion_are_a_family)
{
    enum { AROUND = 24 };
    /* The last: others all around make a pile of six one that chance gives. */
    static const struct {
        unsigned n_shared, n_others, n_around, n_derived;
    } CASES[] = {{8, 0, 0, 1}, {4, 0, 0, 0}, {5, 3, 0, 1}, {0, 8, 0, 0}, {6, 0, AROUND, 0}};
    rp_library library = {0};
    rp_family family = make_family("e1000");
    char *text = calloc(1, 200000), *at = text, *element = test_sequence("e1000");
    char *spacers = test_sequence("s100000");
    at += sprintf(at, ">x\n");
    const char *first = at;
    for (unsigned i = 0; i < 6; i++) {
        at += sprintf(at, "%.*s", 500, spacers + (at - first));
        add_copy(&family, (uint64_t)(at - first), 0, ELEMENT_BP, false);
        at += sprintf(at, "%s", element);
    }
    const unsigned n_alone = CASES[_i].n_shared + CASES[_i].n_others;
    for (unsigned i = 0; i < n_alone + CASES[_i].n_around; i++) {
        uint32_t left = LEFT_BP, right = ELEMENT_BP - RIGHT_BP;
        if (i >= n_alone) { /* on a grid around the pile */
            const unsigned point = i - n_alone < AROUND / 2 ? i - n_alone : i - n_alone + 1;
            left += 26 * (point % 5) - 52;
            right += 26 * (point / 5) - 52;
        } else if (i >= CASES[_i].n_shared) {
            left += 60 * (i - CASES[_i].n_shared) - 200;
            right += 60 * (i - CASES[_i].n_shared) - 200;
        }
        at += sprintf(at, "%.*s", 500, spacers + (at - first));
        add_copy(&family, (uint64_t)(at - first), 0, left, false);
        add_copy(&family, (uint64_t)(at - first) + left, right, ELEMENT_BP, false);
        at += sprintf(at, "%.*s%s", (int)left, element, element + right);
    }
    sprintf(at, "%.*s\n", 500, spacers + (at - first));
    test_search with;
    rp_error error = {""};
    begin_search_of(&with, text);
    ck_assert(rp_library_add(&library, &family));
    rp_bitmask covered;
    ck_assert(rp_bitmask_init(&covered, with.genome.length_bp));
    for (size_t i = 0; i < family.copies.n; i++)
        rp_bitmask_set(&covered, family.copies.items[i].begin, family.copies.items[i].end);
    const rp_view view = {.genome = &with.genome, .covered = &covered};
    const rp_derive_parameters parameters = {.n_threads = 2, .kernel = rp_band_select("auto")};
    uint64_t n_derived = 99;
    ck_assert_msg(rp_derive_families(&view, with.index, &parameters, &library, &n_derived, &error), "%s",
                  error.message);
    ck_assert_uint_eq(n_derived, CASES[_i].n_derived);
    ck_assert_uint_eq(library.n, 1 + n_derived);
    if (n_derived > 0) {
        const rp_codes *consensus = &library.items[1].consensus;
        ck_assert_uint_eq(consensus->n, LEFT_BP + RIGHT_BP);
        ck_assert_mem_eq(consensus->items, family.consensus.items, LEFT_BP);
        ck_assert_mem_eq(consensus->items + LEFT_BP, family.consensus.items + ELEMENT_BP - RIGHT_BP, RIGHT_BP);
    }
    rp_library_clear(&library);
    rp_family_clear(&family);
    rp_bitmask_clear(&covered);
    test_end_search(&with);
    free(text);
    free(element);
    free(spacers);
}
END_TEST

/* --- Joins --- */

enum { PIECE_BP = 300, N_FIRST = 6, N_SECOND = 4, JOIN_RUNS = 10 };

/* Appends a spacer and then the letters of a and b, and lists the copies that stand there; NULL: nobody's. */
static char *put_pair(char *at, const char *first, char **spacers, const char *a, const char *b, rp_family *of_a,
                      rp_family *of_b)
{
    at += sprintf(at, "%.2000s", *spacers);
    *spacers += 2000;
    if (of_a != NULL)
        add_copy(of_a, (uint64_t)(at - first), 0, PIECE_BP, false);
    if (of_b != NULL)
        add_copy(of_b, (uint64_t)(at - first) + PIECE_BP, 0, PIECE_BP, false);
    return at + sprintf(at, "%s%s", a, b);
}

/* A joins B, C joins D. Where an element of C and D stands, B has a copy too, which the first join does not find again:
 * the second one must see it covered until the pass is over, whether its trial ran ahead of the first join or not
 * (genome/reads.h). The cover that both begin with is all that a trial that ran ahead can have seen. */
START_TEST(a_join_keeps_the_cover_of_its_parts_until_the_pass_is_over)
{
    static const unsigned THREADS[] = {1, 2, 8};
    const char *names[] = {"a300", "b300", "c300", "d300"};
    char *letters[4], *text = calloc(1, 200000), *spacer = test_sequence("s100000"), *spacers = spacer;
    rp_family families[4];
    for (int i = 0; i < 4; i++) {
        letters[i] = test_sequence(names[i]);
        families[i] = make_family(names[i]);
    }
    char *const first = text + sprintf(text, ">x\n"), *at = first;
    for (int i = 0; i < N_FIRST; i++)
        at = put_pair(at, first, &spacers, letters[0], letters[1], &families[0], &families[1]);
    for (int i = 0; i < N_SECOND; i++)
        at = put_pair(at, first, &spacers, letters[2], letters[3], &families[2], &families[3]);
    at = put_pair(at, first, &spacers, letters[2], letters[3], NULL, NULL);
    const uint64_t stray = (uint64_t)(at - first) - 2 * PIECE_BP;
    ck_assert(rp_copies_push(&families[1].copies,
                             (rp_copy){.begin = stray, .end = stray + 2 * PIECE_BP, .consensus_end = PIECE_BP}));
    sprintf(at, "%.2000s\n", spacers);
    test_search with;
    rp_error error = {""};
    begin_search_of(&with, text);
    for (int run = 0; run < (THREADS[_i] == 1 ? 1 : JOIN_RUNS); run++) {
        rp_library library = {0};
        rp_cover cover;
        rp_intervals scratch = {0};
        rp_join_figures figures = {0};
        ck_assert(rp_cover_init(&cover, with.genome.length_bp));
        for (int i = 0; i < 4; i++)
            ck_assert(rp_library_add(&library, &families[i]) && rp_family_cover(&families[i], &cover, &scratch));
        const rp_view view = {.genome = &with.genome, .covered = &cover.covered, .excluded = &with.tandem};
        const rp_join_parameters parameters = {.n_threads = THREADS[_i], .kernel = rp_band_select("auto")};
        test_delay_threads((uint64_t)run, run == 0 ? 0 : 4, 2000);
        ck_assert_msg(rp_join_families(&view, with.index, &cover, &parameters, &library, &figures, &error), "%s",
                      error.message);
        test_delay_threads(0, 0, 0);
        ck_assert_uint_eq(figures.n_end_joins, 2);
        ck_assert_uint_ge(library.items[0].consensus.n, 2 * PIECE_BP); /* a few bases more by chance */
        ck_assert_uint_eq(library.items[0].copies.n, N_FIRST);
        ck_assert_uint_ge(library.items[2].consensus.n, 2 * PIECE_BP);
        ck_assert_msg(library.items[2].copies.n == N_SECOND, "run %d: the second join has %zu copies", run,
                      library.items[2].copies.n);
        ck_assert_uint_eq(rp_bitmask_count(&cover.covered, stray, stray + 2 * PIECE_BP), 0); /* taken back in the end */
        free(scratch.items);
        rp_library_clear(&library);
        rp_cover_clear(&cover);
    }
    test_end_search(&with);
    for (int i = 0; i < 4; i++) {
        free(letters[i]);
        rp_family_clear(&families[i]);
    }
    free(spacer);
    free(text);
}
END_TEST

/* Copies of A and B with a middle between them that is no family's, and a copy of C at one of its points: where C
 * stands in some places only it is an insertion, and the distance is what is left. */
enum { N_PLACES = 6, INSERTED_BP = 400 };

static const struct {
    const char *what;
    unsigned middle_bp[N_PLACES], inserted_at[N_PLACES]; /* 0: not at all */
    bool joined;
} DISTANCES[] = {
    {"insertions in most copies", {100, 100, 100, 100, 100, 100}, {0, 0, 20, 40, 60, 80}, true},
    {"a middle that is not known", {500, 500, 500, 500, 500, 500}, {0, 0, 0, 100, 250, 400}, true},
    {"distances that vary", {100, 220, 340, 460, 580, 700}, {0}, false},
    {"half of them vary", {300, 300, 300, 460, 580, 700}, {0}, false},
    {"something else between them each time", {40, 40, 40, 40, 40, 40}, {20, 20, 20, 20, 20, 20}, false},
    {"too far away", {1100, 1100, 1100, 1100, 1100, 1100}, {0}, false},
};

static char *put_parts(int which, rp_family *families)
{
    char *a = test_sequence("a300"), *b = test_sequence("b300"), *c = test_sequence("c400");
    char *middle = test_sequence("m2000"), *spacer = test_sequence("s100000");
    char *text = calloc(1, 200000), *const first = text + sprintf(text, ">x\n"), *at = first;
    for (unsigned i = 0; i < N_PLACES; i++) {
        const unsigned bp = DISTANCES[which].middle_bp[i], before = DISTANCES[which].inserted_at[i];
        at += sprintf(at, "%.2000s", spacer + 2000 * i);
        add_copy(&families[0], (uint64_t)(at - first), 0, PIECE_BP, false);
        at += sprintf(at, "%s%.*s", a, (int)before, middle);
        if (before > 0) {
            add_copy(&families[2], (uint64_t)(at - first), 0, INSERTED_BP, false);
            at += sprintf(at, "%s", c);
        }
        at += sprintf(at, "%.*s", (int)(bp - before), middle + before);
        add_copy(&families[1], (uint64_t)(at - first), 0, PIECE_BP, false);
        at += sprintf(at, "%s", b);
    }
    sprintf(at, "%.2000s\n", spacer + 2000 * N_PLACES);
    free(a);
    free(b);
    free(c);
    free(middle);
    free(spacer);
    return text;
}

START_TEST(parts_at_one_distance_are_joined)
{
    rp_family families[] = {make_family("a300"), make_family("b300"), make_family("c400")};
    char *text = put_parts(_i, families);
    test_search with;
    rp_error error = {""};
    begin_search_of(&with, text);
    rp_library library = {0};
    rp_cover cover;
    rp_intervals scratch = {0};
    rp_join_figures figures = {0};
    ck_assert(rp_cover_init(&cover, with.genome.length_bp));
    for (int i = 0; i < 3; i++)
        ck_assert(rp_library_add(&library, &families[i]) && rp_family_cover(&families[i], &cover, &scratch));
    const rp_view view = {.genome = &with.genome, .covered = &cover.covered, .excluded = &with.tandem};
    const rp_join_parameters parameters = {.n_threads = 2, .kernel = rp_band_select("auto")};
    ck_assert_msg(rp_join_families(&view, with.index, &cover, &parameters, &library, &figures, &error), "%s",
                  error.message);
    ck_assert_msg((figures.n_end_joins == 1) == DISTANCES[_i].joined, "%s: %llu joins", DISTANCES[_i].what,
                  (unsigned long long)figures.n_end_joins);
    const size_t wanted = 2 * PIECE_BP + DISTANCES[_i].middle_bp[0], n = library.items[0].consensus.n;
    ck_assert_msg(!DISTANCES[_i].joined || (n + 10 >= wanted && n <= wanted + 10), "%s: %zu bases", DISTANCES[_i].what,
                  n);
    free(scratch.items);
    rp_library_clear(&library);
    rp_cover_clear(&cover);
    test_end_search(&with);
    for (int i = 0; i < 3; i++)
        rp_family_clear(&families[i]);
    free(text);
}
END_TEST

/* --- Class names --- */

static const struct {
    const char *given, *read;
} GIVEN[] = {
    {"LTR/Gypsy", "LTR/Gypsy"},
    {"ltr/gypsy", "LTR/Gypsy"},
    {"LTR/unknown", "LTR"},
    {"LTR/Ty3", "LTR/Gypsy"},
    {"LTR/Bel-Pao", "LTR/Pao"},
    {"LTR/RLC", "LTR/Copia"},
    {"RLC", "LTR/Copia"},
    {"dhh", "RC/Helitron"},
    {"DNA/DTA", "DNA/hAT"},
    {"MITE/DTH", "DNA/PIF-Harbinger"},
    {"MITE/Stow", "DNA/TcMar-Stowaway"},
    {"MITE", "DNA"},
    {"DNA/Helitron", "RC/Helitron"},
    {"DNAnona/MULEtir", "DNA/MULE"},
    {"DNAauto/CACTG", "DNA/CMC-EnSpm"},
    {"DNAauto/Helitron", "RC/Helitron"},
    {"Gypsy", "LTR/Gypsy"},
    {"Tc1/Mariner", "Tc1/Mariner"},
    {"Mariner/Tc1", "DNA/TcMar"},
    {"SINE2/tRNA", "SINE/tRNA"},
    {"Class_I|LTR|Ty1/copia", "LTR/Copia"},
    {"Class_I|LTR|Ty1/copia|Ale", "LTR/Copia"},
    {"Class_I|LTR|Ty3/gypsy|chromovirus|CRM", "LTR/Gypsy"},
    {"Class_I|LTR|mine", "LTR"},
    {"Class_I|LINE", "LINE"},
    {"Class_II|Subclass_1|TIR|MuDR_Mutator", "DNA/MULE"},
    {"Class_II|Subclass_2|Helitron", "RC/Helitron"},
    {"Class_I/LTR/Gypsy", "LTR/Gypsy"},
    {"LTR/Copia/Ale", "LTR/Copia"},
    {"root;Interspersed_Repeat;Transposable_Element;Class_II_DNA_Transposition;Transposase;hAT;Charlie",
     "DNA/hAT-Charlie"},
    {"Interspersed_Repeat;Transposable_Element;Class_II_DNA_Transposition;Transposase;hAT;new;newer", "DNA/hAT"},
    {"Gypsy_LTR_retrotransposon", "LTR/Gypsy"},
    {"terminal_inverted_repeat_element", "DNA"},
    /* kept */
    {"LTR/mine", "LTR/mine"},
    {"LTR/mine/deeper", "LTR/mine/deeper"},
    {"DNA/hAT-hAT19", "DNA/hAT-hAT19"},
    {"DNA?", "DNA?"},
    {"LTR/", "LTR/"},
    {"/", "/"},
    {";", ";"},
    {"|", "|"},
    {"", ""},
};

START_TEST(class_names_of_all_conventions_are_read)
{
    ck_assert_str_eq(rp_class_read(GIVEN[_i].given), GIVEN[_i].read);
}
END_TEST

static const struct {
    const char *class_name, *names[RP_N_NAMINGS];
} WRITTEN[] = {
    {"LTR/Copia",
     {"LTR/Copia", "RLC", "Copia_LTR_retrotransposon",
      "root;Interspersed_Repeat;Transposable_Element;Class_I_Retrotransposition;Retrotransposon;"
      "Long_Terminal_Repeat_Element;Ty1-Copia"}},
    {"DNA/hAT-hAT19",
     {"DNA/hAT-hAT19", "DTA", "hAT_TIR_transposon",
      "root;Interspersed_Repeat;Transposable_Element;Class_II_DNA_Transposition;Transposase;hAT"}},
    {"SINE/tRNA-Deu-L2?",
     {"SINE/tRNA-Deu-L2?", "RST", "tRNA_SINE_retrotransposon",
      "root;Interspersed_Repeat;Transposable_Element;Class_I_Retrotransposition;LINE-dependent_Retroposon;SINE;"
      "tRNA_Promoter;No_or_Unknown_Core;Unknown_LINE-dependent"}},
    {"Satellite", {"Satellite", "Satellite", "satellite_DNA", "root;Tandem_Repeat;Satellite"}},
    {"LTR/mine", {"LTR/mine", "LTR/mine", "LTR/mine", "LTR/mine"}},
    {"Gene_family", {"Gene_family", "Gene_family", "Gene_family", "Gene_family"}},
};

START_TEST(class_names_are_written_in_all_conventions)
{
    const char *class_name = WRITTEN[_i].class_name;
    for (int naming = 0; naming < RP_N_NAMINGS; naming++)
        ck_assert_str_eq(rp_class_as(class_name, (rp_naming)naming), WRITTEN[_i].names[naming]);
}
END_TEST

/* A name that is written and read again is of the same superfamily: writing it once more gives the same. */
START_TEST(class_names_come_back)
{
    for (size_t i = 0; i < sizeof GIVEN / sizeof GIVEN[0]; i++)
        for (int naming = 0; naming < RP_N_NAMINGS; naming++) {
            const char *written = rp_class_as(rp_class_read(GIVEN[i].given), (rp_naming)naming);
            ck_assert_str_eq(rp_class_as(rp_class_read(written), (rp_naming)naming), written);
        }
}
END_TEST

START_TEST(terms_fall_back_to_the_order)
{
    ck_assert_str_eq(rp_class_so_id("LTR/Gypsy"), "SO:0002265");
    ck_assert_str_eq(rp_class_so_term("LTR/mine"), "LTR_retrotransposon");
    ck_assert_str_eq(rp_class_so_id("DNA?"), "SO:0000182");
    ck_assert_str_eq(rp_class_so_term("mine"), "repeat_region");
    ck_assert_str_eq(rp_class_so_term(""), "repeat_region");
    ck_assert_str_eq(rp_class_lineage("SINE/mine"),
                     "Interspersed_Repeat;Transposable_Element;Class_I_Retrotransposition;LINE-dependent_Retroposon;"
                     "SINE");
    ck_assert_str_eq(rp_class_lineage("mine"), "Interspersed_Repeat;Unknown");
}
END_TEST

/* A rare element, whose consensus runs into a frequent one that has bases which its copies do not bear out. */
/* As much as the genome takes, at two bits a base, and nothing while memory is short. */
START_TEST(what_is_kept_of_rejected_joins_is_bounded)
{
    const rp_genome genome = {.length_bp = 400};
    rp_kept_reads kept = {0};
    ck_assert(rp_kept_reads_add(&kept, &genome, &(rp_reads){.n = 20}));
    ck_assert(!rp_kept_reads_add(&kept, &genome, &(rp_reads){.n = 6}));
    ck_assert(rp_kept_reads_add(&kept, &genome, &(rp_reads){.n = 5}));
    ck_assert_uint_eq(kept.most.bytes, 100);
    kept.bytes = 0;
    rp_account_set_limit(1);
    ck_assert(!rp_kept_reads_add(&kept, &genome, &(rp_reads){.n = 1}));
    rp_account_set_limit(0);
    rp_lease_set(&kept.most, 0);
}
END_TEST

START_TEST(what_polishing_cuts_off_is_polished_too)
{
    enum { FREQUENT = 400, RARE = 12, BOTH = 4, LONG = 400, SHORT = 200, SPACER = 60, SUBSTITUTED = 10, WRONG = 15 };
    rp_random random = {.state = 5};
    char *frequent = test_random_letters(&random, LONG), *rare = test_random_letters(&random, SHORT);
    char fasta[(FREQUENT + RARE) * (LONG + SHORT + SPACER) + 8], given[LONG + SHORT + 1];
    size_t n = (size_t)sprintf(fasta, ">g\n");
    for (unsigned i = 0; i < FREQUENT + RARE; i++) {
        char *spacer = test_random_letters(&random, SPACER), *copy = fasta + n;
        n += (size_t)sprintf(copy, "%s%s%s", spacer, i < RARE + BOTH ? rare : "", i < RARE ? "" : frequent);
        for (; copy < fasta + n; copy++)
            if (rp_random_below(&random, SUBSTITUTED) == 0)
                *copy = "ACGT"[rp_random_below(&random, 4)];
        free(spacer);
    }
    sprintf(given, "%s%s", rare, frequent);
    for (unsigned i = SHORT; i < SHORT + LONG; i += WRONG)
        given[i] = given[i] == 'A' ? 'C' : 'A';
    test_search with;
    begin_search_of(&with, strcat(fasta, "\n"));
    rp_error error = {""};
    rp_library library = {0};
    rp_family family = {0};
    test_codes(&family.consensus, given);
    ck_assert(rp_library_add(&library, &family));
    const rp_annotate_parameters scan = {
        .n_threads = 2, .kernel = rp_band_select("auto"), .expected_by_chance = 0.01, .min_copies = 3};
    const rp_polish_parameters parameters = {
        .n_threads = 2, .kernel = scan.kernel, .max_extension_bp = 2000, .n_rounds = 3};
    const rp_view view = {.genome = &with.genome};
    const size_t source = 0;
    ck_assert_msg(rp_polish(&view, with.index, &source, 1, &scan, &parameters, &library, &error), "%s", error.message);
    ck_assert_uint_eq(library.n, 2);
    const rp_codes *cut_off = &library.items[1].consensus;
    ck_assert_uint_eq(cut_off->n, LONG);
    unsigned n_wrong = 0;
    for (size_t i = 0; i < LONG; i++)
        n_wrong += rp_code_letter(cut_off->items[i]) != frequent[i];
    ck_assert_uint_le(n_wrong, 2);
    rp_library_clear(&library);
    free(family.consensus.items);
    test_end_search(&with);
    free(frequent);
    free(rare);
}
END_TEST

/* Ends are told apart, and what stands between them. */
START_TEST(a_rejected_join_is_known_while_the_same_stands_between)
{
    rp_rejections all = {0};
    for (uint32_t i = 0; i < 32; i++) {
        rp_rejection one = {.base = i * 7 % 8, .piece = 9, .base_end = i / 8 % 2 != 0, .piece_end = i / 16 != 0};
        one.tightest = (rp_meeting){.gap = (int32_t)i, .gap_begin = 1000 * i};
        one.version = i;
        ck_assert(rp_reads_note(&one.reads, (uint64_t)RP_READS_BLOCK_BP * i, (uint64_t)RP_READS_BLOCK_BP * i + 1));
        ck_assert(rp_rejections_push(&all, one));
    }
    rp_rejections_sort(&all);
    rp_rejection here = {.base = 21 * 7 % 8, .piece = 9, .base_end = false, .piece_end = true};
    here.tightest = (rp_meeting){.gap = 22, .gap_begin = 21000};
    ck_assert(!rp_rejections_take(&all, &here));
    here.tightest.gap = 21;
    ck_assert(rp_rejections_take(&all, &here));
    ck_assert_uint_eq(here.version, 21);
    ck_assert_uint_eq(here.reads.n, 1);
    ck_assert_uint_eq(here.reads.blocks[0], 21);
    rp_reads_clear(&here.reads);
    here.piece = 8;
    ck_assert(!rp_rejections_take(&all, &here));
    rp_rejections_clear(&all);
    ck_assert(!rp_rejections_take(&all, &here));
}
END_TEST

Suite *suite_library(void)
{
    Suite *suite = suite_create("library");
    TCase *tests = tcase_create("library");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, what_is_kept_of_rejected_joins_is_bounded);
    tcase_add_test(tests, what_polishing_cuts_off_is_polished_too);
    tcase_add_test(tests, a_rejected_join_is_known_while_the_same_stands_between);
    tcase_add_loop_test(tests, chimeras_are_cut_where_copies_end_and_begin, 0,
                        (int)(sizeof CHIMERAS / sizeof CHIMERAS[0]));
    tcase_add_loop_test(tests, families_that_run_round_are_cut_at_their_ltr, 0,
                        (int)(sizeof CIRCLES / sizeof CIRCLES[0]));
    tcase_add_loop_test(tests, the_piece_that_an_ltr_lacks_is_put_there, 0, 2);
    tcase_add_loop_test(tests, copies_that_share_a_deletion_are_a_family, 0, 5);
    tcase_add_loop_test(tests, a_join_keeps_the_cover_of_its_parts_until_the_pass_is_over, 0, 3);
    tcase_add_loop_test(tests, parts_at_one_distance_are_joined, 0, sizeof DISTANCES / sizeof *DISTANCES);
    tcase_add_loop_test(tests, class_names_of_all_conventions_are_read, 0, (int)(sizeof GIVEN / sizeof GIVEN[0]));
    tcase_add_loop_test(tests, class_names_are_written_in_all_conventions, 0,
                        (int)(sizeof WRITTEN / sizeof WRITTEN[0]));
    tcase_add_test(tests, class_names_come_back);
    tcase_add_test(tests, terms_fall_back_to_the_order);
    suite_add_tcase(suite, tests);
    return suite;
}
