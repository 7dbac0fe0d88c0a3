/*
 * bad_in.c: calls that read the caller's memory get addresses that they cannot
 * read, and some that they can: those of a read-only page.
 */
#include "badptr.h"

#include <fcntl.h>

#define F (-EFAULT)

/* 5 is a file, 6 the writing end of a pipe, 7 /dev/zero. */
static const struct bad_call calls[] = {
    { "write a file", NR_write, { 5, 0, 64 }, 1, F, 64, 4 },
    { "write a pipe", NR_write, { 6, 0, 64 }, 1, F, 64, F },
    { "pwrite64", NR_pwrite64, { 5, 0, 64, 8 }, 1, F, 64, 4 },
    { "pwritev", NR_pwritev, { 5, 0, 4, 0 }, 1, F, 0, F },
    { "preadv", NR_preadv, { 5, 0, 4, 0 }, 1, F, 0, F },
    { "utimensat", NR_utimensat, { 5, 0, 0 }, 2, 0, 0, F },
    { "writev", NR_writev, { 5, 0, 4 }, 1, F, 0, F },
    { "readv", NR_readv, { 7, 0, 4 }, 1, F, 0, F },
    { "nanosleep", NR_nanosleep, { 0, 0 }, 0, F, 0, F },
    { "rt_sigprocmask", NR_rt_sigprocmask, { 2, 0, 0, 8 }, 1, 0, 0, F },
    { "rt_sigaction", NR_rt_sigaction, { 12, 0, 0, 8 }, 1, 0, 0, F },
    { "a thread's name", NR_prctl, { 15, 0 }, 1, F, 0, F },
};

static void
test_pieces(void)
{
    static const long wheres[] = { 0, 1, -1, 1L << 63,
        0xffff800000000000L };
    static const char *const names[] = { "NULL", "address 1", "the last byte",
        "no address", "the kernel" };
    char name[64], good[8] = "good";

    for (int i = 0; i < 5; i++) {
        const long one[] = { wheres[i], 8 };
        const long two[] = { P(good), 4, wheres[i], 8 };
        snprintf(name, sizeof(name), "a piece at %s: EFAULT", names[i]);
        is(raw(NR_writev, 5, P(one), 1, 0), F, name);
        snprintf(name, sizeof(name), "to read into %s: EFAULT", names[i]);
        is(raw(NR_readv, 7, P(one), 1, 0), F, name);
        if (wheres[i] < 0 || wheres[i] > 1L << 47) {
            continue;
        }
        snprintf(name, sizeof(name), "one before it at %s: written", names[i]);
        is(raw(NR_writev, 5, P(two), 2, 0), 4, name);
    }
}

/* Lengths with which the end address overflows. */
static void
test_lengths(void)
{
    char buf[16];

    is(raw(NR_read, 7, P(buf), -1, 0), F, "read of 2 to the 64 bytes");
    is(raw(NR_write, 5, P(buf), -1, 0), F, "write of as many");
    is(raw(NR_write, 5, P(buf), 1L << 47, 0), F, "of half the addresses");
    is(raw(NR_read, 7, 1, -1, 0), F, "at a bad address too");
    is(raw(NR_read, 7, 0, 0, 0), 0, "nothing, into NULL");
    is(raw(NR_write, 5, 0, 0, 0), 0, "nothing, out of NULL");
    is(raw(NR_read, 99, 1, 100, 0), -EBADF, "the descriptor comes first");
    is(raw(NR_write, 99, -1, 100, 0), -EBADF, "here too");
    is(raw(NR_ioctl, 5, 0x5401, 1, 0), -ENOTTY, "ioctl: the request does");
    is(raw(NR_getdents64, 5, 1, 100, 0), -ENOTDIR, "the kind of file does");
}

int
main(void)
{
    int p[2];

    bad_init();
    dup2(open("file", O_RDWR | O_CREAT, 0644), 5);
    pipe2(p, O_NONBLOCK);
    dup2(p[1], 6);
    dup2(open("/dev/zero", O_RDONLY), 7);
    for (int i = 0; i < COUNT(calls); i++) {
        bad_test(&calls[i]);
    }
    test_pieces();
    test_lengths();
    unlink("file");
    return done();
}
