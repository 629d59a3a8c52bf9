/* kmer_index.c: builds the k-mer index by sorting in partitions; see kmer_index.h.
 *
 * Every k-mer is hashed by a bijection, so that buckets by the hash's top bits are
 * even. One scan counts each bucket; then consecutive buckets that fit the buffer
 * together are filled by one more scan, and sorted one by one while they are in the
 * cache. Threads share each scan by chunks of the genome that keep genome order.
 */
#include "index/kmer_index.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/parallel.h"
#include "base/sort.h"

enum { OFFSET_BLOCK = 4096, CHUNKS_A_THREAD = 4 };

struct rp_kmer_index {
    unsigned k;
    unsigned prefix_bits;     /* top bits of the hash that index `prefix` */
    uint64_t *prefix;         /* ids of each prefix begin here; 2^prefix_bits + 1 entries */
    uint32_t *rest;           /* by id: the lower bits of the hash */
    uint32_t *offset;         /* by id, relative to its block's base */
    uint64_t *offset_base;    /* one for each OFFSET_BLOCK ids */
    uint32_t n_kmers;
    uint64_t n_positions;
    uint32_t *position_low;
    uint8_t *position_high;   /* NULL for genomes below 2^32 bases */
};

static uint64_t hash_kmer(uint64_t kmer, unsigned k)
{
    const uint64_t mask = rp_kmer_mask(k);
    kmer ^= kmer >> k;
    kmer = kmer * UINT64_C(0x9e3779b97f4a7c15) & mask;
    kmer ^= kmer >> k;
    kmer = kmer * UINT64_C(0xd6e8feb86659fd93) & mask;
    return kmer ^ kmer >> k;
}

uint64_t rp_kmer_index_default_memory(uint64_t genome_bp)
{
    const uint64_t least = 64 << 20, wanted = 2 * genome_bp;
    return wanted > least ? wanted : least;
}

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

/* --- Building --- */

typedef struct scan_chunk {
    size_t contig;
    uint64_t begin, end; /* first bases of k-mers */
} scan_chunk;

typedef struct index_builder {
    const rp_genome *genome;
    const rp_bitmask *excluded;
    unsigned k, position_bits, bucket_bits;
    scan_chunk *chunks;
    size_t n_chunks;
    size_t n_slices;          /* groups of chunks, counted apart, in genome order */
    uint32_t *slice_count;    /* [slice][bucket], then where the slice writes in the bucket */
    uint64_t *bucket_begin;   /* in the buffer, for the buckets of this pass */
    uint64_t *bucket_n;
    size_t pass_begin, pass_end;
    uint64_t *buffer;
    uint64_t **spare;         /* per worker */
    uint64_t largest_bucket;
    uint32_t min_frequency;
    uint32_t *bucket_kmers;   /* k-mers kept, of each bucket */
    uint64_t *bucket_positions;
    rp_kmer_index *index;
    bool writing;             /* the second look at a pass's buckets: write instead of count */
} index_builder;

static size_t slice_chunk(const index_builder *builder, size_t slice)
{
    return builder->n_chunks * slice / builder->n_slices;
}

/* Calls for the k-mers of one slice: counts them by bucket, or scatters those of this pass. */
static bool scan_slice(void *argument, size_t slice, unsigned worker, rp_error *error)
{
    (void)worker;
    (void)error;
    const index_builder *builder = argument;
    const rp_genome *genome = builder->genome;
    const unsigned k = builder->k, bucket_shift = 2 * k - builder->bucket_bits;
    const uint64_t rest_mask = ((uint64_t)1 << bucket_shift) - 1;
    uint32_t *count = builder->slice_count + (slice << builder->bucket_bits);
    const bool scatter = builder->buffer != NULL;
    uint8_t codes[4096];
    for (size_t c = slice_chunk(builder, slice); c < slice_chunk(builder, slice + 1); c++) {
        const scan_chunk *chunk = &builder->chunks[c];
        const rp_contig *contig = &genome->contigs[chunk->contig];
        const uint64_t contig_end = contig->begin + contig->length_bp;
        const uint64_t read_end = chunk->end + k - 1 < contig_end ? chunk->end + k - 1 : contig_end;
        rp_kmer_roll roll = {0};
        for (uint64_t at = chunk->begin; at < read_end; at += sizeof codes) {
            const size_t n = read_end - at < sizeof codes ? (size_t)(read_end - at) : sizeof codes;
            rp_genome_decode(genome, at, n, codes);
            for (size_t i = 0; i < n; i++) {
                if (!rp_kmer_roll_push(&roll, codes[i], k))
                    continue;
                const uint64_t hash = hash_kmer(rp_kmer_canonical(&roll), k);
                const uint64_t bucket = hash >> bucket_shift;
                if (bucket < builder->pass_begin || bucket >= builder->pass_end)
                    continue;
                const uint64_t position = at + i + 1 - k;
                if (builder->excluded != NULL && rp_bitmask_get(builder->excluded, position))
                    continue;
                if (scatter)
                    builder->buffer[builder->bucket_begin[bucket] + count[bucket]] =
                        (hash & rest_mask) << builder->position_bits | position;
                count[bucket]++;
            }
        }
    }
    return true;
}

/* Sorts one bucket of this pass, then counts or writes what is frequent enough in it. */
static bool finish_bucket(void *argument, size_t part, unsigned worker, rp_error *error)
{
    index_builder *builder = argument;
    const size_t bucket = builder->pass_begin + part;
    const uint64_t n = builder->bucket_n[bucket];
    uint64_t *keys = builder->buffer + builder->bucket_begin[bucket];
    const unsigned rest_bits = 2 * builder->k - builder->bucket_bits;
    rp_kmer_index *index = builder->index;
    if (!builder->writing) {
        if (builder->spare[worker] == NULL)
            builder->spare[worker] = rp_alloc(builder->largest_bucket, sizeof **builder->spare);
        if (builder->spare[worker] == NULL)
            return rp_error_memory(error, "k-mer index");
        rp_sort_u64(keys, builder->spare[worker], n, builder->position_bits, builder->position_bits + rest_bits);
        builder->bucket_kmers[bucket] = 0;
        builder->bucket_positions[bucket] = 0;
    }
    uint64_t id = builder->writing ? builder->bucket_kmers[bucket] : 0;
    uint64_t at = builder->writing ? builder->bucket_positions[bucket] : 0;
    const uint64_t position_mask = ((uint64_t)1 << builder->position_bits) - 1;
    for (uint64_t i = 0, j; i < n; i = j) {
        const uint64_t rest = keys[i] >> builder->position_bits;
        for (j = i + 1; j < n && keys[j] >> builder->position_bits == rest; j++)
            ;
        if (j - i < builder->min_frequency || rp_kmer_is_periodic(rp_kmer_at(builder->genome, keys[i] & position_mask, builder->k), builder->k))
            continue;
        if (builder->writing) {
            const uint64_t hash = (uint64_t)bucket << rest_bits | rest;
            index->rest[id] = (uint32_t)hash;
            index->offset[id] = (uint32_t)at; /* made relative at the end of the pass */
            if (id % OFFSET_BLOCK == 0)
                index->offset_base[id / OFFSET_BLOCK] = at;
            for (uint64_t m = i; m < j; m++) {
                const uint64_t position = keys[m] & position_mask;
                index->position_low[at + (m - i)] = (uint32_t)position;
                if (index->position_high != NULL)
                    index->position_high[at + (m - i)] = (uint8_t)(position >> 32);
            }
        }
        id++;
        at += j - i;
    }
    if (!builder->writing) {
        builder->bucket_kmers[bucket] = (uint32_t)id;
        builder->bucket_positions[bucket] = at;
    }
    return true;
}

static bool grow_index(rp_kmer_index *index, uint64_t n_kmers, uint64_t n_positions, bool wide)
{
    uint32_t *rest = realloc(index->rest, (n_kmers + 1) * sizeof *rest);
    if (rest != NULL)
        index->rest = rest;
    uint32_t *offset = realloc(index->offset, (n_kmers + 1) * sizeof *offset);
    if (offset != NULL)
        index->offset = offset;
    uint64_t *base = realloc(index->offset_base, (n_kmers / OFFSET_BLOCK + 2) * sizeof *base);
    if (base != NULL)
        index->offset_base = base;
    uint32_t *low = realloc(index->position_low, (n_positions + 1) * sizeof *low);
    if (low != NULL)
        index->position_low = low;
    uint8_t *high = wide ? realloc(index->position_high, n_positions + 1) : NULL;
    if (high != NULL)
        index->position_high = high;
    return rest != NULL && offset != NULL && base != NULL && low != NULL && (!wide || high != NULL);
}

/* Buckets [pass_begin, pass_end): fill, sort, count, make room, write. */
static bool run_pass(index_builder *builder, unsigned n_threads, rp_error *error)
{
    rp_kmer_index *index = builder->index;
    uint64_t at = 0;
    for (size_t b = builder->pass_begin; b < builder->pass_end; b++) {
        builder->bucket_begin[b] = at;
        at += builder->bucket_n[b];
    }
    if (!rp_parallel(builder->n_slices, n_threads, scan_slice, builder, error))
        return false;
    builder->writing = false;
    const size_t n_here = builder->pass_end - builder->pass_begin;
    if (!rp_parallel(n_here, n_threads, finish_bucket, builder, error))
        return false;
    uint64_t n_kmers = index->n_kmers, n_positions = index->n_positions;
    for (size_t b = builder->pass_begin; b < builder->pass_end; b++) {
        const uint64_t kmers = builder->bucket_kmers[b], positions = builder->bucket_positions[b];
        builder->bucket_kmers[b] = (uint32_t)n_kmers;
        builder->bucket_positions[b] = n_positions;
        n_kmers += kmers;
        n_positions += positions;
    }
    if (n_kmers >= UINT32_MAX)
        return rp_error_set(error, "over 2^32 different repeated k-mers: use a larger --kmer or --min-seed-frequency");
    if (!grow_index(index, n_kmers, n_positions, builder->position_bits > 32))
        return rp_error_memory(error, "k-mer index");
    builder->writing = true;
    if (!rp_parallel(n_here, n_threads, finish_bucket, builder, error))
        return false;
    for (uint64_t id = index->n_kmers; id < n_kmers; id++)
        index->offset[id] -= (uint32_t)index->offset_base[id / OFFSET_BLOCK];
    index->n_kmers = (uint32_t)n_kmers;
    index->n_positions = n_positions;
    return true;
}

static bool make_chunks(index_builder *builder, unsigned n_threads)
{
    const rp_genome *genome = builder->genome;
    uint64_t chunk_bp = genome->length_bp / ((uint64_t)n_threads * CHUNKS_A_THREAD) + 1;
    if (chunk_bp < 65536)
        chunk_bp = 65536;
    size_t capacity = 0;
    for (size_t i = 0; i < genome->n_contigs; i++) {
        const rp_contig *contig = &genome->contigs[i];
        for (uint64_t at = 0; at + builder->k <= contig->length_bp; at += chunk_bp) {
            if (!rp_reserve((void **)&builder->chunks, &capacity, builder->n_chunks + 1, sizeof *builder->chunks))
                return false;
            const uint64_t last = contig->length_bp - builder->k + 1;
            builder->chunks[builder->n_chunks++] = (scan_chunk){
                i, contig->begin + at, contig->begin + (last - at < chunk_bp ? last : at + chunk_bp)};
        }
    }
    return true;
}

static unsigned bits_for(uint64_t value)
{
    unsigned bits = 1;
    while (bits < 64 && value >> bits != 0)
        bits++;
    return bits;
}

/* From the scans' counts by slice to where each slice writes; sums the buckets up. */
static void slices_to_offsets(index_builder *builder)
{
    const size_t n_buckets = (size_t)1 << builder->bucket_bits;
    builder->largest_bucket = 1;
    for (size_t b = 0; b < n_buckets; b++) {
        uint64_t sum = 0;
        for (size_t slice = 0; slice < builder->n_slices; slice++) {
            uint32_t *count = &builder->slice_count[(slice << builder->bucket_bits) + b];
            const uint32_t here = *count;
            *count = (uint32_t)sum;
            sum += here;
        }
        builder->bucket_n[b] = sum;
        if (sum > builder->largest_bucket)
            builder->largest_bucket = sum;
    }
}

static bool make_prefix(rp_kmer_index *index)
{
    const unsigned hash_bits = 2 * index->k;
    unsigned bits = bits_for(index->n_kmers);
    if (bits + 32 < hash_bits)
        bits = hash_bits - 32; /* what is left must fit `rest` */
    if (bits > hash_bits)
        bits = hash_bits;
    index->prefix_bits = bits;
    index->prefix = rp_alloc(((size_t)1 << bits) + 1, sizeof *index->prefix);
    return index->prefix != NULL;
}

/* bucket_kmers holds the first id of each bucket by now; ids are in hash order. */
static void fill_prefix(const index_builder *builder)
{
    rp_kmer_index *index = builder->index;
    const unsigned hash_bits = 2 * index->k, shift = hash_bits - index->prefix_bits;
    const unsigned rest_bits = hash_bits - builder->bucket_bits;
    const size_t n_buckets = (size_t)1 << builder->bucket_bits;
    uint64_t next = 0;
    for (size_t b = 0; b < n_buckets; b++) {
        const uint32_t end = b + 1 < n_buckets ? builder->bucket_kmers[b + 1] : index->n_kmers;
        for (uint32_t id = builder->bucket_kmers[b]; id < end; id++) {
            const uint64_t hash = (uint64_t)b << rest_bits | (index->rest[id] & (((uint64_t)1 << rest_bits) - 1));
            while (next <= hash >> shift)
                index->prefix[next++] = id;
        }
    }
    while (next <= (uint64_t)1 << index->prefix_bits)
        index->prefix[next++] = index->n_kmers;
}

static bool build(index_builder *builder, const rp_kmer_index_parameters *parameters, rp_error *error)
{
    const unsigned n_threads = parameters->n_threads;
    builder->position_bits = bits_for(builder->genome->length_bp);
    const unsigned hash_bits = 2 * builder->k;
    unsigned bucket_bits = builder->position_bits > 20 ? builder->position_bits - 14 : 6;
    if (hash_bits > 32 && bucket_bits < hash_bits - 32)
        bucket_bits = hash_bits - 32;
    if (bucket_bits + 64 < hash_bits + builder->position_bits)
        bucket_bits = hash_bits + builder->position_bits - 64;
    builder->bucket_bits = bucket_bits;
    if (!make_chunks(builder, n_threads))
        return rp_error_memory(error, "k-mer index");
    builder->n_slices = n_threads < builder->n_chunks ? n_threads : builder->n_chunks > 0 ? builder->n_chunks : 1;
    const size_t n_buckets = (size_t)1 << bucket_bits;
    builder->slice_count = rp_alloc(n_buckets * builder->n_slices, sizeof *builder->slice_count);
    builder->bucket_begin = rp_alloc(n_buckets, sizeof *builder->bucket_begin);
    builder->bucket_n = rp_alloc(n_buckets, sizeof *builder->bucket_n);
    builder->bucket_kmers = rp_alloc(n_buckets, sizeof *builder->bucket_kmers);
    builder->bucket_positions = rp_alloc(n_buckets, sizeof *builder->bucket_positions);
    builder->spare = rp_alloc(n_threads, sizeof *builder->spare);
    if (builder->slice_count == NULL || builder->bucket_begin == NULL || builder->bucket_n == NULL ||
        builder->bucket_kmers == NULL || builder->bucket_positions == NULL || builder->spare == NULL)
        return rp_error_memory(error, "k-mer index");
    builder->pass_end = n_buckets;
    if (!rp_parallel(builder->n_slices, n_threads, scan_slice, builder, error))
        return false;
    slices_to_offsets(builder);
    uint64_t room = parameters->memory_bytes / sizeof *builder->buffer;
    if (room < builder->largest_bucket)
        room = builder->largest_bucket;
    uint64_t total = 0;
    for (size_t b = 0; b < n_buckets; b++)
        total += builder->bucket_n[b];
    if (room > total)
        room = total;
    builder->buffer = malloc((room + 1) * sizeof *builder->buffer);
    if (builder->buffer == NULL)
        return rp_error_memory(error, "k-mer index");
    for (size_t begin = 0, end; begin < n_buckets; begin = end) {
        uint64_t here = 0;
        for (end = begin; end < n_buckets && here + builder->bucket_n[end] <= room; end++)
            here += builder->bucket_n[end];
        builder->pass_begin = begin;
        builder->pass_end = end;
        if (!run_pass(builder, n_threads, error))
            return false;
    }
    rp_kmer_index *index = builder->index;
    if (!grow_index(index, index->n_kmers, index->n_positions, builder->position_bits > 32) || !make_prefix(index))
        return rp_error_memory(error, "k-mer index");
    if (index->n_kmers % OFFSET_BLOCK == 0)
        index->offset_base[index->n_kmers / OFFSET_BLOCK] = index->n_positions;
    index->offset[index->n_kmers] = (uint32_t)(index->n_positions - index->offset_base[index->n_kmers / OFFSET_BLOCK]);
    fill_prefix(builder);
    return true;
}

rp_kmer_index *rp_kmer_index_create(const rp_genome *genome, const rp_bitmask *excluded,
                                    const rp_kmer_index_parameters *parameters, rp_error *error)
{
    index_builder builder = {.genome = genome, .excluded = excluded, .k = parameters->k,
                             .min_frequency = parameters->min_frequency};
    builder.index = rp_alloc(1, sizeof *builder.index);
    bool ok = builder.index != NULL;
    if (ok) {
        builder.index->k = parameters->k;
        ok = build(&builder, parameters, error);
    } else {
        (void)rp_error_memory(error, "k-mer index");
    }
    free(builder.chunks);
    free(builder.slice_count);
    free(builder.bucket_begin);
    free(builder.bucket_n);
    free(builder.bucket_kmers);
    free(builder.bucket_positions);
    free(builder.buffer);
    for (unsigned i = 0; builder.spare != NULL && i < parameters->n_threads; i++)
        free(builder.spare[i]);
    free(builder.spare);
    if (!ok) {
        rp_kmer_index_destroy(builder.index);
        return NULL;
    }
    return builder.index;
}

void rp_kmer_index_destroy(rp_kmer_index *index)
{
    if (index == NULL)
        return;
    free(index->prefix);
    free(index->rest);
    free(index->offset);
    free(index->offset_base);
    free(index->position_low);
    free(index->position_high);
    free(index);
}

/* --- Looking up --- */

unsigned rp_kmer_index_k(const rp_kmer_index *index)
{
    return index->k;
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
    const size_t wide = index->position_high != NULL;
    return (((size_t)1 << index->prefix_bits) + 1) * sizeof *index->prefix +
           index->n_kmers * (sizeof *index->rest + sizeof *index->offset) +
           index->n_positions * (sizeof *index->position_low + wide);
}

static uint64_t offset_of(const rp_kmer_index *index, uint64_t id)
{
    return index->offset_base[id / OFFSET_BLOCK] + index->offset[id];
}

rp_occurrences rp_kmer_index_get(const rp_kmer_index *index, uint32_t id)
{
    const uint64_t first = offset_of(index, id);
    return (rp_occurrences){first, (uint32_t)(offset_of(index, (uint64_t)id + 1) - first), id};
}

rp_occurrences rp_kmer_index_find(const rp_kmer_index *index, uint64_t canonical)
{
    const uint64_t hash = hash_kmer(canonical, index->k);
    const uint64_t prefix = hash >> (2 * index->k - index->prefix_bits);
    const uint32_t rest = (uint32_t)hash;
    const uint64_t end = index->prefix[prefix + 1];
    for (uint64_t id = index->prefix[prefix]; id < end; id++)
        if (index->rest[id] == rest)
            return rp_kmer_index_get(index, (uint32_t)id);
    return (rp_occurrences){0, 0, 0};
}

uint64_t rp_kmer_index_position(const rp_kmer_index *index, uint64_t number)
{
    const uint64_t low = index->position_low[number];
    return index->position_high == NULL ? low : low | (uint64_t)index->position_high[number] << 32;
}
