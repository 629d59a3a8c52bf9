/* profiles.h: files of profiles of protein domains (HMMER3's text format), and what their profiles stand for. */
#ifndef RP_CLASSIFY_PROFILES_H
#define RP_CLASSIFY_PROFILES_H

#include "base/error.h"
#include "base/memory.h"
#include "copies/domains.h"

typedef struct rp_profile {
    char *name;             /* unique in its file */
    rp_domain_kind kind;
} rp_profile;

typedef struct rp_profile_file {
    const char *path;       /* the caller's; NULL: the profiles that are part of the program */
    char md5[33];           /* of its text */
    rp_profile *profiles;   /* by name */
    size_t n, capacity;
} rp_profile_file;

/* Reads a file of profiles, packed or not. Profiles of nucleic acids, and a name that stands twice, are errors. False:
 * error filled in, which names file, line and value; nothing to clear. */
bool rp_profile_file_read(rp_profile_file *file, const char *path, rp_error *error) RP_MUST_CHECK;

/* The profiles that are part of the program, made from data/domains.hmm. */
bool rp_profile_file_own(rp_profile_file *file, rp_error *error) RP_MUST_CHECK;
extern const char rp_own_profiles[];
extern const unsigned rp_own_profiles_bytes;

void rp_profile_file_clear(rp_profile_file *file);

/* NULL: there is none of that name. */
const rp_profile *rp_profile_named(const rp_profile_file *file, const char *name);

#endif
