/* metrics.h: what a run shows of itself: counters, gauges, histograms, and how far it has come.
 *
 * One set for the process. All functions are thread-safe and cost a few relaxed atomics; what is
 * read is approximate while the run goes on.
 */
#ifndef RP_BASE_METRICS_H
#define RP_BASE_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum rp_counter {
    RP_COUNT_BASES_READ,
    RP_COUNT_SEEDS,             /* looked at */
    RP_COUNT_PAIRS,             /* candidate pairs that went through the channel */
    RP_COUNT_BATCHES,           /* batches that went through the channel */
    RP_COUNT_GROWN,             /* batches that a family was grown from, those grown twice included */
    RP_COUNT_REDONE,            /* results that no longer stood when their turn came */
    RP_COUNT_PARKED,            /* claims that were taken */
    RP_COUNT_FAMILIES,
    RP_COUNT_BLOCKS,            /* of text, that readers have filled */
    RP_COUNT_BLOCKS_REUSED,     /* of which no new memory was needed for */
    RP_N_COUNTERS
} rp_counter;

typedef enum rp_gauge {
    RP_GAUGE_CHANNEL_PAIRS,
    RP_GAUGE_QUEUE_BYTES,       /* of sequence, between reader and encoders */
    RP_GAUGE_SURVIVORS,         /* batches that passed the prescreen and wait for a worker or a claim */
    RP_GAUGE_WORKERS,           /* threads at work */
    RP_GAUGE_CPU_TOKENS,        /* free */
    RP_GAUGE_IO_TOKENS,         /* free */
    RP_GAUGE_READS,             /* of input files, in flight */
    RP_GAUGE_BATCH_SIZE,        /* batches that a worker takes at once */
    RP_N_GAUGES
} rp_gauge;

typedef enum rp_histogram {
    RP_TIME_BATCH,              /* a worker's take of the channel, screened; or one family grown */
    RP_TIME_PUSH,               /* waits of the producer for room in the channel */
    RP_TIME_POP,                /* waits of workers for batches */
    RP_TIME_CPU_TOKEN,          /* waits for a CPU token */
    RP_TIME_IO_TOKEN,           /* waits for an I/O token */
    RP_TIME_READ,               /* one range or block of an input file */
    RP_TIME_AHEAD,              /* waits of a reader for what is read ahead of it */
    RP_TIME_QUEUE,              /* waits for room in the reader's queue */
    RP_N_HISTOGRAMS
} rp_histogram;

typedef enum rp_stage {
    RP_STAGE_START,
    RP_STAGE_READ,
    RP_STAGE_TANDEM,
    RP_STAGE_KNOWN,             /* with known families only */
    RP_STAGE_INDEX,
    RP_STAGE_GROW,
    RP_STAGE_INDEX_REST,
    RP_STAGE_GROW_REST,
    RP_STAGE_JOIN,
    RP_STAGE_DERIVE,
    RP_STAGE_POLISH,
    RP_STAGE_COPIES,
    RP_STAGE_CLASSIFY,
    RP_STAGE_WRITE,
    RP_N_STAGES
} rp_stage;

extern const char *const rp_counter_name[RP_N_COUNTERS],
    *const rp_gauge_name[RP_N_GAUGES], *const rp_histogram_name[RP_N_HISTOGRAMS], *const rp_stage_name[RP_N_STAGES];

void rp_count(rp_counter counter, uint64_t n);
uint64_t rp_counted(rp_counter counter);

void rp_gauge_set(rp_gauge gauge, int64_t value);
void rp_gauge_move(rp_gauge gauge, int64_t by);
int64_t rp_gauge_now(rp_gauge gauge);
int64_t rp_gauge_most(rp_gauge gauge);

/* The mean over the time in which the gauge was in use; 0 where it was not. */
double rp_gauge_mean(rp_gauge gauge);

/* The gauge goes out of use, at 0, until it is set or moved again: that time is not in its mean. */
void rp_gauge_rest(rp_gauge gauge);

/* Share of the blocks of text that were reused; 0 where there were none. */
double rp_block_reuse(void);

void rp_observe(rp_histogram histogram, uint64_t nanoseconds);

typedef struct rp_quantiles {
    uint64_t n, sum_ns;
    uint64_t p50_ns, p95_ns, p99_ns, most_ns; /* the quantiles to within a quarter */
} rp_quantiles;

rp_quantiles rp_observed(rp_histogram histogram);

/* The stages that this run will have, a set of bits 1 << stage; all, until this is called. */
void rp_stages_expect(uint32_t stages);

/* Begins a stage of `total` units of work (0: not known); what is done is counted from 0. What the stages before have
 * freed goes back to the system. */
void rp_stage_begin(rp_stage stage, uint64_t total);
void rp_stage_add(uint64_t total);  /* more work of the stage has come to light */
void rp_stage_done(int64_t units);  /* negative: work has come back */

void rp_stage_reach(double share);  /* how far the stage is, where its units are of unequal weight */

typedef struct rp_progress {
    rp_stage stage;
    uint64_t done, total;
    double stage_share;      /* 0 to 1; 0 where the total is not known */
    double run_share;        /* of the whole run, from what stages have taken in earlier runs */
    uint64_t stage_began_ns;
} rp_progress;

rp_progress rp_progress_now(void);

/* Wall time of each stage so far. */
uint64_t rp_stage_ns(rp_stage stage);

void rp_metrics_reset(void);        /* for tests */

#endif
