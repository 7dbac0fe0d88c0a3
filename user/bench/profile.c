/*
 * Operations on processes and memory, each between two marks.
 *
 * The marks are no-operations with a displacement nobody else uses: the
 * plugin tools/lib/profile_plugin.c knows them and counts what runs between.
 * Prints each operation's name and the least difference of the time stamp
 * counter: under --icount, the plugin's count.  State is kept on the stack: a
 * write to .data after a fork would take the fault that is to be measured.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, REPEAT = 64, REPEAT_BIG = 8, BIG = 64 << 20 };
enum { AREA = REPEAT * PAGE, THREADS = 7 /* besides the first */ };

struct state {
    pid_t child;
    char *area;         /* of mmap */
    size_t size;
    int to[2], from[2]; /* pipes to and from a child */
    char *self;         /* our file */
    int turn;
    pid_t self_pid;
    long action[4], old[4]; /* of rt_sigaction: none yet, so the default */
    int tids[THREADS], word[2]; /* of threads, and for them */
};

#include "profile_calls.h"
#include "profile_threads.h"

struct operation {
    const char *name;
    int repeat;
    void (*start)(struct state *);      /* before the first repetition */
    void (*prepare)(struct state *);    /* before each */
    pid_t (*run)(struct state *);       /* => the child, for finish */
    void (*finish)(struct state *);     /* after each */
    void (*stop)(struct state *);       /* after the last */
};

static char small[2 * PAGE] __attribute__((aligned(PAGE)));

static inline uint64_t
ticks(void)
{
    uint32_t low, high;
    __asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
}

static void
fail(const char *what)
{
    perror(what);
    _exit(1);
}

/* The system call alone: a C library's fork makes others as well. */
static inline pid_t
plain_fork(void)
{
    long pid;
    __asm__ volatile("syscall" : "=a"(pid) : "0"(57L)
                     : "rcx", "r11", "memory");
    if (pid < 0) {
        errno = (int)-pid;
        fail("profile: fork");
    }
    return (pid_t)pid;
}

static void
nothing(struct state *s)
{
    (void)s;
}

static pid_t
empty(struct state *s)
{
    return s->child;
}

static pid_t
null_call(struct state *s)
{
    (void)s;
    return getppid();
}

/* => the child, from a register: storing it would fault */
static pid_t
fork_only(struct state *s)
{
    pid_t pid = plain_fork();
    (void)s;
    if (pid == 0) {
        _exit(0);
    }
    return pid;
}

static void
wait_child(struct state *s)
{
    waitpid(s->child, NULL, 0);
}

static pid_t
fork_wait(struct state *s)
{
    pid_t pid = fork_only(s);
    waitpid(pid, NULL, 0);
    return pid;
}

static pid_t
vfork_wait(struct state *s)
{
    (void)s;
    pid_t pid = vfork();
    if (pid == 0) {
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    return pid;
}

static pid_t
vfork_exec_wait(struct state *s)
{
    char *argv[] = { s->self, NULL }, *envp[] = { NULL };
    pid_t pid = vfork();
    if (pid == 0) {
        execve(s->self, argv, envp);
        _exit(127);
    }
    waitpid(pid, NULL, 0);
    return pid;
}

static pid_t
fork_exec_wait(struct state *s)
{
    char *argv[] = { s->self, NULL }, *envp[] = { NULL };
    pid_t pid = plain_fork();
    if (pid == 0) {
        execve(s->self, argv, envp);
        _exit(127);
    }
    waitpid(pid, NULL, 0);
    return pid;
}

static pid_t
spawn_wait(struct state *s)
{
    char *argv[] = { s->self, NULL }, *envp[] = { NULL };
    pid_t pid = 0;
    posix_spawn(&pid, s->self, NULL, NULL, argv, envp);
    waitpid(pid, NULL, 0);
    return pid;
}

/* Tine's own call, with nothing listed (lib/abi/spawn.h). */
static pid_t
spawn_call_wait(struct state *s)
{
    char *argv[] = { s->self, NULL }, *envp[] = { NULL };
    unsigned long args[6] = { (unsigned long)s->self, (unsigned long)argv,
        (unsigned long)envp };
    pid_t pid = (pid_t)plain_call(1024, (long)args, (void *)sizeof(args), NULL);
    waitpid(pid, NULL, 0);
    return pid;
}

static void
map(struct state *s, size_t size)
{
    s->size = size;
    s->area = mmap(NULL, size, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (s->area == MAP_FAILED) {
        fail("profile: mmap");
    }
}

static void
map_small(struct state *s)
{
    map(s, AREA);
}

static void
map_big(struct state *s)
{
    map(s, BIG);
    for (size_t at = 0; at < BIG; at += PAGE) {
        s->area[at] = 1;
    }
}

static void
unmap(struct state *s)
{
    munmap(s->area, s->size);
}

/* A page that was never touched, beside one that was. */
static pid_t
touch(struct state *s)
{
    *(volatile char *)(s->area + s->turn * PAGE) = 1;
    return s->child;
}

/* A child that shares all we have, and does nothing. */
static void
fork_idle(struct state *s)
{
    s->child = plain_fork();
    if (s->child == 0) {
        for (;;) {
            pause();
        }
    }
}

static pid_t
write_small(struct state *s)
{
    *(volatile char *)small = 2;
    return s->child;
}

static void
own_small(struct state *s)
{
    *(volatile char *)small = 1;
    *(volatile char *)(small + PAGE) = 1;
    fork_idle(s);
}

static void
own_small_first(struct state *s)
{
    own_small(s);
    write_small(s);
}

static pid_t
write_next(struct state *s)
{
    *(volatile char *)(small + PAGE) = 2;
    return s->child;
}

static pid_t
write_big(struct state *s)
{
    *(volatile char *)(s->area + BIG / 2) = 2;
    return s->child;
}

static void
own_big_first(struct state *s)
{
    write_big(s);
    s->area[BIG / 2 + PAGE] = 1;
    fork_idle(s);
    write_big(s);
}

static void
own_big(struct state *s)
{
    write_big(s);
    fork_idle(s);
}

static pid_t
write_big_next(struct state *s)
{
    *(volatile char *)(s->area + BIG / 2 + PAGE) = 2;
    return s->child;
}

static void
kill_child(struct state *s)
{
    kill(s->child, SIGKILL);
    wait_child(s);
}

/* A child that sends each byte back. */
static void
start_echo(struct state *s)
{
    char byte;
    if (pipe(s->to) != 0 || pipe(s->from) != 0) {
        fail("profile: pipe");
    }
    s->child = plain_fork();
    if (s->child == 0) {
        close(s->to[1]);
        close(s->from[0]);
        while (read(s->to[0], &byte, 1) == 1) {
            write(s->from[1], &byte, 1);
        }
        _exit(0);
    }
    close(s->to[0]);
    close(s->from[1]);
}

static pid_t
round_trip(struct state *s)
{
    char byte = 'x';
    write(s->to[1], &byte, 1);
    read(s->from[0], &byte, 1);
    return s->child;
}

static void
stop_echo(struct state *s)
{
    close(s->to[1]);
    close(s->from[0]);
    wait_child(s);
}

#define NO nothing
static const struct operation operations[] = {
    { "nothing", REPEAT, NO, NO, empty, NO, NO },
    { "getppid", REPEAT, NO, NO, null_call, NO, NO },
    { "sigaction", REPEAT, NO, NO, set_action, NO, NO },
    { "sigprocmask", REPEAT, NO, NO, set_mask, NO, NO },
    { "clock-gettime", REPEAT, NO, NO, read_clock, NO, NO },
    { "setitimer", REPEAT, NO, NO, set_timer, NO, stop_timer },
    { "fork", REPEAT, NO, NO, fork_only, wait_child, NO },
    { "fork-exit-wait", REPEAT, NO, NO, fork_wait, NO, NO },
    { "vfork-exit-wait", REPEAT, NO, NO, vfork_wait, NO, NO },
    { "fork-exec-wait", REPEAT, NO, NO, fork_exec_wait, NO, NO },
    { "vfork-exec-wait", REPEAT, NO, NO, vfork_exec_wait, NO, NO },
    { "spawn-wait", REPEAT, NO, NO, spawn_wait, NO, NO },
    { "spawn-call-wait", REPEAT, NO, NO, spawn_call_wait, NO, NO },
    { "first-write", REPEAT, NO, own_small, write_small, kill_child, NO },
    { "cow-write", REPEAT, NO, own_small_first, write_next, kill_child, NO },
    { "touch", REPEAT, map_small, NO, touch, NO, unmap },
    { "pipe", REPEAT, start_echo, NO, round_trip, NO, stop_echo },
    { "spawn-call-wait-64m", REPEAT_BIG, map_big, NO, spawn_call_wait, NO,
      unmap },
    { "fork-64m", REPEAT_BIG, map_big, NO, fork_only, wait_child, unmap },
    { "fork-exit-wait-64m", REPEAT_BIG, map_big, NO, fork_wait, NO, unmap },
    { "first-write-64m", REPEAT_BIG, map_big, own_big, write_big,
      kill_child, unmap },
    { "cow-write-64m", REPEAT_BIG, map_big, own_big_first, write_big_next,
      kill_child, unmap },
    { "kill-handler", REPEAT, set_handler, NO, kill_handled, NO, NO },
    { "poll", REPEAT, fill_pipe, NO, poll_ready, NO, close_pipe },
    { "futex-wake", REPEAT, NO, NO, wake_nobody, NO, NO },
    { "futex-hand-over", REPEAT, start_partner, NO, hand_over, NO,
      stop_partner },
    { "thread-join", REPEAT, NO, NO, thread_join, NO, NO },
    { "fork-8-threads", REPEAT, start_threads, NO, fork_only, wait_child,
      stop_threads },
    { "spawn-call-wait-8-threads", REPEAT, start_threads, NO, spawn_call_wait,
      NO, stop_threads },
    { "pthread-join", REPEAT, NO, NO, library_join, NO, NO },
};
enum { COUNT = sizeof operations / sizeof operations[0] };

/* => the least number of ticks between the marks, with the marks' own */
static uint64_t
measure(const struct operation *op, struct state *s)
{
    uint64_t least = UINT64_MAX;
    __asm__ volatile("nopl 0x7e570003(%rax)");
    op->start(s);
    for (s->turn = 0; s->turn < op->repeat; s->turn++) {
        op->prepare(s);
        uint64_t before = ticks();
        __asm__ volatile("nopl 0x7e570001(%%rax)" : : : "memory");
        pid_t child = op->run(s);
        __asm__ volatile("nopl 0x7e570002(%%rax)" : : : "memory");
        uint64_t after = ticks();
        s->child = child;
        op->finish(s);
        if (after - before < least) {
            least = after - before;
        }
    }
    op->stop(s);
    return least;
}

static int
selected(const char *name, int argc, char **argv)
{
    int found = argc == 2 || strcmp(name, "nothing") == 0;
    for (int i = 2; i < argc; i++) {
        found |= strcmp(name, argv[i]) == 0;
    }
    return found;
}

/* Without arguments: what fork-exec-wait starts, which ends at once. */
int
main(int argc, char **argv)
{
    struct state s;
    memset(&s, 0, sizeof s);
    if (argc < 2) {
        _exit(0);
    }
    s.self = argv[1];
    s.self_pid = getpid();
    for (int i = 0; i < COUNT; i++) {
        if (selected(operations[i].name, argc, argv)) {
            uint64_t least = measure(&operations[i], &s);
            printf("%s %llu\n", operations[i].name,
                   (unsigned long long)least);
            fflush(stdout);
        }
    }
    return 0;
}
