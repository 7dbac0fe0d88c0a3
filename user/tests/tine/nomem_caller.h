/*
 * nomem_caller.h: the process that makes a call while allocations fail: its
 * state, whether that has not changed, and others that share memory with it.
 */
#pragma once

#include "counts.h"

#include "../raw.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define PAGE 4096L
#define TABLE (2L << 20)
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define FRESH ((char *)(1L << 41)) /* where nothing is, not even tables */

/* What all these processes tell main, on a page that stays shared. */
static struct board {
    int ending;           /* enum ending */
    int error;            /* what the call failed with */
    long passed;          /* allocations while it ran */
    const char *changed;  /* what is not as it was */
    long where;           /* an address, for the calls that follow */
    int sharers, content; /* sharers, and how many of them found all well */
} *board;

/* ---- Memory that every process here has, under tables of its own ---- */

#define AREA_TABLES 3
static char *const area = (char *)(1L << 40);

/* The first two pages of each table are filled with a letter. */
static void
area_make(void)
{
    mmap(area, AREA_TABLES * TABLE, RW, ANON | MAP_FIXED, -1, 0);
    for (int i = 0; i < AREA_TABLES; i++) {
        memset(area + i * TABLE, 'a' + i, 2 * PAGE);
    }
}

static int
area_same(void)
{
    const long *p = (const long *)area;

    for (int i = 0; i < AREA_TABLES; i++) {
        long letters = 0x0101010101010101 * ('a' + i);
        for (long at = 0; at < 2 * PAGE; at += 8) {
            if (p[(i * TABLE + at) / 8] != letters) {
                return 0;
            }
        }
    }
    return 1;
}

/* It can be written, the pages with letters and others; else SIGSEGV. */
static int
area_writes(void)
{
    for (int i = 0; i < AREA_TABLES; i++) {
        volatile char *table = area + i * TABLE;
        table[0] = table[PAGE] = (char)('a' + i);
        table[2 * PAGE] = table[TABLE / 2] = table[TABLE - 1] = 0;
    }
    return area_same();
}

/* How the kernel sees an address: nothing there, or not to be written. */
static inline int
is_unmapped(const volatile void *p)
{
    return raw(SYS_access, P(p), 0, 0, 0) == -EFAULT;
}

static inline int
is_read_only(const volatile void *p)
{
    return raw(SYS_rt_sigpending, P(p), 8, 0, 0) == -EFAULT
           && !is_unmapped(p);
}

/* ---- Others that share its memory ---- */

static int hold[2]; /* sharers live until its end is closed */
static int has_children;

/* A child that holds all of this process's memory until this one is dead, and
 * then finds its own as it was. */
static void
add_sharer(void)
{
    char c;

    if (hold[1] == 0 && pipe(hold) < 0) {
        exit(98);
    }
    board->sharers++;
    has_children = 1;
    if (must_fork() == 0) {
        close(hold[1]);
        read(hold[0], &c, 1);
        int content = area_same() && area_writes();
        __atomic_fetch_add(&board->content, content, __ATOMIC_SEQ_CST);
        _exit(0);
    }
}

/* ---- Everything else that it has ---- */

#define FDS 32

static const int looked_at[] = { SIGUSR1, SIGUSR2, SIGSEGV, SIGPIPE, SIGCHLD };
#define SIGNALS 5

static struct state {
    int fds[FDS];
    int flags[FDS];
    void *brk;
    sigset_t mask;
    struct kernel_sigaction actions[SIGNALS];
    char cwd[128];
    mode_t umask;
    pid_t pid, parent, group, session;
    long fs_base;
    long children; /* -ECHILD: none; 0: some that live */
} saved;

static void
state_read(struct state *state)
{
    memset(state, 0, sizeof(*state));
    for (int fd = 0; fd < FDS; fd++) {
        state->fds[fd] = fcntl(fd, F_GETFD);
        state->flags[fd] = state->fds[fd] < 0 ? 0 : fcntl(fd, F_GETFL);
    }
    state->brk = sbrk(0);
    raw(SYS_rt_sigprocmask, 0, 0, P(&state->mask), 8);
    for (int i = 0; i < SIGNALS; i++) {
        raw(SYS_rt_sigaction, looked_at[i], 0, P(&state->actions[i]), 8);
    }
    getcwd(state->cwd, sizeof(state->cwd));
    state->umask = umask(0);
    umask(state->umask);
    state->pid = getpid();
    state->parent = getppid();
    state->group = getpgrp();
    state->session = getsid(0);
    raw(SYS_arch_prctl, ARCH_GET_FS, P(&state->fs_base), 0, 0);
}

/* (A wait to count the children would reap those that the test waits for.) */
static void
state_save(struct state *state, int children)
{
    state_read(state);
    state->children = children ? 0 : -ECHILD;
}

#define DIFFERS(field) memcmp(&now.field, &saved.field, sizeof(now.field))

/* What is not as it was saved; NULL if all is. */
static const char *
state_changed(void)
{
    static struct state now;

    state_read(&now);
    now.children = raw(SYS_wait4, -1, 0, WNOHANG, 0);
    if (DIFFERS(fds) || DIFFERS(flags)) {
        return "descriptors";
    }
    if (DIFFERS(brk)) {
        return "the break";
    }
    if (DIFFERS(mask) || DIFFERS(actions)) {
        return "signals";
    }
    if (DIFFERS(children)) {
        return "children";
    }
    if (memcmp(&now, &saved, sizeof(now)) != 0) {
        return "cwd, umask, ids or FS base";
    }
    if (!area_same()) {
        return "memory";
    }
    return area_writes() ? NULL : "memory that is written";
}
