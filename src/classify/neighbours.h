/* neighbours.h: families that stand beside each other as the parts of genes do.
 *
 * The exons of a gene family are alike, its introns are not, so that each exon comes out as a family of its own. Such
 * families follow each other in one order and orientation, at distances that differ from place to place; the pieces of
 * a transposable element follow each other at one distance. What stands directly beside exons of gene families at
 * most of its places is a part of genes too: introns, untranslated ends.
 */
#ifndef RP_CLASSIFY_NEIGHBOURS_H
#define RP_CLASSIFY_NEIGHBOURS_H

#include "copies/findings.h"

/* Sets traits.other of families that are parts of genes; those that show the structure of an element, or are something
 * else already, stay as they are. Needs the traits of all families. False: out of memory, error filled in. */
bool rp_neighbours_judge(rp_findings *findings, unsigned n_threads, rp_error *error) RP_MUST_CHECK;

#endif
