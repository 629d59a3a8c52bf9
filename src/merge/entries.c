/* entries.c: see entries.h. */
#include "merge/entries.h"

#include <stdlib.h>
#include <string.h>

#include "base/sort.h"

enum { LENGTH_CLASSES = 8 };   /* an octave has */

/* The number behind `key` in a header; false: it is not there. */
static bool find_number(const char *header, const char *key, uint64_t *number)
{
    const size_t n = strlen(key);
    for (const char *at = strstr(header, key); at != NULL; at = strstr(at + 1, key))
        if ((at == header || at[-1] == ' ' || at[-1] == '\t') && at[n] >= '0' && at[n] <= '9') {
            *number = strtoull(at + n, NULL, 10);
            return true;
        }
    return false;
}

static unsigned find_grade(const char *header)
{
    static const char key[] = "grade=";
    for (const char *at = strstr(header, key); at != NULL; at = strstr(at + 1, key)) {
        const char grade = at[sizeof key - 1], after = grade != '\0' ? at[sizeof key] : 'x';
        if ((at == header || at[-1] == ' ' || at[-1] == '\t') && grade >= 'A' && grade <= 'D' &&
            (after == ' ' || after == '\0' || after == '\t'))
            return grade == 'D' ? RP_GRADE_RANK_CANDIDATE : (unsigned)(grade - 'A');
    }
    return RP_GRADE_RANK_NONE;
}

/* FNV-1a (Fowler, Noll, Vo). */
static uint64_t hash_of(const rp_codes *sequence)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < sequence->n; i++)
        hash = (hash ^ sequence->items[i]) * UINT64_C(0x100000001b3);
    return hash;
}

bool rp_entries_add(rp_entries *entries, const rp_merge_library *library, uint32_t number)
{
    for (size_t i = 0; i < library->families->n; i++) {
        const rp_named_family *family = &library->families->items[i];
        rp_entry entry = {.family = family,
                          .library = number,
                          .kept = library->kept,
                          .grade = find_grade(family->description),
                          .hash = hash_of(&family->consensus)};
        entry.has_copies = find_number(family->description, "copies=", &entry.copies) &&
                           find_number(family->description, "bases=", &entry.bases);
        if (!rp_entries_push(entries, entry))
            return false;
    }
    return true;
}

/* The part of the family that [begin, end) of the entry is; how many spans. */
static unsigned spans_of(const rp_entry *entry, rp_span part, rp_span *spans)
{
    if (entry->n_spans == 0) {
        spans[0] = part;
        return 1;
    }
    unsigned n = 0;
    uint32_t at = 0;
    for (unsigned i = 0; i < entry->n_spans; i++) {
        const rp_span *here = &entry->spans[i];
        const uint32_t length = here->end - here->begin;
        const uint32_t from = part.begin > at ? part.begin - at : 0, to = part.end > at ? part.end - at : 0;
        if (from < length && to > from)
            spans[n++] = (rp_span){here->begin + from, here->begin + (to < length ? to : length)};
        at += length;
    }
    return n;
}

bool rp_entries_add_piece(rp_entries *entries, size_t of, const rp_span *spans, unsigned n_spans, bool is_known)
{
    rp_codes *own = rp_alloc(1, sizeof *own);
    if (own == NULL)
        return false;
    const rp_entry *whole = &entries->items[of];
    rp_entry piece = *whole;
    bool ok = true;
    piece.n_spans = 0;
    for (unsigned i = 0; ok && i < n_spans; i++) {
        rp_span in_family[RP_ENTRY_SPANS];
        const unsigned n = spans_of(whole, spans[i], in_family);
        for (unsigned j = 0; j < n && piece.n_spans < RP_ENTRY_SPANS; j++)
            piece.spans[piece.n_spans++] = in_family[j];
        ok = rp_codes_append(own, rp_entry_sequence(whole)->items + spans[i].begin, spans[i].end - spans[i].begin);
    }
    piece.own = own;
    piece.split = false;
    piece.is_piece = is_known || whole->is_piece;
    if (piece.is_piece)
        piece.copies = piece.bases = 0;
    piece.hash = hash_of(own);
    ok = ok && rp_entries_push(entries, piece);
    if (!ok) {
        free(own->items);
        free(own);
        return false;
    }
    entries->items[of].split = true;
    return true;
}

void rp_entries_clear(rp_entries *entries)
{
    for (size_t i = 0; i < entries->n; i++)
        if (entries->items[i].own != NULL) {
            free(entries->items[i].own->items);
            free(entries->items[i].own);
        }
    free(entries->items);
    *entries = (rp_entries){0};
}

/* --- Order --- */

/* An order of all entries that are not alike in everything. */
static int compare_content(const rp_entry *a, const rp_entry *b, const rp_merge_library *libraries)
{
    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    const rp_codes *x = rp_entry_sequence(a), *y = rp_entry_sequence(b);
    if (x->n != y->n)
        return x->n < y->n ? -1 : 1;
    int order = x->n > 0 ? memcmp(x->items, y->items, x->n) : 0;
    order = order != 0 ? order : strcmp(libraries[a->library].label, libraries[b->library].label);
    order = order != 0 ? order : strcmp(a->family->name, b->family->name);
    if (order != 0)
        return order;
    return (a->spans[0].begin > b->spans[0].begin) - (a->spans[0].begin < b->spans[0].begin);
}

bool rp_entry_is_better(const rp_entries *entries, const rp_merge_library *libraries, size_t a, size_t b)
{
    const rp_entry *x = &entries->items[a], *y = &entries->items[b];
    if (x->is_piece != y->is_piece)
        return y->is_piece;
    if (x->grade != y->grade)
        return x->grade < y->grade;
    if (x->bases != y->bases)
        return x->bases > y->bases;
    if (x->copies != y->copies)
        return x->copies > y->copies;
    if (rp_entry_sequence(x)->n != rp_entry_sequence(y)->n)
        return rp_entry_sequence(x)->n > rp_entry_sequence(y)->n;
    return compare_content(x, y, libraries) < 0;
}

/* --- Twins --- */

typedef struct twin {
    const rp_entries *entries;
    const rp_merge_library *libraries;
    rp_codes strand;           /* of the entry's two the one that comes first */
    size_t number;
    bool turned;
} twin;

static int compare_strands(const twin *a, const twin *b)
{
    if (a->strand.n != b->strand.n)
        return a->strand.n < b->strand.n ? -1 : 1;
    return a->strand.n > 0 ? memcmp(a->strand.items, b->strand.items, a->strand.n) : 0;
}

/* The same sequences one after the other, what is kept and then the best of them first. */
static int compare_twins(const void *left, const void *right)
{
    const twin *a = left, *b = right;
    const int order = compare_strands(a, b);
    if (order != 0)
        return order;
    if (a->entries->items[a->number].kept != b->entries->items[b->number].kept)
        return a->entries->items[a->number].kept ? -1 : 1;
    return a->number == b->number ? 0 : rp_entry_is_better(a->entries, a->libraries, a->number, b->number) ? -1 : 1;
}

/* The strand that comes first; a copy where it is the other one. */
static bool set_strand(twin *to, const rp_codes *sequence)
{
    if (!rp_codes_reverse_complement(&to->strand, sequence->items, sequence->n))
        return false;
    to->turned = sequence->n > 0 && memcmp(to->strand.items, sequence->items, sequence->n) < 0;
    if (!to->turned) {
        free(to->strand.items);
        to->strand = *sequence;
    }
    return true;
}

bool rp_entries_find_twins(rp_entries *entries, const rp_merge_library *libraries)
{
    twin *all = rp_alloc(entries->n, sizeof *all);
    size_t n = 0;
    bool ok = all != NULL;
    for (size_t i = 0; ok && i < entries->n; i++) {
        entries->items[i].twin = i;
        if (entries->items[i].split)
            continue;
        all[n] = (twin){.entries = entries, .libraries = libraries, .number = i};
        ok = set_strand(&all[n], rp_entry_sequence(&entries->items[i]));
        n += ok;
    }
    if (ok)
        rp_sort(all, n, sizeof *all, compare_twins);
    for (size_t i = 1, first = 0; ok && i < n; i++) {
        rp_entry *entry = &entries->items[all[i].number];
        if (compare_strands(&all[first], &all[i]) != 0) {
            first = i;
        } else if (!entry->kept) {
            entry->twin = all[first].number;
            entry->twin_reverse = all[first].turned != all[i].turned;
        }
    }
    for (size_t i = 0; i < n; i++)
        if (all[i].turned)
            free(all[i].strand.items);
    free(all);
    return ok;
}

/* --- Lists --- */

typedef struct ordered {
    const rp_entry *entry;
    const rp_merge_library *libraries;
    size_t number;
    unsigned group, length_class;
} ordered;

static int compare_ordered(const void *left, const void *right)
{
    const ordered *a = left, *b = right;
    if (a->group != b->group)
        return a->group < b->group ? -1 : 1;
    if (a->group == 0)
        return (a->number > b->number) - (a->number < b->number);
    if (a->length_class != b->length_class)
        return a->length_class > b->length_class ? -1 : 1;
    return compare_content(a->entry, b->entry, a->libraries);
}

/* Lengths of one class differ by less than the LENGTH_CLASSES-th part of an octave's lower end. */
static unsigned length_class(uint64_t bases)
{
    unsigned octave = 0;
    while (bases >> octave > 1)
        octave++;
    const uint64_t part = ((bases << LENGTH_CLASSES) >> octave) - ((uint64_t)1 << LENGTH_CLASSES);
    return octave * LENGTH_CLASSES + (unsigned)(part * LENGTH_CLASSES >> LENGTH_CLASSES);
}

bool rp_entries_order(const rp_entries *entries, const rp_merge_library *libraries, const uint8_t *first,
                      rp_entry_list *order)
{
    ordered *all = rp_alloc(entries->n, sizeof *all);
    size_t n = 0;
    if (all == NULL)
        return false;
    for (size_t i = 0; i < entries->n; i++) {
        const rp_entry *entry = &entries->items[i];
        if (entry->split || entry->twin != i)
            continue;
        const bool is_first = first != NULL && first[i] != 0;
        all[n++] = (ordered){.entry = entry,
                             .libraries = libraries,
                             .number = i,
                             .group = entry->kept ? 0
                                      : is_first  ? 1
                                                  : 2,
                             .length_class = length_class(rp_entry_sequence(entry)->n)};
    }
    rp_sort(all, n, sizeof *all, compare_ordered);
    order->n = 0;
    bool ok = true;
    for (size_t i = 0; ok && i < n; i++)
        ok = rp_entry_list_push(order, all[i].number);
    free(all);
    return ok;
}
