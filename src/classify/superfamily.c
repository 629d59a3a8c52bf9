/* superfamily.c: see superfamily.h. */
#include "classify/superfamily.h"

#include <stdlib.h>
#include <string.h>

#include "classify/class_tree.h"

enum {
    OVERLAP = 2,        /* one in so many bases of the shorter of two domains: they are one stretch */
    FAR_WEAKER = 4      /* times: what contradicts by so little is taken for chance, or for an insertion */
};

/* A class that is this close to the best is not told from it: bits, or a share of the best score. */
static const double CLOSE_BITS = 8, CLOSE_SHARE = 0.1;

/* A domain that stands alone names a family where so many are expected by chance in the whole search, or fewer. */
static const double MAX_ALONE = 1e-3;

/* --- Stretches --- */

static bool is_one_stretch(const rp_domain *a, const rp_domain *b)
{
    const uint32_t begin = a->begin > b->begin ? a->begin : b->begin, end = a->end < b->end ? a->end : b->end,
                   shorter = a->end - a->begin < b->end - b->begin ? a->end - a->begin : b->end - b->begin;
    return end > begin && OVERLAP * (end - begin) >= shorter;
}

/* A domain of transposons before one of other proteins, then the better one; of two that are alike the first. */
static bool is_better(const rp_domain *a, const rp_domain *b)
{
    const bool of_a = a->kind->class_name != NULL, of_b = b->kind->class_name != NULL;
    return of_a != of_b ? of_a : a->bits > b->bits;
}

static bool is_close(const rp_domain *best, const rp_domain *other)
{
    return other->bits >= best->bits - CLOSE_BITS || other->bits >= best->bits * (1 - CLOSE_SHARE);
}

/* The best of the matches that are not taken yet takes those of its stretch. */
static void take_stretch(rp_domain *best, rp_domain *matches, size_t n, bool *taken)
{
    best->class_name = best->kind->class_name;
    for (size_t i = 0; i < n; i++) {
        if (taken[i] || !is_one_stretch(best, &matches[i]))
            continue;
        taken[i] = true;
        const char *other = matches[i].kind->class_name;
        if (best->class_name != NULL && other != NULL && is_close(best, &matches[i]) &&
            !rp_class_contains(other, best->class_name))
            best->class_name = rp_class_common(best->class_name, other);
    }
}

/* Marks in `keeps` the best match of each stretch of one family. */
static void resolve_family(rp_domain *matches, size_t n, bool *taken, bool *keeps)
{
    for (;;) {
        rp_domain *best = NULL;
        for (size_t i = 0; i < n; i++)
            if (!taken[i] && (best == NULL || is_better(&matches[i], best)))
                best = &matches[i];
        if (best == NULL)
            return;
        keeps[best - matches] = true;
        take_stretch(best, matches, n, taken);
    }
}

bool rp_domains_resolve(rp_domains *domains)
{
    bool *taken = rp_alloc(domains->n, sizeof *taken), *keeps = rp_alloc(domains->n, sizeof *keeps);
    const bool ok = taken != NULL && keeps != NULL;
    size_t kept = 0;
    for (size_t i = 0, n; ok && i < domains->n; i += n) {
        (void)rp_domains_of(domains, domains->items[i].family, &n);
        resolve_family(domains->items + i, n, taken + i, keeps + i);
    }
    for (size_t i = 0; ok && i < domains->n; i++)
        if (keeps[i])
            domains->items[kept++] = domains->items[i];
    if (ok)
        domains->n = kept;
    free(taken);
    free(keeps);
    return ok;
}

/* --- The order of the domains --- */

/* "RT.plants" is an RT. */
static bool is_named(const rp_domain *domain, const char *name)
{
    const size_t n = strlen(name);
    return strncmp(domain->kind->name, name, n) == 0 && (domain->kind->name[n] == '\0' || domain->kind->name[n] == '.');
}

/* The best domain of that name, of LTR elements or of retroelements at large. */
static const rp_domain *find_domain(const rp_domain *domains, size_t n, const char *name)
{
    const rp_domain *best = NULL;
    for (size_t i = 0; i < n; i++) {
        const rp_domain *here = &domains[i];
        if (here->class_name == NULL || rp_class_common(here->class_name, "LTR") == NULL || !is_named(here, name))
            continue;
        best = best == NULL || here->bits > best->bits ? here : best;
    }
    return best;
}

/* What integrase and reverse transcriptase say by their order: 1, Copia's; -1, the other; 0: nothing. */
static int order_of_domains(const rp_domain *domains, size_t n)
{
    const rp_domain *integrase = find_domain(domains, n, "INT"), *transcriptase = find_domain(domains, n, "RT");
    if (integrase == NULL || transcriptase == NULL || integrase->reverse != transcriptase->reverse)
        return 0;
    return (integrase->begin < transcriptase->begin) != integrase->reverse ? 1 : -1;
}

static const char *respect_order(const rp_domain *domains, size_t n, const char *class_name)
{
    const int order = order_of_domains(domains, n);
    if (class_name == NULL || order == 0 || !rp_class_contains("LTR", class_name))
        return class_name;
    const bool is_copia = strcmp(class_name, "LTR/Copia") == 0;
    if (order > 0)
        return rp_class_known(is_copia || strcmp(class_name, "LTR") == 0 ? "LTR/Copia" : "LTR");
    return is_copia ? rp_class_known("LTR") : class_name;
}

/* --- The whole --- */

static bool agree(const char *class_name, const rp_domain *domain)
{
    return domain->class_name != NULL && rp_classes_agree(class_name, domain->class_name);
}

/* Whether what contradicts the class is far weaker than what does not. */
static bool stands(const rp_domain *domains, size_t n, const char *class_name)
{
    double agreeing = 0, contradicting = 0;
    for (size_t i = 0; i < n; i++)
        if (domains[i].kind->class_name != NULL)
            *(agree(class_name, &domains[i]) ? &agreeing : &contradicting) += domains[i].bits;
    return FAR_WEAKER * contradicting <= agreeing;
}

/* What the class has in common with the best of the domains that contradict it. */
static const char *give_way(const rp_domain *domains, size_t n, const char *class_name)
{
    const rp_domain *best = NULL;
    for (size_t i = 0; i < n; i++)
        if (domains[i].kind->class_name != NULL && !agree(class_name, &domains[i]) &&
            (best == NULL || domains[i].bits > best->bits))
            best = &domains[i];
    return best != NULL && best->class_name != NULL ? rp_class_common(class_name, best->class_name) : NULL;
}

/* Whether more than one domain that might be chance speaks for the class. */
static bool is_borne_out(const rp_domain *domains, size_t n, const char *class_name)
{
    size_t agreeing = 0;
    for (size_t i = 0; i < n; i++) {
        if (!agree(class_name, &domains[i]))
            continue;
        if (domains[i].expected <= MAX_ALONE || ++agreeing > 1)
            return true;
    }
    return false;
}

/* Gypsy's integrases are as diverse as retroviruses', and nearer to these than to Copia's (Malik and Eickbush 1999): an
 * integrase alone does not tell a retrovirus. */
static const char *respect_retroviruses(const rp_domain *domains, size_t n, const char *class_name)
{
    if (class_name == NULL || !rp_class_contains("LTR/ERV", class_name))
        return class_name;
    for (size_t i = 0; i < n; i++)
        if (agree(class_name, &domains[i]) && !is_named(&domains[i], "INT"))
            return class_name;
    return rp_class_known("LTR");
}

const char *rp_superfamily_of(const rp_domain *domains, size_t n)
{
    const rp_domain *best = NULL;
    for (size_t i = 0; i < n; i++)
        if (domains[i].class_name != NULL && (best == NULL || domains[i].bits > best->bits))
            best = &domains[i];
    const char *found = best != NULL ? best->class_name : NULL;
    for (size_t i = 0; i < n && found != NULL; i++)
        if (domains[i].class_name != NULL && rp_class_contains(found, domains[i].class_name))
            found = domains[i].class_name;
    while (found != NULL && !stands(domains, n, found))
        found = give_way(domains, n, found);
    found = respect_retroviruses(domains, n, respect_order(domains, n, found));
    return found != NULL && rp_class_is_given(found) && is_borne_out(domains, n, found) ? found : NULL;
}

bool rp_domains_are_of_transposons(const rp_domain *domains, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (domains[i].kind->class_name != NULL)
            return true;
    return false;
}

bool rp_domains_are_of_hosts(const rp_domain *domains, size_t n)
{
    return n > 0 && !rp_domains_are_of_transposons(domains, n);
}

int rp_domain_tell(const rp_domain *domain, kstring_t *text)
{
    return domain->class_name != NULL
               ? ksprintf(text, "domain:%s(%s):%.0e", domain->kind->name, domain->class_name, domain->evalue)
               : ksprintf(text, "domain:%s:%.0e", domain->kind->name, domain->evalue);
}
