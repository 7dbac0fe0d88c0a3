/*
 * threads.h: threads by clone(2) and futex(2) alone, so that no library stands
 * between a test and the kernel.
 *
 * The C library has one errno, one heap and one set of streams. Only the first
 * thread of a process uses them; the others make system calls through raw.h
 * and leave what they saw in memory, of which the first thread then tells.
 */
#pragma once

#include "sigspec.h"
#include "words.h"

#include <sched.h>

enum { THREAD_STACK_SIZE = 16384 };

/* What makes a thread of the same process. */
#define THREAD_SHARES \
    (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD)
#define THREAD_FLAGS \
    (THREAD_SHARES | CLONE_SYSVSEM | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID)

struct thread {
    int alive;               /* its tid; at its end the kernel writes 0 */
    pid_t tid;
    int (*body)(void *);
    void *arg;
    char stack[THREAD_STACK_SIZE] __attribute__((aligned(16)));
};

/* nap without errno. */
static inline void
doze(long ms)
{
    struct timespec ts = { ms / 1000, ms % 1000 * 1000000 };

    raw(NR_nanosleep, P(&ts), 0, 0, 0);
}

/* What a thread does that is to be ended. */
static inline int
pause_on(void)
{
    while (raw(NR_pause, 0, 0, 0, 0) != 0) {
    }
    return 0;
}

static inline pid_t
tid_now(void)
{
    return (pid_t)raw(NR_gettid, 0, 0, 0, 0);
}

/* clone(2) as it is, where the child begins in first(arg) on its own stack,
 * at whose end these two are. */
__attribute__((naked, unused)) static long
clone_on(unsigned long flags __attribute__((unused)),
    void *stack_end __attribute__((unused)),
    int *parent_tid __attribute__((unused)),
    int *child_tid __attribute__((unused)), void *tls __attribute__((unused)))
{
    __asm__("mov %rcx, %r10\n\t"
            "mov $56, %eax\n\t"
            "syscall\n\t"
            "test %rax, %rax\n\t"
            "jz 1f\n\t"
            "ret\n"
            "1:\n\t"
            "xor %ebp, %ebp\n\t"
            "pop %rax\n\t"
            "pop %rdi\n\t"
            "call *%rax\n\t"
            "ud2");
}

static inline void
thread_first(struct thread *thread)
{
    int code = thread->body(thread->arg);

    raw(NR_exit, code, 0, 0, 0);
}

/* Lay out its stack, which must not be in use; => what clone is to be told. */
static inline void *
thread_stack(struct thread *thread, int (*body)(void *), void *arg)
{
    long *top = (long *)(thread->stack + THREAD_STACK_SIZE) - 2;

    thread->body = body;
    thread->arg = arg;
    top[0] = P(thread_first);
    top[1] = P(thread);
    return top;
}

/* Begin a thread; => its tid or -errno. */
static inline long
try_thread(struct thread *thread, unsigned long flags, int (*body)(void *),
    void *arg, void *tls)
{
    thread->tid = (pid_t)clone_on(flags, thread_stack(thread, body, arg),
        &thread->alive, &thread->alive, tls);
    return thread->tid;
}

/* The same as threads usually are. In a storm, Linux says EAGAIN at times. */
static inline void
thread_start(struct thread *thread, int (*body)(void *), void *arg)
{
    while (try_thread(thread, THREAD_FLAGS, body, arg, NULL) == -EAGAIN) {
        raw(NR_sched_yield, 0, 0, 0, 0);
    }
    if (thread->tid < 0) {
        dprintf(2, "no thread: error %d\n", -thread->tid);
        raw(NR_exit_group, 99, 0, 0, 0);
    }
}

/* Sleep until it has ended: the kernel's wake is not a private one. */
static inline void
thread_join(struct thread *thread)
{
    int tid;

    while ((tid = word_of(&thread->alive)) != 0) {
        futex_wait(&thread->alive, tid);
    }
}

/* The letter that /proc has for the state of a thread of process pid; 0: there
 * is none.  For any thread to call. */
static inline char
thread_state(pid_t pid, pid_t tid)
{
    char path[64], text[256], *end;

    snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", pid, tid);
    long fd = raw(NR_open, P(path), O_RDONLY, 0, 0);
    long n = raw(NR_read, fd, P(text), sizeof(text) - 1, 0);
    raw(NR_close, fd, 0, 0, 0);
    text[n < 0 ? 0 : n] = '\0';
    end = strrchr(text, ')');
    return end != NULL ? end[2] : 0;
}

static inline void
until_thread(pid_t pid, pid_t tid, char state)
{
    while (thread_state(pid, tid) != state) {
        doze(1);
    }
}

/* Wait until a thread of ours is asleep in a system call. */
static inline void
until_sleeps(const struct thread *thread)
{
    until_thread((pid_t)raw(NR_getpid, 0, 0, 0, 0), thread->tid, 'S');
}

/* Wait until its tid is free: its word is zero a little before. */
static inline void
until_gone(const struct thread *thread)
{
    pid_t pid = (pid_t)raw(NR_getpid, 0, 0, 0, 0);

    while (raw(NR_tgkill, pid, thread->tid, 0, 0) == 0) {
        doze(1);
    }
}

/* A child's wait status; -1 if it cannot be waited for. */
static inline int
status_of(pid_t pid)
{
    int status = -1;

    return raw(NR_wait4, pid, P(&status), __WALL, 0) == pid ? status : -1;
}

/* Run body in a new process; => its wait status. */
static inline int
in_process(void (*body)(void))
{
    pid_t pid = must_fork();

    if (pid == 0) {
        body();
        raw(NR_exit_group, 98, 0, 0, 0);
    }
    return status_of(pid);
}

/* The number of a thread, as its argument. */
#define NUMBER(arg) ((int)(long)(arg))
#define ARG(number) ((void *)(long)(number))
