/* union_find.h: things that are linked, as groups: each points to another of its group, or to itself. */
#ifndef RP_BASE_UNION_FIND_H
#define RP_BASE_UNION_FIND_H

#include <stdint.h>

/* The one of i's group that points to itself. Paths are halved on the way. */
static inline uint32_t rp_union_root(uint32_t *parent, uint32_t i)
{
    while (parent[i] != i)
        i = parent[i] = parent[parent[i]];
    return i;
}

/* Puts the groups of two that point to themselves together; the lower one still does. */
static inline void rp_union_join(uint32_t *parent, uint32_t a, uint32_t b)
{
    parent[a > b ? a : b] = a > b ? b : a;
}

#endif
