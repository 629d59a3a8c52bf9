/* records.c: see records.h. */
#include "index/records.h"

#include <stdlib.h>
#include <string.h>

#include "base/sort.h"

enum { COUNT_IS_LARGE = RP_RECORD_COUNT_MAX + 1 }; /* in place of the count, until records are finished */

bool rp_record_put(rp_kmer_record *records, uint64_t id, uint64_t n, rp_large_counts *large)
{
    uint8_t *count = &records[id / RP_RECORD_KMERS].count[id % RP_RECORD_KMERS];
    *count = n < COUNT_IS_LARGE ? (uint8_t)n : (uint8_t)COUNT_IS_LARGE;
    return n < COUNT_IS_LARGE || rp_large_counts_push(large, id << 32 | n);
}

/* All large counts by id, and room for the rows of their records. */
static bool gather(rp_kmer_index *index, const rp_large_counts *parts, unsigned n_parts, rp_large_counts *all,
                   rp_error *error)
{
    rp_large_counts spare = {0};
    bool ok = true;
    for (unsigned i = 0; ok && i < n_parts; i++) {
        const rp_large_counts *from = &parts[i];
        ok = rp_large_counts_reserve(all, all->n + from->n);
        if (ok && from->n > 0)
            memcpy(all->items + all->n, from->items, from->n * sizeof *from->items);
        all->n += ok ? from->n : 0;
    }
    ok = ok && rp_large_counts_reserve(&spare, all->n);
    if (ok && all->n > 0)
        rp_sort_u64(all->items, spare.items, all->n, 32, 64);
    free(spare.items);
    for (size_t i = 0; ok && i < all->n; i++)
        index->n_large +=
            i == 0 || (all->items[i] >> 32) / RP_RECORD_KMERS != (all->items[i - 1] >> 32) / RP_RECORD_KMERS;
    return (ok || rp_error_memory(error, "k-mer index")) &&
           rp_block_resize(&index->sections[RP_INDEX_LARGE], rp_index_section_bytes(index, RP_INDEX_LARGE),
                           "k-mer index", error);
}

bool rp_records_finish(rp_kmer_index *index, const rp_large_counts *parts, unsigned n_parts, rp_error *error)
{
    rp_large_counts large = {0};
    const bool ok = gather(index, parts, n_parts, &large, error);
    rp_kmer_record *records = index->sections[RP_INDEX_RECORD].data;
    uint64_t *base = index->sections[RP_INDEX_RECORD_BASE].data, at = 0;
    rp_large_record *rows = index->sections[RP_INDEX_LARGE].data;
    const uint64_t *next = large.items;
    uint32_t n_rows = 0;
    for (uint64_t r = 0; ok && r < rp_index_n_records(index->n_kmers); r++) {
        rp_kmer_record *record = &records[r];
        if (r % RP_RECORD_BLOCK == 0)
            base[r / RP_RECORD_BLOCK] = at;
        record->first = (uint32_t)(at - base[r / RP_RECORD_BLOCK]);
        rp_large_record begin = {0}; /* behind the last k-mer counts are 0 */
        bool is_large = false;
        for (unsigned i = 0; i < RP_RECORD_KMERS; i++) {
            const bool more = record->count[i] == COUNT_IS_LARGE;
            begin[i + 1] = begin[i] + (more ? (uint32_t)*next++ : record->count[i]);
            is_large |= more;
        }
        at += begin[RP_RECORD_KMERS];
        if (!is_large)
            continue;
        memcpy(rows[n_rows], begin, sizeof begin);
        memset(record->count, 0, sizeof record->count);
        memcpy(record->count + sizeof n_rows, &n_rows, sizeof n_rows);
        n_rows++;
    }
    free(large.items);
    return ok;
}
