/* unpack.h: bzip2 and xz, through libbz2 and liblzma. */
#ifndef RP_GENOME_UNPACK_H
#define RP_GENOME_UNPACK_H

#include <stddef.h>
#include <sys/types.h>

#include <htslib/hfile.h>

#include "base/error.h"

typedef enum rp_packing {
    RP_PACKING_NONE,      /* neither of them */
    RP_PACKING_BZIP2,
    RP_PACKING_XZ
} rp_packing;

enum { RP_PACKING_MARK_BYTES = 6 };

typedef struct rp_unpacker rp_unpacker;

/* What a file that begins with these bytes is packed by. */
rp_packing rp_packing_of(const char *bytes, size_t n);

/* Unpacks what is read from the file, which stays the caller's. NULL: out of memory. */
rp_unpacker *rp_unpacker_create(rp_packing packing, hFILE *from) RP_MUST_CHECK;
void rp_unpacker_destroy(rp_unpacker *unpacker); /* NULL is legal */

/* Up to n bytes, n > 0; 0: the end, all is whole; -1: *fault, NULL before, tells why not. */
ssize_t rp_unpacker_read(rp_unpacker *unpacker, char *to, size_t n, const char **fault) RP_MUST_CHECK;

#endif
