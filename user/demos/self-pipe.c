/*
 * self-pipe: a signal becomes a byte, so that one read waits for both.
 *
 * A program that waits for data and for signals has a race: the signal may come
 * after it has looked, and before it sleeps. If the handler writes a byte into
 * a pipe of the program's own, there is only one thing to wait for, and the
 * work is done outside of the handler, where every function may be called.
 *
 * The pipe does not block: a handler that waits for room would wait for ever.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static int self[2];

static void
handler(int sig)
{
    int error = errno;
    char byte = (char)sig;

    (void)!write(self[1], &byte, 1);
    errno = error;
}

int
main(void)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    int answer[2], status;
    char sig;

    if (pipe2(self, O_CLOEXEC) < 0 || pipe(answer) < 0 ||
        fcntl(self[1], F_SETFL, O_NONBLOCK) < 0 ||
        sigaction(SIGUSR1, &action, NULL) < 0 ||
        sigaction(SIGCHLD, &action, NULL) < 0) {
        perror("self-pipe");
        return 1;
    }
    pid_t pid = fork();
    if (pid < 0) {
        perror("fork");
        return 1;
    }
    if (pid == 0) {
        close(answer[1]);
        kill(getppid(), SIGUSR1);
        (void)!read(answer[0], &sig, 1); /* ends when the parent closes it */
        _exit(5);
    }
    bool ended = false;
    for (int asked = 0; !ended && read(self[0], &sig, 1) == 1;) {
        if (sig == SIGUSR1) {
            printf("the child has asked %d time\n", ++asked);
            close(answer[1]);
        } else if (waitpid(pid, &status, WNOHANG) == pid) {
            printf("the child has ended with status %d\n",
                   WEXITSTATUS(status));
            ended = true;
        }
    }
    return !ended;
}
