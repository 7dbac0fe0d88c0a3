/*
 * handler: a signal calls a function in the middle of another one.
 *
 * The kernel saves all registers on the program's stack, calls the handler, and
 * gives them back when it returns: the loop never notices. While the handler
 * runs its own signal is blocked; it may only touch what is safe to touch at
 * any moment, such as a volatile sig_atomic_t.
 */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static volatile sig_atomic_t calls;
static volatile sig_atomic_t depth;
static volatile sig_atomic_t deepest;

static void
handler(int sig)
{
    calls++;
    depth++;
    deepest = depth > deepest ? depth : deepest;
    if (calls == 1) {
        raise(sig); /* waits: it is blocked until we return */
    }
    depth--;
}

int
main(void)
{
    struct sigaction action = {.sa_handler = handler};
    long sum = 0;

    if (sigaction(SIGUSR1, &action, NULL) < 0) {
        perror("sigaction");
        return 1;
    }
    for (long i = 1; i <= 100; i++) {
        sum += i;
        if (i == 50) {
            kill(getpid(), SIGUSR1);
            printf("in the loop: the handler was called %d times\n",
                   (int)calls);
        }
    }
    printf("the second call waited for the first: %d at a time\n",
           (int)deepest);
    printf("the sum of 1 to 100 is still %ld\n", sum);

    action.sa_handler = SIG_IGN;
    sigaction(SIGUSR1, &action, NULL);
    kill(getpid(), SIGUSR1);
    printf("ignored: still %d calls\n", (int)calls);
    return 0;
}
