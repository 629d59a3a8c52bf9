/* process.c: see process.h. */
#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/stream.h"

extern char **environ;

enum { LOOK_NS = 10000000 }; /* between two looks at the program and at whether the run is to end */

bool rp_scratch_file_open(rp_scratch_file *file)
{
    file->descriptor = memfd_create("reprise-c", 0); /* started programs have it too */
    if (file->descriptor < 0)
        return false;
    (void)snprintf(file->path, sizeof file->path, "/dev/fd/%d", file->descriptor);
    return true;
}

void rp_scratch_file_close(rp_scratch_file *file)
{
    (void)close(file->descriptor);
    *file = (rp_scratch_file){.descriptor = -1};
}

bool rp_scratch_file_write(const rp_scratch_file *file, const void *bytes, size_t n, const char *what, rp_error *error)
{
    if (rp_stream_write(file->descriptor, bytes, n, true))
        return true;
    const int failure = errno;
    return (failure != ECANCELED || rp_not_cancelled(error)) &&
           rp_error_set_as(error, rp_error_kind_of(failure), "%s: cannot be written: %s", what, strerror(failure));
}

/* Zero, or the number of the error. */
static int start(const char *const *arguments, const rp_scratch_file *output, const rp_scratch_file *complaints,
                 pid_t *program)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    int failure = posix_spawn_file_actions_init(&actions);
    if (failure != 0)
        return failure;
    failure = posix_spawnattr_init(&attributes);
    if (failure != 0) {
        (void)posix_spawn_file_actions_destroy(&actions);
        return failure;
    }
    (void)sigemptyset(&none);
    (void)sigfillset(&all);
    const rp_scratch_file *const to[] = {output, complaints};
    failure = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    for (int i = 0; i < 2 && failure == 0; i++)
        failure = to[i] != NULL
                      ? posix_spawn_file_actions_adddup2(&actions, to[i]->descriptor, STDOUT_FILENO + i)
                      : posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO + i, "/dev/null", O_WRONLY, 0);
    if (failure == 0)
        failure = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    if (failure == 0)
        failure = posix_spawnattr_setsigmask(&attributes, &none);
    if (failure == 0)
        failure = posix_spawnattr_setsigdefault(&attributes, &all);
    if (failure == 0)
        failure = posix_spawnp(program, arguments[0], &actions, &attributes, (char *const *)arguments, environ);
    (void)posix_spawnattr_destroy(&attributes);
    (void)posix_spawn_file_actions_destroy(&actions);
    return failure;
}

/* Waits for the program, and kills it when the run is to end. False: it could not be waited for. */
static bool await(pid_t program, int *status)
{
    bool killed = false;
    for (;;) {
        const pid_t ended = waitpid(program, status, killed ? 0 : WNOHANG);
        if (ended == program)
            return true;
        if (ended < 0 && errno != EINTR)
            return false;
        if (rp_cancelled() != 0 && !killed) {
            (void)kill(program, SIGKILL);
            killed = true;
        }
        const struct timespec pause = {.tv_nsec = LOOK_NS};
        if (!killed)
            (void)nanosleep(&pause, NULL);
    }
}

bool rp_process_run(const char *const *arguments, const rp_scratch_file *output, const rp_scratch_file *complaints,
                    bool *is_absent, rp_error *error)
{
    pid_t program = 0;
    int status = 0;
    const int failure = start(arguments, output, complaints, &program);
    *is_absent = failure == ENOENT;
    if (failure != 0)
        return rp_error_set_as(error, rp_error_kind_of(failure), "%s cannot be started: %s", arguments[0],
                               strerror(failure));
    if (!await(program, &status))
        return rp_error_set(error, "%s cannot be waited for: %s", arguments[0], strerror(errno));
    if (!rp_not_cancelled(error))
        return false;
    if (WIFSIGNALED(status)) /* KILL is what the system sends when its memory is out */
        return rp_error_set_as(error, WTERMSIG(status) == SIGKILL ? RP_ERROR_MEMORY : RP_ERROR_OTHER,
                               "%s was ended by signal %d (%s)", arguments[0], WTERMSIG(status),
                               strsignal(WTERMSIG(status)));
    return WEXITSTATUS(status) == 0 ||
           rp_error_set(error, "%s has failed with exit status %d", arguments[0], WEXITSTATUS(status));
}
