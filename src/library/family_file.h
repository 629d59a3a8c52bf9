/* family_file.h: a library of consensus sequences in a FASTA file, named as RepeatMasker has it. */
#ifndef RP_LIBRARY_FAMILY_FILE_H
#define RP_LIBRARY_FAMILY_FILE_H

#include <stddef.h>

#include "base/codes.h"
#include "base/error.h"
#include "genome/genome.h"

/* >name#class rest of the header; the name may hold further '#' */
typedef struct rp_named_family {
    char *name;
    char *class_name;    /* "Unknown" where the header has none */
    char *description;   /* the rest of the header; "" if there is none */
    rp_codes consensus;  /* RP_CODE_UNKNOWN for whatever is not A, C, G or T */
} rp_named_family;

RP_ARRAY(rp_family_file, rp_named_family);

/* Reads a library (FASTA, packed as genome/source.h tells; "-" is standard input); an empty file is a library without
 * families. A name may stand once only. With records, the sequences are handed out as a genome too, a contig a family,
 * which the caller clears. False: error filled in, nothing to clear. */
bool rp_family_file_read(rp_family_file *library, const char *path, rp_genome *records, rp_error *error) RP_MUST_CHECK;
/* For arrays of pointers to families: by name. */
int rp_named_family_compare(const void *left, const void *right);

/* Its sequences, one pointer a family, to be freed. NULL: out of memory. */
const rp_codes **rp_family_file_consensus(const rp_family_file *library) RP_MUST_CHECK;

uint64_t rp_family_file_bases(const rp_family_file *library); /* of all consensus sequences */
void rp_family_file_clear(rp_family_file *library);

#endif
