/* checkpoint.c: see checkpoint.h. */
#include "checkpoint/checkpoint.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { COPY_BYTES = 33 };

static const rp_frame_kind KIND = {"RPRSCKP", 2, "checkpoint"};

/* --- Writing --- */

static void put_sizes(rp_encoder *to, const size_t *items, size_t n)
{
    rp_encode_u64(to, n);
    for (size_t i = 0; i < n; i++)
        rp_encode_u64(to, items[i]);
}

static void put_intervals(rp_encoder *to, const rp_intervals *intervals)
{
    rp_encode_u64(to, intervals->n);
    rp_encode(to, intervals->items, intervals->n * sizeof *intervals->items);
}

static void put_family(rp_encoder *to, const rp_family *family)
{
    assert(family->consensus.n <= RP_CONSENSUS_MAX_BP);
    rp_encode_u64(to, family->seed.kmer);
    rp_encode_u32(to, family->seed.k);
    rp_encode_u32(to, family->seed.count);
    rp_encode_u32(to, family->tandem);
    rp_encode_u64(to, family->consensus.n);
    rp_encode(to, family->consensus.items, family->consensus.n);
    rp_encode_u64(to, family->copies.n);
    for (size_t i = 0; i < family->copies.n; i++) { /* how a copy was aligned does not outlive its growth */
        const rp_copy *copy = &family->copies.items[i];
        const uint8_t reverse = copy->reverse;
        rp_encode_u64(to, copy->begin);
        rp_encode_u64(to, copy->end);
        rp_encode_u32(to, copy->consensus_begin);
        rp_encode_u32(to, copy->consensus_end);
        rp_encode_u32(to, (uint32_t)copy->score);
        rp_encode_u32(to, copy->anchor_place);
        rp_encode(to, &reverse, 1);
    }
}

static void put_pass(rp_encoder *to, const rp_discover_state *pass, uint64_t n_seeds)
{
    rp_encode_u32(to, pass->tier);
    rp_encode_u64(to, pass->n_families_at_tier);
    rp_encode_u64(to, pass->n_pairs);
    rp_encode_u64(to, pass->n_rejected);
    rp_encode_u64(to, pass->n_failed);
    rp_encode_u64(to, pass->n_tandem);
    rp_encode_u64(to, n_seeds);
    rp_encode_u64(to, pass->n_seed_words);
    rp_encode(to, pass->used_seeds, (size_t)pass->n_seed_words * sizeof *pass->used_seeds);
}

static void put_all(rp_encoder *to, const rp_run_binding *binding, const rp_run_state *from)
{
    rp_encode_text(to, binding->parameters);
    rp_encode(to, binding->digest, sizeof binding->digest);
    rp_encode(to, binding->mask_digest, sizeof binding->mask_digest);
    rp_encode_u64(to, binding->genome_bp);
    rp_encode_u32(to, binding->k);
    rp_encode_u32(to, (uint32_t)from->mark);
    rp_encode_u32(to, rp_run_state_in_pass(from));
    for (int i = 0; i < 2; i++)
        put_pass(to, &from->passes[i], from->n_seeds[i]);
    rp_encode_u64(to, from->n_first_pass);
    rp_encode_u32(to, from->join_pass);
    rp_encode_u64(to, from->joined.n_tried);
    rp_encode_u64(to, from->joined.n_end_joins);
    rp_encode_u64(to, from->joined.n_interior_joins);
    rp_encode_u64(to, from->joined.n_circles);
    rp_encode_u64(to, from->n_derived);
    put_intervals(to, &from->cover);
    put_sizes(to, from->source, from->n_source);
    rp_encode_u64(to, from->n_before);
    rp_encode_u32(to, from->polish.round);
    put_sizes(to, from->polish.active, from->polish.n_active);
    put_intervals(to, &from->polish.resting);
    rp_encode_u64(to, from->library.n);
    for (size_t f = 0; f < from->library.n; f++)
        put_family(to, &from->library.items[f]);
}

rp_file *rp_checkpoint_write(const rp_run_binding *binding, const rp_run_state *state, const char *path,
                             rp_error *error)
{
    rp_file *file = rp_file_open(path, error);
    if (file == NULL)
        return NULL;
    rp_encoder to = rp_encode_begin(file, &KIND);
    put_all(&to, binding, state);
    rp_encode_end(&to);
    return file;
}

/* --- Reading --- */

/* Numbers below `limit`. */
static size_t *take_sizes(rp_decoder *from, size_t *n_items, uint64_t limit)
{
    uint64_t n;
    uint64_t *items = rp_decode_array(from, sizeof *items, &n);
    for (uint64_t i = 0; i < n; i++)
        from->bad |= items[i] >= limit;
    _Static_assert(sizeof(size_t) == sizeof(uint64_t), "64-bit machines only");
    *n_items = (size_t)n;
    return items;
}

static void take_intervals(rp_decoder *from, rp_intervals *intervals, uint64_t genome_bp)
{
    uint64_t n;
    intervals->items = rp_decode_array(from, sizeof *intervals->items, &n);
    intervals->n = intervals->capacity = (size_t)n;
    for (size_t i = 0; i < intervals->n; i++)
        from->bad |= intervals->items[i].begin > intervals->items[i].end || intervals->items[i].end > genome_bp;
}

static void take_copies(rp_decoder *from, rp_family *family, uint64_t genome_bp)
{
    const uint64_t n = rp_decode_up_to(from, from->left / COPY_BYTES);
    if (!rp_copies_reserve(&family->copies, (size_t)n)) {
        from->bad = from->no_memory = true;
        return;
    }
    family->copies.n = (size_t)n;
    for (size_t i = 0; i < n; i++) {
        rp_copy copy = {.begin = rp_decode_u64(from)};
        uint8_t reverse;
        copy.end = rp_decode_u64(from);
        copy.consensus_begin = rp_decode_u32(from);
        copy.consensus_end = rp_decode_u32(from);
        copy.score = (int32_t)rp_decode_u32(from);
        copy.anchor_place = rp_decode_u32(from);
        rp_decode(from, &reverse, 1);
        copy.reverse = reverse == 1;
        from->bad |= copy.begin >= copy.end || copy.end > genome_bp || copy.consensus_begin > copy.consensus_end ||
                     copy.consensus_end > family->consensus.n || reverse > 1 ||
                     (copy.anchor_place != RP_NO_ANCHOR && copy.anchor_place > family->consensus.n);
        family->copies.items[i] = copy;
    }
}

static void take_family(rp_decoder *from, rp_family *family, uint64_t genome_bp)
{
    family->seed.kmer = rp_decode_u64(from);
    family->seed.k = rp_decode_u32(from);
    family->seed.count = rp_decode_u32(from);
    const uint32_t tandem = rp_decode_u32(from);
    family->tandem = tandem == 1;
    from->bad |= tandem > 1 || family->seed.k == 0 || family->seed.k > RP_KMER_MAX;
    const uint64_t n = rp_decode_up_to(from, from->left);
    from->bad |= n > RP_CONSENSUS_MAX_BP;
    if (from->bad)
        return;
    if (!rp_codes_reserve(&family->consensus, (size_t)n + 1)) {
        from->bad = from->no_memory = true;
        return;
    }
    rp_decode(from, family->consensus.items, (size_t)n);
    family->consensus.n = (size_t)n;
    for (size_t i = 0; i < n; i++)
        from->bad |= !rp_code_is_base(family->consensus.items[i]);
    take_copies(from, family, genome_bp);
}

static void take_library(rp_decoder *from, rp_library *library, uint64_t n, uint64_t genome_bp)
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

static void take_pass(rp_decoder *from, rp_discover_state *pass, uint64_t *n_seeds)
{
    pass->tier = rp_decode_u32(from);
    pass->n_families_at_tier = rp_decode_u64(from);
    pass->n_pairs = rp_decode_u64(from);
    pass->n_rejected = rp_decode_u64(from);
    pass->n_failed = rp_decode_u64(from);
    pass->n_tandem = rp_decode_u64(from);
    *n_seeds = rp_decode_u64(from);
    pass->used_seeds = rp_decode_array(from, sizeof *pass->used_seeds, &pass->n_seed_words);
}

/* Numbers that must fit each other, once all is read. */
static bool holds_together(const rp_run_binding *binding, const rp_run_state *state)
{
    const uint64_t n = state->library.n;
    return state->passes[0].n_families_at_tier <= n && state->passes[1].n_families_at_tier <= n &&
           state->n_first_pass <= n &&
           (state->mark != RP_MARK_GROW_REST || !rp_run_state_in_pass(state) ||
            state->n_first_pass <= state->passes[1].n_families_at_tier) &&
           state->n_before <= n && state->polish.n_active <= (state->polish.round > 0 ? n : state->n_source) &&
           binding->k >= RP_KMER_MIN && binding->k <= RP_KMER_MAX &&
           binding->digest[sizeof binding->digest - 1] == '\0' &&
           binding->mask_digest[sizeof binding->mask_digest - 1] == '\0';
}

/* Everything between the bytes that tell the kind of file and the checksum. */
static void take_all(rp_decoder *from, rp_run_binding *binding, rp_run_state *to)
{
    binding->parameters = rp_decode_text(from);
    if (binding->parameters == NULL)
        return;
    rp_decode(from, binding->digest, sizeof binding->digest);
    rp_decode(from, binding->mask_digest, sizeof binding->mask_digest);
    binding->genome_bp = rp_decode_u64(from);
    binding->k = rp_decode_u32(from);
    const uint32_t mark = rp_decode_u32(from), in_pass = rp_decode_u32(from);
    from->bad |= mark >= RP_N_MARKS || in_pass > 1 || (in_pass == 1 && mark > RP_MARK_GROW_REST);
    to->mark = from->bad ? RP_MARK_GROW : (rp_mark)mark;
    for (uint32_t i = 0; i < 2; i++) {
        take_pass(from, &to->passes[i], &to->n_seeds[i]);
        to->passes[i].under_way = in_pass == 1 && i == mark;
    }
    to->n_first_pass = rp_decode_u64(from);
    to->join_pass = rp_decode_u32(from);
    to->joined.n_tried = rp_decode_u64(from);
    to->joined.n_end_joins = rp_decode_u64(from);
    to->joined.n_interior_joins = rp_decode_u64(from);
    to->joined.n_circles = rp_decode_u64(from);
    to->n_derived = rp_decode_u64(from);
    take_intervals(from, &to->cover, binding->genome_bp);
    to->source = take_sizes(from, &to->n_source, UINT32_MAX);
    to->n_before = rp_decode_u64(from);
    to->polish.round = rp_decode_u32(from);
    to->polish.active = take_sizes(from, &to->polish.n_active, UINT32_MAX);
    take_intervals(from, &to->polish.resting, binding->genome_bp);
    const uint64_t n = rp_decode_up_to(from, from->left);
    if (!from->bad)
        take_library(from, &to->library, n, binding->genome_bp);
    for (size_t i = 0; !from->bad && i < to->n_source; i++)
        from->bad |= to->source[i] >= n;
    for (size_t i = 0; !from->bad && i < to->polish.n_active; i++)
        from->bad |= to->polish.active[i] >= n;
    from->bad |= !holds_together(binding, to);
}

rp_checkpoint_status rp_checkpoint_read(rp_checkpoint *checkpoint, const char *path, rp_error *error)
{
    rp_frame frame;
    rp_checkpoint_status status = rp_frame_open(&frame, path, &KIND, error);
    if (status != RP_CHECKPOINT_READ)
        return status;
    *checkpoint = (rp_checkpoint){0};
    take_all(&frame.content, &checkpoint->binding, &checkpoint->state);
    status = rp_frame_judge(&frame, &KIND, error);
    if (status != RP_CHECKPOINT_READ)
        rp_checkpoint_clear(checkpoint);
    rp_frame_close(&frame);
    return status;
}

void rp_checkpoint_clear(rp_checkpoint *checkpoint)
{
    free(checkpoint->binding.parameters);
    rp_run_state_clear(&checkpoint->state);
    *checkpoint = (rp_checkpoint){0};
}
