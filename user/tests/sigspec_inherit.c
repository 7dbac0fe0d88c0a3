/*
 * sigspec_inherit.c: what a child of fork has of its parent, point by point as
 * POSIX numbers them (fork(), IEEE 1003.1), and Linux's additions.
 *
 * 7, 11 and 16, alarms and timers: timespec_inherit.c; 15, scheduling policies:
 * sharespec_policy.c. Open, because Tine lacks what they are about: 5 message
 * catalogues, 8 semaphore adjustments, 9 file locks, 12 semaphores, 13 mlock,
 * 17 message queues, 18 asynchronous I/O, 21 traces. (Failure, 23:
 * tine/nomem.c.)
 */
#include "sigspec.h"

#include "clone.h"
#include <dirent.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

static pid_t parent, parent_group, parent_session;
static unsigned ids[4];
static int fd, back[2];
static char *own, *common;
static const char *check_name;

/* A child checks this; 7 means that it holds. */
static void
point(const char *name, int (*check)(void))
{
    int status = -1;

    check_name = name;
    pid_t pid = must_fork();
    if (pid == 0) {
        _exit(check() ? 7 : 8);
    }
    waitpid(pid, &status, 0);
    exited(status, 7, name);
}

static int
own_pid(void)
{
    return getpid() != parent && raw(NR_gettid, 0, 0, 0, 0) == getpid()
           && getpgid(getpid()) != getpid() && getsid(0) != getpid()
           && kill(-getpid(), 0) == -1 && errno == ESRCH;
}

static int
parent_pid(void)
{
    return getppid() == parent;
}

/* 3: the number and close-on-exec are its own, offset and flags shared. */
static int
descriptors(void)
{
    int good = lseek(fd, 0, SEEK_CUR) == 5 && fcntl(fd, F_GETFD) == FD_CLOEXEC;

    lseek(fd, 9, SEEK_SET);
    fcntl(fd, F_SETFL, O_APPEND);
    fcntl(fd, F_SETFD, 0);
    close(back[0]);
    return good;
}

static DIR *stream;

static int
streams(void)
{
    int n = 0;

    while (readdir(stream) != NULL) {
        n++;
    }
    closedir(stream);
    return n >= 1;
}

static int
no_pending(void)
{
    return pending_now() == 0 && take(~0UL, NULL) == -EAGAIN;
}

static int
memory(void)
{
    int good = own[0] == 1 && common[0] == 1;

    own[0] = common[0] = 2;
    return good && own[0] == 2;
}

/* What the parent writes after fork the child does not see. */
static int
memory_later(void)
{
    char byte;

    read(back[0], &byte, 1);
    return own[0] == 2 && common[1] == 3;
}

static int
identity(void)
{
    return getuid() == ids[0] && geteuid() == ids[1]
           && getgid() == ids[2] && getegid() == ids[3]
           && getpgrp() == parent_group && getsid(0) == parent_session;
}

static int
directory(void)
{
    char path[256];

    getcwd(path, sizeof(path));
    char *last = strrchr(path, '/');
    return last != NULL && strcmp(last, "/inside") == 0;
}

static int
file_mask(void)
{
    return umask(0) == 0136;
}

static int
limits(void)
{
    struct rlimit limit = { 0, 0 };

    raw(NR_prlimit64, 0, RLIMIT_NOFILE, 0, P(&limit));
    return limit.rlim_cur == 50;
}

static int
signal_mask(void)
{
    return mask_now() == (BIT(SIGUSR1) | BIT(40));
}

static void
note(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)info;
    (void)context;
}

static int
signal_actions(void)
{
    struct action action = action_of(SIGUSR2);

    return action.handler == note && action.mask == BIT(SIGHUP)
           && action.flags == (SA_SIGINFO | SA_RESTART | SA_RESTORER)
           && action_of(SIGHUP).handler == TO_IGNORE
           && action_of(SIGTERM).handler == TO_DEFAULT
           && action_of(64).handler == note;
}

static int
own_actions(void)
{
    act(SIGUSR2, TO_DEFAULT, 0, 0);
    mask(SIG_SETMASK, 0);
    return 1;
}

static int
environment(void)
{
    return strcmp(getenv("INHERITED"), "yes") == 0
           && setenv("INHERITED", "no", 1) == 0;
}

static int
alternate_stack(void)
{
    stack_t stack = { NULL, 0, 0 };

    raw(NR_sigaltstack, 0, P(&stack), 0, 0);
    return stack.ss_sp == common + 4096 && stack.ss_size == 16384;
}

static int
no_death_signal(void)
{
    int sig = -1;

    return raw(NR_prctl, 2, P(&sig), 0, 0) == 0 && sig == 0;
}

static int
thread_name(void)
{
    char name[16] = "";

    raw(NR_prctl, 16, P(name), 0, 0);
    return strcmp(name, "inherits") == 0;
}

/* 6 and 20: so little time that it cannot have its parent's half second. */
static void
test_times(void)
{
    struct rusage usage, first;
    long long spent = 0;
    pid_t pid;

    memset(&first, 0, sizeof(first));
    pid = must_fork();
    if (pid == 0) {
        struct timespec start, now;
        clock_gettime(CLOCK_MONOTONIC, &start);
        do {
            clock_gettime(CLOCK_MONOTONIC, &now);
        } while ((now.tv_sec - start.tv_sec) * 1000
                     + (now.tv_nsec - start.tv_nsec) / 1000000 < 400);
        pid_t child = must_fork();
        if (child == 0) {
            _exit(0);
        }
        wait4(child, NULL, 0, &usage);
        spent = usage.ru_utime.tv_sec * 1000LL + usage.ru_stime.tv_sec * 1000
                + usage.ru_utime.tv_usec / 1000 + usage.ru_stime.tv_usec / 1000;
        _exit(spent < 100 ? 7 : 8);
    }
    int status = -1;
    wait4(pid, &status, 0, &usage);
    exited(status, 7, "6, 20: its times and CPU clock begin at 0");
}

static void
test_private(void)
{
    point("3: descriptors are copies, of the same open files", descriptors);
    is(lseek(fd, 0, SEEK_CUR), 9, "3: the offset is shared");
    ok((fcntl(fd, F_GETFL) & O_APPEND) != 0, "3: the status flags are shared");
    is(fcntl(fd, F_GETFD), FD_CLOEXEC, "3: close-on-exec is not");
    is(fcntl(back[0], F_GETFD), 0, "3: what it closes stays open here");
    point("14: memory is there", memory);
    is(own[0], 1, "14: what it writes to private memory is its own");
    is(common[0], 2, "14: to shared memory is seen by both");
    int status = -1;
    own[0] = 2;
    pid_t pid = must_fork();
    if (pid == 0) {
        _exit(memory_later() ? 7 : 8);
    }
    own[0] = 3;
    common[1] = 3;
    write(back[1], "g", 1);
    waitpid(pid, &status, 0);
    exited(status, 7, "14: nor does it see what is written here later");
}

static void
test_signals(void)
{
    mask(SIG_SETMASK, BIT(SIGUSR1) | BIT(40));
    act(SIGUSR2, note, SA_SIGINFO | SA_RESTART, BIT(SIGHUP));
    act(64, note, SA_SIGINFO, 0);
    act(SIGHUP, TO_IGNORE, 0, 0);
    send_self(SIGUSR1);
    raw(NR_tkill, getpid(), 40, 0, 0);
    queue(getpid(), 40, 1);
    point("10: no signal pends", no_pending);
    is((long)pending_now(), BIT(SIGUSR1) | BIT(40), "10: here they do");
    point("22: the signal mask", signal_mask);
    point("22: signal actions: handlers, masks, flags", signal_actions);
    point("22: they can be changed", own_actions);
    ok(action_of(SIGUSR2).handler == note, "22: without effect here");
    is((long)mask_now(), BIT(SIGUSR1) | BIT(40), "22: nor on the mask");
    while (take(BIT(SIGUSR1) | BIT(40), NULL) > 0) {
    }
    mask(SIG_SETMASK, 0);
    act(SIGHUP, TO_DEFAULT, 0, 0);
}

/* fork's child sends SIGCHLD at its end. */
static void
test_exit_signal(void)
{
    siginfo_t info;

    mask(SIG_BLOCK, BIT(SIGCHLD));
    pid_t pid = must_fork();
    if (pid == 0) {
        _exit(5);
    }
    waitpid(pid, NULL, 0);
    is(take(BIT(SIGCHLD), &info), SIGCHLD, "Linux: its end sends SIGCHLD");
    is(info.si_pid, pid, "Linux: with its pid");
    mask(SIG_UNBLOCK, BIT(SIGCHLD));
}

int
main(void)
{
    struct rlimit limit = { 50, 50 };
    int status = -1;

    parent = getpid();
    parent_group = getpgrp();
    parent_session = getsid(0);
    ids[0] = getuid();
    ids[1] = geteuid();
    ids[2] = getgid();
    ids[3] = getegid();
    own = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    common = mmap(NULL, 8 * 4096, PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    own[0] = common[0] = 1;
    pipe(back);
    mkdir("inside", 0700);
    chdir("inside");
    fd = open("file", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    write(fd, "0123456789", 5);
    stream = opendir(".");
    readdir(stream);
    umask(0136);
    setenv("INHERITED", "yes", 1);
    raw(NR_prlimit64, 0, RLIMIT_NOFILE, P(&limit), 0);
    stack_t stack = { common + 4096, 0, 16384 };
    raw(NR_sigaltstack, P(&stack), 0, 0, 0);
    raw(NR_prctl, 1, SIGTERM, 0, 0);
    raw(NR_prctl, 15, P("inherits"), 0, 0);
    point("1: its pid is no other's, and no group's or session's", own_pid);
    point("2: its parent is the caller", parent_pid);
    point("4: directory streams", streams);
    test_times();
    test_private();
    test_signals();
    point("22: user, group, process group, session", identity);
    point("22: the working directory", directory);
    point("22: the umask", file_mask);
    point("22: limits", limits);
    point("22: the environment", environment);
    is_str(getenv("INHERITED"), "yes", "22: which is its own");
    pid_t pid = must_fork();
    if (pid == 0) {
        _exit(9);
    }
    ok(pid > 0 && waitpid(pid, &status, 0) == pid, "23: fork returns its pid");
    exited(status, 9, "23: and 0 to the child");
    point("Linux: the alternate stack", alternate_stack);
    point("Linux: no signal at the parent's end", no_death_signal);
    point("Linux: the name", thread_name);
    test_exit_signal();
    closedir(stream);
    unlink("file");
    chdir("..");
    rmdir("inside");
    return done();
}
