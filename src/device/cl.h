/* cl.h: OpenCL's calls, so that tests can make each of them fail. Within device/ only. */
#ifndef RP_DEVICE_CL_H
#define RP_DEVICE_CL_H

#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <stddef.h>

/* Called before each call, with its name; other than CL_SUCCESS is taken for the call's answer. NULL: not in use. */
extern cl_int (*rp_cl_fault)(const char *function);

static inline cl_int rp_cl_ask(const char *function)
{
    return rp_cl_fault != NULL ? rp_cl_fault(function) : CL_SUCCESS;
}

/* A call that answers with its status. */
#define RP_CL(status, function, ...) \
    ((status) = rp_cl_ask(#function), (status) == CL_SUCCESS ? ((status) = function(__VA_ARGS__)) : (status))

/* A call that makes something and puts its status in its last argument. */
#define RP_CL_MAKE(status, function, ...) \
    ((status) = rp_cl_ask(#function), (status) == CL_SUCCESS ? function(__VA_ARGS__, &(status)) : NULL)

#endif
