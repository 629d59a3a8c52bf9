/* domains.h: stretches of consensus sequences that are domains of proteins. Filled in by classify/. */
#ifndef RP_COPIES_DOMAINS_H
#define RP_COPIES_DOMAINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/memory.h"

/* What a profile stands for. */
typedef struct rp_domain_kind {
    char *name;             /* "RT" */
    const char *class_name; /* of the transposons that have it (classify/class_tree.h); NULL: it is none of theirs */
    double least_bits;      /* a score that tells; 0: the profile has no threshold of its own */
} rp_domain_kind;

typedef struct rp_domain {
    const rp_domain_kind *kind;
    uint32_t family;        /* index of the consensus */
    uint32_t begin, end;    /* bases of the consensus */
    bool reverse;           /* on its reverse strand */
    double bits, evalue;
    double expected;        /* domains of this score among all that were searched, families and profiles, by chance */
    const char *class_name; /* that this stretch speaks for: of all profiles that match it about as well; NULL: none */
} rp_domain;

/* By family, then by place. Zeroed: none were looked for. */
RP_ARRAY(rp_domains, rp_domain);

/* The domains of one family, and how many. */
const rp_domain *rp_domains_of(const rp_domains *domains, size_t family, size_t *n);

#endif
