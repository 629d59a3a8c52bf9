/* text_queue.c: see text_queue.h. */
#include "genome/text_queue.h"
#include "base/clock.h"

#include <stdlib.h>

bool rp_text_queue_init(rp_text_queue *queue, uint64_t capacity_bytes, unsigned n_writers)
{
    *queue = (rp_text_queue){.n_writers = n_writers};
    queue->capacity_bytes = capacity_bytes > RP_TEXT_BLOCK_BYTES ? capacity_bytes : RP_TEXT_BLOCK_BYTES;
    if (pthread_mutex_init(&queue->lock, NULL) != 0)
        return false;
    if (pthread_cond_init(&queue->changed, NULL) == 0)
        return true;
    (void)pthread_mutex_destroy(&queue->lock);
    return false;
}

static void free_blocks(rp_text_block *block)
{
    while (block != NULL) {
        rp_text_block *gone = block;
        block = block->next;
        free(gone->text);
        free(gone->pieces.items);
        free(gone);
    }
}

void rp_text_queue_clear(rp_text_queue *queue)
{
    free_blocks(queue->waiting);
    free_blocks(queue->spare);
    (void)pthread_cond_destroy(&queue->changed);
    (void)pthread_mutex_destroy(&queue->lock);
    rp_gauge_rest(RP_GAUGE_QUEUE_BYTES);
}

typedef bool waits_function(const rp_text_queue *queue);

/* Nothing to fill, and nothing to encode meanwhile. */
static bool is_full(const rp_text_queue *queue)
{
    return !queue->failed && queue->waiting == NULL && queue->bytes + RP_TEXT_BLOCK_BYTES > queue->capacity_bytes;
}

static bool is_empty(const rp_text_queue *queue)
{
    return queue->waiting == NULL && queue->n_writers > 0 && !queue->failed;
}

/* Under the lock: waits while `waits`, without the CPU token, which is taken back before the lock. */
static void wait_while(rp_text_queue *queue, waits_function *waits, rp_tokens *cpu)
{
    while (waits(queue)) {
        (void)pthread_mutex_unlock(&queue->lock);
        if (cpu != NULL)
            rp_tokens_give(cpu);
        (void)pthread_mutex_lock(&queue->lock);
        while (waits(queue))
            (void)pthread_cond_wait(&queue->changed, &queue->lock);
        (void)pthread_mutex_unlock(&queue->lock);
        if (cpu != NULL)
            rp_tokens_take(cpu);
        (void)pthread_mutex_lock(&queue->lock);
    }
}

/* Whether a goes before b, which is of the same class of inputs and older. */
static bool goes_before(const rp_text_block *a, const rp_text_block *b)
{
    return a->contig_bp > b->contig_bp;
}

/* Under the lock: takes the block out whose turn it is; NULL: none waits. */
static rp_text_block *take_first(rp_text_queue *queue)
{
    rp_text_block **first[2] = {NULL, NULL}; /* by is_small */
    for (rp_text_block **at = &queue->waiting; *at != NULL; at = &(*at)->next) {
        rp_text_block ***best = &first[(*at)->is_small];
        if (*best == NULL || goes_before(*at, **best))
            *best = at;
    }
    if (queue->waiting == NULL)
        return NULL;
    rp_text_block **link = first[rp_turns_next(&queue->turns, first[1] != NULL, first[0] != NULL)];
    rp_text_block *block = *link;
    *link = block->next;
    queue->n_waiting--;
    return block;
}

/* Under the lock: a block to fill. */
static rp_text_block *make_block(rp_text_queue *queue)
{
    rp_text_block *block = queue->spare;
    if (block != NULL) {
        queue->spare = block->next;
        rp_count(RP_COUNT_BLOCKS_REUSED, 1);
    } else if ((block = rp_alloc(1, sizeof *block)) == NULL || (block->text = malloc(RP_TEXT_BLOCK_BYTES)) == NULL) {
        free(block);
        return NULL;
    }
    rp_count(RP_COUNT_BLOCKS, 1);
    queue->bytes += RP_TEXT_BLOCK_BYTES;
    rp_gauge_set(RP_GAUGE_QUEUE_BYTES, (int64_t)queue->bytes);
    block->n_bytes = block->pieces.n = 0;
    return block;
}

rp_text_block *rp_text_queue_begin(rp_text_queue *queue, size_t enough, rp_text_block **other, rp_tokens *cpu)
{
    rp_text_block *block = NULL;
    *other = NULL;
    (void)pthread_mutex_lock(&queue->lock);
    if (is_full(queue)) {
        const uint64_t begin = rp_clock_ns();
        wait_while(queue, is_full, cpu);
        rp_observe(RP_TIME_QUEUE, rp_clock_ns() - begin);
    }
    if (queue->failed)
        block = NULL;
    else if (queue->n_waiting > enough || queue->bytes + RP_TEXT_BLOCK_BYTES > queue->capacity_bytes)
        *other = take_first(queue);
    else
        block = make_block(queue);
    (void)pthread_mutex_unlock(&queue->lock);
    return block;
}

void rp_text_queue_put(rp_text_queue *queue, rp_text_block *block)
{
    (void)pthread_mutex_lock(&queue->lock);
    rp_text_block **at = &queue->waiting;
    for (; *at != NULL; at = &(*at)->next)
        if ((*at)->file == block->file && (*at)->contig == block->contig && block->contig_bp > (*at)->contig_bp)
            (*at)->contig_bp = block->contig_bp;
    block->next = NULL;
    *at = block;
    queue->n_waiting++;
    (void)pthread_cond_broadcast(&queue->changed);
    (void)pthread_mutex_unlock(&queue->lock);
}

rp_text_block *rp_text_queue_take(rp_text_queue *queue, rp_tokens *cpu)
{
    (void)pthread_mutex_lock(&queue->lock);
    wait_while(queue, is_empty, cpu);
    rp_text_block *block = queue->failed ? NULL : take_first(queue);
    (void)pthread_mutex_unlock(&queue->lock);
    return block;
}

void rp_text_queue_done(rp_text_queue *queue, rp_text_block *block)
{
    (void)pthread_mutex_lock(&queue->lock);
    block->next = queue->spare;
    queue->spare = block;
    queue->bytes -= RP_TEXT_BLOCK_BYTES;
    rp_gauge_set(RP_GAUGE_QUEUE_BYTES, (int64_t)queue->bytes);
    (void)pthread_cond_broadcast(&queue->changed);
    (void)pthread_mutex_unlock(&queue->lock);
}

void rp_text_queue_end_writer(rp_text_queue *queue)
{
    (void)pthread_mutex_lock(&queue->lock);
    queue->n_writers--;
    (void)pthread_cond_broadcast(&queue->changed);
    (void)pthread_mutex_unlock(&queue->lock);
}

void rp_text_queue_fail(rp_text_queue *queue)
{
    (void)pthread_mutex_lock(&queue->lock);
    queue->failed = true;
    (void)pthread_cond_broadcast(&queue->changed);
    (void)pthread_mutex_unlock(&queue->lock);
}
