/* repeatmasker.c: copies as RepeatMasker's .out file has them; see writers.h.
 *
 * Positions are 1-based and inclusive; (left) is what remains beyond the end. Behind a C the
 * consensus columns come in another order: (left), end, begin.
 */
#include "output/repeatmasker.h"

#include <stdio.h>
#include <string.h>

#include "output/writers.h"

/* Widths of the columns whose content varies. */
typedef struct widths {
    int name, position, left, repeat, class_name, consensus;
} widths;

static int digits(uint64_t number)
{
    int n = 1;
    while (number >= 10) {
        number /= 10;
        n++;
    }
    return n;
}

static int wider(int a, int b)
{
    return a > b ? a : b;
}

static widths measure(const rp_findings *findings)
{
    widths w = {.name = 8, .position = 5, .left = 6, .repeat = 8, .class_name = 14, .consensus = 6};
    const rp_genome *genome = findings->genome;
    for (size_t c = 0; c < genome->n_contigs; c++) {
        w.name = wider(w.name, (int)(genome->contigs[c].id_length < 1000 ? genome->contigs[c].id_length : 1000));
        w.position = wider(w.position, digits(genome->contigs[c].length_bp));
    }
    w.left = wider(w.left, w.position + 2);
    for (size_t f = 0; f < findings->n_families; f++) {
        const rp_found_family *family = &findings->families[f];
        if (family->n_parts == 0)
            continue;
        w.repeat = wider(w.repeat, (int)strlen(family->name));
        w.class_name = wider(w.class_name, (int)strlen(family->class_name));
        w.consensus = wider(w.consensus, digits(family->consensus->n) + 2);
    }
    return w;
}

static void write_header(rp_file *file, const widths *w)
{
    rp_file_print(file, "   SW  perc perc perc  %-*s %*s %*s %*s   %-*s %-*s %*s %*s %*s\n", w->name, "query",
                  w->position, "posit", w->position, "ion in", w->left, "query", w->repeat, "matching", w->class_name,
                  "repeat", w->consensus, "posit", w->consensus, "ion in", w->consensus, "repeat");
    rp_file_print(file, "score  div. del. ins.  %-*s %*s %*s %*s   %-*s %-*s %*s %*s %*s ID\n\n", w->name, "sequence",
                  w->position, "begin", w->position, "end", w->left, "(left)", w->repeat, "repeat", w->class_name,
                  "class/family", w->consensus, "begin", w->consensus, "end", w->consensus, "(left)");
}

static double percent(uint32_t part, uint64_t whole)
{
    return whole == 0 ? 0 : 100.0 * part / (double)whole;
}

rp_part_percents rp_part_percents_of(const rp_part *part)
{
    const uint64_t bases = part->end - part->begin;
    const uint64_t pairs = (uint64_t)part->counts.matches + part->counts.mismatches;
    return (rp_part_percents){percent(part->counts.mismatches, pairs), percent(part->counts.deleted, bases),
                              percent(part->counts.inserted, bases)};
}

bool rp_write_repeatmasker(const rp_findings *findings, rp_file *file, rp_error *error)
{
    (void)error;
    const widths w = measure(findings);
    write_header(file, &w);
    for (size_t i = 0; i < findings->parts.n; i++) {
        const rp_part *part = &findings->parts.items[i];
        const rp_found_family *family = &findings->families[part->family];
        const rp_locus at = rp_findings_locus(findings, part->begin);
        const uint64_t bases = part->end - part->begin, end = at.position + bases;
        const rp_part_percents percents = rp_part_percents_of(part);
        char left[32], left_of_consensus[32];
        (void)snprintf(left, sizeof left, "(%llu)", (unsigned long long)(at.contig_bp - end));
        (void)snprintf(left_of_consensus, sizeof left_of_consensus, "(%llu)",
                       (unsigned long long)(family->consensus->n - part->consensus_end));
        rp_file_print(file, "%5d %5.1f %4.1f %4.1f  %-*.*s %*llu %*llu %*s %c %-*s %-*s", part->score,
                      percents.substituted, percents.deleted, percents.inserted, w.name, at.name_length, at.name,
                      w.position, (unsigned long long)at.position + 1, w.position, (unsigned long long)end, w.left,
                      left, part->reverse ? 'C' : '+', w.repeat, family->name, w.class_name, family->class_name);
        if (part->reverse)
            rp_file_print(file, " %*s %*u %*u %u\n", w.consensus, left_of_consensus, w.consensus, part->consensus_end,
                          w.consensus, part->consensus_begin + 1, part->copy + 1);
        else
            rp_file_print(file, " %*u %*u %*s %u\n", w.consensus, part->consensus_begin + 1, w.consensus,
                          part->consensus_end, w.consensus, left_of_consensus, part->copy + 1);
    }
    return true;
}
