/* page.h: the frame of the report and how text and numbers are written in it. */
#ifndef RP_REPORT_PAGE_H
#define RP_REPORT_PAGE_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/file.h"

enum { RP_NUMBER_BYTES = 40 };

void rp_page_begin(rp_file *file, const char *title, const char *version, const char *digest);
void rp_page_end(rp_file *file);

/* Text with what HTML gives a meaning escaped, and U+FFFD for each byte that is no UTF-8. */
void rp_page_text(rp_file *file, const char *text);

/* A whole number with thin spaces between thousands, into `text`, which is returned. */
const char *rp_page_number(double value, char text[RP_NUMBER_BYTES]);

/* The members of a JSON object as terms and definitions. */
void rp_page_facts(rp_file *file, const json_t *object);

/* The number or text of a member of an object; 0 or "" where it is not there. */
double rp_page_figure(const json_t *object, const char *key);
const char *rp_page_fact(const json_t *object, const char *key);

/* What sorts and searches the list that follows it, where scripts are run. */
void rp_page_tools(rp_file *file);

void rp_page_sort_down(uint64_t *values, size_t n);

#endif
