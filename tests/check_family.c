/* check_family.c: the ends of a consensus are put where its copies stop to agree, and chimeras are cut; how long a
 * consensus gets, and what a tandem repeat beside a family does to it. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "align/extend.h"
#include "base/account.h"
#include "base/block.h"
#include "base/random.h"
#include "family/ends.h"
#include "family/family.h"
#include "family/self_words.h"
#include "family/unit.h"
#include "family/vote.h"
#include "library/chimera.h"
#include "suites.h"

enum { N_COPIES = 12, ELEMENT_BP = 400, SPACER_BP = 300 };

/* A genome with copies of an element, every second one reversed; `text` begins after the header. */
static char *write_copies(rp_random *random, const char *element)
{
    char *text = calloc(1, 4 + N_COPIES * (ELEMENT_BP + SPACER_BP) + SPACER_BP + 2);
    strcpy(text, ">a\n");
    for (int i = 0; i <= N_COPIES; i++) {
        char *spacer = test_random_letters(random, SPACER_BP);
        strcat(text, spacer);
        free(spacer);
        char copy[ELEMENT_BP + 1] = "";
        for (int j = 0; j < ELEMENT_BP; j++) {
            char base = element[i % 2 == 0 ? j : ELEMENT_BP - 1 - j];
            if (rp_random_below(random, 20) == 0)
                base = "ACGT"[rp_random_below(random, 4)];
            copy[j] = i % 2 == 0 ? base : "TGCA"[strchr("ACGT", base) - "ACGT"];
        }
        if (i < N_COPIES)
            strcat(text, copy);
    }
    return strcat(text, "\n");
}

/* The consensus is that of the element, but for `left` and `right` bases too many (or, negative, too few). */
static void expect_true_ends(int left, int right)
{
    rp_random random = {(uint64_t)(71 + left * 100 + right)};
    char *element = test_random_letters(&random, ELEMENT_BP), *text = write_copies(&random, element);
    rp_genome genome;
    test_genome(&genome, text);
    rp_codes consensus = {0};
    for (int i = -left; i < ELEMENT_BP + right; i++)
        ck_assert(rp_codes_push(&consensus, i >= 0 && i < ELEMENT_BP ? (uint8_t)(strchr("ACGT", element[i]) - "ACGT")
                                                                     : (uint8_t)rp_random_below(&random, 4)));
    rp_copies copies = {0};
    for (int i = 0; i < N_COPIES; i++) { /* alignments that stop at the ends of both */
        const bool reverse = i % 2 == 1;
        const int from = left < 0 ? -left : 0, to = ELEMENT_BP + (right < 0 ? right : 0); /* on the element */
        const uint64_t begin = (uint64_t)(SPACER_BP + i * (ELEMENT_BP + SPACER_BP));
        const uint64_t first = begin + (uint64_t)(reverse ? ELEMENT_BP - to : from),
                       last = begin + (uint64_t)(reverse ? ELEMENT_BP - from : to);
        ck_assert(rp_copies_push(&copies, (rp_copy){.begin = first,
                                                    .end = last,
                                                    .consensus_begin = (uint32_t)(from + left),
                                                    .consensus_end = (uint32_t)(to + left),
                                                    .reverse = reverse}));
    }
    const rp_view view = {.genome = &genome};
    ck_assert(rp_set_ends(&view, &consensus, &copies));
    ck_assert_uint_eq(consensus.n, ELEMENT_BP);
    for (int i = 0; i < ELEMENT_BP; i++)
        ck_assert_int_eq("ACGT"[consensus.items[i]], element[i]);
    free(copies.items);
    free(consensus.items);
    rp_genome_clear(&genome);
    free(element);
    free(text);
}

START_TEST(ends_are_put_where_copies_stop_to_agree)
{
    expect_true_ends(0, 0);
    expect_true_ends(15, 0);
    expect_true_ends(0, 22);
    expect_true_ends(9, 30);
    expect_true_ends(-8, 0);
    expect_true_ends(0, -10);
    expect_true_ends(-6, 17);
}
END_TEST

static void add_copies(rp_copies *copies, unsigned n, uint32_t begin, uint32_t end, uint64_t *at)
{
    for (unsigned i = 0; i < n; i++, *at += 5000)
        ck_assert(rp_copies_push(copies, (rp_copy){.begin = *at,
                                                   .end = *at + end - begin,
                                                   .consensus_begin = begin + i % 7,
                                                   .consensus_end = end - i % 5}));
}

/* Copies of 0-900 and 900-2000 (or, without a chimera, of other stretches) and some of the whole. */
static uint32_t find_cut(unsigned n_first, unsigned n_second, unsigned n_whole, uint32_t second_begin)
{
    rp_family family = {0};
    uint64_t at = 0;
    uint32_t cut;
    for (int i = 0; i < 2000; i++)
        ck_assert(rp_codes_push(&family.consensus, (uint8_t)(i % 4)));
    add_copies(&family.copies, n_first, 0, 900, &at);
    add_copies(&family.copies, n_second, second_begin, 2000, &at);
    add_copies(&family.copies, n_whole, 0, 2000, &at);
    ck_assert(rp_chimera_find(&family, &cut));
    rp_family_clear(&family);
    return cut;
}

START_TEST(chimeras_are_cut_where_copies_end_and_others_begin)
{
    const uint32_t cut = find_cut(12, 9, 3, 900);
    ck_assert_uint_ge(cut, 890);
    ck_assert_uint_le(cut, 910);
    ck_assert_uint_eq(find_cut(12, 9, 30, 900), 0);   /* most go across */
    ck_assert_uint_eq(find_cut(12, 0, 3, 900), 0);    /* truncated copies only */
    ck_assert_uint_eq(find_cut(12, 9, 3, 1300), 0);   /* a deletion derivative, or an LTR element's parts */
    ck_assert_uint_eq(find_cut(0, 0, 20, 900), 0);
}
END_TEST

/* Appends n letters of `from`, each changed with probability 1 / one_in (0: never). */
static void append_copy(rp_random *random, char *text, const char *from, size_t n, unsigned one_in)
{
    char *to = text + strlen(text);
    for (size_t i = 0; i < n; i++)
        to[i] = one_in > 0 && rp_random_below(random, one_in) == 0 ? "ACGT"[rp_random_below(random, 4)] : from[i];
    to[n] = '\0';
}

/* A genome of contigs that were written into `text`, its index and a view of all of it. */
typedef struct search {
    rp_genome genome;
    rp_kmer_index *index;
    rp_view view;
    rp_builder *builder;
} search;

static void begin_search(search *with, const char *text)
{
    const rp_kmer_index_parameters parameters = {.k = 12, .min_frequency = 2, .memory_bytes = 1 << 22, .n_threads = 2};
    rp_error error = {""};
    test_genome(&with->genome, text);
    with->index = rp_kmer_index_create(&with->genome, NULL, &parameters, &error);
    ck_assert_msg(with->index != NULL, "%s", error.message);
    with->view = (rp_view){.genome = &with->genome};
    with->builder = rp_builder_create(rp_band_select("auto"), 0);
    ck_assert_ptr_nonnull(with->builder);
}

static void end_search(search *with)
{
    rp_builder_destroy(with->builder);
    rp_kmer_index_destroy(with->index);
    rp_genome_clear(&with->genome);
}

static void recruit(search *with, const rp_codes *consensus, rp_copies *copies)
{
    ck_assert(
        rp_recruit(rp_builder_recruiter(with->builder), &with->view, with->index, consensus, false, copies, NULL));
}

static void set_consensus(rp_codes *consensus, const char *letters, size_t n)
{
    consensus->n = 0;
    for (size_t i = 0; i < n; i++)
        ck_assert(rp_codes_push(consensus, rp_code_of_letter(letters[i])));
}

/* Very many hits are put into files where the budget has no room for them. */
START_TEST(copies_are_the_same_in_any_budget)
{
    enum { BP = 200, N = 3000, MANY_HITS = 1 << 18 };
    rp_random random = {14};
    char *element = test_random_letters(&random, BP), *text = calloc(N, BP + 64), *at = text;
    at += sprintf(at, ">x\n");
    for (int i = 0; i < N; i++) {
        char *spacer = test_random_letters(&random, 50);
        at += sprintf(at, "%s%s", element, spacer);
        free(spacer);
    }
    search with;
    rp_codes consensus = {0};
    rp_copies copies[2] = {{0}};
    begin_search(&with, strcat(text, "\n"));
    set_consensus(&consensus, element, BP);
    for (int i = 0; i < 2; i++) {
        rp_builder_destroy(with.builder);
        rp_block_set_spill_folder(i == 0 ? NULL : "/tmp");
        rp_account_set_limit(i == 0 ? 0 : rp_account_taken() + 1);
        with.builder = rp_builder_create(rp_band_select("auto"), 0);
        recruit(&with, &consensus, &copies[i]);
        if (i == 1)
            ck_assert_uint_ge(rp_blocks_spilled(), 2 * MANY_HITS * sizeof(uint64_t)); /* and as much to sort them */
        rp_account_set_limit(0);
    }
    ck_assert_uint_eq(copies[0].n, N);
    ck_assert_uint_eq(copies[1].n, N);
    for (size_t i = 0; i < N; i++)
        ck_assert(copies[0].items[i].begin == copies[1].items[i].begin &&
                  copies[0].items[i].end == copies[1].items[i].end);
    free(copies[0].items);
    free(copies[1].items);
    free(consensus.items);
    end_search(&with);
    ck_assert_uint_eq(rp_blocks_spilled(), 0);
    rp_block_set_spill_folder(NULL);
    free(element);
    free(text);
}
END_TEST

/* A segment that is far longer than a consensus gets: as much as may be is begun with, and grows at both ends. The
 * copies have insertions of their own: no alignment goes over so much at once. */
START_TEST(a_consensus_stays_within_its_bound)
{
    enum { SEGMENT_BP = 100000, BEGIN = 35000, N = 8, INSERTED_BP = 500 };
    rp_random random = {12};
    char *segment = test_random_letters(&random, SEGMENT_BP), *text = calloc(N, SEGMENT_BP + INSERTED_BP + 8);
    for (int i = 0; i < N; i++) {
        const size_t at = (size_t)(45000 + 1200 * i);
        char *inserted = test_random_letters(&random, INSERTED_BP);
        sprintf(text + strlen(text), "%s>%d\n", i > 0 ? "\n" : "", i);
        append_copy(&random, text, segment, at, 60);
        append_copy(&random, text, inserted, INSERTED_BP, 0);
        append_copy(&random, text, segment + at, SEGMENT_BP - at, 60);
        free(inserted);
    }
    search with;
    rp_family family = {.seed = {0, 12, N}};
    begin_search(&with, text);
    set_consensus(&family.consensus, segment + BEGIN, RP_CONSENSUS_GROWN_BP);
    ck_assert(rp_family_refine(with.builder, &with.view, with.index, 2, &family, NULL));
    ck_assert(rp_family_holds(&family));
    ck_assert_uint_gt(family.consensus.n, UINT16_MAX);
    ck_assert_uint_le(family.consensus.n, RP_CONSENSUS_MAX_BP);
    rp_family_clear(&family);
    end_search(&with);
    free(segment);
    free(text);
}
END_TEST

/* Copies that hold the last bases only of a consensus as long as one may be. */
START_TEST(copies_of_the_far_end_of_a_long_consensus_are_found)
{
    enum { PIECE_BP = 2000, N = 5 };
    rp_random random = {13};
    char *segment = test_random_letters(&random, RP_CONSENSUS_MAX_BP), *text = calloc(N, 2 * PIECE_BP + 8);
    for (int i = 0; i < N; i++) {
        char *spacer = test_random_letters(&random, PIECE_BP);
        sprintf(text + strlen(text), "%s>%d\n%s", i > 0 ? "\n" : "", i, spacer);
        append_copy(&random, text, segment + RP_CONSENSUS_MAX_BP - PIECE_BP, PIECE_BP, 20);
        free(spacer);
    }
    search with;
    rp_codes consensus = {0};
    rp_copies copies = {0};
    begin_search(&with, text);
    set_consensus(&consensus, segment, RP_CONSENSUS_MAX_BP);
    recruit(&with, &consensus, &copies);
    ck_assert_uint_eq(copies.n, N);
    for (size_t i = 0; i < copies.n; i++) {
        ck_assert_uint_ge(copies.items[i].consensus_begin, RP_CONSENSUS_MAX_BP - PIECE_BP - 20);
        ck_assert_uint_ge(copies.items[i].consensus_end, RP_CONSENSUS_MAX_BP - 20);
    }
    free(consensus.items);
    free(copies.items);
    end_search(&with);
    free(segment);
    free(text);
}
END_TEST

/* All copies hold `extra` bases more in their midst than a consensus of `length` bases. */
static size_t vote_with_insertion(size_t length, size_t extra)
{
    enum { N = 5 };
    rp_random random = {14};
    char *segment = test_random_letters(&random, length + extra), *text = calloc(N, length + extra + 8);
    for (int i = 0; i < N; i++) {
        sprintf(text + strlen(text), "%s>%d\n", i > 0 ? "\n" : "", i);
        append_copy(&random, text, segment, length + extra, 0);
    }
    search with;
    rp_codes consensus = {0};
    rp_copies copies = {0};
    begin_search(&with, text);
    memmove(segment + length / 2, segment + length / 2 + extra, length - length / 2);
    set_consensus(&consensus, segment, length);
    recruit(&with, &consensus, &copies);
    ck_assert(
        rp_vote(rp_builder_voter(with.builder), rp_builder_recruiter(with.builder), &with.view, &consensus, &copies));
    const size_t n = consensus.n;
    free(consensus.items);
    free(copies.items);
    end_search(&with);
    free(segment);
    free(text);
    return n;
}

START_TEST(a_vote_inserts_no_more_than_the_bound)
{
    ck_assert_uint_eq(vote_with_insertion(3000, 6), 3006);
    ck_assert_uint_eq(vote_with_insertion(RP_CONSENSUS_MAX_BP - 2, 6), RP_CONSENSUS_MAX_BP);
}
END_TEST

/* A member of a crew that helps until it is told to stop. */
typedef struct helper {
    rp_crew *crew;
    atomic_bool stops;
} helper;

static void *help(void *argument)
{
    helper *self = argument;
    while (!atomic_load(&self->stops))
        if (!rp_crew_help(self->crew, 1))
            (void)sched_yield();
    return NULL;
}

static void call_nobody(void *context)
{
    (void)context;
}

static int compare_blocks(const void *left, const void *right)
{
    const uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

/* The blocks that were noted, each once. */
static size_t distinct_blocks(rp_reads *reads)
{
    size_t n = 0;
    qsort(reads->blocks, reads->n, sizeof *reads->blocks, compare_blocks);
    for (size_t i = 0; i < reads->n; i++)
        if (n == 0 || reads->blocks[n - 1] != reads->blocks[i])
            reads->blocks[n++] = reads->blocks[i];
    return n;
}

static void expect_the_same_copies(const rp_copies *a, const rp_copies *b)
{
    ck_assert_uint_eq(a->n, b->n);
    for (size_t i = 0; i < a->n; i++)
        ck_assert(a->items[i].begin == b->items[i].begin && a->items[i].end == b->items[i].end &&
                  a->items[i].reverse == b->items[i].reverse && a->items[i].score == b->items[i].score &&
                  a->items[i].anchor_place == b->items[i].anchor_place);
}

/* Long and short copies on both strands, of an element that holds a piece of itself: the same copies, notes and votes
 * come out when a crew takes parts of the work. */
START_TEST(a_crew_finds_what_one_finds_alone)
{
    enum { BP = 3000, N = 80 };
    rp_random random = {18};
    char *element = test_random_letters(&random, BP), *text = calloc(N, 2 * BP + 8);
    memcpy(element + 2000, element + 500, 400);
    strcat(text, ">x\n");
    for (int i = 0; i < N; i++) {
        char *spacer = test_random_letters(&random, 20 + rp_random_below(&random, 400));
        const size_t from = i % 3 == 0 ? 0 : rp_random_below(&random, BP - 300);
        strcat(text, spacer);
        const size_t at = strlen(text);
        append_copy(&random, text, element + from, i % 3 == 0 ? BP : 300, 12);
        for (size_t j = at, k = strlen(text); i % 2 == 1 && j < k--; j++) { /* the other strand */
            const char swap = "TGCA"[strchr("ACGT", text[j]) - "ACGT"];
            text[j] = "TGCA"[strchr("ACGT", text[k]) - "ACGT"];
            text[k] = swap;
        }
        free(spacer);
    }
    search with;
    rp_codes consensus[2] = {{0}};
    rp_copies copies[2] = {{0}};
    rp_reads reads[2] = {{0}};
    begin_search(&with, strcat(text, "\n"));
    rp_builder *builders[2] = {with.builder, rp_builder_create(rp_band_select("auto"), 0)};
    rp_extender *extenders[2];
    helper other = {.crew = rp_crew_create(2, call_nobody, NULL)};
    pthread_t thread;
    ck_assert(builders[1] != NULL && other.crew != NULL);
    ck_assert_int_eq(pthread_create(&thread, NULL, help, &other), 0);
    for (int i = 0; i < 2; i++) {
        if (i == 1)
            rp_builders_share(builders, 2, other.crew, extenders);
        set_consensus(&consensus[i], element, BP);
        rp_recruiter *recruiter = rp_builder_recruiter(with.builder);
        ck_assert(rp_recruit(recruiter, &with.view, with.index, &consensus[i], false, &copies[i], &reads[i]));
        ck_assert(rp_vote(rp_builder_voter(with.builder), recruiter, &with.view, &consensus[i], &copies[i]));
    }
    atomic_store(&other.stops, true);
    (void)pthread_join(thread, NULL);
    ck_assert_uint_ge(copies[0].n, N);
    expect_the_same_copies(&copies[0], &copies[1]);
    ck_assert_uint_eq(consensus[0].n, consensus[1].n);
    ck_assert_mem_eq(consensus[0].items, consensus[1].items, consensus[0].n);
    const size_t n = distinct_blocks(&reads[0]);
    ck_assert_uint_eq(n, distinct_blocks(&reads[1]));
    ck_assert_mem_eq(reads[0].blocks, reads[1].blocks, n * sizeof *reads[0].blocks);
    for (int i = 0; i < 2; i++) {
        free(consensus[i].items);
        free(copies[i].items);
        rp_reads_clear(&reads[i]);
    }
    rp_builder_destroy(builders[1]);
    end_search(&with);
    rp_crew_destroy(other.crew);
    free(element);
    free(text);
}
END_TEST

/* Copies of an element run into a satellite: that is not grown into, and the element is no satellite. */
START_TEST(a_family_is_no_tandem_repeat_for_one_beside_it)
{
    enum { N = 8, UNIT_BP = 90, UNITS = 30 };
    rp_random random = {15};
    char *element = test_random_letters(&random, ELEMENT_BP), *unit = test_random_letters(&random, UNIT_BP);
    char *text = calloc(N, SPACER_BP + ELEMENT_BP + UNIT_BP * UNITS + 8);
    for (int i = 0; i < N; i++) {
        char *spacer = test_random_letters(&random, SPACER_BP);
        sprintf(text + strlen(text), "%s>%d\n%s", i > 0 ? "\n" : "", i, spacer);
        append_copy(&random, text, element, ELEMENT_BP, 40);
        for (int j = 0; j < UNITS; j++)
            append_copy(&random, text, unit, UNIT_BP, 40);
        free(spacer);
    }
    search with;
    rp_family family = {.seed = {0, 12, N}};
    begin_search(&with, text);
    set_consensus(&family.consensus, element, ELEMENT_BP);
    recruit(&with, &family.consensus, &family.copies);
    ck_assert_uint_eq(family.copies.n, N);
    ck_assert(rp_family_regrow(with.builder, &with.view, &with.view, with.index, &family));
    ck_assert_uint_ge(family.consensus.n, ELEMENT_BP - 10);
    ck_assert_uint_le(family.consensus.n, ELEMENT_BP + UNIT_BP);
    ck_assert(!family.tandem);
    rp_family_clear(&family);
    end_search(&with);
    free(element);
    free(unit);
    free(text);
}
END_TEST

/* Equal units of a long satellite: the stretch that repeats what stood before goes on through all of them. */
START_TEST(a_stretch_that_repeats_goes_on_from_unit_to_unit)
{
    enum { UNIT_BP = 2200, N = 4 };
    rp_random random = {17};
    rp_self_words *words = calloc(1, sizeof *words);
    uint8_t unit[UNIT_BP];
    for (int i = 0; i < UNIT_BP; i++)
        unit[i] = (uint8_t)rp_random_below(&random, 4);
    rp_self_words_start(words);
    for (int i = 0; i < N * UNIT_BP; i++)
        rp_self_words_push(words, unit[i % UNIT_BP]);
    ck_assert_uint_eq(words->period, UNIT_BP);
    ck_assert_uint_ge(rp_self_words_run(words), (N - 1) * UNIT_BP - RP_WORD_BASES);
    free(words);
}
END_TEST

/* A consensus of `n_units` elements with a joint of two bases between; turned[i]: unit i reads backwards. */
static void make_units(rp_codes *consensus, size_t unit_bp, size_t n_units, const bool *turned, unsigned one_in)
{
    rp_random random = {16};
    char *unit = test_random_letters(&random, unit_bp);
    for (size_t i = 0; i < n_units; i++) {
        char *worn = calloc(1, 2 * unit_bp + 8);
        rp_codes codes = {0};
        append_copy(&random, worn, unit, unit_bp, one_in);
        set_consensus(&codes, worn, unit_bp);
        ck_assert(turned[i] ? rp_codes_append_turned(consensus, codes.items, codes.n)
                            : rp_codes_append(consensus, codes.items, codes.n));
        ck_assert(rp_codes_append(consensus, (const uint8_t[]){RP_BASE_T, RP_BASE_A}, i + 1 < n_units ? 2 : 0));
        free(codes.items);
        free(worn);
    }
    free(unit);
}

static void add_equal_copies(rp_copies *copies, unsigned n, uint32_t begin, uint32_t end)
{
    for (unsigned i = 0; i < n; i++)
        ck_assert(rp_copies_push(copies, (rp_copy){.consensus_begin = begin + i % 5, .consensus_end = end - i % 3}));
}

/* Most copies are one element: head to tail or head to head, the consensus is cut to one. */
START_TEST(a_consensus_of_two_elements_is_cut_to_the_one_that_copies_are)
{
    const bool turned[] = {false, _i == 1};
    rp_codes consensus = {0};
    rp_copies copies = {0};
    uint32_t begin = 0, end = 0;
    bool found = false;
    make_units(&consensus, 300, 2, turned, 0);
    add_equal_copies(&copies, 5, 0, 602);
    add_equal_copies(&copies, 9, 302, 602);
    ck_assert(rp_unit_find(&consensus, &copies, &begin, &end, &found));
    ck_assert(found);
    ck_assert_uint_le(begin, 306);
    ck_assert_uint_ge(begin, 302);
    ck_assert_uint_ge(end, 599);
    add_equal_copies(&copies, 5, 0, 602); /* as many are both: a dimer */
    ck_assert(rp_unit_find(&consensus, &copies, &begin, &end, &found));
    ck_assert(!found);
    free(consensus.items);
    free(copies.items);
}
END_TEST

/* Pieces of an element are no units of it: what is beyond them is something else. */
START_TEST(a_consensus_is_not_cut_to_a_piece_that_many_copies_are)
{
    const bool turned[] = {false};
    rp_codes consensus = {0};
    rp_copies copies = {0};
    uint32_t begin = 0, end = 0;
    bool found = true;
    make_units(&consensus, 600, 1, turned, 0);
    add_equal_copies(&copies, 3, 0, 600);
    add_equal_copies(&copies, 9, 0, 280);
    ck_assert(rp_unit_find(&consensus, &copies, &begin, &end, &found));
    ck_assert(!found);
    copies.n = 0;
    consensus.n = 0;
    const bool forward[] = {false, false};
    make_units(&consensus, 300, 2, forward, 5); /* two monomers that differ, as those of an old dimeric SINE */
    add_equal_copies(&copies, 9, 0, 300);
    ck_assert(rp_unit_find(&consensus, &copies, &begin, &end, &found));
    ck_assert(!found);
    ck_assert(rp_unit_find(&consensus, &(rp_copies){0}, &begin, &end, &found));
    ck_assert(!found);
    free(consensus.items);
    free(copies.items);
}
END_TEST

Suite *suite_family(void)
{
    Suite *suite = suite_create("family");
    TCase *tests = tcase_create("family");
    tcase_add_test(tests, ends_are_put_where_copies_stop_to_agree);
    tcase_add_test(tests, chimeras_are_cut_where_copies_end_and_others_begin);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, copies_are_the_same_in_any_budget);
    tcase_add_test(tests, a_consensus_stays_within_its_bound);
    tcase_add_test(tests, copies_of_the_far_end_of_a_long_consensus_are_found);
    tcase_add_test(tests, a_vote_inserts_no_more_than_the_bound);
    tcase_add_test(tests, a_crew_finds_what_one_finds_alone);
    tcase_add_test(tests, a_family_is_no_tandem_repeat_for_one_beside_it);
    tcase_add_test(tests, a_stretch_that_repeats_goes_on_from_unit_to_unit);
    tcase_add_loop_test(tests, a_consensus_of_two_elements_is_cut_to_the_one_that_copies_are, 0, 2);
    tcase_add_test(tests, a_consensus_is_not_cut_to_a_piece_that_many_copies_are);
    suite_add_tcase(suite, tests);
    return suite;
}
