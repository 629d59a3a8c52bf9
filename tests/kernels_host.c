/* kernels_host.c: the OpenCL kernels compiled as C, and an offload that runs them on the host.
 *
 * The work items of a group are contexts that run one after the other from barrier to barrier.
 */
#include <limits.h>
#include <stdlib.h>
#include <ucontext.h>

#include "align/extend.h"
#include "align/lane_feed.h"
#include "align/offload.h"
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

static size_t get_global_id(int dimension)
{
    return dimension == 0 ? host_global_id : 0;
}
static size_t get_group_id(int dimension)
{
    return dimension == 0 ? host_group_id : 0;
}
static size_t get_local_id(int dimension)
{
    return dimension == 0 ? host_local_id : 0;
}
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
    rp_offload_growth *growth;
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
    rp_grow_rows(host_call.genome->packed, host_call.genome->not_acgt, host_call.genome->covered,
                 host_call.genome->covers, host_call.growth);
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
    return (rp_device_genome){
        .packed = (const ulong *)view->genome->packed,
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
        const rp_extend_job job = {rp_offload_walk(&e->walk), 0, e->query_length};
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
    ++*(unsigned *)context;
    if (view->n_lifted > 0)
        return false;
    const rp_device_genome genome = genome_of(view);
    host_call.genome = &genome;
    host_call.growth = growth;
    run_group();
    return true;
}

rp_offload test_host_offload(unsigned *n_growths)
{
    return (rp_offload){n_growths, 1, host_extend, host_grow};
}
