/*
 * sharespec_weights.c: what processes of different niceness get of one CPU,
 * measured in CPU time, and with wide bounds: a virtual CPU does not always run
 * (sched_shares.c is exact); and that a
 * real-time process that never ends leaves something for the others.
 *
 * seconds: 60
 */
#include "sharespec.h"

/* Shared with children: they begin together, and say how far they are. */
struct board {
    volatile int go;
    volatile int running;
    volatile long rounds;
};

static struct board *board;

static long
cpu_clock(pid_t pid)
{
    return (int)(~(unsigned)pid << 3 | 2);
}

/* A child that computes for ever, when all are there. */
static pid_t
spinner(int nice)
{
    pid_t pid = must_fork();

    if (pid == 0) {
        set_nice(BY_PROCESS, 0, nice);
        while (!board->go) {
            nap(1);
        }
        __atomic_fetch_add(&board->running, 1, __ATOMIC_SEQ_CST);
        while (getppid() > 0) {
        }
    }
    return pid;
}

static void
until_running(int count)
{
    while (board->running < count) {
        nap(2);
    }
}

/* Let two compute until both together have had so much; => how much the first
 * had for each 1000 of the second. */
static long
ratio(int first_nice, int second_nice, long long total)
{
    long long first, second, first_start, second_start;

    board->go = board->running = 0;
    pid_t one = spinner(first_nice), other = spinner(second_nice);
    board->go = 1;
    until_running(2);
    first_start = clock_ns(cpu_clock(one));
    second_start = clock_ns(cpu_clock(other));
    do {
        nap(20);
        first = clock_ns(cpu_clock(one)) - first_start;
        second = clock_ns(cpu_clock(other)) - second_start;
    } while (first + second < total);
    end_child(one);
    end_child(other);
    return (long)(first * 1000 / (second + 1));
}

static void
within(long got, long low, long high, const char *name)
{
    ok(got >= low && got <= high, name);
    if (got < low || got > high) {
        printf("# got %ld, want %ld to %ld\n", got, low, high);
        fflush(stdout);
    }
}

static void
test_weights(void)
{
    within(ratio(10, 10, 500 * MS), 450, 2200, "the same: about the same");
    within(ratio(0, 5, 1000 * MS), 1500, 15000, "0 has three times what 5 has");
    ok(ratio(0, 19, 300 * MS) >= 15000, "0 has many times what 19 has");
}

/* The niceness of one that runs is changed: from then on it counts. */
static void
test_change(void)
{
    board->go = 1;
    board->running = 0;
    pid_t one = spinner(0), other = spinner(0);
    set_nice(BY_PROCESS, one, 15);
    until_running(2);
    set_nice(BY_PROCESS, one, 0);
    set_nice(BY_PROCESS, other, 15);
    long long first = clock_ns(cpu_clock(one));
    long long second = clock_ns(cpu_clock(other));
    long long had, other_had;
    do {
        nap(20);
        had = clock_ns(cpu_clock(one)) - first;
        other_had = clock_ns(cpu_clock(other)) - second;
    } while (had + other_had < 200 * MS);
    ok(had > 4 * other_had, "a change of niceness counts from then on");
    end_child(one);
    end_child(other);
}

/* A real-time loop without an end, on the CPU where a usual process counts. */
static void
test_endless(long policy)
{
    pid_t counts = must_fork();

    if (counts == 0) {
        while (getppid() > 0) {
            board->rounds++;
        }
    }
    pid_t endless = must_fork();
    if (endless == 0) {
        set_policy(0, policy, 99);
        while (getppid() > 0) {
        }
    }
    while (clock_ns(cpu_clock(endless)) < 100 * MS) {
        nap(5);
    }
    long long had = clock_ns(cpu_clock(counts));
    for (int i = 0; i < 2; i++) {
        long before = board->rounds;
        while (board->rounds < before + 1000) {
            nap(1);
        }
    }
    ok(clock_ns(cpu_clock(counts)) > had,
        policy == FIFO ? "an endless FIFO loop leaves something for others"
                       : "so does one of RR");
    is(policy_of(endless), policy, "it keeps its policy");
    end_child(endless);
    end_child(counts);
}

int
main(void)
{
    board = shared_memory(sizeof(*board));
    set_nice(BY_PROCESS, 0, 0);
    stay_on_one();
    test_weights();
    test_change();
    test_endless(FIFO);
    test_endless(RR);
    return done();
}
