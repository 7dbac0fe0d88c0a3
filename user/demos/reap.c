/*
 * reap: a parent that works, and reaps its children as they end.
 *
 * SIGCHLD says that some child has changed, not how many: signals of one kind
 * do not queue. So the handler must wait in a loop, until no more has ended,
 * and it must leave errno as it was, for the code that it interrupted.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILDREN = 8 };

static volatile sig_atomic_t reaped;
static volatile sig_atomic_t sum;

static void
reap(int sig)
{
    int error = errno;
    int status;

    (void)sig;
    while (waitpid(-1, &status, WNOHANG) > 0) {
        reaped++;
        sum += WEXITSTATUS(status);
    }
    errno = error;
}

int
main(void)
{
    struct sigaction action = {.sa_handler = reap, .sa_flags = SA_RESTART};
    sigset_t child, before;

    if (sigaction(SIGCHLD, &action, NULL) < 0) {
        perror("sigaction");
        return 1;
    }
    for (int i = 1; i <= CHILDREN; i++) {
        pid_t pid = fork();
        if (pid < 0) {
            perror("fork");
            return 1;
        }
        if (pid == 0) {
            _exit(i);
        }
    }
    /* To look at a condition and then sleep is a race, if a signal may come
     * between: so it is blocked, and sigsuspend lets it in as it sleeps. */
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, &before);
    while (reaped < CHILDREN) {
        sigsuspend(&before);
    }
    printf("%d children reaped, their statuses add up to %d\n", (int)reaped,
           (int)sum);
    errno = 0;
    pid_t none = waitpid(-1, NULL, WNOHANG);
    printf("no zombie is left: %s\n",
           none < 0 && errno == ECHILD ? "ECHILD" : "there is one");
    return 0;
}
