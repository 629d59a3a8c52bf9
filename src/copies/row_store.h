/* row_store.h: alignments as they were traced, for whoever reads their rows.
 *
 * To trace an alignment is to work it out once more; what that gives are a few steps from gap to gap. They are kept
 * packed, a byte or two each, so that each alignment that holds copies is traced once, by rp_annotation_place
 * (annotate.h), and all who want rows make them of the steps (part_rows.h, row_reader.h). Where the budget has no room
 * for the store it is spilled.
 */
#ifndef RP_COPIES_ROW_STORE_H
#define RP_COPIES_ROW_STORE_H

#include <stdint.h>

#include "align/extend.h"
#include "base/codes.h"
#include "base/error.h"

typedef struct rp_row_store rp_row_store;

/* NULL: out of memory. */
rp_row_store *rp_row_store_create(void) RP_MUST_CHECK;
void rp_row_store_destroy(rp_row_store *store); /* NULL is legal */

/* Appends the steps of one alignment, left and right of its anchor (rp_align_trace), to bytes that a store is to take.
 * False: out of memory. */
bool rp_steps_pack(const rp_steps steps[2], rp_codes *packed) RP_MUST_CHECK;

/* Takes n bytes of packed steps. *first: the path of those that the bytes begin with, never 0; that of others is as
 * much more as they stand behind. Others may add at the same time, but nobody read. */
bool rp_row_store_add(rp_row_store *store, const uint8_t *packed, size_t n, uint64_t *first,
                      rp_error *error) RP_MUST_CHECK;

/* The steps at a path. The arrays are reused. Thread-safe beside others that read. False: out of memory. */
bool rp_row_store_read(const rp_row_store *store, uint64_t path, rp_steps steps[2]) RP_MUST_CHECK;

#endif
