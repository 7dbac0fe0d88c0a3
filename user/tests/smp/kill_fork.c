/*
 * kill_fork.c: SIGKILL meets a process that forks all the time on another
 * processor, after delays of many lengths. It dies of that signal and of
 * nothing else; its children go on. A signal to the whole group misses no
 * process, not even a child that is just being made.
 *
 * seconds: 60
 */
#include "sweep.h"

enum { ROUNDS = 100, FORKS = 3, BOMB_DEPTH = 4, BOMB = 1 << BOMB_DEPTH };

/* Fork until killed; the children end by themselves. How often is counted,
 * beginning with 1 at the first instruction. */
static void
fork_forever(int *count)
{
    on_cpu(1);
    add(count, 1);
    for (;;) {
        pid_t pid = must_fork();
        if (pid == 0) {
            on_cpu(2);
            _exit(3);
        }
        if (code_of(pid) != 3) {
            _exit(4);
        }
        add(count, 1);
    }
}

/* The children fork too, to some depth, and none ends by itself. Each counts
 * once, and takes the next processor. */
static void
fork_bomb(int *count)
{
    on_cpu(add(count, 1));
    for (int depth = 0; depth < BOMB_DEPTH; depth++) {
        if (must_fork() == 0) {
            on_cpu(add(count, 1));
        }
    }
    for (;;) {
        raw(NR_sched_yield, 0, 0, 0, 0);
    }
}

/* => whether the process, or its group, died as it should, and all with it */
static int
once(struct sweep *sweep, void (*body)(int *), int group, int most, int *count)
{
    struct family family;
    int status = 0;

    family_begin(&family);
    store(count, 0);
    pid_t pid = must_fork();
    if (pid == 0) {
        setpgid(0, 0);
        if (sweep_before(sweep)) {
            add(count, 1);
            sweep_hold();
        }
        body(count);
    }
    for (unsigned n = 0; load(count) == 0; n++) {
        relax(n); /* not before it has its group */
    }
    sweep_wait(sweep);
    for (unsigned n = 0; sweep_after(sweep) && load(count) < most; n++) {
        relax(n);
    }
    kill(group ? -pid : pid, SIGKILL);
    pid_t got = waitpid(pid, &status, 0);
    sweep_saw(sweep, load(count) >= most);
    return family_end(&family) && got == pid && WIFSIGNALED(status)
           && WTERMSIG(status) == SIGKILL && no_child();
}

static void
test(void (*body)(int *), int group, int most, const char *name)
{
    struct sweep sweep = { .end = 1000 };
    int *count = shared(PAGE);
    int good = 1;

    while (sweep.n < ROUNDS && good) {
        good = once(&sweep, body, group, most, count);
    }
    ok(good, name); /* a child left over would disturb the rest */
    ok(sweep_had_both(&sweep), "killed before the first fork, and after many");
    munmap(count, PAGE);
}

int
main(void)
{
    on_cpu(0);
    test(fork_forever, 0, 1 + FORKS,
        "killed while it forks: SIGKILL, and its children end");
    test(fork_bomb, 1, BOMB,
        "a group killed while all of it forks: nobody is left");
    return done();
}
