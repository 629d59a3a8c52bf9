/* kernels.c: how fast each kernel extends pairs: kernels [PAIRS [BASES]].
 *
 * Prints a table of GCUPS (10^9 cells a second of wall time; of one core for the CPU's kernels) on pairs
 * that are homologous throughout (12 % differences) and on a mix in which 30 % are.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "align/extend.h"
#include "base/random.h"
#include "base/clock.h"
#include "device/engine.h"

enum { X_DROP = 100, SUMMED = 400, MOST_SCALAR = 400, MOST_CPU = 8000 };

typedef struct pairs {
    rp_genome genome;
    rp_contig contig;
    rp_extension *extensions;
    uint8_t *codes;
    size_t n;
} pairs;

static bool make(pairs *with, size_t n, uint32_t bases, unsigned homologous_percent)
{
    rp_random random = {7};
    const uint64_t length = (uint64_t)n * 64 + 2 * bases;
    *with = (pairs){.n = n};
    with->contig = (rp_contig){.begin = 0, .length_bp = length, .name = "x", .id_length = 1};
    with->genome = (rp_genome){.length_bp = length, .acgt_bp = length, .contigs = &with->contig, .n_contigs = 1};
    with->genome.packed = calloc(length / 32 + 8, sizeof *with->genome.packed);
    with->extensions = calloc(n, sizeof *with->extensions);
    with->codes = malloc(n * bases);
    if (with->genome.packed == NULL || with->extensions == NULL || with->codes == NULL ||
        !rp_bitmask_init(&with->genome.not_acgt, length))
        return false;
    for (uint64_t i = 0; i < length / 32 + 1; i++)
        with->genome.packed[i] = rp_random_next(&random);
    const rp_view view = {.genome = &with->genome};
    for (size_t i = 0; i < n; i++) {
        const rp_strand_walk walk =
            rp_view_walk(&view, bases + rp_random_below(&random, length - 2 * bases), i % 2 == 1);
        uint8_t *query = with->codes + i * bases;
        const bool homologous = rp_random_below(&random, 100) < homologous_percent;
        uint64_t at = 0;
        for (uint32_t b = 0; b < bases; b++, at++) {
            const uint64_t draw = rp_random_below(&random, 1000);
            at += draw < 10 ? 1 : 0;
            rp_view_decode(&view, &walk, at, 1, query + b);
            if (!homologous || draw > 890)
                query[b] = (uint8_t)rp_random_below(&random, 4);
        }
        with->extensions[i] = (rp_extension){.query = query, .query_length = bases, .walk = walk};
    }
    return true;
}

static void clear(pairs *with)
{
    free(with->genome.packed);
    rp_bitmask_clear(&with->genome.not_acgt);
    free(with->extensions);
    free(with->codes);
}

/* Cells and seconds of the pairs with one kernel; a sum of the first scores, so that kernels can be compared. */
static void run(const pairs *with, size_t n, const rp_band_kernel *kernel, const rp_band_kernel *plain, double *gcups,
                int64_t *sum)
{
    n = n < with->n ? n : with->n;
    const rp_view view = {.genome = &with->genome};
    rp_extender *extender = rp_extender_create(kernel), *counter = rp_extender_create(plain);
    rp_extension *work = malloc(n * sizeof *work);
    memcpy(work, with->extensions, n * sizeof *work);
    rp_extender_run(counter, &view, work, n, X_DROP); /* also warms up */
    const uint64_t cells = rp_extender_cells(counter);
    memcpy(work, with->extensions, n * sizeof *work);
    rp_extender_run(extender, &view, work, n, X_DROP);
    memcpy(work, with->extensions, n * sizeof *work);
    const uint64_t begin = rp_clock_ns();
    rp_extender_run(extender, &view, work, n, X_DROP);
    *gcups = (double)cells / (double)(rp_clock_ns() - begin);
    *sum = 0;
    for (size_t i = 0; i < n && i < SUMMED; i++)
        *sum += work[i].score;
    free(work);
    rp_extender_destroy(extender);
    rp_extender_destroy(counter);
}

static void print_row(const char *name, size_t n, const pairs *all, const pairs *mixed, const rp_band_kernel *kernel,
                      const rp_band_kernel *plain)
{
    double homologous, mix;
    int64_t sums[2];
    run(all, n, kernel, plain, &homologous, &sums[0]);
    run(mixed, n, kernel, plain, &mix, &sums[1]);
    printf("| %s | %.2f | %.2f | %lld |\n", name, homologous, mix, (long long)(sums[0] + sums[1]));
    fflush(stdout);
}

static void print_devices(const pairs *all, const pairs *mixed, const rp_band_kernel *plain)
{
    rp_devices devices;
    const char *reason;
    rp_error error = {""};
    if (!rp_devices_find(&devices, &reason))
        return;
    for (size_t i = 0; i < devices.n; i++) {
        rp_device_indices one = {0};
        if (!devices.items[i].ready || !rp_device_indices_push(&one, i))
            continue;
        const rp_engine_parameters parameters = {0};
        const pairs *both[] = {all, mixed};
        double gcups[2] = {0};
        int64_t sums[2] = {0};
        bool ok = true;
        for (int p = 0; p < 2 && ok; p++) {
            rp_engine *engine = rp_engine_create(&devices, &one, &both[p]->genome, plain, &parameters, &error);
            ok = engine != NULL && rp_engine_n_running(engine) == 1;
            if (ok) {
                rp_band_kernel kernel = *plain;
                kernel.offload = rp_engine_offload(engine, true);
                for (int warm = 0; warm < 4; warm++) /* the size of a launch is tuned meanwhile */
                    run(both[p], SIZE_MAX, &kernel, plain, &gcups[p], &sums[p]);
            }
            rp_engine_destroy(engine);
        }
        if (ok)
            printf("| OpenCL: %s | %.2f | %.2f | %lld |\n", devices.items[i].name, gcups[0], gcups[1],
                   (long long)(sums[0] + sums[1]));
        free(one.items);
    }
    free(devices.items);
}

int main(int argc, char **argv)
{
    const size_t n = argc > 1 ? (size_t)strtoul(argv[1], NULL, 10) : 4000;
    const uint32_t bases = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 2000;
    pairs all, mixed;
    if (!make(&all, n, bases, 100) || !make(&mixed, n, bases, 30)) {
        fprintf(stderr, "kernels: out of memory\n");
        return EXIT_FAILURE;
    }
    printf("| kernel | GCUPS, homologous pairs | GCUPS, 30 %% homologous | sum of 400 scores |\n"
           "| --- | --- | --- | --- |\n");
    static const char *const names[] = {"scalar", "avx2", "avx512", "neon"};
    for (int i = 0; i < 4; i++) {
        const rp_band_kernel *kernel = rp_band_select(names[i]);
        if (kernel != NULL)
            print_row(names[i], i == 0 ? MOST_SCALAR : MOST_CPU, &all, &mixed, kernel, kernel);
    }
    print_devices(&all, &mixed, rp_band_select("auto"));
    clear(&all);
    clear(&mixed);
    return EXIT_SUCCESS;
}
