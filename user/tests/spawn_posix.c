/*
 * spawn_posix.c: posix_spawn and posix_spawnp, each file action and attribute,
 * and their errors, after which there is no child. The program spawns itself
 * with the name of a check and a number; exit code 3 means that it holds.
 */
#include "spawn_checks.h"

#include <spawn.h>

#define ME "/proc/self/exe"

typedef posix_spawn_file_actions_t actions_t;
typedef posix_spawnattr_t attr_t;

static actions_t actions;
static attr_t attr;

/* ---- Spawning ---- */

static void
fresh(void)
{
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attr);
}

static int
start(const char *path, const char *name, long number, pid_t *pid)
{
    char text[24];
    char *argv[] = { "spawn_posix", (char *)name, text, NULL };
    char *envp[] = { "VARIABLE=7", NULL };

    snprintf(text, sizeof(text), "%ld", number);
    return posix_spawn(pid, path, &actions, &attr, argv, envp);
}

/* With the actions and attributes that are set, the check holds. */
static void
holds(const char *name, long number, const char *what)
{
    pid_t pid = -1;
    int status = -1, error = start(ME, name, number, &pid);

    if (error != 0) {
        is(error, 0, what);
    } else {
        waitpid(pid, &status, 0);
        exited(status, HOLDS, what);
    }
    fresh();
}

/* It fails so, and there is no child. */
static void
refused_at(const char *path, int want, const char *what)
{
    pid_t pid = -77;
    int error = start(path, "open", 0, &pid);

    ok(error == want && pid == -77 && waitpid(-1, NULL, WNOHANG) == -1
        && errno == ECHILD, what);
    if (error != want) {
        printf("# got %s, want %s\n", errno_name(error), errno_name(want));
    }
    fresh();
}

static void
refused(int want, const char *what)
{
    refused_at(ME, want, what);
}

#define ADD(kind, ...) posix_spawn_file_actions_add##kind(&actions, __VA_ARGS__)
#define SET(kind, ...) posix_spawnattr_set##kind(&attr, __VA_ARGS__)

/* ---- The cases ---- */

static void
test_inherited(int file, int marked)
{
    holds("open", file, "a descriptor is inherited");
    holds("closed", marked, "but not what is close-on-exec");
    holds("child-of", getpid(), "it is our child");
    holds("variable", 7, "with the environment that it is given");
    holds("in", 1, "in our directory");
    umask(031);
    holds("umask", 031, "with our umask");
    umask(022);
    holds("group", getpgrp(), "and in our group");
}

static void
test_open(int marked)
{
    ADD(open, 5, "five", O_RDONLY, 0);
    holds("size", 4, "open: as this descriptor");
    ADD(open, 5, "five", O_RDONLY, 0);
    ADD(open, 5, "mark1", O_RDONLY, 0);
    holds("size", 0, "the later one replaces it");
    ADD(open, 5, "made", O_CREAT | O_EXCL | O_RDWR, 0606);
    holds("mode", 0604, "open makes a file, with the umask");
    ADD(open, 0, "five", O_WRONLY | O_APPEND, 0);
    holds("appends", 0, "with its flags, where another was open");
    ADD(open, 40, "five", O_RDONLY, 0);
    holds("open", 40, "with a number higher than all");
    ADD(open, 5, "five", O_RDONLY | O_CLOEXEC, 0);
    ADD(dup2, 5, 6);
    holds("open", 6, "a copy of a close-on-exec descriptor stays open");
    ADD(dup2, marked, 9);
    ADD(close, marked);
    holds("open", 9, "what is close-on-exec can still be copied");
    ADD(dup2, marked, marked);
    holds("open", marked, "dup2 to the same number: it stays open");
}

static void
test_close(int file)
{
    ADD(close, file);
    holds("closed", file, "close");
    ADD(close, 77);
    holds("open", file, "close of what is not open is no error");
    ADD(closefrom_np, 3);
    holds("closed", file, "closefrom");
    ADD(closefrom_np, 3);
    holds("open", 2, "and none below");
    ADD(close, file);
    ADD(dup2, 0, file);
    holds("open", file, "a descriptor that was closed can be used again");
}

static void
test_directory(int dir)
{
    ADD(chdir_np, "sub");
    holds("in", 2, "chdir");
    ADD(fchdir_np, dir);
    holds("in", 2, "fchdir");
    ADD(chdir_np, "sub");
    ADD(open, 5, "../five", O_RDONLY, 0);
    holds("size", 4, "what is opened next is found from there");
    ADD(chdir_np, "sub");
    refused_at("five", ENOENT, "and so is the program");
    ok(access("mark1", F_OK) == 0, "we have stayed where we were");
}

static void
test_signals(void)
{
    sigset_t set, before;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    signal(SIGUSR1, SIG_IGN);
    signal(SIGUSR2, (void (*)(int))fresh);
    holds("ignored", SIGUSR1, "an ignored signal stays ignored");
    holds("default", SIGUSR2, "a handled one does not stay so");
    SET(flags, POSIX_SPAWN_SETSIGDEF);
    SET(sigdefault, &set);
    holds("default", SIGUSR1, "SETSIGDEF: it is not ignored any more");
    SET(sigdefault, &set);
    holds("ignored", SIGUSR1, "but only with the flag");
    ok(is_ignored(SIGUSR1), "we still ignore it");
    signal(SIGCHLD, SIG_IGN);
    signal(SIGCHLD, SIG_DFL);
    holds("default", SIGCHLD, "SIGCHLD, which is ignored by default");

    sigprocmask(SIG_BLOCK, &set, &before);
    holds("blocked", SIGUSR1, "the mask is inherited");
    sigprocmask(SIG_SETMASK, &before, NULL);
    SET(flags, POSIX_SPAWN_SETSIGMASK);
    SET(sigmask, &set);
    holds("blocked", SIGUSR1, "SETSIGMASK");
    ok(!is_blocked(SIGUSR1), "we do not block it");
    signal(SIGUSR1, SIG_DFL);
    signal(SIGUSR2, SIG_DFL);
}

static void
test_groups(void)
{
    SET(flags, POSIX_SPAWN_SETPGROUP);
    holds("leads", 1, "SETPGROUP 0: a group of its own");
    SET(flags, POSIX_SPAWN_SETPGROUP);
    SET(pgroup, getpgrp());
    holds("group", getpgrp(), "or another's");
    SET(flags, POSIX_SPAWN_SETPGROUP);
    SET(pgroup, 0x7ffffff);
    refused(EPERM, "but not one that there is not");
    SET(flags, POSIX_SPAWN_SETPGROUP);
    SET(pgroup, -4);
    refused(EINVAL, "nor a negative one");
    SET(flags, POSIX_SPAWN_SETSID);
    holds("session", 1, "SETSID");
    SET(flags, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETPGROUP);
    refused(EPERM, "a session's leader stays in its group");
}

static void
test_policy(void)
{
    struct sched_param zero = { 0 }, one = { 1 };

    SET(flags, POSIX_SPAWN_SETSCHEDULER);
    SET(schedpolicy, SCHED_BATCH);
    SET(schedparam, &zero);
    holds("policy", SCHED_BATCH, "SETSCHEDULER");
    SET(flags, POSIX_SPAWN_SETSCHEDPARAM);
    SET(schedparam, &zero);
    holds("policy", SCHED_OTHER, "SETSCHEDPARAM keeps the policy");
    SET(flags, POSIX_SPAWN_SETSCHEDPARAM);
    SET(schedparam, &one);
    refused(EINVAL, "which has no such priority");
    SET(flags, POSIX_SPAWN_SETSCHEDULER);
    SET(schedpolicy, 77);
    refused(EINVAL, "no such policy");
    SET(flags, POSIX_SPAWN_RESETIDS | POSIX_SPAWN_USEVFORK);
    holds("open", 0, "RESETIDS and USEVFORK");
    is(SET(flags, 0x100), EINVAL, "an unknown flag");
}

static void
test_errors(int file)
{
    refused_at("nothing", ENOENT, "no such program");
    refused_at("", ENOENT, "an empty path");
    refused_at("sub", EACCES, "a directory");
    refused_at("five", EACCES, "a file that may not be executed");
    chmod("five", 0755);
    refused_at("five", ENOEXEC, "one that is no program");
    refused_at("five/x", ENOTDIR, "a path through a file");
    ADD(open, 5, "nothing", O_RDONLY, 0);
    refused(ENOENT, "open fails");
    ADD(open, 5, "five", O_CREAT | O_EXCL | O_RDWR, 0600);
    refused(EEXIST, "or its file is there");
    ADD(dup2, 77, 5);
    refused(EBADF, "dup2 of what is not open");
    ADD(dup2, 77, 77);
    refused(EBADF, "also to the same number");
    ADD(dup2, 0, 1 << 20);
    refused(EBADF, "to a number that is too high");
    ADD(chdir_np, "nothing");
    refused(ENOENT, "chdir fails");
    ADD(fchdir_np, file);
    refused(ENOTDIR, "fchdir of a file");
    ADD(tcsetpgrp_np, file);
    refused(ENOTTY, "tcsetpgrp of a file");
    ADD(open, 5, "late", O_CREAT | O_RDWR, 0600);
    ADD(chdir_np, "nothing");
    ADD(open, 5, "later", O_CREAT | O_RDWR, 0600);
    refused(ENOENT, "the action after which nothing is done");
    ok(access("late", F_OK) == 0, "what was done before stays done");
    ok(access("later", F_OK) != 0, "what comes behind is not");
    is(ADD(open, -1, "five", O_RDONLY, 0), EBADF, "a bad number is seen");
    is(ADD(close, -1), EBADF, "at once");
    ok(is_open(file), "none of our descriptors has changed");
}

static int
spawnp(const char *name)
{
    char *argv[] = { "spawn_posix", "open", "0", NULL }, *envp[] = { NULL };
    int status = -1;
    pid_t pid = -77;
    int error = posix_spawnp(&pid, name, NULL, NULL, argv, envp);

    if (error != 0) {
        return -error;
    }
    waitpid(pid, &status, 0);
    return status;
}

static void
test_path(void)
{
    char here[4096], path[4200];

    getcwd(here, sizeof(here));
    symlink(ME, "sub/program");
    snprintf(path, sizeof(path), "/nothing:%s/five:%s:%s/sub", here, here,
        here);
    setenv("PATH", path, 1);
    exited(spawnp("program"), HOLDS, "posix_spawnp finds it in PATH");
    is(spawnp("nothing"), -ENOENT, "or not");
    chmod("five", 0644);
    is(spawnp("five"), -EACCES, "or only what may not be executed");
    is(spawnp(""), -ENOENT, "an empty name");
    is(spawnp("./program"), -ENOENT, "a name with a slash is a path");
    setenv("PATH", "sub", 1);
    exited(spawnp("program"), HOLDS, "PATH may name a relative directory");
}

static void
make_files(void)
{
    close(open("mark1", O_CREAT | O_WRONLY, 0644));
    mkdir("sub", 0755);
    close(open("sub/mark2", O_CREAT | O_WRONLY, 0644));
    int fd = open("five", O_CREAT | O_WRONLY, 0644);
    write(fd, "text", 4);
    close(fd);
}

int
main(int argc, char *argv[])
{
    if (argc == 3) {
        return check(argv[1], atol(argv[2]));
    }
    make_files();
    int file = open("five", O_RDONLY), dir = open("sub", O_RDONLY);
    int marked = open("five", O_RDONLY | O_CLOEXEC);

    fresh();
    test_inherited(file, marked);
    test_open(marked);
    test_close(file);
    test_directory(dir);
    test_signals();
    test_groups();
    test_policy();
    test_errors(file);
    test_path();
    return done();
}
