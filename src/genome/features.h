/* features.h: intervals of a genome that a user's file names: BED, GFF3 or GTF.
 *
 * The file may be packed as genome/source.h tells. Which of the formats it is, its first line with columns tells: the
 * second and third are numbers in BED, the fourth and fifth in GFF3 and GTF. Comments, empty lines, and BED's `track`
 * and `browser` lines are passed over; GFF3 ends at ##FASTA.
 */
#ifndef RP_GENOME_FEATURES_H
#define RP_GENOME_FEATURES_H

#include "base/error.h"
#include "genome/genome.h"

typedef enum rp_features {
    RP_FEATURES_ALL,     /* every line's interval */
    RP_FEATURES_CODING   /* CDS of GFF3 and GTF; the intervals of BED, of twelve columns the blocks' thick parts */
} rp_features;

/* Makes a mask of the genome with the bits of the features set, which the caller clears; an error names file, line,
 * value and contig: a contig that the genome does not have, too. "-" is standard input. Thread-safe for different
 * masks. */
bool rp_features_read(rp_bitmask *mask, const rp_genome *genome, const char *path, rp_features which,
                      rp_error *error) RP_MUST_CHECK;

#endif
