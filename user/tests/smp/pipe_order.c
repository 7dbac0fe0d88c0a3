/*
 * pipe_order.c: bytes go through pipes between processes on different
 * processors. As many come out as went in, in the same order, and then the end
 * of file, with reads and writes of all sizes. Also one byte to and fro, many
 * times.
 *
 * seconds: 60
 */
#include "smp.h"

enum { BYTES = 1 << 20, LARGEST = 20000, ROUNDS = 3000 };

static unsigned char piece[LARGEST];

static unsigned char
byte_at(long i)
{
    return (unsigned char)(i * 7 + (i >> 8) * 13 + (i >> 16));
}

/* => 1 when all is written */
static int
produce(int fd, unsigned long seed)
{
    long done_bytes = 0;

    while (done_bytes < BYTES) {
        long size = 1 + pick(&seed, pick(&seed, 4) ? 700 : LARGEST);
        if (size > BYTES - done_bytes) {
            size = BYTES - done_bytes;
        }
        for (long i = 0; i < size; i++) {
            piece[i] = byte_at(done_bytes + i);
        }
        if (write(fd, piece, size) != size) {
            return 0;
        }
        done_bytes += size;
    }
    return 1;
}

/* => how many bytes came in order before the end; -1 if one was wrong */
static long
consume(int fd, unsigned long seed)
{
    long have = 0, n;

    while ((n = read(fd, piece, 1 + pick(&seed, LARGEST))) > 0) {
        for (long i = 0; i < n; i++) {
            if (piece[i] != byte_at(have + i)) {
                return -1;
            }
        }
        have += n;
    }
    return n == 0 ? have : -1;
}

/* A producer, some processes that pass all on, and the parent at the end. */
static void
test_chain(int middles, const char *name)
{
    pid_t pid[4];
    int ends[2], in, good = 1;

    pipe(ends);
    pid[0] = must_fork();
    if (pid[0] == 0) {
        close(ends[0]);
        on_cpu(1);
        _exit(produce(ends[1], 5));
    }
    close(ends[1]);
    in = ends[0];
    for (int i = 1; i <= middles; i++) {
        pipe(ends);
        pid[i] = must_fork();
        if (pid[i] == 0) {
            long n, size = i * 1500;
            close(ends[0]);
            on_cpu(1 + i);
            while ((n = read(in, piece, size)) > 0
                   && write(ends[1], piece, n) == n) {
            }
            _exit(n == 0);
        }
        close(ends[1]);
        close(in);
        in = ends[0];
    }
    is(consume(in, 9), BYTES, name);
    close(in);
    for (int i = 0; i <= middles; i++) {
        good &= code_of(pid[i]) == 1;
    }
    ok(good, "everybody saw the end");
}

static void
test_to_and_fro(void)
{
    int to[2], fro[2], good = 0;

    pipe(to);
    pipe(fro);
    pid_t pid = must_fork();
    if (pid == 0) {
        unsigned char c;
        on_cpu(1);
        close(to[1]);
        close(fro[0]);
        while (read(to[0], &c, 1) == 1) {
            c++;
            write(fro[1], &c, 1);
        }
        _exit(1);
    }
    close(to[0]);
    close(fro[1]);
    for (int i = 0; i < ROUNDS; i++) {
        unsigned char out = (unsigned char)i, in = 0;
        write(to[1], &out, 1);
        good += read(fro[0], &in, 1) == 1 && in == (unsigned char)(i + 1);
    }
    close(to[1]);
    is(good, ROUNDS, "a byte to and fro, each time one more");
    is(code_of(pid), 1, "until the pipe is closed");
    close(fro[0]);
}

int
main(void)
{
    on_cpu(0);
    test_chain(0, "all bytes in order through one pipe");
    test_chain(3, "through four pipes in a row");
    test_to_and_fro();
    return done();
}
