/*
 * threads_storm.c: processes whose threads fork, map and unmap, signal each
 * other, begin and end threads, and at last execute, end or are killed, all at
 * once. Whatever comes of the race, each process ends with one status.
 *
 * seconds: 60
 */
#include "../threads.h"
#include "smp.h"

enum { PROCESSES = 24, WORKERS = 5, TURNS = 12 };

static struct thread workers[WORKERS], extra[WORKERS];
static char *program;
static int handled;

static void
handler(int sig, siginfo_t *info, void *context)
{
    (void)sig, (void)info, (void)context;
    add(&handled, 1);
}

static int
nothing(void *arg)
{
    (void)arg;
    return 0;
}

static void
fork_once(void)
{
    long pid = raw(NR_fork, 0, 0, 0, 0);

    if (pid == 0) {
        raw(NR_exit_group, 3, 0, 0, 0);
    }
    if (pid > 0) {
        raw(NR_wait4, pid, 0, __WNOTHREAD, 0);
    }
}

static void
map_once(void)
{
    const long map[6] = { 0, 4 * PAGE, RW, ANON, -1, 0 };
    char *at = (char *)raw_v(NR_mmap, map);

    at[0] = at[3 * PAGE] = 1;
    raw(NR_munmap, P(at), 4 * PAGE, 0, 0);
}

/* One worker's turns, each of another kind, then its way to end. */
static int
works(void *arg)
{
    unsigned long seed = (unsigned long)arg;
    int number = NUMBER(arg) % WORKERS;
    long pid = raw(NR_getpid, 0, 0, 0, 0);

    on_cpu(number);
    for (int i = 0; i < TURNS; i++) {
        switch (pick(&seed, 5)) {
        case 0:
            fork_once();
            break;
        case 1:
            map_once();
            break;
        case 2:
            thread_start(&extra[number], nothing, NULL);
            thread_join(&extra[number]);
            break;
        case 3:
            raw(NR_tgkill, pid, workers[pick(&seed, WORKERS)].tid, SIGUSR1,
                0);
            break;
        default:
            raw(NR_kill, pid, SIGUSR2, 0, 0);
        }
    }
    switch (NUMBER(arg) / WORKERS % 5) {
    case 1:
        raw(NR_exit_group, 10, 0, 0, 0);
        break;
    case 2:
        if (number % 2 == 0) {
            const char *argv[] = { program, "again", NULL };
            act(SIGUSR1, TO_IGNORE, 0, 0);
            act(SIGUSR2, TO_IGNORE, 0, 0);
            raw(NR_execve, P(program), P(argv), P(argv + 2), 0);
        }
        break;
    case 3:
        if (number == 3) {
            raw(NR_kill, pid, SIGKILL, 0, 0);
        }
        break;
    case 4:
        if (number == 1) {
            fork_once();
            raw(NR_exit_group, 10, 0, 0, 0);
        }
        break;
    }
    return 0;
}

static void
process(int number)
{
    act(SIGUSR1, handler, SA_RESTART, 0);
    act(SIGUSR2, handler, 0, BIT(SIGUSR1));
    for (int i = 0; i < WORKERS; i++) {
        thread_start(&workers[i], works, ARG(number * WORKERS + i));
    }
    for (int i = 0; i < WORKERS; i++) {
        thread_join(&workers[i]);
    }
    raw(NR_exit_group, number % 5 == 0 ? 11 : 12, 0, 0, 0);
}

/* Whether a process may end in this way. */
static int
is_right(int number, int status)
{
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;

    switch (number % 5) {
    case 0:
        return code == 11;
    case 2:
        return code == 44;
    case 3:
        return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    default:
        return code == 10;
    }
}

int
main(int argc, char *argv[])
{
    static char path[512];
    struct family family;
    pid_t pids[PROCESSES];
    int right = 0;

    if (argc > 1) {
        return strcmp(argv[1], "again") == 0 ? 44 : 45;
    }
    readlink("/proc/self/exe", path, sizeof(path) - 1);
    program = path;
    cpus_count();
    family_begin(&family);
    for (int i = 0; i < PROCESSES; i += 4) {
        for (int j = i; j < i + 4; j++) {
            pids[j] = must_fork();
            if (pids[j] == 0) {
                process(j);
            }
        }
        for (int j = i; j < i + 4; j++) {
            right += is_right(j, status_of(pids[j]));
        }
    }
    is(right, PROCESSES, "each process ends as one of its threads said");
    ok(family_end(&family), "and nobody is left");
    return done();
}
