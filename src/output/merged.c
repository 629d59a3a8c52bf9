/* merged.c: see merged.h. */
#include "output/merged.h"

#include "output/writers.h"

static void write_header(const rp_merged *merged, const rp_merged_family *family, rp_file *file)
{
    const rp_named_family *from = family->from->family;
    rp_file_print(file, ">%s#%s", family->name, family->class_name);
    if (family->kept) {
        rp_file_print(file, "%s%s\n", from->description[0] != '\0' ? " " : "", from->description);
        return;
    }
    rp_file_print(file, " members=%zu libraries=%zu", family->n_members, family->n_libraries);
    if (family->has_copies)
        rp_file_print(file, " copies=%llu bases=%llu", (unsigned long long)family->copies,
                      (unsigned long long)family->bases);
    rp_file_print(file, " length=%zu", family->consensus.n);
    if (family->from->grade != RP_GRADE_RANK_NONE)
        rp_file_print(file, " grade=%c", "ABC?D"[family->from->grade]);
    rp_file_print(file, " from=%s:%s%s\n", merged->libraries[family->from->library].label, from->name,
                  family->was_voted ? " voted" : "");
}

void rp_merged_write_families(const rp_merged *merged, rp_file *file)
{
    for (size_t f = 0; f < merged->n_families; f++) {
        write_header(merged, &merged->families[f], file);
        rp_write_sequence(file, merged->families[f].consensus.items, merged->families[f].consensus.n);
    }
}

void rp_merged_write_members(const rp_merged *merged, rp_file *file)
{
    rp_file_print(file, "member\tlibrary\tfamily\tstrand\tidentity\tcoverage\twhy\tpart\n");
    for (size_t m = 0; m < merged->n_members; m++) {
        const rp_merged_member *member = &merged->members[m];
        const rp_entry *entry = member->entry;
        rp_file_print(file, "%s\t%s\t%s\t%c\t%.1f\t%.1f\t%s\t", entry->family->name,
                      merged->libraries[entry->library].label, merged->families[member->family].name,
                      member->reverse ? '-' : '+', 100 * member->identity, 100 * member->coverage,
                      rp_member_why_names[member->why]);
        for (unsigned i = 0; i < entry->n_spans; i++)
            rp_file_print(file, "%s%u-%u", i > 0 ? "," : "", entry->spans[i].begin + 1, entry->spans[i].end);
        rp_file_print(file, "%s\n", entry->n_spans == 0 ? "all" : "");
    }
}
