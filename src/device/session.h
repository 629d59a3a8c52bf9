/* session.h: one OpenCL device at work: its context and queue, the kernels, the genome and the cover on it.
 *
 * Any trouble retires the session, once and for good; each call here that fails has done so. All but what is said
 * to be for any thread belongs to the thread that opened the session, and then to the one that uses it (dispatcher.h).
 * Within device/ only.
 */
#ifndef RP_DEVICE_SESSION_H
#define RP_DEVICE_SESSION_H

#include <pthread.h>
#include <stddef.h>

#include "device/cl.h"
#include "device/devices.h"
#include "device/engine_types.h"
#include "genome/genome.h"

/* A buffer on the device and its host side. */
typedef struct rp_buffer {
    cl_mem mem;
    size_t capacity;              /* bytes of mem */
    void *host;
    size_t host_capacity;         /* bytes */
} rp_buffer;

typedef struct rp_session {
    const rp_device *device;
    const rp_genome *genome;
    const rp_engine_parameters *parameters;
    cl_context context;
    cl_command_queue queue;
    cl_program program;
    cl_kernel extend, grow;
    cl_mem packed, not_acgt;      /* the genome */
    cl_mem covered;               /* mirror.c's: NULL until a launch is under a cover */
    const rp_bitmask *mirrored;   /* whose bits `covered` holds */
    uint8_t dirty_bit;            /* of the cover's blocks: changed since they were last sent to this device */
    pthread_mutex_t lock;         /* guards: */
    bool retired;
    char why[256];
} rp_session;

typedef struct rp_argument {
    size_t bytes;
    const void *value;
} rp_argument;

/* A kernel's run. Its first arguments are the genome and the cover (set here), the others follow. */
typedef struct rp_kernel_call {
    cl_kernel kernel;
    bool covers;                  /* under the cover; false: the genome is open */
    const rp_argument *arguments;
    unsigned n_arguments;
    size_t items, group;
} rp_kernel_call;

/* The number-th session of an engine. What the pointers point to must outlive it. False: no lock. */
bool rp_session_init(rp_session *session, unsigned number, const rp_device *device, const rp_genome *genome,
                     const rp_engine_parameters *parameters) RP_MUST_CHECK;
void rp_session_clear(rp_session *session);

/* Makes context and queue, builds the kernels, uploads the genome. */
bool rp_session_open(rp_session *session) RP_MUST_CHECK;

/* Releases all that. Not for a device that hangs: a call might not come back. */
void rp_session_close(rp_session *session);

/* Takes the device out of use and warns; the first reason stays. Returns false. For any thread. */
bool rp_session_retire(rp_session *session, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* For any thread. `why` (NULL: not asked for) gets the reason, empty when it is not retired. */
bool rp_session_is_retired(rp_session *session, char why[256]);

/* Whether a call succeeded, which `what` names. */
bool rp_session_check(rp_session *session, cl_int status, const char *what);

/* Room for so many bytes on the host. */
bool rp_session_make_host(rp_session *session, rp_buffer *buffer, size_t bytes) RP_MUST_CHECK;

/* Room for so many bytes on the device; what was in the buffer is lost. */
bool rp_session_make_room(rp_session *session, rp_buffer *buffer, size_t bytes, cl_mem_flags flags) RP_MUST_CHECK;

/* Enqueued, one after the other: the host memory stays as it is until the queue has passed them. */
bool rp_session_write(rp_session *session, cl_mem mem, size_t offset, size_t bytes, const void *from,
                      const char *what) RP_MUST_CHECK;
bool rp_session_run(rp_session *session, const rp_kernel_call *call) RP_MUST_CHECK;
bool rp_session_read(rp_session *session, rp_buffer *buffer, size_t bytes, cl_event *done) RP_MUST_CHECK;

void rp_session_release_buffer(rp_buffer *buffer);

#endif
