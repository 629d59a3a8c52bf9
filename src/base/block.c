/* block.c: large blocks in memory or in spill files; see block.h. */
#include "base/block.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/account.h"
#include "base/memory.h"

/* A block that is in a file, or is fixed. */
typedef struct rp_block_entry {
    int file;                /* IN_MEMORY or STAYS_THERE: none */
    void *data;
    size_t mapped;
    struct rp_block_entry *next, **link; /* in the list */
} rp_block_entry;

enum { IN_MEMORY = -1, STAYS_THERE = -2 /* it could not be spilled */ };

static const char *spill_folder;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards the list and its entries */
static rp_block_entry *entries;
static _Atomic uint64_t spilled_bytes;

void rp_block_set_spill_folder(const char *folder)
{
    spill_folder = folder;
}

static size_t whole_pages(size_t bytes)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return bytes > SIZE_MAX - page ? 0 : (bytes + page - 1) / page * page;
}

/* A file without a name; -1: errno tells. */
static int open_spill_file(void)
{
    int file = open(spill_folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (file >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL && errno != ENOENT))
        return file;
    char *name = NULL;
    if (asprintf(&name, "%s/reprise-XXXXXX", spill_folder) < 0)
        return -1;
    file = mkostemp(name, O_CLOEXEC);
    if (file >= 0)
        (void)unlink(name);
    free(name);
    return file;
}

static void list_add(rp_block_entry *entry)
{
    (void)pthread_mutex_lock(&lock);
    entry->next = entries;
    entry->link = &entries;
    if (entry->next != NULL)
        entry->next->link = &entry->next;
    entries = entry;
    (void)pthread_mutex_unlock(&lock);
}

static void list_remove(rp_block_entry *entry)
{
    (void)pthread_mutex_lock(&lock);
    *entry->link = entry->next;
    if (entry->next != NULL)
        entry->next->link = entry->link;
    (void)pthread_mutex_unlock(&lock);
}

/* posix_fallocate, so that a full disk is an error here and no signal at a later write. */
static bool extend_file(int file, size_t from, size_t to)
{
    int failure;
    do
        failure = posix_fallocate(file, (off_t)from, (off_t)(to - from));
    while (failure == EINTR);
    errno = failure;
    return failure == 0;
}

static bool file_error(rp_error *error, const char *purpose)
{
    const rp_error_kind kind = rp_error_kind_of(errno);
    return rp_error_set_as(error, kind != RP_ERROR_OTHER ? kind : RP_ERROR_MEMORY, "%s: cannot be spilled to %s: %s",
                           purpose, spill_folder, strerror(errno));
}

/* Moves an anonymous block (or nothing yet) to a file of `mapped` bytes. */
static bool spill(rp_block *block, size_t mapped, const char *purpose, rp_error *error)
{
    rp_block_entry *entry = rp_alloc(1, sizeof *entry);
    if (entry == NULL)
        return rp_error_memory(error, purpose);
    const int file = open_spill_file();
    void *data = file >= 0 && extend_file(file, 0, mapped)
                     ? mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)
                     : MAP_FAILED;
    if (data == MAP_FAILED) {
        const bool failed = file_error(error, purpose);
        if (file >= 0)
            (void)close(file);
        free(entry);
        return failed;
    }
    if (block->mapped > 0) {
        memcpy(data, block->data, block->bytes);
        (void)munmap(block->data, block->mapped);
        rp_account_give(block->mapped);
    }
    block->data = data;
    block->mapped = mapped;
    *entry = (rp_block_entry){.file = file, .data = data, .mapped = mapped};
    block->entry = entry;
    list_add(entry);
    atomic_fetch_add_explicit(&spilled_bytes, mapped, memory_order_relaxed);
    return true;
}

static bool resize_file(rp_block *block, size_t mapped, const char *purpose, rp_error *error)
{
    rp_block_entry *entry = block->entry;
    assert(entry->file >= 0); /* one that is fixed keeps its size */
    if (mapped > block->mapped && !extend_file(entry->file, block->mapped, mapped))
        return file_error(error, purpose);
    (void)pthread_mutex_lock(&lock); /* rp_blocks_page_out must not see it move */
    void *data = mremap(block->data, block->mapped, mapped, MREMAP_MAYMOVE);
    if (data != MAP_FAILED) {
        atomic_fetch_add_explicit(&spilled_bytes, (uint64_t)mapped - block->mapped, memory_order_relaxed);
        block->data = entry->data = data;
        block->mapped = entry->mapped = mapped;
    }
    (void)pthread_mutex_unlock(&lock);
    if (data != MAP_FAILED &&
        ftruncate(entry->file, (off_t)mapped) != 0) /* what is cut off is zero when it comes back */
        return file_error(error, purpose);
    return data != MAP_FAILED || rp_error_memory(error, purpose);
}

static bool resize_anonymous(rp_block *block, size_t mapped, const char *purpose, rp_error *error)
{
    void *data = block->mapped == 0 ? mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
                                    : mremap(block->data, block->mapped, mapped, MREMAP_MAYMOVE);
    if (data == MAP_FAILED)
        return rp_error_memory(error, purpose);
    block->data = data;
    block->mapped = mapped;
    return true;
}

bool rp_block_resize(rp_block *block, size_t bytes, const char *purpose, rp_error *error)
{
    const size_t mapped = whole_pages(bytes);
    if (mapped == 0 && bytes > 0)
        return rp_error_memory(error, purpose);
    if (bytes == 0) {
        rp_block_free(block);
        return true;
    }
    if (bytes < block->bytes) /* what a later growth brings back is zero */
        memset((char *)block->data + bytes, 0, (mapped < block->bytes ? mapped : block->bytes) - bytes);
    const size_t before = block->mapped;
    if (mapped == before) {
        block->bytes = bytes;
        return true;
    }
    bool ok = true;
    if (block->entry != NULL) {
        ok = resize_file(block, mapped, purpose, error);
    } else if (mapped < before) {
        ok = resize_anonymous(block, mapped, purpose, error);
        if (ok)
            rp_account_give(before - mapped);
    } else if (block->stays) {
        ok = resize_anonymous(block, mapped, purpose, error);
        if (ok)
            rp_account_take_anyway(mapped - before);
    } else if (rp_account_take(mapped - before)) {
        ok = resize_anonymous(block, mapped, purpose, error);
        if (!ok)
            rp_account_give(mapped - before);
    } else if (spill_folder != NULL) {
        ok = spill(block, mapped, purpose, error);
    } else {
        ok = rp_error_set_as(error, RP_ERROR_MEMORY, "%s: %llu MB more do not fit --max-memory", purpose,
                             (unsigned long long)((mapped - before) >> 20));
    }
    if (ok)
        block->bytes = bytes;
    return ok;
}

/* Puts a fixed block into a file and maps that over it; who reads it meanwhile sees the same bytes before and after.
 * (By mremap: the thread sanitizer takes a mapping over what others read for a race.) Under the lock. False: errno
 * tells. */
static bool spill_in_place(rp_block_entry *entry)
{
    const int file = open_spill_file();
    if (file < 0)
        return false;
    size_t done = 0;
    bool ok = extend_file(file, 0, entry->mapped);
    while (ok && done < entry->mapped) {
        const ssize_t n = pwrite(file, (char *)entry->data + done, entry->mapped - done, (off_t)done);
        ok = n > 0 || (n < 0 && errno == EINTR);
        done += n > 0 ? (size_t)n : 0;
    }
    void *data = ok ? mmap(NULL, entry->mapped, PROT_READ, MAP_SHARED, file, 0) : MAP_FAILED;
    if (data == MAP_FAILED ||
        mremap(data, entry->mapped, entry->mapped, MREMAP_MAYMOVE | MREMAP_FIXED, entry->data) != entry->data) {
        const int failure = errno;
        if (data != MAP_FAILED)
            (void)munmap(data, entry->mapped);
        (void)close(file);
        errno = failure;
        return false;
    }
    entry->file = file;
    rp_account_give(entry->mapped);
    atomic_fetch_add_explicit(&spilled_bytes, entry->mapped, memory_order_relaxed);
    return true;
}

void rp_block_fix(rp_block *block)
{
    rp_block_entry *entry =
        block->mapped == 0 || block->entry != NULL || block->stays ? NULL : rp_alloc(1, sizeof *entry);
    if (entry == NULL) /* without one it stays where it is */
        return;
    *entry = (rp_block_entry){.file = IN_MEMORY, .data = block->data, .mapped = block->mapped};
    block->entry = entry;
    list_add(entry);
}

bool rp_blocks_give_way(void)
{
    if (spill_folder == NULL)
        return false;
    rp_block_entry *largest = NULL;
    (void)pthread_mutex_lock(&lock);
    for (rp_block_entry *one = entries; one != NULL; one = one->next)
        if (one->file == IN_MEMORY && (largest == NULL || one->mapped > largest->mapped))
            largest = one;
    const bool ok = largest != NULL && spill_in_place(largest);
    if (largest != NULL && !ok)
        largest->file = STAYS_THERE;
    (void)pthread_mutex_unlock(&lock);
    return ok;
}

/* The same for one of them. */
static bool spill_fixed(rp_block_entry *entry, const char *purpose, rp_error *error)
{
    (void)pthread_mutex_lock(&lock);
    const bool ok = entry->file >= 0 || spill_in_place(entry) || file_error(error, purpose);
    (void)pthread_mutex_unlock(&lock);
    return ok;
}

bool rp_block_spill(rp_block *block, const char *purpose, rp_error *error)
{
    if (block->mapped == 0 || block->stays || spill_folder == NULL)
        return true;
    return block->entry != NULL ? spill_fixed(block->entry, purpose, error)
                                : spill(block, block->mapped, purpose, error);
}

void rp_block_free(rp_block *block)
{
    if (block->entry != NULL)
        list_remove(block->entry);
    if (block->entry != NULL && block->entry->file >= 0) {
        (void)close(block->entry->file);
        atomic_fetch_sub_explicit(&spilled_bytes, block->mapped, memory_order_relaxed);
    } else if (block->mapped > 0) {
        rp_account_give(block->mapped);
    }
    free(block->entry);
    if (block->mapped > 0)
        (void)munmap(block->data, block->mapped);
    *block = (rp_block){.stays = block->stays};
}

void rp_blocks_page_out(void)
{
    (void)pthread_mutex_lock(&lock);
    for (const rp_block_entry *one = entries; one != NULL; one = one->next)
        if (one->file >= 0) /* a shared file: only the page tables forget it */
            (void)madvise(one->data, one->mapped, MADV_DONTNEED);
    (void)pthread_mutex_unlock(&lock);
}

uint64_t rp_blocks_spilled(void)
{
    return atomic_load_explicit(&spilled_bytes, memory_order_relaxed);
}
