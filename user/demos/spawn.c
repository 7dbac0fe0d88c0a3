/*
 * spawn: a process that is no copy.
 *
 * fork copies everything, and then exec throws nearly all of it away. spawn
 * takes a program and a list of what to do before it starts: here, where its
 * output goes. An error in the list comes back from the call; there is no child
 * then. On Tine it is one system call, on Linux vfork and exec.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int
main(void)
{
    char *argv[] = {"echo", "written by a program that was spawned", NULL};
    char *envp[] = {NULL}, text[64] = "";
    posix_spawn_file_actions_t actions;
    int ends[2], status;
    pid_t pid;

    pipe2(ends, O_CLOEXEC);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    int error = posix_spawn(&pid, "/bin/echo", &actions, NULL, argv, envp);
    close(ends[1]);
    if (error != 0) {
        printf("spawn: %s\n", strerror(error));
        return 1;
    }
    read(ends[0], text, sizeof(text) - 1);
    waitpid(pid, &status, 0);
    printf("the pipe has: %s", text);
    printf("it ended with status %d\n", WEXITSTATUS(status));

    posix_spawn_file_actions_destroy(&actions); /* and empty again */
    posix_spawn_file_actions_addopen(&actions, 5, "/no/such/file", 0, 0);
    error = posix_spawn(&pid, "/bin/echo", &actions, NULL, argv, envp);
    printf("with a wrong list: %s, and %s\n", strerror(error),
           wait(NULL) < 0 && errno == ECHILD ? "no child" : "a child");
    posix_spawn_file_actions_destroy(&actions);
    return 0;
}
