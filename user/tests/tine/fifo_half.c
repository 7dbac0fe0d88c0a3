/*
 * fifo_half.c: one who computes without end under SCHED_FIFO leaves others half
 * of the time, if it is a user's; if it is root's, a twentieth, as on Linux.
 *
 * seconds: 30
 * expect:
 * ok 1 - a user's leaves half
 * ok 2 - root's leaves little
 * 1..2
 */
#include "../now.h"
#include "../sched.h"

enum { SECONDS = 3 };

/* => how much of 100 this process had, beside one of the user under FIFO */
static long
share_beside(uid_t uid)
{
    pid_t pid = must_fork();

    if (pid == 0) {
        set_policy(0, SCHED_FIFO, 50);
        setresuid(uid, uid, uid);
        for (;;) {
        }
    }
    long start = now_ns(), used = cpu_time();
    while (now_ns() - start < SECONDS * 1000000000L) {
    }
    long share = (cpu_time() - used) * 100 / (now_ns() - start);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    return share;
}

int
main(void)
{
    on_one_cpu();
    long user = share_beside(1000), root = share_beside(0);
    ok(user >= 35 && user <= 65, "a user's leaves half");
    ok(root >= 1 && root <= 20, "root's leaves little");
    return done();
}
