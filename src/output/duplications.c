/* duplications.c: see duplications.h. */
#include "output/duplications.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/sort.h"
#include "classify/classify.h"
#include "classify/duplications.h"
#include "family/bounds.h"
#include "output/json.h"
#include "output/names.h"

enum { LINE_BASES = 60 };

size_t rp_duplication_of(const rp_findings *findings, size_t family)
{
    const rp_duplications *found = findings->duplications;
    return found == NULL || found->of_family[family] == RP_NO_DUPLICATION ? SIZE_MAX : found->of_family[family];
}

static double identity_of(float divergence)
{
    return divergence < 100 ? 100 - (double)divergence : 0;
}

/* --- FASTA --- */

void rp_write_kinds(const uint64_t n_of_kind[RP_N_COPY_KINDS], rp_file *file)
{
    const char *before = " kinds=";
    for (int kind = 0; kind < RP_N_COPY_KINDS; kind++) {
        if (n_of_kind[kind] == 0)
            continue;
        rp_file_print(file, "%s%s:%llu", before, rp_copy_kind_name[kind], (unsigned long long)n_of_kind[kind]);
        before = ",";
    }
}

/* The first part that ends behind a position. */
static size_t part_behind(const rp_parts *parts, uint64_t position)
{
    size_t low = 0, high = parts->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (parts->items[middle].end > position)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static void write_stretch(const rp_findings *findings, const rp_interval *at, rp_file *file, uint8_t *codes, char *text)
{
    const size_t n = (size_t)(at->end - at->begin);
    const rp_parts *inserted = &findings->duplications->inserted->parts;
    rp_genome_decode(findings->genome, at->begin, n, codes);
    for (size_t i = 0; i < n; i++)
        text[i] = rp_code_letter(codes[i]);
    for (size_t p = part_behind(inserted, at->begin); p < inserted->n && inserted->items[p].begin < at->end; p++) {
        const rp_part *part = &inserted->items[p];
        const uint64_t begin = part->begin > at->begin ? part->begin : at->begin,
                       end = part->end < at->end ? part->end : at->end;
        for (uint64_t i = begin; i < end; i++)
            text[i - at->begin] = (char)tolower(text[i - at->begin]);
    }
    for (size_t i = 0; i < n; i += LINE_BASES) {
        rp_file_write(file, text + i, n - i < LINE_BASES ? n - i : LINE_BASES);
        rp_file_write(file, "\n", 1);
    }
}

static void write_header(const rp_findings *findings, size_t which, rp_file *file)
{
    const rp_duplications *found = findings->duplications;
    const rp_duplication *one = &found->all.items[which];
    const rp_interval *at = &found->places.items[one->stands].at;
    const rp_locus locus = rp_findings_locus(findings, at->begin);
    const uint64_t length = rp_duplication_length(found, one);
    char name[RP_DUPLICATION_NAME_BYTES];
    rp_duplication_name(found, which, name);
    rp_file_print(file, ">%s#%s places=%zu bases=%llu length=%llu identity=%.1f at=%.*s:%llu-%llu", name,
                  rp_class_as(rp_other_class[RP_OTHER_DUPLICATION], findings->naming), one->n_places,
                  (unsigned long long)one->alike_bp, (unsigned long long)length, identity_of(one->divergence),
                  locus.name_length, locus.name, (unsigned long long)(locus.position + 1),
                  (unsigned long long)(locus.position + length));
    uint64_t n_of_kind[RP_N_COPY_KINDS] = {0};
    for (size_t i = 0; i < one->n_places; i++)
        n_of_kind[rp_duplication_kind(found, &found->places.items[one->first_place + i])]++;
    rp_write_kinds(n_of_kind, file);
    for (size_t i = 0; i < one->n_members; i++)
        rp_file_print(file, "%s%s", i == 0 ? " families=" : ",",
                      findings->families[found->members[one->first_member + i]].name);
    rp_file_print(file, " reason=%s\n", rp_other_reason[RP_OTHER_DUPLICATION]);
}

bool rp_write_duplications(const rp_findings *findings, rp_file *file, rp_error *error)
{
    const rp_duplications *found = findings->duplications;
    uint8_t *codes = rp_alloc(RP_CONSENSUS_MAX_BP, sizeof *codes);
    char *text = rp_alloc(RP_CONSENSUS_MAX_BP, sizeof *text);
    const bool ok = codes != NULL && text != NULL;
    for (size_t d = 0; ok && found != NULL && d < found->all.n; d++) {
        const rp_duplication *one = &found->all.items[d];
        if (rp_duplication_length(found, one) > RP_CONSENSUS_MAX_BP)
            continue;
        write_header(findings, d, file);
        write_stretch(findings, &found->places.items[one->stands].at, file, codes, text);
    }
    free(codes);
    free(text);
    return ok || rp_error_memory(error, "families");
}

/* --- BED --- */

bool rp_duplication_rows_init(rp_duplication_rows *rows, const rp_findings *findings)
{
    const rp_duplications *found = findings->duplications;
    const size_t n = found != NULL ? found->places.n : 0;
    rp_rank *ranks = rp_alloc(n, sizeof *ranks);
    *rows = (rp_duplication_rows){.places = rp_alloc(n, sizeof *rows->places), .n = n};
    const bool ok = ranks != NULL && rows->places != NULL;
    for (size_t i = 0; ok && i < n; i++)
        ranks[i] = (rp_rank){.item = i, .weight = UINT64_MAX - found->places.items[i].at.begin};
    if (ok)
        rp_sort_ranks(ranks, n);
    for (size_t i = 0; ok && i < n; i++)
        rows->places[i] = ranks[i].item;
    free(ranks);
    return ok;
}

void rp_duplication_rows_clear(rp_duplication_rows *rows)
{
    free(rows->places);
    *rows = (rp_duplication_rows){0};
}

static void write_place(const rp_findings *findings, size_t number, const rp_duplication_place *place, rp_file *file)
{
    const rp_duplications *found = findings->duplications;
    const uint64_t length = rp_duplication_length(found, &found->all.items[place->duplication]);
    const rp_locus at = rp_findings_locus(findings, place->at.begin);
    const rp_line_name contig = rp_line_name_of(at.name, (size_t)at.name_length);
    char name[RP_DUPLICATION_NAME_BYTES];
    rp_duplication_name(found, place->duplication, name);
    rp_file_print(file, "%s%.*s\t%llu\t%llu\t%s\t%d\t%c\t%.1f\t%u\t%u\t%llu\t%zu\t%s\t0\t0\t.\t.\n", contig.head,
                  contig.rest_length, contig.rest, (unsigned long long)at.position,
                  (unsigned long long)(at.position + place->at.end - place->at.begin), name,
                  (int)(10 * identity_of(place->divergence) + 0.5), place->reverse ? '-' : '+',
                  (double)place->divergence, place->begin, place->end, (unsigned long long)length, number,
                  rp_copy_kind_name[rp_duplication_kind(found, place)]);
}

void rp_duplication_rows_write(rp_duplication_rows *rows, const rp_findings *findings, uint64_t before, rp_file *file)
{
    for (; rows->next < rows->n; rows->next++) {
        const rp_duplication_place *place = &findings->duplications->places.items[rows->places[rows->next]];
        if (place->at.begin >= before)
            return;
        write_place(findings, findings->copies.n + rows->next + 1, place, file);
    }
}

/* --- JSON --- */

json_t *rp_stretch_describe(const rp_findings *findings, const rp_interval *at)
{
    const rp_locus locus = rp_findings_locus(findings, at->begin);
    char *name = strndup(locus.name, (size_t)locus.name_length);
    json_t *one = name == NULL
                      ? NULL
                      : json_pack("{s:o, s:I, s:I}", "contig", rp_json_text(name), "begin", (json_int_t)locus.position,
                                  "end", (json_int_t)(locus.position + at->end - at->begin));
    free(name);
    return one;
}

static json_t *describe_places(const rp_findings *findings, const rp_duplication *which)
{
    json_t *list = json_array();
    bool ok = list != NULL;
    for (size_t i = 0; ok && i < which->n_places; i++) {
        const rp_duplication_place *place = &findings->duplications->places.items[which->first_place + i];
        json_t *one = rp_stretch_describe(findings, &place->at);
        ok = one != NULL && rp_json_set(one, "strand", json_string(place->reverse ? "-" : "+")) &&
             rp_json_set(one, "bases", json_integer((json_int_t)place->alike_bp));
        ok = rp_json_append(list, rp_json_if(ok, one));
    }
    return rp_json_if(ok, list);
}

static json_t *describe_members(const rp_findings *findings, const rp_duplication *which)
{
    json_t *list = json_array();
    bool ok = list != NULL;
    for (size_t i = 0; ok && i < which->n_members; i++) {
        const uint32_t family = findings->duplications->members[which->first_member + i];
        ok = rp_json_append(list, rp_json_text(findings->families[family].name));
    }
    return rp_json_if(ok, list);
}

json_t *rp_duplications_describe(const rp_findings *findings)
{
    const rp_duplications *found = findings->duplications;
    json_t *list = json_array();
    bool ok = list != NULL;
    for (size_t d = 0; ok && d < found->all.n; d++) {
        const rp_duplication *one = &found->all.items[d];
        char name[RP_DUPLICATION_NAME_BYTES];
        rp_duplication_name(found, d, name);
        ok = rp_json_append(list,
                            json_pack("{s:o, s:I, s:I, s:f, s:o, s:o}", "name", rp_json_text(name), "length",
                                      (json_int_t)rp_duplication_length(found, one), "bases", (json_int_t)one->alike_bp,
                                      "identity_percent", rp_json_rounded(identity_of(one->divergence), 0.1), "places",
                                      describe_places(findings, one), "families", describe_members(findings, one)));
    }
    return rp_json_if(ok, list);
}
