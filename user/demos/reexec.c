/*
 * reexec: a function in a new process, without fork.
 *
 * A program with threads cannot go on after fork: only one of them is in the
 * child. So it executes itself, /proc/self/exe, under a name that chooses one
 * of its functions. All starts from the beginning, so `init start` comes twice;
 * the child has its arguments, and no variable of its parent.
 */
#include <reexec.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int parents_value = 1;

static void
child(void)
{
    printf("in the child: the value is %d\n", parents_value);
}

__attribute__((constructor)) static void
init(void)
{
    printf("init start\n");
    reexec_register("childProcess", child);
    if (reexec_init()) {
        exit(0);
    }
}

int
main(void)
{
    char *argv[] = {"childProcess", NULL};
    struct cmd cmd;

    printf("main start\n");
    fflush(stdout);
    parents_value = 2;
    reexec_command(&cmd, argv);
    cmd.fd[1] = STDOUT_FILENO;
    if (cmd_run(&cmd) != 0) {
        perror("reexec");
        return 1;
    }
    printf("main exit\n");
    return 0;
}
