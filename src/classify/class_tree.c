/* class_tree.c: see class_tree.h. */
#include "classify/class_tree.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "library/class_names.h"

#define RETROELEMENT "Retroelement"

/* A class and what it is part of: the parent's own entry is found by its name. */
static const struct {
    const char *name, *parent;
} TREE[] = {
    {RETROELEMENT, NULL},
    {"LTR", RETROELEMENT},
    {"LINE", RETROELEMENT},
    {"SINE", RETROELEMENT},
    {"DNA", NULL},
    {"RC", NULL},
    {"LTR/Copia", "LTR"},
    {"LTR/Gypsy", "LTR"},
    {"LTR/Pao", "LTR"},
    {"LTR/ERV", "LTR"},
    {"LTR/ERV1", "LTR/ERV"},
    {"LTR/ERVK", "LTR/ERV"},
    {"LTR/ERVL", "LTR/ERV"},
    {"LTR/ERVL-MaLR", "LTR/ERVL"},
    {"LTR/DIRS", "LTR"},
    {"LTR/Ngaro", "LTR/DIRS"},
    {"LTR/Caulimovirus", "LTR"},
    {"LINE/L1", "LINE"},
    {"LINE/L1-Tx1", "LINE/L1"},
    {"LINE/L2", "LINE"},
    {"LINE/CR1", "LINE"},
    {"LINE/CRE", "LINE"},
    {"LINE/RTE", "LINE"},
    {"LINE/RTE-BovB", "LINE/RTE"},
    {"LINE/RTE-X", "LINE/RTE"},
    {"LINE/I", "LINE"},
    {"LINE/I-Jockey", "LINE/I"},
    {"LINE/R1", "LINE"},
    {"LINE/R1-LOA", "LINE/R1"},
    {"LINE/R2", "LINE"},
    {"LINE/Dong-R4", "LINE/R2"},
    {"LINE/Rex-Babar", "LINE"},
    {"LINE/Proto2", "LINE"},
    {"PLE", RETROELEMENT},
    {"SINE/tRNA", "SINE"},
    {"SINE/5S", "SINE"},
    {"SINE/7SL", "SINE"},
    {"SINE/Alu", "SINE/7SL"},
    {"DNA/TcMar", "DNA"},
    {"DNA/TcMar-Tc1", "DNA/TcMar"},
    {"DNA/TcMar-Mariner", "DNA/TcMar"},
    {"DNA/TcMar-Tigger", "DNA/TcMar"},
    {"DNA/TcMar-Pogo", "DNA/TcMar"},
    {"DNA/TcMar-Tc2", "DNA/TcMar"},
    {"DNA/TcMar-Fot1", "DNA/TcMar"},
    {"DNA/hAT", "DNA"},
    {"DNA/hAT-Ac", "DNA/hAT"},
    {"DNA/hAT-Blackjack", "DNA/hAT"},
    {"DNA/hAT-Charlie", "DNA/hAT"},
    {"DNA/hAT-hobo", "DNA/hAT"},
    {"DNA/hAT-Tag1", "DNA/hAT"},
    {"DNA/hAT-Tip100", "DNA/hAT"},
    {"DNA/PIF-Harbinger", "DNA"},
    {"DNA/MULE", "DNA"},
    {"DNA/MULE-MuDR", "DNA/MULE"},
    {"DNA/MULE-NOF", "DNA/MULE"},
    {"DNA/CMC", "DNA"},
    {"DNA/CMC-EnSpm", "DNA/CMC"},
    {"DNA/CMC-Transib", "DNA"}, /* no part of CACTA: Wicker et al. 2007 have none of it */
    {"DNA/P", "DNA"},
    {"DNA/PiggyBac", "DNA"},
    {"DNA/Merlin", "DNA"},
    {"DNA/Kolobok", "DNA"},
    {"DNA/Sola", "DNA"},
    {"DNA/Zator", "DNA"},
    {"DNA/Ginger", "DNA"},
    {"DNA/Maverick", "DNA"},
    {"DNA/Crypton", "DNA"},
    {"RC/Helitron", "RC"},
};
enum { N_CLASSES = sizeof TREE / sizeof TREE[0], NAME_BYTES = 128 };

typedef struct pair {
    const char *from, *to;
} pair;

/* GyDB's clades (Llorens et al. 2011); all of its profiles are of LTR elements and their kin. */
static const pair GYDB[] = {
    {"copia", "LTR/Copia"},
    {"sire", "LTR/Copia"},
    {"oryco", "LTR/Copia"},
    {"retrofit", "LTR/Copia"},
    {"tork", "LTR/Copia"},
    {"1731", "LTR/Copia"},
    {"pcretro", "LTR/Copia"},
    {"hydra", "LTR/Copia"},
    {"osser", "LTR/Copia"},
    {"mtanga", "LTR/Copia"},
    {"tricopia", "LTR/Copia"},
    {"codi", "LTR/Copia"},
    {"codi-i", "LTR/Copia"},
    {"codi-ii", "LTR/Copia"},
    {"codi-c", "LTR/Copia"},
    {"codi-d", "LTR/Copia"},
    {"pseudovirus", "LTR/Copia"},
    {"ty", "LTR/Copia"},
    {"pyret", "LTR/Gypsy"},
    {"athila", "LTR/Gypsy"},
    {"tat", "LTR/Gypsy"},
    {"galadriel", "LTR/Gypsy"},
    {"tekay", "LTR/Gypsy"},
    {"del", "LTR/Gypsy"},
    {"reina", "LTR/Gypsy"},
    {"crm", "LTR/Gypsy"},
    {"pyggy", "LTR/Gypsy"},
    {"maggy", "LTR/Gypsy"},
    {"mggy", "LTR/Gypsy"},
    {"chromoviridae", "LTR/Gypsy"},
    {"chromovirus", "LTR/Gypsy"},
    {"17.6", "LTR/Gypsy"},
    {"gypsy", "LTR/Gypsy"},
    {"mdg1", "LTR/Gypsy"},
    {"mdg3", "LTR/Gypsy"},
    {"micropia", "LTR/Gypsy"},
    {"412", "LTR/Gypsy"},
    {"osvaldo", "LTR/Gypsy"},
    {"cer1", "LTR/Gypsy"},
    {"csrn1", "LTR/Gypsy"},
    {"gmr1", "LTR/Gypsy"},
    {"tor1", "LTR/Gypsy"},
    {"tor2", "LTR/Gypsy"},
    {"tor4", "LTR/Gypsy"},
    {"tse3", "LTR/Gypsy"},
    {"ty3", "LTR/Gypsy"},
    {"v_clade", "LTR/Gypsy"},
    {"a_clade", "LTR/Gypsy"},
    {"b_clade", "LTR/Gypsy"},
    {"c_clade", "LTR/Gypsy"},
    {"errantiviridae", "LTR/Gypsy"},
    {"bel", "LTR/Pao"},
    {"pao", "LTR/Pao"},
    {"sinbad", "LTR/Pao"},
    {"suzu", "LTR/Pao"},
    {"tas", "LTR/Pao"},
    {"belpao", "LTR/Pao"},
    {"caulimoviridae", "LTR/Caulimovirus"},
    {"retroviridae", "LTR/ERV"},
    {"alpharetroviridae", "LTR/ERV"},
    {"betaretroviridae", "LTR/ERVK"},
    {"gammaretroviridae", "LTR/ERV1"},
    {"deltaretroviridae", "LTR/ERV"},
    {"epsilonretroviridae", "LTR/ERV1"},
    {"lentiviridae", "LTR/ERV"},
    {"spumaretroviridae", "LTR/ERVL"},
    {"retroelement", RETROELEMENT},
    {"dirs", "LTR/DIRS"},
    {"retrotransposon", "LTR"},
};

/* Pfam's families that are domains of transposons, and where they are found. */
static const struct {
    const char *accession, *class_name, *domain;
} PFAM[] = {
    {"PF00078", RETROELEMENT, "RT"},
    {"PF07727", "LTR/Copia", "RT"},
    {"PF13456", RETROELEMENT, "RH"},
    {"PF00075", RETROELEMENT, "RH"},
    {"PF17917", "LTR", "RH"},
    {"PF17919", "LTR", "RH"},
    {"PF00665", "LTR", "INT"},
    {"PF13683", "LTR", "INT"},
    {"PF17921", "LTR", "INT"},
    {"PF13976", "LTR/Copia", "INT"},
    {"PF14223", "LTR/Copia", "GAG"},
    {"PF14244", "LTR/Copia", "GAG"},
    {"PF03732", "LTR/Gypsy", "GAG"},
    {"PF08284", "LTR/Gypsy", "PROT"},
    {"PF19259", "LTR/Gypsy", "GAG"},
    {"PF00077", "LTR", "PROT"},
    {"PF05380", "LTR/Pao", "PROT"},
    {"PF05585", "LTR/Pao", "GAG"},
    {"PF03564", "LTR/Pao", "GAG"},
    {"PF18701", "LTR/Pao", "INT"},
    {"PF00429", "LTR/ERV", "ENV"},
    {"PF00607", "LTR/ERV", "GAG"},
    {"PF02093", "LTR/ERV1", "GAG"},
    {"PF01140", "LTR/ERV1", "GAG"},
    {"PF06817", "LTR/ERV", "RT"},
    {"PF06815", "LTR/ERV", "RT"},
    {"PF00552", "LTR/ERV", "INT"},
    {"PF02022", "LTR/ERV", "INT"},
    {"PF14529", "LINE", "EN"},
    {"PF13966", "LINE", "RT"},
    {"PF02994", "LINE/L1", "ORF1"},
    {"PF17490", "LINE/L1", "ORF1"},
    {"PF17489", "LINE/L1", "ORF1"},
    {"PF08333", "LINE/L1", "RT"},
    {"PF01359", "DNA/TcMar", "TPase"},
    {"PF01498", "DNA/TcMar", "TPase"},
    {"PF03184", "DNA/TcMar", "TPase"},
    {"PF13358", "DNA/TcMar", "TPase"},
    {"PF17906", "DNA/TcMar", "TPase"},
    {"PF13359", "DNA/PIF-Harbinger", "TPase"},
    {"PF04827", "DNA/PIF-Harbinger", "TPase"},
    {"PF05699", "DNA/hAT", "TPase"},
    {"PF14372", "DNA/hAT", "TPase"},
    {"PF04937", "DNA/hAT", "TPase"},
    {"PF13843", "DNA/PiggyBac", "TPase"},
    {"PF10551", "DNA/MULE", "TPase"},
    {"PF03108", "DNA/MULE", "TPase"},
    {"PF00872", "DNA/MULE", "TPase"},
    {"PF02992", "DNA/CMC-EnSpm", "TPase"},
    {"PF13960", "DNA/CMC-EnSpm", "TPase"},
    {"PF13963", "DNA/CMC-EnSpm", "TPase"},
    {"PF03004", "DNA/CMC-EnSpm", "TPase"},
    {"PF12017", "DNA/P", "TPase"},
    {"PF21787", "DNA/P", "TPase"},
    {"PF21788", "DNA/P", "TPase"},
    {"PF21789", "DNA/P", "TPase"},
    {"PF12762", "DNA/Merlin", "TPase"},
    {"PF14214", "RC/Helitron", "REP"},
    {"PF03175", "DNA/Maverick", "POL"},
};

static const char *find_pair(const pair *pairs, size_t n, const char *from)
{
    for (size_t i = 0; i < n; i++)
        if (strcasecmp(pairs[i].from, from) == 0)
            return pairs[i].to;
    return NULL;
}

static int find_class(const char *name)
{
    for (int i = 0; i < N_CLASSES; i++)
        if (strcmp(TREE[i].name, name) == 0)
            return i;
    return -1;
}

static const char *parent_of(const char *name)
{
    const int at = name != NULL ? find_class(name) : -1;
    return at >= 0 ? TREE[at].parent : NULL;
}

const char *rp_class_known(const char *name)
{
    char shorter[NAME_BYTES];
    if (strlen(name) >= sizeof shorter)
        return NULL;
    strcpy(shorter, name);
    for (;;) {
        const int at = find_class(shorter);
        if (at >= 0)
            return TREE[at].name;
        char *cut = strrchr(shorter, '-');
        if (cut == NULL)
            cut = strrchr(shorter, '/');
        if (cut == NULL)
            return NULL;
        *cut = '\0';
    }
}

bool rp_class_contains(const char *a, const char *b)
{
    while (b != NULL && strcmp(a, b) != 0)
        b = parent_of(b);
    return b != NULL;
}

const char *rp_class_common(const char *a, const char *b)
{
    while (a != NULL && !rp_class_contains(a, b))
        a = parent_of(a);
    return a;
}

bool rp_classes_agree(const char *a, const char *b)
{
    return rp_class_contains(a, b) || rp_class_contains(b, a);
}

bool rp_class_is_given(const char *name)
{
    return strcmp(name, RETROELEMENT) != 0;
}

const char *rp_class_order(const char *name)
{
    for (const char *parent = parent_of(name); parent != NULL && rp_class_is_given(parent); parent = parent_of(name))
        name = parent;
    return name;
}

/* --- Names of profiles --- */

static void take_domain(char *domain, unsigned size, const char *text, size_t n)
{
    n = n < size ? n : size - 1;
    memcpy(domain, text, n);
    domain[n] = '\0';
}

static const char *of_pfam(const char *accession, char *domain, unsigned size)
{
    for (size_t i = 0; i < sizeof PFAM / sizeof PFAM[0]; i++)
        if (strncmp(accession, PFAM[i].accession, strlen(PFAM[i].accession)) == 0 &&
            (accession[strlen(PFAM[i].accession)] == '\0' || accession[strlen(PFAM[i].accession)] == '.')) {
            take_domain(domain, size, PFAM[i].domain, strlen(PFAM[i].domain));
            return rp_class_known(PFAM[i].class_name);
        }
    return NULL;
}

/* "CLASS:DOMAIN", ours or REXdb's. */
static const char *of_colon(const char *name, const char *colon, char *domain, unsigned size)
{
    char left[NAME_BYTES];
    if ((size_t)(colon - name) >= sizeof left)
        return NULL;
    take_domain(left, sizeof left, name, (size_t)(colon - name));
    const char *of = rp_class_known(rp_class_read(left));
    /* REXdb has "Ty1-RT" for a domain */
    const char *dash = strrchr(colon, '-');
    const char *text = dash != NULL ? dash + 1 : colon + 1;
    take_domain(domain, size, text, strlen(text));
    return of;
}

static const char *of_gydb(const char *name, char *domain, unsigned size)
{
    static const char *const domains[] = {"AP", "CHR",  "ENV", "GAG", "INT", "RNaseH",
                                          "RT", "PROT", "DUT", "MOV", "TAV"};
    const char *under = strchr(name, '_');
    for (size_t i = 0; under != NULL && i < sizeof domains / sizeof domains[0]; i++)
        if (strlen(domains[i]) == (size_t)(under - name) &&
            strncasecmp(domains[i], name, (size_t)(under - name)) == 0) {
            const char *of = find_pair(GYDB, sizeof GYDB / sizeof GYDB[0], under + 1);
            take_domain(domain, size, domains[i], strlen(domains[i]));
            return of != NULL ? rp_class_known(of) : NULL;
        }
    return NULL;
}

const char *rp_class_of_profile(const char *name, const char *accession, char *domain, unsigned size)
{
    const char *colon = strrchr(name, ':');
    const char *of = of_pfam(accession, domain, size);
    if (of == NULL && colon != NULL)
        of = of_colon(name, colon, domain, size);
    else if (of == NULL)
        of = of_gydb(name, domain, size);
    if (of == NULL)
        take_domain(domain, size, name, strlen(name));
    return of;
}
