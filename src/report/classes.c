/* classes.c: see classes.h. */
#include "report/classes.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/sort.h"
#include "report/page.h"
#include "report/plots.h"

static int compare_classes(const void *left, const void *right)
{
    const rp_report_class *a = left, *b = right;
    if (a->bases != b->bases)
        return a->bases > b->bases ? -1 : 1;
    return strcmp(a->name, b->name);
}

/* The index of a class; classes->n: it is none of them. */
static size_t find_class(const rp_report_classes *classes, const char *name)
{
    size_t i = 0;
    while (i < classes->n && strcmp(classes->items[i].name, name) != 0)
        i++;
    return i;
}

size_t rp_report_class_of(const rp_report_classes *classes, const rp_report_family *family)
{
    return find_class(classes, rp_page_fact(family->facts, "class"));
}

static void add_family(rp_report_class *to, const json_t *facts)
{
    const double bases = rp_page_figure(facts, "bases");
    const double pairs = rp_page_figure(facts, "ltr_pairs");
    const char *grade = rp_page_fact(facts, "grade");
    to->families++;
    to->copies += (uint64_t)rp_page_figure(facts, "copies");
    to->bases += (uint64_t)bases;
    to->full += (uint64_t)rp_page_figure(json_object_get(facts, "kinds"), "full");
    to->nested += (uint64_t)rp_page_figure(facts, "nested");
    to->hosts += (uint64_t)rp_page_figure(facts, "hosts");
    to->ltr_pairs += (uint64_t)pairs;
    to->ltr_distance += pairs * rp_page_figure(facts, "ltr_distance");
    to->ltr_age += pairs * rp_page_figure(facts, "ltr_age");
    to->divergence += bases * rp_page_figure(facts, "divergence_percent");
    to->wrong += rp_page_figure(json_object_get(facts, "decoy"), "false_bases");
    if (grade[0] >= 'A' && grade[0] < 'A' + RP_REPORT_GRADES)
        to->graded[grade[0] - 'A']++;
}

/* By how much the bases of each class differ, in the middle. False: out of memory. */
static bool find_medians(const rp_report *report, rp_report_classes *classes)
{
    enum { N_TENTHS = 1001 };
    uint64_t *bases = rp_alloc(N_TENTHS * classes->n, sizeof *bases);
    if (bases == NULL)
        return false;
    for (size_t f = 0; f < report->n_families; f++) {
        const rp_report_family *family = &report->families[f];
        uint64_t *own = bases + N_TENTHS * rp_report_class_of(classes, family);
        for (size_t i = 0; i < family->parts.n; i++) {
            const rp_report_part *part = &family->parts.items[i];
            own[part->tenths < N_TENTHS ? part->tenths : N_TENTHS - 1] += part->bases;
        }
    }
    for (size_t c = 0; c < classes->n; c++) {
        const uint64_t *own = bases + N_TENTHS * c;
        uint64_t all = 0, below = 0;
        for (unsigned i = 0; i < N_TENTHS; i++)
            all += own[i];
        unsigned middle = 0;
        for (; middle + 1 < N_TENTHS; middle++) {
            below += own[middle];
            if (below >= all - below)
                break;
        }
        classes->items[c].median = 0.1 * middle;
    }
    free(bases);
    return true;
}

bool rp_report_classes_make(const rp_report *report, rp_report_classes *classes)
{
    *classes = (rp_report_classes){.items = rp_alloc(report->n_families, sizeof *classes->items)};
    if (classes->items == NULL)
        return false;
    for (size_t f = 0; f < report->n_families; f++) {
        const json_t *facts = report->families[f].facts;
        const char *name = rp_page_fact(facts, "class");
        const size_t which = find_class(classes, name);
        classes->items[which].name = name;
        classes->n += which == classes->n;
        add_family(&classes->items[which], facts);
    }
    rp_sort(classes->items, classes->n, sizeof *classes->items, compare_classes);
    unsigned next = 0;
    for (size_t i = 0; i < classes->n; i++) {
        rp_report_class *here = &classes->items[i];
        const bool is_rest = strcmp(here->name, "Unknown") == 0 || next == RP_PLOT_MAX_CLASSES - 1;
        here->colour = is_rest ? RP_PLOT_MAX_CLASSES - 1 : next++;
    }
    return find_medians(report, classes);
}

void rp_report_classes_clear(rp_report_classes *classes)
{
    free(classes->items);
    *classes = (rp_report_classes){0};
}

unsigned rp_report_class_colour(const rp_report_classes *classes, const rp_report_family *family)
{
    return classes->items[rp_report_class_of(classes, family)].colour;
}

const char *rp_report_class_shown(const char *name)
{
    const char *last = strrchr(name, ';');
    return last != NULL && last[1] != '\0' ? last + 1 : name;
}

static void write_number(rp_file *file, double number)
{
    char text[RP_NUMBER_BYTES];
    rp_file_print(file, "<td class=\"n\">%s</td>", rp_page_number(number, text));
}

/* Which columns the table has. */
typedef struct columns {
    bool has_grades, has_decoy, has_pairs;
    double rate;             /* changes at a site in a year; 0: ages are not told */
    double acgt, most;
} columns;

static columns choose_columns(const rp_report *report, const rp_report_classes *classes)
{
    columns show = {.has_decoy = json_object_get(json_object_get(report->summary, "results"), "false_percent") != NULL,
                    .rate = rp_page_figure(json_object_get(report->summary, "parameters"), "mutation_rate"),
                    .acgt = rp_page_figure(json_object_get(report->summary, "input"), "acgt_bases"),
                    .most = classes->n > 0 && classes->items[0].bases > 0 ? (double)classes->items[0].bases : 1};
    for (size_t i = 0; i < classes->n; i++) {
        show.has_pairs |= classes->items[i].ltr_pairs > 0;
        for (int g = 0; g < RP_REPORT_GRADES; g++)
            show.has_grades |= classes->items[i].graded[g] > 0;
    }
    return show;
}

static void write_heads(const columns *show, rp_file *file)
{
    const struct {
        bool is_shown;
        const char *text;
    } heads[] = {{true, "families"},
                 {show->has_grades, "grade A"},
                 {show->has_grades, "B"},
                 {show->has_grades, "C"},
                 {true, "copies"},
                 {true, "full length"},
                 {true, "nested"},
                 {true, "hosts"},
                 {true, "bases"},
                 {true, "% of genome"},
                 {true, "divergence, mean %"},
                 {true, "median %"},
                 {show->rate > 0, "age, Ma"},
                 {show->has_pairs, "pairs of LTRs"},
                 {show->has_pairs, "their distance, %"},
                 {show->has_pairs && show->rate > 0, "LTR age, Ma"},
                 {show->has_decoy, "false, %"}};
    rp_file_print(file, "<thead><tr><th>class</th>");
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        if (heads[i].is_shown)
            rp_file_print(file, "<th class=\"n\">%s</th>", heads[i].text);
    rp_file_print(file, "<th class=\"w\"></th></tr></thead>");
}

static void write_figure(rp_file *file, bool is_told, int decimals, double figure)
{
    if (is_told)
        rp_file_print(file, "<td class=\"n\">%.*f</td>", decimals, figure);
    else
        rp_file_print(file, "<td class=\"n\"></td>");
}

/* The cells behind the name. */
static void write_cells(const columns *show, const rp_report_class *here, bool is_total, rp_file *file)
{
    enum { YEARS = 1000000 };
    const double bases = here->bases > 0 ? (double)here->bases : 1, pairs = (double)here->ltr_pairs;
    write_number(file, (double)here->families);
    for (int g = 0; show->has_grades && g < RP_REPORT_GRADES - 1; g++)
        write_number(file, (double)here->graded[g]);
    write_number(file, (double)here->copies);
    write_number(file, (double)here->full);
    write_number(file, (double)here->nested);
    write_number(file, (double)here->hosts);
    write_number(file, (double)here->bases);
    write_figure(file, true, 2, show->acgt > 0 ? 100 * (double)here->bases / show->acgt : 0);
    write_figure(file, true, 1, here->divergence / bases);
    write_figure(file, !is_total, 1, here->median);
    if (show->rate > 0)
        write_figure(file, !is_total, 2, here->median / 100 / show->rate / YEARS);
    if (show->has_pairs) {
        write_number(file, pairs);
        write_figure(file, pairs > 0, 2, 100 * here->ltr_distance / pairs);
    }
    if (show->has_pairs && show->rate > 0)
        write_figure(file, pairs > 0, 2, here->ltr_age / pairs / YEARS);
    if (show->has_decoy)
        write_figure(file, true, 2, 100 * here->wrong / bases);
}

static void add_class(rp_report_class *to, const rp_report_class *from)
{
    to->families += from->families;
    for (int g = 0; g < RP_REPORT_GRADES; g++)
        to->graded[g] += from->graded[g];
    to->copies += from->copies;
    to->full += from->full;
    to->nested += from->nested;
    to->hosts += from->hosts;
    to->bases += from->bases;
    to->divergence += from->divergence;
    to->ltr_pairs += from->ltr_pairs;
    to->ltr_distance += from->ltr_distance;
    to->ltr_age += from->ltr_age;
    to->wrong += from->wrong;
}

void rp_report_classes_write(const rp_report *report, const rp_report_classes *classes, rp_file *file)
{
    const columns show = choose_columns(report, classes);
    rp_report_class total = {0};
    rp_file_print(file,
                  "<section><h2>Classes</h2><p>Unknown where the evidence is not good. Grey: smaller classes, "
                  "too. Nested: copies that lie in another one, its host. Median: half of the bases are in copies "
                  "that differ no more from the consensus.");
    if (show.rate > 0)
        rp_file_print(file,
                      " Ages by %g changes at a site in a year: from the median, and from the mean distance of the two "
                      "LTRs of a copy, which both have changed.",
                      show.rate);
    rp_file_print(file, "</p><div class=\"scroll\"><table class=\"cl\">");
    write_heads(&show, file);
    rp_file_print(file, "<tbody>");
    for (size_t i = 0; i < classes->n; i++) {
        const rp_report_class *here = &classes->items[i];
        rp_file_print(file, "<tr><td><i style=\"background:var(--c%u)\"></i>", here->colour);
        rp_page_text(file, rp_report_class_shown(here->name));
        rp_file_print(file, "</td>");
        write_cells(&show, here, false, file);
        rp_file_print(file,
                      "<td class=\"w\"><span class=\"bar\" style=\"width:%.1f%%;background:var(--c%u)\"></span>"
                      "</td></tr>",
                      100 * (double)here->bases / show.most, here->colour);
        add_class(&total, here);
    }
    rp_file_print(file, "</tbody><tfoot><tr><td>all</td>");
    write_cells(&show, &total, true, file);
    rp_file_print(file, "<td class=\"w\"></td></tr></tfoot></table></div></section>");
}
