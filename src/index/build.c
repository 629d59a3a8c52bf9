/* build.c: builds the k-mer index by sorting in partitions; see kmer_index.h.
 *
 * Every k-mer is hashed by a bijection, so that buckets by the hash's top bits are even. One scan
 * counts each bucket; then consecutive buckets that fit the buffer together are filled by one more
 * scan, sorted one by one while they are in the cache, and what is frequent enough in them is
 * appended to the index. Threads share each scan by stretches of the genome, in genome order.
 *
 * Ids have 32 bits. Where a genome has more k-mers than that the index is begun anew, with the lowest frequency that
 * leaves few enough: it follows from the genome alone, as the index does.
 */
#include <stdlib.h>
#include <string.h>

#include "base/account.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "base/parallel.h"
#include "base/sort.h"
#include "index/kmer_block.h"
#include "index/layout.h"
#include "index/place_writer.h"
#include "index/records.h"

enum {
    BUCKET_SHIFT = 14,        /* a bucket is for about 2^14 bases of genome, */
    PREFIX_SHIFT = 6,         /* a prefix for 2^6 */
    STAGED = 1024,            /* k-mers that a scan holds before it looks at their buckets */
    COUNTED_APART = 4096,     /* frequencies; higher ones are counted as this one */
    SHARE_OF_COUNTS = 16,
    SHARE_OF_SPARES = 4, /* of the budget that is left, they may have one in so many, */
    SHARE_OF_BUFFER = 3, /* and the buffer of what is free, the reserve with it: it is given back before others come */
    ROOM_AT_FIRST = 2, /* times the room beside the whole index, while nothing is there of it */
    SLICES_A_THREAD = 8,
    SLICE_BP = 1 << 18 /* more stretches than threads, so that none waits long for another */
};

#define KEY_BYTES sizeof(uint64_t)

typedef struct index_builder {
    const rp_genome *genome;
    const rp_bitmask *excluded, *also_excluded;
    unsigned k, place_bits, bucket_bits;
    size_t n_slices; /* stretches of the genome, counted apart */
    uint32_t *slice_count; /* [slice][bucket], then where the slice writes in the bucket */
    uint64_t *bucket_begin; /* in the buffer, for the buckets of this pass */
    uint64_t *bucket_n;
    size_t pass_begin, pass_end;
    uint64_t room; /* of the buffer beside the whole index, in keys */
    uint64_t *keys; /* the buffer: the rest of the hash, the position, whether it is reverse */
    rp_lease buffer; /* of it */
    uint64_t **spare; /* per worker */
    unsigned n_sorters; /* workers that the budget has room for */
    rp_lease lease; /* of all but the buffer and the index */
    uint64_t (*seen)[COUNTED_APART + 1]; /* per worker: k-mers by frequency, */
    rp_large_counts *large; /* and those that were written and are large */
    uint32_t max_kmers;
    bool overflows; /* there are more: they are counted, and nothing is written */
    uint64_t largest_bucket;
    uint32_t min_frequency;
    uint32_t *bucket_kmers; /* k-mers kept, of each bucket; then the first one's id */
    uint64_t *bucket_positions;
    rp_kmer_index *index;
    bool writing; /* the second look at a pass's buckets: write instead of count */
} index_builder;

uint64_t rp_kmer_index_default_memory(uint64_t n_bases, bool beside)
{
    const uint64_t least = beside ? 8 << 20 : 32 << 20, wanted = beside ? n_bases / 4 : n_bases / 4 * 3,
                   room = rp_account_free() / (ROOM_AT_FIRST * SHARE_OF_BUFFER);
    const uint64_t bytes = wanted < room ? wanted : room;
    return bytes > least ? bytes : least;
}

/* --- Scanning the genome --- */

/* K-mers on their way to their buckets. */
typedef struct staging {
    uint64_t hash[STAGED], place[STAGED]; /* place: 2 * position + reverse */
    size_t n;
    uint64_t n_filed;
} staging;

/* Counts the staged k-mers by bucket, or files those of this pass. */
static void unload(const index_builder *builder, uint32_t *count, staging *stage)
{
    const unsigned bucket_shift = 2 * builder->k - builder->bucket_bits, place_bits = builder->place_bits;
    const uint64_t rest_mask = ((uint64_t)1 << bucket_shift) - 1;
    uint64_t *keys = builder->keys;
    if (keys == NULL) {
        for (size_t i = 0; i < stage->n; i++)
            count[stage->hash[i] >> bucket_shift]++;
    } else {
        for (size_t i = 0; i < stage->n; i++) {
            const uint64_t bucket = stage->hash[i] >> bucket_shift;
            keys[builder->bucket_begin[bucket] + count[bucket]++] =
                (stage->hash[i] & rest_mask) << place_bits | stage->place[i];
        }
    }
    stage->n_filed += stage->n;
    stage->n = 0;
}

/* The excluded ones of the 64 bases from `at` on. */
static uint64_t excluded_from(const index_builder *builder, uint64_t at)
{
    return (builder->excluded == NULL ? 0 : rp_bitmask_window(builder->excluded, at)) |
           (builder->also_excluded == NULL ? 0 : rp_bitmask_window(builder->also_excluded, at));
}

/* Bit i: the k-mer that ends at base at + i of a stretch from `begin` on begins at an excluded base. */
static uint32_t excluded_starts(const index_builder *builder, uint64_t begin, uint64_t at)
{
    const unsigned k = builder->k;
    if (at + 1 >= begin + k)
        return (uint32_t)excluded_from(builder, at + 1 - k);
    const unsigned before = (unsigned)(begin + k - 1 - at); /* that do not begin in the stretch */
    return before < RP_KMER_BLOCK_BP ? (uint32_t)excluded_from(builder, begin) << before : 0;
}

/* Rolls over the bases before `at` of the k-mer that ends there. */
static rp_kmer_roll roll_up_to(const rp_genome *genome, uint64_t at, unsigned k)
{
    rp_kmer_roll roll = {0};
    for (uint64_t i = at + 1 - k; i < at; i++)
        (void)rp_kmer_roll_push(&roll, rp_bitmask_get(&genome->not_acgt, i) ? RP_BASE_NONE : rp_genome_base(genome, i),
                                k);
    return roll;
}

/* The k-mers that begin in [begin, end), a stretch of one contig. */
static void scan_stretch(const index_builder *builder, uint64_t begin, uint64_t end, uint32_t *count, staging *stage)
{
    const rp_genome *genome = builder->genome;
    const unsigned k = builder->k, bucket_shift = 2 * k - builder->bucket_bits;
    const uint64_t low = (uint64_t)builder->pass_begin << bucket_shift;
    const uint64_t width = ((uint64_t)(builder->pass_end - builder->pass_begin) << bucket_shift) - 1;
    const uint64_t read_end = end + k - 1;
    rp_kmer_roll roll = {0};
    rp_kmer_block block = {.whole = 0};
    bool passed_over = false;
    for (uint64_t at = begin; at < read_end; at += RP_KMER_BLOCK_BP) {
        const uint32_t excluded = excluded_starts(builder, begin, at);
        if (excluded == UINT32_MAX) { /* no k-mer of the block is wanted */
            passed_over = true;
            continue;
        }
        if (passed_over)
            roll = roll_up_to(genome, at, k);
        passed_over = false;
        const unsigned n = read_end - at < RP_KMER_BLOCK_BP ? (unsigned)(read_end - at) : RP_KMER_BLOCK_BP;
        rp_kmer_block_read(&block, &roll, rp_genome_window(genome, at),
                           (uint32_t)rp_bitmask_window(&genome->not_acgt, at), n, k);
        if (stage->n > STAGED - RP_KMER_BLOCK_BP)
            unload(builder, count, stage);
        size_t n_staged = stage->n;
        const uint32_t wanted = block.whole & ~excluded;
        for (unsigned i = 0; i < n; i++) {
            stage->hash[n_staged] = block.hash[i];
            stage->place[n_staged] = (at + i + 1 - k) << 1 | (block.reverse[i] < block.forward[i]);
            n_staged += (wanted >> i & 1) & (block.hash[i] - low <= width);
        }
        stage->n = n_staged;
    }
}

static bool scan_slice(void *argument, size_t slice, unsigned worker, rp_error *error)
{
    (void)worker;
    (void)error;
    const index_builder *builder = argument;
    const rp_genome *genome = builder->genome;
    uint32_t *count = builder->slice_count + (slice << builder->bucket_bits);
    const uint64_t begin = genome->length_bp / builder->n_slices * slice;
    const uint64_t end =
        slice + 1 < builder->n_slices ? genome->length_bp / builder->n_slices * (slice + 1) : genome->length_bp;
    staging stage;
    stage.n = stage.n_filed = 0;
    for (size_t c = begin < end ? rp_genome_contig_of(genome, begin) : genome->n_contigs; c < genome->n_contigs; c++) {
        const rp_contig *contig = &genome->contigs[c];
        if (contig->begin >= end)
            break;
        if (contig->length_bp < builder->k)
            continue;
        const uint64_t last = contig->begin + contig->length_bp - builder->k + 1;
        const uint64_t from = contig->begin > begin ? contig->begin : begin, to = last < end ? last : end;
        if (from < to)
            scan_stretch(builder, from, to, count, &stage);
    }
    unload(builder, count, &stage);
    rp_stage_done((int64_t)(builder->keys == NULL ? end - begin : stage.n_filed));
    return true;
}

/* --- Buckets --- */

/* A k-mer with its n places, but for where they are numbered from. */
static bool write_kmer(index_builder *builder, unsigned worker, uint64_t hash, uint64_t id, uint64_t n)
{
    rp_kmer_index *index = builder->index;
    if (index->wide_rest)
        ((uint32_t *)index->sections[RP_INDEX_REST].data)[id] = (uint32_t)hash;
    else
        ((uint16_t *)index->sections[RP_INDEX_REST].data)[id] = (uint16_t)hash;
    return rp_record_put(index->sections[RP_INDEX_RECORD].data, id, n, &builder->large[worker]);
}

/* Sorts one bucket of this pass and counts what is frequent enough in it, or writes that. */
static bool finish_bucket(void *argument, size_t part, unsigned worker, rp_error *error)
{
    index_builder *builder = argument;
    const size_t bucket = builder->pass_begin + part;
    const uint64_t n = builder->bucket_n[bucket];
    uint64_t *keys = builder->keys + builder->bucket_begin[bucket];
    rp_kmer_index *index = builder->index;
    const unsigned k = builder->k, place_bits = builder->place_bits, rest_bits = 2 * k - builder->bucket_bits;
    const uint64_t place_mask = ((uint64_t)1 << place_bits) - 1;
    if (!builder->writing) {
        if (builder->spare[worker] == NULL)
            builder->spare[worker] = rp_alloc(builder->largest_bucket, sizeof **builder->spare);
        if (builder->spare[worker] == NULL)
            return rp_error_memory(error, "k-mer index");
        rp_sort_u64(keys, builder->spare[worker], n, place_bits, place_bits + rest_bits);
    }
    uint64_t id = builder->writing ? builder->bucket_kmers[bucket] : 0, n_positions = 0;
    rp_place_writer to = {.bits = 0};
    if (builder->writing)
        to = rp_places_begin(index->sections[RP_INDEX_PLACE].data, builder->place_bits,
                             builder->bucket_positions[bucket]);
    const unsigned prefix_shift = 2 * k - index->prefix_bits;
    uint32_t *prefix = index->sections[RP_INDEX_PREFIX].data;
    uint64_t next_prefix = (uint64_t)bucket << (index->prefix_bits - builder->bucket_bits);
    const uint64_t end_prefix = ((uint64_t)bucket + 1) << (index->prefix_bits - builder->bucket_bits);
    for (uint64_t i = 0, j; i < n; i = j) {
        const uint64_t rest = keys[i] >> place_bits;
        for (j = i + 1; j < n && keys[j] >> place_bits == rest; j++)
            ;
        const uint64_t hash = (uint64_t)bucket << rest_bits | rest;
        if (j - i < builder->min_frequency || rp_kmer_is_periodic(rp_index_unhash(hash, k), k))
            continue;
        builder->seen[worker][j - i < COUNTED_APART ? j - i : COUNTED_APART] += !builder->writing;
        if (builder->writing) {
            while (next_prefix <= hash >> prefix_shift)
                prefix[next_prefix++] = (uint32_t)id;
            if (!write_kmer(builder, worker, hash, id, j - i))
                return rp_error_memory(error, "k-mer index");
            for (uint64_t m = i; m < j; m++)
                rp_places_put(&to, keys[m] & place_mask);
        }
        id++;
        n_positions += j - i;
    }
    if (builder->writing) {
        rp_places_end(&to);
        while (next_prefix < end_prefix)
            prefix[next_prefix++] = (uint32_t)id;
    } else {
        builder->bucket_kmers[bucket] = (uint32_t)id;
        builder->bucket_positions[bucket] = n_positions;
    }
    return true;
}

/* Makes the sections as large as n_kmers and n_positions want. */
static bool size_index(rp_kmer_index *index, uint64_t n_kmers, uint64_t n_positions, rp_error *error)
{
    rp_kmer_index wanted = *index;
    wanted.n_kmers = (uint32_t)n_kmers;
    wanted.n_positions = n_positions;
    for (int i = 0; i < RP_N_INDEX_SECTIONS; i++)
        if (!rp_block_resize(&index->sections[i], rp_index_section_bytes(&wanted, (rp_index_section)i), "k-mer index",
                             error))
            return false;
    return true;
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
    if (!rp_parallel(n_here, builder->n_sorters, finish_bucket, builder, error))
        return false;
    uint64_t n_kmers = index->n_kmers, n_positions = index->n_positions;
    for (size_t b = builder->pass_begin; b < builder->pass_end; b++) {
        const uint64_t kmers = builder->bucket_kmers[b], positions = builder->bucket_positions[b];
        builder->bucket_kmers[b] = (uint32_t)n_kmers;
        builder->bucket_positions[b] = n_positions;
        n_kmers += kmers;
        n_positions += positions;
    }
    builder->overflows |= n_kmers > builder->max_kmers;
    if (builder->overflows)
        return true;
    if (!size_index(index, n_kmers, n_positions, error))
        return false;
    builder->writing = true;
    if (!rp_parallel(n_here, builder->n_sorters, finish_bucket, builder, error))
        return false;
    index->n_kmers = (uint32_t)n_kmers;
    index->n_positions = n_positions;
    return true;
}

/* From the scans' counts by slice to where each slice writes; sums the buckets up. */
static uint64_t slices_to_offsets(index_builder *builder)
{
    const size_t n_buckets = (size_t)1 << builder->bucket_bits;
    uint64_t total = 0;
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
        total += sum;
        if (sum > builder->largest_bucket)
            builder->largest_bucket = sum;
    }
    return total;
}

/* How the hash is divided between bucket, prefix and rest. */
static void choose_bits(index_builder *builder)
{
    rp_kmer_index *index = builder->index;
    const unsigned hash_bits = 2 * builder->k;
    index->place_bits = builder->place_bits = rp_index_place_bits(builder->genome->length_bp);
    const unsigned position_bits = builder->place_bits - 1;
    unsigned bucket_bits = position_bits > 20 ? position_bits - BUCKET_SHIFT : 6;
    if (bucket_bits + 64 < hash_bits + builder->place_bits)
        bucket_bits = hash_bits + builder->place_bits - 64; /* a key has 64 bits */
    unsigned prefix_bits = position_bits > PREFIX_SHIFT + 6 ? position_bits - PREFIX_SHIFT : 6;
    index->wide_rest = hash_bits > 16 + (prefix_bits > 16 ? prefix_bits : 16);
    const unsigned rest_bits = index->wide_rest ? 32 : 16;
    if (prefix_bits + rest_bits < hash_bits)
        prefix_bits = hash_bits - rest_bits;
    prefix_bits = prefix_bits > bucket_bits ? prefix_bits : bucket_bits;
    builder->bucket_bits = bucket_bits < hash_bits ? bucket_bits : hash_bits;
    index->prefix_bits = prefix_bits < hash_bits ? prefix_bits : hash_bits;
}

static bool set_up(index_builder *builder, const rp_kmer_index_parameters *parameters, rp_error *error)
{
    choose_bits(builder);
    const size_t n_buckets = (size_t)1 << builder->bucket_bits;
    const uint64_t pieces = builder->genome->length_bp / SLICE_BP + 1,
                   wanted = (uint64_t)parameters->n_threads * SLICES_A_THREAD;
    const uint64_t affordable = rp_account_left() / SHARE_OF_COUNTS / (n_buckets * sizeof *builder->slice_count);
    builder->n_slices = (size_t)(pieces < wanted ? pieces : wanted);
    if (affordable < builder->n_slices)
        builder->n_slices = affordable > 0 ? (size_t)affordable : 1;
    const uint64_t bucket_bytes = sizeof *builder->bucket_begin + sizeof *builder->bucket_n +
                                  sizeof *builder->bucket_kmers + sizeof *builder->bucket_positions +
                                  builder->n_slices * sizeof *builder->slice_count;
    rp_lease_set(&builder->lease, n_buckets * bucket_bytes + parameters->n_threads * sizeof *builder->seen);
    builder->slice_count = rp_alloc(n_buckets * builder->n_slices, sizeof *builder->slice_count);
    builder->bucket_begin = rp_alloc(n_buckets, sizeof *builder->bucket_begin);
    builder->bucket_n = rp_alloc(n_buckets, sizeof *builder->bucket_n);
    builder->bucket_kmers = rp_alloc(n_buckets, sizeof *builder->bucket_kmers);
    builder->bucket_positions = rp_alloc(n_buckets, sizeof *builder->bucket_positions);
    builder->spare = rp_alloc(parameters->n_threads, sizeof *builder->spare);
    builder->seen = rp_alloc(parameters->n_threads, sizeof *builder->seen);
    builder->large = rp_alloc(parameters->n_threads, sizeof *builder->large);
    return (builder->seen != NULL && builder->large != NULL && builder->slice_count != NULL &&
            builder->bucket_begin != NULL && builder->bucket_n != NULL && builder->bucket_kmers != NULL &&
            builder->bucket_positions != NULL && builder->spare != NULL) ||
           rp_error_memory(error, "k-mer index");
}

/* How many workers may sort: each needs a spare as large as the largest bucket, and k-mers that stand everywhere make
 * one large. */
static void choose_sorters(index_builder *builder, unsigned n_threads)
{
    const uint64_t bytes = builder->largest_bucket * sizeof **builder->spare,
                   affordable = rp_account_left() / SHARE_OF_SPARES / bytes;
    builder->n_sorters = affordable > n_threads ? n_threads : affordable > 0 ? (unsigned)affordable : 1;
    rp_lease_set(&builder->lease, builder->lease.bytes + builder->n_sorters * bytes);
}

/* Keys that there is room for in the passes to come when so many are left. What the index does not hold yet, the buffer
 * may: `each` is how much of it comes of a key, in keys. */
static uint64_t room_when(const index_builder *builder, double each, uint64_t n_left, uint64_t most)
{
    uint64_t room = ROOM_AT_FIRST * builder->room;
    if (each > 0)
        room = (uint64_t)(((double)builder->room + each * (double)n_left) / (1 + each));
    room = room < most ? room : most;
    return room > builder->largest_bucket ? room : builder->largest_bucket;
}

/* The keys of the next pass: as few as let the same number of passes do, so that none is left with a few buckets. */
static uint64_t size_pass(const index_builder *builder, uint64_t n_done, uint64_t n_left)
{
    const rp_kmer_index *index = builder->index;
    const uint64_t unused = rp_account_free(),
                   affordable =
                       (unused == UINT64_MAX ? unused : unused + builder->buffer.bytes) / SHARE_OF_BUFFER / KEY_BYTES;
    const uint64_t most = affordable > builder->room ? affordable : builder->room;
    double each = 0;
    if (n_done > 0)
        each = (double)(rp_kmer_index_bytes(index) - rp_index_section_bytes(index, RP_INDEX_PREFIX)) / KEY_BYTES /
               (double)n_done;
    const uint64_t room = room_when(builder, each, n_left, most);
    uint64_t all = 0;
    for (uint64_t left = n_left, here; left > 0; left -= here < left ? here : left)
        all += here = room_when(builder, each, left, most);
    const uint64_t even = all == 0 ? 0 : (uint64_t)((double)room * (double)n_left / (double)all);
    return even + builder->largest_bucket < room ? even + builder->largest_bucket : room;
}

static void free_buffer(index_builder *builder)
{
    free(builder->keys);
    builder->keys = NULL;
    rp_lease_set(&builder->buffer, 0);
}

/* A buffer of n keys, in place of what it was. It is no block that may go to a file: a scan files in all of it. */
static bool make_buffer(index_builder *builder, uint64_t n, rp_error *error)
{
    if (builder->buffer.bytes == n * KEY_BYTES)
        return true;
    free_buffer(builder);
    rp_lease_set(&builder->buffer, n * KEY_BYTES);
    builder->keys = rp_alloc(n, KEY_BYTES);
    return builder->keys != NULL || rp_error_memory(error, "k-mer sort buffer");
}

/* Passes over all buckets, whose k-mers are `total`. */
static bool run_passes(index_builder *builder, uint64_t total, unsigned n_threads, rp_error *error)
{
    const size_t n_buckets = (size_t)1 << builder->bucket_bits;
    uint64_t n_done = 0;
    rp_stage_add(total);
    for (size_t begin = 0, end; begin < n_buckets; begin = end) {
        const uint64_t room = size_pass(builder, n_done, total - n_done);
        uint64_t here = 0;
        for (end = begin; end < n_buckets && here + builder->bucket_n[end] <= room; end++)
            here += builder->bucket_n[end];
        builder->pass_begin = begin;
        builder->pass_end = end;
        n_done += here;
        if (!make_buffer(builder, room + 1, error) || !run_pass(builder, n_threads, error))
            return false;
    }
    return true;
}

/* Where each slice writes, once more: it has come to where the next one began. */
static void rewind_slices(index_builder *builder)
{
    const size_t n_buckets = (size_t)1 << builder->bucket_bits;
    for (size_t slice = builder->n_slices; slice-- > 0;)
        for (size_t b = 0; b < n_buckets; b++)
            builder->slice_count[slice * n_buckets + b] =
                slice > 0 ? builder->slice_count[(slice - 1) * n_buckets + b] : 0;
}

/* Begins anew with the lowest frequency that leaves no more k-mers than ids can number. */
static bool raise_frequency(index_builder *builder, unsigned n_threads, rp_error *error)
{
    rp_kmer_index *index = builder->index;
    uint64_t n_kmers = 0;
    uint32_t frequency = COUNTED_APART + 1;
    for (; frequency > builder->min_frequency; frequency--) {
        for (unsigned i = 0; i < n_threads; i++)
            n_kmers += builder->seen[i][frequency - 1];
        if (n_kmers > builder->max_kmers)
            break;
    }
    if (frequency > COUNTED_APART)
        return rp_error_set(error, "over %u different k-mers stand at %d places each: a larger --kmer is needed",
                            builder->max_kmers, COUNTED_APART);
    for (int i = 0; i < RP_N_INDEX_SECTIONS; i++)
        rp_block_free(&index->sections[i]);
    for (unsigned i = 0; i < n_threads; i++)
        builder->large[i].n = 0;
    index->n_kmers = 0;
    index->n_positions = 0;
    index->min_frequency = builder->min_frequency = frequency;
    builder->overflows = false;
    rewind_slices(builder);
    return size_index(index, 0, 0, error);
}

/* Ends the prefixes, and numbers all. */
static bool finish_index(index_builder *builder, unsigned n_threads, rp_error *error)
{
    rp_kmer_index *index = builder->index;
    if (!rp_records_finish(index, builder->large, n_threads, error))
        return false;
    void *sections[RP_N_INDEX_SECTIONS];
    for (int i = 0; i < RP_N_INDEX_SECTIONS; i++)
        sections[i] = index->sections[i].data;
    ((uint32_t *)sections[RP_INDEX_PREFIX])[(uint64_t)1 << index->prefix_bits] = index->n_kmers;
    rp_index_point(index, sections);
    return true;
}

static bool build(index_builder *builder, const rp_kmer_index_parameters *parameters, rp_error *error)
{
    const unsigned n_threads = parameters->n_threads;
    if (!set_up(builder, parameters, error))
        return false;
    builder->pass_end = (size_t)1 << builder->bucket_bits;
    rp_stage_add(builder->genome->length_bp);
    if (!rp_parallel(builder->n_slices, n_threads, scan_slice, builder, error))
        return false;
    const uint64_t total = slices_to_offsets(builder);
    choose_sorters(builder, n_threads);
    builder->room = parameters->memory_bytes / KEY_BYTES;
    if (!size_index(builder->index, 0, 0, error) || !run_passes(builder, total, n_threads, error))
        return false;
    if (builder->overflows &&
        (!raise_frequency(builder, n_threads, error) || !run_passes(builder, total, n_threads, error)))
        return false;
    free_buffer(builder);
    return finish_index(builder, n_threads, error);
}

rp_kmer_index *rp_kmer_index_create(const rp_genome *genome, const rp_bitmask *excluded,
                                    const rp_kmer_index_parameters *parameters, rp_error *error)
{
    index_builder builder = {.genome = genome,
                             .excluded = excluded,
                             .also_excluded = parameters->also_excluded,
                             .k = parameters->k,
                             .min_frequency = parameters->min_frequency,
                             .max_kmers = parameters->max_kmers != 0 ? parameters->max_kmers : UINT32_MAX - 1};
    builder.index = rp_alloc(1, sizeof *builder.index);
    bool ok = builder.index != NULL;
    if (ok) {
        builder.index->k = parameters->k;
        builder.index->min_frequency = parameters->min_frequency;
        ok = build(&builder, parameters, error);
    } else {
        (void)rp_error_memory(error, "k-mer index");
    }
    free(builder.slice_count);
    free(builder.bucket_begin);
    free(builder.bucket_n);
    free(builder.bucket_kmers);
    free(builder.bucket_positions);
    free_buffer(&builder);
    for (unsigned i = 0; builder.spare != NULL && i < parameters->n_threads; i++)
        free(builder.spare[i]);
    for (unsigned i = 0; builder.large != NULL && i < parameters->n_threads; i++)
        free(builder.large[i].items);
    free(builder.spare);
    free(builder.large);
    free(builder.seen);
    rp_lease_set(&builder.lease, 0);
    if (!ok) {
        rp_kmer_index_destroy(builder.index);
        return NULL;
    }
    for (int i = 0; i < RP_N_INDEX_SECTIONS; i++)
        rp_block_fix(&builder.index->sections[i]); /* they are only read from now on */
    return builder.index;
}
