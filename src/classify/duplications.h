/* duplications.h: which of what was only duplicated was duplicated together.
 *
 * A segment that stands twice in each of two haplotypes, say, comes out in pieces: what lies between them has diverged
 * too far, or was inserted since. Pieces that stand beside each other at two places and more, in one order, orientation
 * and distance, are one duplication, and so are long stretches that are searched once (index/duplicates.h) where they
 * overlap, with the pieces that they hold on both sides.
 */
#ifndef RP_CLASSIFY_DUPLICATIONS_H
#define RP_CLASSIFY_DUPLICATIONS_H

#include "base/memory.h"
#include "copies/findings.h"

/* Where one stands, from its first piece to its last. */
typedef struct rp_duplication_place {
    rp_interval at;
    uint64_t alike_bp;   /* of it, in pieces and in runs of long stretches */
    uint32_t begin, end; /* what it has of the place that stands for the duplication; 0, 0: nothing */
    float divergence;    /* percent, mean over its pieces' bases */
    uint32_t duplication;
    bool reverse;        /* the strand is not that of the place that stands for the duplication */
} rp_duplication_place;

RP_ARRAY(rp_duplication_places, rp_duplication_place);

typedef struct rp_duplication {
    size_t first_place, n_places;
    size_t stands;       /* the place that stands for it: the shortest of those that have nearly most of it */
    size_t first_member, n_members;
    uint64_t alike_bp;   /* of all its places */
    float divergence;    /* percent, mean over its pieces' bases */
} rp_duplication;

RP_ARRAY(rp_duplication_list, rp_duplication);

enum { RP_NO_DUPLICATION = UINT32_MAX };

/* Zeroed at first. Families that stand alone are in none. */
typedef struct rp_duplications {
    rp_duplication_list all;      /* by bases, most first */
    rp_duplication_places places; /* of one duplication after the other, each in genome order */
    uint32_t *members;            /* of one after the other: families of the findings, in their order */
    uint32_t *of_family;          /* one entry a family of the findings: what it is of, or RP_NO_DUPLICATION */
    uint64_t alike_bp;            /* genome bases in them, and in families that were duplicated and stand alone */
    const rp_findings *inserted;  /* as it was given */
    const char *name_prefix;      /* NULL: none. The caller's */
    uint64_t n_before;            /* the first has the number behind this one */
} rp_duplications;

/* Puts the families of `others` that were judged to be duplicated sequence together, and the long stretches of
 * others->duplicates. What stands in copies of `inserted`, the library's families, was inserted between pieces. Both
 * outlive what is found; the caller clears it in any case. It follows from these alone. False: error filled in. */
bool rp_duplications_find(const rp_findings *others, const rp_findings *inserted, rp_duplications *found,
                          rp_error *error) RP_MUST_CHECK;
void rp_duplications_clear(rp_duplications *found);

/* What a place is; an end is there if no more than a tenth of the whole is missing. */
rp_copy_kind rp_duplication_kind(const rp_duplications *found, const rp_duplication_place *place);

/* "D1" and so on, behind the prefix and the numbers before. */
enum { RP_DUPLICATION_NAME_BYTES = 88 };
void rp_duplication_name(const rp_duplications *found, size_t which, char name[RP_DUPLICATION_NAME_BYTES]);

/* Bases of the place that stands for it. */
uint64_t rp_duplication_length(const rp_duplications *found, const rp_duplication *which);

#endif
