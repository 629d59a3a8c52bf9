/* discover.c: the search set up, run and taken down; see discover.h and discovery.h. */
#include "discover/discovery.h"

#include <stdlib.h>
#include <string.h>

#include "base/cancel.h"
#include "base/memory.h"
#include "base/metrics.h"

typedef struct discovery_thread {
    rp_discovery *run;
    unsigned worker;
    pthread_t thread;
} discovery_thread;

static void *worker_main(void *argument)
{
    discovery_thread *self = argument;
    rp_discovery_work(self->run, self->worker);
    return NULL;
}

static void call_one(void *ring)
{
    rp_ring_wake(ring, 1);
}

/* Workers on a device hand it what is large whole. */
static bool set_up_crew(rp_discovery *run)
{
    if (run->n_workers < 2 || run->n_workers > run->n_cpu_workers)
        return true;
    rp_builder **builders = rp_alloc(run->n_workers, sizeof *builders);
    run->extenders = rp_alloc(run->n_workers, sizeof *run->extenders);
    run->crew = rp_crew_create(run->n_workers, call_one, run->ring);
    bool ok = builders != NULL && run->extenders != NULL && run->crew != NULL;
    for (unsigned i = 0; ok && i < run->n_workers; i++)
        builders[i] = run->workers[i].builder;
    if (ok)
        rp_builders_share(builders, run->n_workers, run->crew, run->extenders);
    free(builders);
    return ok;
}

static bool set_up(rp_discovery *run)
{
    const rp_discover_parameters *parameters = run->parameters;
    run->n_cpu_workers = parameters->n_device_workers == 0 ? parameters->n_threads : parameters->n_cpu_workers;
    run->n_workers = run->n_cpu_workers + parameters->n_device_workers;
    run->window = RP_DISCOVERY_WINDOW;
    while (run->window < (uint64_t)RP_DISCOVERY_WINDOW / RP_DISCOVERY_SHARE * run->n_workers)
        run->window *= 2;
    run->workers = rp_alloc(run->n_workers, sizeof *run->workers);
    run->results = rp_alloc(run->window, sizeof *run->results);
    if (run->workers == NULL || run->results == NULL)
        return false;
    for (unsigned i = 0; i < run->n_workers; i++) {
        const rp_band_kernel *kernel = i < run->n_cpu_workers ? parameters->kernel : parameters->device_kernel;
        run->workers[i].builder = rp_builder_create(kernel, parameters->max_extension_bp);
        run->workers[i].list = rp_place_list_create();
        rp_batch_size_init(&run->workers[i].take);
        if (run->workers[i].builder == NULL || run->workers[i].list == NULL)
            return false;
    }
    run->ring = rp_ring_create(run->parameters->channel_capacity, run->parameters->backpressure);
    run->order = rp_order_create(run->window, rp_discovery_commit, run);
    run->survivors = rp_survivors_create((uint32_t)run->window);
    if (run->n_workers > 1 && (run->seed_claims = rp_seed_claims_create()) == NULL)
        return false;
    return run->ring != NULL && run->order != NULL && run->survivors != NULL &&
           rp_claims_init(&run->claims, run->view->genome->length_bp) && set_up_crew(run);
}

static void take_down(rp_discovery *run)
{
    for (size_t i = 0; run->results != NULL && i < run->window; i++)
        if (run->results[i].growth != NULL) { /* of a run that failed */
            rp_discovery_give_back(run, run->results[i].growth);
            rp_growth_pool_return(&run->growths, run->results[i].growth);
        }
    run->figures->claims_left = run->claims.owners != NULL ? rp_claims_count(&run->claims) : 0;
    run->figures->claims_left += run->seed_claims != NULL ? rp_seed_claims_count(run->seed_claims) : 0;
    rp_growth_pool_clear(&run->growths);
    for (unsigned i = 0; run->workers != NULL && i < run->n_workers; i++) {
        if (run->workers[i].builder != NULL)
            run->figures->cells += rp_builder_cells(run->workers[i].builder);
        run->figures->batches_by[i >= run->n_cpu_workers] += run->workers[i].n_batches;
        run->figures->pairs_by[i >= run->n_cpu_workers] += run->workers[i].n_pairs;
        run->figures->n_parked += run->workers[i].n_parked;
        run->figures->n_redone += run->workers[i].n_redone;
        rp_builder_destroy(run->workers[i].builder);
        rp_place_list_destroy(run->workers[i].list);
        free(run->workers[i].windows.items);
    }
    free(run->workers);
    rp_crew_destroy(run->crew);
    free(run->extenders);
    free(run->results);
    if (run->ring != NULL)
        run->figures->ring = rp_ring_measure(run->ring);
    rp_ring_destroy(run->ring);
    rp_claims_clear(&run->claims);
    rp_seed_claims_destroy(run->seed_claims);
    rp_survivors_destroy(run->survivors);
    rp_order_destroy(run->order);
    free(run->intervals.items);
}

/* Starts the workers, produces, closes the channel, joins the workers. */
static bool run_threads(rp_discovery *run, rp_error *error)
{
    discovery_thread *threads = rp_alloc(run->n_workers, sizeof *threads);
    if (threads == NULL)
        return rp_error_memory(error, "worker pool");
    unsigned n_started = 0;
    bool ok = true;
    for (; n_started < run->n_workers; n_started++) {
        threads[n_started] = (discovery_thread){.run = run, .worker = n_started};
        const int failure = pthread_create(&threads[n_started].thread, NULL, worker_main, &threads[n_started]);
        if (failure != 0) {
            ok = n_started > 0 ||
                 rp_error_set_as(error, RP_ERROR_PASSING, "cannot start a worker thread: %s", strerror(failure));
            break; /* fewer workers give the same result */
        }
    }
    if (ok)
        ok = rp_discovery_produce(run, error);
    if (ok)
        rp_ring_close(run->ring);
    else
        rp_ring_cancel(run->ring);
    for (unsigned i = 0; i < n_started; i++)
        (void)pthread_join(threads[i].thread, NULL);
    free(threads);
    return ok && !rp_order_failed(run->order, error);
}

static void resume_figures(rp_discovery *run)
{
    const rp_discover_state *resume = run->parameters->state;
    run->n_pairs = resume->n_pairs;
    run->figures->n_rejected = resume->n_rejected;
    run->figures->n_failed = resume->n_failed;
    run->figures->n_tandem = resume->n_tandem;
    atomic_store(&run->enough, run->parameters->max_candidates > 0 && run->n_pairs >= run->parameters->max_candidates);
}

bool rp_discover(const rp_view *view, const rp_kmer_index *index, rp_cover *cover,
                 const rp_discover_parameters *parameters, rp_library *library, rp_discover_figures *figures,
                 rp_error *error)
{
    *figures = (rp_discover_figures){0};
    rp_discovery run = {.view = view,
                        .index = index,
                        .cover = cover,
                        .parameters = parameters,
                        .resumes = parameters->state != NULL && parameters->state->under_way,
                        .library = library,
                        .figures = figures};
    if (!rp_tokens_init(&run.tokens, parameters->n_threads, RP_GAUGE_CPU_TOKENS, RP_TIME_CPU_TOKEN))
        return rp_error_set(error, "cannot make a lock");
    if (!rp_growth_pool_init(&run.growths)) {
        rp_tokens_clear(&run.tokens);
        return rp_error_set(error, "cannot make a lock");
    }
    bool ok = set_up(&run) || rp_error_memory(error, "worker pool");
    if (ok) {
        run.seeds = rp_seeds_create(view, index, &parameters->seed_limits, parameters->n_threads, error);
        ok = run.seeds != NULL;
    }
    if (ok) {
        figures->n_seeds = rp_seeds_total(run.seeds);
        rp_stage_add(figures->n_seeds);
        if (run.resumes)
            resume_figures(&run);
        ok = run_threads(&run, error);
        if (!ok && rp_cancelled() != 0 && parameters->hook.keep != NULL && !run.commit_failed && run.in_tiers)
            rp_discovery_keep(&run);
    }
    take_down(&run);
    figures->n_batches = run.n_produced;
    figures->n_pairs = run.n_pairs;
    figures->token_wait_ns = run.tokens.waited_ns;
    rp_seeds_destroy(run.seeds);
    rp_tokens_clear(&run.tokens);
    return ok;
}
