/*
 * threadspec_exec.c: execve from any thread ends the others; the caller is
 * then the only one and has the pid. If it fails, all go on. Of several at
 * once one succeeds.
 */
#include "threads.h"

#include <sys/mman.h>

static struct thread threads[4];
static char *program;
static int ends[2], step, forever;
static long seen[4];
static pid_t leader;

/* Execute this program again to do what `what` says; => -errno */
static long
again(const char *what)
{
    const char *argv[] = { program, what, NULL };
    const char *envp[] = { NULL };

    return raw(NR_execve, P(program), P(argv), P(envp), 0);
}

static int
executes(void *arg)
{
    again(arg);
    raw(NR_exit_group, 90, 0, 0, 0);
    return 0;
}

static int
waits(void *arg)
{
    (void)arg;
    mask(SIG_SETMASK, ~0UL);
    advance(&step);
    until(&forever, 1);
    return 0;
}

static int
reads(void *arg)
{
    char byte;

    (void)arg;
    advance(&step);
    raw(NR_read, ends[0], P(&byte), 1, 0);
    return 0;
}

static int
runs(void *arg)
{
    advance(&step);
    while (arg == NULL) {
        __asm__ volatile("pause");
    }
    return 0;
}

static void
start_others(void)
{
    pipe2(ends, O_CLOEXEC);
    thread_start(&threads[0], waits, NULL);
    thread_start(&threads[1], reads, NULL);
    thread_start(&threads[2], runs, NULL);
    until(&step, 3);
    until_sleeps(&threads[0]);
    until_sleeps(&threads[1]);
}

static void
leader_executes(void)
{
    start_others();
    again("alone");
}

static void
other_executes(void)
{
    start_others();
    thread_start(&threads[3], executes, "alone");
    pause_on();
}

static void
blocked_leader(void)
{
    mask(SIG_SETMASK, ~0UL);
    other_executes();
}

static int
executes_without_leader(void *arg)
{
    until_thread(leader, leader, 'Z');
    return executes(arg);
}

static void
leader_has_ended(void)
{
    leader = getpid();
    start_others();
    thread_start(&threads[3], executes_without_leader, "alone");
    raw(NR_exit, 7, 0, 0, 0);
}

/* The new program: whether it is alone. */
static int
is_alone(void)
{
    int tids = 0;

    for (pid_t tid = getpid() - 16; tid < getpid() + 16; tid++) {
        tids += tid > 0 && raw(NR_tgkill, getpid(), tid, 0, 0) == 0;
    }
    return tid_now() == getpid() && tids == 1
           && raw(NR_wait4, -1, 0, __WALL, 0) == -ECHILD ? 33 : 34;
}

static void
test_alone(void)
{
    exited(in_process(leader_executes), 33,
        "after execve by the first thread it is alone");
    exited(in_process(other_executes), 33, "by another, with the pid as tid");
    exited(in_process(blocked_leader), 33, "though all signals are blocked");
    exited(in_process(leader_has_ended), 33, "or the first one has ended");
}

/* What a thread has of its own, the new program has. */
static void
handler(int sig, siginfo_t *info, void *context)
{
    (void)sig, (void)info, (void)context;
}

static int
executes_with_state(void *arg)
{
    pid_t pid = (pid_t)raw(NR_getpid, 0, 0, 0, 0);

    mask(SIG_SETMASK, BIT(SIGHUP) | BIT(SIGUSR1) | BIT(SIGUSR2));
    raw(NR_tgkill, pid, tid_now(), SIGHUP, 0);
    raw(NR_tgkill, pid, pid, SIGUSR2, 0);
    raw(NR_kill, pid, SIGUSR1, 0, 0);
    return executes(arg);
}

static void
state_by_other(void)
{
    act(SIGTERM, handler, 0, 0);
    act(SIGINT, TO_IGNORE, 0, 0);
    mask(SIG_SETMASK, ~0UL);
    thread_start(&threads[0], executes_with_state, "state");
    pause_on();
}

static int
has_state(void)
{
    int wrong = mask_now() != (BIT(SIGHUP) | BIT(SIGUSR1) | BIT(SIGUSR2));

    wrong += 2 * (pending_now() != (BIT(SIGHUP) | BIT(SIGUSR1)));
    wrong += 4 * (action_of(SIGTERM).handler != TO_DEFAULT);
    wrong += 8 * (action_of(SIGINT).handler != TO_IGNORE);
    return wrong;
}

static void
test_state(void)
{
    exited(in_process(state_by_other), 0, "the mask is the caller's, pending "
        "what waits for it or the process, actions as after any execve");
}

/* An execve that fails leaves everything. */
static int
fails_to_execute(void *arg)
{
    const char *argv[] = { "none", NULL };

    (void)arg;
    seen[0] = raw(NR_execve, P("none"), P(argv), P(argv + 1), 0);
    seen[1] = raw(NR_execve, P("/dev/null"), P(argv), P(argv + 1), 0);
    seen[2] = raw(NR_execve, P("empty"), P(argv), P(argv + 1), 0);
    seen[3] = raw(NR_execve, P(program), 8, P(argv + 1), 0);
    return 0;
}

static void
test_failure(void)
{
    static struct thread caller;

    close(open("empty", O_CREAT | O_WRONLY, 0755));
    start_others();
    thread_start(&caller, fails_to_execute, NULL);
    thread_join(&caller);
    returns(seen[0], -ENOENT, "execve of no file");
    returns(seen[1], -EACCES, "of a device");
    returns(seen[2], -ENOEXEC, "of no program");
    returns(seen[3], -EFAULT, "with bad arguments");
    int alive = 0;
    for (int i = 0; i < 3; i++) {
        alive += raw(NR_tgkill, getpid(), threads[i].tid, 0, 0) == 0;
    }
    is(alive, 3, "the other threads live on");
    advance(&forever);
    write(ends[1], "x", 1);
    thread_join(&threads[0]);
    thread_join(&threads[1]);
    ok(1, "and go on");
}

/* Several at once. */
static int
races(void *arg)
{
    until(&step, 1);
    return executes(arg);
}

static void
all_execute(void)
{
    step = 0;
    for (int i = 0; i < 4; i++) {
        thread_start(&threads[i], races, "one");
    }
    advance(&step);
    again("one");
}

static void
one_forks_another_executes(void)
{
    step = 0;
    thread_start(&threads[0], races, "one");
    advance(&step);
    pid_t pid = (pid_t)raw(NR_fork, 0, 0, 0, 0);
    if (pid == 0) {
        raw(NR_exit_group, 0, 0, 0, 0);
    }
    pause_on();
}

static void
test_at_once(void)
{
    int one = 0, forked = 0;

    for (int i = 0; i < 20; i++) {
        int status = in_process(all_execute);
        one += WIFEXITED(status) && WEXITSTATUS(status) == 44;
        status = in_process(one_forks_another_executes);
        forked += WIFEXITED(status) && WEXITSTATUS(status) == 44;
    }
    is(one, 20, "of five at once one succeeds, with the pid");
    is(forked, 20, "also while another forks");
}

/* A file that was shared by the threads: closed on exec is only what says so,
 * and a process that shares the descriptors keeps its own. */
static int kept[2];

static void
descriptors(void)
{
    for (int fd = 3; fd < 100; fd++) {
        close(fd);
    }
    pipe2(kept, O_CLOEXEC);
    dup2(kept[1], 100);
    thread_start(&threads[0], executes, "files");
    pause_on();
}

static int
has_files(void)
{
    int open_ones = 0;

    for (int fd = 3; fd < 100; fd++) {
        open_ones += fcntl(fd, F_GETFD) == 0 || fcntl(fd, F_GETFD) == 1;
    }
    return open_ones + 10 * (fcntl(100, F_GETFD) == 0);
}

static void
test_files(void)
{
    exited(in_process(descriptors), 10,
        "descriptors with CLOEXEC are closed, the others stay");
}

/* A process that only shares the memory lives on in it. */
static int *shared_step;

static int
outlives(void *arg)
{
    (void)arg;
    until(shared_step, 1);
    return 21;
}

static void
memory_sharer(void)
{
    static struct thread sharer;
    long pid = clone_on(CLONE_VM | SIGCHLD,
        thread_stack(&sharer, outlives, NULL), NULL, NULL, NULL);

    if (pid < 0) {
        return;
    }
    thread_start(&threads[0], executes, "sharer");
    pause_on();
}

/* The new program: its child still sleeps in the old memory. */
static int
has_sharer(void)
{
    int status;

    shared_step = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, 60, 0);
    advance(shared_step);
    return waitpid(-1, &status, 0) > 0 && WIFEXITED(status)
           ? WEXITSTATUS(status) : 99;
}

static void
test_sharer(void)
{
    int fd = open("shared", O_CREAT | O_RDWR, 0600);

    ftruncate(fd, 4096);
    shared_step = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    dup2(fd, 60);
    exited(in_process(memory_sharer), 21,
        "a process that shares the memory is no thread and lives on");
    close(fd);
    close(60);
}

/* What the caller has forked stays its own child, though its tid changes. */
static int
has_child(void)
{
    return raw(NR_wait4, -1, 0, __WNOTHREAD, 0) > 0 ? 7 : 8;
}

static int
forks_and_executes(void *arg)
{
    if (raw(NR_fork, 0, 0, 0, 0) == 0) {
        raw(NR_exit_group, 0, 0, 0, 0);
    }
    return executes(arg);
}

static void
parent_executes(void)
{
    thread_start(&threads[0], forks_and_executes, "child");
    pause_on();
}

static void
test_child(void)
{
    exited(in_process(parent_executes), 7, "the caller's child is its own");
}

int
main(int argc, char *argv[])
{
    static char path[512];

    if (argc > 1) {
        const char *what = argv[1];
        return strcmp(what, "alone") == 0    ? is_alone()
               : strcmp(what, "state") == 0  ? has_state()
               : strcmp(what, "files") == 0  ? has_files()
               : strcmp(what, "sharer") == 0 ? has_sharer()
               : strcmp(what, "child") == 0  ? has_child()
                                             : 44;
    }
    readlink("/proc/self/exe", path, sizeof(path) - 1);
    program = path;
    test_alone();
    test_state();
    test_files();
    test_at_once();
    test_sharer();
    test_failure();
    test_child();
    return done();
}
