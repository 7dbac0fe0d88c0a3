/*
 * sched_shares.c: how two that compute share a processor, as their nice values
 * say.  Each writes down its CPU time all the while.  The lighter one notes how
 * far both were when its first turn began, and its last: so whole turns are
 * compared, whatever else runs on the machine.  With an argument, exactly: that
 * is for a CPU whose clock counts instructions (runs.txt: shares_exact).
 *
 * seconds: 60
 */
#include "sched.h"

enum { HEAVY, LIGHT, HEAVY_FIRST, LIGHT_FIRST, TURNS, STOP, HOGS };

static volatile long *now;

static void
heavy(void)
{
    while (!now[STOP]) {
        now[HEAVY] = cpu_time();
    }
}

static void
light(long turns, long least)
{
    long seen = now[HEAVY], own = cpu_time();

    while (now[TURNS] < turns || now[HEAVY] - now[HEAVY_FIRST] < least) {
        if (now[HEAVY] != seen) { /* the other ran: this is a new turn */
            seen = now[HEAVY];
            now[LIGHT] = own;
            if (now[TURNS]++ == 0) {
                now[HEAVY_FIRST] = seen;
                now[LIGHT_FIRST] = own;
            }
        }
        own = cpu_time();
    }
    now[STOP] = 1;
}

/* => 1000 times the light one's time for the heavy one's */
static long
share(int heavy_nice, int light_nice, long turns, long least)
{
    memset((void *)now, 0, 4096);
    if (must_fork() == 0) {
        setpriority(PRIO_PROCESS, 0, heavy_nice);
        heavy();
        _exit(0);
    }
    if (must_fork() == 0) {
        setpriority(PRIO_PROCESS, 0, light_nice);
        light(turns, least);
        _exit(0);
    }
    wait(NULL);
    wait(NULL);
    return (now[LIGHT] - now[LIGHT_FIRST]) * 1000
        / (now[HEAVY] - now[HEAVY_FIRST]);
}

/* Neither more than wanted by a factor, in hundredths, nor less. */
static void
within(long got, long want, long hundredths, const char *name)
{
    int good = got * hundredths >= want * 100 && got * 100 <= want * hundredths;

    ok(good, name);
    if (!good) {
        printf("# got %ld, want %ld\n", got, want);
    }
}

/* A pipe's two ends, while another that is lighter computes: as each wake-up
 * takes the processor from that one, it gets little. */
static void
test_pipe(void)
{
    int there[2], back[2];
    char byte = 0;

    memset((void *)now, 0, 4096);
    if (pipe(there) != 0 || pipe(back) != 0) {
        exit(99);
    }
    pid_t partner = must_fork();
    if (partner == 0) {
        while (read(there[0], &byte, 1) == 1 && write(back[1], &byte, 1) == 1) {
        }
        _exit(0);
    }
    if (must_fork() == 0) {
        setpriority(PRIO_PROCESS, 0, 10);
        heavy();
        _exit(0);
    }
    while (now[HEAVY] == 0) {
        nap(1);
    }
    long before = now[HEAVY];
    for (int i = 0; i < 500; i++) {
        (void)!write(there[1], &byte, 1);
        (void)!read(back[0], &byte, 1);
    }
    ok(now[HEAVY] - before < 1000L * MS, "a pipe's partner does not wait");
    now[STOP] = 1;
    kill(partner, SIGKILL);
    wait(NULL);
    wait(NULL);
}

int
main(int argc, char **argv)
{
    /* A virtual CPU is itself interrupted, so as a test among others: wide. */
    long wide = argc > 1 ? 110 : 400;

    (void)argv;
    now = shared_longs();
    on_one_cpu();
    within(share(0, 5, 25, 500L * MS), 327, wide, "nice 0 and 5: 1024 to 335");
    within(share(5, 19, 11, 500L * MS), 45, wide, "nice 5 and 19: 335 to 15");
    within(share(-5, 0, 20, 500L * MS), 328, wide,
        "nice -5 and 0: 3121 to 1024");
    test_pipe();
    return done();
}
