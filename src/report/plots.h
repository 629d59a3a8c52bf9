/* plots.h: the plots of a report, as inline SVG. */
#ifndef RP_REPORT_PLOTS_H
#define RP_REPORT_PLOTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/codes.h"
#include "base/error.h"
#include "base/file.h"
#include "report/contents.h"

/* Divergence by class: bars of bases, stacked. bases[colour * RP_PLOT_BINS + bin], where
 * the colours are the CSS variables --c0, --c1, ... */
enum { RP_PLOT_BINS = 50, RP_PLOT_MAX_CLASSES = 8 };
void rp_plot_landscape(rp_file *file, const uint64_t *bases, size_t n_classes, double genome_bp);

/* Copies of each family against its rank, both on logarithmic scales. `copies` falls. */
void rp_plot_ranks(rp_file *file, const uint64_t *copies, size_t n);

/* Families by length, in bins of a quarter of a decade from 50 bp on. */
void rp_plot_lengths(rp_file *file, const uint32_t *lengths, size_t n);

/* Depth of the family's copies along the consensus, with bars where copies begin (up) and end
 * (down), and marks for terminal repeats. False: out of memory. */
bool rp_plot_coverage(rp_file *file, const rp_report_family *family) RP_MUST_CHECK;

/* Bases by divergence. */
void rp_plot_divergence(rp_file *file, const rp_report_family *family);

/* The consensus against itself: words of 12 bases that stand twice, on the same strand (one colour)
 * and on opposite ones (another). False: out of memory. */
bool rp_plot_dots(rp_file *file, const rp_codes *consensus) RP_MUST_CHECK;

#endif
