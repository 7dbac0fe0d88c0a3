/*
 * fork_generations.c: long chains and wide families. Each generation keeps
 * what its ancestors wrote before it, and none sees what descendants write.
 */
#include "tap.h"

#define DEPTH 40
#define FAMILY 60

static int deed[DEPTH * 1024];

/* Generation n: check the ancestors' writes, make mine, have a child. */
static int
generation(int n)
{
    int status = 0;

    for (int i = 0; i < DEPTH; i++) {
        if (deed[i * 1024] != (i < n ? i + 1 : 0)) {
            return 1;
        }
    }
    if (n == DEPTH) {
        return 0;
    }
    deed[n * 1024] = n + 1;
    pid_t pid = fork();
    if (pid == 0) {
        _exit(generation(n + 1));
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0) {
        return 1;
    }
    for (int i = n + 1; i < DEPTH; i++) {
        if (deed[i * 1024] != 0) {
            return 1;
        }
    }
    return 0;
}

/* Every generation dies as soon as it has a child; the last one answers. */
static void
test_dying_parents(void)
{
    int ends[2], n = 0;
    char c = 0;

    pipe(ends);
    pid_t first = fork();
    while (first == 0) {
        n++;
        deed[0] = n;
        if (n == DEPTH) {
            write(ends[1], deed[0] == DEPTH ? "y" : "n", 1);
            _exit(0);
        }
        pid_t pid = fork();
        if (pid != 0) {
            _exit(pid < 0);
        }
        if (deed[0] != n) {
            write(ends[1], "n", 1);
            _exit(1);
        }
    }
    close(ends[1]);
    waitpid(first, NULL, 0);
    read(ends[0], &c, 1);
    ok(c == 'y', "a chain whose parents die at once keeps its memory");
    is(deed[0], 0, "nothing of it reached the first parent");
    close(ends[0]);
}

/* All alive at once, each with its own number in the same variable. */
static void
test_family(void)
{
    static pid_t pids[FAMILY];
    int gate[2], good = 1, sum = 0, made = 0, status;
    char c;

    pipe(gate);
    for (int i = 0; i < FAMILY; i++) {
        deed[0] = i;
        pids[i] = fork();
        if (pids[i] == 0) {
            close(gate[1]);
            read(gate[0], &c, 1);
            _exit(deed[0]);
        }
        made += pids[i] > 0;
    }
    is(made, FAMILY, "sixty children live at once");
    deed[0] = 99;
    close(gate[0]);
    close(gate[1]);
    for (int i = 0; i < FAMILY; i++) {
        good &= waitpid(pids[i], &status, 0) == pids[i];
        good &= WIFEXITED(status) && WEXITSTATUS(status) == i;
        sum += WEXITSTATUS(status);
    }
    ok(good, "each kept the number it was born with");
    is(sum, FAMILY * (FAMILY - 1) / 2, "the numbers add up");
    deed[0] = 0;
}

static void
test_one_after_another(void)
{
    int good = 1, status;

    for (int i = 0; i < 300; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            _exit(i & 127);
        }
        good &= waitpid(pid, &status, 0) == pid;
        good &= status == (i & 127) << 8;
    }
    ok(good, "three hundred children one after another");
}

int
main(void)
{
    ok(generation(0) == 0, "a chain of forty generations");
    memset(deed, 0, sizeof(deed));
    test_dying_parents();
    test_family();
    test_one_after_another();
    fails(wait(NULL), ECHILD, "no child is left");
    return done();
}
