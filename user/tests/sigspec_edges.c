/*
 * sigspec_edges.c: rules of signals that are easily missed: which of several
 * is taken first, what ends a process that waits for it, what a program may
 * say of a signal, what an ignored SIGCHLD leaves, and that a frame has no
 * bytes of the kernel's.
 */
#include "sigspec.h"

enum { ALT_SIZE = 16384, UNUSED_FROM = 416, UNUSED_TO = 464 };

static int order[4], taken;
static int unused_bytes;
static unsigned long error_code;
static char alt[ALT_SIZE] __attribute__((aligned(64)));

static void
note(int sig, siginfo_t *info, void *context)
{
    (void)info;
    (void)context;
    order[taken++ & 3] = sig;
}

static void
test_order(void)
{
    unsigned long both = BIT(SIGHUP) | BIT(SIGSEGV);
    siginfo_t info;

    act(SIGHUP, note, 0, ~0UL);
    act(SIGSEGV, note, 0, ~0UL);
    mask(SIG_BLOCK, both);
    send_self(SIGHUP);
    send_self(SIGSEGV);
    mask(SIG_UNBLOCK, both);
    is(taken, 2, "two signals have been taken");
    is(order[0], SIGSEGV, "a fault's signal before a lower number");
    mask(SIG_BLOCK, both);
    send_self(SIGHUP);
    send_self(SIGSEGV);
    returns(take(both, &info), SIGSEGV, "rt_sigtimedwait: SIGSEGV first");
    returns(take(both, &info), SIGHUP, "then the lower number");
    mask(SIG_UNBLOCK, both);
}

/* It waits for a signal that it does not block. */
static int
wait_open(void *handler)
{
    unsigned long set = BIT(SIGTERM);
    struct timespec ts = { 10, 0 };
    pid_t parent = getpid(), pid = 0;

    act(SIGTERM, handler, 0, 0);
    pid = must_fork();
    if (pid == 0) {
        until_state(parent, 'S');
        kill(parent, SIGTERM);
        _exit(0);
    }
    return raw(NR_rt_sigtimedwait, P(&set), 0, P(&ts), SET_SIZE) == SIGTERM
               ? 7 : 8;
}

static void
test_wait_open(void)
{
    killed(in_child(wait_open, (void *)TO_DEFAULT), SIGTERM,
        "rt_sigtimedwait of an open signal that ends the process: it ends");
    exited(in_child(wait_open, (void *)note), 7, "with a handler: taken");
}

static long
tell(int code, int byte, int value)
{
    siginfo_t info;

    memset(&info, 0, sizeof(info));
    info.si_code = code;
    ((char *)&info)[byte] = (char)value;
    return raw(NR_rt_sigqueueinfo, getpid(), SIGUSR1, P(&info), 0);
}

static void
test_unknown_layout(void)
{
    siginfo_t info;

    mask(SIG_BLOCK, BIT(SIGUSR1));
    returns(tell(SI_QUEUE, 127, 1), 0, "SI_QUEUE, and bytes after 48");
    returns(take(BIT(SIGUSR1), &info), SIGUSR1, "it pends");
    is(((char *)&info)[127], 0, "the bytes are not kept");
    returns(tell(-8, 127, 1), -E2BIG, "an unknown code: E2BIG");
    returns(tell(-8, 48, 1), -E2BIG, "from byte 48 on");
    returns(tell(-8, 47, 1), 0, "an unknown code, and nothing there");
    returns(take(BIT(SIGUSR1), &info), SIGUSR1, "it pends too");
    is(((char *)&info)[47], 1, "with all of 48 bytes");
    returns(tell(-60, 127, 1), 0, "SI_ASYNCNL is known");
    returns(take(BIT(SIGUSR1), &info), SIGUSR1, "so it pends");
    returns(tell(6, 127, 1), 0, "so is a positive code up to 6");
    returns(take(BIT(SIGUSR1), &info), SIGUSR1, "and it pends");
    returns(tell(7, 127, 1), -E2BIG, "but not one above");
    returns(tell(SI_KERNEL, 127, 1), 0, "but SI_KERNEL");
    returns(take(BIT(SIGUSR1), &info), SIGUSR1, "pends again");
    mask(SIG_UNBLOCK, BIT(SIGUSR1));
}

static void
test_ignored_child(void)
{
    mask(SIG_BLOCK, BIT(SIGCHLD));
    act(SIGCHLD, TO_IGNORE, 0, 0);
    pid_t pid = must_fork();
    if (pid == 0) {
        _exit(0);
    }
    is(raw(NR_wait4, pid, 0, 0, 0), -ECHILD, "SIGCHLD ignored: no status");
    is(pending_now() & BIT(SIGCHLD), 0, "nor does it pend while blocked");
    act(SIGCHLD, TO_DEFAULT, 0, 0);
    pid = must_fork();
    if (pid == 0) {
        _exit(0);
    }
    raw(NR_wait4, pid, 0, 0, 0);
    ok(pending_now() & BIT(SIGCHLD), "by default it does");
    mask(SIG_UNBLOCK, BIT(SIGCHLD));
}

static void
look(int sig, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;
    const char *fpu = (const char *)uc->uc_mcontext.fpregs;
    (void)sig;
    (void)info;

    for (int i = UNUSED_FROM; i < UNUSED_TO; i++) {
        unused_bytes += fpu[i] != 0;
    }
    error_code = uc->uc_mcontext.gregs[REG_ERR];
    if (info->si_code > 0 && sig == SIGSEGV) {
        uc->uc_mcontext.gregs[REG_RIP] += 2;
    }
}

/* A byte of this address; the instruction has two bytes. */
static void
touch(unsigned long at)
{
    __asm__ volatile("movb (%1), %%al" : "+a"(at) : "D"(at) : "memory");
}

static void
test_frame(void)
{
    stack_t stack = { alt, 0, sizeof(alt) };

    sigaltstack(&stack, NULL);
    act(SIGUSR1, look, SA_ONSTACK | SA_SIGINFO, 0);
    act(SIGSEGV, look, SA_ONSTACK | SA_SIGINFO, 0);
    for (int i = 0; i < 4; i++) {
        memset(alt, 0, sizeof(alt));
        send_self(SIGUSR1);
    }
    is(unused_bytes, 0, "what FXSAVE does not write is as it was");
    touch(8);
    is((long)error_code, 4, "a page that is not there: read, by a program");
    touch(0xffffffff80000000);
    is((long)error_code, 5, "the kernel's: as if each page were there");
    touch(0xffff800000001000);
    is((long)error_code, 5, "whether it is or not");
}

static int
count_handled(void *unused)
{
    (void)unused;
    taken = 0;
    send_self(SIGUSR2);
    return action_of(SIGUSR2).handler == TO_DEFAULT ? taken : 99;
}

static void
test_reset(void)
{
    act(SIGUSR2, note, SA_RESETHAND, 0);
    exited(in_child(count_handled, NULL), 1, "SA_RESETHAND in a child");
    ok(action_of(SIGUSR2).handler == note, "its parent keeps the handler");
    is(count_handled(NULL), 1, "and uses it once");
}

int
main(void)
{
    test_order();
    test_wait_open();
    test_unknown_layout();
    test_ignored_child();
    test_frame();
    test_reset();
    return done();
}
