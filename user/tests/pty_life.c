/*
 * pty_life.c: a pseudo-terminal from its master's open to the end of both ends:
 * names, the lock, what an end gets when the other is closed.
 */
#include "jobs.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

static char text[100], path[64];

static void
test_birth(void)
{
    int number = -1, got;
    struct termios modes;
    struct winsize size;
    struct stat st;

    master = posix_openpt(O_RDWR | O_NOCTTY);
    ok(master >= 0 && isatty(master), "a master is a terminal");
    is(ptsname_r(master, path, sizeof(path)), 0, "its slave has a name");
    is(stat(path, &st), 0, "which is there");
    ok(S_ISCHR(st.st_mode) && major(st.st_rdev) == 136, "a device");
    ioctl(master, TIOCGPTN, &number);
    is((long)minor(st.st_rdev), number, "of that number");
    fails(open(path, O_RDWR | O_NOCTTY), EIO, "it is locked");
    ioctl(master, TIOCGPTLCK, &got);
    is(got, 1, "which the master tells");
    type("ahead\n");
    is(grantpt(master) + unlockpt(master), 0, "unlocked");
    slave = open(path, O_RDWR | O_NOCTTY);
    ok(slave >= 0, "it can be opened");
    is(read(slave, text, 100), 6, "what was typed before is there");
    is_str(ttyname(slave), path, "ttyname");
    is(ttyname_r(slave, text, 3), ERANGE, "with little room");
    fails(ioctl(slave, TIOCGPTN, &number), ENOTTY, "the slave has no number");
    fails(lseek(slave, 0, SEEK_SET), ESPIPE, "nor a position");
    fails(unlink(path), EPERM, "the name cannot be removed");
    tcgetattr(slave, &modes);
    ok(modes.c_iflag == (ICRNL | IXON) && modes.c_oflag == (OPOST | ONLCR)
            && modes.c_cflag == (B38400 | CS8 | CREAD)
            && modes.c_lflag == (ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL
                                    | ECHOKE | IEXTEN),
        "the modes at first");
    ok(modes.c_cc[VINTR] == 3 && modes.c_cc[VWERASE] == CTRL('W')
            && modes.c_cc[VMIN] == 1 && modes.c_cc[VEOL] == 0,
        "and the keys");
    ioctl(slave, TIOCGWINSZ, &size);
    ok(size.ws_row == 0 && size.ws_col == 0, "no size");
    modes.c_lflag = 0;
    tcsetattr(slave, TCSANOW, &modes);
    tcgetattr(master, &modes);
    is(modes.c_lflag, 0, "both ends have the same modes");
}

static void
test_slave_closed(void)
{
    write(slave, "last", 4);
    int copy = dup(slave);
    close(slave);
    set_nonblocking(master, 1);
    is(collect(master, text, 11), 1, "the master reads what was shown");
    is_str(text, "ahead\r\nlast", "in order");
    set_nonblocking(master, 1);
    fails(read(master, text, 10), EAGAIN, "the slave is open still");
    set_nonblocking(master, 0);
    pid_t pid = must_fork();
    if (pid == 0) {
        close(copy);
        _exit(read(master, text, 10) == -1 && errno == EIO ? 3 : 4);
    }
    nap(30);
    close(copy);
    exited(status_of(pid, 0), 3, "closed, a sleeping reader gets EIO");
    fails(read(master, text, 10), EIO, "the last slave is closed");
    slave = open(path, O_RDWR | O_NOCTTY);
    write(slave, "new", 3);
    is(read(master, text, 10), 3, "it can be opened again");
    struct termios modes;
    tcgetattr(slave, &modes);
    is(modes.c_lflag, 0, "with its modes");
}

static void
test_master_closed(void)
{
    int idle[2], status;
    struct stat st;
    char c;

    pipe(idle);
    pid_t pid = must_fork();
    if (pid == 0) {
        close(master);
        write(idle[1], "x", 1);
        long n = read(slave, &c, 1);
        _exit(n == -1 && errno == EIO ? 3 : n == 0 ? 4 : 5);
    }
    read(idle[0], &c, 1);
    nap(50);
    close(master);
    waitpid(pid, &status, 0);
    exited(status, 3, "a sleeping reader of the slave gets EIO");
    is(read(slave, &c, 1), 0, "a later one an end of file");
    fails(write(slave, "x", 1), EIO, "a writer gets EIO");
    fails(tcsetattr(slave, TCSANOW, &(struct termios){ 0 }), EIO,
        "so do changes");
    pid_t none = 0;
    fails(ioctl(slave, TIOCSPGRP, &none), ENOTTY, "all but TIOCSPGRP");
    fails(stat(path, &st), ENOENT, "the name is gone");
    is(fstat(slave, &st), 0, "the file is not");
    close(slave);
}

static void
test_full(void)
{
    long sum = 0, n;
    static char bytes[1000];

    open_terminal();
    make_raw(1, 0);
    memset(bytes, 'x', sizeof(bytes));
    set_nonblocking(slave, 1);
    while ((n = write(slave, bytes, sizeof(bytes))) > 0) {
        sum += n;
        nap(1);
    }
    ok(n == -1 && errno == EAGAIN, "nobody reads the master: EAGAIN");
    set_nonblocking(slave, 0);
    pid_t pid = must_fork();
    if (pid == 0) {
        _exit(write(slave, "end", 3) == 3 ? 3 : 4);
    }
    long got = 0;
    while (got < sum + 3 && (n = read(master, bytes, sizeof(bytes))) > 0) {
        got += n;
    }
    is(got, sum + 3, "the master reads all of it");
    exited(status_of(pid, 0), 3, "a writer waited for that");
    set_nonblocking(master, 1);
    for (sum = 0; (n = write(master, bytes, sizeof(bytes))) > 0; sum += n) {
        nap(1);
    }
    ok(n == -1 && errno == EAGAIN, "nobody reads the slave: EAGAIN");
    set_nonblocking(master, 0);
    pid = must_fork();
    if (pid == 0) {
        _exit(write(master, "end", 3) == 3 ? 3 : 4);
    }
    for (got = 0; got < sum + 3 && (n = read(slave, bytes, 999)) > 0;) {
        got += n;
    }
    is(got, sum + 3, "the slave reads all of it");
    exited(status_of(pid, 0), 3, "a writer waited for that, too");
    close_terminal();
}

/* A line that never ends loses its end, but not its newline. */
static void
test_endless(void)
{
    static char bytes[5000];

    open_terminal();
    change_local(0, ECHO);
    memset(bytes, 'x', sizeof(bytes));
    bytes[4999] = '\n';
    write(master, bytes, sizeof(bytes));
    is(read(slave, bytes, sizeof(bytes)), 4096, "a line of 4096 bytes");
    ok(bytes[4095] == '\n', "with its newline");
    close_terminal();
}

int
main(void)
{
    test_birth();
    test_slave_closed();
    test_master_closed();
    test_full();
    test_endless();
    return done();
}
