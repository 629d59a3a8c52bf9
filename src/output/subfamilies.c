/* subfamilies.c: the subfamilies that diagnostic sites tell apart; see writers.h. */
#include "classify/subfamilies.h"
#include "output/writers.h"

enum { MAX_SITES_TOLD = 12 };

/* Where it differs from the family: 12G>A, 1-based. */
static void write_sites(const rp_codes *family, const rp_codes *subfamily, rp_file *file)
{
    unsigned n = 0;
    for (size_t c = 0; c < family->n; c++) {
        if (family->items[c] == subfamily->items[c])
            continue;
        if (n++ < MAX_SITES_TOLD)
            rp_file_print(file, "%s%zu%c>%c", n == 1 ? " sites=" : ",", c + 1, rp_code_letter(family->items[c]),
                          rp_code_letter(subfamily->items[c]));
    }
    if (n > MAX_SITES_TOLD)
        rp_file_print(file, ",...");
    rp_file_print(file, " differences=%u\n", n);
}

bool rp_write_subfamilies(const rp_findings *findings, rp_file *file, rp_error *error)
{
    rp_row_reader reader = {0};
    bool ok = true;
    for (size_t f = 0, n = rp_findings_n_found(findings); f < n && ok; f++) {
        const rp_found_family *family = &findings->families[f];
        rp_subfamilies found;
        ok = rp_subfamilies_find(&reader, findings, f, &found);
        for (size_t i = 0; ok && found.n > 1 && i < found.n; i++) {
            const rp_subfamily *here = &found.items[i];
            rp_file_print(file, ">%s_%zu#%s of=%s copies=%zu length=%zu", family->name, i + 1,
                          rp_findings_class(findings, family), family->name, here->n_copies, here->consensus.n);
            write_sites(family->consensus, &here->consensus, file);
            rp_write_sequence(file, here->consensus.items, here->consensus.n);
        }
        if (ok)
            rp_subfamilies_clear(&found);
    }
    rp_row_reader_clear(&reader);
    return ok || rp_error_memory(error, "subfamilies");
}
