/*
 * wait_stopped.c: a wait that asks for it gets each stop and continue once. The
 * last one replaces one that was not yet reported, and the end of the process
 * replaces all. (The plain cases: stop_cont.c.)
 */
#include "tap.h"

#include <fcntl.h>

#define ALL (WUNTRACED | WCONTINUED)

static pid_t
idle(void)
{
    pid_t pid = must_fork();

    while (pid == 0) {
        nap(1000);
    }
    return pid;
}

/* Wait until /proc says that its state is this letter. */
static void
until(pid_t pid, char state)
{
    char path[32], text[256], *end;

    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    do {
        int fd = open(path, O_RDONLY);
        long n = read(fd, text, sizeof(text) - 1);
        close(fd);
        text[n < 0 ? 0 : n] = '\0';
        end = strrchr(text, ')');
        nap(1);
    } while (end != NULL && end[2] != state);
}

/* => the status that a wait that asks for this finds at once, -1: none */
static int
told(pid_t pid, int options)
{
    int status = 0;

    return waitpid(pid, &status, options | WNOHANG) == pid ? status : -1;
}

static void
test_asked(pid_t pid)
{
    kill(pid, SIGSTOP);
    until(pid, 'T');
    is(told(pid, 0), -1, "a stop is not told to who does not ask");
    is(told(pid, WCONTINUED), -1, "nor to who asks for continues");
    is(told(pid, ALL), SIGSTOP << 8 | 0x7f, "but to who asks for both");
    is(told(pid, ALL), -1, "once");
    kill(pid, SIGSTOP);
    is(told(pid, ALL), -1, "another stop of it is none");
    kill(pid, SIGCONT);
    is(told(pid, WUNTRACED), -1, "a continue is not told for a stop");
    is(told(pid, WCONTINUED), 0xffff, "but as that");
    is(told(pid, ALL), -1, "once");
    kill(pid, SIGCONT);
    is(told(pid, ALL), -1, "another continue of it is none");
}

static void
test_replaced(pid_t pid)
{
    int status = 0;

    kill(pid, SIGSTOP);
    until(pid, 'T');
    kill(pid, SIGCONT);
    is(told(pid, WUNTRACED), -1, "a stop that is over is not told");
    is(told(pid, ALL), 0xffff, "only the continue");
    kill(pid, SIGSTOP);
    until(pid, 'T');
    kill(pid, SIGCONT);
    kill(pid, SIGTSTP);
    is(waitpid(pid, &status, WUNTRACED), pid, "continued and stopped again");
    is(status, SIGTSTP << 8 | 0x7f, "the new stop is told, with its signal");
    is(told(pid, ALL), -1, "and nothing else");
    kill(pid, SIGKILL);
    waitpid(pid, &status, ALL);
    killed(status, SIGKILL, "killed while it is stopped");
}

static void
test_end(void)
{
    int status = 0;
    pid_t pid = idle();

    kill(pid, SIGSTOP);
    until(pid, 'T');
    kill(pid, SIGKILL);
    until(pid, 'Z');
    is(waitpid(pid, &status, ALL), pid, "killed before its stop was told");
    killed(status, SIGKILL, "only the end is");
    pid = idle();
    kill(pid, SIGSTOP);
    until(pid, 'T');
    kill(pid, SIGCONT);
    kill(pid, SIGTERM);
    until(pid, 'Z');
    is(waitpid(pid, &status, ALL), pid, "killed before its continue was told");
    killed(status, SIGTERM, "the same");
    fails(waitpid(pid, &status, ALL), ECHILD, "that was all");
}

/* Of several children, each has its own status, in each kind of wait. */
static void
test_several(void)
{
    pid_t pid[8];
    int stops = 0, continues = 0, ends = 0, status;

    for (int i = 0; i < 8; i++) {
        pid[i] = idle();
        setpgid(pid[i], pid[0]);
    }
    kill(-pid[0], SIGTSTP);
    for (int i = 0; i < 8; i++) {
        stops += waitpid(-pid[0], &status, WUNTRACED) > 0
                 && WIFSTOPPED(status) && WSTOPSIG(status) == SIGTSTP;
    }
    is(stops, 8, "a group is stopped: eight stops");
    kill(-pid[0], SIGCONT);
    for (int i = 0; i < 8; i++) {
        continues += waitpid(-1, &status, WCONTINUED) > 0
                     && WIFCONTINUED(status);
    }
    is(continues, 8, "eight continues");
    is(waitpid(-1, &status, ALL | WNOHANG), 0, "and no more");
    kill(-pid[0], SIGSTOP);
    kill(-pid[0], SIGKILL);
    while (wait(&status) > 0) {
        ends += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    }
    is(ends, 8, "and eight ends");
}

/* A parent that waits before anything happens. */
static void
test_asleep(void)
{
    pid_t pid = idle();
    int good = 0, status;
    pid_t other = must_fork();

    if (other == 0) {
        for (int i = 0; i < 10; i++) {
            nap(5);
            kill(pid, SIGSTOP);
            until(pid, 'T');
            nap(5);
            kill(pid, SIGCONT);
        }
        kill(pid, SIGTERM);
        _exit(0);
    }
    while (waitpid(pid, &status, ALL) == pid
           && (WIFSTOPPED(status) || WIFCONTINUED(status))) {
        good++;
    }
    ok(good > 0 && good <= 20, "a parent asleep in wait hears of them");
    killed(status, SIGTERM, "and of the end");
    waitpid(other, NULL, 0);
}

int
main(void)
{
    pid_t pid = idle();

    test_asked(pid);
    test_replaced(pid);
    test_end();
    test_several();
    test_asleep();
    return done();
}
