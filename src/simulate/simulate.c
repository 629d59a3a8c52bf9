/* simulate.c: draws a genome with known repeats; see simulate.h. */
#include "simulate/simulate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/codes.h"
#include "base/memory.h"
#include "base/random.h"
#include "base/sort.h"
#include "base/file.h"
#include "base/targets.h"

enum {
    N_KINDS = 6,
    LINE_BASES = 60,
    MAX_NESTING = 4,
    MIN_COPY_BP = 50,
    MAX_DUPLICATION_BP = 40000,
    TANDEM_EVERY_BP = 40000,
    GENE_EVERY_BP = 300000,
    DUPLICATION_EVERY_BP = 4000000,
    N_GENES_A_MEGABASE = 1,
    FILE_NAME_BYTES = 4096
};

typedef enum kind { KIND_SINE, KIND_LINE, KIND_LTR, KIND_DNA, KIND_MITE, KIND_HELITRON } kind;

static const char *const KIND_NAMES[N_KINDS] = {"SINE", "LINE", "LTR", "DNA", "MITE", "Helitron"};
static const double KIND_SHARE[N_KINDS] = {2, 3, 4, 4, 5, 2};

typedef struct sim_family {
    kind kind;
    rp_codes body;
    uint32_t ltr_bp;
    double age;               /* mean divergence of its copies */
    double weight, weight_to; /* share of insertions; sum up to here, oldest family last */
    double mean_copy_bp;
    uint64_t n_copies;
} sim_family;

typedef struct simulation {
    const rp_simulate_parameters *parameters;
    rp_random random;
    sim_family *families;     /* youngest first */
    rp_codes *genes;
    size_t n_genes;
    double insertions_a_base; /* in background; older copies get those of younger families */
    double mean_copy_bp;
    double gc;                /* of the stretch in hand */
    uint32_t gc_threshold[3]; /* of 16 random bits, for A, C, G */
    uint64_t gc_left;
    rp_file *genome, *truth, *tandem;
    char line[LINE_BASES + 1];
    unsigned column;
    uint64_t contig, contig_length, done; /* done: bases in all contigs */
    uint8_t *recent;          /* the last bases, for segmental duplications */
    uint64_t recent_at;
} simulation;

/* --- Drawing --- */

static double exponential(rp_random *random, double mean)
{
    return -mean * log(1 - rp_random_unit(random));
}

static uint64_t between(rp_random *random, uint64_t low, uint64_t high)
{
    return low + rp_random_below(random, high - low + 1);
}

static double gaussian(rp_random *random)
{
    return sqrt(-2 * log(1 - rp_random_unit(random))) * cos(6.283185307179586 * rp_random_unit(random));
}

static bool draw_bases(rp_random *random, rp_codes *to, uint64_t n, double gc)
{
    if (!rp_codes_reserve(to, to->n + n + 1))
        return false;
    for (uint64_t i = 0; i < n; i++) {
        const double u = rp_random_unit(random);
        to->items[to->n++] = u < (1 - gc) / 2   ? RP_BASE_A
                             : u < 0.5          ? RP_BASE_C
                             : u < 0.5 + gc / 2 ? RP_BASE_G
                                                : RP_BASE_T;
    }
    return true;
}

/* Appends what pairs with the first n bases: an inverted repeat. */
static bool append_inverted(rp_codes *to, size_t n)
{
    return rp_codes_reserve(to, to->n + n) && rp_codes_append_turned(to, to->items, n);
}

static bool append_run(rp_codes *to, uint8_t code, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++)
        if (!rp_codes_push(to, code))
            return false;
    return true;
}

/* A MITE is an internal deletion of a DNA transposon for half of them. */
static bool draw_mite(rp_random *random, const sim_family *donor, double gc, rp_codes *body)
{
    if (donor != NULL && rp_random_unit(random) < 0.5) {
        const size_t left = (size_t)between(random, 60, 250), right = (size_t)between(random, 60, 250);
        return rp_codes_append(body, donor->body.items, left) &&
               rp_codes_append(body, donor->body.items + donor->body.n - right, right);
    }
    const size_t tir = (size_t)between(random, 12, 40);
    return draw_bases(random, body, tir + between(random, 80, 500), gc) && append_inverted(body, tir);
}

static bool draw_body(simulation *sim, sim_family *family, const sim_family *donor)
{
    rp_random *random = &sim->random;
    rp_codes *body = &family->body;
    const double gc = 0.35 + 0.2 * rp_random_unit(random);
    size_t n;
    switch (family->kind) {
    case KIND_SINE:
        return draw_bases(random, body, between(random, 130, 380), gc) &&
               append_run(body, RP_BASE_A, between(random, 8, 25));
    case KIND_LINE:
        return draw_bases(random, body, between(random, 3000, 6500), gc) &&
               append_run(body, RP_BASE_A, between(random, 8, 25));
    case KIND_LTR:
        n = (size_t)between(random, 200, 1200);
        family->ltr_bp = (uint32_t)n;
        if (!rp_codes_append(body, (const uint8_t[]){RP_BASE_T, RP_BASE_G}, 2) ||
            !draw_bases(random, body, n - 4, gc) ||
            !rp_codes_append(body, (const uint8_t[]){RP_BASE_C, RP_BASE_A}, 2) ||
            !draw_bases(random, body, between(random, 3500, 7500), gc) || !rp_codes_reserve(body, body->n + n))
            return false;
        return rp_codes_append(body, body->items, n);
    case KIND_DNA:
        n = (size_t)between(random, 12, 60);
        return draw_bases(random, body, n + between(random, 900, 2900), gc) && append_inverted(body, n);
    case KIND_MITE: return draw_mite(random, donor, gc, body);
    case KIND_HELITRON:
        return rp_codes_append(body, (const uint8_t[]){RP_BASE_T, RP_BASE_C}, 2) &&
               draw_bases(random, body, between(random, 1000, 6000), gc) &&
               rp_codes_append(body, (const uint8_t[]){RP_BASE_C, RP_BASE_T, RP_BASE_A, RP_BASE_G}, 4);
    }
    return false;
}

/* The part of a family that one insertion carries: up to two pieces of its body. */
typedef struct cut {
    size_t begin[2], end[2];
} cut;

static cut draw_cut(rp_random *random, const sim_family *family)
{
    const size_t n = family->body.n;
    cut out = {{0, n}, {n, n}};
    const double u = rp_random_unit(random);
    if (family->kind == KIND_LINE && u < 0.85) {
        const size_t keep = 100 + (size_t)exponential(random, 900);
        out.begin[0] = keep < n ? n - keep : 0;
    } else if (family->kind == KIND_LTR && u < 0.5) {
        out.end[0] = family->ltr_bp;
    } else if ((family->kind == KIND_DNA || family->kind == KIND_HELITRON) && u < 0.4 && n > 600) {
        out.end[0] = (size_t)between(random, 100, n / 2);
        out.begin[1] = out.end[0] + (size_t)between(random, 100, n - out.end[0] - 100);
    } else if (u > 0.9 && n > 200) {
        out.begin[0] = (size_t)between(random, 0, n - 120);
        out.end[0] = out.begin[0] + (size_t)between(random, 100, n - out.begin[0]);
    }
    if (out.end[0] > n)
        out.end[0] = n;
    return out;
}

/* Appends a mutated copy of [from, from + n): substitutions at `rate` (transitions twice as often
 * as transversions), indels of geometric length at a tenth of it, CpG decaying on top. */
static bool append_mutated(rp_random *random, rp_codes *to, const uint8_t *from, size_t n, double rate)
{
    if (!rp_codes_reserve(to, to->n + 2 * n + 64))
        return false;
    const double event = rate * 1.1, mean = 1 / (event > 1e-6 ? event : 1e-6);
    size_t at = 0;
    while (at < n) {
        size_t step = (size_t)exponential(random, mean);
        step = step < n - at ? step : n - at;
        for (size_t i = 0; i < step; i++) {
            uint8_t code = from[at + i];
            const bool cpg = code == RP_BASE_C && at + i + 1 < n && from[at + i + 1] == RP_BASE_G;
            if (cpg && rp_random_unit(random) < 2 * rate)
                code = RP_BASE_T;
            to->items[to->n++] = code;
        }
        at += step;
        if (at >= n)
            break;
        if (rp_random_unit(random) < 0.1 / 1.1) {
            size_t size = 1;
            while (size < 40 && rp_random_unit(random) < 0.6)
                size++;
            if (rp_random_unit(random) < 0.5) {
                at += size;
            } else {
                if (!rp_codes_reserve(to, to->n + 2 * (n - at) + size + 64) || !draw_bases(random, to, size, 0.45) ||
                    !rp_codes_reserve(to, to->n + 2 * (n - at) + 64))
                    return false;
            }
        } else {
            const uint8_t code = from[at++];
            const double u = rp_random_unit(random);
            to->items[to->n++] = u < 2.0 / 3 ? code ^ 2 : u < 5.0 / 6 ? code ^ 1 : code ^ 3;
        }
    }
    return true;
}

/* --- Writing the genome --- */

static void emit(simulation *sim, uint8_t code)
{
    sim->recent[sim->recent_at++ % MAX_DUPLICATION_BP] = code;
    sim->line[sim->column++] = rp_code_letter(code);
    sim->contig_length++;
    sim->done++;
    if (sim->column == LINE_BASES) {
        sim->line[sim->column] = '\n';
        rp_file_write(sim->genome, sim->line, LINE_BASES + 1);
        sim->column = 0;
    }
}

static void begin_contig(simulation *sim)
{
    if (sim->column > 0) {
        sim->line[sim->column] = '\n';
        rp_file_write(sim->genome, sim->line, sim->column + 1);
        sim->column = 0;
    }
    sim->contig++;
    sim->contig_length = 0;
    rp_file_print(sim->genome, ">chr%llu\n", (unsigned long long)sim->contig);
}

static void note(simulation *sim, rp_file *file, uint64_t begin, const char *rest)
{
    if (sim->contig_length > begin)
        rp_file_print(file, "chr%llu\t%llu\t%llu\t%s\n", (unsigned long long)sim->contig, (unsigned long long)begin,
                      (unsigned long long)sim->contig_length, rest);
}

static bool insert_copy(simulation *sim, double youngest_share, unsigned depth);

/* Writes codes with younger copies inserted; notes the pieces between them in `file`. */
static bool emit_nested(simulation *sim, const uint8_t *codes, size_t n, double younger, unsigned depth, rp_file *file,
                        const char *rest)
{
    const double density = sim->insertions_a_base * younger;
    uint64_t begin = sim->contig_length;
    double next = density > 0 && depth < MAX_NESTING ? exponential(&sim->random, 1 / density) : 1e18;
    for (size_t i = 0; i < n; i++) {
        if ((double)i >= next && i > 0) {
            if (file != NULL)
                note(sim, file, begin, rest);
            if (!insert_copy(sim, younger, depth + 1))
                return false;
            begin = sim->contig_length;
            next = (double)i + 1 + exponential(&sim->random, 1 / density);
        }
        emit(sim, codes[i]);
    }
    if (file != NULL)
        note(sim, file, begin, rest);
    return true;
}

/* Inserts a copy of a family among the youngest `share` of the insertions. */
static bool insert_copy(simulation *sim, double share, unsigned depth)
{
    rp_random *random = &sim->random;
    const uint64_t n_families = sim->parameters->n_families;
    const double draw = rp_random_unit(random) * share;
    size_t f = 0;
    while (f + 1 < n_families && sim->families[f].weight_to < draw)
        f++;
    sim_family *family = &sim->families[f];
    double rate = family->age * (1 + 0.2 * gaussian(random));
    rate = rate < 0.002 ? 0.002 : rate;
    const cut part = draw_cut(random, family);
    rp_codes piece = {0}, turned = {0};
    bool ok = true;
    for (int i = 0; i < 2 && ok; i++)
        ok = append_mutated(random, &piece, family->body.items + part.begin[i], part.end[i] - part.begin[i], rate);
    if (ok && piece.n >= MIN_COPY_BP) {
        const bool reverse = rp_random_unit(random) < 0.5;
        char rest[64];
        (void)snprintf(rest, sizeof rest, "fam%zu#%s\t%d\t%c", f + 1, KIND_NAMES[family->kind], (int)(rate * 1000),
                       reverse ? '-' : '+');
        ok = !reverse || rp_codes_reverse_complement(&turned, piece.items, piece.n);
        /* the target site stands before the copy and again after it */
        uint8_t site[9];
        size_t n_site = (size_t)between(random, 2, 9);
        n_site = n_site < sim->recent_at ? n_site : 0;
        for (size_t i = 0; i < n_site; i++)
            site[i] = sim->recent[(sim->recent_at - n_site + i) % MAX_DUPLICATION_BP];
        ok = ok && emit_nested(sim, reverse ? turned.items : piece.items, piece.n,
                               f > 0 ? sim->families[f - 1].weight_to : 0, depth, sim->truth, rest);
        for (size_t i = 0; i < n_site && ok; i++)
            emit(sim, site[i]);
        family->n_copies++;
    }
    free(piece.items);
    free(turned.items);
    return ok;
}

static bool insert_tandem(simulation *sim)
{
    rp_random *random = &sim->random;
    static const uint64_t units[] = {1, 2, 2, 3, 4, 6, 0};
    uint64_t unit = units[rp_random_below(random, 7)];
    unit = unit == 0 ? between(random, 10, 180) : unit;
    rp_codes one = {0}, tract = {0}, mutated = {0};
    bool ok = draw_bases(random, &one, unit, 0.4);
    const uint64_t n = between(random, 30, 600) / unit;
    for (uint64_t i = 0; i < (n < 2 ? 2 : n) && ok; i++)
        ok = rp_codes_append(&tract, one.items, one.n);
    ok = ok && append_mutated(random, &mutated, tract.items, tract.n, 0.1 * rp_random_unit(random) + 1e-4) &&
         emit_nested(sim, mutated.items, mutated.n, 0, 0, sim->tandem, "tandem");
    free(one.items);
    free(tract.items);
    free(mutated.items);
    return ok;
}

static bool insert_gene(simulation *sim)
{
    if (sim->n_genes == 0)
        return true;
    const rp_codes *gene = &sim->genes[rp_random_below(&sim->random, sim->n_genes)];
    rp_codes mutated = {0};
    const bool ok =
        append_mutated(&sim->random, &mutated, gene->items, gene->n, 0.05 + 0.15 * rp_random_unit(&sim->random)) &&
        emit_nested(sim, mutated.items, mutated.n, 1, 0, NULL, "");
    free(mutated.items);
    return ok;
}

static bool insert_duplication(simulation *sim)
{
    uint64_t n = between(&sim->random, 10000, MAX_DUPLICATION_BP);
    n = n < sim->recent_at ? n : sim->recent_at;
    rp_codes source = {0}, mutated = {0};
    bool ok = rp_codes_reserve(&source, n + 1);
    for (uint64_t i = 0; i < n && ok; i++)
        source.items[source.n++] = sim->recent[(sim->recent_at - n + i) % MAX_DUPLICATION_BP];
    ok = ok && append_mutated(&sim->random, &mutated, source.items, source.n, 0.02) &&
         emit_nested(sim, mutated.items, mutated.n, 0, 0, NULL, "");
    free(source.items);
    free(mutated.items);
    return ok;
}

/* Four background bases from one draw. */
static void emit_background(simulation *sim)
{
    if (sim->gc_left == 0) {
        sim->gc_left = between(&sim->random, 20000, 200000);
        sim->gc = 0.32 + 0.26 * rp_random_unit(&sim->random);
        sim->gc_threshold[0] = (uint32_t)(65536 * (1 - sim->gc) / 2);
        sim->gc_threshold[1] = 32768;
        sim->gc_threshold[2] = (uint32_t)(65536 * (0.5 + sim->gc / 2));
    }
    uint64_t bits = rp_random_next(&sim->random);
    for (int i = 0; i < 4; i++, bits >>= 16) {
        const uint32_t draw = bits & 0xffff;
        emit(sim, (uint8_t)((draw >= sim->gc_threshold[0]) + (draw >= sim->gc_threshold[1]) +
                            (draw >= sim->gc_threshold[2])));
    }
    sim->gc_left = sim->gc_left > 4 ? sim->gc_left - 4 : 0;
}

/* Where the next of something falls, counted in background draws of four bases. */
static double next_after(simulation *sim, double now, double mean_bp)
{
    return now + exponential(&sim->random, mean_bp / 4);
}

static bool draw_genome(simulation *sim)
{
    const rp_simulate_parameters *parameters = sim->parameters;
    const double background = 1 - parameters->repeat_share;
    const double copy_gap = 1 / sim->insertions_a_base;
    double now = 0;
    double copy = next_after(sim, 0, copy_gap), tandem = next_after(sim, 0, TANDEM_EVERY_BP * background);
    double gene = next_after(sim, 0, GENE_EVERY_BP * background);
    double duplication = next_after(sim, 0, DUPLICATION_EVERY_BP * background);
    bool ok = true;
    for (uint64_t contig = 0; contig < parameters->n_contigs && ok; contig++) {
        begin_contig(sim);
        const uint64_t end = parameters->length_bp * (contig + 1) / parameters->n_contigs;
        while (sim->done < end && ok) {
            emit_background(sim);
            now += 1;
            if (now >= copy) {
                ok = insert_copy(sim, 1, 0);
                copy = next_after(sim, now, copy_gap);
            }
            if (ok && now >= tandem) {
                ok = insert_tandem(sim);
                tandem = next_after(sim, now, TANDEM_EVERY_BP * background);
            }
            if (ok && now >= gene) {
                ok = insert_gene(sim);
                gene = next_after(sim, now, GENE_EVERY_BP * background);
            }
            if (ok && now >= duplication) {
                ok = insert_duplication(sim);
                duplication = next_after(sim, now, DUPLICATION_EVERY_BP * background);
            }
        }
    }
    if (sim->column > 0) {
        sim->line[sim->column] = '\n';
        rp_file_write(sim->genome, sim->line, sim->column + 1);
    }
    return ok;
}

/* --- Families --- */

static int compare_ages(const void *left, const void *right)
{
    const sim_family *a = left, *b = right;
    if (a->age != b->age)
        return a->age < b->age ? -1 : 1;
    return (a->body.n > b->body.n) - (a->body.n < b->body.n);
}

static kind draw_kind(rp_random *random)
{
    double total = 0;
    for (int i = 0; i < N_KINDS; i++)
        total += KIND_SHARE[i];
    double draw = rp_random_unit(random) * total;
    int chosen = 0;
    while (chosen + 1 < N_KINDS && draw >= KIND_SHARE[chosen])
        draw -= KIND_SHARE[chosen++];
    return (kind)chosen;
}

static double mean_copy(rp_random *random, const sim_family *family)
{
    double sum = 0;
    for (int i = 0; i < 64; i++) {
        const cut part = draw_cut(random, family);
        sum += (double)(part.end[0] - part.begin[0] + part.end[1] - part.begin[1]);
    }
    return sum / 64;
}

static bool make_families(simulation *sim)
{
    const rp_simulate_parameters *parameters = sim->parameters;
    rp_random *random = &sim->random;
    const sim_family *donor = NULL;
    double total = 0;
    for (uint64_t f = 0; f < parameters->n_families; f++) {
        sim_family *family = &sim->families[f];
        family->kind = draw_kind(random);
        if (!draw_body(sim, family, donor))
            return false;
        if (family->kind == KIND_DNA)
            donor = family;
        /* most families young to middle-aged, a tail of old ones */
        const double u = rp_random_unit(random), v = rp_random_unit(random);
        family->age = 0.01 + (parameters->max_divergence - 0.01) * (u < v ? u : v);
        family->weight = pow(1 - rp_random_unit(random), -1 / 1.1) * (family->kind == KIND_SINE   ? 6
                                                                      : family->kind == KIND_MITE ? 4
                                                                                                  : 1);
        family->weight = family->weight > 300 ? 300 : family->weight;
        total += family->weight;
    }
    rp_sort(sim->families, (size_t)parameters->n_families, sizeof *sim->families, compare_ages);
    double sum = 0;
    for (uint64_t f = 0; f < parameters->n_families; f++) {
        sim_family *family = &sim->families[f];
        family->weight /= total;
        family->weight_to = sum += family->weight;
        family->mean_copy_bp = mean_copy(random, family);
        sim->mean_copy_bp += family->weight * family->mean_copy_bp;
    }
    /* Older copies take insertions too: what a base of background is to get follows from the share wanted. */
    sim->insertions_a_base = parameters->repeat_share / (1 - parameters->repeat_share) / sim->mean_copy_bp /
                             (1 + 0.5 * parameters->repeat_share / (1 - parameters->repeat_share));
    return true;
}

static bool make_genes(simulation *sim)
{
    sim->n_genes = (size_t)(sim->parameters->length_bp / 1000000 * N_GENES_A_MEGABASE + 1);
    sim->genes = rp_alloc(sim->n_genes, sizeof *sim->genes);
    bool ok = sim->genes != NULL;
    for (size_t i = 0; i < sim->n_genes && ok; i++)
        ok = draw_bases(&sim->random, &sim->genes[i], between(&sim->random, 600, 2500), 0.5);
    return ok;
}

static void write_families(const simulation *sim, rp_file *file)
{
    for (uint64_t f = 0; f < sim->parameters->n_families; f++) {
        const sim_family *family = &sim->families[f];
        if (family->n_copies < 3)
            continue;
        rp_file_print(file, ">fam%llu#%s copies=%llu divergence=%.3f\n", (unsigned long long)f + 1,
                      KIND_NAMES[family->kind], (unsigned long long)family->n_copies, family->age);
        for (size_t i = 0; i < family->body.n; i++)
            rp_file_write(file, &(char){rp_code_letter(family->body.items[i])}, 1);
        rp_file_print(file, "\n");
    }
}

static rp_file *open_beside(rp_targets *targets, const char *prefix, const char *ending, rp_error *error)
{
    char path[FILE_NAME_BYTES];
    if ((size_t)snprintf(path, sizeof path, "%s%s", prefix, ending) >= sizeof path) {
        (void)rp_error_set(error, "%.200s...: the name is too long", prefix);
        return NULL;
    }
    return rp_targets_add(targets, path, error) ? rp_file_open(path, error) : NULL;
}

bool rp_simulate(const rp_simulate_parameters *parameters, const char *prefix, rp_error *error)
{
    simulation sim = {.parameters = parameters, .random = {parameters->seed}};
    rp_targets targets = {0};
    rp_file *families = NULL;
    sim.families = rp_alloc((size_t)parameters->n_families, sizeof *sim.families);
    sim.recent = rp_alloc(MAX_DUPLICATION_BP, 1);
    bool ok = (sim.families != NULL && sim.recent != NULL) || rp_error_memory(error, "simulation");
    ok = ok && (sim.genome = open_beside(&targets, prefix, parameters->gzip ? ".fa.gz" : ".fa", error)) != NULL &&
         (families = open_beside(&targets, prefix, ".truth.fa", error)) != NULL &&
         (sim.truth = open_beside(&targets, prefix, ".truth.bed", error)) != NULL &&
         (sim.tandem = open_beside(&targets, prefix, ".tandem.bed", error)) != NULL;
    if (ok)
        ok = (make_families(&sim) && make_genes(&sim) && draw_genome(&sim)) || rp_error_memory(error, "simulation");
    if (ok)
        write_families(&sim, families);
    rp_file *files[] = {sim.genome, families, sim.truth, sim.tandem};
    for (int i = 0; i < 4 && ok; i++)
        ok = rp_file_finish(files[i], error);
    ok = ok && rp_files_commit(files, 4, error);
    for (int i = 0; i < 4; i++)
        rp_file_destroy(files[i]);
    rp_targets_clear(&targets, ok);
    for (uint64_t f = 0; sim.families != NULL && f < parameters->n_families; f++)
        free(sim.families[f].body.items);
    for (size_t i = 0; sim.genes != NULL && i < sim.n_genes; i++)
        free(sim.genes[i].items);
    free(sim.genes);
    free(sim.families);
    free(sim.recent);
    return ok;
}
