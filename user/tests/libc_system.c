/*
 * libc_system.c: system waits for the shell's command, with SIGINT and SIGQUIT
 * ignored and SIGCHLD blocked meanwhile; popen's stream is one end of a pipe,
 * and pclose gives the command's status.
 */
#include "tap.h"

#include <fcntl.h>

static int
ignored(int sig)
{
    struct sigaction action;

    return sigaction(sig, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

static int
blocked(int sig)
{
    sigset_t mask;

    sigprocmask(SIG_BLOCK, NULL, &mask);
    return sigismember(&mask, sig);
}

static void
test_system(void)
{
    is(system(NULL) != 0, 1, "there is a shell");
    exited(system("exit 0"), 0, "exit 0");
    exited(system("exit 7"), 7, "exit 7");
    killed(system("kill -9 $$"), SIGKILL, "a shell that is killed");
    exited(system("no-such-program 2>/dev/null"), 127, "no program");
    exited(system("test $((6 * 7)) = 42 && exit 3"), 3, "the shell's language");
    is(blocked(SIGCHLD) + ignored(SIGINT) + ignored(SIGQUIT), 0,
        "all is as before");
    fails(waitpid(-1, NULL, WNOHANG), ECHILD, "and no child is left");
}

/* The caller ignores them; what it runs is as it was before. */
static void
test_signals(void)
{
    exited(system("kill -INT $PPID; kill -QUIT $PPID; exit 4"), 4,
        "^C and ^\\ are not for who waits");
    killed(system("kill -INT $$"), SIGINT, "but for the command");
    signal(SIGQUIT, SIG_IGN);
    exited(system("kill -QUIT $$; exit 5"), 5, "unless they were ignored");
    is(ignored(SIGQUIT), 1, "and they still are");
    signal(SIGQUIT, SIG_DFL);
}

static void
test_popen(void)
{
    char line[64] = "";

    FILE *file = popen("echo one; echo two; exit 6", "r");
    is(fgets(line, sizeof(line), file) != NULL, 1, "a line of a command");
    is_str(line, "one\n", "is what it wrote");
    fgets(line, sizeof(line), file);
    is_str(line, "two\n", "and the next");
    is(fgets(line, sizeof(line), file) == NULL, 1, "and no third");
    exited(pclose(file), 6, "pclose gives its status");

    file = popen("read a; read b; test \"$a-$b\" = x-y && exit 8", "w");
    fputs("x\n", file);
    fputs("y\n", file);
    exited(pclose(file), 8, "a command that reads");
    file = popen("cat >/dev/null; exit 9", "w");
    exited(pclose(file), 9, "pclose is its end of file");
}

/* Else a reader would wait for an end of file that never comes. */
static void
test_two(void)
{
    FILE *first = popen("cat", "w");
    FILE *second = popen("cat >/dev/null", "w");

    is(first != NULL && second != NULL, 1, "two at a time");
    exited(pclose(first), 0, "the second does not keep the first one's pipe");
    exited(pclose(second), 0, "nor the other way round");
}

static void
test_errors(void)
{
    FILE *own = fopen("/dev/null", "r");

    errno = 0;
    is(popen("exit 0", "x") == NULL && errno == EINVAL, 1, "a mode unknown");
    is(popen("exit 0", "rw") == NULL && errno == EINVAL, 1, "two modes");
    fails(pclose(own), ECHILD, "pclose of another stream");
    fclose(own);
    FILE *file = popen("exit 0", "re");
    is(fcntl(fileno(file), F_GETFD), FD_CLOEXEC, "e closes it on exec");
    pclose(file);
    file = popen("exit 0", "r");
    is(fcntl(fileno(file), F_GETFD), 0, "and nothing else does");
    pclose(file);
    fails(waitpid(-1, NULL, WNOHANG), ECHILD, "no child is left");
}

int
main(void)
{
    test_system();
    test_signals();
    test_popen();
    test_two();
    test_errors();
    return done();
}
