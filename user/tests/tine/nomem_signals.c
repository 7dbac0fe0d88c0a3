/*
 * nomem_signals.c: allocations fail at every point of calls on signals with
 * handlers and values, of waitid and pseudo-terminals, one by one;
 * nomem.h says how, and what must hold. Signal actions are shared since a fork,
 * so the first process that changes them copies them.
 *
 * seconds: 40
 * expect:
 * ok 1 - sigaction with a handler
 * ok 2 - a handler that is reset when it runs
 * ok 3 - a handler's frame on a fresh stack
 * ok 4 - a signal with a value
 * ok 5 - the same to a thread
 * ok 6 - kill of a real-time signal works without
 * ok 7 - tgkill, too
 * ok 8 - sigtimedwait needs none
 * ok 9 - sigaltstack needs none
 * ok 10 - waitid needs none
 * ok 11 - to be a subreaper needs none
 * ok 12 - a new pseudo-terminal
 * ok 13 - its slave is opened
 * ok 14 - as /dev/tty, too
 * ok 15 - its slave is read
 * ok 16 - its master is read
 * ok 17 - what is typed needs none
 * ok 18 - what is shown needs none
 * ok 19 - new modes need none
 * ok 20 - to take a terminal needs none
 * ok 21 - a new foreground needs none
 * 1..21
 */
#include "nomem.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>

#define VALUED 40 /* a real-time signal */

static int master, slave, handled;
static siginfo_t info;
static struct termios modes;
static char path[64], bytes[16];

/* ---- Signals ---- */

static void
handle(int sig)
{
    (void)sig;
    handled++;
}

static void
block_valued(void)
{
    sigset_t set = SIGNAL_BIT(VALUED);

    sigprocmask(SIG_BLOCK, &set, NULL);
    memset(&info, 0, sizeof(info));
    info.si_code = SI_QUEUE;
}

static int
is_valued_pending(void)
{
    sigset_t set = 0;

    sigpending(&set);
    return (set & SIGNAL_BIT(VALUED)) != 0;
}

static int
none_valued(void)
{
    return !is_valued_pending();
}

/* It pends, though its queue had no room for what is known of it. */
static long
made_pending(long result)
{
    return result == 0 && !is_valued_pending() ? -ESRCH : result;
}

static void
do_action(void)
{
    static struct kernel_sigaction action;

    action.handler = handle;
    CALL(SYS_rt_sigaction, SIGUSR1, P(&action), 0, 8);
}

static void
send_handled(int flags)
{
    struct sigaction action;

    memset(&action, 0, sizeof(action));
    action.sa_handler = handle;
    action.sa_flags = flags;
    sigaction(VALUED, &action, NULL);
    CALL(SYS_kill, getpid(), VALUED);
}

/* The actions are a sharer's, too. */
static void
do_reset(void)
{
    send_handled((int)SA_RESETHAND);
}

static void
do_frame(void)
{
    stack_t stack = { FRESH, 0, 16 * PAGE };

    mmap(FRESH, 16 * PAGE, RW, ANON | MAP_FIXED, -1, 0);
    sigaltstack(&stack, NULL);
    send_handled(SA_ONSTACK);
}

static long
made_handled(long result)
{
    return result == 0 && handled == 0 ? -ESRCH : result;
}

static void
do_queue(void)
{
    block_valued();
    CALL(SYS_rt_sigqueueinfo, getpid(), VALUED, P(&info));
}

static void
queue_thread(void)
{
    block_valued();
    CALL(SYS_rt_tgsigqueueinfo, getpid(), getpid(), VALUED, P(&info));
}

static void
kill_valued(void)
{
    block_valued();
    CALL(SYS_kill, getpid(), VALUED);
}

static void
tgkill_valued(void)
{
    block_valued();
    CALL(SYS_tgkill, getpid(), getpid(), VALUED);
}

static void
do_take(void)
{
    static sigset_t set = SIGNAL_BIT(VALUED);

    block_valued();
    kill(getpid(), VALUED);
    CALL(SYS_rt_sigtimedwait, P(&set), P(&info), 0, 8);
}

static void
do_altstack(void)
{
    static stack_t stack, old;

    stack.ss_sp = area;
    stack.ss_size = PAGE;
    old.ss_size = 1; /* its page is there, and ours */
    CALL(SYS_sigaltstack, P(&stack), P(&old));
}

/* ---- Processes ---- */

static void
do_waitid(void)
{
    memset(&info, 0, sizeof(info));
    pid_t pid = must_fork();
    if (pid == 0) {
        _exit(0);
    }
    info.si_code = 1; /* since the fork its page is shared */
    CALL(SYS_waitid, P_PID, pid, P(&info), WEXITED);
}

static void
do_subreaper(void)
{
    CALL(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1);
}

/* ---- Pseudo-terminals ---- */

static void
open_ends(void)
{
    master = posix_openpt(O_RDWR | O_NOCTTY);
    unlockpt(master);
    ptsname_r(master, path, sizeof(path));
    slave = open(path, O_RDWR | O_NOCTTY);
}

static void
lead_ends(void)
{
    setsid();
    open_ends();
    ioctl(slave, TIOCSCTTY, 0);
}

static void
do_birth(void)
{
    CALL(SYS_openat, AT_FDCWD, P("/dev/ptmx"), O_RDWR | O_NOCTTY);
}

static void
open_slave(void)
{
    open_ends();
    CALL(SYS_openat, AT_FDCWD, P(path), O_RDWR);
}

static void
open_tty(void)
{
    lead_ends();
    CALL(SYS_openat, AT_FDCWD, P("/dev/tty"), O_RDWR);
}

static void
read_slave(void)
{
    open_ends();
    write(master, "a\nb\n", 4);
    memset(bytes, 0, sizeof(bytes));
    CALL(SYS_read, slave, P(bytes), 2);
}

static int
is_all_typed(void)
{
    int there = 0;

    ioctl(slave, FIONREAD, &there);
    return there == 4;
}

static void
read_master(void)
{
    open_ends();
    write(slave, "abcd", 4);
    memset(bytes, 0, sizeof(bytes));
    CALL(SYS_read, master, P(bytes), 2);
}

static int
is_all_shown(void)
{
    int there = 0;

    ioctl(master, FIONREAD, &there);
    return there == 4;
}

static void
write_master(void)
{
    open_ends();
    CALL(SYS_write, master, P("a\n"), 2);
}

static void
write_slave(void)
{
    open_ends();
    CALL(SYS_write, slave, P("a\n"), 2);
}

static void
do_modes(void)
{
    open_ends();
    tcgetattr(slave, &modes);
    modes.c_lflag = 0;
    CALL(SYS_ioctl, slave, TCSETS, P(&modes));
}

static void
do_terminal(void)
{
    setsid();
    open_ends();
    CALL(SYS_ioctl, slave, TIOCSCTTY, 0);
}

static void
do_foreground(void)
{
    static pid_t group;

    lead_ends();
    group = getpgrp();
    CALL(SYS_ioctl, slave, TIOCSPGRP, P(&group));
}

#define QUEUE_MAY .may = { EAGAIN }, .intact = none_valued
#define OPEN_MAY .may = { EMFILE, ENFILE }

static const struct op ops[] = {
    OP("sigaction with a handler", do_action, 0, 0),
    OP("a handler that is reset when it runs", do_reset, 0,
        FAULTS | WITHOUT | SHARER, .made = made_handled),
    OP("a handler's frame on a fresh stack", do_frame, 0, FAULTS | WITHOUT,
        .made = made_handled),
    OP("a signal with a value", do_queue, 0, 0, QUEUE_MAY,
        .made = made_pending),
    OP("the same to a thread", queue_thread, 0, 0, QUEUE_MAY,
        .made = made_pending),
    OP("kill of a real-time signal works without", kill_valued, 0, WITHOUT,
        .made = made_pending),
    OP("tgkill, too", tgkill_valued, 0, 0, QUEUE_MAY, .made = made_pending),
    OP("sigtimedwait needs none", do_take, 0, NEVER),
    OP("sigaltstack needs none", do_altstack, 0, NEVER),
    OP("waitid needs none", do_waitid, COPIES, NEVER),
    OP("to be a subreaper needs none", do_subreaper, 0, NEVER),
    OP("a new pseudo-terminal", do_birth, 0, 0, OPEN_MAY),
    OP("its slave is opened", open_slave, 0, 0, OPEN_MAY),
    OP("as /dev/tty, too", open_tty, 0, 0, OPEN_MAY),
    OP("its slave is read", read_slave, 0, 0, .intact = is_all_typed),
    OP("its master is read", read_master, 0, 0, .intact = is_all_shown),
    OP("what is typed needs none", write_master, 0, NEVER),
    OP("what is shown needs none", write_slave, 0, NEVER),
    OP("new modes need none", do_modes, 0, NEVER),
    OP("to take a terminal needs none", do_terminal, 0, NEVER),
    OP("a new foreground needs none", do_foreground, 0, NEVER),
};

int
main(int argc, char *argv[])
{
    return sweep_all(ops, sizeof(ops) / sizeof(ops[0]), argc, argv);
}
