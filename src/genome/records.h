/* records.h: records of SAM, BAM and CRAM as the text of FASTA, as `samtools fasta` has them.
 *
 * Secondary and supplementary alignments are left out, reads of the reverse strand are turned back, mates have /1 and
 * /2 behind their names. A base that is "=" (as the reference has it) is N.
 */
#ifndef RP_GENOME_RECORDS_H
#define RP_GENOME_RECORDS_H

#include <stddef.h>
#include <sys/types.h>

#include <htslib/hfile.h>

#include "base/error.h"

typedef struct rp_records rp_records;

/* Whether the file, of which nothing has been read, is SAM, BAM or CRAM (plain or in gzip). */
bool rp_records_are_in(hFILE *from, const char *path);

/* Takes the file over in any case. NULL: error filled in. */
rp_records *rp_records_open(hFILE *from, const char *path, const char *name, rp_error *error) RP_MUST_CHECK;

/* Up to n bytes of FASTA text, n > 0; 0: the end, -1: *fault tells. */
ssize_t rp_records_read(rp_records *records, char *to, size_t n, const char **fault) RP_MUST_CHECK;

/* After the end: what is wrong with it; NULL: nothing. */
const char *rp_records_end_fault(const rp_records *records);

/* Closes and frees. False: the file is damaged. NULL is legal. */
bool rp_records_close(rp_records *records);

#endif
