/*
 * What is linked to each graded test: checks, a seed, and the last line.
 *
 * The essential fact: a line leaves the process by one write(2), because a
 * buffer would be copied by fork, and the test may be about just that.
 */
#include "lab.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINE_MAX 256

/* The first failure of a child. */
struct failure {
    unsigned taken; /* by who writes the text */
    char text[LINE_MAX];
};

static struct failure *failure;
static pid_t first_process;
static const char *token;
static unsigned long seed;
static unsigned long state;

static void
say(const char *line)
{
    write(STDOUT_FILENO, line, strlen(line));
}

/* The end: a child leaves its reason to its parent. */
static void __attribute__((noreturn))
fail(const char *line)
{
    if (getpid() == first_process || failure == NULL) {
        say(line);
    } else if (__atomic_exchange_n(&failure->taken, 1, __ATOMIC_ACQ_REL) == 0) {
        strcpy(failure->text, line);
    }
    _exit(1);
}

void
lab_begin(int argc, char **argv)
{
    first_process = getpid();
    seed = argc > 1 ? strtoul(argv[1], NULL, 10) : 1;
    token = argc > 2 ? argv[2] : "";
    state = seed;
    failure = lab_shared(sizeof(*failure));
}

unsigned long
lab_seed(void)
{
    return seed;
}

/* SplitMix64. */
unsigned long
lab_random(void)
{
    unsigned long z = state += 0x9e3779b97f4a7c15;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

unsigned long
lab_between(unsigned long low, unsigned long high)
{
    return low + lab_random() % (high - low + 1);
}

void
lab_check(const char *promise, const char *what, unsigned long expected,
    unsigned long got)
{
    char line[LINE_MAX];

    if (expected != got) {
        snprintf(line, sizeof(line), "%s: %s: expected %lu, got %lu\n",
            promise, what, expected, got);
        fail(line);
    }
}

void
lab_check_address(const char *promise, const char *what, unsigned long expected,
    unsigned long got)
{
    char line[LINE_MAX];

    if (expected != got) {
        snprintf(line, sizeof(line), "%s: %s: expected %#lx, got %#lx\n",
            promise, what, expected, got);
        fail(line);
    }
}

void *
lab_shared(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED) {
        fail("mmap: no shared memory for the test\n");
    }
    return memory;
}

pid_t
lab_fork(void)
{
    char line[LINE_MAX];
    pid_t pid = fork();

    if (pid < 0) {
        snprintf(line, sizeof(line), "fork: it failed: %s\n", strerror(errno));
        fail(line);
    }
    return pid;
}

void
lab_join(pid_t child)
{
    char line[LINE_MAX];
    int status = -1;
    pid_t ended = waitpid(child, &status, 0);

    lab_check("wait", "the pid that waitpid returns", (unsigned long)child,
        (unsigned long)ended);
    lab_end();
    if (WIFSIGNALED(status)) {
        snprintf(line, sizeof(line), "wait: a child was killed by signal %d\n",
            WTERMSIG(status));
        fail(line);
    }
    lab_check("wait", "a child's exit code", 0,
        (unsigned long)WEXITSTATUS(status));
}

void
lab_await(const volatile unsigned *word, unsigned value)
{
    while (*word != value) {
        sched_yield();
    }
}

void
lab_end(void)
{
    if (__atomic_load_n(&failure->taken, __ATOMIC_ACQUIRE)) {
        fail(failure->text);
    }
}

void
lab_cost(unsigned long cost)
{
    char line[LINE_MAX];

    snprintf(line, sizeof(line), "cost %lu %s\n", cost, token);
    say(line);
}

void
lab_done(void)
{
    char line[LINE_MAX];

    lab_end();
    snprintf(line, sizeof(line), "lab: done %s\n", token);
    say(line);
    _exit(0);
}
