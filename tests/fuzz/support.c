/* support.c: what the targets share; see fuzz.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "base/random.h"
#include "fuzz/fuzz.h"
#include "genome/reader.h"

int rp_fuzz_file(const void *data, size_t n)
{
    const int file = memfd_create("fuzz", MFD_CLOEXEC);
    if (file < 0 || (n > 0 && write(file, data, n) != (ssize_t)n) || lseek(file, 0, SEEK_SET) != 0)
        abort();
    return file;
}

const char *rp_fuzz_path(int file, char path[64])
{
    (void)snprintf(path, 64, "/proc/self/fd/%d", file);
    return path;
}

uint8_t *rp_fuzz_sealed(const uint8_t *data, size_t n)
{
    uint8_t *bytes = malloc(n + 1);
    if (bytes == NULL)
        abort();
    if (n > 0)
        memcpy(bytes, data, n);
    if (n >= sizeof(uint32_t)) {
        const uint32_t crc = (uint32_t)crc32(crc32(0, NULL, 0), bytes, (uInt)(n - sizeof crc));
        memcpy(bytes + n - sizeof crc, &crc, sizeof crc);
    }
    return bytes;
}

void rp_fuzz_small_genome(rp_genome *genome)
{
    enum { N = 3000, ELEMENT = 300 };
    rp_random random = {7};
    char text[N + 8] = ">a\n", element[ELEMENT];
    for (int i = 0; i < ELEMENT; i++)
        element[i] = "ACGT"[rp_random_below(&random, 4)];
    for (int i = 0; i < N; i++)
        text[3 + i] = i / ELEMENT % 2 == 0 ? element[i % ELEMENT] : "ACGT"[rp_random_below(&random, 4)];
    text[3 + N] = '\n';
    const int file = rp_fuzz_file(text, 3 + N + 1);
    char path[64];
    const char *paths[] = {rp_fuzz_path(file, path)};
    rp_error error = {""};
    if (!rp_genome_read(genome, paths, 1, false, NULL, &error))
        abort();
    (void)close(file);
}
