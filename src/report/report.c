/* report.c: the page; see report.h. */
#include "report/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/sort.h"
#include "base/text.h"
#include "report/classes.h"
#include "report/nesting.h"
#include "report/page.h"
#include "report/plots.h"

enum { MAX_TOLD_BP = 100000000 }; /* of a family whose sequence is not at hand; what is over that is no family */
enum { LARGEST_SHOWN = 50 }; /* satellites.fa has all */

void rp_report_clear(rp_report *report)
{
    for (size_t f = 0; report->families != NULL && f < report->n_families; f++)
        free(report->families[f].parts.items);
    free(report->families);
    json_decref(report->summary);
    *report = (rp_report){0};
}

/* Whether the summary has the name, bytes that are no UTF-8 replaced as everywhere in JSON. False: out of memory. */
static bool compare_names(const char *name, const char *in_summary, bool *same)
{
    char *copy = rp_utf8_copy(name);
    *same = copy != NULL && in_summary != NULL && strcmp(copy, in_summary) == 0;
    free(copy);
    return copy != NULL;
}

/* The length of a family that only the summary tells of; 0: it tells nothing that can be. */
static size_t length_in_summary(const json_t *facts)
{
    const json_int_t length = json_integer_value(json_object_get(facts, "length"));
    return length > 0 && length <= MAX_TOLD_BP ? (size_t)length : 0;
}

bool rp_report_link(rp_report *report, size_t n, const char *const *names, const rp_codes *const *consensus,
                    rp_error *error)
{
    const json_t *list = json_object_get(report->summary, "families"),
                 *known = json_object_get(report->summary, "known");
    const size_t n_found = json_array_size(list), n_known = json_array_size(known);
    if (n_found + n_known != n)
        return rp_error_set(error, "the summary tells of %zu families, the library holds %zu: they are not of one run",
                            n_found, n > n_known ? n - n_known : 0);
    report->families = rp_alloc(n, sizeof *report->families);
    if (report->families == NULL)
        return rp_error_memory(error, "report");
    report->n_families = n;
    for (size_t f = 0; f < n; f++) {
        const json_t *facts = f < n_found ? json_array_get(list, f) : json_array_get(known, f - n_found);
        const char *name = json_string_value(json_object_get(facts, "name"));
        bool same;
        if (!compare_names(names[f], name, &same))
            return rp_error_memory(error, "report");
        if (!same)
            return rp_error_set(
                error, "family %zu is %.100s in the library and %.100s in the summary: they are not of one run", f + 1,
                names[f], name != NULL ? name : "nothing");
        const bool has_sequence = consensus != NULL && consensus[f] != NULL;
        const size_t length = has_sequence ? consensus[f]->n : length_in_summary(facts);
        if (length == 0)
            return rp_error_set(error, "the summary does not tell the length of family %.100s", names[f]);
        report->families[f] = (rp_report_family){
            .facts = facts, .name = names[f], .consensus = has_sequence ? consensus[f] : NULL, .length_bp = length};
    }
    return true;
}

/* Tenths of a percent as a BED line with one decimal gives them. */
static uint32_t tenths(double percent)
{
    char text[32];
    (void)snprintf(text, sizeof text, "%.1f", percent);
    return (uint32_t)lround(10 * strtod(text, NULL));
}

bool rp_report_from_findings(rp_report *report, const rp_findings *findings, json_t *summary, rp_error *error)
{
    *report = (rp_report){.summary = summary};
    if (summary == NULL)
        return rp_error_memory(error, "report");
    const char **names = rp_alloc(findings->n_families, sizeof *names);
    const rp_codes **consensus = rp_alloc(findings->n_families, sizeof *consensus);
    bool ok = names != NULL && consensus != NULL;
    for (size_t f = 0; ok && f < findings->n_families; f++) {
        names[f] = findings->families[f].name;
        consensus[f] = findings->families[f].is_known ? NULL : findings->families[f].consensus;
    }
    if (!ok)
        (void)rp_error_memory(error, "report");
    ok = ok && rp_report_link(report, findings->n_families, names, consensus, error);
    for (size_t i = 0; ok && i < findings->parts.n; i++) {
        const rp_part *part = &findings->parts.items[i];
        const uint32_t host = findings->copies.items[part->copy].host;
        /* divergence as copies.bed has it, so that a report is the same from findings and from files */
        ok = rp_report_parts_push(&report->families[part->family].parts,
                                  (rp_report_part){.consensus_begin = part->consensus_begin,
                                                   .consensus_end = part->consensus_end,
                                                   .bases = (uint32_t)(part->end - part->begin),
                                                   .tenths = tenths((double)part->divergence),
                                                   .copy = part->copy + 1,
                                                   .host = host == RP_NO_HOST ? 0 : host + 1}) ||
             rp_error_memory(error, "report");
    }
    free(names);
    free(consensus);
    return ok;
}

/* --- Parts of the page --- */

static void write_tile(rp_file *file, const char *value, const char *name)
{
    rp_file_print(file, "<div class=\"tile\"><b>%s</b><span>%s</span></div>", value, name);
}

static void write_summary(const rp_report *report, rp_file *file)
{
    const json_t *results = json_object_get(report->summary, "results"),
                 *input = json_object_get(report->summary, "input");
    const json_t *run = json_object_get(report->summary, "run");
    char text[RP_NUMBER_BYTES];
    rp_file_print(file, "<section class=\"tiles\">");
    write_tile(file, rp_page_number(rp_page_figure(results, "families"), text), "families");
    write_tile(file, rp_page_number(rp_page_figure(results, "copies"), text), "copies");
    (void)snprintf(text, sizeof text, "%.2f %%", rp_page_figure(results, "masked_percent"));
    write_tile(file, text, "in copies");
    if (json_object_get(results, "false_percent") != NULL) {
        (void)snprintf(text, sizeof text, "%.2f %%", rp_page_figure(results, "false_percent"));
        write_tile(file, text, "of them false, by decoy");
    }
    if (json_object_get(results, "duplicated_percent") != NULL) {
        (void)snprintf(text, sizeof text, "%.2f %%", rp_page_figure(results, "duplicated_percent"));
        write_tile(file, text, "duplicated");
    }
    write_tile(file, rp_page_number(rp_page_figure(results, "consensus_bases"), text), "consensus bases");
    write_tile(file, rp_page_number(rp_page_figure(results, "longest_consensus"), text), "longest consensus");
    write_tile(file, rp_page_number((double)json_array_size(json_object_get(report->summary, "other")), text),
               "other repeats");
    write_tile(file, rp_page_number((double)json_array_size(json_object_get(report->summary, "candidates")), text),
               "candidates");
    write_tile(file, rp_page_number(rp_page_figure(input, "acgt_bases"), text), "genome bases");
    write_tile(file, rp_page_number(rp_page_figure(input, "contigs"), text), "contigs");
    if (json_is_object(run)) {
        (void)snprintf(text, sizeof text, "%.1f s", rp_page_figure(run, "wall_seconds"));
        write_tile(file, text, "run time");
        (void)snprintf(text, sizeof text, "%.0f MB", rp_page_figure(run, "peak_memory_kb") / 1024);
        write_tile(file, text, "peak memory");
    }
    rp_file_print(file, "</section>");
}

static bool write_overview(const rp_report *report, const rp_report_classes *all, rp_file *file)
{
    size_t n = 0; /* families with copies */
    uint64_t *bases = rp_alloc(RP_PLOT_MAX_CLASSES * RP_PLOT_BINS, sizeof *bases),
             *copies = rp_alloc(report->n_families, sizeof *copies);
    uint32_t *lengths = rp_alloc(report->n_families, sizeof *lengths);
    const bool ok = bases != NULL && copies != NULL && lengths != NULL;
    for (size_t f = 0; ok && f < report->n_families; f++) {
        const rp_report_family *family = &report->families[f];
        if (family->parts.n == 0)
            continue;
        const size_t group = rp_report_class_colour(all, family);
        for (size_t i = 0; i < family->parts.n; i++) {
            const uint32_t percent = family->parts.items[i].tenths / 10;
            bases[group * RP_PLOT_BINS + (percent < RP_PLOT_BINS ? percent : RP_PLOT_BINS - 1)] +=
                family->parts.items[i].bases;
        }
        copies[n] = (uint64_t)rp_page_figure(family->facts, "copies");
        lengths[n++] = (uint32_t)family->length_bp;
    }
    if (ok) {
        rp_page_sort_down(copies, n);
        const double acgt = rp_page_figure(json_object_get(report->summary, "input"), "acgt_bases");
        rp_file_print(file, "<section class=\"plots\"><figure><figcaption>Divergence landscape</figcaption>");
        rp_plot_landscape(file, bases, RP_PLOT_MAX_CLASSES, acgt > 0 ? acgt : 1);
        rp_file_print(file, "</figure><figure><figcaption>Copies against rank</figcaption>");
        rp_plot_ranks(file, copies, n);
        rp_file_print(file, "</figure><figure><figcaption>Length of the consensus sequences</figcaption>");
        rp_plot_lengths(file, lengths, n);
        rp_file_print(file, "</figure></section>");
    }
    free(bases);
    free(copies);
    free(lengths);
    return ok;
}

/* The lines that `curate` takes for the family, to be made what is decided. */
static void write_decisions(const rp_report_family *family, rp_file *file)
{
    const size_t middle = family->length_bp / 2 > 0 ? family->length_bp / 2 : 1;
    static const char *const verbs[] = {"keep", "drop", "rename", "cut", "split"};
    rp_file_print(file, "<p class=\"cu\">decisions ");
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        rp_file_print(file, "<code>%s ", verbs[i]);
        rp_page_text(file, family->name);
        if (strcmp(verbs[i], "rename") == 0) {
            rp_file_print(file, " ");
            rp_page_text(file, family->name);
            rp_file_print(file, "#");
            rp_page_text(file, rp_page_fact(family->facts, "class"));
        } else if (strcmp(verbs[i], "cut") == 0) {
            rp_file_print(file, " 1 %zu", family->length_bp);
        } else if (strcmp(verbs[i], "split") == 0) {
            rp_file_print(file, " %zu", middle);
        }
        rp_file_print(file, "</code> ");
    }
    rp_file_print(file, "</p>");
}

static void write_fact(const char *name, const char *text, rp_file *file)
{
    rp_file_print(file, "<div><dt>%s</dt><dd>", name);
    rp_page_text(file, text);
    rp_file_print(file, "</dd></div>");
}

/* What is known of the family, and what its copies are. */
static void write_facts(const json_t *facts, rp_file *file)
{
    static const struct {
        const char *key, *name, *unit;
        int decimals;
    } counts[] = {{"nested", "nested", "", 0},
                  {"hosts", "hosts", "", 0},
                  {"ltr_pairs", "pairs of LTRs", "", 0},
                  {"ltr_distance", "distance of LTRs", "", 4},
                  {"ltr_age", "LTR age", " years", 0}};
    char text[RP_NUMBER_BYTES];
    rp_file_print(file, "<dl>");
    if (rp_page_fact(facts, "grade")[0] != '\0') {
        rp_file_print(file, "<div><dt>grade</dt><dd>");
        rp_page_text(file, rp_page_fact(facts, "grade"));
        rp_file_print(file, " ");
        rp_page_text(file, rp_page_fact(facts, "grade_reasons"));
        rp_file_print(file, "</dd></div>");
    }
    rp_page_facts(file, json_object_get(facts, "kinds"));
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        if (json_object_get(facts, counts[i].key) == NULL)
            continue;
        const double figure = rp_page_figure(facts, counts[i].key);
        (void)snprintf(text, sizeof text, "%.*f%s", counts[i].decimals, figure, counts[i].unit);
        write_fact(counts[i].name, text, file);
    }
    rp_page_facts(file, json_object_get(facts, "structure"));
    if (json_is_object(json_object_get(facts, "decoy"))) {
        const json_t *decoy = json_object_get(facts, "decoy");
        (void)snprintf(text, sizeof text, "threshold %.0f, %.2f %% false", rp_page_figure(decoy, "threshold"),
                       rp_page_figure(decoy, "false_percent"));
        write_fact("decoy", text, file);
    }
    if (rp_page_fact(facts, "like")[0] != '\0')
        write_fact("like", rp_page_fact(facts, "like"), file);
    rp_file_print(file, "</dl>");
}

static bool write_family(const rp_report_family *family, unsigned colour, rp_file *file)
{
    char text[RP_NUMBER_BYTES];
    const json_t *facts = family->facts;
    const double divergence = rp_page_figure(facts, "divergence_percent");
    rp_file_print(
        file, "<details data-length=\"%zu\" data-copies=\"%.0f\" data-bases=\"%.0f\" data-divergence=\"%.2f\" id=\"",
        family->length_bp, rp_page_figure(facts, "copies"), rp_page_figure(facts, "bases"), divergence);
    rp_page_text(file, family->name);
    rp_file_print(file, "\"><summary><b>");
    rp_page_text(file, family->name);
    rp_file_print(file, "</b><span><i style=\"background:var(--c%u)\"></i>", colour);
    rp_page_text(file, rp_report_class_shown(rp_page_fact(facts, "class")));
    rp_file_print(file, "</span><span>");
    rp_page_text(file, rp_page_fact(facts, "grade"));
    rp_file_print(file, "</span>");
    rp_file_print(file, "<span class=\"n\">%s bp</span>", rp_page_number((double)family->length_bp, text));
    rp_file_print(file, "<span class=\"n\">%s copies</span>", rp_page_number(rp_page_figure(facts, "copies"), text));
    rp_file_print(file, "<span class=\"n\">%s bases</span>", rp_page_number(rp_page_figure(facts, "bases"), text));
    rp_file_print(file, "<span class=\"n\">%.2f %%</span><span class=\"ev\">", divergence);
    rp_page_text(file, rp_page_fact(facts, "evidence"));
    rp_file_print(file,
                  "</span></summary><div class=\"fam\"><figure><figcaption>Copies along the consensus</figcaption>");
    if (!rp_plot_coverage(file, family))
        return false;
    rp_file_print(file, "</figure><figure><figcaption>Divergence of the copies</figcaption>");
    rp_plot_divergence(file, family);
    rp_file_print(file, "</figure>");
    if (family->consensus != NULL) {
        rp_file_print(file, "<figure class=\"dot\"><figcaption>Self dot plot</figcaption>");
        if (!rp_plot_dots(file, family->consensus))
            return false;
        rp_file_print(file, "</figure>");
    }
    write_facts(facts, file);
    write_decisions(family, file);
    rp_file_print(file, "</div></details>\n");
    return true;
}

/* The families of the summary's list `key`, which are not in the library; `reason`: the fact that tells why. */
static void write_apart(const rp_report *report, const char *key, const char *title, const char *reason, rp_file *file)
{
    const json_t *list = json_object_get(report->summary, key);
    char text[RP_NUMBER_BYTES];
    if (json_array_size(list) == 0)
        return;
    rp_file_print(
        file,
        "<section>%s<div class=\"scroll\"><table><thead><tr><th>name</th><th>class</th><th>reason</th>"
        "<th class=\"n\">length</th><th class=\"n\">copies</th><th class=\"n\">bases</th><th>evidence</th></tr></thead>"
        "<tbody>",
        title);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        rp_file_print(file, "<tr>");
        for (int column = 0; column < 3; column++) {
            rp_file_print(file, "<td>");
            rp_page_text(file, rp_page_fact(one, (const char *[]){"name", "class", reason}[column]));
            rp_file_print(file, "</td>");
        }
        for (int column = 0; column < 3; column++)
            rp_file_print(
                file, "<td class=\"n\">%s</td>",
                rp_page_number(rp_page_figure(one, (const char *[]){"length", "copies", "bases"}[column]), text));
        rp_file_print(file, "<td class=\"ev\">");
        rp_page_text(file, rp_page_fact(one, "evidence"));
        rp_file_print(file, "</td></tr>\n");
    }
    rp_file_print(file, "</tbody></table></div></section>");
}

/* A figure of the summary, or how many things it lists. */
static double figure_or_number(const json_t *one, const char *key)
{
    const json_t *value = json_object_get(one, key);
    return json_is_array(value) ? (double)json_array_size(value) : rp_page_figure(one, key);
}

/* The first of a list, which are the largest, with these figures and, behind them, their identity. */
static void write_largest(const json_t *list, const char *title, const char *const columns[][2], size_t n_columns,
                          rp_file *file)
{
    const size_t n = json_array_size(list), shown = n < LARGEST_SHOWN ? n : LARGEST_SHOWN;
    char text[RP_NUMBER_BYTES];
    if (n == 0)
        return;
    rp_file_print(file, "<section>%s<div class=\"scroll\"><table><thead><tr><th>name</th>", title);
    for (size_t c = 0; c < n_columns; c++)
        rp_file_print(file, "<th class=\"n\">%s</th>", columns[c][1]);
    rp_file_print(file, "<th class=\"n\">identity, %%</th></tr></thead><tbody>");
    for (size_t i = 0; i < shown; i++) {
        const json_t *one = json_array_get(list, i);
        rp_file_print(file, "<tr><td>");
        rp_page_text(file, rp_page_fact(one, "name"));
        rp_file_print(file, "</td>");
        for (size_t c = 0; c < n_columns; c++)
            rp_file_print(file, "<td class=\"n\">%s</td>",
                          json_object_get(one, columns[c][0]) == NULL
                              ? ""
                              : rp_page_number(figure_or_number(one, columns[c][0]), text));
        rp_file_print(file, "<td class=\"n\">%.1f</td></tr>\n", rp_page_figure(one, "identity_percent"));
    }
    rp_file_print(file, "</tbody></table></div></section>");
}

static void write_satellites(const rp_report *report, rp_file *file)
{
    static const char *const columns[][2] = {{"period", "period"},
                                             {"copies", "copies"},
                                             {"arrays", "arrays"},
                                             {"bases", "bases"},
                                             {"higher_order", "higher order"}};
    write_largest(json_object_get(report->summary, "satellites"),
                  "<h2>Satellites</h2><p>The largest, by bases. Higher order: monomers of a repeat of several.</p>",
                  columns, sizeof columns / sizeof columns[0], file);
}

static void write_duplications(const rp_report *report, rp_file *file)
{
    static const char *const columns[][2] = {
        {"places", "places"}, {"length", "length"}, {"bases", "bases"}, {"families", "families"}};
    write_largest(json_object_get(report->summary, "duplications"),
                  "<h2>Duplications</h2><p>The largest, by bases: long stretches that are searched once, and families "
                  "that stand together at several places, as pieces of one segment.</p>",
                  columns, sizeof columns / sizeof columns[0], file);
}

typedef struct family_rank {
    double bases;
    size_t family;
} family_rank;

static int compare_ranks(const void *left, const void *right)
{
    const family_rank *a = left, *b = right;
    if (a->bases != b->bases)
        return a->bases > b->bases ? -1 : 1;
    return (a->family > b->family) - (a->family < b->family);
}

/* The families that have copies, most bases first. */
static bool write_families(const rp_report *report, const rp_report_classes *all, rp_file *file)
{
    family_rank *ranks = rp_alloc(report->n_families, sizeof *ranks);
    if (ranks == NULL)
        return false;
    size_t n = 0;
    for (size_t f = 0; f < report->n_families; f++)
        if (report->families[f].parts.n > 0)
            ranks[n++] = (family_rank){rp_page_figure(report->families[f].facts, "bases"), f};
    rp_sort(ranks, n, sizeof *ranks, compare_ranks);
    rp_file_print(
        file,
        "<section><h2>Families</h2><p>By genome bases; open one for its plots. In the first plot the bars below show "
        "where copies begin (up) and end (down): a pile inside tells of a truncation or a join; marks on the axis "
        "are terminal repeats.");
    if (n < report->n_families)
        rp_file_print(file, " Without copies, and not shown: %zu.", report->n_families - n);
    rp_file_print(file, "</p>");
    rp_page_tools(file);
    rp_file_print(file, "<div class=\"list\">\n");
    bool ok = true;
    for (size_t i = 0; ok && i < n; i++) {
        const rp_report_family *family = &report->families[ranks[i].family];
        ok = write_family(family, rp_report_class_colour(all, family), file);
    }
    rp_file_print(file, "</div></section>");
    free(ranks);
    return ok;
}

bool rp_report_write(const rp_report *report, rp_file *file, rp_error *error)
{
    rp_report_classes all;
    if (!rp_report_classes_make(report, &all)) {
        rp_report_classes_clear(&all);
        return rp_error_memory(error, "report");
    }
    const json_t *input = json_object_get(report->summary, "input");
    const char *slash = strrchr(report->title, '/');
    rp_page_begin(file, slash != NULL ? slash + 1 : report->title, rp_page_fact(report->summary, "version"),
                  rp_page_fact(input, "md5"));
    write_summary(report, file);
    rp_report_classes_write(report, &all, file);
    const bool ok = write_overview(report, &all, file) && rp_report_nesting_write(report, &all, file) &&
                    write_families(report, &all, file);
    write_satellites(report, file);
    write_duplications(report, file);
    write_apart(report, "other",
                "<h2>Other repeats</h2><p>Kept out of the library: no transposable elements, as far as their structure "
                "shows.</p>",
                "reason", file);
    write_apart(report, "candidates",
                "<h2>Candidates</h2><p>Kept out of the library: few places, no structure, and copies that are alike "
                "through their consensus only.</p>",
                "grade_reasons", file);
    rp_page_end(file);
    rp_report_classes_clear(&all);
    return ok || rp_error_memory(error, "report");
}
