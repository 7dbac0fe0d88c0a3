/*
 * fs_descriptors.c: two processes with one descriptor table, on two processors.
 * A call that fails leaves no trace there. No process sees the ends of a pipe
 * whose making fails, or loses a descriptor of its own with them. No child
 * inherits one of them. An open that finds no free descriptor makes no file.
 *
 * seconds: 60
 */
#include "smp.h"

#include <sched.h>
#include <sys/resource.h>

enum { ROUNDS = 20000, FORKS = 2000, NAMES = 7, DESCRIPTORS = 256 };

/* A child that shares our descriptors and repeats an action until killed. */
static pid_t
start_rival(void (*does)(void))
{
    pid_t pid = (pid_t)raw(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0);

    if (pid == 0) {
        on_cpu(1);
        for (;;) {
            does();
        }
    }
    return pid;
}

static void
end_rival(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static void
fail_pipe(void)
{
    raw(NR_pipe2, 8, 0, 0, 0); /* a bad address */
}

static void
test_pipe(void)
{
    int next = open("/dev/null", O_RDWR);
    int seen = 0, lost = 0;

    close(next);
    pid_t rival = start_rival(fail_pipe);
    for (int i = 0; i < ROUNDS; i++) {
        seen += close(next) == 0;
        int fd = open("/dev/null", O_RDWR);
        spin(i % 300);
        lost += write(fd, "x", 1) != 1;
        lost += close(fd) != 0;
    }
    end_rival(rival);
    is(seen, 0, "the ends of a pipe that fails are never there");
    is(lost, 0, "and nobody's own descriptor goes with them");
}

/* A fork meanwhile copies a table without descriptors that others reserve. */
static void
test_fork(void)
{
    int next = dup(0);
    int bad = 0;

    close(next);
    pid_t rival = start_rival(fail_pipe);
    for (int i = 0; i < FORKS; i++) {
        pid_t pid = must_fork();
        int status = -1;
        if (pid == 0) {
            _exit(dup2(0, next) != next || dup(0) != next + 1);
        }
        waitpid(pid, &status, 0);
        bad += status != 0;
    }
    end_rival(rival);
    is(bad, 0, "a child's free descriptors are free");
    is(dup(0), next, "and ours");
    close(next);
}

static void
dup_and_close(void)
{
    long fd = raw(SYS_dup, 1, 0, 0, 0);

    if (fd >= 0) {
        raw(NR_close, fd, 0, 0, 0);
    }
}

/* Both want the last free descriptor. => files made by an open that failed */
static int
open_for_nothing(void)
{
    char name[] = "file0";
    int made = 0;

    for (int i = 0; i < ROUNDS; i++) {
        name[4] = (char)('0' + i % NAMES);
        int fd = open(name, O_CREAT | O_EXCL | O_RDWR, 0600);
        made += fd < 0 && access(name, F_OK) == 0;
        close(fd);
        unlink(name);
    }
    return made;
}

static void
test_open(void)
{
    struct rlimit limit = { DESCRIPTORS, DESCRIPTORS };
    int last = -1;

    raw(NR_prlimit64, 0, RLIMIT_NOFILE, P(&limit), 0);
    for (int fd = dup(0); fd >= 0; fd = dup(0)) {
        last = fd;
    }
    close(last);
    pid_t rival = start_rival(dup_and_close);
    is(open_for_nothing(), 0, "no file is made by an open that fails");
    end_rival(rival);
}

int
main(void)
{
    on_cpu(0);
    test_pipe();
    test_fork();
    test_open();
    return done();
}
