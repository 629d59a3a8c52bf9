/* ordered_loop.h: tasks known beforehand, worked on by several threads ahead of their turn, committed in order. */
#ifndef RP_BASE_ORDERED_LOOP_H
#define RP_BASE_ORDERED_LOOP_H

#include <stddef.h>

#include "base/error.h"
#include "base/helpers.h"
#include "base/order.h"

/* Works on one task ahead of its turn and returns what `commit` will be given (not NULL);
 * NULL: error filled in. */
typedef void *rp_task_function(void *context, size_t task, unsigned worker, rp_error *error);

/* How results are made again that stand no more, before their turn, by threads that would wait: what they are made on
 * has versions. All functions are called beside `commit`, but none with a result that is being committed. */
typedef struct rp_renewal {
    uint32_t (*version)(void *context);                  /* of now */
    uint32_t (*stands_on)(void *context, const void *result);
    /* Sees to it that the result stands on this version or a later one, unless it will not be used. False: error filled
     * in. */
    bool (*renew)(void *context, size_t task, void *result, uint32_t version, unsigned worker, rp_error *error);
    rp_helpers
        *helpers; /* whose crew loops within tasks, renewals and commits run through; threads that would wait take
                            parts of them first. NULL: there are none */
} rp_renewal;

/* Calls `work` for every task in [0, n_tasks) on n_threads threads and `commit` for each
 * result in the order of the tasks. renewal: NULL: `commit` alone makes anything again. False: the first error. */
bool rp_ordered_loop(size_t n_tasks, unsigned n_threads, rp_task_function *work, const rp_renewal *renewal,
                     rp_commit_function *commit, void *context, rp_error *error) RP_MUST_CHECK;

#endif
