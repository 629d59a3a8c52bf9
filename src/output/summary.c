/* summary.c: the run as JSON; see summary.h. */
#include "output/summary.h"

#include "output/json.h"

static json_t *describe_input(const rp_findings *findings)
{
    const rp_genome *genome = findings->genome;
    return json_pack("{s:s, s:I, s:I, s:I}", "md5", genome->digest, "contigs", (json_int_t)genome->n_contigs, "bases",
                     (json_int_t)genome->length_bp, "acgt_bases", (json_int_t)genome->acgt_bp);
}

static json_t *describe_results(const rp_findings *findings)
{
    uint64_t consensus_bp = 0, copies = 0, tandem_bp = 0;
    size_t longest = 0;
    for (size_t f = 0; f < findings->n_families; f++) {
        const rp_found_family *family = &findings->families[f];
        consensus_bp += family->consensus->n;
        copies += family->n_copies;
        longest = family->consensus->n > longest ? family->consensus->n : longest;
    }
    for (size_t i = 0; i < findings->tandem.n; i++)
        tandem_bp += findings->tandem.items[i].end - findings->tandem.items[i].begin;
    const double acgt = findings->genome->acgt_bp > 0 ? (double)findings->genome->acgt_bp : 1;
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:I}", "families", (json_int_t)findings->n_families,
                     "consensus_bases", (json_int_t)consensus_bp, "longest_consensus", (json_int_t)longest, "copies",
                     (json_int_t)copies, "parts", (json_int_t)findings->parts.n, "masked_bases",
                     (json_int_t)findings->masked_bp, "masked_percent",
                     rp_json_rounded(100.0 * (double)findings->masked_bp / acgt, 0.001), "tandem_bases", (json_int_t)tandem_bp);
}

static json_t *describe_families(const rp_findings *findings)
{
    json_t *list = json_array();
    for (size_t f = 0; list != NULL && f < findings->n_families; f++) {
        const rp_found_family *family = &findings->families[f];
        json_t *one = json_pack("{s:s, s:s, s:I, s:I, s:I, s:f}", "name", family->name, "class", family->class_name, "length",
                                (json_int_t)family->consensus->n, "copies", (json_int_t)family->n_copies, "bases",
                                (json_int_t)family->bases, "divergence_percent", rp_json_rounded(family->divergence, 0.01));
        if (one == NULL || json_array_append_new(list, one) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

bool rp_write_summary(const rp_findings *findings, const char *command, json_t *parameters, json_t *search, json_t *run, rp_file *file,
                      rp_error *error)
{
    /* json_pack with o? takes the references over even when it fails; a NULL value leaves its key out with *. */
    json_t *whole = json_pack("{s:s, s:s, s:s, s:o, s:o, s:o*, s:o, s:o, s:o*}", "program", "reprise-c", "command", command, "version", RP_VERSION,
                              "parameters", parameters, "input", describe_input(findings), "search", search, "results",
                              describe_results(findings), "families", describe_families(findings), "run", run);
    return rp_json_write(whole, file) || rp_error_memory(error, "summary");
}
