/* termini.c: superfamilies by ends and target sites; see termini.h. */
#include "classify/termini.h"

#include <string.h>

#include "base/alphabet.h"

enum {
    MOTIF_MAX_BP = 8,
    BEYOND_BP = 3 /* bases that a consensus may have beyond an element's ends, where no duplication tells them */
};

static const char *const ORDER = "DNA";

typedef struct kind_of_ends {
    const char *class_name;
    unsigned least_bp, most_bp; /* of the duplication */
    const char *target;         /* how it reads, as IUPAC codes; NULL: in any way */
    const char *motifs[3];      /* each end begins with one of them; NULL behind the last */
} kind_of_ends;

static const kind_of_ends BESIDE[] = {{"DNA/CMC-EnSpm", 2, 3, NULL, {"CACTA", "CACTG"}},
                                      {"DNA/hAT", 8, 8, NULL, {"YAR"}},
                                      {"DNA/MULE", 9, 11, NULL, {"G"}},
                                      {"DNA/PIF-Harbinger", 3, 3, "TWA", {"GG", "GA"}},
                                      {"DNA/PiggyBac", 4, 4, "TTAA", {"YY"}},
                                      {"DNA/TcMar", 2, 2, "TA", {"C", "TTAGG"}}};

/* Where no duplication shows: the target is in the consensus, since it is always the same, or the motif alone tells. */
static const kind_of_ends WITHIN[] = {{.class_name = "DNA/CMC-EnSpm", .motifs = {"CACTA", "CACTG"}},
                                      {.class_name = "DNA/TcMar", .motifs = {"TAC", "TATTAGG"}}};

typedef struct element_ends {
    char left[MOTIF_MAX_BP + 1], right[MOTIF_MAX_BP + 1]; /* inwards, each as its own strand reads */
} element_ends;

/* The ends of an element that begins and ends so many bases inwards of its consensus'; they may be negative. */
static element_ends read_ends(const rp_codes *consensus, int left, int right)
{
    const int n = (int)consensus->n;
    element_ends ends = {"", ""};
    for (int i = 0; i < MOTIF_MAX_BP; i++) {
        const int a = left + i, b = n - 1 - right - i;
        ends.left[i] = a >= 0 && a < n ? rp_code_letter(consensus->items[a]) : 'N';
        ends.right[i] = b >= 0 && b < n ? rp_code_letter(rp_code_complement(consensus->items[b])) : 'N';
    }
    return ends;
}

static bool stands_for(char code, char letter)
{
    static const char *const CODES[][2] = {{"W", "AT"}, {"R", "AG"}, {"Y", "CT"}};
    for (size_t i = 0; i < sizeof CODES / sizeof CODES[0]; i++)
        if (code == CODES[i][0][0])
            return strchr(CODES[i][1], letter) != NULL;
    return code == letter;
}

/* Whether it begins with the motif. */
static bool begins_with(const char *bases, const char *motif)
{
    for (size_t i = 0; motif[i] != '\0'; i++)
        if (!stands_for(motif[i], bases[i]))
            return false;
    return true;
}

static bool begins_with_one(const char *bases, const char *const *motifs)
{
    while (*motifs != NULL && !begins_with(bases, *motifs))
        motifs++;
    return *motifs != NULL;
}

static bool have_motif(const element_ends *ends, const char *const *motifs)
{
    return begins_with_one(ends->left, motifs) && begins_with_one(ends->right, motifs);
}

/* The target reads so, or is written so that it may. */
static bool is_target(const char *target, const char *bases)
{
    if (target == NULL)
        return true;
    for (size_t i = 0; target[i] != '\0'; i++)
        if (!stands_for(target[i], bases[i]) && !(target[i] == 'W' && bases[i] == 'N'))
            return false;
    return true;
}

static const char *class_beside(const rp_codes *consensus, const rp_traits *traits)
{
    const element_ends ends = read_ends(consensus, -traits->tsd_left_bp, -traits->tsd_right_bp);
    for (size_t i = 0; i < sizeof BESIDE / sizeof BESIDE[0]; i++)
        if (traits->tsd_bp >= BESIDE[i].least_bp && traits->tsd_bp <= BESIDE[i].most_bp &&
            is_target(BESIDE[i].target, traits->tsd_consensus) && have_motif(&ends, BESIDE[i].motifs))
            return BESIDE[i].class_name;
    return ORDER;
}

/* The outermost motif counts: behind the TA of one kind may stand what looks like another's end. */
static const char *class_within(const rp_codes *consensus, const rp_traits *traits)
{
    const int shift = traits->tir_left_bp - traits->tir_right_bp;
    for (int left = 0; left <= BEYOND_BP; left++) {
        const int right = left - shift;
        if (right < 0 || right > BEYOND_BP)
            continue;
        const element_ends ends = read_ends(consensus, left, right);
        for (size_t i = 0; i < sizeof WITHIN / sizeof WITHIN[0]; i++)
            if (have_motif(&ends, WITHIN[i].motifs))
                return WITHIN[i].class_name;
    }
    return ORDER;
}

const char *rp_termini_class(const rp_codes *consensus, const rp_traits *traits)
{
    if (traits->tir_bp == 0)
        return ORDER;
    /* duplications of varying length are LINEs' and SINEs' */
    if (traits->tsd_bp > 0)
        return traits->tsd_bp == traits->tsd_max_bp ? class_beside(consensus, traits) : ORDER;
    return class_within(consensus, traits);
}
