/* check_units.c: runs all unit suites. */
#include <stdlib.h>

#include <htslib/hts.h>

#include "suites.h"

int main(void)
{
    hts_set_log_level(HTS_LOG_OFF);
    SRunner *runner = srunner_create(suite_base());
    srunner_add_suite(runner, suite_genome());
    srunner_add_suite(runner, suite_index());
    srunner_add_suite(runner, suite_align());
    srunner_add_suite(runner, suite_family());
    srunner_add_suite(runner, suite_device());
    srunner_add_suite(runner, suite_produce());
    srunner_add_suite(runner, suite_channel());
    srunner_add_suite(runner, suite_claim());
    srunner_add_suite(runner, suite_order());
    srunner_add_suite(runner, suite_discover());
    srunner_add_suite(runner, suite_copies());
    srunner_add_suite(runner, suite_file());
    srunner_add_suite(runner, suite_checkpoint());
    srunner_add_suite(runner, suite_scan());
    srunner_add_suite(runner, suite_scan_file());
    srunner_add_suite(runner, suite_library());
    srunner_add_suite(runner, suite_compare());
    srunner_add_suite(runner, suite_merge());
    srunner_add_suite(runner, suite_classify());
    srunner_add_suite(runner, suite_kinds());
    srunner_add_suite(runner, suite_domains());
    srunner_add_suite(runner, suite_neighbours());
    srunner_add_suite(runner, suite_satellite());
    srunner_add_suite(runner, suite_output());
    srunner_add_suite(runner, suite_report());
    srunner_add_suite(runner, suite_run());
    srunner_add_suite(runner, suite_memory());
    srunner_add_suite(runner, suite_limits());
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
