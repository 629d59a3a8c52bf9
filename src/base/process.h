/* process.h: other programs: started without a shell, with files that have no name. */
#ifndef RP_BASE_PROCESS_H
#define RP_BASE_PROCESS_H

#include <stddef.h>

#include "base/error.h"

enum { RP_PROCESS_PATH_BYTES = 32 };

/* A file in memory, without a name elsewhere, that programs started from here open by its path. */
typedef struct rp_scratch_file {
    int descriptor; /* with an offset that nobody else moves; written and read by the owner */
    char path[RP_PROCESS_PATH_BYTES];
} rp_scratch_file;

/* False: errno tells, nothing to close. */
bool rp_scratch_file_open(rp_scratch_file *file) RP_MUST_CHECK;
void rp_scratch_file_close(rp_scratch_file *file);

/* Appends. False: error filled in, which names `what`, or the signal by which the run is to end (base/cancel.h). */
bool rp_scratch_file_write(const rp_scratch_file *file, const void *bytes, size_t n, const char *what,
                           rp_error *error) RP_MUST_CHECK;

/* Runs a program, arguments[0], which is looked for on the PATH; NULL ends the arguments. Its standard input is empty,
 * its standard output and error go to the files (NULL: nowhere). Signals are to it what they are to a program that a
 * shell starts. A run that is to end (base/cancel.h) kills it. True: it ended with status 0. False: error filled in;
 * *is_absent tells whether there is no such program. Not thread-safe with regard to the same files. */
bool rp_process_run(const char *const *arguments, const rp_scratch_file *output, const rp_scratch_file *complaints,
                    bool *is_absent, rp_error *error) RP_MUST_CHECK;

#endif
