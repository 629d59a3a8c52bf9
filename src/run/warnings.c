/* warnings.c: see warnings.h. */
#include "run/warnings.h"

#include <stdlib.h>

#include "base/memory.h"
#include "index/coverage.h"
#include "index/near_copies.h"
#include "index/sketch.h"
#include "output/names.h"

void rp_warn_of_names(const rp_log *log, const rp_genome *genome)
{
    const rp_contig *contig = rp_line_name_first_changed(genome);
    if (contig == NULL)
        return;
    const rp_line_name name = rp_line_name_of(contig->name, contig->id_length);
    rp_log_line(
        log,
        "warning: contig %.*s is %s%.*s in BED and Stockholm files, whose readers would take such lines for comments "
        "or headers",
        (int)contig->id_length, contig->name, name.head, name.rest_length, name.rest);
}

void rp_warn_of_reads(const rp_log *log, const rp_genome *genome, const rp_kmer_index *index)
{
    uint32_t depth = 0;
    if (rp_coverage_is_of_reads(index, genome, &depth))
        rp_log_line(
            log,
            "warning: %zu contigs of %llu bases on average, whose %u-mers stand about %u times: these look like "
            "reads, not like an assembly; their coverage is taken for repeats",
            genome->n_contigs, (unsigned long long)(genome->length_bp / genome->n_contigs), rp_kmer_index_k(index),
            depth);
}

bool rp_warn_of_near_copies(const rp_log *log, const rp_genome *genome, const char *const *paths, size_t n_paths,
                            unsigned n_threads, rp_error *error)
{
    static const double MOST = 0.5;
    double *shares = rp_alloc(n_paths, sizeof *shares);
    bool ok = shares != NULL || rp_error_memory(error, "comparing inputs");
    size_t first = n_paths, n = 0;
    ok = ok && (n_paths < 2 || rp_near_copies_shares(genome, n_paths, n_threads, shares, error));
    for (size_t f = 0; ok && f < n_paths; f++)
        if (shares[f] > MOST) {
            first = n == 0 ? f : first;
            n++;
        }
    if (ok && n > 0)
        rp_log_line(
            log,
            "warning: %.0f %% of the different %d-mers of %.200s stand in other input files too (so in %zu of %zu "
            "files it is over half): if these are assemblies of one species or of near ones, or haplotypes, all "
            "that they have in common is taken for repeats; find each by itself (see man reprise-c-pan)",
            100 * shares[first], RP_SKETCH_K, paths[first], n, n_paths);
    free(shares);
    return ok;
}
