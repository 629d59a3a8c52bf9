/* command.h: the commands of reprise-c. Each prints its own errors and returns the exit status. */
#ifndef RP_COMMAND_COMMAND_H
#define RP_COMMAND_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/targets.h"

/* What a retry can mend is told apart, for engines that decide by the status whether there is to be one. 65 and 75 are
 * those of sysexits.h; 137 is what a shell says of a process that the kernel has killed for its memory, so that one
 * rule serves both. */
enum {
    RP_EXIT_OK = 0,
    RP_EXIT_FAILURE = 1,  /* at run time, for other reasons than those below */
    RP_EXIT_MISUSE = 2,
    RP_EXIT_INPUT = 65,   /* the input is missing or bad: the same fails again */
    RP_EXIT_PASSING = 75, /* a full disk, a fault of reading or writing, another run in the way: later it may go */
    RP_EXIT_MEMORY = 137  /* with more memory it may go */
};

/* The ways in which a command ends; both return its exit status. */
int rp_command_misuse(const char *command, const rp_error *error);
int rp_command_end(const char *command, bool ok, const rp_error *error);

/* Adds to the error of a run that is cancelled that the same command goes on from what is kept at this place. */
void rp_command_goes_on(const char *place, rp_error *error);

/* For results that have no places of their own: misuse where two have one. Clears the targets. */
int rp_command_unplaced(const char *command, rp_targets *targets, const rp_error *error);

int rp_command_find(int argc, char **argv);
int rp_command_annotate(int argc, char **argv);
int rp_command_gather(int argc, char **argv);
int rp_command_extend(int argc, char **argv);
int rp_command_curate(int argc, char **argv);
int rp_command_export(int argc, char **argv);
int rp_command_merge(int argc, char **argv);
int rp_command_index(int argc, char **argv);
int rp_command_compare(int argc, char **argv);
int rp_command_devices(int argc, char **argv);
int rp_command_report(int argc, char **argv);
int rp_command_plan(int argc, char **argv);
int rp_command_simulate(int argc, char **argv);

/* The processors that this process may use: its affinity, its control groups' quotas, and where no affinity restricts
 * it those that Slurm has given to its task. */
unsigned rp_available_threads(void);

/* The memory that this process may use with so many threads, in bytes: the machine's, or what control groups, Slurm or
 * ulimit leave of it. *by says which of them, as "the machine has"; a constant. */
uint64_t rp_available_memory(unsigned n_threads, const char **by);

/* What kind of storage a file lies on, as the kernel tells: nvme, ssd or hdd; ssd where it does not. */
const char *rp_storage_of(const char *path);

#endif
