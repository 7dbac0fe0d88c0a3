/*
 * tty_errors.c: the requests of a terminal that fail, and change nothing: on
 * what is no terminal, with bad pointers, with wrong values, at the wrong end.
 */
#include "jobs.h"
#include "raw.h"

#include <sys/mman.h>

#define COUNT_OF(table) ((int)(sizeof(table) / sizeof((table)[0])))
#define PAGE 4096

/* The size of what a request reads or writes. */
struct request {
    unsigned nr;
    const char *name;
    int reads, writes;
    int only_master;
};

static const struct request requests[] = {
    { TCGETS, "TCGETS", 0, 36, 0 },
    { TCSETS, "TCSETS", 36, 0, 0 },
    { TCSETS + TCSADRAIN, "TCSETSW", 36, 0, 0 },
    { TCSETS + TCSAFLUSH, "TCSETSF", 36, 0, 0 },
    { TIOCGPGRP, "TIOCGPGRP", 0, 4, 0 },
    { TIOCSPGRP, "TIOCSPGRP", 4, 0, 0 },
    { TIOCGSID, "TIOCGSID", 0, 4, 0 },
    { TIOCGWINSZ, "TIOCGWINSZ", 0, 8, 0 },
    { TIOCSWINSZ, "TIOCSWINSZ", 8, 0, 0 },
    { FIONREAD, "FIONREAD", 0, 4, 0 },
    { TIOCOUTQ, "TIOCOUTQ", 0, 4, 0 },
    { TIOCGPTN, "TIOCGPTN", 0, 4, 1 },
    { TIOCSPTLCK, "TIOCSPTLCK", 4, 0, 1 },
    { TIOCGPTLCK, "TIOCGPTLCK", 0, 4, 1 },
    { TCSBRK, "TCSBRK", 0, 0, 0 },
    { TCSBRKP, "TCSBRKP", 0, 0, 0 },
    { TCXONC, "TCXONC", 0, 0, 0 },
    { TCFLSH, "TCFLSH", 0, 0, 0 },
    { TIOCSCTTY, "TIOCSCTTY", 0, 0, 0 },
    { TIOCNOTTY, "TIOCNOTTY", 0, 0, 0 },
};

static char *locked, *constant; /* a page of no rights, one to read */

static long
request(int fd, unsigned long nr, long arg)
{
    return raw(NR_ioctl, fd, (long)nr, arg, 0);
}

/* All requests give this error, or the name of the first that does not. */
static const char *
all_give(int fd, long error)
{
    static char bytes[64];

    for (int i = 0; i < COUNT_OF(requests); i++) {
        /* Linux has FIONREAD for more than terminals */
        if ((requests[i].nr != FIONREAD || error == -EBADF)
            && request(fd, requests[i].nr, P(bytes)) != error) {
            return requests[i].name;
        }
    }
    return "";
}

static void
test_no_terminal(void)
{
    int ends[2];

    pipe(ends);
    int file = open("file", O_RDWR | O_CREAT, 0644);
    int folder = open(".", O_RDONLY);
    int null = open("/dev/null", O_RDWR);
    is_str(all_give(ends[0], -ENOTTY), "", "a pipe: ENOTTY");
    is_str(all_give(file, -ENOTTY), "", "a file");
    is_str(all_give(folder, -ENOTTY), "", "a directory");
    is_str(all_give(null, -ENOTTY), "", "another device");
    close(null);
    is_str(all_give(null, -EBADF), "", "no descriptor: EBADF");
    is_str(all_give(-1, -EBADF), "", "nor a number of one");
    close(file);
    close(folder);
    close(ends[0]);
    close(ends[1]);
}

/* => the first pointer for which a request is not EFAULT, or 0 */
static long
no_fault(int fd, const struct request *one)
{
    int size = one->reads + one->writes;
    const long bad[] = { 1, P(locked), P(locked) - size + 1,
        0x7ffffffffffe, 0x800000000000, (long)0xffff800000000000, -2,
        one->writes ? P(constant) : 1 };

    for (int i = 0; i < COUNT_OF(bad); i++) {
        if (request(fd, one->nr, bad[i]) != -EFAULT) {
            return bad[i];
        }
    }
    return 0;
}

static void
test_pointers(int fd, const char *end)
{
    struct termios before, after;
    struct winsize size = { 5, 6, 7, 8 }, got;
    char name[64];

    tcgetattr(slave, &before);
    ioctl(slave, TIOCSWINSZ, &size);
    type("line\n");
    await_input(5);
    for (int i = 0; i < COUNT_OF(requests); i++) {
        const struct request *one = &requests[i];
        if (one->reads + one->writes > 0
            && (fd == master || !one->only_master)) {
            snprintf(name, sizeof(name), "%s: %s, bad pointers", end,
                one->name);
            is(no_fault(fd, one), 0, name);
        }
    }
    tcgetattr(slave, &after);
    ok(memcmp(&before, &after, 36) == 0, "the modes are as they were");
    ioctl(slave, TIOCGWINSZ, &got);
    ok(memcmp(&size, &got, sizeof(size)) == 0, "and the size");
    is(await_input(5), 5, "what was typed is there");
    is(tcgetpgrp(slave), getpgrp(), "the foreground is the same");
    tcflush(slave, TCIFLUSH);
}

static void
test_values(int fd, const char *end)
{
    static const long wrong[] = { 4, -1, 1L << 32, 1L << 63 };
    char name[64];
    int good = 0;

    for (int i = 0; i < COUNT_OF(wrong); i++) {
        good += request(fd, TCFLSH, wrong[i] == 4 ? 3 : wrong[i]) == -EINVAL;
        good += request(fd, TCXONC, wrong[i]) == -EINVAL;
    }
    snprintf(name, sizeof(name), "%s: TCFLSH, TCXONC of no known kind", end);
    is(good, 2 * COUNT_OF(wrong), name);
    is(request(fd, TCSBRK, 1L << 32) + request(fd, TCSBRK, 0)
           + request(fd, TCSBRKP, -1), 0, "a break may have any length");
    is(request(fd, 0, 0), -ENOTTY, "no request 0");
    is(request(fd, 0x54ff, 0), -ENOTTY, "nor an unknown one");
    is(request(fd, ~0UL, 0), -ENOTTY, "nor the last one");
    struct termios modes;
    is(request(fd, TCGETS | 1UL << 32, P(&modes)), 0, "it has 32 bits");
}

/* What is shown and not read does not count: the terminal has passed it on. */
static void
test_output(void)
{
    int count = -1;

    write(slave, "shown", 5);
    is(ioctl(slave, TIOCOUTQ, &count), 0, "TIOCOUTQ at the slave");
    is(count, 0, "no byte waits");
    count = -1;
    is(ioctl(master, TIOCOUTQ, &count), 0, "at the master");
    is(count, 0, "nor does one there");
    collect(master, (char[8]){ 0 }, 5);
}

static void
test_wrong_end(void)
{
    int number = 0;

    is(request(slave, TIOCGPTN, P(&number)), -ENOTTY, "a slave: TIOCGPTN");
    is(request(slave, TIOCSPTLCK, P(&number)), -ENOTTY, "TIOCSPTLCK");
    is(request(slave, TIOCGPTLCK, P(&number)), -ENOTTY, "TIOCGPTLCK");
    is(request(master, TIOCNOTTY, 0), -ENOTTY, "a master: TIOCNOTTY");
    pid_t group = getpgrp();
    is(request(master, TIOCSPGRP, P(&group)), 0, "but TIOCSPGRP");
}

/* Requests that ask whose terminal it is, by one of another session. */
static int
outside(void *unused)
{
    static const unsigned asking[] = { TIOCGPGRP, TIOCSPGRP, TIOCGSID,
        TIOCNOTTY };
    pid_t group = getpgrp();

    (void)unused;
    setsid();
    for (int i = 0; i < COUNT_OF(asking); i++) {
        is(request(slave, asking[i], P(&group)), -ENOTTY, "a stranger");
    }
    is(request(slave, TIOCSPGRP, 1), -EFAULT, "first the pointer counts");
    is(request(slave, TIOCGPGRP, 1), -ENOTTY, "or whose it is");
    is(request(slave, TIOCSCTTY, 0), -EPERM, "it belongs to a session");
    is(request(master, TIOCGPGRP, P(&group)), 0, "a master tells anyone");
    return tap_lines;
}

static int
body(void)
{
    test_pointers(slave, "slave");
    test_pointers(master, "master");
    test_values(slave, "slave");
    test_values(master, "master");
    test_output();
    test_wrong_end();
    tap_lines = WEXITSTATUS(in_child(outside, NULL));
    return done();
}

int
main(void)
{
    char *pages = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    locked = pages + PAGE;
    constant = pages + 2 * PAGE;
    mprotect(locked, PAGE, PROT_NONE);
    mprotect(constant, PAGE, PROT_READ);
    test_no_terminal();
    return lead(body);
}
