/* check_schedules.c: channel, claims, crews, ordered commits and the whole search under all schedules of small runs. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The steps of claims and crews are their atomic operations: each becomes a point of the scheduler. */
#include "schedules/scheduler.h"

#ifdef __clang__
#define STEP_LOAD(at, order) __c11_atomic_load(at, order)
#define STEP_STORE(at, value, order) __c11_atomic_store(at, value, order)
#define STEP_SWAP(at, seen, wanted, yes, no) __c11_atomic_compare_exchange_strong(at, seen, wanted, yes, no)
#else
#define STEP_LOAD(at, order) __atomic_load_n(at, order)
#define STEP_STORE(at, value, order) __atomic_store_n(at, value, order)
#define STEP_SWAP(at, seen, wanted, yes, no) __atomic_compare_exchange_n(at, seen, wanted, 0, yes, no)
#endif
#undef atomic_load_explicit
#undef atomic_store_explicit
#undef atomic_compare_exchange_strong_explicit
#define atomic_load_explicit(at, order) (schedule_point(), STEP_LOAD(at, order))
#define atomic_store_explicit(at, value, order) (schedule_point(), STEP_STORE(at, value, order))
#define atomic_compare_exchange_strong_explicit(at, seen, wanted, yes, no) \
    (schedule_point(), STEP_SWAP(at, seen, wanted, yes, no))
#include "base/crew.c"
#include "claim/claims.c"

#include "base/account.h"
#include "base/block.h"
#include "base/parallel.h"
#include "base/random.h"
#include "channel/ring.h"
#include "base/order.h"
#include "discover/discover.h"
#include "genome/reader.h"

/* --- Claims --- */

enum { BLOCKS = 8, MAX_CLAIMERS = 3 };

typedef struct claim_case {
    rp_claims claims;
    int owner[BLOCKS];
    int n;
    rp_interval wanted[MAX_CLAIMERS][2]; /* blocks */
    int held; /* claims that were had */
} claim_case;

typedef struct claimer {
    claim_case *shared;
    int self;
} claimer;

static void *claim_once(void *argument)
{
    const claimer *me = argument;
    claim_case *shared = me->shared;
    rp_interval bases[2];
    rp_claim_guard guard = {0};
    for (int i = 0; i < 2; i++)
        bases[i] = (rp_interval){shared->wanted[me->self][i].begin * RP_CLAIM_BLOCK_BP,
                                 shared->wanted[me->self][i].end * RP_CLAIM_BLOCK_BP};
    if (rp_claims_take(&shared->claims, bases, 2, (uint32_t)me->self + 1, &guard) == RP_CLAIM_HELD) {
        shared->held++;
        for (int take = 1; take >= 0; take--) {
            for (size_t i = 0; i < guard.blocks.n; i++)
                for (uint64_t b = guard.blocks.items[i].begin; b < guard.blocks.items[i].end; b++) {
                    if (shared->owner[b] != (take ? 0 : me->self + 1))
                        fail("block %llu has two owners", (unsigned long long)b);
                    shared->owner[b] = take ? me->self + 1 : 0;
                }
            schedule_point();
        }
        rp_claims_give_back(&shared->claims, &guard);
    } else if (guard.taken_by == 0 || guard.taken_by == (uint32_t)me->self + 1) {
        fail("a claim is refused for nobody's sake");
    }
    rp_claim_guard_clear(&guard);
    return NULL;
}

static void claims_scenario(void *context)
{
    claim_case *shared = context;
    pthread_t threads[MAX_CLAIMERS];
    claimer claimers[MAX_CLAIMERS];
    memset(shared->owner, 0, sizeof shared->owner);
    shared->held = 0;
    if (!rp_claims_init(&shared->claims, BLOCKS * RP_CLAIM_BLOCK_BP - 1))
        abort();
    for (int i = 0; i < shared->n; i++) {
        claimers[i] = (claimer){shared, i};
        if (pthread_create(&threads[i], NULL, claim_once, &claimers[i]) != 0)
            abort();
    }
    for (int i = 0; i < shared->n; i++)
        (void)pthread_join(threads[i], NULL);
    if (rp_claims_count(&shared->claims) != 0)
        fail("%llu claims are not given back", (unsigned long long)rp_claims_count(&shared->claims));
    if (shared->held == 0)
        fail("nobody had a claim");
    rp_claims_clear(&shared->claims);
}

/* --- Channel and commits --- */

enum { MAX_BATCHES = 8, MAX_WORKERS = 3 };

typedef struct channel_case {
    int n_batches, n_workers;
    uint64_t capacity;
    int cancel_at; /* serial at whose commit the run fails; -1: none */
    bool takes_back; /* what waits for its turn is taken back once, and posted again */
    uint64_t window; /* how far ahead of the serial that is due workers may go */
    rp_ring *ring;
    rp_order *order;
    int results[MAX_BATCHES];
    uint64_t n_committed;
    int committing;
} channel_case;

static bool commit_one(void *context, uint64_t serial, void *result, unsigned worker, rp_error *error)
{
    channel_case *shared = context;
    (void)worker;
    if (shared->committing++ != 0)
        fail("two committers");
    schedule_point();
    if (serial != shared->n_committed++ || *(int *)result != (int)serial + 100)
        fail("serial %llu is not due", (unsigned long long)serial);
    shared->committing--;
    return (int)serial != shared->cancel_at || rp_error_set(error, "failed");
}

/* Whether somebody may be too far ahead. */
static bool is_hemmed_in(const channel_case *shared)
{
    return shared->window < (uint64_t)shared->n_batches;
}

/* Hands a result in, and tells those who were too far ahead. */
static void hand_in(channel_case *shared, uint64_t serial, int *result, uint32_t version)
{
    const uint64_t next = shared->takes_back ? rp_order_post_for_now(shared->order, serial, result, version, 0)
                                             : rp_order_post(shared->order, serial, result, 0);
    if (next > 0 && is_hemmed_in(shared))
        rp_ring_wake_ahead(shared->ring, next + shared->window);
}

static void *work_on_channel(void *argument)
{
    channel_case *shared = argument;
    rp_batch_head batch;
    size_t n = 0;
    for (;;) {
        const uint64_t n_wakes = rp_ring_n_wakes(shared->ring);
        const uint64_t end = is_hemmed_in(shared) ? rp_order_next(shared->order) + shared->window : UINT64_MAX;
        uint64_t serial;
        int *again = rp_order_take_back(shared->order, shared->takes_back ? 1 : 0, &serial);
        if (again != NULL) {
            if (*again != (int)serial + 100)
                fail("another result than that of serial %llu is taken back", (unsigned long long)serial);
            hand_in(shared, serial, again, 1);
            continue;
        }
        const rp_ring_status status = rp_ring_try_pop(shared->ring, end, &batch, 1, &n);
        if (status == RP_RING_EMPTY)
            rp_ring_wait(shared->ring, n_wakes);
        else if (status == RP_RING_AHEAD)
            rp_ring_wait_ahead(shared->ring, n_wakes);
        else if (status != RP_RING_OK)
            break;
        if (n == 0)
            continue;
        shared->results[batch.serial] = (int)batch.serial + 100;
        hand_in(shared, batch.serial, &shared->results[batch.serial], 0);
        if (rp_order_failed(shared->order, NULL))
            rp_ring_cancel(shared->ring);
    }
    if (is_hemmed_in(shared)) /* nobody will tell those who are too far ahead */
        rp_ring_wake(shared->ring, SIZE_MAX);
    return NULL;
}

static void channel_scenario(void *context)
{
    channel_case *shared = context;
    pthread_t threads[MAX_WORKERS];
    shared->n_committed = 0;
    shared->committing = 0;
    shared->ring = rp_ring_create(shared->capacity, 1);
    shared->order = rp_order_create(4, commit_one, shared);
    if (shared->ring == NULL || shared->order == NULL)
        abort();
    for (int i = 0; i < shared->n_workers; i++)
        if (pthread_create(&threads[i], NULL, work_on_channel, shared) != 0)
            abort();
    rp_ring_status status = RP_RING_OK;
    for (int i = 0; i < shared->n_batches && status == RP_RING_OK; i++) {
        const rp_batch_head batch = {.serial = (uint64_t)i, .n_places = 3};
        status = rp_ring_push(shared->ring, &batch);
    }
    rp_ring_close(shared->ring);
    for (int i = 0; i < shared->n_workers; i++)
        (void)pthread_join(threads[i], NULL);
    if (shared->cancel_at < 0 && (status != RP_RING_OK || shared->n_committed != (uint64_t)shared->n_batches))
        fail("%llu of %d batches are committed", (unsigned long long)shared->n_committed, shared->n_batches);
    if (shared->cancel_at >= 0 &&
        (!rp_order_failed(shared->order, NULL) || shared->n_committed != (uint64_t)shared->cancel_at + 1))
        fail("%llu commits in a run that failed", (unsigned long long)shared->n_committed);
    rp_order_destroy(shared->order);
    rp_ring_destroy(shared->ring);
}

/* --- Crews: one member has loops, the others wait at the channel for parts of them --- */

enum { CREW_LOOPS = 2, CREW_PARTS = 3 };

typedef struct crew_case {
    int n_helpers;
    rp_ring *ring;
    rp_crew *crew;
    int done[CREW_PARTS];
} crew_case;

typedef struct crew_helper {
    crew_case *shared;
    unsigned self;
} crew_helper;

static bool do_part(void *context, size_t part, unsigned member)
{
    crew_case *shared = context;
    schedule_point();
    shared->done[part]++;
    return member <= (unsigned)shared->n_helpers;
}

static void call_a_helper(void *context)
{
    rp_ring_wake(context, 1);
}

static void *help_at_channel(void *argument)
{
    const crew_helper *me = argument;
    rp_batch_head batch;
    size_t n;
    for (;;) {
        const uint64_t n_wakes = rp_ring_n_wakes(me->shared->ring);
        if (rp_crew_help(me->shared->crew, me->self))
            continue;
        if (rp_ring_try_pop(me->shared->ring, UINT64_MAX, &batch, 1, &n) == RP_RING_CLOSED)
            return NULL;
        rp_ring_wait(me->shared->ring, n_wakes);
    }
}

static void crew_scenario(void *context)
{
    crew_case *shared = context;
    crew_helper helpers[MAX_WORKERS];
    pthread_t threads[MAX_WORKERS];
    shared->ring = rp_ring_create(3, 1);
    shared->crew = rp_crew_create((unsigned)shared->n_helpers + 1, call_a_helper, shared->ring);
    if (shared->ring == NULL || shared->crew == NULL)
        abort();
    for (int i = 0; i < shared->n_helpers; i++) {
        helpers[i] = (crew_helper){shared, (unsigned)i + 1};
        if (pthread_create(&threads[i], NULL, help_at_channel, &helpers[i]) != 0)
            abort();
    }
    for (int loop = 0; loop < CREW_LOOPS; loop++) {
        memset(shared->done, 0, sizeof shared->done);
        if (!rp_crew_run(shared->crew, 0, CREW_PARTS, do_part, shared))
            fail("a loop has failed");
        for (int part = 0; part < CREW_PARTS; part++)
            if (shared->done[part] != 1)
                fail("part %d is done %d times", part, shared->done[part]);
    }
    rp_ring_close(shared->ring);
    for (int i = 0; i < shared->n_helpers; i++)
        (void)pthread_join(threads[i], NULL);
    rp_crew_destroy(shared->crew);
    rp_ring_destroy(shared->ring);
}

/* --- The whole search --- */

typedef struct search_case {
    rp_genome genome;
    rp_bitmask excluded; /* nothing */
    rp_kmer_index *index;
    rp_library expected;
    unsigned n_threads;
    uint64_t capacity;
    bool is_short; /* of memory: nobody grows ahead */
} search_case;

static void find_families(search_case *shared, rp_library *library)
{
    const rp_discover_parameters parameters = {.n_threads = shared->n_threads,
                                               .channel_capacity = shared->capacity,
                                               .backpressure = 0.8,
                                               .extension_length_bp = 100,
                                               .kernel = rp_band_select("auto"),
                                               .seed_limits = {.min_frequency = 3, .max_frequency = UINT32_MAX}};
    rp_cover cover = {0};
    rp_error error = {""};
    rp_discover_figures figures;
    if (!rp_cover_init(&cover, shared->genome.length_bp))
        abort();
    rp_block_set_spill_folder("/tmp");
    rp_account_set_limit(shared->is_short ? 1 : 0);
    const rp_view view = {.genome = &shared->genome, .covered = &cover.covered, .excluded = &shared->excluded};
    if (!rp_discover(&view, shared->index, &cover, &parameters, library, &figures, &error))
        fail("%s", error.message);
    if (figures.claims_left != 0)
        fail("claims are not given back");
    rp_account_set_limit(0);
    rp_cover_clear(&cover);
    rp_parallel_end(); /* threads belong to one schedule */
}

static void search_scenario(void *context)
{
    search_case *shared = context;
    rp_library library = {0};
    find_families(shared, &library);
    bool same = library.n == shared->expected.n;
    for (size_t f = 0; same && f < library.n; f++)
        same = library.items[f].consensus.n == shared->expected.items[f].consensus.n &&
               memcmp(library.items[f].consensus.items, shared->expected.items[f].consensus.items,
                      library.items[f].consensus.n) == 0;
    if (!same)
        fail("other families: %zu, not %zu", library.n, shared->expected.n);
    rp_library_clear(&library);
}

/* Three short elements in three copies each, two of them side by side: their claims conflict. */
static void make_search(search_case *shared)
{
    enum { ELEMENT = 100, SPACER = 300, COPIES = 3, LENGTH = 4 + COPIES * (3 * ELEMENT + 2 * SPACER) + 1 };
    char text[LENGTH + 1] = ">a\n", elements[3][ELEMENT];
    rp_random random = {17};
    size_t n = strlen(text);
    for (int e = 0; e < 3; e++)
        for (int i = 0; i < ELEMENT; i++)
            elements[e][i] = "ACGT"[rp_random_below(&random, 4)];
    for (int c = 0; c < COPIES; c++)
        for (int e = 0; e < 3; e++) {
            memcpy(text + n, elements[e], ELEMENT);
            n += ELEMENT;
            for (int i = 0; i < SPACER && e != 0; i++)
                text[n++] = "ACGT"[rp_random_below(&random, 4)];
        }
    char path[] = "/tmp/reprise-test-XXXXXX";
    const char *paths[] = {path};
    const int file = mkstemp(path);
    FILE *to = fdopen(file, "w");
    rp_error error = {""};
    const rp_kmer_index_parameters parameters = {.k = 12, .min_frequency = 2, .memory_bytes = 1 << 20, .n_threads = 1};
    if (to == NULL || fprintf(to, "%s\n", text) < 0 || fclose(to) != 0 ||
        !rp_genome_read(&shared->genome, paths, 1, false, NULL, &error) ||
        !rp_bitmask_init(&shared->excluded, shared->genome.length_bp) ||
        (shared->index = rp_kmer_index_create(&shared->genome, &shared->excluded, &parameters, &error)) == NULL)
        abort();
    (void)remove(path);
}

/* --- All --- */

int main(void)
{
    bool ok = true;
    claim_case two = {.n = 2, .wanted = {{{0, 2}, {4, 6}}, {{1, 3}, {5, 6}}}};
    claim_case crossed = {.n = 2, .wanted = {{{1, 2}, {5, 6}}, {{5, 6}, {1, 2}}}};
    claim_case three = {.n = 3, .wanted = {{{0, 2}, {4, 5}}, {{1, 2}, {4, 6}}, {{1, 3}, {5, 6}}}};
    channel_case narrow = {.n_batches = 3, .n_workers = 2, .capacity = 3, .cancel_at = -1, .window = 4};
    channel_case one_batch = {.n_batches = 1, .n_workers = 2, .capacity = 100, .cancel_at = -1, .window = 4};
    channel_case one_worker = {.n_batches = 2, .n_workers = 1, .capacity = 100, .cancel_at = -1, .window = 4};
    channel_case wide = {.n_batches = 2, .n_workers = 2, .capacity = 100, .cancel_at = -1, .window = 4};
    channel_case crowd = {.n_batches = 3, .n_workers = 3, .capacity = 6, .cancel_at = -1, .window = 4};
    channel_case wavering = {
        .n_batches = 3, .n_workers = 2, .capacity = 100, .cancel_at = -1, .takes_back = true, .window = 4};
    channel_case hemmed_in = {.n_batches = 4, .n_workers = 3, .capacity = 100, .cancel_at = -1, .window = 1};
    channel_case failing = {.n_batches = 4, .n_workers = 2, .capacity = 3, .cancel_at = 1, .window = 4};
    crew_case pair = {.n_helpers = 1}, team = {.n_helpers = 2};
    search_case search = {.n_threads = 1, .capacity = 1000}, crowded, in_need;
    make_search(&search);
    rp_parallel_end();
    find_families(&search, &search.expected);
    printf("the search finds %zu families\n", search.expected.n);
    ok = search.expected.n >= 2;
    search.n_threads = 2;
    search.capacity = 3;
    crowded = search;
    crowded.n_threads = 3;
    crowded.capacity = 12;
    in_need = crowded;
    in_need.is_short = true;
    const schedules all[] = {
        {.name = "claims: two threads over three blocks",
         .scenario = claims_scenario,
         .context = &two,
         .max_preemptions = -1},
        {.name = "claims: two threads, crossed",
         .scenario = claims_scenario,
         .context = &crossed,
         .max_preemptions = -1},
        {.name = "claims: three threads, 4 preemptions",
         .scenario = claims_scenario,
         .context = &three,
         .max_preemptions = 4},
        {.name = "channel: 1 batch, 2 workers",
         .scenario = channel_scenario,
         .context = &one_batch,
         .max_preemptions = -1},
        {.name = "channel: 2 batches, 1 worker",
         .scenario = channel_scenario,
         .context = &one_worker,
         .max_preemptions = -1},
        {.name = "channel: 2 batches, 2 workers, 6 preemptions",
         .scenario = channel_scenario,
         .context = &wide,
         .max_preemptions = 6},
        {.name = "channel: 3 batches, room for one, 3 preemptions",
         .scenario = channel_scenario,
         .context = &narrow,
         .max_preemptions = 3},
        {.name = "channel: 3 batches, 3 workers, 1 preemption",
         .scenario = channel_scenario,
         .context = &crowd,
         .max_preemptions = 1},
        {.name = "channel: results are taken back, 3 preemptions",
         .scenario = channel_scenario,
         .context = &wavering,
         .max_preemptions = 3},
        {.name = "channel: nobody may go ahead, 2 preemptions",
         .scenario = channel_scenario,
         .context = &hemmed_in,
         .max_preemptions = 2},
        {.name = "channel: a commit fails, 3 preemptions",
         .scenario = channel_scenario,
         .context = &failing,
         .max_preemptions = 3},
        {.name = "crew: 1 helper, 3 preemptions", .scenario = crew_scenario, .context = &pair, .max_preemptions = 3},
        {.name = "crew: 2 helpers, 2 preemptions", .scenario = crew_scenario, .context = &team, .max_preemptions = 2},
        {.name = "search: 2 threads, 1 preemption",
         .scenario = search_scenario,
         .context = &search,
         .max_preemptions = 1,
         .most = 4000},
        {.name = "search: 2 threads",
         .scenario = search_scenario,
         .context = &search,
         .max_preemptions = -1,
         .most = 1000,
         .seed = 5},
        {.name = "search: 3 threads",
         .scenario = search_scenario,
         .context = &crowded,
         .max_preemptions = -1,
         .most = 1000,
         .seed = 6},
        {.name = "search: 3 threads, short of memory",
         .scenario = search_scenario,
         .context = &in_need,
         .max_preemptions = -1,
         .most = 1000,
         .seed = 7},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        ok = try_schedules(&all[i]) && ok;
    rp_library_clear(&search.expected);
    rp_kmer_index_destroy(search.index);
    rp_bitmask_clear(&search.excluded);
    rp_genome_clear(&search.genome);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
