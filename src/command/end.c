/* end.c: how commands end; see command.h. */
#include <stdio.h>

#include "command/command.h"

int rp_command_misuse(const char *command, const rp_error *error)
{
    fprintf(stderr, "reprise-c %s: %s\nTry 'reprise-c %s --help'.\n", command, error->message, command);
    return RP_EXIT_MISUSE;
}

int rp_command_end(const char *command, bool ok, const rp_error *error)
{
    if (!ok)
        fprintf(stderr, "reprise-c %s: %s\n", command, error->message);
    return ok ? RP_EXIT_OK : RP_EXIT_FAILURE;
}
