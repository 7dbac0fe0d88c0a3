/*
 * pipe_full.c: a pipe holds 64 KiB. Writers wait for room, or get EAGAIN;
 * writes of up to 4096 bytes stay in one piece.
 *
 * seconds: 20
 */
#include "tap.h"

#include <fcntl.h>

#define CAPACITY 65536
#define PIECE 4096

static char buf[200000];

static void
test_capacity(void)
{
    int p[2], n = 0;
    long total = 0;

    pipe2(p, O_NONBLOCK);
    while (write(p[1], buf, PIECE) == PIECE) {
        n++;
    }
    ok(errno == EAGAIN, "a full pipe: EAGAIN");
    is(n, CAPACITY / PIECE, "after 16 pieces of 4096 bytes");
    fails(write(p[1], buf, 1), EAGAIN, "not one byte more");
    is(read(p[0], buf, PIECE), PIECE, "when one piece is read");
    is(write(p[1], buf, PIECE), PIECE, "one fits");
    while ((n = read(p[0], buf, 10000)) > 0) {
        total += n;
    }
    is(total, CAPACITY, "64 KiB come out");
    n = 0;
    while (write(p[1], "x", 1) == 1) {
        n++;
    }
    is(n, CAPACITY, "as many single bytes fit");
    close(p[0]);
    close(p[1]);
}

/* A large write takes what fits; a small one goes whole or not at all. */
static void
test_partial(void)
{
    int p[2];

    pipe2(p, O_NONBLOCK);
    is(write(p[1], buf, sizeof(buf)), CAPACITY, "a large write: what fits");
    read(p[0], buf, 2 * PIECE);
    is(write(p[1], buf, 3 * PIECE), 2 * PIECE, "again, in what is free");
    while (read(p[0], buf, sizeof(buf)) > 0) {
    }
    write(p[1], buf, 15 * PIECE);
    write(p[1], buf, 2048);
    fails(write(p[1], buf, PIECE), EAGAIN, "4096 bytes where 2048 fit");
    is(read(p[0], buf, sizeof(buf)), 15 * PIECE + 2048, "left no trace");
    close(p[0]);
    close(p[1]);
}

static char
pattern(long i)
{
    return (char)(i * 7 + i / 251);
}

/* One write of 200,000 bytes; the reader takes odd pieces. */
static void
test_blocking_write(void)
{
    int p[2], status = 0, good = 1;
    long total = 0, n;
    char piece[3001];

    for (long i = 0; i < (long)sizeof(buf); i++) {
        buf[i] = pattern(i);
    }
    pipe(p);
    pid_t pid = fork();
    if (pid == 0) {
        close(p[0]);
        n = write(p[1], buf, sizeof(buf));
        _exit(n == sizeof(buf) ? 3 : 4);
    }
    close(p[1]);
    nap(20);
    is(waitpid(pid, &status, WNOHANG), 0, "the writer waits for room");
    while ((n = read(p[0], piece, sizeof(piece))) > 0) {
        for (long i = 0; i < n; i++) {
            good &= piece[i] == pattern(total + i);
        }
        total += n;
    }
    is(total, sizeof(buf), "all bytes come through");
    ok(good, "in order");
    waitpid(pid, &status, 0);
    exited(status, 3, "and the write returned their number");
    close(p[0]);
}

static void
test_reader_leaves(void)
{
    int p[2], status = 0;

    pipe(p);
    pid_t pid = fork();
    if (pid == 0) {
        close(p[0]);
        write(p[1], buf, sizeof(buf));
        _exit(1);
    }
    close(p[1]);
    nap(20);
    read(p[0], buf, 100);
    close(p[0]);
    waitpid(pid, &status, 0);
    killed(status, SIGPIPE, "a waiting writer learns that no reader is left");
}

/* Records of 100 equal bytes from four writers: none is torn. */
static void
test_atomic(void)
{
    int p[2], count[4] = { 0, 0, 0, 0 }, torn = 0;
    char record[100];

    pipe(p);
    for (int w = 0; w < 4; w++) {
        if (fork() == 0) {
            memset(record, 'a' + w, sizeof(record));
            for (int i = 0; i < 200; i++) {
                write(p[1], record, sizeof(record));
            }
            _exit(0);
        }
    }
    close(p[1]);
    nap(20);
    while (read(p[0], record, sizeof(record)) == sizeof(record)) {
        for (int i = 1; i < (int)sizeof(record); i++) {
            torn |= record[i] != record[0];
        }
        count[(record[0] - 'a') & 3]++;
    }
    while (wait(NULL) > 0) {
    }
    ok(!torn, "records of four writers are whole");
    ok(count[0] == 200 && count[1] == 200 && count[2] == 200
        && count[3] == 200, "and all there");
    close(p[0]);
}

/* Each byte goes to one of four readers. */
static void
test_readers(void)
{
    int p[2], back[2];
    long total = 0, part = 0, n;

    pipe(p);
    pipe(back);
    for (int r = 0; r < 4; r++) {
        if (fork() == 0) {
            close(p[1]);
            while ((n = read(p[0], buf, 1000)) > 0) {
                part += n;
            }
            write(back[1], &part, sizeof(part));
            _exit(0);
        }
    }
    close(p[0]);
    close(back[1]);
    write(p[1], buf, 150000);
    close(p[1]);
    while (read(back[0], &part, sizeof(part)) == sizeof(part)) {
        total += part;
    }
    while (wait(NULL) > 0) {
    }
    is(total, 150000, "four readers share all bytes");
    close(back[0]);
}

int
main(void)
{
    test_capacity();
    test_partial();
    test_blocking_write();
    test_reader_leaves();
    test_atomic();
    test_readers();
    return done();
}
