/* row_reader.c: traces parts in batches; see row_reader.h. */
#include "copies/row_reader.h"

#include <stdlib.h>

#include "base/memory.h"

struct rp_row_reader {
    const rp_findings *findings;
    rp_extender *extender;
    rp_aligner *aligner;
    rp_query *queries;          /* of all families */
    uint8_t *turned;            /* the consensus sequences' reverse complements */
    rp_steps steps[2 * RP_PART_ROWS];
    rp_row rows[RP_PART_ROWS];
};

/* The consensus sequences and their reverse complements as queries. */
static bool lay_out_queries(rp_row_reader *reader)
{
    const rp_findings *findings = reader->findings;
    size_t bases = 0, at = 0;
    for (size_t f = 0; f < findings->n_families; f++)
        bases += findings->families[f].consensus->n;
    reader->queries = rp_alloc(2 * findings->n_families, sizeof *reader->queries);
    reader->turned = rp_alloc(bases, 1);
    if (reader->queries == NULL || reader->turned == NULL)
        return false;
    for (size_t f = 0; f < findings->n_families; f++) {
        const rp_codes *consensus = findings->families[f].consensus;
        for (size_t i = 0; i < consensus->n; i++)
            reader->turned[at + i] = rp_code_complement(consensus->items[consensus->n - 1 - i]);
        reader->queries[2 * f] = (rp_query){.codes = consensus->items, .length = (uint32_t)consensus->n};
        reader->queries[2 * f + 1] = (rp_query){.codes = reader->turned + at, .length = (uint32_t)consensus->n};
        at += consensus->n;
    }
    return true;
}

rp_row_reader *rp_row_reader_create(const rp_findings *findings)
{
    rp_row_reader *reader = rp_alloc(1, sizeof *reader);
    if (reader == NULL)
        return NULL;
    reader->findings = findings;
    reader->extender = rp_extender_create(findings->kernel);
    reader->aligner = reader->extender == NULL ? NULL : rp_aligner_create(reader->extender);
    if (reader->aligner == NULL || !lay_out_queries(reader)) {
        rp_row_reader_destroy(reader);
        return NULL;
    }
    return reader;
}

void rp_row_reader_destroy(rp_row_reader *reader)
{
    if (reader == NULL)
        return;
    rp_aligner_destroy(reader->aligner);
    rp_extender_destroy(reader->extender);
    for (unsigned i = 0; i < 2 * RP_PART_ROWS; i++)
        free(reader->steps[i].items);
    for (unsigned i = 0; i < RP_PART_ROWS; i++)
        rp_row_clear(&reader->rows[i]);
    free(reader->queries);
    free(reader->turned);
    free(reader);
}

bool rp_row_reader_run(rp_row_reader *reader, const size_t *parts, size_t n, rp_row_function *function, void *context)
{
    const rp_findings *findings = reader->findings;
    const rp_view view = {.genome = findings->genome};
    for (size_t done = 0; done < n; done += RP_PART_ROWS) {
        const size_t here = n - done < RP_PART_ROWS ? n - done : RP_PART_ROWS;
        const rp_part *which[RP_PART_ROWS];
        rp_interval kept[RP_PART_ROWS];
        for (size_t i = 0; i < here; i++)
            which[i] = &findings->parts.items[parts != NULL ? parts[done + i] : done + i];
        if (!rp_part_rows(reader->aligner, &view, reader->queries, which, here, reader->steps, reader->rows, kept))
            return false;
        for (size_t i = 0; i < here; i++)
            if (!function(context, which[i], &reader->rows[i]))
                return false;
    }
    return true;
}
