/* comparison.c: writes a comparison; see comparison.h. */
#include "output/comparison.h"

#include <math.h>
#include <string.h>

#include <jansson.h>

#include "base/text.h"
#include "output/json.h"

static double percent(size_t part, size_t whole)
{
    return whole == 0 ? 0 : 100.0 * (double)part / (double)whole;
}

static const char *name_of(const rp_family_file *library, size_t family)
{
    return family == RP_NO_FAMILY ? "-" : library->items[family].name;
}

/* A text as a terminal may have it. */
typedef char shown_text[4096];

static const char *show(const char *text, shown_text shown)
{
    return rp_text_show(text, shown, sizeof(shown_text));
}

void rp_comparison_print(const rp_comparison *comparison, const rp_comparison_names *names, bool all, rp_file *file)
{
    shown_text shown, best;
    rp_file_print(file, "reference families  %6zu  of %zu in %s\n", comparison->n_held, comparison->n_reference,
                  show(names->reference_path, shown));
    for (int i = 0; i < RP_N_MATCH_CLASSES; i++)
        rp_file_print(file, "  %-16s  %6zu  %5.1f %%\n", rp_match_class_names[i], comparison->counts[i],
                      percent(comparison->counts[i], comparison->n_held));
    rp_file_print(file, "found families      %6zu  in %s\n", comparison->n_found, show(names->found_path, shown));
    rp_file_print(file, "  redundant         %6zu  %5.1f %%\n", comparison->n_redundant,
                  percent(comparison->n_redundant, comparison->n_found));
    rp_file_print(file, "  chimeras          %6zu  %5.1f %%\n", comparison->n_chimeras,
                  percent(comparison->n_chimeras, comparison->n_found));
    rp_file_print(file, "  unmatched         %6zu  %5.1f %%\n", comparison->n_unmatched,
                  percent(comparison->n_unmatched, comparison->n_found));
    if (!all)
        return;
    rp_file_print(file, "\n%-28s %-8s %8s %7s  %-20s %7s %7s %6s\n", "reference family", "match", "length", "covered",
                  "best found", "length", "covers", "differ");
    for (size_t r = 0; r < comparison->n_reference; r++) {
        const rp_reference_verdict *verdict = &comparison->reference[r];
        if (!verdict->held)
            continue;
        rp_file_print(file, "%-28s %-8s %8zu %5.1f %%  ", show(names->reference->items[r].name, shown),
                      rp_match_class_names[verdict->match], names->reference->items[r].consensus.n,
                      100 * verdict->covered_share);
        if (verdict->best == RP_NO_FAMILY)
            rp_file_print(file, "-\n");
        else
            rp_file_print(file, "%-20s %7zu %5.1f %% %4.1f %%\n", show(name_of(names->found, verdict->best), best),
                          names->found->items[verdict->best].consensus.n, 100 * verdict->best_share,
                          100 * verdict->best_difference);
    }
}

void rp_comparison_write_tsv(const rp_comparison *comparison, const rp_comparison_names *names, rp_file *file)
{
    rp_file_print(
        file, "side\tname\tclass\tlength\tmatch\tcovered\tcovered_close\tbest\tbest_covers\tbest_difference\tflags\n");
    for (size_t r = 0; r < comparison->n_reference; r++) {
        const rp_reference_verdict *verdict = &comparison->reference[r];
        const rp_named_family *family = &names->reference->items[r];
        if (verdict->held)
            rp_file_print(file, "reference\t%s\t%s\t%zu\t%s\t%.4f\t%.4f\t%s\t%.4f\t%.4f\t-\n", family->name,
                          family->class_name, family->consensus.n, rp_match_class_names[verdict->match],
                          verdict->covered_share, verdict->close_share, name_of(names->found, verdict->best),
                          verdict->best_share, verdict->best_difference);
    }
    for (size_t f = 0; f < comparison->n_found; f++) {
        const rp_found_verdict *verdict = &comparison->found[f];
        const rp_named_family *family = &names->found->items[f];
        const bool unmatched = verdict->known_share < 0.5;
        rp_file_print(
            file, "found\t%s\t%s\t%zu\t-\t%.4f\t-\t%s\t-\t-\t%s%s%s%s%s%s\n", family->name, family->class_name,
            family->consensus.n, verdict->known_share, name_of(names->reference, verdict->best),
            verdict->redundant ? "redundant" : "", verdict->redundant && (verdict->chimera || unmatched) ? "," : "",
            verdict->chimera ? "chimera:" : "", verdict->chimera ? name_of(names->reference, verdict->second) : "",
            verdict->chimera && unmatched ? "," : "",
            unmatched                                ? "unmatched"
            : verdict->redundant || verdict->chimera ? ""
                                                     : "-");
    }
}

static json_t *describe_reference(const rp_comparison *comparison, const rp_comparison_names *names)
{
    json_t *list = json_array();
    bool ok = list != NULL;
    for (size_t r = 0; ok && r < comparison->n_reference; r++) {
        const rp_reference_verdict *verdict = &comparison->reference[r];
        if (!verdict->held)
            continue;
        json_t *one =
            json_pack("{s:o, s:o, s:I, s:s, s:f, s:f, s:I}", "name", rp_json_text(names->reference->items[r].name),
                      "class", rp_json_text(names->reference->items[r].class_name), "length",
                      (json_int_t)names->reference->items[r].consensus.n, "match", rp_match_class_names[verdict->match],
                      "covered", rp_json_rounded(verdict->covered_share, 1e-4), "covered_close",
                      rp_json_rounded(verdict->close_share, 1e-4), "found_families", (json_int_t)verdict->n_found);
        if (verdict->best != RP_NO_FAMILY)
            ok = rp_json_set(one, "best",
                             json_pack("{s:o, s:f, s:f}", "name", rp_json_text(name_of(names->found, verdict->best)),
                                       "covers", rp_json_rounded(verdict->best_share, 1e-4), "difference",
                                       rp_json_rounded(verdict->best_difference, 1e-4)));
        ok = rp_json_append(list, one) && ok;
    }
    return rp_json_if(ok, list);
}

static json_t *describe_found(const rp_comparison *comparison, const rp_comparison_names *names)
{
    json_t *list = json_array();
    bool ok = list != NULL;
    for (size_t f = 0; ok && f < comparison->n_found; f++) {
        const rp_found_verdict *verdict = &comparison->found[f];
        json_t *one = json_pack(
            "{s:o, s:o, s:I, s:f, s:b, s:b, s:b}", "name", rp_json_text(names->found->items[f].name), "class",
            rp_json_text(names->found->items[f].class_name), "length", (json_int_t)names->found->items[f].consensus.n,
            "known", rp_json_rounded(verdict->known_share, 1e-4), "redundant", verdict->redundant, "chimera",
            verdict->chimera, "unmatched", verdict->known_share < 0.5);
        if (verdict->best != RP_NO_FAMILY)
            ok = rp_json_set(one, "best", rp_json_text(name_of(names->reference, verdict->best)));
        if (ok && verdict->chimera)
            ok = rp_json_set(one, "second", rp_json_text(name_of(names->reference, verdict->second)));
        ok = rp_json_append(list, one) && ok;
    }
    return rp_json_if(ok, list);
}

bool rp_comparison_write_json(const rp_comparison *comparison, const rp_comparison_names *names, rp_file *file,
                              rp_error *error)
{
    json_t *totals = json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "reference_families", (json_int_t)comparison->n_held,
        "perfect", (json_int_t)comparison->counts[RP_MATCH_PERFECT], "good",
        (json_int_t)comparison->counts[RP_MATCH_GOOD], "present", (json_int_t)comparison->counts[RP_MATCH_PRESENT],
        "missing", (json_int_t)comparison->counts[RP_MATCH_MISSING], "found_families", (json_int_t)comparison->n_found,
        "redundant", (json_int_t)comparison->n_redundant, "chimeras", (json_int_t)comparison->n_chimeras, "unmatched",
        (json_int_t)comparison->n_unmatched);
    json_t *whole =
        json_pack("{s:s, s:s, s:o, s:o, s:o}", "program", "reprise-c compare", "version", RP_VERSION, "totals", totals,
                  "reference", describe_reference(comparison, names), "found", describe_found(comparison, names));
    return rp_json_write(whole, file) || rp_error_memory(error, "comparison");
}
