/*
 * attack_tasks.h: attacks by processes and threads.
 */
#pragma once

#include "attack.h"

#include <sys/syscall.h>

#include "abi/spawn.h"

#define CALL_SPAWN 1024

static void
by_fork(void)
{
    for (;;) {
        if (fork() < 0) {
            swing();
        }
    }
}

/* Each waits for the next, in the memory of all. */
static void
by_vfork(void)
{
    for (;;) {
        if (vfork() < 0) {
            swing();
        }
    }
}

/* All are children of one, who does not wait for them. */
static void
by_clone(void)
{
    for (;;) {
        if (syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0) < 0) {
            swing();
        }
    }
}

static void
by_exec(void)
{
    static char *args[] = {"sleep", "1000", NULL};

    for (;;) {
        pid_t pid = vfork();
        if (pid == 0) {
            execv("/bin/sleep", args);
            _exit(1);
        }
        if (pid < 0) {
            swing();
        }
    }
}

/* The native call: nobody is copied, and nobody waits. */
static void
by_spawn(void)
{
    static char path[] = "/bin/sleep";
    static char *argv[] = {path, "1000", NULL};
    struct spawn_args args = {.path = (u64)path, .argv = (u64)argv};

    for (;;) {
        if (syscall(CALL_SPAWN, &args, sizeof(args)) < 0) {
            swing();
        }
    }
}

static int
yields(void *unused)
{
    (void)unused;
    while (raw(NR_sched_yield, 0, 0, 0, 0) == 0) {
    }
    return 0;
}

static void
by_threads(void)
{
    static struct thread all[2048];
    int count = 0;

    while (count < 2048
           && try_thread(&all[count], THREAD_FLAGS, yields, NULL, NULL) > 0) {
        count++;
    }
    swing();
    yields(NULL);
}

/* Each begins two and ends, so nobody is anybody's child. */
static void
by_orphans(void)
{
    for (;;) {
        pid_t pid = fork();
        if (pid < 0) {
            swing();
        } else if (pid > 0 && fork() > 0) {
            _exit(0);
        }
    }
}

static void
by_zombies(void)
{
    for (;;) {
        pid_t pid = fork();
        if (pid == 0) {
            _exit(0);
        }
        if (pid < 0) {
            swing();
        }
    }
}

static const struct attack attacks_by_tasks[] = {
    {"fork", by_fork, NULL},
    {"vfork", by_vfork, NULL},
    {"clone", by_clone, NULL},
    {"exec", by_exec, NULL},
    {"spawn", by_spawn, NULL},
    {"threads", by_threads, NULL},
    {"orphans", by_orphans, NULL},
    {"zombies", by_zombies, NULL},
};
