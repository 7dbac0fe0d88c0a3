/*
 * forkbench.c: what fork, exec, exit and the writes after a fork cost.
 *
 * usage: forkbench [group...]    boot calls threads pages sizes huge moved
 *                            moved-huge
 *
 * Prints a line for each figure, `bench NAME TICKS`, and last `bench end 0`.
 * A figure is the least of several runs between two readings of the time stamp
 * counter. Under QEMU's -icount shift=0 a tick is one instruction.
 *
 * The same file runs on Tine and on Linux. It may be the only file there and
 * the first process, so it needs neither /proc nor /dev. What is read or
 * written between a fork and the end of a measurement is kept on the stack: a
 * write to .data would take the page fault that is to be measured.
 *
 * Here: the groups, and what each operation costs on its own. forkmoved.c has
 * what a fork puts off, forkthreads.c threads.
 */
#include "common.h"
#include "forkbench.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TRIPS = 16 };

static char *self = "/forkbench";   /* the path of this file */

/* ---- calls ---- */

static unsigned long
null_call(void)
{
    unsigned long begin = now();
    getppid();
    return now() - begin;
}

/* A system call alone. */
static inline long
plain_call(long number, long one, const void *two, void *three)
{
    long result;
    register long four __asm__("r10") = 8;  /* the size of a mask */
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "0"(number), "D"(one), "S"(two), "d"(three), "r"(four)
                     : "rcx", "r11", "memory");
    return result;
}

static unsigned long
handled_kill(void)
{
    pid_t pid = getpid();
    unsigned long begin = now();
    plain_call(SYS_kill, pid, (const void *)SIGUSR1, NULL);
    return now() - begin;
}

static unsigned long
set_action(void)
{
    unsigned long action[4], old[4];    /* the kernel's struct sigaction */
    plain_call(SYS_rt_sigaction, SIGUSR1, NULL, action);
    unsigned long begin = now();
    plain_call(SYS_rt_sigaction, SIGUSR1, action, old);
    return now() - begin;
}

static unsigned long
set_mask(void)
{
    unsigned long mask = 0, old;
    unsigned long begin = now();
    plain_call(SYS_rt_sigprocmask, SIG_SETMASK, &mask, &old);
    return now() - begin;
}

static void
handle(int signal)
{
    (void)signal;
}

static void
signals(void)
{
    signal(SIGUSR1, handle);
    repeat("handled_kill", handled_kill);
    repeat("set_action", set_action);
    repeat("set_mask", set_mask);
    signal(SIGUSR1, SIG_DFL);
}

static unsigned long
fork_exit_wait(void)
{
    unsigned long begin = now();
    pid_t pid = start();
    if (pid == 0) {
        _exit(0);
    }
    await(pid);
    return now() - begin;
}

/* Only the call, as the parent sees it. If the child runs first, which it may
 * when the fork took long, it does not do much. */
static unsigned long
fork_call(void)
{
    unsigned long begin = now();
    pid_t pid = start_waiting();
    unsigned long ticks = now() - begin;
    release(pid);
    return ticks;
}

/* The system call alone. A C library's fork makes four more, and its return
 * writes to the stack: the first write to what is shared now. */
static inline long
plain_fork(void)
{
    long pid;
    __asm__ volatile("syscall" : "=a"(pid) : "0"(57L)
                     : "rcx", "r11", "memory");
    return pid;
}

static unsigned long
fork_syscall(void)
{
    unsigned long begin = now();
    long pid = plain_fork();
    unsigned long ticks = now() - begin;
    if (pid == 0) {
        wait_and_end();
    }
    release(must(pid, "fork"));
    return ticks;
}

/* The same in a program that keeps the pid in memory: with its first write. */
static unsigned long
fork_stored(void)
{
    unsigned long begin = now();
    volatile long pid = plain_fork();
    unsigned long ticks = now() - begin;
    if (pid == 0) {
        wait_and_end();
    }
    release(must(pid, "fork"));
    return ticks;
}

static unsigned long
vfork_exit_wait(void)
{
    unsigned long begin = now();
    pid_t pid = vfork();
    if (pid == 0) {
        _exit(0);
    }
    await(must(pid, "vfork"));
    return now() - begin;
}

/* The program is this one; `exit` makes it end at once. */
static unsigned long
fork_exec_wait(void)
{
    char *argv[] = {self, "exit", NULL};
    char *envp[] = {NULL};
    unsigned long begin = now();
    pid_t pid = start();
    if (pid == 0) {
        execve(self, argv, envp);
        _exit(1);
    }
    await(pid);
    return now() - begin;
}

static unsigned long
vfork_exec_wait(void)
{
    char *argv[] = {self, "exit", NULL};
    char *envp[] = {NULL};
    unsigned long begin = now();
    pid_t pid = vfork();
    if (pid == 0) {
        execve(self, argv, envp);
        _exit(1);
    }
    await(must(pid, "vfork"));
    return now() - begin;
}

static unsigned long
spawn_wait(void)
{
    char *argv[] = {self, "exit", NULL};
    char *envp[] = {NULL};
    pid_t pid;
    unsigned long begin = now();
    must(-posix_spawn(&pid, self, NULL, NULL, argv, envp), "posix_spawn");
    await(pid);
    return now() - begin;
}

/* Tine's own call, with nothing listed (lib/abi/spawn.h). */
#define SPAWN 1024

static unsigned long
spawn_call_wait(void)
{
    char *argv[] = {self, "exit", NULL};
    unsigned long args[6] = {(unsigned long)self, (unsigned long)argv};
    unsigned long begin = now();
    await((pid_t)must(syscall(SPAWN, args, sizeof(args)), "spawn"));
    return now() - begin;
}

/* One byte to another process and back. Several times, because a timer tick at
 * the right place saves a whole sleep, and would be the least. */
static void
pipe_round_trip(void)
{
    unsigned long least = -1;
    char byte = 0;
    pid_t pid = start();
    for (int trip = 0; pid == 0 && trip < RUNS * TRIPS; trip++) {
        read(gate[0], &byte, 1);
        write(answers[1], &byte, 1);
    }
    if (pid == 0) {
        _exit(0);
    }
    for (int run = 0; run < RUNS; run++) {
        unsigned long begin = now();
        for (int trip = 0; trip < TRIPS; trip++) {
            write(gate[1], &byte, 1);
            read(answers[0], &byte, 1);
        }
        keep_least(&least, now() - begin);
    }
    await(pid);
    report("pipe_round_trip", 0, least / TRIPS);
}

static void
calls(void)
{
    repeat("null_call", null_call);
    repeat("fork_exit_wait", fork_exit_wait);
    repeat("fork_call", fork_call);
    repeat("fork_syscall", fork_syscall);
    repeat("fork_stored", fork_stored);
    repeat("vfork_exit_wait", vfork_exit_wait);
    repeat("fork_exec_wait", fork_exec_wait);
    repeat("vfork_exec_wait", vfork_exec_wait);
    repeat("spawn_wait", spawn_wait);
    if (syscall(SPAWN, NULL, 0UL) < 0 && errno != ENOSYS) {
        repeat("spawn_call_wait", spawn_call_wait);
    }
    pipe_round_trip();
    signals();
}

/* ---- pages ---- */

static void
touch_pages(void)
{
    unsigned long least = -1;
    for (int run = 0; run < RUNS; run++) {
        char *area = map_area(MIB);
        unsigned long begin = now();
        write_every(area, MIB, PAGE);
        keep_least(&least, now() - begin);
        munmap(area, MIB);
    }
    report("touch_page", 0, least / (MIB / PAGE));
}

/* Writes of the parent, while the child waits: each but the first. */
static void
cow_writes(void)
{
    unsigned long least = -1;
    char *area = map_written(MIB);
    for (int run = 0; run < RUNS; run++) {
        pid_t pid = start_waiting();
        time_write(area);
        unsigned long begin = now();
        write_every(area + PAGE, MIB - PAGE, PAGE);
        keep_least(&least, now() - begin);
        release(pid);
    }
    munmap(area, MIB);
    report("cow_next", 0, least / (MIB / PAGE - 1));
}

static void
pages(void)
{
    touch_pages();
    first_writes(SMALL);
    first_writes(TABLE);
    cow_writes();
}

/* ---- sizes ---- */

static void
fork_of_size(size_t size)
{
    unsigned long call = -1, alone = -1, stored = -1, whole = -1;
    char *area = map_written(size);
    for (int run = 0; run < RUNS_BIG; run++) {
        keep_least(&call, fork_call());
        keep_least(&alone, fork_syscall());
        keep_least(&stored, fork_stored());
        keep_least(&whole, fork_exit_wait());
    }
    munmap(area, size);
    report("fork_call", size, call);
    report("fork_syscall", size, alone);
    report("fork_stored", size, stored);
    report("fork_exit_wait", size, whole);
}

static void
sizes(void)
{
    for (size_t size = MIB; size <= 256 * MIB; size *= 4) {
        fork_of_size(size);
    }
}

static void
huge(void)
{
    fork_of_size(1024 * MIB);
}

/* ---- groups ---- */

static unsigned long started;

/* The counter is 0 when the machine starts. */
static void
boot(void)
{
    report("boot", 0, started);
}

static const struct {
    const char *name;
    void (*run)(void);
} groups[] = {
    {"boot", boot},
    {"calls", calls},
    {"threads", threads},
    {"pages", pages},
    {"sizes", sizes},
    {"huge", huge},
    {"moved", moved},
    {"moved-huge", moved_huge},
};

enum { GROUPS = sizeof(groups) / sizeof(groups[0]) };

static int
run_group(const char *name)
{
    for (int i = 0; i < GROUPS; i++) {
        if (strcmp(groups[i].name, name) == 0) {
            groups[i].run();
            return 0;
        }
    }
    fprintf(stderr, "forkbench: no group %s\n", name);
    return -1;
}

int
main(int argc, char **argv)
{
    started = now();
    if (argc == 2 && strcmp(argv[1], "exit") == 0) {
        _exit(0);
    }
    if (argc > 0 && strchr(argv[0], '/') != NULL) {
        self = argv[0];
    }
    must(pipe(gate), "pipe");
    must(pipe(answers), "pipe");
    int status = 0;
    for (int i = 1; i < argc && status == 0; i++) {
        status = run_group(argv[i]);
    }
    for (int i = 0; i < GROUPS && argc < 2; i++) {
        groups[i].run();
    }
    report("end", 0, status != 0);
    return status != 0;
}
