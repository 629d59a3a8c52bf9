/* main.c: the command table of reprise-c. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <htslib/hts.h>

#include "base/code.h"
#include "base/error.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/parallel.h"
#include "base/stream.h"
#include "command/command.h"

typedef struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help;
} command;

static const command COMMANDS[] = {
    {"find", rp_command_find, "find the repeat families of a genome and all their copies"},
    {"annotate", rp_command_annotate, "find all copies of a given library in a genome"},
    {"gather", rp_command_gather, "put the parts of 'annotate --part' together"},
    {"extend", rp_command_extend, "lengthen the families of a library as far as their copies agree"},
    {"curate", rp_command_curate, "apply a curator's decisions to a library"},
    {"export", rp_command_export, "write one family's copies, aligned with their flanks, and a profile"},
    {"merge", rp_command_merge, "make one library of several, in which each family stands once"},
    {"compare", rp_command_compare, "judge a library of families by a reference library"},
    {"index", rp_command_index, "write the k-mer index of a genome, for several runs of find"},
    {"plan", rp_command_plan, "tell what a run of find will take: memory, disk, time"},
    {"report", rp_command_report, "make an HTML page of the results of a run"},
    {"devices", rp_command_devices, "list the OpenCL devices of this machine"},
    {"simulate", rp_command_simulate, "write a genome whose repeats are known"},
};

enum { N_COMMANDS = sizeof COMMANDS / sizeof COMMANDS[0] };

static void print_usage(FILE *to)
{
    fprintf(to, "usage: reprise-c COMMAND [options] ...\n\n"
                "reprise-c finds the repeat families of an assembled genome, without a library.\n\ncommands:\n");
    for (int i = 0; i < N_COMMANDS; i++)
        fprintf(to, "  %-10s %s\n", COMMANDS[i].name, COMMANDS[i].help);
    fprintf(to, "\noptions:\n  -h, --help     print this text\n      --version  print the version\n\n"
                "'reprise-c COMMAND --help' tells a command's options; see also man reprise-c.\n");
}

static bool stdout_is_used; /* by stdio: whether the rest of it has arrived matters then */

/* Standard output for stdio: waits where it does not block. */
static ssize_t write_out(void *is_used, const char *bytes, size_t n)
{
    *(bool *)is_used = true;
    return rp_stream_write(STDOUT_FILENO, bytes, n, false) ? (ssize_t)n : 0;
}

/* No file of a run may come to lie under a standard descriptor that the caller has closed: those stay unusable. */
static void set_descriptors(void)
{
    for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++)
        if (fcntl(i, F_GETFD) < 0 &&
            open("/dev/null", i == STDIN_FILENO ? O_WRONLY : O_RDONLY) != i) /* the lowest free one */
            _exit(RP_EXIT_FAILURE);
    FILE *out = fopencookie(&stdout_is_used, "w", (cookie_io_functions_t){.write = write_out});
    if (out != NULL)
        stdout = out;
}

/* A full disk or a closed pipe shows at the latest here. */
static int finish(int status)
{
    rp_parallel_end();
    if ((fclose(stdout) != 0 || (stdout_is_used && close(STDOUT_FILENO) != 0)) && status == RP_EXIT_OK) {
        if (errno == EPIPE) { /* quietly, as other programs do */
            (void)signal(SIGPIPE, SIG_DFL);
            (void)raise(SIGPIPE);
        }
        const int failure = errno;
        rp_log_tell("", "standard output: %s", strerror(failure));
        return rp_error_kind_of(failure) == RP_ERROR_PASSING ? RP_EXIT_PASSING : RP_EXIT_FAILURE;
    }
    return status;
}

/* A mapped file (an index, a spill file) that somebody has cut while it is in use. */
static void end_at_lost_file(int number)
{
    static const char message[] = "reprise-c: a file that is in use (an index, say) was cut or its disk has failed\n";
    struct pollfd room = {.fd = STDERR_FILENO, .events = POLLOUT};
    (void)number;
    const ssize_t written = poll(&room, 1, 1000) <= 0 ? 0 : write(STDERR_FILENO, message, sizeof message - 1);
    (void)written;
    _exit(RP_EXIT_PASSING);
}

/* Failing writes are to be told with the file's name, not to end the process. */
static void set_signals(void)
{
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN);
    (void)signal(SIGBUS, end_at_lost_file);
}

int main(int argc, char **argv)
{
    rp_memory_set_up();
    set_descriptors();
    set_signals();
    (void)setenv("REF_PATH", ":", 0); /* or else htslib would fetch a CRAM file's reference from the network, unasked */
    hts_set_log_level(HTS_LOG_OFF); /* our messages say it once, with the file's name */
    if (argc < 2) {
        print_usage(stderr);
        return RP_EXIT_MISUSE;
    }
    if (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0) {
        print_usage(stdout);
        return finish(RP_EXIT_OK);
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("reprise-c " RP_VERSION " (code %s)\n", rp_code);
        return finish(RP_EXIT_OK);
    }
    for (int i = 0; i < N_COMMANDS; i++)
        if (strcmp(argv[1], COMMANDS[i].name) == 0)
            return finish(COMMANDS[i].run(argc - 1, argv + 1));
    rp_log_tell("", "unknown command '%.100s'", argv[1]);
    fputc('\n', stderr);
    print_usage(stderr);
    return RP_EXIT_MISUSE;
}
