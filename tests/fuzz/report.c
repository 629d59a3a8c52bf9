/* report.c: the files of a run that a report is made of. The first byte tells which one the rest replaces. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz/fuzz.h"
#include "report/read.h"

enum { SUMMARY, FAMILIES, COPIES, N_FILES };

static const char *const ENDINGS[N_FILES] = {"summary.json", "families.fa", "copies.bed"};
static const char *const SOUND[N_FILES] = {
    "{\"families\": [{\"name\": \"R1\", \"class\": \"LTR\", \"length\": 80, \"copies\": 3, \"bases\": 240}], "
    "\"results\": {\"genome_bases\": 3000}}\n",
    ">R1#LTR length=80\nACGTACGTTGACTGATCGATCGTAGCTAGCATCGATCAGCTACGATCAGCATCAGCATCAGCACTTTTGACGACTATCGTA\n",
    "chr1\t100\t180\tR1\t900\t+\t10.0\t0\t80\t80\t1\n"};

static void put(const char *folder, int which, const void *bytes, size_t n)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/f.%s", folder, ENDINGS[which]);
    FILE *to = fopen(path, "wb");
    if (to == NULL || fwrite(bytes, 1, n, to) != n || fclose(to) != 0)
        abort();
}

int rp_fuzz_report(const uint8_t *data, size_t n)
{
    char folder[64], path[128];
    (void)snprintf(folder, sizeof folder, "%s/reprise-fuzz-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (n == 0 || mkdtemp(folder) == NULL)
        return 0;
    for (int i = 0; i < N_FILES; i++)
        if (data[0] % N_FILES == i)
            put(folder, i, data + 1, n - 1);
        else
            put(folder, i, SOUND[i], strlen(SOUND[i]));
    (void)snprintf(path, sizeof path, "%s/f", folder);
    rp_report report;
    rp_report_source source;
    rp_error error = {""};
    const bool ok = rp_report_read(&report, &source, path, NULL, &error);
    if (!ok && error.message[0] == '\0')
        abort();
    (void)snprintf(path, sizeof path, "%s/out", folder);
    rp_file *file = ok ? rp_file_open(path, &error) : NULL;
    if (file != NULL && rp_report_write(&report, file, &error) && !rp_file_finish(file, &error))
        abort();
    rp_file_destroy(file);
    rp_report_clear(&report);
    rp_report_source_clear(&source);
    for (int i = 0; i < N_FILES; i++) {
        (void)snprintf(path, sizeof path, "%s/f.%s", folder, ENDINGS[i]);
        (void)unlink(path);
    }
    (void)rmdir(folder);
    return 0;
}
