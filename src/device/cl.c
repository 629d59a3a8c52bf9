/* cl.c: what tests set to make OpenCL fail; see cl.h. */
#include "device/cl.h"

cl_int (*rp_cl_fault)(const char *function);
