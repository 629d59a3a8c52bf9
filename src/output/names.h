/* names.h: names of contigs and families as the formats of results have room for them.
 *
 * FASTA, TSV, .out and PAF hold names as they are. GFF3 has an escape for everything. BED and Stockholm have none, and
 * their readers pass over lines that begin like a comment or a header in silence: a contig's name that begins so has
 * its first character written as %XX there.
 */
#ifndef RP_OUTPUT_NAMES_H
#define RP_OUTPUT_NAMES_H

#include <stddef.h>

#include "base/file.h"
#include "copies/findings.h"

/* A contig's name at the begin of a line of BED or Stockholm, to be printed with "%s%.*s". */
typedef struct rp_line_name {
    char head[4];       /* "%23", or empty */
    int rest_length;
    const char *rest;   /* the contig's */
} rp_line_name;

/* Escaped is what begins with #, //, track or browser (in any case; bedtools and UCSC's programs) or is chrom
 * (bedtools' header); and what begins with %, so that no two names become one. */
rp_line_name rp_line_name_of(const char *name, size_t length);

/* The first contig of the genome whose name is changed by that; NULL: none. */
const rp_contig *rp_line_name_first_changed(const rp_genome *genome);

/* Column 1 of GFF3: %XX for what is not in [a-zA-Z0-9.:^*$@!+_?-|]. */
void rp_write_gff3_name(rp_file *file, const char *name, size_t length);

/* The value of an attribute of GFF3: %XX for ; = & , % blanks, control characters and what is no UTF-8. */
void rp_write_gff3_value(rp_file *file, const char *value);

#endif
