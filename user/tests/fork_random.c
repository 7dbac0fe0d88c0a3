/*
 * fork_random.c: a tree of processes, each of which does many small things to
 * its memory in an order that looks random and is always the same, and knows
 * for each page what it must hold. The children work at the same time.
 */
#include "tap.h"

#include <sys/mman.h>

#define PAGE 4096L
#define PAGES 48
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

/* What a page should be: its byte; whether it is there; may be written. */
struct model {
    unsigned char byte[PAGES];
    unsigned char there[PAGES];
    unsigned char writable[PAGES];
};

static struct model model;
static char *base;
static unsigned long seed;

static unsigned int
pick(unsigned int below)
{
    seed = seed * 6364136223846793005UL + 1442695040888963407UL;
    return (unsigned int)(seed >> 33) % below;
}

/* Pages lie in groups of eight, a table's worth apart. */
static char *
at(int i)
{
    return base + i / 8 * (2L << 20) + i % 8 * PAGE;
}

/* => the number of a page that is not what it should be, or -1 */
static int
wrong(void)
{
    for (int i = 0; i < PAGES; i++) {
        unsigned char *p = (unsigned char *)at(i);
        if (model.there[i]
            && (p[0] != model.byte[i] || p[4095] != model.byte[i])) {
            return i;
        }
    }
    return -1;
}

static void
put(int i, unsigned char byte)
{
    at(i)[0] = at(i)[4095] = (char)byte;
    model.byte[i] = byte;
}

static void
deed(void)
{
    int i = (int)pick(PAGES);

    switch (pick(8)) {
    case 0:
        munmap(at(i), PAGE);
        model.there[i] = 0;
        break;
    case 1:
        mmap(at(i), PAGE, RW, ANON | MAP_FIXED, -1, 0);
        model.there[i] = model.writable[i] = 1;
        model.byte[i] = 0;
        break;
    case 2:
        if (model.there[i]) {
            mprotect(at(i), PAGE, PROT_READ);
            model.writable[i] = 0;
        }
        break;
    case 3:
        if (model.there[i]) {
            mprotect(at(i), PAGE, RW);
            model.writable[i] = 1;
        }
        break;
    default:
        if (model.there[i] && model.writable[i]) {
            put(i, (unsigned char)pick(256));
        }
    }
}

/* A write to a page that must not be written kills the writer. */
static int
write_forbidden(void *unused)
{
    (void)unused;
    for (int i = 0; i < PAGES; i++) {
        if (model.there[i] && !model.writable[i]) {
            *(volatile char *)at(i) = 1;
            return 1;
        }
    }
    raise(SIGSEGV);
    return 2;
}

/* => how many processes there were below and here, 0 if one went wrong */
static int
live(int depth)
{
    int total = 1, children = 0, status;

    for (int n = 0; n < 60; n++) {
        deed();
        if (n % 20 == 7 && depth > 0) {
            pid_t pid = fork();
            if (pid == 0) {
                seed ^= 0x9e3779b97f4a7c15UL * (unsigned long)(n + depth);
                _exit(live(depth - 1));
            }
            children++;
        }
        if (n % 10 == 0 && wrong() >= 0) {
            return 0;
        }
    }
    if (depth == 0) {
        status = in_child(write_forbidden, NULL);
        if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSEGV) {
            return 0;
        }
    }
    while (children-- > 0) {
        if (wait(&status) < 0 || !WIFEXITED(status) || status == 0) {
            return 0;
        }
        total += WEXITSTATUS(status);
    }
    return wrong() < 0 ? total : 0;
}

int
main(void)
{
    char name[64];

    base = mmap(NULL, 64L << 20, RW, ANON, -1, 0);
    for (int run = 1; run <= 8; run++) {
        seed = (unsigned long)run;
        for (int i = 0; i < PAGES; i++) {
            mmap(at(i), PAGE, RW, ANON | MAP_FIXED, -1, 0);
            put(i, (unsigned char)i);
            model.there[i] = model.writable[i] = 1;
        }
        snprintf(name, sizeof(name), "run %d: forty processes, none wrong",
            run);
        is(live(3), 40, name);
    }
    return done();
}
