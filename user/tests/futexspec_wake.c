/*
 * futexspec_wake.c: WAIT sleeps only if the word is as expected, WAKE wakes as
 * many as it is told in the order in which they came, on that word alone; bits
 * choose among them.
 */
#include "futexspec.h"

static int word, another;

static void
test_no_wait(void)
{
    word = 5;
    returns(futex_wait(&word, 4), -EAGAIN, "another value: no wait");
    returns(futex(&word, FUTEX_WAIT_BITSET, 6, NULL, NULL, 1), -EAGAIN,
        "nor with bits");
    returns(futex(&word, FUTEX_WAIT, 5 | 1L << 32, &(struct timespec){ 0, 1 },
        NULL, 0), -ETIMEDOUT, "of the value 32 bits count");
    returns(futex_wake(&word, 1), 0, "nobody to wake");
    returns(futex_wake(&word, EVERYONE), 0, "nor anybody");
}

static void
test_wake(long private)
{
    word = 1;
    crowd_start(&word, FUTEX_WAIT | private);
    is(futex(&another, FUTEX_WAKE | private, EVERYONE, NULL, NULL, 0), 0,
        "another word wakes nobody");
    is(futex(&word, FUTEX_WAKE | private, 1, NULL, NULL, 0), 1, "wake one");
    until_back(1);
    is(crowd[0].order, 1, "it is the one that came first");
    is(futex(&word, FUTEX_WAKE | private, 2, NULL, NULL, 0), 2, "wake two");
    until_back(3);
    ok(crowd[1].order > 0 && crowd[2].order > 0, "those that came next");
    is(back, 3, "and no others");
    is(futex(&word, FUTEX_WAKE | private, EVERYONE, NULL, NULL, 0), CROWD - 3,
        "wake all that are left");
    is(crowd_end(), CROWD, "each wait returned 0");
    is(futex(&word, FUTEX_WAKE | private, 1, NULL, NULL, 0), 0,
        "nobody is left");
}

static void
test_bits(void)
{
    static const unsigned bits[CROWD] = {
        1, 2, 4, 1 | 2, 0x80000000, FUTEX_BITSET_MATCH_ANY
    };
    long wake = FUTEX_WAKE_BITSET | FUTEX_PRIVATE_FLAG;
    long wait = FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG;

    for (int i = back = 0; i < CROWD; i++) {
        sleeper_start(&crowd[i], &word, wait, bits[i]);
    }
    is(futex(&word, wake, EVERYONE, NULL, NULL, 0x40000000), 1,
        "a bit that only one waits for");
    until_back(1);
    is(crowd[5].order, 1, "it waits for any");
    is(futex(&word, wake, 1, NULL, NULL, 2 | 8), 1, "one that has bit 2");
    until_back(2);
    is(crowd[1].order, 2, "is the first of them");
    is(futex(&word, wake, EVERYONE, NULL, NULL, 2), 1, "then the next");
    until_back(3);
    is(crowd[3].order, 3, "who waits for more");
    is(futex(&word, wake, EVERYONE, NULL, NULL, 0x80000000), 1, "bit 31");
    until_back(4);
    is(crowd[4].order, 4, "is a bit");
    is(futex(&word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, EVERYONE, NULL, NULL, 8),
        2, "WAKE does not look at bits");
    is(crowd_end(), CROWD, "each wait returned 0");

    for (int i = back = 0; i < CROWD; i++) {
        sleeper_start(&crowd[i], &word, FUTEX_WAIT, 0);
    }
    is(futex(&word, FUTEX_WAKE_BITSET, EVERYONE, NULL, NULL, 4), CROWD,
        "WAIT waits for any bit");
    crowd_end();
}

/* A wake is for who sleeps, not for who comes later. */
static void
test_not_kept(void)
{
    futex_wake(&word, EVERYONE);
    back = 0;
    sleeper_start(&crowd[0], &word, FUTEX_WAIT, 0);
    is(back, 0, "a wake before the wait is not kept");
    futex_wake(&word, 1);
    thread_join(&crowd[0].thread);
    is(crowd[0].result, 0, "one after it wakes");
}

/* A word changes hands many times: none is lost. */
enum { ROUNDS = 2000 };

static int ball;

static int
plays(void *arg)
{
    for (int i = 0; i < ROUNDS; i++) {
        while (word_of(&ball) != NUMBER(arg)) {
            futex(&ball, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, !NUMBER(arg),
                FOREVER, NULL, 0);
        }
        set_word(&ball, !NUMBER(arg));
        futex(&ball, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0);
    }
    return 0;
}

static void
test_ball(void)
{
    thread_start(&crowd[0].thread, plays, ARG(0));
    thread_start(&crowd[1].thread, plays, ARG(1));
    thread_join(&crowd[0].thread);
    thread_join(&crowd[1].thread);
    is(ball, 0, "a word goes to and fro two thousand times");
}

int
main(void)
{
    test_no_wait();
    test_wake(0);
    test_wake(FUTEX_PRIVATE_FLAG);
    test_bits();
    test_not_kept();
    test_ball();
    return done();
}
