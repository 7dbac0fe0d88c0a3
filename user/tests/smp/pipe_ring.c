/*
 * pipe_ring.c: eight processes in a ring of pipes, and some tokens that go
 * round: each process adds one to each token. Nothing is lost when a reader
 * sleeps on one processor and the writer is on another.
 *
 * seconds: 60
 */
#include "smp.h"

enum { RING = 8, ROUNDS = 300, TOKENS = 3 };

/* Pass tokens on until the end of the file; => whether all were whole */
static int
pass_on(int in, int out)
{
    long token, n;

    while ((n = read(in, &token, sizeof(token))) == sizeof(token)) {
        token++;
        if (write(out, &token, sizeof(token)) != sizeof(token)) {
            return 0;
        }
    }
    return n == 0;
}

/* The parent is one of the ring: the tokens pass it ROUNDS times. */
static long
turn(int in, int out)
{
    long token, sum = 0;

    for (long i = 0; i < TOKENS; i++) {
        token = i * 1000000;
        write(out, &token, sizeof(token));
    }
    for (int i = 0; i < ROUNDS * TOKENS; i++) {
        if (read(in, &token, sizeof(token)) != sizeof(token)) {
            return -1;
        }
        if (i < (ROUNDS - 1) * TOKENS) {
            write(out, &token, sizeof(token));
        } else {
            sum += token;
        }
    }
    close(out);
    return sum;
}

int
main(void)
{
    int in[RING], out[RING], good = 0;
    pid_t pid[RING];

    for (int i = 0; i < RING; i++) {
        int ends[2];
        pipe(ends);
        out[i] = ends[1];
        in[(i + 1) % RING] = ends[0];
    }
    for (int i = 1; i < RING; i++) {
        pid[i] = must_fork();
        if (pid[i] == 0) {
            for (int other = 0; other < RING; other++) {
                if (other != i) {
                    close(in[other]);
                    close(out[other]);
                }
            }
            on_cpu(i);
            _exit(pass_on(in[i], out[i]));
        }
    }
    for (int i = 1; i < RING; i++) {
        close(in[i]);
        close(out[i]);
    }
    on_cpu(0);
    long sum = turn(in[0], out[0]);
    is(sum, TOKENS * (RING - 1) * ROUNDS + 3000000L,
        "each token was passed on by each of the ring, in every round");
    for (int i = 1; i < RING; i++) {
        good += code_of(pid[i]) == 1;
    }
    is(good, RING - 1, "the end of the file went round too");
    close(in[0]);
    return done();
}
