/* frame.h: files that one run keeps for another: magic bytes, version and order of bytes, then numbers and arrays, and
 * a checksum of it all.
 *
 * They are written as all result files are (base/file.h): whole or not at all. What is read is checked by the checksum
 * first, but that does not tell who has made a file: whoever decodes looks at each number before it is used.
 */
#ifndef RP_CHECKPOINT_FRAME_H
#define RP_CHECKPOINT_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/file.h"

enum { RP_FRAME_MAGIC_BYTES = 8 };

typedef struct rp_frame_kind {
    char magic[RP_FRAME_MAGIC_BYTES];
    uint32_t version;
    const char *name; /* for messages: "it is no checkpoint" */
} rp_frame_kind;

/* --- Writing --- */

enum { RP_ENCODER_BYTES = 4096 };

/* What is short is gathered: most of a state is numbers, of which a checksum by itself takes as long as a page's. */
typedef struct rp_encoder {
    rp_file *file;
    uint32_t crc;
    size_t n_waiting; /* bytes that are neither in the checksum nor in the file */
    uint8_t waiting[RP_ENCODER_BYTES];
} rp_encoder;

/* Writes what tells the kind; the file is the caller's. */
rp_encoder rp_encode_begin(rp_file *file, const rp_frame_kind *kind);
void rp_encode(rp_encoder *to, const void *bytes, size_t n);
void rp_encode_u32(rp_encoder *to, uint32_t value);
void rp_encode_u64(rp_encoder *to, uint64_t value);
void rp_encode_text(rp_encoder *to, const char *text); /* its length first; at most RP_FRAME_MAX_TEXT bytes */
void rp_encode_end(rp_encoder *to); /* the checksum */

enum { RP_FRAME_MAX_TEXT = 1 << 16 };

/* --- Reading --- */

typedef struct rp_decoder {
    const uint8_t *at;
    size_t left;
    bool bad, no_memory; /* bad: it does not hold together, or there was no memory */
} rp_decoder;

/* Where there is nothing left, or anything was bad before, they give zeros. */
void rp_decode(rp_decoder *from, void *bytes, size_t n);
uint32_t rp_decode_u32(rp_decoder *from);
uint64_t rp_decode_u64(rp_decoder *from);
uint64_t rp_decode_up_to(rp_decoder *from, uint64_t most); /* more is bad */
void *rp_decode_array(rp_decoder *from, size_t size, uint64_t *n); /* of items of `size` bytes behind their number; to
                                                                    * be freed */
char *rp_decode_text(rp_decoder *from); /* to be freed; NULL: out of memory */

typedef enum rp_checkpoint_status {
    RP_CHECKPOINT_READ,
    RP_CHECKPOINT_FAILED, /* cannot be read now: error filled in */
    RP_CHECKPOINT_DAMAGED, /* is not to be trusted: error tells why */
    RP_CHECKPOINT_OTHER /* of another version of the format or another kind of machine: error tells */
} rp_checkpoint_status;

/* A file that is mapped. */
typedef struct rp_frame {
    void *map;
    size_t bytes;
    rp_decoder content;
} rp_frame;

/* Maps a file, and checks its kind and checksum. Only one that was read is to be closed. */
rp_checkpoint_status rp_frame_open(rp_frame *frame, const char *path, const rp_frame_kind *kind,
                                   rp_error *error) RP_MUST_CHECK;
void rp_frame_close(rp_frame *frame);

/* What the content comes to, once all of it is decoded. */
rp_checkpoint_status rp_frame_judge(const rp_frame *frame, const rp_frame_kind *kind, rp_error *error) RP_MUST_CHECK;

#endif
