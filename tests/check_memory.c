/* check_memory.c: every allocation of small runs failed in turn: a clean error and no file, or the same files; no
 * crash, no hang. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include <jansson.h>

#include "base/account.h"
#include "command/command.h"
#include "suites.h"

#if defined(__SANITIZE_THREAD__)
#define UNDER_THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define UNDER_THREAD_SANITIZER 1
#endif
#endif

enum { MAX_ARGUMENTS = 24, MAX_PATH = 200 };

void *__real_malloc(size_t size); /* the one that never fails */

/* Races do not hang on which allocation fails: where all is slow, not each one's turn comes. */
#ifdef UNDER_THREAD_SANITIZER
enum { STRIDE = 11, MIN_TRIED = 5 };
#else
enum { STRIDE = 1, MIN_TRIED = 20 };
#endif

typedef struct workplace {
    char folder[40];
    char genome[64], library[64];
} workplace;

/* An element with LTRs that a shorter version derives from, one with a tail, a tandem array. */
static void write_genome(const char *path, rp_random *random)
{
    FILE *to = fopen(path, "w");
    ck_assert_ptr_nonnull(to);
    char *ltr = test_random_letters(random, 160), *inner = test_random_letters(random, 500);
    char *line = test_random_letters(random, 420), *unit = test_random_letters(random, 60);
    fprintf(to, ">a\n");
    for (int i = 0; i < 5; i++) {
        char *spacer = test_random_letters(random, 500);
        fprintf(to, "%sTG%sCA%sTG%sCA\n", spacer, ltr, inner, ltr);
        fprintf(to, "%.200s%sAAAAAAAAAAAAAAAAAA\n", spacer, line + 40 * i);
        free(spacer);
    }
    for (int i = 0; i < 4; i++) {
        char *spacer = test_random_letters(random, 300);
        fprintf(to, "%sTG%sCA%.150s%.130sTG%sCA\n", spacer, ltr, inner, inner + 370, ltr);
        free(spacer);
    }
    fprintf(to, ">b\n%s%s%s%s%s%s\n", inner, unit, unit, unit, unit, unit);
    fclose(to);
    free(ltr);
    free(inner);
    free(line);
    free(unit);
}

static int count_files(const char *folder)
{
    int n = 0;
    DIR *list = opendir(folder);
    ck_assert_ptr_nonnull(list);
    for (struct dirent *entry; (entry = readdir(list)) != NULL;)
        n += entry->d_name[0] != '.';
    closedir(list);
    return n;
}

/* One number for the names and the bytes of the files, in any order. */
static unsigned long sum_files(const char *folder, const char *of_prefix)
{
    unsigned long sum = 0;
    DIR *list = opendir(folder);
    ck_assert_ptr_nonnull(list);
    for (struct dirent *entry; (entry = readdir(list)) != NULL;) {
        char path[400];
        unsigned char bytes[4096];
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (strncmp(entry->d_name, of_prefix, strlen(of_prefix)) != 0)
            continue;
        FILE *file = fopen(path, "r");
        ck_assert_ptr_nonnull(file);
        unsigned long crc = crc32_z(0, (const unsigned char *)entry->d_name, strlen(entry->d_name));
        for (size_t n; (n = fread(bytes, 1, sizeof bytes, file)) > 0;)
            crc = crc32_z(crc, bytes, n);
        fclose(file);
        sum ^= crc;
    }
    closedir(list);
    return sum;
}

static void remove_files(const char *folder, const char *of_prefix)
{
    DIR *list = opendir(folder);
    ck_assert_ptr_nonnull(list);
    for (struct dirent *entry; (entry = readdir(list)) != NULL;) {
        char path[400];
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (strncmp(entry->d_name, of_prefix, strlen(of_prefix)) == 0 && entry->d_name[0] != '.')
            unlink(path);
    }
    closedir(list);
}

/* Removes the state that a run has kept: it does so after some seconds, which a busy machine makes of any run. Where
 * one is left half written, the folder stays, and is counted. */
static void remove_state(const char *folder)
{
    char states[MAX_PATH], path[2 * MAX_PATH + 100];
    snprintf(states, sizeof states, "%s/out.reprise", folder);
    DIR *list = opendir(states);
    if (list == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(list)) != NULL;) {
        snprintf(path, sizeof path, "%s/%s", states, entry->d_name);
        if (strstr(entry->d_name, ".part") == NULL)
            unlink(path);
    }
    closedir(list);
    rmdir(states);
}

/* A command and its line, in which % stands for the folder. */
typedef struct failing_command {
    int (*run)(int argc, char **argv);
    const char *line;
    long step; /* every so-many-th allocation is failed */
} failing_command;

static const failing_command COMMANDS[] = {
    {rp_command_find,
     "find -q --no-run-info -t 1 -k 10 -o %/out --split-ltr --subfamilies --repeatmasker --alignments --reprise-files "
     "--report --trf-dat %/out.dat --classify-with %/library.fa --no-domains %/genome.fa",
     2},
    {rp_command_find, "find -q --no-run-info -t 2 -k 10 -o %/out --no-domains %/genome.fa", 5},
    {rp_command_annotate, "annotate -q --no-run-info -t 2 -o %/out --hints --no-domains %/genome.fa %/library.fa", 1},
    {rp_command_index, "index -q -t 2 -k 10 -o %/out.rpidx %/genome.fa", 1},
    {rp_command_extend, "extend -q -t 2 -o %/out.fa %/genome.fa %/library.fa", 1},
    {rp_command_compare,
     "compare -t 2 --tsv %/out.tsv --json %/out.json --genome %/genome.fa %/library.fa %/library.fa", 1},
#ifdef RP_HAVE_OPENCL
    {rp_command_extend, "extend -q -t 1 --device opencl:0 -o %/out.fa %/genome.fa %/library.fa", 5},
#endif
    {rp_command_report, "report -o %/out.html %/kept", 1},
    {rp_command_report, "report -o %/out.html %/annotated", 1},
};

enum { N_COMMANDS = sizeof COMMANDS / sizeof COMMANDS[0] };

static int run_line(const failing_command *command, const workplace *place)
{
    static char text[MAX_ARGUMENTS][MAX_PATH];
    char *argv[MAX_ARGUMENTS + 1] = {NULL};
    int argc = 0;
    for (const char *word = command->line; *word != '\0' && argc < MAX_ARGUMENTS;) {
        const size_t n = strcspn(word, " ");
        if (word[0] == '%')
            snprintf(text[argc], MAX_PATH, "%s%.*s", place->folder, (int)n - 1, word + 1);
        else
            snprintf(text[argc], MAX_PATH, "%.*s", (int)n, word);
        argv[argc] = text[argc];
        argc++;
        word += n + (word[n] == ' ');
    }
    return command->run(argc, argv);
}

static void set_up(workplace *place)
{
    rp_random random = {51};
    strcpy(place->folder, "/tmp/reprise-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(place->folder));
    snprintf(place->genome, sizeof place->genome, "%s/genome.fa", place->folder);
    snprintf(place->library, sizeof place->library, "%s/library.fa", place->folder);
    write_genome(place->genome, &random);
    /* results of a run that nothing disturbs are the library of the others, and what is reported */
    const failing_command find = {rp_command_find,
                                  "find -q --no-run-info -t 2 -k 10 -o %/kept --families %/library.fa %/genome.fa", 1};
    ck_assert_int_eq(run_line(&find, place), RP_EXIT_OK);
    const failing_command again = {rp_command_find, "find -q --no-run-info -t 2 -k 10 -o %/kept %/genome.fa", 1};
    ck_assert_int_eq(run_line(&again, place), RP_EXIT_OK);
    const failing_command annotate = {rp_command_annotate, "annotate -q -o %/annotated %/genome.fa %/library.fa", 1};
    ck_assert_int_eq(run_line(&annotate, place), RP_EXIT_OK);
}

START_TEST(every_allocation_may_fail)
{
    const failing_command *command = &COMMANDS[_i];
    workplace place;
    test_fail_allocation(0);
    /* jansson's allocations are failed, too, where it writes: no member of its objects may be lost. Where it reads, it
     * loses a byte of a string whose buffer cannot grow (2.14), which is beyond us. */
    json_set_alloc_funcs(command->run == rp_command_report ? __real_malloc : malloc, free);
    set_up(&place);
    const int before = count_files(place.folder);
    FILE *told = tmpfile();
    ck_assert_ptr_nonnull(told);
    ck_assert_int_ge(dup2(fileno(told), STDERR_FILENO), 0);
    ck_assert_ptr_nonnull(freopen("/dev/null", "w", stdout));
    test_fail_allocation(0);
    ck_assert_int_eq(run_line(command, &place), RP_EXIT_OK);
    const long total = test_allocations();
    ck_assert_int_gt(count_files(place.folder), before);
    const unsigned long expected = sum_files(place.folder, "out");
    remove_files(place.folder, "out");
    long failed = 0, tried = 0;
    for (long n = 1; n <= total; n += command->step * STRIDE) {
        ck_assert_int_eq(ftruncate(fileno(told), 0), 0);
        rewind(told);
        test_fail_allocation(n);
        const int status = run_line(command, &place);
        test_fail_allocation(0); /* what follows may allocate */
        tried++;
        failed += status != RP_EXIT_OK; /* some are not needed: a thread less, say */
        ck_assert_msg(status == RP_EXIT_OK || status == RP_EXIT_FAILURE || status == RP_EXIT_MEMORY,
                      "allocation %ld: exit %d", n, status);
        ck_assert_msg(rp_account_taken() == 0, "allocation %ld of %ld: %llu bytes are not given back", n, total,
                      (unsigned long long)rp_account_taken());
        remove_state(place.folder);
        ck_assert_msg(status == RP_EXIT_OK || count_files(place.folder) == before, "allocation %ld of %ld leaves files",
                      n, total);
        ck_assert_msg(status != RP_EXIT_OK || sum_files(place.folder, "out") == expected,
                      "allocation %ld of %ld: other results", n, total);
        char message[300] = "";
        rewind(told);
        ck_assert(status == RP_EXIT_OK || fgets(message, sizeof message, told) != NULL);
        ck_assert_msg(status == RP_EXIT_OK || strstr(message, "memory") != NULL || strstr(message, "lock") != NULL,
                      "allocation %ld: '%s'", n, message);
        remove_files(place.folder, "out");
    }
    fclose(told);
    ck_assert_int_ge(tried, MIN_TRIED);
    ck_assert_int_ge(failed, tried / 2);
    remove_files(place.folder, "");
    ck_assert_int_eq(rmdir(place.folder), 0);
}
END_TEST

Suite *suite_memory(void)
{
    Suite *suite = suite_create("memory");
    TCase *tests = tcase_create("memory");
    tcase_set_timeout(tests, 1200);
    tcase_add_loop_test(tests, every_allocation_may_fail, 0, N_COMMANDS);
    suite_add_tcase(suite, tests);
    return suite;
}
