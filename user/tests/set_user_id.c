/*
 * set_user_id.c: exec of a file with S_ISUID or S_ISGID gives the program the
 * owner's user or the file's group, and what hangs on that: AT_SECURE, whether
 * others may look into it, the signal at its parent's end. And what takes
 * these bits away: a write, a chown, a chmod by one who is not in the group.
 * The program executes copies of itself, with the ids that they should have.
 * seconds: 60
 */
#include "users.h"

#include "clone.h"
#include <sys/prctl.h>

enum { GROUP = 2000, AT_null = 0, AT_uid = 11, AT_secure = 23 };

static const char *self;

/* ---- In the copy ---- */

/* Compare uid, euid, suid, gid, egid, sgid, AT_SECURE, dumpable, and the
 * signal at the parent's end. => how many are as they should be */
static int
compare(char **want, char **envp)
{
    uid_t u[3];
    gid_t g[3];
    int signal = -1, good = 0;
    unsigned long aux[32] = { 0 };

    while (*envp++ != NULL) {
    }
    for (unsigned long *v = (unsigned long *)envp; v[0] != AT_null; v += 2) {
        if (v[0] < 32) {
            aux[v[0]] = v[1];
        }
    }
    getresuid(&u[0], &u[1], &u[2]);
    getresgid(&g[0], &g[1], &g[2]);
    prctl(PR_GET_PDEATHSIG, &signal);
    long got[] = { u[0], u[1], u[2], g[0], g[1], g[2], (long)aux[AT_secure],
                   prctl(PR_GET_DUMPABLE) == 1, signal };
    for (int i = 0; i < COUNT_OF(got); i++) {
        good += got[i] == atol(want[i]);
        if (got[i] != atol(want[i])) {
            printf("# %d: got %ld, want %s\n", i, got[i], want[i]);
            fflush(stdout);
        }
    }
    good += aux[AT_uid] == u[0] && aux[AT_uid + 1] == u[1]
            && aux[AT_uid + 2] == g[0] && aux[AT_uid + 3] == g[1];
    return good;
}

/* ---- The copies ---- */

static void
copy_self(const char *name)
{
    static char piece[16384];
    int from = open(self, O_RDONLY), to = open(name, O_CREAT | O_WRONLY, 0700);
    long n;

    while ((n = read(from, piece, sizeof(piece))) > 0) {
        write(to, piece, (size_t)n);
    }
    close(from);
    close(to);
}

struct run {
    const char *name;
    uid_t owner;
    gid_t group;
    int mode;
    uid_t real, effective; /* of who runs it */
    const char *want[9];
    int shares;            /* its working directory with its parent */
};

static int
execute(void *arg)
{
    const struct run *run = arg;
    char *args[12] = { (char *)"p", (char *)"compare" };

    memcpy(args + 2, run->want, sizeof(run->want));
    if (setgroups(0, NULL) || setresgid(A, A, A)
        || setresuid(run->real, run->effective, run->effective)
        || prctl(PR_SET_PDEATHSIG, SIGUSR2)) {
        return 97;
    }
    execv("p", args);
    return 96;
}

static const struct run runs[] = {
    { "no bit", B, GROUP, 0755, A, A,
      { "1000", "1000", "1000", "1000", "1000", "1000", "0", "1", "12" }, 0 },
    { "no right to read", B, GROUP, 0711, A, A,
      { "1000", "1000", "1000", "1000", "1000", "1000", "0", "0", "12" }, 0 },
    { "set-user-ID", B, GROUP, 04755, A, A,
      { "1000", "1001", "1001", "1000", "1000", "1000", "1", "0", "0" }, 0 },
    { "set-user-ID of one's own", A, GROUP, 04755, A, A,
      { "1000", "1000", "1000", "1000", "1000", "1000", "0", "1", "12" }, 0 },
    { "set-group-ID", B, GROUP, 02755, A, A,
      { "1000", "1000", "1000", "1000", "2000", "2000", "1", "0", "0" }, 0 },
    { "set-group-ID, and the group may not execute", B, GROUP, 02745, A, A,
      { "1000", "1000", "1000", "1000", "1000", "1000", "0", "1", "12" }, 0 },
    { "both", B, GROUP, 06755, A, A,
      { "1000", "1001", "1001", "1000", "2000", "2000", "1", "0", "0" }, 0 },
    { "root's", 0, 0, 04755, A, A,
      { "1000", "0", "0", "1000", "1000", "1000", "1", "0", "0" }, 0 },
    { "set-user-ID, by root", B, GROUP, 04755, 0, 0,
      { "0", "1001", "1001", "1000", "1000", "1000", "1", "0", "0" }, 0 },
    { "no bit, but not its real user", B, GROUP, 0755, A, C,
      { "1000", "1002", "1002", "1000", "1000", "1000", "1", "0", "0" }, 0 },
    { "with a shared working directory", B, GROUP, 06755, A, A,
      { "1000", "1000", "1000", "1000", "1000", "1000", "1", "1", "0" }, 1 },
};

static void
test_exec(void)
{
    copy_self("p");
    for (int i = 0; i < COUNT_OF(runs); i++) {
        const struct run *run = &runs[i];
        chown("p", run->owner, run->group);
        chmod("p", (mode_t)run->mode);
        is(ended(start(run->shares ? CLONE_FS : 0, execute, (void *)run)), 10,
            run->name);
    }
    unlink("p");
}

/* ---- What takes the bits away ---- */

static int
do_write(void)
{
    int fd = open("f", O_WRONLY);

    return write(fd, "x", 1) != 1;
}

static int
do_write_nothing(void)
{
    int fd = open("f", O_WRONLY);

    return write(fd, "x", 0) != 0;
}

static int
do_truncate(void)
{
    return truncate("f", 1);
}

static int
do_ftruncate(void)
{
    return ftruncate(open("f", O_RDWR), 0);
}

static int
do_empty(void)
{
    return open("f", O_RDONLY | O_TRUNC) < 0;
}

static int
do_chown(void)
{
    return chown("f", -1, -1);
}

static int
do_chmod(void)
{
    return chmod("f", 06755);
}

static int
do_touch(void)
{
    return utimensat(AT_FDCWD, "f", NULL, 0);
}

static const struct change {
    const char *name;
    int (*change)(void);
    uid_t user;
    int in_group;      /* the user is in the file's group */
    int before, after; /* modes; the file is A's */
} changes[] = {
    { "a write by another", do_write, C, 0, 06777, 0777 },
    { "a write by the owner", do_write, A, 0, 06777, 0777 },
    { "a write by root", do_write, 0, 0, 06777, 06777 },
    { "a write of nothing", do_write_nothing, C, 0, 06777, 06777 },
    { "a write, the group may not execute, and it is not his", do_write, C, 0,
      06767, 0767 },
    { "and it is his", do_write, C, 1, 06767, 02767 },
    { "a write, sticky", do_write, C, 0, 01777, 01777 },
    { "truncate", do_truncate, C, 0, 06777, 0777 },
    { "truncate by root", do_truncate, 0, 0, 06777, 06777 },
    { "ftruncate", do_ftruncate, C, 0, 06777, 0777 },
    { "open with O_TRUNC", do_empty, C, 0, 06777, 0777 },
    { "chown by the owner", do_chown, A, 0, 06777, 0777 },
    { "the same, the group may not execute", do_chown, A, 1, 06767, 02767 },
    { "and it is not his", do_chown, A, 0, 06767, 0767 },
    { "chmod, a group of his", do_chmod, A, 1, 0, 06755 },
    { "chmod, not his", do_chmod, A, 0, 0, 04755 },
    { "chmod by root", do_chmod, 0, 0, 0, 06755 },
    { "a touch", do_touch, C, 0, 06777, 06777 },
};

static int
make_change(void *arg)
{
    const struct change *change = arg;
    gid_t group = GROUP;

    if (setgroups(change->in_group, &group) || setgid(A)
        || setuid(change->user)) {
        return 97;
    }
    return change->change() != 0;
}

static void
test_changes(void)
{
    for (int i = 0; i < COUNT_OF(changes); i++) {
        put("f", "some text");
        chown("f", A, GROUP);
        chmod("f", (mode_t)changes[i].before);
        exited(in_child(make_change, (void *)&changes[i]), 0, changes[i].name);
        is(mode_of("f"), changes[i].after, "leaves the bits that it should");
        unlink("f");
    }
}

/* ---- New files ---- */

static int
make_files(void *arg)
{
    gid_t group = GROUP;

    umask(0);
    if (setgroups(arg != NULL, &group) || setgid(A) || setuid(A)) {
        return 97;
    }
    close(open("d/f", O_CREAT | O_RDWR, 06777));
    close(open("d/g", O_CREAT | O_RDWR, 06767));
    return mkdir("d/d", 0777);
}

static void
test_new(const char *name, void *member, int mode)
{
    mkdir("d", 0777);
    chown("d", B, GROUP);
    chmod("d", 02777);
    exited(in_child(make_files, member), 0, name);
    is(stat_of("d/f").st_uid, A, "a new file is its maker's");
    is(stat_of("d/f").st_gid, GROUP, "of the directory's group");
    is(mode_of("d/f"), mode, "with the bits that he may give");
    is(mode_of("d/g"), 06767, "S_ISGID without x is no right");
    is(stat_of("d/d").st_gid, GROUP, "a directory, too");
    is(mode_of("d/d"), 02777, "which hands that on");
    unlink("d/f");
    unlink("d/g");
    rmdir("d/d");
    chmod("d", 0777);
    in_child(make_files, member);
    is(stat_of("d/f").st_gid, A, "without S_ISGID: of its maker's group");
    is(mode_of("d/f"), 06777, "with all bits");
    unlink("d/f");
    unlink("d/g");
    rmdir("d/d");
    is(rmdir("d"), 0, "nothing is left");
}

int
main(int argc, char **argv, char **envp)
{
    self = argv[0];
    if (argc == 11) {
        return compare(argv + 2, envp);
    }
    mkdir("w", 0777);
    chmod("w", 0777);
    if (self[0] != '/' || chdir("w") != 0) {
        return 1;
    }
    test_exec();
    test_changes();
    test_new("by a stranger to the group", NULL, 04777);
    test_new("by a member", "", 06777);
    chdir("..");
    is(rmdir("w"), 0, "nothing is left");
    return done();
}
