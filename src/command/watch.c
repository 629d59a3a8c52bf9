/* watch.c: see watch.h. */
#include "command/watch.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/block.h"
#include "base/cancel.h"
#include "base/tokens.h"
#include "command/telemetry.h"

enum { LINE_BYTES = 512, LOG_INTERVAL_S = 60 };

static const uint64_t TICK_NS = 100000000, SCREEN_INTERVAL_NS = 500000000, FILE_INTERVAL_NS = 5000000000;

static void show_progress(const rp_watch *watch)
{
    char line[LINE_BYTES];
    size_t width = sizeof line;
    struct winsize size;
    if (watch->log->is_terminal && ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 10 && size.ws_col < sizeof line)
        width = size.ws_col; /* one less is shown: the last place is for the line's end */
    rp_telemetry_line(watch->log, watch->n_threads, line, width);
    rp_log_progress(watch->log, line);
}

static void take_signal(rp_watch *watch, int number)
{
    if (number == SIGUSR2) {
        if (!atomic_load(&watch->stopping))
            rp_log_dashboard(watch->log, watch->n_threads);
        return;
    }
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

static void *watch_main(void *argument)
{
    rp_watch *watch = argument;
    const uint64_t began = rp_clock_ns();
    uint64_t interval = watch->interval_s > 0 ? (uint64_t)(watch->interval_s * 1e9) : watch->log->is_terminal ? SCREEN_INTERVAL_NS
                                                                                       : LOG_INTERVAL_S * UINT64_C(1000000000);
    uint64_t shown = began, written = began;
    const struct timespec tick = {0, (long)(interval < TICK_NS ? interval : TICK_NS)};
    while (!atomic_load(&watch->stopping)) {
        const int number = sigtimedwait(&watch->signals, NULL, &tick);
        if (number > 0)
            take_signal(watch, number);
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
        if (rp_blocks_spilled() > 0 && rp_resident_bytes() > watch->memory_bytes / 8 * 7)
            rp_blocks_page_out();
    }
    return NULL;
}

bool rp_watch_start(rp_watch *watch, rp_error *error)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2};
    if (watch->prometheus != NULL && !rp_telemetry_prometheus(watch->log, watch->command, watch->prometheus, error))
        return false;
    (void)sigemptyset(&watch->signals);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct sigaction present;
        if (sigaction(numbers[i], NULL, &present) == 0 && present.sa_handler != SIG_IGN) /* as nohup and shells have it */
            (void)sigaddset(&watch->signals, numbers[i]);
    }
    (void)pthread_sigmask(SIG_BLOCK, &watch->signals, &watch->before);
    watch->runs = pthread_create(&watch->thread, NULL, watch_main, watch) == 0;
    if (!watch->runs) /* nobody listens: signals do what they always do */
        (void)pthread_sigmask(SIG_SETMASK, &watch->before, NULL);
    return true;
}

void rp_watch_stop(rp_watch *watch)
{
    if (!watch->runs)
        return;
    atomic_store(&watch->stopping, true);
    (void)pthread_kill(watch->thread, SIGUSR2); /* it looks at `stopping` at once */
    (void)pthread_join(watch->thread, NULL);
    watch->runs = false;
    const struct timespec none = {0, 0};
    sigset_t late; /* a SIGUSR2 that nobody took must not end the process */
    (void)sigemptyset(&late);
    (void)sigaddset(&late, SIGUSR2);
    while (sigtimedwait(&late, NULL, &none) > 0)
        ;
    (void)pthread_sigmask(SIG_SETMASK, &watch->before, NULL);
    rp_log_progress_end(watch->log);
    rp_error error = {""};
    if (watch->prometheus != NULL && !rp_telemetry_prometheus(watch->log, watch->command, watch->prometheus, &error))
        rp_log_line(watch->log, "%s", error.message);
}
