/* file.h: result files, written beside their names and renamed when they are whole.
 *
 * What stands under a name is the file of an earlier run or the whole new one, at any moment. A name
 * that is there and is no regular file (a FIFO, a device) is written to as it is; a symbolic link's
 * target is what is replaced, or made where it is not there yet. What is written to as it is may block: a run that is
 * to end (base/cancel.h) does not wait for it.
 */
#ifndef RP_BASE_FILE_H
#define RP_BASE_FILE_H

#include <stddef.h>

#include "base/error.h"

typedef struct rp_file rp_file;

/* Opens a file for writing: "-" is standard output, a name in .gz gives bgzip. Until
 * rp_file_commit nothing changes under the name. NULL: error filled in. One thread. */
rp_file *rp_file_open(const char *path, rp_error *error) RP_MUST_CHECK;

/* Writes; the first failure is kept and told by rp_file_finish. */
void rp_file_write(rp_file *file, const char *bytes, size_t n);
void rp_file_print(rp_file *file, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Writes out, syncs and closes what was written, still beside its name. False: error filled in. Where nobody reads
 * standard output any more, that is as if SIGPIPE had come (base/cancel.h). */
bool rp_file_finish(rp_file *file, rp_error *error) RP_MUST_CHECK;

/* Puts a finished file in place, and syncs its folder. False: error filled in. */
bool rp_file_commit(rp_file *file, rp_error *error) RP_MUST_CHECK;

/* The same for several files: none is put in place before each has room in its folder. NULL among them is legal. */
bool rp_files_commit(rp_file *const *files, size_t n, rp_error *error) RP_MUST_CHECK;

/* The folder of a path, "." for a name alone; to be freed. NULL: out of memory. */
char *rp_folder_of(const char *path) RP_MUST_CHECK;

/* Makes a folder that is not there, with those that it lies in. False: errno tells. Thread-safe, as against other
 * processes. */
bool rp_folder_make(const char *folder) RP_MUST_CHECK;

/* The name that a file under this name would have once the path's last part is followed, if that is a link, also to
 * where nothing is yet; to be freed. NULL: errno tells. */
char *rp_target_of(const char *path) RP_MUST_CHECK;

/* Frees the file; one that is not committed is removed. NULL is legal. */
void rp_file_destroy(rp_file *file);

#endif
