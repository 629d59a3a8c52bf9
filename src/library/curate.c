/* curate.c: see curate.h. */
#include "library/curate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <htslib/kstring.h>

#include "base/memory.h"
#include "base/sort.h"
#include "base/text.h"

enum { MAX_WORDS = 128, SHOWN_BYTES = 160 };

typedef enum verb { KEEP, DROP, RENAME, CUT, SPLIT, MERGE, N_VERBS } verb;

static const struct {
    const char *name, *usage;
    size_t least, most; /* words, with the verb */
} VERBS[N_VERBS] = {
    [KEEP] = {"keep", "keep FAMILY", 2, 2},
    [DROP] = {"drop", "drop FAMILY", 2, 2},
    [RENAME] = {"rename", "rename FAMILY NAME[#CLASS]", 3, 3},
    [CUT] = {"cut", "cut FAMILY BEGIN END", 4, 4},
    [SPLIT] = {"split", "split FAMILY POSITION ...", 3, MAX_WORDS},
    [MERGE] = {"merge", "merge FAMILY INTO", 3, 3},
};

RP_ARRAY(positions, uint32_t);

/* What is decided about one family. Zeroed: nothing. */
typedef struct decision {
    size_t line[N_VERBS];      /* of the file, from 1; 0: that is not decided */
    char *name, *class_name;   /* new ones; NULL: those that it has */
    positions at;              /* CUT: begin (from 0) and end; SPLIT: ends of the pieces but the last */
    size_t into;               /* MERGE: index of that family */
    size_t first_merged;       /* 1 + the first family that is merged into this one; 0: none */
    size_t next_merged;        /* 1 + the next that is merged into the same */
} decision;

typedef struct curator {
    const rp_family_file *library;
    const char *path;
    decision *decisions;       /* by family */
    const rp_named_family **sorted; /* by name */
    rp_family_file *curated;
    size_t *lines;             /* by curated family: the line that its name is from; 0: from none */
    size_t lines_capacity;
    rp_error *error;
} curator;

/* --- Reading --- */

/* "decisions: line 3: 'which' what" */
static bool fault(const curator *c, size_t line, const char *which, const char *what)
{
    char shown[SHOWN_BYTES];
    return rp_error_set_as(c->error, RP_ERROR_INPUT, "%s: line %zu: %s %s", c->path, line,
                           rp_text_show(which, shown, sizeof shown), what);
}

/* The index of a family; SIZE_MAX: there is none of that name, and the error is filled in. */
static size_t find_family(const curator *c, size_t line, char *name)
{
    const rp_named_family key = {.name = name}, *wanted = &key;
    const rp_named_family *const *found =
        c->library->n > 0 ? bsearch(&wanted, c->sorted, c->library->n, sizeof *c->sorted, rp_named_family_compare)
                          : NULL;
    if (found != NULL)
        return (size_t)(*found - c->library->items);
    (void)fault(c, line, name, "is no family of the library");
    return SIZE_MAX;
}

static bool parse_position(const curator *c, size_t line, const char *text, uint32_t least, uint32_t most,
                           uint32_t *position)
{
    char *end = NULL;
    errno = 0;
    const unsigned long long value = strtoull(text, &end, 10);
    if (text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && value >= least && value <= most) {
        *position = (uint32_t)value;
        return true;
    }
    char what[80];
    (void)snprintf(what, sizeof what, "is no position from %u to %u of this family", least, most);
    return fault(c, line, text, what);
}

static bool take_name(const curator *c, size_t line, const char *text, decision *to)
{
    const char *hash = strrchr(text, '#');
    const size_t length = hash != NULL ? (size_t)(hash - text) : strlen(text);
    if (length == 0 || (hash != NULL && hash[1] == '\0'))
        return fault(c, line, text, "is no NAME or NAME#CLASS");
    to->name = strndup(text, length);
    to->class_name = hash != NULL ? strdup(hash + 1) : NULL;
    return (to->name != NULL && (hash == NULL || to->class_name != NULL)) || rp_error_memory(c->error, c->path);
}

static bool take_positions(const curator *c, size_t line, verb what, char *const *words, size_t n, uint32_t length,
                           decision *to)
{
    uint32_t least = 1, position = 0;
    for (size_t i = 0; i < n; i++) {
        const uint32_t most = what == CUT ? length : length - 1;
        if (what == SPLIT && length < 2)
            return fault(c, line, words[0], "is in a family of one base");
        if (!parse_position(c, line, words[i], least, most, &position))
            return false;
        least = what == CUT ? position : position + 1;
        if (!positions_push(&to->at, what == CUT && i == 0 ? position - 1 : position))
            return rp_error_memory(c->error, c->path);
    }
    return true;
}

/* Whether a decision goes together with what is decided already. */
static bool check_alone(const curator *c, size_t line, verb what, const char *name, const decision *so_far)
{
    for (int other = 0; other < N_VERBS; other++) {
        const bool together = (what == RENAME && other == CUT) || (what == CUT && other == RENAME);
        if (so_far->line[other] == 0 || together)
            continue;
        char text[80];
        (void)snprintf(text, sizeof text, "has a decision already: %s, in line %zu", VERBS[other].name,
                       so_far->line[other]);
        return fault(c, line, name, text);
    }
    return true;
}

static bool take_decision(curator *c, size_t line, char *const *words, size_t n)
{
    int what = 0;
    while (what < N_VERBS && strcmp(words[0], VERBS[what].name) != 0)
        what++;
    if (what == N_VERBS)
        return fault(c, line, words[0], "is none of keep, drop, rename, cut, split, merge");
    if (n < VERBS[what].least || n > VERBS[what].most) {
        char usage[80];
        (void)snprintf(usage, sizeof usage, "has %zu words beside it; it is: %s", n - 1, VERBS[what].usage);
        return fault(c, line, words[0], usage);
    }
    const size_t f = find_family(c, line, words[1]);
    if (f == SIZE_MAX || !check_alone(c, line, (verb)what, words[1], &c->decisions[f]))
        return false;
    decision *to = &c->decisions[f];
    to->line[what] = line;
    const uint32_t length = (uint32_t)c->library->items[f].consensus.n;
    switch (what) {
    case RENAME: return take_name(c, line, words[2], to);
    case CUT:
    case SPLIT: return take_positions(c, line, (verb)what, words + 2, n - 2, length, to);
    case MERGE:
        to->into = find_family(c, line, words[2]);
        return to->into != SIZE_MAX && (to->into != f || fault(c, line, words[1], "is the same family"));
    default: return true;
    }
}

/* Cuts a line into words, up to one that is a # alone or begins a line. False: there are too many. */
static bool split_line(char *line, char *words[MAX_WORDS], size_t *n)
{
    static const char blanks[] = " \t\r\n";
    char *rest = NULL;
    *n = 0;
    for (char *word = strtok_r(line, blanks, &rest); word != NULL; word = strtok_r(NULL, blanks, &rest)) {
        if ((*n == 0 && word[0] == '#') || strcmp(word, "#") == 0)
            break;
        if (*n == MAX_WORDS)
            return false;
        words[(*n)++] = word;
    }
    return true;
}

static bool read_decisions(curator *c, rp_curation *figures)
{
    FILE *file = strcmp(c->path, "-") == 0 ? stdin : fopen(c->path, "r");
    if (file == NULL) {
        const int failure = errno;
        return rp_error_set_as(c->error, failure == ENOENT ? RP_ERROR_INPUT : rp_error_kind_of(failure), "%s: %s",
                               c->path, strerror(failure));
    }
    char *line = NULL, *words[MAX_WORDS];
    size_t capacity = 0, number = 0;
    bool ok = true;
    errno = 0;
    for (ssize_t length; ok && (length = getline(&line, &capacity, file)) >= 0; errno = 0) {
        size_t n = 0;
        number++;
        if (strlen(line) != (size_t)length)
            ok = fault(c, number, "a NUL byte", "is no text");
        else if (!split_line(line, words, &n))
            ok = fault(c, number, words[0], "has too many words");
        else if (n > 0)
            ok = take_decision(c, number, words, n);
        figures->n_decisions += n > 0;
    }
    if (ok && ferror(file) != 0)
        ok = rp_error_set_as(c->error, RP_ERROR_PASSING, "%s: %s", c->path, strerror(errno));
    free(line);
    if (file != stdin)
        (void)fclose(file);
    return ok;
}

/* --- Applying --- */

/* Families are merged into such as stay. */
static bool link_merges(curator *c)
{
    for (size_t f = c->library->n; f-- > 0;) {
        decision *from = &c->decisions[f];
        if (from->line[MERGE] == 0)
            continue;
        decision *into = &c->decisions[from->into];
        static const verb leaves[] = {DROP, SPLIT, MERGE};
        for (size_t i = 0; i < sizeof leaves / sizeof leaves[0]; i++) {
            const size_t line = into->line[leaves[i]];
            if (line == 0)
                continue;
            char text[80];
            (void)snprintf(text, sizeof text, "does not stay: %s, in line %zu", VERBS[leaves[i]].name, line);
            return fault(c, from->line[MERGE], c->library->items[from->into].name, text);
        }
        from->next_merged = into->first_merged;
        into->first_merged = f + 1;
    }
    return true;
}

/* Appends a description; of a sequence that was changed without what is no longer true of it. */
static bool add_description(const char *description, bool changed, kstring_t *to)
{
    static const char *const stale[] = {"copies=", "bases=",  "length=", "was=",   "divergence=", "evidence=",
                                        "kinds=",  "nested=", "false=",  "grade=", "because=",    "like="};
    for (const char *at = description; *at != '\0';) {
        const size_t n = strcspn(at, " \t"), gap = strspn(at + n, " \t");
        bool is_stale = false;
        for (size_t i = 0; changed && i < sizeof stale / sizeof stale[0]; i++)
            is_stale |= strncmp(at, stale[i], strlen(stale[i])) == 0;
        if (!is_stale && n > 0 && ksprintf(to, "%s%.*s", to->l > 0 ? " " : "", (int)n, at) < 0)
            return false;
        at += n + gap;
    }
    return true;
}

static bool add_step(kstring_t *to, bool *any, const char *verb_name, const char *rest)
{
    const int ok = ksprintf(to, "%s%s%s%s",
                            *any        ? ","
                            : to->l > 0 ? " curated="
                                        : "curated=",
                            verb_name, rest[0] != '\0' ? ":" : "", rest);
    *any = true;
    return ok >= 0;
}

/* The description of [begin, end) of a family, with what was decided. */
static bool describe(const curator *c, size_t f, uint32_t begin, uint32_t end, kstring_t *to)
{
    const decision *made = &c->decisions[f];
    const rp_named_family *family = &c->library->items[f];
    const bool changed = made->line[CUT] != 0 || made->line[SPLIT] != 0;
    char range[48];
    (void)snprintf(range, sizeof range, "%u-%u", begin + 1, end);
    bool any = false;
    to->l = 0;
    bool ok = kputs("", to) >= 0 && (!changed || ksprintf(to, "length=%u", end - begin) >= 0) &&
              add_description(family->description, changed, to);
    ok = ok && (made->line[KEEP] == 0 || add_step(to, &any, "keep", "")) &&
         (made->line[RENAME] == 0 || add_step(to, &any, "rename", family->name)) &&
         (made->line[CUT] == 0 || add_step(to, &any, "cut", range)) &&
         (made->line[SPLIT] == 0 || (add_step(to, &any, "split", family->name) && ksprintf(to, ":%s", range) >= 0));
    for (size_t i = made->first_merged; ok && i > 0; i = c->decisions[i - 1].next_merged)
        ok = add_step(to, &any, "merge", c->library->items[i - 1].name);
    return ok;
}

/* Adds [begin, end) of a family to what is curated; piece 0: all that stays of it, or the number of one. */
static bool add_family(curator *c, size_t f, uint32_t begin, uint32_t end, size_t piece, kstring_t *text)
{
    const decision *made = &c->decisions[f];
    const rp_named_family *family = &c->library->items[f];
    const size_t n = c->curated->n;
    if (!rp_reserve((void **)&c->lines, &c->lines_capacity, n + 1, sizeof *c->lines) ||
        !rp_family_file_push(c->curated, (rp_named_family){0}) || !describe(c, f, begin, end, text))
        return false;
    c->lines[n] = made->line[SPLIT] != 0 ? made->line[SPLIT] : made->line[RENAME];
    rp_named_family *to = &c->curated->items[n];
    if (piece == 0)
        to->name = strdup(made->name != NULL ? made->name : family->name);
    else if (asprintf(&to->name, "%s_%zu", family->name, piece) < 0)
        to->name = NULL;
    to->class_name = strdup(made->class_name != NULL ? made->class_name : family->class_name);
    to->description = strdup(text->s);
    return to->name != NULL && to->class_name != NULL && to->description != NULL &&
           rp_codes_copy(&to->consensus, family->consensus.items + begin, end - begin);
}

static bool apply(curator *c, bool only_decided, rp_curation *figures)
{
    kstring_t text = KS_INITIALIZE;
    bool ok = true;
    for (size_t f = 0; ok && f < c->library->n; f++) {
        const decision *made = &c->decisions[f];
        const uint32_t length = (uint32_t)c->library->items[f].consensus.n;
        bool decided = made->first_merged > 0;
        for (int v = 0; v < N_VERBS; v++)
            decided |= made->line[v] != 0;
        figures->n_undecided += !decided;
        if (made->line[DROP] != 0 || made->line[MERGE] != 0 || (only_decided && !decided))
            continue;
        if (made->line[SPLIT] == 0) {
            const bool cut = made->line[CUT] != 0;
            ok = add_family(c, f, cut ? made->at.items[0] : 0, cut ? made->at.items[1] : length, 0, &text);
            continue;
        }
        for (size_t i = 0; ok && i <= made->at.n; i++)
            ok = add_family(c, f, i > 0 ? made->at.items[i - 1] : 0, i < made->at.n ? made->at.items[i] : length, i + 1,
                            &text);
    }
    ks_free(&text);
    return ok || rp_error_memory(c->error, c->path);
}

/* New names are those of no other family. */
static bool check_names(const curator *c)
{
    const rp_named_family **sorted = rp_alloc(c->curated->n, sizeof *sorted);
    if (sorted == NULL)
        return rp_error_memory(c->error, c->path);
    for (size_t i = 0; i < c->curated->n; i++)
        sorted[i] = &c->curated->items[i];
    rp_sort(sorted, c->curated->n, sizeof *sorted, rp_named_family_compare);
    bool ok = true;
    for (size_t i = 1; ok && i < c->curated->n; i++)
        if (strcmp(sorted[i]->name, sorted[i - 1]->name) == 0) {
            const size_t a = c->lines[sorted[i] - c->curated->items], b = c->lines[sorted[i - 1] - c->curated->items];
            ok = fault(c, a > b ? a : b, sorted[i]->name, "is the name of another family that stays");
        }
    free(sorted);
    return ok;
}

bool rp_curate(const rp_family_file *library, const char *path, bool only_decided, rp_family_file *curated,
               rp_curation *figures, rp_error *error)
{
    curator c = {.library = library, .path = path, .curated = curated, .error = error};
    *curated = (rp_family_file){0};
    *figures = (rp_curation){0};
    c.decisions = rp_alloc(library->n, sizeof *c.decisions);
    c.sorted = rp_alloc(library->n, sizeof *c.sorted);
    bool ok = (c.decisions != NULL && c.sorted != NULL) || rp_error_memory(error, path);
    for (size_t f = 0; ok && f < library->n; f++)
        c.sorted[f] = &library->items[f];
    if (ok)
        rp_sort(c.sorted, library->n, sizeof *c.sorted, rp_named_family_compare);
    ok = ok && read_decisions(&c, figures) && link_merges(&c) && apply(&c, only_decided, figures) && check_names(&c);
    for (size_t f = 0; c.decisions != NULL && f < library->n; f++) {
        free(c.decisions[f].name);
        free(c.decisions[f].class_name);
        free(c.decisions[f].at.items);
    }
    free(c.decisions);
    free(c.sorted);
    free(c.lines);
    if (!ok)
        rp_family_file_clear(curated);
    return ok;
}
