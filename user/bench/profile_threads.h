/*
 * Operations of threads, for profile.c.
 */
#pragma once

#include <pthread.h>
#include <sched.h>

#include "profile_calls.h"

enum { STACK = 16384, WAIT_PRIVATE = 128, WAKE_PRIVATE = 129 };

static char stacks[THREADS][STACK] __attribute__((aligned(16)));

static inline void
futex_wait_while(int *word, int value)
{
    while (__atomic_load_n(word, __ATOMIC_ACQUIRE) == value) {
        plain_call4(SYS_futex, (long)word, (const void *)WAIT_PRIVATE,
                    (void *)(long)value, 0);
    }
}

static inline void
futex_set(int *word, int value)
{
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
    plain_call(SYS_futex, (long)word, (const void *)WAKE_PRIVATE, (void *)1);
}

/* A thread that calls function(s), or (NULL) ends at once. */
static inline void
start_thread(struct state *s, int i, void (*function)(struct state *))
{
    long result = SYS_clone;
    register int *tid __asm__("r10") = &s->tids[i];
    register long tls __asm__("r8") = 0;
    __asm__ volatile("syscall\n\t"
                     "testq %%rax, %%rax\n\t"
                     "jnz 2f\n\t"
                     "testq %[function], %[function]\n\t"
                     "jz 1f\n\t"
                     "movq %[state], %%rdi\n\t"
                     "call *%[function]\n"
                     "1:\txorl %%edi, %%edi\n\t"
                     "movl %[exit], %%eax\n\t"
                     "syscall\n"
                     "2:"
                     : "+a"(result)
                     : "D"(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND
                           | CLONE_THREAD | CLONE_SYSVSEM
                           | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID),
                       "S"(stacks[i] + STACK), "d"(tid), "r"(tid), "r"(tls),
                       [function] "b"(function), [state] "r"(s),
                       [exit] "i"(SYS_exit)
                     : "rcx", "r11", "memory");
    if (result < 0) {
        _exit(1);
    }
}

static inline void
join_thread(struct state *s, int i)
{
    int tid;

    while ((tid = __atomic_load_n(&s->tids[i], __ATOMIC_ACQUIRE)) != 0) {
        /* Not private: the end of a thread wakes as Linux does. */
        plain_call4(SYS_futex, (long)&s->tids[i], NULL, (void *)(long)tid, 0);
    }
}

static pid_t
thread_join(struct state *s)
{
    start_thread(s, 0, NULL);
    join_thread(s, 0);
    return s->child;
}

/* A C library's; its function is empty. */
static void *
return_same(void *arg)
{
    return arg;
}

static pid_t
library_join(struct state *s)
{
    pthread_t thread;

    pthread_create(&thread, NULL, return_same, NULL);
    pthread_join(thread, NULL);
    return s->child;
}

static pid_t
wake_nobody(struct state *s)
{
    plain_call(SYS_futex, (long)&s->word[0], (const void *)WAKE_PRIVATE,
               (void *)1);
    return s->child;
}

/* A thread that hands the turn back: 1 is for it, 2 ends it. */
static void
hand_back(struct state *s)
{
    for (;;) {
        futex_wait_while(&s->word[0], 0);
        if (s->word[0] == 2) {
            return;
        }
        s->word[0] = 0;
        futex_set(&s->word[1], 1);
    }
}

static void
start_partner(struct state *s)
{
    s->word[0] = s->word[1] = 0;
    start_thread(s, 0, hand_back);
}

static pid_t
hand_over(struct state *s)
{
    futex_set(&s->word[0], 1);
    futex_wait_while(&s->word[1], 0);
    s->word[1] = 0;
    return s->child;
}

static void
stop_partner(struct state *s)
{
    futex_set(&s->word[0], 2);
    join_thread(s, 0);
}

static void
wait_for_end(struct state *s)
{
    futex_wait_while(&s->word[0], 0);
}

static void
start_threads(struct state *s)
{
    s->word[0] = 0;
    for (int i = 0; i < THREADS; i++) {
        start_thread(s, i, wait_for_end);
    }
}

static void
stop_threads(struct state *s)
{
    s->word[0] = 1;
    plain_call(SYS_futex, (long)&s->word[0], (const void *)WAKE_PRIVATE,
               (void *)(long)THREADS);
    for (int i = 0; i < THREADS; i++) {
        join_thread(s, i);
    }
}
