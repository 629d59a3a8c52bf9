/* duplication_pieces.h: the pieces of duplicated segments, and which of them are of one; within classify/ only. */
#ifndef RP_CLASSIFY_DUPLICATION_PIECES_H
#define RP_CLASSIFY_DUPLICATION_PIECES_H

#include "copies/findings.h"
#include "copies/independent.h"
#include "genome/bitmask.h"

/* Between pieces of one place: so far around a family it was seen that all is shared. */
enum { RP_PIECES_REACH_BP = RP_SAME_PLACE_BP };

/* A copy of a family, or one side of a block of long stretches: these are the nodes of a graph. */
typedef struct rp_piece {
    uint64_t begin, end;
    uint32_t node;       /* the family, or behind all families the block */
    uint32_t consensus_begin, consensus_end; /* of a block: of its first side */
    double changes;      /* bases that differ */
    uint64_t bases;      /* of those that were compared */
    bool reverse;
} rp_piece;

RP_ARRAY(rp_pieces, rp_piece);

/* Zeroed at first. */
typedef struct rp_piece_graph {
    const rp_findings *others;
    uint32_t n_families, n_nodes;
    uint64_t longest_bp;             /* of a family's pieces */
    rp_bitmask inserted;             /* copies of other families */
    rp_bitmask alike;                /* bases of pieces and runs */
    rp_pieces pieces;                /* in genome order */
    uint32_t *n_pieces;              /* by node */
    uint32_t *parent;                /* by node (base/union_find.h): what was duplicated together is one group */
} rp_piece_graph;

/* Lists the pieces and links the nodes, of findings as rp_duplications_find has them. The caller clears the graph in
 * any case. False: out of memory. */
bool rp_piece_graph_make(rp_piece_graph *graph, const rp_findings *others, const rp_findings *inserted) RP_MUST_CHECK;
void rp_piece_graph_clear(rp_piece_graph *graph);

/* Bases between a stretch and a position that is no earlier than its begin, less what was inserted there; UINT64_MAX:
 * they are too far apart to be of one place. */
uint64_t rp_piece_gap(const rp_piece_graph *graph, uint64_t begin, uint64_t end, uint64_t next);

static inline uint64_t rp_piece_shared_bp(uint64_t a_begin, uint64_t a_end, uint64_t b_begin, uint64_t b_end)
{
    const uint64_t begin = a_begin > b_begin ? a_begin : b_begin, end = a_end < b_end ? a_end : b_end;
    return end > begin ? end - begin : 0;
}

#endif
