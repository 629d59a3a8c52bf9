/* read_ahead.c: see read_ahead.h. */
#include "genome/read_ahead.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "genome/turns.h"

enum {
    RANGE_BYTES = 1 << 18,
    PIECE_BYTES = 1 << 16,     /* what is read goes to the page cache: all pieces of a range to the same memory */
    NEEDED = 3                 /* ranges that a reader may take in before it tells where it is again */
};

struct rp_ahead_file {
    rp_read_ahead *ahead;
    int descriptor;
    bool is_small;
    uint64_t n_ranges;
    uint64_t reader;           /* range that the reader is at; written by it, under the lock */
    uint64_t next;             /* to be read; guarded by the lock, as what follows */
    uint64_t n_read;           /* all before this are read */
    bool *is_read;             /* of those from n_read on, by number modulo the window */
    unsigned n_in_flight;
    rp_ahead_file *next_file;
};

struct rp_read_ahead {
    rp_tokens *io_tokens;
    pthread_mutex_t lock;
    pthread_cond_t wanted, arrived;
    rp_ahead_file *files;      /* guarded by lock, as the next two are */
    rp_turns turns;
    bool closed;
    uint64_t window;           /* ranges that a file may be ahead of its reader */
    unsigned n_threads;
    pthread_t *threads;
};

/* Whether a range of the file may be read now. */
static bool is_due(const rp_ahead_file *file)
{
    const uint64_t from = file->n_read < file->reader ? file->n_read : file->reader;
    return file->next < file->n_ranges && file->next < from + file->ahead->window;
}

/* The file whose range is to be read next: of those whose turn it is, the one that is the least ahead. NULL: none is
 * due. */
static rp_ahead_file *choose_file(rp_read_ahead *ahead)
{
    rp_ahead_file *best[2] = {NULL, NULL}; /* by is_small */
    for (rp_ahead_file *file = ahead->files; file != NULL; file = file->next_file) {
        rp_ahead_file **here = &best[file->is_small];
        if (is_due(file) && (*here == NULL || file->next - file->reader < (*here)->next - (*here)->reader))
            *here = file;
    }
    if (best[0] == NULL && best[1] == NULL)
        return NULL;
    return best[rp_turns_next(&ahead->turns, best[1] != NULL, best[0] != NULL)];
}

/* An error is left to the reader, who comes upon it too. */
static void read_range(const rp_read_ahead *ahead, const rp_ahead_file *file, uint64_t range, char *piece)
{
    struct iovec pieces[RANGE_BYTES / PIECE_BYTES];
    for (size_t i = 0; i < RANGE_BYTES / PIECE_BYTES; i++)
        pieces[i] = (struct iovec){piece, PIECE_BYTES};
    rp_tokens_take(ahead->io_tokens);
    rp_gauge_move(RP_GAUGE_READS, 1);
    const uint64_t begin = rp_clock_ns();
    ssize_t got = preadv(file->descriptor, pieces, RANGE_BYTES / PIECE_BYTES, (off_t)(range * RANGE_BYTES));
    (void)got;
    rp_observe(RP_TIME_READ, rp_clock_ns() - begin);
    rp_gauge_move(RP_GAUGE_READS, -1);
    rp_tokens_give(ahead->io_tokens);
}

static void *read_ranges(void *argument)
{
    rp_read_ahead *ahead = argument;
    char piece[PIECE_BYTES];
    (void)pthread_mutex_lock(&ahead->lock);
    while (!ahead->closed) {
        rp_ahead_file *file = choose_file(ahead);
        if (file == NULL) {
            (void)pthread_cond_wait(&ahead->wanted, &ahead->lock);
            continue;
        }
        const uint64_t range = file->next++;
        file->n_in_flight++;
        (void)pthread_mutex_unlock(&ahead->lock);
        read_range(ahead, file, range, piece);
        (void)pthread_mutex_lock(&ahead->lock);
        file->n_in_flight--;
        file->is_read[range % ahead->window] = true;
        for (; file->is_read[file->n_read % ahead->window]; file->n_read++)
            file->is_read[file->n_read % ahead->window] = false;
        (void)pthread_cond_broadcast(&ahead->arrived);
    }
    (void)pthread_mutex_unlock(&ahead->lock);
    return NULL;
}

rp_read_ahead *rp_read_ahead_create(unsigned depth, uint64_t n_bytes, rp_tokens *io_tokens)
{
    const uint64_t n_ranges = (n_bytes + RANGE_BYTES - 1) / RANGE_BYTES;
    depth = depth < n_ranges ? depth : (unsigned)n_ranges;
    rp_read_ahead *ahead = rp_alloc(1, sizeof *ahead);
    if (ahead == NULL)
        return NULL;
    *ahead = (rp_read_ahead){.io_tokens = io_tokens, .window = (uint64_t)depth + NEEDED};
    ahead->threads = rp_alloc(depth, sizeof *ahead->threads);
    const bool has_lock = ahead->threads != NULL && pthread_mutex_init(&ahead->lock, NULL) == 0;
    const bool has_wanted = has_lock && pthread_cond_init(&ahead->wanted, NULL) == 0;
    const bool has_arrived = has_wanted && pthread_cond_init(&ahead->arrived, NULL) == 0;
    while (has_arrived && ahead->n_threads < depth &&
           pthread_create(&ahead->threads[ahead->n_threads], NULL, read_ranges, ahead) == 0)
        ahead->n_threads++;
    if (ahead->n_threads > 0)
        return ahead;
    if (has_arrived)
        (void)pthread_cond_destroy(&ahead->arrived);
    if (has_wanted)
        (void)pthread_cond_destroy(&ahead->wanted);
    if (has_lock)
        (void)pthread_mutex_destroy(&ahead->lock);
    free(ahead->threads);
    free(ahead);
    return NULL;
}

void rp_read_ahead_destroy(rp_read_ahead *ahead)
{
    if (ahead == NULL)
        return;
    (void)pthread_mutex_lock(&ahead->lock);
    ahead->closed = true;
    (void)pthread_cond_broadcast(&ahead->wanted);
    (void)pthread_mutex_unlock(&ahead->lock);
    for (unsigned i = 0; i < ahead->n_threads; i++)
        (void)pthread_join(ahead->threads[i], NULL);
    rp_gauge_rest(RP_GAUGE_READS);
    (void)pthread_cond_destroy(&ahead->arrived);
    (void)pthread_cond_destroy(&ahead->wanted);
    (void)pthread_mutex_destroy(&ahead->lock);
    free(ahead->threads);
    free(ahead);
}

rp_ahead_file *rp_read_ahead_open(rp_read_ahead *ahead, const char *path)
{
    struct stat status;
    rp_ahead_file *file = ahead == NULL ? NULL : rp_alloc(1, sizeof *file);
    if (file == NULL)
        return NULL;
    *file = (rp_ahead_file){.ahead = ahead, .descriptor = open(path, O_RDONLY | O_CLOEXEC)};
    file->is_read = rp_alloc(ahead->window, 1);
    if (file->descriptor < 0 || file->is_read == NULL || fstat(file->descriptor, &status) != 0 ||
        !S_ISREG(status.st_mode)) {
        if (file->descriptor >= 0)
            (void)close(file->descriptor);
        free(file->is_read);
        free(file);
        return NULL;
    }
    file->n_ranges = ((uint64_t)status.st_size + RANGE_BYTES - 1) / RANGE_BYTES;
    file->is_small = status.st_size <= RP_TURNS_SMALL_BYTES;
    (void)pthread_mutex_lock(&ahead->lock);
    file->next_file = ahead->files;
    ahead->files = file;
    (void)pthread_cond_broadcast(&ahead->wanted);
    (void)pthread_mutex_unlock(&ahead->lock);
    return file;
}

void rp_read_ahead_close(rp_ahead_file *file)
{
    if (file == NULL)
        return;
    rp_read_ahead *ahead = file->ahead;
    (void)pthread_mutex_lock(&ahead->lock);
    file->next = file->n_ranges;
    while (file->n_in_flight > 0)
        (void)pthread_cond_wait(&ahead->arrived, &ahead->lock);
    rp_ahead_file **link = &ahead->files;
    while (*link != file)
        link = &(*link)->next_file;
    *link = file->next_file;
    (void)pthread_mutex_unlock(&ahead->lock);
    (void)close(file->descriptor);
    free(file->is_read);
    free(file);
}

/* Whether the reader is to wait. Under the lock. */
static bool is_behind(const rp_ahead_file *file)
{
    const uint64_t needed = file->reader + NEEDED < file->n_ranges ? file->reader + NEEDED : file->n_ranges;
    return file->n_read < needed;
}

void rp_read_ahead_reach(rp_ahead_file *file, uint64_t position, rp_tokens *cpu)
{
    rp_read_ahead *ahead = file->ahead;
    const uint64_t range = position / RANGE_BYTES;
    if (range == file->reader && range > 0)
        return;
    (void)pthread_mutex_lock(&ahead->lock);
    file->reader = range;
    (void)pthread_cond_broadcast(&ahead->wanted);
    if (is_behind(file)) {
        const uint64_t begin = rp_clock_ns();
        (void)pthread_mutex_unlock(&ahead->lock);
        rp_tokens_give(cpu);
        (void)pthread_mutex_lock(&ahead->lock);
        while (is_behind(file))
            (void)pthread_cond_wait(&ahead->arrived, &ahead->lock);
        (void)pthread_mutex_unlock(&ahead->lock);
        rp_tokens_take(cpu);
        rp_observe(RP_TIME_AHEAD, rp_clock_ns() - begin);
        return;
    }
    (void)pthread_mutex_unlock(&ahead->lock);
}
