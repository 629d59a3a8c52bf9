/* links.h: which parts are of one copy. */
#ifndef RP_COPIES_LINKS_H
#define RP_COPIES_LINKS_H

#include "copies/part_rows.h"

/* Puts parts into genome order. False: error filled in. */
bool rp_parts_sort(rp_parts *parts, unsigned n_threads, rp_error *error) RP_MUST_CHECK;

/* Numbers the copies in genome order, in which the parts are: two parts of one family are of one insertion where the
 * one goes on in the consensus where the other ends, and other copies explain what is between them. */
void rp_parts_link(const rp_genome *genome, rp_parts *parts);

#endif
