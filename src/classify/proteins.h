/* proteins.h: motifs of the proteins of transposons, in the open frames of a consensus. */
#ifndef RP_CLASSIFY_PROTEINS_H
#define RP_CLASSIFY_PROTEINS_H

#include <stdbool.h>

#include "base/codes.h"

/* Amino acid (a letter; '*': stop) of three bases. */
char rp_amino_acid(uint8_t first, uint8_t second, uint8_t third);

/* That of the codon at base i of a consensus, or of its reverse complement; '*', too, where a base is not known. */
char rp_translate(const rp_codes *consensus, size_t i, bool reverse);

/* Sets the bits, one for each of rp_protein_names, of the motifs that open frames of 100 codons hold, on either
 * strand. False: out of memory. */
bool rp_proteins_find(const rp_codes *consensus, unsigned *found) RP_MUST_CHECK;

/* Short names of the proteins, in the order of the bits; NULL behind the last. */
extern const char *const rp_protein_names[];

#endif
