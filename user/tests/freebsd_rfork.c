/*
 * freebsd_rfork.c: FreeBSD's rfork and rfork_thread: what is shared, the signal
 * at the child's end, and who waits for it.
 *
 * except: vfork=fork
 */
#include "names.h"

#include <freebsd.h>

#define LIVES(fd) (fcntl(fd, F_GETFD) >= 0)

static volatile int shared;
static int file;

static int
child(int flags, int (*part)(void *))
{
    int status = -1;
    int pid = rfork(flags);

    if (pid == 0) {
        _exit(part(NULL));
    }
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int
closes(void *unused)
{
    (void)unused;
    return close(file) != 0;
}

static int
has_none(void *unused)
{
    (void)unused;
    for (int fd = 0; fd < 100; fd++) {
        if (LIVES(fd)) {
            return fd + 1;
        }
    }
    return 0;
}

static void
test_errors(void)
{
    fails(rfork(RFPROC | RFFDG | RFCFDG), EINVAL, "RFFDG and RFCFDG");
    fails(rfork(RFMEM), EINVAL, "RFMEM without RFPROC");
    fails(rfork(RFPROC | RFTSIGFLAGS(SIGUSR1)), EINVAL,
        "a signal without RFTSIGZMB");
    fails(rfork(RFPROC | RFTSIGZMB | RFTSIGFLAGS(200)), EINVAL,
        "a signal that there is not");
    fails(rfork(RFSPAWN | RFPROC), EINVAL, "RFSPAWN with another flag");
    fails(rfork(RFPROC | RFSIGSHARE), EINVAL,
        "RFSIGSHARE without RFMEM, as CLONE_SIGHAND");
    fails(rfork(RFPROC | 1 << 17), EINVAL, "RFSTOPPED is not for programs");
    fails(rfork(RFPROC | 1 << 28), EINVAL, "nor RFPROCDESC");
    fails(wait(NULL), ECHILD, "no child was made");
    is(rfork(0), 0, "nothing to change");
}

static void
test_descriptors(void)
{
    put("f", "text");
    file = open("f", O_RDONLY);
    is(child(RFPROC | RFFDG, closes), 0, "RFFDG: a child closes a file");
    ok(LIVES(file), "of its own table");
    is(child(RFPROC, closes), 0, "one that shares it closes one");
    ok(!LIVES(file), "for its parent, too");
    file = open("f", O_RDONLY);
    is(child(RFPROC | RFTHREAD, closes), 0, "RFTHREAD");
    ok(!LIVES(file), "is no different");
    is(child(RFPROC | RFCFDG, has_none), 0, "RFCFDG: none is open");
    ok(LIVES(1), "but its parent's");
    int pid = rfork(RFPROC);
    if (pid == 0) {
        _exit(rfork(RFCFDG) != 0 || has_none(NULL) != 0);
    }
    int status;
    waitpid(pid, &status, 0);
    exited(status, 0, "a process that cleans its own");
    ok(LIVES(1), "leaves what it has shared");
}

static volatile sig_atomic_t usr1, chld;

static void
count(int sig)
{
    *(sig == SIGUSR1 ? &usr1 : &chld) += 1;
}

static int
nothing(void *unused)
{
    (void)unused;
    return 0;
}

static void
test_signals(void)
{
    signal(SIGUSR1, count);
    signal(SIGCHLD, count);
    child(RFPROC | RFFDG, nothing);
    ok(usr1 == 0 && chld == 1, "a child's end is SIGCHLD");
    int pid = rfork(RFPROC | RFFDG | RFLINUXTHPN);
    if (pid == 0) {
        _exit(0);
    }
    waitpid(pid, NULL, __WALL);
    ok(usr1 == 1 && chld == 1, "RFLINUXTHPN: SIGUSR1");
    pid = rfork(RFPROC | RFFDG | RFTSIGZMB | RFTSIGFLAGS(SIGUSR1));
    if (pid == 0) {
        _exit(0);
    }
    waitpid(pid, NULL, __WALL);
    ok(usr1 == 2 && chld == 1, "RFTSIGZMB: the one that it names");
    pid = rfork(RFPROC | RFFDG | RFTSIGZMB);
    if (pid == 0) {
        _exit(0);
    }
    waitpid(pid, NULL, __WALL);
    ok(usr1 == 2 && chld == 1, "or none");
    signal(SIGCHLD, SIG_DFL);
}

static void
test_spawn(void)
{
    struct sigaction action = { .sa_handler = SIG_DFL };
    int status, pid = rfork(RFSPAWN);

    if (pid == 0) {
        sigaction(SIGUSR1, NULL, &action);
        shared = action.sa_handler == SIG_DFL ? 5 : 6;
        _exit(9);
    }
    is(shared, 5, "RFSPAWN: in our memory, before us, without handlers");
    sigaction(SIGUSR1, NULL, &action);
    ok(action.sa_handler == count, "ours are as they were");
    waitpid(pid, &status, 0);
    exited(status, 9, "and it is waited for");
}

static int
writes(void *arg)
{
    shared = *(int *)arg;
    signal(SIGUSR2, SIG_IGN);
    return 21;
}

static void
test_thread(void)
{
    static char stack[65536], other[65536];
    struct sigaction action;
    int status, value = 17;
    int pid = rfork_thread(RFPROC | RFMEM | RFFDG, stack + sizeof(stack),
        writes, &value);

    waitpid(pid, &status, 0);
    exited(status, 21, "rfork_thread: the function's result is the status");
    is(shared, 17, "RFMEM: our memory, stack included");
    sigaction(SIGUSR2, NULL, &action);
    ok(action.sa_handler == SIG_DFL, "its own signal actions");
    value = 18;
    pid = rfork_thread(RFPROC | RFMEM | RFSIGSHARE, stack + sizeof(stack),
        writes, &value);
    waitpid(pid, &status, 0);
    sigaction(SIGUSR2, NULL, &action);
    ok(action.sa_handler == SIG_IGN, "RFSIGSHARE: ours");
    value = 19;
    pid = rfork_thread(RFPROC | RFFDG, stack + sizeof(stack), writes, &value);
    waitpid(pid, &status, 0);
    ok(WEXITSTATUS(status) == 21 && shared == 18, "without RFMEM: a copy");
    value = 20;
    pid = rfork_thread(RFPROC | RFMEM | RFNOWAIT, other + sizeof(other), writes,
        &value);
    ok(pid > 0, "RFNOWAIT");
    fails(wait(NULL), ECHILD, "is nobody's to wait for");
    for (int i = 0; i < 1000 && shared != 20; i++) {
        usleep(1000);
    }
    is(shared, 20, "but it runs");
    fails(rfork_thread(RFMEM, stack + sizeof(stack), writes, NULL), EINVAL,
        "without RFPROC");
    fails(rfork_thread(RFPROC | RFMEM, NULL, writes, NULL), EINVAL,
        "without a stack");
}

static void
test_nowait(void)
{
    int ends[2], told = -1;

    pipe(ends);
    int pid = rfork(RFPROC | RFFDG | RFNOWAIT);
    if (pid == 0) {
        told = getpid();
        write(ends[1], &told, sizeof(told));
        _exit(0);
    }
    fails(wait(NULL), ECHILD, "RFNOWAIT: no child to wait for");
    read(ends[0], &told, sizeof(told));
    is(told == pid, 1, "but its pid is known");
}

int
main(void)
{
    test_errors();
    test_descriptors();
    test_signals();
    test_spawn();
    test_thread();
    test_nowait();
    return done();
}
