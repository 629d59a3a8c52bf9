/* kmer_index.c: looks k-mers up; see kmer_index.h. */
#include "index/kmer_index.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "index/layout.h"

unsigned rp_kmer_index_default_k(uint64_t length_bp)
{
    unsigned log4 = 0;
    while (log4 < 20 && (uint64_t)1 << 2 * log4 < length_bp)
        log4++;
    const unsigned k = log4 + 2;
    return k < 12 ? 12 : k > RP_KMER_MAX ? RP_KMER_MAX : k;
}

uint64_t rp_kmer_at(const rp_genome *genome, uint64_t position, unsigned k)
{
    /* The packed genome has the first base in the lowest bits, a k-mer in the highest. */
    uint64_t window = rp_genome_window(genome, position);
    window = ~rp_kmer_reverse_complement(window, 32);
    return window >> (64 - 2 * k);
}

void rp_index_point(rp_kmer_index *index, void *const sections[RP_N_INDEX_SECTIONS])
{
    index->prefix = sections[RP_INDEX_PREFIX];
    index->rest16 = index->wide_rest ? NULL : sections[RP_INDEX_REST];
    index->rest32 = index->wide_rest ? sections[RP_INDEX_REST] : NULL;
    index->record = sections[RP_INDEX_RECORD];
    index->record_base = sections[RP_INDEX_RECORD_BASE];
    index->large = sections[RP_INDEX_LARGE];
    index->place = sections[RP_INDEX_PLACE];
}

unsigned rp_index_place_bits(uint64_t genome_bp)
{
    unsigned bits = 1;
    while (bits < 64 && genome_bp >> bits != 0)
        bits++;
    return bits + 1;
}

uint64_t rp_index_section_bytes(const rp_kmer_index *index, rp_index_section section)
{
    switch (section) {
    case RP_INDEX_PREFIX: return (((uint64_t)1 << index->prefix_bits) + 1) * sizeof *index->prefix;
    case RP_INDEX_REST:
        return (uint64_t)index->n_kmers * (index->wide_rest ? sizeof *index->rest32 : sizeof *index->rest16);
    case RP_INDEX_RECORD: return rp_index_n_records(index->n_kmers) * sizeof *index->record;
    case RP_INDEX_RECORD_BASE:
        return (rp_index_n_records(index->n_kmers) / RP_RECORD_BLOCK + 1) * sizeof *index->record_base;
    case RP_INDEX_LARGE: return (uint64_t)index->n_large * sizeof *index->large;
    case RP_INDEX_PLACE: /* a place is read with the word behind it */
        return (index->n_positions * index->place_bits / 64 + 2) * sizeof *index->place;
    case RP_N_INDEX_SECTIONS: break;
    }
    return 0;
}

void rp_kmer_index_destroy(rp_kmer_index *index)
{
    if (index == NULL)
        return;
    for (int i = 0; i < RP_N_INDEX_SECTIONS; i++)
        rp_block_free(&index->sections[i]);
    if (index->map != NULL)
        (void)munmap(index->map, index->map_bytes);
    free(index);
}

bool rp_kmer_index_spill(rp_kmer_index *index, rp_error *error)
{
    if (index->map != NULL)
        return true;
    bool ok = true;
    void *sections[RP_N_INDEX_SECTIONS];
    for (int i = 0; i < RP_N_INDEX_SECTIONS; i++) {
        ok = ok && rp_block_spill(&index->sections[i], "k-mer index", error);
        sections[i] = index->sections[i].data;
    }
    rp_index_point(index, sections); /* those that were moved before a failure too */
    return ok;
}

unsigned rp_kmer_index_k(const rp_kmer_index *index)
{
    return index->k;
}

uint32_t rp_kmer_index_min_frequency(const rp_kmer_index *index)
{
    return index->min_frequency;
}

uint32_t rp_kmer_index_n_kmers(const rp_kmer_index *index)
{
    return index->n_kmers;
}

uint64_t rp_kmer_index_n_positions(const rp_kmer_index *index)
{
    return index->n_positions;
}

size_t rp_kmer_index_bytes(const rp_kmer_index *index)
{
    uint64_t sum = 0;
    for (int i = 0; i < RP_N_INDEX_SECTIONS; i++)
        sum += rp_index_section_bytes(index, (rp_index_section)i);
    return (size_t)sum;
}

/* Of each two neighbours of eight counts, the sum, in 16 bits. */
static inline uint64_t sum_pairs(uint64_t counts)
{
    const uint64_t even = UINT64_C(0x00ff00ff00ff00ff);
    return (counts & even) + (counts >> 8 & even);
}

static inline uint64_t eight_of(const uint8_t *bytes)
{
    uint64_t eight;
    memcpy(&eight, bytes, sizeof eight);
    return eight;
}

/* The sum of the first n counts, n < RP_RECORD_KMERS, eight at a time; in which order a word has its bytes makes no
 * difference. */
static inline uint32_t sum_counts(const rp_kmer_record *record, unsigned n)
{
    enum { EIGHT = 8, LAST_FOUR = RP_RECORD_KMERS - 4 };
    static const uint8_t wanted[2 * RP_RECORD_KMERS] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
                                                        255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
                                                        255, 255, 255, 255, 255, 255, 255, 255}; /* and as many zeros */
    const uint8_t *mask = wanted + RP_RECORD_KMERS - n, *count = record->count;
    uint32_t four, mask_of_four;
    memcpy(&four, count + LAST_FOUR, sizeof four);
    memcpy(&mask_of_four, mask + LAST_FOUR, sizeof mask_of_four);
    const uint64_t sums =
        sum_pairs(eight_of(count) & eight_of(mask)) + sum_pairs(eight_of(count + EIGHT) & eight_of(mask + EIGHT)) +
        sum_pairs(eight_of(count + 2 * EIGHT) & eight_of(mask + 2 * EIGHT)) + sum_pairs(four & mask_of_four);
    return (uint32_t)(sums * UINT64_C(0x0001000100010001) >> 48);
}

rp_occurrences rp_kmer_index_get(const rp_kmer_index *index, uint32_t id)
{
    const uint32_t number = id / RP_RECORD_KMERS, rank = id % RP_RECORD_KMERS;
    const rp_kmer_record *record = &index->record[number];
    const uint64_t first = index->record_base[number / RP_RECORD_BLOCK] + record->first;
    if (rp_kmer_record_is_large(record)) {
        const uint32_t *begin = &index->large[rp_kmer_record_row(record)][rank];
        return (rp_occurrences){first + begin[0], begin[1] - begin[0], id};
    }
    return (rp_occurrences){first + sum_counts(record, rank), record->count[rank], id};
}

uint32_t rp_kmer_index_count(const rp_kmer_index *index, uint32_t id)
{
    const rp_kmer_record *record = &index->record[id / RP_RECORD_KMERS];
    return rp_kmer_record_is_large(record) ? rp_kmer_index_get(index, id).count : record->count[id % RP_RECORD_KMERS];
}

/* Where the ids that a hash may have begin, and behind it, where they end. */
static const uint32_t *ids_of(const rp_kmer_index *index, uint64_t hash)
{
    return &index->prefix[hash >> (2 * index->k - index->prefix_bits)];
}

/* The id of a hash among [id, end); end: it has none. */
static uint32_t find_id(const rp_kmer_index *index, uint64_t hash, uint32_t id, uint32_t end)
{
    if (index->rest16 != NULL)
        while (id < end && index->rest16[id] != (uint16_t)hash)
            id++;
    else
        while (id < end && index->rest32[id] != (uint32_t)hash)
            id++;
    return id;
}

rp_occurrences rp_kmer_index_find(const rp_kmer_index *index, uint64_t canonical)
{
    const uint64_t hash = rp_index_hash(canonical, index->k);
    const uint32_t *ids = ids_of(index, hash), end = ids[1], id = find_id(index, hash, ids[0], end);
    return id < end ? rp_kmer_index_get(index, id) : (rp_occurrences){0, 0, 0};
}

void rp_kmer_index_find_all(const rp_kmer_index *index, const uint64_t *canonical, size_t n, rp_occurrences *found)
{
    uint64_t hash[RP_KMERS_AT_ONCE];
    uint32_t id[RP_KMERS_AT_ONCE], end[RP_KMERS_AT_ONCE];
    for (size_t i = 0; i < n; i++) {
        hash[i] = rp_index_hash(canonical[i], index->k);
        __builtin_prefetch(ids_of(index, hash[i]));
    }
    for (size_t i = 0; i < n; i++) {
        const uint32_t *ids = ids_of(index, hash[i]);
        id[i] = ids[0];
        end[i] = ids[1];
        __builtin_prefetch(index->rest16 != NULL ? (const void *)&index->rest16[id[i]]
                                                 : (const void *)&index->rest32[id[i]]);
    }
    for (size_t i = 0; i < n; i++) {
        id[i] = find_id(index, hash[i], id[i], end[i]);
        __builtin_prefetch(&index->record[id[i] / RP_RECORD_KMERS]);
    }
    const rp_kmer_places places = rp_kmer_index_places(index);
    for (size_t i = 0; i < n; i++) {
        found[i] = id[i] < end[i] ? rp_kmer_index_get(index, id[i]) : (rp_occurrences){0, 0, 0};
        if (found[i].count > 0)
            rp_kmer_place_prefetch(&places, found[i].first);
    }
}

rp_kmer_places rp_kmer_index_places(const rp_kmer_index *index)
{
    return (rp_kmer_places){index->place, index->place_bits};
}

uint64_t rp_kmer_index_position(const rp_kmer_index *index, uint64_t number)
{
    const rp_kmer_places places = rp_kmer_index_places(index);
    return rp_kmer_place(&places, number).position;
}

bool rp_kmer_index_is_reverse(const rp_kmer_index *index, uint64_t number)
{
    const rp_kmer_places places = rp_kmer_index_places(index);
    return rp_kmer_place(&places, number).reverse;
}

uint64_t rp_kmer_index_kmer(const rp_kmer_index *index, const rp_genome *genome, uint32_t id)
{
    const uint64_t number = rp_kmer_index_get(index, id).first;
    const uint64_t kmer = rp_kmer_at(genome, rp_kmer_index_position(index, number), index->k);
    return rp_kmer_index_is_reverse(index, number) ? rp_kmer_reverse_complement(kmer, index->k) : kmer;
}
