/*
 * rfork-thread: FreeBSD gave Plan 9's call another meaning: RFMEM shares all
 * memory, the stack included. So the child must have a stack of its own, and a
 * function to begin with.
 */
#include <freebsd.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

static char stack[16384];

static int
child(void *arg)
{
    *(volatile int *)arg += 1;
    signal(SIGINT, SIG_IGN);
    return 0;
}

static void
try(const char *name, int flags)
{
    struct sigaction action;
    int on_stack = 0;
    pid_t pid = rfork_thread(RFPROC | RFFDG | flags, stack + sizeof(stack),
                             child, &on_stack);

    if (pid < 0) {
        perror(name);
        return;
    }
    waitpid(pid, NULL, 0);
    sigaction(SIGINT, NULL, &action);
    printf("%-17s the child's step is %s; SIGINT is %s\n", name,
           *(volatile int *)&on_stack ? "ours, too" : "its own",
           action.sa_handler == SIG_IGN ? "ignored by both" : "ours");
    signal(SIGINT, SIG_DFL);
}

int
main(void)
{
    try("(none)", 0);
    try("RFMEM", RFMEM);
    try("RFMEM|RFSIGSHARE", RFMEM | RFSIGSHARE);
    try("RFSIGSHARE", RFSIGSHARE);
    return 0;
}
