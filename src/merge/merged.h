/* merged.h: several libraries as one: its families, and what became of each entry. */
#ifndef RP_MERGE_MERGED_H
#define RP_MERGE_MERGED_H

#include "align/band.h"
#include "merge/entries.h"

typedef struct rp_merge_parameters {
    unsigned n_threads;
    const rp_band_kernel *kernel;
    double identity, coverage;          /* shares */
    const char *name_prefix;            /* NULL: names come from the sequences */
    const rp_genome *genome;            /* to vote with; NULL: members stand as they are */
} rp_merge_parameters;

typedef enum rp_member_why {
    RP_MEMBER_STANDS,                   /* its sequence is the family's, or what that was voted from */
    RP_MEMBER_KEPT,                     /* it is of a library that is kept */
    RP_MEMBER_ALIKE,                    /* each holds most of the other */
    RP_MEMBER_INSIDE,                   /* it is a part of the family */
    RP_MEMBER_ROTATED,                  /* it is the family, cut open at another point */
    RP_MEMBER_VOTED,                    /* its own consensus became like the family's by the vote */
    RP_MEMBER_CUT                       /* the family is what the vote has cut off from it */
} rp_member_why;

typedef struct rp_merged_member {
    const rp_entry *entry;
    size_t family;
    rp_member_why why;
    double identity, coverage;          /* shares: with the one that stands, and of the member */
    bool reverse;
    bool stands;                        /* it is the family's first */
} rp_merged_member;

typedef struct rp_merged_family {
    char *name;
    char *class_name;
    const rp_entry *from;               /* the member that stands */
    rp_codes consensus;
    bool kept, was_voted;
    size_t n_members, n_libraries;
    bool has_copies;
    uint64_t copies, bases;             /* of its members together */
} rp_merged_family;

/* Zeroed at the start; cleared in any state. */
typedef struct rp_merged {
    rp_merge_library *libraries;        /* by label */
    size_t n_libraries;
    rp_entries entries;
    rp_merged_family *families;         /* what is kept in its order, then those with the most bases first */
    size_t n_families;
    rp_merged_member *members;          /* by family, the one that stands first */
    size_t n_members;
    size_t n_split;                     /* entries that were two */
} rp_merged;

#endif
