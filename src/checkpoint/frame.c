/* frame.c: see frame.h. */
#include "checkpoint/frame.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/memory.h"

static const uint32_t ORDER_OF_BYTES = 0x01020304;

/* --- Writing --- */

static void pass_on(rp_encoder *to, const void *bytes, size_t n)
{
    if (n == 0) /* of no bytes zlib makes a new beginning */
        return;
    to->crc = (uint32_t)crc32_z(to->crc, bytes, n);
    rp_file_write(to->file, bytes, n);
}

static void pass_on_waiting(rp_encoder *to)
{
    pass_on(to, to->waiting, to->n_waiting);
    to->n_waiting = 0;
}

void rp_encode(rp_encoder *to, const void *bytes, size_t n)
{
    if (n > sizeof to->waiting - to->n_waiting)
        pass_on_waiting(to);
    if (n > sizeof to->waiting) {
        pass_on(to, bytes, n);
    } else if (n > 0) {
        memcpy(to->waiting + to->n_waiting, bytes, n);
        to->n_waiting += n;
    }
}

void rp_encode_u32(rp_encoder *to, uint32_t value)
{
    rp_encode(to, &value, sizeof value);
}

void rp_encode_u64(rp_encoder *to, uint64_t value)
{
    rp_encode(to, &value, sizeof value);
}

void rp_encode_text(rp_encoder *to, const char *text)
{
    assert(strlen(text) <= RP_FRAME_MAX_TEXT);
    rp_encode_u64(to, strlen(text));
    rp_encode(to, text, strlen(text));
}

rp_encoder rp_encode_begin(rp_file *file, const rp_frame_kind *kind)
{
    rp_encoder to = {.file = file, .crc = (uint32_t)crc32(0, NULL, 0)};
    rp_encode(&to, kind->magic, sizeof kind->magic);
    rp_encode_u32(&to, kind->version);
    rp_encode_u32(&to, ORDER_OF_BYTES);
    return to;
}

void rp_encode_end(rp_encoder *to)
{
    pass_on_waiting(to);
    rp_encode_u32(to, to->crc);
    pass_on_waiting(to);
}

/* --- Reading --- */

void rp_decode(rp_decoder *from, void *bytes, size_t n)
{
    if (n > from->left) {
        from->bad = true;
        memset(bytes, 0, n);
        return;
    }
    if (n > 0)
        memcpy(bytes, from->at, n);
    from->at += n;
    from->left -= n;
}

uint32_t rp_decode_u32(rp_decoder *from)
{
    uint32_t value;
    rp_decode(from, &value, sizeof value);
    return value;
}

uint64_t rp_decode_u64(rp_decoder *from)
{
    uint64_t value;
    rp_decode(from, &value, sizeof value);
    return value;
}

uint64_t rp_decode_up_to(rp_decoder *from, uint64_t most)
{
    const uint64_t value = rp_decode_u64(from);
    from->bad |= value > most;
    return from->bad ? 0 : value;
}

void *rp_decode_array(rp_decoder *from, size_t size, uint64_t *n)
{
    *n = rp_decode_up_to(from, from->left / size);
    void *items = rp_alloc((size_t)*n, size);
    if (items == NULL) {
        from->bad = from->no_memory = true;
        *n = 0;
        return NULL;
    }
    rp_decode(from, items, (size_t)*n * size);
    return items;
}

char *rp_decode_text(rp_decoder *from)
{
    const uint64_t n = rp_decode_up_to(from, RP_FRAME_MAX_TEXT);
    char *text = rp_alloc((size_t)n + 1, 1);
    if (text == NULL)
        from->bad = from->no_memory = true;
    else
        rp_decode(from, text, (size_t)n);
    return text;
}

/* Looks at what is mapped. */
static rp_checkpoint_status check(rp_frame *frame, const rp_frame_kind *kind, rp_error *error)
{
    const uint8_t *bytes = frame->map;
    uint32_t crc = 0;
    char magic[sizeof kind->magic];
    rp_decoder from = {bytes, frame->bytes, false, false};
    if (frame->bytes < sizeof magic + 3 * sizeof crc) {
        (void)rp_error_set(error, "it is cut off");
        return RP_CHECKPOINT_DAMAGED;
    }
    rp_decode(&from, magic, sizeof magic);
    const uint32_t version = rp_decode_u32(&from), order = rp_decode_u32(&from);
    if (memcmp(magic, kind->magic, sizeof magic) != 0) {
        (void)rp_error_set(error, "it is no %s", kind->name);
        return RP_CHECKPOINT_DAMAGED;
    }
    memcpy(&crc, bytes + frame->bytes - sizeof crc, sizeof crc);
    if (crc != (uint32_t)crc32_z(crc32(0, NULL, 0), bytes, frame->bytes - sizeof crc)) {
        (void)rp_error_set(error, "its checksum does not fit");
        return RP_CHECKPOINT_DAMAGED;
    }
    if (version != kind->version || order != ORDER_OF_BYTES) {
        (void)rp_error_set(error, "it is of another version of reprise-c or another kind of machine");
        return RP_CHECKPOINT_OTHER;
    }
    from.left -= sizeof crc;
    frame->content = from;
    return RP_CHECKPOINT_READ;
}

rp_checkpoint_status rp_frame_open(rp_frame *frame, const char *path, const rp_frame_kind *kind, rp_error *error)
{
    struct stat status;
    rp_checkpoint_status result = RP_CHECKPOINT_FAILED;
    *frame = (rp_frame){0};
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &status) != 0) {
        (void)rp_error_set_as(error, rp_error_kind_of(errno), "%s", strerror(errno));
    } else if (!S_ISREG(status.st_mode) || status.st_size == 0) {
        (void)rp_error_set(error, "it is empty or no file");
        result = RP_CHECKPOINT_DAMAGED;
    } else {
        frame->bytes = (size_t)status.st_size;
        frame->map = mmap(NULL, frame->bytes, PROT_READ, MAP_PRIVATE, file, 0);
        if (frame->map == MAP_FAILED)
            (void)rp_error_set_as(error, rp_error_kind_of(errno), "it cannot be mapped: %s", strerror(errno));
        else if ((result = check(frame, kind, error)) != RP_CHECKPOINT_READ)
            (void)munmap(frame->map, frame->bytes);
    }
    if (file >= 0)
        (void)close(file);
    if (result != RP_CHECKPOINT_READ)
        *frame = (rp_frame){0};
    return result;
}

void rp_frame_close(rp_frame *frame)
{
    if (frame->map != NULL)
        (void)munmap(frame->map, frame->bytes);
    *frame = (rp_frame){0};
}

rp_checkpoint_status rp_frame_judge(const rp_frame *frame, const rp_frame_kind *kind, rp_error *error)
{
    if (frame->content.no_memory) {
        (void)rp_error_memory(error, kind->name);
        return RP_CHECKPOINT_FAILED;
    }
    if (!frame->content.bad && frame->content.left == 0)
        return RP_CHECKPOINT_READ;
    (void)rp_error_set(error, "its content does not hold together");
    return RP_CHECKPOINT_DAMAGED;
}
