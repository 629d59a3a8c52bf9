/* session.c: see session.h. */
#include "device/session.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device/kernels.h"

enum {
    N_GENOME_ARGUMENTS = 4,
    MOST_LOG_BYTES = 2047,        /* of a compiler's messages */
    OPTIONS_BYTES = 1024
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

static void warn(const rp_session *session, const char *message)
{
    if (session->parameters->warn != NULL)
        session->parameters->warn(session->parameters->warn_context, message);
}

bool rp_session_retire(rp_session *session, const char *format, ...)
{
    char why[sizeof session->why], message[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(why, sizeof why, format, arguments);
    va_end(arguments);
    (void)pthread_mutex_lock(&session->lock);
    const bool first = !session->retired;
    session->retired = true;
    if (first)
        memcpy(session->why, why, sizeof why);
    (void)pthread_mutex_unlock(&session->lock);
    if (first) {
        (void)snprintf(message, sizeof message, "OpenCL device %u (%s) is not used any more: %s; the CPU does its work",
                       session->device->index, session->device->name, why);
        warn(session, message);
    }
    return false;
}

bool rp_session_is_retired(rp_session *session, char why[256])
{
    (void)pthread_mutex_lock(&session->lock);
    const bool retired = session->retired;
    if (why != NULL)
        memcpy(why, session->why, sizeof session->why);
    (void)pthread_mutex_unlock(&session->lock);
    return retired;
}

bool rp_session_check(rp_session *session, cl_int status, const char *what)
{
    return status == CL_SUCCESS || rp_session_retire(session, "%s: %s (%d)", what, status_name(status), (int)status);
}

/* --- Buffers and kernels --- */

bool rp_session_make_host(rp_session *session, rp_buffer *buffer, size_t bytes)
{
    return rp_reserve(&buffer->host, &buffer->host_capacity, bytes, 1) || rp_session_retire(session, "out of memory");
}

bool rp_session_make_room(rp_session *session, rp_buffer *buffer, size_t bytes, cl_mem_flags flags)
{
    if (bytes <= buffer->capacity)
        return true;
    cl_int status;
    if (buffer->mem != NULL)
        (void)RP_CL(status, clReleaseMemObject, buffer->mem);
    const size_t capacity = bytes + bytes / 2;
    buffer->capacity = 0;
    buffer->mem = RP_CL_MAKE(status, clCreateBuffer, session->context, flags, capacity, NULL);
    if (!rp_session_check(session, status, "buffer"))
        return false;
    buffer->capacity = capacity;
    return true;
}

void rp_session_release_buffer(rp_buffer *buffer)
{
    cl_int status;
    if (buffer->mem != NULL)
        (void)RP_CL(status, clReleaseMemObject, buffer->mem);
    free(buffer->host);
}

bool rp_session_write(rp_session *session, cl_mem mem, size_t offset, size_t bytes, const void *from, const char *what)
{
    cl_int status;
    (void)RP_CL(status, clEnqueueWriteBuffer, session->queue, mem, CL_FALSE, offset, bytes, from, 0, NULL, NULL);
    return rp_session_check(session, status, what);
}

bool rp_session_read(rp_session *session, rp_buffer *buffer, size_t bytes, cl_event *done)
{
    cl_int status;
    (void)RP_CL(status, clEnqueueReadBuffer, session->queue, buffer->mem, CL_FALSE, 0, bytes, buffer->host, 0, NULL,
                done);
    return rp_session_check(session, status, "results");
}

static bool set_arguments(rp_session *session, cl_kernel kernel, unsigned first, const rp_argument *arguments,
                          unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        cl_int status;
        (void)RP_CL(status, clSetKernelArg, kernel, first + i, arguments[i].bytes, arguments[i].value);
        if (!rp_session_check(session, status, "argument"))
            return false;
    }
    return true;
}

bool rp_session_run(rp_session *session, const rp_kernel_call *call)
{
    const cl_mem covered = call->covers ? session->covered : session->not_acgt; /* no kernel reads it without a cover */
    const cl_int covers = call->covers;
    const rp_argument genome[N_GENOME_ARGUMENTS] = {{sizeof(cl_mem), &session->packed},
                                                    {sizeof(cl_mem), &session->not_acgt},
                                                    {sizeof covered, &covered},
                                                    {sizeof covers, &covers}};
    if (!set_arguments(session, call->kernel, 0, genome, N_GENOME_ARGUMENTS) ||
        !set_arguments(session, call->kernel, N_GENOME_ARGUMENTS, call->arguments, call->n_arguments))
        return false;
    cl_int status;
    (void)RP_CL(status, clEnqueueNDRangeKernel, session->queue, call->kernel, 1, NULL, &call->items, &call->group, 0,
                NULL, NULL);
    return rp_session_check(session, status, "launch");
}

/* --- Start --- */

static bool upload(rp_session *session, cl_mem *mem, const void *from, size_t bytes)
{
    cl_int status;
    *mem = RP_CL_MAKE(status, clCreateBuffer, session->context, CL_MEM_READ_ONLY, bytes, NULL);
    if (!rp_session_check(session, status, "genome"))
        return false;
    (void)RP_CL(status, clEnqueueWriteBuffer, session->queue, *mem, CL_TRUE, 0, bytes, from, 0, NULL, NULL);
    return rp_session_check(session, status, "genome");
}

static bool fits(rp_session *session)
{
    const rp_device *device = session->device;
    const uint64_t bases = session->genome->length_bp, packed = bases / 4 + 64, all = packed + 2 * (bases / 8 + 64);
    if (packed <= device->max_buffer_bytes && all <= device->memory_bytes - device->memory_bytes / 8)
        return true;
    return rp_session_retire(session,
                             "the genome does not fit: %" PRIu64 " MB, in one buffer %" PRIu64 " MB; "
                             "the device has %" PRIu64 " MB, and %" PRIu64 " MB for a buffer",
                             all >> 20, packed >> 20, device->memory_bytes >> 20, device->max_buffer_bytes >> 20);
}

/* Warns with the beginning of what the compiler said, however long that is. */
static void tell_build_log(rp_session *session, cl_device_id id)
{
    char *log = NULL;
    size_t n = 0;
    cl_int status;
    if (RP_CL(status, clGetProgramBuildInfo, session->program, id, CL_PROGRAM_BUILD_LOG, 0, NULL, &n) == CL_SUCCESS &&
        (log = rp_alloc(n + 1, 1)) != NULL &&
        RP_CL(status, clGetProgramBuildInfo, session->program, id, CL_PROGRAM_BUILD_LOG, n, log, NULL) == CL_SUCCESS) {
        log[n < MOST_LOG_BYTES ? n : MOST_LOG_BYTES] = '\0';
        if (log[0] != '\0')
            warn(session, log);
    }
    free(log);
}

static bool build(rp_session *session)
{
    cl_device_id id = (cl_device_id)session->device->id;
    cl_int status;
    const char *source = rp_kernels_source;
    session->program = RP_CL_MAKE(status, clCreateProgramWithSource, session->context, 1, &source, NULL);
    if (!rp_session_check(session, status, "program"))
        return false;
    char options[OPTIONS_BYTES];
    rp_kernels_options(options, sizeof options);
    if (RP_CL(status, clBuildProgram, session->program, 1, &id, options, NULL, NULL) != CL_SUCCESS) {
        tell_build_log(session, id);
        return rp_session_check(session, status, "build");
    }
    session->extend = RP_CL_MAKE(status, clCreateKernel, session->program, "rp_extend");
    if (!rp_session_check(session, status, "kernel rp_extend"))
        return false;
    session->grow = RP_CL_MAKE(status, clCreateKernel, session->program, "rp_grow_rows");
    return rp_session_check(session, status, "kernel rp_grow_rows");
}

bool rp_session_init(rp_session *session, unsigned number, const rp_device *device, const rp_genome *genome,
                     const rp_engine_parameters *parameters)
{
    *session = (rp_session){
        .device = device, .genome = genome, .parameters = parameters, .dirty_bit = (uint8_t)(1u << number)};
    return pthread_mutex_init(&session->lock, NULL) == 0;
}

void rp_session_clear(rp_session *session)
{
    (void)pthread_mutex_destroy(&session->lock);
}

bool rp_session_open(rp_session *session)
{
    cl_device_id id = (cl_device_id)session->device->id;
    const cl_context_properties properties[] = {CL_CONTEXT_PLATFORM,
                                                (cl_context_properties)session->device->platform_id, 0};
    const rp_genome *genome = session->genome;
    cl_int status;
    if (!fits(session))
        return false;
    session->context = RP_CL_MAKE(status, clCreateContext, properties, 1, &id, NULL, NULL);
    if (!rp_session_check(session, status, "context"))
        return false;
    session->queue = RP_CL_MAKE(status, clCreateCommandQueue, session->context, id, 0);
    return rp_session_check(session, status, "queue") && build(session) &&
           upload(session, &session->packed, genome->packed, (size_t)(genome->length_bp / 32 + 1) * 8) &&
           upload(session, &session->not_acgt, (const void *)genome->not_acgt.words,
                  (size_t)(genome->length_bp / 64 + 1) * 8);
}

/* --- End --- */

void rp_session_close(rp_session *session)
{
    cl_mem const mems[] = {session->packed, session->not_acgt, session->covered};
    cl_int status;
    for (unsigned i = 0; i < sizeof mems / sizeof mems[0]; i++)
        if (mems[i] != NULL)
            (void)RP_CL(status, clReleaseMemObject, mems[i]);
    if (session->extend != NULL)
        (void)RP_CL(status, clReleaseKernel, session->extend);
    if (session->grow != NULL)
        (void)RP_CL(status, clReleaseKernel, session->grow);
    if (session->program != NULL)
        (void)RP_CL(status, clReleaseProgram, session->program);
    if (session->queue != NULL)
        (void)RP_CL(status, clReleaseCommandQueue, session->queue);
    if (session->context != NULL)
        (void)RP_CL(status, clReleaseContext, session->context);
}
