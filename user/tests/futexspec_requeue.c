/*
 * futexspec_requeue.c: REQUEUE and CMP_REQUEUE wake some and move others to a
 * second word, where they wait on as if they had begun there.
 */
#include "futexspec.h"

#include <sys/mman.h>

static int first, second;

static long
requeue(long op, int *from, long wake, long move, int *to, long value)
{
    return futex(from, op | FUTEX_PRIVATE_FLAG, wake, (void *)move, to, value);
}

static long
wake(int *at, long count)
{
    return futex(at, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, count, NULL, NULL, 0);
}

static void
test_move(void)
{
    crowd_start(&first, FUTEX_WAIT | FUTEX_PRIVATE_FLAG);
    is(requeue(FUTEX_CMP_REQUEUE, &first, 1, 3, &second, 5), -EAGAIN,
        "CMP_REQUEUE with another value does nothing");
    is(requeue(FUTEX_CMP_REQUEUE, &first, 1, 3, &second, 0), 4,
        "wake one and move three");
    until_back(1);
    is(crowd[0].order, 1, "the first is back");
    is(wake(&second, 1), 1, "wake one there");
    until_back(2);
    is(crowd[1].order, 2, "it is the first that was moved");
    is(wake(&first, EVERYONE), 2, "two have stayed");
    until_back(4);
    ok(crowd[4].order > 2 && crowd[5].order > 2, "the last ones");
    is(wake(&second, EVERYONE), 2, "two are still there");
    is(crowd_end(), CROWD, "each wait returned 0");
}

static void
test_requeue(void)
{
    crowd_start(&first, FUTEX_WAIT | FUTEX_PRIVATE_FLAG);
    is(requeue(FUTEX_REQUEUE, &first, 0, 2, &second, 77), 2,
        "REQUEUE does not compare; none is woken");
    is(back, 0, "really none");
    is(requeue(FUTEX_REQUEUE, &first, 0, 0, &second, 0), 0, "move none");
    is(requeue(FUTEX_REQUEUE, &second, 0, EVERYONE, &first, 0), 2,
        "and back again");
    is(wake(&second, EVERYONE), 0, "nobody is left there");
    is(wake(&first, 4), 4, "wake four");
    until_back(4);
    ok(crowd[0].order == 0 && crowd[1].order == 0,
        "those that were moved are the last in the queue now");
    is(wake(&first, EVERYONE), 2, "wake them");
    is(crowd_end(), CROWD, "each wait returned 0");
}

/* What a thread that was moved waits for is the second word. */
static void
test_waits_there(void)
{
    back = 0;
    sleeper_start(&crowd[0], &first, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 0);
    sleeper_start(&crowd[1], &second, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 0);
    is(requeue(FUTEX_REQUEUE, &first, 0, 1, &second, 0), 1, "move one");
    is(wake(&second, 1), 1, "who waited there before");
    until_back(1);
    is(crowd[1].order, 1, "comes first");
    is(wake(&first, 1), 0, "nobody waits on the first word");
    is(wake(&second, 1), 1, "but on the second");
    thread_join(&crowd[0].thread);
    thread_join(&crowd[1].thread);
}

/* Onto the same word: they stay, and are counted. */
static void
test_onto_itself(void)
{
    crowd_start(&first, FUTEX_WAIT | FUTEX_PRIVATE_FLAG);
    is(requeue(FUTEX_REQUEUE, &first, 0, 2, &first, 0), 2,
        "onto the word itself: two are counted");
    is(requeue(FUTEX_CMP_REQUEUE, &first, 1, CROWD, &first, 0), CROWD,
        "one is woken and all are counted");
    until_back(1);
    is(crowd[0].order, 1, "the first: nobody has changed places");
    is(wake(&first, 1), 1, "wake one more");
    until_back(2);
    is(crowd[1].order, 2, "the second");
    is(wake(&first, EVERYONE), CROWD - 2, "and all others");
    is(crowd_end(), CROWD, "each wait returned 0");
}

/* So many words that some share a list of the kernel's. */
enum { WORDS = 48 };

static struct sleeper readers[WORDS];
static int words[WORDS];

static void
test_many_words(void)
{
    int moved = 0;

    for (int i = back = 0; i < WORDS; i++) {
        sleeper_start(&readers[i], &words[i], FUTEX_WAIT | FUTEX_PRIVATE_FLAG,
            0);
    }
    for (int i = 0; i < WORDS; i++) {
        moved += requeue(FUTEX_REQUEUE, &words[i], 0, EVERYONE, &second, 0)
                 == 1;
    }
    is(moved, WORDS, "each of many words has one who is moved");
    is(wake(&second, EVERYONE), WORDS, "all are found there");
    for (int i = 0; i < WORDS; i++) {
        thread_join(&readers[i].thread);
    }
}

/* Bits go along. */
static void
test_bits(void)
{
    back = 0;
    sleeper_start(&crowd[0], &first, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG,
        4);
    requeue(FUTEX_REQUEUE, &first, 0, 1, &second, 0);
    is(futex(&second, FUTEX_WAKE_BITSET | FUTEX_PRIVATE_FLAG, 1, NULL, NULL,
        3), 0, "one that was moved waits for its bits");
    is(futex(&second, FUTEX_WAKE_BITSET | FUTEX_PRIVATE_FLAG, 1, NULL, NULL,
        4), 1, "and wakes for them");
    thread_join(&crowd[0].thread);
}

/* A signal and a time that ends find one that was moved. */
static void
handler(int sig, siginfo_t *info, void *context)
{
    (void)sig, (void)info, (void)context;
}

static int
waits_a_while(void *arg)
{
    struct timespec ts = { 0, 300000000 };

    crowd[0].result = futex(arg, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 0, &ts, NULL,
        0);
    return 0;
}

static void
test_leaving(void)
{
    act(SIGUSR1, handler, 0, 0);
    sleeper_start(&crowd[0], &first, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 0);
    requeue(FUTEX_REQUEUE, &first, 0, 1, &second, 0);
    raw(NR_tgkill, getpid(), crowd[0].thread.tid, SIGUSR1, 0);
    thread_join(&crowd[0].thread);
    returns(crowd[0].result, -EINTR, "a signal ends the wait of one moved");
    is(wake(&second, 1), 0, "who is gone then");

    thread_start(&crowd[0].thread, waits_a_while, &first);
    while (requeue(FUTEX_REQUEUE, &first, 0, 1, &second, 0) == 0
           && word_of(&crowd[0].thread.alive) != 0) {
        nap(1);
    }
    thread_join(&crowd[0].thread);
    returns(crowd[0].result, -ETIMEDOUT, "so does the end of its time");
    is(wake(&second, 1), 0, "and it is gone, too");
}

/* From shared memory to shared memory, found by another address. */
static void
test_shared(void)
{
    int fd = open("words", O_CREAT | O_RDWR, 0600);

    ftruncate(fd, 8192);
    int *at = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    int *too = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    crowd_start(at, FUTEX_WAIT);
    is(futex(too, FUTEX_CMP_REQUEUE, 1, (void *)EVERYONE, too + 1024, 0),
        CROWD, "in a file, by another address: wake one and move five");
    is(futex_wake(at + 1024, EVERYONE), CROWD - 1, "and found there");
    is(crowd_end(), CROWD, "each wait returned 0");
    munmap(at, 8192);
    munmap(too, 8192);
    close(fd);
}

int
main(void)
{
    test_move();
    test_requeue();
    test_waits_there();
    test_onto_itself();
    test_many_words();
    test_bits();
    test_leaving();
    test_shared();
    return done();
}
