/* warnings.c: see warnings.h. */
#include "run/warnings.h"

#include "index/coverage.h"
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
