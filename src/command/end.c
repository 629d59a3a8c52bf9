/* end.c: how commands end; see command.h. */
#include <signal.h>
#include <stdio.h>

#include "base/cancel.h"
#include "command/command.h"

int rp_command_misuse(const char *command, const rp_error *error)
{
    fprintf(stderr, "reprise-c %s: %s\nTry 'reprise-c %s --help'.\n", command, error->message, command);
    return RP_EXIT_MISUSE;
}

int rp_command_end(const char *command, bool ok, const rp_error *error)
{
    const int number = ok ? 0 : rp_cancelled();
    if (!ok && number != SIGPIPE) /* whoever has closed the pipe knows */
        fprintf(stderr, "reprise-c %s: %s\n", command, error->message);
    if (number != 0) { /* the process ends as the signal would have ended it */
        (void)signal(number, SIG_DFL);
        (void)raise(number);
    }
    return ok ? RP_EXIT_OK : RP_EXIT_FAILURE;
}
