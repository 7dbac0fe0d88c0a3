/*
 * smp.h: what the tests for several processors have in common: memory that a
 * whole family shares, a gate at which its members meet and go on together,
 * counted delays, and pseudo-random numbers. And on_cpu (cpus.h): a child
 * begins on its parent's processor. So a process that is to race with its
 * relatives first moves to another processor, then meets them.
 *
 * A test's output does not depend on the number of processors, or on time.
 */
#pragma once

#include "../tap.h"

#include "../raw.h"
#include "cpus.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#define PAGE 4096L
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

#define load(at) __atomic_load_n(at, __ATOMIC_SEQ_CST)
#define store(at, value) __atomic_store_n(at, value, __ATOMIC_SEQ_CST)
#define add(at, value) __atomic_add_fetch(at, value, __ATOMIC_SEQ_CST)

/* Map memory, or end the test. */
static inline void *
must_map(size_t size, int flags)
{
    void *at = mmap(NULL, size, RW, flags | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) {
        perror("mmap");
        exit(99);
    }
    return at;
}

/* Zeroed memory that the children made from now on see too. */
static inline void *
shared(size_t size)
{
    return must_map(size, MAP_SHARED);
}

/* A number below `below`, the next one after *seed. */
static inline unsigned
pick(unsigned long *seed, unsigned below)
{
    *seed = *seed * 6364136223846793005UL + 1442695040888963407UL;
    return (unsigned)(*seed >> 33) % below;
}

/* So many turns of an empty loop. */
static inline void
spin(unsigned turns)
{
    while (turns-- > 0) {
        __asm__ volatile("" ::: "memory");
    }
}

/* Wait a little after the n-th check of a flag, sometimes by sched_yield: with
 * fewer processors than processes, another process has to run. */
static inline void
relax(unsigned n)
{
    if (n % 256 == 255) {
        raw(NR_sched_yield, 0, 0, 0, 0);
    }
    __asm__ volatile("pause");
}

/* Wait until a number in shared memory is what it should be. */
static inline void
await(const int *at, int value)
{
    for (unsigned n = 0; load(at) != value; n++) {
        relax(n);
    }
}

struct gate {
    int here;
    int round;
};

/* Go on when so many have come here. */
static inline void
meet(struct gate *gate, int count)
{
    int round = load(&gate->round);

    if (add(&gate->here, 1) == count) {
        store(&gate->here, 0);
        store(&gate->round, round + 1);
        return;
    }
    for (unsigned n = 0; load(&gate->round) == round; n++) {
        relax(n);
    }
}

/* => the exit code of this child, -1 if it did not exit */
static inline int
code_of(pid_t pid)
{
    int status;

    if (raw(NR_wait4, pid, P(&status), 0, 0) != pid || !WIFEXITED(status)) {
        return -1;
    }
    return WEXITSTATUS(status);
}

/* => whether there is no child left to wait for */
static inline int
no_child(void)
{
    return raw(NR_wait4, -1, 0, 0, 0) == -ECHILD;
}

/*
 * A pipe that tells when a family has ended: every descendant holds its
 * writing end, orphans too.
 */
struct family {
    int ends[2];
};

enum { FAMILY_WAITS = 700 };

static inline void
family_begin(struct family *family)
{
    if (pipe2(family->ends, O_NONBLOCK) < 0) {
        perror("pipe2");
        exit(99);
    }
}

/* Wait until all have ended. => whether they did, and none wrote to the pipe */
static inline int
family_gone(struct family *family)
{
    ssize_t n = -1;
    char c;

    if (family->ends[1] >= 0) {
        close(family->ends[1]);
        family->ends[1] = -1;
    }
    for (int i = 0; i < FAMILY_WAITS; i++) {
        n = read(family->ends[0], &c, 1);
        if (n >= 0 || errno != EAGAIN) {
            break;
        }
        if (i < 100) {
            raw(NR_sched_yield, 0, 0, 0, 0);
        } else {
            nap(10);
        }
    }
    return n == 0;
}

/* The same, and close the pipe. */
static inline int
family_end(struct family *family)
{
    int gone = family_gone(family);

    close(family->ends[0]);
    return gone;
}

/* Whether all bytes are zero or a letter, as writers write them. */
static inline int
only_letters(const char *bytes, long size)
{
    for (long i = 0; i < size; i++) {
        if (bytes[i] != 0 && (bytes[i] < 'a' || bytes[i] > 'z')) {
            return 0;
        }
    }
    return 1;
}
