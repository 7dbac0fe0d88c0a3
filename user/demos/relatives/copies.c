/*
 * The relatives whose child goes on where fork was called, or in a function of
 * the same program.
 */
#include "relatives.h"

#include <freebsd.h>
#include <irix.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

static char stack[16384] __attribute__((aligned(16)));

int
by_fork(volatile int *on_stack)
{
    pid_t pid = fork();

    if (pid == 0) {
        _exit(probe(on_stack));
    }
    return status_of(pid);
}

int
by_vfork(volatile int *on_stack)
{
    pid_t pid = vfork();

    if (pid == 0) {
        _exit(probe(on_stack));
    }
    return status_of(pid);
}

static int
function(void *on_stack)
{
    return probe(on_stack);
}

int
by_clone(volatile int *on_stack)
{
    return status_of(clone(function, stack + sizeof(stack),
                           CLONE_VM | SIGCHLD, (void *)on_stack));
}

int
by_rfork_thread(volatile int *on_stack)
{
    return status_of(rfork_thread(RFPROC | RFMEM, stack + sizeof(stack),
                                  function, (void *)on_stack));
}

static void
entry(void *on_stack)
{
    _exit(probe(on_stack));
}

int
by_sproc(volatile int *on_stack)
{
    return status_of(sproc(entry, PR_SALL, (void *)on_stack));
}
