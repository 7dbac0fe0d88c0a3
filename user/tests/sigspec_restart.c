/*
 * sigspec_restart.c: the table of signal(7). Each call that waits is
 * interrupted by a handler without SA_RESTART, by one with it, and by a stop
 * and continue: it fails with EINTR or goes on, and then has the right result.
 * (nanosleep's end after stops: sleep_stop.c.)
 *
 * seconds: 29
 */
#include "sigspec.h"

#include <sys/stat.h>
#include <sys/uio.h>

enum { PAGES = 16, PAGE = 4096 };

/* What a call works on, and how its parent lets it go on. */
static int ends[2], handled[2];
static char block[PAGES * PAGE * 2];
static pid_t waited_for;
static volatile unsigned long rax_saved;

static long
do_read(void)
{
    return raw(NR_read, ends[0], P(block), 100, 0);
}

static long
do_readv(void)
{
    struct iovec vector[2] = { { block, 2 }, { block + 2, 98 } };

    return raw(NR_readv, ends[0], P(vector), 2, 0);
}

static long
do_write(void)
{
    return raw(NR_write, ends[1], P(block), 5, 0);
}

static long
do_writev(void)
{
    struct iovec vector[2] = { { block, 2 }, { block + 2, 3 } };

    return raw(NR_writev, ends[1], P(vector), 2, 0);
}

/* More than there is room for: a part is written before it waits. */
static long
do_write_part(void)
{
    return raw(NR_write, ends[1], P(block), PAGE + 5, 0);
}

static long
opens(int flags)
{
    long fd = raw(NR_open, P("fifo"), flags, 0, 0);

    return fd >= 0 ? 5 : fd;
}

static long
do_open_read(void)
{
    return opens(O_RDONLY);
}

static long
do_open_write(void)
{
    return opens(O_WRONLY);
}

/* It waits for a child of its own, which reads what this should have read. */
static long
do_wait4(void)
{
    int status = 0;
    long pid = raw(NR_wait4, waited_for, P(&status), 0, 0);

    return pid == waited_for ? status >> 8 : pid;
}

static long
do_waitid(void)
{
    siginfo_t info;
    const long arg[6] = { 1, waited_for, P(&info), WEXITED, 0, 0 };
    long result = raw_v(NR_waitid, arg);

    return result == 0 ? info.si_status : result;
}

/* => -EINTR if the time that was left is sane */
static long
do_nanosleep(void)
{
    struct timespec ts = { 1000, 0 }, left = { -1, -1 };
    long result = raw(NR_nanosleep, P(&ts), P(&left), 0, 0);

    return result == -EINTR && (left.tv_sec < 900 || left.tv_sec > 1000)
               ? -1 : result;
}

static long
do_suspend(void)
{
    unsigned long none = 0;

    return raw(NR_rt_sigsuspend, P(&none), SET_SIZE, 0, 0);
}

static long
do_pause(void)
{
    return raw(NR_pause, 0, 0, 0, 0);
}

static long
do_timedwait(void)
{
    unsigned long set = BIT(50);
    struct timespec ts = { 1000, 0 };

    return raw(NR_rt_sigtimedwait, P(&set), 0, P(&ts), SET_SIZE);
}

static long
do_sigwait(void)
{
    unsigned long set = BIT(50);

    return raw(NR_rt_sigtimedwait, P(&set), 0, 0, SET_SIZE);
}

/* How the parent lets a call end. */
static void
give(pid_t pid)
{
    (void)pid;
    write(ends[1], "hello", 5);
}

static void
drain(pid_t pid)
{
    (void)pid;
    read(ends[0], block, sizeof(block));
}

static void
open_fifo(pid_t pid)
{
    (void)pid;
    open("fifo", O_RDWR);
}

static void
send_usr2(pid_t pid)
{
    kill(pid, SIGUSR2);
}

static void
send_50(pid_t pid)
{
    kill(pid, 50);
}

enum { FULL = 1, ALMOST_FULL = 2, CHILD = 4 };
#define PART (PAGE)

static const struct call {
    const char *name;
    long (*call)(void);
    void (*end)(pid_t);
    int before;
    /* The result: without SA_RESTART, with it, after a stop. */
    long plain, restart, stop;
} calls[] = {
    { "read", do_read, give, 0, -EINTR, 5, 5 },
    { "readv", do_readv, give, 0, -EINTR, 5, 5 },
    { "write", do_write, drain, FULL, -EINTR, 5, 5 },
    { "writev", do_writev, drain, FULL, -EINTR, 5, 5 },
    { "a write of which a part is done", do_write_part, drain, ALMOST_FULL,
        PART, PART, PART },
    { "open of a FIFO to read", do_open_read, open_fifo, 0, -EINTR, 5, 5 },
    { "open of a FIFO to write", do_open_write, open_fifo, 0, -EINTR, 5, 5 },
    { "wait4", do_wait4, give, CHILD, -EINTR, 5, 5 },
    { "waitid", do_waitid, give, CHILD, -EINTR, 5, 5 },
    { "nanosleep", do_nanosleep, send_usr2, 0, -EINTR, -EINTR, -EINTR },
    { "rt_sigsuspend", do_suspend, send_usr2, 0, -EINTR, -EINTR, -EINTR },
    { "pause", do_pause, send_usr2, 0, -EINTR, -EINTR, -EINTR },
    { "rt_sigtimedwait", do_timedwait, send_50, 0, -EINTR, -EINTR, -EINTR },
    { "rt_sigtimedwait without a time", do_sigwait, send_50, 0, -EINTR,
        -EINTR, -EINTR },
};

/* Its handlers; SIGUSR2 ends a wait that has begun again. */
static void
tell(int sig, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;
    (void)info;
    rax_saved = uc->uc_mcontext.gregs[REG_RAX];
    write(handled[1], sig == SIGUSR1 ? "1" : "2", 1);
}

/* The child: => 1 if the call's result is what it should be */
static int
body(const struct call *call, unsigned long flags, long want)
{
    act(SIGUSR1, tell, SA_SIGINFO | flags, 0);
    act(SIGUSR2, tell, SA_SIGINFO | (flags ^ SA_RESTART), 0);
    mask(SIG_BLOCK, BIT(50));
    if (call->before == CHILD) {
        waited_for = must_fork();
        if (waited_for == 0) {
            _exit((int)do_read());
        }
    }
    long got = call->call();
    if (got != want) {
        printf("# got %ld, want %ld\n", got, want);
        fflush(stdout);
    }
    if (call->before == CHILD && got == -EINTR) {
        kill(waited_for, SIGKILL);
        waitpid(waited_for, NULL, 0);
    }
    return got == want;
}

static pid_t
begin(const struct call *call, unsigned long flags, long want)
{
    pipe(ends);
    pipe(handled);
    mkfifo("fifo", 0600);
    if (call->before == FULL || call->before == ALMOST_FULL) {
        int full = call->before == FULL ? PAGES : PAGES - 1;
        write(ends[1], block, (size_t)(full * PAGE));
    }
    pid_t pid = must_fork();
    if (pid == 0) {
        _exit(body(call, flags, want));
    }
    until_state(pid, 'S');
    return pid;
}

static void
finish(pid_t pid, const char *name)
{
    int status = 0;

    waitpid(pid, &status, 0);
    exited(status, 1, name);
    for (int i = 0; i < 2; i++) {
        close(ends[i]);
        close(handled[i]);
    }
    unlink("fifo");
}

static void
test_handler(const struct call *call, unsigned long flags, long want)
{
    char name[96], byte;
    pid_t pid = begin(call, flags, want);

    kill(pid, SIGUSR1);
    read(handled[0], &byte, 1);
    if (want != -EINTR && want != PART) {
        until_state(pid, 'S');
        kill(pid, SIGUSR1);
        read(handled[0], &byte, 1);
        call->end(pid);
    }
    snprintf(name, sizeof(name), "%s, a handler %s SA_RESTART: %s", call->name,
        flags != 0 ? "with" : "without",
        want == -EINTR ? "EINTR" : want == PART ? "a part" : "goes on");
    finish(pid, name);
}

static void
test_stop(const struct call *call)
{
    char name[96];
    pid_t pid = begin(call, 0, call->stop);
    /* One that has failed or done a part is not there for the second stop. */
    int goes_on = call->stop == 5 || call->end == send_usr2;

    for (int i = 0; i < (goes_on ? 3 : 1); i++) {
        until_state(pid, 'S');
        kill(pid, SIGSTOP);
        until_state(pid, 'T');
        kill(pid, SIGCONT);
    }
    if (goes_on) {
        until_state(pid, 'S'); /* a handler before the call would not end it */
        call->end(pid);
    }
    snprintf(name, sizeof(name), "%s, stop and continue: %s", call->name,
        goes_on ? "goes on" : call->stop == PART ? "a part" : "EINTR");
    finish(pid, name);
}

/* A signal that is ignored, or whose default is nothing, does not interrupt;
 * nor does one that is blocked. */
static void
test_nothing(void)
{
    static const int sigs[] = { SIGURG, SIGWINCH, SIGCHLD, SIGCONT, SIGHUP,
        50 };

    act(SIGHUP, TO_IGNORE, 0, 0);
    for (int i = 0; i < COUNT_OF(sigs); i++) {
        char name[64];
        pid_t pid = begin(&calls[0], 0, 5);
        kill(pid, sigs[i]);
        until_state(pid, 'S');
        give(pid);
        snprintf(name, sizeof(name), "read is not interrupted by signal %d",
            sigs[i]);
        finish(pid, name);
    }
    act(SIGHUP, TO_DEFAULT, 0, 0);
}

/* A stop, a handler without SA_RESTART while it is stopped, a continue. */
static void
test_both(void)
{
    char byte = 0;
    pid_t pid = begin(&calls[0], 0, -EINTR);

    kill(pid, SIGSTOP);
    until_state(pid, 'T');
    kill(pid, SIGUSR1);
    kill(pid, SIGCONT);
    read(handled[0], &byte, 1);
    finish(pid, "a handler that runs after a stop interrupts");
    pid = begin(&calls[0], SA_RESTART, 5);
    kill(pid, SIGSTOP);
    until_state(pid, 'T');
    kill(pid, SIGUSR1);
    kill(pid, SIGCONT);
    read(handled[0], &byte, 1);
    until_state(pid, 'S');
    give(pid);
    finish(pid, "or with SA_RESTART does not");
}

/* Two handlers at once: the one that is called first decides. */
static void
test_two(void)
{
    static const unsigned long flags[] = { 0, SA_RESTART };
    char bytes[2];

    for (int i = 0; i < 2; i++) {
        pid_t pid = begin(&calls[0], flags[i], i == 0 ? -EINTR : 5);
        kill(pid, SIGSTOP);
        until_state(pid, 'T');
        kill(pid, SIGUSR2);
        kill(pid, SIGUSR1);
        kill(pid, SIGCONT);
        read(handled[0], &bytes[0], 1);
        read(handled[0], &bytes[1], 1);
        ok(bytes[0] == '2' && bytes[1] == '1',
            "two handlers: the second one interrupts the first");
        if (i == 1) {
            until_state(pid, 'S');
            give(pid);
        }
        finish(pid, i == 0 ? "the first is without SA_RESTART: EINTR"
                           : "the first is with SA_RESTART: goes on");
    }
}

int
main(void)
{
    for (int i = 0; i < COUNT_OF(calls); i++) {
        const struct call *call = &calls[i];
        test_handler(call, 0, call->plain);
        test_handler(call, SA_RESTART, call->restart);
        test_stop(call);
    }
    test_nothing();
    test_both();
    test_two();
    return done();
}
