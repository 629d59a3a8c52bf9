/* write.c: which writer makes which result; see write.h. */
#include "command/write.h"

#include "output/writers.h"

bool rp_write_result(const rp_findings *findings, rp_result which, const rp_write_options *options, rp_file *file,
                     rp_error *error)
{
    switch (which) {
    case RP_RESULT_FAMILIES:
    case RP_RESULT_OTHER: return rp_write_families(findings, file, error);
    case RP_RESULT_SUBFAMILIES: return rp_write_subfamilies(findings, file, error);
    case RP_RESULT_SPLIT: return rp_write_split(findings, file, error);
    case RP_RESULT_BED:
    case RP_RESULT_OTHER_BED: return rp_write_bed(findings, file, error);
    case RP_RESULT_GFF3: return rp_write_gff3(findings, file, error);
    case RP_RESULT_OUT: return rp_write_repeatmasker(findings, file, error);
    case RP_RESULT_PAF: return rp_write_paf(findings, file, error);
    case RP_RESULT_CLASSES: return rp_write_classes(findings, file, error);
    case RP_RESULT_TANDEM: return rp_write_tandem(findings, file, error);
    case RP_RESULT_MASKED: return rp_write_masked(findings, options->hard_mask, options->mask_tandem, file, error);
    default: return rp_error_set(error, "result %d has no writer", (int)which);
    }
}
