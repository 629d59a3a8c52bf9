/* error.h: how a function says what went wrong.
 *
 * A function that can fail for more than one reason takes an rp_error, fills in
 * a message that is complete enough to print (it names the file, the contig,
 * the value) and returns false. A function whose only failure is exhausted
 * memory returns false and leaves the message to its caller. Only the command
 * layer prints messages or ends the process.
 */
#ifndef RP_BASE_ERROR_H
#define RP_BASE_ERROR_H

#include <stdbool.h>

#define RP_MUST_CHECK __attribute__((warn_unused_result))

enum { RP_ERROR_BYTES = 1024 };

/* What would mend it, for who decides whether the same command is to run again. */
typedef enum rp_error_kind {
    RP_ERROR_OTHER,   /* nobody has said */
    RP_ERROR_INPUT,   /* other input: the same fails again */
    RP_ERROR_MEMORY,  /* more memory */
    RP_ERROR_PASSING  /* time, or room on a disk */
} rp_error_kind;

typedef struct rp_error {
    char message[RP_ERROR_BYTES]; /* empty: no error */
    rp_error_kind kind;
} rp_error;

/* Fills in the message (cut at the buffer's end) and returns false, so that a
 * caller can write `return rp_error_set(...)`. The first message stays: a later
 * one is mostly a consequence. */
bool rp_error_set(rp_error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same with the kind of the error. */
bool rp_error_set_as(rp_error *error, rp_error_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Says of what kind an error is, where nobody has said so yet, and returns false: who is nearer to the fault knows
 * more. */
bool rp_error_be(rp_error *error, rp_error_kind kind);

/* The kind of a system call's failure, by errno: RP_ERROR_OTHER where it tells of nothing that passes. */
rp_error_kind rp_error_kind_of(int failure);

/* Takes over another's message and kind, if there is none yet, and returns false. */
bool rp_error_copy(rp_error *error, const rp_error *from);

/* False with the message, when the run is to end (base/cancel.h). */
bool rp_not_cancelled(rp_error *error) RP_MUST_CHECK;

/* The message for memory that could not be had, what for; where the run is to end, that message, since work that was
 * put down for it looks the same to whoever called it. Always false. */
bool rp_error_memory(rp_error *error, const char *what);

#endif
