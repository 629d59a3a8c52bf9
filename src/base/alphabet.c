/* alphabet.c: the letters of input; see alphabet.h. */
#include "base/alphabet.h"

#include <string.h>

void rp_letters_fill(uint8_t letters[256])
{
    memset(letters, RP_LETTER_BAD, 256);
    for (const char *c = "ACGTUNRYSWKMBDHVX"; *c != '\0'; c++) {
        letters[(unsigned char)*c] = rp_code_of_letter(*c);
        letters[(unsigned char)(*c | 32)] = rp_code_of_letter(*c) | RP_LETTER_SOFT;
    }
    letters['\n'] = letters['\r'] = letters[' '] = letters['\t'] = RP_LETTER_SKIP;
    letters['-'] = letters['.'] = letters['*'] = RP_LETTER_GAP;
}
