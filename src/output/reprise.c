/* reprise.c: results in REPrise's formats; see reprise.h. */
#include "output/reprise.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/sort.h"
#include "index/kmer.h"
#include "output/names.h"

enum { REPROF_LINE = 80, MASKED_LINE = 50, BLOCK = MASKED_LINE * 1024 };

static void spell(uint64_t kmer, unsigned k, char *text)
{
    for (unsigned i = 0; i < k; i++)
        text[i] = rp_code_letter(kmer >> 2 * (k - 1 - i) & 3);
    text[k] = '\0';
}

/* Whether the consensus holds the k-mer as it stands; a family that was turned holds its reverse complement. */
static bool holds(const rp_codes *consensus, uint64_t kmer, unsigned k)
{
    rp_kmer_roll roll = {0};
    for (size_t i = 0; i < consensus->n; i++)
        if (rp_kmer_roll_push(&roll, consensus->items[i], k) && roll.forward == kmer)
            return true;
    return false;
}

void rp_write_reprof(const rp_findings *findings, const rp_reprise_seed *seeds, rp_file *file)
{
    for (size_t f = 0, n = rp_findings_n_found(findings); f < n; f++) {
        const rp_found_family *family = &findings->families[f];
        const rp_reprise_seed *seed = &seeds[family->source];
        const uint64_t turned = rp_kmer_reverse_complement(seed->kmer, seed->k);
        char letters[RP_KMER_MAX + 1], line[REPROF_LINE + 1];
        spell(!holds(family->consensus, seed->kmer, seed->k) && holds(family->consensus, turned, seed->k) ? turned
                                                                                                          : seed->kmer,
              seed->k, letters);
        rp_file_print(file, ">R=%zu, seedfreq=%u, elementfreq=%llu, length=%zu, Seed=%s\n", f, seed->frequency,
                      (unsigned long long)family->n_copies, family->consensus->n, letters);
        for (size_t at = 0; at < family->consensus->n; at += REPROF_LINE) {
            const size_t n = family->consensus->n - at < REPROF_LINE ? family->consensus->n - at : REPROF_LINE;
            for (size_t i = 0; i < n; i++)
                line[i] = rp_code_letter(family->consensus->items[at + i]);
            line[n] = '\n';
            rp_file_write(file, line, n + 1);
        }
    }
}

void rp_write_reprise_bed(const rp_findings *findings, rp_file *file)
{
    for (size_t i = 0; i < findings->parts.n; i++) {
        const rp_part *part = &findings->parts.items[i];
        const rp_locus at = rp_findings_locus(findings, part->begin);
        const unsigned long long bases = part->end - part->begin;
        const rp_line_name name = rp_line_name_of(at.name, (size_t)at.name_length);
        rp_file_print(file, "%s%.*s\t%llu\t%llu\tR=%u\t%llu\t%c\n", name.head, name.rest_length, name.rest,
                      (unsigned long long)at.position, (unsigned long long)at.position + bases, part->family, bases,
                      part->reverse ? '-' : '+');
    }
}

bool rp_write_reprise_masked(const rp_findings *findings, rp_file *file, rp_error *error)
{
    const rp_genome *genome = findings->genome;
    uint8_t *codes = rp_alloc(BLOCK, 1);
    char *text = rp_alloc(BLOCK + BLOCK / MASKED_LINE + 1, 1);
    const bool ok = codes != NULL && text != NULL;
    size_t part = 0;
    for (size_t c = 0; ok && c < genome->n_contigs; c++) {
        const rp_contig *contig = &genome->contigs[c];
        const uint64_t contig_end = contig->begin + contig->length_bp;
        rp_file_print(file, ">%s\n", contig->name);
        for (uint64_t at = contig->begin; at < contig_end; at += BLOCK) {
            const size_t n = contig_end - at < BLOCK ? (size_t)(contig_end - at) : BLOCK;
            size_t length = 0;
            rp_genome_decode(genome, at, n, codes);
            for (size_t i = 0; i < n; i++) {
                while (part < findings->parts.n && findings->parts.items[part].end <= at + i)
                    part++;
                const bool masked = part < findings->parts.n && findings->parts.items[part].begin <= at + i &&
                                    (findings->unmasked == NULL || !rp_bitmask_get(findings->unmasked, at + i));
                text[length++] = masked ? 'X' : rp_code_letter(codes[i]);
                if ((i + 1) % MASKED_LINE == 0 || i + 1 == n)
                    text[length++] = '\n';
            }
            rp_file_write(file, text, length);
        }
    }
    free(codes);
    free(text);
    return ok || rp_error_memory(error, "masked genome");
}

static int compare_frequencies(const void *left, const void *right)
{
    const rp_reprise_frequency *a = left, *b = right;
    if (a->frequency != b->frequency)
        return a->frequency > b->frequency ? -1 : 1;
    return (a->position > b->position) - (a->position < b->position);
}

bool rp_reprise_list(const rp_kmer_index *index, const rp_genome *genome, uint32_t min_frequency,
                     rp_reprise_frequencies *list)
{
    for (uint32_t id = 0; id < rp_kmer_index_n_kmers(index); id++) {
        const rp_occurrences here = rp_kmer_index_get(index, id);
        if (here.count < min_frequency)
            continue;
        const uint64_t position = rp_kmer_index_position(index, here.first);
        if (!rp_reprise_frequencies_push(
                list,
                (rp_reprise_frequency){rp_kmer_at(genome, position, rp_kmer_index_k(index)), position, here.count}))
            return false;
    }
    rp_sort(list->items, list->n, sizeof *list->items, compare_frequencies);
    return true;
}

void rp_write_freq(const rp_reprise_frequencies *list, unsigned k, rp_file *file)
{
    for (size_t i = 0; i < list->n; i++) {
        char letters[RP_KMER_MAX + 1];
        spell(list->items[i].kmer, k, letters);
        rp_file_print(file, "%s\t%u\t%llu\n", letters, list->items[i].frequency,
                      (unsigned long long)list->items[i].position);
    }
}
