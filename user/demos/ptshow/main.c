/*
 * ptshow: the page-table trees of a parent and its child, drawn from
 * /proc/tine/pages: before fork, after it, after a write by each.  Or, with the
 * argument `thread`, that a thread has no tree of its own.
 *
 * There are three processes. The artist (main) looks and draws. The parent is
 * this program executed again, so it shares nothing with the artist. The child
 * is forked by the parent. Parent and child stop themselves (SIGSTOP) before
 * each step. Between the steps they store nothing, not even on the stack: so
 * each picture differs from the one before only by that one step.
 */
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ptshow.h"

/* A system call without a store: no stack is used and errno is not set. */
static inline __attribute__((always_inline)) long
call(long number, long a, long b, long c)
{
    long result;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c)
                     : "rcx", "r11", "memory");
    return result;
}

/* clone(2), whose child begins here too, but on a stack that ends there. */
static inline __attribute__((always_inline)) long
call_clone(long flags, void *stack_end)
{
    long result;
    register long none __asm__("r10") = 0;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(SYS_clone), "D"(flags), "S"(stack_end), "d"(0),
                       "r"(none)
                     : "rcx", "r11", "memory");
    return result;
}

/* A signal for the process might stop the other thread first, and this one
 * only then. */
static inline __attribute__((always_inline)) void
stop(void)
{
    call(SYS_tgkill, call(SYS_getpid, 0, 0, 0), call(SYS_gettid, 0, 0, 0),
         SIGSTOP);
}

/* Each stop is one of both threads. */
static inline __attribute__((always_inline)) void
make_thread(char *area)
{
    if (call_clone(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND
                       | CLONE_THREAD, area + PAGE) == 0) {
        stop(); /* picture 2 */
        area[TABLE + 12 * PAGE] = 't';
        stop(); /* picture 3 */
    }
    for (;;) {
        call(SYS_pause, 0, 0, 0);
    }
}

/* What the parent does; after fork also the child. */
static int
be_parent(bool threads)
{
    char *area = mmap(AREA, 2 * TABLE, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

    if (area != AREA) {
        return 1;
    }
    for (int i = 0; i < 8; i++) {
        area[i * PAGE] = 'p';
        area[TABLE + i * PAGE] = 'p';
    }
    stop(); /* picture 1 */
    if (threads) {
        make_thread(area);
    }
    if (call(SYS_fork, 0, 0, 0) == 0) {
        stop(); /* picture 2 */
        area[3 * PAGE] = 'c';
        stop(); /* picture 3 */
    } else {
        stop(); /* picture 2 */
        area[TABLE + 5 * PAGE] = 'w';
        stop(); /* picture 4 */
    }
    call(SYS_exit_group, 0, 0, 0);
    return 0;
}

static void
let_go_on(pid_t pid)
{
    struct timespec moment = { 0, 10000000 };

    kill(pid, SIGCONT);
    nanosleep(&moment, NULL);
    wait_for(pid, 'T');
}

static void
story(pid_t parent)
{
    pid_t child;

    wait_for(parent, 'T');
    look(parent, -1);
    draw("before fork");
    let_go_on(parent);
    child = child_of(parent);
    wait_for(child, 'T');
    look(parent, child);
    draw("after fork");
    let_go_on(child);
    look(parent, child);
    draw("the child wrote a page");
    let_go_on(parent);
    look(parent, child);
    draw("the parent wrote one");
    kill(child, SIGKILL);
}

static void
story_of_thread(pid_t parent)
{
    wait_for(parent, 'T');
    look(parent, -1);
    draw("before clone");
    let_go_on(parent);
    look(parent, -1);
    draw("after clone of a thread");
    let_go_on(parent);
    look(parent, -1);
    draw("the thread wrote a page");
}

int
main(int argc, char **argv)
{
    bool threads = argc > 1 && strcmp(argv[argc - 1], "thread") == 0;
    char *args[] = { argv[0], (char *)"parent",
                     threads ? (char *)"thread" : NULL, NULL };
    char mode[16] = "";

    if (argc > 1 && strcmp(argv[1], "parent") == 0) {
        return be_parent(threads);
    }
    if (slurp("/proc/tine/fork") <= 0) {
        printf("ptshow: no /proc/tine here: only Tine shows its page tables\n");
        return 1;
    }
    memcpy(mode, text, strcspn(text, "\n"));
    if (strcmp(mode, "none") == 0 || strcmp(mode, "share") == 0) {
        printf("ptshow: with fork=%s there is no second tree to draw\n", mode);
        return 1;
    }
    printf("fork=%s. A line is a node: FRAME[REFS], and w if the entry that "
           "names it\nlets write; a write needs w on all the path. = is one "
           "node for both, + is new in\nthis picture, ! has its w back without "
           "a copy.\n", mode);
    pid_t parent = vfork();
    if (parent == 0) {
        execvp(argv[0], args);
        _exit(127);
    }
    if (threads) {
        story_of_thread(parent);
    } else {
        story(parent);
    }
    kill(parent, SIGKILL);
    waitpid(parent, NULL, 0);
    return 0;
}
