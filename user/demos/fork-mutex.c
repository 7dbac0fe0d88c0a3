/*
 * fork-mutex: fork in a program with threads.
 *
 * The child has all the memory, but one thread: the caller. A mutex of another
 * thread is taken in the child, and nobody gives it back. The cure: take it
 * before fork, give it back in both (pthread_atfork); or exec at once.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int turn[2], back[2];

static void before(void) { pthread_mutex_lock(&mutex); }
static void after(void) { pthread_mutex_unlock(&mutex); }

/* Has the mutex until a byte comes, unless fork waits for it. */
static void *
holder(void *arg)
{
    char c = 0;
    pthread_mutex_lock(&mutex);
    write(back[1], &c, 1);
    if (arg == NULL) {
        read(turn[0], &c, 1);
    }
    pthread_mutex_unlock(&mutex);
    return arg;
}

static void
try_fork(const char *what, void *fork_waits)
{
    pthread_t thread;
    char c = 0;
    pthread_create(&thread, NULL, holder, fork_waits);
    read(back[0], &c, 1); /* it has the mutex */
    if (fork() == 0) {
        dprintf(1, "%s: %s\n", what, pthread_mutex_trylock(&mutex) == EBUSY
                ? "nobody has it, and it is taken" : "the child takes it");
        _exit(0);
    }
    wait(NULL);
    write(turn[1], &c, fork_waits == NULL);
    pthread_join(thread, NULL);
}

int
main(void)
{
    pipe(turn), pipe(back);
    try_fork("fork", NULL);
    pthread_atfork(before, after, after);
    try_fork("pthread_atfork and fork", "waits");
    return 0;
}
