/* scan_file.h: what a scan has found, as a file: a share of it for who gathers the shares, or an interrupted one.
 *
 * A file names the code and the options that it follows from, the genome, and the sequences of the library; how these
 * are called does not matter to a scan. A finished share has its alignments in an order of their own, so that it is the
 * same bytes however it was made.
 */
#ifndef RP_CHECKPOINT_SCAN_FILE_H
#define RP_CHECKPOINT_SCAN_FILE_H

#include "checkpoint/frame.h"
#include "copies/annotate.h"

/* What a scan is bound to. */
typedef struct rp_scan_binding {
    char *parameters;             /* the program's code and the options, as text (checkpoint/binding.h) */
    char digest[33];              /* of the genome */
    char library_digest[33];      /* of the consensus sequences */
} rp_scan_binding;

/* MD5 of consensus sequences in their order, in hex. False: out of memory. */
bool rp_scan_digest_library(const rp_codes *const *consensus, size_t n, char digest[33]) RP_MUST_CHECK;

/* Puts what the scans have found into the order of the files of finished shares. False: error filled in. */
bool rp_scan_file_order(rp_kept_scans *scans, unsigned n_threads, rp_error *error) RP_MUST_CHECK;

/* Writes the scans, which are of one share, to a file that the caller has opened, finishes and commits. */
void rp_scan_file_write(rp_file *file, const rp_scan_binding *binding, const rp_kept_scans *scans);

/* A file that is open. */
typedef struct rp_scan_file {
    rp_scan_binding binding;      /* owned */
    rp_share share;
    bool is_done;                 /* all of the share */
    rp_frame frame;
    rp_decoder scans;             /* where they stand */
} rp_scan_file;

/* Opens a file and reads all but what was found. Only one that was read is to be closed. */
rp_checkpoint_status rp_scan_file_open(rp_scan_file *file, const char *path, rp_error *error) RP_MUST_CHECK;
void rp_scan_file_close(rp_scan_file *file);

/* What alignments may be of. */
typedef struct rp_scan_subject {
    const rp_genome *genome;
    const rp_codes *const *consensus;
    size_t n_families;
} rp_scan_subject;

/* Whether the file is of this genome and library, and made by this code with these options. False: error filled in,
 * with `name` for the file and `remedy` behind all. */
bool rp_scan_file_check(const rp_scan_file *file, const char *name, const rp_scan_binding *own, const char *remedy,
                        rp_error *error) RP_MUST_CHECK;

/* Adds what a file holds to the scans, and sets their progress to its own. */
rp_checkpoint_status rp_scan_file_take(rp_scan_file *file, const rp_scan_subject *subject, rp_kept_scans *into,
                                       rp_error *error) RP_MUST_CHECK;

#endif
