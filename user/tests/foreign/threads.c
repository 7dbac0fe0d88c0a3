/*
 * threads.c: POSIX threads and what a C library needs for them, for musl and
 * glibc.  Each line says what was done and its result.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define THREADS 8
#define ROUNDS  1000

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_barrier_t barrier;
static pthread_key_t key;
static __thread int own = 5;
static int counter, ready, begun, ended, prepared;
static sem_t full;

static void *
count(void *arg)
{
    for (int i = 0; i < ROUNDS; i++) {
        pthread_mutex_lock(&mutex);
        counter++;
        pthread_mutex_unlock(&mutex);
        own++;
    }
    return own == 5 + ROUNDS ? arg : NULL;
}

static void *
wait_ready(void *arg)
{
    pthread_mutex_lock(&mutex);
    while (!ready) {
        pthread_cond_wait(&cond, &mutex);
    }
    counter++;
    pthread_mutex_unlock(&mutex);
    return arg;
}

static void begin(void) { begun++; }
static void end_key(void *value) { ended += *(int *)value; }
static void prepare(void) { prepared++; }

static void *
meet(void *arg)
{
    static int one = 1;
    pthread_once(&once, begin);
    pthread_setspecific(key, &one);
    int serial = pthread_barrier_wait(&barrier);
    pthread_rwlock_rdlock(&rwlock);
    pthread_rwlock_unlock(&rwlock);
    pthread_rwlock_wrlock(&rwlock);
    counter += serial == PTHREAD_BARRIER_SERIAL_THREAD;
    pthread_rwlock_unlock(&rwlock);
    return arg;
}

static void *
for_ever(void *arg)
{
    sem_post(&full);
    for (;;) {
        pause();
    }
    return arg;
}

static void *
post(void *arg)
{
    for (int i = 0; i < 10; i++) {
        sem_post(&full);
    }
    return arg;
}

/* Start THREADS of them.  => how many gave back their argument */
static int
together(void *(*body)(void *))
{
    pthread_t threads[THREADS];
    int good = 0;
    counter = 0;
    for (long i = 0; i < THREADS; i++) {
        if (pthread_create(&threads[i], NULL, body, (void *)(i + 1)) != 0) {
            exit(1);
        }
    }
    if (body == wait_ready) {
        pthread_mutex_lock(&mutex);
        ready = 1;
        pthread_cond_broadcast(&cond);
        pthread_mutex_unlock(&mutex);
    }
    for (long i = 0; i < THREADS; i++) {
        void *result = NULL;
        pthread_join(threads[i], &result);
        good += result == (void *)(i + 1);
    }
    return good;
}

static void
time_out(void)
{
    struct timespec at;
    clock_gettime(CLOCK_REALTIME, &at);
    at.tv_nsec += 5000000;
    at.tv_sec += at.tv_nsec / 1000000000;
    at.tv_nsec %= 1000000000;
    pthread_mutex_lock(&mutex);
    int error = pthread_cond_timedwait(&cond, &mutex, &at);
    pthread_mutex_unlock(&mutex);
    printf("timed wait: %s\n", error == ETIMEDOUT ? "timed out" : "?");
}

static void
kinds(void)
{
    pthread_mutexattr_t attr;
    pthread_mutex_t recursive, checking;
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&recursive, &attr);
    pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_init(&checking, &attr);
    int twice = pthread_mutex_lock(&recursive)
                | pthread_mutex_lock(&recursive);
    pthread_mutex_lock(&checking);
    printf("kinds of mutex: %d %d\n", twice,
           pthread_mutex_lock(&checking) == EDEADLK);
}

/* A mutex in shared memory, over fork. */
static void
over_fork(void)
{
    struct shared { pthread_mutex_t mutex; int counter; } *shared;
    pthread_mutexattr_t attr;
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&shared->mutex, &attr);
    pthread_atfork(prepare, NULL, NULL);
    pid_t pid = fork();
    for (int i = 0; i < ROUNDS; i++) {
        pthread_mutex_lock(&shared->mutex);
        shared->counter++;
        pthread_mutex_unlock(&shared->mutex);
    }
    if (pid == 0) {
        _exit(prepared);
    }
    int status = -1;
    waitpid(pid, &status, 0);
    printf("over fork: %d, prepared %d\n", shared->counter,
           WEXITSTATUS(status));
}

static void
memory(void)
{
    char *p = malloc(1 << 20);
    memset(p, 'x', 1 << 20);
    p = realloc(p, 64 << 20); /* by mremap */
    unsigned char bytes[32] = {0};
    int zeros = 0;
    ssize_t n = getrandom(bytes, sizeof(bytes), 0);
    for (int i = 0; i < 32; i++) {
        zeros += bytes[i] == 0;
    }
    printf("memory: %c, random: %zd %d\n", p[(1 << 20) - 1], n, zeros < 8);
    free(p);
}

int
main(void)
{
    pthread_t thread;
    void *result = NULL;

    int good = together(count);
    printf("mutex: %d counted %d\n", good, counter);
    good = together(wait_ready);
    printf("condition: %d woke %d\n", good, counter);
    time_out();
    pthread_barrier_init(&barrier, NULL, THREADS);
    pthread_key_create(&key, end_key);
    good = together(meet);
    printf("barrier: %d, serial %d, once %d, keys %d\n", good, counter, begun,
           ended);
    kinds();
    sem_init(&full, 0, 0);
    pthread_create(&thread, NULL, post, NULL);
    for (int i = 0; i < 10; i++) {
        sem_wait(&full);
    }
    pthread_join(thread, NULL);
    printf("semaphore: %d\n", sem_trywait(&full));
    pthread_create(&thread, NULL, for_ever, NULL);
    sem_wait(&full);
    pthread_cancel(thread);
    pthread_join(thread, &result);
    printf("cancelled: %d\n", result == PTHREAD_CANCELED);
    over_fork();
    memory();
    return 0;
}
