/* code.h: which code this program was built from.
 *
 * A version's number does not tell two builds of it apart. What is kept in a file for a later run (a
 * checkpoint, an index) is bound to these digests, which the Makefile makes of the sources' names and
 * bytes: the folder, the time, the compiler and its flags have no part in them.
 */
#ifndef RP_BASE_CODE_H
#define RP_BASE_CODE_H

enum { RP_CODE_DIGEST_BYTES = 16 };

/* Of all sources, and of those that alone the content of an index follows from; in hex. */
extern const char rp_code[RP_CODE_DIGEST_BYTES + 1];
extern const char rp_index_code[RP_CODE_DIGEST_BYTES + 1];

#endif
