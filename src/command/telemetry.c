/* telemetry.c: see telemetry.h. */
#include "command/telemetry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/account.h"
#include "base/block.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/metrics.h"
#include "output/json.h"

/* Resident bytes, and those of them that are a file's. */
static void read_resident(uint64_t *all, uint64_t *of_files)
{
    unsigned long long pages = 0, shared = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file != NULL && fscanf(file, "%*u %llu %llu", &pages, &shared) != 2)
        pages = shared = 0;
    if (file != NULL)
        (void)fclose(file);
    *all = pages * (uint64_t)sysconf(_SC_PAGESIZE);
    *of_files = shared * (uint64_t)sysconf(_SC_PAGESIZE);
}

uint64_t rp_resident_bytes(void)
{
    uint64_t all, of_files;
    read_resident(&all, &of_files);
    return all;
}

uint64_t rp_private_bytes(void)
{
#ifdef RP_SANITIZED
    return rp_account_taken();
#else
    uint64_t all, of_files;
    read_resident(&all, &of_files);
    return all - of_files;
#endif
}

/* 1234567 as 1.23 M. */
static const char *short_number(double x, char to[24])
{
    static const char units[] = " kMGT";
    int unit = 0;
    for (; x >= 999.5 && unit < 4; unit++)
        x /= 1000;
    (void)snprintf(to, 24,
                   unit == 0   ? "%.0f"
                   : x < 9.995 ? "%.2f %c"
                   : x < 99.95 ? "%.1f %c"
                               : "%.0f %c",
                   x, units[unit]);
    return to;
}

/* Seconds as 1:02:03 or 2:03; a question mark when nobody can know. */
static const char *clock_time(double seconds, char to[24])
{
    const unsigned long s = (unsigned long)(seconds + 0.5);
    if (!(seconds >= 0) || seconds > 1e7)
        (void)snprintf(to, 24, "?");
    else if (s >= 3600)
        (void)snprintf(to, 24, "%lu:%02lu:%02lu", s / 3600, s / 60 % 60, s % 60);
    else
        (void)snprintf(to, 24, "%lu:%02lu", s / 60, s % 60);
    return to;
}

typedef struct estimate {
    rp_progress progress;
    double rate, stage_left, run_left; /* a second; seconds, below 0: not known */
} estimate;

static estimate estimate_now(const rp_log *log)
{
    estimate out = {.progress = rp_progress_now(), .stage_left = -1, .run_left = -1};
    const uint64_t now = rp_clock_ns();
    const double stage_s = out.progress.stage_began_ns == 0 ? 0 : (double)(now - out.progress.stage_began_ns) * 1e-9;
    const double run_s = (double)(now - log->started_ns) * 1e-9, share = out.progress.stage_share;
    if (stage_s > 0)
        out.rate = (double)out.progress.done / stage_s;
    if (share > 0)
        out.stage_left = stage_s * (1 - share) / share;
    if (out.progress.run_share > 0.01)
        out.run_left = run_s * (1 - out.progress.run_share) / out.progress.run_share;
    return out;
}

void rp_telemetry_line(const rp_log *log, unsigned n_threads, char *line, size_t width)
{
    const estimate now = estimate_now(log);
    char n[6][24], share[16] = "";
    if (now.progress.stage_share > 0)
        (void)snprintf(share, sizeof share, " %.0f %%", 100 * now.progress.stage_share);
    const int written =
        snprintf(line, width,
                 "%s%s, %s/s, %s left (all: %.0f %%, %s left) | families %s | channel %s | busy %lld/%u | memory %s",
                 rp_stage_name[now.progress.stage], share, short_number(now.rate, n[0]),
                 clock_time(now.stage_left, n[1]), 100 * now.progress.run_share, clock_time(now.run_left, n[2]),
                 short_number((double)rp_counted(RP_COUNT_FAMILIES), n[3]),
                 short_number((double)rp_gauge_now(RP_GAUGE_CHANNEL_PAIRS), n[4]),
                 (long long)rp_gauge_now(RP_GAUGE_WORKERS), n_threads, short_number((double)rp_resident_bytes(), n[5]));
    if (written < 0)
        line[0] = '\0';
}

static void print_time(FILE *to, uint64_t ns)
{
    if (ns < 10000)
        fprintf(to, "%9.2f us", (double)ns * 1e-3);
    else if (ns < 10000000)
        fprintf(to, "%9.2f ms", (double)ns * 1e-6);
    else
        fprintf(to, "%9.3f s ", (double)ns * 1e-9);
}

static void print_histograms(FILE *to)
{
    fprintf(to, "  %-18s %10s %12s %12s %12s %12s %12s\n", "time of", "number", "sum", "P50", "P95", "P99", "most");
    for (int i = 0; i < RP_N_HISTOGRAMS; i++) {
        const rp_quantiles q = rp_observed((rp_histogram)i);
        if (q.n == 0)
            continue;
        fprintf(to, "  %-18s %10llu ", rp_histogram_name[i], (unsigned long long)q.n);
        const uint64_t columns[] = {q.sum_ns, q.p50_ns, q.p95_ns, q.p99_ns, q.most_ns};
        for (size_t c = 0; c < sizeof columns / sizeof columns[0]; c++) {
            print_time(to, columns[c]);
            fputc(c + 1 < sizeof columns / sizeof columns[0] ? ' ' : '\n', to);
        }
    }
}

static void write_dashboard(const rp_log *log, unsigned n_threads, FILE *to)
{
    char line[256], n[4][24];
    rp_telemetry_line(log, n_threads, line, sizeof line);
    const rp_usage usage = rp_log_usage(log);
    fprintf(to, "reprise-c, %s since the start, %.1f CPU s: %s\n  ", clock_time(usage.wall_seconds, n[0]),
            usage.cpu_seconds, line);
    for (int i = 0; i < RP_N_COUNTERS; i++)
        fprintf(to, "%s %llu%s", rp_counter_name[i], (unsigned long long)rp_counted((rp_counter)i),
                i + 1 < RP_N_COUNTERS ? ", " : "\n  ");
    for (int i = 0; i < RP_N_GAUGES; i++)
        fprintf(to, "%s %lld (mean %.1f, most %lld)%s", rp_gauge_name[i], (long long)rp_gauge_now((rp_gauge)i),
                rp_gauge_mean((rp_gauge)i), (long long)rp_gauge_most((rp_gauge)i), i + 1 < RP_N_GAUGES ? ", " : "\n");
    fprintf(to, "  blocks of text reused: %.1f %%\n", 100 * rp_block_reuse());
    fprintf(to, "  memory: resident %s, leased %s (most %s) of %s; spilled to files: %llu MB\n",
            short_number((double)rp_resident_bytes(), n[0]), short_number((double)rp_account_taken(), n[1]),
            short_number((double)rp_account_most(), n[2]),
            rp_account_limit() > 0 ? short_number((double)rp_account_limit(), n[3]) : "any",
            (unsigned long long)(rp_blocks_spilled() >> 20));
    print_histograms(to);
    (void)fflush(to);
}

static void write_table(FILE *to)
{
    uint64_t all = 0;
    for (int i = 0; i < RP_N_STAGES; i++)
        all += rp_stage_ns((rp_stage)i);
    fprintf(to, "  %-22s %10s\n", "stage", "wall time");
    for (int i = 0; i < RP_N_STAGES; i++) {
        const uint64_t ns = rp_stage_ns((rp_stage)i);
        if (ns > 0)
            fprintf(to, "  %-22s %8.2f s %5.1f %%\n", rp_stage_name[i], (double)ns * 1e-9,
                    100.0 * (double)ns / (double)all);
    }
    print_histograms(to);
    fprintf(to, "  %-18s %12s %12s\n", "depth of", "mean", "most");
    for (int i = 0; i < RP_N_GAUGES; i++)
        if (rp_gauge_most((rp_gauge)i) > 0)
            fprintf(to, "  %-18s %12.1f %12lld\n", rp_gauge_name[i], rp_gauge_mean((rp_gauge)i),
                    (long long)rp_gauge_most((rp_gauge)i));
    if (rp_counted(RP_COUNT_BLOCKS) > 0)
        fprintf(to, "  blocks of text reused: %.1f %%\n", 100 * rp_block_reuse());
}

static json_t *describe_histogram(rp_histogram which)
{
    const rp_quantiles q = rp_observed(which);
    return json_pack("{s:I, s:f, s:f, s:f, s:f, s:f}", "number", (json_int_t)q.n, "sum_seconds",
                     (double)q.sum_ns * 1e-9, "p50_seconds", (double)q.p50_ns * 1e-9, "p95_seconds",
                     (double)q.p95_ns * 1e-9, "p99_seconds", (double)q.p99_ns * 1e-9, "most_seconds",
                     (double)q.most_ns * 1e-9);
}

json_t *rp_telemetry_json(void)
{
    json_t *counters = json_object(), *most = json_object(), *mean = json_object(), *histograms = json_object(),
           *stages = json_object();
    bool ok = true;
    for (int i = 0; i < RP_N_COUNTERS; i++)
        ok = rp_json_set(counters, rp_counter_name[i], json_integer((json_int_t)rp_counted((rp_counter)i))) && ok;
    for (int i = 0; i < RP_N_GAUGES; i++) {
        ok = rp_json_set(most, rp_gauge_name[i], json_integer((json_int_t)rp_gauge_most((rp_gauge)i))) && ok;
        ok = rp_json_set(mean, rp_gauge_name[i], json_real(rp_gauge_mean((rp_gauge)i))) && ok;
    }
    for (int i = 0; i < RP_N_HISTOGRAMS; i++)
        ok = rp_json_set(histograms, rp_histogram_name[i], describe_histogram((rp_histogram)i)) && ok;
    for (int i = 0; i < RP_N_STAGES; i++)
        if (rp_stage_ns((rp_stage)i) > 0)
            ok = rp_json_set(stages, rp_stage_name[i], json_real((double)rp_stage_ns((rp_stage)i) * 1e-9)) && ok;
    return rp_json_if(ok, json_pack("{s:o, s:o, s:o, s:f, s:o, s:o, s:I, s:I}", "counters", counters, "most", most,
                                    "mean", mean, "block_reuse", rp_block_reuse(), "times", histograms, "stage_seconds",
                                    stages, "most_leased_bytes", (json_int_t)rp_account_most(), "memory_limit_bytes",
                                    (json_int_t)rp_account_limit()));
}

bool rp_telemetry_prometheus(const rp_log *log, const char *command, const char *path, rp_error *error)
{
    rp_file *file = rp_file_open(path, error);
    if (file == NULL)
        return false;
    const estimate now = estimate_now(log);
    const rp_usage usage = rp_log_usage(log);
    rp_file_print(file,
                  "# HELP reprise_info The run.\n# TYPE reprise_info gauge\n"
                  "reprise_info{command=\"%s\",version=\"%s\",stage=\"%s\"} 1\n",
                  command, RP_VERSION, rp_stage_name[now.progress.stage]);
    const struct {
        const char *name, *help;
        double value;
    } plain[] = {{"stage_share", "Share of the present stage that is done.", now.progress.stage_share},
                 {"run_share", "Share of the run that is done, an estimate.", now.progress.run_share},
                 {"seconds_left", "Seconds until the end, an estimate; -1: not known.", now.run_left},
                 {"wall_seconds", "Seconds since the start.", usage.wall_seconds},
                 {"resident_bytes", "Memory in use.", (double)rp_resident_bytes()},
                 {"leased_bytes", "Memory that large blocks take.", (double)rp_account_taken()},
                 {"spilled_bytes", "Index in files.", (double)rp_blocks_spilled()},
                 {"block_reuse", "Share of the blocks of input text that needed no new memory.", rp_block_reuse()}};
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        rp_file_print(file, "# HELP reprise_%s %s\n# TYPE reprise_%s gauge\nreprise_%s %.6g\n", plain[i].name,
                      plain[i].help, plain[i].name, plain[i].name, plain[i].value);
    rp_file_print(file,
                  "# HELP reprise_cpu_seconds_total CPU time.\n# TYPE reprise_cpu_seconds_total counter\n"
                  "reprise_cpu_seconds_total %.3f\n",
                  usage.cpu_seconds);
    for (int i = 0; i < RP_N_COUNTERS; i++)
        rp_file_print(file, "# TYPE reprise_%s_total counter\nreprise_%s_total %llu\n", rp_counter_name[i],
                      rp_counter_name[i], (unsigned long long)rp_counted((rp_counter)i));
    for (int i = 0; i < RP_N_GAUGES; i++)
        rp_file_print(file,
                      "# TYPE reprise_%s gauge\nreprise_%s %lld\n# TYPE reprise_%s_mean gauge\nreprise_%s_mean %.6g\n"
                      "# TYPE reprise_%s_most gauge\nreprise_%s_most %lld\n",
                      rp_gauge_name[i], rp_gauge_name[i], (long long)rp_gauge_now((rp_gauge)i), rp_gauge_name[i],
                      rp_gauge_name[i], rp_gauge_mean((rp_gauge)i), rp_gauge_name[i], rp_gauge_name[i],
                      (long long)rp_gauge_most((rp_gauge)i));
    for (int i = 0; i < RP_N_HISTOGRAMS; i++) {
        const rp_quantiles q = rp_observed((rp_histogram)i);
        const char *name = rp_histogram_name[i];
        rp_file_print(file,
                      "# TYPE reprise_%s_seconds summary\nreprise_%s_seconds{quantile=\"0.5\"} %.9g\n"
                      "reprise_%s_seconds{quantile=\"0.95\"} %.9g\nreprise_%s_seconds{quantile=\"0.99\"} %.9g\n"
                      "reprise_%s_seconds_sum %.9g\nreprise_%s_seconds_count %llu\n",
                      name, name, (double)q.p50_ns * 1e-9, name, (double)q.p95_ns * 1e-9, name, (double)q.p99_ns * 1e-9,
                      name, (double)q.sum_ns * 1e-9, name, (unsigned long long)q.n);
    }
    const bool ok = rp_file_finish(file, error) && rp_file_commit(file, error);
    rp_file_destroy(file);
    return ok;
}

/* Prints what was written to a stream in memory. */
static void print_written(FILE *to, char **text)
{
    if (fclose(to) == 0)
        rp_log_message("%s", *text);
    free(*text);
}

void rp_telemetry_dashboard(const rp_log *log, unsigned n_threads)
{
    char *text = NULL;
    size_t n = 0;
    FILE *to = open_memstream(&text, &n);
    if (to == NULL)
        return;
    write_dashboard(log, n_threads, to);
    print_written(to, &text);
}

void rp_telemetry_table(void)
{
    char *text = NULL;
    size_t n = 0;
    FILE *to = open_memstream(&text, &n);
    if (to == NULL)
        return;
    write_table(to);
    print_written(to, &text);
}
