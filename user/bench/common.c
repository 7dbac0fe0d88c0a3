/*
 * common.c: what forkbench and growth have in common.
 */
#include "common.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

int gate[2];
int answers[2];

long
must(long result, const char *call)
{
    if (result < 0) {
        perror(call);
        exit(1);
    }
    return result;
}

/* Nothing of the output may be on its way when the next measurement starts. */
void
report(const char *name, size_t size, unsigned long ticks)
{
    if (size == 0) {
        printf("bench %s %lu\n", name, ticks);
    } else if (size == SMALL) {
        printf("bench %s_small %lu\n", name, ticks);
    } else {
        printf("bench %s_%zum %lu\n", name, size / MIB, ticks);
    }
    fflush(stdout);
    tcdrain(STDOUT_FILENO);
}

void
keep_least(unsigned long *least, unsigned long ticks)
{
    if (ticks < *least) {
        *least = ticks;
    }
}

void
repeat(const char *name, unsigned long (*operation)(void))
{
    unsigned long least = -1;
    for (int run = 0; run < RUNS; run++) {
        keep_least(&least, operation());
    }
    report(name, 0, least);
}

/* ---- children ---- */

pid_t
start(void)
{
    return must(fork(), "fork");
}

void
await(pid_t pid)
{
    must(waitpid(pid, NULL, 0), "waitpid");
}

void
wait_and_end(void)
{
    char byte;
    read(gate[0], &byte, 1);
    _exit(0);
}

pid_t
start_waiting(void)
{
    pid_t pid = start();
    if (pid == 0) {
        wait_and_end();
    }
    return pid;
}

void
release(pid_t pid)
{
    must(write(gate[1], "", 1), "write");
    await(pid);
}

/* ---- areas of memory ---- */

char *
map_area(size_t size)
{
    size_t align = size < TABLE ? TABLE : size;
    char *map = mmap(NULL, size + align, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    must(map == MAP_FAILED ? -1 : 0, "mmap");
    char *area = map + (-(size_t)map & (align - 1));
    if (area > map) {
        must(munmap(map, area - map), "munmap");
    }
    must(munmap(area + size, map + align - area), "munmap");
    madvise(area, size, MADV_NOHUGEPAGE);
    return area;
}

void
write_every(char *area, size_t size, size_t step)
{
    for (size_t at = 0; at < size; at += step) {
        *(volatile char *)(area + at) = 1;
    }
}

char *
map_written(size_t size)
{
    char *area = map_area(size);
    write_every(area, size, PAGE);
    return area;
}

unsigned long
time_write(char *at)
{
    unsigned long begin = now();
    *(volatile char *)at = 2;
    return now() - begin;
}
