/* records.c: see records.h. */
#include "genome/records.h"

#include <errno.h>
#include <stdbool.h>
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
    htsFormat format = {0};
    return hts_detect_format2(from, path, &format) == 0 && (format.format == sam || format.format == bam || format.format == cram) &&
           (format.compression == no_compression || format.compression == gzip || format.compression == bgzf ||
            format.compression == custom);
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

static char base_at(const bam1_t *record, size_t i)
{
    const unsigned code = bam_seqi(bam_get_seq(record), i);
    return code == 0 ? 'N' : seq_nt16_str[code];
}

/* The record's text. False: out of memory. */
static bool make_text(rp_records *records)
{
    static const char codes[] = "=ACMGRSVTWYHKDBN", complements[] = "=TGKCYSBAWRDMHVN";
    const bam1_t *record = records->record;
    const unsigned flag = record->core.flag;
    const bool first = (flag & BAM_FREAD1) != 0, last = (flag & BAM_FREAD2) != 0;
    const size_t n = (size_t)record->core.l_qseq;
    kstring_t *text = &records->text;
    text->l = records->at = 0;
    if (kputc('>', text) < 0 || kputs(bam_get_qname(record), text) < 0 || (first != last && kputs(first ? "/1" : "/2", text) < 0) ||
        kputc('\n', text) < 0 || ks_resize(text, text->l + n + 2) < 0)
        return false;
    for (size_t i = 0; i < n; i++)
        text->s[text->l++] = (flag & BAM_FREVERSE) == 0 ? base_at(record, i) : complements[strchr(codes, base_at(record, n - 1 - i)) - codes];
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
            *fault = hts_get_format(records->file)->format == cram
                         ? "the file is damaged or cut off, or the reference that it was made with is not to be had (REF_PATH)"
                         : "the file is damaged or cut off";
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
    const htsFormat *format = hts_get_format(records->file);
    const bool cut = format->format == cram ? cram_eof(records->file->fp.cram) == 2
                                            : format->compression == bgzf && records->file->is_bgzf && records->file->fp.bgzf->no_eof_block;
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
