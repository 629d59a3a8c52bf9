/* split.c: see split.h. */
#include "merge/split.h"

#include <stdlib.h>
#include <string.h>

#include "base/sort.h"

enum {
    SLACK_BP = 20,             /* by which ends of one thing may differ */
    REST_BP = 50,              /* that stand on either side of what is nested */
    ACROSS_FACTOR = 3,         /* copies that a part has for each of the whole */
    SITE_BP = 5, /* of a target-site duplication, at least; by chance alike at one of a thousand places */
    SITE_SHIFT_BP = 3, /* by which the ends of what is nested may be wrong */
    MAX_PARTS = 200,
    WORD_BASES = 12,
    ALIKE_PERCENT = 10 /* of its words, that a sequence shares with one that is like it, at least */
};

/* Entries that lie whole at one place of another. */
typedef struct part {
    uint32_t begin, end;
    uint64_t copies;
    bool has_copies; /* that of them which has copies has so many */
    const char *class_name; /* of the one that most speaks for; "Unknown": of none of them */
    uint64_t class_weight;
    uint32_t fewest; /* parts that the whole up to its end is made of; 0: it is not */
    size_t before; /* the last but one of them */
} part;

RP_ARRAY(parts, part);

typedef struct splitting {
    rp_entries *entries;
    const rp_holdings *holdings;
    const rp_gather_parameters *parameters;
    parts parts;
    uint64_t *copies; /* by entry: of it and of what is like it in whole */
    uint8_t *has_copies;
    uint32_t *words; /* by word: the last sequence that has it; 0: none */
    uint32_t n_marked;
} splitting;

static const char UNKNOWN[] = "Unknown";

static bool is_known(const char *class_name)
{
    return strcmp(class_name, UNKNOWN) != 0;
}

/* Whether two classes say different things of the order: what stands before the '/'. */
static bool contradict(const char *a, const char *b)
{
    const size_t n = strcspn(a, "/");
    return is_known(a) && is_known(b) && (strcspn(b, "/") != n || strncmp(a, b, n) != 0);
}

static const char *class_of(const rp_entry *entry)
{
    return entry->is_piece ? UNKNOWN : entry->family->class_name;
}

static bool near(uint32_t a, uint32_t b)
{
    return (a > b ? a - b : b - a) <= SLACK_BP;
}

/* --- Whether two stretches are alike --- */

/* Rolls over the words of a stretch: marks them, or counts those that are marked so. */
static uint32_t roll(splitting *all, const uint8_t *codes, size_t n, bool mark)
{
    const uint32_t mask = (1u << 2 * WORD_BASES) - 1;
    uint32_t word = 0, length = 0, shared = 0;
    for (size_t i = 0; i < n; i++) {
        length = rp_code_is_base(codes[i]) ? length + 1 : 0;
        word = (word << 2 | (codes[i] & 3u)) & mask;
        if (length < WORD_BASES)
            continue;
        if (mark)
            all->words[word] = all->n_marked;
        else
            shared += all->words[word] == all->n_marked;
    }
    return shared;
}

/* Whether a good part of the words of the shorter one is in the other. */
static bool are_alike(splitting *all, const rp_codes *sequence, rp_span a, rp_span b)
{
    const uint32_t n = b.end - b.begin, m = a.end - a.begin;
    if (n > m)
        return are_alike(all, sequence, b, a);
    all->n_marked++;
    (void)roll(all, sequence->items + a.begin, m, true);
    return 100 * (uint64_t)roll(all, sequence->items + b.begin, n, false) >= ALIKE_PERCENT * (uint64_t)n;
}

/* --- What lies in an entry --- */

static int compare_parts(const void *left, const void *right)
{
    const part *a = left, *b = right;
    if (a->begin != b->begin)
        return a->begin < b->begin ? -1 : 1;
    if (a->end != b->end)
        return a->end < b->end ? -1 : 1;
    return a->copies != b->copies ? (a->copies > b->copies ? -1 : 1) : strcmp(a->class_name, b->class_name);
}

/* Whether the inner one is a part of the outer one and not a version of it. */
static bool is_part(const splitting *all, const rp_holding *holding)
{
    const rp_entry *outer = &all->entries->items[holding->outer];
    return holding->whole &&
           (double)holding->like.target_covered < all->parameters->coverage * (double)rp_entry_sequence(outer)->n;
}

static void join_part(part *to, const part *from)
{
    to->has_copies |= from->has_copies;
    to->copies += from->copies;
    if (is_known(from->class_name) && (!is_known(to->class_name) || from->class_weight > to->class_weight)) {
        to->class_name = from->class_name;
        to->class_weight = from->class_weight;
    }
}

/* The parts of an entry, [begin, end) of the holdings. Those at one place are one. */
static bool find_parts(splitting *all, size_t begin, size_t end)
{
    parts *list = &all->parts;
    list->n = 0;
    for (size_t h = begin; h < end && list->n < MAX_PARTS; h++) {
        const rp_holding *holding = &all->holdings->items[h];
        const rp_entry *inner = &all->entries->items[holding->inner];
        const part here = {.begin = holding->like.target_begin,
                           .end = holding->like.target_end,
                           .copies = inner->copies,
                           .has_copies = inner->has_copies && !inner->is_piece,
                           .class_name = class_of(inner),
                           .class_weight = inner->bases + rp_entry_sequence(inner)->n};
        if (is_part(all, holding) && !parts_push(list, here))
            return false;
    }
    rp_sort(list->items, list->n, sizeof *list->items, compare_parts);
    size_t n = 0;
    for (size_t i = 0; i < list->n; i++) {
        size_t same = n;
        while (same > 0 && !(near(list->items[same - 1].begin, list->items[i].begin) &&
                             near(list->items[same - 1].end, list->items[i].end)))
            same--;
        if (same > 0)
            join_part(&list->items[same - 1], &list->items[i]);
        else
            list->items[n++] = list->items[i];
    }
    list->n = n;
    return true;
}

/* --- Two head to tail --- */

/* The last of the fewest parts that an entry of n bases is made of; parts.n: it is not made of parts. */
static size_t tile(parts *list, uint32_t n)
{
    size_t last = list->n;
    for (size_t i = 0; i < list->n; i++) {
        part *here = &list->items[i];
        here->fewest = here->begin <= SLACK_BP;
        here->before = i;
        for (size_t j = 0; j < i && here->begin > SLACK_BP; j++) {
            const part *other = &list->items[j];
            if (other->fewest > 0 && near(other->end, here->begin) &&
                (here->fewest == 0 || other->fewest + 1 < here->fewest)) {
                here->fewest = other->fewest + 1;
                here->before = j;
            }
        }
        if (here->fewest > 1 && here->end + SLACK_BP >= n &&
            (last == list->n || here->fewest < list->items[last].fewest))
            last = i;
    }
    return last;
}

/* Whether what is known of an entry and of its parts, of which `last` is the last, says that it is no element. */
static bool are_apart(const splitting *all, size_t which, size_t last)
{
    const part *list = all->parts.items;
    bool counted = all->has_copies[which] != 0, few = true, one_class = true;
    for (size_t i = last;; i = list[i].before) {
        counted &= list[i].has_copies;
        few &= list[i].copies >= ACROSS_FACTOR * all->copies[which];
        one_class &= is_known(list[i].class_name) && strcmp(list[i].class_name, list[last].class_name) == 0;
        if (list[i].before == i)
            break;
    }
    return counted ? few : !one_class;
}

/* Splits an entry into the parts that end with `last`. */
static bool split_tiles(splitting *all, size_t which, size_t last)
{
    const part *list = all->parts.items;
    const size_t n = rp_entry_sequence(&all->entries->items[which])->n;
    bool ok = true;
    for (size_t i = last; ok; i = list[i].before) {
        const rp_span span = {list[i].begin, list[i].end <= n ? list[i].end : (uint32_t)n};
        ok = rp_entries_add_piece(all->entries, which, &span, 1, true);
        if (list[i].before == i)
            break;
    }
    return ok;
}

static size_t first_tile(const parts *list, size_t last)
{
    while (list->items[last].before != last)
        last = list->items[last].before;
    return last;
}

/* --- One inside the other --- */

static bool is_same_site(const rp_codes *sequence, uint32_t before, uint32_t behind)
{
    for (uint32_t i = 0; i < SITE_BP; i++)
        if (!rp_code_is_base(sequence->items[before + i]) || sequence->items[before + i] != sequence->items[behind + i])
            return false;
    return true;
}

/* Whether the bases before and behind a part are the same. */
static bool has_site(const rp_codes *sequence, const part *here)
{
    for (int left = -SITE_SHIFT_BP; left <= SITE_SHIFT_BP; left++)
        for (int right = -SITE_SHIFT_BP; right <= SITE_SHIFT_BP; right++)
            if (is_same_site(sequence, (uint32_t)((int)here->begin + left - SITE_BP),
                             (uint32_t)((int)here->end + right)))
                return true;
    return false;
}

/* Whether one of the holdings [begin, end) of an entry has what is on both sides of the part and lacks the part. */
static bool is_bridged(const splitting *all, size_t begin, size_t end, const part *here)
{
    for (size_t h = begin; h < end; h++) {
        const rp_holding *holding = &all->holdings->items[h];
        if (holding->bridges && near(holding->missing.begin, here->begin) && near(holding->missing.end, here->end))
            return true;
    }
    return false;
}

/* The part that is nested in an entry with the holdings [begin, end); parts.n: none is. */
static size_t find_nested(splitting *all, size_t which, size_t begin, size_t end)
{
    const rp_entry *entry = &all->entries->items[which];
    const rp_codes *sequence = rp_entry_sequence(entry);
    const uint32_t n = (uint32_t)sequence->n;
    for (size_t i = 0; i < all->parts.n; i++) {
        const part *here = &all->parts.items[i];
        const bool counted = all->has_copies[which] != 0 && here->has_copies;
        if (here->begin < REST_BP || here->end + REST_BP > n ||
            (counted && here->copies < ACROSS_FACTOR * all->copies[which]))
            continue;
        if (!is_bridged(all, begin, end, here) && !contradict(here->class_name, class_of(entry)) &&
            !has_site(sequence, here))
            continue;
        if (!are_alike(all, sequence, (rp_span){0, here->begin}, (rp_span){here->end, n}))
            return i;
    }
    return all->parts.n;
}

static bool split_nested(splitting *all, size_t which, const part *here)
{
    const uint32_t n = (uint32_t)rp_entry_sequence(&all->entries->items[which])->n;
    const rp_span inner = {here->begin, here->end}, rest[2] = {{0, here->begin}, {here->end, n}};
    return rp_entries_add_piece(all->entries, which, &inner, 1, true) &&
           rp_entries_add_piece(all->entries, which, rest, 2, false);
}

/* --- All of them --- */

static bool split_one(splitting *all, size_t which, size_t begin, size_t end, bool *was_split)
{
    if (!find_parts(all, begin, end))
        return false;
    const rp_codes *sequence = rp_entry_sequence(&all->entries->items[which]);
    const uint32_t n = (uint32_t)sequence->n;
    const size_t last = tile(&all->parts, n);
    *was_split = true;
    if (last < all->parts.n && are_apart(all, which, last)) {
        const part *first = &all->parts.items[first_tile(&all->parts, last)];
        const part *behind = &all->parts.items[last];
        if (!are_alike(all, sequence, (rp_span){first->begin, first->end}, (rp_span){behind->begin, n}))
            return split_tiles(all, which, last);
    }
    const size_t nested = find_nested(all, which, begin, end);
    if (nested < all->parts.n)
        return split_nested(all, which, &all->parts.items[nested]);
    *was_split = false;
    return true;
}

/* Counts the copies of each entry that stands and of those that went into it and are as long. */
static void count_copies(splitting *all)
{
    for (size_t i = 0; i < all->entries->n; i++) {
        const rp_entry *entry = &all->entries->items[i];
        if (entry->split || entry->is_piece || !entry->has_copies)
            continue;
        const size_t into = entry->into;
        const size_t n = rp_entry_sequence(&all->entries->items[into])->n;
        if (into != i && (double)entry->like.target_covered < all->parameters->coverage * (double)n)
            continue;
        all->copies[into] += entry->copies;
        all->has_copies[into] = 1;
    }
}

static int compare_holdings(const void *left, const void *right)
{
    const rp_holding *a = left, *b = right;
    if (a->outer != b->outer)
        return a->outer < b->outer ? -1 : 1;
    if (a->inner != b->inner)
        return a->inner < b->inner ? -1 : 1;
    return (int)a->like.reverse - (int)b->like.reverse;
}

bool rp_split(rp_entries *entries, rp_holdings *holdings, const rp_gather_parameters *parameters, size_t *n_split)
{
    *n_split = 0;
    splitting all = {.entries = entries, .holdings = holdings, .parameters = parameters};
    all.copies = rp_alloc(entries->n, sizeof *all.copies);
    all.has_copies = rp_alloc(entries->n, 1);
    all.words = rp_alloc((size_t)1 << 2 * WORD_BASES, sizeof *all.words);
    bool ok = all.copies != NULL && all.has_copies != NULL && all.words != NULL;
    if (ok)
        count_copies(&all);
    rp_sort(holdings->items, holdings->n, sizeof *holdings->items, compare_holdings);
    for (size_t i = 0, j; ok && i < holdings->n; i = j) {
        const size_t outer = holdings->items[i].outer;
        for (j = i + 1; j < holdings->n && holdings->items[j].outer == outer; j++)
            ;
        bool was_split = false;
        if (!entries->items[outer].kept && entries->items[outer].into == outer)
            ok = split_one(&all, outer, i, j, &was_split);
        *n_split += was_split;
    }
    free(all.copies);
    free(all.has_copies);
    free(all.words);
    free(all.parts.items);
    return ok;
}
