/* domains.c: see domains.h. */
#include "command/domains.h"

#include <stdlib.h>
#include <string.h>

#include "output/json.h"

size_t rp_domain_options_rows(rp_domain_options *options, rp_option *table)
{
    const rp_option rows[] = {
        {RP_OPTION_TEXTS, "domains", 0, "FILE", &options->files, 0, 0,
         "profiles of protein domains (HMMER3: Pfam, REXdb, GyDB) beside the program's own; may be given again"},
        {RP_OPTION_FLAG, "no-domains", 0, NULL, &options->off, 0, 0,
         "do not look for protein domains: no classes by them"},
    };
    memcpy(table, rows, sizeof rows);
    return sizeof rows / sizeof rows[0];
}

bool rp_domain_options_check(const rp_domain_options *options, rp_error *error)
{
    if (options->off && options->files.n > 0)
        return rp_error_set(error, "--domains and --no-domains contradict each other");
    for (size_t i = 0; i < options->files.n; i++)
        if (strcmp(options->files.items[i], "-") == 0)
            return rp_error_set(error, "--domains: hmmsearch reads the profiles too; they cannot be standard input");
    return true;
}

bool rp_domain_options_spare(const rp_domain_options *options, rp_targets *targets, rp_error *error)
{
    bool ok = true;
    for (size_t i = 0; i < options->files.n && ok; i++)
        ok = rp_targets_spare(targets, options->files.items[i], error);
    return ok;
}

bool rp_domain_options_open(rp_domain_options *options, const rp_log *log, rp_error *error)
{
    if (options->off)
        return true;
    if (!rp_domain_search_open(&options->search, options->files.items, options->files.n, true, error))
        return false;
    if (!rp_domain_search_is_on(&options->search))
        rp_log_line(log, "no hmmsearch is on the PATH (HMMER 3): families have no classes by their protein domains");
    return true;
}

void rp_domain_options_close(rp_domain_options *options)
{
    rp_domain_search_close(&options->search);
    free(options->files.items);
    options->files = (rp_option_list){0};
}

static json_t *describe_profiles(const rp_domain_search *search)
{
    json_t *list = json_array();
    bool ok = list != NULL;
    for (size_t i = 0; i < search->n_files && ok; i++) {
        const rp_profile_file *file = &search->files[i];
        ok = rp_json_append(
            list, json_pack("{s:o, s:s, s:I}", "file", file->path != NULL ? rp_json_text(file->path) : json_null(),
                            "md5", file->md5, "profiles", (json_int_t)file->n));
    }
    return rp_json_if(ok, list);
}

bool rp_domain_options_describe(const rp_domain_options *options, json_t *parameters)
{
    const rp_domain_search *search = &options->search;
    return rp_json_set(parameters, "domains",
                       rp_domain_search_is_on(search) ? json_pack("{s:s, s:o}", "hmmsearch", search->version,
                                                                  "profiles", describe_profiles(search))
                                                      : json_false());
}
