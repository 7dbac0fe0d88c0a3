/*
 * userspec_exec.c: programs with set-user-ID and set-group-ID bits: which ids
 * they run with, AT_SECURE, what else an exec of such a program changes, and
 * who may execute what. The program is executed from copies of itself, as
 * `report`, to say who it is.
 * seconds: 25
 */
#include "userspec.h"

#include "abi/auxv.h"
#include "abi/prctl.h"

#define GET_DUMPABLE 3

/* What a program says of itself. */
struct report {
    struct ids uids, gids;
    unsigned vector[4]; /* AT_UID, AT_EUID, AT_GID, AT_EGID */
    int secure;
    int dumpable;
    int death_signal;
    int groups;
};

static struct report
look(void)
{
    struct report now;
    unsigned long *word = (unsigned long *)environ;

    memset(&now, 0xff, sizeof(now));
    now.uids = uids_now();
    now.gids = gids_now();
    while (*word != 0) {
        word++;
    }
    for (const struct auxv *v = (void *)(word + 1); v->a_type != AT_NULL;
        v++) {
        if (v->a_type >= AT_UID && v->a_type <= AT_EGID) {
            now.vector[v->a_type - AT_UID] = (unsigned)v->a_val;
        } else if (v->a_type == AT_SECURE) {
            now.secure = (int)v->a_val;
        }
    }
    now.dumpable = (int)raw(NR_prctl, GET_DUMPABLE, 0, 0, 0);
    raw(NR_prctl, PR_GET_PDEATHSIG, P(&now.death_signal), 0, 0);
    now.groups = (int)raw(CALL_getgroups, 0, 0, 0, 0);
    return now;
}

/* A child with these ids executes the program: what does it say? */
static struct report
run(const struct user *user, const char *path)
{
    struct report said;
    char number[16];
    int fds[2], status = -1;

    memset(&said, 0xff, sizeof(said));
    if (pipe(fds) < 0) {
        return said;
    }
    pid_t pid = must_fork();
    if (pid == 0) {
        become(user);
        raw(NR_prctl, PR_SET_PDEATHSIG, SIGTERM, 0, 0);
        snprintf(number, sizeof(number), "%d", fds[1]);
        execl(path, path, "report", number, NULL);
        _exit(1);
    }
    close(fds[1]);
    read(fds[0], &said, sizeof(said));
    close(fds[0]);
    waitpid(pid, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 7) {
        printf("# %s did not run\n", path);
    }
    return said;
}

/* A copy of this program, of this user and mode. */
static void
program_of(const struct user *user, const char *name, int mode)
{
    static char bytes[65536];
    int from = open("/proc/self/exe", O_RDONLY);
    int to = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0755);
    long n;

    while ((n = read(from, bytes, sizeof(bytes))) > 0) {
        write(to, bytes, (size_t)n);
    }
    close(from);
    close(to);
    chown(name, user->uid, user->gid);
    chmod(name, (mode_t)mode);
}

static const struct user maker = { 2000, 3000, 0 };

/* Who executes a program of this mode, and who it runs as. */
struct exec_case {
    const char *name;
    const struct user *who;
    const struct user *of;
    int mode;
    unsigned uid, gid; /* the effective ones */
    int secure;
};

static const struct exec_case cases[] = {
    { "no bits", &student, &maker, 0755, 1000, 1000, 0 },
    { "set-user-ID", &student, &maker, 04755, 2000, 1000, 1 },
    { "set-group-ID", &student, &maker, 02755, 1000, 3000, 1 },
    { "both", &student, &maker, 06755, 2000, 3000, 1 },
    { "root's, set-user-ID", &student, &root, 04755, 0, 1000, 1 },
    { "root's, both", &student, &root, 06755, 0, 0, 1 },
    { "one's own, set-user-ID", &student, &student, 04755, 1000, 1000, 0 },
    { "one's own, both", &student, &student, 06755, 1000, 1000, 0 },
    { "by root, set-user-ID", &root, &maker, 04755, 2000, 0, 1 },
    { "by root, set-group-ID", &root, &maker, 02755, 0, 3000, 1 },
    { "by root, both", &root, &maker, 06755, 2000, 3000, 1 },
    { "S_ISGID without S_IXGRP", &student, &maker, 02745, 1000, 1000, 0 },
    { "S_ISUID without S_IXUSR", &student, &maker, 04655, 2000, 1000, 1 },
    { "sticky", &student, &maker, 01755, 1000, 1000, 0 },
};

static void
test_ids(void)
{
    for (int i = 0; i < COUNT_OF(cases); i++) {
        const struct exec_case *one = &cases[i];
        char name[96];

        program_of(one->of, "prog", one->mode);
        struct report said = run(one->who, "./prog");
        snprintf(name, sizeof(name), "%s: user", one->name);
        ok(are(said.uids, one->who->uid, one->uid, one->uid), name);
        snprintf(name, sizeof(name), "%s: group", one->name);
        ok(are(said.gids, one->who->gid, one->gid, one->gid), name);
        snprintf(name, sizeof(name), "%s: the vector says so", one->name);
        ok(said.vector[0] == one->who->uid && said.vector[1] == one->uid
            && said.vector[2] == one->who->gid && said.vector[3] == one->gid,
            name);
        snprintf(name, sizeof(name), "%s: AT_SECURE", one->name);
        is(said.secure, one->secure, name);
        snprintf(name, sizeof(name), "%s: to be dumped, or not", one->name);
        is(said.dumpable == 1, !one->secure, name);
        snprintf(name, sizeof(name), "%s: the parent-death signal",
            one->name);
        is(said.death_signal, one->secure ? 0 : SIGTERM, name);
        unlink("prog");
    }
}

static int
mixed(void *path)
{
    raw(CALL_setresuid, 1000, 1001, 1002, 0);
    execl(path, path, "mixed", NULL);
    return 1;
}

static void
test_more(void)
{
    const struct user many = { 1000, 1000, 4000 };
    program_of(&maker, "prog", 06755);
    is(run(&many, "./prog").groups, 1, "further groups stay");
    link("prog", "name");
    ok(are(run(&student, "./name").uids, 1000, 2000, 2000),
        "another name of it");
    unlink("name");
    symlink("prog", "name");
    ok(are(run(&student, "./name").uids, 1000, 2000, 2000), "a link to it");
    unlink("name");
    put("script", "#!./prog script\n");
    chmod("script", 06755);
    chmod("prog", 0755);
    struct report said = run(&student, "./script");
    ok(are(said.uids, 1000, 1000, 1000) && said.secure == 0,
        "a script's bits are as none");
    chmod("prog", 06755);
    said = run(&student, "./script");
    ok(are(said.uids, 1000, 2000, 2000) && said.secure == 1,
        "but not those of its interpreter");
    unlink("script");
    chmod("prog", 0755);
    exited(in_child(mixed, "./prog"), 7,
        "an exec without bits saves the effective id");
    chmod("prog", 04755);
    exited(in_child(mixed, "./prog"), 8,
        "one with them keeps only the real id");
    unlink("prog");
}

static long
try_exec(const struct user *who, const char *path)
{
    const char *const argv[] = { path, "end", NULL };
    const char *const none[] = { NULL };
    int fds[2], status;
    long result = 0;

    if (pipe2(fds, O_CLOEXEC) < 0) {
        return -1000;
    }
    pid_t pid = must_fork();
    if (pid == 0) {
        become(who);
        result = raw(NR_execve, P(path), P(argv), P(none), 0);
        write(fds[1], &result, sizeof(result));
        _exit(0);
    }
    close(fds[1]);
    read(fds[0], &result, sizeof(result));
    close(fds[0]);
    waitpid(pid, &status, 0);
    return result;
}

static void
test_rights(void)
{
    program_of(&maker, "prog", 0644);
    returns(try_exec(&student, "./prog"), -EACCES, "no right to execute");
    returns(try_exec(&maker, "./prog"), -EACCES, "not the owner's, either");
    returns(try_exec(&root, "./prog"), -EACCES, "nor root's");
    chmod("prog", 0100);
    returns(try_exec(&student, "./prog"), -EACCES, "the owner's alone");
    is(try_exec(&maker, "./prog"), 0, "lets the owner");
    is(try_exec(&root, "./prog"), 0, "and root");
    chmod("prog", 0011);
    returns(try_exec(&maker, "./prog"), -EACCES, "all others', not his");
    is(try_exec(&student, "./prog"), 0, "lets others");
    chmod("prog", 0111);
    struct report said = run(&student, "./prog");
    ok(are(said.uids, 1000, 1000, 1000), "one need not be able to read it");
    is(said.dumpable == 1, 0, "but nobody looks into such a process");
    is(said.secure, 0, "though it is not privileged");
    directory_of(&root, "dir", 0700);
    rename("prog", "dir/prog");
    returns(try_exec(&student, "dir/prog"), -EACCES,
        "in a directory that cannot be searched");
    returns(try_exec(&root, "dir"), -EACCES, "a directory is no program");
    unlink("dir/prog");
    rmdir("dir");
}

int
main(int argc, char **argv)
{
    if (argc >= 3 && strcmp(argv[argc - 2], "report") == 0) {
        struct report now = look();
        return write(atoi(argv[argc - 1]), &now, sizeof(now))
            == (long)sizeof(now) ? 7 : 1;
    }
    if (argc == 2 && strcmp(argv[1], "mixed") == 0) {
        struct ids ids = uids_now();
        return are(ids, 1000, 1001, 1001) ? 7
            : are(ids, 1000, 2000, 2000) ? 8 : 1;
    }
    if (argc == 2 && strcmp(argv[1], "end") == 0) {
        return 0;
    }
    enter_work();
    test_ids();
    test_more();
    test_rights();
    leave_work();
    return done();
}
