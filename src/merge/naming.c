/* naming.c: see naming.h. */
#include "merge/naming.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <htslib/hts.h>

#include "base/sort.h"

enum {
    DIGITS = 10, /* of the digest, in hex: two of 10,000 families have the same with a chance of 1 in 20,000 */
    ALL_DIGITS = 32
};

/* --- Classes --- */

/* A class with what speaks for it. */
typedef struct vote {
    const char *class_name;
    size_t length; /* of the part of it that counts */
    uint64_t weight;
} vote;

RP_ARRAY(votes, vote);

static bool add_vote(votes *all, const char *class_name, size_t length, uint64_t weight)
{
    for (size_t i = 0; i < all->n; i++)
        if (all->items[i].length == length && strncmp(all->items[i].class_name, class_name, length) == 0) {
            all->items[i].weight += weight;
            return true;
        }
    return votes_push(all, (vote){class_name, length, weight});
}

/* The vote with the most weight, of two the first by name; NULL: there is none. */
static const vote *winner(const votes *all)
{
    const vote *best = NULL;
    for (size_t i = 0; i < all->n; i++) {
        const vote *here = &all->items[i];
        if (best == NULL || here->weight > best->weight ||
            (here->weight == best->weight && strcmp(here->class_name, best->class_name) < 0))
            best = here;
    }
    return best;
}

static bool is_unknown(const char *name)
{
    return name[0] == '\0' || strcmp(name, "Unknown") == 0;
}

/* Whether a member has a vote in this round: parts of the family in the second only. */
static bool votes_in(const rp_merged_member *member, bool parts)
{
    return !member->entry->is_piece && (member->why == RP_MEMBER_INSIDE) == parts;
}

/* Adds the votes of one round: for the order, or, where that is given, for what is behind it. */
static bool collect(const rp_merged_member *members, size_t n, bool parts, const vote *order, votes *all)
{
    bool ok = true;
    all->n = 0;
    for (size_t i = 0; ok && i < n; i++) {
        const rp_entry *entry = members[i].entry;
        const char *name = entry->family->class_name;
        const size_t length = strcspn(name, "/");
        const uint64_t weight = entry->has_copies ? entry->bases : rp_entry_sequence(entry)->n;
        if (!votes_in(&members[i], parts) || is_unknown(name))
            continue;
        if (order == NULL)
            ok = add_vote(all, name, length, weight);
        else if (length == order->length && strncmp(name, order->class_name, length) == 0 && name[length] == '/' &&
                 !is_unknown(name + length + 1))
            ok = add_vote(all, name, strlen(name), weight);
    }
    return ok;
}

bool rp_merged_vote_class(const rp_merged_member *members, size_t n, rp_merged_family *family)
{
    votes orders = {0}, classes = {0};
    bool ok = true, parts = false;
    if (family->kept) {
        family->class_name = strdup(family->from->family->class_name);
        return family->class_name != NULL;
    }
    ok = collect(members, n, false, NULL, &orders);
    if (ok && orders.n == 0) {
        parts = true;
        ok = collect(members, n, true, NULL, &orders);
    }
    const vote *order = winner(&orders);
    ok = ok && (order == NULL || collect(members, n, parts, order, &classes));
    const vote *best = order == NULL ? NULL : winner(&classes);
    if (ok && order != NULL && best == NULL) { /* nobody knows more than the order: as the first of them writes that */
        family->class_name = NULL;
        for (size_t i = 0; i < n && family->class_name == NULL; i++) {
            const char *name = members[i].entry->family->class_name;
            if (votes_in(&members[i], parts) && strncmp(name, order->class_name, order->length) == 0 &&
                (name[order->length] == '/' || name[order->length] == '\0'))
                family->class_name = strdup(name);
        }
    } else if (ok) {
        family->class_name = strdup(best == NULL ? "Unknown" : best->class_name);
    }
    free(orders.items);
    free(classes.items);
    return ok && family->class_name != NULL;
}

/* --- Names --- */

/* The digest of a sequence, or of its other strand, whichever comes first. */
static bool digest_of(const rp_codes *sequence, char digest[ALL_DIGITS + 1])
{
    rp_codes turned = {0};
    hts_md5_context *md5 = hts_md5_init();
    bool ok = md5 != NULL && rp_codes_reverse_complement(&turned, sequence->items, sequence->n);
    if (ok) {
        unsigned char bytes[16];
        const bool forward = sequence->n == 0 || memcmp(sequence->items, turned.items, sequence->n) <= 0;
        hts_md5_update(md5, forward ? sequence->items : turned.items, (unsigned long)sequence->n);
        hts_md5_final(bytes, md5);
        hts_md5_hex(digest, bytes);
    }
    if (md5 != NULL)
        hts_md5_destroy(md5);
    free(turned.items);
    return ok;
}

static bool is_among(const char *const *sorted, size_t n, const char *name)
{
    return n > 0 && bsearch(&name, sorted, n, sizeof *sorted, rp_compare_strings) != NULL;
}

static char *make_name(const char *prefix, const char *rest, int length)
{
    char *name = NULL;
    return asprintf(&name, "%s%.*s", prefix, length, rest) < 0 ? NULL : name;
}

/* The next number that gives a name which no kept family has. */
static char *next_number(const char *prefix, const char *const *kept, size_t n_kept, uint64_t *number)
{
    for (;;) {
        char text[24];
        (void)snprintf(text, sizeof text, "%llu", (unsigned long long)++*number);
        char *name = make_name(prefix, text, (int)strlen(text));
        if (name == NULL || !is_among(kept, n_kept, name))
            return name;
        free(name);
    }
}

static bool name_by_number(rp_merged *merged, const char *prefix, const char *const *kept, size_t n_kept)
{
    uint64_t number = 0;
    bool ok = true;
    for (size_t f = 0; ok && f < merged->n_families; f++)
        if (merged->families[f].name == NULL)
            ok = (merged->families[f].name = next_number(prefix, kept, n_kept, &number)) != NULL;
    return ok;
}

/* Families whose digits are those of another one, or of a kept name, have all digits of the digest. */
static bool name_by_digest(rp_merged *merged, const char *const *kept, size_t n_kept)
{
    const size_t n = merged->n_families;
    char(*digests)[ALL_DIGITS + 1] = rp_alloc(n, sizeof *digests);
    const char **sorted = rp_alloc(n, sizeof *sorted);
    bool ok = digests != NULL && sorted != NULL;
    size_t n_sorted = 0;
    for (size_t f = 0; ok && f < n; f++)
        if (merged->families[f].name == NULL) {
            ok = digest_of(&merged->families[f].consensus, digests[f]);
            sorted[n_sorted++] = digests[f];
        }
    if (ok)
        rp_sort(sorted, n_sorted, sizeof *sorted, rp_compare_strings);
    for (size_t i = 0; ok && i < n_sorted; i++) {
        const bool doubled = (i > 0 && strncmp(sorted[i - 1], sorted[i], DIGITS) == 0) ||
                             (i + 1 < n_sorted && strncmp(sorted[i + 1], sorted[i], DIGITS) == 0);
        const size_t f = (size_t)(sorted[i] - digests[0]) / sizeof *digests;
        char *name = make_name("F", sorted[i], doubled ? ALL_DIGITS : DIGITS);
        if (name != NULL && is_among(kept, n_kept, name)) {
            free(name);
            name = make_name("F", sorted[i], ALL_DIGITS);
        }
        merged->families[f].name = name;
        ok = name != NULL;
    }
    free(sorted);
    free(digests);
    return ok;
}

bool rp_merged_name(rp_merged *merged, const char *name_prefix, rp_error *error)
{
    const char **kept = rp_alloc(merged->n_families, sizeof *kept);
    size_t n_kept = 0;
    bool ok = kept != NULL;
    for (size_t f = 0; ok && f < merged->n_families; f++) {
        rp_merged_family *family = &merged->families[f];
        if (!family->kept)
            continue;
        family->name = strdup(family->from->family->name);
        ok = family->name != NULL;
        kept[n_kept++] = family->name;
    }
    if (ok)
        rp_sort(kept, n_kept, sizeof *kept, rp_compare_strings);
    ok = ok && (name_prefix != NULL ? name_by_number(merged, name_prefix, kept, n_kept)
                                    : name_by_digest(merged, kept, n_kept));
    free(kept);
    return ok || rp_error_memory(error, "names");
}
