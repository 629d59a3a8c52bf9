/* vote.c: the majority consensus; see vote.h. */
#include "family/vote.h"

#include <stdlib.h>
#include <string.h>

#include "base/sort.h"

enum {
    MAX_INSERTED = 24,        /* bases of an insertion that are counted */
    MIN_VOTES = 3,            /* columns with fewer copies keep their base */
    PARTS = 16,               /* of the columns, where a crew counts them */
    SHARED_CELLS = 1 << 16    /* for it to count: fewer take some tenths of a millisecond */
};

typedef struct column_votes {
    uint32_t bases[RP_N_BASES];
    uint32_t gaps;
    uint32_t starts_here;     /* copies that begin at this column: they cannot insert before it */
} column_votes;

typedef struct inserted_votes {
    uint32_t column, offset;
    uint32_t bases[RP_N_BASES];
} inserted_votes;

RP_ARRAY(insertion_list, inserted_votes);

typedef struct rank {
    int32_t score;
    size_t copy;
} rank;

struct rp_voter {
    column_votes *columns;
    size_t column_capacity;
    insertion_list inserted;
    insertion_list inserted_by[PARTS]; /* while rows are counted: those of a part of the columns */
    rank *ranks;
    size_t rank_capacity;
    size_t *chosen;
    size_t chosen_capacity;
    uint32_t *depth;
    size_t depth_capacity;
    uint32_t *new_place;      /* of each old column */
    size_t place_capacity;
    rp_codes voted;
    rp_copy batch[RP_ROWS_MOST];
    rp_row rows[RP_ROWS_MOST];
};

rp_voter *rp_voter_create(void)
{
    return rp_alloc(1, sizeof(rp_voter));
}

void rp_voter_destroy(rp_voter *voter)
{
    if (voter == NULL)
        return;
    free(voter->columns);
    free(voter->inserted.items);
    free(voter->ranks);
    free(voter->chosen);
    free(voter->depth);
    free(voter->new_place);
    free(voter->voted.items);
    for (unsigned i = 0; i < PARTS; i++)
        free(voter->inserted_by[i].items);
    for (unsigned i = 0; i < RP_ROWS_MOST; i++)
        rp_row_clear(&voter->rows[i]);
    free(voter);
}

static int compare_rank(const void *left, const void *right)
{
    const rank *a = left, *b = right;
    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    return (a->copy > b->copy) - (a->copy < b->copy);
}

/* Picks, best score first, copies until each RP_VOTE_BIN_BP of the consensus has RP_VOTE_DEPTH of them; puts their
 * indices into voter->chosen. Returns how many; SIZE_MAX: out of memory. */
static size_t choose_copies(rp_voter *voter, const rp_copies *copies, size_t consensus_length)
{
    const size_t n_bins = consensus_length / RP_VOTE_BIN_BP + 1;
    if (!rp_reserve((void **)&voter->ranks, &voter->rank_capacity, copies->n, sizeof *voter->ranks) ||
        !rp_reserve((void **)&voter->depth, &voter->depth_capacity, n_bins, sizeof *voter->depth))
        return SIZE_MAX;
    for (size_t i = 0; i < copies->n; i++)
        voter->ranks[i] = (rank){copies->items[i].score, i};
    rp_sort(voter->ranks, copies->n, sizeof *voter->ranks, compare_rank);
    memset(voter->depth, 0, n_bins * sizeof *voter->depth);
    size_t n = 0, full = 0;
    for (size_t r = 0; r < copies->n && full < n_bins; r++) {
        const rp_copy *copy = &copies->items[voter->ranks[r].copy];
        const size_t first = copy->consensus_begin / RP_VOTE_BIN_BP, last = (copy->consensus_end - 1) / RP_VOTE_BIN_BP;
        bool wanted = false;
        for (size_t bin = first; bin <= last && !wanted; bin++)
            wanted = voter->depth[bin] < RP_VOTE_DEPTH;
        if (!wanted)
            continue;
        for (size_t bin = first; bin <= last; bin++)
            full += ++voter->depth[bin] == RP_VOTE_DEPTH;
        voter->chosen[n++] = voter->ranks[r].copy;
    }
    return n;
}

/* Counts what a row has in columns [begin, end). */
static bool count_row(rp_voter *voter, const rp_row *row, uint32_t begin, uint32_t end, insertion_list *inserted)
{
    const uint32_t first = row->begin > begin ? row->begin : begin, last = row->end < end ? row->end : end;
    if (row->begin >= begin && row->begin < end)
        voter->columns[row->begin].starts_here++;
    for (uint32_t column = first; column < last; column++) {
        const uint8_t cell = row->cells.items[column - row->begin];
        if (rp_code_is_base(cell))
            voter->columns[column].bases[cell]++;
        else if (cell == RP_CELL_GAP)
            voter->columns[column].gaps++;
    }
    for (size_t i = 0; i < row->insertions.n; i++) {
        const rp_insertion *insertion = &row->insertions.items[i];
        const uint32_t n = insertion->n < MAX_INSERTED ? insertion->n : MAX_INSERTED;
        for (uint32_t m = 0; m < n && insertion->column >= begin && insertion->column < end; m++) {
            inserted_votes one = {.column = insertion->column, .offset = m};
            const uint8_t code = row->inserted.items[insertion->first + m];
            if (!rp_code_is_base(code))
                continue;
            one.bases[code] = 1;
            if (!insertion_list_push(inserted, one))
                return false;
        }
    }
    return true;
}

/* Rows that are counted, a part of the columns at a time. */
typedef struct counting {
    rp_voter *voter;
    size_t n_rows, n_columns, n_parts;
} counting;

static bool count_part(void *context, size_t part, unsigned member)
{
    (void)member;
    const counting *work = context;
    rp_voter *voter = work->voter;
    const uint32_t begin = (uint32_t)(work->n_columns * part / work->n_parts),
                   end = (uint32_t)(work->n_columns * (part + 1) / work->n_parts);
    bool ok = true;
    voter->inserted_by[part].n = 0;
    for (size_t i = 0; ok && i < work->n_rows; i++)
        ok = count_row(voter, &voter->rows[i], begin, end, &voter->inserted_by[part]);
    return ok;
}

/* Counts the voter's first rows; a column's counts are sums, in whatever order. */
static bool count_rows(rp_voter *voter, const rp_extenders *others, size_t n_rows, size_t n_columns)
{
    size_t n_cells = 0;
    for (size_t i = 0; i < n_rows; i++)
        n_cells += voter->rows[i].end - voter->rows[i].begin;
    const bool together = rp_crew_size(others->crew) > 1 && n_cells >= SHARED_CELLS;
    counting work = {voter, n_rows, n_columns + 1, together ? PARTS : 1}; /* one: for what is inserted at the end */
    if (!rp_crew_run(together ? others->crew : NULL, others->member, work.n_parts, count_part, &work))
        return false;
    for (size_t part = 0; part < work.n_parts; part++) {
        const insertion_list *from = &voter->inserted_by[part];
        if (!insertion_list_reserve(&voter->inserted, voter->inserted.n + from->n))
            return false;
        if (from->n > 0)
            memcpy(voter->inserted.items + voter->inserted.n, from->items, from->n * sizeof *from->items);
        voter->inserted.n += from->n;
    }
    return true;
}

static int compare_inserted(const void *left, const void *right)
{
    const inserted_votes *a = left, *b = right;
    if (a->column != b->column)
        return a->column < b->column ? -1 : 1;
    return (a->offset > b->offset) - (a->offset < b->offset);
}

static unsigned majority(const uint32_t bases[RP_N_BASES], unsigned present)
{
    unsigned best = rp_code_is_base(present) ? present : RP_BASE_A;
    for (unsigned base = 0; base < RP_N_BASES; base++)
        if (bases[base] > bases[best])
            best = base;
    return best;
}

static uint32_t votes_of(const column_votes *column)
{
    return column->bases[RP_BASE_A] + column->bases[RP_BASE_C] + column->bases[RP_BASE_G] + column->bases[RP_BASE_T] +
           column->gaps;
}

/* Appends what over half of the copies that pass from column - 1 to column insert there; n_left: columns from here on,
 * which have their room. */
static bool append_inserted(rp_voter *voter, uint32_t column, size_t n_left, size_t *next)
{
    insertion_list *list = &voter->inserted;
    const column_votes *here = &voter->columns[column];
    const uint32_t passing = votes_of(here) - here->starts_here;
    while (*next < list->n && list->items[*next].column == column) {
        uint32_t bases[RP_N_BASES] = {0}, n = 0;
        const uint32_t offset = list->items[*next].offset;
        for (; *next < list->n && list->items[*next].column == column && list->items[*next].offset == offset;
             ++*next, n++)
            for (unsigned base = 0; base < RP_N_BASES; base++)
                bases[base] += list->items[*next].bases[base];
        if (2 * n > passing && n >= MIN_VOTES && voter->voted.n + n_left < RP_CONSENSUS_MAX_BP &&
            !rp_codes_push(&voter->voted, (uint8_t)majority(bases, RP_BASE_NONE)))
            return false;
    }
    return true;
}

static bool make_consensus(rp_voter *voter, const rp_codes *consensus)
{
    rp_sort(voter->inserted.items, voter->inserted.n, sizeof *voter->inserted.items, compare_inserted);
    voter->voted.n = 0;
    size_t next = 0;
    for (uint32_t column = 0; column < consensus->n; column++) {
        if (!append_inserted(voter, column, consensus->n - column, &next))
            return false;
        const column_votes *here = &voter->columns[column];
        voter->new_place[column] = (uint32_t)voter->voted.n;
        const uint32_t votes = votes_of(here);
        if (votes >= MIN_VOTES && 2 * here->gaps > votes)
            continue;
        const uint8_t present = consensus->items[column];
        const uint8_t code = votes >= MIN_VOTES ? (uint8_t)majority(here->bases, present) : present;
        if (!rp_codes_push(&voter->voted, code))
            return false;
    }
    voter->new_place[consensus->n] = (uint32_t)voter->voted.n;
    return true;
}

bool rp_vote(rp_voter *voter, rp_recruiter *recruiter, const rp_view *view, rp_codes *consensus, rp_copies *copies)
{
    if (!rp_reserve((void **)&voter->columns, &voter->column_capacity, consensus->n + 1, sizeof *voter->columns) ||
        !rp_reserve((void **)&voter->new_place, &voter->place_capacity, consensus->n + 1, sizeof *voter->new_place) ||
        !rp_reserve((void **)&voter->chosen, &voter->chosen_capacity, copies->n, sizeof *voter->chosen))
        return false;
    memset(voter->columns, 0, (consensus->n + 1) * sizeof *voter->columns);
    voter->inserted.n = 0;
    const size_t n_chosen = choose_copies(voter, copies, consensus->n);
    if (n_chosen == SIZE_MAX)
        return false;
    for (size_t done = 0; done < n_chosen; done += RP_ROWS_MOST) {
        const size_t n = n_chosen - done < RP_ROWS_MOST ? n_chosen - done : RP_ROWS_MOST;
        for (size_t i = 0; i < n; i++)
            voter->batch[i] = copies->items[voter->chosen[done + i]];
        if (!rp_recruit_rows(recruiter, view, consensus, voter->batch, n, voter->rows) ||
            !count_rows(voter, rp_recruiter_others(recruiter), n, consensus->n))
            return false;
    }
    if (!make_consensus(voter, consensus))
        return false;
    for (size_t i = 0; i < copies->n; i++) {
        rp_copy *copy = &copies->items[i];
        copy->consensus_begin = voter->new_place[copy->consensus_begin];
        copy->consensus_end = voter->new_place[copy->consensus_end];
        if (copy->anchor_place != RP_NO_ANCHOR)
            copy->anchor_place = voter->new_place[copy->anchor_place];
    }
    return rp_codes_copy(consensus, voter->voted.items, voter->voted.n);
}
