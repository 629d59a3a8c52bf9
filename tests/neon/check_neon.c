/* check_neon.c: the aarch64 kernel against the reference, as a program that needs no foreign library: it is built with
 * a cross compiler and run under an emulator (tests/check_neon.sh). */
#include <stdio.h>
#include <stdlib.h>

#include "bands.h"

int main(void)
{
    const rp_band_kernel *kernel = rp_band_select("neon");
    const char *differs = kernel != NULL ? test_compare_kernel(kernel) : "there is none: it";
    if (kernel != rp_band_select("auto"))
        differs = "it is not what is chosen, and it";
    if (differs != NULL)
        printf("neon: %s differs from the reference\n", differs);
    return differs != NULL ? EXIT_FAILURE : EXIT_SUCCESS;
}
