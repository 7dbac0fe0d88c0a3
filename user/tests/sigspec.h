/*
 * sigspec.h: signals by system calls alone, so that nothing of the C library
 * stands between a test and the kernel: actions with a restorer of their own,
 * masks as numbers, waits that return -errno.
 */
#pragma once

#include "raw.h"
#include "tap.h"

#include "abi/ucontext.h"
#include <fcntl.h>

#define BIT(sig) (1UL << ((sig) - 1))
#define COUNT_OF(table) ((int)(sizeof(table) / sizeof((table)[0])))

/* What rt_sigprocmask and the others take as the size of a set. */
#define SET_SIZE 8L

typedef void handler_fn(int sig, siginfo_t *info, void *context);

/* What rt_sigaction takes. */
struct action {
    handler_fn *handler;
    unsigned long flags;
    void (*restorer)(void);
    unsigned long mask;
};

#define TO_DEFAULT ((handler_fn *)0)
#define TO_IGNORE ((handler_fn *)1)

/* Where handlers return to; the instructions by which debuggers know it. */
__attribute__((naked, unused)) static void
restorer(void)
{
    __asm__("mov $15, %rax\n\tsyscall");
}

/* => 0 or -errno */
static inline long
act(int sig, handler_fn *handler, unsigned long flags, unsigned long set)
{
    struct action action = { handler, flags | SA_RESTORER, restorer, set };

    return raw(NR_rt_sigaction, sig, P(&action), 0, SET_SIZE);
}

/* What rt_sigaction says of this signal. */
static inline struct action
action_of(int sig)
{
    struct action action;

    memset(&action, 0xff, sizeof(action));
    raw(NR_rt_sigaction, sig, 0, P(&action), SET_SIZE);
    return action;
}

/* Change the mask; => the one before. */
static inline unsigned long
mask(int how, unsigned long set)
{
    unsigned long old = 0;

    raw(NR_rt_sigprocmask, how, P(&set), P(&old), SET_SIZE);
    return old;
}

static inline unsigned long
mask_now(void)
{
    return mask(SIG_BLOCK, 0);
}

static inline unsigned long
pending_now(void)
{
    unsigned long set = 0;

    raw(NR_rt_sigpending, P(&set), SET_SIZE, 0, 0);
    return set;
}

static inline void
send_self(int sig)
{
    raw(NR_kill, getpid(), sig, 0, 0);
}

/* Queue a signal with a number; => 0 or -errno. */
static inline long
queue(pid_t pid, int sig, int value)
{
    siginfo_t info;

    memset(&info, 0, sizeof(info));
    info.si_code = SI_QUEUE;
    info.si_pid = getpid();
    info.si_uid = getuid();
    info.si_value.sival_int = value;
    return raw(NR_rt_sigqueueinfo, pid, sig, P(&info), 0);
}

/* Take one signal of the set that is pending now; => its number or -errno. */
static inline long
take(unsigned long set, siginfo_t *info)
{
    static const struct timespec none;

    return raw(NR_rt_sigtimedwait, P(&set), P(info), P(&none), SET_SIZE);
}

/* The result of a call that should be this or -errno. */
static inline void
returns(long got, long want, const char *name)
{
    ok(got == want, name);
    if (got != want && got < 0) {
        printf("# got %s\n", errno_name((int)-got));
    } else if (got != want) {
        printf("# got %ld, want %ld\n", got, want);
    }
    fflush(stdout);
}

/* The letter that /proc has for the state of a process; 0: there is none. */
static inline char
state_of(pid_t pid)
{
    char path[32], text[256], *end;

    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    int fd = open(path, O_RDONLY);
    long n = read(fd, text, sizeof(text) - 1);
    close(fd);
    text[n < 0 ? 0 : n] = '\0';
    end = strrchr(text, ')');
    return end != NULL ? end[2] : 0;
}

/* Wait until it is in this state: S asleep, T stopped, Z ended. */
static inline void
until_state(pid_t pid, char state)
{
    while (state_of(pid) != state) {
        nap(1);
    }
}

/* A child that does nothing until it is killed. */
static inline pid_t
idle_child(void)
{
    pid_t pid = must_fork();

    while (pid == 0) {
        nap(1000);
    }
    return pid;
}

/* Kill it and wait for it. */
static inline void
end_child(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}
