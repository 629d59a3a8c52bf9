/* row.c: alignments as rows; see row.h. */
#include "align/row.h"

#include <stdlib.h>

void rp_row_clear(rp_row *row)
{
    free(row->cells.items);
    free(row->insertions.items);
    free(row->inserted.items);
    *row = (rp_row){0};
}

/* Puts steps, in the order of the consensus' forward strand, into the row. */
typedef struct row_writer {
    rp_row *row;
    const rp_genome *genome;
    uint64_t at;        /* next genome base: at if forward, at - 1 if reverse */
    bool reverse;
    uint32_t column;
} row_writer;

static uint8_t next_code(row_writer *writer)
{
    const uint64_t position = writer->reverse ? --writer->at : writer->at++;
    if (position >= writer->genome->length_bp) /* of a path that no longer holds */
        return RP_BASE_NONE;
    return rp_genome_code(writer->genome, position, writer->reverse);
}

static bool write_step(row_writer *writer, rp_step step)
{
    rp_row *row = writer->row;
    if (step.kind == RP_STEP_INSERTION) {
        rp_insertion *last = row->insertions.n > 0 ? &row->insertions.items[row->insertions.n - 1] : NULL;
        if (last != NULL && last->column == writer->column)
            last->n += step.length;
        else if (!rp_insertions_push(&row->insertions,
                                     (rp_insertion){writer->column, step.length, (uint32_t)row->inserted.n}))
            return false;
    }
    for (uint32_t i = 0; i < step.length; i++) {
        if (step.kind == RP_STEP_INSERTION) {
            if (!rp_codes_push(&row->inserted, next_code(writer)))
                return false;
        } else {
            if (!rp_codes_push(&row->cells, step.kind == RP_STEP_PAIR ? next_code(writer) : RP_CELL_GAP))
                return false;
            writer->column++;
        }
    }
    return true;
}

bool rp_row_make(const rp_genome *genome, const rp_query *queries, const rp_alignment *alignment, const rp_steps *left,
                 const rp_steps *right, rp_row *row)
{
    const bool reverse = (alignment->query & 1) != 0;
    const uint32_t length = queries[alignment->query].length;
    row->begin = reverse ? length - alignment->query_end : alignment->query_begin;
    row->end = reverse ? length - alignment->query_begin : alignment->query_end;
    row->cells.n = row->insertions.n = row->inserted.n = 0;
    row_writer writer = {.row = row,
                         .genome = genome,
                         .at = reverse ? alignment->end : alignment->begin,
                         .reverse = reverse,
                         .column = row->begin};
    /* Walking order is outwards from the anchor, so one side is taken backwards. */
    const rp_steps *first = reverse ? right : left, *second = reverse ? left : right;
    for (size_t i = first->n; i-- > 0;)
        if (!write_step(&writer, first->items[i]))
            return false;
    for (size_t i = 0; i < second->n; i++)
        if (!write_step(&writer, second->items[i]))
            return false;
    return true;
}
