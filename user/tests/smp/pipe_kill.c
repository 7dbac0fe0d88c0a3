/*
 * pipe_kill.c: two readers wait for one byte. The one that would be woken is
 * killed or stopped at that moment, on another processor. Either it has read
 * the byte already, or the other reader gets it: the wake-up is not lost.
 *
 * The bytes are read into shared memory, so one is seen there even if its
 * reader died before it could say so.
 *
 * seconds: 60
 */
#include "cpus.h"

#include "../clone.h"
#include <sys/mman.h>

enum { ROUNDS = 120, STEP = 100, MOST = 20 };

static volatile char *bytes; /* what the first has read, and the second */

static pid_t
start_reader(const int ends[2], int n)
{
    pid_t pid = must_fork();

    if (pid == 0) {
        close(ends[1]);
        on_cpu(1 + n);
        raw(NR_read, ends[0], P(bytes + n), 1, 0);
        _exit(3);
    }
    until_asleep(pid);
    return pid;
}

/* The signal a little after the byte, or a little before. */
static void
race(int fd, pid_t pid, int sig, int round)
{
    int turns = round / 2 % MOST * STEP;

    if (round % 2 == 0) {
        write(fd, "b", 1);
    } else {
        kill(pid, sig);
    }
    for (volatile int i = 0; i < turns; i++) {
    }
    if (round % 2 == 0) {
        kill(pid, sig);
    } else {
        write(fd, "b", 1);
    }
}

/* => whether one of them had the byte; counts in *taken if it was the first */
static int
once(int sig, int round, int *taken)
{
    int ends[2], status = 0, had;

    pipe(ends);
    bytes[0] = bytes[1] = 0;
    pid_t first = start_reader(ends, 0);
    pid_t second = start_reader(ends, 1);
    race(ends[1], first, sig, round);
    waitpid(first, &status, WUNTRACED);
    had = bytes[0] == 'b';
    if (!had) {
        had = ended(second) == 3 && bytes[1] == 'b';
        close(ends[1]);
    } else {
        close(ends[1]);
        *taken += 1;
        had = ended(second) == 3 && bytes[1] == 0;
    }
    if (WIFSTOPPED(status)) {
        kill(first, SIGCONT);
        had &= ended(first) == 3;
    }
    close(ends[0]);
    return had;
}

static void
test(int sig, const char *name)
{
    int good = 0, taken = 0;

    for (int round = 0; round < ROUNDS; round++) {
        good += once(sig, round, &taken);
    }
    is(good, ROUNDS, name);
    ok(taken < ROUNDS, "the second had some");
}

int
main(void)
{
    bytes = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    on_cpu(0);
    test(SIGKILL, "killed as a byte comes: one of two has it");
    test(SIGSTOP, "stopped as a byte comes: one of two has it");
    return done();
}
