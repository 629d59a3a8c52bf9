/* compare.c: judges a found library by a reference; see compare.h. */
#include "compare/compare.h"

#include <stdlib.h>
#include <string.h>

#include "base/sort.h"
#include "compare/pair_hits.h"
#include "compare/spans.h"

enum {
    CHAIN_GAP_BP = 500,        /* between collinear alignments that are judged together */
    CHAIN_OVERLAP_BP = 50,
    SLACK_BP = 10,             /* uncovered reference bases between two alignments that count as covered */
    MIN_PART_BP = 100,         /* of a chimera: what each of the two references holds, */
    MIN_PART_PERCENT = 20,     /* and what share of it */
    MAX_ALIKE_PERCENT = 20,    /* of the smaller reference, that the other may cover */
    PAD_BP = 64,               /* of the band: between families, */
    GENOME_PAD_BP = 16         /* and with a genome, where only depth is asked for */
};

static const double WHOLE = 0.95, MOST = 0.80, CLOSE = 0.05, LOOSE = 0.20, KNOWN = 0.5;
static const double CHANCE = 1e-5, CHANCE_IN_GENOME = 1e-10; /* expected alignments of a family */

const char *const rp_match_class_names[RP_N_MATCH_CLASSES] = {"perfect", "good", "present", "missing"};

typedef struct link {
    rp_pair_hit last;
    rp_spans query, target;
    uint64_t matches, mismatches;
    uint32_t last_target_begin;    /* of the last hit that advances on the target */
} link;

RP_ARRAY(links, link);

RP_ARRAY(family_list, size_t);

typedef struct judgement {
    const rp_family_file *found, *reference;
    rp_comparison *out;
    rp_pair_hits hits;             /* query: found family, target: reference family */
    rp_spans *close, *loose;       /* by reference family: its covered parts */
    rp_spans *known;               /* by found family */
    rp_spans scratch;
    links links;
} judgement;

/* The hit's target interval as the query's strand reads it. */
static rp_span target_along_query(const judgement *with, const rp_pair_hit *hit)
{
    const uint32_t length = (uint32_t)with->reference->items[hit->target].consensus.n;
    return hit->reverse ? (rp_span){length - hit->target_end, length - hit->target_begin}
                        : (rp_span){hit->target_begin, hit->target_end};
}

/* Puts a hit to the link that it continues, the one that reaches furthest, or begins one. */
static bool chain_hit(judgement *with, const rp_pair_hit *hit)
{
    link *best = NULL;
    for (size_t i = 0; i < with->links.n; i++) {
        link *here = &with->links.items[i];
        const int64_t gap = (int64_t)hit->query_begin - here->last.query_end;
        if (gap >= -CHAIN_OVERLAP_BP && gap <= CHAIN_GAP_BP && hit->query_end > here->last.query_end &&
            (best == NULL || here->last.query_end > best->last.query_end))
            best = here;
    }
    const rp_span target = target_along_query(with, hit);
    if (best == NULL) {
        if (!links_push(&with->links, (link){.last_target_begin = 0}))
            return false;
        best = &with->links.items[with->links.n - 1];
    } else if ((int64_t)target.begin <= (int64_t)best->last_target_begin - CHAIN_OVERLAP_BP) {
        best->last = *hit; /* goes back on the reference: carries the link on, but does not count */
        return true;
    }
    best->last = *hit;
    best->last_target_begin = target.begin;
    best->matches += hit->matches;
    best->mismatches += hit->mismatches;
    return rp_spans_push(&best->query, (rp_span){hit->query_begin, hit->query_end}) &&
           rp_spans_push(&best->target, target);
}

static void judge_link(judgement *with, const rp_pair_hit *pair, link *here)
{
    rp_reference_verdict *reference = &with->out->reference[pair->target];
    rp_found_verdict *found = &with->out->found[pair->query];
    const double found_bp = (double)with->found->items[pair->query].consensus.n;
    const double reference_bp = (double)with->reference->items[pair->target].consensus.n;
    const double difference = (double)here->mismatches /
                              (double)(here->matches + here->mismatches > 0 ? here->matches + here->mismatches : 1);
    const double on_found = (double)rp_spans_covered(&here->query, 0) / found_bp;
    const double on_reference = (double)rp_spans_covered(&here->target, SLACK_BP) / reference_bp;
    const bool is_perfect = on_found > WHOLE && on_reference > WHOLE && difference < CLOSE;
    if (is_perfect)
        reference->match = RP_MATCH_PERFECT;
    if (is_perfect != found->is_perfect   ? is_perfect
        : here->matches != found->matches ? here->matches > found->matches
                                          : on_reference > found->best_share) {
        found->is_perfect = is_perfect;
        found->matches = here->matches;
        found->best_share = on_reference;
        found->best = pair->target;
    }
    const double so_far =
        reference->best == RP_NO_FAMILY ? 0 : reference->best_share * (1 - reference->best_difference);
    if (on_reference * (1 - difference) > so_far) {
        reference->best = pair->query;
        reference->best_share = on_reference;
        reference->best_difference = difference;
    }
}

/* Judges the hits [begin, end) of one found family with one reference family on one strand. */
static bool judge_pair(judgement *with, size_t begin, size_t end)
{
    const rp_pair_hit *pair = &with->hits.items[begin];
    with->links.n = 0;
    bool ok = true;
    for (size_t i = begin; i < end && ok; i++) {
        const rp_pair_hit *hit = &with->hits.items[i];
        const rp_span on_reference = {hit->target_begin, hit->target_end};
        ok = chain_hit(with, hit);
        if (ok && rp_pair_hit_difference(hit) < CLOSE)
            ok = rp_spans_push(&with->close[pair->target], on_reference);
        if (ok && rp_pair_hit_difference(hit) < LOOSE)
            ok = rp_spans_push(&with->loose[pair->target], on_reference) &&
                 rp_spans_push(&with->known[pair->query], (rp_span){hit->query_begin, hit->query_end});
    }
    for (size_t i = 0; i < with->links.n; i++) {
        if (ok)
            judge_link(with, pair, &with->links.items[i]);
        free(with->links.items[i].query.items);
        free(with->links.items[i].target.items);
    }
    with->links.n = 0;
    return ok;
}

/* --- Chimeras --- */

/* What a found family shares with one reference family. */
static uint64_t shared_bases(judgement *with, size_t begin, size_t end, size_t target, rp_spans *spans)
{
    spans->n = 0;
    for (size_t i = begin; i < end; i++)
        if (with->hits.items[i].target == target && rp_pair_hit_difference(&with->hits.items[i]) < LOOSE)
            if (!rp_spans_push(spans, (rp_span){with->hits.items[i].query_begin, with->hits.items[i].query_end}))
                return 0;
    return rp_spans_covered(spans, 0);
}

/* Whether the hit lies, but for a part, outside of the spans (sorted). */
static uint32_t outside(const rp_spans *spans, const rp_pair_hit *hit)
{
    uint32_t inside = 0, at = hit->query_begin;
    for (size_t i = 0; i < spans->n; i++) {
        const uint32_t begin = spans->items[i].begin > at ? spans->items[i].begin : at;
        const uint32_t end = spans->items[i].end < hit->query_end ? spans->items[i].end : hit->query_end;
        if (begin < end) {
            inside += end - begin;
            at = end;
        }
    }
    return hit->query_end - hit->query_begin - inside;
}

/* The next hit from `from` on of a found family [begin, end) that gives it a good part which its best
 * reference lacks; `end`: there is none. with->scratch: what the best one holds. */
static size_t next_other_part(const judgement *with, size_t from, size_t end)
{
    const rp_found_verdict *found = &with->out->found[with->hits.items[from < end ? from : end - 1].query];
    for (size_t i = from; i < end; i++) {
        const rp_pair_hit *hit = &with->hits.items[i];
        const size_t length = with->found->items[hit->query].consensus.n;
        const uint32_t own = outside(&with->scratch, hit);
        if (hit->target != found->best && rp_pair_hit_difference(hit) < LOOSE && own >= MIN_PART_BP &&
            100 * (uint64_t)own >= MIN_PART_PERCENT * (uint64_t)length)
            return i;
    }
    return end;
}

/* Whether the best reference of the found family [begin, end) holds enough of it to be one of two. */
static bool has_first_part(judgement *with, size_t begin, size_t end)
{
    const rp_found_verdict *found = &with->out->found[with->hits.items[begin].query];
    return found->best != RP_NO_FAMILY && shared_bases(with, begin, end, found->best, &with->scratch) >= MIN_PART_BP;
}

/* Marks the found family [begin, end) when a part of it is of a reference that is not like the best one: a
 * piece of a family that resembles the best one is no other family. */
static void judge_chimera(judgement *with, size_t begin, size_t end, const family_list *alike)
{
    rp_found_verdict *found = &with->out->found[with->hits.items[begin].query];
    if (!has_first_part(with, begin, end))
        return;
    for (size_t i = next_other_part(with, begin, end); i < end && !found->chimera;
         i = next_other_part(with, i + 1, end)) {
        bool related = false;
        for (size_t j = 0; j < alike[found->best].n && !related; j++)
            related = alike[found->best].items[j] == with->hits.items[i].target;
        found->chimera = !related;
        found->second = with->hits.items[i].target;
    }
}

/* For each reference family that `wanted` marks the others that share a good part with it. */
static bool find_alike(judgement *with, const rp_genome *records, const rp_compare_parameters *parameters,
                       const uint8_t *wanted, family_list *alike, rp_error *error)
{
    const size_t n = with->reference->n;
    const rp_codes **consensus = rp_alloc(n, sizeof *consensus);
    size_t *family = rp_alloc(n, sizeof *family), n_wanted = 0;
    rp_pair_hits hits = {0};
    bool ok = consensus != NULL && family != NULL;
    for (size_t i = 0; ok && i < n; i++)
        if (wanted[i]) {
            family[n_wanted] = i;
            consensus[n_wanted++] = &with->reference->items[i].consensus;
        }
    const rp_pair_parameters pairs = {parameters->n_threads, parameters->kernel, CHANCE, PAD_BP, false};
    if (!ok)
        (void)rp_error_memory(error, "comparing libraries");
    ok = ok && rp_pair_hits_find(consensus, n_wanted, records, &pairs, &hits, error);
    for (size_t i = 0; ok && i < hits.n; i++) {
        const rp_pair_hit *hit = &hits.items[i];
        const size_t a = consensus[hit->query]->n, b = with->reference->items[hit->target].consensus.n;
        if (100 * (uint64_t)(hit->query_end - hit->query_begin) >= MAX_ALIKE_PERCENT * (uint64_t)(a < b ? a : b))
            ok = family_list_push(&alike[family[hit->query]], hit->target) ||
                 rp_error_memory(error, "comparing libraries");
    }
    free(hits.items);
    free(consensus);
    free(family);
    return ok;
}

/* The end of the run of hits of one found family that begins at `begin`. */
static size_t end_of_found(const judgement *with, size_t begin)
{
    size_t end = begin + 1;
    while (end < with->hits.n && with->hits.items[end].query == with->hits.items[begin].query)
        end++;
    return end;
}

static bool judge_chimeras(judgement *with, const rp_genome *records, const rp_compare_parameters *parameters,
                           rp_error *error)
{
    family_list *alike = rp_alloc(with->reference->n, sizeof *alike);
    uint8_t *wanted = rp_alloc(with->reference->n, 1);
    bool ok = alike != NULL && wanted != NULL;
    if (!ok)
        (void)rp_error_memory(error, "comparing libraries");
    for (size_t i = 0, j; ok && i < with->hits.n; i = j) {
        j = end_of_found(with, i);
        if (has_first_part(with, i, j) && next_other_part(with, i, j) < j)
            wanted[with->out->found[with->hits.items[i].query].best] = 1;
    }
    ok = ok && find_alike(with, records, parameters, wanted, alike, error);
    for (size_t i = 0, j; ok && i < with->hits.n; i = j) {
        j = end_of_found(with, i);
        judge_chimera(with, i, j, alike);
    }
    for (size_t i = 0; alike != NULL && i < with->reference->n; i++)
        free(alike[i].items);
    free(alike);
    free(wanted);
    return ok;
}

/* --- Which reference families count --- */

/* Whether at least half of the family's bases stand in the genome often enough. */
static bool is_held(const rp_pair_hit *hits, size_t n, size_t length, uint32_t min_copies, bool *ok)
{
    int32_t *change = rp_alloc(length + 1, sizeof *change);
    *ok = change != NULL;
    size_t deep = 0;
    int64_t depth = 0;
    for (size_t i = 0; i < n && *ok; i++)
        if (rp_pair_hit_difference(&hits[i]) <= LOOSE) {
            change[hits[i].query_begin]++;
            change[hits[i].query_end]--;
        }
    for (size_t i = 0; i < length && *ok; i++) {
        depth += change[i];
        deep += depth >= min_copies;
    }
    free(change);
    return 2 * deep >= length;
}

static bool find_held(judgement *with, const rp_compare_parameters *parameters, rp_error *error)
{
    const size_t n = with->reference->n;
    const rp_codes **consensus = rp_alloc(n, sizeof *consensus);
    if (consensus == NULL)
        return rp_error_memory(error, "comparing libraries");
    for (size_t i = 0; i < n; i++)
        consensus[i] = &with->reference->items[i].consensus;
    rp_pair_hits hits = {0};
    const rp_pair_parameters pairs = {parameters->n_threads, parameters->kernel, CHANCE_IN_GENOME, GENOME_PAD_BP,
                                      false};
    bool ok = rp_pair_hits_find(consensus, n, parameters->genome, &pairs, &hits, error);
    for (size_t i = 0; i < n; i++)
        with->out->reference[i].held = false;
    for (size_t i = 0, j; ok && i < hits.n; i = j) {
        for (j = i + 1; j < hits.n && hits.items[j].query == hits.items[i].query; j++)
            ;
        with->out->reference[hits.items[i].query].held =
            is_held(&hits.items[i], j - i, consensus[hits.items[i].query]->n, parameters->min_copies, &ok);
        if (!ok)
            (void)rp_error_memory(error, "comparing libraries");
    }
    free(hits.items);
    free(consensus);
    return ok;
}

/* --- The whole --- */

static void count(judgement *with)
{
    rp_comparison *out = with->out;
    for (size_t r = 0; r < out->n_reference; r++) {
        rp_reference_verdict *verdict = &out->reference[r];
        const double length = (double)with->reference->items[r].consensus.n;
        verdict->close_share = (double)rp_spans_covered(&with->close[r], SLACK_BP) / length;
        verdict->covered_share = (double)rp_spans_covered(&with->loose[r], SLACK_BP) / length;
        if (verdict->match != RP_MATCH_PERFECT)
            verdict->match = verdict->close_share > WHOLE    ? RP_MATCH_GOOD
                             : verdict->covered_share > MOST ? RP_MATCH_PRESENT
                                                             : RP_MATCH_MISSING;
        out->n_held += verdict->held;
        out->counts[verdict->match] += verdict->held;
    }
    for (size_t f = 0; f < out->n_found; f++) {
        rp_found_verdict *verdict = &out->found[f];
        verdict->known_share = (double)rp_spans_covered(&with->known[f], 0) / (double)with->found->items[f].consensus.n;
        out->n_unmatched += verdict->known_share < KNOWN;
        out->n_chimeras += verdict->chimera;
        if (verdict->best == RP_NO_FAMILY)
            continue;
        rp_reference_verdict *home = &out->reference[verdict->best];
        out->n_redundant += home->n_found++ > 0;
        if (home->champion == RP_NO_FAMILY || verdict->matches > out->found[home->champion].matches)
            home->champion = f;
    }
    for (size_t f = 0; f < out->n_found; f++)
        out->found[f].redundant =
            out->found[f].best != RP_NO_FAMILY && out->reference[out->found[f].best].champion != f;
}

/* Keeps the hits with reference families that count. */
static void keep_held(judgement *with)
{
    size_t n = 0;
    for (size_t i = 0; i < with->hits.n; i++)
        if (with->out->reference[with->hits.items[i].target].held)
            with->hits.items[n++] = with->hits.items[i];
    with->hits.n = n;
}

static bool judge(judgement *with, const rp_genome *records, const rp_compare_parameters *parameters, rp_error *error)
{
    rp_comparison *out = with->out;
    const rp_codes **consensus = rp_alloc(with->found->n, sizeof *consensus);
    with->close = rp_alloc(out->n_reference, sizeof *with->close);
    with->loose = rp_alloc(out->n_reference, sizeof *with->loose);
    with->known = rp_alloc(out->n_found, sizeof *with->known);
    out->reference = rp_alloc(out->n_reference, sizeof *out->reference);
    out->found = rp_alloc(out->n_found, sizeof *out->found);
    bool ok = consensus != NULL && with->close != NULL && with->loose != NULL && with->known != NULL &&
              out->reference != NULL && out->found != NULL;
    if (!ok)
        (void)rp_error_memory(error, "comparing libraries");
    for (size_t r = 0; ok && r < out->n_reference; r++)
        out->reference[r] = (rp_reference_verdict){
            .held = true, .match = RP_MATCH_MISSING, .best = RP_NO_FAMILY, .champion = RP_NO_FAMILY};
    for (size_t f = 0; ok && f < out->n_found; f++) {
        out->found[f] = (rp_found_verdict){.best = RP_NO_FAMILY, .second = RP_NO_FAMILY};
        consensus[f] = &with->found->items[f].consensus;
    }
    const rp_pair_parameters pairs = {parameters->n_threads, parameters->kernel, CHANCE, PAD_BP, false};
    ok = ok && (parameters->genome == NULL || find_held(with, parameters, error)) &&
         rp_pair_hits_find(consensus, out->n_found, records, &pairs, &with->hits, error);
    for (size_t r = 0; ok && r < out->n_reference; r++)
        out->reference[r].held &= with->reference->items[r].consensus.n >= parameters->min_length_bp;
    if (ok)
        keep_held(with);
    for (size_t i = 0, j; ok && i < with->hits.n; i = j) {
        const rp_pair_hit *first = &with->hits.items[i];
        for (j = i + 1; j < with->hits.n && with->hits.items[j].query == first->query &&
                        with->hits.items[j].target == first->target && with->hits.items[j].reverse == first->reverse;
             j++)
            ;
        ok = judge_pair(with, i, j) || rp_error_memory(error, "comparing libraries");
    }
    ok = ok && judge_chimeras(with, records, parameters, error);
    if (ok)
        count(with);
    free(consensus);
    return ok;
}

bool rp_compare(const rp_family_file *found, const rp_family_file *reference, const rp_genome *reference_records,
                const rp_compare_parameters *parameters, rp_comparison *comparison, rp_error *error)
{
    *comparison = (rp_comparison){.n_reference = reference->n, .n_found = found->n};
    judgement with = {.found = found, .reference = reference, .out = comparison};
    const bool ok = judge(&with, reference_records, parameters, error);
    for (size_t i = 0; i < reference->n; i++) {
        if (with.close != NULL)
            free(with.close[i].items);
        if (with.loose != NULL)
            free(with.loose[i].items);
    }
    for (size_t i = 0; with.known != NULL && i < found->n; i++)
        free(with.known[i].items);
    free(with.close);
    free(with.loose);
    free(with.known);
    free(with.hits.items);
    free(with.scratch.items);
    free(with.links.items);
    if (!ok)
        rp_comparison_clear(comparison);
    return ok;
}

void rp_comparison_clear(rp_comparison *comparison)
{
    free(comparison->reference);
    free(comparison->found);
    *comparison = (rp_comparison){0};
}
