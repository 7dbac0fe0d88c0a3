/*
 * thread_ends.c: the threads of a process end, execute and are stopped at once,
 * each on a processor of its own: one execve succeeds, SIGKILL meets threads
 * that execute at all moments, and a stop that meets threads which end is told
 * once, by those that are left.
 *
 * seconds: 60
 */
#include "../threads.h"
#include "sweep.h"

enum { THREADS = 4, EXECS = 40, KILLS = 60, STOPS = 60 };

static struct thread threads[THREADS];
static struct gate *gate;
static char *program;

static int
executes(void *arg)
{
    const char *argv[] = { program, "again", NULL };

    on_cpu(NUMBER(arg));
    meet(gate, THREADS);
    raw(NR_execve, P(program), P(argv), P(argv + 2), 0);
    return 0;
}

static void
all_execute(void)
{
    gate->here = 0;
    for (int i = 1; i < THREADS; i++) {
        thread_start(&threads[i], executes, ARG(i));
    }
    executes(ARG(0));
    raw(NR_exit_group, 90, 0, 0, 0);
}

static int
execute_at_once(void)
{
    int well = 0;

    for (int i = 0; i < EXECS; i++) {
        pid_t pid = must_fork();
        if (pid == 0) {
            all_execute();
        }
        well += code_of(pid) == 33;
    }
    return well;
}

/* It has executed, or was killed before or after that. */
static int
kill_them(void)
{
    struct sweep sweep = { .end = 4096, .seed = 1 };
    int well = 0;

    for (int i = 0; i < KILLS; i++) {
        int status = -1;
        pid_t pid = must_fork();
        if (pid == 0) {
            if (sweep_before(&sweep)) {
                sweep_hold();
            }
            all_execute();
        }
        if (sweep_after(&sweep)) {
            until_state(pid, 'Z');
        }
        sweep_wait(&sweep);
        kill(pid, SIGKILL);
        waitpid(pid, &status, 0);
        sweep_saw(&sweep, WIFEXITED(status));
        well += status == SIGKILL || status == 33 << 8;
    }
    return well;
}

static int
ends(void *arg)
{
    on_cpu(NUMBER(arg));
    meet(gate, THREADS + 1);
    spin(NUMBER(arg) * 500);
    return 0;
}

static void
stays(void)
{
    for (int i = 1; i < THREADS; i++) {
        thread_start(&threads[i], ends, ARG(i));
    }
    meet(gate, THREADS + 1);
    for (int i = 1; i < THREADS; i++) {
        thread_join(&threads[i]);
    }
    raw(NR_exit_group, 7, 0, 0, 0);
}

/* While its first thread waits for the others, which end, the process is
 * stopped and goes on, or has ended before. */
static int
stop_them(void)
{
    unsigned long seed = 2;
    int well = 0;

    for (int i = 0; i < STOPS; i++) {
        int status = -1;
        gate->here = 0;
        pid_t pid = must_fork();
        if (pid == 0) {
            stays();
        }
        meet(gate, THREADS + 1);
        spin(pick(&seed, 4096));
        kill(pid, SIGSTOP);
        waitpid(pid, &status, WUNTRACED);
        if (WIFSTOPPED(status)) {
            well += waitpid(pid, &status, WUNTRACED | WNOHANG) == 0;
            kill(pid, SIGCONT);
            waitpid(pid, &status, WUNTRACED);
        } else {
            well++;
        }
        well += status == 7 << 8;
    }
    return well;
}

int
main(int argc, char *argv[])
{
    if (argc > 1) {
        return 33;
    }
    cpus_count();
    program = argv[0];
    gate = shared(sizeof(*gate));
    is(execute_at_once(), EXECS, "of four that execute at once one succeeds");
    is(kill_them(), KILLS, "SIGKILL meets them: executed, or killed");
    is(stop_them(), 2 * STOPS, "SIGSTOP meets threads that end");
    ok(no_child(), "no child is left");
    return done();
}
