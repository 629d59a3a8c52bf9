/* alphabet.h: the codes of sequence in bytes: bases, what stands where there is none, and letters. */
#ifndef RP_BASE_ALPHABET_H
#define RP_BASE_ALPHABET_H

#include <stdbool.h>
#include <stdint.h>

/* Bases are numbered so that two that pair add up to 3; genomes and k-mers hold them in 2 bits. Whatever else a byte
 * can hold lies above them, each meaning with a number of its own. */
enum {
    RP_BASE_A,
    RP_BASE_C,
    RP_BASE_G,
    RP_BASE_T,
    RP_N_BASES,
    RP_BASE_NONE =
        RP_N_BASES, /* of a genome: N, an IUPAC code, a masked base, beyond the contig's end. Matches nothing */
    RP_QUERY_END,              /* of a query, beyond its end: matches nothing, not even RP_BASE_NONE */
    RP_CODE_UNKNOWN,           /* of a consensus from a file, an N: matches nothing, not even RP_BASE_NONE */
    RP_CELL_GAP                /* of a row: the genome has no base in this column */
};

/* Whether a code is A, C, G or T. */
static inline bool rp_code_is_base(unsigned code)
{
    return code < RP_N_BASES;
}

/* What stands on the other strand: the base that pairs; all other codes stay. */
static inline uint8_t rp_code_complement(unsigned code)
{
    return (uint8_t)(rp_code_is_base(code) ? RP_BASE_T - code : code);
}

/* Whether two codes are bases that pair. */
static inline bool rp_code_pairs(unsigned a, unsigned b)
{
    return rp_code_is_base(a) && b == RP_BASE_T - a;
}

/* The letter of a code: A, C, G, T or N. */
static inline char rp_code_letter(unsigned code)
{
    return rp_code_is_base(code) ? "ACGT"[code] : 'N';
}

/* The code of a letter; U is T. RP_BASE_NONE: not one of these. */
static inline uint8_t rp_code_of_letter(char letter)
{
    switch (letter) {
    case 'A': return RP_BASE_A;
    case 'C': return RP_BASE_C;
    case 'G': return RP_BASE_G;
    case 'T':
    case 'U': return RP_BASE_T;
    default: return RP_BASE_NONE;
    }
}

/* What a letter of an input file is: the code of a base, RP_BASE_NONE for N and other IUPAC codes, or one of these;
 * with RP_LETTER_SOFT for lower case. */
enum {
    RP_LETTER_CODE = 7,        /* mask of all but RP_LETTER_SOFT */
    RP_LETTER_SOFT = 8,
    RP_LETTER_GAP = 5,         /* - . * */
    RP_LETTER_SKIP = 6,        /* line ends and blanks */
    RP_LETTER_BAD = 7          /* no sequence */
};

/* Fills in what each letter is. */
void rp_letters_fill(uint8_t letters[256]);

#endif
