/*
 * kill_exec.c: SIGKILL meets a process that executes itself again and again,
 * after delays of many lengths; also one that waits for its vfork child, and
 * that child. It died of the signal or came to its end; nobody is left.
 *
 * seconds: 60
 */
#include "smp.h"

enum { ROUNDS = 80, STEP = 2000, LINKS = 12 };

static char *self;

/* One of a row of programs: execute the next, or end with 7. */
static int
row(const char *left_text)
{
    int left = atoi(left_text);
    char text[16];
    char *argv[] = { self, "row", text, "some", "more", "words", NULL };

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
once(char *kind, unsigned delay, int group)
{
    struct family family;
    int status = 0;
    char text[16];
    char *argv[] = { self, kind, text, NULL };

    snprintf(text, sizeof(text), "%d", LINKS);
    family_begin(&family);
    pid_t pid = must_fork();
    if (pid == 0) {
        setpgid(0, 0);
        execv(self, argv);
        _exit(9);
    }
    setpgid(pid, pid); /* whoever comes first */
    spin(delay);
    kill(group ? -pid : pid, SIGKILL);
    pid_t got = waitpid(pid, &status, 0);
    int legal = WIFSIGNALED(status) ? WTERMSIG(status) == SIGKILL
                                    : WIFEXITED(status)
                                          && WEXITSTATUS(status) == 7;
    return family_end(&family) && got == pid && legal && no_child();
}

static void
test(char *kind, int group, const char *name)
{
    int good = 0;

    for (int round = 0; round < ROUNDS; round++) {
        good += once(kind, (unsigned)(round * STEP), group);
    }
    is(good, ROUNDS, name);
}

int
main(int argc, char **argv)
{
    self = argv[0];
    if (argc > 2 && strcmp(argv[1], "row") == 0) {
        return row(argv[2]);
    }
    if (argc > 2 && strcmp(argv[1], "nest") == 0) {
        return nest(argv[2]);
    }
    test("row", 0, "killed while it executes");
    test("nest", 0, "killed while it waits for vfork children, who go on");
    test("nest", 1, "the group killed: parents in vfork and children");
    return done();
}
