/*
 * exec_keep.c: what a process keeps over exec (pid, group, files, directory,
 * umask, ignored signals, mask, pending signals) and what it does not
 * (memory, close-on-exec files). The program executes itself with the name
 * of a check and a number; exit code 3 means that the check holds, 4 not.
 */
#include "tap.h"

#include "raw.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

static const char *self;
static int initialised = 1234;
static char zeroed[8192];

static int
is_pid(long want)
{
    return getpid() == want;
}

static int
is_parent(long want)
{
    return getppid() == want;
}

static int
is_group(long want)
{
    return getpgrp() == want;
}

static int
is_session(long want)
{
    return getsid(0) == want;
}

static int
is_open(long fd)
{
    return fcntl(fd, F_GETFD) == 0;
}

static int
is_closed(long fd)
{
    return fcntl(fd, F_GETFD) == -1 && errno == EBADF;
}

static int
is_at_3(long fd)
{
    return lseek(fd, 0, SEEK_CUR) == 3;
}

static int
is_ignored(long sig)
{
    struct sigaction action;
    return sigaction(sig, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

static int
is_blocked(long sig)
{
    sigset_t mask;
    sigprocmask(SIG_BLOCK, NULL, &mask);
    return sigismember(&mask, sig) == 1;
}

/* Unblocking a pending signal is the end. */
static int
is_not_pending(long sig)
{
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, sig);
    sigprocmask(SIG_UNBLOCK, &mask, NULL);
    return 1;
}

static int
has_umask(long want)
{
    return umask(0) == (mode_t)want;
}

/* The caller made the file in its directory. */
static int
is_here(long unused)
{
    (void)unused;
    return access("../here/mark", F_OK) == 0;
}

static int
is_unmapped(long address)
{
    return raw(NR_access, address, F_OK, 0, 0) == -EFAULT;
}

static int
is_fresh(long unused)
{
    (void)unused;
    for (int i = 0; i < (int)sizeof(zeroed); i++) {
        if (zeroed[i]) {
            return 0;
        }
    }
    return initialised == 1234;
}

static const struct check {
    const char *name;
    int (*holds)(long number);
} checks[] = {
    { "pid", is_pid }, { "parent", is_parent }, { "group", is_group },
    { "session", is_session }, { "open", is_open },
    { "closed", is_closed }, { "offset", is_at_3 },
    { "ignored", is_ignored }, { "blocked", is_blocked },
    { "pending", is_not_pending }, { "umask", has_umask },
    { "here", is_here }, { "unmapped", is_unmapped },
    { "fresh", is_fresh },
};

static int
check(const char *name, long number)
{
    for (int i = 0; i < (int)(sizeof(checks) / sizeof(checks[0])); i++) {
        if (strcmp(checks[i].name, name) == 0) {
            return checks[i].holds(number) ? 3 : 4;
        }
    }
    return 5;
}

/* In a child of fork: execute the check; number 0 means the child's pid. */
static int
ask(const char *what, long number)
{
    char text[32];
    int status = -1;
    pid_t pid = must_fork();

    if (pid == 0) {
        char *args[] = { "check", (char *)what, text, NULL };
        snprintf(text, sizeof(text), "%ld", number ? number : getpid());
        execv(self, args);
        _exit(127);
    }
    waitpid(pid, &status, 0);
    return status;
}

static void
test_identity(void)
{
    exited(ask("pid", 0), 3, "the pid stays");
    exited(ask("parent", getpid()), 3, "the parent stays");
    exited(ask("group", getpgrp()), 3, "the process group stays");
    exited(ask("session", getsid(0)), 3, "the session stays");
    umask(031);
    exited(ask("umask", 031), 3, "the umask stays");
    umask(022);
    mkdir("here", 0755);
    chdir("here");
    close(open("mark", O_CREAT | O_WRONLY, 0644));
    exited(ask("here", 1), 3, "the directory stays");
    unlink("mark");
    chdir("..");
    rmdir("here");
}

static void
test_files(void)
{
    int file = open("file", O_RDWR | O_CREAT, 0644);
    int other = open("file", O_RDWR | O_CLOEXEC);

    write(file, "abc", 3);
    exited(ask("open", file), 3, "files stay open");
    exited(ask("offset", file), 3, "and keep their offset");
    exited(ask("closed", other), 3, "O_CLOEXEC closes");
    ok(fcntl(other, F_GETFD) == FD_CLOEXEC, "only in the child");
    fcntl(other, F_SETFD, 0);
    exited(ask("open", other), 3, "the flag can be cleared");
    fcntl(file, F_SETFD, FD_CLOEXEC);
    exited(ask("closed", file), 3, "and set");
    exited(ask("open", dup(file)), 3, "a duplicate has a flag of its own");
}

static void
test_signals(void)
{
    sigset_t mask;
    int status;

    signal(SIGINT, SIG_IGN);
    exited(ask("ignored", SIGINT), 3, "ignored signals stay ignored");
    exited(ask("ignored", SIGTERM), 4, "others stay as they are");
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR1);
    sigprocmask(SIG_BLOCK, &mask, NULL);
    exited(ask("blocked", SIGUSR1), 3, "the mask stays");
    pid_t pid = must_fork();
    if (pid == 0) {
        char *args[] = { "check", "pending", "10", NULL };
        kill(getpid(), SIGUSR1);
        execv(self, args);
        _exit(127);
    }
    waitpid(pid, &status, 0);
    killed(status, SIGUSR1, "a pending signal stays pending");
    sigprocmask(SIG_UNBLOCK, &mask, NULL);
}

static void
test_memory(void)
{
    char *page = mmap((void *)0x10000000, 4096, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

    exited(ask("unmapped", P(page)), 3, "mappings are gone");
    initialised = 4321;
    memset(zeroed, 1, sizeof(zeroed));
    exited(ask("fresh", 1), 3, "data and bss are fresh");
    is(initialised + zeroed[5], 4322, "the caller's are not");
}

int
main(int argc, char **argv)
{
    self = argv[0];
    if (argc == 3) {
        return check(argv[1], atol(argv[2]));
    }
    test_identity();
    test_files();
    test_signals();
    test_memory();
    return done();
}
