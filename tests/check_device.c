/* check_device.c: the kernels, on the host and on an OpenCL device, against the CPU; and trouble with devices. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "align/extend.h"
#include "device/engine.h"
#include "discover/discover.h"
#include "genome/tandem.h"
#include "suites.h"

enum { N_EXTENSIONS = 700, QUERY_MOST = 900, X_DROP = 60 };

/* --- Random extensions --- */

typedef struct batch {
    rp_genome genome;
    rp_bitmask cover;
    rp_extension extensions[N_EXTENSIONS];
    uint8_t *codes;
} batch;

/* Contigs of many lengths with runs of N; queries that resemble what they are put to, with gaps and Ns. */
static void make_batch(batch *with, uint64_t seed)
{
    rp_random random = {seed};
    char *text = calloc(1, 200000);
    for (int contig = 0; contig < 12; contig++) {
        const size_t n = contig == 3 ? 1 : 50 + rp_random_below(&random, 9000);
        char *letters = test_random_letters(&random, n);
        for (size_t i = 0; i + 40 < n; i++)
            if (rp_random_below(&random, 600) == 0)
                memset(letters + i, 'N', 1 + rp_random_below(&random, 39));
        sprintf(text + strlen(text), ">c%d\n%s\n", contig, letters);
        free(letters);
    }
    test_genome(&with->genome, text);
    free(text);
    ck_assert(rp_bitmask_init(&with->cover, with->genome.length_bp));
    for (int i = 0; i < 60; i++) {
        const uint64_t at = rp_random_below(&random, with->genome.length_bp);
        const uint64_t end = at + rp_random_below(&random, 120);
        rp_bitmask_set(&with->cover, at, end < with->genome.length_bp ? end : with->genome.length_bp);
    }
    with->codes = calloc(N_EXTENSIONS, QUERY_MOST);
    const rp_view view = {.genome = &with->genome};
    for (int i = 0; i < N_EXTENSIONS; i++) {
        uint8_t *query = with->codes + (size_t)i * QUERY_MOST;
        const rp_strand_walk walk =
            rp_view_walk(&view, rp_random_below(&random, with->genome.length_bp + 1), i % 2 == 1);
        const uint32_t n = i % 50 == 0 ? 0 : 1 + (uint32_t)rp_random_below(&random, QUERY_MOST - 1);
        uint64_t at = 0;
        const uint64_t rate = 5 + rp_random_below(&random, 60);
        for (uint32_t b = 0; b < n; b++) {
            const uint64_t draw = rp_random_below(&random, rate);
            uint8_t code;
            rp_view_decode(&view, &walk, at, 1, &code);
            at += draw == 1 ? 1 + rp_random_below(&random, 12) : draw == 2 ? 0 : 1;
            query[b] = draw == 0 || code > 3 ? (uint8_t)rp_random_below(&random, 4) : code;
        }
        with->extensions[i] = (rp_extension){.query = query, .query_length = n, .walk = walk};
    }
}

static void clear_batch(batch *with)
{
    rp_genome_clear(&with->genome);
    rp_bitmask_clear(&with->cover);
    free(with->codes);
}

static void expect_equal(const rp_extension *a, const rp_extension *b)
{
    for (int i = 0; i < N_EXTENSIONS; i++) {
        ck_assert_int_eq(a[i].score, b[i].score);
        ck_assert_uint_eq(a[i].query_used, b[i].query_used);
        ck_assert_uint_eq(a[i].target_used, b[i].target_used);
        ck_assert_uint_eq(a[i].looked_at, b[i].looked_at);
    }
}

/* The batch with this kernel, with the plain reference, and whether the two agree. */
static void expect_as_reference(const batch *with, const rp_band_kernel *kernel, const rp_view *view, int x_drop)
{
    static rp_extension given[N_EXTENSIONS], expected[N_EXTENSIONS];
    memcpy(given, with->extensions, sizeof given);
    memcpy(expected, with->extensions, sizeof expected);
    rp_extender *extender = rp_extender_create(kernel), *reference = rp_extender_create(&rp_band_reference);
    rp_extender_run(extender, view, given, N_EXTENSIONS, x_drop);
    rp_extender_run(reference, view, expected, N_EXTENSIONS, x_drop);
    expect_equal(given, expected);
    rp_extender_destroy(extender);
    rp_extender_destroy(reference);
}

START_TEST(kernels_as_c_extend_like_the_reference)
{
    static batch with;
    unsigned n_growths = 0;
    const rp_offload offload = test_host_offload(&n_growths);
    rp_band_kernel kernel = rp_band_reference;
    kernel.offload = &offload;
    make_batch(&with, 81 + (uint64_t)_i);
    const rp_view open = {.genome = &with.genome}, covered = {.genome = &with.genome, .covered = &with.cover};
    static const int drops[] = {X_DROP, 1, 5000};
    for (int i = 0; i < 3; i++) {
        expect_as_reference(&with, &kernel, &open, drops[i]);
        expect_as_reference(&with, &kernel, &covered, drops[i]);
    }
    clear_batch(&with);
}
END_TEST

/* An extension over tens of thousands of bases: scores far beyond int16. */
START_TEST(kernels_as_c_rebase_long_extensions)
{
    enum { LONG_BP = 31000 };
    rp_random random = {91};
    unsigned n_growths = 0;
    char *letters = test_random_letters(&random, LONG_BP), *text = malloc(LONG_BP + 8);
    sprintf(text, ">a\n%s\n", letters);
    rp_genome genome;
    test_genome(&genome, text);
    uint8_t *query = malloc(LONG_BP);
    rp_genome_decode(&genome, 0, LONG_BP, query);
    const rp_view view = {.genome = &genome};
    const rp_offload offload = test_host_offload(&n_growths);
    rp_band_kernel kernel = rp_band_reference;
    kernel.offload = &offload;
    rp_extension given = {.query = query, .query_length = LONG_BP, .walk = rp_view_walk(&view, 0, false)},
                 expected = given;
    rp_extender *extender = rp_extender_create(&kernel), *reference = rp_extender_create(&rp_band_reference);
    rp_extender_run(extender, &view, &given, 1, X_DROP);
    rp_extender_run(reference, &view, &expected, 1, X_DROP);
    ck_assert_int_gt(expected.score, INT16_MAX);
    ck_assert_int_eq(given.score, expected.score);
    ck_assert_uint_eq(given.query_used, expected.query_used);
    ck_assert_uint_eq(given.target_used, expected.target_used);
    rp_extender_destroy(extender);
    rp_extender_destroy(reference);
    rp_genome_clear(&genome);
    free(letters);
    free(text);
    free(query);
}
END_TEST

/* --- Whole searches --- */

static void run_search(const test_search *with, const rp_discover_parameters *parameters, rp_engine *engine,
                       rp_library *library, rp_discover_figures *figures)
{
    rp_cover cover;
    rp_error error = {""};
    ck_assert(rp_cover_init(&cover, with->genome.length_bp));
    ck_assert(engine == NULL || rp_engine_watch(engine, &cover.covered));
    const rp_view view = {.genome = &with->genome, .covered = &cover.covered, .excluded = &with->tandem};
    ck_assert_msg(rp_discover(&view, with->index, &cover, parameters, library, figures, &error), "%s", error.message);
    ck_assert_uint_eq(figures->claims_left, 0);
    if (engine != NULL)
        ck_assert(rp_engine_watch(engine, NULL));
    rp_cover_clear(&cover);
}

static void expect_same(const rp_library *a, const rp_library *b)
{
    ck_assert_uint_eq(a->n, b->n);
    for (size_t f = 0; f < a->n; f++) {
        ck_assert_uint_eq(a->items[f].consensus.n, b->items[f].consensus.n);
        ck_assert_int_eq(memcmp(a->items[f].consensus.items, b->items[f].consensus.items, a->items[f].consensus.n), 0);
        ck_assert_uint_eq(a->items[f].copies.n, b->items[f].copies.n);
    }
}

static rp_discover_parameters search_parameters(const rp_band_kernel *kernel)
{
    return (rp_discover_parameters){
        .n_threads = 1,
        .channel_capacity = 1000,
        .backpressure = 0.8,
        .extension_length_bp = 100,
        .kernel = kernel,
        .device_kernel = kernel,
        .seed_limits = {.tandem_distance_bp = 500, .min_frequency = 3, .max_frequency = UINT32_MAX}};
}

START_TEST(kernels_as_c_find_the_same_families)
{
    test_search with = {0};
    test_begin_search(&with, 120000, 6, 99);
    unsigned n_growths = 0;
    const rp_offload offload = test_host_offload(&n_growths);
    rp_band_kernel kernel = rp_band_reference;
    kernel.offload = &offload;
    rp_library plain = {0}, offloaded = {0};
    rp_discover_figures figures;
    const rp_discover_parameters parameters = search_parameters(&rp_band_reference),
                                 on_host = search_parameters(&kernel);
    run_search(&with, &parameters, NULL, &plain, &figures);
    run_search(&with, &on_host, NULL, &offloaded, &figures);
    ck_assert_uint_ge(plain.n, 3);
    ck_assert_uint_ge(n_growths, 50);
    expect_same(&plain, &offloaded);
    rp_library_clear(&plain);
    rp_library_clear(&offloaded);
    test_end_search(&with);
}
END_TEST

/* --- On OpenCL devices --- */

#ifdef RP_HAVE_OPENCL

#include "device/cl.h"

static rp_devices devices;
static rp_device_indices all;
static char warning[4096];
static atomic_bool launches_hang;          /* until a device is retired for it */
static const char *more_options = "";      /* that kernels are compiled with */

cl_int __real_clGetEventInfo(cl_event event, cl_event_info what, size_t room, void *value, size_t *needed);
cl_int __wrap_clGetEventInfo(cl_event event, cl_event_info what, size_t room, void *value, size_t *needed);
cl_int __real_clBuildProgram(cl_program program, cl_uint n, const cl_device_id *ids, const char *options,
                             void (*notify)(cl_program program, void *data), void *data);
cl_int __wrap_clBuildProgram(cl_program program, cl_uint n, const cl_device_id *ids, const char *options,
                             void (*notify)(cl_program program, void *data), void *data);

cl_int __wrap_clGetEventInfo(cl_event event, cl_event_info what, size_t room, void *value, size_t *needed)
{
    const cl_int status = __real_clGetEventInfo(event, what, room, value, needed);
    if (atomic_load(&launches_hang) && status == CL_SUCCESS && what == CL_EVENT_COMMAND_EXECUTION_STATUS)
        *(cl_int *)value = CL_RUNNING;
    return status;
}

cl_int __wrap_clBuildProgram(cl_program program, cl_uint n, const cl_device_id *ids, const char *options,
                             void (*notify)(cl_program program, void *data), void *data)
{
    char all_options[4096];
    snprintf(all_options, sizeof all_options, "%s %s", options, more_options);
    return __real_clBuildProgram(program, n, ids, all_options, notify, data);
}

static void note_warning(void *context, const char *message)
{
    (void)context;
    atomic_store(&launches_hang, false);
    snprintf(warning + strlen(warning), sizeof warning - strlen(warning), "%s\n", message);
}

static void find_devices(void)
{
    const char *reason;
    rp_cl_fault = NULL;
    atomic_store(&launches_hang, false);
    more_options = "";
    warning[0] = '\0';
    devices = (rp_devices){0};
    all = (rp_device_indices){0};
    ck_assert(rp_devices_find(&devices, &reason));
    ck_assert_msg(devices.n > 0, "no OpenCL device: %s", reason);
    for (size_t i = 0; i < devices.n; i++)
        ck_assert(rp_device_indices_push(&all, i));
}

static void forget_devices(void)
{
    free(devices.items);
    free(all.items);
}

static rp_engine *start(const rp_genome *genome, double deadline)
{
    rp_error error = {""};
    const rp_engine_parameters parameters = {.deadline_seconds = deadline, .warn = note_warning};
    rp_engine *engine = rp_engine_create(&devices, &all, genome, rp_band_select("auto"), &parameters, &error);
    ck_assert_msg(engine != NULL, "%s", error.message);
    return engine;
}

START_TEST(devices_extend_like_the_reference)
{
    static batch with;
    find_devices();
    make_batch(&with, 95 + (uint64_t)_i);
    rp_engine *engine = start(&with.genome, 0);
    ck_assert_uint_eq(rp_engine_n_running(engine), devices.n);
    rp_band_kernel kernel = rp_band_reference;
    kernel.offload = rp_engine_offload(engine, true);
    ck_assert(rp_engine_watch(engine, &with.cover));
    const rp_view open = {.genome = &with.genome}, covered = {.genome = &with.genome, .covered = &with.cover};
    expect_as_reference(&with, &kernel, &open, X_DROP);
    expect_as_reference(&with, &kernel, &covered, X_DROP);
    rp_random random = {97};
    for (int i = 0; i < 10; i++) { /* the cover changes, and the devices know */
        const uint64_t at = rp_random_below(&random, with.genome.length_bp - 400);
        rp_bitmask_set(&with.cover, at, at + 1 + rp_random_below(&random, 300));
        expect_as_reference(&with, &kernel, &covered, 5 + 20 * i);
    }
    const rp_engine_figures figures = rp_engine_measure(engine, 0);
    ck_assert(!figures.retired);
    ck_assert_uint_ge(figures.n_extensions, N_EXTENSIONS);
    ck_assert_uint_gt(figures.cells, 100000);
    rp_engine_destroy(engine);
    ck_assert_str_eq(warning, "");
    clear_batch(&with);
    forget_devices();
}
END_TEST

/* A test_search with devices only, which must give the families of the test_search without. Returns OpenCL's calls. */
static rp_engine_figures search_with_devices(const test_search *with, const rp_library *expected, double deadline)
{
    rp_library found = {0};
    rp_discover_figures figures;
    rp_engine *engine = start(&with->genome, deadline);
    rp_band_kernel kernel = *rp_band_select("auto");
    kernel.offload = rp_engine_offload(engine, true);
    rp_discover_parameters parameters = search_parameters(rp_band_select("auto"));
    parameters.device_kernel = &kernel;
    parameters.n_device_workers = 4;
    run_search(with, &parameters, engine, &found, &figures);
    ck_assert_uint_eq(figures.batches_by[0], 0);
    ck_assert_uint_gt(figures.batches_by[1], 0);
    expect_same(&found, expected);
    rp_library_clear(&found);
    const rp_engine_figures measured = rp_engine_measure(engine, 0);
    rp_engine_destroy(engine);
    return measured;
}

static void find_expected(test_search *with, rp_library *expected)
{
    rp_discover_figures figures;
    test_begin_search(with, 120000, 6, 98);
    const rp_discover_parameters parameters = search_parameters(rp_band_select("auto"));
    run_search(with, &parameters, NULL, expected, &figures);
    ck_assert_uint_ge(expected->n, 3);
}

START_TEST(devices_find_the_same_families)
{
    test_search with = {0};
    rp_library expected = {0};
    find_devices();
    find_expected(&with, &expected);
    const rp_engine_figures figures = search_with_devices(&with, &expected, 0);
    ck_assert(!figures.retired);
    ck_assert_uint_gt(figures.n_growths, 10);
    rp_library_clear(&expected);
    test_end_search(&with);
    forget_devices();
}
END_TEST

static atomic_long calls, failing_call;

static cl_int fail_one(const char *function)
{
    (void)function;
    return atomic_fetch_add(&calls, 1) + 1 == atomic_load(&failing_call) ? CL_OUT_OF_RESOURCES : CL_SUCCESS;
}

START_TEST(any_call_may_fail)
{
    test_search with = {0};
    rp_library expected = {0};
    find_devices();
    find_expected(&with, &expected);
    rp_cl_fault = fail_one;
    atomic_store(&failing_call, 0);
    atomic_store(&calls, 0);
    (void)search_with_devices(&with, &expected, 0);
    const long total = atomic_load(&calls);
    ck_assert_int_gt(total, 100);
    int n_retired = 0;
    /* all calls of the start and of the first launches; then, since they repeat, some */
    for (long k = 1; k <= total; k += k < 140 ? 1 : total / 40 + 1) {
        atomic_store(&failing_call, k);
        atomic_store(&calls, 0);
        n_retired += search_with_devices(&with, &expected, 0).retired;
    }
    ck_assert_int_ge(n_retired, 60);
    ck_assert_ptr_nonnull(strstr(warning, "is not used any more"));
    rp_library_clear(&expected);
    test_end_search(&with);
    forget_devices();
}
END_TEST

/* Whichever allocation of the start fails, the devices are retired or there is no engine; and it says why. */
START_TEST(memory_may_be_out_at_the_start)
{
    static batch with;
    find_devices();
    make_batch(&with, 83);
    const rp_engine_parameters parameters = {.warn = note_warning};
    bool failed = true;
    long k = 0;
    while (failed) {
        rp_error error = {""};
        warning[0] = '\0';
        test_fail_allocation(++k);
        rp_engine *engine = rp_engine_create(&devices, &all, &with.genome, &rp_band_reference, &parameters, &error);
        failed = test_allocations() >= k;
        test_fail_allocation(0);
        if (engine == NULL)
            ck_assert(failed && strstr(error.message, "memory") != NULL);
        else if (failed)
            ck_assert_msg(rp_engine_n_running(engine) < devices.n && strstr(warning, "out of memory") != NULL,
                          "allocation %ld: '%s'", k, warning);
        else
            ck_assert_uint_eq(rp_engine_n_running(engine), devices.n);
        rp_engine_destroy(engine);
    }
    ck_assert_int_ge(k, 8);
    clear_batch(&with);
    forget_devices();
}
END_TEST

START_TEST(a_device_in_trouble_is_retired)
{
    test_search with = {0};
    rp_library expected = {0};
    find_devices();
    find_expected(&with, &expected);
    if (_i == 0)
        atomic_store(&launches_hang, true);
    else if (_i == 1)
        more_options = "-DRP_SCORE_MISMATCH=(-3)"; /* it computes something else */
    else if (_i == 2)
        more_options = "-DRP_BAND=broken("; /* it does not compile */
    else
        for (size_t i = 0; i < devices.n; i++)
            devices.items[i].max_buffer_bytes = 1000;
    static const char *const reasons[] = {"has not come back", "wrong answer", "kernels/wire.h", "does not fit"};
    const rp_engine_figures figures = search_with_devices(&with, &expected, _i == 0 ? 0.2 : 0);
    ck_assert(figures.retired);
    ck_assert_msg(strstr(warning, reasons[_i]) != NULL, "'%s' does not say '%s'", warning, reasons[_i]);
    rp_library_clear(&expected);
    test_end_search(&with);
    forget_devices();
}
END_TEST

#endif

START_TEST(the_option_is_parsed)
{
    rp_device_choice choice;
    rp_error error = {""};
    ck_assert(rp_device_choice_parse(&choice, "cpu", &error) && choice.cpu && !choice.devices);
    ck_assert(rp_device_choice_parse(&choice, "opencl", &error) && !choice.cpu && choice.devices &&
              choice.list == NULL);
    ck_assert(rp_device_choice_parse(&choice, "opencl:0,2", &error) && !choice.cpu && strcmp(choice.list, "0,2") == 0);
    ck_assert(rp_device_choice_parse(&choice, "all", &error) && choice.cpu && choice.devices);
    ck_assert(!rp_device_choice_parse(&choice, "opencl:", &error) && !rp_device_choice_parse(&choice, "gpu", &error));
    rp_device items[3] = {{.index = 0, .name = "Big GPU", .ready = true},
                          {.index = 1, .name = "small", .ready = true, .why_not = "a CPU"},
                          {.index = 2, .name = "broken", .why_not = "it is not available"}};
    const rp_devices list = {items, 3, 3};
    static const struct {
        const char *text;
        int n;
        size_t first;
    } cases[] = {{"opencl", 1, 0},           {"all", 1, 0},       {"opencl:1", 1, 1},  {"opencl:big", 1, 0},
                 {"opencl:0,small,0", 2, 0}, {"opencl:2", -1, 0}, {"opencl:7", -1, 0}, {"opencl:none", -1, 0},
                 {"opencl:,", -1, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rp_device_indices chosen = {0};
        ck_assert(rp_device_choice_parse(&choice, cases[i].text, &error));
        const bool ok = rp_devices_choose(&list, &choice, "", &chosen, &error);
        ck_assert_msg(ok == (cases[i].n >= 0), "%s", cases[i].text);
        if (ok) {
            ck_assert_uint_eq(chosen.n, (size_t)cases[i].n);
            ck_assert_uint_eq(chosen.items[0], cases[i].first);
        }
        free(chosen.items);
    }
}
END_TEST

Suite *suite_device(void)
{
    Suite *suite = suite_create("device");
    TCase *tests = tcase_create("device");
    tcase_set_timeout(tests, 600);
    tcase_add_test(tests, the_option_is_parsed);
    tcase_add_loop_test(tests, kernels_as_c_extend_like_the_reference, 0, 3);
    tcase_add_test(tests, kernels_as_c_rebase_long_extensions);
    tcase_add_test(tests, kernels_as_c_find_the_same_families);
#ifdef RP_HAVE_OPENCL
    tcase_add_loop_test(tests, devices_extend_like_the_reference, 0, 3);
    tcase_add_test(tests, devices_find_the_same_families);
    tcase_add_test(tests, memory_may_be_out_at_the_start);
    tcase_add_test(tests, any_call_may_fail);
    tcase_add_loop_test(tests, a_device_in_trouble_is_retired, 0, 4);
#endif
    suite_add_tcase(suite, tests);
    return suite;
}
