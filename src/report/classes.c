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

static rp_report_class *find_class(const rp_report_classes *classes, const char *name)
{
    for (size_t i = 0; i < classes->n; i++)
        if (strcmp(classes->items[i].name, name) == 0)
            return &classes->items[i];
    return NULL;
}

static void add_family(rp_report_class *to, const json_t *facts)
{
    const double bases = rp_page_figure(facts, "bases");
    const char *grade = rp_page_fact(facts, "grade");
    to->families++;
    to->copies += (uint64_t)rp_page_figure(facts, "copies");
    to->bases += (uint64_t)bases;
    to->full += (uint64_t)rp_page_figure(json_object_get(facts, "kinds"), "full");
    to->divergence += bases * rp_page_figure(facts, "divergence_percent");
    to->wrong += rp_page_figure(json_object_get(facts, "decoy"), "false_bases");
    if (grade[0] >= 'A' && grade[0] < 'A' + RP_REPORT_GRADES)
        to->graded[grade[0] - 'A']++;
}

bool rp_report_classes_make(const rp_report *report, rp_report_classes *classes)
{
    *classes = (rp_report_classes){.items = rp_alloc(report->n_families, sizeof *classes->items)};
    if (classes->items == NULL)
        return false;
    for (size_t f = 0; f < report->n_families; f++) {
        const json_t *facts = report->families[f].facts;
        const char *name = rp_page_fact(facts, "class");
        rp_report_class *here = find_class(classes, name);
        if (here == NULL) {
            here = &classes->items[classes->n++];
            here->name = name;
        }
        add_family(here, facts);
    }
    rp_sort(classes->items, classes->n, sizeof *classes->items, compare_classes);
    unsigned next = 0;
    for (size_t i = 0; i < classes->n; i++) {
        rp_report_class *here = &classes->items[i];
        const bool is_rest = strcmp(here->name, "Unknown") == 0 || next == RP_PLOT_MAX_CLASSES - 1;
        here->colour = is_rest ? RP_PLOT_MAX_CLASSES - 1 : next++;
    }
    return true;
}

void rp_report_classes_clear(rp_report_classes *classes)
{
    free(classes->items);
    *classes = (rp_report_classes){0};
}

unsigned rp_report_class_colour(const rp_report_classes *classes, const rp_report_family *family)
{
    return find_class(classes, rp_page_fact(family->facts, "class"))->colour;
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

void rp_report_classes_write(const rp_report *report, const rp_report_classes *classes, rp_file *file)
{
    const double acgt = rp_page_figure(json_object_get(report->summary, "input"), "acgt_bases");
    const double most = classes->n > 0 && classes->items[0].bases > 0 ? (double)classes->items[0].bases : 1;
    bool has_grades = false;
    for (size_t i = 0; i < classes->n; i++)
        for (int g = 0; g < RP_REPORT_GRADES; g++)
            has_grades |= classes->items[i].graded[g] > 0;
    const bool has_decoy = json_object_get(json_object_get(report->summary, "results"), "false_percent") != NULL;
    rp_file_print(file,
                  "<section><h2>Classes</h2><p>Unknown where the evidence is not good. Grey: smaller classes, too."
                  "</p><div class=\"scroll\"><table><thead><tr><th>class</th><th class=\"n\">families</th>");
    if (has_grades)
        rp_file_print(file, "<th class=\"n\">grade A</th><th class=\"n\">B</th><th class=\"n\">C</th>");
    rp_file_print(file,
                  "<th class=\"n\">copies</th><th class=\"n\">full length</th><th class=\"n\">bases</th>"
                  "<th class=\"n\">%% of genome</th><th class=\"n\">divergence, %%</th>%s<th class=\"w\"></th></tr>"
                  "</thead><tbody>",
                  has_decoy ? "<th class=\"n\">false, %</th>" : "");
    for (size_t i = 0; i < classes->n; i++) {
        const rp_report_class *here = &classes->items[i];
        const double bases = here->bases > 0 ? (double)here->bases : 1;
        rp_file_print(file, "<tr><td><i style=\"background:var(--c%u)\"></i>", here->colour);
        rp_page_text(file, rp_report_class_shown(here->name));
        rp_file_print(file, "</td>");
        write_number(file, (double)here->families);
        for (int g = 0; has_grades && g < RP_REPORT_GRADES - 1; g++)
            write_number(file, (double)here->graded[g]);
        write_number(file, (double)here->copies);
        write_number(file, (double)here->full);
        write_number(file, (double)here->bases);
        rp_file_print(file, "<td class=\"n\">%.2f</td><td class=\"n\">%.1f</td>",
                      acgt > 0 ? 100 * (double)here->bases / acgt : 0, here->divergence / bases);
        if (has_decoy)
            rp_file_print(file, "<td class=\"n\">%.2f</td>", 100 * here->wrong / bases);
        rp_file_print(file,
                      "<td class=\"w\"><span class=\"bar\" style=\"width:%.1f%%;background:var(--c%u)\"></span>"
                      "</td></tr>",
                      100 * (double)here->bases / most, here->colour);
    }
    rp_file_print(file, "</tbody></table></div></section>");
}
