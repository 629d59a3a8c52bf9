/* entries.h: what is merged: the families of several libraries, what speaks for each, and their order.
 *
 * The order follows from names and sequences alone, so that it does not matter in which order libraries are given.
 */
#ifndef RP_MERGE_ENTRIES_H
#define RP_MERGE_ENTRIES_H

#include <stddef.h>

#include "base/error.h"
#include "compare/spans.h"
#include "library/family_file.h"
#include "merge/likeness.h"

typedef struct rp_merge_library {
    const char *label;                  /* of its members in results */
    const rp_family_file *families;
    bool kept;                          /* its families stand as they are */
} rp_merge_library;

enum { RP_GRADE_RANK_NONE = 3, RP_GRADE_RANK_CANDIDATE = 4 }; /* A, B, C are 0, 1, 2; D is a candidate */

enum { RP_ENTRY_SPANS = 2 };

/* A family, or a piece of one that was split. */
typedef struct rp_entry {
    const rp_named_family *family;
    uint32_t library;
    bool kept;
    bool split;                         /* its pieces are entries: it is none any more */
    bool is_piece;                      /* of known families: it brings neither copies nor a class */
    unsigned n_spans;                   /* of the family, that it is; 0: all of it */
    rp_span spans[RP_ENTRY_SPANS];
    rp_codes *own;                      /* sequence of a piece; NULL: the family's */
    bool has_copies;                    /* the header tells of them */
    uint64_t copies, bases;
    unsigned grade;                     /* rank */
    uint64_t hash;                      /* of its sequence */
    size_t twin; /* the entry of the same sequence that stands for it from the start; itself: none */
    bool twin_reverse; /* that is its reverse complement */
    size_t into; /* the entry that stands for it; itself where it stands */
    rp_likeness like; /* to that one */
} rp_entry;

RP_ARRAY(rp_entries, rp_entry);
RP_ARRAY(rp_entry_list, size_t);

static inline const rp_codes *rp_entry_sequence(const rp_entry *entry)
{
    return entry->own != NULL ? entry->own : &entry->family->consensus;
}

/* Appends all families of a library. False: out of memory. */
bool rp_entries_add(rp_entries *entries, const rp_merge_library *library, uint32_t number) RP_MUST_CHECK;

/* Appends a piece of an entry, which is split then: the spans that are given, joined. False: out of memory. */
bool rp_entries_add_piece(rp_entries *entries, size_t of, const rp_span *spans, unsigned n_spans,
                          bool is_known) RP_MUST_CHECK;
void rp_entries_clear(rp_entries *entries);

/* Whether more speaks for a than for b: the grade, the genome bases and copies of its header, its length. */
bool rp_entry_is_better(const rp_entries *entries, const rp_merge_library *libraries, size_t a, size_t b);

/* Finds the entries that have the same sequence as another, on either strand: the one that most speaks for has them as
 * twins. False: out of memory. */
bool rp_entries_find_twins(rp_entries *entries, const rp_merge_library *libraries) RP_MUST_CHECK;

/* Lists the entries that are neither split nor twins: those that are kept as they came, then those that `first` marks,
 * then the others, the longest first but for small differences. first: one entry each, NULL: none. False: out of
 * memory. */
bool rp_entries_order(const rp_entries *entries, const rp_merge_library *libraries, const uint8_t *first,
                      rp_entry_list *order) RP_MUST_CHECK;

#endif
