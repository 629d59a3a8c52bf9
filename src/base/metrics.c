/* metrics.c: see metrics.h. */
#include "base/metrics.h"

#include <stdatomic.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/most.h"

/* Log-linear: four buckets for each power of two of nanoseconds. */
enum { BUCKETS_A_DOUBLING = 4, N_BUCKETS = 64 * BUCKETS_A_DOUBLING };

typedef struct times {
    _Atomic uint64_t bucket[N_BUCKETS];
    _Atomic uint64_t sum_ns, most_ns;
} times;

const char *const rp_counter_name[RP_N_COUNTERS] = {
    "bases_read", "seeds",  "candidate_pairs", "batches",     "grown",
    "redone",     "parked", "families",        "text_blocks", "text_blocks_reused"};
const char *const rp_gauge_name[RP_N_GAUGES] = {"channel_pairs",   "queue_bytes",    "survivors",       "workers_busy",
                                                "cpu_tokens_free", "io_tokens_free", "reads_in_flight", "batch_size"};
const char *const rp_histogram_name[RP_N_HISTOGRAMS] = {"batch",           "channel_push_wait", "channel_pop_wait",
                                                        "cpu_token_wait",  "io_token_wait",     "read",
                                                        "read_ahead_wait", "queue_wait"};
const char *const rp_stage_name[RP_N_STAGES] = {"starting", "reading",     "tandem repeats",    "known copies",
                                                "index",    "families",    "index of the rest", "families of the rest",
                                                "joins",    "derivatives", "polishing",         "copies",
                                                "classes",  "writing"};

/* What stages take of a run, in per cent: C. elegans and simulated genomes. For the time left only. */
static const unsigned char weight[RP_N_STAGES] = {0, 2, 1, 20, 6, 36, 4, 14, 7, 1, 16, 10, 1, 2};

static _Atomic uint64_t counters[RP_N_COUNTERS];
static _Atomic int64_t gauges[RP_N_GAUGES];
static _Atomic uint64_t gauge_most[RP_N_GAUGES];
static _Atomic uint64_t gauge_since[RP_N_GAUGES]; /* when its value was noted last; 0: it is out of use */
static _Atomic uint64_t gauge_ns[RP_N_GAUGES]; /* time in use up to then, */
static _Atomic double gauge_area[RP_N_GAUGES]; /* and its value times that */
static times histograms[RP_N_HISTOGRAMS];
static atomic_int stage;
static _Atomic uint32_t expected_stages = UINT32_MAX;
static _Atomic uint64_t stage_total, stage_began_ns, stage_took_ns[RP_N_STAGES];
static _Atomic int64_t stage_units;
static _Atomic uint32_t stage_millionths; /* 0: as the units tell */

#define LOAD(x) atomic_load_explicit(&(x), memory_order_relaxed)
#define STORE(x, value) atomic_store_explicit(&(x), value, memory_order_relaxed)
#define ADD(x, value) atomic_fetch_add_explicit(&(x), value, memory_order_relaxed)

void rp_count(rp_counter counter, uint64_t n)
{
    (void)ADD(counters[counter], n);
}

uint64_t rp_counted(rp_counter counter)
{
    return LOAD(counters[counter]);
}

/* Adds the span of time that ends now, in which the gauge had the value `before`; the next one begins now, or not yet.
 * One thread only takes the beginning of a span away, so that each is added once. */
static void end_span(rp_gauge gauge, int64_t before, bool in_use)
{
    const uint64_t now = rp_clock_ns(), next = in_use ? now : 0;
    const uint64_t since = atomic_exchange_explicit(&gauge_since[gauge], next, memory_order_relaxed);
    if (since != 0 && now > since) {
        (void)ADD(gauge_ns[gauge], now - since);
        double area = LOAD(gauge_area[gauge]);
        while (!atomic_compare_exchange_weak_explicit(&gauge_area[gauge], &area,
                                                      area + (double)before * (double)(now - since),
                                                      memory_order_relaxed, memory_order_relaxed))
            ;
    }
}

static void note_gauge(rp_gauge gauge, int64_t before, int64_t value)
{
    end_span(gauge, before, true);
    rp_note_most(&gauge_most[gauge], value > 0 ? (uint64_t)value : 0);
}

void rp_gauge_set(rp_gauge gauge, int64_t value)
{
    note_gauge(gauge, atomic_exchange_explicit(&gauges[gauge], value, memory_order_relaxed), value);
}

void rp_gauge_move(rp_gauge gauge, int64_t by)
{
    const int64_t before = ADD(gauges[gauge], by);
    note_gauge(gauge, before, before + by);
}

void rp_gauge_rest(rp_gauge gauge)
{
    end_span(gauge, atomic_exchange_explicit(&gauges[gauge], 0, memory_order_relaxed), false);
}

double rp_gauge_mean(rp_gauge gauge)
{
    const uint64_t now = rp_clock_ns(), since = LOAD(gauge_since[gauge]);
    double ns = (double)LOAD(gauge_ns[gauge]), area = LOAD(gauge_area[gauge]);
    if (since != 0 && now > since) {
        ns += (double)(now - since);
        area += (double)LOAD(gauges[gauge]) * (double)(now - since);
    }
    return ns > 0 ? area / ns : 0;
}

double rp_block_reuse(void)
{
    const double all = (double)LOAD(counters[RP_COUNT_BLOCKS]);
    return all > 0 ? (double)LOAD(counters[RP_COUNT_BLOCKS_REUSED]) / all : 0;
}

int64_t rp_gauge_now(rp_gauge gauge)
{
    return LOAD(gauges[gauge]);
}

int64_t rp_gauge_most(rp_gauge gauge)
{
    return (int64_t)LOAD(gauge_most[gauge]);
}

/* --- Histograms --- */

static unsigned bucket_of(uint64_t ns)
{
    if (ns < BUCKETS_A_DOUBLING)
        return (unsigned)ns;
    const unsigned doubling = 63 - (unsigned)__builtin_clzll(ns);
    return doubling * BUCKETS_A_DOUBLING + (unsigned)(ns >> (doubling - 2) & 3);
}

/* The largest value of a bucket. */
static uint64_t bucket_end(unsigned bucket)
{
    const unsigned doubling = bucket / BUCKETS_A_DOUBLING, quarter = bucket % BUCKETS_A_DOUBLING;
    if (doubling < 2)
        return bucket;
    return ((uint64_t)1 << doubling) + ((uint64_t)(quarter + 1) << (doubling - 2)) - 1;
}

void rp_observe(rp_histogram histogram, uint64_t ns)
{
    times *to = &histograms[histogram];
    (void)ADD(to->bucket[bucket_of(ns)], 1);
    (void)ADD(to->sum_ns, ns);
    rp_note_most(&to->most_ns, ns);
}

rp_quantiles rp_observed(rp_histogram histogram)
{
    times *from = &histograms[histogram];
    uint64_t counts[N_BUCKETS];
    rp_quantiles out = {.sum_ns = LOAD(from->sum_ns), .most_ns = LOAD(from->most_ns)};
    for (unsigned i = 0; i < N_BUCKETS; i++)
        out.n += counts[i] = LOAD(from->bucket[i]);
    uint64_t seen = 0;
    for (unsigned i = 0; i < N_BUCKETS; i++) {
        if (counts[i] == 0)
            continue;
        const uint64_t before = seen, value = bucket_end(i) < out.most_ns ? bucket_end(i) : out.most_ns;
        seen += counts[i];
        if (before * 100 < out.n * 50 && seen * 100 >= out.n * 50)
            out.p50_ns = value;
        if (before * 100 < out.n * 95 && seen * 100 >= out.n * 95)
            out.p95_ns = value;
        if (before * 100 < out.n * 99 && seen * 100 >= out.n * 99)
            out.p99_ns = value;
    }
    return out;
}

/* --- Stages --- */

void rp_stages_expect(uint32_t stages)
{
    STORE(expected_stages, stages);
}

void rp_stage_begin(rp_stage next, uint64_t total)
{
    const uint64_t now = rp_clock_ns(), began = LOAD(stage_began_ns);
    rp_memory_give_back();
    if (began != 0)
        (void)ADD(stage_took_ns[LOAD(stage)], now - began);
    STORE(stage_total, total);
    STORE(stage_units, 0);
    STORE(stage_millionths, 0);
    STORE(stage_began_ns, now);
    STORE(stage, (int)next);
}

void rp_stage_add(uint64_t total)
{
    (void)ADD(stage_total, total);
}

void rp_stage_done(int64_t units)
{
    (void)ADD(stage_units, units);
}

void rp_stage_reach(double share)
{
    STORE(stage_millionths, (uint32_t)(share * 1e6));
}

uint64_t rp_stage_ns(rp_stage which)
{
    const uint64_t now =
        LOAD(stage) == (int)which && LOAD(stage_began_ns) != 0 ? rp_clock_ns() - LOAD(stage_began_ns) : 0;
    return LOAD(stage_took_ns[which]) + now;
}

rp_progress rp_progress_now(void)
{
    const int64_t units = LOAD(stage_units);
    rp_progress out = {.stage = (rp_stage)LOAD(stage),
                       .total = LOAD(stage_total),
                       .done = units > 0 ? (uint64_t)units : 0,
                       .stage_began_ns = LOAD(stage_began_ns)};
    if (out.total > 0)
        out.stage_share = out.done < out.total ? (double)out.done / (double)out.total : 1;
    if (LOAD(stage_millionths) > 0)
        out.stage_share = LOAD(stage_millionths) * 1e-6;
    double all = 0;
    for (int i = 0; i < RP_N_STAGES; i++) {
        const double here = LOAD(expected_stages) >> i & 1 ? weight[i] : 0;
        all += here;
        out.run_share += i < (int)out.stage ? here : i == (int)out.stage ? here * out.stage_share : 0;
    }
    out.run_share = all > 0 ? out.run_share / all : 0;
    return out;
}

void rp_metrics_reset(void)
{
    for (int i = 0; i < RP_N_COUNTERS; i++)
        STORE(counters[i], 0);
    for (int i = 0; i < RP_N_GAUGES; i++) {
        STORE(gauges[i], 0);
        STORE(gauge_most[i], 0);
        STORE(gauge_since[i], 0);
        STORE(gauge_ns[i], 0);
        STORE(gauge_area[i], 0);
    }
    for (int i = 0; i < RP_N_HISTOGRAMS; i++) {
        for (int b = 0; b < N_BUCKETS; b++)
            STORE(histograms[i].bucket[b], 0);
        STORE(histograms[i].sum_ns, 0);
        STORE(histograms[i].most_ns, 0);
    }
    for (int i = 0; i < RP_N_STAGES; i++)
        STORE(stage_took_ns[i], 0);
    STORE(stage_began_ns, 0);
    STORE(stage, RP_STAGE_START);
    STORE(expected_stages, UINT32_MAX);
}
