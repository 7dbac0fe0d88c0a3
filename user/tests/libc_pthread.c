/*
 * libc_pthread.c: threads of lib/c: they begin, end, and are joined or
 * detached; each has its own errno and values of keys.
 */
#include "tap.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>

#define MANY 40

static int ended;

static void
wait_for(int *word, int value)
{
    while (__atomic_load_n(word, __ATOMIC_SEQ_CST) != value) {
        nap(1);
    }
}

static void *
square(void *arg)
{
    long n = (long)arg;

    return (void *)(n * n);
}

static void
test_join(void)
{
    pthread_t threads[MANY];
    long sum = 0;
    int failed = 0;
    void *result;

    for (long i = 0; i < MANY; i++) {
        failed |= pthread_create(&threads[i], NULL, square, (void *)i);
    }
    for (int i = 0; i < MANY; i++) {
        failed |= pthread_join(threads[i], &result);
        sum += (long)result;
    }
    is(failed, 0, "40 threads are made and joined");
    is(sum, 20540, "and each had its argument, and gave its result");
    is(pthread_join(pthread_self(), NULL), EDEADLK, "none joins itself");
}

static pthread_t seen_self;

static void *
leave(void *arg)
{
    seen_self = pthread_self();
    pthread_exit(arg);
}

static void
test_exit(void)
{
    pthread_t thread;
    void *result = NULL;

    pthread_create(&thread, NULL, leave, "result");
    pthread_join(thread, &result);
    is_str(result, "result", "pthread_exit from inside a function");
    ok(pthread_equal(seen_self, thread), "a thread is who its maker knows");
    ok(!pthread_equal(thread, pthread_self()), "and not its maker");
}

static void *
fail_here(void *arg)
{
    (void)arg;
    is(errno, 0, "errno is 0 in a new thread");
    close(-1);
    return (void *)(long)errno;
}

static void
test_errno(void)
{
    pthread_t thread;
    void *result;

    errno = ENOTDIR;
    pthread_create(&thread, NULL, fail_here, NULL);
    pthread_join(thread, &result);
    is((long)result, EBADF, "a call that fails sets the errno of its thread");
    is(errno, ENOTDIR, "and of no other");
}

static void *
count_end(void *arg)
{
    (void)arg;
    __atomic_fetch_add(&ended, 1, __ATOMIC_SEQ_CST);
    return NULL;
}

static void
test_detach(void)
{
    pthread_t thread;
    pthread_attr_t attr;
    int state, failed = 0;

    pthread_attr_init(&attr);
    is(pthread_attr_setdetachstate(&attr, 7), EINVAL, "no such state");
    is(pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED), 0,
        "detached from the beginning");
    pthread_attr_getdetachstate(&attr, &state);
    is(state, PTHREAD_CREATE_DETACHED, "says the attribute");
    for (int i = 0; i < MANY; i++) {
        failed |= pthread_create(&thread, i % 2 == 0 ? &attr : NULL, count_end,
            NULL);
        failed |= i % 2 == 0 ? 0 : pthread_detach(thread);
    }
    is(failed, 0, "40 threads are detached, early or late");
    wait_for(&ended, MANY);
    is(ended, MANY, "and all end");
    pthread_attr_destroy(&attr);
}

static void *
use_stack(void *arg)
{
    size_t size = *(size_t *)arg;
    volatile char array[size];

    memset((char *)array, 1, size);
    return (void *)(long)array[size / 2];
}

/* More than the smallest stack. */
static void *
recurse(void *arg)
{
    volatile char array[4096] = { 1 };
    long depth = (long)arg;

    return depth == 0 ? NULL : (char *)recurse((void *)(depth - 1)) + array[0];
}

static void
test_stack(void)
{
    pthread_t thread;
    pthread_attr_t attr;
    size_t size, large = 3 << 20;
    void *result;

    pthread_attr_init(&attr);
    is(pthread_attr_setstacksize(&attr, 100), EINVAL, "too small a stack");
    is(pthread_attr_setstacksize(&attr, 4 << 20), 0, "a stack of 4 MiB");
    pthread_attr_getstacksize(&attr, &size);
    is((long)size, 4 << 20, "says the attribute");
    pthread_create(&thread, &attr, use_stack, &large);
    pthread_join(thread, &result);
    is((long)result, 1, "has room for 3");
    pthread_attr_setstacksize(&attr, 1UL << 50);
    is(pthread_create(&thread, &attr, square, NULL), EAGAIN,
        "no room for such a stack");
    pid_t pid = must_fork();
    if (pid == 0) {
        pthread_attr_setstacksize(&attr, PTHREAD_STACK_MIN);
        pthread_create(&thread, &attr, recurse, (void *)100L);
        pthread_join(thread, NULL);
        _exit(0);
    }
    int status;
    waitpid(pid, &status, 0);
    ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV,
        "a stack that overflows is a fault");
}

static pthread_key_t key, other;
static int destroyed, rounds;

static void
destroy(void *value)
{
    destroyed += *(int *)value;
}

static void
destroy_again(void *value)
{
    rounds++;
    pthread_setspecific(other, value);
}

static void *
use_key(void *arg)
{
    ok(pthread_getspecific(key) == NULL, "a new thread has no value");
    pthread_setspecific(key, arg);
    pthread_setspecific(other, arg);
    return pthread_getspecific(key);
}

static void
test_keys(void)
{
    static int mine = 1, its = 10;
    pthread_key_t keys[PTHREAD_KEYS_MAX];
    pthread_t thread;
    void *result;
    int made = 0;

    is(pthread_key_create(&key, destroy), 0, "a key");
    is(pthread_key_create(&other, destroy_again), 0, "and another");
    is(pthread_setspecific(key, &mine), 0, "a value for it");
    pthread_create(&thread, NULL, use_key, &its);
    pthread_join(thread, &result);
    ok(result == &its, "each thread has its own");
    ok(pthread_getspecific(key) == &mine, "the first one, too");
    is(destroyed, 10, "that of a thread that ends is destroyed");
    is(rounds, PTHREAD_DESTRUCTOR_ITERATIONS, "one that returns, four times");
    is(pthread_key_delete(key), 0, "a key is deleted");
    is(pthread_key_delete(key), EINVAL, "once");
    is(pthread_setspecific(key, &mine), EINVAL, "and takes no value");
    is(pthread_key_create(&keys[0], NULL), 0, "its place is taken again");
    ok(pthread_getspecific(keys[0]) == NULL, "without the old value");
    while (made < PTHREAD_KEYS_MAX
           && pthread_key_create(&keys[made], NULL) == 0) {
        made++;
    }
    is(made, PTHREAD_KEYS_MAX - 2, "there are 128 keys");
    is(pthread_setspecific(PTHREAD_KEYS_MAX, &mine), EINVAL, "no such key");
}

static void
on_signal(int sig)
{
    (void)sig;
    seen_self = pthread_self();
}

static void *
wait_signal(void *arg)
{
    (void)arg;
    seen_self = NULL;
    __atomic_store_n(&ended, 0, __ATOMIC_SEQ_CST);
    while (seen_self == NULL) {
        nap(1);
    }
    return NULL;
}

static void
test_kill(void)
{
    pthread_t thread;

    signal(SIGUSR1, on_signal);
    ended = 1;
    pthread_create(&thread, NULL, wait_signal, NULL);
    wait_for(&ended, 0);
    is(pthread_kill(thread, 1000), EINVAL, "no such signal");
    is(pthread_kill(thread, SIGUSR1), 0, "a signal for one thread");
    pthread_join(thread, NULL);
    ok(seen_self == thread, "which handles it");
    pthread_kill(pthread_self(), SIGUSR1);
    ok(seen_self == pthread_self(), "or for oneself");
}

static void *
outlive(void *first)
{
    int fd = open("/dev/null", O_RDWR);

    pthread_join((pthread_t)first, NULL);
    printf("# the last thread says: the first has ended\n");
    return (void *)(long)fd;
}

/* The first thread may end first; the last one's end is as exit(0). */
static void
test_first_ends(void)
{
    pid_t pid = must_fork();

    if (pid == 0) {
        pthread_t thread;
        pthread_create(&thread, NULL, outlive, pthread_self());
        pthread_exit(NULL);
    }
    int status;
    waitpid(pid, &status, 0);
    exited(status, 0, "the last thread ends the process, streams flushed");
}

int
main(void)
{
    test_join();
    test_exit();
    test_errno();
    test_detach();
    test_stack();
    test_keys();
    test_kill();
    test_first_ends();
    return done();
}
