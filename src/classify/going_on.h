/* going_on.h: whether the copies of a family end where its consensus does.
 *
 * The consensus ends where too few copies go on. That is the end of an element where none of them goes on with another:
 * what two of three copies share beyond it was only too rare to be taken in, as what copies of different lengths of one
 * stretch have (introns, pieces of genes and organelles, elements that are cut short). Copies that go on together at
 * both ends were duplicated with what is around them, and are one.
 */
#ifndef RP_CLASSIFY_GOING_ON_H
#define RP_CLASSIFY_GOING_ON_H

#include "copies/placed_copies.h"
#include "copies/traits.h"
#include "genome/view.h"

/* Counts in the traits, of a family with few copies, those that end at the ends of its consensus of `length` bases, and
 * those that go on there. What the view excludes is unknown. Thread-safe. */
void rp_going_on_look(const rp_view *view, const rp_placed_copies *copies, uint32_t length, rp_traits *traits);

#endif
