/* features.c: intervals that users give. */
#include <stdlib.h>
#include <unistd.h>

#include "fuzz/fuzz.h"
#include "genome/features.h"

int rp_fuzz_features(const uint8_t *data, size_t n)
{
    rp_genome genome;
    rp_fuzz_small_genome(&genome);
    for (int which = RP_FEATURES_ALL; which <= RP_FEATURES_CODING; which++) {
        const int file = rp_fuzz_file(data, n);
        char path[64];
        rp_bitmask mask;
        rp_error error = {""};
        if (rp_features_read(&mask, &genome, rp_fuzz_path(file, path), (rp_features)which, &error)) {
            if (rp_bitmask_count(&mask, 0, genome.length_bp) > genome.length_bp)
                abort();
            rp_bitmask_clear(&mask);
        } else if (error.message[0] == '\0') {
            abort();
        }
        (void)close(file);
    }
    rp_genome_clear(&genome);
    return 0;
}
