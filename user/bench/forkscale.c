/*
 * forkscale.c: what several processes that fork get done at once.
 *
 * usage: forkscale [WHAT,WORKERS,COUNT]...
 *
 *     forks   fork, _exit, waitpid: COUNT children
 *     cow     a child writes to each of 512 pages that its parent has written
 *             before: COUNT pages (the next multiple of 512)
 *     walk    the control, without system calls: COUNT pages of 65,536 are read
 *             in turn, which is more than QEMU's TLB holds
 *
 * WORKERS processes start together, and each does all of COUNT. Each word
 * prints a line, `WHAT,WORKERS,ALL,NANOSECONDS`: what was done by all, and the
 * time from their start to the end of the last. The last line is `end,0,0,0`.
 * That span also lies between two marks, as those of profile.c, for the plugin
 * tools/lib/scale_plugin.c.
 *
 * The workers have nothing in common but the kernel: each has written its pages
 * itself. The same file runs on Tine and on Linux. It may be the only file
 * there, and the first process.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096, PAGES = 512, WALK = 65536, STEPS = 16, MAX_WORKERS = 64 };

#define MARK(kind)                                                        \
    __asm__ volatile("nopl 0x7e57000" #kind "(%%rax)" : : : "memory")

static int ready[2]; /* each worker sends a byte when it is ready, */
static int go[2];    /* and starts when it gets one */

static long
must(long result, const char *call)
{
    if (result < 0) {
        perror(call);
        exit(1);
    }
    return result;
}

static long
now(void)
{
    struct timespec time;
    must(clock_gettime(CLOCK_MONOTONIC, &time), "clock_gettime");
    return time.tv_sec * 1000000000L + time.tv_nsec;
}

/* What a child has done counts only if it came to its own end. */
static void
await(void)
{
    int status;
    must(wait(&status), "wait");
    if (status != 0) {
        fprintf(stderr, "forkscale: a child ended with status %d\n", status);
        exit(1);
    }
}

static void
write_pages(char *area)
{
    for (int page = 0; page < PAGES; page++) {
        *(volatile char *)(area + page * PAGE) = 1;
    }
}

static char *
map_written(void)
{
    char *area = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    must(area == MAP_FAILED ? -1 : 0, "mmap");
    madvise(area, PAGES * PAGE, MADV_NOHUGEPAGE);
    write_pages(area);
    return area;
}

static void
wait_for_start(void)
{
    char byte = 0;
    must(write(ready[1], &byte, 1), "write");
    must(read(go[0], &byte, 1), "read");
}

static void
forks(long count)
{
    wait_for_start();
    for (; count > 0; count--) {
        if (must(fork(), "fork") == 0) {
            _exit(0);
        }
        await();
    }
}

static void
cow(long count)
{
    char *area = map_written();
    wait_for_start();
    for (; count > 0; count -= PAGES) {
        if (must(fork(), "fork") == 0) {
            write_pages(area);
            _exit(0);
        }
        await();
    }
}

static void
read_pages(const char *area, long count)
{
    for (long page = 0; page < count; page++) {
        *(const volatile char *)(area + page % WALK * PAGE);
        for (int i = 0; i < STEPS; i++) {
            __asm__ volatile("" : "+r"(i)); /* not left out */
        }
    }
}

/* All pages are the zero page. */
static void
walk(long count)
{
    char *area = mmap(NULL, (size_t)WALK * PAGE, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    must(area == MAP_FAILED ? -1 : 0, "mmap");
    madvise(area, (size_t)WALK * PAGE, MADV_NOHUGEPAGE);
    read_pages(area, WALK);
    wait_for_start();
    read_pages(area, count);
}

static const struct work {
    const char *name;
    void (*run)(long count);
    int unit;
} works[] = {
    {"forks", forks, 1},
    {"cow", cow, PAGES},
    {"walk", walk, 1},
};

enum { WORKS = sizeof(works) / sizeof(works[0]) };

static void
measure(const struct work *work, int workers, long count)
{
    char bytes[MAX_WORKERS] = {0};
    count = (count + work->unit - 1) / work->unit * work->unit;
    for (int i = 0; i < workers; i++) {
        if (must(fork(), "fork") == 0) {
            work->run(count);
            _exit(0);
        }
    }
    for (int i = 0; i < workers; i++) {
        must(read(ready[0], bytes, 1), "read");
    }
    long begin = now();
    MARK(1);
    must(write(go[1], bytes, workers), "write");
    for (int i = 0; i < workers; i++) {
        await();
    }
    MARK(2);
    long time = now() - begin;
    printf("%s,%d,%ld,%ld\n", work->name, workers, count * workers, time);
    fflush(stdout);
}

/* => 0, or -1 if the word asks for nothing that there is */
static int
measure_word(const char *word)
{
    char name[16];
    int workers;
    long count;
    if (sscanf(word, "%15[a-z],%d,%ld", name, &workers, &count) != 3
        || workers < 1 || workers > MAX_WORKERS) {
        return -1;
    }
    for (int i = 0; i < WORKS; i++) {
        if (strcmp(works[i].name, name) == 0) {
            measure(&works[i], workers, count);
            return 0;
        }
    }
    return -1;
}

int
main(int argc, char **argv)
{
    must(pipe(ready), "pipe");
    must(pipe(go), "pipe");
    for (int i = 1; i < argc; i++) {
        if (measure_word(argv[i]) != 0) {
            fprintf(stderr, "forkscale: what is %s?\n", argv[i]);
            return 1;
        }
    }
    printf("end,0,0,0\n");
    return 0;
}
