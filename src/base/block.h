/* block.h: a large growable block of zeroed memory that is leased from the account.
 *
 * A block that the account has no room for is spilled: its content moves to a file without a
 * name in the spill folder and is mapped from there, so that the kernel can write it out. The
 * block's user sees no difference. One whose content stays as it is may be spilled at any time, where
 * it lies, when others need the memory. Not thread-safe for one block; what it holds may be shared.
 */
#ifndef RP_BASE_BLOCK_H
#define RP_BASE_BLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

typedef struct rp_block {
    void *data;          /* page-aligned; moves when the block grows */
    size_t bytes;
    size_t mapped;       /* bytes rounded up to pages */
    struct rp_block_entry *entry; /* in the list of blocks that are in files or may be put there at any time */
    bool stays;          /* set by the owner before its first use: leased in any case and never spilled */
} rp_block;

/* Where blocks are spilled to; to be set before the first one is. NULL: nowhere. Kept, not copied. */
void rp_block_set_spill_folder(const char *folder);

/* Sets the size to `bytes`; what is added is zero. False: error filled in, the block as before. */
bool rp_block_resize(rp_block *block, size_t bytes, const char *purpose, rp_error *error) RP_MUST_CHECK;
void rp_block_free(rp_block *block);

/* Spills the block now, to make room for others; nothing happens when it is spilled already or there is nowhere to
 * spill to. Its data moves, unless it is fixed. */
bool rp_block_spill(rp_block *block, const char *purpose, rp_error *error) RP_MUST_CHECK;

/* Says that content and size stay as they are from now on, until the block is freed: rp_blocks_give_way may spill
 * it. */
void rp_block_fix(rp_block *block);

/* Spills the largest block of those that are fixed and still in memory; whoever reads it may go on, its data does not
 * move. False: there is none, or it cannot be spilled. Thread-safe. */
bool rp_blocks_give_way(void);

/* Takes the pages of spilled blocks out of this process (they stay in the page cache, or are written
 * out by the kernel): their next use brings them back. Thread-safe. */
void rp_blocks_page_out(void);

uint64_t rp_blocks_spilled(void); /* bytes in files at present */

#endif
