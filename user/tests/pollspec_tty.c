/*
 * pollspec_tty.c: poll, select and epoll of a pseudo-terminal: lines and
 * characters to read, room, the end of the other side, O_NONBLOCK and VTIME.
 */
#include "pollspec_epoll.h"
#include "terminal.h"

static void
canonical(void)
{
    open_terminal();
    is(poll_now(slave, IN), 0, "nothing typed: nothing to read");
    is(poll_now(slave, OUT), OUT, "but room");
    is(poll_now(master, IN | OUT), OUT, "the same at the master");
    change_local(0, ECHO);
    type("abc");
    nap(5);
    is(poll_now(slave, IN), 0, "part of a line cannot be read");
    type("d\n");
    is(poll_until(slave, IN), IN, "a whole one can");
    char text[16];
    is(read(slave, text, sizeof(text)), 5, "all of it");
    is(poll_now(slave, IN), 0, "no more");
    type("\004");
    is(poll_until(slave, IN), IN, "the end, typed, can be read");
    is(read(slave, text, sizeof(text)), 0, "as no bytes");
    is(poll_now(slave, IN), 0, "once");
    type("x\004");
    is(poll_until(slave, IN), IN, "so can what is before it");
    is(read(slave, text, sizeof(text)), 1, "without it");
    write(slave, "out", 3);
    is(poll_until(master, IN), IN, "what is written is the master's to read");
    is(read(master, text, sizeof(text)), 3, "all of it");
    is(poll_now(master, IN), 0, "no more");
    change_local(ECHO, 0);
    type("q");
    is(poll_until(master, IN), IN, "so is an echo");
    close_terminal();
}

static void
raw_mode(void)
{
    char text[16];
    open_terminal();
    make_raw(1, 0);
    type("a");
    is(poll_until(slave, IN), IN, "raw: one character can be read");
    is(read(slave, text, sizeof(text)), 1, "it is");
    is(poll_now(slave, IN), 0, "no more");
    set_nonblocking(slave, 1);
    fails(read(slave, text, 1), EAGAIN, "O_NONBLOCK: EAGAIN");
    set_nonblocking(slave, 0);
    set_nonblocking(master, 1);
    fails(read(master, text, 1), EAGAIN, "at the master, too");
    set_nonblocking(master, 0);
    make_raw(3, 0);
    type("ab");
    await_input(2);
    is(poll_now(slave, IN), 0, "VMIN 3: two characters are too few");
    type("c");
    is(poll_until(slave, IN), IN, "three are enough");
    is(read(slave, text, sizeof(text)), 3, "they are read");
    make_raw(0, 0);
    is(read(slave, text, 1), 0, "VMIN 0: nothing is read at once");
    is(poll_now(slave, IN), 0, "poll says that there is nothing");
    close_terminal();
}

static int
type_line(void *unused)
{
    (void)unused;
    type("go\n");
    return 0;
}

static int
say(void *unused)
{
    (void)unused;
    write(slave, "x", 1);
    return 0;
}

static void
waits(void)
{
    int ep = epoll_new();
    char text[16];
    open_terminal();
    change_local(0, ECHO);
    pid_t pid = when_asleep(type_line, NULL);
    is(poll_until(slave, IN), IN, "a line that is typed ends a wait");
    waitpid(pid, NULL, 0);
    read(slave, text, sizeof(text));
    pid = when_asleep(say, NULL);
    is(poll_until(master, IN), IN, "what is written ends the master's");
    waitpid(pid, NULL, 0);
    read(master, text, sizeof(text));
    is(watch(ep, slave, IN | EDGE), 0, "epoll watches terminals");
    is(told(ep), 0, "nothing typed");
    pid = when_asleep(type_line, NULL);
    is(told_later(ep), IN, "a line is told");
    waitpid(pid, NULL, 0);
    is(told(ep), 0, "once");
    is(poll_now(slave, IN), IN, "though it is there");
    close(ep);
    close_terminal();
}

/* The master sees that the last slave is closed; a slave, that its master. */
static void
ends(void)
{
    char text[16];
    open_terminal();
    write(slave, "bye", 3);
    poll_until(master, IN);
    int copy = dup(slave);
    close(slave);
    is(poll_now(master, IN | OUT) & HUP, 0, "a slave is open: no HUP");
    close(copy);
    is(poll_now(master, IN) & (IN | HUP), IN | HUP,
        "none is, and there are bytes: IN and HUP");
    is(read(master, text, sizeof(text)), 3, "they are read");
    fails(read(master, text, sizeof(text)), EIO, "then EIO");
    ok((poll_now(master, IN) & HUP) != 0, "HUP stays");
    close(master);
    open_terminal();
    close(master);
    ok((poll_now(slave, IN) & HUP) != 0, "the master closed: HUP");
    is(read(slave, text, sizeof(text)), 0, "the end");
    close(slave);
}

static int
is_set_in(const unsigned long *set, int fd)
{
    return (set[fd / 64] >> fd % 64 & 1) != 0;
}

static void
by_select(void)
{
    struct timeval zero = { 0, 0 };
    open_terminal();
    unsigned long in[1] = { 1UL << slave }, out[1] = { 1UL << slave };
    const long arg[6] = { 64, P(in), P(out), 0, P(&zero), 0 };
    is(raw_v(CALL_select, arg), 1, "select: room, nothing to read");
    ok(!is_set_in(in, slave) && is_set_in(out, slave), "and says which");
    type("x\n");
    poll_until(slave, IN);
    in[0] = 1UL << slave;
    is(raw_v(CALL_select, arg), 2, "a line: both");
    close_terminal();
}

int
main(void)
{
    canonical();
    raw_mode();
    waits();
    ends();
    by_select();
    return done();
}
