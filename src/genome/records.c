/* records.c: see records.h. */
#include "genome/records.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <htslib/bgzf.h>
#include <htslib/cram.h>
#include <htslib/hts.h>
#include <htslib/kstring.h>
#include <htslib/sam.h>

#include "base/memory.h"

struct rp_records {
    samFile *file;
    sam_hdr_t *header;
    bam1_t *record;
    kstring_t text;       /* of one record; taken up to `at` */
    size_t at;
};

bool rp_records_are_in(hFILE *from, const char *path)
{
    htsFormat is = {0};
    if (hts_detect_format2(from, path, &is) != 0 || (is.format != sam && is.format != bam && is.format != cram))
        return false;
    return is.compression == no_compression || is.compression == gzip || is.compression == bgzf ||
           is.compression == custom;
}

rp_records *rp_records_open(hFILE *from, const char *path, const char *name, rp_error *error)
{
    rp_records *records = rp_alloc(1, sizeof *records);
    if (records != NULL)
        records->record = bam_init1();
    if (records == NULL || records->record == NULL) {
        hclose_abruptly(from);
        (void)rp_error_memory(error, name);
        (void)rp_records_close(records);
        return NULL;
    }
    records->file = hts_hopen(from, path, "r");
    if (records->file == NULL)
        hclose_abruptly(from);
    else if (hts_get_format(records->file)->format == cram)
        (void)hts_set_opt(records->file, CRAM_OPT_REQUIRED_FIELDS, SAM_QNAME | SAM_FLAG | SAM_SEQ);
    records->header = records->file != NULL ? sam_hdr_read(records->file) : NULL;
    if (records->header == NULL) {
        (void)rp_error_set(error, "%s: its header is damaged or cut off", name);
        (void)rp_records_close(records);
        return NULL;
    }
    return records;
}

/* ">name", with the mate's number. */
static bool put_name(const bam1_t *record, kstring_t *text)
{
    const bool first = (record->core.flag & BAM_FREAD1) != 0, last = (record->core.flag & BAM_FREAD2) != 0;
    return kputc('>', text) >= 0 && kputs(bam_get_qname(record), text) >= 0 &&
           (first == last || kputs(first ? "/1" : "/2", text) >= 0) && kputc('\n', text) >= 0;
}

/* The record's text. False: out of memory. */
static bool make_text(rp_records *records)
{
    static const char letters[] = "NACMGRSVTWYHKDBN",
                      complements[] = "NTGKCYSBAWRDMHVN"; /* by htslib's codes; 0 is "=" */
    const bam1_t *record = records->record;
    const uint8_t *sequence = bam_get_seq(record);
    const bool reverse = (record->core.flag & BAM_FREVERSE) != 0;
    const size_t n = (size_t)record->core.l_qseq;
    kstring_t *text = &records->text;
    text->l = records->at = 0;
    if (!put_name(record, text) || ks_resize(text, text->l + n + 2) < 0)
        return false;
    for (size_t i = 0; i < n; i++)
        text->s[text->l++] = reverse ? complements[bam_seqi(sequence, n - 1 - i)] : letters[bam_seqi(sequence, i)];
    text->s[text->l++] = '\n';
    text->s[text->l] = '\0';
    return true;
}

/* Goes to the next record that is to be told. 1: there it is, 0: the end, -1: *fault tells. */
static int next_record(rp_records *records, const char **fault)
{
    for (;;) {
        const int got = sam_read1(records->file, records->header, records->record);
        if (got == -1)
            return 0;
        if (got < -1) {
            *fault =
                hts_get_format(records->file)->format != cram
                    ? "the file is damaged or cut off"
                    : "the file is damaged or cut off, or the reference it was made with is not to be had (REF_PATH)";
            return -1;
        }
        if ((records->record->core.flag & (BAM_FSECONDARY | BAM_FSUPPLEMENTARY)) != 0)
            continue;
        if (make_text(records))
            return 1;
        *fault = "out of memory: record";
        return -1;
    }
}

ssize_t rp_records_read(rp_records *records, char *to, size_t n, const char **fault)
{
    if (records->at == records->text.l) {
        const int got = next_record(records, fault);
        if (got <= 0)
            return got;
    }
    const size_t left = records->text.l - records->at, here = left < n ? left : n;
    memcpy(to, records->text.s + records->at, here);
    records->at += here;
    return (ssize_t)here;
}

const char *rp_records_end_fault(const rp_records *records)
{
    const samFile *file = records->file;
    const htsFormat *format = hts_get_format(records->file);
    bool cut;
    if (format->format == cram)
        cut = cram_eof(file->fp.cram) == 2;
    else
        cut = format->compression == bgzf && file->is_bgzf && file->fp.bgzf->no_eof_block;
    return cut ? "the file is cut off: it has no end-of-file block" : NULL;
}

bool rp_records_close(rp_records *records)
{
    if (records == NULL)
        return true;
    const bool ok = records->file == NULL || hts_close(records->file) == 0;
    sam_hdr_destroy(records->header);
    bam_destroy1(records->record);
    ks_free(&records->text);
    free(records);
    return ok;
}
