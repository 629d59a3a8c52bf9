/* error.c: error messages; see error.h. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

bool rp_error_set(rp_error *error, const char *format, ...)
{
    if (error->message[0] != '\0')
        return false;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    return false;
}

bool rp_error_memory(rp_error *error, const char *what)
{
    return rp_error_set(error, "out of memory: %s", what);
}
