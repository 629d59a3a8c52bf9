/* scan.c: what scans have found, for one genome and library. The checksum is made right first. */
#include <stdlib.h>
#include <unistd.h>

#include "checkpoint/scan_file.h"
#include "fuzz/fuzz.h"

enum { FAMILY_BP = 300 };

/* What tracing and placing copies rely on. */
static void check_found(const rp_kept_scans *scans, const rp_genome *genome)
{
    const rp_scan_progress *progress = &scans->genome.progress;
    for (uint64_t i = 0; progress->done != NULL && i < rp_scan_fields(progress); i++)
        if (progress->done[i] > 1)
            abort();
    for (size_t i = 0; i < scans->genome.found.n; i++) {
        const rp_alignment *here = &scans->genome.found.items[i];
        if (here->begin >= here->end || here->end > genome->length_bp || here->query > 1 ||
            here->query_begin >= here->query_end || here->query_end > FAMILY_BP || here->anchor < here->begin ||
            here->anchor > here->end)
            abort();
    }
    for (size_t i = 0; i < scans->decoy.found.n; i++)
        if (scans->decoy.found.items[i].query > 1 ||
            scans->decoy.found.items[i].begin >= scans->decoy.found.items[i].end)
            abort();
}

int rp_fuzz_scan(const uint8_t *data, size_t n)
{
    static rp_genome genome;
    if (genome.length_bp == 0)
        rp_fuzz_small_genome(&genome);
    uint8_t *bytes = rp_fuzz_sealed(data, n), codes[FAMILY_BP] = {0};
    const rp_codes family = {.items = codes, .n = FAMILY_BP}, *families[] = {&family};
    const rp_scan_subject subject = {&genome, families, 1};
    const int file = rp_fuzz_file(bytes, n);
    char path[64];
    rp_scan_file read;
    rp_kept_scans scans = {.are_done = false};
    rp_error error = {""};
    if (rp_scan_file_open(&read, rp_fuzz_path(file, path), &error) == RP_CHECKPOINT_READ) {
        if (rp_scan_file_take(&read, &subject, &scans, &error) == RP_CHECKPOINT_READ)
            check_found(&scans, &genome);
        else if (error.message[0] == '\0')
            abort();
        rp_kept_scans_clear(&scans);
        rp_scan_file_close(&read);
    } else if (error.message[0] == '\0') {
        abort();
    }
    (void)close(file);
    free(bytes);
    return 0;
}
