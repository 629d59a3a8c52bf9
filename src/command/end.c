/* end.c: how commands speak of what went wrong, and how they end; see command.h. */
#include <signal.h>
#include <sys/resource.h>

#include "base/cancel.h"
#include "command/command.h"
#include "base/log.h"

int rp_command_misuse(const char *command, const rp_error *error)
{
    rp_log_tell(command, "%s", error->message);
    rp_log_message("Try 'reprise-c %s --help'.\n", command);
    return RP_EXIT_MISUSE;
}

int rp_command_unplaced(const char *command, rp_targets *targets, const rp_error *error)
{
    const bool clash = targets->clash;
    rp_targets_clear(targets, false);
    return clash ? rp_command_misuse(command, error) : rp_command_end(command, false, error);
}

void rp_command_goes_on(const char *place, rp_error *error)
{
    const rp_error reason = *error;
    error->message[0] = '\0';
    (void)rp_error_set(error, "%s; the same command %sgoes on from %s", reason.message,
                       rp_cancelled() == RP_CANCEL_MEMORY ? "with more memory " : "", place);
}

static int status_of(rp_error_kind kind)
{
    switch (kind) {
    case RP_ERROR_INPUT: return RP_EXIT_INPUT;
    case RP_ERROR_MEMORY: return RP_EXIT_MEMORY;
    case RP_ERROR_PASSING: return RP_EXIT_PASSING;
    case RP_ERROR_OTHER: break;
    }
    return RP_EXIT_FAILURE;
}

int rp_command_end(const char *command, bool ok, const rp_error *error)
{
    const int number = ok ? 0 : rp_cancelled();
    if (!ok && number != SIGPIPE) /* whoever has closed the pipe knows */
        rp_log_tell(command, "%s", error->message);
    rp_log_close();
    if (number == SIGXCPU) { /* it is no fault whose memory anybody wants to see */
        const struct rlimit none = {0, 0};
        (void)setrlimit(RLIMIT_CORE, &none);
    }
    if (number > 0) { /* the process ends as the signal would have ended it */
        (void)signal(number, SIG_DFL);
        (void)raise(number);
    }
    return ok ? RP_EXIT_OK : status_of(error->kind);
}
