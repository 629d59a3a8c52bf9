/* bed_line.c: see bed_line.h. */
#include "copies/bed_line.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Up to the copy around; what must be there. */
enum { COLUMNS = 14, LEAST_COLUMNS = 10 };

static bool parse_number(const char *text, uint64_t limit, uint64_t *number)
{
    char *end = NULL;
    errno = 0;
    *number = strtoull(text, &end, 10);
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && *number <= limit;
}

/* Cuts a line at its tabs. */
static size_t split(char *line, char *columns[COLUMNS])
{
    size_t n = 0;
    for (char *at = line; at != NULL && n < COLUMNS; n++) {
        columns[n] = at;
        at = strchr(at, '\t');
        if (at != NULL)
            *at++ = '\0';
    }
    return n;
}

bool rp_bed_line_parse(char *line, rp_bed_line *parsed)
{
    char *columns[COLUMNS];
    uint64_t begin, end, from, to, copy = 0, host = 0;
    const size_t n = split(line, columns);
    if (n < LEAST_COLUMNS || !parse_number(columns[1], UINT64_MAX, &begin) ||
        !parse_number(columns[2], UINT64_MAX, &end) || !parse_number(columns[7], UINT32_MAX, &from) ||
        !parse_number(columns[8], UINT32_MAX, &to) || end <= begin || to <= from || end - begin > UINT32_MAX)
        return false;
    const double divergence = strtod(columns[6], NULL);
    if (!(divergence >= 0 && divergence <= 100))
        return false;
    if (n == COLUMNS &&
        (!parse_number(columns[10], UINT32_MAX, &copy) || !parse_number(columns[13], UINT32_MAX, &host)))
        return false;
    *parsed = (rp_bed_line){.contig = columns[0],
                            .family = columns[3],
                            .kind = n == COLUMNS ? columns[11] : "",
                            .begin = begin,
                            .end = end,
                            .consensus_begin = (uint32_t)from,
                            .consensus_end = (uint32_t)to,
                            .divergence = divergence,
                            .copy = (uint32_t)copy,
                            .host = (uint32_t)host,
                            .reverse = columns[5][0] == '-'};
    return true;
}

bool rp_result_look_for(const char *prefix, const char *ending, char **path)
{
    for (int gz = 0; gz < 2; gz++) {
        if (asprintf(path, "%s%s%s", prefix, ending, gz ? ".gz" : "") < 0) {
            *path = NULL;
            return false;
        }
        if (access(*path, F_OK) == 0)
            return true;
        free(*path);
        *path = NULL;
    }
    return true;
}
