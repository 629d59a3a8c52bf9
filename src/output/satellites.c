/* satellites.c: satellites and their arrays, FASTA, TSV and TRF's .dat; see writers.h. */
#include <math.h>

#include "base/memory.h"
#include "output/names.h"
#include "output/writers.h"
#include "satellite/satellites.h"

/* The names of the other repeats that are of the satellite. */
static void write_members(const rp_findings *others, size_t satellite, rp_file *file)
{
    bool any = false;
    for (size_t f = 0; f < others->n_families; f++) {
        if (others->families[f].satellite != satellite + 1)
            continue;
        rp_file_print(file, "%s%s", any ? "," : " other=", others->families[f].name);
        any = true;
    }
}

bool rp_write_satellites(const rp_findings *others, rp_file *file, rp_error *error)
{
    (void)error;
    const rp_satellites *all = others->satellites;
    char name[RP_SATELLITE_NAME_BYTES];
    for (size_t s = 0; all != NULL && s < all->satellites.n; s++) {
        const rp_satellite *here = &all->satellites.items[s];
        rp_satellite_name(all, s, name);
        rp_file_print(file, ">%s#Satellite period=%zu copies=%.1f identity=%.1f arrays=%llu bases=%llu", name,
                      here->monomer.n, here->copies, here->identity, (unsigned long long)here->n_arrays,
                      (unsigned long long)here->bases);
        if (here->hor > 0)
            rp_file_print(file, " hor=%u", here->hor);
        write_members(others, s, file);
        rp_file_write(file, "\n", 1);
        rp_write_sequence(file, here->monomer.items, here->monomer.n);
    }
    return true;
}

bool rp_write_arrays(const rp_findings *others, rp_file *file, rp_error *error)
{
    (void)error;
    const rp_satellites *all = others->satellites;
    char name[RP_SATELLITE_NAME_BYTES];
    rp_file_print(file, "family\tcontig\tbegin\tend\tstrand\tperiod\tcopies\tidentity\thor\thor_identity\n");
    for (size_t i = 0; all != NULL && i < all->arrays.n; i++) {
        const rp_tandem_array *array = &all->arrays.items[i];
        const rp_locus at = rp_findings_locus(others, array->begin);
        rp_satellite_name(all, array->satellite, name);
        rp_file_print(file, "%s\t%.*s\t%llu\t%llu\t%c\t%u\t%.1f\t%.1f\t", name, at.name_length, at.name,
                      (unsigned long long)at.position, (unsigned long long)(at.position + array->end - array->begin),
                      array->reverse ? '-' : '+', array->period_bp, array->copies, array->identity);
        if (array->hor > 0)
            rp_file_print(file, "%u\t%.1f\n", array->hor, array->hor_identity);
        else
            rp_file_print(file, ".\t.\n");
    }
    return true;
}

/* A row of TRF's: the array's figures, composition, monomer and sequence. */
static void write_trf_row(const rp_findings *findings, const rp_tandem_array *array, uint8_t *codes, rp_file *file)
{
    enum { BLOCK = 1024 };
    const uint64_t length = array->end - array->begin, position = rp_findings_locus(findings, array->begin).position;
    uint64_t counts[RP_N_BASES + 1] = {0};
    for (uint64_t at = array->begin; at < array->end; at += BLOCK) {
        const size_t n = array->end - at < BLOCK ? (size_t)(array->end - at) : BLOCK;
        rp_genome_decode(findings->genome, at, n, codes);
        for (size_t i = 0; i < n; i++)
            counts[codes[i]]++;
    }
    double entropy = 0;
    for (unsigned code = 0; code < RP_N_BASES; code++) {
        const double share = (double)counts[code] / (double)length;
        entropy -= share > 0 ? share * log2(share) : 0;
    }
    rp_file_print(file, "%llu %llu %u %.1f %u %.0f %.0f %llu", (unsigned long long)position + 1,
                  (unsigned long long)(position + length), array->period_bp, array->copies, array->period_bp,
                  array->matches, array->indels, (unsigned long long)array->score);
    for (unsigned code = 0; code < RP_N_BASES; code++)
        rp_file_print(file, " %.0f", 100 * (double)counts[code] / (double)length);
    rp_file_print(file, " %.2f ", entropy);
    for (uint32_t i = 0; i < array->period_bp; i++) {
        const char letter = rp_code_letter(findings->satellites->codes.items[array->monomer + i]);
        rp_file_write(file, &letter, 1);
    }
    rp_file_write(file, " ", 1);
    for (uint64_t at = array->begin; at < array->end; at += BLOCK) {
        const size_t n = array->end - at < BLOCK ? (size_t)(array->end - at) : BLOCK;
        char text[BLOCK];
        rp_genome_decode(findings->genome, at, n, codes);
        for (size_t i = 0; i < n; i++)
            text[i] = rp_code_letter(codes[i]);
        rp_file_write(file, text, n);
    }
    rp_file_write(file, "\n", 1);
}

bool rp_write_trf(const rp_findings *findings, rp_file *file, rp_error *error)
{
    (void)error;
    const rp_genome *genome = findings->genome;
    const rp_satellites *all = findings->satellites;
    uint8_t codes[1024];
    size_t next = 0;
    for (size_t c = 0; c < genome->n_contigs; c++) {
        const rp_contig *contig = &genome->contigs[c];
        rp_file_print(file, "%sSequence: %s\n\n\n\nParameters: 2 7 7 80 10 50 2000\n\n\n", c > 0 ? "\n\n" : "",
                      contig->name);
        for (; all != NULL && next < all->arrays.n && all->arrays.items[next].begin < contig->begin + contig->length_bp;
             next++)
            write_trf_row(findings, &all->arrays.items[next], codes, file);
    }
    return true;
}
