/*
 * attack.h: what one program does to take the machine from the others. An
 * attack goes on until it is killed; when it is in full swing, mostly when it
 * has met a limit, each of its processes says so, once, at the gate.
 *
 * They run as user ATTACKER, or one of the ATTACKERS from that on. Those with
 * `root` first do as root what only root may. attack_tasks.h has those of
 * processes, attack_time.h those on time, attack_stores.h those of memory and
 * files.
 */
#pragma once

#include "../threads.h"

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

enum { ATTACKER = 1000, ATTACKERS = 8, GATE = 3, CONSOLE = 4, FIRST_FD = 5 };

#define PAGE 4096L
#define MIB  (1L << 20)
#define GIB  (1L << 30)

struct attack {
    const char *name;
    void (*run)(void);
    void (*root)(void); /* or NULL */
};

static bool told;

static inline void
swing(void)
{
    if (!told) {
        told = true;
        write(GATE, "s", 1);
    }
}

static inline void
pauses(void)
{
    for (;;) {
        pause();
    }
}

/* So many processes do this; it does not return. */
static inline void
crowd(int count, void (*body)(void))
{
    while (--count > 0 && fork() > 0) {
    }
    body();
}

/* Fill what a process may have, and begin a process that does the same; the
 * first lets go, and the last tries again. */
static inline void
spread(void (*fill)(void), void (*empty)(void))
{
    for (;;) {
        fill();
        pid_t pid = fork();
        if (pid < 0) {
            swing();
            nap(1);
        } else if (pid > 0) {
            pauses();
        }
        told = false;
        empty();
    }
}

/* A child does this until memory, or the kernel, ends it; then another. */
static inline void
again(void (*body)(void))
{
    for (;;) {
        pid_t pid = fork();
        if (pid == 0) {
            body();
            swing();
            pauses();
        }
        if (pid < 0 || waitpid(pid, NULL, 0) == pid) {
            swing();
        }
    }
}

static inline char *
room(long size)
{
    return mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

static inline void
close_rest(void)
{
    for (int fd = FIRST_FD; fd < 4096; fd++) {
        if (close(fd) < 0) {
            break;
        }
    }
}
