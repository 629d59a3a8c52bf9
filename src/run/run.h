/* run.h: the search as a whole, from a genome in memory to its families and all their copies.
 *
 * The flow is a table of stages (run.c). A run stands at the mark of its state (checkpoint/state.h); when a stage is
 * done the mark moves on and the state is kept, so that an interrupted run goes on from it to the same result. What is
 * found is a function of the genome and of those parameters whose comment does not say otherwise.
 *
 *     rp_run run = {.parameters = &parameters, .keeper = &keeper, .offloading = &offloading, .log = &log, ...};
 *     ok = rp_genome_read(&run.genome, ...) && rp_run_find(&run, &error);   // run.findings, run.others
 *     rp_run_clear(&run);
 */
#ifndef RP_RUN_RUN_H
#define RP_RUN_RUN_H

#include "base/account.h"
#include "base/log.h"
#include "checkpoint/gathering.h"
#include "checkpoint/keeper.h"
#include "checkpoint/scan_keeper.h"
#include "classify/domain_search.h"
#include "classify/duplications.h"
#include "copies/findings.h"
#include "device/offloading.h"
#include "discover/pairs.h"
#include "library/family_file.h"
#include "output/reprise.h"
#include "run/known.h"
#include "run/passed_over.h"
#include "satellite/satellites.h"

enum { RP_REST_SHORTER = 1 };          /* old families share few long words */

typedef struct rp_run_parameters {
    uint64_t kmer;                      /* 0: by the genome's length */
    uint64_t min_seed_frequency, max_seed_frequency;
    uint64_t min_copies;                /* that a family needs */
    uint64_t max_candidates;            /* pairs, after which no more families are looked for; 0: no limit */
    uint64_t minlength, maxextend, tandemdist; /* as REPrise names them */
    bool intra_contig;                  /* seeds' places are counted within one contig */
    bool respect_mask;                  /* no seeds in lower case, which the genome must have been read with */
    bool keep_other;                    /* what is no transposable element stays with the families */
    bool keep_candidates;               /* so do families of grade D (classify/grade.h) */
    bool no_decoy;                      /* families are not measured on the genome backwards (copies/decoy.h) */
    const char *name_prefix;            /* before the names of all that is found; NULL: none */
    bool wants_frequencies;             /* the k-mers of REPrise's .freq are listed */
    const char *index;                  /* file of the index to map; NULL: it is made */
    /* without effect on what is found: */
    uint64_t extension_length;          /* bases beside a place that a worker claims */
    uint64_t channel_capacity;          /* candidate pairs */
    double backpressure;
} rp_run_parameters;

/* The defaults, all set. */
rp_run_parameters rp_run_defaults(void);

/* Everything a run holds. Zeroed at the start, but for what the caller gives; cleared in any state. */
typedef struct rp_run {
    /* the caller's, which outlive the run: */
    const rp_run_parameters *parameters;
    rp_keeper *keeper;                  /* opened, or zeroed: nothing is kept */
    rp_offloading *offloading;          /* with its devices chosen, or zeroed: none */
    const rp_log *log;
    const rp_band_kernel *kernel;
    unsigned n_threads;
    const rp_family_file *class_library; /* to take class names from, and its records; NULL: none */
    const rp_genome *class_records;
    const rp_bitmask *genes;            /* coding bases, as the user has them; NULL: not known */
    const rp_domain_search *domain_search; /* profiles of proteins' domains; NULL: none are looked for */
    bool until_copies;                  /* the run ends with all families, its state at RP_MARK_COPIES */
    rp_share share;                     /* or with this share of the scan for copies; zeroed: the whole */
    rp_gathering *gathering;            /* the shares that others have scanned; NULL: the run scans itself */
    rp_file *pairs_file;                /* where candidate pairs go (discover/pairs.h); NULL: nobody wants them */
    /* given by the caller, then the run's: */
    rp_known known;                     /* families that are not looked for */
    rp_genome genome;
    /* the run's: */
    rp_bitmask tandem;                  /* no words while families are found: the intervals below have it then */
    rp_intervals tandem_aside;
    rp_passed_over passed_over;         /* where nothing is searched */
    rp_bitmask lower_case;              /* with what is passed over; only with respect_mask */
    rp_scan_keeper scans;               /* how far the scan for copies is; the caller closes it when all is done */
    rp_kmer_index *index;               /* of the first pass; the joins use it too */
    unsigned k;                         /* of the first pass; the second has RP_REST_SHORTER less */
    rp_cover cover;
    rp_view view;                       /* the genome less what is covered */
    rp_run_state state;
    size_t n_inside;                    /* families that lie in others: no families of their own, */
    size_t n_versions;                  /* nor are versions that their copies do not bear out */
    rp_pairs *pairs;                    /* whoever writes results finishes them; NULL: nobody wants them */
    rp_discover_figures discovered[2];  /* by pass */
    rp_lease frequencies_lease;
    rp_reprise_frequencies frequencies; /* with wants_frequencies */
    const rp_codes **consensus;         /* of the listed families, state.source */
    rp_reprise_seed *seeds;             /* of the listed families */
    rp_row_store *rows;                 /* of the copies of all families, as they were traced */
    rp_domains domains;                 /* of all families, by their place on the list */
    rp_findings findings;               /* the result: families, */
    rp_findings others;                 /* repeats that are no transposable elements, */
    rp_findings candidates;             /* and families of which too little is known */
    rp_duplications duplications;       /* what of the others, and of long stretches, was duplicated together */
    rp_satellites satellites;
} rp_run;

/* The search over run->genome, all of it or as far as the caller wants. False: error filled in; where the run was
 * cancelled its state has been handed to the keeper. */
bool rp_run_find(rp_run *run, rp_error *error) RP_MUST_CHECK;

void rp_run_clear(rp_run *run);

#endif
