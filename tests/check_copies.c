/* check_copies.c: copies of known consensus sequences: places, strands, parts, divergence. */
#include <math.h>
#include <stdio.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/account.h"
#include "base/block.h"
#include "base/sort.h"
#include "copies/annotate.h"
#include "copies/scan.h"
#include "suites.h"

static char *turned(const char *letters)
{
    const size_t n = strlen(letters);
    char *out = malloc(n + 1);
    for (size_t i = 0; i < n; i++)
        out[i] = "TGCA"[strchr("ACGT", letters[n - 1 - i]) - "ACGT"];
    out[n] = '\0';
    return out;
}

static void annotate(const rp_genome *genome, const rp_codes *const *families, size_t n, unsigned threads,
                     uint32_t min_copies, rp_parts *parts)
{
    const rp_view view = {.genome = genome};
    const rp_annotate_parameters parameters = {.n_threads = threads,
                                               .kernel = rp_band_select("auto"),
                                               .expected_by_chance = 0.01,
                                               .min_copies = min_copies,
                                               .rows = rp_row_store_create()};
    rp_error error = {""};
    ck_assert_ptr_nonnull(parameters.rows);
    ck_assert_msg(rp_annotate(&view, families, n, &parameters, parts, &error), "%s", error.message);
    rp_row_store_destroy(parameters.rows);
}

START_TEST(finds_copies_on_both_strands_and_nested_ones)
{
    rp_random random = {41};
    char *a = test_random_letters(&random, 600), *b = test_random_letters(&random, 300);
    char *back = turned(a), *spacer = test_random_letters(&random, 1000);
    char *text = malloc(20000);
    /* a, then a reversed, then a with b in its middle, then two more b */
    sprintf(text, ">x\n%s%s%s%s%s%.250s%s%s%s%s%s%s%s\n", spacer, a, spacer, back, spacer, a, b, a + 250, spacer, b,
            spacer, b, spacer);
    rp_genome genome;
    test_genome(&genome, text);
    rp_codes codes[2] = {{0}};
    test_codes(&codes[0], a);
    test_codes(&codes[1], b);
    const rp_codes *families[] = {&codes[0], &codes[1]};
    static const struct {
        uint64_t begin, end;
        uint32_t family, from, to;
        bool reverse;
    } expected[] = {{1000, 1600, 0, 0, 600, false}, {2600, 3200, 0, 0, 600, true},    {4200, 4450, 0, 0, 250, false},
                    {4450, 4750, 1, 0, 300, false}, {4750, 5100, 0, 250, 600, false}, {6100, 6400, 1, 0, 300, false},
                    {7400, 7700, 1, 0, 300, false}};
    for (unsigned threads = 1; threads <= 3; threads += 2) {
        rp_parts parts = {0};
        annotate(&genome, families, 2, threads, 3, &parts);
        ck_assert_uint_eq(parts.n, 7);
        for (size_t i = 0; i < 7; i++) {
            const rp_part *part = &parts.items[i];
            ck_assert_uint_eq(part->family, expected[i].family);
            ck_assert_uint_eq(part->reverse, expected[i].reverse);
            /* a few bases at a junction may go either way by chance */
            ck_assert_uint_le((uint64_t)llabs((long long)part->begin - (long long)expected[i].begin), 4);
            ck_assert_uint_le((uint64_t)llabs((long long)part->end - (long long)expected[i].end), 4);
            ck_assert_uint_le((uint64_t)llabs((long long)part->consensus_begin - (long long)expected[i].from), 4);
            ck_assert_uint_le((uint64_t)llabs((long long)part->consensus_end - (long long)expected[i].to), 4);
            ck_assert(part->divergence < 2);
        }
        ck_assert_uint_eq(parts.items[2].copy, parts.items[4].copy); /* two parts of one copy */
        ck_assert_uint_ne(parts.items[2].copy, parts.items[3].copy);
        rp_parts_clear(&parts);
        /* a has three copies, b three: with a minimum of four there is nothing left */
        rp_parts none = {0};
        annotate(&genome, families, 2, threads, 4, &none);
        ck_assert_uint_eq(none.n, 0);
        rp_parts_clear(&none);
    }
    free(codes[0].items);
    free(codes[1].items);
    free(a);
    free(b);
    free(back);
    free(spacer);
    free(text);
    rp_genome_clear(&genome);
}
END_TEST

START_TEST(divergence_is_kimuras)
{
    /* 100 columns without CpG: 10 transitions, 5 transversions */
    uint8_t consensus[100], cells[100];
    for (int i = 0; i < 100; i++)
        consensus[i] = cells[i] = (uint8_t)(i % 2 == 0 ? 0 : 3);
    for (int i = 0; i < 20; i += 2)
        cells[i] = 2; /* A to G */
    for (int i = 50; i < 60; i += 2)
        cells[i] = 1; /* A to C */
    rp_row row = {.begin = 0, .end = 100, .cells = {cells, 100, 100}};
    const double p = 0.10, q = 0.05, expected = 100 * -0.5 * log((1 - 2 * p - q) * sqrt(1 - 2 * q));
    ck_assert_double_eq_tol(rp_row_divergence(&row, consensus, 0, 100), expected, 1e-9);
    /* a CpG whose C became T counts a tenth; CG to TA counts one */
    for (int i = 0; i < 100; i++)
        cells[i] = consensus[i];
    consensus[10] = cells[10] = 1;
    consensus[11] = cells[11] = 2;
    cells[10] = 3;
    const double tenth = 100 * -0.5 * log(1 - 2 * 0.001);
    ck_assert_double_eq_tol(rp_row_divergence(&row, consensus, 0, 100), tenth, 1e-9);
    cells[11] = 0;
    ck_assert_double_eq_tol(rp_row_divergence(&row, consensus, 0, 100), 100 * -0.5 * log(1 - 2 * 0.01), 1e-9);
}
END_TEST

START_TEST(random_sequence_has_no_copies)
{
    rp_random random = {43};
    char *letters = test_random_letters(&random, 400000), *consensus = test_random_letters(&random, 5000);
    char *text = malloc(400010);
    sprintf(text, ">x\n%s\n", letters);
    rp_genome genome;
    test_genome(&genome, text);
    rp_codes codes = {0};
    test_codes(&codes, consensus);
    const rp_codes *families[] = {&codes};
    rp_parts parts = {0};
    annotate(&genome, families, 1, 2, 1, &parts);
    ck_assert_uint_eq(parts.n, 0);
    rp_parts_clear(&parts);
    free(codes.items);
    free(letters);
    free(consensus);
    free(text);
    rp_genome_clear(&genome);
}
END_TEST

enum { VERSIONS = 24, ELEMENT_BP = 400 };

/* Copies of one element, and a library of as many versions of it, each with a twelfth of its bases changed. */
static void make_versions(rp_genome *genome, rp_codes versions[VERSIONS])
{
    rp_random random = {44};
    char *element = test_random_letters(&random, ELEMENT_BP), *text = malloc(100000);
    strcpy(text, ">x\n");
    for (int i = 0; i < 3 * VERSIONS; i++) {
        char *spacer = test_random_letters(&random, 100), version[ELEMENT_BP + 1];
        strcpy(version, element);
        for (int j = 0; j < ELEMENT_BP; j++)
            if (rp_random_below(&random, 12) == 0)
                version[j] = "ACGT"[rp_random_below(&random, 4)];
        strcat(strcat(text, spacer), version);
        if (i < VERSIONS)
            test_codes(&versions[i], version);
        free(spacer);
    }
    test_genome(genome, strcat(text, "\n"));
    free(text);
    free(element);
}

static int compare_found(const void *left, const void *right)
{
    const rp_alignment *a = left, *b = right;
    if (a->query != b->query)
        return a->query < b->query ? -1 : 1;
    if (a->anchor != b->anchor)
        return a->anchor < b->anchor ? -1 : 1;
    return (a->place > b->place) - (a->place < b->place);
}

static void scan(const rp_genome *genome, const rp_codes *const *families, size_t n,
                 const rp_scan_parameters *parameters, rp_alignment_store *found)
{
    const rp_view view = {.genome = genome};
    rp_word_table table;
    rp_scan_scratch scratch[3] = {{0}};
    rp_error error = {""};
    ck_assert_msg(rp_word_table_init(&table, families, n, 10, genome->length_bp, 1000, parameters->n_threads, &error),
                  "%s", error.message);
    ck_assert_msg(rp_scan(&view, &table, parameters, scratch, found, &error), "%s", error.message);
    rp_sort(found->items, found->n, sizeof *found->items, compare_found);
    for (int i = 0; i < 3; i++)
        rp_scan_scratch_clear(&scratch[i]);
    rp_word_table_clear(&table);
}

/* Whatever room there is for anchors and alignments. */
START_TEST(a_scan_in_many_passes_finds_the_same)
{
    static const size_t MOST[] = {1, 7, 300, 20000};
    rp_genome genome;
    rp_codes versions[VERSIONS] = {{0}};
    const rp_codes *families[VERSIONS];
    make_versions(&genome, versions);
    for (int i = 0; i < VERSIONS; i++)
        families[i] = &versions[i];
    rp_scan_parameters parameters = {.n_threads = 1,
                                     .kernel = rp_band_select("auto"),
                                     .min_score = 60,
                                     .min_gain = 4,
                                     .pair_bp = _i == 0 ? 0 : 200,
                                     .weak_score = _i == 0 ? 0 : 30};
    rp_alignment_store usual = {0};
    scan(&genome, families, VERSIONS, &parameters, &usual);
    ck_assert_uint_gt(usual.n, VERSIONS * VERSIONS);
    const uint64_t taken = rp_account_taken();
    rp_block_set_spill_folder("/tmp");
    rp_account_set_limit(taken);
    for (size_t i = 0; i < sizeof MOST / sizeof MOST[0]; i++) {
        rp_alignment_store found = {0};
        parameters.most_anchors = MOST[i];
        parameters.n_threads = i % 2 == 0 ? 1 : 3;
        scan(&genome, families, VERSIONS, &parameters, &found);
        ck_assert_uint_ge(rp_blocks_spilled(), found.n * sizeof *found.items);
        ck_assert_uint_eq(found.n, usual.n);
        for (size_t a = 0; a < found.n; a++) {
            const rp_alignment *one = &usual.items[a], *other = &found.items[a];
            ck_assert(compare_found(one, other) == 0 && one->begin == other->begin && one->end == other->end &&
                      one->score == other->score && one->query_begin == other->query_begin &&
                      one->query_end == other->query_end);
        }
        rp_alignment_store_clear(&found);
    }
    ck_assert_uint_eq(rp_account_taken(), taken);
    rp_account_set_limit(0);
    rp_block_set_spill_folder(NULL);
    rp_alignment_store_clear(&usual);
    for (int i = 0; i < VERSIONS; i++)
        free(versions[i].items);
    rp_genome_clear(&genome);
}
END_TEST

/* Where families do not compete there are as many parts as alignments: in a file when the budget has no room for
 * them. */
START_TEST(parts_of_copies_are_the_same_in_any_budget)
{
    rp_genome genome;
    rp_codes versions[VERSIONS] = {{0}};
    const rp_codes *families[VERSIONS];
    make_versions(&genome, versions);
    for (int i = 0; i < VERSIONS; i++)
        families[i] = &versions[i];
    const rp_view view = {.genome = &genome};
    const rp_annotate_parameters parameters = {
        .n_threads = 2, .kernel = rp_band_select("auto"), .expected_by_chance = 0.01, .min_copies = 1, .apart = true};
    rp_parts all[2] = {{0}};
    rp_error error = {""};
    const uint64_t taken = rp_account_taken();
    for (int i = 0; i < 2; i++) {
        rp_block_set_spill_folder(i == 0 ? NULL : "/tmp");
        rp_account_set_limit(i == 0 ? 0 : rp_account_taken());
        ck_assert_msg(rp_annotate(&view, families, VERSIONS, &parameters, &all[i], &error), "%s", error.message);
    }
    ck_assert_uint_gt(all[0].n, VERSIONS * VERSIONS);
    ck_assert_uint_ge(rp_account_taken(), taken + all[0].n * sizeof(rp_part));
    ck_assert_uint_ge(rp_blocks_spilled(), all[1].n * sizeof(rp_part));
    ck_assert_uint_eq(all[0].n, all[1].n);
    for (size_t i = 0; i < all[0].n; i++) {
        const rp_part *one = &all[0].items[i], *other = &all[1].items[i];
        ck_assert(one->begin == other->begin && one->end == other->end && one->family == other->family &&
                  one->copy == other->copy && one->consensus_begin == other->consensus_begin &&
                  one->divergence == other->divergence);
    }
    rp_parts_clear(&all[0]);
    rp_parts_clear(&all[1]);
    ck_assert_uint_eq(rp_account_taken(), taken);
    ck_assert_uint_eq(rp_blocks_spilled(), 0);
    rp_account_set_limit(0);
    rp_block_set_spill_folder(NULL);
    for (int i = 0; i < VERSIONS; i++)
        free(versions[i].items);
    rp_genome_clear(&genome);
}
END_TEST

/* Two families that both are found, the bases of more than a part between them. */
START_TEST(a_library_of_several_parts)
{
    rp_random random = {45};
    rp_genome genome;
    rp_codes versions[VERSIONS] = {{0}}, between = {0};
    make_versions(&genome, versions);
    char *letters = test_random_letters(&random, RP_WORD_PART_BP);
    test_codes(&between, letters);
    const rp_codes *families[] = {&versions[0], &between, &versions[1]};
    rp_word_table table;
    rp_error error = {""};
    ck_assert(rp_word_table_init(&table, families, 3, 10, genome.length_bp, 1000, 2, &error));
    ck_assert_uint_eq(table.n_parts, 3);
    for (size_t part = 0; part < table.n_parts; part++) {
        ck_assert(rp_word_table_load(&table, part, 2, &error));
        ck_assert_uint_eq(rp_word_table_query(&table, table.places[0].place) / 2, part);
    }
    rp_word_table_clear(&table);
    for (unsigned threads = 1; threads <= 3; threads += 2) {
        rp_parts parts = {0};
        size_t n[3] = {0};
        annotate(&genome, families, 3, threads, 1, &parts);
        for (size_t i = 0; i < parts.n; i++)
            n[parts.items[i].family]++;
        /* of two versions one is nearer to most copies, but each has its own */
        ck_assert_msg(n[0] > 0 && n[1] == 0 && n[2] > 0 && n[0] + n[2] == 3 * VERSIONS, "%zu, %zu, %zu", n[0], n[1],
                      n[2]);
        rp_parts_clear(&parts);
    }
    free(letters);
    free(between.items);
    for (int i = 0; i < VERSIONS; i++)
        free(versions[i].items);
    rp_genome_clear(&genome);
}
END_TEST

START_TEST(a_decoy_is_the_genome_backwards)
{
    rp_random random = {8};
    char *first = test_random_letters(&random, 150000), *second = test_random_letters(&random, 777),
         *text = malloc(180000);
    memset(first + 70000, 'N', 300);
    int n_text = sprintf(text, ">a\n%s\n", first);
    for (int contig = 0; contig < 30; contig++) /* threads write to one word */
        n_text += sprintf(text + n_text, ">b%d\n%s\n", contig, second + contig);
    rp_genome genome;
    test_genome(&genome, text);
    rp_bitmask excluded;
    ck_assert(rp_bitmask_init(&excluded, genome.length_bp));
    rp_bitmask_set(&excluded, 100, 165);
    rp_bitmask_set(&excluded, 150010, 150020);
    const rp_view view = {.genome = &genome, .excluded = &excluded};
    for (uint32_t one_in = 1; one_in <= 3; one_in++) {
        rp_decoy decoy = {.one_in = 0};
        rp_error error = {""};
        ck_assert(rp_decoy_make(&decoy, &view, one_in, &(rp_share){0, 0}, 3, &error));
        size_t n_blocks = 0;
        rp_chunk *blocks = rp_genome_chunks(&genome, 1 << 16, &n_blocks);
        ck_assert_uint_eq(decoy.genome.n_contigs, (n_blocks + one_in - 1) / one_in);
        for (size_t c = 0; c < decoy.genome.n_contigs; c++) {
            const rp_contig *contig = &decoy.genome.contigs[c];
            const rp_chunk *block = &blocks[c * one_in];
            ck_assert_uint_eq(contig->length_bp, block->end - block->begin);
            for (uint64_t i = 0; i < contig->length_bp; i++) {
                const uint64_t at = contig->begin + i, from = block->end - 1 - i;
                ck_assert_uint_eq(rp_genome_base(&decoy.genome, at), rp_genome_base(&genome, from));
                ck_assert_int_eq(rp_bitmask_get(&decoy.genome.not_acgt, at), rp_bitmask_get(&genome.not_acgt, from));
                ck_assert_int_eq(rp_bitmask_get(&decoy.excluded, at), rp_bitmask_get(&excluded, from));
            }
        }
        free(blocks);
        rp_decoy_clear(&decoy);
    }
    rp_bitmask_clear(&excluded);
    rp_genome_clear(&genome);
    free(first);
    free(second);
    free(text);
}
END_TEST

static void add_calls(rp_alignments *to, uint32_t family, int32_t evidence, uint64_t bases, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        ck_assert(
            rp_alignments_push(to, (rp_alignment){.query = 2 * family + i % 2, .evidence = evidence, .end = bases}));
}

START_TEST(a_family_counts_from_where_the_decoy_ends)
{
    rp_alignments real = {0}, decoy = {0};
    add_calls(&real, 0, 100, 200, 10); /* no decoy: all of it */
    add_calls(&real, 1, 200, 1000, 60); /* 100 of 60,000 bases are few enough */
    add_calls(&decoy, 1, 70, 100, 1);
    add_calls(&real, 2, 200, 100, 60); /* 100 of 6,500 are not: what is better than the decoy counts */
    add_calls(&real, 2, 70, 100, 5);
    add_calls(&decoy, 2, 80, 100, 1);
    add_calls(&real, 3, 90, 100, 10); /* a third of it is in the decoy */
    add_calls(&decoy, 3, 60, 100, 3);
    add_calls(&real, 4, 90, 5000, 2); /* too few are better than the decoy */
    add_calls(&real, 4, 60, 5000, 6);
    add_calls(&decoy, 4, 70, 100, 1);
    add_calls(&real, 5, 900, 1000, 10); /* its array is in the decoy too, and weak there; its copies are sure */
    add_calls(&decoy, 5, 400, 1200, 2);
    rp_decoy_figures figures[7];
    const rp_decoy_calls calls = {real.items, real.n, decoy.items, decoy.n};
    rp_decoy_rule rule = {.one_in = 1, .min_score = 50, .min_copies = 3, .n_threads = 2};
    rp_error error = {""};
    ck_assert(rp_decoy_judge(&calls, &rule, figures, 7, &error));
    const rp_decoy_figures expected[7] = {{50, false, 2000, 0, false},   {50, false, 60000, 100, false},
                                          {81, true, 6000, 0, false},    {50, false, 1000, 300, true},
                                          {50, false, 40000, 100, true}, {401, true, 10000, 0, false},
                                          {50, false, 0, 0, false}};
    for (size_t f = 0; f < 7; f++) {
        ck_assert_int_eq(figures[f].threshold, expected[f].threshold);
        ck_assert_int_eq(figures[f].is_cut, expected[f].is_cut);
        ck_assert_uint_eq(figures[f].called_bp, expected[f].called_bp);
        ck_assert_uint_eq(figures[f].false_bp, expected[f].false_bp);
        ck_assert_int_eq(figures[f].is_chance, expected[f].is_chance);
    }
    rule.one_in = 4; /* each decoy block stands for four */
    ck_assert(rp_decoy_judge(&calls, &rule, figures, 7, &error));
    ck_assert_uint_eq(figures[1].false_bp, 0);
    ck_assert_int_eq(figures[1].threshold, 71);
    free(real.items);
    free(decoy.items);
}
END_TEST

/* Files have it as 0.0: minus nothing is no divergence. */
START_TEST(what_is_identical_has_no_divergence)
{
    rp_codes consensus = {0};
    rp_row row = {.end = 40};
    for (int i = 0; i < 40; i++)
        ck_assert(rp_codes_push(&consensus, (uint8_t)(i % RP_N_BASES)) &&
                  rp_codes_push(&row.cells, (uint8_t)(i % RP_N_BASES)));
    const double divergence = rp_row_divergence(&row, consensus.items, 0, 40);
    ck_assert(divergence == 0 && !signbit(divergence));
    rp_row_clear(&row);
    free(consensus.items);
}
END_TEST

/* Steps of an alignment's two sides, of the lengths that need one byte more than others, or many small ones. */
static void draw_steps(rp_random *random, rp_steps steps[2])
{
    static const uint32_t edges[] = {1, 31, 32, 4095, 4096, (1u << 19) - 1, 1u << 19, (1u << 26), (1u << 30) - 1};
    for (int side = 0; side < 2; side++) {
        const uint64_t n = rp_random_below(random, 3) == 0 ? rp_random_below(random, 200) : rp_random_below(random, 3);
        steps[side].n = 0;
        for (uint64_t i = 0; i < n; i++) {
            const uint32_t length = edges[rp_random_below(random, sizeof edges / sizeof edges[0])];
            const uint32_t kind = (uint32_t)rp_random_below(random, RP_STEP_INSERTION + 1);
            ck_assert(rp_steps_push(&steps[side], (rp_step){.kind = kind, .length = length}));
        }
    }
}

/* With all the memory it asks for, with some, and with none. */
START_TEST(a_store_gives_back_the_steps_it_took)
{
    static const uint64_t limits[] = {0, 40000, 1};
    enum { PIECES = 100, IN_A_PIECE = 10 };
    rp_steps given[2] = {{0}}, got[2] = {{0}};
    rp_codes packed = {0};
    uint64_t paths[PIECES * IN_A_PIECE];
    rp_error error = {""};
    rp_block_set_spill_folder("/tmp");
    rp_account_set_limit(limits[_i]);
    rp_row_store *store = rp_row_store_create();
    ck_assert_ptr_nonnull(store);
    rp_random random = {44};
    for (size_t p = 0; p < PIECES; p++) {
        uint64_t first;
        packed.n = 0;
        for (size_t i = 0; i < IN_A_PIECE; i++) {
            draw_steps(&random, given);
            paths[p * IN_A_PIECE + i] = packed.n;
            ck_assert(rp_steps_pack(given, &packed));
        }
        ck_assert_msg(rp_row_store_add(store, packed.items, packed.n, &first, &error), "%s", error.message);
        ck_assert_uint_gt(first, 0);
        for (size_t i = 0; i < IN_A_PIECE; i++)
            paths[p * IN_A_PIECE + i] += first;
    }
    ck_assert_int_eq(rp_blocks_spilled() > 0, limits[_i] != 0);
    random = (rp_random){44};
    for (size_t i = 0; i < PIECES * IN_A_PIECE; i++) {
        draw_steps(&random, given);
        ck_assert(rp_row_store_read(store, paths[i], got));
        for (int side = 0; side < 2; side++) {
            ck_assert_uint_eq(got[side].n, given[side].n);
            if (given[side].n > 0)
                ck_assert_mem_eq(got[side].items, given[side].items, given[side].n * sizeof *given[side].items);
        }
    }
    rp_row_store_destroy(store);
    ck_assert_uint_eq(rp_account_taken(), 0);
    rp_account_set_limit(0);
    rp_block_set_spill_folder(NULL);
    for (int side = 0; side < 2; side++) {
        free(given[side].items);
        free(got[side].items);
    }
    free(packed.items);
}
END_TEST

static const rp_part *part_at(const rp_parts *parts, uint64_t begin, uint64_t end)
{
    for (size_t i = 0; i < parts->n; i++)
        if (parts->items[i].begin == begin && parts->items[i].end == end)
            return &parts->items[i];
    return NULL;
}

/* A part's row is one cell for each of its consensus columns, and its bases are those of the genome. */
static void check_row(const rp_row_store *store, const rp_genome *genome, const rp_codes *consensus,
                      const rp_part *part, const char *text)
{
    rp_steps steps[2] = {{0}};
    rp_row row = {0};
    rp_interval kept;
    ck_assert(rp_part_row(store, genome, (uint32_t)consensus->n, part, steps, &row, &kept));
    ck_assert(kept.begin == part->begin && kept.end == part->end);
    ck_assert(row.begin == part->consensus_begin && row.end == part->consensus_end);
    ck_assert_uint_eq(row.insertions.n, 0);
    ck_assert_uint_eq(row.cells.n, part->end - part->begin);
    for (size_t i = 0; i < row.cells.n; i++) {
        const size_t at = part->reverse ? part->end - 1 - i : part->begin + i;
        const char letter = text[at];
        ck_assert_int_eq(rp_code_letter(part->reverse ? rp_code_complement(row.cells.items[i]) : row.cells.items[i]),
                         letter);
    }
    rp_row_clear(&row);
    free(steps[0].items);
    free(steps[1].items);
}

/* The family `whole` has its copies, until it is left out; then a family like its second half has that half of them.
 * That family has a copy of its own too, from the first; the one of the other half has none, so it gets none. */
START_TEST(a_second_placing_traces_only_what_is_new)
{
    rp_random random = {45};
    char *a = test_random_letters(&random, 400), *b = test_random_letters(&random, 300), *text = malloc(20000);
    char *spacer = test_random_letters(&random, 800), *back, whole[701];
    sprintf(whole, "%s%s", a, b);
    for (int i = 420; i < 680; i += 20)
        whole[i] = whole[i] == 'A' ? 'C' : 'A';
    back = turned(whole);
    sprintf(text, "%s%s%s%s%s%s%s%s%s", spacer, whole, spacer, back, spacer, whole, spacer, b, spacer);
    char *fasta = malloc(20010);
    sprintf(fasta, ">x\n%s\n", text);
    rp_genome genome;
    test_genome(&genome, fasta);
    rp_codes codes[3] = {{0}};
    test_codes(&codes[0], whole);
    test_codes(&codes[1], b);
    test_codes(&codes[2], a);
    const rp_codes *families[] = {&codes[0], &codes[1], &codes[2]};
    const rp_view view = {.genome = &genome};
    const rp_annotate_parameters parameters = {.n_threads = 1,
                                               .kernel = rp_band_select("auto"),
                                               .expected_by_chance = 0.01,
                                               .min_copies = 1,
                                               .rows = rp_row_store_create()};
    const uint8_t none[3] = {0, 0, 0}, without_whole[3] = {1, 0, 0};
    rp_error error = {""};
    rp_parts first = {0}, again = {0}, without = {0};
    rp_annotation *annotation = rp_annotation_create(&view, families, 3, &parameters, &error);
    ck_assert_ptr_nonnull(annotation);
    ck_assert(rp_annotation_place(annotation, NULL, &first, &error));
    ck_assert_uint_eq(first.n, 4);
    ck_assert(rp_annotation_place(annotation, none, &again, &error));
    ck_assert_uint_eq(again.n, first.n);
    for (size_t i = 0; i < first.n; i++)
        ck_assert_uint_eq(again.items[i].path, first.items[i].path);
    ck_assert(rp_annotation_place(annotation, without_whole, &without, &error));
    ck_assert_uint_eq(without.n, 4);
    const rp_part *old = part_at(&first, 5300, 5600), *same = part_at(&without, 5300, 5600);
    ck_assert(old != NULL && same != NULL && same->path == old->path);
    for (size_t i = 0; i < first.n; i++)
        check_row(parameters.rows, &genome, families[first.items[i].family], &first.items[i], text);
    for (size_t i = 0; i < without.n; i++)
        check_row(parameters.rows, &genome, families[without.items[i].family], &without.items[i], text);
    rp_annotation_destroy(annotation);
    rp_row_store_destroy(parameters.rows);
    rp_parts_clear(&first);
    rp_parts_clear(&again);
    rp_parts_clear(&without);
    for (int f = 0; f < 3; f++)
        free(codes[f].items);
    rp_genome_clear(&genome);
    free(a);
    free(b);
    free(back);
    free(spacer);
    free(text);
    free(fasta);
}
END_TEST

Suite *suite_copies(void)
{
    Suite *suite = suite_create("copies");
    TCase *tests = tcase_create("copies");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, what_is_identical_has_no_divergence);
    tcase_add_test(tests, finds_copies_on_both_strands_and_nested_ones);
    tcase_add_test(tests, divergence_is_kimuras);
    tcase_add_test(tests, random_sequence_has_no_copies);
    tcase_add_loop_test(tests, a_scan_in_many_passes_finds_the_same, 0, 2);
    tcase_add_test(tests, a_library_of_several_parts);
    tcase_add_loop_test(tests, a_store_gives_back_the_steps_it_took, 0, 3);
    tcase_add_test(tests, a_second_placing_traces_only_what_is_new);
    tcase_add_test(tests, parts_of_copies_are_the_same_in_any_budget);
    tcase_add_test(tests, a_decoy_is_the_genome_backwards);
    tcase_add_test(tests, a_family_counts_from_where_the_decoy_ends);
    suite_add_tcase(suite, tests);
    return suite;
}
