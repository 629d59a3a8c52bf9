/* governor.c: see governor.h. */
#include "command/governor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/account.h"
#include "base/block.h"
#include "base/code.h"
#include "base/file.h"
#include "base/metrics.h"
#include "base/trace.h"
#include "command/command.h"
#include "command/telemetry.h"
#include "copies/word_table.h"

enum {
    FIXED_BYTES = 48 << 20,           /* program, libraries, tables */
    THREAD_BYTES = 24 << 20,          /* aligners and buffers of one thread */
    RESERVE_BYTES_A_KILOBASE = 1100,  /* masks and alignments that are to come when the index is made */
    LEAST_BYTES_A_KILOBASE = 1700,    /* genome, masks and what is found; the index in files */
    SORT_BYTES_A_KILOBASE = 2000,     /* room to sort the index's k-mers in, */
    SORT_BYTES = 64 << 20,            /* and more than this it does not need */
    USUAL_FIXED_BYTES = 40 << 20,     /* what real genomes took at most: program, libraries, tables, */
    USUAL_THREAD_BYTES = 12 << 20,
    USUAL_BYTES_A_KILOBASE = 5400,
    CONTIG_BYTES = 112,               /* its row in tables and its name, of a usual length */
    LIBRARY_BYTES_A_BASE = 5,         /* of a library that is given: consensus, both strands' codes, their planes */
    WORD_BYTES_A_BASE = 24,           /* words and places of the part of it that is looked up at a time */
    BUDGET_PARTS = 3,                 /* of BUDGET_OF parts of what there is are the budget that nobody gives */
    BUDGET_OF = 4,
    MOST_OF = 20,                     /* of memory that nobody gave: all but this part of it may be taken */
    DEPTH_NVME = 24,
    DEPTH_SSD = 12,
    DEPTH_HDD = 4
};

size_t rp_governor_options(rp_governor *g, rp_option *table)
{
    const rp_option rows[RP_GOVERNOR_ROWS] = {
        {RP_OPTION_NUMBER, "threads", 't', "N", &g->threads, 1, 1024, "CPU threads [those that this process may use]"},
        {RP_OPTION_NUMBER, "max-memory", 0, "BYTES", &g->max_memory, 1, UINT64_MAX,
         "memory for the run; K, M, G are units [3/4 of what there is]"},
        {RP_OPTION_NUMBER, "io-depth", 0, "N", &g->io_depth, 1, 1024,
         "reads of input in flight [by the storage: nvme 24, ssd 12, hdd 4]"},
        {RP_OPTION_TEXT, "storage", 0, "KIND", &g->storage, 0, 0,
         "where the input lies: auto, nvme, ssd or hdd [auto]"},
        {RP_OPTION_NUMBER, "queue-bytes", 0, "BYTES", &g->queue_bytes, 1, UINT64_MAX,
         "input text read ahead of its encoding [64M or 16M a thread, less in a small budget]"},
        {RP_OPTION_SECONDS, "progress-interval", 0, "SECONDS", &g->progress_interval, 0, 0,
         "time between lines of progress [60, on a terminal 0.5]"},
        {RP_OPTION_TEXT, "prometheus", 0, "FILE", &g->prometheus, 0, 0,
         "rewrite this file with the run's figures for Prometheus' node_exporter"},
        {RP_OPTION_TEXT, "log", 0, "FILE", &g->log_path, 0, 0,
         "append all messages to this file too, one attempt behind the other"},
        {RP_OPTION_TEXT, "trace", 0, "FILE", &g->trace, 0, 0, "write when each task began and how long it took, TSV"},
        {RP_OPTION_TEXT, "simd", 0, "NAME", &g->simd, 0, 0,
         "instruction set: auto, avx512, avx2, neon or scalar [auto]"},
        {RP_OPTION_FLAG, "quiet", 'q', NULL, &g->quiet, 0, 0, "no progress on standard error"},
    };
    memcpy(table, rows, sizeof rows);
    return RP_GOVERNOR_ROWS;
}

static unsigned depth_of(const char *storage)
{
    return strcmp(storage, "nvme") == 0  ? DEPTH_NVME
           : strcmp(storage, "ssd") == 0 ? DEPTH_SSD
           : strcmp(storage, "hdd") == 0 ? DEPTH_HDD
                                         : 0;
}

bool rp_governor_check(rp_governor *governor, rp_error *error)
{
    governor->kernel = rp_band_select(governor->simd != NULL ? governor->simd : "auto");
    if (governor->kernel == NULL)
        return rp_error_set(error, "--simd: %.100s is unknown or not to be had on this machine", governor->simd);
    if (governor->storage != NULL && strcmp(governor->storage, "auto") != 0 && depth_of(governor->storage) == 0)
        return rp_error_set(error, "--storage: '%.100s' is none of auto, nvme, ssd and hdd", governor->storage);
    if (governor->log_path != NULL && strcmp(governor->log_path, "-") == 0)
        return rp_error_set(error, "--log: - is no file; messages go to standard error anyway");
    governor->log.quiet = governor->quiet;
    governor->log.is_terminal = isatty(STDERR_FILENO);
    return true;
}

bool rp_governor_add_targets(const rp_governor *governor, rp_targets *targets, rp_error *error)
{
    return (governor->log_path == NULL || rp_targets_add(targets, governor->log_path, error)) &&
           (governor->trace == NULL || rp_targets_add(targets, governor->trace, error)) &&
           (governor->prometheus == NULL || rp_targets_add(targets, governor->prometheus, error));
}

/* --- A run --- */

static bool takes_files(const char *folder)
{
    struct stat status;
    if (stat(folder, &status) != 0)
        return false;
    errno = ENOTDIR;
    return S_ISDIR(status.st_mode) && access(folder, W_OK | X_OK) == 0;
}

/* Where to spill to, to be freed; NULL: out of memory. A folder of the environment's that takes no files ends no run,
 * which may have nothing to spill. */
static char *choose_spill_folder(const char *command, const char *folder_of)
{
    const char *temporary = getenv("TMPDIR");
    char *other = rp_folder_of(folder_of != NULL ? folder_of : "");
    if (temporary == NULL || temporary[0] == '\0')
        return other;
    if (!takes_files(temporary)) {
        rp_log_message("reprise-c %s: TMPDIR is %s: %s; what does not fit into memory goes to %s\n", command, temporary,
                       strerror(errno), other != NULL ? other : "?");
        return other;
    }
    free(other);
    return strdup(temporary);
}

/* What the user gave, or three quarters of what there is. */
static void choose_budget(rp_governor *governor)
{
    const char *by;
    const uint64_t available = rp_available_memory(governor->n_threads, &by);
    governor->memory_bytes = governor->max_memory != 0 ? governor->max_memory : available / BUDGET_OF * BUDGET_PARTS;
    governor->memory_by = governor->max_memory != 0 ? NULL : by;
    governor->most_bytes = governor->max_memory != 0 ? governor->max_memory : available / MOST_OF * (MOST_OF - 1);
    if (governor->max_memory > available)
        rp_log_line(&governor->log, "--max-memory: %llu MB are more than the %llu MB that %s",
                    (unsigned long long)(governor->max_memory >> 20), (unsigned long long)(available >> 20), by);
}

/* The file that is kept tells each attempt when it began. */
static bool keep_log(const rp_governor *governor, const char *command, rp_error *error)
{
    char date[32] = "";
    struct tm parts;
    const time_t now = time(NULL);
    if (governor->log_path == NULL)
        return true;
    if (!rp_log_keep(governor->log_path, error))
        return false;
    if (gmtime_r(&now, &parts) != NULL)
        (void)strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &parts);
    rp_log_line(&governor->log, "reprise-c %s " RP_VERSION " (code %s) begins at %s", command, rp_code, date);
    return true;
}

/* A budget that nobody gave is said to be what it is. False, for the caller to return. */
static bool name_budget(const rp_governor *governor, rp_error *error)
{
    (void)rp_error_be(error, RP_ERROR_MEMORY);
    if (governor->memory_by == NULL)
        return false;
    const rp_error reason = *error;
    error->message[0] = '\0';
    return rp_error_set(error, "%s (not given, it is three quarters of what %s)", reason.message, governor->memory_by);
}

bool rp_governor_start(rp_governor *governor, const char *command, const char *first_input, const char *folder_of,
                       rp_error *error)
{
    if (!keep_log(governor, command, error))
        return false;
    governor->n_threads = governor->threads != 0 ? (unsigned)governor->threads : rp_available_threads();
    choose_budget(governor);
    const uint64_t own = rp_governor_estimate(0, 0, 0, governor->n_threads).own_bytes;
    if (governor->memory_bytes < own) {
        (void)rp_error_set(error, "--max-memory: %llu MB are too few: %u threads need %llu MB for any genome",
                           (unsigned long long)(governor->memory_bytes >> 20), governor->n_threads,
                           (unsigned long long)(own >> 20));
        return name_budget(governor, error);
    }
    rp_account_set_limit(governor->memory_bytes - own);
    rp_log_open();
    governor->spill_folder = choose_spill_folder(command, folder_of);
    if (governor->spill_folder == NULL)
        return rp_error_memory(error, "folder names");
    rp_block_set_spill_folder(governor->spill_folder);
    const char *storage = governor->storage != NULL && strcmp(governor->storage, "auto") != 0
                              ? governor->storage
                              : rp_storage_of(first_input);
    const unsigned depth = governor->io_depth != 0 ? (unsigned)governor->io_depth : depth_of(storage);
    if (!rp_tokens_init(&governor->io_tokens, depth, RP_GAUGE_IO_TOKENS, RP_TIME_IO_TOKEN))
        return rp_error_set_as(error, RP_ERROR_PASSING, "cannot make a lock");
    governor->has_io_tokens = true;
    uint64_t queue = governor->queue_bytes;
    if (queue == 0) {
        queue = (uint64_t)governor->n_threads * (16 << 20);
        queue = queue < 64 << 20 ? 64 << 20 : queue;
        queue = queue > governor->memory_bytes / 8 ? governor->memory_bytes / 8 : queue;
    }
    governor->reading = (rp_reading){
        .n_threads = governor->n_threads, .queue_bytes = queue, .io_tokens = &governor->io_tokens, .io_depth = depth};
    governor->watch = (rp_watch){.log = &governor->log,
                                 .command = command,
                                 .prometheus = governor->prometheus,
                                 .n_threads = governor->n_threads,
                                 .memory_bytes = governor->memory_bytes,
                                 .own_bytes = own,
                                 .most_bytes = governor->most_bytes,
                                 .interval_s = governor->progress_interval};
    return (governor->trace == NULL || rp_trace_open(governor->trace, error)) &&
           rp_watch_start(&governor->watch, error);
}

rp_estimate rp_governor_estimate(uint64_t genome_bp, uint64_t n_contigs, uint64_t library_bp, unsigned n_threads)
{
    const uint64_t kilobases = genome_bp / 1000;
    const uint64_t sort =
        kilobases * SORT_BYTES_A_KILOBASE < SORT_BYTES ? kilobases * SORT_BYTES_A_KILOBASE : SORT_BYTES;
    const uint64_t given = n_contigs * CONTIG_BYTES + library_bp * LIBRARY_BYTES_A_BASE +
                           (library_bp < RP_WORD_PART_BP ? library_bp : RP_WORD_PART_BP) * WORD_BYTES_A_BASE;
    const uint64_t own = FIXED_BYTES + (uint64_t)n_threads * THREAD_BYTES;
    const uint64_t least = own + sort + given + kilobases * LEAST_BYTES_A_KILOBASE;
    const uint64_t usual =
        USUAL_FIXED_BYTES + (uint64_t)n_threads * USUAL_THREAD_BYTES + given + kilobases * USUAL_BYTES_A_KILOBASE;
    return (rp_estimate){own, least, usual > least ? usual : least, kilobases * USUAL_BYTES_A_KILOBASE};
}

uint64_t rp_governor_request(uint64_t budget_bytes)
{
    return (budget_bytes + BUDGET_PARTS - 1) / BUDGET_PARTS * BUDGET_OF;
}

bool rp_governor_plan(const rp_governor *governor, const rp_genome *genome, uint64_t library_bp, rp_error *error)
{
    const uint64_t genome_bp = genome->length_bp;
    const rp_estimate estimate = rp_governor_estimate(genome_bp, genome->n_contigs, library_bp, governor->n_threads);
    const uint64_t least = estimate.least_bytes, usual = estimate.usual_bytes;
    if (governor->memory_bytes < least) {
        char of_library[48] = "";
        if (library_bp > 0)
            (void)snprintf(of_library, sizeof of_library, " and a library of %llu", (unsigned long long)library_bp);
        (void)rp_error_set(error,
                           "--max-memory: %llu MB are too few for %llu bases%s with %u threads: the least is %llu MB",
                           (unsigned long long)(governor->memory_bytes >> 20), (unsigned long long)genome_bp,
                           of_library, governor->n_threads, (unsigned long long)((least >> 20) + 1));
        return name_budget(governor, error);
    }
    rp_account_set_reserve(genome_bp / 1000 * RESERVE_BYTES_A_KILOBASE);
    rp_log_line(&governor->log, "memory: about %llu MB, at most %llu MB%s%s%s", (unsigned long long)(usual >> 20),
                (unsigned long long)(governor->memory_bytes >> 20), governor->memory_by != NULL ? ", 3/4 of what " : "",
                governor->memory_by != NULL ? governor->memory_by : "",
                usual > governor->memory_bytes ? "; the index may go to files" : "");
    return true;
}

bool rp_governor_stop(rp_governor *governor, bool ok, rp_error *error)
{
    rp_watch_stop(&governor->watch);
    if (ok && !governor->quiet)
        rp_telemetry_table();
    if (governor->has_io_tokens)
        rp_tokens_clear(&governor->io_tokens);
    governor->has_io_tokens = false;
    rp_block_set_spill_folder(NULL);
    free(governor->spill_folder);
    governor->spill_folder = NULL;
    return rp_trace_close(error);
}
