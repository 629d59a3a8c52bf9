/* family.c: growth and refinement of one family; see family.h. */
#include "family/family.h"

#include <stdlib.h>
#include <string.h>

#include "base/parallel.h"
#include "family/ends.h"
#include "family/grow.h"
#include "family/self_words.h"
#include "family/trim.h"
#include "family/unit.h"
#include "family/vote.h"

enum {
    ROUNDS = 4,                   /* one: 7 % of the families lost; two: 4 % */
    ROUND_MIN_GAIN_BP = 20,       /* refinement ends when a round of growth added less */
    END_SLACK_BP = 12,            /* a copy that comes this near to an end can carry growth there */
    LEFT_FROM_COPIES_BP =
        200,    /* when the right side gave so much, the left starts from recruited copies, else 4 % lost */
    MIN_GROWN_BP = 40             /* what growth must give for recruitment to be tried */
};

struct rp_builder {
    rp_grower *grower;
    rp_extender *extender;
    rp_recruiter *recruiter;
    rp_voter *voter;
    rp_codes turned;              /* the consensus' reverse complement, for growth to the left */
    rp_strand_walk *walks;
    size_t walk_capacity;
    rp_short_words words;
    rp_void_function *is_void;    /* NULL: nobody watches */
    void *watching;
    uint32_t distances[RP_TANDEM_REACH_BP + 1]; /* how many words of a consensus recur at each */
};

void rp_family_clear(rp_family *family)
{
    free(family->consensus.items);
    free(family->copies.items);
    *family = (rp_family){0};
}

bool rp_family_holds(const rp_family *family)
{
    return family->consensus.n >= RP_FAMILY_MIN_BP && family->copies.n >= RP_FAMILY_MIN_COPIES;
}

rp_builder *rp_builder_create(const rp_band_kernel *kernel, uint32_t max_extension_bp)
{
    rp_builder *builder = rp_alloc(1, sizeof *builder);
    if (builder == NULL)
        return NULL;
    builder->grower = rp_grower_create(kernel, max_extension_bp);
    builder->extender = rp_extender_create(kernel);
    builder->recruiter = rp_recruiter_create(builder->extender);
    builder->voter = rp_voter_create();
    if (builder->grower == NULL || builder->extender == NULL || builder->recruiter == NULL || builder->voter == NULL) {
        rp_builder_destroy(builder);
        return NULL;
    }
    return builder;
}

void rp_builder_destroy(rp_builder *builder)
{
    if (builder == NULL)
        return;
    rp_grower_destroy(builder->grower);
    rp_recruiter_destroy(builder->recruiter);
    rp_extender_destroy(builder->extender);
    rp_voter_destroy(builder->voter);
    free(builder->turned.items);
    free(builder->walks);
    free(builder);
}

void rp_builders_share(rp_builder *const *builders, unsigned n, rp_crew *crew, rp_extender **extenders)
{
    for (unsigned i = 0; i < n; i++)
        extenders[i] = builders[i]->extender;
    for (unsigned i = 0; i < n; i++)
        rp_recruiter_share(builders[i]->recruiter, &(rp_extenders){crew, i, extenders});
}

void rp_builder_watch(rp_builder *builder, rp_void_function *is_void, void *context)
{
    builder->is_void = is_void;
    builder->watching = context;
}

/* Whether the family is to be given up; it says so then. */
static bool is_void(const rp_builder *builder, rp_family *family)
{
    family->is_void = builder->is_void != NULL && builder->is_void(builder->watching);
    return family->is_void;
}

rp_recruiter *rp_builder_recruiter(rp_builder *builder)
{
    return builder->recruiter;
}

struct rp_voter *rp_builder_voter(rp_builder *builder)
{
    return builder->voter;
}

uint64_t rp_builder_cells(const rp_builder *builder)
{
    return rp_grower_cells(builder->grower) + rp_extender_cells(builder->extender);
}

bool rp_builders_init(rp_builders *builders, unsigned n_threads, const rp_band_kernel *kernel,
                      uint32_t max_extension_bp)
{
    *builders = (rp_builders){.n = n_threads, .kernel = kernel, .max_extension_bp = max_extension_bp};
    builders->items = rp_alloc(n_threads, sizeof *builders->items);
    return builders->items != NULL;
}

/* What a builder has is a megabyte: to write that for many takes longer than to make each by a thread. */
static bool make_builder(void *argument, size_t which, unsigned worker, rp_error *error)
{
    (void)worker;
    return rp_builders_of(argument, (unsigned)which) != NULL || rp_error_memory(error, "growing families");
}

static bool destroy_builder(void *argument, size_t which, unsigned worker, rp_error *error)
{
    (void)worker;
    (void)error;
    rp_builders *builders = argument;
    rp_builder_destroy(builders->items[which]);
    builders->items[which] = NULL;
    return true;
}

bool rp_builders_join(rp_builders *builders, rp_crew *crew, rp_error *error)
{
    if (builders->kernel->offload != NULL || rp_crew_size(crew) < 2)
        return true;
    builders->extenders = rp_alloc(builders->n, sizeof *builders->extenders);
    if (builders->extenders == NULL)
        return rp_error_memory(error, "growing families");
    if (!rp_parallel(builders->n, builders->n, make_builder, builders, error))
        return false;
    rp_builders_share(builders->items, builders->n, crew, builders->extenders);
    return true;
}

rp_builder *rp_builders_of(rp_builders *builders, unsigned thread)
{
    rp_builder **own = &builders->items[thread];
    if (*own == NULL)
        *own = rp_builder_create(builders->kernel, builders->max_extension_bp);
    return *own;
}

uint64_t rp_builders_cells(const rp_builders *builders)
{
    uint64_t cells = 0;
    for (unsigned i = 0; builders->items != NULL && i < builders->n; i++)
        cells += builders->items[i] != NULL ? rp_builder_cells(builders->items[i]) : 0;
    return cells;
}

void rp_builders_clear(rp_builders *builders)
{
    rp_error ended = {""};
    if (builders->items != NULL && builders->extenders != NULL)
        (void)!rp_parallel(builders->n, builders->n, destroy_builder, builders, &ended);
    for (unsigned i = 0; builders->items != NULL && i < builders->n; i++) /* all, if the run is to end */
        rp_builder_destroy(builders->items[i]);
    free(builders->items);
    free(builders->extenders);
    *builders = (rp_builders){0};
}

/* Grows the right end, or with `left` the left one, along builder->walks. */
static bool grow_end(rp_builder *builder, const rp_view *view, const rp_kmer_index *index, bool left, size_t n_walks,
                     rp_family *family, rp_reads *reads)
{
    rp_codes *consensus = &family->consensus;
    bool tandem = false;
    if (left) {
        if (!rp_codes_reverse_complement(&builder->turned, consensus->items, consensus->n) ||
            !rp_grow(builder->grower, view, index, &builder->turned, builder->walks, n_walks, reads, &tandem) ||
            !rp_codes_reverse_complement(consensus, builder->turned.items, builder->turned.n))
            return false;
    } else if (!rp_grow(builder->grower, view, index, consensus, builder->walks, n_walks, reads, &tandem)) {
        return false;
    }
    family->tandem |= tandem;
    return true;
}

/* The walks on from the copies that reach the right (left) end of the consensus. */
static bool walks_from_copies(rp_builder *builder, const rp_view *view, const rp_family *family, bool left, size_t *n)
{
    const uint32_t length = (uint32_t)family->consensus.n;
    if (!rp_reserve((void **)&builder->walks, &builder->walk_capacity, family->copies.n, sizeof *builder->walks))
        return false;
    *n = 0;
    for (size_t i = 0; i < family->copies.n; i++) {
        const rp_copy *copy = &family->copies.items[i];
        const uint32_t short_by = left ? copy->consensus_begin : length - copy->consensus_end;
        if (short_by > END_SLACK_BP)
            continue;
        const bool reverse = copy->reverse != left; /* going left on a forward copy is going down the genome */
        const uint64_t end = reverse ? copy->begin : copy->end;
        rp_strand_walk walk = rp_view_walk_beyond(view, copy->begin, copy->end, reverse);
        if (walk.limit_bp <= short_by)
            continue;
        walk.origin = reverse ? end - short_by : end + short_by;
        walk.limit_bp -= short_by;
        builder->walks[(*n)++] = walk;
    }
    return true;
}

static bool grow_from_copies(rp_builder *builder, const rp_view *view, const rp_kmer_index *index, bool left,
                             rp_family *family, rp_reads *reads)
{
    size_t n = 0;
    if (!walks_from_copies(builder, view, family, left, &n))
        return false;
    return n < RP_FAMILY_MIN_COPIES || grow_end(builder, view, index, left, n, family, reads);
}

static bool grow_from_places(rp_builder *builder, const rp_view *view, const rp_kmer_index *index, bool left,
                             const rp_place *places, size_t n_places, unsigned k, rp_family *family, rp_reads *reads)
{
    if (!rp_reserve((void **)&builder->walks, &builder->walk_capacity, n_places, sizeof *builder->walks))
        return false;
    for (size_t i = 0; i < n_places; i++) {
        const bool reverse = places[i].reverse != left;
        builder->walks[i] = rp_view_walk_beyond(view, places[i].position, places[i].position + k, reverse);
    }
    return grow_end(builder, view, index, left, n_places, family, reads);
}

/* Whether the share n / of is at least one in `least` where a share of chance / RP_RECURRENCE_UNIT is none. */
static bool is_share(uint64_t n, uint64_t of, unsigned least, uint64_t chance)
{
    const uint64_t unit = RP_RECURRENCE_UNIT;
    return n * unit >= chance * of && least * (n * unit - chance * of) >= (unit - chance) * of;
}

/* Whether the consensus is an array: at least half of its short words recur nearby in it, and a quarter stand there for
 * the third time or more, less those that do by its composition. Of two units (a dimeric SINE, two copies head to tail)
 * half recur and none is a third; of three, two thirds and one. */
static bool is_tandem(rp_builder *builder, const rp_codes *consensus)
{
    const size_t n = consensus->n;
    uint64_t recurrent = 0, third = 0;
    rp_short_words_start(&builder->words);
    for (size_t i = 0; i < n && 2 * (recurrent + n - i) >= n; i++) { /* until half of them cannot recur any more */
        const rp_recurrence_kind kind = rp_short_words_push(&builder->words, consensus->items[i]);
        recurrent += kind != RP_WORD_IS_NEW;
        third += kind == RP_WORD_IS_THIRD;
    }
    if (2 * recurrent < n || 4 * third < n)
        return false;
    rp_base_counts counts = {{0}};
    rp_base_counts_add_codes(&counts, consensus->items, n);
    const uint32_t reach =
        n / 2 < RP_TANDEM_REACH_BP ? (uint32_t)n / 2 : RP_TANDEM_REACH_BP; /* half of it, on average */
    const uint64_t chance = rp_chance_recurrence(&counts, RP_SHORT_WORD_BASES, reach);
    return is_share(recurrent, n, 2, chance) && is_share(third, n, 4, chance * chance / RP_RECURRENCE_UNIT);
}

/* Whether the consensus as it stands resembles itself. */
static bool resembles_itself(rp_builder *builder, const rp_family *family)
{
    return family->tandem || is_tandem(builder, &family->consensus);
}

/* The copies of the consensus as it stands. */
static bool recruit(rp_builder *builder, const rp_view *view, const rp_kmer_index *index, bool tandem,
                    rp_family *family, rp_reads *reads)
{
    return rp_recruit(builder->recruiter, view, index, &family->consensus, tandem, &family->copies, reads);
}

/* The distance at which the words of the consensus recur, by its median; 0: they do not. */
static uint32_t find_period(rp_builder *builder, const rp_codes *consensus)
{
    uint64_t n = 0, below = 0;
    memset(builder->distances, 0, sizeof builder->distances);
    rp_short_words_start(&builder->words);
    for (size_t i = 0; i < consensus->n; i++) {
        (void)rp_short_words_push(&builder->words, consensus->items[i]);
        builder->distances[builder->words.distance]++;
    }
    for (uint32_t d = 1; d <= RP_TANDEM_REACH_BP; d++)
        n += builder->distances[d];
    uint32_t period = 0;
    while (2 * below < n)
        below += builder->distances[++period];
    return period;
}

/* Whether most of what the copies hold is arrays of three units: the consensus may be one where they are not. */
static bool copies_are_arrays(const rp_family *family, uint32_t period)
{
    uint64_t in_arrays = 0, all = 0;
    for (size_t i = 0; i < family->copies.n; i++) {
        const uint32_t span = family->copies.items[i].consensus_end - family->copies.items[i].consensus_begin;
        all += span;
        in_arrays += 2 * (uint64_t)span >= 5 * (uint64_t)period ? span : 0;
    }
    return 2 * in_arrays >= all;
}

/* The consensus is [begin, end) of what it was, and the copies' anchors go along. */
static void cut_consensus(rp_family *family, uint32_t begin, uint32_t end)
{
    rp_codes *consensus = &family->consensus;
    memmove(consensus->items, consensus->items + begin, end - begin);
    consensus->n = end - begin;
    for (size_t i = 0; i < family->copies.n; i++) {
        uint32_t *anchor = &family->copies.items[i].anchor_place;
        *anchor = *anchor == RP_NO_ANCHOR || *anchor < begin || *anchor > end ? RP_NO_ANCHOR : *anchor - begin;
    }
}

/* Of a tandem family what it covers is wanted, no better consensus. Growth may have gone round through copies that
 * stand head to tail, while most stand alone: then the family is one of its unit. */
static bool recruit_tandem(rp_builder *builder, const rp_view *view, const rp_kmer_index *index, rp_family *family,
                           rp_reads *reads)
{
    uint32_t begin = 0, end = 0;
    bool has_unit = false;
    family->tandem = true;
    const uint32_t period = find_period(builder, &family->consensus);
    if (!recruit(builder, view, index, true, family, reads))
        return false;
    if (copies_are_arrays(family, period))
        return true;
    if (!rp_unit_find(&family->consensus, &family->copies, &begin, &end, &has_unit))
        return false;
    if (!has_unit)
        return true;
    family->tandem = false;
    cut_consensus(family, begin, end);
    if (!recruit(builder, view, index, false, family, reads))
        return false;
    return family->copies.n < RP_FAMILY_MIN_COPIES ||
           (rp_vote(builder->voter, builder->recruiter, view, &family->consensus, &family->copies) &&
            rp_trim(view->genome, &family->consensus, &family->copies));
}

/* Growth to the left wants copies of the same coordinates as growth to the right had. */
static void clip_to_consensus(rp_family *family)
{
    for (size_t i = 0; i < family->copies.n; i++)
        if (family->copies.items[i].consensus_end > family->consensus.n)
            family->copies.items[i].consensus_end = (uint32_t)family->consensus.n;
}

/* Grows from the copies that reach an end. */
static bool grow_both_ends(rp_builder *builder, const rp_view *view, const rp_kmer_index *index, rp_family *family,
                           rp_reads *reads)
{
    if (!grow_from_copies(builder, view, index, false, family, reads))
        return false;
    clip_to_consensus(family);
    return grow_from_copies(builder, view, index, true, family, reads);
}

bool rp_family_refine(rp_builder *builder, const rp_view *view, const rp_kmer_index *index, unsigned n_rounds,
                      rp_family *family, rp_reads *reads)
{
    rp_codes *consensus = &family->consensus;
    rp_copies *copies = &family->copies;
    if (resembles_itself(builder, family))
        return recruit_tandem(builder, view, index, family, reads);
    for (unsigned round = 0; round < n_rounds; round++) {
        if (is_void(builder, family))
            return true;
        if (!recruit(builder, view, index, round > 0 && resembles_itself(builder, family), family, reads))
            return false;
        if (copies->n < RP_FAMILY_MIN_COPIES)
            return true;
        if (!rp_vote(builder->voter, builder->recruiter, view, consensus, copies) ||
            !rp_trim(view->genome, consensus, copies))
            return false;
        if (copies->n < RP_FAMILY_MIN_COPIES || family->tandem || consensus->n > RP_CONSENSUS_GROWN_BP)
            break;
        const size_t before = consensus->n;
        if (is_void(builder, family))
            return true;
        if (!grow_both_ends(builder, view, index, family, reads))
            return false;
        if (consensus->n - before < ROUND_MIN_GAIN_BP)
            break;
    }
    if (!recruit(builder, view, index, resembles_itself(builder, family), family, reads))
        return false;
    if (!rp_family_holds(family))
        return true;
    if (!rp_vote(builder->voter, builder->recruiter, view, consensus, copies) ||
        !rp_trim(view->genome, consensus, copies))
        return false;
    family->tandem =
        family->tandem || (is_tandem(builder, consensus) && copies_are_arrays(family, find_period(builder, consensus)));
    return true;
}

/* Grows a finished family at one end; what runs into an array there is not the family's. */
static bool regrow_end(rp_builder *builder, const rp_view *growing, const rp_kmer_index *index, bool left,
                       rp_family *family)
{
    rp_codes *consensus = &family->consensus;
    const size_t before = consensus->n;
    family->tandem = false;
    if (!grow_from_copies(builder, growing, index, left, family, NULL))
        return false;
    if (family->tandem && left)
        memmove(consensus->items, consensus->items + (consensus->n - before), before);
    if (family->tandem)
        consensus->n = before;
    return true;
}

/* The last vote of a consensus that has changed, by the copies that keep their anchors, and its ends. */
static bool align_and_vote(rp_builder *builder, const rp_view *aligned, rp_family *family)
{
    rp_codes *consensus = &family->consensus;
    if (!rp_recruit_again(builder->recruiter, aligned, consensus, &family->copies))
        return false;
    return family->copies.n < RP_FAMILY_MIN_COPIES ||
           (rp_vote(builder->voter, builder->recruiter, aligned, consensus, &family->copies) &&
            rp_trim(aligned->genome, consensus, &family->copies) && rp_set_ends(aligned, consensus, &family->copies));
}

bool rp_family_regrow(rp_builder *builder, const rp_view *aligned, const rp_view *growing, const rp_kmer_index *index,
                      rp_family *family)
{
    const bool tandem = family->tandem;
    rp_codes *consensus = &family->consensus;
    if (family->copies.n < RP_FAMILY_MIN_COPIES)
        return true;
    if (!rp_vote(builder->voter, builder->recruiter, aligned, consensus, &family->copies) ||
        !rp_trim(aligned->genome, consensus, &family->copies))
        return false;
    if (family->copies.n < RP_FAMILY_MIN_COPIES || consensus->n > RP_CONSENSUS_GROWN_BP)
        return true;
    if (!regrow_end(builder, growing, index, false, family))
        return false;
    const size_t before = consensus->n;
    clip_to_consensus(family);
    if (!regrow_end(builder, growing, index, true, family))
        return false;
    family->tandem = tandem;
    for (size_t i = 0; i < family->copies.n; i++)
        if (family->copies.items[i].anchor_place != RP_NO_ANCHOR)
            family->copies.items[i].anchor_place += (uint32_t)(consensus->n - before);
    return align_and_vote(builder, aligned, family);
}

bool rp_family_cut(rp_builder *builder, const rp_view *aligned, uint32_t begin, uint32_t end, rp_family *family)
{
    cut_consensus(family, begin, end);
    return align_and_vote(builder, aligned, family);
}

bool rp_family_grow(rp_builder *builder, const rp_view *view, const rp_kmer_index *index, uint64_t kmer,
                    const rp_place *places, size_t n_places, rp_family *family, rp_reads *reads)
{
    const unsigned k = rp_kmer_index_k(index);
    rp_codes *consensus = &family->consensus;
    consensus->n = 0;
    family->copies.n = 0;
    family->tandem = family->is_void = false;
    family->seed = (rp_seed){kmer, k, (uint32_t)n_places};
    if (!rp_codes_reserve(consensus, k))
        return false;
    for (unsigned i = 0; i < k; i++)
        consensus->items[consensus->n++] = (uint8_t)(kmer >> 2 * (k - 1 - i) & 3);
    if (!grow_from_places(builder, view, index, false, places, n_places, k, family, reads))
        return false;
    if (consensus->n >= MIN_GROWN_BP && resembles_itself(builder, family))
        return recruit_tandem(builder, view, index, family, reads);
    if (consensus->n >= LEFT_FROM_COPIES_BP + k) {
        if (!recruit(builder, view, index, false, family, reads))
            return false;
        if (is_void(builder, family))
            return true;
        if (!grow_from_copies(builder, view, index, true, family, reads))
            return false;
    } else if (!grow_from_places(builder, view, index, true, places, n_places, k, family, reads)) {
        return false;
    }
    if (consensus->n < MIN_GROWN_BP)
        return true;
    return rp_family_refine(builder, view, index, ROUNDS, family, reads);
}
