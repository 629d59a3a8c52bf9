/* class_names.c: the table of class names; see class_names.h.
 *
 * Names of RepeatMasker are those that its library and createRepeatLandscape.pl have; lineages are Dfam's; codes are
 * those of Wicker et al. 2007, where clades of LINEs go to the five superfamilies by Kapitonov et al. 2009 (CR1, L2 and
 * Rex to Jockey; R1, LOA and Tad to I).
 */
#include "library/class_names.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
    LONGEST_NAME = 256, /* longer ones are not in the table */
    LEAST_ALONE = 3     /* letters of a superfamily that is named without its order */
};

typedef struct class_row {
    const char *repeatmasker;
    const char *wicker;       /* NULL: it has no code */
    const char *so_id, *so_term;
    const char *dfam;         /* lineage */
    const char *aliases; /* for what follows the order's slash, each with a blank before and behind it; or NULL */
} class_row;

#define ROOT "root;"
#define REPEAT ROOT "Interspersed_Repeat;"
#define ELEMENT REPEAT "Transposable_Element;"
#define RETRO ELEMENT "Class_I_Retrotransposition;"
#define LTR RETRO "Retrotransposon;Long_Terminal_Repeat_Element"
#define ERV LTR ";Gypsy-ERV;Retroviridae;Orthoretrovirinae"
#define TYROSINE RETRO "Retrotransposon;Tyrosine_Recombinase_Elements"
#define LINE RETRO "LINE"
#define GROUP_1 LINE ";Group-II;Group-1"
#define GROUP_2 LINE ";Group-II;Group-2"
#define R1_LIKE GROUP_2 ";R1-like"
#define SINE RETRO "LINE-dependent_Retroposon;SINE"
#define TRNA SINE ";tRNA_Promoter"
#define PSEUDO REPEAT "Pseudogene;RNA"
#define DNA ELEMENT "Class_II_DNA_Transposition"
#define TIR DNA ";Transposase"

/* Of the rows that share a name in a convention the first one is read. */
static const class_row ROWS[] = {
    {"Unknown", "XXX", "SO:0000657", "repeat_region", REPEAT "Unknown", NULL},
    /* LTR elements */
    {"LTR", "RLX", "SO:0000186", "LTR_retrotransposon", LTR, " Solo "},
    {"LTR/Copia", "RLC", "SO:0002264", "Copia_LTR_retrotransposon", LTR ";Ty1-Copia",
     " Ty1 Ty1/copia Ty1_copia Ty1-copia "},
    {"LTR/Gypsy", "RLG", "SO:0002265", "Gypsy_LTR_retrotransposon", LTR ";Gypsy-ERV;Gypsy",
     " Ty3 Ty3/gypsy Ty3_gypsy Ty3-gypsy Metaviridae CRM "},
    {"LTR/Pao", "RLB", "SO:0002266", "Bel_Pao_LTR_retrotransposon", LTR ";Bel-Pao", " Bel-Pao Bel_Pao BEL "},
    {"LTR/ERV", "RLE", "SO:0002268", "Endogenous_Retrovirus_LTR_retrotransposon", ERV, " HERV Retrovirus "},
    {"LTR/ERV", "RLR", "SO:0002267", "Retrovirus_LTR_retrotransposon", LTR ";Gypsy-ERV;Retroviridae", NULL},
    {"LTR/ERV1", "RLE", "SO:0002268", "Endogenous_Retrovirus_LTR_retrotransposon", ERV ";ERV1", NULL},
    {"LTR/ERVK", "RLE", "SO:0002268", "Endogenous_Retrovirus_LTR_retrotransposon", ERV ";ERV2-group;ERV2", " ERV2 "},
    {"LTR/ERVL", "RLE", "SO:0002268", "Endogenous_Retrovirus_LTR_retrotransposon", ERV ";ERV2-group;ERV3", " ERV3 "},
    {"LTR/ERV4", "RLE", "SO:0002268", "Endogenous_Retrovirus_LTR_retrotransposon", ERV ";ERV2-group;ERV4", NULL},
    {"LTR/ERVL-MaLR", "RLE", "SO:0002268", "Endogenous_Retrovirus_LTR_retrotransposon", ERV ";ERV2-group;ERV3;MaLR",
     " MaLR "},
    {"LTR/Caulimovirus", NULL, "SO:0000186", "LTR_retrotransposon", LTR ";Gypsy-ERV;Pararetroviridae;Caulimoviridae",
     NULL},
    {"LTR/TRIM", "RLX", "SO:0002261", "TRIM", LTR ";TRIM", NULL},
    /* with a tyrosine recombinase; Penelope-like elements */
    {"LTR/DIRS", "RYD", "SO:0002287", "DIRS_YR_retrotransposon", TYROSINE ";DIRS", " DIRS1 "},
    {"LTR/Ngaro", "RYN", "SO:0002288", "Ngaro_YR_retrotransposon", TYROSINE ";Ngaro", NULL},
    {"LTR/Viper", "RYV", "SO:0002289", "Viper_YR_retrotransposon", TYROSINE ";Viper-group;Viper", NULL},
    {"PLE", "RPP", "SO:0002290", "Penelope_retrotransposon", RETRO "Retrotransposon;Penelope-like_Elements", NULL},
    {"PLE", "RPX", "SO:0002290", "Penelope_retrotransposon", RETRO "Retrotransposon;Penelope-like_Elements", NULL},
    /* LINEs */
    {"LINE", "RIX", "SO:0000194", "LINE_element", LINE, NULL},
    {"LINE/L1", "RIL", "SO:0002272", "L1_LINE_retrotransposon", GROUP_1 ";L1-like;L1-group;L1", NULL},
    {"LINE/L1-Tx1", "RIL", "SO:0002272", "L1_LINE_retrotransposon", GROUP_1 ";L1-like;L1-group;Tx1", " Tx1 "},
    {"LINE/RTE", "RIT", "SO:0002270", "RTE_LINE_retrotransposon", GROUP_2 ";RTE-like", NULL},
    {"LINE/RTE-BovB", "RIT", "SO:0002270", "RTE_LINE_retrotransposon", GROUP_2 ";RTE-like;RTE-group;BovB", " BovB "},
    {"LINE/RTE-RTE", "RIT", "SO:0002270", "RTE_LINE_retrotransposon", GROUP_2 ";RTE-like;RTE-group;RTE", NULL},
    {"LINE/RTE-X", "RIT", "SO:0002270", "RTE_LINE_retrotransposon", GROUP_2 ";RTE-like;RTE-group;RTE-X", " RTEX "},
    {"LINE/I", "RII", "SO:0002273", "I_LINE_retrotransposon", R1_LIKE ";R1-group;I-group;I", NULL},
    {"LINE/I-Jockey", "RIJ", "SO:0002271", "Jockey_LINE_retrotransposon", R1_LIKE ";R1-group;I-group;Jockey",
     " Jockey "},
    {"LINE/CR1", "RIJ", "SO:0000194", "LINE_element", R1_LIKE ";CR1-group;CR1", NULL},
    {"LINE/L2", "RIJ", "SO:0000194", "LINE_element", R1_LIKE ";CR1-group;L2-group;L2", NULL},
    {"LINE/Rex-Babar", "RIJ", "SO:0000194", "LINE_element", R1_LIKE ";CR1-group;Rex-Babar", " Rex "},
    {"LINE/R1", "RII", "SO:0000194", "LINE_element", R1_LIKE ";R1-group;R1-subgroup;R1", NULL},
    {"LINE/R1-LOA", "RII", "SO:0000194", "LINE_element", R1_LIKE ";R1-group;R1-subgroup;LOA", " LOA "},
    {"LINE/Tad1", "RII", "SO:0000194", "LINE_element", R1_LIKE ";Tad1", " Tad "},
    {"LINE/R2", "RIR", "SO:0002269", "R2_LINE_retrotransposon", GROUP_1 ";R2-like;R2", NULL},
    {"LINE/Dong-R4", "RIR", "SO:0000194", "LINE_element", GROUP_1 ";R4-like;Dong-R4", " R4 Dong "},
    {"LINE/CRE", "RIR", "SO:0000194", "LINE_element", LINE ";Group-I;CRE", NULL},
    {"LINE/Proto2", "RIX", "SO:0000194", "LINE_element", GROUP_2 ";Proto-2", NULL},
    /* SINEs and other retroposons */
    {"SINE", "RSX", "SO:0000206", "SINE_element", SINE, NULL},
    {"SINE/tRNA", "RST", "SO:0002274", "tRNA_SINE_retrotransposon", TRNA ";No_or_Unknown_Core;Unknown_LINE-dependent",
     NULL},
    {"SINE/7SL", "RSL", "SO:0002275", "7SL_SINE_retrotransposon", SINE ";7SL-RNA_Promoter", NULL},
    {"SINE/5S", "RSS", "SO:0002276", "5S_SINE_retrotransposon", SINE ";5S-RNA_Promoter", NULL},
    {"SINE/Alu", "RSL", "SO:0002275", "7SL_SINE_retrotransposon", SINE ";7SL-RNA_Promoter;No-core;L1-dependent;Alu",
     NULL},
    {"SINE/MIR", "RST", "SO:0002274", "tRNA_SINE_retrotransposon", TRNA ";MIR-core;L2-end", NULL},
    {"SINE/ID", "RST", "SO:0002274", "tRNA_SINE_retrotransposon", TRNA ";No-core;L1-dependent", NULL},
    {"SINE/B2", "RST", "SO:0002274", "tRNA_SINE_retrotransposon", TRNA ";No-core;L1-dependent;B2", NULL},
    {"SINE/B4", "RST", "SO:0000206", "SINE_element", SINE ";tRNA_and_7SL_RNA;No-core;L1-dependent", NULL},
    {"SINE/U", "RSX", "SO:0000206", "SINE_element", SINE ";U-RNA_Promoter;No_or_Unknown_Core;Unknown_LINE-dependent",
     NULL},
    {"Retroposon", "RXX", "SO:0000180", "retrotransposon",
     RETRO "LINE-dependent_Retroposon;Lacking_Small_RNA_pol_III_Promoter", NULL},
    {"Retroposon/SVA", "RXX", "SO:0000180", "retrotransposon",
     RETRO "LINE-dependent_Retroposon;Lacking_Small_RNA_pol_III_Promoter;L1-dependent;SVA", NULL},
    /* DNA transposons */
    {"DNA", "DTX", "SO:0000182", "DNA_transposon", TIR, " TIR MITE "},
    {"DNA", "DXX", "SO:0000208", "terminal_inverted_repeat_element", DNA, NULL},
    {"DNA/hAT", "DTA", "SO:0002279", "hAT_TIR_transposon", TIR ";hAT", " Ac/Ds "},
    {"DNA/hAT-Ac", "DTA", "SO:0002279", "hAT_TIR_transposon", TIR ";hAT;Activator", " Ac "},
    {"DNA/hAT-Blackjack", "DTA", "SO:0002279", "hAT_TIR_transposon", TIR ";hAT;Blackjack", NULL},
    {"DNA/hAT-Charlie", "DTA", "SO:0002279", "hAT_TIR_transposon", TIR ";hAT;Charlie", NULL},
    {"DNA/hAT-Tag1", "DTA", "SO:0002279", "hAT_TIR_transposon", TIR ";hAT;Tag1", NULL},
    {"DNA/hAT-Tip100", "DTA", "SO:0002279", "hAT_TIR_transposon", TIR ";hAT;Tip100", NULL},
    {"DNA/hAT-hobo", "DTA", "SO:0002279", "hAT_TIR_transposon", TIR ";hAT;hobo", NULL},
    {"DNA/TcMar", "DTT", "SO:0002278", "Tc1_Mariner_TIR_transposon", TIR ";Tc1-Mariner",
     " MLE Tc1_Mariner Tc1-Mariner Tc1/Mariner "},
    {"DNA/TcMar-Tc1", "DTT", "SO:0002278", "Tc1_Mariner_TIR_transposon", TIR ";Tc1-Mariner;Tc1", " Tc1 "},
    {"DNA/TcMar-Tc2", "DTT", "SO:0002278", "Tc1_Mariner_TIR_transposon", TIR ";Tc1-Mariner;Tc2-group;Tc2", " Tc2 "},
    {"DNA/TcMar-Mariner", "DTT", "SO:0002278", "Tc1_Mariner_TIR_transposon", TIR ";Tc1-Mariner;Mariner", " Mariner "},
    {"DNA/TcMar-Pogo", "DTT", "SO:0002278", "Tc1_Mariner_TIR_transposon", TIR ";Tc1-Mariner;Tc2-group;Pogo", " Pogo "},
    {"DNA/TcMar-Stowaway", "DTT", "SO:0002278", "Tc1_Mariner_TIR_transposon", TIR ";Tc1-Mariner;Stowaway",
     " Stowaway Stow "},
    {"DNA/TcMar-Tigger", "DTT", "SO:0002278", "Tc1_Mariner_TIR_transposon", TIR ";Tc1-Mariner;Tc2-group;Tigger",
     " Tigger "},
    {"DNA/PIF-Harbinger", "DTH", "SO:0002284", "PIF_Harbinger_TIR_transposon", TIR ";PIF-Harbinger;Harbinger",
     " Harbinger PIF_Harbinger PILE POLE Tourist PIF Pong "},
    {"DNA/PIF-Harbinger", "DTH", "SO:0002284", "PIF_Harbinger_TIR_transposon", TIR ";PIF-Harbinger", NULL},
    {"DNA/PIF-ISL2EU", "DTH", "SO:0002284", "PIF_Harbinger_TIR_transposon", TIR ";PIF-Harbinger;ISL2EU", NULL},
    {"DNA/MULE", "DTM", "SO:0002280", "Mutator_TIR_transposon", TIR ";Mutator-like", " MULEtir Mutator MuDR_Mutator "},
    {"DNA/MULE-MuDR", "DTM", "SO:0002280", "Mutator_TIR_transposon", TIR ";Mutator-like;MuDR", " MuDR "},
    {"DNA/MULE-NOF", "DTM", "SO:0002280", "Mutator_TIR_transposon", TIR ";Mutator-like;NOF", NULL},
    {"DNA/CMC", "DTC", "SO:0002285", "CACTA_TIR_transposon", TIR ";CACTA;CMC", NULL},
    {"DNA/CMC-EnSpm", "DTC", "SO:0002285", "CACTA_TIR_transposon", TIR ";CACTA;CMC;EnSpm",
     " CACTA CACTG EnSpm En-Spm En/Spm EnSpm_CACTA "},
    {"DNA/CMC-Chapaev-3", "DTC", "SO:0002285", "CACTA_TIR_transposon", TIR ";CACTA;CMC;Chapaev_group;Chapaev-3", NULL},
    {"DNA/CMC-Transib", "DTR", "SO:0002282", "Transib_TIR_transposon", TIR ";CACTA;Transib", " Transib "},
    {"DNA/PiggyBac", "DTB", "SO:0002283", "piggyBac_TIR_transposon", TIR ";PiggyBac_Group;PiggyBac", NULL},
    {"DNA/P", "DTP", "SO:0001535", "P_TIR_transposon", TIR ";P_Element", " P-element P_element "},
    {"DNA/Merlin", "DTE", "SO:0002281", "Merlin_TIR_transposon", TIR ";Merlin", NULL},
    {"DNA/Academ", "DTX", "SO:0000208", "terminal_inverted_repeat_element", TIR ";Academ", NULL},
    {"DNA/Dada", "DTX", "SO:0000208", "terminal_inverted_repeat_element", TIR ";Dada", NULL},
    {"DNA/Ginger", "DTX", "SO:0000208", "terminal_inverted_repeat_element", TIR ";Ginger", NULL},
    {"DNA/Kolobok", "DTX", "SO:0000208", "terminal_inverted_repeat_element", TIR ";Kolobok", NULL},
    {"DNA/Sola", "DTX", "SO:0000208", "terminal_inverted_repeat_element", TIR ";Sola", " Sola1 Sola2 Sola3 "},
    {"DNA/Zator", "DTX", "SO:0000208", "terminal_inverted_repeat_element", TIR ";Zator", NULL},
    {"DNA/Zisupton", "DTX", "SO:0000208", "terminal_inverted_repeat_element", TIR ";Zisupton", NULL},
    {"DNA/Crypton", "DYC", "SO:0002277", "Crypton_YR_transposon", DNA ";Tyrosine_Recombinase;Crypton", NULL},
    {"DNA/Maverick", "DMM", "SO:0001170", "polinton", DNA ";DNA_Polymerase;Maverick", " Polinton "},
    {"RC/Helitron", "DHH", "SO:0000544", "helitron", DNA ";Helicase;Helitron-1", " Helitron "},
    {"RC/Helitron", "DHX", "SO:0000544", "helitron", DNA ";Helicase", NULL},
    {"RC", "DHX", "SO:0000544", "helitron", DNA ";Helicase", NULL},
    /* what is no transposable element */
    {"Satellite", NULL, "SO:0000005", "satellite_DNA", ROOT "Tandem_Repeat;Satellite", NULL},
    {"Satellite/centromeric", NULL, "SO:0001797", "centromeric_repeat", ROOT "Tandem_Repeat;Satellite;Centromeric",
     NULL},
    {"Simple_repeat", NULL, "SO:0000289", "microsatellite", ROOT "Tandem_Repeat;Simple", NULL},
    {"Low_complexity", NULL, "SO:0001005", "low_complexity_region", ROOT "Low_Complexity", NULL},
    {"rRNA", NULL, "SO:0001637", "rRNA_gene", PSEUDO ";rRNA", NULL},
    {"tRNA", NULL, "SO:0001272", "tRNA_gene", PSEUDO ";tRNA", NULL},
    {"snRNA", NULL, "SO:0001268", "snRNA_gene", PSEUDO ";snRNA", NULL},
    {"scRNA", NULL, "SO:0001266", "scRNA_gene", PSEUDO ";scRNA", NULL},
};

enum { N_ROWS = sizeof ROWS / sizeof ROWS[0] };

/* What other conventions have before the slash; the longest that fits counts. REXdb's "|" are slashes by then. */
static const char *const ORDERS[][2] = {
    {"Class_I/LTR", "LTR"},
    {"Class_I/nonLTR/LINE", "LINE"},
    {"Class_I/nonLTR/pararetrovirus", "LTR/Caulimovirus"},
    {"Class_I/LINE", "LINE"},
    {"Class_I/SINE", "SINE"},
    {"Class_I/DIRS", "LTR/DIRS"},
    {"Class_I/Penelope", "PLE"},
    {"Class_I/pararetrovirus", "LTR/Caulimovirus"},
    {"Class_II/Subclass_1/TIR", "DNA"},
    {"Class_II/Subclass_2/Helitron", "RC/Helitron"},
    {"Class_II/Subclass_2/Maverick", "DNA/Maverick"},
    {"Class_II/Subclass_2", "RC"},
    {"Class_II/Subclass_1", "DNA"},
    {"Class_II/TIR", "DNA"},
    {"Class_II/Helitron", "RC/Helitron"},
    {"Class_II", "DNA"},
    {"DNAauto/Helitron", "RC/Helitron"},
    {"DNAnona/Helitron", "RC/Helitron"},
    {"DNA/Helitron", "RC/Helitron"},
    {"nonDNA/Helitron", "RC/Helitron"},
    {"Helitron", "RC/Helitron"},
    {"DNAauto", "DNA"},
    {"DNAnona", "DNA"},
    {"MITE", "DNA"},
    {"TIR", "DNA"},
    {"DIRS", "LTR/DIRS"},
    {"YR", "LTR"},
    {"LINE/Penelope", "PLE"},
    {"Penelope", "PLE"},
    {"nonLTR/Penelope", "PLE"},
    {"pararetrovirus", "LTR/Caulimovirus"},
    {"Mariner/Tc1", "DNA/TcMar"},
    {"SINE1", "SINE"},
    {"SINE2", "SINE"},
    {"SINE3", "SINE"},
    {"Centro", "Satellite/centromeric"},
};

static const char *name_of(const class_row *row, rp_naming naming)
{
    switch (naming) {
    case RP_NAMING_WICKER: return row->wicker;
    case RP_NAMING_SO: return row->so_term;
    case RP_NAMING_DFAM: return row->dfam;
    default: return row->repeatmasker;
    }
}

static bool equals(const char *name, size_t length, const char *other)
{
    return strlen(other) == length && strncasecmp(name, other, length) == 0;
}

/* The first row of that name; NULL: there is none. */
static const class_row *find_row(const char *name, size_t length, rp_naming naming)
{
    for (size_t i = 0; i < N_ROWS; i++) {
        const char *here = name_of(&ROWS[i], naming);
        if (here != NULL && equals(name, length, here))
            return &ROWS[i];
    }
    return NULL;
}

/* --- Reading --- */

static bool has_alias(const class_row *row, const char *name, size_t length)
{
    for (const char *at = row->aliases; at != NULL && at[1] != '\0'; at += strcspn(at + 1, " ") + 1)
        if (strncasecmp(at + 1, name, length) == 0 && at[1 + length] == ' ')
            return true;
    return false;
}

static bool is_no_name(const char *name)
{
    return strcasecmp(name, "unknown") == 0 || strcasecmp(name, "NA") == 0 || strcasecmp(name, "unclassified") == 0;
}

/* The row of that order (any, where it is empty) whose second part is the name. */
static const class_row *find_part(const char *order, size_t order_length, const char *name)
{
    for (size_t i = 0; i < N_ROWS; i++) {
        const char *here = ROWS[i].repeatmasker, *slash = strchr(here, '/');
        const size_t length = strcspn(here, "/");
        if ((order_length == 0 || (length == order_length && strncasecmp(here, order, length) == 0)) &&
            ((slash != NULL && strcasecmp(slash + 1, name) == 0) || has_alias(&ROWS[i], name, strlen(name))))
            return &ROWS[i];
    }
    return NULL;
}

/* The row of "ORDER/name" by its second part: a code of Wicker's, a name of that order, none; or of a name alone. */
static const class_row *by_second_part(const char *text)
{
    const size_t order = strcspn(text, "/");
    if (text[order] == '\0')
        return order >= LEAST_ALONE ? find_part("", 0, text) : NULL;
    const char *name = text + order + 1;
    const class_row *row = find_row(name, strlen(name), RP_NAMING_WICKER);
    if (row == NULL && is_no_name(name))
        row = find_row(text, order, RP_NAMING_REPEATMASKER);
    return row != NULL ? row : find_part(text, order, name);
}

/* Puts RepeatMasker's order in the place of another convention's, in a text of LONGEST_NAME bytes. */
static void put_order(char *text)
{
    char rest[LONGEST_NAME];
    size_t best = 0, length = 0;
    for (size_t i = 0; i < sizeof ORDERS / sizeof ORDERS[0]; i++) {
        const size_t n = strlen(ORDERS[i][0]);
        if (n > length && strncasecmp(text, ORDERS[i][0], n) == 0 && (text[n] == '\0' || text[n] == '/')) {
            best = i;
            length = n;
        }
    }
    if (length == 0)
        return;
    strcpy(rest, text + length);
    (void)snprintf(text, LONGEST_NAME, "%s%.*s", ORDERS[best][1], LONGEST_NAME / 2, rest);
}

static const class_row *find_any(const char *text)
{
    const class_row *row = NULL;
    for (int naming = 0; row == NULL && naming < RP_N_NAMINGS; naming++)
        row = find_row(text, strlen(text), (rp_naming)naming);
    return row != NULL ? row : by_second_part(text);
}

/* Of a name with levels behind the first `n_least`, separated so, the row of the deepest level that has one. `text` is
 * cut to it. */
static const class_row *find_level(char *text, char separator, size_t n_least)
{
    size_t n = 1;
    for (const char *at = text; *at != '\0'; at++)
        n += *at == separator;
    const class_row *row = find_any(text);
    for (; row == NULL && n > n_least; n--) {
        *strrchr(text, separator) = '\0';
        row = find_any(text);
    }
    return row;
}

const char *rp_class_read(const char *given)
{
    char text[LONGEST_NAME];
    const size_t length = strlen(given);
    if (length >= LONGEST_NAME / 2)
        return given;
    const class_row *row = NULL;
    if (strchr(given, ';') != NULL) {
        const bool rooted = strncasecmp(given, ROOT, strlen(ROOT)) == 0;
        (void)snprintf(text, sizeof text, "%s%s", rooted ? "" : ROOT, given);
        row = find_level(text, ';', 2);
    } else {
        for (size_t i = 0; i <= length; i++)
            text[i] = given[i] == '|' ? '/' : given[i];
        /* "Class_I|LTR|mine" is of its order; "LTR/mine" is a name of the user's own */
        const size_t n_least = strncasecmp(text, "Class_I", strlen("Class_I")) == 0 ? 1 : 2;
        put_order(text);
        row = find_level(text, '/', n_least);
    }
    return row != NULL ? row->repeatmasker : given;
}

/* --- Writing --- */

/* The row of a RepeatMasker name, or of what its branch (behind the last '-') branches off; NULL: neither is there. A
 * question mark, RepeatMasker's doubt, is passed over. */
static const class_row *find_branch(const char *class_name)
{
    size_t length = strlen(class_name);
    length -= length > 0 && class_name[length - 1] == '?';
    const class_row *row = find_row(class_name, length, RP_NAMING_REPEATMASKER);
    while (row == NULL) {
        const char *dash = memrchr(class_name, '-', length);
        if (dash == NULL)
            return NULL;
        length = (size_t)(dash - class_name);
        row = find_row(class_name, length, RP_NAMING_REPEATMASKER);
    }
    return row;
}

const char *rp_class_as(const char *class_name, rp_naming naming)
{
    const class_row *row = naming != RP_NAMING_REPEATMASKER ? find_branch(class_name) : NULL;
    const char *name = row != NULL ? name_of(row, naming) : NULL;
    return name != NULL ? name : class_name;
}

/* Never NULL. */
static const class_row *find_order(const char *class_name)
{
    const class_row *row = find_branch(class_name);
    if (row == NULL) {
        const size_t order = strcspn(class_name, "/?");
        row = find_row(class_name, order, RP_NAMING_REPEATMASKER);
    }
    return row != NULL ? row : &ROWS[0];
}

const char *rp_class_so_term(const char *class_name)
{
    return find_order(class_name)->so_term;
}

const char *rp_class_so_id(const char *class_name)
{
    return find_order(class_name)->so_id;
}

const char *rp_class_lineage(const char *class_name)
{
    return find_order(class_name)->dfam + strlen(ROOT);
}

/* --- The option --- */

bool rp_naming_parse(const char *text, rp_naming *naming, rp_error *error)
{
    static const char *const names[RP_N_NAMINGS] = {"repeatmasker", "wicker", "so", "dfam"};
    for (int i = 0; i < RP_N_NAMINGS; i++)
        if (strcmp(text, names[i]) == 0) {
            *naming = (rp_naming)i;
            return true;
        }
    return rp_error_set(error, "--class-names: %.100s is none of repeatmasker, wicker, so, dfam", text);
}
