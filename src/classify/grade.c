/* grade.c: the rules of the grades; see grade.h. */
#include "classify/grade.h"

#include "copies/scan.h"

enum {
    END_SLACK_BP = 8,       /* of a consensus, within which the ends of copies are its own */
    MIN_ENDS = 3,           /* copies that end there, */
    ENDS_SHARE = 3,         /* and one in so many of all, where the end is sharp */
    MANY_PLACES = 10,
    FEW_PLACES = 5          /* more of them are not alike through their consensus only */
};

/* Percent, to which a duplication of 5 bases on either side is still whole in three of four copies. */
static const double YOUNG = 3;

/* Counts the parts that end where the consensus does, and the bases that are compared. */
typedef struct part_sums {
    uint32_t left, right;
    uint64_t matches, mismatches;
    uint32_t young; /* that hardly differ from the consensus */
} part_sums;

static part_sums sum_parts(const rp_findings *findings, const rp_found_family *family)
{
    part_sums sums = {0};
    for (size_t i = 0; i < family->n_parts; i++) {
        const rp_part *part = &findings->parts.items[family->parts[i]];
        sums.left += part->consensus_begin <= END_SLACK_BP;
        sums.right += part->consensus_end + END_SLACK_BP >= family->consensus->n;
        sums.matches += part->counts.matches;
        sums.mismatches += part->counts.mismatches;
        sums.young += (double)part->divergence < YOUNG;
    }
    return sums;
}

/* What two copies may be expected to score with each other. Of a few copies hardly two have the same difference from
 * their majority: two copies differ twice as often as each does from that. */
static int32_t score_of_two(const part_sums *sums, uint64_t n_copies)
{
    const double pairs = (double)(sums->matches + sums->mismatches) / (double)(n_copies > 0 ? n_copies : 1);
    const double differing =
        sums->mismatches > 0 ? 2 * (double)sums->mismatches / (double)(sums->matches + sums->mismatches) : 0;
    return (int32_t)(2 * pairs * (1 - 2 * differing));
}

static bool has_signs(const rp_traits *traits)
{
    return traits->ltr_bp > 0 || traits->tir_bp > 0 || traits->tail_bp > 0 || traits->tsd_bp > 0 ||
           traits->helitron_ends;
}

static bool is_sharp(uint32_t n_ends, uint32_t n_copies)
{
    return n_ends >= MIN_ENDS && ENDS_SHARE * n_ends >= n_copies;
}

static bool are_most(uint32_t n, uint32_t of)
{
    return n >= MIN_ENDS && 3 * n >= 2 * of;
}

/* Whether most copies end there. The consensus ends where three copies do: more tell of an end, where it is not known
 * whether they go on. */
static bool is_end_of_most(uint32_t n_ends, uint32_t n_copies)
{
    return n_ends > MIN_ENDS && are_most(n_ends, n_copies);
}

/* Whether most copies end where the consensus does, at both ends. */
static bool is_whole(const rp_traits *traits, const part_sums *sums)
{
    if (traits->n_ends_seen == 0)
        return is_end_of_most(sums->left, traits->n_copies) && is_end_of_most(sums->right, traits->n_copies);
    return are_most(traits->n_ended_left, traits->n_ends_seen) && are_most(traits->n_ended_right, traits->n_ends_seen);
}

/* Whether the consensus ends at neither side where its copies do. */
static bool is_open(const rp_traits *traits)
{
    return traits->n_going_on_left > 0 && traits->n_going_on_right > 0 &&
           !are_most(traits->n_ended_left, traits->n_ends_seen) &&
           !are_most(traits->n_ended_right, traits->n_ends_seen);
}

void rp_grade_family(const rp_findings *findings, const rp_found_family *family, rp_traits *traits)
{
    const part_sums sums = sum_parts(findings, family);
    const uint64_t genome_bp = findings->genome->acgt_bp;
    traits->n_left_ends = sums.left;
    traits->n_right_ends = sums.right;
    traits->n_young = sums.young;
    traits->score_of_two = score_of_two(&sums, family->n_copies);
    const bool signs = has_signs(traits);
    const bool sharp = is_sharp(sums.left, traits->n_copies) && is_sharp(sums.right, traits->n_copies);
    /* as the best alignment of a genome of this size with itself may be by chance */
    const bool alike = traits->score_of_two >= rp_scan_min_score(genome_bp, genome_bp, 1);
    const bool few = traits->n_independent < MANY_PLACES;
    const bool young = 2 * (size_t)sums.young >= family->n_parts && few && !is_whole(traits, &sums);
    const bool open = few && is_open(traits);
    if (signs && sharp)
        traits->grade = RP_GRADE_A;
    else if (signs || (sharp && traits->n_independent >= MANY_PLACES))
        traits->grade = RP_GRADE_B;
    else
        traits->grade = !young && !open && (alike || traits->n_independent > FEW_PLACES) ? RP_GRADE_C : RP_GRADE_D;
}

const char *rp_grade_name(rp_grade grade)
{
    static const char *const names[RP_N_GRADES] = {NULL, "A", "B", "C", "D"};
    return names[grade];
}

bool rp_grade_reasons(const rp_traits *traits, kstring_t *text)
{
    return (!has_signs(traits) || kputs("structure,", text) >= 0) &&
           ksprintf(text, "ends:%u:%u,", traits->n_left_ends, traits->n_right_ends) >= 0 &&
           (traits->n_ends_seen == 0 ||
            ksprintf(text, "on:%u:%u,", traits->n_going_on_left, traits->n_going_on_right) >= 0) &&
           ksprintf(text, "places:%u,young:%u,alike:%d", traits->n_independent, traits->n_young,
                    traits->score_of_two) >= 0;
}
