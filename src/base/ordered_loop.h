/* ordered_loop.h: tasks known beforehand, worked on by several threads ahead of their turn, committed in order. */
#ifndef RP_BASE_ORDERED_LOOP_H
#define RP_BASE_ORDERED_LOOP_H

#include <stddef.h>

#include "base/error.h"
#include "base/order.h"

/* Works on one task ahead of its turn and returns what `commit` will be given (not NULL);
 * NULL: error filled in. */
typedef void *rp_task_function(void *context, size_t task, unsigned worker, rp_error *error);

/* Calls `work` for every task in [0, n_tasks) on n_threads threads and `commit` for each
 * result in the order of the tasks. False: the first error. */
bool rp_ordered_loop(size_t n_tasks, unsigned n_threads, rp_task_function *work, rp_commit_function *commit,
                     void *context, rp_error *error) RP_MUST_CHECK;

#endif
