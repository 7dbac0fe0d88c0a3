/*
 * nomem_run.h: start the process that makes a call while allocations fail, and
 * check how it ends, and that all counts are then as before.
 */
#pragma once

#include "nomem_op.h"

#define CODE_MAX 90 /* of a program that ends with the number of points */

static const char *const kinds[] = { "table", "anon", "cache", "shared",
    "heap", "stacks", "processes", "files" };
#define KINDS 8

static long base[KINDS]; /* the counts with nobody there but us */
static long alone;       /* processes then */
static long base_kernel; /* its frames, which it may keep */

/* => the checkers are content, and the counts are as before */
static int
counts_are_base(void)
{
    int same = counts_well();

    for (int i = 0; i < KINDS; i++) {
        same &= counts_find(kinds[i]) == base[i];
    }
    return same;
}

/* Wait until the sharers and children of killed workers have ended, and init
 * has reaped them. => all is as before, and they found no error */
static int
settled(void)
{
    for (int i = 0; i < 1000 && board->content != board->sharers; i++) {
        sched_yield();
    }
    for (int i = 0; i < 100; i++) {
        if (counts_are_base()) {
            return board->content == board->sharers && area_same();
        }
        if (i < 30) {
            sched_yield();
        } else {
            nap(10);
        }
    }
    for (int i = 0; i < KINDS; i++) {
        if (counts_find(kinds[i]) != base[i]) {
            printf("# %s %ld, before %ld\n", kinds[i],
                counts_find(kinds[i]), base[i]);
        }
    }
    return 0;
}

/* After a first run: take the counts when no other process exists any more. */
static void
set_base(void)
{
    for (int i = 0; i < 300; i++) {
        int same = counts_are_base();
        base_kernel = counts_find("kernel");
        if (same && counts_find("processes") == alone) {
            return;
        }
        for (int kind = 0; kind < KINDS; kind++) {
            base[kind] = counts_find(kinds[kind]);
        }
        sched_yield();
    }
}

/* Whether it may end so at point n. An exec fails before it can kill. */
static int
may_end(const struct op *op, int ending, long n)
{
    if (op->flags & NEVER) {
        return 0;
    }
    return ending == FAILED
           || (ending == KILLED && (op->flags & FAULTS)
               && !((op->flags & LEAVES) && n == 1))
           || (ending == DID_WITHOUT && (op->flags & PARTIAL) && n > 1)
           || (ending == DID_WITHOUT && (op->flags & WITHOUT));
}

static void
tell(const struct op *op, const char *way, long n, int ending)
{
    printf("# %s, %s %ld: %s", op->name, way, n, endings[ending]);
    if (board->error) {
        printf(", %s", errno_name(board->error));
    }
    printf(", %ld passed, %d of %d sharers content", board->passed,
        board->content, board->sharers);
    printf("%s%s\n", board->changed ? ", changed: " : "",
        board->changed ? board->changed : "");
}

/* Make the call in a worker. => enum ending */
static int
run(const struct op *op, const char *way, long n)
{
    int status = 0;
    long where = board->where;

    memset(board, 0, sizeof(*board));
    board->where = where;
    pid_t pid = must_fork();
    if (pid == 0) {
        worker(op, way, n);
    }
    waitpid(pid, &status, 0);
    if (op->flags & FILES) {
        static const char *const others[] = { "file", "new", "other", "link" };
        for (int i = 0; i < 4; i++) {
            unlink(others[i]);
        }
        rmdir("dir");
    }
    if (WIFSIGNALED(status)) {
        return board->ending == GONE && WTERMSIG(status) == SIGKILL
            ? KILLED : GONE;
    }
    int code = WEXITSTATUS(status);
    int left = (op->flags & LEAVES) && code <= CODE_MAX;
    if (left && board->ending == GONE) {
        board->passed = code;
        return code < n ? NO_SUCH_POINT : DID_WITHOUT;
    }
    return code == 0 || left ? board->ending : GONE;
}
