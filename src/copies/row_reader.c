/* row_reader.c: rows from the findings' store; see row_reader.h. */
#include "copies/row_reader.h"

#include <stdlib.h>

void rp_row_reader_clear(rp_row_reader *reader)
{
    free(reader->steps[0].items);
    free(reader->steps[1].items);
    *reader = (rp_row_reader){0};
}

bool rp_row_read(rp_row_reader *reader, const rp_findings *findings, const rp_part *part, rp_row *row)
{
    rp_interval kept;
    return rp_part_row(findings->rows, findings->genome, (uint32_t)findings->families[part->family].consensus->n, part,
                       reader->steps, row, &kept);
}
