/* formats.c: see formats.h. */
#include "genome/formats.h"

#include <string.h>

#define WITH_LENGTH(text) text, sizeof text - 1
#define GFA                                                                                       \
    {                                                                                             \
        "GFA", "take its sequences: awk '/^S/ {print \">\" $2; print $3}' FILE | reprise-c ... -" \
    }

typedef struct format_mark {
    const char *bytes;
    size_t n, at;         /* they stand at byte `at` */
    rp_format format;
} format_mark;

/* The first that fits counts. */
static const format_mark MARKS[] = {
    {WITH_LENGTH("\x28\xb5\x2f\xfd"), 0, {"compressed by zstd", "unpack it: zstd -dc FILE | reprise-c ... -"}},
    {WITH_LENGTH("\x04\x22\x4d\x18"), 0, {"compressed by lz4", "unpack it: lz4 -dc FILE | reprise-c ... -"}},
    {WITH_LENGTH("\x1f\x9d"), 0, {"compressed by compress (.Z)", "unpack it: zcat FILE | reprise-c ... -"}},
    {WITH_LENGTH("PK\x03\x04"), 0, {"a zip archive", "unpack it: unzip -p FILE | reprise-c ... -"}},
    {WITH_LENGTH("PK\x05\x06"), 0, {"an empty zip archive", "it holds no sequence"}},
    {WITH_LENGTH("7z\xbc\xaf\x27\x1c"), 0, {"a 7z archive", "unpack it: 7z x -so FILE | reprise-c ... -"}},
    {WITH_LENGTH("Rar!\x1a\x07"), 0, {"a rar archive", "unpack it"}},
    {WITH_LENGTH("ustar"), 257, {"a tar archive", "unpack it: tar -xOf FILE | reprise-c ... -"}},
    {WITH_LENGTH("\x43\x27\x41\x1a"), 0, {"UCSC 2bit", "convert it: twoBitToFa FILE genome.fa"}},
    {WITH_LENGTH("\x1a\x41\x27\x43"), 0, {"UCSC 2bit", "convert it: twoBitToFa FILE genome.fa"}},
    {WITH_LENGTH("\xff\xfe"), 0, {"UTF-16 text", "convert it: iconv -f UTF-16 -t UTF-8 FILE | reprise-c ... -"}},
    {WITH_LENGTH("\xfe\xff"), 0, {"UTF-16 text", "convert it: iconv -f UTF-16 -t UTF-8 FILE | reprise-c ... -"}},
    {WITH_LENGTH(">\0"), 0, {"UTF-16 text", "convert it: iconv -f UTF-16LE -t UTF-8 FILE | reprise-c ... -"}},
    {WITH_LENGTH("\0>"), 0, {"UTF-16 text", "convert it: iconv -f UTF-16BE -t UTF-8 FILE | reprise-c ... -"}},
    {WITH_LENGTH("LOCUS  "), 0, {"GenBank", "convert it to FASTA, by seqret or any2fasta, say"}},
    {WITH_LENGTH("ID   "), 0, {"EMBL (or UniProt)", "convert it to FASTA, by seqret or any2fasta, say"}},
    {WITH_LENGTH("H\tVN:"), 0, GFA},
    {WITH_LENGTH("S\t"), 0, GFA},
    {WITH_LENGTH("##gff"), 0, {"GFF3", "the sequences are in another file"}},
    {WITH_LENGTH("##fileformat=VCF"), 0, {"VCF", "the sequences are in another file"}},
    {WITH_LENGTH("\x89HDF\r\n\x1a\n"), 0, {"HDF5 (fast5?)", "signals are to be called first"}},
    {WITH_LENGTH("NCBI.sra"), 0, {"SRA", "convert it: fasterq-dump FILE"}},
    {WITH_LENGTH("<!DOCTYPE"), 0, {"an HTML page", "the download has failed, it seems"}},
    {WITH_LENGTH("<!doctype"), 0, {"an HTML page", "the download has failed, it seems"}},
    {WITH_LENGTH("<html"), 0, {"an HTML page", "the download has failed, it seems"}},
    {WITH_LENGTH("<?xml"), 0, {"XML", "it is no sequence file, or the download has failed"}},
};

const rp_format *rp_format_of(const char *bytes, size_t n)
{
    for (size_t i = 0; i < sizeof MARKS / sizeof MARKS[0]; i++)
        if (n >= MARKS[i].at + MARKS[i].n && memcmp(bytes + MARKS[i].at, MARKS[i].bytes, MARKS[i].n) == 0)
            return &MARKS[i].format;
    return NULL;
}
