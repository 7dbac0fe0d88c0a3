/*
 * signal_secrets.c: a handler's frame says nothing of the kernel. No word of
 * it is a kernel address, not even in what FXSAVE leaves out of its image, and
 * not after calls that leave different things on the kernel's stack.
 */
#include "tap.h"

#include <fcntl.h>
#include <ucontext.h>

#define UNUSED_FROM 416 /* FXSAVE stores no more (AMD64 manual, 11.4.4) */
#define IMAGE       512

static int handled;
static int secrets;
static int *volatile nowhere;
static sigset_t none;

static int
count_secrets(const void *from, size_t size)
{
    unsigned long word;
    int found = 0;

    for (size_t at = 0; at + sizeof(word) <= size; at += sizeof(word)) {
        memcpy(&word, (const char *)from + at, sizeof(word));
        found += word >> 47 == 0x1ffff && word < -4096UL; /* no error */
    }
    return found;
}

static void
look(int sig, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;
    const char *image = (const char *)uc->uc_mcontext.fpregs;

    (void)sig;
    handled++;
    secrets += count_secrets(image + UNUSED_FROM, IMAGE - UNUSED_FROM);
    secrets += count_secrets(info, sizeof(*info));
    secrets += count_secrets(uc, sizeof(*uc));
}

static int
catch(int sig)
{
    struct sigaction action = { .sa_flags = SA_SIGINFO };

    action.sa_sigaction = look;
    return sigaction(sig, &action, NULL);
}

static void
after_calls(void)
{
    char path[] = "/no/such/name", text[64];
    int ends[2];

    pipe(ends);
    write(ends[1], text, sizeof(text));
    raise(SIGUSR1);
    read(ends[0], text, sizeof(text));
    raise(SIGUSR1);
    open(path, O_RDONLY);
    raise(SIGUSR1);
    close(ends[0]);
    write(ends[1], text, 1); /* SIGPIPE, in the middle of a write */
    close(ends[1]);
}

static void
blocked_first(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(SIGUSR1);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static int
faults(void *unused)
{
    (void)unused;
    *nowhere = 1;
    return 1;
}

static void
look_and_leave(int sig, siginfo_t *info, void *context)
{
    look(sig, info, context);
    _exit(secrets == 0 ? 3 : 4);
}

int
main(void)
{
    struct sigaction leave = { .sa_flags = SA_SIGINFO };

    sigemptyset(&none);
    catch(SIGUSR1);
    catch(SIGPIPE);
    catch(SIGCHLD);
    after_calls();
    is(handled, 4, "a handler after each of four calls");
    is(secrets, 0, "sees no kernel address");
    blocked_first();
    is(handled, 5, "one whose signal was blocked");
    is(secrets, 0, "neither");
    pid_t pid = must_fork();
    if (pid == 0) {
        _exit(0);
    }
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
    }
    is(handled, 6, "one of SIGCHLD");
    is(secrets, 0, "neither");
    leave.sa_sigaction = look_and_leave;
    sigaction(SIGSEGV, &leave, NULL);
    exited(in_child(faults, NULL), 3, "one of a fault neither");
    return done();
}
