#pragma once

/*
 * Threads: functions of one program that run at the same time, in the same
 * memory. Each has its own stack, registers, signal mask, errno and values of
 * keys; all else belongs to the process.
 *
 * A function that can fail returns the error number (0: all is well), and does
 * not say it in errno. Not here: cancellation, read-write locks, sharing with
 * another process, and __thread (a key does the same).
 */

#include <sched.h>
#include <time.h>

#include "abi/posix.h"

#define PTHREAD_KEYS_MAX 128
#define PTHREAD_DESTRUCTOR_ITERATIONS 4
#define PTHREAD_STACK_MIN 16384

struct pthread;
typedef struct pthread *pthread_t;

/* Of a new thread: its stack (the usual size is 1 MiB, of which it has what it
 * touches), and whether it can be joined. */
enum { PTHREAD_CREATE_JOINABLE, PTHREAD_CREATE_DETACHED };

typedef struct {
    size_t stack_size;
    int detached;
} pthread_attr_t;

int pthread_attr_init(pthread_attr_t *attr);
int pthread_attr_destroy(pthread_attr_t *attr);
int pthread_attr_setstacksize(pthread_attr_t *attr, size_t size);
int pthread_attr_getstacksize(const pthread_attr_t *attr, size_t *size);
int pthread_attr_setdetachstate(pthread_attr_t *attr, int state);
int pthread_attr_getdetachstate(const pthread_attr_t *attr, int *state);

/* A thread calls body(arg); it ends when that returns, or calls pthread_exit.
 * Another one waits for the end with join, and gets the result; each thread is
 * joined once, or detached: then nobody learns its result. When the last
 * thread has ended, or one has called exit, the process ends. */
int pthread_create(pthread_t *thread, const pthread_attr_t *attr,
                   void *(*body)(void *), void *arg);
int pthread_join(pthread_t thread, void **result);
int pthread_detach(pthread_t thread);
_Noreturn void pthread_exit(void *result);
pthread_t pthread_self(void);
int pthread_equal(pthread_t one, pthread_t other);

/* A mutex: one thread has it, the others wait. If its owner takes it again, a
 * normal one waits for ever, a recursive one counts, the third kind says
 * EDEADLK. Only those two notice who gives it back (EPERM). */
enum {
    PTHREAD_MUTEX_NORMAL,
    PTHREAD_MUTEX_RECURSIVE,
    PTHREAD_MUTEX_ERRORCHECK,
    PTHREAD_MUTEX_DEFAULT = PTHREAD_MUTEX_NORMAL,
};

typedef struct {
    int lock;              /* 0 free, 1 taken, 2 taken and waited for */
    int kind;
    struct pthread *owner; /* NULL: free */
    int again;             /* times that its owner has taken it once more */
} pthread_mutex_t;

typedef struct {
    int kind;
} pthread_mutexattr_t;

#define PTHREAD_MUTEX_INITIALIZER {0, PTHREAD_MUTEX_NORMAL, NULL, 0}

int pthread_mutexattr_init(pthread_mutexattr_t *attr);
int pthread_mutexattr_destroy(pthread_mutexattr_t *attr);
int pthread_mutexattr_settype(pthread_mutexattr_t *attr, int kind);
int pthread_mutexattr_gettype(const pthread_mutexattr_t *attr, int *kind);

int pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attr);
int pthread_mutex_destroy(pthread_mutex_t *mutex);
int pthread_mutex_lock(pthread_mutex_t *mutex);
int pthread_mutex_trylock(pthread_mutex_t *mutex);
int pthread_mutex_timedlock(pthread_mutex_t *mutex,
                            const struct timespec *until);
int pthread_mutex_unlock(pthread_mutex_t *mutex);

/* A condition: wait gives back the mutex and sleeps in one step; it has the
 * mutex again when it returns, which may be for no reason: so look again. */
typedef struct {
    int changes;
    clockid_t clock; /* of timedwait */
} pthread_cond_t;

typedef struct {
    clockid_t clock;
} pthread_condattr_t;

#define PTHREAD_COND_INITIALIZER {0, CLOCK_REALTIME}

int pthread_condattr_init(pthread_condattr_t *attr);
int pthread_condattr_destroy(pthread_condattr_t *attr);
int pthread_condattr_setclock(pthread_condattr_t *attr, clockid_t clock);
int pthread_condattr_getclock(const pthread_condattr_t *attr, clockid_t *clock);

int pthread_cond_init(pthread_cond_t *cond, const pthread_condattr_t *attr);
int pthread_cond_destroy(pthread_cond_t *cond);
int pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex);
int pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
                           const struct timespec *until);
int pthread_cond_signal(pthread_cond_t *cond);
int pthread_cond_broadcast(pthread_cond_t *cond);

/* A barrier: `count` threads wait for each other; one of them is told so. */
#define PTHREAD_BARRIER_SERIAL_THREAD (-1)

typedef struct {
    pthread_mutex_t mutex;
    pthread_cond_t all_here, all_gone;
    unsigned count, here, inside, round;
} pthread_barrier_t;

typedef struct {
    int none;
} pthread_barrierattr_t;

int pthread_barrier_init(pthread_barrier_t *barrier,
                         const pthread_barrierattr_t *attr, unsigned count);
int pthread_barrier_destroy(pthread_barrier_t *barrier);
int pthread_barrier_wait(pthread_barrier_t *barrier);

/* Whoever comes first calls init; who comes meanwhile waits for its return. */
typedef int pthread_once_t;

#define PTHREAD_ONCE_INIT 0

int pthread_once(pthread_once_t *once, void (*init)(void));

/* A key: a variable of which each thread has its own value, at first NULL.
 * The destructor gets what a thread that ends has left in it. */
typedef unsigned pthread_key_t;

int pthread_key_create(pthread_key_t *key, void (*destructor)(void *));
int pthread_key_delete(pthread_key_t key);
void *pthread_getspecific(pthread_key_t key);
int pthread_setspecific(pthread_key_t key, const void *value);

/* Called by fork: before it, the last one first; after it, in their order. */
int pthread_atfork(void (*before)(void), void (*in_parent)(void),
                   void (*in_child)(void));
