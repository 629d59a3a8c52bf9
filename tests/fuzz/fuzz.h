/* fuzz.h: the readers as fuzz targets. Each takes any bytes; it returns 0 and must neither crash nor hang.
 *
 * `make fuzz` builds each with libFuzzer; the unit suites run all over the kept corpora (tests/fuzz/corpus).
 */
#ifndef RP_TESTS_FUZZ_H
#define RP_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int rp_fuzz_genome(const uint8_t *data,
                   size_t n);     /* sequence files, directly and through the queue: the same outcome */
int rp_fuzz_library(const uint8_t *data, size_t n);    /* libraries of families */
int rp_fuzz_features(const uint8_t *data, size_t n);   /* BED, GFF3 and GTF */
int rp_fuzz_index(const uint8_t *data, size_t n);      /* index files */
int rp_fuzz_checkpoint(const uint8_t *data, size_t n); /* states of interrupted runs */
int rp_fuzz_scan(const uint8_t *data, size_t n);       /* scans in shares, and interrupted ones */
int rp_fuzz_report(const uint8_t *data, size_t n);     /* summary, families and BED of a run */
int rp_fuzz_options(const uint8_t *data, size_t n);    /* command lines; NUL ends an argument */

/* A file in memory with these bytes; rp_fuzz_path writes its path, which holds until the file is closed. */
int rp_fuzz_file(const void *data, size_t n);
const char *rp_fuzz_path(int file, char path[64]);

/* A copy of the bytes, of which the last four are the checksum of the others: what lies behind it is reached. To be
 * freed. */
uint8_t *rp_fuzz_sealed(const uint8_t *data, size_t n);

/* A small genome with repeats: the same at every call. */
struct rp_genome;
void rp_fuzz_small_genome(struct rp_genome *genome);

#endif
