/*
 * values.c: after fork, parent and child find in each kind of memory what was
 * there before, and then each finds only what it has written itself, whoever
 * writes first.
 */
#include "family.h"

#define SIZE (4 * PAGE)

static unsigned long in_data[SIZE / 8] = { 1 };
static unsigned long in_bss[SIZE / 8];
static char what[96];

static void
find(const char *who, const char *kind, unsigned long *memory,
     unsigned long start)
{
    snprintf(what, sizeof(what), "words of the %s that %s finds changed", kind,
             who);
    lab_check("PT-2", what, 0, different(memory, SIZE, start));
}

/* One process's part: wait for its turn, find the old, write, wait, find. */
static void
play(const char *who, const char *kind, unsigned long *memory,
     unsigned long old, volatile int *step, int turn)
{
    unsigned long mine = lab_random() + (unsigned long)turn;

    family_until(step, turn);
    find(who, kind, memory, old);
    fill(memory, SIZE, mine);
    *step = turn + 1;
    family_until(step, 2);
    find(who, kind, memory, mine);
}

static void
test(const char *kind, unsigned long *memory)
{
    volatile int *step = family_step();
    unsigned long old = lab_random();
    int childs_turn = (int)(lab_random() & 1);

    fill(memory, SIZE, old);
    pid_t pid = lab_fork();
    if (pid == 0) {
        play("the child", kind, memory, old, step, childs_turn);
        _exit(0);
    }
    play("the parent", kind, memory, old, step, 1 - childs_turn);
    lab_join(pid);
}

int
main(int argc, char **argv)
{
    unsigned long on_stack[SIZE / 8];

    lab_begin(argc, argv);
    for (int i = 0; i < 4; i++) {
        test("data", in_data);
        test("bss", in_bss);
        test("heap", malloc(SIZE));
        test("stack", on_stack);
        test("mapping", fresh(SIZE));
    }
    lab_done();
}
