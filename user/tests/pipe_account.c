/*
 * pipe_account.c: a user who has many pipes gets small ones, and cannot make
 * them larger; they work. Another user, and root, get pipes as always. When the
 * pipes are closed, the next is of full size again.
 */
#include "users.h"

#include <fcntl.h>
#include <sys/resource.h>

#define MOST 1100 /* Linux's account has 1024 pipes of 16 pages */

static int (*ends)[2];
static int made;

static long
size_of_new(void)
{
    int fds[2];
    long size = pipe(fds) == 0 ? fcntl(fds[0], F_GETPIPE_SZ) : -1;

    close(fds[0]);
    close(fds[1]);
    return size;
}

/* Pipes until one is small. => its place, or MOST */
static int
make_many(void)
{
    for (made = 0; made < MOST; made++) {
        if (pipe(ends[made]) != 0) {
            return MOST;
        }
        if (fcntl(ends[made][0], F_GETPIPE_SZ) < 65536) {
            return made++;
        }
    }
    return MOST;
}

static int
as_a(void *unused)
{
    char text[8192] = "";
    int small;

    (void)unused;
    become(A, A);
    small = make_many();
    ok(small > 16 && small < MOST, "at some time a user's new pipe is small");
    small = small < MOST ? small : 0;
    is(fcntl(ends[small][0], F_GETPIPE_SZ), 8192, "it has two pages");
    is(fcntl(ends[small][0], F_SETPIPE_SZ, 65536), -1, "it cannot have more");
    is(errno, EPERM, "EPERM");
    is(fcntl(ends[small][0], F_SETPIPE_SZ, 4096), 4096, "but less");
    is(write(ends[small][1], text, 4096), 4096, "it can be filled");
    is(read(ends[small][0], text, sizeof(text)), 4096, "and read");
    is(fcntl(ends[0][0], F_GETPIPE_SZ), 65536, "the first is as it was");
    return 0;
}

static int
as_b(void *unused)
{
    (void)unused;
    become(B, B);
    is(size_of_new(), 65536, "another user's pipe has 65536 bytes");
    return 0;
}

static int
again(void *unused)
{
    (void)unused;
    become(A, A);
    make_many();
    for (int i = 0; i < made; i++) {
        close(ends[i][0]);
        close(ends[i][1]);
    }
    is(size_of_new(), 65536, "after all are closed, a new one has 65536");
    return 0;
}

int
main(void)
{
    struct rlimit files = { 4096, 4096 };

    ends = calloc(MOST, sizeof(*ends));
    is(setrlimit(RLIMIT_NOFILE, &files), 0, "4096 descriptors");
    in_turn(as_a);
    in_turn(as_b);
    in_turn(again);
    is(make_many(), MOST, "all of root's pipes have 65536 bytes");
    is(fcntl(ends[MOST - 1][0], F_SETPIPE_SZ, 131072), 131072,
        "and may have more");
    in_turn(as_b);
    return done();
}
