/* kernels.h: the source of kernels/, which the build puts into the program, and what it is compiled with. */
#ifndef RP_DEVICE_KERNELS_H
#define RP_DEVICE_KERNELS_H

#include <stddef.h>

/* All files one after the other, each with a #line that names it. */
extern const char rp_kernels_source[];

/* The constants that the kernels share with the CPU (most are align/scores.h's), as macros. */
void rp_kernels_options(char *options, size_t room);

#endif
