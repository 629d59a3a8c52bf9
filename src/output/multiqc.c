/* multiqc.c: figures as MultiQC reads them from *_mqc.json, its custom content; see writers.h.
 *
 * MultiQC puts the files of many samples together by their `id`: one table, one plot of bars.
 */
#include <stdlib.h>

#include "output/classes.h"
#include "output/json.h"
#include "output/writers.h"

/* A column of the table. */
static json_t *describe_column(const char *title, const char *description, const char *format, const char *suffix)
{
    return json_pack("{s:s, s:s, s:s, s:s*, s:i}", "title", title, "description", description, "format", format,
                     "suffix", suffix[0] != '\0' ? suffix : NULL, "min", 0);
}

static json_t *describe_columns(void)
{
    return json_pack("[{s:o}, {s:o}, {s:o}]", "families",
                     describe_column("Families", "reprise-c: families of repeats that have copies", "{:,.0f}", ""),
                     "copies", describe_column("Copies", "reprise-c: copies of repeats", "{:,.0f}", ""), "percent",
                     describe_column("Repeats", "reprise-c: share of the genome that copies cover", "{:,.1f}", "%"));
}

/* A file: its data are those of the sample, which is given up. */
static bool write_content(json_t *head, const char *sample, json_t *data, rp_file *file, rp_error *error)
{
    json_t *of_sample = json_object(), *name = rp_json_text(sample);
    const bool named = name != NULL && rp_json_set(of_sample, json_string_value(name), json_incref(data));
    const bool ok = named && rp_json_set(head, "data", json_incref(of_sample));
    json_decref(of_sample);
    json_decref(name);
    json_decref(data);
    return rp_json_write(rp_json_if(ok, head), file) || rp_error_memory(error, "figures for MultiQC");
}

bool rp_write_multiqc_table(const rp_findings *findings, const char *sample, rp_file *file, rp_error *error)
{
    uint64_t copies = 0, families = 0;
    for (size_t f = 0; f < findings->n_families; f++) {
        families += findings->families[f].n_parts > 0;
        copies += findings->families[f].n_copies;
    }
    const double acgt = findings->genome->acgt_bp > 0 ? (double)findings->genome->acgt_bp : 1;
    json_t *head =
        json_pack("{s:s, s:s, s:o}", "id", "reprise_c", "plot_type", "generalstats", "pconfig", describe_columns());
    json_t *data = json_pack("{s:I, s:I, s:f}", "families", (json_int_t)families, "copies", (json_int_t)copies,
                             "percent", rp_json_rounded(100 * (double)findings->masked_bp / acgt, 0.001));
    return write_content(head, sample, data, file, error);
}

bool rp_write_multiqc_classes(const rp_findings *findings, const char *sample, rp_file *file, rp_error *error)
{
    rp_class_list classes = {0};
    json_t *head =
        json_pack("{s:s, s:s, s:s, s:s, s:{s:s, s:s, s:s}}", "id", "reprise_c_classes", "section_name", "reprise-c",
                  "description", "Bases of the genome in copies of repeats, by class.", "plot_type", "bargraph",
                  "pconfig", "id", "reprise_c_classes_plot", "title", "reprise-c: repeats by class", "ylab", "bases");
    json_t *data = json_object();
    bool ok = rp_classes_count(findings, &classes) && data != NULL;
    for (size_t i = 0; ok && i < classes.n; i++) {
        json_t *name = rp_json_text(classes.items[i].name);
        ok = name != NULL &&
             rp_json_set(data, json_string_value(name), json_integer((json_int_t)classes.items[i].bases));
        json_decref(name);
    }
    free(classes.items);
    return write_content(head, sample, rp_json_if(ok, data), file, error);
}
