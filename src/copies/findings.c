/* findings.c: families and copies in the order of the output; see findings.h. */
#include "copies/findings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/sort.h"
#include "copies/links.h"

const char *const rp_kin_sign_name[RP_N_KIN_SIGNS] = {
    [RP_KIN_NONE] = "none", [RP_KIN_ENDS] = "ends", [RP_KIN_PIECE] = "piece", [RP_KIN_PARTS] = "parts"};

/* Counts and lists the parts of each family. */
static bool measure_families(rp_findings *findings)
{
    size_t *first = rp_alloc(findings->n_families + 1, sizeof *first);
    if (first == NULL)
        return false;
    findings->masked_bp = 0;
    for (size_t f = 0; f < findings->n_families; f++) {
        rp_found_family *family = &findings->families[f];
        free(family->parts);
        family->parts = NULL;
        family->n_copies = family->bases = family->n_parts = 0;
        family->divergence = 0;
    }
    for (size_t i = 0; i < findings->parts.n; i++)
        findings->families[findings->parts.items[i].family].n_parts++;
    bool ok = true;
    for (size_t f = 0; f < findings->n_families && ok; f++) {
        rp_found_family *family = &findings->families[f];
        family->parts = rp_alloc(family->n_parts, sizeof *family->parts);
        ok = family->parts != NULL;
        family->n_parts = 0;
    }
    for (size_t i = 0; i < findings->parts.n && ok; i++) {
        const rp_part *part = &findings->parts.items[i];
        rp_found_family *family = &findings->families[part->family];
        const uint64_t bases = part->end - part->begin;
        family->n_copies += family->n_parts == 0 || part->copy > first[part->family];
        if (family->n_parts == 0 || part->copy > first[part->family])
            first[part->family] = part->copy; /* the highest copy number so far */
        family->parts[family->n_parts++] = i;
        family->bases += bases;
        family->divergence += part->divergence * (double)bases;
        findings->masked_bp += bases;
    }
    for (size_t f = 0; f < findings->n_families && ok; f++)
        if (findings->families[f].bases > 0)
            findings->families[f].divergence /= (double)findings->families[f].bases;
    free(first);
    return ok;
}

/* Gives a family its name and class. */
static bool set_name(rp_found_family *family, const char *name, const char *class_name)
{
    family->name = strdup(name);
    family->class_name = strdup(class_name);
    return family->name != NULL && family->class_name != NULL;
}

bool rp_findings_init(rp_findings *findings, const rp_genome *genome, const rp_codes *const *consensus,
                      size_t n_consensus, char letter, rp_parts *parts)
{
    *findings = (rp_findings){.genome = genome, .parts = *parts};
    *parts = (rp_parts){0};
    rp_rank *ranks = rp_alloc(n_consensus, sizeof *ranks);
    uint32_t *new_index = rp_alloc(n_consensus, sizeof *new_index);
    bool ok = ranks != NULL && new_index != NULL;
    if (ok) {
        for (size_t i = 0; i < n_consensus; i++)
            ranks[i].item = i;
        for (size_t i = 0; i < findings->parts.n; i++)
            ranks[findings->parts.items[i].family].weight +=
                findings->parts.items[i].end - findings->parts.items[i].begin;
        rp_sort_ranks(ranks, n_consensus);
        while (findings->n_families < n_consensus && ranks[findings->n_families].weight > 0)
            findings->n_families++;
        findings->families = rp_alloc(findings->n_families, sizeof *findings->families);
        ok = findings->families != NULL;
    }
    for (size_t i = 0; ok && i < findings->n_families; i++) {
        char name[24];
        new_index[ranks[i].item] = (uint32_t)i;
        findings->families[i].consensus = consensus[ranks[i].item];
        findings->families[i].source = ranks[i].item;
        (void)snprintf(name, sizeof name, "%c%zu", letter, i + 1);
        ok = set_name(&findings->families[i], name, RP_CLASS_UNKNOWN);
    }
    for (size_t i = 0; ok && i < findings->parts.n; i++)
        findings->parts.items[i].family = new_index[findings->parts.items[i].family];
    free(ranks);
    free(new_index);
    return ok && measure_families(findings);
}

bool rp_findings_init_named(rp_findings *findings, const rp_genome *genome, const rp_family_file *library,
                            rp_parts *parts)
{
    *findings = (rp_findings){.genome = genome, .parts = *parts};
    *parts = (rp_parts){0};
    findings->families = rp_alloc(library->n, sizeof *findings->families);
    if (findings->families == NULL)
        return false;
    findings->n_families = library->n;
    bool ok = true;
    for (size_t i = 0; i < library->n && ok; i++) {
        findings->families[i].consensus = &library->items[i].consensus;
        findings->families[i].source = i;
        ok = set_name(&findings->families[i], library->items[i].name, rp_class_read(library->items[i].class_name));
    }
    return ok && measure_families(findings);
}

/* Appends the families of a library that have parts; new_index: where they are now. */
static bool append_known(rp_findings *findings, const rp_family_file *library, const rp_decoy_figures *figures,
                         const rp_parts *parts, uint32_t *new_index)
{
    size_t capacity = findings->n_families;
    for (size_t i = 0; i < parts->n; i++)
        new_index[parts->items[i].family] = 1;
    for (size_t i = 0; i < library->n; i++) {
        const rp_named_family *from = &library->items[i];
        if (new_index[i] == 0)
            continue;
        if (!rp_reserve((void **)&findings->families, &capacity, findings->n_families + 1, sizeof *findings->families))
            return false;
        rp_found_family *family = &findings->families[findings->n_families];
        *family = (rp_found_family){.consensus = &from->consensus, .source = i, .is_known = true, .decoy = figures[i]};
        new_index[i] = (uint32_t)findings->n_families++;
        if (!set_name(family, from->name, rp_class_read(from->class_name)))
            return false;
    }
    return true;
}

bool rp_findings_add_known(rp_findings *findings, const rp_family_file *library, const rp_decoy_figures *figures,
                           const rp_parts *parts, unsigned n_threads, rp_error *error)
{
    uint32_t *new_index = rp_alloc(library->n, sizeof *new_index);
    bool ok = (new_index != NULL && append_known(findings, library, figures, parts, new_index)) ||
              rp_error_memory(error, "known families");
    for (size_t i = 0; ok && i < parts->n; i++) {
        rp_part part = parts->items[i];
        part.family = new_index[part.family];
        ok = rp_parts_push(&findings->parts, &part, error);
    }
    free(new_index);
    if (!ok || !rp_parts_sort(&findings->parts, n_threads, error))
        return false;
    rp_parts_link(findings->genome, &findings->parts);
    return measure_families(findings) || rp_error_memory(error, "known families");
}

size_t rp_findings_n_found(const rp_findings *findings)
{
    size_t n = 0;
    while (n < findings->n_families && !findings->families[n].is_known)
        n++;
    return n;
}

bool rp_findings_number_from(rp_findings *findings, uint64_t first, char letter)
{
    for (size_t f = 0; f < rp_findings_n_found(findings) && findings->families[f].name[0] == letter; f++) {
        char *name = NULL;
        if (asprintf(&name, "%c%llu", letter, (unsigned long long)(first + f)) < 0)
            return false;
        free(findings->families[f].name);
        findings->families[f].name = name;
    }
    return true;
}

bool rp_findings_prefix_names(rp_findings *findings, const char *prefix)
{
    for (size_t f = 0; f < rp_findings_n_found(findings); f++) {
        char *name = NULL;
        if (asprintf(&name, "%s%s", prefix, findings->families[f].name) < 0)
            return false;
        free(findings->families[f].name);
        findings->families[f].name = name;
    }
    return true;
}

bool rp_findings_add(rp_findings *findings, const char *name, const char *class_name, const rp_codes *consensus,
                     uint64_t n_copies, uint64_t bases, const rp_traits *traits)
{
    size_t capacity = findings->n_families;
    if (!rp_reserve((void **)&findings->families, &capacity, findings->n_families + 1, sizeof *findings->families))
        return false;
    rp_found_family *family = &findings->families[findings->n_families];
    *family = (rp_found_family){
        .consensus = consensus, .source = SIZE_MAX, .n_copies = n_copies, .bases = bases, .traits = *traits};
    findings->n_families++;
    return set_name(family, name, class_name);
}

void rp_findings_take_decoy(rp_findings *findings, const rp_decoy_figures *figures)
{
    findings->has_decoy = true;
    for (size_t f = 0; f < findings->n_families; f++)
        if (findings->families[f].source != SIZE_MAX)
            findings->families[f].decoy = figures[findings->families[f].source];
}

uint64_t rp_findings_false_bp(const rp_findings *findings)
{
    uint64_t sum = 0;
    for (size_t f = 0; f < findings->n_families; f++)
        if (findings->families[f].n_parts > 0)
            sum += findings->families[f].decoy.false_bp;
    return sum < findings->masked_bp ? sum : findings->masked_bp;
}

bool rp_found_family_set_class(rp_found_family *family, const char *class_name)
{
    char *copy = strdup(class_name);
    if (copy == NULL)
        return false;
    free(family->class_name);
    family->class_name = copy;
    return true;
}

bool rp_findings_take_traits(rp_findings *findings, const rp_findings *from)
{
    size_t n_sources = 0;
    for (size_t f = 0; f < from->n_families; f++)
        n_sources = from->families[f].source >= n_sources ? from->families[f].source + 1 : n_sources;
    const rp_found_family **by_source = rp_alloc(n_sources, sizeof *by_source);
    bool ok = by_source != NULL;
    for (size_t f = 0; ok && f < from->n_families; f++)
        by_source[from->families[f].source] = &from->families[f];
    for (size_t f = 0; ok && f < findings->n_families; f++) {
        rp_found_family *family = &findings->families[f];
        const rp_found_family *same = family->source < n_sources ? by_source[family->source] : NULL;
        if (same == NULL)
            continue;
        family->traits = same->traits;
        family->domains = same->domains;
        family->n_domains = same->n_domains;
        ok = rp_found_family_set_class(family, same->class_name);
    }
    free(by_source);
    return ok;
}

const char *rp_findings_class(const rp_findings *findings, const rp_found_family *family)
{
    return rp_class_as(family->class_name, findings->naming);
}

void rp_findings_clear(rp_findings *findings)
{
    for (size_t i = 0; findings->families != NULL && i < findings->n_families; i++) {
        free(findings->families[i].name);
        free(findings->families[i].class_name);
        free(findings->families[i].like);
        free(findings->families[i].parts);
    }
    free(findings->families);
    rp_parts_clear(&findings->parts);
    rp_called_copies_clear(&findings->copies);
    free(findings->tandem.items);
    *findings = (rp_findings){0};
}

rp_locus rp_findings_locus(const rp_findings *findings, uint64_t position)
{
    const rp_contig *contig = &findings->genome->contigs[rp_genome_contig_of(findings->genome, position)];
    return (rp_locus){contig->name, (int)contig->id_length, position - contig->begin, contig->length_bp};
}
