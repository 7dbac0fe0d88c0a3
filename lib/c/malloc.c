/*
 * malloc: blocks whose size is a power of two, one free list for each size.
 *
 *     +---------------+----------------------------+
 *     | struct header | what the caller gets       |    multiple of 16
 *     +---------------+----------------------------+
 *
 * Essential fact: a block never changes its size, so malloc and free are a pop
 * and a push, and blocks are never split or joined. Up to half of a block may
 * be unused. Blocks over LARGE are mappings of their own; free unmaps
 * them. Threads, and processes that share the heap (plan9.h), take a lock.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "c/internal.h"

#define SMALLEST 32          /* the least block, its header included */
#define LARGE (128 * 1024)   /* the first size that is mapped */
#define CHUNK (16 * 1024)    /* the least we ask of brk */
#define PAGE 4096
#define IN_USE 0x65737520u
#define IS_FREE 0x65657266u

/* In front of each block. */
struct header {
    size_t size;         /* of the block, the header included */
    unsigned int state;  /* IN_USE or IS_FREE */
    unsigned int unused; /* keeps the header 16 bytes long */
};

/* A free block: the caller's part holds the link. */
struct free_block {
    struct header header;
    struct free_block *next;
};

/* In front of the header of a block that is a mapping: all of these. */
struct large {
    struct large *next, *previous;
    struct header header;
};

#define CLASSES 13 /* 32 ... 128 KiB */

static struct free_block *free_lists[CLASSES];
static char *chunk; /* memory from brk that malloc never returned yet */
static size_t chunk_left;
static struct large *large_blocks;
static int lock;

void
malloc_lock(void)
{
    memory_lock(&lock);
}

void
malloc_unlock(void)
{
    memory_unlock(&lock);
}

static int
class_of(size_t size)
{
    int class = 0;

    while ((size_t)SMALLEST << class < size) {
        class++;
    }
    return class;
}

/* Memory from brk; a small rest of the last chunk is lost. */
static void *
carve(size_t size)
{
    if (chunk_left < size) {
        size_t want = size > CHUNK ? size : CHUNK;
        char *more = sbrk((intptr_t)want);
        if (more == (char *)-1) {
            return NULL;
        }
        if (more != chunk + chunk_left) {
            size_t skew = -(uintptr_t)more % 16;
            chunk = more + skew;
            chunk_left = 0;
            want -= skew;
        }
        chunk_left += want;
        if (chunk_left < size) {
            return carve(size);
        }
    }
    char *block = chunk;
    chunk += size;
    chunk_left -= size;
    return block;
}

static struct header *
alloc_small(size_t size)
{
    int class = class_of(size);
    struct free_block *block = free_lists[class];

    if (block != NULL) {
        free_lists[class] = block->next;
    } else {
        block = carve((size_t)SMALLEST << class);
        if (block == NULL) {
            return NULL;
        }
    }
    block->header.size = (size_t)SMALLEST << class;
    return &block->header;
}

static struct header *
alloc_large(size_t size)
{
    size_t all = sizeof(struct large) - sizeof(struct header) + size;
    all = (all + PAGE - 1) & ~(size_t)(PAGE - 1);
    struct large *large = mmap(NULL, all, PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (large == MAP_FAILED) {
        return NULL;
    }
    large->next = large_blocks;
    if (large_blocks != NULL) {
        large_blocks->previous = large;
    }
    large_blocks = large;
    large->header.size = all - (sizeof(*large) - sizeof(large->header));
    return &large->header;
}

static struct large *
large_of(struct header *header)
{
    return (struct large *)((char *)(header + 1) - sizeof(struct large));
}

static size_t
large_size(const struct large *large)
{
    return large->header.size + sizeof(*large) - sizeof(large->header);
}

static void
free_large(struct large *large)
{
    if (large->next != NULL) {
        large->next->previous = large->previous;
    }
    if (large->previous != NULL) {
        large->previous->next = large->next;
    } else {
        large_blocks = large->next;
    }
    munmap(large, large_size(large));
}

int
malloc_each_large(int (*fn)(char *start, size_t size))
{
    int result = 0;

    for (struct large *large = large_blocks; large != NULL && result == 0;
         large = large->next) {
        result = fn((char *)large, large_size(large));
    }
    return result;
}

void *
malloc(size_t size)
{
    struct header *header = NULL;

    if (size < PTRDIFF_MAX - PAGE) {
        size += sizeof(*header);
        malloc_lock();
        header = size <= LARGE ? alloc_small(size) : alloc_large(size);
        malloc_unlock();
    }
    if (header == NULL) {
        errno = ENOMEM;
        return NULL;
    }
    header->state = IN_USE;
    return header + 1;
}

/* The header of a block from malloc; a wrong pointer ends the program. */
static struct header *
header_of(void *ptr)
{
    struct header *header = (struct header *)ptr - 1;

    if ((uintptr_t)ptr % 16 != 0 || header->state != IN_USE) {
        dprintf(STDERR_FILENO, "free: %p was not allocated, or was freed\n",
                ptr);
        abort();
    }
    return header;
}

void
free(void *ptr)
{
    if (ptr == NULL) {
        return;
    }
    struct header *header = header_of(ptr);
    int saved = errno;
    malloc_lock();
    if (header->size > LARGE) {
        free_large(large_of(header));
    } else {
        struct free_block *block = (struct free_block *)header;
        int class = class_of(header->size);
        header->state = IS_FREE;
        block->next = free_lists[class];
        free_lists[class] = block;
    }
    malloc_unlock();
    errno = saved;
}

void *
calloc(size_t count, size_t size)
{
    size_t total;

    if (__builtin_mul_overflow(count, size, &total)) {
        errno = ENOMEM;
        return NULL;
    }
    void *ptr = malloc(total);
    /* A fresh mapping is zero already. */
    if (ptr != NULL && total + sizeof(struct header) <= LARGE) {
        memset(ptr, 0, total);
    }
    return ptr;
}

void *
realloc(void *ptr, size_t size)
{
    if (ptr == NULL) {
        return malloc(size);
    }
    size_t old = header_of(ptr)->size - sizeof(struct header);
    if (size <= old && size >= old / 4) {
        return ptr;
    }
    void *copy = malloc(size);
    if (copy != NULL) {
        memcpy(copy, ptr, size < old ? size : old);
        free(ptr);
    }
    return copy;
}
