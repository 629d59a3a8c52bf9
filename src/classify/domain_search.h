/* domain_search.h: protein domains in consensus sequences, found by HMMER's hmmsearch (Eddy 2011) in their six
 * translations.
 *
 * hmmsearch is started without a shell, once for each file of profiles. Stops are read as unknown residues, so that a
 * domain goes on behind one: consensus sequences of old families have them. What a domain is worth does not depend on
 * the other families, nor on threads: sizes that E-values follow from are fixed, and so is its seed of random numbers.
 */
#ifndef RP_CLASSIFY_DOMAIN_SEARCH_H
#define RP_CLASSIFY_DOMAIN_SEARCH_H

#include "base/codes.h"
#include "base/error.h"
#include "classify/profiles.h"
#include "copies/domains.h"

typedef struct rp_domain_search {
    rp_profile_file *files; /* n_files of them; none: nothing is looked for */
    size_t n_files;
    char version[32];       /* of hmmsearch; "": it is not there */
} rp_domain_search;

/* Reads the profiles (paths: n of them; with_own: those of the program too) and looks for hmmsearch. False: error
 * filled in; that hmmsearch is not there is none where no paths are given. */
bool rp_domain_search_open(rp_domain_search *search, const char *const *paths, size_t n, bool with_own,
                           rp_error *error) RP_MUST_CHECK;
void rp_domain_search_close(rp_domain_search *search);

/* Whether anything can be found. */
bool rp_domain_search_is_on(const rp_domain_search *search);

/* Fills in the domains of n consensus sequences, the best for each stretch (classify/superfamily.h), to be freed with
 * free(domains->items); their kinds are the search's. False: error filled in, which tells what hmmsearch complained
 * of. */
bool rp_domain_search_run(const rp_domain_search *search, const rp_codes *const *consensus, size_t n,
                          unsigned n_threads, rp_domains *domains, rp_error *error) RP_MUST_CHECK;

/* One line of hmmsearch's table (--domtblout) of a file's profiles, as a domain of one of n consensus sequences. True
 * with *is_one false: a comment, or below its profile's threshold. False: it is no such line. */
bool rp_domain_read(const char *line, const rp_profile_file *file, const rp_codes *const *consensus, size_t n,
                    rp_domain *domain, bool *is_one) RP_MUST_CHECK;

#endif
