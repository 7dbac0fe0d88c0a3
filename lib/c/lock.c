/*
 * What the library needs of threads in every program: its locks, on futex(2),
 * and errno. pthread.c is only in those that make threads.
 *
 * Essential fact: a word is looked at and slept on in one step. The kernel lets
 * nobody sleep whose word is not what he says: it may have changed since.
 */
#include <errno.h>
#include <sys/syscall.h>

#include "abi/futex.h"
#include "c/thread.h"

struct pthread first_thread;
bool threaded;

int *
errno_location(void)
{
    return &thread_self()->error;
}

/* Not the stub: that would change errno. */
static long
futex(int *word, int op, int value, const struct timespec *until)
{
    register const struct timespec *r10 __asm__("r10") = until;
    register long r8 __asm__("r8") = 0;
    register unsigned long r9 __asm__("r9") = FUTEX_BITSET_MATCH_ANY;
    long result = SYS_futex;

    __asm__ volatile("syscall"
                     : "+a"(result)
                     : "D"(word), "S"(op), "d"(value), "r"(r10), "r"(r8),
                       "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

int
word_wait(int *word, int value, clockid_t clock, const struct timespec *until)
{
    int op = FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG;

    if (until != NULL && (unsigned long)until->tv_nsec >= 1000000000) {
        return EINVAL;
    }
    if (until != NULL && until->tv_sec < 0) {
        return ETIMEDOUT; /* the kernel calls it no time */
    }
    if (clock == CLOCK_REALTIME) {
        op |= FUTEX_CLOCK_REALTIME;
    }
    return futex(word, op, value, until) == -ETIMEDOUT ? ETIMEDOUT : 0;
}

void
word_wake(int *word, int count)
{
    futex(word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, count, NULL);
}

int
lock_try(int *lock)
{
    int none = 0;

    return __atomic_compare_exchange_n(lock, &none, 1, false, __ATOMIC_ACQUIRE,
                                       __ATOMIC_RELAXED)
               ? 0
               : EBUSY;
}

int
lock_take(int *lock, const struct timespec *until)
{
    if (lock_try(lock) == 0) {
        return 0;
    }
    while (__atomic_exchange_n(lock, 2, __ATOMIC_ACQUIRE) != 0) {
        int error = word_wait(lock, 2, CLOCK_REALTIME, until);
        if (error != 0) {
            return error; /* it stays 2: the next wake is only needless */
        }
    }
    return 0;
}

void
lock_give(int *lock)
{
    if (__atomic_exchange_n(lock, 0, __ATOMIC_RELEASE) == 2) {
        word_wake(lock, 1);
    }
}
