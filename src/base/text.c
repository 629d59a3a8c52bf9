/* text.c: see text.h. */
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t rp_utf8_length(const char *text)
{
    const unsigned char *c = (const unsigned char *)text;
    if (c[0] < 0x80)
        return c[0] != 0;
    const size_t n = c[0] < 0xc2 ? 0 : c[0] < 0xe0 ? 2 : c[0] < 0xf0 ? 3 : c[0] < 0xf5 ? 4 : 0;
    for (size_t i = 1; i < n; i++)
        if ((c[i] & 0xc0) != 0x80)
            return 0;
    if ((c[0] == 0xe0 && c[1] < 0xa0) || (c[0] == 0xf0 && c[1] < 0x90)) /* longer than it need be */
        return 0;
    if ((c[0] == 0xed && c[1] >= 0xa0) || (c[0] == 0xf4 && c[1] >= 0x90)) /* a surrogate; beyond the last character */
        return 0;
    return n;
}

char *rp_utf8_copy(const char *text)
{
    const size_t wide = sizeof RP_TEXT_REPLACEMENT - 1, n = strlen(text);
    char *copy = n < SIZE_MAX / wide ? malloc(n * wide + 1) : NULL;
    if (copy == NULL)
        return NULL;
    size_t at = 0;
    while (*text != '\0') {
        const size_t length = rp_utf8_length(text);
        memcpy(copy + at, length > 0 ? text : RP_TEXT_REPLACEMENT, length > 0 ? length : wide);
        at += length > 0 ? length : wide;
        text += length > 0 ? length : 1;
    }
    copy[at] = '\0';
    return copy;
}

/* Whether a character of n bytes does something to a terminal instead of being seen. */
static bool is_control(const char *text, size_t n)
{
    const unsigned char *c = (const unsigned char *)text;
    if (n == 1)
        return c[0] < 32 || c[0] == 127;
    if (n == 2)
        return c[0] == 0xc2 && c[1] < 0xa0;
    if (n != 3 || c[0] != 0xe2)
        return false;
    /* U+200E, U+200F, U+2028 to U+202E, U+2066 to U+2069 */
    return (c[1] == 0x80 && (c[2] == 0x8e || c[2] == 0x8f || (c[2] >= 0xa8 && c[2] <= 0xae))) ||
           (c[1] == 0x81 && c[2] >= 0xa6 && c[2] <= 0xa9);
}

const char *rp_text_show(const char *text, char *shown, size_t size)
{
    enum { ESCAPE = 4 };
    size_t at = 0;
    while (*text != '\0') {
        const size_t length = rp_utf8_length(text), n = length > 0 ? length : 1;
        const bool plain = length > 0 && !is_control(text, length);
        const size_t needed = plain ? n : ESCAPE * n;
        if (at + needed >= size)
            break;
        if (plain)
            memcpy(shown + at, text, n);
        for (size_t i = 0; !plain && i < n; i++)
            (void)snprintf(shown + at + ESCAPE * i, ESCAPE + 1, "\\x%02x", (unsigned)(unsigned char)text[i]);
        at += needed;
        text += n;
    }
    shown[at] = '\0';
    return shown;
}
