/* part.c: see part.h. */
#include "genome/part.h"

#include <stdlib.h>
#include <string.h>

#include "base/alphabet.h"
#include "base/memory.h"

bool rp_part_init(rp_part *part, bool keep_soft_mask, rp_error *error)
{
    *part = (rp_part){.keep_soft_mask = keep_soft_mask};
    rp_letters_fill(part->letters);
    if (pthread_rwlock_init(&part->lock, NULL) != 0)
        return rp_error_set_as(error, RP_ERROR_PASSING, "cannot make a lock");
    if (pthread_mutex_init(&part->bad_lock, NULL) != 0) {
        (void)pthread_rwlock_destroy(&part->lock);
        return rp_error_set_as(error, RP_ERROR_PASSING, "cannot make a lock");
    }
    if (rp_part_reserve(part, 1))
        return true;
    rp_part_clear(part);
    return rp_error_memory(error, "genome");
}

void rp_part_clear(rp_part *part)
{
    rp_genome_clear(&part->genome);
    (void)pthread_mutex_destroy(&part->bad_lock);
    (void)pthread_rwlock_destroy(&part->lock);
}

bool rp_part_reserve(rp_part *part, uint64_t wanted)
{
    rp_genome *genome = &part->genome;
    if (wanted <= part->capacity_bp)
        return true;
    uint64_t room = part->capacity_bp + part->capacity_bp / 4;
    room = (room > wanted ? room : wanted) / 64 * 64 + 65536;
    rp_error error = {""};
    (void)pthread_rwlock_wrlock(&part->lock);
    genome->packed_block.stays = true;
    const bool ok = rp_block_resize(&genome->packed_block, room / 4 + 64, "genome", &error) &&
                    rp_bitmask_resize(&genome->not_acgt, room) &&
                    (!part->keep_soft_mask || rp_bitmask_resize(&genome->soft_masked, room));
    if (ok)
        part->capacity_bp = room;
    genome->packed = genome->packed_block.data;
    (void)pthread_rwlock_unlock(&part->lock);
    return ok;
}

/* A run of set bits on its way to a mask. */
typedef struct mask_run {
    uint64_t begin, end;
} mask_run;

static inline void note_run(rp_bitmask *mask, mask_run *run, uint64_t at)
{
    if (run->end != at) {
        if (run->begin < run->end)
            rp_bitmask_set(mask, run->begin, run->end);
        run->begin = at;
    }
    run->end = at + 1;
}

static void note_bad(rp_part *part, const rp_text_piece *piece, uint64_t line, unsigned char letter)
{
    (void)pthread_mutex_lock(&part->bad_lock);
    if (!atomic_load(&part->bad) || line < part->bad_line) {
        part->bad_line = line;
        part->bad_contig = piece->contig;
        part->bad_letter = letter;
    }
    atomic_store(&part->bad, true);
    (void)pthread_mutex_unlock(&part->bad_lock);
}

static void encode_piece(rp_part *part, const char *text, const rp_text_piece *piece)
{
    rp_genome *genome = &part->genome;
    /* neighbours in a word may belong to another encoder */
    _Atomic uint64_t *packed = (_Atomic uint64_t *)genome->packed;
    const bool keep_soft_mask = part->keep_soft_mask;
    uint64_t at = piece->position, word = 0, acgt = 0, line = piece->line;
    mask_run none = {0, UINT64_MAX}, soft = {0, UINT64_MAX};
    none.begin = soft.begin = UINT64_MAX;
    for (size_t i = piece->begin; i < piece->end; i++) {
        const unsigned char letter = (unsigned char)text[i];
        const uint8_t code = part->letters[letter];
        if (code == RP_LETTER_SKIP) {
            line += letter == '\n';
            continue;
        }
        if (rp_code_is_base(code & RP_LETTER_CODE)) {
            word |= (uint64_t)(code & 3) << (at & 31) * 2;
            acgt++;
        } else if (code == RP_LETTER_BAD) {
            note_bad(part, piece, line, letter);
            break;
        } else {
            note_run(&genome->not_acgt, &none, at);
        }
        if ((code & RP_LETTER_SOFT) != 0 && keep_soft_mask)
            note_run(&genome->soft_masked, &soft, at);
        if ((++at & 31) == 0) {
            atomic_fetch_or_explicit(&packed[(at >> 5) - 1], word, memory_order_relaxed);
            word = 0;
        }
    }
    if (word != 0)
        atomic_fetch_or_explicit(&packed[at >> 5], word, memory_order_relaxed);
    if (none.begin < none.end)
        rp_bitmask_set(&genome->not_acgt, none.begin, none.end);
    if (soft.begin < soft.end)
        rp_bitmask_set(&genome->soft_masked, soft.begin, soft.end);
    atomic_fetch_add_explicit(&part->acgt_bp, acgt, memory_order_relaxed);
}

void rp_part_encode(rp_part *part, const rp_text_block *block)
{
    (void)pthread_rwlock_rdlock(&part->lock);
    for (size_t i = 0; i < block->pieces.n; i++)
        encode_piece(part, block->text, &block->pieces.items[i]);
    (void)pthread_rwlock_unlock(&part->lock);
}

bool rp_part_is_bad(const rp_part *part)
{
    return atomic_load(&part->bad);
}

/* Appends n_bits of `from` to the bits of `to` from `at` on; those beyond are clear in both. */
static void append_bits(uint64_t *to, uint64_t at, const uint64_t *from, uint64_t n_bits)
{
    const unsigned shift = at % 64;
    uint64_t *word = to + at / 64;
    for (uint64_t i = 0; i < (n_bits + 63) / 64; i++) {
        word[i] |= from[i] << shift;
        if (shift != 0)
            word[i + 1] |= from[i] >> (64 - shift);
    }
}

bool rp_part_append(rp_part *to, rp_part *from)
{
    rp_genome *genome = &to->genome, *part = &from->genome;
    const uint64_t begin = genome->length_bp;
    if (!rp_part_reserve(to, begin + part->length_bp) ||
        !rp_reserve((void **)&genome->contigs, &to->contig_capacity, genome->n_contigs + part->n_contigs,
                    sizeof *genome->contigs))
        return false;
    to->n_appended++;
    append_bits(genome->packed, 2 * begin, part->packed, 2 * part->length_bp);
    append_bits((uint64_t *)genome->not_acgt.words, begin, (const uint64_t *)part->not_acgt.words, part->length_bp);
    if (to->keep_soft_mask)
        append_bits((uint64_t *)genome->soft_masked.words, begin, (const uint64_t *)part->soft_masked.words,
                    part->length_bp);
    for (size_t c = 0; c < part->n_contigs; c++) {
        genome->contigs[genome->n_contigs] = part->contigs[c];
        genome->contigs[genome->n_contigs].file = to->n_appended;
        genome->contigs[genome->n_contigs++].begin += begin;
    }
    part->n_contigs = 0; /* their names have a new owner */
    genome->length_bp += part->length_bp;
    to->acgt_bp += from->acgt_bp;
    rp_genome_clear(part);
    return true;
}

bool rp_part_give(rp_part *part, rp_genome *genome)
{
    rp_error none = {""};
    *genome = part->genome;
    part->genome = (rp_genome){0};
    genome->acgt_bp = part->acgt_bp;
    const size_t packed_bytes = (size_t)(genome->length_bp / 32 + 4) * sizeof *genome->packed;
    if (!rp_block_resize(&genome->packed_block, packed_bytes, "genome", &none) ||
        !rp_bitmask_resize(&genome->not_acgt, genome->length_bp) ||
        (part->keep_soft_mask && !rp_bitmask_resize(&genome->soft_masked, genome->length_bp)))
        return false;
    genome->packed = genome->packed_block.data;
    return true;
}
