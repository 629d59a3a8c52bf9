/* row_reader.h: the aligned rows of many parts, traced one after the other, many at once. */
#ifndef RP_COPIES_ROW_READER_H
#define RP_COPIES_ROW_READER_H

#include "copies/findings.h"
#include "copies/part_rows.h"

typedef struct rp_row_reader rp_row_reader;

/* Called for each part in turn. False ends the reading. */
typedef bool rp_row_function(void *context, const rp_part *part, const rp_row *row);

/* For one thread. NULL: out of memory. */
rp_row_reader *rp_row_reader_create(const rp_findings *findings) RP_MUST_CHECK;
void rp_row_reader_destroy(rp_row_reader *reader);

/* Calls `function` for n parts, given by their indices in findings->parts (NULL: the first n
 * parts), in that order. False: out of memory, or the function said so. */
bool rp_row_reader_run(rp_row_reader *reader, const size_t *parts, size_t n, rp_row_function *function,
                       void *context) RP_MUST_CHECK;

#endif
