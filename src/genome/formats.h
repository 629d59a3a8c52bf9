/* formats.h: names of the formats that are not read, so that an error can tell what a file is. */
#ifndef RP_GENOME_FORMATS_H
#define RP_GENOME_FORMATS_H

#include <stddef.h>

typedef struct rp_format {
    const char *name;     /* "a zip archive" */
    const char *advice;   /* how it becomes FASTA */
} rp_format;

/* The format of a file that begins with these bytes; NULL: none that is known here. */
const rp_format *rp_format_of(const char *bytes, size_t n);

#endif
