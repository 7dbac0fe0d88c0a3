/*
 * spawn.c: call 1024: what a new process has if nothing is listed, each action,
 * the index of the one that fails, and that a failed call leaves nothing. The
 * program spawns itself; its exit code is what it counted.
 *
 * expect:
 * ok 1 - a process, of which nothing was listed
 * ok 2 - has no descriptor, variable, signal or argument
 * ok 3 - is in the root, with the usual umask
 * ok 4 - and is our child, in our group and session
 * ok 5 - two descriptors are given, under new numbers
 * ok 6 - umask and directory are listed
 * ok 7 - the mask is listed, but SIGKILL is never blocked
 * ok 8 - all of ours: descriptors, directory and signals
 * ok 9 - a size that is not the structure's: EINVAL
 * ok 10 - the structure is nowhere: EFAULT
 * ok 11 - an unknown flag: EINVAL, no action
 * ok 12 - the unused word: EINVAL, no action
 * ok 13 - too many actions: E2BIG, no action
 * ok 14 - the list is nowhere: EFAULT, action 0
 * ok 15 - an unknown action: EINVAL, action 1
 * ok 16 - close of what is not open: EBADF, action 1
 * ok 17 - a descriptor that we do not have: EBADF, action 1
 * ok 18 - the first of two that fail: ENOENT, action 1
 * ok 19 - no such program: ENOENT, the image
 * ok 20 - its path is nowhere: EFAULT, the image
 * ok 21 - its arguments are nowhere: EFAULT, the image
 * ok 22 - a group that there is not: EPERM, action 1
 * ok 23 - a limit on processes: EAGAIN, no action
 * ok 24 - after all this there is no child
 * ok 25 - stopped before its first instruction
 * ok 26 - and goes on
 * ok 27 - under fork=none there is no fork
 * ok 28 - but a new process
 * ok 29 - a terminal that it opens is its session's
 * ok 30 - with its group in the foreground
 * ok 31 - /dev/tty is not there before: ENXIO, action 2
 * ok 32 - nor another terminal's foreground: ENOTTY, action 3
 * ok 33 - what we have written stays ours alone: no fault at the next write
 * ok 34 - its effective user is the real one, if listed
 * ok 35 - or as ours
 * 1..35
 */
#include "knob.h"
#include "../terminal.h"

#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "abi/spawn.h"

#define ME "/proc/self/exe"
#define P(pointer) ((u64)(pointer))
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- What a new process sees: exit codes from 100 on are surprises ---- */

static int
count_signals(void)
{
    struct sigaction action;
    sigset_t mask;
    int count = 0;

    sigprocmask(SIG_BLOCK, NULL, &mask);
    for (int sig = 1; sig < NSIG; sig++) {
        count += sigismember(&mask, sig);
        count += sigaction(sig, NULL, &action) == 0
            && action.sa_handler != SIG_DFL;
    }
    return count;
}

static int
count_files(void)
{
    int count = 0;

    for (int fd = 0; fd < 64; fd++) {
        count += fcntl(fd, F_GETFD) >= 0;
    }
    return count;
}

static int
in_root(void)
{
    char cwd[256];

    return getcwd(cwd, sizeof(cwd)) != NULL && strcmp(cwd, "/") == 0;
}

static int
has_terminal(void)
{
    int fd = open("/dev/tty", O_RDWR);

    return fd >= 0 && getsid(0) == getpid() && tcgetpgrp(fd) == getpid();
}

static int
see(int argc, char **argv)
{
    switch (argc > 0 && argv[0] != NULL ? argv[0][0] : 0) {
    case 'f': return count_files();
    case 'u': return (int)umask(0);
    case 'd': return in_root();
    case 's': return count_signals();
    case 'g': return getpgrp() == getpid();
    case 't': return has_terminal();
    case 'i': return (int)geteuid();
    default: /* argv[0] is "" then */
        return count_files() + count_signals() + (environ[0] != NULL)
            + 10 * in_root() + (umask(0) != 022) + (argc != 1);
    }
}

/* ---- Spawning ---- */

static struct spawn_args args;

static long
start(const char *what, u32 flags, const struct spawn_action *list, u32 count)
{
    static const char *argv[2];

    argv[0] = what;
    args = (struct spawn_args){ .path = P(ME), .argv = what ? P(argv) : 0,
        .actions = P(list), .count = count, .flags = flags, .failed = -7 };
    return syscall(SYS_spawn, &args, sizeof(args));
}

#define START(what, flags, ...)                                            \
    start(what, flags, (struct spawn_action[]){ __VA_ARGS__ },             \
        COUNT(((struct spawn_action[]){ __VA_ARGS__ })))

static void
ends(long pid, int code, const char *name)
{
    int status = -1;

    if (pid > 0) {
        waitpid((pid_t)pid, &status, 0);
    }
    exited(status, code, name);
}

static void
refused(long result, int error, int index, const char *name)
{
    int got = errno;

    ok(result == -1 && got == error && args.failed == index, name);
    if (result != -1 || got != error || args.failed != index) {
        printf("# got %ld %s, index %d\n", result, errno_name(got),
            args.failed);
    }
}

#define OPEN(number, file, how)                                            \
    { .kind = SPAWN_OPEN, .fd = (number), .value = P(file), .flags = (how) }
#define GIVE(ours, its) { .kind = SPAWN_GIVE, .fd = (its), .value = (ours) }
#define DO(what, number) { .kind = SPAWN_##what, .value = (number) }

static void
test_inherited(void)
{
    struct spawn_action mask = DO(MASK, SIGNAL_BIT(SIGUSR1)
                                  | SIGNAL_BIT(SIGKILL));
    long pid = start(NULL, 0, NULL, 0);

    ok(pid > 0, "a process, of which nothing was listed");
    ends(pid, 10, "has no descriptor, variable, signal or argument");
    ends(start("u", 0, NULL, 0), 022, "is in the root, with the usual umask");
    ends(start("g", 0, NULL, 0), 0,
        "and is our child, in our group and session");
    ends(START("f", 0, GIVE(1, 5), GIVE(1, 0)), 2,
        "two descriptors are given, under new numbers");
    ends(START("u", 0, DO(UMASK, 01031), DO(CHDIR, P("/tmp"))), 031,
        "umask and directory are listed");
    ends(start("s", 0, &mask, 1), 1,
        "the mask is listed, but SIGKILL is never blocked");
    signal(SIGUSR2, SIG_IGN);
    open("/dev/null", O_RDONLY | O_CLOEXEC);
    ends(start("s", SPAWN_FILES | SPAWN_PLACE | SPAWN_SIGNALS, NULL, 0), 1,
        "all of ours: descriptors, directory and signals");
    signal(SIGUSR2, SIG_DFL);
}

static void
test_errors(void)
{
    static const char text[] = "x";
    struct rlimit limit, few;

    start(NULL, 0, NULL, 0);
    wait(NULL);
    fails(syscall(SYS_spawn, &args, sizeof(args) - 1), EINVAL,
        "a size that is not the structure's: EINVAL");
    fails(syscall(SYS_spawn, 8, sizeof(args)), EFAULT,
        "the structure is nowhere: EFAULT");
    refused(start(NULL, 16, NULL, 0), EINVAL, -1,
        "an unknown flag: EINVAL, no action");
    args = (struct spawn_args){ .path = P(ME), .unused = 1, .failed = -7 };
    refused(syscall(SYS_spawn, &args, sizeof(args)), EINVAL, -1,
        "the unused word: EINVAL, no action");
    refused(start(NULL, 0, NULL, SPAWN_ACTIONS_MAX + 1), E2BIG, -1,
        "too many actions: E2BIG, no action");
    refused(start(NULL, 0, (struct spawn_action *)8, 1), EFAULT, 0,
        "the list is nowhere: EFAULT, action 0");
    refused(START(NULL, 0, DO(UMASK, 0), { .kind = 99 }), EINVAL, 1,
        "an unknown action: EINVAL, action 1");
    refused(START(NULL, 0, DO(UMASK, 0), { .kind = SPAWN_CLOSE, .fd = 1 }),
        EBADF, 1, "close of what is not open: EBADF, action 1");
    refused(START(NULL, 0, DO(UMASK, 0), GIVE(50, 1)), EBADF, 1,
        "a descriptor that we do not have: EBADF, action 1");
    refused(START(NULL, 0, DO(UMASK, 0), DO(CHDIR, P("/nothing")),
                GIVE(50, 1)), ENOENT, 1,
        "the first of two that fail: ENOENT, action 1");
    args = (struct spawn_args){ .path = P("/nothing") };
    refused(syscall(SYS_spawn, &args, sizeof(args)), ENOENT, 0,
        "no such program: ENOENT, the image");
    args = (struct spawn_args){ .path = 8 };
    refused(syscall(SYS_spawn, &args, sizeof(args)), EFAULT, 0,
        "its path is nowhere: EFAULT, the image");
    args = (struct spawn_args){ .path = P(ME), .argv = P(text) | 1UL << 46 };
    refused(syscall(SYS_spawn, &args, sizeof(args)), EFAULT, 0,
        "its arguments are nowhere: EFAULT, the image");
    refused(START(NULL, 0, DO(UMASK, 0), DO(SETPGID, 0x7ffffff)), EPERM, 1,
        "a group that there is not: EPERM, action 1");
    getrlimit(RLIMIT_NPROC, &limit);
    few = limit;
    few.rlim_cur = 0;
    pid_t pid = must_fork();
    if (pid == 0) {
        setrlimit(RLIMIT_NPROC, &few);
        setuid(1000);
        _exit(start(NULL, 0, NULL, 0) == -1 && errno == EAGAIN
                && args.failed == -1);
    }
    ends(pid, 1, "a limit on processes: EAGAIN, no action");
    ok(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD,
        "after all this there is no child");
}

static void
test_ways(void)
{
    char mode[256];
    int status;

    long pid = start("f", SPAWN_STOPPED, NULL, 0);
    waitpid((pid_t)pid, &status, WUNTRACED);
    ok(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP,
        "stopped before its first instruction");
    kill((pid_t)pid, SIGCONT);
    ends(pid, 0, "and goes on");
    strcpy(mode, knob_get(FORK_KNOB));
    knob_set(FORK_KNOB, "none");
    fails(fork(), ENOSYS, "under fork=none there is no fork");
    ends(start("f", 0, NULL, 0), 0, "but a new process");
    knob_set(FORK_KNOB, mode);
}

static void
test_terminal(void)
{
    char path[64];
    struct spawn_action session = { .kind = SPAWN_SETSID };
    struct spawn_action foreground = { .kind = SPAWN_FOREGROUND };

    open_terminal();
    snprintf(path, sizeof(path), "/proc/self/fd/%d", slave);
    path[readlink(path, path, sizeof(path) - 1)] = '\0';
    struct spawn_action list[] = { session, OPEN(0, path, O_RDWR), foreground,
        foreground };
    ends(start("t", 0, list, 2), 1,
        "a terminal that it opens is its session's");
    ends(start("t", 0, list, 3), 1, "with its group in the foreground");
    list[2] = (struct spawn_action)OPEN(1, "/dev/tty", O_RDWR);
    refused(start("t", 0, list, 3), ENXIO, 2,
        "/dev/tty is not there before: ENXIO, action 2");
    list[2] = (struct spawn_action)OPEN(1, "/dev/console", O_RDWR);
    list[3].fd = 1;
    refused(start("t", 0, list, 4), ENOTTY, 3,
        "nor another terminal's foreground: ENOTTY, action 3");
    close_terminal();
}

static long
faults(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_minflt;
}

/* Had it shared our memory even for a moment, the next write would fault. */
static void
test_memory(void)
{
    size_t size = 4UL << 20;
    char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    memset(memory, 1, size);
    long before = faults(), pid = start("f", 0, NULL, 0);
    memset(memory, 2, size);
    long after = faults();
    waitpid((pid_t)pid, NULL, 0);
    is(after - before, 0,
        "what we have written stays ours alone: no fault at the next write");
}

/* With a real user that is not the effective one. */
static void
test_ids(void)
{
    pid_t pid = must_fork();
    if (pid == 0) {
        setresuid(100, 0, 0);
        ends(START("i", 0, DO(RESETIDS, 0)), 100,
            "its effective user is the real one, if listed");
        ends(start("i", 0, NULL, 0), 0, "or as ours");
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    tap_lines += 2;
}

int
main(int argc, char **argv)
{
    if (argc == 0 || strchr(argv[0], '/') == NULL) {
        return see(argc, argv);
    }
    test_inherited();
    test_errors();
    test_ways();
    test_terminal();
    test_memory();
    test_ids();
    return done();
}
