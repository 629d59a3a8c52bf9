/* kernels_host.c: the OpenCL kernels compiled as C, and an offload that runs them on the host.
 *
 * The work items of a group are contexts that run one after the other from barrier to barrier.
 */
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include "align/extend.h"
#include "align/scores.h"
#include "suites.h"

typedef unsigned long ulong;
typedef unsigned int uint;
typedef unsigned char uchar;

#define __kernel static
#define __global
#define __local static
#define CLK_LOCAL_MEM_FENCE 0

static size_t host_global_id, host_group_id, host_local_id;
static void host_barrier(void);

static size_t get_global_id(int dimension) { return dimension == 0 ? host_global_id : 0; }
static size_t get_group_id(int dimension) { return dimension == 0 ? host_group_id : 0; }
static size_t get_local_id(int dimension) { return dimension == 0 ? host_local_id : 0; }
static void barrier(int fence)
{
    (void)fence;
    host_barrier();
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#include "../kernels/band.cl"
#include "../kernels/extend.cl"
#include "../kernels/grow.cl"
#pragma GCC diagnostic pop

/* --- Groups --- */

enum { STACK_BYTES = 1 << 16 };

static ucontext_t host_main, host_items[RP_GROW_LANES];
static char host_stacks[RP_GROW_LANES][STACK_BYTES];
static bool host_finished[RP_GROW_LANES];
static size_t host_running;

static struct {
    const rp_device_genome *genome;
    rp_grow_job *job;
    rp_grow_lane_state *states;
} host_call;

/* On to the next item that has not finished; back to the caller when there is none. */
static void switch_item(void)
{
    const size_t mine = host_running;
    for (volatile size_t i = 1; i <= RP_GROW_LANES; i++) {
        const size_t next = (mine + i) % RP_GROW_LANES;
        if (host_finished[next])
            continue;
        if (next == mine)
            return;
        host_running = host_local_id = next;
        if (host_finished[mine])
            (void)setcontext(&host_items[next]);
        (void)swapcontext(&host_items[mine], &host_items[next]);
        host_local_id = host_running = mine;
        return;
    }
    (void)setcontext(&host_main);
}

static void host_barrier(void)
{
    switch_item();
}

static void run_item(void)
{
    rp_grow_rows(host_call.genome->packed, host_call.genome->not_acgt, host_call.genome->covered, host_call.genome->covers,
                 host_call.job, host_call.states);
    host_finished[host_running] = true;
    switch_item();
}

static void begin_item(ucontext_t *item, char *stack)
{
    (void)getcontext(item);
    item->uc_stack.ss_sp = stack;
    item->uc_stack.ss_size = STACK_BYTES;
    item->uc_link = &host_main;
    makecontext(item, run_item, 0);
}

static void run_group(void)
{
    host_group_id = 0;
    for (size_t i = 0; i < RP_GROW_LANES; i++) {
        host_finished[i] = false;
        begin_item(&host_items[i], host_stacks[i]);
    }
    host_running = host_local_id = 0;
    (void)swapcontext(&host_main, &host_items[0]);
}

/* --- The offload --- */

static rp_device_genome genome_of(const rp_view *view)
{
    return (rp_device_genome){.packed = (const ulong *)view->genome->packed,
                              .not_acgt = (const ulong *)(const void *)view->genome->not_acgt.words,
                              .covered = view->covered != NULL ? (const ulong *)(const void *)view->covered->words : NULL,
                              .covers = view->covered != NULL};
}

static bool host_extend(void *context, const rp_view *view, rp_extension *extensions, size_t n, int x_drop)
{
    (void)context;
    if (view->n_lifted > 0)
        return false;
    const rp_device_genome genome = genome_of(view);
    for (size_t i = 0; i < n; i++) {
        rp_extension *e = &extensions[i];
        const rp_extend_job job = {e->walk.origin, (uint)e->walk.limit_bp, 0, e->query_length, e->walk.reverse};
        rp_extend_result result;
        host_global_id = 0;
        rp_extend(genome.packed, genome.not_acgt, genome.covered, genome.covers, e->query, &job, &result, 1, x_drop);
        e->score = result.score;
        e->query_used = result.query_used;
        e->target_used = result.target_used;
        e->looked_at = result.looked_at;
    }
    return true;
}

static bool host_grow(void *context, const rp_view *view, rp_offload_growth *growth)
{
    static rp_grow_lane_state states[RP_GROW_LANES];
    ++*(unsigned *)context;
    if (view->n_lifted > 0)
        return false;
    const rp_device_genome genome = genome_of(view);
    rp_grow_job job = {.settled = growth->settled, .best_total = growth->best_total, .best_row = growth->best_row, .row = growth->row,
                       .n_lanes = growth->n_lanes, .n_rows = growth->n_rows};
    memset(states, 0, sizeof states);
    for (unsigned i = 0; i < growth->n_lanes; i++) {
        const rp_offload_lane *from = &growth->lanes[i];
        rp_grow_lane_state *to = &states[i];
        *to = (rp_grow_lane_state){.origin = from->walk.origin, .limit = (uint)from->walk.limit_bp, .reverse = from->walk.reverse,
                                   .used = from->used, .joined = from->joined, .shift = from->shift, .rebased = from->rebased,
                                   .lane = {.best = from->best, .best_row = from->best_row, .best_cell = from->best_cell, .row = from->row,
                                            .row_best = from->row_best, .row_cell = from->row_cell}};
        for (int j = 0; j < RP_BAND; j++) {
            to->lane.score[j] = from->score[j];
            to->lane.deletion[j] = from->deletion[j];
        }
    }
    host_call.genome = &genome;
    host_call.job = &job;
    host_call.states = states;
    run_group();
    for (unsigned i = 0; i < growth->n_lanes; i++) {
        rp_offload_lane *to = &growth->lanes[i];
        const rp_grow_lane_state *from = &states[i];
        for (int j = 0; j < RP_BAND; j++) {
            to->score[j] = (int16_t)from->lane.score[j];
            to->deletion[j] = (int16_t)from->lane.deletion[j];
        }
        to->best = (int16_t)from->lane.best;
        to->best_row = (int16_t)from->lane.best_row;
        to->best_cell = (int16_t)from->lane.best_cell;
        to->row = (int16_t)from->lane.row;
        to->row_best = (int16_t)from->lane.row_best;
        to->row_cell = (int16_t)from->lane.row_cell;
        to->used = from->used != 0;
        to->shift = from->shift;
        to->rebased = from->rebased;
        to->looked_at = from->reach;
    }
    growth->settled = job.settled;
    growth->best_total = job.best_total;
    growth->best_row = job.best_row;
    growth->n_done = job.n_done;
    growth->stopped = job.stopped != 0;
    memcpy(growth->bases, job.bases, sizeof growth->bases);
    return true;
}

rp_offload test_host_offload(unsigned *n_growths)
{
    return (rp_offload){n_growths, 1, host_extend, host_grow};
}
