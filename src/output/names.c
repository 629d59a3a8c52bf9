/* names.c: see names.h. */
#include "output/names.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

static bool begins_like_a_header(const char *name, size_t length)
{
    static const char *const heads[] = {"#", "//", "%", "track", "browser"};
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        if (length >= strlen(heads[i]) && strncasecmp(name, heads[i], strlen(heads[i])) == 0)
            return true;
    return length == strlen("chrom") && strncasecmp(name, "chrom", length) == 0;
}

rp_line_name rp_line_name_of(const char *name, size_t length)
{
    rp_line_name out = {.rest = name, .rest_length = (int)length};
    if (begins_like_a_header(name, length)) {
        (void)snprintf(out.head, sizeof out.head, "%%%02X", (unsigned)(unsigned char)name[0]);
        out.rest++;
        out.rest_length--;
    }
    return out;
}

const rp_contig *rp_line_name_first_changed(const rp_genome *genome)
{
    for (size_t c = 0; c < genome->n_contigs; c++)
        if (begins_like_a_header(genome->contigs[c].name, genome->contigs[c].id_length))
            return &genome->contigs[c];
    return NULL;
}

static bool is_alphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

void rp_write_gff3_name(rp_file *file, const char *name, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (is_alphanumeric(name[i]) || strchr(".:^*$@!+_?-|", name[i]) != NULL)
            rp_file_write(file, &name[i], 1);
        else
            rp_file_print(file, "%%%02X", (unsigned)(unsigned char)name[i]);
}

void rp_write_gff3_value(rp_file *file, const char *value)
{
    size_t length;
    for (const char *c = value; *c != '\0'; c += length > 0 ? length : 1) {
        length = rp_utf8_length(c);
        if (length > 0 && *c != 127 && (unsigned char)*c > ' ' && strchr(";=&,%", *c) == NULL)
            rp_file_write(file, c, length);
        else
            rp_file_print(file, "%%%02X", (unsigned)(unsigned char)*c);
    }
}
