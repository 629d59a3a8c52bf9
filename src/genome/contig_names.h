/* contig_names.h: the names (first words) of contigs that have been seen, so that none stands twice. */
#ifndef RP_GENOME_CONTIG_NAMES_H
#define RP_GENOME_CONTIG_NAMES_H

#include "genome/genome.h"

typedef struct rp_contig_names rp_contig_names;

typedef enum rp_contig_name_status {
    RP_CONTIG_NAME_NEW,
    RP_CONTIG_NAME_TWICE,
    RP_CONTIG_NAME_NO_MEMORY
} rp_contig_name_status;

rp_contig_names *rp_contig_names_create(void) RP_MUST_CHECK; /* NULL: out of memory */
void rp_contig_names_destroy(rp_contig_names *names);         /* NULL is legal */

rp_contig_name_status rp_contig_names_add(rp_contig_names *names, const rp_contig *contig) RP_MUST_CHECK;

#endif
