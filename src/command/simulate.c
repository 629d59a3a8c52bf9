/* simulate.c: `reprise-c simulate`. */
#include "command/command.h"
int rp_command_simulate(int argc, char **argv) { (void)argc; (void)argv; return RP_EXIT_MISUSE; }
