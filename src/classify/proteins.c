/* proteins.c: see proteins.h.
 *
 * Motifs that curators look for, in PROSITE's manner: a letter, some in brackets, or x for any, with {least,most}
 * times. In a thousand random amino acids each is found with a chance of one in a hundred or less. */
#include "classify/proteins.h"

#include <stdlib.h>
#include <string.h>

enum { MIN_CODONS = 100 }; /* of an open frame: shorter ones are mostly chance */

enum { RT, INTEGRASE, GAG, MULE, MARINER, HAT, N_PROTEINS };

const char *const rp_protein_names[] = {[RT] = "RT",           [INTEGRASE] = "IN", [GAG] = "gag",      [MULE] = "MULE",
                                        [MARINER] = "mariner", [HAT] = "hAT",      [N_PROTEINS] = NULL};

static const struct {
    unsigned protein;
    const char *pattern;
} MOTIFS[] = {
    {RT, "[LVIACSME][LVIMCST][YF][VAIMFL]DD[ILMVTSAF][ILVMASTF]"},          /* (Xiong and Eickbush 1990) */
    {RT, "[YF]ADD[ILMVTSAC][KLIVMASTGN][LIVMFYA]"},           /* as LINEs have it, */
    {RT, "QG[SCTD]x{2}[SGA]Px[LVI][FYW]"},                                    /* and what is before that */
    {INTEGRASE, "Hx{3,9}Hx{20,34}Cx{2}C"},                                   /* zinc finger */
    {GAG, "Cx{2}Cx{4}Hx{4}C"},                                               /* zinc knuckle */
    {MULE, "CxCx[FYWL]x{3,9}[PAST]CxH"},                                     /* SWIM, behind the transposase */
    {MARINER, "[HQ]DNAx{2}H"},                                               /* transposase */
    {HAT, "[ST]x{4,9}ERxFS"},                                                /* where two transposases meet */
};

char rp_amino_acid(uint8_t first, uint8_t second, uint8_t third)
{
    /* in the order of the codes: A, C, G, T */
    static const char letters[] = "KNKNTTTTRSRSIIMIQHQHPPPPRRRRLLLLEDEDAAAAGGGGVVVV*Y*YSSSS*CWCLFLF";
    return letters[16 * first + 4 * second + third];
}

static unsigned read_count(const char **pattern)
{
    unsigned n = 0;
    while (**pattern >= '0' && **pattern <= '9')
        n = 10 * n + (unsigned)(*(*pattern)++ - '0');
    return n;
}

/* One place of a motif. */
typedef struct place {
    const char *letters; /* n of them; "x": any */
    size_t n;
    unsigned least, most;
} place;

static place read_place(const char **pattern)
{
    place next = {*pattern, 1, 1, 1};
    if (**pattern == '[') {
        next.letters++;
        next.n = strcspn(next.letters, "]");
        *pattern += next.n + 1;
    }
    ++*pattern;
    if (**pattern == '{') {
        ++*pattern;
        next.least = next.most = read_count(pattern);
        if (**pattern == ',') {
            ++*pattern;
            next.most = read_count(pattern);
        }
        ++*pattern;
    }
    return next;
}

/* Whether a protein, which a stop ends, begins with the motif. */
static bool begins_with(const char *protein, const char *pattern)
{
    if (*pattern == '\0')
        return true;
    const place here = read_place(&pattern);
    for (unsigned n = 0; n <= here.most; n++) {
        if (n >= here.least && begins_with(protein + n, pattern))
            return true;
        if (protein[n] == '*' || (here.letters[0] != 'x' && memchr(here.letters, protein[n], here.n) == NULL))
            return false;
    }
    return false;
}

/* The motifs in the open frames of a translation, which a stop ends. */
static unsigned find_motifs(const char *protein, size_t n)
{
    unsigned found = 0;
    for (size_t begin = 0, end; begin < n; begin = end + 1) {
        end = begin;
        while (protein[end] != '*')
            end++;
        for (size_t i = begin; end - begin >= MIN_CODONS && i < end; i++)
            for (unsigned m = 0; m < sizeof MOTIFS / sizeof MOTIFS[0]; m++)
                if (begins_with(protein + i, MOTIFS[m].pattern))
                    found |= 1u << MOTIFS[m].protein;
    }
    return found;
}

char rp_translate(const rp_codes *consensus, size_t i, bool reverse)
{
    uint8_t codon[3];
    for (size_t j = 0; j < 3; j++) {
        const uint8_t code = consensus->items[reverse ? consensus->n - 1 - (i + j) : i + j];
        if (!rp_code_is_base(code))
            return '*';
        codon[j] = reverse ? rp_code_complement(code) : code;
    }
    return rp_amino_acid(codon[0], codon[1], codon[2]);
}

bool rp_proteins_find(const rp_codes *consensus, unsigned *found)
{
    char *protein = rp_alloc(consensus->n / 3 + 1, 1);
    if (protein == NULL)
        return false;
    *found = 0;
    for (unsigned frame = 0; frame < 6; frame++) {
        size_t n = 0;
        for (size_t i = frame % 3; i + 3 <= consensus->n; i += 3)
            protein[n++] = rp_translate(consensus, i, frame >= 3);
        protein[n] = '*';
        *found |= find_motifs(protein, n + 1);
    }
    free(protein);
    return true;
}
