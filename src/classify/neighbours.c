/* neighbours.c: exons and introns by what stands beside them; see neighbours.h. */
#include "classify/neighbours.h"

#include <math.h>
#include <stdlib.h>

#include "base/parallel.h"
#include "base/sort.h"
#include "base/union_find.h"
#include "copies/placed_copies.h"

enum {
    REACH_BP = 3000,       /* most introns are shorter */
    MAX_NEIGHBOURS = 64,   /* on one side of a copy */
    MAX_COPIES = 200,      /* few gene families have more members, and families with more cost time */
    MIN_TOGETHER = 3,      /* places at which two families stand together */
    MIN_CHAIN = 3, /* two pieces at varying distance are an element's ends too, with parts of its middle lost */
    RAGGED_BP = 15,        /* exons are whole: a copy that is cut short where it faces the other tells no distance */
    GAP_SLACK_BP = 10, /* distances that differ by no more, and a tenth, are one */
    BESIDE_BP = 30 /* ends of exons are seen no better than this */
};

/* What chance may give: pairs of families that stand together, in all; and of families that stand beside genes, this
 * share. */
static const double PAIRS_BY_CHANCE = 0.1, BESIDE_BY_CHANCE = 0.005, MIN_SHARE = 0.5;

/* A copy of another family near a copy of this one. */
typedef struct neighbour {
    uint32_t family;
    uint32_t way; /* on which side (bit 0) and which way round (bit 1), as this family reads */
    uint32_t copy;
    uint32_t gap_bp;       /* without the insertions that stand there */
} neighbour;

RP_ARRAY(neighbours, neighbour);

typedef struct link {
    uint32_t a, b;
} link;

RP_ARRAY(links, link);

typedef struct judge_run {
    rp_findings *findings;
    links *by_worker;
    uint64_t n_gene_parts;
    uint8_t *beside; /* by family */
} judge_run;

static bool shows_structure(const rp_traits *traits)
{
    return traits->transposon_domains || traits->ltr_bp > 0 || traits->tir_bp > 0 || traits->tsd_bp > 0;
}

static bool is_gene(const rp_traits *traits)
{
    return traits->other == RP_OTHER_GENE || traits->other == RP_OTHER_EXONS;
}

static bool may_be_exon(const rp_found_family *family)
{
    const rp_traits *traits = &family->traits;
    return family->n_copies >= MIN_TOGETHER && family->n_copies <= MAX_COPIES &&
           (is_gene(traits) || traits->other == RP_OTHER_DUPLICATION ||
            (traits->other == RP_OTHER_NONE && !shows_structure(traits)));
}

static int compare_neighbours(const void *left, const void *right)
{
    const neighbour *a = left, *b = right;
    if (a->family != b->family)
        return a->family < b->family ? -1 : 1;
    if (a->way != b->way)
        return a->way < b->way ? -1 : 1;
    if (a->copy != b->copy)
        return a->copy < b->copy ? -1 : 1;
    return (a->gap_bp > b->gap_bp) - (a->gap_bp < b->gap_bp);
}

/* What a copy, or a part, lacks of its consensus at the higher or the lower end. */
static uint32_t missing(bool higher, bool reverse, uint32_t begin, uint32_t end, size_t length)
{
    return higher != reverse ? (uint32_t)length - end : begin;
}

/* Adds what stands above (higher = true) or below one copy. */
static bool add_beside(const rp_findings *findings, const rp_found_family *family, const rp_placed_copy *copy,
                       uint32_t number, bool higher, neighbours *found)
{
    const rp_parts *parts = &findings->parts;
    const size_t own = family->parts[copy->first_part + (higher ? copy->n_parts - 1 : 0)];
    const uint32_t side = higher != copy->reverse, lacks = missing(higher, copy->reverse, copy->consensus_begin,
                                                                   copy->consensus_end, family->consensus->n);
    uint64_t inserted = 0;
    for (size_t n = 1; n <= MAX_NEIGHBOURS; n++) {
        const size_t i = higher ? own + n : own - n; /* below 0: beyond all parts */
        if (i >= parts->n)
            break;
        const rp_part *part = &parts->items[i];
        const uint64_t gap = higher ? (part->begin > copy->end ? part->begin - copy->end : 0)
                                    : (copy->begin > part->end ? copy->begin - part->end : 0);
        if (gap > REACH_BP || !rp_genome_same_contig(findings->genome, part->begin, copy->begin))
            break;
        const rp_found_family *other = &findings->families[part->family];
        if (!may_be_exon(other)) {
            inserted += part->end - part->begin;
            continue;
        }
        const uint32_t way = side | (part->reverse != copy->reverse ? 2 : 0);
        const uint32_t lacks_too =
            missing(!higher, part->reverse, part->consensus_begin, part->consensus_end, other->consensus->n);
        const uint32_t gap_bp = (uint32_t)(gap - (inserted < gap ? inserted : gap));
        if (other != family && lacks <= RAGGED_BP && lacks_too <= RAGGED_BP &&
            !neighbours_push(found, (neighbour){part->family, way, number, gap_bp}))
            return false;
    }
    return true;
}

/* The natural logarithm of a bound of the chance that at least c of n are, where each is with the chance p
 * (Chernoff). */
static double log_chance(size_t c, size_t n, double p)
{
    const double share = (double)c / (double)n;
    if (share <= p)
        return 0;
    double sum = share * log(share / p);
    if (c < n)
        sum += (1 - share) * log((1 - share) / (1 - p));
    return -(double)n * sum;
}

static int compare_gaps(const void *left, const void *right)
{
    const uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

/* Whether at most half of the distances are one. */
static bool gaps_vary(uint32_t *gaps, size_t n)
{
    rp_sort(gaps, n, sizeof *gaps, compare_gaps);
    const uint32_t slack = GAP_SLACK_BP + gaps[n / 2] / 10;
    size_t most = 0;
    for (size_t i = 0, j = 0; j < n; j++) {
        while (gaps[j] - gaps[i] > slack)
            i++;
        most = j - i + 1 > most ? j - i + 1 : most;
    }
    return 2 * most <= n;
}

/* Links this family with those that stand on one side of it, one way round, at distances that vary. */
static bool link_family(const judge_run *run, uint32_t which, const neighbours *found, links *to)
{
    const rp_findings *findings = run->findings;
    const rp_found_family *family = &findings->families[which];
    const double most = log(PAIRS_BY_CHANCE) - 2 * log((double)findings->n_families);
    uint32_t gaps[MAX_COPIES];
    for (size_t i = 0, j; i < found->n; i = j) {
        const neighbour *first = &found->items[i];
        size_t n = 0;
        for (j = i; j < found->n && found->items[j].family == first->family && found->items[j].way == first->way; j++)
            if ((j == i || found->items[j].copy != found->items[j - 1].copy) && n < MAX_COPIES)
                gaps[n++] = found->items[j].gap_bp; /* the nearest of each copy */
        const rp_found_family *other = &findings->families[first->family];
        const uint64_t fewer = family->n_copies < other->n_copies ? family->n_copies : other->n_copies;
        const double by_chance = 0.5 * (double)other->n_copies * REACH_BP / (double)(findings->genome->acgt_bp + 1);
        if (n < MIN_TOGETHER || (double)n < MIN_SHARE * (double)fewer || by_chance >= 0.5 ||
            log_chance(n, family->n_copies, by_chance) > most || !gaps_vary(gaps, n))
            continue;
        if (!links_push(to, (link){which, first->family}))
            return false;
    }
    return true;
}

static bool look_for_exons(void *argument, size_t which, unsigned worker, rp_error *error)
{
    judge_run *run = argument;
    const rp_found_family *family = &run->findings->families[which];
    if (!may_be_exon(family))
        return true;
    rp_placed_copies copies = {0};
    neighbours found = {0};
    bool ok = rp_placed_copies_gather(run->findings, family, &copies);
    for (size_t i = 0; i < copies.n && ok; i++)
        ok = add_beside(run->findings, family, &copies.items[i], (uint32_t)i, false, &found) &&
             add_beside(run->findings, family, &copies.items[i], (uint32_t)i, true, &found);
    if (ok) {
        rp_sort(found.items, found.n, sizeof *found.items, compare_neighbours);
        ok = link_family(run, (uint32_t)which, &found, &run->by_worker[worker]);
    }
    free(copies.items);
    free(found.items);
    return ok || rp_error_memory(error, "neighbours of families");
}

/* --- Chains of linked families --- */

/* Families of a chain of three or more, or of two of which one is a gene's, are exons. */
static bool judge_chains(judge_run *run, unsigned n_threads)
{
    rp_findings *findings = run->findings;
    uint32_t *parent = rp_alloc(findings->n_families, sizeof *parent),
             *size = rp_alloc(findings->n_families, sizeof *size);
    uint8_t *has_gene = rp_alloc(findings->n_families, 1);
    const bool ok = parent != NULL && size != NULL && has_gene != NULL;
    for (uint32_t f = 0; ok && f < findings->n_families; f++)
        parent[f] = f;
    for (unsigned w = 0; ok && w < n_threads; w++)
        for (size_t i = 0; i < run->by_worker[w].n; i++) {
            const link *pair = &run->by_worker[w].items[i];
            const uint32_t a = rp_union_root(parent, pair->a), b = rp_union_root(parent, pair->b);
            rp_union_join(parent, a, b);
        }
    for (uint32_t f = 0; ok && f < findings->n_families; f++) {
        const uint32_t root = rp_union_root(parent, f);
        size[root]++;
        has_gene[root] |= is_gene(&findings->families[f].traits);
    }
    for (uint32_t f = 0; ok && f < findings->n_families; f++) {
        const uint32_t root = rp_union_root(parent, f);
        rp_traits *traits = &findings->families[f].traits;
        if (traits->other == RP_OTHER_NONE && (size[root] >= MIN_CHAIN || (size[root] == 2 && has_gene[root])))
            traits->other = RP_OTHER_EXONS;
    }
    free(parent);
    free(size);
    free(has_gene);
    return ok;
}

/* --- What stands beside exons --- */

/* The part of a gene that stands directly beside a copy, above or below it; NULL: none does. */
static const rp_part *gene_beside(const rp_findings *findings, const rp_found_family *family,
                                  const rp_placed_copy *copy, bool higher)
{
    const size_t own = family->parts[copy->first_part + (higher ? copy->n_parts - 1 : 0)];
    const size_t i = higher ? own + 1 : own - 1; /* below 0: beyond all parts */
    if (i >= findings->parts.n)
        return NULL;
    const rp_part *part = &findings->parts.items[i];
    const uint64_t gap = higher ? part->begin - copy->end : copy->begin - part->end;
    return is_gene(&findings->families[part->family].traits) && gap <= BESIDE_BP &&
                   rp_genome_same_contig(findings->genome, part->begin, copy->begin)
               ? part
               : NULL;
}

/* A copy with the same exon on both sides was inserted into it, and is no part of the gene. */
static bool touches_gene(const rp_findings *findings, const rp_found_family *family, const rp_placed_copy *copy)
{
    const rp_part *below = gene_beside(findings, family, copy, false),
                  *above = gene_beside(findings, family, copy, true);
    return (below != NULL || above != NULL) && !(below != NULL && above != NULL && below->family == above->family);
}

static bool look_beside(void *argument, size_t which, unsigned worker, rp_error *error)
{
    (void)worker;
    judge_run *run = argument;
    const rp_findings *findings = run->findings;
    const rp_found_family *family = &findings->families[which];
    if (family->traits.other != RP_OTHER_NONE || !may_be_exon(family))
        return true;
    rp_placed_copies copies = {0};
    const bool ok = rp_placed_copies_gather(findings, family, &copies);
    size_t n = 0;
    for (size_t i = 0; i < copies.n && ok; i++)
        n += touches_gene(findings, family, &copies.items[i]);
    /* either end of a copy may stand beside one */
    const double by_chance = 2.0 * BESIDE_BP * (double)run->n_gene_parts / (double)(findings->genome->acgt_bp + 1);
    run->beside[which] = copies.n > 0 && (double)n >= MIN_SHARE * (double)copies.n && by_chance < MIN_SHARE &&
                         log_chance(n, copies.n, by_chance) <= log(BESIDE_BY_CHANCE);
    free(copies.items);
    return ok || rp_error_memory(error, "neighbours of families");
}

static bool judge_beside(judge_run *run, unsigned n_threads, rp_error *error)
{
    rp_findings *findings = run->findings;
    for (size_t i = 0; i < findings->parts.n; i++)
        run->n_gene_parts += is_gene(&findings->families[findings->parts.items[i].family].traits);
    if (!rp_parallel(findings->n_families, n_threads, look_beside, run, error))
        return false;
    for (size_t f = 0; f < findings->n_families; f++)
        if (run->beside[f])
            findings->families[f].traits.other = RP_OTHER_BESIDE_EXONS;
    return true;
}

bool rp_neighbours_judge(rp_findings *findings, unsigned n_threads, rp_error *error)
{
    judge_run run = {.findings = findings};
    run.by_worker = rp_alloc(n_threads, sizeof *run.by_worker);
    run.beside = rp_alloc(findings->n_families, 1);
    bool ok = (run.by_worker != NULL && run.beside != NULL) || rp_error_memory(error, "neighbours of families");
    ok = ok && rp_parallel(findings->n_families, n_threads, look_for_exons, &run, error);
    ok = ok && (judge_chains(&run, n_threads) || rp_error_memory(error, "neighbours of families"));
    ok = ok && judge_beside(&run, n_threads, error);
    for (unsigned w = 0; w < n_threads && run.by_worker != NULL; w++)
        free(run.by_worker[w].items);
    free(run.by_worker);
    free(run.beside);
    return ok;
}
