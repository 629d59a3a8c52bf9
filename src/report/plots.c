/* plots.c: inline SVG; see plots.h. Coordinates are whole numbers: small files. */
#include "report/plots.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/sort.h"
#include "index/kmer.h"

enum {
    WIDE = 440,
    HIGH = 220,
    LEFT = 44,
    RIGHT = 10,
    TOP = 10,
    BOTTOM = 34, /* of a large plot */
    SMALL_WIDE = 320,
    SMALL_HIGH = 150,
    SMALL_LEFT = 40,
    SMALL_BOTTOM = 26,
    COVERAGE_STEPS = 120,
    END_BINS = 60,
    END_HIGH = 22,
    DOT_SIDE = 150,
    DOT_WORD = 12,
    DOT_MAX_PAIRS = 20000,
    DOT_MAX_LINES = 400,
    LENGTH_BINS = 14
};

/* --- Axes --- */

/* A round number at or above. */
static double round_up(double value)
{
    if (value <= 0)
        return 1;
    const double power = pow(10, floor(log10(value)));
    for (int i = 0; i < 4; i++) {
        const double step = (double[]){1, 2, 5, 10}[i] * power;
        if (step >= value * (1 - 1e-9))
            return step;
    }
    return 10 * power;
}

/* A number short enough for an axis: 1200000 is 1.2M. */
static void print_short(rp_file *file, double value)
{
    static const char *const units[] = {"", "k", "M", "G"};
    int unit = 0;
    while (value >= 1000 && unit < 3) {
        value /= 1000;
        unit++;
    }
    rp_file_print(file, "%.3g%s", value, units[unit]);
}

static void begin_plot(rp_file *file, int wide, int high, const char *title)
{
    rp_file_print(file, "<svg viewBox=\"0 0 %d %d\" role=\"img\"><title>%s</title>", wide, high, title);
}

/* The frame's left and lower lines with labels at 0, half and all of `top`. */
static void value_axis(rp_file *file, int left, int right, int top_y, int bottom_y, double top, const char *unit)
{
    rp_file_print(file, "<path class=\"ax\" d=\"M%d %dV%dH%d\"/>", left, top_y, bottom_y, right);
    for (int i = 0; i <= 2; i++) {
        const int y = bottom_y - (bottom_y - top_y) * i / 2;
        rp_file_print(file, "<text x=\"%d\" y=\"%d\" class=\"e\">", left - 4, y + 4);
        print_short(file, top * i / 2);
        rp_file_print(file, "%s</text>", unit);
        if (i > 0)
            rp_file_print(file, "<path class=\"gr\" d=\"M%d %dH%d\"/>", left, y, right);
    }
}

static void label(rp_file *file, int x, int y, const char *anchor, const char *text)
{
    rp_file_print(file, "<text x=\"%d\" y=\"%d\" class=\"%s\">%s</text>", x, y, anchor, text);
}

/* --- The genome's plots --- */

void rp_plot_landscape(rp_file *file, const uint64_t *bases, size_t n_classes, double genome_bp)
{
    double highest = 0;
    for (int bin = 0; bin < RP_PLOT_BINS; bin++) {
        double sum = 0;
        for (size_t c = 0; c < n_classes; c++)
            sum += (double)bases[c * RP_PLOT_BINS + (size_t)bin];
        highest = sum > highest ? sum : highest;
    }
    const double top = round_up(100 * highest / genome_bp);
    const int bottom = HIGH - BOTTOM, span = WIDE - LEFT - RIGHT;
    begin_plot(file, WIDE, HIGH, "Share of the genome by divergence from the consensus, by class");
    value_axis(file, LEFT, WIDE - RIGHT, TOP, bottom, top, "%");
    for (size_t c = 0; c < n_classes; c++) {
        rp_file_print(file, "<path fill=\"var(--c%zu)\" d=\"", c);
        for (int bin = 0; bin < RP_PLOT_BINS; bin++) {
            double below = 0;
            for (size_t d = 0; d < c; d++)
                below += (double)bases[d * RP_PLOT_BINS + (size_t)bin];
            const double own = (double)bases[c * RP_PLOT_BINS + (size_t)bin];
            const double scale = (bottom - TOP) / top * 100 / genome_bp;
            if (own * scale < 0.05)
                continue;
            rp_file_print(file, "M%d %.1fh%dV%.1fh-%dz", LEFT + span * bin / RP_PLOT_BINS, bottom - below * scale,
                          span / RP_PLOT_BINS, bottom - (below + own) * scale, span / RP_PLOT_BINS);
        }
        rp_file_print(file, "\"/>");
    }
    for (int percent = 0; percent <= RP_PLOT_BINS; percent += 10)
        rp_file_print(file, "<text x=\"%d\" y=\"%d\" class=\"m\">%d</text>", LEFT + span * percent / RP_PLOT_BINS,
                      bottom + 14, percent);
    label(file, LEFT + span / 2, HIGH - 4, "m", "Kimura divergence (%, CpG-aware)");
    rp_file_print(file, "</svg>");
}

void rp_plot_ranks(rp_file *file, const uint64_t *copies, size_t n)
{
    const int bottom = HIGH - BOTTOM, span = WIDE - LEFT - RIGHT;
    const double decades_x = n > 1 ? ceil(log10((double)n)) : 1, top = n > 0 ? (double)copies[0] : 1;
    const double decades_y = top > 1 ? ceil(log10(top)) : 1;
    begin_plot(file, WIDE, HIGH, "Copies of each family against its rank");
    rp_file_print(file, "<path class=\"ax\" d=\"M%d %dV%dH%d\"/>", LEFT, TOP, bottom, WIDE - RIGHT);
    for (int d = 0; d <= (int)decades_y; d++) {
        const int y = bottom - (int)((bottom - TOP) * d / decades_y);
        rp_file_print(file, "<text x=\"%d\" y=\"%d\" class=\"e\">", LEFT - 4, y + 4);
        print_short(file, pow(10, d));
        rp_file_print(file, "</text><path class=\"gr\" d=\"M%d %dH%d\"/>", LEFT, y, WIDE - RIGHT);
    }
    for (int d = 0; d <= (int)decades_x; d++) {
        rp_file_print(file, "<text x=\"%d\" y=\"%d\" class=\"m\">", LEFT + (int)(span * d / decades_x), bottom + 14);
        print_short(file, pow(10, d));
        rp_file_print(file, "</text>");
    }
    rp_file_print(file, "<path class=\"ln\" d=\"");
    int last = -1;
    for (size_t i = 0; i < n; i++) {
        const int x = LEFT + (int)(span * log10((double)i + 1) / decades_x);
        const double y = bottom - (bottom - TOP) * (copies[i] > 1 ? log10((double)copies[i]) : 0) / decades_y;
        if (x != last)
            rp_file_print(file, "%c%d %.1f", last < 0 ? 'M' : 'L', x, y);
        last = x;
    }
    rp_file_print(file, "\"/>");
    label(file, LEFT + span / 2, HIGH - 4, "m", "rank of the family by copies");
    rp_file_print(file, "</svg>");
}

void rp_plot_lengths(rp_file *file, const uint32_t *lengths, size_t n)
{
    uint32_t counts[LENGTH_BINS] = {0}, highest = 1;
    for (size_t i = 0; i < n; i++) {
        int bin = (int)floor(4 * log10(lengths[i] / 50.0));
        bin = bin < 0 ? 0 : bin >= LENGTH_BINS ? LENGTH_BINS - 1 : bin;
        counts[bin]++;
        highest = counts[bin] > highest ? counts[bin] : highest;
    }
    const int bottom = HIGH - BOTTOM, span = WIDE - LEFT - RIGHT;
    const double top = round_up(highest);
    begin_plot(file, WIDE, HIGH, "Families by length of the consensus");
    value_axis(file, LEFT, WIDE - RIGHT, TOP, bottom, top, "");
    for (int bin = 0; bin < LENGTH_BINS; bin++) {
        const int x = LEFT + span * bin / LENGTH_BINS, wide = span / LENGTH_BINS - 3;
        rp_file_print(file, "<path class=\"ba\" d=\"M%d %dh%dV%.1fh-%dz\"/>", x + 2, bottom, wide,
                      bottom - (bottom - TOP) * counts[bin] / top, wide);
        if (bin % 2 == 0) {
            rp_file_print(file, "<text x=\"%d\" y=\"%d\" class=\"m\">", x, bottom + 14);
            print_short(file, 50 * pow(10, bin / 4.0));
            rp_file_print(file, "</text>");
        }
    }
    label(file, LEFT + span / 2, HIGH - 4, "m", "length (bp)");
    rp_file_print(file, "</svg>");
}

/* --- A family's plots --- */

/* Marks an interval of the consensus, from the summary's "ltr" object, below the plot. */
static void mark_interval(rp_file *file, const json_t *interval, size_t length, int left, int span, int y)
{
    const double begin = json_number_value(json_array_get(interval, 0)),
                 end = json_number_value(json_array_get(interval, 1));
    if (end > begin && length > 0)
        rp_file_print(file, "<path class=\"mk\" d=\"M%.1f %dH%.1f\"/>", left + span * begin / (double)length, y,
                      left + span * end / (double)length);
}

static void mark_structure(rp_file *file, const rp_report_family *family, int left, int span, int y)
{
    const json_t *structure = json_object_get(family->facts, "structure");
    const json_t *ltr = json_object_get(structure, "ltr"), *tir = json_object_get(structure, "tir");
    const size_t length = family->length_bp;
    mark_interval(file, json_object_get(ltr, "left"), length, left, span, y);
    mark_interval(file, json_object_get(ltr, "right"), length, left, span, y);
    const double bp = json_number_value(json_object_get(tir, "length"));
    if (bp > 0)
        rp_file_print(file, "<path class=\"mk\" d=\"M%d %dh%.1fM%d %dh-%.1f\"/>", left, y, span * bp / (double)length,
                      left + span, y, span * bp / (double)length);
}

bool rp_plot_coverage(rp_file *file, const rp_report_family *family)
{
    const size_t length = family->length_bp;
    int32_t *depth = rp_alloc(length + 1, sizeof *depth);
    if (depth == NULL)
        return false;
    uint32_t begins[END_BINS] = {0}, ends[END_BINS] = {0}, most_ends = 1;
    for (size_t i = 0; i < family->parts.n; i++) {
        const rp_report_part *part = &family->parts.items[i];
        depth[part->consensus_begin]++;
        depth[part->consensus_end]--;
        begins[(size_t)part->consensus_begin * END_BINS / (length + 1)]++;
        ends[(size_t)part->consensus_end * END_BINS / (length + 1)]++;
    }
    int32_t highest = 1;
    for (size_t i = 1; i < length; i++)
        depth[i] += depth[i - 1];
    for (size_t i = 0; i < length; i++)
        highest = depth[i] > highest ? depth[i] : highest;
    for (int i = 0; i < END_BINS; i++) {
        most_ends = begins[i] > most_ends ? begins[i] : most_ends;
        most_ends = ends[i] > most_ends ? ends[i] : most_ends;
    }
    const int span = SMALL_WIDE - SMALL_LEFT - RIGHT, bottom = SMALL_HIGH - SMALL_BOTTOM - 2 * END_HIGH,
              middle = bottom + END_HIGH + 2;
    const double top = round_up(highest);
    begin_plot(file, SMALL_WIDE, SMALL_HIGH,
               "Depth of copies along the consensus; bars: where copies begin (up) and end (down)");
    value_axis(file, SMALL_LEFT, SMALL_WIDE - RIGHT, TOP, bottom, top, "");
    rp_file_print(file, "<path class=\"co\" d=\"M%d %d", SMALL_LEFT, bottom);
    for (int step = 0; step <= COVERAGE_STEPS; step++) {
        const size_t at = step == COVERAGE_STEPS ? length - 1 : length * (size_t)step / COVERAGE_STEPS;
        rp_file_print(file, "L%d %.0f", SMALL_LEFT + span * step / COVERAGE_STEPS,
                      bottom - (bottom - TOP) * depth[at] / top);
    }
    rp_file_print(file, "V%dz\"/><path class=\"be\" d=\"", bottom);
    for (int i = 0; i < END_BINS; i++)
        if (begins[i] > 0)
            rp_file_print(file, "M%d %dv-%.1f", SMALL_LEFT + span * i / END_BINS + 2, middle,
                          (double)END_HIGH * begins[i] / most_ends);
    rp_file_print(file, "\"/><path class=\"en\" d=\"");
    for (int i = 0; i < END_BINS; i++)
        if (ends[i] > 0)
            rp_file_print(file, "M%d %dv%.1f", SMALL_LEFT + span * i / END_BINS + 2, middle,
                          (double)END_HIGH * ends[i] / most_ends);
    rp_file_print(file, "\"/>");
    mark_structure(file, family, SMALL_LEFT, span, bottom);
    rp_file_print(file,
                  "<text x=\"%d\" y=\"%d\" class=\"e\">ends</text><text x=\"%d\" y=\"%d\" class=\"s\">1</text>"
                  "<text x=\"%d\" y=\"%d\" class=\"e\">%zu bp</text></svg>",
                  SMALL_LEFT - 4, middle + 4, SMALL_LEFT, SMALL_HIGH - 4, SMALL_WIDE - RIGHT, SMALL_HIGH - 4, length);
    free(depth);
    return true;
}

void rp_plot_divergence(rp_file *file, const rp_report_family *family)
{
    uint64_t bases[RP_PLOT_BINS] = {0}, highest = 1;
    for (size_t i = 0; i < family->parts.n; i++) {
        const uint32_t percent = family->parts.items[i].tenths / 10;
        bases[percent < RP_PLOT_BINS ? percent : RP_PLOT_BINS - 1] += family->parts.items[i].bases;
    }
    for (int bin = 0; bin < RP_PLOT_BINS; bin++)
        highest = bases[bin] > highest ? bases[bin] : highest;
    const int span = SMALL_WIDE - SMALL_LEFT - RIGHT, bottom = SMALL_HIGH - SMALL_BOTTOM, wide = span / RP_PLOT_BINS;
    const double top = round_up((double)highest);
    begin_plot(file, SMALL_WIDE, SMALL_HIGH, "Genome bases by divergence from the consensus");
    value_axis(file, SMALL_LEFT, SMALL_WIDE - RIGHT, TOP, bottom, top, "");
    rp_file_print(file, "<path class=\"ba\" d=\"");
    for (int bin = 0; bin < RP_PLOT_BINS; bin++)
        if (bases[bin] > 0)
            rp_file_print(file, "M%d %dh%dV%.1fh-%dz", SMALL_LEFT + span * bin / RP_PLOT_BINS, bottom, wide,
                          bottom - (bottom - TOP) * (double)bases[bin] / top, wide);
    rp_file_print(file,
                  "\"/><text x=\"%d\" y=\"%d\" class=\"s\">0 %%</text>"
                  "<text x=\"%d\" y=\"%d\" class=\"e\">%d %% divergence</text></svg>",
                  SMALL_LEFT, SMALL_HIGH - 6, SMALL_WIDE - RIGHT, SMALL_HIGH - 6, RP_PLOT_BINS);
}

/* --- Dot plot --- */

typedef struct placed_word {
    uint32_t word, place;
} placed_word;

static int compare_words(const void *left, const void *right)
{
    const placed_word *a = left, *b = right;
    if (a->word != b->word)
        return a->word < b->word ? -1 : 1;
    return (a->place > b->place) - (a->place < b->place);
}

/* Two places that hold one word: their diagonal and the first one. */
typedef struct dot {
    int64_t diagonal;  /* the second less the first place; on opposite strands their sum */
    uint32_t first;
    bool reverse;
} dot;

RP_ARRAY(dots, dot);

static int compare_dots(const void *left, const void *right)
{
    const dot *a = left, *b = right;
    if (a->reverse != b->reverse)
        return a->reverse ? 1 : -1;
    if (a->diagonal != b->diagonal)
        return a->diagonal < b->diagonal ? -1 : 1;
    return (a->first > b->first) - (a->first < b->first);
}

/* The places of the words of one strand, sorted by word. */
static size_t list_words(const rp_codes *consensus, bool reverse, placed_word *words)
{
    rp_kmer_roll roll = {0};
    size_t n = 0;
    for (size_t i = 0; i < consensus->n; i++)
        if (rp_kmer_roll_push(&roll, consensus->items[i], DOT_WORD))
            words[n++] = (placed_word){(uint32_t)(reverse ? roll.reverse : roll.forward), (uint32_t)(i + 1 - DOT_WORD)};
    rp_sort(words, n, sizeof *words, compare_words);
    return n;
}

/* Adds the pairs of equal words of a (first places) and b. */
static bool pair_words(const placed_word *a, size_t n_a, const placed_word *b, size_t n_b, bool reverse, dots *out)
{
    size_t j = 0;
    for (size_t i = 0; i < n_a; i++) {
        while (j < n_b && b[j].word < a[i].word)
            j++;
        for (size_t k = j; k < n_b && b[k].word == a[i].word && out->n < DOT_MAX_PAIRS; k++) {
            if (b[k].place <= a[i].place && !(reverse && b[k].place == a[i].place))
                continue; /* the plot is symmetric */
            const int64_t diagonal = reverse ? (int64_t)b[k].place + a[i].place : (int64_t)b[k].place - a[i].place;
            if (!dots_push(out, (dot){diagonal, a[i].place, reverse}))
                return false;
        }
    }
    return true;
}

/* Draws runs of dots on a diagonal as lines, and their mirror images. */
static void draw_dots(rp_file *file, const dots *found, bool reverse, size_t length)
{
    const double scale = (double)DOT_SIDE / (double)length;
    unsigned lines = 0;
    rp_file_print(file, "<path class=\"%s\" d=\"", reverse ? "dr" : "df");
    for (size_t i = 0, j; i < found->n && lines < DOT_MAX_LINES; i = j) {
        const dot *first = &found->items[i];
        for (j = i + 1;
             j < found->n && found->items[j].reverse == first->reverse && found->items[j].diagonal == first->diagonal &&
             found->items[j].first <= found->items[j - 1].first + 2 * DOT_WORD;
             j++)
            ;
        if (first->reverse != reverse)
            continue;
        const double bp = (double)(found->items[j - 1].first + DOT_WORD - first->first), x = (double)first->first;
        /* on opposite strands the second place goes down as the first goes up */
        const double y = reverse ? (double)first->diagonal - x + DOT_WORD : x + (double)first->diagonal;
        const double step = reverse ? -bp : bp;
        rp_file_print(file, "M%.1f %.1fl%.1f %.1fM%.1f %.1fl%.1f %.1f", x * scale, y * scale, bp * scale, step * scale,
                      y * scale, x * scale, step * scale, bp * scale);
        lines++;
    }
    rp_file_print(file, "\"/>");
}

bool rp_plot_dots(rp_file *file, const rp_codes *consensus)
{
    const size_t n = consensus->n;
    placed_word *forward = rp_alloc(n, sizeof *forward), *reverse = rp_alloc(n, sizeof *reverse);
    dots found = {0};
    bool ok = forward != NULL && reverse != NULL;
    if (ok) {
        const size_t n_forward = list_words(consensus, false, forward),
                     n_reverse = list_words(consensus, true, reverse);
        ok = pair_words(forward, n_forward, forward, n_forward, false, &found) &&
             pair_words(forward, n_forward, reverse, n_reverse, true, &found);
    }
    if (ok) {
        rp_sort(found.items, found.n, sizeof *found.items, compare_dots);
        begin_plot(file, DOT_SIDE, DOT_SIDE,
                   "The consensus against itself: words of 12 bases; red: on opposite strands");
        rp_file_print(file, "<path class=\"fr\" d=\"M0 0H%dV%dH0z\"/><path class=\"df\" d=\"M0 0L%d %d\"/>", DOT_SIDE,
                      DOT_SIDE, DOT_SIDE, DOT_SIDE);
        draw_dots(file, &found, false, n);
        draw_dots(file, &found, true, n);
        rp_file_print(file, "</svg>");
    }
    free(forward);
    free(reverse);
    free(found.items);
    return ok;
}
