/* checkpoint.c: checkpoints. The checksum is made right first, or no change would come past it. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "checkpoint/checkpoint.h"
#include "fuzz/fuzz.h"

static void check_intervals(const rp_intervals *intervals, uint64_t genome_bp)
{
    for (size_t i = 0; i < intervals->n; i++)
        if (intervals->items[i].begin > intervals->items[i].end || intervals->items[i].end > genome_bp)
            abort();
}

/* What find relies on when it goes on from a checkpoint. */
static void check_content(const rp_run_binding *binding, const rp_run_state *read)
{
    for (size_t f = 0; f < read->library.n; f++) {
        const rp_family *family = &read->library.items[f];
        for (size_t i = 0; i < family->copies.n; i++)
            if (family->copies.items[i].begin >= family->copies.items[i].end ||
                family->copies.items[i].end > binding->genome_bp ||
                family->copies.items[i].consensus_end > family->consensus.n)
                abort();
    }
    for (size_t i = 0; i < read->n_source; i++)
        if (read->source[i] >= read->library.n)
            abort();
    for (size_t i = 0; i < read->polish.n_active; i++)
        if (read->polish.active[i] >= read->library.n)
            abort();
    check_intervals(&read->cover, binding->genome_bp);
    check_intervals(&read->polish.resting, binding->genome_bp);
    if (read->n_first_pass > read->library.n || strlen(binding->digest) >= sizeof binding->digest)
        abort();
}

int rp_fuzz_checkpoint(const uint8_t *data, size_t n)
{
    uint8_t *bytes = rp_fuzz_sealed(data, n);
    const int file = rp_fuzz_file(bytes, n);
    char path[64];
    rp_checkpoint read;
    rp_error error = {""};
    if (rp_checkpoint_read(&read, rp_fuzz_path(file, path), &error) == RP_CHECKPOINT_READ) {
        check_content(&read.binding, &read.state);
        rp_checkpoint_clear(&read);
    } else if (error.message[0] == '\0') {
        abort();
    }
    (void)close(file);
    free(bytes);
    return 0;
}
