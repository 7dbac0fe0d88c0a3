/*
 * Mutexes, conditions, once, barriers: each is a word that threads look at,
 * and sleep on while it says that they must (lock.c).
 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>

#include "c/thread.h"

/* ---- mutexes ---- */

int
pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attr)
{
    *mutex = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    mutex->kind = attr != NULL ? attr->kind : PTHREAD_MUTEX_DEFAULT;
    return 0;
}

int
pthread_mutex_destroy(pthread_mutex_t *mutex)
{
    return __atomic_load_n(&mutex->lock, __ATOMIC_ACQUIRE) != 0 ? EBUSY : 0;
}

/* The owner takes it once more. => 0, an error; -1: he is not the owner */
static int
take_again(pthread_mutex_t *mutex, int error)
{
    if (mutex->kind == PTHREAD_MUTEX_NORMAL
        || __atomic_load_n(&mutex->owner, __ATOMIC_RELAXED) != thread_self()) {
        return -1;
    }
    if (mutex->kind == PTHREAD_MUTEX_RECURSIVE) {
        if (mutex->again == INT_MAX) {
            return EAGAIN;
        }
        mutex->again++;
        return 0;
    }
    return error;
}

static int
owned(pthread_mutex_t *mutex, int error)
{
    if (error == 0) {
        __atomic_store_n(&mutex->owner, thread_self(), __ATOMIC_RELAXED);
    }
    return error;
}

int
pthread_mutex_trylock(pthread_mutex_t *mutex)
{
    int error = take_again(mutex, EBUSY);

    return error >= 0 ? error : owned(mutex, lock_try(&mutex->lock));
}

int
pthread_mutex_timedlock(pthread_mutex_t *mutex, const struct timespec *until)
{
    int error = take_again(mutex, EDEADLK);

    return error >= 0 ? error : owned(mutex, lock_take(&mutex->lock, until));
}

int
pthread_mutex_lock(pthread_mutex_t *mutex)
{
    return pthread_mutex_timedlock(mutex, NULL);
}

int
pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    if (mutex->kind != PTHREAD_MUTEX_NORMAL) {
        if (__atomic_load_n(&mutex->owner, __ATOMIC_RELAXED)
            != thread_self()) {
            return EPERM;
        }
        if (mutex->again > 0) {
            mutex->again--;
            return 0;
        }
    }
    __atomic_store_n(&mutex->owner, NULL, __ATOMIC_RELAXED);
    lock_give(&mutex->lock);
    return 0;
}

/* ---- conditions ---- */

int
pthread_cond_init(pthread_cond_t *cond, const pthread_condattr_t *attr)
{
    *cond = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
    cond->clock = attr != NULL ? attr->clock : CLOCK_REALTIME;
    return 0;
}

/* Nobody sleeps on it, or uses it any more. */
int
pthread_cond_destroy(pthread_cond_t *cond)
{
    (void)cond;
    return 0;
}

int
pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
                       const struct timespec *until)
{
    /* While we have the mutex: a change that comes from now on is another
     * number, and then the kernel does not let us sleep. */
    int seen = __atomic_load_n(&cond->changes, __ATOMIC_SEQ_CST);
    int error = pthread_mutex_unlock(mutex);

    if (error != 0) {
        return error;
    }
    error = word_wait(&cond->changes, seen, cond->clock, until);
    pthread_mutex_lock(mutex);
    return error;
}

int
pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
    return pthread_cond_timedwait(cond, mutex, NULL);
}

static int
change(pthread_cond_t *cond, int wakes)
{
    __atomic_fetch_add(&cond->changes, 1, __ATOMIC_SEQ_CST);
    word_wake(&cond->changes, wakes);
    return 0;
}

int
pthread_cond_signal(pthread_cond_t *cond)
{
    return change(cond, 1);
}

int
pthread_cond_broadcast(pthread_cond_t *cond)
{
    return change(cond, INT_MAX);
}

/* ---- once ---- */

int
pthread_once(pthread_once_t *once, void (*init)(void))
{
    enum { NEW = PTHREAD_ONCE_INIT, RUNS, DONE };
    int state;

    while ((state = __atomic_load_n(once, __ATOMIC_ACQUIRE)) != DONE) {
        if (state == RUNS) {
            word_wait(once, RUNS, CLOCK_MONOTONIC, NULL);
        } else if (__atomic_compare_exchange_n(once, &state, RUNS, false,
                                               __ATOMIC_ACQUIRE,
                                               __ATOMIC_RELAXED)) {
            init();
            __atomic_store_n(once, DONE, __ATOMIC_RELEASE);
            word_wake(once, INT_MAX);
        }
    }
    return 0;
}

/* ---- barriers ---- */

int
pthread_barrier_init(pthread_barrier_t *barrier,
                     const pthread_barrierattr_t *attr, unsigned count)
{
    (void)attr;
    if (count == 0) {
        return EINVAL;
    }
    *barrier = (pthread_barrier_t){
        .mutex = PTHREAD_MUTEX_INITIALIZER,
        .all_here = PTHREAD_COND_INITIALIZER,
        .all_gone = PTHREAD_COND_INITIALIZER,
        .count = count,
    };
    return 0;
}

/* Some may still be on their way out: their memory must last until then. */
int
pthread_barrier_destroy(pthread_barrier_t *barrier)
{
    pthread_mutex_lock(&barrier->mutex);
    while (barrier->inside > 0) {
        pthread_cond_wait(&barrier->all_gone, &barrier->mutex);
    }
    pthread_mutex_unlock(&barrier->mutex);
    return 0;
}

int
pthread_barrier_wait(pthread_barrier_t *barrier)
{
    pthread_mutex_lock(&barrier->mutex);
    unsigned round = barrier->round;
    bool last = ++barrier->here == barrier->count;

    barrier->inside++;
    if (last) {
        barrier->here = 0;
        barrier->round++; /* a fast one may wait in the next round already */
        pthread_cond_broadcast(&barrier->all_here);
    }
    while (barrier->round == round) {
        pthread_cond_wait(&barrier->all_here, &barrier->mutex);
    }
    if (--barrier->inside == 0) {
        pthread_cond_broadcast(&barrier->all_gone);
    }
    pthread_mutex_unlock(&barrier->mutex);
    return last ? PTHREAD_BARRIER_SERIAL_THREAD : 0;
}

/* ---- attributes ---- */

int
pthread_mutexattr_init(pthread_mutexattr_t *attr)
{
    attr->kind = PTHREAD_MUTEX_DEFAULT;
    return 0;
}

int
pthread_mutexattr_destroy(pthread_mutexattr_t *attr)
{
    (void)attr;
    return 0;
}

int
pthread_mutexattr_settype(pthread_mutexattr_t *attr, int kind)
{
    if ((unsigned)kind > PTHREAD_MUTEX_ERRORCHECK) {
        return EINVAL;
    }
    attr->kind = kind;
    return 0;
}

int
pthread_mutexattr_gettype(const pthread_mutexattr_t *attr, int *kind)
{
    *kind = attr->kind;
    return 0;
}

int
pthread_condattr_init(pthread_condattr_t *attr)
{
    attr->clock = CLOCK_REALTIME;
    return 0;
}

int
pthread_condattr_destroy(pthread_condattr_t *attr)
{
    (void)attr;
    return 0;
}

int
pthread_condattr_setclock(pthread_condattr_t *attr, clockid_t clock)
{
    if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC) {
        return EINVAL;
    }
    attr->clock = clock;
    return 0;
}

int
pthread_condattr_getclock(const pthread_condattr_t *attr, clockid_t *clock)
{
    *clock = attr->clock;
    return 0;
}
