/*
 * Memory from the kernel: brk and mmap.  Essential fact: if processes share
 * their heap (segments.c), what one of them gets must be there for all; so then
 * new memory comes from a range that they have had in common from the start.
 */
#include <errno.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "abi/futex.h"

#include "c/internal.h"
#include "c/thread.h"

const struct memory_source *memory_source;
uintptr_t heap_start;

/* => the current end, whether or not it has changed */
static uintptr_t
ask_brk(uintptr_t end)
{
    if (memory_source != NULL) {
        return memory_source->brk(end);
    }
    if (heap_start == 0) {
        heap_start = sys_brk(0);
    }
    return sys_brk(end);
}

int
brk(void *end)
{
    if (ask_brk((uintptr_t)end) < (uintptr_t)end) {
        errno = ENOMEM;
        return -1;
    }
    return 0;
}

void *
sbrk(intptr_t change)
{
    uintptr_t old = ask_brk(0);

    if (change != 0 && brk((void *)(old + (uintptr_t)change)) < 0) {
        return (void *)-1;
    }
    return (void *)old;
}

void *
mmap(void *at, size_t size, int rights, int flags, int fd, off_t offset)
{
    if (memory_source != NULL && at == NULL
        && rights == (PROT_READ | PROT_WRITE)
        && flags == (MAP_PRIVATE | MAP_ANONYMOUS)) {
        return memory_source->map(size);
    }
    return sys_mmap(at, size, rights, flags, fd, offset);
}

int
munmap(void *at, size_t size)
{
    if (memory_source != NULL && memory_source->unmap(at, size) == 0) {
        return 0;
    }
    return sys_munmap(at, size);
}

/* 1: taken; 2: and somebody waits (Drepper, Futexes are tricky, 2011). */
void
memory_lock(int *word)
{
    int saved = errno;
    int old = 0;

    if ((memory_source == NULL && !threaded)
        || __atomic_compare_exchange_n(word, &old, 1, 0, __ATOMIC_ACQUIRE,
                                       __ATOMIC_RELAXED)) {
        return;
    }
    while (__atomic_exchange_n(word, 2, __ATOMIC_ACQUIRE) != 0) {
        syscall(SYS_futex, word, FUTEX_WAIT, 2, NULL);
    }
    errno = saved;
}

void
memory_unlock(int *word)
{
    int saved = errno;

    if ((memory_source != NULL || threaded)
        && __atomic_exchange_n(word, 0, __ATOMIC_RELEASE) == 2) {
        syscall(SYS_futex, word, FUTEX_WAKE, 1);
    }
    errno = saved;
}
