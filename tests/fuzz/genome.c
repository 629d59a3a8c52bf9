/* genome.c: sequence files. The first byte tells how they are read; the direct way and the queue must agree. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz/fuzz.h"
#include "genome/reader.h"

enum { SMALL_QUEUE_BYTES = 64, BIG_INPUT = 8 << 20 };

/* Reads as a pipe would be read: through the queue. */
static bool read_through_queue(rp_genome *genome, const uint8_t *data, size_t n, bool keep_soft_mask, rp_error *error)
{
    int ends[2];
    if (pipe(ends) != 0 || (n > 0 && write(ends[1], data, n) != (ssize_t)n)) /* n is below a pipe's capacity */
        abort();
    (void)close(ends[1]);
    char path[64];
    const char *paths[] = {rp_fuzz_path(ends[0], path)};
    const rp_reading reading = {.n_threads = 2, .queue_bytes = SMALL_QUEUE_BYTES};
    const bool ok = rp_genome_read(genome, paths, 1, keep_soft_mask, &reading, error);
    (void)close(ends[0]);
    return ok;
}

int rp_fuzz_genome(const uint8_t *data, size_t n)
{
    if (n == 0 || n > 60000)
        return 0;
    const bool keep_soft_mask = data[0] & 1, queue = (data[0] & 6) == 6; /* threads take their time to start */
    data++;
    n--;
    const int file = rp_fuzz_file(data, n);
    char path[64];
    const char *paths[] = {rp_fuzz_path(file, path)};
    rp_genome direct, queued;
    rp_error error = {""};
    const bool ok = rp_genome_read(&direct, paths, 1, keep_soft_mask, NULL, &error);
    if (!ok && error.message[0] == '\0')
        abort();
    if (queue) {
        rp_error other = {""};
        if (read_through_queue(&queued, data, n, keep_soft_mask, &other) != ok)
            abort();
        if (ok && (strcmp(direct.digest, queued.digest) != 0 || direct.acgt_bp != queued.acgt_bp))
            abort();
        if (ok)
            rp_genome_clear(&queued);
    }
    if (ok)
        rp_genome_clear(&direct);
    (void)close(file);
    return 0;
}
