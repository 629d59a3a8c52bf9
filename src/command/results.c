/* results.c: options and names of the result files; see results.h. */
#include "command/results.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/metrics.h"
#include "base/parallel.h"
#include "base/stream.h"
#include "command/write.h"
#include "output/writers.h"

enum { BOTH = RP_FOR_FIND | RP_FOR_ANNOTATE };

typedef enum rp_findings_kind { RP_OF_FAMILIES, RP_OF_OTHERS, RP_OF_CANDIDATES } rp_findings_kind;

/* A result is written always, less the option --no-NAME, or on request (`flag`: the option that asks for it). */
typedef struct result_kind {
    const char *ending;
    const char *option, *help;         /* names the file; NULL: it goes by PREFIX alone */
    const char *no_option, *no_help;
    unsigned always;                   /* set of commands that write it unless told otherwise */
    const char *flag, *flag_help;      /* asks for it */
    unsigned on_request;               /* set of commands that know the flag */
    unsigned named;                    /* set of commands that write it where its option names a file */
    rp_result with;                    /* without a flag of its own: the result whose flag asks for this one too */
    bool (*from_findings)(const rp_findings *findings, rp_file *file, rp_error *error); /* what writes it: this, */
    rp_result_writer *write;           /* or this */
    rp_findings_kind of;               /* which findings those are */
    bool on_all_threads;               /* it is made by all threads, before the files that one thread each writes */
} result_kind;

static const result_kind KINDS[RP_N_RESULTS] = {
    [RP_RESULT_FAMILIES] = {".families.fa", "families", "consensus library, FASTA [PREFIX.families.fa]", "no-families",
                            "do not write the consensus library", RP_FOR_FIND, NULL, NULL, 0,
                            .from_findings = rp_write_families},
    [RP_RESULT_OTHER] = {".other.fa", "other", "repeats that are no transposable elements, FASTA [PREFIX.other.fa]",
                         "no-other", "do not write the other repeats", RP_FOR_FIND, NULL, NULL, 0,
                         .from_findings = rp_write_families, .of = RP_OF_OTHERS},
    [RP_RESULT_CANDIDATES] = {".candidates.fa", "candidates",
                              "families of which too little is known, FASTA [PREFIX.candidates.fa]", "no-candidates",
                              "do not write the candidates", RP_FOR_FIND, NULL, NULL, 0,
                              .from_findings = rp_write_families, .of = RP_OF_CANDIDATES},
    [RP_RESULT_SPLIT] = {".split.fa", NULL, NULL, NULL, NULL, 0, "split-ltr",
                         "write PREFIX.split.fa too: the library with LTR elements in two entries, _LTR and _INT",
                         RP_FOR_FIND, .from_findings = rp_write_split},
    [RP_RESULT_SUBFAMILIES] = {".subfamilies.fa", NULL, NULL, NULL, NULL, 0, "subfamilies",
                               "write PREFIX.subfamilies.fa too: families that diagnostic sites tell apart",
                               RP_FOR_FIND | RP_FOR_ANNOTATE, .from_findings = rp_write_subfamilies},
    [RP_RESULT_SEEDS] = {".families.stk", "seed-alignments", "seed alignments, Stockholm [find: PREFIX.families.stk]",
                         "no-seed-alignments", "do not write the seed alignments", RP_FOR_FIND, NULL, NULL, 0,
                         .named = RP_FOR_ANNOTATE, .write = rp_write_result_seeds, .on_all_threads = true},
    [RP_RESULT_COPIES_FASTA] = {".copies.fa", "copies-fasta",
                                "write every copy as its family reads, with its flanks (--flank), FASTA", .named = BOTH,
                                .write = rp_write_result_copies_fasta},
    [RP_RESULT_BED] = {".copies.bed", "bed", "every copy, BED [PREFIX.copies.bed]", "no-bed",
                       "do not write the BED file of copies", BOTH, NULL, NULL, 0, .from_findings = rp_write_bed},
    [RP_RESULT_OTHER_BED] = {".other.bed", "other-bed", "copies of the other repeats, BED [PREFIX.other.bed]",
                             "no-other-bed", "do not write the copies of the other repeats", RP_FOR_FIND, NULL, NULL, 0,
                             .from_findings = rp_write_bed, .of = RP_OF_OTHERS},
    [RP_RESULT_CANDIDATES_BED] = {".candidates.bed", "candidates-bed",
                                  "copies of the candidates, BED [PREFIX.candidates.bed]", "no-candidates-bed",
                                  "do not write the copies of the candidates", RP_FOR_FIND, NULL, NULL, 0,
                                  .from_findings = rp_write_bed, .of = RP_OF_CANDIDATES},
    [RP_RESULT_GFF3] = {".copies.gff3", "gff3", "every copy, GFF3 [PREFIX.copies.gff3]", "no-gff3",
                        "do not write the GFF3 file of copies", BOTH, NULL, NULL, 0, .from_findings = rp_write_gff3},
    [RP_RESULT_OUT] =
        {".out", "out", "every copy as RepeatMasker writes it [PREFIX.out]", "no-out",
         "do not write the RepeatMasker file", RP_FOR_ANNOTATE, "repeatmasker",
         "write PREFIX.out, .tbl and .divsum too: copies, table and divergence as RepeatMasker writes them",
         RP_FOR_FIND, .from_findings = rp_write_repeatmasker},
    [RP_RESULT_TBL] = {".tbl", "tbl", "bases by class as RepeatMasker's table has them [PREFIX.tbl]", "no-tbl",
                       "do not write RepeatMasker's table", RP_FOR_ANNOTATE, NULL, NULL, RP_FOR_FIND,
                       .with = RP_RESULT_OUT, .from_findings = rp_write_tbl},
    [RP_RESULT_DIVSUM] = {".divsum", "divsum",
                          "divergence by family and class as RepeatMasker sums it up [PREFIX.divsum]", "no-divsum",
                          "do not write the divergence as RepeatMasker sums it up", RP_FOR_ANNOTATE, NULL, NULL,
                          RP_FOR_FIND, .with = RP_RESULT_OUT, .from_findings = rp_write_divsum},
    [RP_RESULT_ALIGN] = {".align", NULL, NULL, NULL, NULL, 0, "repeatmasker-align",
                         "write PREFIX.align too: every copy with its alignment as RepeatMasker writes it", BOTH,
                         .from_findings = rp_write_align},
    [RP_RESULT_PAF] = {".paf", "paf", "every copy with its alignment, PAF [PREFIX.paf]", "no-paf",
                       "do not write the PAF file", RP_FOR_ANNOTATE, "alignments",
                       "write PREFIX.paf too: every copy with its alignment", RP_FOR_FIND,
                       .from_findings = rp_write_paf},
    [RP_RESULT_GTF] = {".gtf", NULL, NULL, NULL, NULL, 0, "gtf",
                       "write PREFIX.gtf too: every copy as TEtranscripts reads it", BOTH,
                       .from_findings = rp_write_gtf},
    [RP_RESULT_RMSK] = {".rmsk.bed", NULL, NULL, NULL, NULL, 0, "browser",
                        "write PREFIX.rmsk.bed (bigRmsk), .rmsk.as and .copies.as too: copies for genome browsers",
                        BOTH, .from_findings = rp_write_rmsk},
    [RP_RESULT_RMSK_AS] = {".rmsk.as", NULL, NULL, NULL, NULL, 0, NULL, NULL, BOTH, .with = RP_RESULT_RMSK,
                           .from_findings = rp_write_rmsk_as},
    [RP_RESULT_COPIES_AS] = {".copies.as", NULL, NULL, NULL, NULL, 0, NULL, NULL, BOTH, .with = RP_RESULT_RMSK,
                             .from_findings = rp_write_copies_as},
    [RP_RESULT_CLASSES] = {".classes.tsv", "classes", "table by class, TSV [PREFIX.classes.tsv]", "no-classes",
                           "do not write the table by class", BOTH, NULL, NULL, 0, .from_findings = rp_write_classes},
    [RP_RESULT_COUNTS] = {".counts.tsv", "counts", "each base of the genome once, by class, TSV [PREFIX.counts.tsv]",
                          "no-counts", "do not write the bases by class", BOTH, NULL, NULL, 0,
                          .write = rp_write_result_counts},
    [RP_RESULT_TANDEM] = {".tandem.bed", "tandem", "tandem repeats, BED [PREFIX.tandem.bed]", "no-tandem",
                          "do not write the tandem repeats", BOTH, NULL, NULL, 0, .from_findings = rp_write_tandem},
    [RP_RESULT_SATELLITES] = {".satellites.fa", "satellites",
                              "monomers of the satellites, FASTA [PREFIX.satellites.fa]", "no-satellites",
                              "do not write the monomers of the satellites", RP_FOR_FIND, NULL, NULL, 0,
                              .from_findings = rp_write_satellites, .of = RP_OF_OTHERS},
    [RP_RESULT_ARRAYS] = {".satellites.tsv", "satellite-arrays",
                          "arrays of the satellites, TSV [PREFIX.satellites.tsv]", "no-satellite-arrays",
                          "do not write the arrays of the satellites", RP_FOR_FIND, NULL, NULL, 0,
                          .from_findings = rp_write_arrays, .of = RP_OF_OTHERS},
    [RP_RESULT_TRF] = {".trf.dat", "trf-dat", "write the arrays as Tandem Repeats Finder's .dat has them",
                       .named = RP_FOR_FIND, .from_findings = rp_write_trf},
    [RP_RESULT_MASKED] = {".masked.fa", "masked", "the masked genome, FASTA [PREFIX.masked.fa]", "no-masked",
                          "do not write the masked genome", BOTH, NULL, NULL, 0, .write = rp_write_result_masked},
    [RP_RESULT_REPROF] = {".reprof", NULL, NULL, NULL, NULL, 0, "reprise-files",
                          "write REPrise's PREFIX.reprof, .freq, .bed and .masked too", RP_FOR_FIND,
                          .write = rp_write_result_reprof},
    [RP_RESULT_FREQ] = {".freq", NULL, NULL, NULL, NULL, 0, NULL, NULL, RP_FOR_FIND, .with = RP_RESULT_REPROF,
                        .write = rp_write_result_freq},
    [RP_RESULT_REPRISE_BED] = {".bed", NULL, NULL, NULL, NULL, 0, NULL, NULL, RP_FOR_FIND, .with = RP_RESULT_REPROF,
                               .write = rp_write_result_reprise_bed},
    [RP_RESULT_REPRISE_MASKED] = {".masked", NULL, NULL, NULL, NULL, 0, NULL, NULL, RP_FOR_FIND,
                                  .with = RP_RESULT_REPROF, .from_findings = rp_write_reprise_masked},
    [RP_RESULT_PAIRS] = {".pairs.tsv", "pairs",
                         "write the candidate pairs that were looked at, both regions of each, TSV",
                         .named = RP_FOR_FIND, .write = rp_write_result_pairs},
    [RP_RESULT_MULTIQC] = {".general_mqc.json", NULL, NULL, NULL, NULL, 0, "multiqc",
                           "write PREFIX.general_mqc.json and PREFIX.classes_mqc.json too: figures for MultiQC", BOTH,
                           .write = rp_write_result_multiqc},
    [RP_RESULT_MULTIQC_CLASSES] = {".classes_mqc.json", NULL, NULL, NULL, NULL, 0, NULL, NULL, BOTH,
                                   .with = RP_RESULT_MULTIQC, .write = rp_write_result_multiqc_classes},
    [RP_RESULT_SUMMARY] = {".summary.json", "summary", "parameters and figures, JSON [PREFIX.summary.json]",
                           "no-summary", "do not write the summary", BOTH, NULL, NULL, 0,
                           .write = rp_write_result_summary},
    [RP_RESULT_REPORT] = {".report.html", NULL, NULL, NULL, NULL, 0, "report",
                          "write PREFIX.report.html too: tables and plots, to be opened in a browser", RP_FOR_FIND,
                          .write = rp_write_result_report},
};

size_t rp_results_options(rp_results *results, rp_option *table)
{
    size_t n = 0;
    table[n++] = (rp_option){
        RP_OPTION_TEXT,
        "output",
        'o',
        "PREFIX",
        &results->prefix,
        0,
        0,
        "names of the result files begin so; a folder: the input's name there [the input's name without its endings]"};
    table[n++] = (rp_option){RP_OPTION_TEXT,
                             "sample",
                             0,
                             "NAME",
                             &results->sample,
                             0,
                             0,
                             "what the results are of, for the summary and MultiQC [the last part of PREFIX]"};
    table[n++] = (rp_option){RP_OPTION_FLAG,
                             "overwrite",
                             0,
                             NULL,
                             &results->overwrite,
                             0,
                             0,
                             "without --output: take the place of results of another input of this name, too"};
    for (int i = 0; i < RP_N_RESULTS; i++)
        if (((KINDS[i].always | KINDS[i].named) & results->command) != 0)
            table[n++] =
                (rp_option){RP_OPTION_TEXT, KINDS[i].option, 0, "FILE", &results->paths[i], 0, 0, KINDS[i].help};
    for (int i = 0; i < RP_N_RESULTS; i++)
        if ((KINDS[i].on_request & results->command) != 0 && KINDS[i].flag != NULL)
            table[n++] = (rp_option){RP_OPTION_FLAG, KINDS[i].flag, 0, NULL, &results->on[i], 0, 0, KINDS[i].flag_help};
    for (int i = 0; i < RP_N_RESULTS; i++)
        if ((KINDS[i].always & results->command) != 0)
            table[n++] =
                (rp_option){RP_OPTION_FLAG, KINDS[i].no_option, 0, NULL, &results->off[i], 0, 0, KINDS[i].no_help};
    return n;
}

bool rp_results_check(const rp_results *results, rp_error *error)
{
    for (int i = 0; i < RP_N_RESULTS; i++)
        if (results->paths[i] != NULL && results->off[i])
            return rp_error_set(error, "%s is both named and switched off", KINDS[i].ending);
    return results->prefix == NULL || !rp_stream_is_stdout(results->prefix) ||
           rp_error_set(error, "--output: %s is no PREFIX; one result can go there: --bed -, say", results->prefix);
}

/* The input's name without its folder and endings. */
static size_t stem(const char *input, const char **begin)
{
    static const char *const endings[] = {".gz", ".bgz",   ".bz2", ".xz", ".bam",   ".cram", ".sam",
                                          ".fa", ".fasta", ".fna", ".fq", ".fastq", ".fas"};
    const char *slash = strrchr(input, '/');
    *begin = strcmp(input, "-") == 0 ? "reprise" : slash == NULL ? input : slash + 1;
    size_t n = strlen(*begin);
    for (bool cut = true; cut;) {
        cut = false;
        for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
            const size_t m = strlen(endings[i]);
            if (n > m && strncmp(*begin + n - m, endings[i], m) == 0) {
                n -= m;
                cut = true;
            }
        }
    }
    return n;
}

static bool is_wanted(const rp_results *results, int which)
{
    if ((KINDS[which].always & results->command) != 0)
        return !results->off[which];
    if ((KINDS[which].named & results->command) != 0)
        return results->paths[which] != NULL;
    if ((KINDS[which].on_request & results->command) == 0)
        return false;
    return results->on[KINDS[which].flag != NULL ? which : (int)KINDS[which].with];
}

/* A folder that is there, or a name that can be one only. */
static bool is_folder(const char *path)
{
    struct stat status;
    const char *slash = strrchr(path, '/'), *last = slash == NULL ? path : slash + 1;
    if (rp_stream_is_stdout(path))
        return false;
    return last[0] == '\0' || strcmp(last, ".") == 0 || strcmp(last, "..") == 0 ||
           (stat(path, &status) == 0 && S_ISDIR(status.st_mode));
}

char *rp_output_prefix(const char *given, const char *input)
{
    const char *name = NULL;
    char *prefix = NULL;
    if (given != NULL && !is_folder(given))
        return strdup(given);
    const int n = (int)stem(input, &name);
    const bool needs_slash = given != NULL && given[strlen(given) - 1] != '/';
    return asprintf(&prefix, "%s%s%.*s", given != NULL ? given : "", needs_slash ? "/" : "", n, name) < 0 ? NULL
                                                                                                          : prefix;
}

char *rp_output_name(const char *given, const char *input, const char *ending)
{
    if (given != NULL && !is_folder(given))
        return strdup(given);
    char *path = NULL, *prefix = rp_output_prefix(given, input);
    if (prefix == NULL || asprintf(&path, "%s%s", prefix, ending) < 0)
        path = NULL;
    free(prefix);
    return path;
}

char *rp_results_prefix(const rp_results *results, const char *input)
{
    return results->planned_prefix != NULL ? strdup(results->planned_prefix) : rp_output_prefix(results->prefix, input);
}

bool rp_results_use_prefix(const rp_results *results)
{
    bool uses = results->prefix != NULL;
    for (int i = 0; i < RP_N_RESULTS; i++)
        uses |= is_wanted(results, i) && results->paths[i] == NULL;
    return uses;
}

/* The run's own files are no places for results. */
static bool keep_state_apart(rp_results *results, rp_error *error)
{
    static const char *const own[] = {"", "/lock", "/state", "/scan", "/copies"};
    bool ok = true;
    for (size_t i = 0; ok && rp_results_use_prefix(results) && i < sizeof own / sizeof own[0]; i++) {
        char *path = NULL;
        struct stat status;
        if (asprintf(&path, "%s.reprise%s", results->planned_prefix, own[i]) < 0)
            return rp_error_memory(error, "file names");
        char *folder = rp_folder_of(path);
        if (folder == NULL)
            ok = rp_error_memory(error, "file names");
        else if (i == 0 || stat(folder, &status) == 0) /* in a folder that is yet to be made there are no results */
            ok = rp_targets_add(&results->targets, path, error);
        free(folder);
        free(path);
    }
    return ok;
}

bool rp_results_plan(rp_results *results, const char *input, rp_error *error)
{
    results->planned_prefix = rp_output_prefix(results->prefix, input);
    if (results->planned_prefix == NULL)
        return rp_error_memory(error, "file names");
    for (int i = 0; i < RP_N_RESULTS; i++) {
        if (!is_wanted(results, i))
            continue;
        if (results->paths[i] != NULL)
            results->planned[i] = rp_output_name(results->paths[i], input, KINDS[i].ending);
        else if (asprintf(&results->planned[i], "%s%s", results->planned_prefix, KINDS[i].ending) < 0)
            results->planned[i] = NULL;
        if (results->planned[i] == NULL)
            return rp_error_memory(error, "file names");
        if (!rp_targets_add(&results->targets, results->planned[i], error))
            return false;
    }
    return keep_state_apart(results, error);
}

const char *rp_results_sample(const rp_results *results)
{
    const char *slash = strrchr(results->planned_prefix, '/');
    return results->sample != NULL ? results->sample : slash == NULL ? results->planned_prefix : slash + 1;
}

/* A prefix that the user has named is meant. */
static bool is_named_by_input(const rp_results *results)
{
    return results->prefix == NULL || is_folder(results->prefix);
}

bool rp_results_spare_others(const rp_results *results, const char *genome_digest, rp_error *error)
{
    char *path = NULL;
    if (results->overwrite || !rp_results_use_prefix(results) || !is_named_by_input(results))
        return true;
    if (asprintf(&path, "%s%s", results->planned_prefix, KINDS[RP_RESULT_SUMMARY].ending) < 0)
        return rp_error_memory(error, "file names");
    json_t *summary = json_load_file(path, 0, NULL); /* what is none tells of nothing */
    const json_t *input = json_object_get(summary, "input");
    const char *digest = json_string_value(json_object_get(input, "md5"));
    const bool ok =
        digest == NULL || strcmp(digest, genome_digest) == 0 ||
        rp_error_set(error,
                     "%s: results of another input lie here (%lld bases, MD5 %s; this one has MD5 %s); name another "
                     "PREFIX with --output, or have them replaced with --overwrite",
                     path, (long long)json_integer_value(json_object_get(input, "bases")), digest, genome_digest);
    json_decref(summary);
    free(path);
    return ok;
}

bool rp_results_open(rp_results *results, rp_error *error)
{
    for (int i = 0; i < RP_N_RESULTS; i++)
        if (results->planned[i] != NULL && (results->files[i] = rp_file_open(results->planned[i], error)) == NULL)
            return false;
    return true;
}

typedef struct writing {
    rp_results *results;
    const rp_outcome *outcome;
} writing;

static bool write_one(const writing *all, size_t which, rp_error *error)
{
    const result_kind *kind = &KINDS[which];
    const rp_outcome *outcome = all->outcome;
    rp_file *file = all->results->files[which];
    const rp_findings *const findings[] = {[RP_OF_FAMILIES] = outcome->findings,
                                           [RP_OF_OTHERS] = outcome->others,
                                           [RP_OF_CANDIDATES] = outcome->candidates};
    const bool ok =
        kind->write != NULL ? kind->write(outcome, file, error) : kind->from_findings(findings[kind->of], file, error);
    return ok && rp_file_finish(file, error);
}

static bool write_by_one_thread(void *argument, size_t which, unsigned worker, rp_error *error)
{
    const writing *all = argument;
    (void)worker;
    return all->results->files[which] == NULL || KINDS[which].on_all_threads || write_one(all, which, error);
}

bool rp_results_write(rp_results *results, const rp_outcome *outcome, rp_error *error)
{
    writing all = {results, outcome};
    bool ok = true;
    rp_stage_begin(RP_STAGE_WRITE, 0);
    for (size_t i = 0; ok && i < RP_N_RESULTS; i++)
        ok = results->files[i] == NULL || !KINDS[i].on_all_threads || write_one(&all, i, error);
    return ok && rp_parallel(RP_N_RESULTS, outcome->n_threads, write_by_one_thread, &all, error) &&
           rp_files_commit(results->files, RP_N_RESULTS, error);
}

void rp_results_clear(rp_results *results, bool done)
{
    for (int i = 0; i < RP_N_RESULTS; i++) {
        rp_file_destroy(results->files[i]);
        results->files[i] = NULL;
        free(results->planned[i]);
        results->planned[i] = NULL;
    }
    free(results->planned_prefix);
    results->planned_prefix = NULL;
    rp_targets_clear(&results->targets, done);
}
