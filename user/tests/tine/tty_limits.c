/*
 * tty_limits.c: there are at most PTY_MAX pseudo-terminals at a time, where
 * Linux has thousands; and requests of Linux's that no terminal here knows are
 * refused by their number, whatever the pointer.
 *
 * expect:
 * ok 1 - so many pseudo-terminals, and no more
 * ok 2 - ENOSPC
 * ok 3 - one is closed: its number is free
 * ok 4 - which the next gets
 * ok 5 - a slave that is open does not keep the number
 * ok 6 - a slave refuses them
 * ok 7 - so does a master
 * ok 8 - and the console
 * ok 9 - no byte has been typed
 * 1..9
 */
#include "../terminal.h"

enum { MOST = 64, GIVEN_UP = 17 };

static int masters[MOST + 1];

static int
number_of(int fd)
{
    int number = -1;

    ioctl(fd, TIOCGPTN, &number);
    return number;
}

static void
test_count(void)
{
    int count = 0;

    while (count <= MOST
           && (masters[count] = posix_openpt(O_RDWR | O_NOCTTY)) >= 0) {
        count++;
    }
    int error = errno;
    is(count, MOST, "so many pseudo-terminals, and no more");
    is(error, ENOSPC, "ENOSPC");
    close(masters[GIVEN_UP]);
    masters[GIVEN_UP] = posix_openpt(O_RDWR | O_NOCTTY);
    ok(masters[GIVEN_UP] >= 0, "one is closed: its number is free");
    is(number_of(masters[GIVEN_UP]), GIVEN_UP, "which the next gets");
    unlockpt(masters[GIVEN_UP]);
    slave = open("/dev/pts/17", O_RDWR | O_NOCTTY);
    close(masters[GIVEN_UP]);
    masters[GIVEN_UP] = posix_openpt(O_RDWR | O_NOCTTY);
    is(number_of(masters[GIVEN_UP]), GIVEN_UP,
        "a slave that is open does not keep the number");
    close(slave);
    for (int i = 0; i < MOST; i++) {
        close(masters[i]);
    }
}

/* => how many of the requests a descriptor refuses wrongly */
static int
wrong(int fd)
{
    static const unsigned long unknown[] = {
        0x5405, 0x5406, /* TCGETA, TCSETA */
        0x540c, 0x540d, /* TIOCEXCL, TIOCNXCL */
        0x5412,         /* TIOCSTI */
        0x5415, 0x5418, /* TIOCMGET, TIOCMSET */
        0x541c, 0x541d, /* TIOCLINUX, TIOCCONS */
        0x541e,         /* TIOCGSERIAL */
        0x5420,         /* TIOCPKT */
        0x5423, 0x5424, /* TIOCSETD, TIOCGETD */
        0x5427, 0x5428, /* TIOCSBRK, TIOCCBRK */
        0x802c542a,     /* TCGETS2 */
        0x5437,         /* TIOCVHANGUP */
        0x5441,         /* TIOCGPTPEER */
        0x40045436,     /* TIOCSIG */
        0x80045438,     /* TIOCGPKT */
    };
    static char text[64] = "x";
    int count = 0;

    for (unsigned i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
        count += ioctl(fd, unknown[i], text) != -1 || errno != ENOTTY;
        count += ioctl(fd, unknown[i], (void *)1) != -1 || errno != ENOTTY;
        count += ioctl(fd, unknown[i], (void *)-8) != -1 || errno != ENOTTY;
    }
    return count;
}

int
main(void)
{
    int there = -1;

    test_count();
    open_terminal();
    is(wrong(slave), 0, "a slave refuses them");
    is(wrong(master), 0, "so does a master");
    int console = open("/dev/console", O_RDWR | O_NOCTTY);
    is(wrong(console), 0, "and the console");
    make_raw(0, 0);
    ioctl(slave, FIONREAD, &there);
    is(there, 0, "no byte has been typed");
    close(console);
    close_terminal();
    return done();
}
