/*
 * libc_mutex.c: mutexes of three kinds, conditions, once and barriers of lib/c.
 */
#include "tap.h"

#include <pthread.h>

#define THREADS 4
#define TIMES 500

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_t threads[THREADS];
static long count;

static void
run_all(void *(*body)(void *), void *arg)
{
    for (int i = 0; i < THREADS; i++) {
        if (pthread_create(&threads[i], NULL, body, arg) != 0) {
            ok(0, "a thread");
        }
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
}

/* A time of the clock, this many milliseconds from now. */
static struct timespec
in_ms(clockid_t clock, long ms)
{
    struct timespec time;

    clock_gettime(clock, &time);
    time.tv_nsec += ms * 1000000;
    time.tv_sec += time.tv_nsec / 1000000000;
    time.tv_nsec %= 1000000000;
    return time;
}

static void *
add(void *arg)
{
    for (int i = 0; i < TIMES; i++) {
        pthread_mutex_lock(arg);
        long seen = count;
        if (i % 32 == 0) {
            sched_yield(); /* another thread finds the mutex taken */
        }
        count = seen + 1;
        pthread_mutex_unlock(arg);
    }
    return NULL;
}

static void *
call_lock(void *arg)
{
    return (void *)(long)pthread_mutex_trylock(arg);
}

static void *
call_unlock(void *arg)
{
    return (void *)(long)pthread_mutex_unlock(arg);
}

static void *
call_timedlock(void *arg)
{
    struct timespec soon = in_ms(CLOCK_REALTIME, 5), wrong = { 0, -1 };

    is(pthread_mutex_timedlock(arg, &wrong), EINVAL, "no such time");
    wrong.tv_sec = -1;
    wrong.tv_nsec = 0;
    is(pthread_mutex_timedlock(arg, &wrong), ETIMEDOUT, "a time before 1970");
    return (void *)(long)pthread_mutex_timedlock(arg, &soon);
}

/* What a thread says to a mutex. */
static long
elsewhere(void *(*call)(void *), pthread_mutex_t *arg)
{
    pthread_t thread;
    void *result = NULL;

    pthread_create(&thread, NULL, call, arg);
    pthread_join(thread, &result);
    return (long)result;
}

static void
init_kind(pthread_mutex_t *which, int kind)
{
    pthread_mutexattr_t attr;

    pthread_mutexattr_init(&attr);
    pthread_mutexattr_settype(&attr, kind);
    pthread_mutex_init(which, &attr);
    pthread_mutexattr_destroy(&attr);
}

static void
test_mutex(void)
{
    is(pthread_mutex_lock(&mutex), 0, "a mutex, without threads");
    is(pthread_mutex_trylock(&mutex), EBUSY, "is taken once");
    is(pthread_mutex_unlock(&mutex), 0, "and given back");
    run_all(add, &mutex);
    is(count, THREADS * TIMES, "no thread adds between read and write");
    pthread_mutex_lock(&mutex);
    is(elsewhere(call_lock, &mutex), EBUSY, "it is taken, says a thread");
    is(elsewhere(call_timedlock, &mutex), ETIMEDOUT, "also 5 ms later");
    is(pthread_mutex_destroy(&mutex), EBUSY, "it is in use");
    is(elsewhere(call_unlock, &mutex), 0, "any thread may give it back");
    is(pthread_mutex_destroy(&mutex), 0, "it is free");
}

static void
test_kinds(void)
{
    pthread_mutexattr_t attr;
    pthread_mutex_t it;
    int kind;

    pthread_mutexattr_init(&attr);
    is(pthread_mutexattr_settype(&attr, 77), EINVAL, "no such kind");
    pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutexattr_gettype(&attr, &kind);
    is(kind, PTHREAD_MUTEX_RECURSIVE, "the kind is kept");

    init_kind(&it, PTHREAD_MUTEX_RECURSIVE);
    is(pthread_mutex_lock(&it), 0, "a recursive mutex is taken");
    is(pthread_mutex_lock(&it), 0, "again");
    is(pthread_mutex_trylock(&it), 0, "and again");
    is(elsewhere(call_unlock, &it), EPERM, "only its owner may give it back");
    pthread_mutex_unlock(&it);
    pthread_mutex_unlock(&it);
    is(elsewhere(call_lock, &it), EBUSY, "given back twice it is still taken");
    is(pthread_mutex_unlock(&it), 0, "the third time");
    is(pthread_mutex_unlock(&it), EPERM, "a fourth is an error");
    is(elsewhere(call_lock, &it), 0, "and another may have it");

    init_kind(&it, PTHREAD_MUTEX_ERRORCHECK);
    is(pthread_mutex_unlock(&it), EPERM, "a checked mutex that nobody has");
    is(pthread_mutex_lock(&it), 0, "is taken");
    is(pthread_mutex_lock(&it), EDEADLK, "its owner would wait for himself");
    is(pthread_mutex_trylock(&it), EBUSY, "it is taken, he hears");
    is(elsewhere(call_unlock, &it), EPERM, "nobody else gives it back");
    is(pthread_mutex_unlock(&it), 0, "he does");
    count = 0;
    run_all(add, &it);
    is(count, THREADS * TIMES, "it excludes, too");
}

/* A buffer of one number: 0 is empty. */
static long slot, taken;
static pthread_cond_t filled = PTHREAD_COND_INITIALIZER;

static void *
take(void *arg)
{
    (void)arg;
    for (long n = -1; n != 0;) {
        pthread_mutex_lock(&mutex);
        while (slot == 0) {
            pthread_cond_wait(&filled, &mutex);
        }
        n = slot == -1 ? 0 : slot;
        if (n != 0) {
            taken += n;
            slot = 0;
            pthread_cond_signal(&cond);
        }
        pthread_mutex_unlock(&mutex);
    }
    return NULL;
}

static void
put(long n)
{
    pthread_mutex_lock(&mutex);
    while (slot != 0) {
        pthread_cond_wait(&cond, &mutex);
    }
    slot = n;
    if (n == -1) {
        pthread_cond_broadcast(&filled);
    } else {
        pthread_cond_signal(&filled);
    }
    pthread_mutex_unlock(&mutex);
}

static void
test_cond(void)
{
    for (int i = 0; i < THREADS; i++) {
        pthread_create(&threads[i], NULL, take, NULL);
    }
    for (long n = 1; n <= 200; n++) {
        put(n);
    }
    put(-1);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    is(taken, 20100, "each number is taken once, and all hear the end");
}

static void
test_cond_time(void)
{
    pthread_mutex_t checked;
    pthread_condattr_t attr;
    pthread_cond_t timed;
    clockid_t clock;
    struct timespec wrong = { 1, 1000000000 }, past = { 0, 0 };

    pthread_condattr_init(&attr);
    is(pthread_condattr_setclock(&attr, CLOCK_PROCESS_CPUTIME_ID), EINVAL,
        "not this clock");
    is(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC), 0, "but this");
    pthread_condattr_getclock(&attr, &clock);
    is(clock, CLOCK_MONOTONIC, "which is kept");
    pthread_cond_init(&timed, &attr);
    pthread_condattr_destroy(&attr);
    init_kind(&checked, PTHREAD_MUTEX_ERRORCHECK);
    is(pthread_cond_timedwait(&timed, &checked, &past), EPERM,
        "only with the mutex");
    pthread_mutex_lock(&checked);
    is(pthread_cond_timedwait(&timed, &checked, &wrong), EINVAL,
        "no such time");
    is(pthread_cond_timedwait(&timed, &checked, &past), ETIMEDOUT,
        "a time that has passed");
    struct timespec soon = in_ms(CLOCK_MONOTONIC, 5);
    is(pthread_cond_timedwait(&timed, &checked, &soon), ETIMEDOUT,
        "5 ms of one clock");
    struct timespec after = in_ms(CLOCK_MONOTONIC, 0);
    ok(after.tv_sec > soon.tv_sec
           || (after.tv_sec == soon.tv_sec && after.tv_nsec >= soon.tv_nsec),
        "it is as late as that");
    soon = in_ms(CLOCK_REALTIME, 5);
    pthread_mutex_lock(&mutex);
    is(pthread_cond_timedwait(&cond, &mutex, &soon), ETIMEDOUT,
        "5 ms of the other");
    pthread_mutex_unlock(&mutex);
    is(pthread_mutex_unlock(&checked), 0, "who waited has the mutex");
    pthread_cond_destroy(&timed);
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int inits, wrong_order;

static void
init(void)
{
    nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL);
    inits++;
}

static void *
call_once(void *arg)
{
    pthread_once(&once, init);
    if (inits != 1) {
        *(int *)arg = 1;
    }
    return NULL;
}

static pthread_barrier_t barrier;
static int at_barrier, serial;

static void *
meet(void *arg)
{
    for (int round = 1; round <= 50; round++) {
        __atomic_fetch_add(&at_barrier, 1, __ATOMIC_SEQ_CST);
        int result = pthread_barrier_wait(&barrier);
        if (__atomic_load_n(&at_barrier, __ATOMIC_SEQ_CST) < round * THREADS) {
            *(int *)arg = 1;
        }
        if (result == PTHREAD_BARRIER_SERIAL_THREAD) {
            __atomic_fetch_add(&serial, 1, __ATOMIC_SEQ_CST);
        }
    }
    return NULL;
}

int
main(void)
{
    test_mutex();
    test_kinds();
    test_cond();
    test_cond_time();

    run_all(call_once, &wrong_order);
    is(inits, 1, "once is once");
    is(wrong_order, 0, "and done for each that returns");

    is(pthread_barrier_init(&barrier, NULL, 0), EINVAL, "a barrier for none");
    pthread_barrier_init(&barrier, NULL, THREADS);
    run_all(meet, &wrong_order);
    is(wrong_order, 0, "nobody passes a barrier before all are there");
    is(serial, 50, "and one of each round is told");
    is(pthread_barrier_destroy(&barrier), 0, "nobody is left in it");
    return done();
}
