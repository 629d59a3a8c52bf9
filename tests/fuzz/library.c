/* library.c: libraries of families. */
#include <stdlib.h>
#include <unistd.h>

#include "fuzz/fuzz.h"
#include "library/family_file.h"

int rp_fuzz_library(const uint8_t *data, size_t n)
{
    const int file = rp_fuzz_file(data, n);
    char path[64];
    rp_family_file library;
    rp_genome records;
    rp_error error = {""};
    if (rp_family_file_read(&library, rp_fuzz_path(file, path), &records, &error)) {
        for (size_t i = 0; i < library.n; i++)
            if (library.items[i].consensus.n != records.contigs[i].length_bp || library.items[i].class_name[0] == '\0')
                abort();
        rp_genome_clear(&records);
        rp_family_file_clear(&library);
    } else if (error.message[0] == '\0') {
        abort();
    }
    (void)close(file);
    return 0;
}
