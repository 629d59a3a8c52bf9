/* check_output.c: small findings, made by hand, and the bytes that each writer makes of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "output/comparison.h"
#include "output/reprise.h"
#include "output/writers.h"
#include "suites.h"

/* Two contigs, of 70 and 20 bases, the second one named as a comment is. */
static const char GENOME[] = ">chr1 the first\nACGTACGTACACGTACGTACACGTACGTACACGTACGTACACGTACGTACACGTACGTACACGTACGTAC\n"
                             ">#2\nTTTTTNNTTTgggggGGGGG\n";

typedef struct hand_made {
    rp_genome genome;
    rp_codes consensus[2];
    rp_findings findings;
} hand_made;

static void make_findings(hand_made *with)
{
    static const rp_part parts[] = {
        {.begin = 10, .end = 30, .consensus_end = 20, .score = 100, .divergence = 5, .counts = {18, 2, 0, 0}},
        {.begin = 40,
         .end = 50,
         .family = 1,
         .consensus_end = 10,
         .copy = 1,
         .score = 40,
         .divergence = 12.5f,
         .reverse = true,
         .counts = {9, 1, 0, 0}},
        {.begin = 60,
         .end = 68,
         .consensus_begin = 2,
         .consensus_end = 12,
         .copy = 2,
         .score = 30,
         .reverse = true,
         .counts = {8, 0, 2, 0}},
        {.begin = 72,
         .end = 76,
         .consensus_begin = 16,
         .consensus_end = 20,
         .copy = 3,
         .score = 8,
         .counts = {4, 0, 0, 0}}};
    rp_parts list = {0};
    rp_error error = {""};
    *with = (hand_made){.genome = {0}};
    test_genome(&with->genome, GENOME);
    test_codes(&with->consensus[0], "TGACAGGGGGCCCCCTGACA");
    test_codes(&with->consensus[1], "ACGTNACGTA");
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        ck_assert(rp_parts_push(&list, &parts[i], &error));
    const rp_codes *families[] = {&with->consensus[0], &with->consensus[1]};
    rp_findings *findings = &with->findings;
    ck_assert(rp_findings_init(findings, &with->genome, families, 2, 'R', &list));
    ck_assert(rp_called_copies_gather(&findings->copies, &findings->parts, &error));
    findings->copies.items[2].kind = RP_COPY_TRUNCATED_3;
    findings->copies.items[3].kind = RP_COPY_SOLO;
    findings->families[0].n_of_kind[RP_COPY_FULL] = 1;
    findings->families[0].n_of_kind[RP_COPY_SOLO] = 1;
    findings->families[0].n_of_kind[RP_COPY_TRUNCATED_3] = 1;
    findings->families[1].n_of_kind[RP_COPY_FULL] = 1;
    free(findings->families[0].class_name);
    findings->families[0].class_name = strdup("LTR");
    findings->families[0].traits =
        (rp_traits){.ltr_bp = 5, .ltr_right_begin = 15, .ltr_right_end = 20, .ltr_identity = 100, .tg_ca = true};
    findings->families[1].like = strdup("Known:95.0:0.90");
    ck_assert(rp_intervals_push(&findings->tandem, (rp_interval){50, 58}));
    ck_assert(rp_intervals_push(&findings->tandem, (rp_interval){80, 85}));
}

static void clear_findings(hand_made *with)
{
    rp_findings_clear(&with->findings);
    rp_genome_clear(&with->genome);
    free(with->consensus[0].items);
    free(with->consensus[1].items);
}

/* What a writer has written, to be freed; the file is gone. */
static char *finish(rp_file *file, const char *path)
{
    rp_error error = {""};
    char *text = calloc(1, 10000);
    ck_assert(rp_file_finish(file, &error) && rp_file_commit(file, &error));
    rp_file_destroy(file);
    FILE *from = fopen(path, "r");
    ck_assert_ptr_nonnull(from);
    ck_assert_uint_lt(fread(text, 1, 10000, from), 10000);
    fclose(from);
    unlink(path);
    return text;
}

static bool write_masked(const rp_findings *findings, rp_file *file, rp_error *error)
{
    return rp_write_masked(findings, false, false, file, error);
}

static bool write_hard_masked(const rp_findings *findings, rp_file *file, rp_error *error)
{
    return rp_write_masked(findings, true, true, file, error);
}

static bool write_reprof(const rp_findings *findings, rp_file *file, rp_error *error)
{
    /* GGGGG as the first family has it; CGTAC, of which the second one has neither strand: as it stands */
    static const rp_reprise_seed seeds[] = {{0x2aa, 5, 7}, {0x1b1, 5, 9}};
    (void)error;
    rp_write_reprof(findings, seeds, file);
    return true;
}

static bool write_reprise_bed(const rp_findings *findings, rp_file *file, rp_error *error)
{
    (void)error;
    rp_write_reprise_bed(findings, file);
    return true;
}

static bool write_one_class(const rp_findings *findings, rp_file *file, rp_error *error)
{
    rp_found_family families[] = {findings->families[0], findings->families[1]};
    rp_findings alike = *findings;
    families[1].class_name = families[0].class_name;
    alike.families = families;
    return rp_write_classes(&alike, file, error);
}

static bool write_counts(const rp_findings *findings, rp_file *file, rp_error *error)
{
    /* the others are those of the same places: all of their bases are taken */
    return rp_write_counts(findings, findings, NULL, file, error);
}

static bool write_freq(const rp_findings *findings, rp_file *file, rp_error *error)
{
    rp_reprise_frequency items[] = {{0x1b, 1234567, 12}, {0xe4, 0, 3}};
    const rp_reprise_frequencies list = {items, 2, 2};
    (void)findings, (void)error;
    rp_write_freq(&list, 4, file);
    return true;
}

static const struct {
    const char *what;
    bool (*write)(const rp_findings *findings, rp_file *file, rp_error *error);
    const char *expected;
} WRITERS[] = {
    {"families", rp_write_families,
     ">R1#LTR copies=3 bases=32 length=20 divergence=3.1 evidence=ltr:5:100%,tg-ca"
     " kinds=full:1,solo:1,truncated_3:1\nTGACAGGGGGCCCCCTGACA\n"
     ">R2#Unknown copies=1 bases=10 length=10 divergence=12.5 evidence=none kinds=full:1 "
     "like=Known:95.0:0.90\nACGTNACGTA\n"},
    {"split", rp_write_split,
     ">R1_LTR#LTR length=5 of=R1\nTGACA\n>R1_INT#LTR length=10 of=R1\nGGGGGCCCCC\n"
     ">R2#Unknown copies=1 bases=10 length=10 divergence=12.5 evidence=none kinds=full:1 "
     "like=Known:95.0:0.90\nACGTNACGTA\n"},
    {"BED", rp_write_bed,
     "chr1\t10\t30\tR1\t950\t+\t5.0\t0\t20\t20\t1\tfull\t0\t0\t.\t.\n"
     "chr1\t40\t50\tR2\t875\t-\t12.5\t0\t10\t10\t2\tfull\t0\t0\t.\t.\n"
     "chr1\t60\t68\tR1\t1000\t-\t0.0\t2\t12\t20\t3\ttruncated_3\t0\t0\t.\t.\n"
     "%232\t2\t6\tR1\t1000\t+\t0.0\t16\t20\t20\t4\tsolo\t0\t0\t.\t.\n"},
    {"GFF3", rp_write_gff3,
     "##gff-version 3\n##sequence-region chr1 1 70\n##sequence-region %232 1 20\n"
     "chr1\treprise-c\tLTR_retrotransposon\t11\t30\t100\t+\t.\tID=copy1;Name=R1;Target=R1 1 20 +;"
     "Ontology_term=SO:0000186;classification=LTR;kind=full;divergence=5.0\n"
     "chr1\treprise-c\trepeat_region\t41\t50\t40\t-\t.\tID=copy2;Name=R2;Target=R2 1 10 +;"
     "Ontology_term=SO:0000657;classification=Unknown;kind=full;divergence=12.5\n"
     "chr1\treprise-c\tLTR_retrotransposon\t61\t68\t30\t-\t.\tID=copy3;Name=R1;Target=R1 3 12 +;"
     "Ontology_term=SO:0000186;classification=LTR;kind=truncated_3;divergence=0.0\n"
     "%232\treprise-c\tsolo_LTR\t3\t6\t8\t+\t.\tID=copy4;Name=R1;Target=R1 17 20 +;"
     "Ontology_term=SO:0001003;classification=LTR;kind=solo;divergence=0.0\n"},
    {"RepeatMasker", rp_write_repeatmasker,
     "   SW  perc perc perc  query    posit ion in   query   matching repeat          posit ion in repeat\n"
     "score  div. del. ins.  sequence begin   end  (left)   repeat   class/family    begin    end (left) ID\n\n"
     "  100  10.0  0.0  0.0  chr1        11    30    (40) + R1       LTR                 1     20    (0) 1\n"
     "   40  10.0  0.0  0.0  chr1        41    50    (20) C R2       Unknown           (0)     10      1 2\n"
     "   30   0.0 25.0  0.0  chr1        61    68     (2) C R1       LTR               (8)     12      3 3\n"
     "    8   0.0  0.0  0.0  #2           3     6    (14) + R1       LTR                17     20    (0) 4\n"},
    {"classes", rp_write_classes,
     "class\tfamilies\tcopies\tbases\tpercent\nLTR\t1\t3\t32\t36.364\nUnknown\t1\t1\t10\t11.364\n"
     "total\t2\t4\t42\t47.727\n"},
    {"families of one class", write_one_class,
     "class\tfamilies\tcopies\tbases\tpercent\nLTR\t2\t4\t42\t47.727\ntotal\t2\t4\t42\t47.727\n"},
    {"GTF", rp_write_gtf,
     "chr1\treprise-c\texon\t11\t30\t100\t+\t.\tgene_id \"R1\"; "
     "transcript_id \"R1_copy1\"; family_id \"LTR\"; class_id \"LTR\";\n"
     "chr1\treprise-c\texon\t41\t50\t40\t-\t.\tgene_id \"R2\"; "
     "transcript_id \"R2_copy2\"; family_id \"Unknown\"; class_id \"Unknown\";\n"
     "chr1\treprise-c\texon\t61\t68\t30\t-\t.\tgene_id \"R1\"; "
     "transcript_id \"R1_copy3\"; family_id \"LTR\"; class_id \"LTR\";\n"
     "%232\treprise-c\texon\t3\t6\t8\t+\t.\tgene_id \"R1\"; "
     "transcript_id \"R1_copy4\"; family_id \"LTR\"; class_id \"LTR\";\n"},
    {"bigRmsk", rp_write_rmsk,
     "chr1\t10\t30\tR1#LTR\t100\t+\t10\t30\t"
     "0\t3\t0,20,0\t-1,0,-1\t1\t100 10.0 0.0 0.0 chr1 11 30 (40) + R1 LTR 1 20 (0) 1\n"
     "chr1\t40\t50\tR2#Unknown\t100\t-\t40\t50\t"
     "0\t3\t0,10,0\t-1,0,-1\t2\t40 10.0 0.0 0.0 chr1 41 50 (20) C R2 Unknown (0) 10 1 2\n"
     "chr1\t52\t70\tR1#LTR\t0\t-\t60\t68\t0\t3\t8,8,2\t-1,8,-1\t3\t30 0.0 25.0 0.0 chr1 61 68 (2) C R1 LTR (8) 12 3 3\n"
     "%232\t0\t6\tR1#LTR\t0\t+\t2\t6\t0\t3\t16,4,0\t-1,2,-1\t4\t8 0.0 0.0 0.0 #2 3 6 (14) + R1 LTR 17 20 (0) 4\n"},
    {"counts", write_counts,
     "kind\tclass\tbases\tpercent\n"
     "family\tLTR\t32\t35.556\n"
     "family\tUnknown\t10\t11.111\n"
     "tandem\ttandem_repeat\t13\t14.444\n"
     "unknown\tN\t1\t1.111\n"
     "rest\tunique\t34\t37.778\n"
     "total\ttotal\t90\t100.000\n"},
    {"tandem", rp_write_tandem, "chr1\t50\t58\ttandem_repeat\n%232\t10\t15\ttandem_repeat\n"},
    {"masked", write_masked,
     ">chr1 the first\nACGTACGTACacgtacgtacacgtacgtacACGTACGTACacgtacgtacACGTACGTAC\nacgtacgtAC\n"
     ">#2\nTTtttnNTTTgggggGGGGG\n"},
    {"masked by N, tandem repeats too", write_hard_masked,
     ">chr1 the first\nACGTACGTACNNNNNNNNNNNNNNNNNNNNACGTACGTACNNNNNNNNNNNNNNNNNNAC\nNNNNNNNNAC\n"
     ">#2\nTTNNNNNTTTNNNNNGGGGG\n"},
    {"REPrise's masked", rp_write_reprise_masked,
     ">chr1 the first\nACGTACGTACXXXXXXXXXXXXXXXXXXXXACGTACGTACXXXXXXXXXX\nACGTACGTACXXXXXXXXAC\n"
     ">#2\nTTXXXXNTTTGGGGGGGGGG\n"},
    {"REPrise's consensus", write_reprof,
     ">R=0, seedfreq=7, elementfreq=3, length=20, Seed=GGGGG\nTGACAGGGGGCCCCCTGACA\n"
     ">R=1, seedfreq=9, elementfreq=1, length=10, Seed=CGTAC\nACGTNACGTA\n"},
    {"REPrise's BED", write_reprise_bed,
     "chr1\t10\t30\tR=0\t20\t+\nchr1\t40\t50\tR=1\t10\t-\nchr1\t60\t68\tR=0\t8\t-\n%232\t2\t6\tR=0\t4\t+\n"},
    {"REPrise's k-mers", write_freq, "ACGT\t12\t1234567\nTGCA\t3\t0\n"}};

START_TEST(findings_are_written_byte_by_byte)
{
    hand_made with;
    rp_error error = {""};
    make_findings(&with);
    char *path = test_file("", 0);
    rp_file *file = rp_file_open(path, &error);
    ck_assert_ptr_nonnull(file);
    ck_assert(WRITERS[_i].write(&with.findings, file, &error));
    char *text = finish(file, path);
    ck_assert_msg(strcmp(text, WRITERS[_i].expected) == 0, "%s:\n%s", WRITERS[_i].what, text);
    free(text);
    free(path);
    clear_findings(&with);
}
END_TEST

static bool write_seeds(const rp_findings *findings, rp_file *file, rp_error *error)
{
    return rp_write_seed_alignments(findings, 1, file, error);
}

/* Three copies: a whole one; one with a base too many and one too few; one on the reverse strand with another base. */
START_TEST(alignments_are_written_with_every_step)
{
    static const struct {
        bool (*write)(const rp_findings *findings, rp_file *file, rp_error *error);
        const char *part[6];   /* of what is written */
    } ALIGNED[] = {
        {rp_write_paf,
         {"R1#Unknown\t200\t0\t200\t+\tx\t1402\t200\t400\t200\t200\t255\tNM:i:0\tAS:i:400\t", "\tcn:i:1\tcg:Z:200=\n",
          "R1#Unknown\t200\t0\t200\t+\tx\t1402\t600\t800\t199\t201\t255\tNM:i:2\tAS:i:382\t",
          "\tcn:i:2\tcg:Z:60=1D81=1I58=\n",
          "R1#Unknown\t200\t0\t200\t-\tx\t1402\t1000\t1200\t199\t200\t255\tNM:i:1\tAS:i:396\t",
          "\tcn:i:3\tcg:Z:100=1X99=\n"}},
        {write_seeds,
         {"# STOCKHOLM 1.0\n#=GF ID R1\n", "\nx:201-400_+ CTGTAGTCGG", "GGAGGGCTCTGA", "AAGGGA.GTTCC",
          "\nx:1001-1200_- CTGTAGTCGG", "CAGCTGGG"}}};
    char *copy[] = {test_sequence("a200"), test_sequence("~a200")};
    char *around = test_sequence("s2000"), *text = malloc(4000);
    /* Neighbours of what is added and left out are other bases: there is one best alignment. */
    const char extra = copy[0][59] == 'C' || copy[0][60] == 'C' ? 'A' : 'C', other = copy[1][100] == 'T' ? 'A' : 'T';
    ck_assert(copy[0][140] != copy[0][141] && copy[0][141] != copy[0][142]);
    sprintf(text, ">x\n%.200s%s%.200s%.60s%c%.81s%s%.200s%.100s%c%s%.202s\n", around, copy[0], around + 200, copy[0],
            extra, copy[0] + 60, copy[0] + 142, around + 400, copy[1], other, copy[1] + 101, around + 600);
    rp_genome genome;
    rp_codes consensus = {0};
    rp_error error = {""};
    test_genome(&genome, text);
    test_codes(&consensus, copy[0]);
    const rp_codes *families[] = {&consensus};
    const rp_view view = {.genome = &genome};
    const rp_annotate_parameters parameters = {.n_threads = 1,
                                               .kernel = rp_band_select("auto"),
                                               .expected_by_chance = RP_CHANCE_FOUND,
                                               .min_copies = 1,
                                               .rows = rp_row_store_create()};
    rp_parts parts = {0};
    rp_findings findings;
    ck_assert_msg(rp_annotate(&view, families, 1, &parameters, &parts, &error), "%s", error.message);
    ck_assert(rp_findings_init(&findings, &genome, families, 1, 'R', &parts));
    findings.kernel = parameters.kernel;
    findings.rows = parameters.rows;
    for (size_t i = 0; i < sizeof ALIGNED / sizeof ALIGNED[0]; i++) {
        char *path = test_file("", 0);
        rp_file *file = rp_file_open(path, &error);
        ck_assert_ptr_nonnull(file);
        ck_assert(ALIGNED[i].write(&findings, file, &error));
        char *written = finish(file, path);
        for (int j = 0; j < 6; j++)
            ck_assert_msg(strstr(written, ALIGNED[i].part[j]) != NULL, "no %s in:\n%s", ALIGNED[i].part[j], written);
        free(written);
        free(path);
    }
    rp_findings_clear(&findings);
    rp_row_store_destroy(parameters.rows);
    rp_genome_clear(&genome);
    free(consensus.items);
    free(copy[0]);
    free(copy[1]);
    free(around);
    free(text);
}
END_TEST

START_TEST(a_comparison_is_written_byte_by_byte)
{
    rp_named_family references[] = {
        {"ref1", "LTR", "", {NULL, 100, 0}}, {"ref2", "DNA", "", {NULL, 50, 0}}, {"short", "DNA", "", {NULL, 9, 0}}};
    rp_named_family found[] = {{"f1", "Unknown", "", {NULL, 101, 0}},
                               {"f2", "Unknown", "", {NULL, 40, 0}},
                               {"f3", "Unknown", "", {NULL, 70, 0}}};
    const rp_family_file reference_file = {references, 3, 3}, found_file = {found, 3, 3};
    rp_reference_verdict verdicts[] = {{true, RP_MATCH_PERFECT, 1, 1, 0, 0.99, 0.01, 2, 0},
                                       {true, RP_MATCH_MISSING, 0, 0.25, RP_NO_FAMILY, 0, 0, 0, RP_NO_FAMILY},
                                       {.held = false}};
    rp_found_verdict of_found[] = {
        {.best = 0, .matches = 98, .is_perfect = true, .known_share = 1, .second = RP_NO_FAMILY},
        {.best = 0, .matches = 30, .known_share = 0.75, .redundant = true, .chimera = true, .second = 1},
        {.best = RP_NO_FAMILY, .known_share = 0.25, .second = RP_NO_FAMILY}};
    const rp_comparison comparison = {verdicts, of_found, 3, 3, {1, 0, 0, 1}, 2, 1, 1, 1};
    const rp_comparison_names names = {"found.fa", "known.fa", &found_file, &reference_file};
    static const char *const expected[] = {
        "side\tname\tclass\tlength\tmatch\tcovered\tcovered_close\tbest\tbest_covers\tbest_difference\tflags\n"
        "reference\tref1\tLTR\t100\tperfect\t1.0000\t1.0000\tf1\t0.9900\t0.0100\t-\n"
        "reference\tref2\tDNA\t50\tmissing\t0.2500\t0.0000\t-\t0.0000\t0.0000\t-\n"
        "found\tf1\tUnknown\t101\t-\t1.0000\t-\tref1\t-\t-\t-\n"
        "found\tf2\tUnknown\t40\t-\t0.7500\t-\tref1\t-\t-\tredundant,chimera:ref2\n"
        "found\tf3\tUnknown\t70\t-\t0.2500\t-\t-\t-\t-\tunmatched\n",
        "reference families       2  of 3 in known.fa\n  perfect                1   50.0 %\n"
        "  good                   0    0.0 %\n"
        "  present                0    0.0 %\n  missing                1   50.0 %\n"
        "found families           3  in found.fa\n"
        "  redundant              1   33.3 %\n  chimeras               1   33.3 %\n"
        "  unmatched              1   33.3 %\n"};
    rp_error error = {""};
    char *path = test_file("", 0);
    rp_file *file = rp_file_open(path, &error);
    ck_assert_ptr_nonnull(file);
    if (_i == 0)
        rp_comparison_write_tsv(&comparison, &names, file);
    else
        rp_comparison_print(&comparison, &names, false, file);
    char *text = finish(file, path);
    ck_assert_str_eq(text, expected[_i]);
    free(text);
    free(path);
}
END_TEST

Suite *suite_output(void)
{
    Suite *suite = suite_create("output");
    TCase *tests = tcase_create("output");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, findings_are_written_byte_by_byte, 0, (int)(sizeof WRITERS / sizeof WRITERS[0]));
    tcase_add_test(tests, alignments_are_written_with_every_step);
    tcase_add_loop_test(tests, a_comparison_is_written_byte_by_byte, 0, 2);
    suite_add_tcase(suite, tests);
    return suite;
}
