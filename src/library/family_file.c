/* family_file.c: reads a library; see family_file.h. */
#include "library/family_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/sort.h"
#include "genome/reader.h"

void rp_family_file_clear(rp_family_file *library)
{
    for (size_t i = 0; i < library->n; i++) {
        free(library->items[i].name);
        free(library->items[i].class_name);
        free(library->items[i].description);
        free(library->items[i].consensus.items);
    }
    free(library->items);
    *library = (rp_family_file){0};
}

/* Takes a header apart: name, '#' and class, blank, rest. The last '#' tells, as RepeatMasker has it: names may hold
 * some. */
static bool set_names(rp_named_family *family, const rp_contig *contig)
{
    const char *rest = contig->name + contig->id_length;
    const char *hash = memrchr(contig->name, '#', contig->id_length);
    const size_t name_length = hash != NULL ? (size_t)(hash - contig->name) : contig->id_length;
    const size_t class_length = hash != NULL ? contig->id_length - name_length - 1 : 0;
    family->name = strndup(contig->name, name_length);
    family->class_name = class_length > 0 ? strndup(hash + 1, class_length) : strdup("Unknown");
    family->description = strdup(rest + strspn(rest, " \t"));
    return family->name != NULL && family->class_name != NULL && family->description != NULL;
}

static bool take_record(rp_family_file *library, const rp_genome *records, const rp_contig *contig)
{
    if (!rp_family_file_push(library, (rp_named_family){0}))
        return false;
    rp_named_family *family = &library->items[library->n - 1];
    const size_t n = (size_t)contig->length_bp;
    if (!set_names(family, contig) || !rp_codes_reserve(&family->consensus, n + 1))
        return false;
    rp_genome_decode(records, contig->begin, n, family->consensus.items);
    family->consensus.n = n;
    for (size_t i = 0; i < n; i++)
        if (!rp_code_is_base(family->consensus.items[i]))
            family->consensus.items[i] = RP_CODE_UNKNOWN;
    return true;
}

int rp_named_family_compare(const void *left, const void *right)
{
    return strcmp((*(const rp_named_family *const *)left)->name, (*(const rp_named_family *const *)right)->name);
}

/* Results tell families by their names, without the class. */
static bool check_names(const rp_family_file *library, const char *path, rp_error *error)
{
    const rp_named_family **sorted = rp_alloc(library->n, sizeof *sorted);
    if (sorted == NULL)
        return rp_error_memory(error, path);
    for (size_t i = 0; i < library->n; i++)
        sorted[i] = &library->items[i];
    rp_sort(sorted, library->n, sizeof *sorted, rp_named_family_compare);
    bool ok = true;
    for (size_t i = 1; ok && i < library->n; i++)
        if (strcmp(sorted[i]->name, sorted[i - 1]->name) == 0)
            ok = rp_error_set(error, "%s: two families are named %.200s", path, sorted[i]->name);
    free(sorted);
    return ok;
}

const rp_codes **rp_family_file_consensus(const rp_family_file *library)
{
    const rp_codes **consensus = rp_alloc(library->n, sizeof *consensus);
    for (size_t f = 0; consensus != NULL && f < library->n; f++)
        consensus[f] = &library->items[f].consensus;
    return consensus;
}

uint64_t rp_family_file_bases(const rp_family_file *library)
{
    uint64_t bases = 0;
    for (size_t i = 0; i < library->n; i++)
        bases += library->items[i].consensus.n;
    return bases;
}

bool rp_family_file_read(rp_family_file *library, const char *path, rp_genome *records_out, rp_error *error)
{
    *library = (rp_family_file){0};
    rp_genome records;
    const rp_reading reading = {.n_threads = 1, .may_be_empty = true};
    if (!rp_genome_read(&records, &path, 1, false, &reading, error))
        return false;
    bool ok = true;
    for (size_t i = 0; i < records.n_contigs && ok; i++) {
        const rp_contig *contig = &records.contigs[i];
        if (memrchr(contig->name, '#', contig->id_length) == contig->name)
            ok = rp_error_set(error, "%s: %.200s: a family without a name: none stands before the '#' of its class",
                              path, contig->name);
        else if (contig->length_bp == 0)
            ok = rp_error_set(error, "%s: %.200s has no sequence", path, contig->name);
        else if (contig->length_bp > UINT32_MAX / 4)
            ok = rp_error_set(error, "%s: %.200s: too long for a family: %llu bases", path, contig->name,
                              (unsigned long long)contig->length_bp);
        else if (!take_record(library, &records, contig))
            ok = rp_error_memory(error, path);
    }
    ok = ok && check_names(library, path, error);
    if (ok && records_out != NULL)
        *records_out = records;
    else
        rp_genome_clear(&records);
    if (!ok)
        rp_family_file_clear(library);
    return ok || rp_error_be(error, RP_ERROR_INPUT);
}
