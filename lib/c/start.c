/*
 * A program's life outside main: from the kernel's stack to main, and from
 * main's return to _exit. Essential fact: exit runs the atexit functions and
 * flushes the streams; _exit does neither. A child of vfork must end with
 * _exit, because exit would flush its parent's buffers.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "c/internal.h"
#include "c/thread.h"

int main(int argc, char **argv, char **envp);

char **environ;
char *program_invocation_name;

/* Functions with the attribute `constructor`, of which the linker makes a list:
 * they run before main. */
typedef void constructor(int argc, char **argv, char **envp);
extern constructor *__init_array_start[], *__init_array_end[];

_Noreturn void
start_main(long *stack)
{
    int argc = (int)stack[0];
    char **argv = (char **)(stack + 1);

    environ = argv + argc + 1;
    program_invocation_name = argv[0];
    for (constructor **at = __init_array_start; at < __init_array_end; at++) {
        (*at)(argc, argv, environ);
    }
    exit(main(argc, argv, environ));
}

#define ATEXIT_MAX 32 /* ISO C's least */

static void (*at_exit[ATEXIT_MAX])(void);
static int at_exit_count;
static int at_exit_lock;
struct pthread *exiting;

int
atexit(void (*function)(void))
{
    int result = -1;

    own_lock(&at_exit_lock);
    if (at_exit_count < ATEXIT_MAX) {
        at_exit[at_exit_count++] = function;
        result = 0;
    }
    own_unlock(&at_exit_lock);
    return result;
}

/* Only one thread may call exit; but its functions may call it again. */
static void
be_only_one(void)
{
    struct pthread *nobody = NULL, *self = thread_self();

    while (!__atomic_compare_exchange_n(&exiting, &nobody, self, false,
                                        __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)
           && nobody != self) {
        pause();
        nobody = NULL;
    }
}

static void
(*last_at_exit(void))(void)
{
    own_lock(&at_exit_lock);
    void (*function)(void) = at_exit_count > 0 ? at_exit[--at_exit_count]
                                               : NULL;
    own_unlock(&at_exit_lock);
    return function;
}

_Noreturn void
exit(int status)
{
    void (*function)(void);

    if (threaded) {
        be_only_one();
    }
    while ((function = last_at_exit()) != NULL) {
        function();
    }
    fflush(NULL);
    _exit(status);
}

_Noreturn void
_exit(int status)
{
    for (;;) {
        sys_exit_group(status);
    }
}

_Noreturn void
_Exit(int status)
{
    _exit(status);
}

/* A handler is called, if there is one; but the program does not go on, even
 * if SIGABRT is ignored, or its handler returns. */
_Noreturn void
abort(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGABRT);
    for (;;) {
        sigprocmask(SIG_UNBLOCK, &set, NULL);
        raise(SIGABRT);
        signal(SIGABRT, SIG_DFL);
        kill(getpid(), SIGABRT); /* a call that every kernel of ours has */
    }
}
