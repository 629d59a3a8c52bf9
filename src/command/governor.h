/* governor.h: what a run may use of the machine, and the options that say so.
 *
 * find, annotate and extend have these options alike: threads, memory, reads in flight, progress.
 */
#ifndef RP_COMMAND_GOVERNOR_H
#define RP_COMMAND_GOVERNOR_H

#include "align/band.h"
#include "base/targets.h"
#include "base/log.h"
#include "command/options.h"
#include "command/watch.h"
#include "genome/reader.h"

typedef struct rp_governor {
    /* as the user gave them; 0 and NULL: chosen */
    uint64_t threads, max_memory, io_depth, queue_bytes;
    const char *storage, *simd, *prometheus, *trace, *log_path;
    double progress_interval;
    bool quiet;
    /* what follows from them: */
    unsigned n_threads;
    const rp_band_kernel *kernel;
    rp_log log;
    rp_watch watch;
    uint64_t memory_bytes;
    uint64_t most_bytes; /* that the run may take before it is ended: the user's, or nearly all that there is */
    const char *memory_by;        /* what the budget is three quarters of; NULL: the user gave it */
    char *spill_folder;
    rp_tokens io_tokens;
    bool has_io_tokens;
    rp_reading reading;           /* how input is read */
} rp_governor;

/* What a run takes of memory: a sum of what it takes for any genome, for each thread, base and contig, and for a
 * library that is given. */
typedef struct rp_estimate {
    uint64_t own_bytes; /* for any genome: what is not leased */
    uint64_t least_bytes; /* a budget below it is refused */
    uint64_t usual_bytes; /* the most that real genomes took; above it nothing goes to files */
    uint64_t spill_bytes; /* the most that goes to files with the least budget */
} rp_estimate;

rp_estimate rp_governor_estimate(uint64_t genome_bp, uint64_t n_contigs, uint64_t library_bp, unsigned n_threads);

/* How much there must be for a budget of so many bytes that nobody gives. */
uint64_t rp_governor_request(uint64_t budget_bytes);

enum { RP_GOVERNOR_ROWS = 11 };

/* Puts RP_GOVERNOR_ROWS rows into the table. */
size_t rp_governor_options(rp_governor *governor, rp_option *table);

/* Judges the options. False: misuse, error filled in. */
bool rp_governor_check(rp_governor *governor, rp_error *error) RP_MUST_CHECK;

/* Adds the places of the files that the run writes beside its results. False: error filled in. */
bool rp_governor_add_targets(const rp_governor *governor, rp_targets *targets, rp_error *error) RP_MUST_CHECK;

/* Before the work: counts processors and memory, starts the watch. `folder_of` is a result file or prefix: index
 * sections that memory has no room for go to $TMPDIR if that can be written, or else to its folder. */
bool rp_governor_start(rp_governor *governor, const char *command, const char *first_input, const char *folder_of,
                       rp_error *error) RP_MUST_CHECK;

/* Whether a genome can be worked on with this budget, and a library of library_bp (0: none) that is given; tells what
 * the run will take. False: error filled in, with the least that would do. */
bool rp_governor_plan(const rp_governor *governor, const rp_genome *genome, uint64_t library_bp,
                      rp_error *error) RP_MUST_CHECK;

/* After the work, in any state. `ok`: it has come to its end; then the table of stages and waits is printed. False: the
 * trace could not be written. */
bool rp_governor_stop(rp_governor *governor, bool ok, rp_error *error) RP_MUST_CHECK;

#endif
