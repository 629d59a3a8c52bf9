/* check_align.c: kernels against the reference; extensions and tracebacks against their definitions. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "align/anchored.h"
#include "align/realign.h"
#include "align/row.h"
#include "align/significance.h"
#include "bands.h"
#include "suites.h"

static const char *const KERNELS[] = {"avx2", "avx512", "neon"};

START_TEST(kernels_equal_the_reference)
{
    const rp_band_kernel *kernel = rp_band_select(KERNELS[_i]);
    if (kernel == NULL)
        return; /* not on this machine */
    const char *differs = test_compare_kernel(kernel);
    ck_assert_msg(differs == NULL, "%s: %s differs from the reference", KERNELS[_i], differs);
}
END_TEST

/* A mutated copy of letters; rate in per mille, a tenth of it indels. */
static char *mutate(rp_random *random, const char *letters, unsigned rate)
{
    char *out = malloc(2 * strlen(letters) + 1);
    size_t n = 0;
    for (const char *c = letters; *c != '\0'; c++) {
        const uint64_t draw = rp_random_below(random, 1000);
        if (draw < rate / 20)
            continue;
        if (draw < rate / 10)
            out[n++] = "ACGT"[rp_random_below(random, 4)];
        out[n++] = draw >= rate / 10 && draw < rate ? "ACGT"[rp_random_below(random, 4)] : *c;
    }
    out[n] = '\0';
    return out;
}

static void to_codes(const char *letters, uint8_t *codes, bool turned)
{
    const size_t n = strlen(letters);
    for (size_t i = 0; i < n; i++) {
        const uint8_t code = (uint8_t)(strchr("ACGT", letters[i]) - "ACGT");
        codes[turned ? n - 1 - i : i] = turned ? (uint8_t)(3 - code) : code;
    }
}

/* Score of a path, worked out from its steps. */
static int score_steps(const rp_view *view, const rp_extension *extension, const rp_steps *steps, uint32_t *query_used,
                       uint32_t *target_used)
{
    int score = 0;
    *query_used = *target_used = 0;
    for (size_t s = 0; s < steps->n; s++) {
        const rp_step step = steps->items[s];
        if (step.kind != RP_STEP_PAIR)
            score += RP_SCORE_GAP_FIRST + (int)(step.length - 1) * RP_SCORE_GAP_NEXT;
        for (uint32_t i = 0; i < step.length; i++) {
            uint8_t code;
            rp_view_decode(view, &extension->walk, *target_used, 1, &code);
            if (step.kind == RP_STEP_PAIR)
                score += code == extension->query[*query_used] ? RP_SCORE_MATCH : RP_SCORE_MISMATCH;
            *query_used += step.kind != RP_STEP_INSERTION;
            *target_used += step.kind != RP_STEP_DELETION;
        }
    }
    return score;
}

START_TEST(extensions_trace_to_their_scores)
{
    rp_random random = {23};
    enum { N = 60 };
    char *element = test_random_letters(&random, 900), *text = malloc(N * 4000);
    text[0] = '\0';
    uint64_t starts[N], at = 0;
    for (int i = 0; i < N; i++) {
        char *before = test_random_letters(&random, rp_random_below(&random, 40)),
             *after = test_random_letters(&random, 30);
        char *copy = mutate(&random, element, (unsigned)(10 * i) % 300);
        sprintf(text + strlen(text), ">c%d\n%s%s%s\n", i, before, copy, after);
        starts[i] = at + strlen(before);
        at += strlen(before) + strlen(copy) + strlen(after);
        free(before);
        free(after);
        free(copy);
    }
    rp_genome genome;
    test_genome(&genome, text);
    const rp_view view = {.genome = &genome};
    uint8_t codes[900];
    to_codes(element, codes, false);
    rp_extension extensions[N], alone[N];
    for (int i = 0; i < N; i++)
        extensions[i] = alone[i] =
            (rp_extension){.query = codes, .query_length = 900, .walk = rp_view_walk(&view, starts[i], false)};
    rp_extender *extender = rp_extender_create(rp_band_select("auto")), *plain = rp_extender_create(&rp_band_reference);
    rp_extender_run(extender, &view, extensions, N, 50);
    for (int i = 0; i < N; i++) {
        /* whatever lane and company an extension has, its result is its own */
        rp_extender_run(i % 2 == 0 ? extender : plain, &view, &alone[i], 1, 50);
        ck_assert_int_eq(alone[i].score, extensions[i].score);
        ck_assert_uint_eq(alone[i].query_used, extensions[i].query_used);
        ck_assert_uint_eq(alone[i].target_used, extensions[i].target_used);
        if (i < 10)
            ck_assert_uint_ge(extensions[i].query_used, 850); /* up to 9 % divergence: found whole */
        /* nothing crosses the contig's end */
        ck_assert_uint_le(extensions[i].target_used, extensions[i].walk.limit_bp);
    }
    /* more than there are lanes, of all lengths; one of them goes nowhere */
    extensions[N / 2].query_used = extensions[N / 2].target_used = 0;
    rp_steps steps[N] = {{0}};
    ck_assert(rp_extender_trace(extender, &view, extensions, N, steps));
    ck_assert_uint_eq(steps[N / 2].n, 0);
    extensions[N / 2].score = 0;
    for (int i = 0; i < N; i++) {
        uint32_t query_used, target_used;
        rp_steps by_itself = {0};
        ck_assert(rp_extender_trace(i % 2 == 0 ? extender : plain, &view, &extensions[i], 1, &by_itself));
        ck_assert_uint_eq(by_itself.n, steps[i].n);
        ck_assert(steps[i].n == 0 || memcmp(by_itself.items, steps[i].items, steps[i].n * sizeof *steps[i].items) == 0);
        free(by_itself.items);
        ck_assert_int_eq(score_steps(&view, &extensions[i], &steps[i], &query_used, &target_used), extensions[i].score);
        ck_assert_uint_eq(query_used, extensions[i].query_used);
        ck_assert_uint_eq(target_used, extensions[i].target_used);
        free(steps[i].items);
    }
    rp_extender_destroy(extender);
    rp_extender_destroy(plain);
    rp_genome_clear(&genome);
    free(element);
    free(text);
}
END_TEST

START_TEST(long_extensions_do_not_overflow)
{
    /* 20 kb of matches score 40,000: over int16, so the lanes must be rebased on the way */
    rp_random random = {29};
    char *letters = test_random_letters(&random, 20000), *text = malloc(20010);
    sprintf(text, ">a\n%s\n", letters);
    rp_genome genome;
    test_genome(&genome, text);
    const rp_view view = {.genome = &genome};
    uint8_t *codes = malloc(20000);
    to_codes(letters, codes, true);
    rp_extension extension = {.query = codes, .query_length = 20000, .walk = rp_view_walk(&view, 20000, true)};
    rp_extender *extender = rp_extender_create(rp_band_select("auto"));
    rp_extender_run(extender, &view, &extension, 1, 50);
    ck_assert_int_eq(extension.score, 40000);
    ck_assert_uint_eq(extension.query_used, 20000);
    rp_extender_destroy(extender);
    rp_genome_clear(&genome);
    free(codes);
    free(letters);
    free(text);
}
END_TEST

static void free_trace(rp_steps steps[2], rp_row *row)
{
    free(steps[0].items);
    free(steps[1].items);
    rp_row_clear(row);
}

static void free_alignments(rp_alignments *found, rp_anchors *anchors, rp_aligner *aligner, rp_extender *extender)
{
    free(found->items);
    free(anchors->items);
    rp_aligner_destroy(aligner);
    rp_extender_destroy(extender);
}

/* Bases may be covered between scores and traceback by another thread's commit: the path ends elsewhere then, and the
 * result will be dropped, but it must be whole and inside the band. */
START_TEST(a_path_over_bases_that_were_covered_meanwhile_is_whole)
{
    rp_random random = {(uint64_t)_i + 900};
    char *element = test_random_letters(&random, 24000), *copy = mutate(&random, element, 60);
    char *text = malloc(60000);
    sprintf(text, ">a\n%s%s%s\n", "ACGTACCATGGA", copy,
            "GG"); /* long enough for scores that fall all the way to reach the bottom */
    rp_genome genome;
    test_genome(&genome, text);
    rp_bitmask covered;
    ck_assert(rp_bitmask_init(&covered, genome.length_bp));
    const rp_view view = {.genome = &genome, .covered = &covered};
    uint8_t forward[24000], turned[24000];
    to_codes(element, forward, false);
    to_codes(element, turned, true);
    const rp_query queries[2] = {{forward, 24000, false}, {turned, 24000, false}};
    rp_extender *extender = rp_extender_create(rp_band_select("auto"));
    rp_aligner *aligner = rp_aligner_create(extender);
    rp_anchors anchors = {0};
    for (uint32_t place = 8; place < 23992; place += 4000)
        ck_assert(rp_anchors_push(&anchors, (rp_anchor){.position = 12 + place, .place = place}));
    rp_alignments found = {0};
    ck_assert(rp_align_anchors(aligner, &view, queries, &anchors, &(rp_align_limits){60, 60, 50}, &found, NULL));
    for (size_t a = 0; a < found.n; a++)
        for (int round = 0; round < 6; round++) {
            const uint64_t begin = rp_random_below(&random, genome.length_bp);
            rp_bitmask_unset(&covered, 0, genome.length_bp);
            const uint64_t stripe = round % 3 == 0 ? genome.length_bp : 1 + rp_random_below(&random, 60);
            for (uint64_t at = begin; at < genome.length_bp;
                 at += stripe + rp_random_below(&random, round % 3 == 1 ? 80 : 2))
                rp_bitmask_set(&covered, at, at + stripe < genome.length_bp ? at + stripe : genome.length_bp);
            rp_steps steps[2] = {{0}};
            rp_row row = {0};
            rp_alignment *here = &found.items[a];
            if (round % 2 != 0) { /* it ended at any base */
                here->left_query = (uint32_t)rp_random_below(&random, here->place + 1);
                here->right_query = (uint32_t)rp_random_below(&random, 24000 - here->place + 1);
                here->query_begin = here->place - here->left_query;
                here->query_end = here->place + here->right_query;
            }
            ck_assert(rp_align_trace(extender, &view, queries, here, 1, steps));
            for (int side = 0; side < 2; side++) {
                uint32_t bases = 0;
                for (size_t i = 0; i < steps[side].n; i++)
                    bases += steps[side].items[i].kind != RP_STEP_INSERTION ? steps[side].items[i].length : 0;
                ck_assert_uint_eq(bases, side == 0 ? found.items[a].left_query : found.items[a].right_query);
            }
            ck_assert(rp_row_make(&genome, queries, &found.items[a], &steps[0], &steps[1], &row));
            ck_assert_uint_eq(row.end - row.begin, row.cells.n);
            free_trace(steps, &row);
        }
    free_alignments(&found, &anchors, aligner, extender);
    rp_bitmask_clear(&covered);
    rp_genome_clear(&genome);
    free(element);
    free(copy);
    free(text);
}
END_TEST

/* An alignment that has the score of its pairs alone is not traced: its path is the one that tracing finds. */
START_TEST(a_path_without_gaps_is_that_of_tracing)
{
    enum { N = 60, BP = 400 };
    rp_random random = {.state = 77};
    char *element = test_random_letters(&random, BP), *text = malloc((size_t)N * 2 * BP + 8);
    size_t n = (size_t)sprintf(text, ">a\n"), n_plain = 0, n_gapped = 0;
    uint64_t begin[N];
    for (unsigned i = 0; i < N; i++) {
        begin[i] = n - 3;
        memcpy(text + n, element, BP);
        for (unsigned changed = rp_random_below(&random, 60); changed > 0; changed--)
            text[n + rp_random_below(&random, BP)] = "ACGT"[rp_random_below(&random, 4)];
        for (unsigned gaps = i % 3; gaps > 0; gaps--) { /* lost and put in at another place, or lost alone */
            char *lost = text + n + 20 + rp_random_below(&random, BP - 40), *end = text + n + BP;
            memmove(lost, lost + 3, (size_t)(end - lost) - 3);
            memcpy(end - 3, "ACG", 3);
        }
        n += BP;
    }
    strcpy(text + n, "\n");
    rp_genome genome;
    test_genome(&genome, text);
    const rp_view view = {.genome = &genome};
    uint8_t forward[BP], turned[BP];
    to_codes(element, forward, false);
    to_codes(element, turned, true);
    const rp_query queries[2] = {{forward, BP, false}, {turned, BP, false}};
    rp_extender *extender = rp_extender_create(rp_band_select("auto"));
    rp_aligner *aligner = rp_aligner_create(extender);
    for (unsigned i = 0; i < N; i++) {
        rp_anchors anchors = {0};
        rp_alignments found = {0};
        ck_assert(rp_anchors_push(&anchors, (rp_anchor){.position = begin[i] + BP / 2, .place = BP / 2}));
        ck_assert(rp_align_anchors(aligner, &view, queries, &anchors, &(rp_align_limits){20, 0, 50}, &found, NULL));
        for (size_t a = 0; a < found.n; a++) {
            const rp_alignment *here = &found.items[a];
            rp_steps steps[2] = {{0}}, traced[2] = {{0}};
            const rp_extension both[2] = {{.query = turned + (BP - here->place),
                                           .query_length = here->place,
                                           .walk = rp_view_walk(&view, here->anchor, true),
                                           .query_used = here->left_query,
                                           .target_used = here->left_target},
                                          {.query = forward + here->place,
                                           .query_length = BP - here->place,
                                           .walk = rp_view_walk(&view, here->anchor, false),
                                           .query_used = here->right_query,
                                           .target_used = here->right_target}};
            ck_assert(rp_align_trace(extender, &view, queries, here, 1, steps));
            ck_assert(rp_extender_trace(extender, &view, both, 2, traced));
            bool has_gaps = false;
            for (int side = 0; side < 2; side++) {
                ck_assert_uint_eq(steps[side].n, traced[side].n);
                for (size_t s = 0; s < steps[side].n; s++)
                    ck_assert(steps[side].items[s].kind == traced[side].items[s].kind &&
                              steps[side].items[s].length == traced[side].items[s].length);
                has_gaps |= steps[side].n > 1;
                free(steps[side].items);
                free(traced[side].items);
            }
            *(has_gaps ? &n_gapped : &n_plain) += 1;
        }
        free(anchors.items);
        free(found.items);
    }
    ck_assert(n_plain >= N / 4 && n_gapped >= N / 4);
    rp_aligner_destroy(aligner);
    rp_extender_destroy(extender);
    rp_genome_clear(&genome);
    free(element);
    free(text);
}
END_TEST

START_TEST(rows_spell_the_genome)
{
    rp_random random = {31};
    char *element = test_random_letters(&random, 400), *copy = mutate(&random, element, 150);
    char *text = malloc(3000);
    sprintf(text, ">a\n%s%s%s\n", "ACGTACCATGGA", copy, "GGATACC");
    rp_genome genome;
    test_genome(&genome, text);
    const rp_view view = {.genome = &genome};
    uint8_t forward[400], turned[400];
    to_codes(element, forward, false);
    to_codes(element, turned, true);
    /* the copy as it stands, and as the reverse complement of the consensus' reverse complement */
    for (unsigned reverse = 0; reverse < 2; reverse++) {
        const rp_query queries[2] = {{reverse ? turned : forward, 400, false},
                                     {reverse ? forward : turned, 400, false}};
        rp_extender *extender = rp_extender_create(rp_band_select("auto"));
        rp_aligner *aligner = rp_aligner_create(extender);
        rp_anchors anchors = {0};
        /* the element's bases 0-15 stand unmutated with some luck; try anchors until one aligns */
        for (uint32_t place = 8; place < 392; place += 16)
            ck_assert(rp_anchors_push(&anchors, (rp_anchor){.position = 12 + place, .place = place, .query = reverse}));
        rp_alignments found = {0};
        ck_assert(rp_align_anchors(aligner, &view, queries, &anchors, &(rp_align_limits){200, 200, 50}, &found, NULL));
        ck_assert_uint_ge(found.n, 1);
        rp_steps steps[2] = {{0}};
        rp_row row = {0};
        ck_assert(rp_align_trace(extender, &view, queries, &found.items[0], 1, steps));
        ck_assert(rp_row_make(&genome, queries, &found.items[0], &steps[0], &steps[1], &row));
        char spelled[1000];
        size_t n = 0, insertion = 0;
        for (uint32_t column = row.begin; column < row.end; column++) {
            if (insertion < row.insertions.n && row.insertions.items[insertion].column == column) {
                for (uint32_t i = 0; i < row.insertions.items[insertion].n; i++)
                    spelled[n++] = (char)row.inserted.items[row.insertions.items[insertion].first + i];
                insertion++;
            }
            if (row.cells.items[column - row.begin] < 4)
                spelled[n++] = (char)row.cells.items[column - row.begin];
        }
        ck_assert_uint_eq(n, found.items[0].end - found.items[0].begin);
        for (size_t i = 0; i < n; i++) {
            const uint64_t at = reverse ? found.items[0].end - 1 - i : found.items[0].begin + i;
            const unsigned code = rp_genome_base(&genome, at);
            ck_assert_int_eq(spelled[i], reverse ? 3 - (int)code : (int)code);
        }
        free_trace(steps, &row);
        free_alignments(&found, &anchors, aligner, extender);
    }
    rp_genome_clear(&genome);
    free(element);
    free(copy);
    free(text);
}
END_TEST

/* The score of a path, and that it uses all bases. */
static int path_score(const rp_steps *steps, const uint8_t *query, uint32_t n, const uint8_t *target, uint32_t m)
{
    uint32_t i = 0, j = 0;
    int score = 0;
    for (size_t s = 0; s < steps->n; s++) {
        const uint32_t length = steps->items[s].length;
        if (steps->items[s].kind == RP_STEP_PAIR) {
            for (uint32_t k = 0; k < length; k++, i++, j++)
                score += query[i] == target[j] && query[i] < 4 ? RP_REALIGN_MATCH : RP_REALIGN_MISMATCH;
            continue;
        }
        score += RP_REALIGN_GAP_OPEN + (int)length * RP_REALIGN_GAP_BASE;
        if (steps->items[s].kind == RP_STEP_DELETION)
            i += length;
        else
            j += length;
    }
    ck_assert_uint_eq(i, n);
    ck_assert_uint_eq(j, m);
    return score;
}

/* Gotoh's recurrence over the whole matrix, two rows at a time. */
static int best_global_score(const uint8_t *query, uint32_t n, const uint8_t *target, uint32_t m)
{
    enum { MAX = 4096, LOW = -1000000, OPEN = RP_REALIGN_GAP_OPEN + RP_REALIGN_GAP_BASE };
    static int match[2][MAX], up[2][MAX], left[2][MAX];
    ck_assert_uint_lt(m, MAX);
    for (uint32_t i = 0; i <= n; i++)
        for (uint32_t j = 0; j <= m; j++) {
            const uint32_t here = i & 1, before = !here;
            match[here][j] = i == 0 && j == 0 ? 0 : LOW;
            up[here][j] = left[here][j] = LOW;
            if (i > 0) {
                const int from = match[before][j] > left[before][j] ? match[before][j] : left[before][j],
                          on = up[before][j] + RP_REALIGN_GAP_BASE;
                up[here][j] = from + OPEN > on ? from + OPEN : on;
            }
            if (j > 0) {
                const int from = match[here][j - 1] > up[here][j - 1] ? match[here][j - 1] : up[here][j - 1],
                          on = left[here][j - 1] + RP_REALIGN_GAP_BASE;
                left[here][j] = from + OPEN > on ? from + OPEN : on;
            }
            if (i > 0 && j > 0) {
                int from = match[before][j - 1];
                from = up[before][j - 1] > from ? up[before][j - 1] : from;
                from = left[before][j - 1] > from ? left[before][j - 1] : from;
                match[here][j] =
                    from + (query[i - 1] == target[j - 1] && query[i - 1] < 4 ? RP_REALIGN_MATCH : RP_REALIGN_MISMATCH);
            }
        }
    int best = match[n & 1][m];
    best = up[n & 1][m] > best ? up[n & 1][m] : best;
    return left[n & 1][m] > best ? left[n & 1][m] : best;
}

START_TEST(realigning_is_exact)
{
    rp_random random = {61};
    rp_realigner realigner = {0};
    rp_steps steps = {0};
    for (int trial = 0; trial < 3000; trial++) {
        uint8_t query[60], target[60];
        const uint32_t n = 1 + (uint32_t)rp_random_below(&random, 59);
        uint32_t m = 0;
        for (uint32_t i = 0; i < n; i++) {
            query[i] = (uint8_t)rp_random_below(&random, 5); /* 4 matches nothing */
            const uint64_t draw = rp_random_below(&random, 20);
            if (m < 60 && draw > 1)
                target[m++] = draw == 2 ? (uint8_t)rp_random_below(&random, 4) : query[i];
            if (m < 60 && draw == 3)
                target[m++] = (uint8_t)rp_random_below(&random, 4);
        }
        if (m == 0)
            target[m++] = 0;
        ck_assert(rp_realign(&realigner, query, n, target, m, 60, &steps));
        ck_assert_int_eq(path_score(&steps, query, n, target, m), best_global_score(query, n, target, m));
    }
    free(steps.items);
    rp_realigner_clear(&realigner);
}
END_TEST

/* Counts of bases of which two match with a chance of `chance`: A, and the others alike. */
static rp_base_counts counts_by_chance(double chance)
{
    const double a = (1 + sqrt(12 * chance - 3)) / 4; /* a^2 + (1 - a)^2 / 3 is the chance */
    const uint32_t other = (uint32_t)lround(30000 * (1 - a) / 3);
    return (rp_base_counts){{30000 - 3 * other, other, other, other}};
}

/* The trace of a large one is made in blocks. */
START_TEST(realigning_long_sequences_is_exact_and_takes_little_memory)
{
    enum { MAX = 4000 };
    static uint8_t query[MAX], target[MAX];
    rp_random random = {62};
    rp_realigner realigner = {0};
    rp_steps steps = {0};
    for (int trial = 0; trial < 4; trial++) {
        const uint32_t n = 2500 + (uint32_t)rp_random_below(&random, 1000);
        uint32_t m = 0;
        for (uint32_t i = 0; i < n; i++) {
            query[i] = (uint8_t)rp_random_below(&random, 5);
            const uint64_t draw = rp_random_below(&random, 40);
            if (m < MAX && draw > 0)
                target[m++] = draw < 4 ? (uint8_t)rp_random_below(&random, 4) : query[i];
            for (int added = 0; m < MAX && draw == 5 && added < 3; added++)
                target[m++] = (uint8_t)rp_random_below(&random, 4);
        }
        ck_assert(rp_realign(&realigner, query, n, target, m, 300, &steps));
        ck_assert_int_eq(path_score(&steps, query, n, target, m), best_global_score(query, n, target, m));
        ck_assert_uint_lt(realigner.trace_capacity + 4 * realigner.kept_capacity, (size_t)n * 300);
    }
    free(steps.items);
    rp_realigner_clear(&realigner);
}
END_TEST

START_TEST(a_score_is_worth_its_log_odds_by_composition)
{
    for (int c = 72; c <= 184; c++) {
        const double chance = c / 256.0, lambda = log(184.0 / 72) / 2;
        const rp_base_counts counts = counts_by_chance(chance);
        for (int32_t matches = 0; matches <= 1000; matches += 50) {
            const int32_t score = 4 * matches - 2000;
            const double match = log(184.0 / 256 / chance) / lambda, mismatch = log(72.0 / 256 / (1 - chance)) / lambda;
            const double expected = fmin(score, matches * match + (1000 - matches) * mismatch);
            ck_assert_double_eq_tol(rp_significant_score(score, 1000, &counts, &counts), expected, 3);
        }
    }
    const rp_base_counts even = {{250, 250, 250, 250}}, at = {{500, 0, 0, 500}}, cg = {{0, 500, 500, 0}},
                         only = {{1000, 0, 0, 0}}, none = {{0}};
    ck_assert_int_eq(rp_significant_score(300, 200, &even, &even), 300);
    ck_assert_int_eq(rp_significant_score(300, 200, &at, &cg), 300);
    ck_assert_int_eq(rp_significant_score(400, 200, &only, &only), 0);
    ck_assert_int_eq(rp_significant_score(300, 200, &none, &none), 300);
}
END_TEST

START_TEST(chance_recurrence_follows_the_composition)
{
    for (int percent = 50; percent <= 100; percent += 5) {
        const rp_base_counts counts = {{(uint32_t)percent * 50, 5000 - (uint32_t)percent * 50,
                                        5000 - (uint32_t)percent * 50, (uint32_t)percent * 50}};
        const double at = percent / 100.0, word = pow((at * at + (1 - at) * (1 - at)) / 2, 8);
        for (uint32_t reach = 0; reach <= 1500; reach += 250)
            ck_assert_double_eq_tol(rp_chance_recurrence(&counts, 8, reach), 1024 * (1 - pow(1 - word, reach)), 1.1);
    }
}
END_TEST

Suite *suite_align(void)
{
    Suite *suite = suite_create("align");
    TCase *tests = tcase_create("align");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, kernels_equal_the_reference, 0, sizeof KERNELS / sizeof *KERNELS);
    tcase_add_test(tests, extensions_trace_to_their_scores);
    tcase_add_test(tests, long_extensions_do_not_overflow);
    tcase_add_test(tests, a_path_without_gaps_is_that_of_tracing);
    tcase_add_test(tests, rows_spell_the_genome);
    tcase_add_loop_test(tests, a_path_over_bases_that_were_covered_meanwhile_is_whole, 0, 12);
    tcase_add_test(tests, realigning_is_exact);
    tcase_add_test(tests, realigning_long_sequences_is_exact_and_takes_little_memory);
    tcase_add_test(tests, a_score_is_worth_its_log_odds_by_composition);
    tcase_add_test(tests, chance_recurrence_follows_the_composition);
    suite_add_tcase(suite, tests);
    return suite;
}
