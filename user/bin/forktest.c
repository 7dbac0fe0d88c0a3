/*
 * forktest: fork until it fails, like xv6's forktest, and check that wait finds
 * every child and no further one. If a thousand forks succeed, the test passes
 * too.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define FORKS_MAX 1000

static int
fail(const char *what)
{
    printf("fork test: %s\n", what);
    return 1;
}

int
main(void)
{
    int children = 0;

    printf("fork test\n");
    fflush(stdout);
    while (children < FORKS_MAX) {
        pid_t pid = fork();
        if (pid == 0) {
            _exit(0);
        }
        if (pid < 0) {
            break;
        }
        children++;
    }
    if (children == 0) {
        perror("fork");
        return 1;
    }
    for (; children > 0; children--) {
        int status;
        if (wait(&status) < 0) {
            return fail("wait stopped early");
        }
        if (status != 0) {
            return fail("a child did not exit with 0");
        }
    }
    if (wait(NULL) != -1 || errno != ECHILD) {
        return fail("wait got too many");
    }
    printf("fork test OK\n");
    return 0;
}
