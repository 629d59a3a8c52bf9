/* pairs.c: see pairs.h. */
#include "discover/pairs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <htslib/kstring.h>

#include "base/memory.h"
#include "index/kmer.h"
#include "produce/prescreen.h"

enum { COPY_BYTES = 1 << 16 };

static const char HEADER[] = "pass\trank\tkmer\tfrequency\ttier\tprescreen\t"
                             "position_1\tcontig_1\tstart_1\tlength_1\tstrand_1\t"
                             "position_2\tcontig_2\tstart_2\tlength_2\tstrand_2\n";

struct rp_pairs {
    rp_file *to;
    char *path;               /* of the rows beside; NULL: they go to the table at once */
    FILE *beside;
    int failure;              /* of writing there, an errno; 0: none */
    kstring_t rows;           /* of one seed; scratch */
    kstring_t places;         /* the columns of each of its places, */
    size_t place_begin[RP_BATCH_PLACES + 1]; /* and where they begin */
};

/* Goes behind the first n rows, and cuts off what follows them. */
static bool go_behind(rp_pairs *pairs, uint64_t n, rp_error *error)
{
    char bytes[COPY_BYTES];
    uint64_t rows = 0;
    off_t end = 0;
    for (size_t got; rows < n && (got = fread(bytes, 1, sizeof bytes, pairs->beside)) > 0;)
        for (size_t i = 0; i < got && rows < n; i++, end++)
            rows += bytes[i] == '\n';
    if (rows < n)
        return rp_error_set(error,
                            "%s: the checkpoint is of a run that has looked at %" PRIu64
                            " candidate pairs, and %" PRIu64
                            " of them are written here; leave --pairs out, or --restart "
                            "begins anew",
                            pairs->path, n, rows);
    return (fseeko(pairs->beside, end, SEEK_SET) == 0 && ftruncate(fileno(pairs->beside), end) == 0) ||
           rp_error_set(error, "%s: cannot be cut: %s", pairs->path, strerror(errno));
}

rp_pairs *rp_pairs_open(rp_file *to, const char *beside, uint64_t n_before, rp_error *error)
{
    rp_pairs *pairs = rp_alloc(1, sizeof *pairs);
    bool ok = pairs != NULL || rp_error_memory(error, "candidate pairs");
    if (ok) {
        pairs->to = to;
        rp_file_write(to, HEADER, sizeof HEADER - 1);
    }
    if (ok && beside != NULL) {
        pairs->path = strdup(beside);
        ok = pairs->path != NULL || rp_error_memory(error, "candidate pairs");
        pairs->beside = !ok ? NULL : fopen(beside, n_before > 0 ? "r+e" : "w+e");
        if (ok && pairs->beside == NULL && n_before > 0 && errno == ENOENT)
            ok = rp_error_set(error,
                              "%s: is not there: the checkpoint is of a run without --pairs; leave it out, or "
                              "--restart begins anew",
                              beside);
        else if (ok && pairs->beside == NULL)
            ok = rp_error_set(error, "%s: %s", beside, strerror(errno));
        ok = ok && go_behind(pairs, n_before, error);
    }
    if (ok)
        return pairs;
    rp_pairs_close(pairs);
    return NULL;
}

/* The columns of one place: the region that the prescreen looks at, as far as the contig goes. */
static bool put_place(kstring_t *to, const rp_genome *genome, unsigned k, rp_place place)
{
    const rp_contig *contig = &genome->contigs[rp_genome_contig_of(genome, place.position)];
    const uint64_t at = place.position, first = contig->begin, last = first + contig->length_bp;
    const uint64_t begin = at - first < RP_PRESCREEN_FLANK_BP ? first : at - RP_PRESCREEN_FLANK_BP;
    const uint64_t end = last - at < k + RP_PRESCREEN_FLANK_BP ? last : at + k + RP_PRESCREEN_FLANK_BP;
    return ksprintf(to, "\t%" PRIu64 "\t", begin) >= 0 && kputsn(contig->name, contig->id_length, to) >= 0 &&
           ksprintf(to, "\t%" PRIu64 "\t%" PRIu64 "\t%c", begin - first, end - begin, place.reverse ? '-' : '+') >= 0;
}

static bool put_places(rp_pairs *pairs, const rp_genome *genome, const rp_pairs_seed *seed)
{
    pairs->places.l = 0;
    bool ok = true;
    for (uint32_t i = 0; ok && i < seed->batch->head.n_places; i++) {
        pairs->place_begin[i] = pairs->places.l;
        ok = put_place(&pairs->places, genome, seed->k, seed->batch->places[i]);
    }
    pairs->place_begin[seed->batch->head.n_places] = pairs->places.l;
    return ok;
}

static bool put_rows(rp_pairs *pairs, const rp_pairs_seed *seed)
{
    const rp_batch *batch = seed->batch;
    const char *places = pairs->places.s;
    const size_t *begin = pairs->place_begin;
    char letters[RP_KMER_MAX + 1] = "", of_seed[RP_KMER_MAX + 128];
    for (unsigned i = 0; i < seed->k; i++)
        letters[i] = "ACGT"[batch->kmer >> 2 * (seed->k - 1 - i) & 3];
    const int n = snprintf(of_seed, sizeof of_seed, "%u\t%" PRIu64 "\t%s\t%u\t%u\t%s", seed->pass, seed->rank, letters,
                           batch->head.frequency, batch->head.floor, seed->is_grown ? "passed" : "rejected");
    bool ok = true;
    pairs->rows.l = 0;
    for (uint32_t i = 0; ok && i < batch->head.n_places; i++)
        for (uint32_t j = i + 1; ok && j < batch->head.n_places; j++)
            ok = kputsn(of_seed, (size_t)n, &pairs->rows) >= 0 &&
                 kputsn(places + begin[i], begin[i + 1] - begin[i], &pairs->rows) >= 0 &&
                 kputsn(places + begin[j], begin[j + 1] - begin[j], &pairs->rows) >= 0 &&
                 kputc('\n', &pairs->rows) >= 0;
    return ok;
}

static bool tell_failure(const rp_pairs *pairs, rp_error *error)
{
    return pairs->failure == 0 || rp_error_set_as(error, rp_error_kind_of(pairs->failure), "%s: cannot be written: %s",
                                                  pairs->path, strerror(pairs->failure));
}

bool rp_pairs_add(rp_pairs *pairs, const rp_genome *genome, const rp_pairs_seed *seed, rp_error *error)
{
    if (!put_places(pairs, genome, seed) || !put_rows(pairs, seed))
        return rp_error_memory(error, "candidate pairs");
    if (pairs->beside == NULL)
        rp_file_write(pairs->to, pairs->rows.s, pairs->rows.l);
    else if (fwrite(pairs->rows.s, 1, pairs->rows.l, pairs->beside) != pairs->rows.l && pairs->failure == 0)
        pairs->failure = errno;
    return tell_failure(pairs, error);
}

void rp_pairs_sync(rp_pairs *pairs)
{
    if (pairs == NULL || pairs->beside == NULL || pairs->failure != 0)
        return;
    if (fflush(pairs->beside) != 0 || fdatasync(fileno(pairs->beside)) != 0)
        pairs->failure = errno;
}

bool rp_pairs_finish(rp_pairs *pairs, rp_error *error)
{
    char bytes[COPY_BYTES];
    if (pairs->beside == NULL)
        return true;
    rp_pairs_sync(pairs);
    if (!tell_failure(pairs, error))
        return false;
    rewind(pairs->beside);
    for (size_t got; (got = fread(bytes, 1, sizeof bytes, pairs->beside)) > 0;)
        rp_file_write(pairs->to, bytes, got);
    return ferror(pairs->beside) == 0 || rp_error_set(error, "%s: cannot be read: %s", pairs->path, strerror(errno));
}

void rp_pairs_close(rp_pairs *pairs)
{
    if (pairs == NULL)
        return;
    if (pairs->beside != NULL)
        (void)fclose(pairs->beside); /* what matters is synced by then */
    free(pairs->path);
    ks_free(&pairs->rows);
    ks_free(&pairs->places);
    free(pairs);
}
