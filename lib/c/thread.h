#pragma once

/*
 * Threads, as the rest of the library sees them: whose errno, and locks.
 *
 * Until a program makes its first thread, `threaded` is false, and all of this
 * costs it a test of that. FS then is the program's own affair.
 */

#include <pthread.h>
#include <stdbool.h>

/* A thread. It lies at the end of the mapping that has its stack. */
struct pthread {
    struct pthread *self; /* first: the FS base is our address */
    int error;            /* errno */
    int tid;              /* the kernel clears it when the thread has ended */
    void *(*body)(void *);
    void *arg;
    void *result;
    char *memory;         /* guard, stack, this; NULL in the first thread */
    size_t size;          /* of that */
    struct pthread *next; /* in the list of those that nobody joins */
    struct {
        unsigned use;     /* of the key: another one, another value */
        const void *value;
    } values[PTHREAD_KEYS_MAX];
};

extern struct pthread first_thread;
extern bool threaded;

/* The caller. */
static inline struct pthread *
thread_self(void)
{
    struct pthread *self = &first_thread;

    if (threaded) {
        __asm__ volatile("mov %%fs:0, %0" : "=r"(self)); /* not before */
    }
    return self;
}

/*
 * A lock, as a word for futex(2):
 *
 *     0 free    1 taken    2 taken, and somebody may sleep
 *
 * Who finds it taken makes it 2, and sleeps while it is 2; who gives back a 2
 * wakes one, which takes it as a 2, since others may still sleep.
 */
int lock_try(int *lock);                    /* 0, or EBUSY */
int lock_take(int *lock, const struct timespec *until); /* 0, or ETIMEDOUT */
void lock_give(int *lock);

/* Sleep while *word is `value`, until a wake or a time of the clock (NULL: for
 * ever). => 0, also for no reason; ETIMEDOUT, EINVAL */
int word_wait(int *word, int value, clockid_t clock,
              const struct timespec *until);
void word_wake(int *word, int count);

/* The locks of the library itself: they cost nothing without threads. */
static inline void
own_lock(int *lock)
{
    if (threaded) {
        lock_take(lock, NULL);
    }
}

static inline void
own_unlock(int *lock)
{
    if (threaded) {
        lock_give(lock);
    }
}

/* fork takes these, and malloc's, so that the child finds all whole; there it
 * opens the streams that other threads had locked. */
extern int streams_lock, keys_lock;
void streams_unlock_all(void);

/* Call the destructors of the keys. */
void thread_destroy_values(struct pthread *self);

/* The child of fork has not called exit, whoever did in its parent. */
extern struct pthread *exiting;
