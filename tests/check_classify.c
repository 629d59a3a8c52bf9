/* check_classify.c: what small consensus sequences show, and the classes that their copies speak for. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "classify/classify.h"
#include "classify/going_on.h"
#include "classify/proteins.h"
#include "classify/grade.h"
#include "classify/heads.h"
#include "classify/structure.h"
#include "classify/termini.h"
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

typedef enum layout { APART, HEAD_TO_TAIL, DUPLICATED, WHOLE_CONTIGS, SOLO, SOLO_WITHOUT_SITE } layout;

static const struct {
    const char *recipe;
    unsigned n_whole, n_cut;   /* copies; those cut lack the first half */
    layout layout;
    const char *class_name;
} CLASSES[] = {
    {"a600", 6, 0, APART, "Unknown"},
    {"CA c30 G d500 G ~c30 TG", 6, 0, APART, "DNA"},
    {"CA c30 G d900 G ~c30 TG", 6, 0, APART, "DNA"},
    {"TG a200 CA b1500 TG a200 CA", 6, 0, APART, "LTR"},
    {"C TG a600 CA GCGCGC", 8, 0, SOLO, "LTR"}, /* the consensus has bases too many */
    {"C TG a600 CA GCGCGC", 8, 0, SOLO_WITHOUT_SITE, "Unknown"},
    {"C TC a600 CA GCGCGC", 8, 0, SOLO, "Unknown"},
    {"TC f400 GG GGCATCGC TTTT GCGATGCC GG CTAG", 6, 0, APART, "RC/Helitron"},
    {"TACAG c30 d500 ~c30 CTGTA", 6, 0, APART, "DNA/TcMar"},
    {"CACTA c30 d500 ~c30 TAGTG", 6, 0, APART, "DNA/CMC-EnSpm"},
    {"GGACT c30 d500 ~c30 AGTCC", 6, 0, APART, "DNA"},
    {"GGGTTGTTAGCTCAGTGGTTAGAGCATCGGTCTCCAATACCGGAGGTCCTGGGTTCGATTCCCAGATCAAC e150 C A*20", 13, 0, APART, "SINE/tRNA"},
    {"GCCGGGCGCGGTGGCTCACGCCTGTAATCCCAGCACTTTGGGAGGCCGAGGCGGGCGGATCACGAG e150 C A*20", 13, 0, APART, "SINE/7SL"},
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
        case SOLO: at += sprintf(at, "%s%.*s%.5s", spacer, (int)strlen(copy) - 7, copy + 1, spacer + 695); break;
        case SOLO_WITHOUT_SITE: at += sprintf(at, "%s%.*s", spacer, (int)strlen(copy) - 7, copy + 1); break;
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

/* The class of a family that stands in the genome of a text. */
static void check_class(const char *what, const char *letters, const char *text, const char *class_name)
{
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
    ck_assert_msg(strcmp(findings.families[0].class_name, class_name) == 0, "%s: %s", what,
                  findings.families[0].class_name);
    rp_findings_clear(&findings);
    rp_row_store_destroy(annotate.rows);
    free(consensus.items);
    rp_genome_clear(&genome);
}

START_TEST(copies_speak_for_a_class)
{
    char *letters = test_sequence(CLASSES[_i].recipe), *text = lay_out(_i, letters);
    check_class(CLASSES[_i].recipe, letters, text, CLASSES[_i].class_name);
    free(letters);
    free(text);
}
END_TEST

/* --- Genes --- */

/* Copies of codons whose third bases are C or T, which is the same to all amino acids. */
static const struct {
    const char *what;
    unsigned n_codons, n_copies;
    double third, others;            /* share of the bases that change, by codon position */
    double of_c;                     /* of C, wherever it stands; 0: as the others */
    bool turned, two_frames, with_introns, in_element, some_alone;
    const char *within;              /* bases in the frame; NULL: none */
    const char *class_name;
} GENES[] = {
    {.what = "a gene family",
     .n_codons = 200,
     .n_copies = 6,
     .third = 0.4,
     .others = 0.03,
     .class_name = "Gene_family"},
    {.what = "its reverse strand",
     .n_codons = 200,
     .n_copies = 6,
     .third = 0.4,
     .others = 0.03,
     .turned = true,
     .class_name = "Gene_family"},
    {.what = "one exon of 90 bases",
     .n_codons = 30,
     .n_copies = 8,
     .third = 0.4,
     .others = 0.02,
     .class_name = "Gene_family"},
    {.what = "two exons in different frames",
     .n_codons = 60,
     .n_copies = 6,
     .third = 0.4,
     .others = 0.03,
     .two_frames = true,
     .class_name = "Gene_family"},
    {.what = "two exons and introns of five times their length",
     .n_codons = 60,
     .n_copies = 6,
     .third = 0.4,
     .others = 0.03,
     .with_introns = true,
     .class_name = "Gene_family"},
    {.what = "dead copies", .n_codons = 200, .n_copies = 6, .third = 0.15, .others = 0.15, .class_name = "Unknown"},
    {.what = "a frame in which C decays",
     .n_codons = 200,
     .n_copies = 6,
     .third = 0.05,
     .others = 0.05,
     .of_c = 0.3,
     .class_name = "Unknown"},
    {.what = "too few changes", .n_codons = 60, .n_copies = 4, .third = 0.04, .others = 0, .class_name = "Unknown"},
    {.what = "lineages of a transposon",
     .n_codons = 200,
     .n_copies = 6,
     .third = 0.4,
     .others = 0.03,
     .in_element = true,
     .class_name = "DNA"},
    {.what = "lineages with a reverse transcriptase",
     .n_codons = 200,
     .n_copies = 6,
     .third = 0.4,
     .others = 0.03,
     .within = "CTCCTCTACGTCGACGACATCCTC",
     .class_name = "Unknown"},
    {.what = "solo LTRs and few whole elements",
     .n_codons = 200,
     .n_copies = 5,
     .third = 0.4,
     .others = 0.03,
     .some_alone = true,
     .class_name = "Unknown"}};

static char other_base(rp_random *random, char base)
{
    switch (base) {
    case 'A': return 'G';
    case 'G': return 'A';
    default: return rp_random_below(random, 8) > 0 ? (base == 'C' ? 'T' : 'C') : 'A';
    }
}

START_TEST(proteins_of_transposons_are_seen)
{
    /* GCC and, on the other strand, GGC are no stops and no part of a motif */
    static const struct {
        const char *recipe, *names;
    } PROTEINS[] = {{"GCC*60 CTCCTCTACGTCGACGACATCCTC GCC*60", "RT"},
                    {"GGC*60 GAGGATGTCGTCGACGTAGAGGAG GGC*60", "RT"}, /* the reverse strand */
                    {"GCC*60 CTCCTCTACGTCGACAACATCCTC GCC*60", ""},   /* DN for DD */
                    {"GCC*20 CTCCTCTACGTCGACGACATCCTC GCC*20", ""},   /* too short a frame */
                    {"GCC*60 CTCCTCTACGTCGACTAGATCCTC GCC*60", ""},   /* a stop within */
                    {"GCC*60 TGCTTCGCCGACGACATCAAGATC GCC*60", "RT"}, /* of LINEs */
                    {"GCC*60 CAGGGCAGC GCC*2 GGCCCC GCC CTCTTC GCC*60", "RT"},
                    {"GCC*60 CAC GCC*5 CAC GCC*25 TGC GCC*2 TGC GCC*60", "IN"},
                    {"GCC*60 CAC GCC*11 CAC GCC*25 TGC GCC*2 TGC GCC*60", ""},
                    {"GCC*60 TGC GCC*2 TGC GCC*4 CAC GCC*4 TGC GCC*60", "gag"},
                    {"GCC*60 TGC GCC TGC GCC TTC GCC*6 CCC TGC GCC CAC GCC*60", "MULE"},
                    {"GCC*60 CACGACAACGCC GCC*2 CAC GCC*60", "mariner"},
                    {"GCC*60 AGC GCC*6 GAGCGC GCC TTCAGC GCC*60", "hAT"}};
    rp_codes codes = {0};
    unsigned found = ~0u;
    char *letters = test_sequence(PROTEINS[_i].recipe), names[100] = "";
    test_codes(&codes, letters);
    ck_assert(rp_proteins_find(&codes, &found));
    for (unsigned i = 0; rp_protein_names[i] != NULL; i++)
        if ((found >> i & 1) != 0)
            strcat(names, rp_protein_names[i]);
    ck_assert_msg(strcmp(names, PROTEINS[_i].names) == 0, "%s: %s", PROTEINS[_i].recipe, names);
    free(codes.items);
    free(letters);
}
END_TEST

/* Draws codons; with C in third positions alone where it is C that decays. */
static void draw_codons(int row, rp_random *random, char *codons)
{
    for (unsigned i = 0; i < 3 * GENES[row].n_codons; i++)
        codons[i] = i % 3 == 2            ? "CT"[GENES[row].of_c > 0 ? 0 : rp_random_below(random, 2)]
                    : GENES[row].of_c > 0 ? "AGT"[rp_random_below(random, 3)]
                                          : "ACGT"[rp_random_below(random, 4)];
}

static void evolve_codons(int row, rp_random *random, const char *codons, char *copy)
{
    for (unsigned i = 0; codons[i] != '\0'; i++) {
        const double rate = codons[i] == 'C' && GENES[row].of_c > 0 ? GENES[row].of_c
                            : i % 3 == 2                            ? GENES[row].third
                                                                    : GENES[row].others;
        copy[i] = codons[i];
        if (rp_random_unit(random) < rate)
            copy[i] = i % 3 == 2 ? (codons[i] == 'C' ? 'T' : 'C') : other_base(random, codons[i]);
    }
}

/* What stands around the codons in each copy. */
static char *dress(int row, const char *codons)
{
    char recipe[4000], *turned = NULL;
    if (GENES[row].turned) {
        const size_t n = strlen(codons);
        turned = calloc(1, n + 1);
        for (size_t i = 0; i < n; i++)
            turned[i] = "TGCA"[strchr("ACGT", codons[n - 1 - i]) - "ACGT"];
    }
    const char *body = turned != NULL ? turned : codons;
    const int half = (int)strlen(body) / 2 / 3 * 3;
    if (GENES[row].two_frames)
        snprintf(recipe, sizeof recipe, "%.*s i40 %s", half, body, body + half);
    else if (GENES[row].with_introns)
        snprintf(recipe, sizeof recipe, "%.*s d500 %s e400", half, body, body + half);
    else if (GENES[row].in_element)
        snprintf(recipe, sizeof recipe, "CA c30 G d100 %s e100 G ~c30 TG", body);
    else if (GENES[row].some_alone)
        snprintf(recipe, sizeof recipe, "d300 %s", body);
    else
        snprintf(recipe, sizeof recipe, "%s", body);
    free(turned);
    return test_sequence(recipe);
}

START_TEST(gene_families_are_told_by_what_changes)
{
    rp_random random = {(uint64_t)(4711 + _i)};
    char codons[1000] = "", copy[1000] = "", *text = calloc(1, 200000), *at = text;
    draw_codons(_i, &random, codons);
    if (GENES[_i].within != NULL)
        memcpy(codons + 150, GENES[_i].within, strlen(GENES[_i].within));
    char *consensus = dress(_i, codons);
    at += sprintf(at, ">x\n");
    for (unsigned i = 0; i < GENES[_i].n_copies; i++) {
        evolve_codons(_i, &random, codons, copy);
        char *dressed = dress(_i, copy), *spacer = test_random_letters(&random, 700);
        at += sprintf(at, "%s%s", spacer, dressed);
        free(spacer);
        for (unsigned alone = 0; GENES[_i].some_alone && alone < 2; alone++) {
            spacer = test_random_letters(&random, 700);
            at += sprintf(at, "%s%.300s", spacer, consensus);
            free(spacer);
        }
        free(dressed);
    }
    char *spacer = test_random_letters(&random, 700);
    sprintf(at, "%s\n", spacer);
    free(spacer);
    check_class(GENES[_i].what, consensus, text, GENES[_i].class_name);
    free(consensus);
    free(text);
}
END_TEST

/* --- Grades --- */

/* Copies of a family of 200 bases in a genome of a megabase, and what its traits have already. */
static const struct {
    uint32_t n_copies, left, right;    /* copies; those that lack 50 bases there; the rest are whole */
    uint32_t percent_differing, young; /* of the copies, but for so many that hardly differ */
    uint32_t tsd_bp, n_independent;
    uint32_t on_left, on_right; /* of three copies and more, those that go on together beyond the ends */
    rp_grade grade;
} GRADES[] = {
    {.n_copies = 12, .tsd_bp = 8, .n_independent = 12, .grade = RP_GRADE_A},
    {.n_copies = 12, .left = 9, .tsd_bp = 8, .n_independent = 12, .grade = RP_GRADE_B}, /* one ragged end */
    {.n_copies = 12, .n_independent = 12, .grade = RP_GRADE_B},
    {.n_copies = 12, .right = 9, .n_independent = 12, .grade = RP_GRADE_C},
    {.n_copies = 12, .percent_differing = 10, .n_independent = 9, .grade = RP_GRADE_C},
    {.n_copies = 12, .n_independent = 9, .grade = RP_GRADE_C},             /* young, and most are whole */
    {.n_copies = 12, .left = 5, .n_independent = 9, .grade = RP_GRADE_D},  /* and not */
    {.n_copies = 2, .n_independent = 2, .grade = RP_GRADE_D},
    {.n_copies = 3, .n_independent = 3, .grade = RP_GRADE_C},
    {.n_copies = 5, .n_independent = 5, .on_right = 2, .grade = RP_GRADE_D},
    {.n_copies = 5, .n_independent = 5, .on_right = 2, .tsd_bp = 8, .grade = RP_GRADE_A},
    {.n_copies = 6, .n_independent = 6, .on_right = 2, .grade = RP_GRADE_C},
    {.n_copies = 5, .percent_differing = 10, .n_independent = 5, .on_right = 2, .grade = RP_GRADE_C},
    {.n_copies = 5, .percent_differing = 10, .n_independent = 5, .on_left = 2, .on_right = 2, .grade = RP_GRADE_D},
    {.n_copies = 4, .n_independent = 4, .grade = RP_GRADE_C},
    {.n_copies = 12, .left = 5, .percent_differing = 10, .young = 6, .n_independent = 9, .grade = RP_GRADE_D},
    {.n_copies = 12, .left = 5, .percent_differing = 10, .young = 5, .n_independent = 9, .grade = RP_GRADE_C},
    {.n_copies = 4, .tsd_bp = 8, .n_independent = 4, .grade = RP_GRADE_A},
    {.n_copies = 4, .percent_differing = 10, .n_independent = 4, .grade = RP_GRADE_C},
    {.n_copies = 4, .percent_differing = 25, .n_independent = 4, .grade = RP_GRADE_D},
    {.n_copies = 5, .percent_differing = 25, .n_independent = 5, .grade = RP_GRADE_D},
    {.n_copies = 6, .percent_differing = 25, .n_independent = 6, .grade = RP_GRADE_C},
    {.n_copies = 4, .percent_differing = 25, .tsd_bp = 8, .n_independent = 4, .grade = RP_GRADE_A}};

START_TEST(a_family_has_the_grade_that_its_copies_bear_out)
{
    enum { LENGTH = 200, MISSING = 50 };
    const uint32_t n = GRADES[_i].n_copies;
    const rp_genome genome = {.length_bp = 1000000, .acgt_bp = 1000000};
    const rp_codes consensus = {.n = LENGTH};
    rp_findings findings = {.genome = &genome};
    rp_error error;
    size_t parts[16];
    for (uint32_t i = 0; i < n; i++) {
        rp_part part = {.begin = 1000 * i, .end = 1000 * i + LENGTH, .consensus_end = LENGTH, .copy = i};
        part.consensus_begin = i < GRADES[_i].left ? MISSING : 0;
        part.consensus_end = i < GRADES[_i].right ? LENGTH - MISSING : LENGTH;
        part.counts.mismatches = GRADES[_i].percent_differing * LENGTH / 100;
        part.counts.matches = LENGTH - part.counts.mismatches;
        part.divergence = i < GRADES[_i].young ? 1 : (float)GRADES[_i].percent_differing;
        ck_assert(rp_parts_push(&findings.parts, &part, &error));
        parts[i] = i;
    }
    const rp_found_family family = {.consensus = &consensus, .n_copies = n, .parts = parts, .n_parts = n};
    rp_traits traits = {.n_copies = n, .n_independent = GRADES[_i].n_independent, .tsd_bp = GRADES[_i].tsd_bp};
    traits.n_ends_seen = n;
    traits.n_going_on_left = GRADES[_i].on_left;
    traits.n_going_on_right = GRADES[_i].on_right;
    traits.n_ended_left = n - GRADES[_i].left - GRADES[_i].on_left;
    traits.n_ended_right = n - GRADES[_i].right - GRADES[_i].on_right;
    rp_grade_family(&findings, &family, &traits);
    ck_assert_str_eq(rp_grade_name(traits.grade), rp_grade_name(GRADES[_i].grade));
    ck_assert_uint_eq(traits.n_left_ends, n - GRADES[_i].left);
    ck_assert_uint_eq(traits.n_right_ends, n - GRADES[_i].right);
    rp_parts_clear(&findings.parts);
}
END_TEST

/* --- Ends --- */

/* Copies of e100 f100, each between 100 bases on either side. */
static const struct {
    const char *recipe; /* of the genome */
    uint32_t n, whole;  /* copies; those behind the whole ones have e100 only */
    uint32_t seen, ended_left, ended_right, on_left, on_right;
} ENDS[] = {{"a100 e100 f100 b100 c100 e100 f100 d100 g100 e100 f100 h100", 3, 3, 3, 3, 3, 0, 0},
            {"a100 e100 f100 q60 b40 c100 e100 f100 q60 d40 g100 e100 f100 h100", 3, 3, 3, 3, 1, 0, 2},
            /* an end that the consensus misses */
            {"a100 e100 f100 q20 b80 c100 e100 f100 q20 d80 g100 e100 f100 h100", 3, 3, 3, 3, 3, 0, 0},
            /* two haplotypes are one place, of a copy that is cut short too */
            {"a100 e100 f100 b100 a100 e100 f100 b100 g100 e100 f100 h100", 3, 3, 2, 2, 2, 0, 0},
            {"a100 e100 f100 b100 c100 e100 d100 c100 e100 d100", 3, 1, 2, 2, 1, 0, 0}};

START_TEST(copies_that_go_on_beyond_an_end_are_counted)
{
    enum { HALF = 100 };
    rp_genome genome;
    rp_placed_copies copies = {0};
    rp_traits traits = {0};
    char *letters = test_sequence(ENDS[_i].recipe), *fasta = malloc(strlen(letters) + 10);
    sprintf(fasta, ">g\n%s\n", letters);
    test_genome(&genome, fasta);
    uint64_t at = HALF;
    for (uint32_t i = 0; i < ENDS[_i].n; i++) {
        const uint32_t bp = i < ENDS[_i].whole ? 2 * HALF : HALF;
        ck_assert(rp_placed_copies_push(&copies, (rp_placed_copy){at, at + bp, .consensus_end = bp}));
        at += bp + 2 * HALF;
    }
    const rp_view view = {.genome = &genome};
    rp_going_on_look(&view, &copies, 2 * HALF, &traits);
    ck_assert_uint_eq(traits.n_ends_seen, ENDS[_i].seen);
    ck_assert_uint_eq(traits.n_ended_left, ENDS[_i].ended_left);
    ck_assert_uint_eq(traits.n_ended_right, ENDS[_i].ended_right);
    ck_assert_uint_eq(traits.n_going_on_left, ENDS[_i].on_left);
    ck_assert_uint_eq(traits.n_going_on_right, ENDS[_i].on_right);
    free(copies.items);
    free(fasta);
    free(letters);
    rp_genome_clear(&genome);
}
END_TEST

/* An element with inverted repeats, and the duplication beside it. */
static const struct {
    const char *recipe;
    uint32_t tsd_bp, tsd_max_bp;
    const char *target, *class_name;
} TERMINI[] = {{"CAGGG c30 d300 ~c30 CCCTG", 8, 8, "NNNNNNNN", "DNA/hAT"},
               {"CCGGG c30 d300 ~c30 CCCGG", 8, 8, "NNNNNNNN", "DNA"}, /* not YAR */
               {"GGTTT c30 d300 ~c30 AAACC", 9, 9, "NNNNNNNNN", "DNA/MULE"},
               {"GGTTT c30 d300 ~c30 AAACG", 9, 9, "NNNNNNNNN", "DNA"}, /* one end only */
               {"GGTTT c30 d300 ~c30 AAACC", 8, 8, "NNNNNNNN", "DNA"},
               {"GGTTT c30 d300 ~c30 AAACC", 9, 12, "NNNNNNNNN", "DNA"}, /* of various lengths */
               {"GGTTT c30 d300 ~c30 AAACC", 3, 3, "TAA", "DNA/PIF-Harbinger"},
               {"GGTTT c30 d300 ~c30 AAACC", 3, 3, "TNA", "DNA/PIF-Harbinger"},
               {"GGTTT c30 d300 ~c30 AAACC", 3, 3, "GAA", "DNA"},
               {"CACTA c30 d300 ~c30 TAGTG", 3, 3, "GAA", "DNA/CMC-EnSpm"},
               {"CCTTT c30 d300 ~c30 AAAGG", 4, 4, "TTAA", "DNA/PiggyBac"},
               {"CCTTT c30 d300 ~c30 AAAGG", 4, 4, "TTAG", "DNA"},
               {"CAGTG c30 d300 ~c30 CACTG", 2, 2, "TA", "DNA/TcMar"},
               {"TACAGTG c30 d300 ~c30 CACTGTA", 0, 0, "", "DNA/TcMar"}, /* the target is in the consensus */
               {"GGTTT c30 d300 ~c30 AAACC", 0, 0, "", "DNA"}};

START_TEST(ends_and_targets_tell_the_superfamily)
{
    rp_codes codes = {0};
    rp_traits traits = {.tir_bp = 35, .tsd_bp = TERMINI[_i].tsd_bp, .tsd_max_bp = TERMINI[_i].tsd_max_bp};
    char *letters = test_sequence(TERMINI[_i].recipe);
    strcpy(traits.tsd_consensus, TERMINI[_i].target);
    test_codes(&codes, letters);
    ck_assert_str_eq(rp_termini_class(&codes, &traits), TERMINI[_i].class_name);
    traits.tir_bp = 0;
    ck_assert_str_eq(rp_termini_class(&codes, &traits), "DNA");
    free(codes.items);
    free(letters);
}
END_TEST

/* Random sequences of a composition: as many heads as the limits allow, one in a hundred, and none that is sure among
 * all. */
START_TEST(random_sequences_have_no_more_heads_than_chance)
{
    enum { N = 1500 };
    static const double GC[] = {0.25, 0.4, 0.6};
    rp_random random = {.state = 77};
    unsigned n_heads = 0, n_sure = 0;
    for (unsigned i = 0; i < N; i++) {
        rp_codes codes = {0};
        rp_traits traits = {0};
        const size_t n = 80 + rp_random_below(&random, 400);
        ck_assert(rp_codes_reserve(&codes, n));
        for (size_t j = 0; j < n; j++)
            codes.items[codes.n++] =
                (uint8_t)(rp_random_unit(&random) < GC[i % 3] ? RP_BASE_C + rp_random_below(&random, 2)
                          : rp_random_below(&random, 2) == 0  ? RP_BASE_A
                                                              : RP_BASE_T);
        rp_heads_find(&codes, N, &traits);
        n_heads += traits.head != RP_HEAD_NONE;
        n_sure += traits.head_is_sure;
        free(codes.items);
    }
    ck_assert_uint_le(n_heads, 30); /* 15 are expected at most, and 30 once in 2,000 times */
    ck_assert_uint_eq(n_sure, 0);
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
    tcase_add_loop_test(tests, proteins_of_transposons_are_seen, 0, 13);
    tcase_add_loop_test(tests, gene_families_are_told_by_what_changes, 0, (int)(sizeof GENES / sizeof GENES[0]));
    tcase_add_loop_test(tests, copies_that_go_on_beyond_an_end_are_counted, 0, (int)(sizeof ENDS / sizeof ENDS[0]));
    tcase_add_loop_test(tests, ends_and_targets_tell_the_superfamily, 0, (int)(sizeof TERMINI / sizeof TERMINI[0]));
    tcase_add_test(tests, random_sequences_have_no_more_heads_than_chance);
    tcase_add_loop_test(tests, a_family_has_the_grade_that_its_copies_bear_out, 0,
                        (int)(sizeof GRADES / sizeof GRADES[0]));
    suite_add_tcase(suite, tests);
    return suite;
}
