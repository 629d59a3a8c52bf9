/* error.c: error messages; see error.h. */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/cancel.h"

/* The first message stays. */
static bool set(rp_error *error, rp_error_kind kind, const char *format, va_list arguments)
{
    if (error->message[0] != '\0')
        return false;
    (void)vsnprintf(error->message, sizeof error->message, format, arguments);
    error->kind = kind;
    return false;
}

bool rp_error_set(rp_error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)set(error, error->kind, format, arguments);
    va_end(arguments);
    return false;
}

bool rp_error_set_as(rp_error *error, rp_error_kind kind, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)set(error, kind, format, arguments);
    va_end(arguments);
    return false;
}

bool rp_error_be(rp_error *error, rp_error_kind kind)
{
    if (error->kind == RP_ERROR_OTHER)
        error->kind = kind;
    return false;
}

rp_error_kind rp_error_kind_of(int failure)
{
    switch (failure) {
    case ENOMEM: return RP_ERROR_MEMORY;
    case ENOSPC:
    case EDQUOT:
    case EIO:
    case ESTALE:
    case EAGAIN:
    case EBUSY:
    case EMFILE:
    case ENFILE:
    case ENOLCK:
    case ETIMEDOUT: return RP_ERROR_PASSING;
    default: return RP_ERROR_OTHER;
    }
}

bool rp_error_copy(rp_error *error, const rp_error *from)
{
    if (error->message[0] == '\0')
        *error = *from;
    return false;
}

bool rp_not_cancelled(rp_error *error)
{
    const int signal_number = rp_cancelled();
    if (signal_number == RP_CANCEL_MEMORY) {
        uint64_t used_bytes, allowed_bytes;
        rp_cancel_figures(&used_bytes, &allowed_bytes);
        return rp_error_set_as(
            error, RP_ERROR_MEMORY,
            "--max-memory: this input needs more than the %llu MB that the run may take: %llu MB are in use",
            (unsigned long long)(allowed_bytes >> 20), (unsigned long long)(used_bytes >> 20));
    }
    return signal_number == 0 ||
           rp_error_set(error, "ended by signal %d (%s)", signal_number, strsignal(signal_number));
}

bool rp_error_memory(rp_error *error, const char *what)
{
    return rp_not_cancelled(error) && rp_error_set_as(error, RP_ERROR_MEMORY, "out of memory: %s", what);
}
