/* check_scan_file.c: scans in shares and their files. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cancel.h"
#include "checkpoint/scan_file.h"
#include "suites.h"

/* A genome of three chunks of the scan and a small contig, with copies of a family. */
typedef struct subject {
    rp_genome genome;
    rp_codes family;
    const rp_codes *families[1];
    rp_scan_subject scan;
    rp_scan_binding binding;
} subject;

static void begin(subject *with)
{
    enum { BASES = 2500000, FAMILY = 400, EVERY = 50000 };
    rp_random random = {6};
    char *text = malloc(BASES + 1000), *family = test_random_letters(&random, FAMILY),
         *sequence = test_random_letters(&random, BASES);
    for (size_t at = 1000; at + FAMILY < BASES; at += EVERY)
        memcpy(sequence + at, family, FAMILY);
    sprintf(text, ">long\n%s\n>short\n%s\n", sequence, family);
    *with = (subject){.binding = {.parameters = strdup("{\"--fast\":false}")}};
    test_genome(&with->genome, text);
    test_codes(&with->family, family);
    with->families[0] = &with->family;
    with->scan = (rp_scan_subject){&with->genome, with->families, 1};
    memcpy(with->binding.digest, with->genome.digest, sizeof with->binding.digest);
    ck_assert(rp_scan_digest_library(with->families, 1, with->binding.library_digest));
    free(text);
    free(family);
    free(sequence);
}

static void end(subject *with)
{
    rp_genome_clear(&with->genome);
    free(with->family.items);
    free(with->binding.parameters);
}

/* Scans a share as far as its hooks let it. */
static bool scan(const subject *with, rp_kept_scans *scans, const rp_share *share, unsigned n_threads)
{
    const rp_view view = {.genome = &with->genome};
    rp_error error = {""};
    scans->genome.progress.share = scans->decoy.progress.share = *share;
    const rp_annotate_parameters parameters = {.n_threads = n_threads,
                                               .kernel = rp_band_select("auto"),
                                               .expected_by_chance = RP_CHANCE_KNOWN,
                                               .min_copies = 1,
                                               .decoy_one_in = 4,
                                               .kept = scans,
                                               .manner = RP_ANNOTATE_SENSITIVE};
    const bool ok = rp_annotate_scan(&view, with->families, 1, &parameters, &error);
    ck_assert(scans->are_done == ok);
    return ok;
}

static char *write_scans(const subject *with, rp_kept_scans *scans)
{
    rp_error error = {""};
    char *path = test_file("", 0);
    rp_file *file = rp_file_open(path, &error);
    ck_assert_ptr_nonnull(file);
    ck_assert(rp_scan_file_order(scans, 2, &error));
    rp_scan_file_write(file, &with->binding, scans);
    ck_assert_msg(rp_file_finish(file, &error) && rp_file_commit(file, &error), "%s", error.message);
    rp_file_destroy(file);
    return path;
}

/* Takes a file; what comes of it. */
static rp_checkpoint_status take(const subject *with, const char *path, rp_kept_scans *into)
{
    rp_error error = {""};
    rp_scan_file file;
    rp_checkpoint_status status = rp_scan_file_open(&file, path, &error);
    if (status == RP_CHECKPOINT_READ) {
        status = rp_scan_file_take(&file, &with->scan, into, &error);
        rp_scan_file_close(&file);
    }
    ck_assert(status == RP_CHECKPOINT_READ || error.message[0] != '\0');
    return status;
}

enum { ROOM = 1 << 17 };
static uint8_t first[ROOM], second[ROOM];

START_TEST(shares_hold_what_the_whole_holds)
{
    subject with;
    begin(&with);
    rp_kept_scans whole = {.are_done = false}, gathered = {.are_done = false};
    ck_assert(scan(&with, &whole, &(rp_share){0, 0}, 2));
    ck_assert_uint_ge(whole.genome.found.n, 50);
    for (uint32_t number = 1; number <= 5; number++) {
        rp_kept_scans share = {.are_done = false};
        ck_assert(scan(&with, &share, &(rp_share){number, 5}, 1 + number % 3));
        char *path = write_scans(&with, &share);
        ck_assert_int_eq(take(&with, path, &gathered), RP_CHECKPOINT_READ);
        ck_assert(gathered.are_done && gathered.genome.progress.share.number == number);
        rp_kept_scans_clear(&share);
        unlink(path);
        free(path);
    }
    ck_assert_uint_eq(gathered.genome.found.n, whole.genome.found.n);
    ck_assert_uint_eq(gathered.decoy.found.n, whole.decoy.found.n);
    rp_error error = {""};
    ck_assert(rp_scan_file_order(&whole, 1, &error) && rp_scan_file_order(&gathered, 1, &error));
    for (size_t i = 0; i < whole.genome.found.n; i++) {
        const rp_alignment *a = &whole.genome.found.items[i], *b = &gathered.genome.found.items[i];
        ck_assert(a->begin == b->begin && a->end == b->end && a->query == b->query && a->score == b->score &&
                  a->evidence == b->evidence && a->query_begin == b->query_begin && a->query_end == b->query_end);
    }
    rp_kept_scans_clear(&whole);
    rp_kept_scans_clear(&gathered);
    end(&with);
}
END_TEST

/* Every byte changed and every length cut: never read, never a crash. */
START_TEST(a_damaged_file_is_not_trusted)
{
    subject with;
    begin(&with);
    rp_kept_scans scans = {.are_done = false}, read = {.are_done = false};
    ck_assert(scan(&with, &scans, &(rp_share){1, 2}, 2));
    scans.genome.found.n = scans.genome.found.n < 20 ? scans.genome.found.n : 20;
    char *path = write_scans(&with, &scans);
    const size_t n = test_contents(path, first, ROOM);
    ck_assert_int_eq(take(&with, path, &read), RP_CHECKPOINT_READ);
    for (size_t at = 0; at < n; at++) {
        first[at] ^= (uint8_t)(1 << at % 8);
        FILE *file = fopen(path, "wb");
        ck_assert_uint_eq(fwrite(first, 1, at % 3 == 0 ? at : n, file), at % 3 == 0 ? at : n);
        fclose(file);
        first[at] ^= (uint8_t)(1 << at % 8);
        ck_assert_int_eq(take(&with, path, &read), RP_CHECKPOINT_DAMAGED);
    }
    rp_kept_scans_clear(&scans);
    rp_kept_scans_clear(&read);
    unlink(path);
    free(path);
    end(&with);
}
END_TEST

/* What pauses a scan between chunks. */
typedef struct pauses {
    rp_kept_scans *scans;
    unsigned n_kept, cancels_at;
} pauses;

static bool always(void *context)
{
    (void)context;
    return true;
}

static void keep(void *context)
{
    pauses *run = context;
    run->n_kept++;
    if (run->n_kept == run->cancels_at)
        rp_cancel(SIGTERM);
}

START_TEST(an_interrupted_scan_goes_on_from_its_file)
{
    subject with;
    begin(&with);
    rp_kept_scans whole = {.are_done = false}, cut = {.are_done = false}, again = {.are_done = false};
    ck_assert(scan(&with, &whole, &(rp_share){1, 1}, 2));
    pauses hook = {.scans = &cut, .cancels_at = 1};
    cut.genome.progress.keep = (rp_keep_hook){always, keep, &hook};
    ck_assert(!scan(&with, &cut, &(rp_share){1, 1}, 1));
    rp_cancel_reset();
    ck_assert_uint_eq(hook.n_kept, 1);
    ck_assert(rp_scan_fields_left(&cut.genome.progress) > 0 && cut.genome.found.n > 0 &&
              cut.genome.found.n < whole.genome.found.n);
    char *path = write_scans(&with, &cut);
    ck_assert_int_eq(take(&with, path, &again), RP_CHECKPOINT_READ);
    ck_assert(!again.are_done);
    ck_assert(scan(&with, &again, &(rp_share){1, 1}, 3));
    unlink(path);
    free(path);
    path = write_scans(&with, &again);
    char *other = write_scans(&with, &whole);
    const size_t n = test_contents(path, first, ROOM);
    ck_assert_uint_eq(test_contents(other, second, ROOM), n);
    ck_assert_int_eq(memcmp(first, second, n), 0);
    unlink(path);
    unlink(other);
    free(path);
    free(other);
    rp_kept_scans_clear(&whole);
    rp_kept_scans_clear(&cut);
    rp_kept_scans_clear(&again);
    end(&with);
}
END_TEST

Suite *suite_scan_file(void)
{
    Suite *suite = suite_create("scan_file");
    TCase *tests = tcase_create("scan_file");
    tcase_set_timeout(tests, 300);
    tcase_add_test(tests, shares_hold_what_the_whole_holds);
    tcase_add_test(tests, a_damaged_file_is_not_trusted);
    tcase_add_test(tests, an_interrupted_scan_goes_on_from_its_file);
    suite_add_tcase(suite, tests);
    return suite;
}
