/*
 * pipeline.c: what a shell does: programs side by side, each one's output
 * the next one's input. The program executes itself: "add" writes each byte
 * plus one; "count" exits with the number of bytes modulo 251; "make" writes
 * 500,000 bytes.
 */
#include "tap.h"

#define BYTES 500000

static const char *self;

static int
add(void)
{
    static char buf[5000];
    long n;

    while ((n = read(0, buf, sizeof(buf))) > 0) {
        for (long i = 0; i < n; i++) {
            buf[i]++;
        }
        for (long done_ = 0, w; done_ < n; done_ += w) {
            w = write(1, buf + done_, n - done_);
            if (w < 0) {
                return 1;
            }
        }
    }
    return n == 0 ? 0 : 2;
}

/* Every byte must have come through `times' adders. */
static int
count(int times)
{
    static char buf[3000];
    long total = 0, n;

    while ((n = read(0, buf, sizeof(buf))) > 0) {
        for (long i = 0; i < n; i++) {
            if (buf[i] != (char)((total + i) * 3 + times)) {
                return 252;
            }
        }
        total += n;
    }
    return (int)(total % 251);
}

static int
make(void)
{
    static char buf[10000];

    for (long at = 0; at < BYTES; at += sizeof(buf)) {
        for (long i = 0; i < (long)sizeof(buf); i++) {
            buf[i] = (char)((at + i) * 3);
        }
        if (write(1, buf, sizeof(buf)) != sizeof(buf)) {
            return 1;
        }
    }
    return 0;
}

/* Start a program between `in' and a new pipe; => the pipe's end, or -1 */
static int
stage(int in, const char *role, const char *number, int last, pid_t *pid)
{
    int p[2] = { -1, -1 };

    if (!last) {
        pipe(p);
    }
    *pid = fork();
    if (*pid == 0) {
        char *args[] = { (char *)self, (char *)role, (char *)number, NULL };
        dup2(in, 0);
        if (in > 0) {
            close(in);
        }
        if (!last) {
            dup2(p[1], 1);
            close(p[0]);
            close(p[1]);
        }
        execv(self, args);
        _exit(127);
    }
    if (in > 0) {
        close(in);
    }
    if (!last) {
        close(p[1]);
    }
    return p[0];
}

static void
test(int adders)
{
    pid_t pids[12];
    char number[16], name[64];
    int in, good = 0, status;

    snprintf(number, sizeof(number), "%d", adders);
    in = stage(0, "make", number, 0, &pids[0]);
    for (int i = 1; i <= adders; i++) {
        in = stage(in, "add", number, 0, &pids[i]);
    }
    stage(in, "count", number, 1, &pids[adders + 1]);
    for (int i = 0; i <= adders; i++) {
        waitpid(pids[i], &status, 0);
        good += status == 0;
    }
    waitpid(pids[adders + 1], &status, 0);
    snprintf(name, sizeof(name), "half a megabyte through %d programs",
        adders + 2);
    exited(status, BYTES % 251, name);
    is(good, adders + 1, "all ended well");
}

/* The last program leaves early: the others end by SIGPIPE. */
static void
test_broken(void)
{
    pid_t pids[3];
    int in = stage(0, "make", "0", 0, &pids[0]), status;

    in = stage(in, "add", "0", 0, &pids[1]);
    stage(in, "leave", "0", 1, &pids[2]);
    waitpid(pids[2], &status, 0);
    exited(status, 0, "the last program leaves early");
    waitpid(pids[1], &status, 0);
    killed(status, SIGPIPE, "the one before it gets SIGPIPE");
    waitpid(pids[0], &status, 0);
    killed(status, SIGPIPE, "and the first");
}

int
main(int argc, char **argv)
{
    self = argv[0];
    if (argc == 3 && strcmp(argv[1], "make") == 0) {
        return make();
    }
    if (argc == 3 && strcmp(argv[1], "add") == 0) {
        return add();
    }
    if (argc == 3 && strcmp(argv[1], "count") == 0) {
        return count(atoi(argv[2]));
    }
    if (argc == 3) {
        return 0;
    }
    test(0);
    test(1);
    test(8);
    test_broken();
    return done();
}
