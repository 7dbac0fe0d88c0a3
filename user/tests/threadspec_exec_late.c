/*
 * threadspec_exec_late.c: until execve has ended them, the other threads of the
 * process go on: what they change meanwhile is as before any execve. No handler
 * of theirs is in the new program; locks on files stay, as the descriptors are
 * shared no more.
 */
#include "lockspec.h"
#include "threads.h"

enum { TIMES = 40 };

static struct thread threads[2];
static char *program;
static int step, forever;

static int
executes(void *arg)
{
    const char *argv[] = { program, arg, NULL };

    raw(NR_execve, P(program), P(argv), P(argv + 2), 0);
    return 0;
}

static int
waits(void *arg)
{
    (void)arg;
    until(&forever, 1);
    return 0;
}

static void
has_lock(void)
{
    lock(open("locked", O_CREAT | O_RDWR, 0600), WRITE_LOCK, 1, 2);
    thread_start(&threads[0], waits, NULL);
}

static void
first_executes(void)
{
    has_lock();
    executes("lock");
}

static void
other_executes(void)
{
    has_lock();
    thread_start(&threads[1], executes, "lock");
    pause_on();
}

static void
handler(int sig, siginfo_t *info, void *context)
{
    (void)sig, (void)info, (void)context;
}

static int
sets_handlers(void *arg)
{
    while (arg == NULL) {
        act(SIGUSR1, handler, 0, 0);
        act(SIGWINCH, handler, 0, 0);
        advance(&step);
    }
    return 0;
}

static void
others_set_handlers(void)
{
    step = 0;
    thread_start(&threads[0], sets_handlers, NULL);
    thread_start(&threads[1], sets_handlers, NULL);
    until(&step, 20);
    executes("handlers");
}

/* The new program: what it has. */
static int
has_now(const char *what)
{
    if (strcmp(what, "lock") == 0) {
        return strncmp(map_of("locked"), ".ww.", 4) != 0;
    }
    return action_of(SIGUSR1).handler != TO_DEFAULT
           || action_of(SIGWINCH).handler != TO_DEFAULT;
}

int
main(int argc, char *argv[])
{
    static char path[512];
    int well = 0;

    if (argc > 1) {
        return has_now(argv[1]);
    }
    readlink("/proc/self/exe", path, sizeof(path) - 1);
    program = path;
    exited(in_process(first_executes), 0, "the first thread executes, and "
        "keeps the process's locks");
    exited(in_process(other_executes), 0, "so does another");
    for (int i = 0; i < TIMES; i++) {
        well += in_process(others_set_handlers) == 0;
    }
    is(well, TIMES, "no handler stays that others have set until their end");
    return done();
}
