/* kin.c: which families are kin, and the classes that they take; see kin.h. */
#include "classify/kin.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "align/significance.h"
#include "base/sort.h"
#include "classify/class_tree.h"
#include "compare/pair_hits.h"
#include "copies/scan.h"
#include "genome/base_counts.h"
#include "genome/from_codes.h"

enum {
    ROUNDS = 2,        /* those named in the first have kin of their own */
    PAD_BP = 32,
    END_BP = 20,       /* within which the ends of a consensus are the element's */
    WORD = 8,          /* by which a stretch is seen to repeat itself */
    N_WORDS = 1 << 2 * WORD,
    PIECE_PERCENT = 50, /* of a family lies in the other one, */
    WHOLE_PERCENT = 80, /* with the 3' end of a LINE, which SINEs have too */
    FAR_WEAKER = 4     /* times: what contradicts by so little is taken for chance, or for an insertion */
};

static const double CHANCE = 1e-3; /* alignments of this score, expected among all pairs */

RP_ARRAY(family_list, rp_found_family *);
RP_ARRAY(codes_list, const rp_codes *);

/* A relative that speaks for a class. */
typedef struct relative {
    rp_kinship kin;
    const char *class_name;
    int32_t score;
} relative;

RP_ARRAY(relatives, relative);

typedef struct kin_run {
    rp_findings *const *findings;
    size_t n_findings;
    bool refines;
    unsigned n_threads;
    family_list asking, sources;
    codes_list sequences, targets;
    rp_pair_hits hits;
    int32_t min_score;
    relatives found;            /* of one family */
    uint64_t *words;            /* bits: those that a stretch has */
} kin_run;

/* --- Who asks, and who tells --- */

static bool is_unknown(const rp_found_family *family)
{
    return strcmp(family->class_name, RP_CLASS_UNKNOWN) == 0;
}

/* Only the order is known, and that by what it shows. */
static bool is_order(const rp_found_family *family)
{
    return family->like == NULL && family->kin.of == NULL && strchr(family->class_name, '/') == NULL &&
           rp_class_known(family->class_name) != NULL;
}

static bool list_families(kin_run *run, unsigned round)
{
    run->asking.n = run->sources.n = run->sequences.n = run->targets.n = 0;
    for (size_t i = 0; i < run->n_findings; i++)
        for (size_t f = 0; f < run->findings[i]->n_families; f++) {
            rp_found_family *family = &run->findings[i]->families[f];
            if (family->traits.other != RP_OTHER_NONE || family->consensus->n == 0)
                continue;
            const bool asks =
                !family->is_known && !family->kin.is_torn && (is_unknown(family) || (run->refines && is_order(family)));
            const bool tells = !is_unknown(family) && rp_class_known(family->class_name) != NULL &&
                               (round == 0 || family->kin.of != NULL);
            if ((asks &&
                 !(family_list_push(&run->asking, family) && codes_list_push(&run->sequences, family->consensus))) ||
                (tells &&
                 !(family_list_push(&run->sources, family) && codes_list_push(&run->targets, family->consensus))))
                return false;
        }
    return true;
}

/* --- Likeness --- */

/* The share of a stretch's words that do not stand in it before. */
static double share_of_words(uint64_t *words, const uint8_t *codes, uint32_t n)
{
    uint32_t word = 0, filled = 0, all = 0, different = 0;
    memset(words, 0, N_WORDS / 8);
    for (uint32_t i = 0; i < n; i++) {
        filled = rp_code_is_base(codes[i]) ? filled + 1 : 0;
        word = (word << 2 | (codes[i] & 3)) & (N_WORDS - 1);
        if (filled < WORD)
            continue;
        const uint64_t bit = UINT64_C(1) << word % 64;
        different += (words[word / 64] & bit) == 0;
        words[word / 64] |= bit;
        all++;
    }
    return all == 0 ? 0 : (double)different / all;
}

/* What the alignment is worth, in the units of rp_scan_min_score. */
static int32_t worth_of(const kin_run *run, const rp_pair_hit *hit)
{
    const uint8_t *query = run->sequences.items[hit->query]->items, *target = run->targets.items[hit->target]->items;
    const uint32_t pairs = hit->matches + hit->mismatches, query_bp = hit->query_end - hit->query_begin,
                   target_bp = hit->target_end - hit->target_begin;
    rp_base_counts a = {{0}}, b = {{0}};
    rp_base_counts_add_codes(&a, query + hit->query_begin, query_bp);
    rp_base_counts_add_codes(&b, target + hit->target_begin, target_bp);
    if (hit->reverse)
        b = rp_base_counts_turned(&b);
    const int32_t gaps = (int32_t)(query_bp - pairs) + (int32_t)(target_bp - pairs);
    const int32_t score = 2 * ((int32_t)hit->matches - (int32_t)hit->mismatches - gaps);
    return (int32_t)(rp_significant_score(score, pairs, &a, &b) *
                     share_of_words(run->words, query + hit->query_begin, query_bp));
}

/* Whether it holds the ends of both, on the same side and on the other side of the elements. */
static void look_at_ends(const rp_pair_hit *hit, size_t query_bp, size_t target_bp, bool *same, bool *other)
{
    const bool query_left = hit->query_begin <= END_BP, query_right = hit->query_end + END_BP >= query_bp;
    const bool begin = hit->target_begin <= END_BP, end = hit->target_end + END_BP >= target_bp;
    const bool target_left = hit->reverse ? end : begin, target_right = hit->reverse ? begin : end;
    *same = (query_left && target_left) || (query_right && target_right);
    *other = (query_left && target_right) || (query_right && target_left);
}

/* By which sign the alignment tells of kin; RP_KIN_NONE: by none. */
static rp_kin_sign sign_of(const kin_run *run, const rp_pair_hit *hit, const char *order)
{
    const size_t query_bp = run->sequences.items[hit->query]->n, target_bp = run->targets.items[hit->target]->n,
                 percent = 100 * (size_t)(hit->query_end - hit->query_begin) / query_bp;
    bool same, other;
    look_at_ends(hit, query_bp, target_bp, &same, &other);
    if (strcmp(order, "LINE") == 0)
        return percent >= WHOLE_PERCENT || (!same && (other || percent >= PIECE_PERCENT)) ? RP_KIN_PIECE : RP_KIN_NONE;
    if (strcmp(order, "SINE") == 0)
        return percent >= PIECE_PERCENT ? RP_KIN_PIECE : RP_KIN_NONE;
    return same ? RP_KIN_ENDS : RP_KIN_NONE;
}

static bool add_relative(kin_run *run, const rp_pair_hit *hit)
{
    const rp_found_family *of = run->sources.items[hit->target], *family = run->asking.items[hit->query];
    const char *class_name = rp_class_known(of->class_name);
    const rp_kin_sign sign = sign_of(run, hit, rp_class_order(class_name));
    if (of == family || sign == RP_KIN_NONE ||
        (!is_unknown(family) && !rp_class_contains(family->class_name, class_name)))
        return true;
    const relative here = {.kin = {.of = of,
                                   .sign = sign,
                                   .bp = hit->query_end - hit->query_begin,
                                   .identity = (float)(100 * (1 - rp_pair_hit_difference(hit)))},
                           .class_name = class_name,
                           .score = worth_of(run, hit)};
    return here.score < run->min_score || relatives_push(&run->found, here);
}

/* --- The class --- */

/* The best first; of those that are alike the first. */
static void move_best_first(relatives *found)
{
    size_t best = 0;
    for (size_t i = 1; i < found->n; i++)
        if (found->items[i].score > found->items[best].score)
            best = i;
    const relative first = found->items[best];
    for (size_t i = best; i > 0; i--)
        found->items[i] = found->items[i - 1];
    found->items[0] = first;
}

/* The class that the relatives speak for, of which the first is the best; NULL: none. */
static const char *choose_class(const relatives *found)
{
    const char *class_name = found->items[0].class_name;
    for (size_t i = 1; i < found->n; i++)
        if (rp_class_contains(class_name, found->items[i].class_name))
            class_name = found->items[i].class_name;
    int64_t agreeing = 0, contradicting = 0;
    for (size_t i = 0; i < found->n; i++)
        *(rp_classes_agree(class_name, found->items[i].class_name) ? &agreeing : &contradicting) +=
            found->items[i].score;
    if (FAR_WEAKER * contradicting > agreeing)
        for (size_t i = 0; i < found->n && class_name != NULL; i++)
            class_name = rp_class_common(class_name, found->items[i].class_name);
    return class_name != NULL && rp_class_is_given(class_name) ? class_name : NULL;
}

static bool take_class(rp_found_family *family, const char *class_name, rp_kinship kin)
{
    family->kin = kin;
    return rp_found_family_set_class(family, class_name);
}

/* Classes of one round are given when all have been chosen: none follows from another of the same round. */
typedef struct choice {
    const char *class_name;
    rp_kinship kin;
} choice;

static bool choose_all(kin_run *run, choice *choices)
{
    bool ok = true;
    for (size_t i = 0, next; ok && i < run->hits.n; i = next) {
        const uint32_t query = run->hits.items[i].query;
        run->found.n = 0;
        for (next = i; ok && next < run->hits.n && run->hits.items[next].query == query; next++)
            ok = add_relative(run, &run->hits.items[next]);
        if (!ok || run->found.n == 0)
            continue;
        move_best_first(&run->found);
        choices[query] = (choice){choose_class(&run->found), run->found.items[0].kin};
        run->asking.items[query]->kin.is_torn = choices[query].class_name == NULL;
    }
    for (size_t f = 0; ok && f < run->asking.n; f++) {
        rp_found_family *family = run->asking.items[f];
        if (choices[f].class_name != NULL && strcmp(choices[f].class_name, family->class_name) != 0)
            ok = take_class(family, choices[f].class_name, choices[f].kin);
    }
    return ok;
}

static uint64_t sum_bases(const codes_list *sequences)
{
    uint64_t bases = 0;
    for (size_t i = 0; i < sequences->n; i++)
        bases += sequences->items[i]->n;
    return bases;
}

static bool compare_and_choose(kin_run *run, rp_error *error)
{
    rp_genome targets;
    const rp_pair_parameters parameters = {.n_threads = run->n_threads,
                                           .kernel = run->findings[0]->kernel,
                                           .expected_by_chance = CHANCE,
                                           .pad_bp = PAD_BP};
    choice *choices = rp_alloc(run->asking.n, sizeof *choices);
    if (choices == NULL)
        return rp_error_memory(error, "kin of families");
    bool ok = rp_genome_from_codes(&targets, run->targets.items, run->targets.n, error);
    if (ok) {
        run->hits.n = 0;
        run->min_score = rp_scan_min_score(targets.acgt_bp, sum_bases(&run->sequences), CHANCE);
        ok = rp_pair_hits_find(run->sequences.items, run->sequences.n, &targets, &parameters, &run->hits, error) &&
             (choose_all(run, choices) || rp_error_memory(error, "kin of families"));
        rp_genome_clear(&targets);
    }
    free(choices);
    return ok;
}

/* --- Parts by their names --- */

/* The length of a name without the suffix that tells a part of an LTR element; 0: it has none. */
static size_t stem_of(const char *name)
{
    static const char *const suffixes[] = {"LTR", "INT", "I"};
    const char *mark = strpbrk(name, "_-") != NULL ? name + strlen(name) : NULL;
    while (mark != NULL && mark > name && *mark != '_' && *mark != '-')
        mark--;
    for (size_t i = 0; mark != NULL && mark > name && i < sizeof suffixes / sizeof suffixes[0]; i++)
        if (strcasecmp(mark + 1, suffixes[i]) == 0)
            return (size_t)(mark - name);
    return 0;
}

static int compare_names(const void *left, const void *right)
{
    const rp_found_family *a = *(rp_found_family *const *)left, *b = *(rp_found_family *const *)right;
    const size_t n_a = stem_of(a->name), n_b = stem_of(b->name), n = n_a < n_b ? n_a : n_b;
    const int order = memcmp(a->name, b->name, n);
    if (order != 0 || n_a != n_b)
        return order != 0 ? order : n_a < n_b ? -1 : 1;
    return strcmp(a->name, b->name);
}

/* The class of the known parts of one element; NULL: they contradict each other, or none is known. *of: one of them. */
static const char *class_of_parts(rp_found_family *const *parts, size_t n, const rp_found_family **of)
{
    const char *class_name = NULL;
    for (size_t i = 0; i < n; i++) {
        const char *here = rp_class_known(parts[i]->class_name);
        if (here == NULL)
            continue;
        if (class_name != NULL && !rp_classes_agree(class_name, here))
            return NULL;
        if (class_name == NULL || rp_class_contains(class_name, here)) {
            class_name = here;
            *of = parts[i];
        }
    }
    return class_name != NULL && strcmp(rp_class_order(class_name), "LTR") == 0 ? class_name : NULL;
}

/* Families with such names, by their stems. */
static bool join_parts(kin_run *run)
{
    family_list *named = &run->sources;
    named->n = 0;
    for (size_t i = 0; i < run->n_findings; i++)
        for (size_t f = 0; f < run->findings[i]->n_families; f++)
            if (stem_of(run->findings[i]->families[f].name) > 0 &&
                !family_list_push(named, &run->findings[i]->families[f]))
                return false;
    rp_sort(named->items, named->n, sizeof *named->items, compare_names);
    bool ok = true;
    for (size_t i = 0, next; ok && i < named->n; i = next) {
        const size_t stem = stem_of(named->items[i]->name);
        for (next = i + 1; next < named->n && stem_of(named->items[next]->name) == stem &&
                           memcmp(named->items[i]->name, named->items[next]->name, stem) == 0;)
            next++;
        const rp_found_family *of = NULL;
        const char *class_name = class_of_parts(named->items + i, next - i, &of);
        for (size_t p = i; ok && class_name != NULL && p < next; p++)
            if (is_unknown(named->items[p]) && !named->items[p]->is_known)
                ok = take_class(named->items[p], class_name, (rp_kinship){.of = of, .sign = RP_KIN_PARTS});
    }
    return ok;
}

/* --- The whole --- */

bool rp_kin_find(rp_findings *const *findings, size_t n, bool refines, unsigned n_threads, rp_error *error)
{
    kin_run run = {.findings = findings, .n_findings = n, .refines = refines, .n_threads = n_threads};
    run.words = rp_alloc(N_WORDS / 64, sizeof *run.words);
    bool ok = (run.words != NULL && join_parts(&run)) || rp_error_memory(error, "kin of families");
    for (unsigned round = 0; ok && round < ROUNDS; round++) {
        ok = list_families(&run, round) || rp_error_memory(error, "kin of families");
        if (ok && run.asking.n > 0 && run.sources.n > 0)
            ok = compare_and_choose(&run, error);
    }
    free(run.words);
    free(run.asking.items);
    free(run.sources.items);
    free(run.sequences.items);
    free(run.targets.items);
    free(run.hits.items);
    free(run.found.items);
    return ok;
}

int rp_kin_tell(const rp_kinship *kin, kstring_t *text)
{
    const int n = ksprintf(text, "kin:%s:%s", rp_kin_sign_name[kin->sign], kin->of->name);
    if (n < 0 || kin->sign == RP_KIN_PARTS)
        return n;
    return ksprintf(text, ":%u:%.0f%%", kin->bp, (double)kin->identity);
}
