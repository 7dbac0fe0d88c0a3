/*
 * hello-fork: one process becomes two.
 *
 * fork returns twice: 0 in the child, the child's pid in the parent. Each has
 * its own memory from then on, so the child's `steps` is not the parent's. The
 * parent waits before it prints, so the output has only one order.
 */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int steps = 1; /* global, so that it surely lies in memory */

int
main(void)
{
    pid_t parent = getpid();
    int status;

    printf("before: one process, steps = %d\n", steps);
    fflush(stdout); /* else the child would print it again */

    pid_t pid = fork();
    if (pid < 0) {
        perror("fork");
        return 1;
    }
    if (pid == 0) {
        steps += 10;
        printf("child: fork returned 0, my parent is %s, steps = %d\n",
               getppid() == parent ? "the caller" : "another process",
               steps);
        fflush(stdout);
        _exit(7);
    }
    if (waitpid(pid, &status, 0) != pid) {
        perror("waitpid");
        return 1;
    }
    printf("parent: fork returned the child's pid, steps = %d\n", steps);
    printf("parent: the child ended with status %d\n", WEXITSTATUS(status));
    return 0;
}
