/* watch.c: see watch.h. */
#include "command/watch.h"

#include <errno.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/account.h"
#include "base/block.h"
#include "base/cancel.h"
#include "base/clock.h"
#include "command/telemetry.h"

enum { LINE_BYTES = 512, LOG_INTERVAL_S = 60 };

static const uint64_t TICK_NS = 100000000, SCREEN_INTERVAL_NS = 500000000, FILE_INTERVAL_NS = 5000000000;

static void show_progress(const rp_watch *watch)
{
    char line[LINE_BYTES];
    size_t width = sizeof line;
    struct winsize size;
    if (watch->log->is_terminal && ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 10 &&
        size.ws_col < sizeof line)
        width = size.ws_col; /* one less is shown: the last place is for the line's end */
    rp_telemetry_line(watch->log, watch->n_threads, line, width);
    rp_log_progress(watch->log, line);
}

static void take_signal(rp_watch *watch, int number)
{
    if (number == SIGUSR2) {
        if (!atomic_load(&watch->stopping))
            rp_telemetry_dashboard(watch->log, watch->n_threads);
        return;
    }
    if (number == SIGXCPU && rp_cancelled() != 0) /* the run ends already, and the kernel says it again each second */
        return;
    if (rp_cancelled() != 0) { /* once more: now */
        (void)signal(number, SIG_DFL);
        sigset_t one;
        (void)sigemptyset(&one);
        (void)sigaddset(&one, number);
        (void)pthread_sigmask(SIG_UNBLOCK, &one, NULL);
        (void)raise(number);
    }
    rp_cancel(number);
    rp_log_line(watch->log, "signal %d: the work in hand is put down", number);
}

static void *listener_main(void *argument)
{
    rp_watch *watch = argument;
    const struct timespec tick = {0, (long)TICK_NS};
    while (!atomic_load(&watch->stopping)) {
        const int number = sigtimedwait(&watch->signals, NULL, &tick);
        if (number > 0)
            take_signal(watch, number);
    }
    return NULL;
}

/* Waits for the reporter's next turn. False: there is none. */
static bool wait_for_turn(rp_watch *watch, uint64_t tick_ns)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += (long)tick_ns;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    (void)pthread_mutex_lock(&watch->lock);
    int waited = 0;
    while (!atomic_load(&watch->stopping) && waited != ETIMEDOUT)
        waited = pthread_cond_timedwait(&watch->stopped, &watch->lock, &until);
    (void)pthread_mutex_unlock(&watch->lock);
    return !atomic_load(&watch->stopping);
}

/* What may be spilled gives way, and spilled blocks are paged out, in time; what is not leased is noted; a run that
 * goes beyond its bound all the same is ended. */
static void watch_memory(const rp_watch *watch)
{
    uint64_t private = rp_private_bytes();
    while (private > watch->memory_bytes / 16 * 15 && rp_blocks_give_way())
    private = rp_private_bytes();
    const uint64_t planned = watch->own_bytes + rp_account_taken();
    rp_account_note_unleased(private > planned ? private - planned : 0);
    if (rp_blocks_spilled() > 0 && rp_resident_bytes() > watch->memory_bytes / 8 * 7)
        rp_blocks_page_out();
    if (private > watch->most_bytes && rp_cancelled() == 0) {
        rp_cancel_memory(private, watch->most_bytes);
        rp_log_line(watch->log, "memory: %llu MB are in use: the work in hand is put down",
                    (unsigned long long)(private >> 20));
    }
}

static void *reporter_main(void *argument)
{
    rp_watch *watch = argument;
    const uint64_t began = rp_clock_ns();
    uint64_t interval = watch->interval_s > 0     ? (uint64_t)(watch->interval_s * 1e9)
                        : watch->log->is_terminal ? SCREEN_INTERVAL_NS
                                                  : LOG_INTERVAL_S * UINT64_C(1000000000);
    uint64_t shown = began, written = began;
    while (wait_for_turn(watch, interval < TICK_NS ? interval : TICK_NS)) {
        const uint64_t now = rp_clock_ns();
        if (now - shown >= interval) {
            show_progress(watch);
            shown = now;
        }
        if (watch->prometheus != NULL && now - written >= (interval < FILE_INTERVAL_NS ? interval : FILE_INTERVAL_NS)) {
            rp_error error = {""};
            if (!rp_telemetry_prometheus(watch->log, watch->command, watch->prometheus, &error))
                rp_log_line(watch->log, "%s", error.message);
            written = now;
        }
        watch_memory(watch);
    }
    return NULL;
}

static bool make_clock(rp_watch *watch)
{
    pthread_condattr_t attributes;
    if (pthread_mutex_init(&watch->lock, NULL) != 0)
        return false;
    const bool has_attributes = pthread_condattr_init(&attributes) == 0;
    const bool ok = has_attributes && pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
                    pthread_cond_init(&watch->stopped, &attributes) == 0;
    if (has_attributes)
        (void)pthread_condattr_destroy(&attributes);
    if (!ok)
        (void)pthread_mutex_destroy(&watch->lock);
    return ok;
}

bool rp_watch_start(rp_watch *watch, rp_error *error)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGXCPU};
    if (watch->prometheus != NULL && !rp_telemetry_prometheus(watch->log, watch->command, watch->prometheus, error))
        return false;
    (void)sigemptyset(&watch->signals);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct sigaction present;
        if (sigaction(numbers[i], NULL, &present) == 0 &&
            present.sa_handler != SIG_IGN) /* as nohup and shells have it */
            (void)sigaddset(&watch->signals, numbers[i]);
    }
    (void)pthread_sigmask(SIG_BLOCK, &watch->signals, &watch->before);
    watch->listens = pthread_create(&watch->listener, NULL, listener_main, watch) == 0;
    if (!watch->listens) /* nobody listens: signals do what they always do */
        (void)pthread_sigmask(SIG_SETMASK, &watch->before, NULL);
    watch->reports = make_clock(watch);
    if (watch->reports && pthread_create(&watch->reporter, NULL, reporter_main, watch) != 0) {
        (void)pthread_cond_destroy(&watch->stopped);
        (void)pthread_mutex_destroy(&watch->lock);
        watch->reports = false;
    }
    return true;
}

static void stop_reporter(rp_watch *watch)
{
    (void)pthread_mutex_lock(&watch->lock);
    (void)pthread_cond_signal(&watch->stopped);
    (void)pthread_mutex_unlock(&watch->lock);
    (void)pthread_join(watch->reporter, NULL);
    (void)pthread_cond_destroy(&watch->stopped);
    (void)pthread_mutex_destroy(&watch->lock);
    watch->reports = false;
}

static void stop_listener(rp_watch *watch)
{
    (void)pthread_kill(watch->listener, SIGUSR2); /* it looks at `stopping` at once */
    (void)pthread_join(watch->listener, NULL);
    watch->listens = false;
    const struct timespec none = {0, 0};
    sigset_t late; /* a SIGUSR2 that nobody took must not end the process */
    (void)sigemptyset(&late);
    (void)sigaddset(&late, SIGUSR2);
    while (sigtimedwait(&late, NULL, &none) > 0)
        ;
    if (rp_cancelled() == SIGXCPU) /* one that waits would end the process before it has told why */
        (void)signal(SIGXCPU, SIG_IGN);
    (void)pthread_sigmask(SIG_SETMASK, &watch->before, NULL);
}

void rp_watch_stop(rp_watch *watch)
{
    if (!watch->listens && !watch->reports)
        return;
    atomic_store(&watch->stopping, true);
    if (watch->reports)
        stop_reporter(watch);
    if (watch->listens)
        stop_listener(watch);
    rp_log_progress_end(watch->log);
    rp_error error = {""};
    if (watch->prometheus != NULL && !rp_telemetry_prometheus(watch->log, watch->command, watch->prometheus, &error))
        rp_log_line(watch->log, "%s", error.message);
}
