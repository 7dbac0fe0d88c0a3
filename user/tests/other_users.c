/*
 * other_users.c: what a process may do to those of other users: signals, CPUs,
 * /proc; and what they learn of it: the user who sent a signal, or has ended.
 * seconds: 60
 */
#include "users.h"

#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

/* ---- A process to be tried on ---- */

struct target {
    uid_t real, effective, saved;
    int own_session, shows;
};

/* Start one, which lives until it is killed. */
static pid_t
start_target(struct target target)
{
    int ends[2];
    char byte;
    pid_t pid;

    pipe(ends);
    pid = must_fork();
    if (pid == 0) {
        if (target.own_session) {
            setsid();
        }
        setresgid(target.real, target.effective, target.saved);
        setresuid(target.real, target.effective, target.saved);
        if (target.shows) {
            prctl(PR_SET_DUMPABLE, 1);
        }
        write(ends[1], "x", 1);
        for (;;) {
            pause();
        }
    }
    read(ends[0], &byte, 1);
    close(ends[0]);
    close(ends[1]);
    return pid;
}

static void
end_target(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static pid_t target; /* which the next parts try */

/* ---- Signals ---- */

static const struct attempt {
    const char *name;
    struct target target;
    uid_t real, effective; /* of the sender, whose saved one is his real one */
    int signal, error;
} attempts[] = {
    { "one's own user's", { A, A, A, 0, 0 }, A, A, 0, 0 },
    { "another's", { A, A, A, 0, 0 }, B, B, 0, EPERM },
    { "root's", { 0, 0, 0, 0, 0 }, B, B, 0, EPERM },
    { "by root", { A, A, A, 0, 0 }, 0, 0, 0, 0 },
    { "by one who is not root now, root's", { 0, 0, 0, 0, 0 }, 0, B, 0, 0 },
    { "the same, another's", { A, A, A, 0, 0 }, 0, B, 0, EPERM },
    { "real to real", { A, B, B, 0, 0 }, A, C, 0, 0 },
    { "real to saved", { B, B, A, 0, 0 }, A, C, 0, 0 },
    { "effective to real", { A, B, B, 0, 0 }, C, A, 0, 0 },
    { "effective to saved", { B, B, A, 0, 0 }, C, A, 0, 0 },
    { "not to effective", { B, A, B, 0, 0 }, A, A, 0, EPERM },
    { "SIGTERM is refused", { A, A, A, 0, 0 }, B, B, SIGTERM, EPERM },
    { "SIGKILL is refused", { A, A, A, 1, 0 }, B, B, SIGKILL, EPERM },
    { "SIGCONT in the session is not", { A, A, A, 0, 0 }, B, B, SIGCONT, 0 },
    { "SIGCONT to another is", { A, A, A, 1, 0 }, B, B, SIGCONT, EPERM },
    { "no signal", { A, A, A, 1, 0 }, B, B, 65, EINVAL },
};

static int
send(void *arg)
{
    const struct attempt *attempt = arg;

    if (setresuid(attempt->real, attempt->effective, attempt->real)) {
        return 97;
    }
    int error = kill(target, attempt->signal) == -1 ? errno : 0;
    int other = syscall(SYS_tgkill, target, target, attempt->signal) == -1
                    ? errno : 0;
    return other == error ? error : 98;
}

static void
test_signals(void)
{
    for (int i = 0; i < COUNT_OF(attempts); i++) {
        target = start_target(attempts[i].target);
        exited(in_child(send, (void *)&attempts[i]), attempts[i].error,
            attempts[i].name);
        is(waitpid(target, NULL, WNOHANG), 0, "the target lives");
        end_target(target);
    }
}

/* A group counts as reached if one of it is. */
static int
send_group(void *arg)
{
    setpgid(0, 0);
    if (setuid(*(uid_t *)arg)) {
        return 97;
    }
    int asked = kill(-getppid(), 0) == -1 ? errno : 0;
    int sent = kill(-getppid(), SIGKILL) == -1 ? errno : 0;
    return asked == sent ? sent : 98;
}

static int
of_groups(void *arg)
{
    uid_t user = C;
    int status = -1;

    (void)arg;
    setpgid(0, 0);
    pid_t one = start_target((struct target){ A, A, A, 0, 0 });
    pid_t two = start_target((struct target){ B, B, B, 0, 0 });
    exited(in_child(send_group, &user), EPERM, "a group of others is safe");
    user = B;
    exited(in_child(send_group, &user), 0, "one of the group is one's own");
    waitpid(two, &status, 0);
    killed(status, SIGKILL, "that one is killed");
    is(kill(one, 0), 0, "the other one is not");
    end_target(one);
    return 0;
}

static int
of_senders(void *arg)
{
    sigset_t set;
    siginfo_t info;
    pid_t pid;

    (void)arg;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    pid = must_fork();
    if (pid == 0) {
        setresuid(A, 0, 0);
        kill(getppid(), SIGUSR1);
        _exit(0);
    }
    is(sigwaitinfo(&set, &info), SIGUSR1, "a signal");
    is(info.si_uid, A, "tells its sender's real user");
    is(sigwaitinfo(&set, &info), SIGCHLD, "SIGCHLD");
    is(info.si_uid, A, "that of who has ended");
    memset(&info, 0, sizeof(info));
    is(waitid(P_PID, (id_t)pid, &info, WEXITED), 0, "waitid");
    is(info.si_uid, A, "too");
    return 0;
}

/* ---- Other calls ---- */

/* What the user is refused of /proc and the CPUs of the target, as bits. */
static int
look(void *arg)
{
    uid_t user = *(uid_t *)arg;
    char path[64], text[256];
    unsigned long cpus = ~0UL;
    int result = 0;

    if (setresgid(user, user, user) || setresuid(user, user, user)) {
        return 97;
    }
    snprintf(path, sizeof(path), "/proc/%d/exe", target);
    result |= readlink(path, text, sizeof(text)) < 0 && errno == EACCES;
    snprintf(path, sizeof(path), "/proc/%d/cwd", target);
    result |= (readlink(path, text, sizeof(text)) < 0 && errno == EACCES) << 1;
    snprintf(path, sizeof(path), "/proc/%d/fd", target);
    result |= (open(path, O_RDONLY) < 0 && errno == EACCES) << 2;
    snprintf(path, sizeof(path), "/proc/%d/fd/0", target);
    result |= (readlink(path, text, sizeof(text)) < 0 && errno == EACCES) << 3;
    snprintf(path, sizeof(path), "/proc/%d/stat", target);
    result |= (open(path, O_RDONLY) < 0) << 4;
    result |= (syscall(SYS_sched_setaffinity, target, 8, &cpus) < 0
               && errno == EPERM) << 5;
    return result;
}

enum { LIST = 4, LINKS = 15, CPUS = 32 };

static void
test_look(const char *name, uid_t user, int refused)
{
    exited(in_child(look, &user), refused, name);
}

static void
owner_is(const char *file, uid_t uid, const char *name)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d%s", target, file);
    is(stat_of(path).st_uid, uid, name);
}

static void
test_proc(void)
{
    target = start_target((struct target){ A, A, A, 0, 1 });
    test_look("root sees all", 0, 0);
    test_look("its user sees all", A, 0);
    test_look("others see its numbers", B, LINKS | CPUS);
    owner_is("", A, "its directory is its user's");
    owner_is("/fd", A, "its descriptors are, too");
    end_target(target);
    target = start_target((struct target){ A, A, A, 0, 0 });
    test_look("not dumpable: root sees all", 0, 0);
    test_look("its user only its numbers", A, LINKS);
    owner_is("", A, "its directory is its user's");
    owner_is("/fd", 0, "its descriptors are root's");
    end_target(target);
    target = start_target((struct target){ A, A, B, 0, 1 });
    test_look("its saved user is another", A, LINKS & ~LIST);
    end_target(target);
    target = start_target((struct target){ B, A, A, 0, 1 });
    test_look("its real user is another", A, LINKS & ~LIST);
    test_look("that one may set its CPUs", B, LINKS);
    owner_is("", A, "its directory is its effective user's");
    end_target(target);
}

static int
of_oneself(void *arg)
{
    char text[256];
    int fds[2];

    (void)arg;
    become(A, A);
    ok(prctl(PR_GET_DUMPABLE) != 1, "one who has changed his user");
    ok(readlink("/proc/self/exe", text, sizeof(text)) > 0, "sees his program");
    ok(open("/proc/self/fd", O_RDONLY) >= 0, "his descriptors");
    ok(readlink("/proc/self/fd/1", text, sizeof(text)) > 0, "each of them");
    pipe(fds);
    snprintf(text, sizeof(text), "/proc/self/fd/%d", fds[0]);
    ok(open(text, O_RDONLY) >= 0, "and opens his own pipe again");
    fails(syscall(SYS_reboot, 1, 2, 3, NULL), EPERM, "he may not reboot");
    fails(mknod("/tmp/dev", S_IFCHR | 0600, 0x103), EPERM, "nor make devices");
    return 0;
}

int
main(void)
{
    test_signals();
    in_turn(of_groups);
    in_turn(of_senders);
    test_proc();
    in_turn(of_oneself);
    return done();
}
