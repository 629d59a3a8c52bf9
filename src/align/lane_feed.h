/* lane_feed.h: hands the target codes of one strand walk to one lane of a band. */
#ifndef RP_ALIGN_LANE_FEED_H
#define RP_ALIGN_LANE_FEED_H

#include <stdint.h>

#include "align/band.h"
#include "genome/view.h"

enum { RP_FEED_RING = 256, RP_FEED_CHUNK = 64 };

typedef struct rp_lane_feed {
    rp_strand_walk walk;
    int64_t end;                  /* target bases decoded so far */
    uint8_t codes[RP_FEED_RING];  /* the last of them, at index modulo RP_FEED_RING */
} rp_lane_feed;

static inline void rp_lane_feed_start(rp_lane_feed *feed, rp_strand_walk walk)
{
    feed->walk = walk;
    feed->end = 0;
}

/* Decodes anew what the ring would hold after `end` bases. */
static inline void rp_lane_feed_restore(rp_lane_feed *feed, const rp_view *view)
{
    const int64_t end = feed->end;
    for (feed->end = end > RP_FEED_RING ? end - RP_FEED_RING : 0; feed->end < end; feed->end += RP_FEED_CHUNK)
        rp_view_decode(view, &feed->walk, (uint64_t)feed->end, RP_FEED_CHUNK,
                       feed->codes + (feed->end & (RP_FEED_RING - 1)));
}

/* Decodes until target base `end` is there. */
static inline void rp_lane_feed_reach_to(rp_lane_feed *feed, const rp_view *view, int64_t end)
{
    while (feed->end < end) {
        rp_view_decode(view, &feed->walk, (uint64_t)feed->end, RP_FEED_CHUNK,
                       feed->codes + (feed->end & (RP_FEED_RING - 1)));
        feed->end += RP_FEED_CHUNK;
    }
}

/* Target bases [from, from + 8), the first one in the lowest byte; RP_BASE_NONE before the start. */
static inline uint64_t rp_lane_feed_eight(rp_lane_feed *feed, const rp_view *view, int64_t from)
{
    uint64_t eight = 0;
    rp_lane_feed_reach_to(feed, view, from + 8);
    const unsigned begin = (unsigned)(from & (RP_FEED_RING - 1));
    if (from >= 0 && begin + 8 <= RP_FEED_RING) {
        for (unsigned i = 0; i < 8; i++) /* a compiler makes one load of it */
            eight |= (uint64_t)feed->codes[begin + i] << 8 * i;
        return eight;
    }
    for (unsigned i = 0; i < 8; i++) {
        const uint8_t code = from + (int64_t)i < 0 ? RP_BASE_NONE : feed->codes[(begin + i) & (RP_FEED_RING - 1)];
        eight |= (uint64_t)code << 8 * i;
    }
    return eight;
}

/* Puts target bases [from, from + n) into the band's rows from `row` on, in `lane`. Bases
 * before the start are RP_BASE_NONE. */
static inline void rp_lane_feed_fill(rp_lane_feed *feed, const rp_view *view, rp_band *band, unsigned lane,
                                     int64_t from, unsigned row, unsigned n)
{
    rp_lane_feed_reach_to(feed, view, from + (int64_t)n);
    const unsigned begin = (unsigned)(from & (RP_FEED_RING - 1));
    if (from >= 0 && begin + n <= RP_FEED_RING) {
        const uint8_t *codes = feed->codes + begin;
        for (unsigned i = 0; i < n; i++)
            band->target[row + i][lane] = codes[i];
        return;
    }
    for (unsigned i = 0; i < n; i++) {
        const int64_t at = from + (int64_t)i;
        band->target[row + i][lane] = at < 0 ? RP_BASE_NONE : feed->codes[at & (RP_FEED_RING - 1)];
    }
}

/* The genome interval that was looked at, for a note of what a result relied on. */
static inline rp_interval rp_lane_feed_reach(const rp_lane_feed *feed)
{
    const uint64_t seen = (uint64_t)feed->end < feed->walk.limit_bp ? (uint64_t)feed->end : feed->walk.limit_bp;
    return feed->walk.reverse ? (rp_interval){feed->walk.origin - seen, feed->walk.origin}
                              : (rp_interval){feed->walk.origin, feed->walk.origin + seen};
}

#endif
