/* limits.h: what the control groups and the batch system of a job leave to this process. */
#ifndef RP_COMMAND_LIMITS_H
#define RP_COMMAND_LIMITS_H

#include <stdint.h>

/* UINT64_MAX: no limit. */
typedef struct rp_limits {
    uint64_t memory_bytes;
    uint64_t processors;       /* a quota of processor time, rounded up */
} rp_limits;

/* The lowest limits of this process' control groups, versions 1 and 2, from its own up to the root of each hierarchy.
 * `root` stands before the names of all files that are read: "" for those of the machine. Thread-safe. */
rp_limits rp_limits_of_groups(const char *root);

/* What Slurm has given to the job, as the environment tells: some clusters give a number and do not hold to it. */
rp_limits rp_limits_of_slurm(void);

#endif
