/* checkpoint.c: see checkpoint.h. */
#include "checkpoint/checkpoint.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/memory.h"

enum { VERSION = 2, COPY_BYTES = 33, MAX_TEXT = 1 << 16 };

static const char MAGIC[8] = "RPRSCKP";
static const uint32_t ORDER_OF_BYTES = 0x01020304;

/* --- Writing --- */

typedef struct writer {
    rp_file *file;
    uLong crc;
} writer;

static void put(writer *to, const void *bytes, size_t n)
{
    if (n == 0) /* of no bytes zlib makes a new beginning */
        return;
    to->crc = crc32_z(to->crc, bytes, n);
    rp_file_write(to->file, bytes, n);
}

static void put_u32(writer *to, uint32_t value)
{
    put(to, &value, sizeof value);
}

static void put_u64(writer *to, uint64_t value)
{
    put(to, &value, sizeof value);
}

static void put_sizes(writer *to, const size_t *items, size_t n)
{
    put_u64(to, n);
    for (size_t i = 0; i < n; i++)
        put_u64(to, items[i]);
}

static void put_intervals(writer *to, const rp_intervals *intervals)
{
    put_u64(to, intervals->n);
    put(to, intervals->items, intervals->n * sizeof *intervals->items);
}

static void put_family(writer *to, const rp_family *family)
{
    assert(family->consensus.n <= RP_CONSENSUS_MAX_BP);
    put_u64(to, family->seed.kmer);
    put_u32(to, family->seed.k);
    put_u32(to, family->seed.count);
    put_u32(to, family->tandem);
    put_u64(to, family->consensus.n);
    put(to, family->consensus.items, family->consensus.n);
    put_u64(to, family->copies.n);
    for (size_t i = 0; i < family->copies.n; i++) { /* how a copy was aligned does not outlive its growth */
        const rp_copy *copy = &family->copies.items[i];
        const uint8_t reverse = copy->reverse;
        put_u64(to, copy->begin);
        put_u64(to, copy->end);
        put_u32(to, copy->consensus_begin);
        put_u32(to, copy->consensus_end);
        put_u32(to, (uint32_t)copy->score);
        put_u32(to, copy->anchor_place);
        put(to, &reverse, 1);
    }
}

static void put_pass(writer *to, const rp_discover_state *pass, uint64_t n_seeds)
{
    put_u32(to, pass->tier);
    put_u64(to, pass->n_families_at_tier);
    put_u64(to, pass->n_pairs);
    put_u64(to, pass->n_rejected);
    put_u64(to, pass->n_failed);
    put_u64(to, pass->n_tandem);
    put_u64(to, n_seeds);
    put_u64(to, pass->n_seed_words);
    put(to, pass->used_seeds, (size_t)pass->n_seed_words * sizeof *pass->used_seeds);
}

static void put_all(writer *to, const rp_run_binding *binding, const rp_run_state *from)
{
    put(to, MAGIC, sizeof MAGIC);
    put_u32(to, VERSION);
    put_u32(to, ORDER_OF_BYTES);
    assert(strlen(binding->parameters) <= MAX_TEXT);
    put_u64(to, strlen(binding->parameters));
    put(to, binding->parameters, strlen(binding->parameters));
    put(to, binding->digest, sizeof binding->digest);
    put(to, binding->mask_digest, sizeof binding->mask_digest);
    put_u64(to, binding->genome_bp);
    put_u32(to, binding->k);
    put_u32(to, (uint32_t)from->mark);
    put_u32(to, rp_run_state_in_pass(from));
    for (int i = 0; i < 2; i++)
        put_pass(to, &from->passes[i], from->n_seeds[i]);
    put_u64(to, from->n_first_pass);
    put_u32(to, from->join_pass);
    put_u64(to, from->joined.n_tried);
    put_u64(to, from->joined.n_end_joins);
    put_u64(to, from->joined.n_interior_joins);
    put_u64(to, from->joined.n_circles);
    put_u64(to, from->n_derived);
    put_intervals(to, &from->cover);
    put_sizes(to, from->source, from->n_source);
    put_u64(to, from->n_before);
    put_u32(to, from->polish.round);
    put_sizes(to, from->polish.active, from->polish.n_active);
    put_intervals(to, &from->polish.resting);
    put_u64(to, from->library.n);
    for (size_t f = 0; f < from->library.n; f++)
        put_family(to, &from->library.items[f]);
}

rp_file *rp_checkpoint_write(const rp_run_binding *binding, const rp_run_state *state, const char *path,
                             rp_error *error)
{
    rp_file *file = rp_file_open(path, error);
    if (file == NULL)
        return NULL;
    writer to = {file, crc32(0, NULL, 0)};
    put_all(&to, binding, state);
    put_u32(&to, (uint32_t)to.crc);
    return file;
}

/* --- Reading --- */

typedef struct reader {
    const uint8_t *at;
    size_t left;
    bool bad, no_memory;
} reader;

static void take(reader *from, void *bytes, size_t n)
{
    if (n > from->left) {
        from->bad = true;
        memset(bytes, 0, n);
        return;
    }
    if (n > 0)
        memcpy(bytes, from->at, n);
    from->at += n;
    from->left -= n;
}

static uint32_t take_u32(reader *from)
{
    uint32_t value;
    take(from, &value, sizeof value);
    return value;
}

static uint64_t take_u64(reader *from)
{
    uint64_t value;
    take(from, &value, sizeof value);
    return value;
}

/* A number of at most `most`. */
static uint64_t take_up_to(reader *from, uint64_t most)
{
    const uint64_t value = take_u64(from);
    from->bad |= value > most;
    return from->bad ? 0 : value;
}

/* An array of items of `size` bytes, to be freed; its length comes first. */
static void *take_array(reader *from, size_t size, uint64_t *n)
{
    *n = take_up_to(from, from->left / size);
    void *items = rp_alloc((size_t)*n, size);
    if (items == NULL) {
        from->bad = from->no_memory = true;
        *n = 0;
        return NULL;
    }
    take(from, items, (size_t)*n * size);
    return items;
}

/* Numbers below `limit`. */
static size_t *take_sizes(reader *from, size_t *n_items, uint64_t limit)
{
    uint64_t n;
    uint64_t *items = take_array(from, sizeof *items, &n);
    for (uint64_t i = 0; i < n; i++)
        from->bad |= items[i] >= limit;
    _Static_assert(sizeof(size_t) == sizeof(uint64_t), "64-bit machines only");
    *n_items = (size_t)n;
    return items;
}

static void take_intervals(reader *from, rp_intervals *intervals, uint64_t genome_bp)
{
    uint64_t n;
    intervals->items = take_array(from, sizeof *intervals->items, &n);
    intervals->n = intervals->capacity = (size_t)n;
    for (size_t i = 0; i < intervals->n; i++)
        from->bad |= intervals->items[i].begin > intervals->items[i].end || intervals->items[i].end > genome_bp;
}

static void take_copies(reader *from, rp_family *family, uint64_t genome_bp)
{
    const uint64_t n = take_up_to(from, from->left / COPY_BYTES);
    if (!rp_copies_reserve(&family->copies, (size_t)n)) {
        from->bad = from->no_memory = true;
        return;
    }
    family->copies.n = (size_t)n;
    for (size_t i = 0; i < n; i++) {
        rp_copy copy = {.begin = take_u64(from)};
        uint8_t reverse;
        copy.end = take_u64(from);
        copy.consensus_begin = take_u32(from);
        copy.consensus_end = take_u32(from);
        copy.score = (int32_t)take_u32(from);
        copy.anchor_place = take_u32(from);
        take(from, &reverse, 1);
        copy.reverse = reverse == 1;
        from->bad |= copy.begin >= copy.end || copy.end > genome_bp || copy.consensus_begin > copy.consensus_end ||
                     copy.consensus_end > family->consensus.n || reverse > 1 ||
                     (copy.anchor_place != RP_NO_ANCHOR && copy.anchor_place > family->consensus.n);
        family->copies.items[i] = copy;
    }
}

static void take_family(reader *from, rp_family *family, uint64_t genome_bp)
{
    family->seed.kmer = take_u64(from);
    family->seed.k = take_u32(from);
    family->seed.count = take_u32(from);
    const uint32_t tandem = take_u32(from);
    family->tandem = tandem == 1;
    from->bad |= tandem > 1 || family->seed.k == 0 || family->seed.k > RP_KMER_MAX;
    const uint64_t n = take_up_to(from, from->left);
    from->bad |= n > RP_CONSENSUS_MAX_BP;
    if (from->bad)
        return;
    if (!rp_codes_reserve(&family->consensus, (size_t)n + 1)) {
        from->bad = from->no_memory = true;
        return;
    }
    take(from, family->consensus.items, (size_t)n);
    family->consensus.n = (size_t)n;
    for (size_t i = 0; i < n; i++)
        from->bad |= !rp_code_is_base(family->consensus.items[i]);
    take_copies(from, family, genome_bp);
}

static void take_library(reader *from, rp_library *library, uint64_t n, uint64_t genome_bp)
{
    if (!rp_library_reserve(library, (size_t)n)) {
        from->bad = from->no_memory = true;
        return;
    }
    for (; library->n < n && !from->bad; library->n++) {
        library->items[library->n] = (rp_family){0};
        take_family(from, &library->items[library->n], genome_bp);
    }
}

static void take_pass(reader *from, rp_discover_state *pass, uint64_t *n_seeds)
{
    pass->tier = take_u32(from);
    pass->n_families_at_tier = take_u64(from);
    pass->n_pairs = take_u64(from);
    pass->n_rejected = take_u64(from);
    pass->n_failed = take_u64(from);
    pass->n_tandem = take_u64(from);
    *n_seeds = take_u64(from);
    pass->used_seeds = take_array(from, sizeof *pass->used_seeds, &pass->n_seed_words);
}

/* Numbers that must fit each other, once all is read. */
static bool holds_together(const rp_run_binding *binding, const rp_run_state *state)
{
    const uint64_t n = state->library.n;
    return state->passes[0].n_families_at_tier <= n && state->passes[1].n_families_at_tier <= n &&
           state->n_first_pass <= n &&
           (state->mark != RP_MARK_GROW_REST || !rp_run_state_in_pass(state) ||
            state->n_first_pass <= state->passes[1].n_families_at_tier) &&
           state->n_before <= n && state->polish.n_active <= (state->polish.round > 0 ? 2 : 1) * state->n_source &&
           binding->k >= RP_KMER_MIN && binding->k <= RP_KMER_MAX &&
           binding->digest[sizeof binding->digest - 1] == '\0' &&
           binding->mask_digest[sizeof binding->mask_digest - 1] == '\0';
}

/* Everything behind the bytes that tell the kind of file. */
static void take_all(reader *from, rp_run_binding *binding, rp_run_state *to)
{
    const uint64_t n_text = take_up_to(from, MAX_TEXT);
    binding->parameters = rp_alloc((size_t)n_text + 1, 1);
    if (binding->parameters == NULL) {
        from->bad = from->no_memory = true;
        return;
    }
    take(from, binding->parameters, (size_t)n_text);
    take(from, binding->digest, sizeof binding->digest);
    take(from, binding->mask_digest, sizeof binding->mask_digest);
    binding->genome_bp = take_u64(from);
    binding->k = take_u32(from);
    const uint32_t mark = take_u32(from), in_pass = take_u32(from);
    from->bad |= mark >= RP_N_MARKS || in_pass > 1 || (in_pass == 1 && mark > RP_MARK_GROW_REST);
    to->mark = from->bad ? RP_MARK_GROW : (rp_mark)mark;
    for (uint32_t i = 0; i < 2; i++) {
        take_pass(from, &to->passes[i], &to->n_seeds[i]);
        to->passes[i].under_way = in_pass == 1 && i == mark;
    }
    to->n_first_pass = take_u64(from);
    to->join_pass = take_u32(from);
    to->joined.n_tried = take_u64(from);
    to->joined.n_end_joins = take_u64(from);
    to->joined.n_interior_joins = take_u64(from);
    to->joined.n_circles = take_u64(from);
    to->n_derived = take_u64(from);
    take_intervals(from, &to->cover, binding->genome_bp);
    to->source = take_sizes(from, &to->n_source, UINT32_MAX);
    to->n_before = take_u64(from);
    to->polish.round = take_u32(from);
    to->polish.active = take_sizes(from, &to->polish.n_active, UINT32_MAX);
    take_intervals(from, &to->polish.resting, binding->genome_bp);
    const uint64_t n = take_up_to(from, from->left);
    if (!from->bad)
        take_library(from, &to->library, n, binding->genome_bp);
    for (size_t i = 0; !from->bad && i < to->n_source; i++)
        from->bad |= to->source[i] >= n;
    for (size_t i = 0; !from->bad && i < to->polish.n_active; i++)
        from->bad |= to->polish.active[i] >= n;
    from->bad |= from->left != 0 || !holds_together(binding, to);
}

/* What the mapped file holds. */
static rp_checkpoint_status parse(rp_checkpoint *checkpoint, const uint8_t *bytes, size_t n, rp_error *error)
{
    uint32_t crc = 0;
    char magic[sizeof MAGIC];
    reader from = {bytes, n, false, false};
    if (n < sizeof MAGIC + 4 * sizeof crc) {
        (void)rp_error_set(error, "it is cut off");
        return RP_CHECKPOINT_DAMAGED;
    }
    take(&from, magic, sizeof magic);
    const uint32_t version = take_u32(&from), order = take_u32(&from);
    if (memcmp(magic, MAGIC, sizeof magic) != 0) {
        (void)rp_error_set(error, "it is no checkpoint");
        return RP_CHECKPOINT_DAMAGED;
    }
    memcpy(&crc, bytes + n - sizeof crc, sizeof crc);
    if (crc != (uint32_t)crc32_z(crc32(0, NULL, 0), bytes, n - sizeof crc)) {
        (void)rp_error_set(error, "its checksum does not fit");
        return RP_CHECKPOINT_DAMAGED;
    }
    if (version != VERSION || order != ORDER_OF_BYTES) {
        (void)rp_error_set(error, "it is of another version of reprise-c or another kind of machine");
        return RP_CHECKPOINT_OTHER;
    }
    from.left -= sizeof crc;
    *checkpoint = (rp_checkpoint){0};
    take_all(&from, &checkpoint->binding, &checkpoint->state);
    if (!from.bad)
        return RP_CHECKPOINT_READ;
    rp_checkpoint_clear(checkpoint);
    if (from.no_memory) {
        (void)rp_error_memory(error, "checkpoint");
        return RP_CHECKPOINT_FAILED;
    }
    (void)rp_error_set(error, "its content does not hold together");
    return RP_CHECKPOINT_DAMAGED;
}

rp_checkpoint_status rp_checkpoint_read(rp_checkpoint *checkpoint, const char *path, rp_error *error)
{
    struct stat status;
    rp_checkpoint_status result = RP_CHECKPOINT_FAILED;
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &status) != 0) {
        (void)rp_error_set(error, "%s", strerror(errno));
    } else if (!S_ISREG(status.st_mode) || status.st_size == 0) {
        (void)rp_error_set(error, "it is empty or no file");
        result = RP_CHECKPOINT_DAMAGED;
    } else {
        void *map = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
        if (map == MAP_FAILED) {
            (void)rp_error_set(error, "it cannot be mapped: %s", strerror(errno));
        } else {
            result = parse(checkpoint, map, (size_t)status.st_size, error);
            (void)munmap(map, (size_t)status.st_size);
        }
    }
    if (file >= 0)
        (void)close(file);
    return result;
}

void rp_checkpoint_clear(rp_checkpoint *checkpoint)
{
    free(checkpoint->binding.parameters);
    rp_run_state_clear(&checkpoint->state);
    *checkpoint = (rp_checkpoint){0};
}
