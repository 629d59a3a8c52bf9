/* spans.c: the union of spans; see spans.h. */
#include "compare/spans.h"

#include "base/sort.h"

static int compare_spans(const void *left, const void *right)
{
    const rp_span *a = left, *b = right;
    if (a->begin != b->begin)
        return a->begin < b->begin ? -1 : 1;
    return (a->end > b->end) - (a->end < b->end);
}

uint64_t rp_spans_covered(rp_spans *spans, uint32_t slack_bp)
{
    rp_sort(spans->items, spans->n, sizeof *spans->items, compare_spans);
    uint64_t covered = 0, end = 0;
    for (size_t i = 0; i < spans->n; i++) {
        const rp_span *here = &spans->items[i];
        if (i == 0 || here->begin > end + slack_bp) {
            covered += here->end - here->begin;
            end = here->end;
        } else if (here->end > end) {
            covered += here->end - end;
            end = here->end;
        }
    }
    return covered;
}
