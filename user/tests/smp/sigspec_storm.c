/*
 * sigspec_storm.c: eight processes on four processors make calls about signals,
 * waits, prctl and terminals with arguments that are hostile more often than
 * not, while handlers run. A process lives for LIFE calls, or until a signal
 * kills it; then its keeper makes the next one. Keepers live to the end, so a
 * signal never goes to a stranger. They have handlers for all signals.
 *
 * They make CALLS calls, or as many as the argument says.
 *
 * seconds: 120
 */
#include "smp.h"

#include "../sigspec.h"
#include <limits.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>

enum { KEEPERS = 8, CALLS = 100000, LIFE = 400, HANDLED_MAX = 2000 };

static struct board {
    struct gate begin, end;
    int keeper[KEEPERS];
    int handled, calls, lives, ended;
} *board;

static unsigned long seed;
static char *page, *locked, *constant; /* may be written, not, only be read */
static int handled_here;
static int all_calls = CALLS;
static int master = -1, slave = -1; /* of a life's pseudo-terminal */

static unsigned
any(unsigned below)
{
    return pick(&seed, below);
}

static unsigned long
word(void)
{
    return (unsigned long)any(1u << 31) << 33 ^ (unsigned long)any(1u << 31)
           << 11 ^ any(1u << 31);
}

/* Without end a fault would come again after each return. */
static void
handle(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)info;
    (void)context;
    add(&board->handled, 1);
    if (++handled_here > HANDLED_MAX) {
        _exit(3);
    }
}

/* A pointer, to garbage or to where nothing may be read or written. */
static long
pointer(void)
{
    static const unsigned long bad[] = { 1, 0x10000000, 0x7ffffffff000,
        0x7ffffffffff8, 0x800000000000, 0x8000000000000000,
        0xffff800000000000, 0xffffffff80000000, -8UL, -1UL };
    unsigned kind = any(16);

    if (kind < 8) {
        for (int i = 0; i < 64; i++) {
            ((unsigned long *)page)[i] = any(3) ? word() : any(100);
        }
        return P(page) + any(4) * 8;
    }
    return kind == 8   ? P(locked)
           : kind == 9  ? P(locked) - any(200)
           : kind == 10 ? P(constant)
           : kind == 11 ? 0
                        : (long)bad[any(COUNT_OF(bad))];
}

/* Not the two that cannot be caught: a keeper could not keep. */
static int
signal_number(void)
{
    static const int odd[] = { 0, -1, 65, 64, INT_MAX, INT_MIN };
    int sig = any(10) == 0 ? odd[any(COUNT_OF(odd))] : 1 + (int)any(64);

    return sig == SIGKILL || sig == SIGSTOP ? SIGUSR1 : sig;
}

static long
size(void)
{
    return any(8) ? SET_SIZE : any(2) ? (long)any(20) : (long)word();
}

static pid_t
target(void)
{
    return any(2) ? getpid() : load(&board->keeper[any(KEEPERS)]);
}

static void
call_action(void)
{
    static void (*const restorers[])(void) = { restorer, restorer, restorer,
        NULL, (void (*)(void))0x800000000000 };
    struct action action = { handle, (unsigned long)any(1u << 31) << 1
        | (any(4) ? SA_RESTORER : 0), restorers[any(5)], word() };

    if (any(4) == 0) {
        action.handler = any(2) ? TO_DEFAULT : TO_IGNORE;
    }
    if (any(3) == 0) {
        raw(NR_rt_sigaction, signal_number(), pointer(), pointer(), size());
        act(1 + (int)any(64), handle, SA_NODEFER, 0);
    } else {
        raw(NR_rt_sigaction, signal_number(), P(&action), any(2) ? 0
            : pointer(), size());
    }
}

static void
call_stack(void)
{
    stack_t stack = { any(2) ? page : (void *)pointer(),
        any(2) ? 0 : (int)word(), any(3) ? 4096 : word() };

    raw(NR_sigaltstack, any(3) ? P(&stack) : pointer(), any(2) ? 0
        : pointer(), 0, 0);
}

static void
call_queue(void)
{
    siginfo_t info;
    pid_t to = target();

    for (int i = 0; i < 16; i++) {
        ((unsigned long *)&info)[i] = word();
    }
    info.si_code = any(2) ? SI_QUEUE : (int)word();
    long at = any(3) ? P(&info) : pointer();
    if (any(2)) {
        raw(NR_rt_sigqueueinfo, any(8) ? to : -(int)any(2), signal_number(),
            at, 0);
    } else {
        const long arg[6] = { any(8) ? to : -(int)any(2),
            any(8) ? to : INT_MIN, signal_number(), at, 0, 0 };
        raw_v(NR_rt_tgsigqueueinfo, arg);
    }
}

static void
call_send(void)
{
    pid_t to = target();

    switch (any(3)) {
    case 0:
        raw(NR_kill, to, signal_number(), 0, 0);
        break;
    case 1:
        raw(NR_tkill, to, signal_number(), 0, 0);
        break;
    default:
        raw(NR_tgkill, to, any(4) ? to : 0, signal_number(), 0);
    }
}

/* It never waits for long: the time is short or invalid. */
static void
call_wait(void)
{
    struct timespec ts = { any(4) ? 0 : -(long)any(2),
        any(4) ? (long)any(20000) : (long)word() };
    unsigned long set = word();
    long times[] = { P(&ts), P(&ts), 1, P(locked), -1 };

    if (ts.tv_nsec > 1000000 && ts.tv_nsec < 1000000000) {
        ts.tv_nsec = 0;
    }
    raw(NR_rt_sigtimedwait, any(3) ? P(&set) : pointer(), any(2) ? 0
        : pointer(), times[any(5)], size());
}

/* A signal with a handler pends, so that it returns. */
static void
call_suspend(void)
{
    unsigned long set = word() & ~BIT(SIGUSR2);

    act(SIGUSR2, handle, 0, word());
    mask(SIG_BLOCK, BIT(SIGUSR2));
    raw(NR_tkill, getpid(), SIGUSR2, 0, 0);
    if (any(2)) {
        raw(NR_rt_sigsuspend, P(&set), SET_SIZE, 0, 0);
    } else {
        raw(NR_rt_sigsuspend, P(locked) - any(8), size(), 0, 0);
    }
}

static void
call_mask(void)
{
    unsigned long set = any(2) ? word() : 0;

    raw(NR_rt_sigprocmask, any(4), any(2) ? P(&set) : pointer(), any(2) ? 0
        : pointer(), size());
    raw(NR_rt_sigpending, pointer(), size(), 0, 0);
}

static void
call_waitid(void)
{
    const long arg[6] = { any(4) ? (int)any(4) : (long)word(),
        any(2) ? 0 : (long)word(), any(2) ? 0 : pointer(),
        (any(2) ? any(16) : (long)word()) | WNOHANG, any(2) ? 0 : pointer(),
        0 };

    raw_v(NR_waitid, arg);
}

static void
call_prctl(void)
{
    static const int what[] = { 1, 2, 15, 16, 36, 37, 0, 9999, -1 };

    raw(NR_prctl, what[any(COUNT_OF(what))], any(2) ? (long)any(70)
        : pointer(), (long)word(), (long)word());
}

/* A new pseudo-terminal instead of the one before, sometimes of a new session.
 * A slave without its master is hung up, and stays so for a while. */
static void
renew_terminal(void)
{
    static char path[32];
    int none = 0;

    close(master);
    if (slave >= 0 && any(2)) {
        return;
    }
    close(slave);
    if (any(4) == 0) {
        raw(NR_setsid, 0, 0, 0, 0);
    }
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK);
    ioctl(master, TIOCSPTLCK, &none);
    ptsname_r(master, path, sizeof(path));
    slave = open(path, O_RDWR | O_NONBLOCK | (any(2) ? O_NOCTTY : 0));
}

/* The last are none: numbers that no kernel knows, with a high half. */
static void
call_request(int fd)
{
    static const long requests[] = { TCGETS, TCSETS, TCSETS + TCSADRAIN,
        TCSETS + TCSAFLUSH, TCSBRK, TCSBRKP, TCXONC, TCFLSH, TIOCSCTTY,
        TIOCNOTTY, TIOCGPGRP, TIOCSPGRP, TIOCGSID, TIOCGWINSZ, TIOCSWINSZ,
        FIONREAD, TIOCOUTQ, TIOCGPTN, TIOCSPTLCK, TIOCGPTLCK, 0x54f0,
        TCSETS | 1L << 32, TIOCSPGRP | 1L << 63 };
    pid_t group = any(2) ? getpgrp() : any(2) ? target() : (int)word();

    raw(NR_ioctl, fd, requests[any(COUNT_OF(requests))],
        any(8) == 0  ? P(&group)
        : any(3) == 0 ? (long)any(5)
                      : pointer(), 0);
}

/* Nothing waits: both ends are O_NONBLOCK. */
static void
call_terminal(void)
{
    static const char keys[] = "\3\4\21\22\23\25\26\27\32\34\177ab \t\r\n\377";
    int fd = any(2) ? master : slave;
    char typed[32];

    switch (any(8)) {
    case 0:
        renew_terminal();
        break;
    case 1:
        for (unsigned i = 0; i < sizeof(typed); i++) {
            typed[i] = keys[any(sizeof(keys))];
        }
        raw(NR_write, master, P(typed), any(sizeof(typed)), 0);
        break;
    case 2:
        raw(NR_write, fd, pointer(), any(300), 0);
        break;
    case 3:
        raw(NR_read, fd, pointer(), any(2) ? any(300) : (long)word(), 0);
        break;
    default:
        call_request(fd);
    }
}

__attribute__((naked)) static void
leave(void)
{
    __asm__("mov $231, %eax\n\tmov $7, %edi\n\tsyscall");
}

/* A child returns from a handler that there was not, to a frame that is
 * garbage or nearly right. */
static void
call_return(void)
{
    static const unsigned long rips[] = { 0, 1, 0x800000000000,
        0xffffffff80000000, -1UL };
    pid_t pid = fork();
    ucontext_t *uc = (ucontext_t *)page;

    if (pid != 0) {
        raw(NR_wait4, pid, 0, __WALL, 0);
        return;
    }
    for (int sig = 1; sig <= 64; sig++) {
        act(sig, TO_DEFAULT, 0, 0);
    }
    memset(page, 0, 4096);
    for (int i = 0; i < 60; i++) {
        ((unsigned long *)page)[i] = any(2) ? word() : any(100);
    }
    uc->uc_flags = any(2) ? 6 : word();
    uc->uc_mcontext.gregs[REG_RIP] = any(2) ? (unsigned long)leave
                                            : rips[any(COUNT_OF(rips))];
    uc->uc_mcontext.gregs[REG_EFL] = any(2) ? 0x202 : word();
    uc->uc_mcontext.gregs[REG_CSGSFS] = any(2) ? 0x33 | 0x2bUL << 48 : word();
    uc->uc_mcontext.fpregs = any(2) ? NULL : any(2) ? (void *)(page + 1024)
                                                    : (void *)pointer();
    __asm__ volatile("mov %1, %%rsp\n\tsyscall"
                     :
                     : "a"(NR_rt_sigreturn), "r"(any(4) ? P(page) : pointer())
                     : "memory");
    _exit(1);
}

static void
live(void)
{
    static void (*const calls[])(void) = { call_action, call_stack,
        call_queue, call_send, call_wait, call_suspend, call_mask,
        call_waitid, call_prctl, call_terminal, call_terminal };

    for (int sig = 1; sig <= 64; sig++) {
        act(sig, handle, SA_RESTART | SA_NODEFER, 0);
    }
    for (int i = 0; i < LIFE; i++) {
        if (any(100) == 0) {
            call_return();
        } else {
            calls[any(COUNT_OF(calls))]();
        }
        add(&board->calls, 1);
    }
    _exit(7);
}

/* Wait for its end; a stop signal may have stopped it. => whether it ended */
static int
outlive(pid_t pid)
{
    int status = 0;
    long got;

    do {
        got = raw(NR_wait4, pid, P(&status), WUNTRACED, 0);
        if (got == pid && WIFSTOPPED(status)) {
            kill(pid, SIGCONT);
        }
    } while (got == -EINTR || (got == pid && WIFSTOPPED(status)));
    return got == pid;
}

static int
keep(int who)
{
    int good = 1;

    for (int sig = 1; sig <= 64; sig++) {
        act(sig, handle, SA_SIGINFO | (sig % 2 ? SA_RESTART : 0), 0);
    }
    store(&board->keeper[who], getpid());
    on_cpu(who);
    meet(&board->begin, KEEPERS);
    for (int n = 0; load(&board->calls) < all_calls; n++) {
        add(&board->lives, 1);
        pid_t pid = fork();
        if (pid == 0) {
            seed = (unsigned long)(n * KEEPERS + who + 1) * 0x9e3779b97f4a7c15;
            handled_here = 0;
            on_cpu((int)any(4));
            live();
        }
        handled_here = 0;
        good &= pid > 0 && outlive(pid);
        add(&board->ended, 1);
    }
    meet(&board->end, KEEPERS);
    return good && no_child() ? 7 : 8;
}

int
main(int argc, char *argv[])
{
    int good = 0;
    pid_t pid[KEEPERS];

    if (argc > 1) {
        all_calls = atoi(argv[1]);
    }
    board = shared(sizeof(*board));
    page = must_map(3 * 4096, MAP_PRIVATE);
    locked = page + 4096;
    constant = page + 2 * 4096;
    mprotect(locked, 4096, PROT_NONE);
    mprotect(constant, 4096, PROT_READ);
    for (int who = 0; who < KEEPERS; who++) {
        pid[who] = must_fork();
        if (pid[who] == 0) {
            _exit(keep(who));
        }
    }
    for (int who = 0; who < KEEPERS; who++) {
        good += code_of(pid[who]) == 7;
    }
    is(good, KEEPERS, "eight keepers live through a storm of calls");
    is(board->ended, board->lives, "each life has ended once");
    ok(board->calls >= all_calls, "after so many calls");
    ok(board->handled > board->lives, "and many handlers");
    ok(no_child(), "no child is left");
    return done();
}
