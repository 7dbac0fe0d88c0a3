/*
 * nomem_op.h: an operation of the sweep, made in a process of its own in which
 * allocation number N fails, or all from N on; and the check of its result.
 */
#pragma once

#include "nomem_call.h"
#include "nomem_caller.h"

/* The fork= words under which a call is made. */
#define EAGER 1
#define PAGES 2
#define TABLES 4
#define TREE 8
#define COPIES (PAGES | TABLES | TREE) /* there something is shared */
#define EVERY (EAGER | COPIES)

/* How it may end, and where it is made. */
#define FAULTS 1    /* SIGKILL, besides an errno */
#define PARTIAL 2   /* it may do less than it was to */
#define LEAVES 4    /* it does not return: exec, exit */
#define NEVER 8     /* it needs no memory at all */
#define SHARER 16   /* another process shares the memory */
#define IN_CHILD 32 /* in a child, while the parent shares the memory */
#define IN_VFORK 64 /* in a child that uses its parent's memory */
#define FORKS 128   /* its child ends at once, and is waited for */
#define FILES 256   /* names are left behind: `file' and such */
#define GROWS 512   /* the kernel keeps more for itself each time */
#define THREADS 2048 /* what it makes is a thread, which ends at once */
#define WITHOUT 1024 /* it works without memory, and less is known of it */

struct op {
    const char *name;
    void (*before)(void);  /* make ready, and say what to attempt: CALL */
    int modes;             /* EAGER, ...; 0: it does not matter */
    int flags;             /* FAULTS, ... */
    int may[2];            /* errnos that it may have besides ENOMEM */
    int always;            /* what it fails with when there is memory */
    int (*intact)(void);   /* it failed: is what it works on as it was? */
    long (*made)(long);    /* its result: what was it, really? -errno: failed */
};

#define OP(said, ready, when, how, ...)                                    \
    { .name = (said), .before = (ready), .modes = (when), .flags = (how),  \
        ##__VA_ARGS__ }

enum ending {
    GONE, KILLED, NO_SUCH_POINT, DID_WITHOUT, FAILED, BAD_ERRNO, NO_CAUSE,
    CHANGED, UNCLEAN, NO_RETRY,
};

static const char *const endings[] = {
    "another end", "killed", "works", "works without", "fails", "bad errno",
    "fails without a cause", "something has changed", "checkers",
    "fails when made again",
};

#define NO_POINT 1000000

/* => the call's result; -errno if it failed */
static long
try_call(const struct op *op, const char *way, long n)
{
    static char set[32];
    int status;

    attempt.knob = KNOB;
    attempt.set = set;
    attempt.set_size = snprintf(set, sizeof(set), "%s %ld", way, n);
    attempt.makes_child = op->flags & (FORKS | THREADS);
    attempt.off = "off";
    long result = make_call();
    if ((op->flags & FORKS) && result > 0) {
        status = -1;
        return waitpid((pid_t)result, &status, 0) == result && status == 0
            ? 0 : -ECHILD;
    }
    return op->made ? op->made(result) : result;
}

static int
worked(const struct op *op, long result)
{
    return result >= 0 || (op->always && result == -op->always);
}

/* Make the call without memory, and judge. */
static int
judge(const struct op *op, const char *way, long n)
{
    long result = try_call(op, way, n);

    board->error = result < 0 ? (int)-result : 0;
    board->passed = passed();
    if (worked(op, result)) {
        return board->passed < n ? NO_SUCH_POINT : DID_WITHOUT;
    }
    if (board->passed < n) {
        return NO_CAUSE;
    }
    if (result != -ENOMEM && result != -op->may[0] && result != -op->may[1]) {
        return BAD_ERRNO;
    }
    board->changed = state_changed();
    if (!board->changed && op->intact && !op->intact()) {
        board->changed = "what it works on";
    }
    if (board->changed) {
        return CHANGED;
    }
    if (!counts_well()) {
        return UNCLEAN;
    }
    board->ending = FAILED; /* it may leave us */
    return worked(op, try_call(op, "once", NO_POINT)) ? FAILED : NO_RETRY;
}

static void
act(const struct op *op, const char *way, long n)
{
    board->ending = judge(op, way, n);
    _exit(0);
}

/* A child makes the call; however it ends, this process keeps its memory. */
static void
watch(const struct op *op, const char *way, long n)
{
    struct state mine;
    int status;

    state_save(&mine, has_children);
    pid_t pid = op->flags & IN_VFORK ? vfork() : must_fork();
    if (pid == 0) {
        state_save(&saved, 0);
        act(op, way, n);
    }
    waitpid(pid, &status, 0);
    saved = mine; /* in memory that both used, if by vfork */
    const char *changed = state_changed();
    if (changed) {
        board->changed = changed;
        board->ending = CHANGED;
    }
    if (WIFSIGNALED(status)) {
        kill(getpid(), WTERMSIG(status));
    }
    _exit(WEXITSTATUS(status));
}

static void
worker(const struct op *op, const char *way, long n)
{
    op->before();
    if (op->flags & SHARER) {
        add_sharer();
    }
    if (op->flags & (IN_CHILD | IN_VFORK)) {
        watch(op, way, n);
    }
    state_save(&saved, has_children);
    act(op, way, n);
}
