/*
 * pipe_wake.c: many readers wait at one pipe. A byte wakes one of them; end of
 * file wakes all; a stopped or killed reader keeps no byte from the others.
 *
 * With the arguments `cost N` it prints the instructions that a byte takes to
 * one of N readers and back, the same each time under --icount.
 *
 * seconds: 20
 */
#include "tap.h"

#include "clone.h"
#include "now.h"

enum { CROWD = 100, MOST = 400, BYTES = 150, ABSENT = 30, PIECE = 4096 };
enum { WRITERS = 80, DRAINED = 40, FULL = 65536 / PIECE };

static int to[2], back[2];
static pid_t pid[MOST];
static char block[PIECE];

/* Acknowledge each byte; => how many there were before the end */
static int
reader(void)
{
    char byte;
    int n = 0;

    close(to[1]);
    while (read(to[0], &byte, 1) == 1) {
        n++;
        write(back[1], &byte, 1);
    }
    return n;
}

static void
start_readers(int count)
{
    pipe(to);
    pipe(back);
    for (int i = 0; i < count; i++) {
        pid[i] = must_fork();
        if (pid[i] == 0) {
            _exit(reader());
        }
    }
    for (int i = 0; i < count; i++) {
        until_asleep(pid[i]);
    }
}

/* One byte there and back. => whether it came back */
static int
pass(char byte)
{
    char answer = 0;

    write(to[1], &byte, 1);
    return read(back[0], &answer, 1) == 1 && answer == byte;
}

/* No other reader may have answered. => whether the pipe back is empty */
static int
silent(void)
{
    char byte;

    fcntl(back[0], F_SETFL, O_NONBLOCK);
    int n = read(back[0], &byte, 1);
    fcntl(back[0], F_SETFL, 0);
    return n < 0 && errno == EAGAIN;
}

/* End of file for all remaining readers. => how many bytes they had */
static int
end_readers(int from, int count)
{
    int status, sum = 0;

    close(to[1]);
    for (int i = from; i < count; i++) {
        waitpid(pid[i], &status, 0);
        sum += WIFEXITED(status) ? WEXITSTATUS(status) : -1000;
    }
    close(to[0]);
    close(back[0]);
    close(back[1]);
    return sum;
}

static void
test_one_each(void)
{
    int good = 0;

    start_readers(CROWD);
    for (int i = 0; i < BYTES; i++) {
        good += pass((char)i);
    }
    is(good, BYTES, "each byte is for one of a hundred waiting readers");
    ok(silent(), "and for no other");
    is(end_readers(0, CROWD), BYTES, "the end is for all");
}

/* One write of ten bytes, for ten readers that each read one. */
static void
test_share(void)
{
    int status, good = 0;
    char byte;

    pipe(to);
    for (int i = 0; i < 10; i++) {
        pid[i] = must_fork();
        if (pid[i] == 0) {
            _exit(read(to[0], &byte, 1) == 1 ? byte : 100);
        }
    }
    for (int i = 0; i < 10; i++) {
        until_asleep(pid[i]);
    }
    write(to[1], "\0\1\2\3\4\5\6\7\10\11", 10);
    for (int i = 0; i < 10; i++) {
        waitpid(pid[i], &status, 0);
        good += WEXITSTATUS(status);
    }
    is(good, 45, "a reader that takes less leaves the rest to the next");
    close(to[0]);
    close(to[1]);
}

/* Those that began to wait first are killed or stopped. */
static void
test_absent(void)
{
    int good = 0, status = 0, dead = 0;

    start_readers(CROWD);
    for (int i = 0; i < 2 * ABSENT; i++) {
        kill(pid[i], i < ABSENT ? SIGKILL : SIGSTOP);
        waitpid(pid[i], &status, WUNTRACED);
        dead += WIFSIGNALED(status);
        good += pass((char)i);
    }
    is(dead, ABSENT, "thirty of them are killed, thirty stopped");
    is(good, 2 * ABSENT, "each byte is for one of the others");
    for (int i = ABSENT; i < 2 * ABSENT; i++) {
        kill(pid[i], SIGCONT);
        good += pass((char)i);
    }
    is(good, 3 * ABSENT, "and when the stopped go on");
    ok(silent(), "for one");
    ok(end_readers(ABSENT, CROWD) >= 0, "the living see the end");
}

static int
write_block(int i)
{
    memset(block, i + 1, PIECE);
    return write(to[1], block, PIECE) == PIECE;
}

static int
whole(int seen[WRITERS + 1])
{
    for (int i = 1; i < PIECE; i++) {
        if (block[i] != block[0]) {
            return 0;
        }
    }
    seen[(int)block[0]]++;
    return 1;
}

/* Some are killed and some stopped while they wait for room. */
static void
test_writers(void)
{
    int seen[WRITERS + 1] = { 0 }, good = 0, once = 0, status = 0, pipes = 0;

    pipe(to);
    for (int i = 0; i < FULL; i++) {
        write(to[1], block, PIECE);
    }
    for (int i = 0; i < WRITERS; i++) {
        pid[i] = must_fork();
        if (pid[i] == 0) {
            close(to[0]);
            _exit(write_block(i));
        }
        until_asleep(pid[i]);
    }
    for (int i = 0; i < 10; i++) {
        kill(pid[i], i < 5 ? SIGKILL : SIGSTOP);
        waitpid(pid[i], &status, WUNTRACED);
    }
    for (int i = 0; i < FULL + DRAINED; i++) {
        good += read(to[0], block, PIECE) == PIECE && whole(seen);
    }
    is(good, FULL + DRAINED, "room for one piece is used by one writer");
    for (int i = 1; i <= WRITERS; i++) {
        once += seen[i] == 1 && i > 10;
    }
    is(once, DRAINED, "of those that are neither dead nor stopped");
    close(to[0]);
    good = 0;
    for (int i = 5; i < WRITERS; i++) {
        kill(pid[i], SIGCONT);
        waitpid(pid[i], &status, 0);
        good += status == 1 << 8;
        pipes += WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE;
    }
    is(pipes + good, WRITERS - 5, "when no reader is left");
    ok(good >= DRAINED && good <= DRAINED + FULL,
        "writers that still wait get EPIPE");
    close(to[1]);
}

/* Each reader has had two bytes, and touched its memory, before we count. */
static int
print_cost(int count)
{
    start_readers(count);
    for (int i = 0; i < 2 * count; i++) {
        pass('w');
    }
    unsigned long begin = read_tsc();
    for (int i = 0; i < CROWD; i++) {
        pass('c');
    }
    printf("%lu\n", (read_tsc() - begin) / CROWD);
    return !silent() || end_readers(0, count) < 0;
}

int
main(int argc, char **argv)
{
    if (argc > 2) {
        return print_cost(atoi(argv[2]));
    }
    test_one_each();
    test_share();
    test_absent();
    test_writers();
    return done();
}
