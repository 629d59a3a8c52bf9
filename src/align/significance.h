/* significance.h: what a score is worth where bases match by chance more often than one in four times.
 *
 * The scores +2 and -2 are log-odds of copies that are 72 % alike against sequence in which two bases
 * match with a chance of 28 %, as they do in most genomes. In AT-rich sequence a match says less and
 * chance alignments go on for long. So the score of an alignment is weighed anew: its matches and
 * mismatches get the log-odds that they have at the chance of a match of the two stretches' own
 * composition (composition-based statistics, Schaeffer et al. 2001).
 */
#ifndef RP_ALIGN_SIGNIFICANCE_H
#define RP_ALIGN_SIGNIFICANCE_H

#include <stdint.h>

#include "genome/base_counts.h"

/* The score that would be as surprising at a chance of 28 % as `score` is in an alignment of so many
 * pairs of bases between stretches of these counts. Never above score. In whole numbers: the same everywhere. */
int32_t rp_significant_score(int32_t score, uint32_t pairs, const rp_base_counts *a, const rp_base_counts *b);

/* What an alignment may score by a pair of bases and be worth nothing, in 1,024ths: 0 up to a chance of 28 %. */
enum { RP_CHANCE_GAIN_UNIT = 1024 };
uint32_t rp_chance_gain(const rp_base_counts *a, const rp_base_counts *b);

enum { RP_RECURRENCE_UNIT = 1024 };

/* Of RP_RECURRENCE_UNIT places in sequence of this composition, those whose word stands by chance at one of the
 * `reach` places before too; rather too many. */
uint32_t rp_chance_recurrence(const rp_base_counts *counts, unsigned word_bases, uint32_t reach);

#endif
