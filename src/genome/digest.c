/* digest.c: see digest.h. */
#include "genome/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <htslib/hts.h>

#include "base/memory.h"
#include "base/parallel.h"

enum { DIGEST_BP = 1 << 24 }; /* bases whose MD5 is one of the parts of the digest */

typedef struct digest_parts {
    const rp_genome *genome;
    unsigned char (*md5)[16];
} digest_parts;

static bool digest_part(void *argument, size_t part, unsigned worker, rp_error *error)
{
    (void)worker;
    const digest_parts *parts = argument;
    const rp_genome *genome = parts->genome;
    const uint64_t begin = (uint64_t)part * DIGEST_BP, left = genome->length_bp - begin,
                   n = left < DIGEST_BP ? left : DIGEST_BP;
    hts_md5_context *md5 = hts_md5_init();
    if (md5 == NULL)
        return rp_error_memory(error, "digest");
    hts_md5_update(md5, genome->packed + begin / 32, (unsigned long)((n + 31) / 32 * 8));
    hts_md5_update(md5, (const uint64_t *)genome->not_acgt.words + begin / 64, (unsigned long)((n + 63) / 64 * 8));
    hts_md5_final(parts->md5[part], md5);
    hts_md5_destroy(md5);
    return true;
}

bool rp_digest_make(rp_genome *genome, unsigned n_threads, rp_error *error)
{
    const size_t n = (size_t)((genome->length_bp + DIGEST_BP - 1) / DIGEST_BP);
    digest_parts parts = {genome, rp_alloc(n, sizeof *parts.md5)};
    hts_md5_context *md5 = hts_md5_init();
    bool ok = (parts.md5 != NULL && md5 != NULL) || rp_error_memory(error, "digest");
    ok = ok && rp_parallel(n, n_threads, digest_part, &parts, error);
    for (size_t c = 0; ok && c < genome->n_contigs; c++) {
        char length[32];
        (void)snprintf(length, sizeof length, "\t%llu\n", (unsigned long long)genome->contigs[c].length_bp);
        hts_md5_update(md5, genome->contigs[c].name, (unsigned long)strlen(genome->contigs[c].name));
        hts_md5_update(md5, length, (unsigned long)strlen(length));
    }
    if (ok) {
        unsigned char all[16];
        hts_md5_update(md5, parts.md5, (unsigned long)(n * sizeof *parts.md5));
        hts_md5_final(all, md5);
        hts_md5_hex(genome->digest, all);
    }
    if (md5 != NULL)
        hts_md5_destroy(md5);
    free(parts.md5);
    return ok;
}

bool rp_digest_make_mask(rp_genome *genome, rp_error *error)
{
    hts_md5_context *md5 = hts_md5_init();
    if (md5 == NULL)
        return rp_error_memory(error, "digest");
    unsigned char all[16];
    const uint64_t n_words = (genome->length_bp + 63) / 64;
    hts_md5_update(md5, (const uint64_t *)genome->soft_masked.words, (unsigned long)(n_words * 8));
    hts_md5_final(all, md5);
    hts_md5_hex(genome->mask_digest, all);
    hts_md5_destroy(md5);
    return true;
}
