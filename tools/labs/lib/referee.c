/*
 * referee.c: what the referee looks at.
 *
 * A parent fills memory, forks, and both write, one after the other. At each
 * step one of them comes to a marker, an empty function at which the referee
 * stops the machine and reads the page tables, the pages and the frames'
 * records (tools/labs/referee.py, which knows the same numbers).
 *
 * The essential fact: what is where, and who writes what, follows from the
 * seed alone, so that nothing has to be asked of the guest. Markers tell no
 * more than their address, which no other program has.
 */
#include "lab.h"

#include <stdbool.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096UL
#define AREA 0x100000000000UL /* a root entry that nothing else is under */
#define GIB (1UL << 30)
#define TABLE (512 * PAGE)    /* what one last-level table maps */
#define WORD 7                /* of a page, which writers change */
#define STEP 0x9e3779b97f4a7c15UL

#define marker(name)                                                      \
    void name(void);                                                      \
    void __attribute__((noinline)) name(void)                             \
    {                                                                     \
        __asm__ volatile("" ::: "memory");                                \
    }

marker(referee_before)
marker(referee_child)
marker(referee_parent)
marker(referee_child_one)
marker(referee_child_wrote)
marker(referee_parent_wrote)
marker(referee_after)

/* The referee has the same function: a number that belongs to (seed, tag). */
static unsigned long
mix(unsigned long tag)
{
    unsigned long z = lab_seed() * STEP + tag * 0xd1342543de82ef95UL + STEP;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9UL;
    z = (z ^ z >> 27) * 0x94d049bb133111ebUL;
    return z ^ z >> 31;
}

/* A is across the border of two last-level tables; each of the others is in a
 * table of level 2 of its own. */
enum { A, B, READ_ONLY, SHARED, REGIONS };

struct region {
    unsigned long at;
    unsigned long pages;
};

static struct region regions[REGIONS];
static volatile unsigned *turn;

static unsigned long *
page(int region, unsigned long number)
{
    return (unsigned long *)(regions[region].at + number * PAGE);
}

static unsigned long
start_of(int region, unsigned long number)
{
    return mix(1000 * (unsigned long)(region + 1) + number);
}

static void
map(void)
{
    for (int i = 0; i < REGIONS; i++) {
        regions[i].at = AREA + (unsigned long)i * GIB;
        regions[i].pages = i == SHARED || i == READ_ONLY ? 4 : 8;
    }
    regions[A].at += TABLE - 8 * PAGE;
    regions[A].pages = 20 + mix(1) % 13;
    for (int i = 0; i < REGIONS; i++) {
        void *got = mmap((void *)regions[i].at, regions[i].pages * PAGE,
            PROT_READ | PROT_WRITE,
            (i == SHARED ? MAP_SHARED : MAP_PRIVATE) | MAP_ANONYMOUS
                | MAP_FIXED, -1, 0);
        lab_check("mmap", "where a fixed mapping is", regions[i].at,
            (unsigned long)got);
    }
}

static void
fill(void)
{
    size_t size = regions[READ_ONLY].pages * PAGE;

    mprotect(page(READ_ONLY, 0), size, PROT_READ | PROT_WRITE);
    for (int i = 0; i < REGIONS; i++) {
        for (unsigned long p = 0; p < regions[i].pages; p++) {
            for (unsigned long w = 0; w < PAGE / sizeof(long); w++) {
                page(i, p)[w] = start_of(i, p) + w * STEP;
            }
        }
    }
    mprotect(page(READ_ONLY, 0), size, PROT_READ);
}

/* Writer 1 is the child, 2 the parent. */
static void
write_page(int writer, int region, unsigned long number)
{
    number %= regions[region].pages;
    page(region, number)[WORD] = start_of(region, number)
                                 ^ (unsigned long)writer;
}

static void
child_lives(bool marked, unsigned long first)
{
    if (marked) {
        referee_child();
    }
    *turn = 1;
    lab_await(turn, 2);
    write_page(1, A, first);
    if (marked) {
        referee_child_one();
    }
    write_page(1, A, first + 3);
    write_page(1, A, first + 7);
    write_page(1, B, first);
    write_page(1, SHARED, 1);
    if (marked) {
        referee_child_wrote();
    }
    *turn = 3;
    lab_await(turn, 4);
    _exit(0);
}

static void
live(bool marked)
{
    unsigned long first = mix(2) % regions[A].pages;

    fill();
    *turn = 0;
    if (marked) {
        referee_before();
    }
    pid_t child = lab_fork();
    if (child == 0) {
        child_lives(marked, first);
    }
    lab_await(turn, 1);
    if (marked) {
        referee_parent();
    }
    *turn = 2;
    lab_await(turn, 3);
    write_page(2, A, first + 3); /* which the child has left */
    write_page(2, A, first + 11);
    write_page(2, SHARED, 2);
    if (marked) {
        referee_parent_wrote();
    }
    *turn = 4;
    lab_join(child);
    write_page(2, A, first + 13); /* nobody else has it any more */
    if (marked) {
        referee_after();
    }
}

int
main(int argc, char **argv)
{
    lab_begin(argc, argv);
    turn = lab_shared(PAGE);
    map();
    live(false); /* all that is touched once is touched now */
    live(true);
    lab_done();
}
