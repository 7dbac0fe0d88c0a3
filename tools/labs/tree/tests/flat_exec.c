/*
 * flat_exec.c: fork and exec cost a process of 64 MiB as much as one of 1 MiB:
 * exec drops what the child shares by its few entries. The child executes this
 * program, which ends at once.
 */
#include "knobs.h"
#include "places.h"

static unsigned long
exec_cost(char *program)
{
    unsigned long best = ~0UL;
    char *args[] = { program, "leave", "leave", NULL };

    for (int i = 0; i < 5; i++) {
        unsigned long start = ticks();
        pid_t pid = lab_fork();
        if (pid == 0) {
            execv(program, args);
            _exit(1);
        }
        lab_join(pid);
        unsigned long cost = ticks() - start;
        best = cost < best ? cost : best;
    }
    return best;
}

int
main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "leave") == 0) {
        _exit(0);
    }
    lab_begin(argc, argv);
    char *area = far_away(64UL << 20);
    for (unsigned long at = 0; at < 1UL << 20; at += PAGE) {
        area[at] = 'p';
    }
    unsigned long small = exec_cost(argv[0]);
    for (unsigned long at = 0; at < 64UL << 20; at += PAGE) {
        area[at] = 'p';
    }
    unsigned long large = exec_cost(argv[0]);
    unsigned long limit = small + small / 10;
    lab_check("flat", "time of fork and exec with 64 MiB, against 1 MiB",
              large > limit ? limit : large, large);
    lab_done();
}
