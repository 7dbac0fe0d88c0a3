/*
 * userspec_rights.c: who may read, write and execute a file, and list, change
 * and search a directory, by its mode: the owner, the group, all others and
 * root. For each mode a line says what each of them may.
 * seconds: 25
 */
#include "userspec.h"

static const struct user owner = { 1000, 2000, 0 };
static const struct user group = { 1001, 2000, 0 };
static const struct user further = { 1002, 1002, 2000 };

static const struct user *const persons[] = {
    &owner, &group, &further, &other, &root,
};
static const struct user nobody = { 1003, 1003, 0 };

/* In a child: what may be done with the file? */
static int
try_file(void *name)
{
    return (raw(NR_open, P(name), O_RDONLY, 0, 0) >= 0) * 4
        | (raw(NR_open, P(name), O_WRONLY, 0, 0) >= 0) * 2
        | (raw(NR_access, P(name), X_OK, 0, 0) == 0);
}

/* With the directory "dir": list it, make something in it, look in it. */
static int
try_directory(void *unused)
{
    static char entries[512];
    struct stat st;
    (void)unused;
    int fd = (int)raw(NR_open, P("dir"), O_RDONLY | O_DIRECTORY, 0, 0);
    int list = fd >= 0
        && raw(NR_getdents64, fd, P(entries), sizeof(entries), 0) > 0;
    int change = raw(NR_mkdir, P("dir/new"), 0755, 0, 0) == 0
        && raw(NR_rmdir, P("dir/new"), 0, 0, 0) == 0;
    int search = raw(NR_stat, P("dir/in"), P(&st), 0, 0) == 0;
    return list * 4 | change * 2 | search;
}

/* The bits that access says of a name. */
static int
ask_access(void *name)
{
    return (raw(NR_access, P(name), R_OK, 0, 0) == 0) * 4
        | (raw(NR_access, P(name), W_OK, 0, 0) == 0) * 2
        | (raw(NR_access, P(name), X_OK, 0, 0) == 0);
}

/* What all persons may, as text: three letters for each. */
static const char *
rights(int (*body)(void *), const char *name)
{
    static char text[4 * COUNT_OF(persons)];
    static const char letters[8][4] = {
        "---", "--x", "-w-", "-wx", "r--", "r-x", "rw-", "rwx",
    };
    for (int i = 0; i < COUNT_OF(persons); i++) {
        int status = all_as(persons[i], body, (void *)name);
        memcpy(text + 4 * i, letters[WEXITSTATUS(status) & 7], 3);
        text[4 * i + 3] = i < COUNT_OF(persons) - 1 ? ' ' : '\0';
    }
    return text;
}

struct mode_case {
    int mode;
    const char *owner_group_further_other_root;
};

static void
test_files(void)
{
    static const struct mode_case cases[] = {
        { 0000, "--- --- --- --- rw-" },
        { 0400, "r-- --- --- --- rw-" },
        { 0200, "-w- --- --- --- rw-" },
        { 0100, "--x --- --- --- rwx" },
        { 0040, "--- r-- r-- --- rw-" },
        { 0020, "--- -w- -w- --- rw-" },
        { 0010, "--- --x --x --- rwx" },
        { 0004, "--- --- --- r-- rw-" },
        { 0002, "--- --- --- -w- rw-" },
        { 0001, "--- --- --- --x rwx" },
        { 0644, "rw- r-- r-- r-- rw-" },
        { 0750, "rwx r-x r-x --- rwx" },
        { 0707, "rwx --- --- rwx rwx" },
        { 0077, "--- rwx rwx rwx rwx" },
        { 0777, "rwx rwx rwx rwx rwx" },
    };
    for (int i = 0; i < COUNT_OF(cases); i++) {
        char name[64];
        file_of(&owner, "file", cases[i].mode);
        snprintf(name, sizeof(name), "a file of mode %04o", cases[i].mode);
        is_str(rights(try_file, "file"),
            cases[i].owner_group_further_other_root, name);
        is_str(rights(ask_access, "file"),
            cases[i].owner_group_further_other_root, "access says so, too");
        unlink("file");
    }
}

static void
test_directories(void)
{
    static const struct mode_case cases[] = {
        { 0000, "--- --- --- --- rwx" },
        { 0400, "r-- --- --- --- rwx" },
        { 0200, "--- --- --- --- rwx" },
        { 0100, "--x --- --- --- rwx" },
        { 0300, "-wx --- --- --- rwx" },
        { 0030, "--- -wx -wx --- rwx" },
        { 0003, "--- --- --- -wx rwx" },
        { 0755, "rwx r-x r-x r-x rwx" },
        { 0711, "rwx --x --x --x rwx" },
        { 0077, "--- rwx rwx rwx rwx" },
        { 0707, "rwx --- --- rwx rwx" },
        { 0770, "rwx rwx rwx --- rwx" },
    };
    mkdir("dir", 0755);
    put("dir/in", "");
    for (int i = 0; i < COUNT_OF(cases); i++) {
        char name[64];
        directory_of(&owner, "dir", cases[i].mode);
        snprintf(name, sizeof(name), "a directory of mode %04o",
            cases[i].mode);
        is_str(rights(try_directory, NULL),
            cases[i].owner_group_further_other_root, name);
    }
    unlink("dir/in");
    rmdir("dir");
}

struct path_call {
    const char *name;
    long nr, a, b, c;
};

/* The student must be stopped at "dir". */
static void
all_stopped(const struct path_call *calls, int count)
{
    for (int i = 0; i < count; i++) {
        char name[64];
        snprintf(name, sizeof(name), "%s, not to be searched", calls[i].name);
        returns(as(&student, calls[i].nr, calls[i].a, calls[i].b, calls[i].c,
            0), -EACCES, name);
    }
}

/* Each call that takes a path stops where a directory cannot be searched. */
static void
stopped_calls(void)
{
    static const long none[6];
    static char buf[256];
    static struct stat st;
    const struct path_call calls[] = {
        { "stat", NR_stat, P("dir/in"), P(&st), 0 },
        { "lstat", NR_lstat, P("dir/in"), P(&st), 0 },
        { "open", NR_open, P("dir/in"), O_RDONLY, 0 },
        { "O_CREAT", NR_open, P("dir/new"), O_WRONLY | O_CREAT, 0644 },
        { "O_PATH", NR_open, P("dir/in"), O_PATH, 0 },
        { "access", NR_access, P("dir/in"), F_OK, 0 },
        { "chdir", NR_chdir, P("dir/sub"), 0, 0 },
        { "truncate", NR_truncate, P("dir/in"), 0, 0 },
        { "mkdir", NR_mkdir, P("dir/new"), 0755, 0 },
        { "rmdir", NR_rmdir, P("dir/sub"), 0, 0 },
        { "unlink", NR_unlink, P("dir/in"), 0, 0 },
        { "link from", NR_link, P("dir/in"), P("new"), 0 },
        { "link to", NR_link, P("own"), P("dir/new"), 0 },
        { "symlink", NR_symlink, P("x"), P("dir/new"), 0 },
        { "readlink", NR_readlink, P("dir/link"), P(buf), 64 },
        { "rename from", NR_rename, P("dir/in"), P("new"), 0 },
        { "rename to", NR_rename, P("own"), P("dir/new"), 0 },
        { "chmod", NR_chmod, P("dir/in"), 0644, 0 },
        { "chown", NR_chown, P("dir/in"), 1000, 1000 },
        { "mkfifo", NR_mknod, P("dir/new"), S_IFIFO | 0644, 0 },
        { "execve", NR_execve, P("dir/in"), P(none), P(none) },
        { "statfs", NR_statfs, P("dir/in"), P(buf), 0 },
        { "a name that does not exist", NR_stat, P("dir/no"), P(&st), 0 },
        { "..", NR_stat, P("dir/.."), P(&st), 0 },
    };
    all_stopped(calls, COUNT_OF(calls));
}

static void
test_paths(void)
{
    struct stat st;
    mkdir("free", 0777);
    chmod("free", 0777);
    chdir("free");
    directory_of(&root, "dir", 0700);
    put("dir/in", "");
    mkdir("dir/sub", 0777);
    symlink("in", "dir/link");
    file_of(&student, "own", 0644);
    stopped_calls();
    ok(exists("dir/in") && exists("dir/sub") && exists("own"),
        "and nothing has happened");
    returns(as(&student, NR_chdir, P("dir"), 0, 0, 0), -EACCES,
        "nor can it be gone to");
    symlink("dir/in", "in");
    returns(as(&student, NR_stat, P("in"), P(&st), 0, 0), -EACCES,
        "nor a link followed into it");
    is(as(&student, NR_lstat, P("in"), P(&st), 0, 0), 0, "the link is seen");
    is(as(&student, NR_stat, P("dir"), P(&st), 0, 0), 0, "and the directory");
    unlink("in");
    unlink("own");
    unlink("dir/in");
    unlink("dir/link");
    rmdir("dir/sub");
    rmdir("dir");
    chdir("..");
    rmdir("free");
}

/* What is open stays open, whoever one becomes. */
static int
uses_open(void *fd)
{
    char text[8];
    return raw(NR_read, *(int *)fd, P(text), 4, 0) == 4
        && raw(NR_open, P("file"), O_RDONLY, 0, 0) == -EACCES ? 7 : 1;
}

static int
is_inside(void *unused)
{
    struct stat st;
    (void)unused;
    if (raw(NR_chdir, P("dir"), 0, 0, 0) != 0) {
        return 2;
    }
    become(&student);
    return raw(NR_stat, P("in"), P(&st), 0, 0) == -EACCES
        && raw(NR_stat, P(".."), P(&st), 0, 0) == -EACCES
        && raw(NR_stat, P("."), P(&st), 0, 0) == -EACCES ? 7 : 1;
}

/* Rights of real ids are what access tells, effective ones what open asks. */
static int
differs(void *unused)
{
    (void)unused;
    raw(CALL_setresuid, 1000, 0, 0, 0);
    if (raw(NR_access, P("file"), R_OK, 0, 0) != -EACCES
        || raw(NR_faccessat2, AT_FDCWD, P("file"), R_OK, 0) != -EACCES
        || raw(NR_faccessat2, AT_FDCWD, P("file"), R_OK, AT_EACCESS) != 0
        || raw(NR_open, P("file"), O_RDONLY, 0, 0) < 0) {
        return 1;
    }
    raw(CALL_setresuid, 0, 1000, 0, 0);
    return raw(NR_access, P("file"), R_OK, 0, 0) == 0
        && raw(NR_faccessat2, AT_FDCWD, P("file"), R_OK, AT_EACCESS)
            == -EACCES
        && raw(NR_open, P("file"), O_RDONLY, 0, 0) == -EACCES ? 7 : 2;
}

static void
test_open_files(void)
{
    file_of(&root, "file", 0600);
    int fd = open("file", O_RDONLY);
    exited(all_as(&student, uses_open, &fd), 7, "what is open stays open");
    close(fd);
    exited(in_child(differs, NULL), 7, "access goes by the real id");
    unlink("file");
    directory_of(&root, "dir", 0700);
    put("dir/in", "");
    exited(in_child(is_inside, NULL), 7, "to be in a directory is no right");
    unlink("dir/in");
    rmdir("dir");
    file_of(&nobody, "file", 0600);
    returns(as(&student, NR_open, P("file"), O_RDWR, 0, 0), -EACCES,
        "both, if neither is allowed");
    chmod("file", 0604);
    returns(as(&student, NR_open, P("file"), O_RDWR, 0, 0), -EACCES,
        "both, if one is");
    returns(as(&student, NR_open, P("file"), O_RDONLY | O_TRUNC, 0, 0),
        -EACCES, "to truncate is to write");
    is(stat_of("file").st_size, 4, "it was not truncated");
    unlink("file");
}

int
main(void)
{
    enter_work();
    test_files();
    test_directories();
    test_paths();
    test_open_files();
    leave_work();
    return done();
}
