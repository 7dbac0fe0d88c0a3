/*
 * forkmoved.c: what a fork puts off, and who pays for it later: the first
 * writes to what is shared, the exit of the last owner, changes of the map.
 */
#include "common.h"
#include "forkbench.h"

#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define ENTRIES 512UL    /* of a table */
#define GIB     (1024UL * MIB)

struct writes {
    unsigned long first;
    unsigned long second;       /* to another page of the same 2 MiB */
    unsigned long elsewhere;    /* under another last-level table */
};

/* Three writes in the middle of an area. */
static struct writes
time_writes(char *area, size_t size)
{
    struct writes ticks = {0};
    char *at = area + size / 2;
    ticks.first = time_write(at);
    ticks.second = time_write(at + PAGE);
    if (size > TABLE) {
        ticks.elsewhere = time_write(at + TABLE);
    }
    return ticks;
}

static void
keep_least_writes(struct writes *least, const struct writes *ticks)
{
    keep_least(&least->first, ticks->first);
    keep_least(&least->second, ticks->second);
    keep_least(&least->elsewhere, ticks->elsewhere);
}

static struct writes
writes_in_parent(char *area, size_t size)
{
    pid_t pid = start_waiting();
    struct writes ticks = time_writes(area, size);
    release(pid);
    return ticks;
}

static struct writes
writes_in_child(char *area, size_t size)
{
    struct writes ticks;
    pid_t pid = start();
    if (pid == 0) {
        ticks = time_writes(area, size);
        write(answers[1], &ticks, sizeof(ticks));
        _exit(0);
    }
    must(read(answers[0], &ticks, sizeof(ticks)), "read");
    await_end(pid);
    return ticks;
}

static void
time_first_writes(char *area, size_t size, struct writes *parent,
    struct writes *child)
{
    struct writes ticks;
    for (int run = 0; run < RUNS_BIG; run++) {
        ticks = writes_in_parent(area, size);
        keep_least_writes(parent, &ticks);
        ticks = writes_in_child(area, size);
        keep_least_writes(child, &ticks);
    }
}

void
first_writes(size_t size)
{
    struct writes parent = {-1, -1, -1}, child = parent;
    char *area = map_written(size);
    time_first_writes(area, size, &parent, &child);
    munmap(area, size);
    report("parent_first_write", size, parent.first);
    report("child_first_write", size, child.first);
    if (size > TABLE) {
        report("parent_second_write", size, parent.second);
        report("child_second_write", size, child.second);
        report("parent_write_elsewhere", size, parent.elsewhere);
        report("child_write_elsewhere", size, child.elsewhere);
    }
}

/* The dearest first write: on each of three levels, the table on the way to it
 * is full. */
static void
worst_first_write(void)
{
    struct writes parent = {-1, -1, -1}, child = parent;
    size_t size = ENTRIES * GIB, middle = size / 2;
    char *area = mmap((void *)(16 * size), size, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    must((size_t)area % size == 0 ? 0 : -1, "mmap");
    madvise(area, size, MADV_NOHUGEPAGE);
    write_every(area, size, GIB);
    write_every(area + middle, GIB, TABLE);
    write_every(area + middle + GIB / 2, TABLE, PAGE);
    time_first_writes(area + middle, GIB, &parent, &child);
    munmap(area, size);
    report("parent_first_write_worst", 0, parent.first);
    report("child_first_write_worst", 0, child.first);
}

/* fork, and then writes by the parent: to length bytes, one a step. */
static unsigned long
fork_and_write(char *area, size_t length, size_t step, unsigned long *writes)
{
    unsigned long begin = now();
    pid_t pid = start_waiting();
    unsigned long forked = now();
    write_every(area, length, step);
    unsigned long end = now();
    release(pid);
    keep_least(writes, end - forked);
    return end - begin;
}

static void
fork_write(char *area, size_t size, size_t length, int runs)
{
    unsigned long least = -1, writes = -1;
    char name[40];
    for (int run = 0; run < runs; run++) {
        keep_least(&least, fork_and_write(area, length, PAGE, &writes));
    }
    snprintf(name, sizeof(name), "fork_write_%zup", length / PAGE);
    report(name, size, least);
    if (length == size) {
        report("write_all", size, writes);
    }
}

/* One page under each last-level table, and one page, 4, 16 ... or all. */
static void
fork_writes(size_t size, size_t from, int runs)
{
    unsigned long least = -1, writes = -1;
    char *area = map_written(size);
    for (int run = 0; run < RUNS_BIG; run++) {
        keep_least(&least, fork_and_write(area, size, TABLE, &writes));
    }
    report("fork_write_each_table", size, least);
    for (size_t length = from; length <= size; length *= 4) {
        fork_write(area, size, length, runs);
    }
    munmap(area, size);
}

/* A process whose memory a child shares. Sends what the child's exit costs;
 * then it is the last owner. */
static void
share_and_end(size_t size)
{
    map_written(size);
    pid_t pid = start_waiting();
    unsigned long begin = now();
    release(pid);
    unsigned long ticks = now() - begin;
    write(answers[1], &ticks, sizeof(ticks));
    wait_and_end();
}

/* From the word to go until wait returns. */
static void
exits(size_t size, int runs)
{
    unsigned long shared = -1, last = -1;
    for (int run = 0; run < runs; run++) {
        unsigned long ticks;
        pid_t pid = start();
        if (pid == 0) {
            share_and_end(size);
        }
        must(read(answers[0], &ticks, sizeof(ticks)), "read");
        keep_least(&shared, ticks);
        unsigned long begin = now();
        release(pid);
        keep_least(&last, now() - begin);
    }
    report("exit_shared", size, shared);
    report("exit_last", size, last);
}

static unsigned long
protect(char *at, size_t length)
{
    unsigned long begin = now();
    must(mprotect(at, length, PROT_READ), "mprotect");
    return now() - begin;
}

static unsigned long
unmap(char *at, size_t length)
{
    unsigned long begin = now();
    must(munmap(at, length), "munmap");
    return now() - begin;
}

/* A change to a whole area or one page in it, while a child shares it. */
static void
change(const char *name, unsigned long (*operation)(char *, size_t),
    size_t size, size_t length)
{
    unsigned long least = -1;
    for (int run = 0; run < RUNS_LONG; run++) {
        char *area = map_written(size);
        pid_t pid = start_waiting();
        char *at = area + (length < size ? size / 2 : 0);
        keep_least(&least, operation(at, length));
        release(pid);
        munmap(area, size);
    }
    report(name, size, least);
}

void
moved(void)
{
    size_t size = 64 * MIB;
    first_writes(size);
    worst_first_write();
    fork_writes(size, PAGE, RUNS_BIG);
    exits(size, RUNS_BIG);
    change("mprotect_page", protect, size, PAGE);
    change("mprotect_all", protect, size, size);
    change("munmap_page", unmap, size, PAGE);
    change("munmap_all", unmap, size, size);
}

void
moved_huge(void)
{
    size_t size = 1024 * MIB;
    first_writes(size);
    fork_writes(size, size, RUNS_LONG);
    exits(size, RUNS_LONG);
}
