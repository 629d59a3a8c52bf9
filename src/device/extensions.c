/* extensions.c: a launch of extensions, one a work item; see launch.h and kernels/extend.cl. */
#include <string.h>

#include "base/sort.h"
#include "device/launch.h"

enum {
    GROUP = 64,                   /* work items */
    MOST_QUERY_BYTES = 1 << 28    /* in a launch */
};

static int compare_ranges(const void *left, const void *right)
{
    const rp_query_range *a = left, *b = right;
    if (a->begin != b->begin)
        return a->begin < b->begin ? -1 : 1;
    return (a->end > b->end) - (a->end < b->end);
}

static bool collect_ranges(rp_launch *launch)
{
    launch->ranges.n = 0;
    for (size_t p = 0; p < launch->pieces.n; p++) {
        const rp_piece *piece = &launch->pieces.items[p];
        for (size_t i = 0; i < piece->n; i++) {
            const rp_extension *e = &piece->of->extensions[piece->first + i];
            if (!rp_query_ranges_push(&launch->ranges, (rp_query_range){e->query, e->query + e->query_length, 0}))
                return false;
        }
    }
    return true;
}

/* Sorts the ranges and joins those that touch or overlap. */
static void merge_ranges(rp_query_ranges *ranges)
{
    size_t n = 0;
    rp_sort(ranges->items, ranges->n, sizeof *ranges->items, compare_ranges);
    for (size_t i = 0; i < ranges->n; i++) {
        const rp_query_range here = ranges->items[i];
        if (n == 0 || here.begin > ranges->items[n - 1].end)
            ranges->items[n++] = here;
        else if (here.end > ranges->items[n - 1].end)
            ranges->items[n - 1].end = here.end;
    }
    ranges->n = n;
}

/* The stretches of query codes in this launch, each once, one after the other. */
static bool gather_queries(rp_session *session, rp_launch *launch, size_t *bytes)
{
    if (!collect_ranges(launch))
        return rp_session_retire(session, "out of memory");
    merge_ranges(&launch->ranges);
    *bytes = 0;
    for (size_t i = 0; i < launch->ranges.n; i++) {
        rp_query_range *range = &launch->ranges.items[i];
        range->at = *bytes;
        *bytes += (size_t)(range->end - range->begin);
    }
    if (*bytes > MOST_QUERY_BYTES)
        return rp_session_retire(session, "a launch has queries of %zu bases", *bytes);
    if (!rp_session_make_host(session, &launch->queries, *bytes + 1))
        return false;
    for (size_t i = 0; i < launch->ranges.n; i++) {
        const rp_query_range *range = &launch->ranges.items[i];
        memcpy((uint8_t *)launch->queries.host + range->at, range->begin, (size_t)(range->end - range->begin));
    }
    return true;
}

static size_t place_of(const rp_launch *launch, const uint8_t *query)
{
    size_t low = 0, high = launch->ranges.n; /* the last range that begins at or before it */
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (launch->ranges.items[middle].begin <= query)
            low = middle;
        else
            high = middle;
    }
    return launch->ranges.items[low].at + (size_t)(query - launch->ranges.items[low].begin);
}

static void fill_jobs(rp_launch *launch)
{
    rp_extend_job *jobs = launch->jobs.host;
    for (size_t p = 0; p < launch->pieces.n; p++) {
        const rp_piece *piece = &launch->pieces.items[p];
        for (size_t i = 0; i < piece->n; i++) {
            const rp_extension *e = &piece->of->extensions[piece->first + i];
            const uint32_t begin = (uint32_t)place_of(launch, e->query);
            *jobs++ = (rp_extend_job){rp_offload_walk(&e->walk), begin, e->query_length};
        }
    }
}

bool rp_extensions_launch(rp_session *session, rp_launch *launch)
{
    const size_t job_bytes = launch->n * sizeof(rp_extend_job), result_bytes = launch->n * sizeof(rp_extend_result);
    size_t query_bytes = 0;
    if (!gather_queries(session, launch, &query_bytes) || !rp_session_make_host(session, &launch->jobs, job_bytes) ||
        !rp_session_make_host(session, &launch->results, result_bytes))
        return false;
    fill_jobs(launch);
    const rp_request *first = launch->pieces.items[0].of;
    const cl_uint n = (cl_uint)launch->n;
    const cl_int x_drop = first->x_drop;
    const rp_argument arguments[] = {{sizeof(cl_mem), &launch->queries.mem},
                                     {sizeof(cl_mem), &launch->jobs.mem},
                                     {sizeof(cl_mem), &launch->results.mem},
                                     {sizeof n, &n},
                                     {sizeof x_drop, &x_drop}};
    const rp_kernel_call call = {session->extend,
                                 first->view->covered != NULL,
                                 arguments,
                                 sizeof arguments / sizeof arguments[0],
                                 (launch->n + GROUP - 1) / GROUP * GROUP,
                                 GROUP};
    return rp_session_make_room(session, &launch->queries, query_bytes + 1, CL_MEM_READ_ONLY) &&
           rp_session_make_room(session, &launch->jobs, job_bytes, CL_MEM_READ_ONLY) &&
           rp_session_make_room(session, &launch->results, result_bytes, CL_MEM_WRITE_ONLY) &&
           rp_session_write(session, launch->queries.mem, 0, query_bytes + 1, launch->queries.host, "queries") &&
           rp_session_write(session, launch->jobs.mem, 0, job_bytes, launch->jobs.host, "extensions") &&
           rp_session_run(session, &call) && rp_session_read(session, &launch->results, result_bytes, &launch->done);
}

uint64_t rp_extensions_take(const rp_launch *launch)
{
    const rp_extend_result *result = launch->results.host;
    uint64_t rows = 0;
    for (size_t p = 0; p < launch->pieces.n; p++) {
        const rp_piece *piece = &launch->pieces.items[p];
        for (size_t i = 0; i < piece->n; i++, result++) {
            rp_extension *e = &piece->of->extensions[piece->first + i];
            e->score = result->score;
            e->query_used = result->query_used;
            e->target_used = result->target_used;
            e->looked_at = result->looked_at;
            rows += result->rows;
        }
    }
    return rows * RP_BAND;
}
