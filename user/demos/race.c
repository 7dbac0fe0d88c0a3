/*
 * race: four threads add to one counter, without a mutex and with one.
 *
 * `count++` is a read, an addition and a write. If two threads read before
 * either writes, one addition is lost. A barrier forces that here; else it
 * comes when it likes. With a mutex, each reads what the last one wrote.
 */
#include <pthread.h>
#include <stdio.h>

enum { THREADS = 4, TIMES = 10000 };

static volatile long count;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t barrier;

static void *
forced(void *arg)
{
    long seen = count;
    pthread_barrier_wait(&barrier); /* all have read, none has written */
    count = seen + 1;
    return arg;
}

static void *
guarded(void *arg)
{
    for (int i = 0; i < TIMES; i++) {
        pthread_mutex_lock(&mutex);
        count++;
        pthread_mutex_unlock(&mutex);
    }
    return arg;
}

static long
count_by(void *(*body)(void *))
{
    pthread_t threads[THREADS];

    count = 0;
    for (int i = 0; i < THREADS; i++) {
        pthread_create(&threads[i], NULL, body, NULL);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    return count;
}

int
main(void)
{
    pthread_barrier_init(&barrier, NULL, THREADS);
    printf("no mutex: 4 additions count %ld\n", count_by(forced));
    printf("a mutex: 40000 additions count %ld\n", count_by(guarded));
    return 0;
}
