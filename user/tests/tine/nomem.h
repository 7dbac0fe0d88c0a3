/*
 * nomem.h: make one call again and again, each time in a process of its own in
 * which allocation number N fails, for N = 1, 2, 3, until there is none with
 * that number. Each time the call fails with a documented errno, with nothing
 * changed, and works when it is called again; or it does without; or a page
 * fault cannot be served and kills the process. Each time nothing is lost, and
 * the checkers are content.
 */
#pragma once

#include "counts.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* Instead of an errno: page faults in the call that cannot be served. */
#define KILLS (-1)
#define MAY_KILL (-2) /* none, when fork shares nothing */

struct call {
    const char *name;
    long (*call)(void);   /* -1 and errno, or not */
    int also;             /* an errno it may have besides ENOMEM, or KILLS */
    int always;           /* what it ends with when there is memory */
    void (*before)(void); /* in the same process */
    int (*intact)(void);  /* when it failed: is all as it was? */
    void (*after)(void);  /* in the parent, when that process is dead */
};

#define NOMEM_KNOB "/proc/tine/nomem"
#define POINTS_MAX 400

/* How a worker ended: its exit code. */
enum { NO_SUCH_POINT, DID_WITHOUT, FAILED, BAD_ERRNO, CHANGED, NO_RETRY };

static const char *const endings[] = {
    "ended", "did without", "failed", "another errno", "something changed",
    "fails when called again",
};

static int nomem_fd;

static void
nomem_set(const char *text)
{
    while (write(nomem_fd, text, strlen(text)) < 0 && errno == ENOMEM) {
    }
}

/* Allocations since it was set; reading it may fail by what was set: then
 * there were fewer. */
static long
nomem_passed(void)
{
    char text[64];
    long n;

    lseek(nomem_fd, 0, SEEK_SET);
    n = read(nomem_fd, text, sizeof(text) - 1);
    nomem_set("off");
    text[n > 0 ? n : 0] = '\0';
    char *passed = strstr(text, "passed ");
    return passed ? atol(passed + 7) : -1;
}

/* One call in a process of its own, in which allocation n fails. */
static int
worker(const struct call *call, long n)
{
    char text[32];
    long result, passed;

    nomem_fd = open(NOMEM_KNOB, O_RDWR);
    nomem_set("once 100000"); /* touches what these two need */
    nomem_passed();
    if (call->before) {
        call->before();
    }
    snprintf(text, sizeof(text), "once %ld", n);
    nomem_set(text);
    result = call->call();
    int error = errno;
    passed = nomem_passed();
    if (result >= 0) {
        return passed < n ? NO_SUCH_POINT : DID_WITHOUT;
    }
    if (error == call->always) {
        return NO_SUCH_POINT;
    }
    if (error != ENOMEM && error != call->also) {
        return BAD_ERRNO;
    }
    if (call->intact && !call->intact()) {
        return CHANGED;
    }
    result = call->call();
    return result >= 0 || errno == call->always ? FAILED : NO_RETRY;
}

static const char *const kinds[] = { "table", "anon", "cache", "shared",
    "heap", "stacks", "processes", "files" };
#define KINDS 8
#define PROCESSES 6

/* => the checkers are content, and the counts are these */
static int
counts_are(const long want[KINDS])
{
    int same = counts_well();

    for (int i = 0; i < KINDS; i++) {
        same &= counts_find(kinds[i]) == want[i];
    }
    return same;
}

/* Sharers and children of killed workers die when they come to it, and init
 * buries them. */
static void
settle(long processes)
{
    for (int i = 0; i < 500 && counts_get("processes") != processes; i++) {
        nap(1);
    }
}

static int
settled(const long want[KINDS])
{
    settle(want[PROCESSES]);
    if (counts_are(want)) {
        return 1;
    }
    for (int i = 0; i < KINDS; i++) {
        printf("# %s %ld, before %ld\n", kinds[i], counts_find(kinds[i]),
            want[i]);
    }
    return 0;
}

/* => the exit code; -1: killed for want of memory, -2: anything else */
static int
run(const struct call *call, long n)
{
    int status = 0;
    pid_t pid = must_fork();

    if (pid == 0) {
        _exit(worker(call, n));
    }
    waitpid(pid, &status, 0);
    if (call->after) {
        call->after();
    }
    if (WIFSIGNALED(status)) {
        return WTERMSIG(status) == SIGKILL ? -1 : -2;
    }
    return WEXITSTATUS(status);
}

/* All of it, for one call. `base` processes are alive before it. */
static inline void
nomem_test(const struct call *call, long base)
{
    char name[96];
    long before[KINDS];
    int failed = 0, killings = 0, code = -2, good = 1;

    run(call, POINTS_MAX);
    settle(base);
    for (int i = 0; i < KINDS; i++) {
        before[i] = counts_get(kinds[i]);
    }
    for (long n = 1; n < POINTS_MAX && good; n++) {
        code = run(call, n);
        if (code == NO_SUCH_POINT) {
            break;
        }
        failed += code == FAILED;
        killings += code == -1;
        good = code >= -1 && code <= FAILED && settled(before);
        if (!good) {
            printf("# point %ld: %s\n", n,
                code < 0 || code > NO_RETRY ? "bad end" : endings[code]);
        }
    }
    good &= code == NO_SUCH_POINT && settled(before);
    if (call->also == MAY_KILL) {
        snprintf(name, sizeof(name), "%s: no harm", call->name);
        failed = 1;
    } else if (call->also == KILLS) {
        snprintf(name, sizeof(name), "%s: kills at some points", call->name);
        failed = killings;
    } else {
        snprintf(name, sizeof(name), "%s: fails well at some points",
            call->name);
    }
    ok(good && failed > 0, name);
}
