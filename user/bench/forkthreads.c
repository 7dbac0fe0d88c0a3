/*
 * forkthreads.c: what threads and futexes cost, beside processes and pipes. For
 * forkbench.c.
 */
#define _GNU_SOURCE
#include "common.h"
#include "forkbench.h"

#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>

/* As in Linux's futex.h, which musl has not. */
enum { FUTEX_WAIT = 0, FUTEX_WAKE = 1, FUTEX_PRIVATE = 128 };

enum {
    TRIPS = 16,
    FLAGS = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD
            | CLONE_SYSVSEM | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID,
};

/* The call alone: a C library's sets errno. */
static inline long
futex(int *word, long op, long value)
{
    register long timeout __asm__("r10") = 0;
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "0"((long)SYS_futex), "D"(word), "S"(op), "d"(value),
                       "r"(timeout)
                     : "rcx", "r11", "memory");
    return result;
}

static inline int
read_word(int *word)
{
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

/* A thread that ends at once, on a stack that is there. */
static unsigned long
thread_raw(void)
{
    static char stack[PAGE] __attribute__((aligned(16)));
    static int alive;
    unsigned long begin = now();
    long tid;
    register int *child_tid __asm__("r10") = &alive;
    __asm__ volatile("syscall\n\t"
                     "test %%rax, %%rax\n\t"
                     "jnz 1f\n\t"
                     "xor %%edi, %%edi\n\t"
                     "mov %[exit], %%eax\n\t"
                     "syscall\n"
                     "1:"
                     : "=a"(tid)
                     : "0"((long)SYS_clone), "D"((long)FLAGS),
                       "S"(stack + sizeof(stack)), "d"(&alive), "r"(child_tid),
                       [exit] "i"(SYS_exit)
                     : "rcx", "r11", "memory");
    while (must(tid, "clone") == read_word(&alive)) {
        futex(&alive, FUTEX_WAIT, tid);
    }
    return now() - begin;
}

static void *
ends(void *arg)
{
    return arg;
}

static unsigned long
thread_library(void)
{
    pthread_t thread;
    unsigned long begin = now();
    must(-pthread_create(&thread, NULL, ends, NULL), "pthread_create");
    pthread_join(thread, NULL);
    return now() - begin;
}

static unsigned long
futex_wake(void)
{
    int word = 0;
    unsigned long begin = now();
    futex(&word, FUTEX_WAKE | FUTEX_PRIVATE, 1);
    return now() - begin;
}

/* ---- a word to and fro ---- */

static int ball;

/* Wait until it is ours, and give it back. */
static void
hand_over(int ours)
{
    while (read_word(&ball) != ours) {
        futex(&ball, FUTEX_WAIT | FUTEX_PRIVATE, !ours);
    }
    __atomic_store_n(&ball, !ours, __ATOMIC_RELEASE);
    futex(&ball, FUTEX_WAKE | FUTEX_PRIVATE, 1);
}

static void *
partner(void *arg)
{
    for (int trip = 0; trip < RUNS * TRIPS; trip++) {
        hand_over(1);
    }
    return arg;
}

static void
futex_round_trip(void)
{
    unsigned long least = -1;
    pthread_t thread;
    must(-pthread_create(&thread, NULL, partner, NULL), "pthread_create");
    for (int run = 0; run < RUNS; run++) {
        unsigned long begin = now();
        for (int trip = 0; trip < TRIPS; trip++) {
            hand_over(0);
        }
        keep_least(&least, now() - begin);
    }
    pthread_join(thread, NULL);
    report("futex_round_trip", 0, least / TRIPS);
}

void
threads(void)
{
    repeat("thread_raw", thread_raw);
    repeat("thread_library", thread_library);
    repeat("futex_wake", futex_wake);
    futex_round_trip();
}
