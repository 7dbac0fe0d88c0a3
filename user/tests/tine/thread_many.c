/*
 * thread_many.c: a user may have so many threads and no more: EAGAIN, as for
 * processes. When they have ended there is room for as many.
 *
 * seconds: 60
 * expect:
 * ok 1 - the last is refused: EAGAIN
 * ok 2 - there are many
 * ok 3 - nor is there room for a process
 * ok 4 - all have run, and ended
 * ok 5 - then there is room for as many
 * 1..5
 */
#include "../threads.h"

#include <sys/mman.h>

enum { MOST = 16384, MANY = 100 };

static struct thread *threads;
static int stays, ran;

static int
waits(void *arg)
{
    (void)arg;
    __atomic_add_fetch(&ran, 1, __ATOMIC_SEQ_CST);
    while (word_of(&stays) != 0) {
        futex_wait(&stays, 1);
    }
    return 0;
}

/* => how many begin until one is refused */
static int
start_all(long *refused)
{
    int n = 0;

    while (n < MOST && (*refused = try_thread(&threads[n], THREAD_FLAGS, waits,
        NULL, NULL)) > 0) {
        n++;
    }
    return n;
}

static void
end_all(int count)
{
    set_word(&stays, 0);
    futex_wake(&stays, EVERYONE);
    for (int i = 0; i < count; i++) {
        thread_join(&threads[i]);
    }
}

int
main(void)
{
    long refused = 0;

    setresuid(1000, 1000, 1000);
    threads = mmap(NULL, MOST * sizeof(*threads), PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    set_word(&stays, 1);
    int count = start_all(&refused);
    returns(refused, -EAGAIN, "the last is refused: EAGAIN");
    ok(count >= MANY, "there are many");
    ok(fork() < 0 && errno == EAGAIN, "nor is there room for a process");
    end_all(count);
    is(ran, count, "all have run, and ended");
    set_word(&stays, 1);
    int again = start_all(&refused);
    is(again, count, "then there is room for as many");
    end_all(again);
    return done();
}
