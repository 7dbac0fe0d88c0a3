/*
 * init_signals.c: as process 1, sends itself signals that would end any other
 * process, while it blocks them and while it does not. None ends it, but a
 * handler runs; last, a fault of its own ends it, and so the machine. The host
 * test init_is_immune runs it as process 1.
 *
 * expect:
 * not process 1
 */
#include "../sigspec.h"

static int handled;

static void
count(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)info;
    (void)context;
    handled++;
}

/* Each signal, sent by itself or by a child, pends until it is open; a stop
 * signal drops the SIGCONT before it. */
static void
test_blocked(pid_t from)
{
    mask(SIG_BLOCK, ~0UL);
    for (int sig = 1; sig <= 64; sig++) {
        if (from == 1) {
            send_self(sig);
            continue;
        }
        pid_t pid = must_fork();
        if (pid == 0) {
            _exit(kill(1, sig) != 0);
        }
        waitpid(pid, NULL, 0);
    }
    unsigned long pended = pending_now();
    ok(pended == ~(BIT(SIGKILL) | BIT(SIGSTOP) | BIT(SIGCONT)),
        from == 1 ? "from itself: what it can block pends"
                  : "from a child: what it can block pends");
    mask(SIG_SETMASK, 0);
    is((long)pending_now(), 0, "it opens them all, and lives");
}

static void
test_open(void)
{
    for (int sig = 1; sig <= 64; sig++) {
        send_self(sig);
    }
    raw(NR_tgkill, 1, 1, SIGSEGV, 0);
    raw(NR_tkill, 1, SIGKILL, 0, 0);
    returns(queue(1, SIGSEGV, 1), 0, "each signal, while it blocks none");
    is((long)pending_now(), 0, "is dropped");
}

static void
test_taken(void)
{
    siginfo_t info;

    mask(SIG_BLOCK, BIT(SIGSEGV));
    send_self(SIGSEGV);
    returns(take(BIT(SIGSEGV), &info), SIGSEGV, "rt_sigtimedwait takes one");
    act(SIGSEGV, count, 0, 0);
    send_self(SIGSEGV);
    mask(SIG_SETMASK, 0);
    is(handled, 1, "a handler runs");
    mask(SIG_BLOCK, BIT(SIGSEGV));
    send_self(SIGSEGV);
    act(SIGSEGV, TO_DEFAULT, 0, 0);
    mask(SIG_SETMASK, 0);
    is(handled, 1, "and does not, if it has gone before the signal is open");
}

int
main(void)
{
    if (getpid() != 1) {
        printf("not process 1\n");
        return 0;
    }
    dup2(open("/dev/run/stdout", O_WRONLY), 1);
    test_blocked(1);
    test_blocked(0);
    test_open();
    test_taken();
    done();
    __asm__ volatile("ud2");
    return 1;
}
