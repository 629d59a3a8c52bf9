/* bands.h: an instruction set's kernel against the plain reference. Without foreign libraries: it runs under an
 * emulator, too (neon/check_neon.c). */
#ifndef TEST_BANDS_H
#define TEST_BANDS_H

#include "align/band.h"

/* Has the kernel and the reference do the same to random bands. NULL: they are equal, bit by bit; else what differs. */
const char *test_compare_kernel(const rp_band_kernel *kernel);

#endif
