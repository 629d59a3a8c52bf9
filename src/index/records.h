/* records.h: makes the records of a k-mer index, which say how often each k-mer stands; for its builder.
 *
 * First each k-mer puts its count where it belongs; when all have, the occurrences are numbered.
 */
#ifndef RP_INDEX_RECORDS_H
#define RP_INDEX_RECORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/memory.h"
#include "index/layout.h"

RP_ARRAY(rp_large_counts, uint64_t); /* of k-mers that have more than a record counts: id << 32 | count */

/* Notes the count n > 0 of a k-mer, in `large` too where the record has no room for it. Several threads may, of
 * k-mers of their own, with a `large` each. False: out of memory. */
bool rp_record_put(rp_kmer_record *records, uint64_t id, uint64_t n, rp_large_counts *large) RP_MUST_CHECK;

/* Numbers the occurrences of index->n_kmers k-mers that have all been put: fills in the sections of bases and of large
 * records, and n_large. The parts of what is large are in any order. */
bool rp_records_finish(rp_kmer_index *index, const rp_large_counts *parts, unsigned n_parts,
                       rp_error *error) RP_MUST_CHECK;

#endif
