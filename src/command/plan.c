/* plan.c: `reprise-c plan`: what a run will take, for engines that ask for resources before it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <htslib/kstring.h>

#include "command/command.h"
#include "command/governor.h"
#include "genome/reader.h"
#include "library/family_file.h"
#include "output/json.h"
#include "output/summary.h"

enum {
    PART_BP = 200000000,              /* of a genome that is annotated in parts: minutes for a large library */
    USUAL_NS_A_BASE = 600,            /* of one thread: simulated genomes, yeast, human, */
    MOST_NS_A_BASE = 2000,            /* and C. elegans and cacao, whose families are many, with room */
    RESULT_BYTES_A_KILOBASE = 2500,   /* the masked genome, and what lists its copies */
    SERIAL_PERCENT = 30               /* of the work of one thread, which more threads do not take over */
};

typedef struct plan_options {
    bool help;
    uint64_t threads;
    const char *library;
} plan_options;

/* What the inputs hold. */
typedef struct extent {
    uint64_t bases, contigs, longest, library_bases;
} extent;

static bool add_contig(extent *to, uint64_t bases)
{
    to->contigs++;
    to->bases += bases;
    to->longest = bases > to->longest ? bases : to->longest;
    return to->bases >= bases;
}

/* A line of an index of samtools faidx: name, length, and what is not needed here. */
static bool take_fai_line(extent *to, const char *line)
{
    const char *tab = strchr(line, '\t');
    char *end = NULL;
    if (tab == NULL || tab == line || tab[1] < '0' || tab[1] > '9')
        return false;
    errno = 0;
    const unsigned long long bases = strtoull(tab + 1, &end, 10);
    return errno == 0 && (*end == '\t' || *end == '\0') && add_contig(to, bases);
}

static bool read_fai(extent *to, const char *path, rp_error *error)
{
    char *line = NULL;
    size_t room = 0;
    unsigned long long n = 0;
    const uint64_t before = to->contigs;
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return rp_error_set_as(error, RP_ERROR_INPUT, "%s: %s", path, strerror(errno));
    bool ok = true;
    for (ssize_t got; ok && (got = getline(&line, &room, file)) > 0;) {
        n++;
        ok = (size_t)got == strlen(line);
        line[strcspn(line, "\r\n")] = '\0';
        if (!ok || !take_fai_line(to, line))
            ok = rp_error_set_as(error, RP_ERROR_INPUT, "%s: line %llu: is no line of a .fai file (name, length, ...)",
                                 path, n);
    }
    if (ok && ferror(file) != 0)
        ok = rp_error_set_as(error, RP_ERROR_INPUT, "%s: cannot be read: %s", path, strerror(errno));
    (void)fclose(file);
    free(line);
    return ok && (to->contigs > before || rp_error_set_as(error, RP_ERROR_INPUT, "%s: the file is empty", path));
}

static bool read_sequence(extent *to, const char *path, rp_error *error)
{
    rp_genome genome;
    if (!rp_genome_read(&genome, &path, 1, false, NULL, error))
        return false;
    for (size_t i = 0; i < genome.n_contigs; i++)
        (void)add_contig(to, genome.contigs[i].length_bp);
    rp_genome_clear(&genome);
    return true;
}

static bool read_input(extent *to, const char *path, rp_error *error)
{
    const size_t n = strlen(path);
    return n > 4 && strcmp(path + n - 4, ".fai") == 0 ? read_fai(to, path, error) : read_sequence(to, path, error);
}

static bool read_library(extent *to, const char *path, rp_error *error)
{
    rp_family_file library;
    if (path == NULL)
        return true;
    if (!rp_family_file_read(&library, path, NULL, error))
        return false;
    to->library_bases = rp_family_file_bases(&library);
    rp_family_file_clear(&library);
    return true;
}

/* --- What follows --- */

static json_t *describe_memory(const extent *of, uint64_t library_bp, unsigned n_threads)
{
    const rp_estimate estimate = rp_governor_estimate(of->bases, of->contigs, library_bp, n_threads);
    return json_pack("{s:I, s:I, s:I, s:s}", "usual_bytes", (json_int_t)estimate.usual_bytes, "least_bytes",
                     (json_int_t)estimate.least_bytes, "request_bytes",
                     (json_int_t)rp_governor_request(estimate.usual_bytes), "basis",
                     "usual: the most that real genomes of 1 to 100 Mb took, by bases, contigs, library and threads; "
                     "least: below it --max-memory is refused, and between the two what does not fit goes to files; "
                     "request: what a batch system is to be asked for, since 3/4 of it is the budget that a run "
                     "takes unless --max-memory is given");
}

static json_t *describe_time(const extent *of, unsigned n_threads)
{
    const double usual = (double)of->bases * USUAL_NS_A_BASE * 1e-9, most = (double)of->bases * MOST_NS_A_BASE * 1e-9;
    const double share = (SERIAL_PERCENT + (100.0 - SERIAL_PERCENT) / n_threads) / 100;
    const double wall = 1 + most * share;
    return json_pack("{s:f, s:f, s:f, s:f, s:s, s:s}", "cpu_seconds_usual", rp_json_rounded(1 + usual, 1),
                     "cpu_seconds_most", rp_json_rounded(1 + most, 1), "wall_seconds_usual",
                     rp_json_rounded(1 + usual * share, 1), "wall_seconds_most", rp_json_rounded(wall, 1), "class",
                     wall < 3600      ? "minutes"
                     : wall < 86400.0 ? "hours"
                                      : "days",
                     "basis",
                     "0.6 microseconds of one thread a base, and at most 2 where families are many (measured on "
                     "processors with AVX2 or AVX-512); 30 % of it are not shared out among threads");
}

static json_t *describe_find(const extent *of, unsigned n_threads)
{
    return json_pack("{s:o, s:I, s:I, s:o}", "memory", describe_memory(of, 0, n_threads), "scratch_bytes",
                     (json_int_t)rp_governor_estimate(of->bases, 0, 0, 0).spill_bytes, "results_bytes",
                     (json_int_t)(of->bases / 1000 * RESULT_BYTES_A_KILOBASE), "time", describe_time(of, n_threads));
}

static json_t *describe_plan(const extent *of, unsigned n_threads, bool with_library)
{
    json_t *annotate = NULL;
    uint64_t parts = (of->bases + PART_BP - 1) / PART_BP;
    parts = parts < 1 ? 1 : parts;
    if (with_library)
        annotate = json_pack("{s:I, s:o}", "library_bases", (json_int_t)of->library_bases, "memory",
                             describe_memory(of, of->library_bases, n_threads));
    return rp_json_if(
        !with_library || annotate != NULL,
        json_pack("{s:s, s:s, s:i, s:{s:I, s:I, s:I}, s:i, s:o, s:o*, s:{s:I, s:s}}", "program", "reprise-c", "version",
                  RP_VERSION, "schema", RP_SCHEMA, "input", "contigs", (json_int_t)of->contigs, "bases",
                  (json_int_t)of->bases, "longest_contig", (json_int_t)of->longest, "threads", (int)n_threads, "find",
                  describe_find(of, n_threads), "annotate", annotate, "parts", "number", (json_int_t)parts, "basis",
                  "one for each 200 Mb of a genome that is annotated in parts"));
}

static bool print_plan(const extent *of, unsigned n_threads, bool with_library, rp_error *error)
{
    json_t *plan = describe_plan(of, n_threads, with_library);
    if (plan == NULL)
        return rp_error_memory(error, "plan");
    rp_file *file = rp_file_open("-", error);
    bool ok = file != NULL && (rp_json_write(json_incref(plan), file) || rp_error_memory(error, "plan")) &&
              rp_file_finish(file, error);
    json_decref(plan);
    rp_file_destroy(file);
    return ok;
}

static bool check_operands(const plan_options *options, int n, char **paths, rp_error *error)
{
    int n_stdin = options->library != NULL && strcmp(options->library, "-") == 0;
    if (n < 1)
        return rp_error_set(error, "no genome is given");
    for (int i = 0; i < n; i++)
        n_stdin += strcmp(paths[i], "-") == 0;
    return n_stdin < 2 || rp_error_set(error, "standard input can be read once only");
}

int rp_command_plan(int argc, char **argv)
{
    plan_options options = {0};
    const rp_option table[] = {
        {RP_OPTION_NUMBER, "threads", 't', "N", &options.threads, 1, 1024,
         "CPU threads of the run [those that this process may use]"},
        {RP_OPTION_TEXT, "library", 'l', "FILE", &options.library, 0, 0, "tell of annotate with this library, too"},
        {RP_OPTION_FLAG, "help", 'h', NULL, &options.help, 0, 0, "print this text"},
    };
    const size_t n = sizeof table / sizeof table[0];
    rp_error error = {""};
    int first = 0;
    bool ok = rp_options_parse(table, n, argc, argv, &first, &error);
    if (ok && options.help) {
        printf("usage: reprise-c plan [options] genome.fa[.gz]|genome.fa.fai [more ...]\n\n"
               "Tells what a run of find will take, as JSON on standard output: memory, disk, time, parts. Reads\n"
               "lengths from an index of samtools faidx (.fai), or the genome itself.\n\noptions:\n");
        rp_options_print(table, n, stdout);
        return RP_EXIT_OK;
    }
    if (!ok || !check_operands(&options, argc - first, argv + first, &error))
        return rp_command_misuse("plan", &error);
    extent of = {0};
    for (int i = first; ok && i < argc; i++)
        ok = read_input(&of, argv[i], &error);
    const unsigned n_threads = options.threads != 0 ? (unsigned)options.threads : rp_available_threads();
    ok =
        ok && read_library(&of, options.library, &error) && print_plan(&of, n_threads, options.library != NULL, &error);
    return rp_command_end("plan", ok, &error);
}
