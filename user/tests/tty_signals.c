/*
 * tty_signals.c: keys that send a signal, ^S and ^Q with their kin, and the
 * signal of a new size.
 */
#include "jobs.h"

static char text[100];

/* A job that sleeps until a signal ends it; it is there when this returns. */
static pid_t
start_sleeper(void)
{
    pid_t pid = start_job(1);

    if (pid == 0) {
        nap(8000);
        _exit(0);
    }
    return pid;
}

static void
test_keys(void)
{
    pid_t pid = start_sleeper();

    type("\3");
    killed(status_of(pid, 0), SIGINT, "^C");
    shows("^C", "is shown");
    pid = start_sleeper();
    type("\34");
    killed(status_of(pid, 0), SIGQUIT, "^\\");
    shows("^\\", "is shown");
    pid = start_sleeper();
    type("\32");
    stopped(pid, SIGTSTP, "^Z");
    shows("^Z", "is shown");
    kill(pid, SIGCONT);
    type("\3");
    killed(status_of(pid, 0), SIGINT, "^C of a job that went on");
    shows("^C", "is shown");
    pid = start_sleeper();
    change_local(0, ECHO);
    type("\3");
    killed(status_of(pid, 0), SIGINT, "^C without ECHO");
    shows("", "is not shown");
    change_local(ECHO, 0);
    tcsetpgrp(slave, getpgrp());
}

/* The leader itself is in the foreground. Without an echo: as to what of it is
 * discarded, Linux has no fixed answer. */
static void
test_flush(void)
{
    change_local(0, ECHO);
    signal(SIGINT, SIG_IGN);
    type("ab\ncd\3e\n");
    is(read(slave, text, 100), 2, "^C discards what was typed");
    ok(memcmp(text, "e\n", 2) == 0, "before it");
    change_local(NOFLSH, 0);
    type("ab\ncd\3e\n");
    await_input(6);
    is(read(slave, text, 100), 3, "not with NOFLSH");
    is(read(slave, text, 100), 4, "nor of the same line");
    change_local(ECHO, NOFLSH);
}

/* A child that writes while output is stopped. */
static pid_t
start_writer(void)
{
    pid_t pid = must_fork();

    if (pid == 0) {
        _exit(write(slave, "w", 1) == 1 ? 3 : 4);
    }
    nap(60);
    return pid;
}

static void
goes_on(pid_t pid, const char *name)
{
    exited(status_of(pid, 0), 3, name);
    shows("w", "and is shown");
}

static void
test_flow(void)
{
    struct termios modes, before;
    pid_t pid;

    change_local(0, ECHO);
    type("\23x\n");
    is(read(slave, text, 100), 2, "^S does not stop input");
    pid = start_writer();
    is(waitpid(pid, NULL, WNOHANG), 0, "a writer waits after ^S");
    shows("", "nothing is shown");
    set_nonblocking(slave, 1);
    fails(write(slave, "w", 1), EAGAIN, "or gets EAGAIN");
    set_nonblocking(slave, 0);
    type("\21");
    goes_on(pid, "^Q: it goes on");
    type("\23x\n");
    read(slave, text, 100);
    pid = start_writer();
    type("\3");
    goes_on(pid, "^C lets it go on, too");
    type("\23x\n");
    read(slave, text, 100);
    tcgetattr(slave, &before);
    modes = before;
    modes.c_iflag |= IXANY;
    tcsetattr(slave, TCSANOW, &modes);
    pid = start_writer();
    type("y");
    goes_on(pid, "with IXANY any byte does");
    type("\23");
    tcsetattr(slave, TCSAFLUSH, &before);
    type("\23x\n");
    read(slave, text, 100);
    pid = start_writer();
    modes.c_iflag &= ~(tcflag_t)IXON;
    tcsetattr(slave, TCSANOW, &modes);
    goes_on(pid, "the end of IXON does");
    tcsetattr(slave, TCSANOW, &before);
    change_local(ECHO, 0);
}

static void
test_flow_calls(void)
{
    is(tcflow(slave, TCOOFF), 0, "TCOOFF");
    change_local(0, ECHO);
    type("\21x\n");
    read(slave, text, 100);
    pid_t pid = start_writer();
    is(waitpid(pid, NULL, WNOHANG), 0, "a writer waits, even after ^Q");
    is(tcflow(slave, TCOON), 0, "TCOON");
    goes_on(pid, "it goes on");
    is(tcflow(slave, TCIOFF), 0, "TCIOFF");
    shows("\23", "sends ^S");
    is(tcflow(slave, TCION), 0, "TCION");
    shows("\21", "sends ^Q");
    fails(tcflow(slave, 4), EINVAL, "no such action");
    change_local(ECHO, 0);
}

/* A writer that waits can be killed, and so can one that waits for it. */
static void
test_killed(void)
{
    tcflow(slave, TCOOFF);
    pid_t first = start_writer();
    pid_t second = start_writer();
    kill(second, SIGTERM);
    killed(status_of(second, 0), SIGTERM, "a second writer can be killed");
    kill(first, SIGTERM);
    killed(status_of(first, 0), SIGTERM, "and the first");
    tcflow(slave, TCOON);
    write(slave, "end", 3);
    shows("end", "nothing of theirs is shown");
}

/* SIGWINCH is ignored by default, so only a blocked one is seen: but what is
 * ignored is dropped, unless it is blocked. */
static void
test_size(void)
{
    struct winsize size = { 24, 80, 0, 0 }, got = { 0, 0, 0, 0 };
    int gate[2];
    char c;

    pipe(gate);
    pid_t pid = start_job(1);
    if (pid == 0) {
        block(SIGWINCH);
        write(gate[1], "x", 1);
        _exit(await_pending(SIGWINCH) ? 3 : 4);
    }
    read(gate[0], &c, 1);
    is(ioctl(master, TIOCSWINSZ, &size), 0, "a size is set");
    exited(status_of(pid, 0), 3, "the foreground gets SIGWINCH");
    ioctl(slave, TIOCGWINSZ, &got);
    ok(got.ws_row == 24 && got.ws_col == 80, "both ends have it");
    tcsetpgrp(slave, getpgrp());
    block(SIGWINCH);
    ioctl(slave, TIOCSWINSZ, &size);
    ok(!is_pending(SIGWINCH), "the same size is no signal");
    size.ws_col = 132;
    ioctl(slave, TIOCSWINSZ, &size);
    ok(await_pending(SIGWINCH), "another is");
}

static int
body(void)
{
    test_keys();
    test_flush();
    test_flow();
    test_flow_calls();
    test_killed();
    test_size();
    return done();
}

int
main(void)
{
    return lead(body);
}
