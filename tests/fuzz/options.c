/* options.c: command lines of find and of a table with every kind of option. */
#include <stdlib.h>
#include <string.h>

#include "command/find_options.h"
#include "fuzz/fuzz.h"

enum { MAX_ARGUMENTS = 40 };

int rp_fuzz_options(const uint8_t *data, size_t n)
{
    char *text = malloc(n + 1), *again = malloc(n + 1), *argv[MAX_ARGUMENTS + 1] = {NULL},
         *argv_again[MAX_ARGUMENTS + 1] = {NULL};
    if (text == NULL || again == NULL)
        abort();
    if (n > 0) {
        memcpy(text, data, n);
        memcpy(again, data, n);
    }
    text[n] = again[n] = '\0';
    int argc = 0;
    argv[argc] = argv_again[argc] = (char[]){"find"};
    argc++;
    for (size_t at = 0; at < n && argc < MAX_ARGUMENTS; at += strlen(text + at) + 1) {
        argv[argc] = text + at;
        argv_again[argc++] = again + at;
    }
    rp_find_options options;
    rp_error error = {""};
    if (rp_find_options_parse(&options, argc, argv, &error))
        rp_find_options_clear(&options);
    else if (error.message[0] == '\0')
        abort();
    uint64_t number = 5;
    double share = 0.5, seconds = 1;
    bool flag = false;
    const char *word = "";
    const rp_option table[] = {
        {RP_OPTION_NUMBER, "number", 'n', "N", &number, 3, 1000000, ""},
        {RP_OPTION_SHARE, "share", 's', "X", &share, 0, 0, ""},
        {RP_OPTION_SECONDS, "seconds", 0, "S", &seconds, 0, 0, ""},
        {RP_OPTION_FLAG, "flag", 'f', NULL, &flag, 0, 0, ""},
        {RP_OPTION_HEADING, "more:", 0, NULL, NULL, 0, 0, NULL},
        {RP_OPTION_TEXT, "word", 'w', "TEXT", &word, 0, 0, ""},
    };
    int first = 0;
    rp_error second = {""};
    if (!rp_options_parse(table, sizeof table / sizeof table[0], argc, argv_again, &first, &second)
            ? second.message[0] == '\0'
            : first < 1 || first > argc)
        abort();
    if (number < 3 || number > 1000000 || !(share > 0 && share <= 1) || !(seconds > 0))
        abort();
    free(text);
    free(again);
    return 0;
}
