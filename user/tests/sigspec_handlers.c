/*
 * sigspec_handlers.c: what is blocked while a handler runs and after it, each
 * flag of its action by its effect, nested handlers, and what an action does
 * to signals that pend. (Registers and the frame: sigspec_frame.c. Handlers
 * that do not just return: sigspec_leave.c.)
 */
#include "sigspec.h"

static char events[256];
static volatile int event_count;
static volatile int depth, deepest;
static volatile unsigned long seen_mask, seen_saved_mask;

static void
event(char what)
{
    events[event_count++] = what;
    events[event_count] = '\0';
}

static void
forget(void)
{
    event_count = 0;
    events[0] = '\0';
    depth = deepest = 0;
}

/* Notes its signal, as a letter: USR1 is 'A' + 10, and so on. */
static void
note(int sig, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;
    (void)info;
    event((char)('A' + sig));
    seen_mask = mask_now();
    seen_saved_mask = uc->uc_sigmask;
}

/* Sends its signal again, once; says how deep it was called. */
static void
again(int sig, siginfo_t *info, void *context)
{
    (void)info;
    (void)context;
    depth++;
    deepest = depth > deepest ? depth : deepest;
    event('(');
    if (event_count < 4) {
        send_self(sig);
    }
    event(')');
    depth--;
}

static void
test_masks(void)
{
    unsigned long before = mask(SIG_SETMASK, BIT(SIGHUP));

    act(SIGUSR1, note, SA_SIGINFO, BIT(SIGUSR2) | BIT(40));
    send_self(SIGUSR1);
    is_str(events, "K", "a handler is called once");
    is((long)seen_mask,
        (long)(BIT(SIGHUP) | BIT(SIGUSR1) | BIT(SIGUSR2) | BIT(40)),
        "blocked meanwhile: what was, its signal, its action's mask");
    is((long)seen_saved_mask, BIT(SIGHUP), "what was is saved in the frame");
    is((long)mask_now(), BIT(SIGHUP), "and is so again after it");
    act(SIGUSR1, note, SA_SIGINFO | SA_NODEFER, 0);
    send_self(SIGUSR1);
    is((long)seen_mask, BIT(SIGHUP), "with SA_NODEFER not its signal");
    act(SIGUSR1, note, SA_SIGINFO | SA_NODEFER, BIT(SIGUSR1));
    send_self(SIGUSR1);
    is((long)seen_mask, BIT(SIGHUP) | BIT(SIGUSR1),
        "unless its own mask has it");
    act(SIGUSR1, note, SA_SIGINFO, ~0UL);
    is((long)action_of(SIGUSR1).mask, (long)~(BIT(SIGKILL) | BIT(SIGSTOP)),
        "a mask never has SIGKILL or SIGSTOP");
    send_self(SIGUSR1);
    is((long)seen_mask, (long)~(BIT(SIGKILL) | BIT(SIGSTOP)),
        "all others can be blocked");
    mask(SIG_SETMASK, before);
}

static void
test_nesting(void)
{
    forget();
    act(SIGUSR1, again, 0, 0);
    send_self(SIGUSR1);
    is_str(events, "()()()", "one sent meanwhile waits for the return");
    is(deepest, 1, "so the handler is not nested");
    forget();
    act(SIGUSR1, again, SA_NODEFER, 0);
    send_self(SIGUSR1);
    is_str(events, "(((())))", "with SA_NODEFER it does not wait");
    is(deepest, 4, "and the handler is nested");
}

static void
test_order(void)
{
    forget();
    for (int sig = 34; sig < 40; sig++) {
        act(sig, note, SA_SIGINFO, 0);
    }
    act(SIGUSR1, note, SA_SIGINFO, 0);
    act(SIGUSR2, note, SA_SIGINFO, 0);
    unsigned long old = mask(SIG_BLOCK, ~0UL);
    for (int sig = 39; sig >= 34; sig--) {
        send_self(sig);
    }
    send_self(SIGUSR2);
    send_self(SIGUSR1);
    is_str(events, "", "nothing that is blocked is delivered");
    mask(SIG_SETMASK, old);
    is_str(events, "hgfedcMK",
        "several at once: the lowest first, the next one interrupts it");
    forget();
    for (int sig = 34; sig < 40; sig++) {
        act(sig, note, SA_SIGINFO, ~0UL);
    }
    act(SIGUSR1, note, SA_SIGINFO, ~0UL);
    act(SIGUSR2, note, SA_SIGINFO, ~0UL);
    mask(SIG_BLOCK, ~0UL);
    for (int sig = 39; sig >= 34; sig--) {
        send_self(sig);
    }
    send_self(SIGUSR2);
    send_self(SIGUSR1);
    mask(SIG_SETMASK, old);
    is_str(events, "KMcdefgh", "with full masks: one after the other");
}

/* The n-th handler sends the signal after its own. */
static void
chain(int sig, siginfo_t *info, void *context)
{
    (void)info;
    (void)context;
    depth++;
    deepest = depth > deepest ? depth : deepest;
    if (sig < 64 && (mask_now() & BIT(sig)) != 0) {
        send_self(sig + 1);
    }
    depth--;
}

static void
test_chain(void)
{
    forget();
    for (int sig = 34; sig <= 64; sig++) {
        act(sig, chain, 0, 0);
    }
    send_self(34);
    is(deepest, 31, "handlers of thirty-one signals, each within the other");
    is((long)mask_now(), 0, "and nothing is blocked after them");
}

/* The action while its handler runs. */
static void
look_at_action(int sig, siginfo_t *info, void *context)
{
    struct action action = action_of(sig);
    (void)info;
    (void)context;
    event(action.handler == TO_DEFAULT ? 'D' : 'H');
    event(mask_now() & BIT(sig) ? 'b' : '-');
}

static int
reset_twice(void *unused)
{
    (void)unused;
    act(SIGUSR1, look_at_action, SA_RESETHAND, 0);
    send_self(SIGUSR1);
    send_self(SIGUSR1);
    return 1;
}

static int
no_restorer(void *unused)
{
    struct action action = { note, SA_SIGINFO, NULL, 0 };
    (void)unused;
    raw(NR_rt_sigaction, SIGUSR1, P(&action), 0, SET_SIZE);
    send_self(SIGUSR1);
    return 1;
}

static void
test_actions(void)
{
    forget();
    act(SIGUSR1, look_at_action, 0, 0);
    send_self(SIGUSR1);
    is_str(events, "Hb", "an action stays as it is");
    forget();
    act(SIGUSR1, look_at_action, SA_RESETHAND, 0);
    send_self(SIGUSR1);
    is_str(events, "Db",
        "with SA_RESETHAND it is reset before the handler, which is blocked");
    killed(in_child(reset_twice, NULL), SIGUSR1, "so the second one kills");
    killed(in_child(no_restorer, NULL), SIGSEGV,
        "a handler without SA_RESTORER");
    act(SIGUSR1, note, SA_SIGINFO | SA_NODEFER | SA_RESTART | 0x400, BIT(5));
    struct action action = action_of(SIGUSR1);
    is((long)action.flags,
        SA_SIGINFO | SA_NODEFER | SA_RESTART | SA_RESTORER,
        "the flags can be read back, without those that do not exist");
    ok(action.handler == note && action.restorer == restorer
        && action.mask == BIT(5), "handler, restorer and mask, too");
    returns(act(SIGKILL, note, 0, 0), -EINVAL, "SIGKILL cannot be caught");
    returns(act(SIGSTOP, TO_IGNORE, 0, 0), -EINVAL, "SIGSTOP not ignored");
    returns(act(SIGSTOP, TO_DEFAULT, 0, 0), -EINVAL, "nor set to its default");
    returns(raw(NR_rt_sigaction, SIGKILL, 0, P(&action), SET_SIZE), 0,
        "its action can be read");
    returns(act(0, note, 0, 0), -EINVAL, "no signal 0");
    returns(act(65, note, 0, 0), -EINVAL, "no signal 65");
    returns(act(-1, note, 0, 0), -EINVAL, "no signal -1");
    returns(raw(NR_rt_sigaction, SIGUSR1, 0, 0, 4), -EINVAL,
        "a set of another size");
    returns(raw(NR_rt_sigaction, SIGUSR1, 1, 0, SET_SIZE), -EFAULT,
        "a bad new action");
    struct action other = { TO_IGNORE, 0, NULL, 0 };
    returns(raw(NR_rt_sigaction, SIGUSR1, P(&other), 1, SET_SIZE), -EFAULT,
        "a bad place for the old one");
    ok(action_of(SIGUSR1).handler == TO_IGNORE, "the new one holds then");
}

/* What pends, and what an action does to it. */
static void
test_pending(void)
{
    unsigned long old = mask(SIG_BLOCK, BIT(SIGUSR1) | BIT(SIGURG) | BIT(40));

    act(40, note, SA_SIGINFO, 0);
    act(SIGUSR1, TO_DEFAULT, 0, 0);
    send_self(SIGUSR1);
    send_self(40);
    send_self(40);
    act(SIGUSR1, note, SA_SIGINFO, 0);
    is((long)pending_now(), BIT(SIGUSR1) | BIT(40), "a handler keeps it");
    act(SIGUSR1, TO_IGNORE, 0, 0);
    is((long)pending_now(), BIT(40), "SIG_IGN forgets what pends");
    act(40, TO_IGNORE, 0, 0);
    is((long)pending_now(), 0, "all that are queued");
    send_self(SIGURG);
    is((long)pending_now(), BIT(SIGURG),
        "a blocked signal pends, even one whose default is nothing");
    act(SIGURG, TO_DEFAULT, 0, 0);
    is((long)pending_now(), 0, "set to that default it is forgotten");
    send_self(SIGUSR1);
    is((long)pending_now(), BIT(SIGUSR1), "an ignored one pends if blocked");
    forget();
    act(SIGUSR1, note, SA_SIGINFO, 0);
    mask(SIG_SETMASK, old);
    is_str(events, "K", "and is delivered if it has a handler by then");
}

/* A child stops, goes on, ends: how many SIGCHLD come? */
static void
test_children(void)
{
    static const unsigned long flags[] = { 0, SA_NOCLDSTOP };

    for (int i = 0; i < 2; i++) {
        act(SIGCHLD, note, SA_SIGINFO | flags[i], 0);
        forget();
        pid_t pid = idle_child();
        kill(pid, SIGSTOP);
        waitpid(pid, NULL, WUNTRACED);
        while (flags[i] == 0 && event_count < 1) {
            nap(1);
        }
        kill(pid, SIGCONT);
        while (flags[i] == 0 && event_count < 2) {
            nap(1);
        }
        until_state(pid, 'S');
        kill(pid, SIGKILL);
        while (waitpid(pid, NULL, 0) < 0) {
        }
        is_str(events, flags[i] == 0 ? "RRR" : "R",
            flags[i] == 0 ? "SIGCHLD for a stop, a continue, an end"
                          : "with SA_NOCLDSTOP for the end alone");
    }
    act(SIGCHLD, note, SA_SIGINFO | SA_NOCLDWAIT, 0);
    forget();
    if (must_fork() == 0) {
        _exit(0);
    }
    while (raw(NR_wait4, -1, 0, 0, 0) != -ECHILD) {
    }
    is_str(events, "R", "with SA_NOCLDWAIT SIGCHLD and no zombie");
    act(SIGCHLD, TO_IGNORE, 0, 0);
    for (int i = 0; i < 3; i++) {
        if (must_fork() == 0) {
            _exit(0);
        }
    }
    returns(raw(NR_wait4, -1, 0, 0, 0), -ECHILD,
        "SIGCHLD ignored: wait waits for all of them, then ECHILD");
    act(SIGCHLD, TO_DEFAULT, 0, 0);
}

int
main(void)
{
    test_masks();
    test_nesting();
    test_order();
    test_chain();
    test_actions();
    test_pending();
    test_children();
    return done();
}
