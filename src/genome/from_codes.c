/* from_codes.c: see from_codes.h. */
#include "genome/from_codes.h"

#include "base/memory.h"

static void pack(rp_genome *genome, uint64_t at, const rp_codes *sequence)
{
    for (size_t i = 0; i < sequence->n; i++, at++)
        if (rp_code_is_base(sequence->items[i])) {
            genome->packed[at >> 5] |= (uint64_t)sequence->items[i] << (at & 31) * 2;
            genome->acgt_bp++;
        } else {
            rp_bitmask_set(&genome->not_acgt, at, at + 1);
        }
}

bool rp_genome_from_codes(rp_genome *genome, const rp_codes *const *sequences, size_t n, rp_error *error)
{
    *genome = (rp_genome){.n_contigs = 0};
    genome->contigs = rp_alloc(n, sizeof *genome->contigs);
    bool ok = genome->contigs != NULL || rp_error_memory(error, "sequences");
    for (size_t i = 0; ok && i < n; i++) {
        genome->contigs[genome->n_contigs++] = (rp_contig){.begin = genome->length_bp, .length_bp = sequences[i]->n};
        genome->length_bp += sequences[i]->n;
    }
    genome->packed_block.stays = true;
    ok = ok && rp_block_resize(&genome->packed_block, (size_t)(genome->length_bp / 32 + 4) * sizeof *genome->packed,
                               "sequences", error);
    if (ok && !rp_bitmask_init(&genome->not_acgt, genome->length_bp))
        ok = rp_error_memory(error, "sequences");
    genome->packed = genome->packed_block.data;
    for (size_t i = 0; ok && i < n; i++)
        pack(genome, genome->contigs[i].begin, sequences[i]);
    if (!ok)
        rp_genome_clear(genome);
    return ok;
}
