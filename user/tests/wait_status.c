/*
 * wait_status.c: the status word that wait stores. Exit code n is n << 8; if a
 * signal killed the process, its number (and 0x80 if there is a core file).
 */
#include "tap.h"

#include "raw.h"

static int
status_of_exit(int code)
{
    int status = -1;
    pid_t pid = must_fork();
    if (pid == 0) {
        _exit(code);
    }
    waitpid(pid, &status, 0);
    return status;
}

static void
test_codes(void)
{
    int good = 0;

    for (int code = 0; code < 256; code++) {
        good += status_of_exit(code) == code << 8;
    }
    is(good, 256, "exit codes 0 to 255");
    is(status_of_exit(256), 0, "exit code 256 is 0");
    is(status_of_exit(0x1234), 0x3400, "exit code 0x1234 is 0x34");
    is(status_of_exit(-1), 0xff00, "exit code -1 is 255");
}

static int
raw_exit(void *unused)
{
    (void)unused;
    raw(NR_exit, 11, 0, 0, 0);
    return 1;
}

static int
raw_exit_group(void *unused)
{
    (void)unused;
    raw(NR_exit_group, 12, 0, 0, 0);
    return 1;
}

static int
library_exit(void *unused)
{
    (void)unused;
    exit(13);
}

static int
kill_self(void *sig)
{
    kill(getpid(), *(int *)sig);
    return 1;
}

static int
call_abort(void *unused)
{
    (void)unused;
    abort();
}

static void
test_signals(void)
{
    static const struct {
        int sig;
        const char *name;
    } deaths[] = {
        { SIGHUP, "SIGHUP" }, { SIGINT, "SIGINT" }, { SIGQUIT, "SIGQUIT" },
        { SIGKILL, "SIGKILL" }, { SIGUSR1, "SIGUSR1" },
        { SIGSEGV, "SIGSEGV" }, { SIGTERM, "SIGTERM" },
    };

    for (int i = 0; i < (int)(sizeof(deaths) / sizeof(deaths[0])); i++) {
        int sig = deaths[i].sig;
        is(in_child(kill_self, &sig) & ~0x80, sig, deaths[i].name);
    }
}

static void
test_macros(void)
{
    int sig = SIGTERM;
    int by_exit = status_of_exit(9);
    int by_signal = in_child(kill_self, &sig);

    ok(WIFEXITED(by_exit), "after exit: WIFEXITED");
    ok(!WIFSIGNALED(by_exit), "not WIFSIGNALED");
    ok(!WIFSTOPPED(by_exit), "not WIFSTOPPED");
    is(WEXITSTATUS(by_exit), 9, "WEXITSTATUS");
    ok(WIFSIGNALED(by_signal), "after a signal: WIFSIGNALED");
    ok(!WIFEXITED(by_signal), "not WIFEXITED");
    ok(!WIFSTOPPED(by_signal), "not WIFSTOPPED");
    is(WTERMSIG(by_signal), SIGTERM, "WTERMSIG");
    ok(!WCOREDUMP(by_signal), "SIGTERM makes no core file");
}

int
main(void)
{
    int status = -1;

    test_codes();
    exited(in_child(raw_exit, NULL), 11, "the call exit");
    exited(in_child(raw_exit_group, NULL), 12, "the call exit_group");
    exited(in_child(library_exit, NULL), 13, "the library's exit");
    test_signals();
    killed(in_child(call_abort, NULL), SIGABRT, "abort");
    test_macros();
    pid_t pid = must_fork();
    if (pid == 0) {
        _exit(6);
    }
    nap(20);
    is(waitpid(pid, &status, 0), pid, "a child that died before the wait");
    exited(status, 6, "left its status");
    return done();
}
