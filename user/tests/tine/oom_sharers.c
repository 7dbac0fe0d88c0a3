/*
 * oom_sharers.c: processes that share their memory hold it once when a victim
 * is chosen, however many they are; and if one of them is killed, all are, as
 * on Linux: or no memory would come back.
 *
 *   oom_sharers [exact]    exact: the time counts (tools/run --icount)
 *
 * seconds: 40
 * expect:
 * ok 1 - who asks for memory gets it
 * ok 2 - the other user's process, which holds most, is killed
 * ok 3 - none of those that share a little
 * ok 4 - who asks for memory gets it
 * ok 5 - the other user's process, which holds less, lives on
 * ok 6 - all of those that share most are killed
 * ok 7 - at once
 * 1..7
 */
#include "../now.h"
#include "hog.h"

#include <sys/mman.h>
#include <sys/sysinfo.h>

enum { SHARERS = 100 };

static struct thread sharers[SHARERS];
static long took; /* until who asked had its memory */

static long
free_bytes(void)
{
    struct sysinfo info;

    sysinfo(&info);
    return (long)info.freeram;
}

static void
eat(long size)
{
    char *at = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    for (long i = 0; i < size; i += 4096) {
        at[i] = 1;
    }
}

static int
sleeps(void *unused)
{
    (void)unused;
    return pause_on();
}

static void
share(long size)
{
    setresuid(1000, 1000, 1000);
    setpgid(0, 0);
    eat(size);
    for (int i = 0; i < SHARERS; i++) {
        clone_on(CLONE_VM | CLONE_PARENT | SIGCHLD,
            thread_stack(&sharers[i], sleeps, NULL), NULL, NULL, NULL);
    }
}

static void
hold(long size)
{
    setresuid(1001, 1001, 1001);
    eat(size);
}

/* End a process, or a group by its number below 0.
 * => how many of it had been killed before */
static int
end(pid_t pid)
{
    int killed = 0;

    while (waitpid(pid, NULL, WNOHANG) > 0) {
        killed++;
    }
    kill(pid, SIGKILL);
    while (waitpid(pid, NULL, 0) > 0) {
    }
    return killed;
}

/* => how many of those that share were killed */
static int
try_part(int hundredths, int *other_killed)
{
    long all = free_bytes() / 100;
    pid_t group = hog(share, all * hundredths);
    pid_t other = hog(hold, all * (70 - hundredths));
    long start = now_ns();
    pid_t asks = must_fork();

    if (asks == 0) {
        eat(all * 40);
        _exit(7);
    }
    is(status_of(asks), 7 << 8, "who asks for memory gets it");
    took = now_ns() - start;
    *other_killed = end(other);
    return end(-group);
}

int
main(int argc, char *argv[])
{
    (void)argv;
    long most = argc > 1 ? 200000000L : 30000000000L;
    int other;
    int killed = try_part(15, &other);

    is(other, 1, "the other user's process, which holds most, is killed");
    is(killed, 0, "none of those that share a little");
    killed = try_part(60, &other);
    is(other, 0, "the other user's process, which holds less, lives on");
    is(killed, 1 + SHARERS, "all of those that share most are killed");
    ok(took <= most, "at once");
    return done();
}
