/* nesting.c: see nesting.h. */
#include "report/nesting.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/sort.h"
#include "report/page.h"

enum { PAIRS_SHOWN = 20 };

/* A copy with all of its parts. */
typedef struct copy {
    uint32_t number, host;
    size_t class_index;
    uint64_t bases;
} copy;

RP_ARRAY(copies, copy);

/* Copies of one class in those of another. */
typedef struct pair {
    size_t nested, host;       /* classes */
    uint64_t copies, bases;
} pair;

RP_ARRAY(pairs, pair);

static int compare_copies(const void *left, const void *right)
{
    const copy *a = left, *b = right;
    return (a->number > b->number) - (a->number < b->number);
}

static int compare_classes(const void *left, const void *right)
{
    const pair *a = left, *b = right;
    if (a->nested != b->nested)
        return a->nested < b->nested ? -1 : 1;
    return (a->host > b->host) - (a->host < b->host);
}

static int compare_numbers(const void *left, const void *right)
{
    const pair *a = left, *b = right;
    if (a->copies != b->copies)
        return a->copies > b->copies ? -1 : 1;
    return a->bases != b->bases ? a->bases > b->bases ? -1 : 1 : compare_classes(a, b);
}

/* All copies, by number. False: out of memory. */
static bool list_copies(const rp_report *report, const rp_report_classes *classes, copies *list)
{
    for (size_t f = 0; f < report->n_families; f++) {
        const rp_report_family *family = &report->families[f];
        const size_t class_index = rp_report_class_of(classes, family);
        for (size_t i = 0; i < family->parts.n; i++) {
            const rp_report_part *part = &family->parts.items[i];
            if (part->copy > 0 && !copies_push(list, (copy){part->copy, part->host, class_index, part->bases}))
                return false;
        }
    }
    rp_sort(list->items, list->n, sizeof *list->items, compare_copies);
    size_t n = 0;
    for (size_t i = 0; i < list->n; i++)
        if (n > 0 && list->items[n - 1].number == list->items[i].number)
            list->items[n - 1].bases += list->items[i].bases;
        else
            list->items[n++] = list->items[i];
    list->n = n;
    return true;
}

/* False: out of memory. */
static bool count_pairs(const copies *list, pairs *found)
{
    for (size_t i = 0; i < list->n; i++) {
        const copy *here = &list->items[i], key = {.number = here->host};
        const copy *host = here->host == 0 ? NULL : bsearch(&key, list->items, list->n, sizeof key, compare_copies);
        if (host != NULL && !pairs_push(found, (pair){here->class_index, host->class_index, 1, here->bases}))
            return false;
    }
    rp_sort(found->items, found->n, sizeof *found->items, compare_classes);
    size_t n = 0;
    for (size_t i = 0; i < found->n; i++)
        if (n > 0 && compare_classes(&found->items[n - 1], &found->items[i]) == 0) {
            found->items[n - 1].copies += found->items[i].copies;
            found->items[n - 1].bases += found->items[i].bases;
        } else {
            found->items[n++] = found->items[i];
        }
    found->n = n;
    rp_sort(found->items, n, sizeof *found->items, compare_numbers);
    return true;
}

static void write_class(const rp_report_classes *classes, size_t which, rp_file *file)
{
    rp_file_print(file, "<td><i style=\"background:var(--c%u)\"></i>", classes->items[which].colour);
    rp_page_text(file, rp_report_class_shown(classes->items[which].name));
    rp_file_print(file, "</td>");
}

static void write_pairs(const rp_report_classes *classes, const pairs *found, rp_file *file)
{
    char text[RP_NUMBER_BYTES];
    rp_file_print(file, "<section class=\"ne\"><h2>Nesting</h2><p>Copies that lie between two parts of another one, by "
                        "their class and by that of the copy around them.");
    if (found->n > PAIRS_SHOWN)
        rp_file_print(file, " The most frequent %d of %zu.", PAIRS_SHOWN, found->n);
    rp_file_print(file, "</p><div class=\"scroll\"><table><thead><tr><th>class</th><th>in</th><th class=\"n\">copies"
                        "</th><th class=\"n\">bases</th></tr></thead><tbody>");
    for (size_t i = 0; i < found->n && i < PAIRS_SHOWN; i++) {
        const pair *here = &found->items[i];
        rp_file_print(file, "<tr>");
        write_class(classes, here->nested, file);
        write_class(classes, here->host, file);
        rp_file_print(file, "<td class=\"n\">%s</td>", rp_page_number((double)here->copies, text));
        rp_file_print(file, "<td class=\"n\">%s</td></tr>", rp_page_number((double)here->bases, text));
    }
    rp_file_print(file, "</tbody></table></div></section>");
}

bool rp_report_nesting_write(const rp_report *report, const rp_report_classes *classes, rp_file *file)
{
    copies list = {0};
    pairs found = {0};
    const bool ok = list_copies(report, classes, &list) && count_pairs(&list, &found);
    if (ok && found.n > 0)
        write_pairs(classes, &found, file);
    free(list.items);
    free(found.items);
    return ok;
}
