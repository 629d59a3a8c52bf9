/* rm_tables.c: RepeatMasker's tables: .tbl, what is masked, by class; .divsum, divergence by family and class, as
 * calcDivergenceFromAlign.pl makes it of an .align file; see writers.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/sort.h"
#include "genome/base_counts.h"
#include "output/repeatmasker.h"
#include "output/writers.h"

/* --- .tbl --- */

enum { N_RUN_BP = 20 /* shorter runs of N belong to the sequence, as RepeatMasker counts it */ };

#define RETRO " SINE* LINE* PLE* LTR* Retroposon* "
#define RNA " RNA* rRNA* tRNA* snRNA* scRNA* srpRNA* "
#define TANDEM " Satellite* Simple_repeat* Low_complexity* "

/* Names of classes, each with a blank before and behind it; a name with a star stands for all that begin so. */
static const struct {
    const char *label, *classes; /* NULL: a line of text */
} LINES[] = {
    {"Retroelements", RETRO},
    {"   SINEs:", " SINE* "},
    {"   Penelope:", " PLE* "},
    {"   LINEs:", " LINE* "},
    {"    CRE/SLACS", " LINE/CRE* "},
    {"     L2/CR1/Rex", " LINE/CR1* LINE/L2* LINE/Rex* "},
    {"     R1/LOA/Jockey", " LINE/R1* LINE/LOA* LINE/I LINE/I-* LINE/Jockey* "},
    {"     R2/R4/NeSL", " LINE/R2* LINE/R4* LINE/NeSL* LINE/Dong* "},
    {"     RTE/Bov-B", " LINE/RTE* "},
    {"     L1/CIN4", " LINE/L1* "},
    {"   LTR elements:", " LTR* "},
    {"     BEL/Pao", " LTR/Pao* "},
    {"     Ty1/Copia", " LTR/Copia* "},
    {"     Gypsy/DIRS1", " LTR/Gypsy* LTR/DIRS* "},
    {"       Retroviral", " LTR/ERV* "},
    {"", NULL},
    {"DNA transposons", " DNA* "},
    {"   hobo-Activator", " DNA/hAT* "},
    {"   Tc1-IS630-Pogo", " DNA/TcMar* "},
    {"   En-Spm", " DNA/CMC DNA/CMC-EnSpm* "},
    {"   MULE-MuDR", " DNA/MULE* "},
    {"   PiggyBac", " DNA/PiggyBac* "},
    {"   Tourist/Harbinger", " DNA/PIF* "},
    {"   Other (Mirage,", " DNA/P DNA/CMC-Mirage* DNA/CMC-Transib* "},
    {"    P-element, Transib)", NULL},
    {"", NULL},
    {"Rolling-circles", " RC* "},
    {"", NULL},
    {"Unclassified:", "" /* what no other line has */},
    {"", NULL},
    {"Total interspersed repeats:", " * " /* but RNA and what is tandem */},
    {"", NULL},
    {"", NULL},
    {"Small RNA:", RNA},
    {"", NULL},
    {"Satellites:", " Satellite* "},
    {"Simple repeats:", " Simple_repeat* "},
    {"Low complexity:", " Low_complexity* "},
};

static bool is_among(const char *class_name, const char *classes)
{
    const size_t length = strcspn(class_name, "?");
    for (const char *at = classes; *at != '\0' && at[1] != '\0'; at += strcspn(at + 1, " ") + 1) {
        const size_t n = strcspn(at + 1, " *");
        if (at[1 + n] == '*' ? strncmp(class_name, at + 1, n) == 0 : length == n && strncmp(class_name, at + 1, n) == 0)
            return true;
    }
    return false;
}

static bool is_on_line(const char *class_name, size_t line)
{
    const char *classes = LINES[line].classes;
    const bool apart = is_among(class_name, RNA) || is_among(class_name, TANDEM);
    if (classes[0] == '\0')
        return !apart && !is_among(class_name, RETRO " DNA* RC* ");
    return strcmp(classes, " * ") == 0 ? !apart : is_among(class_name, classes);
}

static void write_line(const rp_findings *findings, size_t line, rp_file *file)
{
    uint64_t copies = 0, bases = 0;
    for (size_t f = 0; f < findings->n_families; f++)
        if (is_on_line(findings->families[f].class_name, line)) {
            copies += findings->families[f].n_copies;
            bases += findings->families[f].bases;
        }
    const uint64_t length = findings->genome->length_bp;
    const double percent = length > 0 ? 100 * (double)bases / (double)length : 0;
    if (strcmp(LINES[line].classes, " * ") == 0)
        rp_file_print(file, "%-28s %10llu bp   %5.2f %%\n", LINES[line].label, (unsigned long long)bases, percent);
    else
        rp_file_print(file, "%-20s%6llu   %10llu bp   %5.2f %%\n", LINES[line].label, (unsigned long long)copies,
                      (unsigned long long)bases, percent);
}

/* Bases less those in long runs of what is no base. */
static uint64_t without_runs(const rp_genome *genome)
{
    uint64_t bases = genome->length_bp;
    for (size_t c = 0; c < genome->n_contigs; c++) {
        const uint64_t end = genome->contigs[c].begin + genome->contigs[c].length_bp;
        for (uint64_t from = rp_bitmask_next(&genome->not_acgt, genome->contigs[c].begin, end, true), to; from < end;
             from = rp_bitmask_next(&genome->not_acgt, to, end, true)) {
            to = rp_bitmask_next(&genome->not_acgt, from, end, false);
            bases -= to - from >= N_RUN_BP ? to - from : 0;
        }
    }
    return bases;
}

static double gc_percent(const rp_genome *genome)
{
    uint64_t gc = 0;
    for (size_t c = 0; c < genome->n_contigs; c++) {
        const uint64_t begin = genome->contigs[c].begin;
        rp_base_counts counts = {{0}};
        rp_base_counts_add_genome(&counts, genome, begin, begin + genome->contigs[c].length_bp);
        gc += (uint64_t)counts.n[RP_BASE_C] + counts.n[RP_BASE_G];
    }
    return genome->acgt_bp > 0 ? 100 * (double)gc / (double)genome->acgt_bp : 0;
}

bool rp_write_tbl(const rp_findings *findings, rp_file *file, rp_error *error)
{
    (void)error;
    static const char rule[] = "==================================================\n";
    const rp_genome *genome = findings->genome;
    const double length = genome->length_bp > 0 ? (double)genome->length_bp : 1;
    rp_file_print(file, "%sfile name: %s\nsequences:       %7zu\n", rule, genome->digest, genome->n_contigs);
    rp_file_print(file, "total length: %10llu bp  (%llu bp excl N/X-runs)\n", (unsigned long long)genome->length_bp,
                  (unsigned long long)without_runs(genome));
    rp_file_print(file, "GC level:        %6.2f %%\nbases masked: %10llu bp ( %4.2f %%)\n%s", gc_percent(genome),
                  (unsigned long long)findings->masked_bp, 100 * (double)findings->masked_bp / length, rule);
    rp_file_print(file, "               number of      length   percentage\n               elements*    occupied  of "
                        "sequence\n--------------------------------------------------\n");
    for (size_t i = 0; i < sizeof LINES / sizeof LINES[0]; i++)
        if (LINES[i].classes != NULL)
            write_line(findings, i, file);
        else
            rp_file_print(file, "%s\n", LINES[i].label);
    rp_file_print(file,
                  "%s\n* most repeats fragmented by insertions or deletions\n  have been counted as one element\n\n"
                  "reprise-c %s\n",
                  rule, RP_VERSION);
    return true;
}

/* --- .divsum --- */

enum { MAX_DIVERGENCE = 70, N_BINS = MAX_DIVERGENCE + 1 };

static const double NO_DIVERGENCE = 100; /* of what is told without one */

typedef struct family_divergence {
    const char *class_name, *name;
    uint64_t bases, compared;  /* compared: less what the consensus lacks */
    double sum;                /* of divergence by compared bases */
    uint64_t bins[N_BINS];     /* compared bases by divergence */
} family_divergence;

/* Classes of which RepeatMasker tells no families and no divergence. */
static bool is_combined(const char *class_name)
{
    return strstr(class_name, "Simple") != NULL || strstr(class_name, "Low_complexity") != NULL ||
           strstr(class_name, "ARTEFACT") != NULL;
}

static int compare_families(const void *left, const void *right)
{
    const family_divergence *const *a = left, *const *b = right;
    const int by_class = strcmp((*a)->class_name, (*b)->class_name);
    return by_class != 0 ? by_class : strcmp((*a)->name, (*b)->name);
}

/* A number as a reader of the .align file has it. */
static double as_written(double value)
{
    char text[64];
    (void)snprintf(text, sizeof text, "%.2f", value);
    return strtod(text, NULL);
}

static void add_part(family_divergence *family, const rp_part *part)
{
    const uint64_t bases = part->end - part->begin;
    const double inserted = as_written(rp_part_percents_of(part).inserted);
    const uint64_t compared = bases - (uint64_t)((double)bases * (inserted / 100));
    const double divergence = is_combined(family->class_name) ? NO_DIVERGENCE : as_written((double)part->divergence);
    family->bases += bases;
    family->compared += compared;
    family->sum += divergence * (double)compared;
    if (divergence < N_BINS)
        family->bins[(size_t)divergence] += compared;
}

/* Writes the families of one class that is told by family, or their sum. */
static void write_families(family_divergence *const *families, size_t n, rp_file *file)
{
    uint64_t bases = 0, compared = 0;
    for (size_t i = 0; i < n; i++) {
        const family_divergence *here = families[i];
        bases += here->bases;
        compared += here->compared;
        if (is_combined(here->class_name))
            continue;
        const double mean = here->compared > 0 ? here->sum / (double)here->compared : NO_DIVERGENCE;
        rp_file_print(file, "%s\t%s\t%llu\t%llu\t", here->class_name, here->name, (unsigned long long)here->bases,
                      (unsigned long long)here->compared);
        if (here->compared > 0 && as_written(mean) > MAX_DIVERGENCE)
            rp_file_print(file, "%d\n", MAX_DIVERGENCE);
        else
            rp_file_print(file, here->compared > 0 ? "%4.2f\n" : "%.0f\n", mean);
    }
    if (is_combined(families[0]->class_name))
        rp_file_print(file, "%s\tcombined\t%llu\t%llu\t----\n", families[0]->class_name, (unsigned long long)bases,
                      (unsigned long long)compared);
}

/* The end of the class that begins at `from`. */
static size_t end_of_class(family_divergence *const *families, size_t from, size_t n)
{
    size_t end = from + 1;
    while (end < n && strcmp(families[end]->class_name, families[from]->class_name) == 0)
        end++;
    return end;
}

static void write_divsum(family_divergence *const *families, size_t n, rp_file *file)
{
    rp_file_print(file, "Jukes/Cantor and Kimura subsitution levels adjusted for CpG sites\n"
                        "=================================================================\nFile: -\n"
                        "Weighted average Kimura divergence for each repeat family\n"
                        "Class\tRepeat\tabsLen\twellCharLen\tKimura%%\n"
                        "-----\t------\t------\t-----------\t-------\n");
    for (size_t i = 0, end; i < n; i = end) {
        end = end_of_class(families, i, n);
        write_families(families + i, end - i, file);
    }
    rp_file_print(file, "\n\nCoverage for each repeat class and divergence (Kimura)\nDiv ");
    for (size_t i = 0; i < n; i = end_of_class(families, i, n))
        rp_file_print(file, "%s ", families[i]->class_name);
    rp_file_print(file, "\n");
    for (size_t bin = 0; bin < N_BINS; bin++) {
        rp_file_print(file, "%zu ", bin);
        for (size_t i = 0, end; i < n; i = end) {
            uint64_t bases = 0;
            end = end_of_class(families, i, n);
            for (size_t j = i; j < end; j++)
                bases += families[j]->bins[bin];
            rp_file_print(file, "%llu ", (unsigned long long)bases);
        }
        rp_file_print(file, "\n");
    }
}

bool rp_write_divsum(const rp_findings *findings, rp_file *file, rp_error *error)
{
    family_divergence *all = rp_alloc(findings->n_families, sizeof *all);
    family_divergence **sorted = rp_alloc(findings->n_families, sizeof *sorted);
    const bool ok = all != NULL && sorted != NULL;
    size_t n = 0;
    for (size_t f = 0; ok && f < findings->n_families; f++) {
        const rp_found_family *family = &findings->families[f];
        all[f] = (family_divergence){.class_name = family->class_name, .name = family->name};
        for (size_t i = 0; i < family->n_parts; i++)
            add_part(&all[f], &findings->parts.items[family->parts[i]]);
        if (family->n_parts > 0)
            sorted[n++] = &all[f];
    }
    if (ok) {
        rp_sort(sorted, n, sizeof *sorted, compare_families);
        write_divsum(sorted, n, file);
    }
    free(all);
    free(sorted);
    return ok || rp_error_memory(error, "divergence by family");
}
