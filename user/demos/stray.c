/*
 * stray: a value changes: who did it?
 *
 * A loop runs one step too far and clears the limit after its array. At first
 * nothing happens. When the child notices it, the child has a copy of the page,
 * and its parent has written to its own copy, at the same address. To go back
 * from there to the line that cleared it: `make gdb-reverse PROGRAM=stray`.
 */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define READINGS 8

static struct {
    int reading[READINGS];
    int limit;
} station = {.limit = 30};

static int to_child[2];
static int to_parent[2];

static void
wake(int fd)
{
    if (write(fd, "t", 1) != 1) {
        perror("stray");
        _exit(1);
    }
}

static void
wait_turn(int fd)
{
    char token;

    if (read(fd, &token, 1) != 1) {
        perror("stray");
        _exit(1);
    }
}

/* Set count numbers to 0, one by one. (Not inlined, and volatile: otherwise a
 * compiler may replace the loop, or warn about it.) */
static __attribute__((noinline)) void
clear(volatile int *numbers, int count)
{
    for (int i = 0; i <= count; i++) {
        numbers[i] = 0;
    }
}

/* Not inlined: a place for a breakpoint. */
static __attribute__((noinline)) void
notice(void)
{
    printf("child: limit %d\n", station.limit);
}

static int
child(void)
{
    station.reading[0] = 21; /* the page becomes the child's own */
    wake(to_parent[1]);
    wait_turn(to_child[0]);
    if (station.reading[0] > station.limit) {
        notice();
    }
    return 0;
}

int
main(void)
{
    if (pipe(to_child) < 0 || pipe(to_parent) < 0) {
        perror("pipe");
        return 1;
    }
    printf("limit %d\n", station.limit);
    clear(station.reading, READINGS);
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        return child();
    }
    if (pid < 0) {
        perror("fork");
        return 1;
    }
    wait_turn(to_parent[0]);
    station.limit = 35; /* the parent's, not the child's */
    wake(to_child[1]);
    waitpid(pid, NULL, 0);
    printf("parent: limit %d\n", station.limit);
    return 0;
}
