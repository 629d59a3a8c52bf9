/* engine.c: OpenCL devices at work; see engine.h. */
#include "device/engine.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "align/extend.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/sort.h"
#include "base/tokens.h"
#include "device/cl.h"
#include "device/kernels.h"

enum {
    MAX_DEVICES = 8,               /* bits of a dirty byte */
    SLOTS = 2,                     /* launches in flight */
    MIN_EXTENSIONS = 64,           /* of a request; fewer are done by the worker itself */
    FIRST_LAUNCH = 1 << 12, LEAST_LAUNCH = 1 << 10, MOST_LAUNCH = 1 << 20,
    MOST_GROWTHS = 512,            /* families in a launch */
    MOST_QUERY_BYTES = 1 << 28,
    MOST_LOG_BYTES = 2047,         /* of a compiler's messages */
    GROUP = 64,                    /* work items of an extension's group */
    SELF_TEST_EXTENSIONS = 256, SELF_TEST_BP = 400, SELF_TEST_DROP = 100
};

static const double TARGET_SECONDS = 0.02, DEFAULT_DEADLINE_SECONDS = 60;

/* What a worker waits for. On the worker's stack. */
typedef struct request {
    const rp_view *view;
    rp_extension *extensions;      /* or, NULL: */
    rp_offload_growth *growth;
    size_t n, n_given, n_done;     /* extensions: all, in launches so far, done; guarded by the device's lock */
    int x_drop;
    bool failed;                   /* the device was retired: the caller does it all */
    struct request *next;
} request;

/* The piece of a request that is in a launch. */
typedef struct piece {
    request *of;
    size_t first, n;
} piece;

RP_ARRAY(pieces, piece);

/* A stretch of query codes that several extensions share. */
typedef struct query_range {
    const uint8_t *begin, *end;
    size_t at;                     /* in the launch's queries */
} query_range;

RP_ARRAY(query_ranges, query_range);

/* A buffer on the device and its host side. */
typedef struct buffer {
    cl_mem mem;
    size_t capacity;               /* bytes of mem */
    void *host;
    size_t host_capacity;          /* bytes */
} buffer;

typedef struct slot {
    bool busy;
    bool grows;                    /* a launch of growths, else of extensions */
    pieces pieces;
    query_ranges ranges;
    buffer queries, jobs, results; /* growths: jobs, which the kernel changes */
    buffer cover;                  /* host side: changes of the cover on their way to the device */
    size_t n;                      /* extensions, or families */
    cl_event done;
    uint64_t enqueued_ns;
} slot;

typedef struct worker_device {
    rp_engine *engine;
    unsigned number;
    const rp_device *device;
    pthread_t thread;
    bool started;
    pthread_mutex_t lock;
    pthread_cond_t asked;          /* there is a request, or it ends */
    pthread_cond_t answered;       /* a request is done */
    request *first, *last;         /* waiting, not yet all in launches; guarded by lock */
    bool ending, retired;          /* guarded by lock */
    rp_engine_figures figures;     /* guarded by lock */
    size_t launch_size;
    uint64_t busy_until_ns;
    cl_context context;
    cl_command_queue queue;
    cl_program program;
    cl_kernel extend, grow;
    cl_mem packed, not_acgt, covered;
    const rp_bitmask *mirrored;    /* whose bits `covered` holds */
    slot slots[SLOTS];
} worker_device;

struct rp_engine {
    const rp_genome *genome;
    const rp_band_kernel *kernel;
    rp_engine_parameters parameters;
    rp_devices devices;            /* own copy */
    worker_device workers[MAX_DEVICES];
    unsigned n_workers;
    rp_bitmask *cover;             /* set while no request is under way */
    rp_offload offload, polite_offload;
    atomic_uint turn;              /* relaxed: spreads the requests */
};

/* --- Trouble --- */

static const char *status_name(cl_int status)
{
    switch (status) {
    case CL_DEVICE_NOT_AVAILABLE: return "device not available";
    case CL_MEM_OBJECT_ALLOCATION_FAILURE: return "no memory on the device";
    case CL_OUT_OF_RESOURCES: return "out of resources";
    case CL_OUT_OF_HOST_MEMORY: return "out of host memory";
    case CL_BUILD_PROGRAM_FAILURE: return "the kernels do not compile";
    case CL_INVALID_BUFFER_SIZE: return "buffer too large";
    default: return "OpenCL error";
    }
}

/* Takes the device out of use, once; says so. Requests that wait are given back to their workers. */
static void retire(worker_device *worker, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void retire(worker_device *worker, const char *format, ...)
{
    char why[256];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(why, sizeof why, format, arguments);
    va_end(arguments);
    (void)pthread_mutex_lock(&worker->lock);
    const bool first = !worker->retired;
    worker->retired = true;
    if (first)
        (void)snprintf(worker->figures.why, sizeof worker->figures.why, "%s", why);
    for (; worker->first != NULL; worker->first = worker->first->next)
        worker->first->failed = true;
    worker->last = NULL;
    for (unsigned s = 0; s < SLOTS; s++) {
        for (size_t i = 0; worker->slots[s].busy && i < worker->slots[s].pieces.n; i++)
            worker->slots[s].pieces.items[i].of->failed = true;
        worker->slots[s].busy = false;
    }
    (void)pthread_cond_broadcast(&worker->answered);
    (void)pthread_mutex_unlock(&worker->lock);
    if (first && worker->engine->parameters.warn != NULL) {
        char message[512];
        (void)snprintf(message, sizeof message, "OpenCL device %u (%s) is not used any more: %s; the CPU does its work",
                       worker->device->index, worker->device->name, why);
        worker->engine->parameters.warn(worker->engine->parameters.warn_context, message);
    }
}

/* False: the device is retired. */
static bool check(worker_device *worker, cl_int status, const char *what)
{
    if (status != CL_SUCCESS)
        retire(worker, "%s: %s (%d)", what, status_name(status), (int)status);
    return status == CL_SUCCESS;
}

/* --- Buffers --- */

static bool make_host(buffer *buffer, size_t bytes)
{
    return rp_reserve(&buffer->host, &buffer->host_capacity, bytes, 1);
}

/* Room for so many bytes on the device. */
static bool make_room(worker_device *worker, buffer *buffer, size_t bytes, cl_mem_flags flags)
{
    if (bytes <= buffer->capacity)
        return true;
    cl_int status;
    if (buffer->mem != NULL)
        (void)RP_CL(status, clReleaseMemObject, buffer->mem);
    const size_t capacity = bytes + bytes / 2;
    buffer->capacity = 0;
    buffer->mem = RP_CL_MAKE(status, clCreateBuffer, worker->context, flags, capacity, NULL);
    if (!check(worker, status, "buffer"))
        return false;
    buffer->capacity = capacity;
    return true;
}

static bool write_buffer(worker_device *worker, cl_mem mem, size_t offset, size_t bytes, const void *from, const char *what)
{
    cl_int status;
    return check(worker, RP_CL(status, clEnqueueWriteBuffer, worker->queue, mem, CL_FALSE, offset, bytes, from, 0, NULL, NULL), what);
}

/* --- The cover on the device --- */

/* A block of the cover into staging memory, and from there to the device behind all that is enqueued. */
static bool mirror_block(worker_device *worker, const rp_bitmask *cover, uint64_t block, uint64_t *words)
{
    const uint64_t n_words = cover->n_bits / 64 + 1, first = block * RP_BITMASK_DIRTY_WORDS;
    const uint64_t n = n_words - first < RP_BITMASK_DIRTY_WORDS ? n_words - first : RP_BITMASK_DIRTY_WORDS;
    for (uint64_t i = 0; i < n; i++)
        words[i] = atomic_load_explicit(&cover->words[first + i], memory_order_relaxed);
    return write_buffer(worker, worker->covered, first * 8, n * 8, words, "cover");
}

/* Brings the device's copy of the cover up to date. The staging memory is the slot's: it stays as it is until the launch is done. */
static bool mirror_cover(worker_device *worker, slot *slot)
{
    const rp_bitmask *cover = worker->engine->cover;
    const uint8_t mine = (uint8_t)(1u << worker->number);
    const bool all = worker->mirrored != cover;
    cl_int status;
    if (worker->covered == NULL) {
        worker->covered = RP_CL_MAKE(status, clCreateBuffer, worker->context, CL_MEM_READ_ONLY, (cover->n_bits / 64 + 1) * 8, NULL);
        if (!check(worker, status, "cover"))
            return false;
    }
    size_t n_changed = 0;
    const uint64_t n_blocks = rp_bitmask_n_dirty(cover);
    for (uint64_t block = 0; block < n_blocks; block++)
        n_changed += all || (atomic_load_explicit(&cover->dirty[block], memory_order_relaxed) & mine) != 0;
    if (!make_host(&slot->cover, n_changed * RP_BITMASK_DIRTY_WORDS * 8)) {
        retire(worker, "out of memory");
        return false;
    }
    uint64_t *words = slot->cover.host;
    for (uint64_t block = 0; block < n_blocks && n_changed > 0; block++) {
        if (!all && (atomic_load_explicit(&cover->dirty[block], memory_order_relaxed) & mine) == 0)
            continue;
        atomic_fetch_and_explicit(&cover->dirty[block], (uint8_t)~mine, memory_order_acq_rel);
        if (!mirror_block(worker, cover, block, words))
            return false;
        words += RP_BITMASK_DIRTY_WORDS;
        n_changed--; /* those that change meanwhile are left to the next launch */
    }
    worker->mirrored = cover;
    return true;
}

/* --- A launch of extensions --- */

static int compare_ranges(const void *left, const void *right)
{
    const query_range *a = left, *b = right;
    if (a->begin != b->begin)
        return a->begin < b->begin ? -1 : 1;
    return (a->end > b->end) - (a->end < b->end);
}

/* The stretches of query codes in this launch, each once, one after the other. */
static bool gather_queries(slot *slot, size_t *bytes)
{
    slot->ranges.n = 0;
    for (size_t p = 0; p < slot->pieces.n; p++)
        for (size_t i = 0; i < slot->pieces.items[p].n; i++) {
            const rp_extension *e = &slot->pieces.items[p].of->extensions[slot->pieces.items[p].first + i];
            if (!query_ranges_push(&slot->ranges, (query_range){e->query, e->query + e->query_length, 0}))
                return false;
        }
    rp_sort(slot->ranges.items, slot->ranges.n, sizeof *slot->ranges.items, compare_ranges);
    size_t n = 0;
    for (size_t i = 0; i < slot->ranges.n; i++) {
        const query_range here = slot->ranges.items[i];
        if (n > 0 && here.begin <= slot->ranges.items[n - 1].end) {
            if (here.end > slot->ranges.items[n - 1].end)
                slot->ranges.items[n - 1].end = here.end;
        } else {
            slot->ranges.items[n++] = here;
        }
    }
    slot->ranges.n = n;
    *bytes = 0;
    for (size_t i = 0; i < n; i++) {
        slot->ranges.items[i].at = *bytes;
        *bytes += (size_t)(slot->ranges.items[i].end - slot->ranges.items[i].begin);
    }
    if (*bytes > MOST_QUERY_BYTES || !make_host(&slot->queries, *bytes + 1))
        return false;
    for (size_t i = 0; i < n; i++)
        memcpy((uint8_t *)slot->queries.host + slot->ranges.items[i].at, slot->ranges.items[i].begin,
               (size_t)(slot->ranges.items[i].end - slot->ranges.items[i].begin));
    return true;
}

static size_t place_of(const slot *slot, const uint8_t *query)
{
    size_t low = 0, high = slot->ranges.n; /* the last range that begins at or before it */
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (slot->ranges.items[middle].begin <= query)
            low = middle;
        else
            high = middle;
    }
    return slot->ranges.items[low].at + (size_t)(query - slot->ranges.items[low].begin);
}

static bool set_genome_arguments(worker_device *worker, cl_kernel kernel, bool covers)
{
    const cl_mem covered = covers ? worker->covered : worker->not_acgt; /* no kernel reads it without a cover */
    const cl_int flag = covers;
    cl_int status;
    return check(worker, RP_CL(status, clSetKernelArg, kernel, 0, sizeof worker->packed, &worker->packed), "argument") &&
           check(worker, RP_CL(status, clSetKernelArg, kernel, 1, sizeof worker->not_acgt, &worker->not_acgt), "argument") &&
           check(worker, RP_CL(status, clSetKernelArg, kernel, 2, sizeof covered, &covered), "argument") &&
           check(worker, RP_CL(status, clSetKernelArg, kernel, 3, sizeof flag, &flag), "argument");
}

static bool launch_extensions(worker_device *worker, slot *slot)
{
    size_t query_bytes = 0;
    if (!gather_queries(slot, &query_bytes) || !make_host(&slot->jobs, slot->n * sizeof(rp_extend_job)) ||
        !make_host(&slot->results, slot->n * sizeof(rp_extend_result))) {
        retire(worker, "out of memory");
        return false;
    }
    rp_extend_job *jobs = slot->jobs.host;
    size_t n = 0;
    for (size_t p = 0; p < slot->pieces.n; p++)
        for (size_t i = 0; i < slot->pieces.items[p].n; i++) {
            const rp_extension *e = &slot->pieces.items[p].of->extensions[slot->pieces.items[p].first + i];
            jobs[n++] = (rp_extend_job){rp_offload_walk(&e->walk), (cl_uint)place_of(slot, e->query), e->query_length};
        }
    const request *first = slot->pieces.items[0].of;
    const cl_uint n_jobs = (cl_uint)n;
    const cl_int x_drop = first->x_drop;
    const size_t items = (n + GROUP - 1) / GROUP * GROUP, group = GROUP;
    cl_int status;
    return make_room(worker, &slot->queries, query_bytes + 1, CL_MEM_READ_ONLY) &&
           make_room(worker, &slot->jobs, n * sizeof(rp_extend_job), CL_MEM_READ_ONLY) &&
           make_room(worker, &slot->results, n * sizeof(rp_extend_result), CL_MEM_WRITE_ONLY) &&
           write_buffer(worker, slot->queries.mem, 0, query_bytes + 1, slot->queries.host, "queries") &&
           write_buffer(worker, slot->jobs.mem, 0, n * sizeof(rp_extend_job), slot->jobs.host, "extensions") &&
           set_genome_arguments(worker, worker->extend, first->view->covered != NULL) &&
           check(worker, RP_CL(status, clSetKernelArg, worker->extend, 4, sizeof(cl_mem), &slot->queries.mem), "argument") &&
           check(worker, RP_CL(status, clSetKernelArg, worker->extend, 5, sizeof(cl_mem), &slot->jobs.mem), "argument") &&
           check(worker, RP_CL(status, clSetKernelArg, worker->extend, 6, sizeof(cl_mem), &slot->results.mem), "argument") &&
           check(worker, RP_CL(status, clSetKernelArg, worker->extend, 7, sizeof n_jobs, &n_jobs), "argument") &&
           check(worker, RP_CL(status, clSetKernelArg, worker->extend, 8, sizeof x_drop, &x_drop), "argument") &&
           check(worker, RP_CL(status, clEnqueueNDRangeKernel, worker->queue, worker->extend, 1, NULL, &items, &group, 0, NULL, NULL),
                 "launch") &&
           check(worker, RP_CL(status, clEnqueueReadBuffer, worker->queue, slot->results.mem, CL_FALSE, 0, n * sizeof(rp_extend_result),
                               slot->results.host, 0, NULL, &slot->done), "results");
}

/* Copies the results to the requests; returns the cells. */
static uint64_t take_extensions(const slot *slot)
{
    const rp_extend_result *results = slot->results.host;
    uint64_t rows = 0;
    size_t n = 0;
    for (size_t p = 0; p < slot->pieces.n; p++)
        for (size_t i = 0; i < slot->pieces.items[p].n; i++, n++) {
            rp_extension *e = &slot->pieces.items[p].of->extensions[slot->pieces.items[p].first + i];
            e->score = results[n].score;
            e->query_used = results[n].query_used;
            e->target_used = results[n].target_used;
            e->looked_at = results[n].looked_at;
            rows += results[n].rows;
        }
    return rows * RP_BAND;
}

/* --- A launch of growths --- */

static bool launch_growths(worker_device *worker, slot *slot)
{
    const size_t bytes = slot->n * sizeof(rp_offload_growth);
    if (!make_host(&slot->jobs, bytes)) {
        retire(worker, "out of memory");
        return false;
    }
    rp_offload_growth *growths = slot->jobs.host;
    for (size_t i = 0; i < slot->n; i++)
        memcpy(&growths[i], slot->pieces.items[i].of->growth, sizeof *growths);
    const size_t group = RP_GROW_LANES, items = slot->n * group;
    cl_int status;
    return make_room(worker, &slot->jobs, bytes, CL_MEM_READ_WRITE) &&
           write_buffer(worker, slot->jobs.mem, 0, bytes, slot->jobs.host, "growths") &&
           set_genome_arguments(worker, worker->grow, slot->pieces.items[0].of->view->covered != NULL) &&
           check(worker, RP_CL(status, clSetKernelArg, worker->grow, 4, sizeof(cl_mem), &slot->jobs.mem), "argument") &&
           check(worker, RP_CL(status, clEnqueueNDRangeKernel, worker->queue, worker->grow, 1, NULL, &items, &group, 0, NULL, NULL),
                 "launch") &&
           check(worker, RP_CL(status, clEnqueueReadBuffer, worker->queue, slot->jobs.mem, CL_FALSE, 0, bytes, slot->jobs.host, 0, NULL,
                               &slot->done), "results");
}

static uint64_t take_growths(const slot *slot)
{
    const rp_offload_growth *growths = slot->jobs.host;
    uint64_t cells = 0;
    for (size_t i = 0; i < slot->n; i++) {
        memcpy(slot->pieces.items[i].of->growth, &growths[i], sizeof *growths);
        cells += (uint64_t)growths[i].n_done * growths[i].n_lanes * RP_BAND;
    }
    return cells;
}

/* --- The device's thread --- */

/* Requests that may be in one launch. */
static bool go_together(const request *a, const request *b)
{
    return (a->extensions != NULL) == (b->extensions != NULL) && a->x_drop == b->x_drop &&
           (a->view->covered != NULL) == (b->view->covered != NULL);
}

/* Takes waiting requests, or a piece of one, for a launch. Under the lock. False: out of memory. */
static bool fill_slot(worker_device *worker, slot *slot)
{
    slot->pieces.n = slot->n = 0;
    const request *kind = worker->first;
    slot->grows = kind->extensions == NULL;
    const size_t most = slot->grows ? MOST_GROWTHS : worker->launch_size;
    request **link = &worker->first;
    worker->last = NULL;
    while (*link != NULL) {
        request *here = *link;
        if (slot->n < most && go_together(kind, here)) {
            const size_t left = here->n - here->n_given, n = left < most - slot->n ? left : most - slot->n;
            if (!pieces_push(&slot->pieces, (piece){here, here->n_given, n}))
                return false;
            here->n_given += n;
            slot->n += n;
        }
        if (here->n_given == here->n) {
            *link = here->next; /* all of it is on its way */
        } else {
            worker->last = here;
            link = &here->next;
        }
    }
    slot->busy = true;
    return true;
}

/* Waits for the slot's launch; false: it failed or did not come back in time. */
static bool await(worker_device *worker, slot *slot)
{
    const double seconds = worker->engine->parameters.deadline_seconds > 0 ? worker->engine->parameters.deadline_seconds
                                                                           : DEFAULT_DEADLINE_SECONDS;
    const uint64_t deadline = slot->enqueued_ns + (uint64_t)(seconds * 1e9);
    struct timespec pause = {0, 20000};
    for (;;) {
        cl_int state = CL_QUEUED, status;
        if (!check(worker, RP_CL(status, clGetEventInfo, slot->done, CL_EVENT_COMMAND_EXECUTION_STATUS, sizeof state, &state, NULL), "waiting"))
            return false;
        if (state == CL_COMPLETE && !rp_cl_hangs)
            return true;
        if (state < 0)
            return check(worker, state, "launch");
        if (rp_clock_ns() > deadline) {
            retire(worker, "a launch has not come back after %.0f s", seconds);
            return false;
        }
        (void)nanosleep(&pause, NULL);
        if (pause.tv_nsec < 500000)
            pause.tv_nsec += pause.tv_nsec / 4;
    }
}

/* Launches of extensions are made as long as the target; a result does not depend on it. */
static void tune(worker_device *worker, const slot *slot, double seconds)
{
    if (slot->grows || slot->n < worker->launch_size)
        return;
    if (seconds < TARGET_SECONDS / 2 && worker->launch_size < MOST_LAUNCH)
        worker->launch_size *= 2;
    else if (seconds > TARGET_SECONDS * 2 && worker->launch_size > LEAST_LAUNCH)
        worker->launch_size /= 2;
}

static void answer(worker_device *worker, slot *slot)
{
    const uint64_t cells = slot->grows ? take_growths(slot) : take_extensions(slot);
    const uint64_t now = rp_clock_ns(), begin = slot->enqueued_ns > worker->busy_until_ns ? slot->enqueued_ns : worker->busy_until_ns;
    cl_int status;
    (void)RP_CL(status, clReleaseEvent, slot->done);
    slot->done = NULL;
    (void)pthread_mutex_lock(&worker->lock);
    rp_engine_figures *figures = &worker->figures;
    figures->n_launches++;
    figures->cells += cells;
    figures->busy_ns += now - begin;
    worker->busy_until_ns = now;
    if (slot->grows)
        figures->n_growths += slot->n;
    else
        figures->n_extensions += slot->n;
    tune(worker, slot, (double)(now - begin) * 1e-9);
    figures->launch_size = worker->launch_size;
    for (size_t i = 0; i < slot->pieces.n; i++)
        slot->pieces.items[i].of->n_done += slot->pieces.items[i].n;
    slot->busy = false;
    (void)pthread_cond_broadcast(&worker->answered);
    (void)pthread_mutex_unlock(&worker->lock);
}

static bool launch(worker_device *worker, slot *slot)
{
    slot->enqueued_ns = rp_clock_ns();
    if (slot->pieces.items[0].of->view->covered != NULL && !mirror_cover(worker, slot))
        return false;
    if (!(slot->grows ? launch_growths(worker, slot) : launch_extensions(worker, slot)))
        return false;
    cl_int status;
    return check(worker, RP_CL(status, clFlush, worker->queue), "flush");
}

static void *device_main(void *argument)
{
    worker_device *worker = argument;
    unsigned oldest = 0, n_busy = 0;
    for (;;) {
        (void)pthread_mutex_lock(&worker->lock);
        while (worker->first == NULL && !worker->ending && n_busy == 0)
            (void)pthread_cond_wait(&worker->asked, &worker->lock);
        if (worker->retired || (worker->first == NULL && n_busy == 0)) {
            (void)pthread_mutex_unlock(&worker->lock);
            return NULL;
        }
        slot *fresh = NULL;
        bool ok = true;
        if (worker->first != NULL && n_busy < SLOTS) {
            fresh = &worker->slots[(oldest + n_busy) % SLOTS];
            ok = fill_slot(worker, fresh);
        }
        (void)pthread_mutex_unlock(&worker->lock);
        if (!ok) {
            retire(worker, "out of memory");
            return NULL;
        }
        if (fresh != NULL) {
            if (!launch(worker, fresh))
                return NULL;
            n_busy++;
        }
        (void)pthread_mutex_lock(&worker->lock);
        const bool more = worker->first != NULL && n_busy < SLOTS;
        (void)pthread_mutex_unlock(&worker->lock);
        if (n_busy > 0 && !more) {
            slot *done = &worker->slots[oldest];
            if (!await(worker, done))
                return NULL;
            answer(worker, done);
            oldest = (oldest + 1) % SLOTS;
            n_busy--;
        }
    }
}

/* --- What workers call --- */

/* Hands the request over and waits. False: to be done on the CPU. */
static bool ask(worker_device *worker, request *mine, bool insists)
{
    rp_tokens *lent = rp_tokens_lend();
    (void)pthread_mutex_lock(&worker->lock);
    bool ok = !worker->retired && (insists || worker->first == NULL);
    if (ok) {
        worker->figures.n_requests++;
        if (worker->last != NULL)
            worker->last->next = mine;
        else
            worker->first = mine;
        worker->last = mine;
        (void)pthread_cond_signal(&worker->asked);
        while (mine->n_done < mine->n && !mine->failed)
            (void)pthread_cond_wait(&worker->answered, &worker->lock);
        ok = !mine->failed;
    }
    (void)pthread_mutex_unlock(&worker->lock);
    if (lent != NULL)
        rp_tokens_take(lent);
    return ok;
}

/* Whether a device sees what this view shows. */
static bool can_see(const rp_engine *engine, const rp_view *view)
{
    return view->genome == engine->genome && (view->covered == NULL || (view->covered == engine->cover && view->n_lifted == 0));
}

/* Tries the devices in turn, beginning with another one each time. */
static bool ask_any(rp_engine *engine, request *mine, bool insists)
{
    const unsigned first = atomic_fetch_add_explicit(&engine->turn, 1, memory_order_relaxed);
    for (unsigned i = 0; i < engine->n_workers; i++) {
        worker_device *worker = &engine->workers[(first + i) % engine->n_workers];
        mine->n_given = mine->n_done = 0;
        mine->failed = false;
        mine->next = NULL;
        if (ask(worker, mine, insists))
            return true;
    }
    return false;
}

static bool extend(rp_engine *engine, const rp_view *view, rp_extension *extensions, size_t n, int x_drop, bool insists)
{
    if (!can_see(engine, view))
        return false;
    request mine = {.view = view, .extensions = extensions, .n = n, .x_drop = x_drop};
    return ask_any(engine, &mine, insists);
}

static bool offload_extend(void *context, const rp_view *view, rp_extension *extensions, size_t n, int x_drop)
{
    return extend(context, view, extensions, n, x_drop, true);
}

static bool offload_extend_politely(void *context, const rp_view *view, rp_extension *extensions, size_t n, int x_drop)
{
    return extend(context, view, extensions, n, x_drop, false);
}

static bool offload_grow(void *context, const rp_view *view, rp_offload_growth *growth)
{
    rp_engine *engine = context;
    if (!can_see(engine, view))
        return false;
    request mine = {.view = view, .growth = growth, .n = 1};
    return ask_any(engine, &mine, true);
}

/* --- Start --- */

static bool upload(worker_device *worker, cl_mem *mem, const void *from, size_t bytes, const char *what)
{
    cl_int status;
    *mem = RP_CL_MAKE(status, clCreateBuffer, worker->context, CL_MEM_READ_ONLY, bytes, NULL);
    return check(worker, status, what) &&
           check(worker, RP_CL(status, clEnqueueWriteBuffer, worker->queue, *mem, CL_TRUE, 0, bytes, from, 0, NULL, NULL), what);
}

static bool fits(worker_device *worker)
{
    const uint64_t bases = worker->engine->genome->length_bp, packed = bases / 4 + 64, all = packed + 2 * (bases / 8 + 64);
    if (packed <= worker->device->max_buffer_bytes && all <= worker->device->memory_bytes - worker->device->memory_bytes / 8)
        return true;
    retire(worker, "the genome does not fit: %llu MB, in one buffer %llu MB; the device has %llu MB, and %llu MB for a buffer",
           (unsigned long long)(all >> 20), (unsigned long long)(packed >> 20), (unsigned long long)(worker->device->memory_bytes >> 20),
           (unsigned long long)(worker->device->max_buffer_bytes >> 20));
    return false;
}

/* Warns with the beginning of what the compiler said, however long that is. */
static void tell_build_log(worker_device *worker, cl_device_id id, cl_int build_status)
{
    char *log = NULL;
    size_t n = 0;
    cl_int status;
    const rp_engine_parameters *parameters = &worker->engine->parameters;
    if (parameters->warn != NULL &&
        RP_CL(status, clGetProgramBuildInfo, worker->program, id, CL_PROGRAM_BUILD_LOG, 0, NULL, &n) == CL_SUCCESS &&
        (log = rp_alloc(n + 1, 1)) != NULL &&
        RP_CL(status, clGetProgramBuildInfo, worker->program, id, CL_PROGRAM_BUILD_LOG, n, log, NULL) == CL_SUCCESS) {
        log[n < MOST_LOG_BYTES ? n : MOST_LOG_BYTES] = '\0';
        if (log[0] != '\0')
            parameters->warn(parameters->warn_context, log);
    }
    free(log);
    (void)check(worker, build_status, "build");
}

static bool build(worker_device *worker)
{
    cl_device_id id = (cl_device_id)worker->device->id;
    cl_int status;
    const char *source = rp_kernels_source;
    worker->program = RP_CL_MAKE(status, clCreateProgramWithSource, worker->context, 1, &source, NULL);
    if (!check(worker, status, "program"))
        return false;
    char options[2048];
    rp_kernels_options(options, 1024);
    (void)strncat(strcat(options, " "), rp_cl_build_options, 1000);
    if (RP_CL(status, clBuildProgram, worker->program, 1, &id, options, NULL, NULL) != CL_SUCCESS) {
        tell_build_log(worker, id, status);
        return false;
    }
    worker->extend = RP_CL_MAKE(status, clCreateKernel, worker->program, "rp_extend");
    if (!check(worker, status, "kernel rp_extend"))
        return false;
    worker->grow = RP_CL_MAKE(status, clCreateKernel, worker->program, "rp_grow_rows");
    return check(worker, status, "kernel rp_grow_rows");
}

static bool start(worker_device *worker)
{
    cl_device_id id = (cl_device_id)worker->device->id;
    const cl_context_properties properties[] = {CL_CONTEXT_PLATFORM, (cl_context_properties)worker->device->platform_id, 0};
    const rp_genome *genome = worker->engine->genome;
    cl_int status;
    if (!fits(worker))
        return false;
    worker->context = RP_CL_MAKE(status, clCreateContext, properties, 1, &id, NULL, NULL);
    if (!check(worker, status, "context"))
        return false;
    worker->queue = RP_CL_MAKE(status, clCreateCommandQueue, worker->context, id, 0);
    return check(worker, status, "queue") && build(worker) &&
           upload(worker, &worker->packed, genome->packed, (size_t)(genome->length_bp / 32 + 1) * 8, "genome") &&
           upload(worker, &worker->not_acgt, (const void *)genome->not_acgt.words, (size_t)(genome->length_bp / 64 + 1) * 8, "genome");
}

/* The same extensions on the device and on the CPU. */
static bool self_test(worker_device *worker)
{
    const rp_genome *genome = worker->engine->genome;
    const rp_view view = {.genome = genome};
    rp_random random = {genome->length_bp};
    rp_extender *extender = rp_extender_create(worker->engine->kernel);
    rp_extension *given = rp_alloc(SELF_TEST_EXTENSIONS, 2 * sizeof *given), *expected = given + SELF_TEST_EXTENSIONS;
    uint8_t *codes = rp_alloc(SELF_TEST_EXTENSIONS, SELF_TEST_BP);
    bool ok = extender != NULL && given != NULL && codes != NULL;
    for (size_t i = 0; ok && i < SELF_TEST_EXTENSIONS; i++) {
        const uint64_t at = rp_random_below(&random, genome->length_bp);
        const rp_strand_walk walk = rp_view_walk(&view, at, i % 2 == 1);
        uint8_t *query = codes + i * SELF_TEST_BP;
        for (unsigned b = 0; b < SELF_TEST_BP; b += 50) /* what the walk shows, with differences and a gap */
            rp_view_decode(&view, &walk, b + (b > SELF_TEST_BP / 2 ? i % 7 : 0), 50, query + b);
        for (unsigned b = 0; b < SELF_TEST_BP; b++)
            query[b] = rp_random_below(&random, 8) == 0 || query[b] > 3 ? (uint8_t)rp_random_below(&random, 4) : query[b];
        expected[i] = given[i] = (rp_extension){.query = query, .query_length = SELF_TEST_BP, .walk = walk};
    }
    if (ok) {
        rp_extender_run(extender, &view, expected, SELF_TEST_EXTENSIONS, SELF_TEST_DROP);
        request mine = {.view = &view, .extensions = given, .n = SELF_TEST_EXTENSIONS, .x_drop = SELF_TEST_DROP};
        ok = ask(worker, &mine, true);
        for (size_t i = 0; ok && i < SELF_TEST_EXTENSIONS; i++)
            if (given[i].score != expected[i].score || given[i].query_used != expected[i].query_used ||
                given[i].target_used != expected[i].target_used || given[i].looked_at != expected[i].looked_at) {
                retire(worker, "it gives a wrong answer to the self-test");
                ok = false;
            }
    } else {
        retire(worker, "out of memory");
    }
    rp_extender_destroy(extender);
    free(given);
    free(codes);
    return ok;
}

static bool start_thread(worker_device *worker)
{
    const int failure = pthread_create(&worker->thread, NULL, device_main, worker);
    if (failure != 0)
        retire(worker, "its thread cannot be started: %s", strerror(failure));
    worker->started = failure == 0;
    return worker->started;
}

static bool init_worker(rp_engine *engine, unsigned number, const rp_device *device)
{
    worker_device *worker = &engine->workers[number];
    *worker = (worker_device){.engine = engine, .number = number, .device = device, .launch_size = FIRST_LAUNCH};
    (void)snprintf(worker->figures.name, sizeof worker->figures.name, "%s", device->name);
    if (pthread_mutex_init(&worker->lock, NULL) != 0)
        return false;
    if (pthread_cond_init(&worker->asked, NULL) != 0) {
        (void)pthread_mutex_destroy(&worker->lock);
        return false;
    }
    if (pthread_cond_init(&worker->answered, NULL) == 0)
        return true;
    (void)pthread_cond_destroy(&worker->asked);
    (void)pthread_mutex_destroy(&worker->lock);
    return false;
}

rp_engine *rp_engine_create(const rp_devices *devices, const rp_device_indices *chosen, const rp_genome *genome,
                            const rp_band_kernel *kernel, const rp_engine_parameters *parameters, rp_error *error)
{
    rp_engine *engine = rp_alloc(1, sizeof *engine);
    if (engine == NULL) {
        (void)rp_error_memory(error, "devices");
        return NULL;
    }
    engine->genome = genome;
    engine->kernel = kernel;
    engine->parameters = *parameters;
    engine->offload = (rp_offload){engine, MIN_EXTENSIONS, offload_extend, offload_grow};
    engine->polite_offload = (rp_offload){engine, MIN_EXTENSIONS, offload_extend_politely, NULL};
    for (size_t i = 0; i < chosen->n && i < MAX_DEVICES; i++)
        if (!rp_devices_push(&engine->devices, devices->items[chosen->items[i]])) {
            (void)rp_error_memory(error, "devices");
            rp_engine_destroy(engine);
            return NULL;
        }
    for (unsigned i = 0; i < engine->devices.n; i++) {
        if (!init_worker(engine, i, &engine->devices.items[i])) {
            (void)rp_error_set(error, "cannot make a lock");
            rp_engine_destroy(engine);
            return NULL;
        }
        engine->n_workers++;
        worker_device *worker = &engine->workers[i];
        if (genome->length_bp > 0 && start(worker) && start_thread(worker))
            (void)self_test(worker);
    }
    return engine;
}

/* --- End --- */

static void release_buffer(buffer *buffer)
{
    cl_int status;
    if (buffer->mem != NULL)
        (void)RP_CL(status, clReleaseMemObject, buffer->mem);
    free(buffer->host);
}

/* Of a device that hangs nothing is released: a call might not come back. Its host memory may still be
 * written to, and stays too. */
static void release(worker_device *worker)
{
    bool hangs = false;
    cl_int status;
    for (unsigned s = 0; s < SLOTS; s++) {
        slot *slot = &worker->slots[s];
        cl_int state = CL_COMPLETE;
        if (slot->done != NULL &&
            RP_CL(status, clGetEventInfo, slot->done, CL_EVENT_COMMAND_EXECUTION_STATUS, sizeof state, &state, NULL) == CL_SUCCESS)
            hangs = hangs || state > CL_COMPLETE;
        else if (slot->done != NULL)
            hangs = true;
    }
    for (unsigned s = 0; s < SLOTS; s++) {
        slot *slot = &worker->slots[s];
        free(slot->pieces.items);
        free(slot->ranges.items);
        if (hangs)
            continue;
        if (slot->done != NULL)
            (void)RP_CL(status, clReleaseEvent, slot->done);
        if (worker->queue != NULL)
            (void)RP_CL(status, clFinish, worker->queue); /* what was enqueued before an error may still write to host memory */
        release_buffer(&slot->queries);
        release_buffer(&slot->jobs);
        release_buffer(&slot->results);
        release_buffer(&slot->cover);
    }
    if (hangs)
        return;
    cl_mem *const mems[] = {&worker->packed, &worker->not_acgt, &worker->covered};
    for (unsigned i = 0; i < 3; i++)
        if (*mems[i] != NULL)
            (void)RP_CL(status, clReleaseMemObject, *mems[i]);
    if (worker->extend != NULL)
        (void)RP_CL(status, clReleaseKernel, worker->extend);
    if (worker->grow != NULL)
        (void)RP_CL(status, clReleaseKernel, worker->grow);
    if (worker->program != NULL)
        (void)RP_CL(status, clReleaseProgram, worker->program);
    if (worker->queue != NULL)
        (void)RP_CL(status, clReleaseCommandQueue, worker->queue);
    if (worker->context != NULL)
        (void)RP_CL(status, clReleaseContext, worker->context);
}

void rp_engine_destroy(rp_engine *engine)
{
    if (engine == NULL)
        return;
    for (unsigned i = 0; i < engine->n_workers; i++) {
        worker_device *worker = &engine->workers[i];
        (void)pthread_mutex_lock(&worker->lock);
        worker->ending = true;
        (void)pthread_cond_signal(&worker->asked);
        (void)pthread_mutex_unlock(&worker->lock);
        if (worker->started)
            (void)pthread_join(worker->thread, NULL);
        release(worker);
        (void)pthread_cond_destroy(&worker->answered);
        (void)pthread_cond_destroy(&worker->asked);
        (void)pthread_mutex_destroy(&worker->lock);
    }
    free(engine->devices.items);
    free(engine);
}

unsigned rp_engine_n_running(rp_engine *engine)
{
    unsigned n = 0;
    for (unsigned i = 0; i < engine->n_workers; i++) {
        (void)pthread_mutex_lock(&engine->workers[i].lock);
        n += !engine->workers[i].retired;
        (void)pthread_mutex_unlock(&engine->workers[i].lock);
    }
    return n;
}

const rp_offload *rp_engine_offload(rp_engine *engine, bool insists)
{
    return insists || !engine->parameters.shares_with_cpu ? &engine->offload : &engine->polite_offload;
}

bool rp_engine_watch(rp_engine *engine, rp_bitmask *cover)
{
    if (cover != NULL && !rp_bitmask_note_changes(cover))
        return false;
    engine->cover = cover;
    for (unsigned i = 0; i < engine->n_workers; i++)
        engine->workers[i].mirrored = NULL;
    return true;
}

unsigned rp_engine_n_devices(const rp_engine *engine)
{
    return engine->n_workers;
}

rp_engine_figures rp_engine_measure(rp_engine *engine, unsigned device)
{
    worker_device *worker = &engine->workers[device];
    (void)pthread_mutex_lock(&worker->lock);
    rp_engine_figures figures = worker->figures;
    figures.retired = worker->retired;
    (void)pthread_mutex_unlock(&worker->lock);
    return figures;
}
