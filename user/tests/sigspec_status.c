/*
 * sigspec_status.c: which changes of a child a wait still finds after others
 * followed. A model that fits on a page says what Linux does; long random
 * sequences of stops, continues, ends and waits of all kinds are compared
 * with it, and all short ones.
 *
 * seconds: 30
 */
#include "sigspec.h"

enum { EXITED = 1, STOPPED = 2, CONTINUED = 4, KEEP = 8 };

/* What a wait may find: a stop until it is told, or a continue follows; a
 * continue until it is told, or a stop or the end follows; the end. */
struct child {
    int stopped;   /* it is stopped now */
    int stop;      /* the signal of a stop that was not told, or 0 */
    int continued; /* a continue was not told */
    int dead;      /* the signal that killed it, or 0 */
};

/* What was done, for a message: S, T, U and V stop it, C and K continue and
 * kill it, a to p are waits for a mix of the kinds. */
static char deeds[256];
static int deed_count;
static unsigned long seed;

static unsigned
pick(unsigned below)
{
    seed = seed * 6364136223846793005UL + 1442695040888963407UL;
    return (unsigned)(seed >> 33) % below;
}

static void
deed(char what)
{
    if (deed_count < 255) {
        deeds[deed_count++] = what;
        deeds[deed_count] = '\0';
    }
}

static void
model_stop(struct child *c, int sig)
{
    if (!c->stopped) {
        c->stopped = 1;
        c->stop = sig;
        c->continued = 0;
    }
}

static void
model_continue(struct child *c)
{
    if (c->stopped) {
        c->stopped = 0;
        c->stop = 0;
        c->continued = 1;
    }
}

/* => the status word, 0 if there is nothing, or -ECHILD */
static int
model_wait(struct child *c, int kinds)
{
    int status = 0;

    if (c->dead) {
        return kinds & EXITED ? c->dead : -ECHILD;
    }
    if (kinds & STOPPED && c->stop) {
        status = c->stop << 8 | 0x7f;
        c->stop = kinds & KEEP ? c->stop : 0;
    } else if (kinds & CONTINUED && c->continued) {
        status = 0xffff;
        c->continued = kinds & KEEP ? c->continued : 0;
    }
    return status;
}

/* The same of the kernel; a wait with EXITED and not KEEP reaps. */
static int
real_wait(pid_t pid, int kinds)
{
    siginfo_t info;
    int options = WNOHANG | (kinds & EXITED ? WEXITED : 0)
                  | (kinds & STOPPED ? WSTOPPED : 0)
                  | (kinds & CONTINUED ? WCONTINUED : 0)
                  | (kinds & KEEP ? WNOWAIT : 0);
    const long arg[6] = { 1, pid, P(&info), options, 0, 0 };

    if ((kinds & (EXITED | KEEP)) == EXITED && pick(2) == 0) {
        int status = 0;
        long got = raw(NR_wait4, pid, P(&status), options & ~WEXITED, 0);
        return got < 0                ? (int)got
               : WIFSIGNALED(status) ? WTERMSIG(status)
                                     : status;
    }
    long got = raw_v(NR_waitid, arg);
    if (got < 0 || info.si_pid == 0) {
        return (int)got;
    }
    return info.si_code == CLD_STOPPED     ? info.si_status << 8 | 0x7f
           : info.si_code == CLD_CONTINUED ? 0xffff
                                           : info.si_status;
}

/* Stop, continue or kill it, and wait until that has happened. */
static void
change(pid_t pid, struct child *c, int sig)
{
    static const char letters[] = "STUVCK";
    static const int sigs[] = { SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, SIGCONT,
        SIGKILL };

    for (int i = 0; i < COUNT_OF(sigs); i++) {
        if (sigs[i] == sig) {
            deed(letters[i]);
        }
    }
    kill(pid, sig);
    if (sig == SIGKILL) {
        c->dead = SIGKILL;
        until_state(pid, 'Z');
    } else if (sig == SIGCONT) {
        model_continue(c);
    } else {
        model_stop(c, sig);
        until_state(pid, 'T');
    }
}

/* => whether the answers are the same */
static int
compare(pid_t pid, struct child *c, int kinds)
{
    int want = model_wait(c, kinds), got = real_wait(pid, kinds);

    deed((char)('a' + kinds));
    if (got != want) {
        printf("# after %s: got %x, want %x\n", deeds, (unsigned)got,
            (unsigned)want);
        fflush(stdout);
    }
    return got == want;
}

/* => a mix of kinds that waitid takes */
static int
pick_kinds(void)
{
    int kinds = 0;

    while ((kinds & 7) == 0) {
        kinds = (int)pick(16);
    }
    return kinds;
}

/* A child's whole life, of so many steps. => whether all was as it should be */
static int
random_life(int steps)
{
    static const int sigs[] = { SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, SIGCONT,
        SIGCONT, SIGCONT };
    pid_t pid = idle_child();
    struct child c = { 0, 0, 0, 0 };
    int good = 1;

    deed_count = 0;
    while (steps-- > 0 && good) {
        if (pick(2) == 0) {
            change(pid, &c, sigs[pick(COUNT_OF(sigs))]);
        } else {
            good = compare(pid, &c, pick_kinds());
        }
    }
    change(pid, &c, SIGKILL);
    for (int i = 0; i < 3 && good; i++) {
        good = compare(pid, &c, pick_kinds() | KEEP);
    }
    good = good && compare(pid, &c, EXITED | STOPPED | CONTINUED)
           && real_wait(pid, EXITED) == -ECHILD;
    return good;
}

/* All sequences of three deeds, each a stop, a continue or one of four waits;
 * then an end, if it is asked for; and what three kinds of wait find. */
static int
short_life(int number, int end)
{
    static const int kinds[] = { STOPPED, CONTINUED, STOPPED | KEEP,
        EXITED | STOPPED | CONTINUED };
    pid_t pid = idle_child();
    struct child c = { 0, 0, 0, 0 };
    int good = 1;

    deed_count = 0;
    for (int i = 0; i < 3; i++, number /= 6) {
        if (number % 6 == 0) {
            change(pid, &c, SIGSTOP);
        } else if (number % 6 == 1) {
            change(pid, &c, SIGCONT);
        } else {
            good &= compare(pid, &c, kinds[number % 6 - 2]);
        }
    }
    if (end) {
        change(pid, &c, SIGKILL);
        good &= compare(pid, &c, EXITED | KEEP);
    }
    good &= compare(pid, &c, CONTINUED | KEEP);
    good &= compare(pid, &c, STOPPED | KEEP);
    good &= compare(pid, &c, EXITED | STOPPED | CONTINUED);
    if (!end) {
        end_child(pid);
    }
    return good;
}

/* A stop signal and SIGCONT that pend cancel each other, the later wins. */
static int
pending_after(int first, int second)
{
    static const int stops[] = { SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU };
    unsigned long all = BIT(SIGCONT), set;

    for (int i = 1; i < 4; i++) {
        all |= BIT(stops[i]);
    }
    mask(SIG_BLOCK, all);
    send_self(first);
    send_self(second);
    set = pending_now() & all;
    while (take(all, NULL) > 0) {
    }
    return set == BIT(second);
}

static void
test_pending(void)
{
    ok(pending_after(SIGTSTP, SIGCONT), "SIGCONT cancels a SIGTSTP that pends");
    ok(pending_after(SIGTTIN, SIGCONT), "a SIGTTIN");
    ok(pending_after(SIGTTOU, SIGCONT), "a SIGTTOU");
    ok(pending_after(SIGCONT, SIGTSTP), "SIGTSTP cancels a SIGCONT that pends");
    ok(pending_after(SIGCONT, SIGTTIN), "SIGTTIN does");
    ok(pending_after(SIGCONT, SIGTTOU), "and SIGTTOU");
    act(SIGTSTP, TO_IGNORE, 0, 0);
    ok(pending_after(SIGCONT, SIGTSTP), "even if it is ignored");
    act(SIGTSTP, TO_DEFAULT, 0, 0);
    send_self(SIGTSTP);
    send_self(SIGTTIN);
    send_self(SIGTTOU);
    is((long)pending_now(), BIT(SIGTSTP) | BIT(SIGTTIN) | BIT(SIGTTOU),
        "stop signals do not cancel each other");
    kill(getpid(), SIGCONT);
    is((long)pending_now(), BIT(SIGCONT), "SIGCONT cancels all of them");
    take(BIT(SIGCONT), NULL);
}

/* While a child is stopped, what else is sent to it waits; SIGCONT lets it
 * go on, whether it is blocked, ignored or has a handler. */
static void
test_stopped(void)
{
    int status = 0;

    for (int i = 0; i < 3; i++) {
        static const char *const names[] = { "by default", "if it is ignored",
            "if it is blocked" };
        pid_t pid = must_fork();
        if (pid == 0) {
            act(SIGCONT, i == 1 ? TO_IGNORE : TO_DEFAULT, 0, 0);
            mask(i == 2 ? SIG_BLOCK : SIG_UNBLOCK, BIT(SIGCONT));
            kill(getpid(), SIGSTOP);
            _exit(5);
        }
        waitpid(pid, &status, WUNTRACED);
        kill(pid, SIGUSR1);
        kill(pid, SIGCONT);
        waitpid(pid, &status, 0);
        char name[64];
        snprintf(name, sizeof(name), "SIGCONT lets go on %s", names[i]);
        killed(status, SIGUSR1, name);
    }
}

int
main(void)
{
    char name[64];

    mask(SIG_SETMASK, 0);
    for (int run = 1; run <= 20; run++) {
        seed = (unsigned long)run;
        snprintf(name, sizeof(name), "life %d: a hundred steps as the model",
            run);
        ok(random_life(100), name);
    }
    for (int first = 0; first < 6; first++) {
        int good = 0;
        for (int i = 0; i < 36; i++) {
            good += short_life(first + i * 6, 0) + short_life(first + i * 6, 1);
        }
        snprintf(name, sizeof(name), "72 short lives that begin with %c",
            "SCcekh"[first]);
        is(good, 72, name);
    }
    test_pending();
    test_stopped();
    return done();
}
