/*
 * terminal.h: a test drives a terminal from its master's end.
 *
 * What is typed takes effect at once on Tine, but on Linux a kernel thread sees
 * to it: so a test waits for what it expects, and looks again and again.
 */
#pragma once

#include "tap.h"

#include <fcntl.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <termios.h>

#define CTRL(letter) ((letter) & 0x1f)

static int master, slave;

/* A new pseudo-terminal, which is nobody's controlling terminal. */
static inline void
open_terminal(void)
{
    if (openpty(&master, &slave, NULL, NULL, NULL) < 0) {
        perror("openpty");
        exit(99);
    }
}

static inline void
close_terminal(void)
{
    close(slave);
    close(master);
}

static inline void
set_nonblocking(int fd, int on)
{
    int flags = fcntl(fd, F_GETFL);
    fcntl(fd, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK);
}

static inline void
type(const char *keys)
{
    write(master, keys, strlen(keys));
}

/* Set and clear modes of the slave. */
static inline void
change_local(tcflag_t set, tcflag_t clear)
{
    struct termios modes;

    tcgetattr(slave, &modes);
    modes.c_lflag = (modes.c_lflag & ~clear) | set;
    tcsetattr(slave, TCSANOW, &modes);
}

/* Every byte can be read, nothing is echoed, and output is as it is. */
static inline void
make_raw(int min, int time)
{
    struct termios modes;

    tcgetattr(slave, &modes);
    cfmakeraw(&modes);
    modes.c_cc[VMIN] = (cc_t)min;
    modes.c_cc[VTIME] = (cc_t)time;
    tcsetattr(slave, TCSANOW, &modes);
}

/* Collect so many bytes, but wait no longer than two seconds; the text gets an
 * end. => what the last read returned if it is not more bytes, else 1 */
static inline long
collect(int fd, char *text, size_t size)
{
    size_t got = 0;
    long n = 1;

    set_nonblocking(fd, 1);
    for (int naps = 0; got < size && naps < 400; naps++) {
        n = read(fd, text + got, size - got);
        if (n > 0) {
            got += (size_t)n;
        } else if (n < 0 && errno == EAGAIN) {
            nap(5);
        } else {
            break;
        }
    }
    set_nonblocking(fd, 0);
    text[got] = '\0';
    return n > 0 ? 1 : n;
}

/* The master sees this, and then nothing else. */
static inline void
shows(const char *want, const char *name)
{
    static char text[8192];
    int more = -1;

    collect(master, text, strlen(want));
    is_str(text, want, name);
    ioctl(master, FIONREAD, &more);
    if (more != 0) {
        ok(0, "and nothing more");
    }
}

/* Wait until so many bytes can be read, but no longer than two seconds. */
static inline int
await_input(int count)
{
    int there = -1;

    for (int naps = 0; naps < 400; naps++) {
        ioctl(slave, FIONREAD, &there);
        if (there >= count) {
            break;
        }
        nap(5);
    }
    return there;
}
