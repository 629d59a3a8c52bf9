/* by_library.c: class names by the rule of 80-80-80; see by_library.h. */
#include "classify/by_library.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compare/pair_hits.h"
#include "compare/spans.h"

enum { PAD_BP = 32, MIN_ALIKE_BP = 80 };

/* 80-80-80: Wicker et al. 2007. */
static const double MAX_DIFFERENCE = 0.20, MIN_COVERED = 0.80, CHANCE = 1e-5;

/* What a family shares with one known family on one strand. */
typedef struct likeness {
    size_t known;
    uint64_t matches, pairs, covered;
} likeness;

static bool measure(const rp_pair_hit *hits, size_t n, rp_spans *spans, likeness *out)
{
    *out = (likeness){.known = hits[0].target};
    spans->n = 0;
    for (size_t i = 0; i < n; i++) {
        if (rp_pair_hit_difference(&hits[i]) > MAX_DIFFERENCE)
            continue;
        out->matches += hits[i].matches;
        out->pairs += hits[i].matches + hits[i].mismatches;
        if (!rp_spans_push(spans, (rp_span){hits[i].query_begin, hits[i].query_end}))
            return false;
    }
    out->covered = rp_spans_covered(spans, 0);
    return true;
}

static bool take_class(rp_found_family *family, const rp_named_family *known, const likeness *like)
{
    char *text = NULL;
    if (asprintf(&text, "%s:%.0f%%:%.0f%%", known->name, 100.0 * (double)like->matches / (double)like->pairs,
                 100.0 * (double)like->covered / (double)family->consensus->n) < 0)
        return false;
    free(family->like);
    family->like = text;
    return rp_found_family_set_class(family, rp_class_read(known->class_name));
}

/* Judges the hits of one family, which are sorted by known family and strand. */
static bool classify_one(rp_found_family *family, const rp_family_file *library, const rp_pair_hit *hits, size_t n,
                         rp_spans *spans)
{
    likeness best = {0};
    for (size_t i = 0, j; i < n; i = j) {
        for (j = i + 1; j < n && hits[j].target == hits[i].target && hits[j].reverse == hits[i].reverse; j++)
            ;
        likeness here;
        if (!measure(&hits[i], j - i, spans, &here))
            return false;
        if (here.covered >= MIN_ALIKE_BP && (double)here.covered >= MIN_COVERED * (double)family->consensus->n &&
            here.matches > best.matches)
            best = here;
    }
    return best.matches == 0 || take_class(family, &library->items[best.known], &best);
}

bool rp_classify_by_library(rp_findings *findings, const rp_family_file *library, const rp_genome *records,
                            unsigned n_threads, rp_error *error)
{
    const rp_codes **consensus = rp_alloc(findings->n_families, sizeof *consensus);
    if (consensus == NULL)
        return rp_error_memory(error, "class names");
    for (size_t f = 0; f < findings->n_families; f++)
        consensus[f] = findings->families[f].consensus;
    const rp_pair_parameters parameters = {
        .n_threads = n_threads, .kernel = findings->kernel, .expected_by_chance = CHANCE, .pad_bp = PAD_BP};
    rp_pair_hits hits = {0};
    rp_spans spans = {0};
    bool ok = rp_pair_hits_find(consensus, findings->n_families, records, &parameters, &hits, error);
    for (size_t i = 0, j; ok && i < hits.n; i = j) {
        for (j = i + 1; j < hits.n && hits.items[j].query == hits.items[i].query; j++)
            ;
        rp_found_family *family = &findings->families[hits.items[i].query];
        if (family->traits.other == RP_OTHER_NONE && !classify_one(family, library, &hits.items[i], j - i, &spans))
            ok = rp_error_memory(error, "class names");
    }
    free(spans.items);
    free(hits.items);
    free(consensus);
    return ok;
}
