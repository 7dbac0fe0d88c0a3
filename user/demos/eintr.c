/*
 * eintr: what a signal does to a call that waits.
 *
 * After a handler a read that had nothing yet fails with EINTR, or begins again
 * if the handler was installed with SA_RESTART: then the program never learns
 * of the interruption.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t calls;
static volatile sig_atomic_t enough; /* calls after which data may come */
static int heard[2];                 /* a byte in it says so to the child */

static void
handler(int sig)
{
    (void)sig;
    if (++calls == enough) {
        (void)!write(heard[1], "!", 1);
    }
}

/* Send signals, and at last data. The first signal may come before the parent
 * reads; so one is not always enough. */
static _Noreturn void
child(int data)
{
    struct timespec moment = {.tv_nsec = 5 * 1000 * 1000};
    char byte;

    do {
        kill(getppid(), SIGUSR1);
        nanosleep(&moment, NULL);
    } while (read(heard[0], &byte, 1) < 0);
    (void)!write(data, "data", 4);
    _exit(0);
}

static void
try(const char *name, int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    int data[2], interruptions = 0;
    char text[8] = "";

    if (sigaction(SIGUSR1, &action, NULL) < 0 || pipe(data) < 0 ||
        pipe2(heard, O_NONBLOCK) < 0) {
        perror(name);
        _exit(1);
    }
    calls = 0;
    enough = flags & SA_RESTART ? 10 : 0;
    pid_t pid = fork();
    if (pid < 0) {
        perror("fork");
        _exit(1);
    }
    if (pid == 0) {
        child(data[1]);
    }
    while (read(data[0], text, sizeof(text) - 1) < 0 && errno == EINTR) {
        interruptions++;
        (void)!write(heard[1], "!", 1);
    }
    while (wait(NULL) < 0 && errno == EINTR) {
        continue;
    }
    printf("%s: the handler was called, read %s, and then gave \"%s\"\n",
           name, interruptions > 0 ? "failed with EINTR" : "went on", text);
    fflush(stdout);
    for (int i = 0; i < 2; i++) {
        close(data[i]);
        close(heard[i]);
    }
}

int
main(void)
{
    try("without SA_RESTART", 0);
    try("with SA_RESTART", SA_RESTART);
    return 0;
}
