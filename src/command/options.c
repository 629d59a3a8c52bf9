/* options.c: table-driven options over getopt_long; see options.h. */
#include "command/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_OPTIONS = 112, FIRST_LONG = 256, HELP_COLUMN = 34 };

static bool parse_number(const rp_option *option, const char *text, rp_error *error)
{
    char *end = NULL;
    errno = 0;
    const unsigned long long number = strtoull(text, &end, 10);
    uint64_t factor = 1;
    if (end != text && *end != '\0' && end[1] == '\0') {
        const char *units = "KMG", *unit = strchr(units, *end & ~32);
        if (unit != NULL && *unit != '\0') {
            for (const char *u = units; u <= unit; u++)
                factor *= 1000;
            end++;
        }
    }
    uint64_t value;
    if (text[0] < '0' || text[0] > '9' || *end != '\0')
        return rp_error_set(error, "--%s: '%.100s' is not a whole number", option->name, text);
    if (errno != 0 || __builtin_mul_overflow((uint64_t)number, factor, &value) || value < option->min ||
        value > option->max)
        return rp_error_set(error, "--%s: %.100s is out of range: from %llu to %llu", option->name, text,
                            (unsigned long long)option->min, (unsigned long long)option->max);
    *(uint64_t *)option->target = value;
    return true;
}

static bool parse_value(const rp_option *option, const char *text, rp_error *error)
{
    if (option->kind == RP_OPTION_NUMBER)
        return parse_number(option, text, error);
    const bool is_list = option->kind == RP_OPTION_LIST || option->kind == RP_OPTION_TEXTS;
    if ((option->kind == RP_OPTION_TEXT || is_list) && text[0] == '\0')
        return rp_error_set(error, "--%s: the value is empty", option->name);
    if (option->kind == RP_OPTION_TEXT) {
        *(const char **)option->target = text;
    } else if (is_list) {
        return rp_option_list_push(option->target, text) || rp_error_memory(error, "options");
    } else if (option->kind == RP_OPTION_SHARE) {
        char *end = NULL;
        const double share = strtod(text, &end);
        if (end == text || *end != '\0' || !(share > 0 && share <= 1))
            return rp_error_set(error, "--%s: '%.100s' is no number above 0 and up to 1", option->name, text);
        *(double *)option->target = share;
    } else if (option->kind == RP_OPTION_SECONDS) {
        char *end = NULL;
        const double seconds = strtod(text, &end);
        if (end == text || *end != '\0' || !(seconds > 0 && seconds <= 1e6))
            return rp_error_set(error, "--%s: '%.100s' is no time in seconds above 0", option->name, text);
        *(double *)option->target = seconds;
    } else {
        *(bool *)option->target = true;
    }
    return true;
}

/* What getopt_long could not make out: a letter or name that nobody has, a name cut too short, a value where none
 * belongs. */
static bool unknown_option(const rp_option *options, size_t n, const char *word, rp_error *error)
{
    if (optopt > 0 && optopt < FIRST_LONG)
        return rp_error_set(error, "unknown option -%c", optopt);
    if (optopt >= FIRST_LONG)
        return rp_error_set(error, "option --%s takes no value", options[optopt - FIRST_LONG].name);
    const char *name = word + strspn(word, "-");
    const size_t length = strcspn(name, "=");
    size_t n_alike = 0;
    for (size_t i = 0; i < n; i++)
        n_alike += options[i].kind != RP_OPTION_HEADING && strncmp(options[i].name, name, length) == 0;
    return rp_error_set(error, n_alike > 1 ? "option %.100s is ambiguous" : "unknown option %.100s", word);
}

static bool begins_option(const char *word)
{
    return word[0] == '-' && word[1] != '\0';
}

bool rp_options_parse(const rp_option *options, size_t n, int argc, char **argv, int *first_operand, rp_error *error)
{
    struct option long_options[MAX_OPTIONS + 1] = {{0}};
    char short_options[2 * MAX_OPTIONS + 2] = ":";
    bool seen[MAX_OPTIONS] = {false};
    size_t n_long = 0, n_short = 1;
    for (size_t i = 0; i < n; i++) {
        if (options[i].kind == RP_OPTION_HEADING)
            continue;
        const bool takes_value = options[i].kind != RP_OPTION_FLAG;
        long_options[n_long++] =
            (struct option){options[i].name, takes_value ? required_argument : no_argument, NULL, FIRST_LONG + (int)i};
        if (options[i].letter != 0) {
            short_options[n_short++] = options[i].letter;
            if (takes_value)
                short_options[n_short++] = ':';
        }
    }
    optind = 0; /* glibc: begin anew */
    for (;;) {
        const int at = optind == 0 ? 1 : optind;
        const int got = getopt_long(argc, argv, short_options, long_options, NULL);
        if (got == -1)
            break;
        if (got == '?')
            return unknown_option(options, n, argv[at], error);
        if (got == ':')
            return rp_error_set(error, "option %.100s needs a value", argv[optind - 1]);
        size_t which = 0;
        while (got >= FIRST_LONG ? which != (size_t)(got - FIRST_LONG)
                                 : options[which].kind == RP_OPTION_HEADING || options[which].letter != got)
            which++;
        if (seen[which] && options[which].kind != RP_OPTION_TEXTS)
            return rp_error_set(error, "--%s is given twice", options[which].name);
        seen[which] = true;
        if (!parse_value(&options[which], optarg, error))
            return false;
        while (options[which].kind == RP_OPTION_LIST && optind < argc && !begins_option(argv[optind]))
            if (!parse_value(&options[which], argv[optind++], error))
                return false;
    }
    *first_operand = optind;
    return true;
}

static json_t *list_of(const rp_option_list *list)
{
    json_t *words = json_array();
    for (size_t i = 0; i < list->n && words != NULL; i++)
        if (json_array_append_new(words, json_string(list->items[i])) != 0) {
            json_decref(words);
            words = NULL;
        }
    return words;
}

static json_t *value_of(const rp_option *option)
{
    const char *text;
    switch (option->kind) {
    case RP_OPTION_FLAG: return json_boolean(*(const bool *)option->target);
    case RP_OPTION_NUMBER: return json_integer((json_int_t) * (const uint64_t *)option->target);
    case RP_OPTION_SHARE:
    case RP_OPTION_SECONDS: return json_real(*(const double *)option->target);
    case RP_OPTION_TEXT:
        text = *(const char *const *)option->target;
        return text == NULL ? json_null() : json_string(text);
    case RP_OPTION_TEXTS:
    case RP_OPTION_LIST: return list_of(option->target);
    case RP_OPTION_HEADING: break;
    }
    return NULL;
}

json_t *rp_options_binding(const rp_option *options, size_t n)
{
    json_t *all = json_object();
    for (size_t i = 0; i < n && all != NULL; i++) {
        char name[64];
        if (!options[i].binds)
            continue;
        (void)snprintf(name, sizeof name, "--%s", options[i].name);
        if (json_object_set_new(all, name, value_of(&options[i])) != 0) {
            json_decref(all);
            all = NULL;
        }
    }
    return all;
}

static bool is_alike(const rp_option *option, const rp_option *other)
{
    json_t *value = value_of(option), *others = value_of(other);
    const bool alike = option->kind == RP_OPTION_HEADING || json_equal(value, others);
    json_decref(value);
    json_decref(others);
    return alike;
}

const rp_option *rp_options_other(const rp_option *table, const rp_option *defaults, size_t n, const void *but)
{
    for (size_t i = 0; i < n; i++)
        if (!table[i].binds && table[i].target != but && !is_alike(&table[i], &defaults[i]))
            return &table[i];
    return NULL;
}

bool rp_options_take_binding(const rp_option *options, size_t n, const json_t *values)
{
    bool ok = true;
    for (size_t i = 0; i < n; i++) {
        char name[64];
        if (!options[i].binds)
            continue;
        (void)snprintf(name, sizeof name, "--%s", options[i].name);
        const json_t *value = json_object_get(values, name);
        if (options[i].kind == RP_OPTION_FLAG && json_is_boolean(value))
            *(bool *)options[i].target = json_is_true(value);
        else if (options[i].kind == RP_OPTION_NUMBER && json_is_integer(value) && json_integer_value(value) >= 0)
            *(uint64_t *)options[i].target = (uint64_t)json_integer_value(value);
        else
            ok = false;
    }
    return ok;
}

json_t *rp_options_describe(const rp_option *options, size_t n)
{
    json_t *all = json_object();
    for (size_t i = 0; i < n && all != NULL; i++) {
        if (!options[i].binds && !options[i].tells)
            continue;
        const bool turned = strncmp(options[i].name, "no-", 3) == 0;
        char key[64];
        (void)snprintf(key, sizeof key, "%s", options[i].name + (turned ? 3 : 0));
        for (char *c = key; *c != '\0'; c++)
            *c = *c == '-' ? '_' : *c;
        json_t *value = turned ? json_boolean(!*(const bool *)options[i].target) : value_of(&options[i]);
        if (json_object_set_new(all, key, value) != 0) {
            json_decref(all);
            all = NULL;
        }
    }
    return all;
}

void rp_options_print(const rp_option *options, size_t n, FILE *to)
{
    for (size_t i = 0; i < n; i++) {
        const rp_option *option = &options[i];
        if (option->kind == RP_OPTION_HEADING) {
            fprintf(to, "\n%s\n", option->name);
            continue;
        }
        int column = option->letter != 0 ? fprintf(to, "  -%c, ", option->letter) : fprintf(to, "      ");
        column += fprintf(to, "--%s%s%s", option->name, option->value != NULL ? " " : "",
                          option->value != NULL ? option->value : "");
        fprintf(to, column < HELP_COLUMN ? "%*s%s\n" : "\n%*s%s\n",
                column < HELP_COLUMN ? HELP_COLUMN - column : HELP_COLUMN, "", option->help);
    }
}

bool rp_name_prefix_check(const char *prefix, rp_error *error)
{
    enum { MOST_BYTES = 64 };
    for (const char *c = prefix; c != NULL && *c != '\0'; c++)
        if ((unsigned char)*c <= ' ' || *c == 127 || *c == '#' || (c == prefix && *c == '>') ||
            c - prefix >= MOST_BYTES)
            return rp_error_set(
                error,
                "--name-prefix: '%.100s' cannot begin a name: no blanks, no '#', no '>' at its front, at "
                "most %d bytes",
                prefix, MOST_BYTES);
    return true;
}

rp_option rp_device_option(const char **value)
{
    return (rp_option){RP_OPTION_TEXT,
                       "device",
                       0,
                       "WHICH",
                       value,
                       0,
                       0,
                       "cpu, opencl (all OpenCL devices but CPUs), opencl:0,2 (by index or name), all (both) [cpu]"};
}

rp_option rp_interval_option(double *seconds)
{
    return (rp_option){.kind = RP_OPTION_SECONDS,
                       .name = "checkpoint-interval",
                       .value = "SECONDS",
                       .target = seconds,
                       .help = "time between checkpoints in PREFIX.reprise, from which the same command goes on [600]"};
}

rp_option rp_no_checkpoint_option(bool *off)
{
    return (rp_option){.kind = RP_OPTION_FLAG,
                       .name = "no-checkpoint",
                       .target = off,
                       .help = "keep no state and take no lock: PREFIX.reprise is not made"};
}

rp_option rp_restart_option(bool *restart)
{
    return (rp_option){.kind = RP_OPTION_FLAG,
                       .name = "restart",
                       .target = restart,
                       .help = "begin anew, whatever checkpoint there is"};
}

rp_option rp_checkpoint_dir_option(const char **folder)
{
    return (rp_option){.kind = RP_OPTION_TEXT,
                       .name = "checkpoint-dir",
                       .value = "DIR",
                       .target = folder,
                       .help =
                           "keep the state there instead, by input and options: a retry with another PREFIX goes on "
                           "from it"};
}

bool rp_checkpoint_options_check(bool off, bool restart, const char *folder, rp_error *error)
{
    if (off && folder != NULL)
        return rp_error_set(error, "--no-checkpoint and --checkpoint-dir contradict each other");
    return !(off && restart) || rp_error_set(error, "--no-checkpoint and --restart contradict each other");
}
