/*
 * sigspec_leave.c: handlers that do not just return: they fork, vfork, exec,
 * exit, or are left by a jump.
 */
#include "sigspec.h"

static char events[8];
static int event_count;
static void *jump_to[5];
static const char *self;

static void
event(char what)
{
    events[event_count++] = what;
    events[event_count] = '\0';
}

static void
note(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)info;
    (void)context;
}

static volatile pid_t made;

static void
forks(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)info;
    (void)context;
    made = fork();
    event(made == 0 ? 'c' : 'p');
}

static void
vforks(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)info;
    (void)context;
    made = vfork();
    if (made == 0) {
        _exit(mask_now() & BIT(SIGUSR1) ? 5 : 6);
    }
}

static void
exits(int sig, siginfo_t *info, void *context)
{
    (void)info;
    (void)context;
    _exit(sig);
}

static void
execs(int sig, siginfo_t *info, void *context)
{
    char *args[] = { (char *)self, "after", NULL };
    (void)sig;
    (void)info;
    (void)context;
    execv(self, args);
}

/* The program that a handler executes. */
static int
after_exec(void)
{
    return mask_now() == (BIT(SIGUSR1) | BIT(40))
           && action_of(SIGUSR1).handler == TO_DEFAULT
           && action_of(SIGUSR1).mask == 0
           && action_of(SIGUSR2).handler == TO_IGNORE
           && pending_now() == BIT(SIGUSR1) ? 11 : 12;
}

static int
execs_in_handler(void *unused)
{
    (void)unused;
    act(SIGUSR2, TO_IGNORE, 0, 0);
    act(SIGUSR1, note, SA_SIGINFO, BIT(SIGHUP));
    mask(SIG_SETMASK, BIT(SIGUSR1));
    send_self(SIGUSR1);
    act(SIGALRM, execs, SA_NODEFER, BIT(40));
    send_self(SIGALRM);
    return 1;
}

static int
exits_in_handler(void *unused)
{
    (void)unused;
    act(SIGUSR1, exits, 0, 0);
    send_self(SIGUSR1);
    return 1;
}

static void
test_processes(void)
{
    int status = 0;

    act(SIGUSR1, forks, 0, BIT(40));
    send_self(SIGUSR1);
    if (made == 0) {
        int good = strcmp(events, "c") == 0 && mask_now() == 0;
        send_self(SIGUSR1);
        if (made == 0) {
            _exit(good && strcmp(events, "cc") == 0 ? 7 : 9);
        }
        waitpid(made, &status, 0);
        _exit(good && status == 7 << 8 ? 8 : 9);
    }
    waitpid(made, &status, 0);
    is_str(events, "p", "a handler forks and returns");
    exited(status, 8, "its child returns too, and can do the same");
    is((long)mask_now(), 0, "with the right mask in both");
    act(SIGUSR1, vforks, 0, 0);
    send_self(SIGUSR1);
    waitpid(made, &status, 0);
    exited(status, 5, "a handler calls vfork");
    is((long)mask_now(), 0, "and returns");
    exited(in_child(exits_in_handler, NULL), SIGUSR1, "a handler exits");
    exited(in_child(execs_in_handler, NULL), 11,
        "a handler executes: mask and what pends are kept, actions reset");
}

static void
jumps(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)info;
    (void)context;
    __builtin_longjmp(jump_to, 1);
}

/* => how often the handler was left by a jump, each time from this depth */
__attribute__((noinline)) static int
jump_out(int times)
{
    volatile int n = 0;

    if (__builtin_setjmp(jump_to) != 0) {
        n++;
        if (mask_now() != BIT(SIGUSR1)) {
            return -1;
        }
        mask(SIG_SETMASK, 0);
    }
    if (n < times) {
        send_self(SIGUSR1);
        return -2;
    }
    return n;
}

int
main(int argc, char **argv)
{
    self = argv[0];
    if (argc > 1) {
        return after_exec();
    }
    test_processes();
    act(SIGUSR1, jumps, 0, 0);
    is(jump_out(5000), 5000,
        "a handler is left by a jump, five thousand times: no return, no "
        "stack lost, its mask stays");
    return done();
}
