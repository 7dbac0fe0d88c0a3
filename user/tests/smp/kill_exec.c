/*
 * kill_exec.c: SIGKILL meets a process that executes itself again and again
 * on another processor, after delays of many lengths; also one that waits for
 * its vfork child, and that child. Each process dies of the signal or reaches
 * its end; none is left.
 *
 * seconds: 60
 */
#include "sweep.h"

enum { ROUNDS = 80, LINKS = 12, REPORT = 9 };

static char *self;

/* The first program first writes a byte to the process that will kill it. */
static void
report(int left)
{
    if (left == LINKS) {
        write(REPORT, "", 1);
        close(REPORT);
    }
}

/* One of a row of programs: execute the next, or end with 7. */
static int
row(const char *left_text)
{
    int left = atoi(left_text);
    char text[16];
    char *argv[] = { self, "row", text, "some", "more", "words", NULL };

    report(left);
    if (left == 0) {
        return 7;
    }
    snprintf(text, sizeof(text), "%d", left - 1);
    execv(self, argv);
    return 9;
}

/* The same by vfork: each waits for a child that executes the rest. */
static int
nest(const char *left_text)
{
    int left = atoi(left_text), status = 0;
    char text[16];
    char *argv[] = { self, "nest", text, NULL };

    report(left);
    if (left == 0) {
        return 7;
    }
    snprintf(text, sizeof(text), "%d", left - 1);
    pid_t pid = vfork();
    if (pid == 0) {
        execv(self, argv);
        _exit(9);
    }
    return waitpid(pid, &status, 0) == pid && WIFEXITED(status)
        ? WEXITSTATUS(status) : 9;
}

static int
once(struct sweep *sweep, char *kind, int group)
{
    char *held = sweep_before(sweep) ? "held" : kind;
    struct family family;
    int status = 0, ends[2];
    char text[16], byte;
    char *argv[] = { self, held, text, NULL };

    snprintf(text, sizeof(text), "%d", LINKS);
    family_begin(&family);
    pipe2(ends, O_NONBLOCK);
    pid_t pid = must_fork();
    if (pid == 0) {
        setpgid(0, 0);
        on_cpu(1);
        dup2(ends[1], REPORT);
        close(ends[0]);
        close(ends[1]);
        execv(self, argv);
        _exit(9);
    }
    setpgid(pid, pid); /* parent and child: the first call counts */
    close(ends[1]);
    while (read(ends[0], &byte, 1) < 0) { /* awake: at once */
    }
    close(ends[0]);
    sweep_wait(sweep);
    int ordered = !sweep_after(sweep) || family_gone(&family);
    kill(group ? -pid : pid, SIGKILL);
    pid_t got = waitpid(pid, &status, 0);
    int legal = WIFSIGNALED(status) ? WTERMSIG(status) == SIGKILL
                                    : WIFEXITED(status)
                                          && WEXITSTATUS(status) == 7;
    sweep_saw(sweep, WIFEXITED(status));
    return family_end(&family) && ordered && got == pid && legal && no_child();
}

static void
test(char *kind, int group, const char *name)
{
    struct sweep sweep = { .end = 1000 };
    int good = 1;

    while (sweep.n < ROUNDS && good) {
        good = once(&sweep, kind, group);
    }
    ok(good, name);
    ok(sweep_had_both(&sweep), "killed at the beginning, not at the end");
}

int
main(int argc, char **argv)
{
    self = argv[0];
    if (argc > 2 && strcmp(argv[1], "held") == 0) {
        report(LINKS);
        sweep_hold();
    }
    if (argc > 2 && strcmp(argv[1], "row") == 0) {
        return row(argv[2]);
    }
    if (argc > 2 && strcmp(argv[1], "nest") == 0) {
        return nest(argv[2]);
    }
    on_cpu(0);
    test("row", 0, "killed while it executes");
    test("nest", 0, "killed while it waits for vfork children, who go on");
    test("nest", 1, "the group killed: parents in vfork and children");
    return done();
}
