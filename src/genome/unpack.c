/* unpack.c: see unpack.h. Several streams one after the other are one text, as bzip2 and xz have it. */
#include "genome/unpack.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <bzlib.h>
#include <lzma.h>

#include "base/memory.h"

enum { PACKED_BYTES = 1 << 16 };

static const uint64_t XZ_MEMORY = UINT64_C(1) << 30; /* xz -9 takes 65 MB */

struct rp_unpacker {
    rp_packing packing;
    hFILE *from;
    bz_stream bzip2;
    lzma_stream xz;
    bool is_open;          /* bzip2: within a stream */
    bool at_end;           /* of the packed file */
    bool done;
    char packed[PACKED_BYTES];
    size_t n_packed, at;
};

rp_packing rp_packing_of(const char *bytes, size_t n)
{
    if (n >= 4 && memcmp(bytes, "BZh", 3) == 0 && bytes[3] >= '1' && bytes[3] <= '9')
        return RP_PACKING_BZIP2;
    return n >= 6 && memcmp(bytes,
                            "\xfd"
                            "7zXZ\0",
                            6) == 0
               ? RP_PACKING_XZ
               : RP_PACKING_NONE;
}

rp_unpacker *rp_unpacker_create(rp_packing packing, hFILE *from)
{
    rp_unpacker *unpacker = rp_alloc(1, sizeof *unpacker);
    if (unpacker == NULL)
        return NULL;
    unpacker->packing = packing;
    unpacker->from = from;
    unpacker->xz = (lzma_stream)LZMA_STREAM_INIT;
    if (packing == RP_PACKING_XZ && lzma_stream_decoder(&unpacker->xz, XZ_MEMORY, LZMA_CONCATENATED) != LZMA_OK) {
        free(unpacker);
        return NULL;
    }
    return unpacker;
}

void rp_unpacker_destroy(rp_unpacker *unpacker)
{
    if (unpacker == NULL)
        return;
    if (unpacker->is_open)
        (void)BZ2_bzDecompressEnd(&unpacker->bzip2);
    lzma_end(&unpacker->xz);
    free(unpacker);
}

/* Has packed bytes at hand unless the file has ended. False: it cannot be read. */
static bool fill(rp_unpacker *unpacker)
{
    if (unpacker->at < unpacker->n_packed || unpacker->at_end)
        return true;
    const ssize_t got = hread(unpacker->from, unpacker->packed, PACKED_BYTES);
    unpacker->at = 0;
    unpacker->n_packed = got > 0 ? (size_t)got : 0;
    unpacker->at_end = got == 0;
    return got >= 0;
}

/* Both do a step: they take packed bytes, give up to *n text bytes and tell in *n how many. False: *fault is set. */
static bool step_bzip2(rp_unpacker *unpacker, char *to, size_t *n, const char **fault)
{
    bz_stream *stream = &unpacker->bzip2;
    if (!unpacker->is_open && unpacker->at == unpacker->n_packed) { /* between two streams is the end, if anywhere */
        unpacker->done = true;
        *n = 0;
        return true;
    }
    if (!unpacker->is_open) {
        *stream = (bz_stream){0};
        unpacker->is_open = BZ2_bzDecompressInit(stream, 0, 0) == BZ_OK;
    }
    if (!unpacker->is_open) {
        *fault = "out of memory: bzip2";
        return false;
    }
    const unsigned room = *n < UINT32_MAX ? (unsigned)*n : UINT32_MAX;
    const bool was_empty = unpacker->at == unpacker->n_packed;
    stream->next_in = unpacker->packed + unpacker->at;
    stream->avail_in = (unsigned)(unpacker->n_packed - unpacker->at);
    stream->next_out = to;
    stream->avail_out = room;
    const int result = BZ2_bzDecompress(stream);
    unpacker->at = unpacker->n_packed - stream->avail_in;
    *n = room - stream->avail_out;
    if (result == BZ_STREAM_END) {
        (void)BZ2_bzDecompressEnd(stream);
        unpacker->is_open = false;
        return true;
    }
    if (result == BZ_MEM_ERROR)
        *fault = "out of memory: bzip2";
    return result == BZ_OK && !(was_empty && *n == 0);
}

static bool step_xz(rp_unpacker *unpacker, char *to, size_t *n, const char **fault)
{
    lzma_stream *stream = &unpacker->xz;
    stream->next_in = (const uint8_t *)unpacker->packed + unpacker->at;
    stream->avail_in = unpacker->n_packed - unpacker->at;
    stream->next_out = (uint8_t *)to;
    stream->avail_out = *n;
    const lzma_ret result = lzma_code(stream, unpacker->at_end ? LZMA_FINISH : LZMA_RUN);
    unpacker->at = unpacker->n_packed - stream->avail_in;
    *n -= stream->avail_out;
    unpacker->done = result == LZMA_STREAM_END;
    if (result == LZMA_MEM_ERROR)
        *fault = "out of memory: xz";
    else if (result == LZMA_MEMLIMIT_ERROR)
        *fault = "over 1 GB of memory is needed to unpack it: unpack it by xz";
    else if (result == LZMA_OPTIONS_ERROR)
        *fault = "it is packed in a way that this liblzma does not know: unpack it by xz";
    return result == LZMA_OK || result == LZMA_STREAM_END;
}

ssize_t rp_unpacker_read(rp_unpacker *unpacker, char *to, size_t n, const char **fault)
{
    const bool is_xz = unpacker->packing == RP_PACKING_XZ;
    while (!unpacker->done) {
        size_t got = n;
        const bool ok = fill(unpacker) && (is_xz ? step_xz : step_bzip2)(unpacker, to, &got, fault);
        if (!ok) {
            if (*fault == NULL)
                *fault = "the file is damaged or cut off";
            return -1;
        }
        if (got > 0)
            return (ssize_t)got;
    }
    return 0;
}
