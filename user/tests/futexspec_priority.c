/*
 * futexspec_priority.c: of those who wait on a word the most urgent, by real
 * time priority, is woken or moved first, then who came first.
 */
#include "futexspec.h"

#include <sched.h>

static int first, second;

/* Threads have the policy of who makes them. */
static void
start(int number, int priority)
{
    struct sched_param param = { .sched_priority = priority };

    sched_setscheduler(0, priority != 0 ? SCHED_FIFO : SCHED_OTHER, &param);
    sleeper_start(&crowd[number], &first, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 0);
    param.sched_priority = 0;
    sched_setscheduler(0, SCHED_OTHER, &param);
}

static void
start_all(void)
{
    static const int priorities[CROWD] = { 0, 5, 9, 5, 0, 1 };

    back = 0;
    for (int i = 0; i < CROWD; i++) {
        start(i, priorities[i]);
    }
}

static void
one_by_one(int *word, const int order[], int count, const char *name)
{
    int right = 0;

    for (int i = 0; i < count; i++) {
        int before = back;
        futex(word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0);
        until_back(before + 1);
        right += crowd[order[i]].order == before + 1;
    }
    is(right, count, name);
}

int
main(void)
{
    static const int order[CROWD] = { 2, 1, 3, 5, 0, 4 };

    start_all();
    one_by_one(&first, order, CROWD, "the most urgent first");
    is(crowd_end(), CROWD, "each wait returned 0");
    start_all();
    is(futex(&first, FUTEX_REQUEUE | FUTEX_PRIVATE_FLAG, 1, (void *)2L,
        &second, 0), 3, "one is woken, two are moved");
    until_back(1);
    is(crowd[2].order, 1, "the most urgent is woken");
    one_by_one(&second, order + 1, 2, "the next are moved");
    one_by_one(&first, order + 3, 3, "the others stay");
    is(crowd_end(), CROWD, "each wait returned 0");
    return done();
}
