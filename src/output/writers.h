/* writers.h: one function for each result file. Each is called by one thread and writes one file. */
#ifndef RP_OUTPUT_WRITERS_H
#define RP_OUTPUT_WRITERS_H

#include "base/error.h"
#include "base/file.h"
#include "copies/findings.h"

/* A sequence in lines of 60, N for what is not A, C, G or T. */
void rp_write_sequence(rp_file *file, const uint8_t *codes, size_t n);

/* Libraries and seed alignments have no family that was known before. */

/* The consensus library, FASTA: >R1#Unknown copies= bases= length= divergence= evidence= */
bool rp_write_families(const rp_findings *findings, rp_file *file, rp_error *error) RP_MUST_CHECK;

/* The same with each LTR element in two entries, R1_LTR and R1_INT. */
bool rp_write_split(const rp_findings *findings, rp_file *file, rp_error *error) RP_MUST_CHECK;

/* The subfamilies of families that diagnostic sites tell apart (classify/subfamilies.h): R1_1, R1_2, ... */
bool rp_write_subfamilies(const rp_findings *findings, rp_file *file, rp_error *error) RP_MUST_CHECK;

/* Every copy, FASTA, as its family reads, with so many bases on either side as far as the contig goes: its parts in
 * upper case, what is beside and between them in lower case. */
bool rp_write_copies_fasta(const rp_findings *findings, uint32_t flank_bp, rp_file *file,
                           rp_error *error) RP_MUST_CHECK;

/* The seed alignment of each family that has copies, Stockholm 1.0: up to RP_SEED_ROWS of them. They are made by
 * n_threads and written in the order of the families. */
enum { RP_SEED_ROWS = 100 };
bool rp_write_seed_alignments(const rp_findings *findings, unsigned n_threads, rp_file *file,
                              rp_error *error) RP_MUST_CHECK;

/* The bases of a copy's target-site duplication, forward strand, or a dot. */
void rp_write_tsd(const rp_findings *findings, const rp_called_copy *copy, rp_file *file);

/* BED: contig, start, end, family, score, strand, divergence (%), consensus start, end,
 * length, copy (parts of one copy share its number), kind, nesting, target-site duplication
 * and LTR identity of the copy. */
bool rp_write_bed(const rp_findings *findings, rp_file *file, rp_error *error) RP_MUST_CHECK;

/* GFF3: a feature for each copy, of a term of the Sequence Ontology and with Target, kind and nesting; the parts of a
 * copy that has several are its children. Sorted by contig, in the genome's order, and begin. */
bool rp_write_gff3(const rp_findings *findings, rp_file *file, rp_error *error) RP_MUST_CHECK;

/* RepeatMasker's .out: three header lines, then one line for each part of a copy. */
bool rp_write_repeatmasker(const rp_findings *findings, rp_file *file, rp_error *error) RP_MUST_CHECK;

/* RepeatMasker's .align: the parts with their alignments, and its tables: .tbl, bases by class, and .divsum, as
 * calcDivergenceFromAlign.pl makes it of that .align file. They have RepeatMasker's names of classes. */
bool rp_write_align(const rp_findings *findings, rp_file *file, rp_error *error) RP_MUST_CHECK;
bool rp_write_tbl(const rp_findings *findings, rp_file *file, rp_error *error) RP_MUST_CHECK;
bool rp_write_divsum(const rp_findings *findings, rp_file *file, rp_error *error) RP_MUST_CHECK;

/* GTF as TEtranscripts reads it: a line for each part with gene_id (family), transcript_id, family_id and class_id. */
bool rp_write_gtf(const rp_findings *findings, rp_file *file, rp_error *error) RP_MUST_CHECK;

/* BED of UCSC's bigRmsk, one line for each copy, and what describes it and the BED of copies: autoSql. */
bool rp_write_rmsk(const rp_findings *findings, rp_file *file, rp_error *error) RP_MUST_CHECK;
bool rp_write_rmsk_as(const rp_findings *findings, rp_file *file, rp_error *error) RP_MUST_CHECK;
bool rp_write_copies_as(const rp_findings *findings, rp_file *file, rp_error *error) RP_MUST_CHECK;

/* PAF, one line for each part: consensus against contig, with AS:i, de:f (divergence), cn:i (copy) and cg:Z. */
bool rp_write_paf(const rp_findings *findings, rp_file *file, rp_error *error) RP_MUST_CHECK;

/* TSV by class: families, copies, bases, percent of the genome's A, C, G and T. */
bool rp_write_classes(const rp_findings *findings, rp_file *file, rp_error *error) RP_MUST_CHECK;

/* TSV: kind, class, bases, percent of the genome. Each base is in one row: families' copies first, then those of other
 * repeats (NULL: there are none), tandem repeats, those of candidates (NULL), what is no base, and the rest. */
bool rp_write_counts(const rp_findings *findings, const rp_findings *others, const rp_findings *candidates,
                     rp_file *file, rp_error *error) RP_MUST_CHECK;

/* Figures of one sample as MultiQC reads them: columns of its table, and bars of bases by class. */
bool rp_write_multiqc_table(const rp_findings *findings, const char *sample, rp_file *file,
                            rp_error *error) RP_MUST_CHECK;
bool rp_write_multiqc_classes(const rp_findings *findings, const char *sample, rp_file *file,
                              rp_error *error) RP_MUST_CHECK;

/* BED of tandem repeats. */
bool rp_write_tandem(const rp_findings *findings, rp_file *file, rp_error *error) RP_MUST_CHECK;

/* Satellites (satellite/satellites.h), of the other repeats' findings: their monomers, FASTA; their arrays, TSV; the
 * arrays as Tandem Repeats Finder's .dat has them. Where they were not looked for, as if there were none. */
bool rp_write_satellites(const rp_findings *others, rp_file *file, rp_error *error) RP_MUST_CHECK;
bool rp_write_arrays(const rp_findings *others, rp_file *file, rp_error *error) RP_MUST_CHECK;
bool rp_write_trf(const rp_findings *findings, rp_file *file, rp_error *error) RP_MUST_CHECK;

/* The genome, copies in lower case (or N when hard), but for findings->unmasked. Lower case of the input stays where
 * the genome has kept it, and else is written as upper case. */
bool rp_write_masked(const rp_findings *findings, bool hard, bool with_tandem, rp_file *file,
                     rp_error *error) RP_MUST_CHECK;

#endif
