/*
 * Segments that processes share. Essential fact: the kernel turns private
 * memory into shared memory where it is (mshare), so pointers stay right, and a
 * plain fork then shares it and copies the stack. Linux has no such call: there
 * the contents move to a file in memory, which is mapped at their place.
 *
 * New memory must be there for all, but a later mapping would be one process's.
 * So the first call also reserves a range, the arena, behind the heap: from its
 * start brk goes up, from its end mappings come down.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "abi/elf.h"

#include "c/internal.h"
#include "c/segments.h"

#define PAGE 4096UL
#define ARENA_PAGES 65536UL /* 256 MiB, of which untouched pages cost nothing */
#define SYS_memfd_create 319
#define BOTH (PROT_READ | PROT_WRITE)
#define PF_W 2
#define PT_LOAD 1

extern const struct elf64_ehdr __ehdr_start; /* from the linker */

union private_page private_page __attribute__((aligned(PRIVATE_SIZE)));

static bool are_shared;

static struct {
    char *start;        /* NULL: not reserved yet */
    uintptr_t brk;      /* the heap's end */
    unsigned long low;  /* the lowest page that a mapping has */
    int lock;
    unsigned char used[ARENA_PAGES]; /* whether a mapping has the page */
} arena;

static uintptr_t
page_up(uintptr_t at)
{
    return (at + PAGE - 1) & -PAGE;
}

/* ---- The arena ---- */

static uintptr_t
arena_brk(uintptr_t end)
{
    memory_lock(&arena.lock);
    if (end >= heap_start
        && end <= (uintptr_t)arena.start + arena.low * PAGE) {
        if (end < arena.brk) { /* the next to come here finds zeros */
            memset((void *)end, 0, arena.brk - end);
        }
        arena.brk = end;
    }
    uintptr_t now = arena.brk;
    memory_unlock(&arena.lock);
    return now;
}

/* => the highest run of so many free pages; 0: none, as page 0 is brk's */
static unsigned long
find_run(unsigned long pages)
{
    unsigned long first = (page_up(arena.brk) - (uintptr_t)arena.start) / PAGE;
    unsigned long run = 0;

    for (unsigned long i = ARENA_PAGES; i > first + 1; i--) {
        run = arena.used[i - 1] ? 0 : run + 1;
        if (run == pages) {
            return i - 1;
        }
    }
    return 0;
}

static void
mark(unsigned long first, unsigned long pages, int used)
{
    memset(&arena.used[first], used, pages);
    for (arena.low = 0; arena.low < ARENA_PAGES && !arena.used[arena.low];) {
        arena.low++;
    }
}

static void *
arena_map(size_t size)
{
    unsigned long pages = page_up(size) / PAGE;
    unsigned long at = 0;

    memory_lock(&arena.lock);
    if (pages > 0 && pages < ARENA_PAGES) {
        at = find_run(pages);
    }
    if (at != 0) {
        mark(at, pages, 1);
    }
    memory_unlock(&arena.lock);
    if (at == 0) {
        errno = pages == 0 ? EINVAL : ENOMEM;
        return MAP_FAILED;
    }
    return arena.start + at * PAGE;
}

static int
arena_unmap(void *where, size_t size)
{
    char *at = where;
    unsigned long pages = page_up(size) / PAGE;

    if (at < arena.start || at >= arena.start + ARENA_PAGES * PAGE
        || (uintptr_t)at % PAGE != 0 || pages == 0 || pages > ARENA_PAGES) {
        return -1;
    }
    memset(at, 0, pages * PAGE);
    memory_lock(&arena.lock);
    mark((unsigned long)(at - arena.start) / PAGE, pages, 0);
    memory_unlock(&arena.lock);
    return 0;
}

static const struct memory_source arena_source = {
    arena_map, arena_unmap, arena_brk,
};

static int
arena_reserve(void)
{
    uintptr_t end = (uintptr_t)sbrk(0);
    char *want = (char *)page_up(end);

    if (arena.start != NULL) {
        return 0;
    }
    char *got = sys_mmap(want, ARENA_PAGES * PAGE, BOTH,
                         MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE
                             | MAP_FIXED_NOREPLACE, -1, 0);
    if (got == MAP_FAILED || got != want) {
        errno = ENOMEM;
        return -1;
    }
    arena.start = got;
    arena.brk = end;
    arena.low = ARENA_PAGES;
    return 0;
}

/* ---- The segments ---- */

/* It is in the private page: a child must not change its parent's. */
#define VISIT private_page.own.visit

static int
visit_one(char *start, size_t size)
{
    if (size == 0 || VISIT.calls == VISIT.most) {
        return 0;
    }
    int result = VISIT.fn(start, size);
    VISIT.calls += result == 0;
    return result;
}

static int
visit_large(char *start, size_t size)
{
    bool in_arena = start >= arena.start
                    && start < arena.start + ARENA_PAGES * PAGE;

    return in_arena ? 0 : visit_one(start, size);
}

/* The writable part of the program, but for the private page. */
static int
visit_data(void)
{
    const struct elf64_phdr *header =
        (const void *)((const char *)&__ehdr_start + __ehdr_start.e_phoff);
    char *hole = private_page.page;
    int result = 0;

    for (int i = 0; i < __ehdr_start.e_phnum && result == 0; i++, header++) {
        if (header->p_type != PT_LOAD || !(header->p_flags & PF_W)) {
            continue;
        }
        char *start = (char *)(header->p_vaddr & -PAGE);
        char *end = (char *)page_up(header->p_vaddr + header->p_memsz);
        if (hole >= start && hole < end) {
            result = visit_one(start, (size_t)(hole - start));
            start = hole + PRIVATE_SIZE;
        }
        result = result == 0 ? visit_one(start, (size_t)(end - start)) : result;
    }
    return result;
}

static int
visit_all(int (*fn)(char *start, size_t size), int most, bool with_arena)
{
    VISIT = (struct visit){fn, most, 0};
    char *heap = (char *)page_up(heap_start);
    int result = visit_data();

    if (result == 0) {
        result = visit_one(heap, (size_t)(arena.start - heap));
    }
    if (result == 0) {
        result = malloc_each_large(visit_large);
    }
    if (result == 0 && with_arena) {
        result = visit_one(arena.start, ARENA_PAGES * PAGE);
    }
    return result;
}

/* Essential fact: between the copy and the mapping nothing may be written to
 * the range. Signals are blocked, and results are on the stack. */
static int
share_by_file(char *start, size_t size)
{
    int fd = (int)syscall(SYS_memfd_create, "segment", 0);
    size_t done = 0;
    ssize_t n = 1;

    if (fd < 0 || ftruncate(fd, (off_t)size) < 0) {
        close(fd);
        return -1;
    }
    while (done < size && n > 0) {
        n = write(fd, start + done, size - done);
        done += n > 0 ? (size_t)n : 0;
    }
    bool mapped = done == size
                  && sys_mmap(start, size, BOTH, MAP_SHARED | MAP_FIXED, fd, 0)
                         == start;
    close(fd);
    return mapped ? 0 : -1;
}

static int
share_one(char *start, size_t size)
{
    int result = mshare(start, size);

    return result < 0 && errno == ENOSYS ? share_by_file(start, size) : result;
}

/* Whether nothing was ever in this page. */
static bool
is_unused(const char *page)
{
    unsigned long index = (unsigned long)(page - arena.start) / PAGE;

    return page >= (char *)page_up(arena.brk)
           && page < arena.start + ARENA_PAGES * PAGE && !arena.used[index];
}

/* Put a private copy in the place of a range. */
static int
copy_one(char *start, size_t size)
{
    char *copy = sys_mmap(NULL, size, BOTH,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (copy == MAP_FAILED) {
        return -1;
    }
    for (size_t at = 0; at < size; at += PAGE) {
        if (!is_unused(start + at)) {
            memcpy(copy + at, start + at, PAGE);
        }
    }
    return mremap(copy, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, start)
                   == start ? 0 : -1;
}

bool
segments_are_shared(void)
{
    return are_shared;
}

int
segments_share(void)
{
    bool again = arena.start != NULL; /* it is private in this process */

    if (are_shared) {
        return 0;
    }
    if (arena_reserve() < 0) {
        return -1;
    }
    if (visit_all(share_one, -1, again) < 0) {
        int error = errno;
        visit_all(copy_one, VISIT.calls, again);
        if (!again) {
            sys_munmap(arena.start, ARENA_PAGES * PAGE);
            arena.start = NULL;
        }
        errno = error;
        return -1;
    }
    are_shared = true;
    memory_source = &arena_source;
    return 0;
}

int
segments_copy(void)
{
    int result = visit_all(copy_one, -1, true);

    are_shared = false; /* last: until then it is the others', too */
    return result;
}

void
segments_lock(void)
{
    malloc_lock();
    memory_lock(&arena.lock);
}

void
segments_unlock(void)
{
    memory_unlock(&arena.lock);
    malloc_unlock();
}
