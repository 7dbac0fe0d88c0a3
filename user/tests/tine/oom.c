/*
 * oom.c: memory really runs out. The process that uses it up dies by SIGKILL,
 * and the kernel logs a line; the same by read(2), or in a hundred children. A
 * fork without memory gives ENOMEM. Each time all memory is freed, and the
 * parent goes on.
 *
 * seconds: 30
 * expect:
 * ok 1 - the counts can be read
 * ok 2 - a process that touches more than there is is killed
 * ok 3 - all of it is back
 * ok 4 - one that reads a file into more than there is is killed
 * ok 5 - all of it is back
 * ok 6 - one that fills files with more than there is fails or is killed
 * ok 7 - all of it is back
 * ok 8 - children who eat together: some are killed, all end
 * ok 9 - all of it is back
 * ok 10 - fork without memory: ENOMEM, or a child that is killed
 * ok 11 - all of it is back
 * ok 12 - tables alone: killed
 * ok 13 - all of it is back
 * ok 14 - the parent goes on: fork, exec, memory
 * 1..14
 */
#include "counts.h"

#include <sys/mman.h>

#define PAGE 4096L
#define MORE (1L << 30) /* than the machine has */
#define RW (PROT_READ | PROT_WRITE)

static const char *const kinds[] = { "table", "anon", "cache", "shared",
    "heap", "stacks", "processes", "files" };
#define KINDS 8

static long before[KINDS];

static char *
map(long size)
{
    return mmap(NULL, size, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
        -1, 0);
}

static int
touches(void *unused)
{
    char *p = map(MORE);

    (void)unused;
    for (long at = 0; at < MORE; at += PAGE) {
        p[at] = 1;
    }
    return 1;
}

static int
reads(void *unused)
{
    char *p = map(MORE);
    int zero = open("/dev/zero", O_RDONLY);

    (void)unused;
    for (long at = 0; at < MORE; at += 1L << 20) {
        if (read(zero, p + at, 1L << 20) != 1L << 20) {
            return 2; /* it may say so once, but then come */
        }
    }
    return 1;
}

/* A tmpfs file is memory too. */
static int
fills_files(void *unused)
{
    static char block[65536];
    int fd = open("file", O_RDWR | O_CREAT, 0644);

    (void)unused;
    for (long at = 0; at < MORE; at += (long)sizeof(block)) {
        if (write(fd, block, sizeof(block)) != (long)sizeof(block)) {
            return 2;
        }
    }
    return 1;
}

/* A page in each table: a frame of data needs one of tables. */
static int
sparse(void *unused)
{
    char *p = map(256L << 30);

    (void)unused;
    for (long at = 0; at < 256L << 30; at += 2L << 20) {
        p[at] = 1;
    }
    return 1;
}

#define CROWD 40

/* When told to, eat; say so; keep it until the second pipe is closed. */
static void
eater(long size, const int *gate, int out)
{
    char c, *p = map(size);

    read(gate[0], &c, 1);
    close(gate[3]);
    for (long at = 0; at < size; at += PAGE) {
        p[at] = 1;
    }
    write(out, "f", 1);
    read(gate[2], &c, 1);
    _exit(0);
}

/* Wait until each has its memory or has been killed; one who has it may still
 * be killed for another's sake. */
static int
eat_together(void *unused)
{
    int killings = 0, full = 0, ended = 0, all, status, gate[4], out[2];
    long part = counts_get("free") / CROWD; /* of what there is: each eats 3 */
    char c;

    (void)unused;
    pipe(gate);
    pipe(gate + 2);
    pipe2(out, O_NONBLOCK);
    for (int i = 0; i < CROWD; i++) {
        if (must_fork() == 0) {
            eater(3 * part * PAGE, gate, out[1]);
        }
    }
    for (int i = 0; i < CROWD; i++) {
        write(gate[1], "e", 1);
    }
    while (full + killings < CROWD) {
        full += read(out[0], &c, 1) == 1;
        killings += waitpid(-1, &status, WNOHANG) > 0;
        nap(1);
    }
    close(gate[3]);
    for (all = killings; wait(&status) > 0; all++) {
        ended += status == 0;
    }
    return all == CROWD && ended > 0 && killings > 0 ? 3 : 4;
}

/* Leave 60 frames, then have children that wait until fork fails. */
static int
fork_to_the_end(void *unused)
{
    char *p = map(MORE);
    int gate[2], error = 0, made = 0;
    char c;

    (void)unused;
    pipe(gate);
    for (long at = 0, left = counts_get("free") - 60; left > 0; left--) {
        p[at] = 1;
        at += PAGE;
    }
    while (made < 500 && !error) {
        pid_t pid = fork();
        if (pid == 0) {
            close(gate[1]);
            read(gate[0], &c, 1);
            _exit(0);
        }
        error = pid < 0 ? errno : 0;
        made += pid > 0;
    }
    close(gate[0]);
    close(gate[1]);
    int status, killed = 0;
    while (wait(&status) > 0) {
        killed += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    }
    /* (Where fork copies tables, even the first may find no room.) */
    return error == ENOMEM || killed > 0 ? 3 : 4;
}

static int
is_back(void)
{
    int same = 0;

    for (int n = 0; n < 500 && !same; n++) {
        same = counts_well();
        for (int i = 0; i < KINDS; i++) {
            same &= counts_find(kinds[i]) == before[i];
        }
        nap(same ? 0 : 2);
    }
    return same;
}

static int
was_killed(int status)
{
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

static void
test(int (*body)(void *), int code, const char *name)
{
    int status = in_child(body, NULL);

    unlink("file");
    tap_status(was_killed(status) || (code && status == code << 8), status,
        name);
    ok(is_back(), "all of it is back");
}

static int
executes(void *unused)
{
    char *args[] = { "true", NULL };

    (void)unused;
    execv("/bin/true", args);
    return 1;
}

int
main(void)
{
    counts_fd = open(COUNTS_FILE, O_RDONLY);
    ok(counts_well(), "the counts can be read"); /* and warms up printf */
    for (int i = 0; i < KINDS; i++) {
        before[i] = counts_get(kinds[i]);
    }
    test(touches, 0, "a process that touches more than there is is killed");
    test(reads, 2, "one that reads a file into more than there is is killed");
    test(fills_files, 2,
        "one that fills files with more than there is fails or is killed");
    test(eat_together, 3,
        "children who eat together: some are killed, all end");
    test(fork_to_the_end, 3,
        "fork without memory: ENOMEM, or a child that is killed");
    test(sparse, 0, "tables alone: killed");
    char *p = map(16L << 20);
    memset(p, 1, 16L << 20);
    is(in_child(executes, NULL), 0,
        "the parent goes on: fork, exec, memory");
    return done();
}
