/* text.h: bytes of users' files (names, classes, paths) on their way to where only some bytes may go.
 *
 * One rule for bytes that are no UTF-8: result files that are lines of bytes (FASTA, BED, TSV, .out, PAF, Stockholm)
 * keep them; JSON and HTML, which must be UTF-8, have U+FFFD for each of them; GFF3 has %XX; a message has \xXX, as
 * it has for control characters, which must not reach a terminal. All functions are thread-safe.
 */
#ifndef RP_BASE_TEXT_H
#define RP_BASE_TEXT_H

#include <stddef.h>

#include "base/error.h"

#define RP_TEXT_REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* Bytes (1 to 4) of the well-formed UTF-8 character that `text` begins with; 0 where there is none. */
size_t rp_utf8_length(const char *text);

/* A copy with U+FFFD for each byte that is no UTF-8, to be freed. NULL: out of memory. */
char *rp_utf8_copy(const char *text) RP_MUST_CHECK;

/* The text as a terminal may have it, in `shown`, which is returned: control characters (of C0 and C1, and those that
 * turn the direction of writing) and bytes that are no UTF-8 as \xXX. It is cut to size - 1 bytes. */
const char *rp_text_show(const char *text, char *shown, size_t size);

#endif
