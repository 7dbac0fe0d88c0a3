/*
 * futex: a lock by hand. Its word: 0 free, 1 taken, 2 taken and waited for. The
 * kernel is asked only to sleep and to wake. It lets nobody sleep whose word is
 * not 2 any more: that look and the sleep are one step, between which no wake
 * can come.
 */
#include <pthread.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "abi/futex.h"

static int word, count, calls;
static void
take(void)
{
    int free = 0;
    if (__atomic_compare_exchange_n(&word, &free, 1, 0, __ATOMIC_ACQUIRE, 0)) {
        return; /* the kernel has not heard of it */
    }
    while (__atomic_exchange_n(&word, 2, __ATOMIC_ACQUIRE) != 0) {
        syscall(SYS_futex, &word, FUTEX_WAIT, 2, NULL, NULL, 0);
    }
}

static void
give(void)
{
    if (__atomic_exchange_n(&word, 0, __ATOMIC_RELEASE) == 2) {
        __atomic_fetch_add(&calls, 1, __ATOMIC_RELAXED);
        syscall(SYS_futex, &word, FUTEX_WAKE, 1, NULL, NULL, 0);
    }
}

static void *
work(void *arg)
{
    for (int i = 0; i < 1000; i++) {
        take(), count++, give();
    }
    return arg;
}

int
main(void)
{
    work(NULL);
    printf("alone: %d additions, %d wakes\n", count, calls);
    take(); /* now the other one has to sleep */
    pthread_t other;
    pthread_create(&other, NULL, work, NULL);
    while (__atomic_load_n(&word, __ATOMIC_SEQ_CST) != 2) {
        sched_yield();
    }
    give();
    pthread_join(other, NULL);
    printf("two threads: %d additions, %d wakes\n", count, calls);
    return 0;
}
