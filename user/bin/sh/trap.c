/*
 * Signals of the shell itself, and trap.
 *
 * Essential fact: a handler only notes its signal; the trap's command runs
 * when the command at work has ended. `wait` ends at once: it takes the
 * signals itself, so none can come just before it sleeps.
 *
 * SIGINT of a shell with somebody at it is blocked, not ignored, unless it has
 * a trap: so sigpending shows that ^C was typed while the shell was at work.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/signals.h"

#include "run.h"

static volatile sig_atomic_t caught[NSIG];
static volatile sig_atomic_t any_caught;

static sigset_t programs_mask; /* as the shell found it */

static void
on_signal(int sig)
{
    caught[sig] = 1;
    any_caught = 1;
}

static bool
is_caught(int sig)
{
    return shell.traps[sig] != NULL && *shell.traps[sig] != '\0';
}

/* What a shell must survive, and its jobs must not. */
static bool
is_own(int sig)
{
    bool stop = sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU;

    return stop ? shell.opt['m']
                : shell.interactive && (sig == SIGQUIT || sig == SIGTERM);
}

/* Do with a signal what its trap or its absence says. */
void
signals_set(int sig)
{
    sigset_t interrupt;
    bool ignored = shell.traps[sig] == NULL ? is_own(sig) : !is_caught(sig);

    signal(sig, is_caught(sig) ? on_signal : ignored ? SIG_IGN : SIG_DFL);
    if (sig == SIGINT && shell.interactive) {
        sigemptyset(&interrupt);
        sigaddset(&interrupt, SIGINT);
        sigprocmask(shell.traps[sig] == NULL ? SIG_BLOCK : SIG_UNBLOCK,
                    &interrupt, NULL);
    }
}

/* Those that differ from what a program has. */
void
signals_set_all(void)
{
    for (int sig = 1; sig < NSIG; sig++) {
        if (shell.traps[sig] != NULL || is_own(sig) || sig == SIGINT) {
            signals_set(sig);
        }
    }
}

/* A status would be lost if SIGCHLD were still ignored. */
void
signals_start(void)
{
    sigprocmask(SIG_BLOCK, NULL, &programs_mask);
    signal(SIGCHLD, SIG_DFL);
    if (shell.interactive) {
        signals_set_all();
    }
}

void
signals_hold(sigset_t *before)
{
    sigset_t all;

    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, before);
}

void
signals_release(const sigset_t *before)
{
    sigprocmask(SIG_SETMASK, before, NULL);
}

/*
 * In a child, which changes nothing but its own actions, since our memory may
 * be the shell's: what is caught or only the shell's gets its default again.
 */
void
signals_child(bool ignore_keys)
{
    for (int sig = 1; sig < NSIG; sig++) {
        bool key = sig == SIGINT || sig == SIGQUIT;
        if (ignore_keys && key) {
            signal(sig, SIG_IGN);
        } else if (is_caught(sig) ||
                   (shell.traps[sig] == NULL && is_own(sig))) {
            signal(sig, SIG_DFL);
        }
    }
    sigprocmask(SIG_SETMASK, &programs_mask, NULL);
}

/* => false if nothing can end a wait but a child */
bool
signals_awaited(sigset_t *set)
{
    sigemptyset(set);
    for (int sig = 1; sig < NSIG; sig++) {
        if (is_caught(sig)) {
            sigaddset(set, sig);
        }
    }
    if (shell.interactive && shell.traps[SIGINT] == NULL) {
        sigaddset(set, SIGINT);
    }
    bool some = !sigisemptyset(set);
    sigaddset(set, SIGCHLD);
    return some;
}

/* => the first that waits for its trap, or 0 */
int
signals_caught(void)
{
    if (!any_caught) {
        return 0;
    }
    any_caught = 0; /* before the search: one more may come meanwhile */
    for (int sig = 1; sig < NSIG; sig++) {
        if (caught[sig] && is_caught(sig)) {
            any_caught = 1;
            return sig;
        }
    }
    return 0;
}

void
signals_note(int sig)
{
    on_signal(sig);
}

/* $? is after a trap what it was before; `exit` in it leaves with that. */
void
traps_run(void)
{
    int before = shell.trap_status;
    int status = shell.status;
    int sig;

    while (shell.unwind == UNWIND_NOT && (sig = signals_caught()) > 0) {
        char *text = check_memory(strdup(shell.traps[sig]));
        caught[sig] = 0;
        shell.trap_status = status;
        run_text(text);
        shell.trap_status = before;
        free(text);
        if (shell.unwind != UNWIND_RETURN) {
            shell.status = status;
        }
    }
}

/* In a copy of the shell: nothing is caught; what was ignored still is. The
 * texts stay: they may be the shell's. */
void
traps_drop(void)
{
    for (int sig = 0; sig < NSIG; sig++) {
        if (sig == 0 || is_caught(sig)) {
            shell.traps[sig] = NULL;
        }
        caught[sig] = 0;
    }
}

static int
condition(const char *name)
{
    return strcmp(name, "EXIT") == 0 ? 0 : signal_number(name);
}

static void
print_traps(void)
{
    for (int sig = 0; sig < NSIG; sig++) {
        const char *name = sig == 0 ? "EXIT" : signal_name(sig);
        if (shell.traps[sig] == NULL) {
            continue;
        }
        printf("trap -- ");
        print_quoted(shell.traps[sig]);
        if (name != NULL) {
            printf(" %s\n", name);
        } else {
            printf(" %d\n", sig);
        }
    }
}

/* A script cannot catch what was ignored when it began (POSIX, 2.11). */
static bool
was_ignored(int sig)
{
    struct sigaction action;

    return shell.traps[sig] == NULL && !shell.interactive && !is_own(sig) &&
           sigaction(sig, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

/* trap [ACTION] SIGNAL...: no ACTION, or -, is the default; '' ignores. */
int
builtin_trap(int argc, char **argv)
{
    int i = argc > 1 && strcmp(argv[1], "--") == 0 ? 2 : 1;
    const char *action = NULL;
    int status = 0;

    if (i == argc) {
        print_traps();
    } else if (i + 1 < argc && condition(argv[i]) < 0) {
        action = argv[i++];
        action = strcmp(action, "-") == 0 ? NULL : action;
    }
    for (; i < argc; i++) {
        int sig = condition(argv[i]);
        if (sig < 0) {
            complain("trap: %s: no such signal", argv[i]);
            status = 1;
            continue;
        }
        if (sig > 0 && was_ignored(sig)) {
            continue;
        }
        free(shell.traps[sig]);
        shell.traps[sig] = action == NULL ? NULL
                                          : check_memory(strdup(action));
        if (sig > 0) {
            signals_set(sig);
        }
    }
    return status;
}
