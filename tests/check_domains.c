/* check_domains.c: profiles of protein domains, what hmmsearch tells of them, and the classes that they speak for. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/process.h"
#include "classify/class_tree.h"
#include "classify/domain_search.h"
#include "classify/superfamily.h"
#include "command/find_options.h"
#include "suites.h"

/* --- Names --- */

static const struct {
    const char *name, *accession, *class_name, *domain; /* class_name NULL: no domain of transposons */
} PROFILES[] = {{"LTR/Copia:RT", "", "LTR/Copia", "RT"},
                {"DNA/hAT-Ac:TPase", "", "DNA/hAT-Ac", "TPase"},
                {"DNA/hAT-Newclade:TPase", "", "DNA/hAT", "TPase"}, /* a clade that is not known here */
                {"Class_I/LTR/Ty1_copia/Ale:Ty1-RT", "", "LTR/Copia", "RT"},
                {"Class_I|LTR|Ty3/gypsy|chromovirus|CRM:Ty3-INT", "", "LTR/Gypsy", "INT"},
                {"Class_I/LINE:LINE-RT", "", "LINE", "RT"},
                {"Class_II/Subclass_1/TIR/MuDR_Mutator:TPase", "", "DNA/MULE", "TPase"},
                {"Class_II/Subclass_2/Helitron:HEL2", "", "RC/Helitron", "HEL2"},
                {"RT_athila", "", "LTR/Gypsy", "RT"},
                {"INT_gammaretroviridae", "", "LTR/ERV1", "INT"},
                {"RVT_2", "PF07727.17", "LTR/Copia", "RT"},
                {"RVT_2", "PF07727", "LTR/Copia", "RT"},
                {"DDE_Tnp_4", "PF13359.9", "DNA/PIF-Harbinger", "TPase"},
                {"Pkinase", "PF00069.28", NULL, "Pkinase"},
                {"RVT_1x", "PF000781.1", NULL, "RVT_1x"},
                {"RT_nobody", "", NULL, "RT"},
                {"WHAT/Ever:X", "", NULL, "X"}};

START_TEST(profiles_stand_for_classes)
{
    char domain[32];
    const char *of = rp_class_of_profile(PROFILES[_i].name, PROFILES[_i].accession, domain, sizeof domain);
    ck_assert_pstr_eq(of, PROFILES[_i].class_name);
    if (of != NULL)
        ck_assert_str_eq(domain, PROFILES[_i].domain);
}
END_TEST

START_TEST(classes_have_what_they_are_part_of_in_common)
{
    ck_assert_pstr_eq(rp_class_common("DNA/hAT-Ac", "DNA/hAT-Charlie"), "DNA/hAT");
    ck_assert_pstr_eq(rp_class_common("DNA/hAT-Ac", "DNA/hAT"), "DNA/hAT");
    ck_assert_pstr_eq(rp_class_common("LTR/Copia", "LTR/Gypsy"), "LTR");
    ck_assert_pstr_eq(rp_class_common("LTR/Copia", "DNA/P"), NULL);
    ck_assert_pstr_eq(rp_class_order("LTR/ERVL-MaLR"), "LTR");
    ck_assert_pstr_eq(rp_class_order("RC/Helitron"), "RC");
    ck_assert(!rp_class_is_given(rp_class_common("LTR/Copia", "LINE/L1")));
    ck_assert(rp_class_contains("LTR", "LTR/Copia") && !rp_class_contains("LTR/Copia", "LTR"));
    ck_assert_pstr_eq(rp_class_known("Satellite"), NULL);
}
END_TEST

/* --- Files --- */

#define HEAD "HMMER3/f [3.3.2]\nNAME  LTR/Copia:RT\nLENG  1\nALPH  amino\nGA    30.0 25.5;\nHMM  A C\n 1 2\n//\n"

static const struct {
    const char *text, *message; /* NULL: it is read */
} FILES[] = {{HEAD, NULL},
             {HEAD "HMMER3/f\nNAME other\nALPH amino\nHMM  A\n//\n", NULL},
             {"", "it has no profiles"},
             {"#STOCKHOLM\n", "line 1: no profile of HMMER3"},
             {"HMMER3/f\nNAME x\nALPH  DNA\nHMM A\n//\n", "line 5: no profile of proteins (ALPH amino): x"},
             {"HMMER3/f\nALPH  amino\nHMM A\n//\n", "a profile without a NAME"},
             {"HMMER3/f\nNAME x\nALPH  amino\n//\n", "a profile without a body: x"},
             {"HMMER3/f\nNAME x\nALPH  amino\nGA  a b;\nHMM A\n//\n", "no gathering threshold: a b;"},
             {"HMMER3/f\nNAME x\nALPH  amino\nHMM A\n 1\n", "the file ends in a profile: x"},
             {HEAD HEAD, "two profiles are named LTR/Copia:RT"}};

START_TEST(files_of_profiles_are_read_strictly)
{
    char path[] = "/tmp/reprise-profiles-XXXXXX";
    const int descriptor = mkstemp(path);
    ck_assert_int_ge(descriptor, 0);
    FILE *file = fdopen(descriptor, "w");
    ck_assert_int_ge(fputs(FILES[_i].text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
    rp_profile_file profiles;
    rp_error error = {""};
    const bool ok = rp_profile_file_read(&profiles, path, &error);
    ck_assert_int_eq(remove(path), 0);
    if (FILES[_i].message != NULL) {
        ck_assert(!ok);
        ck_assert_ptr_nonnull(strstr(error.message, FILES[_i].message));
        return;
    }
    ck_assert_msg(ok, "%s", error.message);
    const rp_profile *profile = rp_profile_named(&profiles, "LTR/Copia:RT");
    ck_assert_ptr_nonnull(profile);
    ck_assert_str_eq(profile->kind.class_name, "LTR/Copia");
    ck_assert_double_eq(profile->kind.least_bits, 25.5);
    ck_assert_ptr_null(rp_profile_named(&profiles, "nobody"));
    rp_profile_file_clear(&profiles);
}
END_TEST

START_TEST(the_programs_own_profiles_all_have_classes_and_thresholds)
{
    rp_profile_file own;
    rp_error error = {""};
    ck_assert_msg(rp_profile_file_own(&own, &error), "%s", error.message);
    ck_assert_uint_gt(own.n, 20);
    for (size_t i = 0; i < own.n; i++) {
        ck_assert_msg(own.profiles[i].kind.class_name != NULL, "%s", own.profiles[i].name);
        ck_assert_double_gt(own.profiles[i].kind.least_bits, 0);
    }
    rp_profile_file_clear(&own);
}
END_TEST

/* --- hmmsearch's table --- */

static const struct {
    const char *target, *profile, *bits, *places;
    bool is_line, is_one;
    uint32_t begin, end;
    bool reverse;
} LINES[] = {{"0/0/0", "RT", "40.5", "11 30", true, true, 30, 90, false},
             {"0/1/0", "RT", "40.5", "11 30", true, true, 31, 91, false},
             {"0/3/0", "RT", "40.5", "11 30", true, true, 210, 270, true},
             {"0/2/20", "RT", "40.5", "1 30", true, true, 62, 152, false},
             {"0/0/0", "RT", "20.0", "11 30", true, false, 0, 0, false},  /* below its profile's threshold */
             {"1/0/0", "RT", "40.5", "11 30", false, false, 0, 0, false}, /* no such family */
             {"0/6/0", "RT", "40.5", "11 30", false, false, 0, 0, false}, /* no such frame */
             {"0/0", "RT", "40.5", "11 30", false, false, 0, 0, false},
             {"0/0/0", "XX", "40.5", "11 30", false, false, 0, 0, false}, /* no such profile */
             {"0/0/0", "RT", "nan", "11 30", false, false, 0, 0, false},
             {"0/0/0", "RT", "40.5", "0 30", false, false, 0, 0, false},
             {"0/0/0", "RT", "40.5", "31 30", false, false, 0, 0, false},
             {"0/0/0", "RT", "40.5", "11 101", false, false, 0, 0, false}, /* behind the end */
             {"0/0/0", "RT", "40.5", "-1 30", false, false, 0, 0, false}};

START_TEST(lines_of_the_table_are_read_strictly)
{
    rp_profile one = {"RT", {"RT", "LTR", 25}};
    const rp_profile_file file = {.profiles = &one, .n = 1};
    const rp_codes consensus = {.n = 300}, *list = &consensus;
    rp_domain domain;
    bool is_one;
    char line[512];
    (void)snprintf(line, sizeof line, "%s - 100 %s - 60 1e-20 50 0.1 1 1 1e-20 2e-18 %s 0.1 3 60 %s 1 60 0.97 -\n",
                   LINES[_i].target, LINES[_i].profile, LINES[_i].bits, LINES[_i].places);
    ck_assert_int_eq(rp_domain_read(line, &file, &list, 1, &domain, &is_one), LINES[_i].is_line);
    if (LINES[_i].is_line)
        ck_assert_int_eq(is_one, LINES[_i].is_one);
    if (!LINES[_i].is_one)
        return;
    ck_assert_uint_eq(domain.begin, LINES[_i].begin);
    ck_assert_uint_eq(domain.end, LINES[_i].end);
    ck_assert_int_eq(domain.reverse, LINES[_i].reverse);
    ck_assert_double_eq(domain.evalue, 2e-18);
}
END_TEST

START_TEST(what_is_no_line_of_the_table_is_told)
{
    rp_profile one = {"RT", {"RT", "LTR", 25}};
    const rp_profile_file file = {.profiles = &one, .n = 1};
    const rp_codes consensus = {.n = 300}, *list = &consensus;
    rp_domain domain;
    bool is_one;
    ck_assert(rp_domain_read("# a comment", &file, &list, 1, &domain, &is_one) && !is_one);
    ck_assert(!rp_domain_read("", &file, &list, 1, &domain, &is_one));
    ck_assert(!rp_domain_read("0/0/0 - 100 RT", &file, &list, 1, &domain, &is_one));
}
END_TEST

/* --- Decisions --- */

/* By chance one domain of 22 bits is expected in a thousand searches. NAME(CLASS)begin-end:bits, with ~ before the
 * begin on the reverse strand; class "host": of another protein. */
static const struct {
    const char *matches, *class_name, *kept;
} DECISIONS[] = {
    {"", NULL, ""},
    {"RT(LTR/Copia)900-1500:200", "LTR/Copia", "RT"},
    {"RT(LTR/Copia)900-1500:200 RT(LTR/Gypsy)900-1500:50", "LTR/Copia", "RT"},
    {"RT(LTR/Gypsy)900-1500:100 RT(LTR/Copia)900-1500:95", "LTR", "RT"}, /* too close to tell */
    {"RT(LTR/Gypsy)900-1500:300 RT(LTR/ERV1)900-1500:275", "LTR", "RT"}, /* a tenth */
    {"TPase(DNA/hAT-Ac)1-600:100 TPase(DNA/hAT-Charlie)1-600:96", "DNA/hAT", "TPase"},
    {"RT(LTR/Copia)1-600:60 TPase(DNA/P)1-600:58", NULL, "RT"}, /* nothing in common */
    {"INT(LTR/Copia)1-600:90 RT(LTR/Copia)900-1500:200", "LTR/Copia", "INT RT"},
    {"RT(LTR/Copia)1-600:200 INT(LTR/Copia)900-1500:90", "LTR", "RT INT"}, /* Gypsy's order */
    {"INT(LTR)~900-1500:90 RT(Retroelement)~1-600:200", "LTR/Copia", "RT INT"}, /* read backwards */
    {"INT(LTR)1-600:90 RT(Retroelement)900-1500:200", "LTR/Copia", "INT RT"},
    {"RT(Retroelement)1-600:200 INT(LTR)900-1500:90", "LTR", "RT INT"},
    {"RT(Retroelement)1-600:200", NULL, "RT"}, /* LTR or LINE */
    {"INT(LTR/Gypsy)1-600:90 RT(LTR/Gypsy)900-1500:200", "LTR", "INT RT"}, /* Copia's order */
    {"RT(LTR/Gypsy)1-600:200 INT(LTR/Gypsy)900-1500:90", "LTR/Gypsy", "RT INT"},
    {"RT(LTR/Gypsy)1-600:200 GAG(LTR/Copia)900-1500:40", "LTR/Gypsy", "RT GAG"}, /* far weaker */
    {"RT(LTR/Gypsy)1-600:200 GAG(LTR/Copia)900-1500:90", "LTR", "RT GAG"}, /* a contradiction */
    {"RT(LINE/L1)1-600:200 TPase(DNA/P)900-1500:90", NULL, "RT TPase"},
    {"EN(LINE)1-600:60 RT(LINE/L1)900-1500:200", "LINE/L1", "EN RT"},
    {"INT(LTR/ERV1)1-600:90", "LTR", "INT"}, /* Gypsy's are like it */
    {"RT(LTR/ERV1)1-600:50 INT(LTR/ERV1)900-1500:90", "LTR/ERV1", "RT INT"},
    {"TPase(DNA/P)1-600:21", NULL, "TPase"}, /* alone, and by chance */
    {"TPase(DNA/P)1-600:24", "DNA/P", "TPase"},
    {"TPase(DNA/P)1-300:21 TPase(DNA/P)400-600:21", "DNA/P", "TPase TPase"},
    {"EN(LINE)1-600:21 RT(LINE/L1)900-1500:21", "LINE/L1", "EN RT"},
    {"EN(LINE)1-600:21 TPase(DNA/P)900-1500:21", NULL, "EN TPase"},
    {"Kinase(host)1-600:300", NULL, "Kinase"},
    {"Kinase(host)1-600:300 RT(LINE/L1)1-600:60", "LINE/L1", "RT"}, /* a transposon's goes before */
};

enum { MAX_MATCHES = 8 };

/* Reads the matches of a row. */
static size_t read_matches(const char *text, rp_domain *domains, rp_domain_kind *kinds, char (*names)[16])
{
    size_t n = 0;
    while (*text != '\0') {
        char class_name[32];
        int used = 0;
        unsigned begin, end, bits;
        const char *open = strchr(text, '('), *close = strchr(text, ')');
        (void)snprintf(names[n], sizeof names[n], "%.*s", (int)(open - text), text);
        (void)snprintf(class_name, sizeof class_name, "%.*s", (int)(close - open - 1), open + 1);
        const bool reverse = close[1] == '~';
        ck_assert_int_eq(sscanf(close + 1 + reverse, "%u-%u:%u%n", &begin, &end, &bits, &used), 3);
        kinds[n] = (rp_domain_kind){names[n], rp_class_known(class_name), 0};
        domains[n] = (rp_domain){.kind = &kinds[n],
                                 .begin = begin,
                                 .end = end,
                                 .reverse = reverse,
                                 .bits = bits,
                                 .expected = 1e-3 * pow(2, 22.0 - bits),
                                 .class_name = kinds[n].class_name};
        n++;
        text = close + 1 + reverse + used;
        text += *text == ' ';
    }
    return n;
}

static int compare_begins(const void *left, const void *right)
{
    const rp_domain *a = left, *b = right;
    return (a->begin > b->begin) - (a->begin < b->begin);
}

START_TEST(domains_speak_for_a_class)
{
    rp_domain matches[MAX_MATCHES];
    rp_domain_kind kinds[MAX_MATCHES];
    char names[MAX_MATCHES][16], kept[64] = "";
    rp_domains domains = {.items = matches, .n = read_matches(DECISIONS[_i].matches, matches, kinds, names)};
    qsort(matches, domains.n, sizeof *matches, compare_begins);
    ck_assert(rp_domains_resolve(&domains));
    for (size_t i = 0; i < domains.n; i++)
        (void)snprintf(kept + strlen(kept), sizeof kept - strlen(kept), "%s%s", i > 0 ? " " : "",
                       matches[i].kind->name);
    ck_assert_str_eq(kept, DECISIONS[_i].kept);
    ck_assert_pstr_eq(rp_superfamily_of(domains.items, domains.n), DECISIONS[_i].class_name);
    ck_assert_int_eq(rp_domains_are_of_hosts(domains.items, domains.n), strcmp(kept, "Kinase") == 0);
}
END_TEST

START_TEST(domains_are_found_by_their_family)
{
    rp_domain items[] = {{.family = 1}, {.family = 1, .begin = 5}, {.family = 4}};
    const rp_domains domains = {.items = items, .n = 3};
    size_t n;
    ck_assert_ptr_eq(rp_domains_of(&domains, 1, &n), items);
    ck_assert_uint_eq(n, 2);
    ck_assert_ptr_eq(rp_domains_of(&domains, 4, &n), items + 2);
    ck_assert_uint_eq(n, 1);
    (void)rp_domains_of(&domains, 0, &n);
    ck_assert_uint_eq(n, 0);
    (void)rp_domains_of(&domains, 5, &n);
    ck_assert_uint_eq(n, 0);
    (void)rp_domains_of(&(rp_domains){0}, 0, &n);
    ck_assert_uint_eq(n, 0);
}
END_TEST

START_TEST(misuse_leaves_no_list_of_profiles)
{
    char *beside_wrong[] = {"find", "--domains", "a.hmm", "--domains=b.hmm", "--bogus", "genome.fa", NULL},
         *contradicting[] = {"find", "--domains", "a.hmm", "--no-domains", "genome.fa", NULL};
    rp_find_options options;
    rp_error error = {""};
    ck_assert(!rp_find_options_parse(&options, 6, beside_wrong, &error));
    ck_assert_ptr_null(options.domains.files.items);
    error.message[0] = '\0';
    ck_assert(!rp_find_options_parse(&options, 5, contradicting, &error));
    ck_assert_ptr_null(options.domains.files.items);
}
END_TEST

/* Who has no memory to start a program may have it in another run; a program that is not there is another matter. */
START_TEST(what_keeps_a_program_from_starting_is_told)
{
    const char *const arguments[] = {"true", NULL}, *const nothing[] = {"no-such-program", NULL};
    struct rlimit limit, none;
    bool is_absent;
    rp_error error = {""};
    ck_assert(rp_process_run(arguments, NULL, NULL, &is_absent, &error));
    ck_assert(!rp_process_run(nothing, NULL, NULL, &is_absent, &error) && is_absent);
    ck_assert_int_eq(error.kind, RP_ERROR_OTHER);
    ck_assert_int_eq(getrlimit(RLIMIT_AS, &limit), 0);
    none = (struct rlimit){.rlim_cur = 0, .rlim_max = limit.rlim_max};
    error = (rp_error){""};
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &none), 0);
    const bool ok = rp_process_run(arguments, NULL, NULL, &is_absent, &error);
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
    ck_assert(!ok && !is_absent);
    ck_assert_int_eq(error.kind, RP_ERROR_MEMORY);
}
END_TEST

Suite *suite_domains(void)
{
    Suite *suite = suite_create("domains");
    TCase *tests = tcase_create("domains");
    tcase_add_loop_test(tests, profiles_stand_for_classes, 0, (int)(sizeof PROFILES / sizeof PROFILES[0]));
    tcase_add_test(tests, classes_have_what_they_are_part_of_in_common);
    tcase_add_loop_test(tests, files_of_profiles_are_read_strictly, 0, (int)(sizeof FILES / sizeof FILES[0]));
    tcase_add_test(tests, the_programs_own_profiles_all_have_classes_and_thresholds);
    tcase_add_loop_test(tests, lines_of_the_table_are_read_strictly, 0, (int)(sizeof LINES / sizeof LINES[0]));
    tcase_add_test(tests, what_is_no_line_of_the_table_is_told);
    tcase_add_loop_test(tests, domains_speak_for_a_class, 0, (int)(sizeof DECISIONS / sizeof DECISIONS[0]));
    tcase_add_test(tests, domains_are_found_by_their_family);
    tcase_add_test(tests, misuse_leaves_no_list_of_profiles);
    tcase_add_test(tests, what_keeps_a_program_from_starting_is_told);
    suite_add_tcase(suite, tests);
    return suite;
}
