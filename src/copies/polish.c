/* polish.c: a last round of refinement; see polish.h. */
#include "copies/polish.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/metrics.h"
#include "base/parallel.h"
#include "copies/independent.h"
#include "family/unit.h"
#include "library/chimera.h"
#include "library/circle.h"

enum {
    WHOLE_PERCENT = 80,          /* of its alignment that a part must hold to speak for its family */
    FREE_PERCENT = 50,           /* of a copy, that families which rest must leave to it */
    LENGTHENED_BP = 20,
    LENGTHENED_PERCENT = 1, /* by which a family must have grown to be polished again, */
    ENOUGH_PARTS = 300           /* unless it has so many that they have told all there is */
};

RP_ARRAY(pieces, rp_codes);

/* A family in a round. */
typedef struct round_family {
    size_t length;  /* of its consensus before */
    pieces cut_off; /* what was cut off, to be families */
} round_family;

typedef struct polish_run {
    rp_view scanned, growing;    /* growing: under a cover of all parts */
    const rp_kmer_index *index;
    rp_bitmask resting;          /* bases of families that are not polished any more */
    rp_parts parts;              /* of this round */
    size_t *active;              /* families in the library that are polished in this round, */
    round_family *rounds;        /* and how each fares */
    size_t n_active, active_capacity, rounds_capacity;
    bool cuts;                   /* chimeras are cut: in the first round, unless each family is by itself */
    bool is_last;                /* what the round before has grown is cut, and nothing grows on */
    uint32_t min_places;         /* that what is no overgrown end has */
    rp_findings found;           /* the round's parts and families, for the finders */
    rp_place_finder **finders;   /* by worker; NULL where none was needed yet */
    size_t *first, *by_family;   /* indices of parts, by family: from first[f] to first[f + 1] */
    const rp_polish_parameters *parameters;
    rp_builders builders;
    rp_library *library;
} polish_run;

static bool sort_parts(polish_run *run)
{
    const size_t n = run->n_active;
    free(run->first);
    free(run->by_family);
    run->first = rp_alloc(n + 2, sizeof *run->first);
    run->by_family = rp_alloc(run->parts.n, sizeof *run->by_family);
    if (run->first == NULL || run->by_family == NULL)
        return false;
    for (size_t i = 0; i < run->parts.n; i++)
        run->first[run->parts.items[i].family + 2]++;
    for (size_t f = 2; f < n + 2; f++)
        run->first[f] += run->first[f - 1];
    for (size_t i = 0; i < run->parts.n; i++)
        run->by_family[run->first[run->parts.items[i].family + 1]++] = i;
    return true;
}

/* The parts of a family as they lie on the genome, clipped where others have the bases. */
static bool gather_parts(const polish_run *run, size_t which, rp_copies *copies)
{
    copies->n = 0;
    for (size_t i = run->first[which]; i < run->first[which + 1]; i++) {
        const rp_part *part = &run->parts.items[run->by_family[i]];
        if (!rp_copies_push(copies, (rp_copy){.begin = part->begin,
                                              .end = part->end,
                                              .consensus_begin = part->consensus_begin,
                                              .consensus_end = part->consensus_end,
                                              .reverse = part->reverse}))
            return false;
    }
    return true;
}

/* The whole alignments of a family's parts, and the genome that the parts hold. */
static bool gather_copies(const polish_run *run, size_t which, rp_copies *copies, rp_intervals *own)
{
    copies->n = 0;
    for (size_t i = run->first[which]; i < run->first[which + 1]; i++) {
        const rp_part *part = &run->parts.items[run->by_family[i]];
        const rp_alignment *whole = &part->alignment;
        if (!rp_intervals_push(own, (rp_interval){part->begin, part->end}))
            return false;
        if (100 * (part->end - part->begin) < WHOLE_PERCENT * (whole->end - whole->begin) ||
            (!run->parameters->apart && 100 * rp_bitmask_count(&run->resting, part->begin, part->end) >
                                            (100 - FREE_PERCENT) * (part->end - part->begin)))
            continue;
        rp_copy copy = {.begin = whole->begin,
                        .end = whole->end,
                        .score = whole->score,
                        .reverse = part->reverse,
                        .alignment = *whole};
        const uint32_t n = (uint32_t)run->library->items[run->active[which]].consensus.n;
        copy.consensus_begin = part->reverse ? n - whole->query_end : whole->query_begin;
        copy.consensus_end = part->reverse ? n - whole->query_begin : whole->query_end;
        copy.alignment.query = part->reverse;
        copy.anchor_place = part->reverse ? n - whole->place : whole->place;
        if (!rp_copies_push(copies, copy))
            return false;
    }
    rp_intervals_merge(own);
    return true;
}

/* The copies are the parts: growth may have gone round an LTR element, or an LTR be cut short. *opened: it was, and is
 * no more. */
static bool open_circle(const polish_run *run, rp_family *family, bool *opened)
{
    rp_circle circle;
    rp_codes element = {0};
    *opened = false;
    if (!rp_circle_find(family, run->scanned.genome, &circle, opened))
        return false;
    if (!*opened)
        return true;
    const bool ok = rp_circle_cut(family, &circle, run->scanned.genome, &element);
    *opened = ok && element.n <= RP_CONSENSUS_MAX_BP;
    if (*opened) {
        const rp_codes swap = family->consensus;
        family->consensus = element;
        element = swap;
    }
    free(element.items);
    return ok;
}

/* The copies are the parts: a consensus that holds its element more than once is cut to one. It is not grown on: the
 * next copy would be back. */
static bool cut_to_unit(const polish_run *run, size_t which, rp_builder *builder, rp_family *family, bool *was_cut)
{
    uint32_t begin = 0, end = 0;
    rp_intervals own = {0};
    if (!rp_unit_find(&family->consensus, &family->copies, &begin, &end, was_cut))
        return false;
    const bool ok = !*was_cut || (gather_copies(run, which, &family->copies, &own) &&
                                  rp_family_cut(builder, &run->scanned, begin, end, family));
    free(own.items);
    return ok;
}

/* Cuts the consensus into pieces. It keeps the first; the others are to be families. */
static bool cut_apart(polish_run *run, size_t which, rp_family *family, const uint32_t *cuts, size_t n_cuts)
{
    rp_codes *consensus = &family->consensus;
    for (size_t i = 0; i < n_cuts; i++) {
        const size_t end = i + 1 < n_cuts ? cuts[i + 1] : consensus->n;
        rp_codes piece = {0};
        if (!rp_codes_append(&piece, consensus->items + cuts[i], end - cuts[i]) ||
            !pieces_push(&run->rounds[which].cut_off, piece)) {
            free(piece.items);
            return false;
        }
    }
    consensus->n = cuts[0];
    run->rounds[which].length = 0; /* it was cut, and is looked at again */
    return true;
}

/* A consensus that runs into another element is cut; *was_cut: it was. */
static bool cut_chimera(polish_run *run, size_t which, rp_family *family, bool *was_cut)
{
    uint32_t cut = 0;
    *was_cut = false;
    if (!run->cuts)
        return true;
    if (!rp_chimera_find(family, &cut))
        return false;
    if (cut == 0)
        return true;
    *was_cut = true;
    return cut_apart(run, which, family, &cut, 1);
}

/* A consensus that has grown into duplicated sequence is cut where that begins and ends. */
static bool cut_overgrown(polish_run *run, size_t which, unsigned worker, rp_family *family, bool *was_cut)
{
    *was_cut = false;
    if (run->parameters->apart)
        return true;
    if (run->finders[worker] == NULL)
        run->finders[worker] = rp_place_finder_create(&run->scanned, &run->found);
    rp_cuts cuts = {0};
    bool ok = run->finders[worker] != NULL &&
              rp_independent_cuts(run->finders[worker], &run->found.families[which], run->min_places, &cuts);
    *was_cut = ok && cuts.n > 0;
    ok = ok && (!*was_cut || cut_apart(run, which, family, cuts.items, cuts.n));
    free(cuts.items);
    return ok;
}

/* The copies of the search are those of an earlier consensus, and those of a round are found anew in the next. */
static void drop_copies(rp_family *family)
{
    free(family->copies.items);
    family->copies = (rp_copies){0};
}

/* Cuts, opens or grows a family. */
static bool shape_family(polish_run *run, size_t which, unsigned worker, rp_family *family)
{
    rp_intervals own = {0};
    rp_builder *builder = rp_builders_of(&run->builders, worker);
    bool opened = false;
    bool ok = builder != NULL && gather_parts(run, which, &family->copies) &&
              cut_to_unit(run, which, builder, family, &opened);
    ok = ok && (opened || cut_overgrown(run, which, worker, family, &opened));
    ok = ok && (opened || cut_chimera(run, which, family, &opened));
    ok = ok && (opened || open_circle(run, family, &opened));
    ok = ok && (opened || gather_copies(run, which, &family->copies, &own));
    rp_view growing = run->growing;
    growing.lifted = own.items;
    growing.n_lifted = own.n;
    ok = ok && (opened || rp_family_regrow(builder, &run->scanned, &growing, run->index, family));
    drop_copies(family);
    free(own.items);
    return ok;
}

static bool polish_family(void *argument, size_t which, unsigned worker, rp_error *error)
{
    polish_run *run = argument;
    rp_family *family = &run->library->items[run->active[which]];
    bool was_cut;
    const bool ok =
        run->is_last ? cut_overgrown(run, which, worker, family, &was_cut) : shape_family(run, which, worker, family);
    rp_stage_done(1);
    return ok || rp_error_memory(error, "polishing families");
}

static bool has_grown(const polish_run *run, size_t which)
{
    const size_t n = run->library->items[run->active[which]].consensus.n, before = run->rounds[which].length;
    return run->first[which + 1] - run->first[which] <= ENOUGH_PARTS &&
           n >= before + LENGTHENED_BP + before * LENGTHENED_PERCENT / 100;
}

/* Whether most of the part is of what was cut off its family: that is polished in the next round, and its bases do not
 * rest before, though those of the piece that is kept may. */
static bool is_of_cut_off(const polish_run *run, const rp_part *part)
{
    const size_t kept = run->library->items[run->active[part->family]].consensus.n;
    return run->rounds[part->family].length == 0 && (uint64_t)part->consensus_begin + part->consensus_end >= 2 * kept;
}

/* For so many families in a round. */
static bool make_room(polish_run *run, size_t n)
{
    const size_t had = run->rounds_capacity;
    if (!rp_reserve((void **)&run->active, &run->active_capacity, n, sizeof *run->active) ||
        !rp_reserve((void **)&run->rounds, &run->rounds_capacity, n, sizeof *run->rounds))
        return false;
    for (size_t f = had; f < run->rounds_capacity; f++)
        run->rounds[f] = (round_family){0};
    return true;
}

/* Keeps the families that have grown, and those that were cut off; the bases of the others rest. */
static bool choose_active(polish_run *run)
{
    const size_t first_cut_off = run->library->n;
    for (size_t i = 0; i < run->parts.n; i++) {
        const rp_part *part = &run->parts.items[i];
        if (!has_grown(run, part->family) && !is_of_cut_off(run, part))
            rp_bitmask_set(&run->resting, part->begin, part->end);
    }
    for (size_t f = 0; f < run->n_active; f++) {
        pieces *cut_off = &run->rounds[f].cut_off;
        for (size_t i = 0; i < cut_off->n; i++) {
            const rp_family family = {.consensus = cut_off->items[i], .seed = run->library->items[run->active[f]].seed};
            if (!rp_library_add(run->library, &family))
                return false;
            cut_off->items[i] = (rp_codes){0};
        }
        cut_off->n = 0;
    }
    size_t n = 0;
    for (size_t f = 0; f < run->n_active; f++)
        if (has_grown(run, f))
            run->active[n++] = run->active[f]; /* n <= f: what has_grown reads is still there */
    if (!make_room(run, n + run->library->n - first_cut_off))
        return false;
    for (size_t f = first_cut_off; f < run->library->n; f++)
        run->active[n++] = f;
    run->n_active = n;
    return true;
}

/* Shows the round's parts and families to finders of independent places. */
static bool begin_finding(polish_run *run)
{
    run->finders = rp_alloc(run->parameters->n_threads, sizeof *run->finders);
    run->found = (rp_findings){.genome = run->scanned.genome, .parts = run->parts, .n_families = run->n_active};
    run->found.families = rp_alloc(run->n_active, sizeof *run->found.families);
    if (run->finders == NULL || run->found.families == NULL)
        return false;
    for (size_t f = 0; f < run->n_active; f++)
        run->found.families[f] = (rp_found_family){.consensus = &run->library->items[run->active[f]].consensus,
                                                   .parts = run->by_family + run->first[f],
                                                   .n_parts = run->first[f + 1] - run->first[f]};
    return true;
}

static void end_finding(polish_run *run)
{
    for (unsigned i = 0; run->finders != NULL && i < run->parameters->n_threads; i++)
        rp_place_finder_destroy(run->finders[i]);
    free(run->finders);
    free(run->found.families);
    run->finders = NULL;
    run->found = (rp_findings){0};
}

static bool polish_round(polish_run *run, const rp_annotate_parameters *annotate, rp_error *error)
{
    rp_stage_add(run->n_active);
    const rp_codes **consensus = rp_alloc(run->n_active, sizeof *consensus);
    if (consensus == NULL)
        return rp_error_memory(error, "polishing families");
    for (size_t f = 0; f < run->n_active; f++) {
        consensus[f] = &run->library->items[run->active[f]].consensus;
        run->rounds[f].length = consensus[f]->n;
    }
    const bool found = rp_annotate(&run->scanned, consensus, run->n_active, annotate, &run->parts, error);
    free(consensus);
    rp_memory_give_back();
    if (!found)
        return false;
    rp_bitmask covered;
    bool ok = rp_bitmask_init(&covered, run->scanned.genome->length_bp) && sort_parts(run);
    if (!ok)
        (void)rp_error_memory(error, "polishing families");
    if (ok && !run->parameters->apart && !begin_finding(run))
        ok = rp_error_memory(error, "polishing families");
    if (ok && !run->parameters->apart)
        rp_bitmask_add(&covered, &run->resting);
    if (ok && annotate->taken != NULL)
        rp_bitmask_add(&covered, annotate->taken);
    for (size_t i = 0; ok && !run->parameters->apart && i < run->parts.n; i++)
        rp_bitmask_set(&covered, run->parts.items[i].begin, run->parts.items[i].end);
    run->growing.covered = &covered;
    ok = ok && rp_parallel(run->n_active, run->parameters->n_threads, polish_family, run, error);
    run->growing.covered = NULL;
    end_finding(run);
    rp_bitmask_clear(&covered);
    return ok;
}

/* Has the state after a round kept. */
static bool keep_round(const polish_run *run, unsigned next_round)
{
    const rp_keep_hook *hook = &run->parameters->hook;
    rp_polish_state *state = run->parameters->state;
    const rp_polish_state began_with = *state;
    *state = (rp_polish_state){.round = next_round, .active = run->active, .n_active = run->n_active};
    const bool ok = rp_bitmask_intervals(&run->resting, run->scanned.genome, &state->resting);
    if (ok)
        hook->keep(hook->context);
    free(state->resting.items);
    *state = began_with;
    return ok;
}

static void resume(polish_run *run, const rp_polish_state *state)
{
    run->n_active = state->n_active;
    for (size_t f = 0; f < state->n_active; f++)
        run->active[f] = state->active[f];
    for (size_t i = 0; i < state->resting.n; i++)
        rp_bitmask_set(&run->resting, state->resting.items[i].begin, state->resting.items[i].end);
    run->cuts = run->cuts && state->round == 0;
}

bool rp_polish(const rp_view *view, const rp_kmer_index *index, const size_t *source, size_t n,
               const rp_annotate_parameters *annotate, const rp_polish_parameters *parameters, rp_library *library,
               rp_error *error)
{
    rp_annotate_parameters rough = *annotate;
    rough.rows = NULL;
    rough.apart = parameters->apart;
    polish_run run = {.scanned = *view,
                      .growing = *view,
                      .index = index,
                      .parameters = parameters,
                      .library = library,
                      .n_active = n,
                      .min_places = annotate->min_copies,
                      .cuts = !parameters->apart};
    const rp_polish_state *state = parameters->state;
    bool ok =
        rp_builders_init(&run.builders, parameters->n_threads, parameters->kernel, parameters->max_extension_bp) &&
        rp_bitmask_init(&run.resting, view->genome->length_bp) &&
        make_room(&run, state != NULL && state->n_active > n ? state->n_active : n);
    if (!ok)
        (void)rp_error_memory(error, "polishing families");
    for (size_t f = 0; ok && f < n; f++) {
        run.active[f] = source[f];
        drop_copies(&library->items[source[f]]);
    }
    const unsigned first_round = state != NULL ? state->round : 0;
    if (ok && state != NULL)
        resume(&run, state);
    const unsigned n_rounds = parameters->n_rounds + !parameters->apart;
    for (unsigned round = first_round; ok && round < n_rounds && run.n_active > 0; round++) {
        run.is_last = round == parameters->n_rounds;
        ok = polish_round(&run, &rough, error);
        if (ok && !choose_active(&run))
            ok = rp_error_memory(error, "polishing families");
        run.cuts = false;
        if (ok && parameters->hook.keep != NULL && round + 1 < n_rounds && !keep_round(&run, round + 1))
            ok = rp_error_memory(error, "polishing families");
    }
    rp_builders_clear(&run.builders);
    for (size_t f = 0; f < run.rounds_capacity; f++) {
        for (size_t i = 0; i < run.rounds[f].cut_off.n; i++)
            free(run.rounds[f].cut_off.items[i].items);
        free(run.rounds[f].cut_off.items);
    }
    free(run.rounds);
    free(run.active);
    free(run.first);
    free(run.by_family);
    rp_parts_clear(&run.parts);
    rp_bitmask_clear(&run.resting);
    return ok;
}
