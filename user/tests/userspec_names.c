/*
 * userspec_names.c: who may make, link, rename and remove names: whoever may
 * write and search the directory; in a sticky one, of what is there, only its
 * owner, the directory's and root. And whose a new file is.
 * seconds: 25
 */
#include "userspec.h"

static int
owned(const char *name, unsigned uid, unsigned gid)
{
    struct stat st = stat_of(name);

    return exists(name) && st.st_uid == uid && st.st_gid == gid;
}

struct call {
    const char *name;
    long nr, a, b, c;
};

static void
make_all(const struct user *who, const struct call *calls, int count,
         int error)
{
    for (int i = 0; i < count; i++) {
        char name[64];
        snprintf(name, sizeof(name), "%s, by who may%s write", calls[i].name,
            error == 0 ? "" : " not");
        returns(as(who, calls[i].nr, calls[i].a, calls[i].b, calls[i].c, 0),
            -error, name);
    }
}

/* The directory "dir" can be written by the student, by nobody else. */
static void
test_allowed(void)
{
    const struct call calls[] = {
        { "create", NR_open, P("dir/a"), O_WRONLY | O_CREAT, 0644 },
        { "mkdir", NR_mkdir, P("dir/d"), 0755, 0 },
        { "symlink", NR_symlink, P("x"), P("dir/s"), 0 },
        { "mkfifo", NR_mknod, P("dir/f"), S_IFIFO | 0644, 0 },
        { "a file by mknod", NR_mknod, P("dir/m"), S_IFREG | 0644, 0 },
        { "link", NR_link, P("own"), P("dir/l"), 0 },
        { "rename within", NR_rename, P("dir/a"), P("dir/b"), 0 },
        { "rename out of it", NR_rename, P("dir/b"), P("b"), 0 },
        { "rename into it", NR_rename, P("b"), P("dir/b"), 0 },
        { "rename over a name", NR_rename, P("dir/b"), P("dir/m"), 0 },
        { "unlink", NR_unlink, P("dir/m"), 0, 0 },
        { "unlink of a link", NR_unlink, P("dir/l"), 0, 0 },
        { "unlink of a symlink", NR_unlink, P("dir/s"), 0, 0 },
        { "unlink of a pipe", NR_unlink, P("dir/f"), 0, 0 },
        { "rmdir", NR_rmdir, P("dir/d"), 0, 0 },
    };
    directory_of(&student, "dir", 0755);
    make_all(&student, calls, COUNT_OF(calls), 0);
    is(rmdir("dir"), 0, "it is empty again");
}

static void
test_refused(void)
{
    const struct call calls[] = {
        { "create", NR_open, P("dir/new"), O_WRONLY | O_CREAT, 0644 },
        { "mkdir", NR_mkdir, P("dir/new"), 0755, 0 },
        { "symlink", NR_symlink, P("x"), P("dir/new"), 0 },
        { "mkfifo", NR_mknod, P("dir/new"), S_IFIFO | 0644, 0 },
        { "a file by mknod", NR_mknod, P("dir/new"), S_IFREG | 0644, 0 },
        { "link", NR_link, P("own"), P("dir/new"), 0 },
        { "rename within", NR_rename, P("dir/a"), P("dir/new"), 0 },
        { "rename out of it", NR_rename, P("dir/a"), P("new"), 0 },
        { "rename into it", NR_rename, P("own"), P("dir/new"), 0 },
        { "rename over a name", NR_rename, P("dir/a"), P("dir/b"), 0 },
        { "unlink", NR_unlink, P("dir/a"), 0, 0 },
        { "unlink of a symlink", NR_unlink, P("dir/s"), 0, 0 },
        { "rmdir", NR_rmdir, P("dir/d"), 0, 0 },
    };
    directory_of(&student, "dir", 0755);
    file_of(&other, "dir/a", 0666);
    file_of(&other, "dir/b", 0666);
    symlink("x", "dir/s");
    directory_of(&other, "dir/d", 0777);
    make_all(&other, calls, COUNT_OF(calls), EACCES);
    ok(exists("dir/a") && exists("dir/b") && exists("dir/s")
        && exists("dir/d") && exists("own") && !exists("dir/new")
        && !exists("new"), "and nothing has happened");
    unlink("dir/a");
    unlink("dir/b");
    unlink("dir/s");
    rmdir("dir/d");
    rmdir("dir");
}

static void
test_write(void)
{
    directory_of(&root, "free", 0777);
    chdir("free");
    file_of(&student, "own", 0666);
    test_allowed();
    test_refused();
    unlink("own");
    chdir("..");
    rmdir("free");
}

/* Whose a new thing is, and errors that come before others. */
static void
test_new(void)
{
    const struct user both = { 1000, 1000, 2000 };
    directory_of(&root, "free", 0777);
    as(&both, NR_open, P("free/a"), O_CREAT | O_WRONLY, 0666, 0);
    ok(owned("free/a", 1000, 1000), "a new file is its maker's");
    is(mode_of("free/a"), 0644, "less the umask");
    as(&both, NR_mkdir, P("free/b"), 0777, 0, 0);
    ok(owned("free/b", 1000, 1000), "a directory, too");
    as(&both, NR_symlink, P("x"), P("free/c"), 0, 0);
    ok(owned("free/c", 1000, 1000), "a link");
    as(&both, NR_mknod, P("free/d"), S_IFIFO | 0600, 0, 0);
    ok(owned("free/d", 1000, 1000), "a pipe");
    as(&both, NR_open, P("free/e"), O_CREAT | O_WRONLY, 06755, 0);
    is(mode_of("free/e"), 06755, "with bits of set-user-ID");
    returns(as(&student, NR_mknod, P("free/x"), S_IFCHR | 0666, 0x103, 0),
        -EPERM, "a device is root's to make");
    returns(as(&student, NR_mknod, P("free/x"), S_IFBLK | 0666, 0x103, 0),
        -EPERM, "of each kind");
    directory_of(&other, "free/g", 0777);
    chown("free/g", 1001, 2000);
    chmod("free/g", 02777);
    as(&student, NR_open, P("free/g/a"), O_CREAT | O_WRONLY, 0644, 0);
    ok(owned("free/g/a", 1000, 2000), "S_ISGID: the directory's group");
    as(&student, NR_mkdir, P("free/g/b"), 0755, 0, 0);
    ok(owned("free/g/b", 1000, 2000), "of a directory, too");
    is(mode_of("free/g/b"), 02755, "that hands it on");
    as(&student, NR_open, P("free/g/c"), O_CREAT | O_WRONLY, 02755, 0);
    is(mode_of("free/g/c"), 0755, "but no program of a group one is not in");
    as(&both, NR_open, P("free/g/d"), O_CREAT | O_WRONLY, 02755, 0);
    is(mode_of("free/g/d"), 02755, "of one's group, yes");
    file_of(&root, "free/f", 0600);
    returns(as(&student, NR_open, P("free/f"), O_CREAT | O_WRONLY, 0644, 0),
        -EACCES, "O_CREAT of another's file");
    returns(as(&student, NR_open, P("free/f"), O_CREAT | O_EXCL | O_WRONLY,
        0644, 0), -EEXIST, "O_EXCL: it exists");
    is(as(&student, NR_open, P("free/h"), O_CREAT | O_RDWR, 0, 0), 0,
        "who makes a file has it open, whatever its mode");
    returns(as(&student, NR_open, P("free/h"), O_RDWR, 0, 0), -EACCES,
        "but not a second time");
    directory_of(&root, "shut", 0755);
    put("shut/a", "");
    returns(as(&student, NR_mkdir, P("shut/a"), 0755, 0, 0), -EEXIST,
        "a name that exists, before all rights");
    returns(as(&student, NR_unlink, P("shut/no"), 0, 0, 0), -ENOENT,
        "and one that does not");
    unlink("shut/a");
    rmdir("shut");
    static const char *const made[] = {
        "free/a", "free/c", "free/d", "free/e", "free/f", "free/h",
        "free/g/a", "free/g/c", "free/g/d",
    };
    for (int i = 0; i < COUNT_OF(made); i++) {
        unlink(made[i]);
    }
    rmdir("free/g/b");
    rmdir("free/g");
    rmdir("free/b");
    rmdir("free");
}

/* A directory that moves to another one must itself be writable. */
static void
test_move(void)
{
    directory_of(&root, "free", 0777);
    directory_of(&student, "free/to", 0755);
    directory_of(&student, "free/dir", 0555);
    returns(as(&student, NR_rename, P("free/dir"), P("free/to/dir"), 0, 0),
        -EACCES, "a directory that cannot be written does not move");
    is(as(&student, NR_rename, P("free/dir"), P("free/new"), 0, 0), 0,
        "within its own it does");
    chmod("free/new", 0755);
    is(as(&student, NR_rename, P("free/new"), P("free/to/dir"), 0, 0), 0,
        "if it can be written it moves");
    rmdir("free/to/dir");
    rmdir("free/to");
    rmdir("free");
}

static const struct user keeper = { 1002, 1002, 0 };

/* In a sticky directory of `keeper`, things of `student`. */
static void
sticky_files(void)
{
    directory_of(&keeper, "tmp", 01777);
    file_of(&student, "tmp/file", 0666);
    directory_of(&student, "tmp/dir", 0777);
    file_of(&other, "tmp/others", 0666);
}

static void
clear_sticky(void)
{
    unlink("tmp/file");
    rmdir("tmp/dir");
    rmdir("tmp/gone");
    unlink("tmp/gone");
    unlink("tmp/others");
    rmdir("tmp");
}

static void
test_sticky(void)
{
    static const struct {
        const char *name;
        const struct user *who;
        int error;
    } persons[] = {
        { "a stranger", &other, EPERM },
        { "the owner", &student, 0 },
        { "the directory's owner", &keeper, 0 },
        { "root", &root, 0 },
    };
    for (int i = 0; i < COUNT_OF(persons); i++) {
        const struct user *who = persons[i].who;
        long want = -persons[i].error;
        char name[64];
        sticky_files();
        snprintf(name, sizeof(name), "sticky: %s renames", persons[i].name);
        returns(as(who, NR_rename, P("tmp/file"), P("tmp/gone"), 0, 0), want,
            name);
        snprintf(name, sizeof(name), "sticky: %s removes", persons[i].name);
        returns(as(who, NR_unlink, P(exists("tmp/gone") ? "tmp/gone"
            : "tmp/file"), 0, 0, 0), want, name);
        snprintf(name, sizeof(name), "sticky: %s moves a directory",
            persons[i].name);
        returns(as(who, NR_rename, P("tmp/dir"), P("tmp/gone"), 0, 0), want,
            name);
        snprintf(name, sizeof(name), "sticky: %s removes it",
            persons[i].name);
        returns(as(who, NR_rmdir, P(exists("tmp/gone") ? "tmp/gone"
            : "tmp/dir"), 0, 0, 0), want, name);
        clear_sticky();
    }
    sticky_files();
    returns(as(&student, NR_rename, P("tmp/file"), P("tmp/others"), 0, 0),
        -EPERM, "sticky: a rename over another's file");
    returns(as(&other, NR_rename, P("tmp/others"), P("tmp/file"), 0, 0),
        -EPERM, "sticky: by either");
    is(as(&student, NR_open, P("tmp/new"), O_WRONLY | O_CREAT, 0644, 0), 0,
        "sticky: anyone makes files");
    is(as(&student, NR_rename, P("tmp/new"), P("tmp/file"), 0, 0), 0,
        "sticky: and renames them over his own");
    is(as(&other, NR_open, P("tmp/file"), O_RDONLY, 0, 0), 0,
        "sticky: a file is opened by its mode");
    chmod("tmp", 0777);
    file_of(&student, "tmp/file", 0600);
    is(as(&other, NR_unlink, P("tmp/file"), 0, 0, 0), 0,
        "not sticky: anyone removes anything");
    clear_sticky();
}

int
main(void)
{
    enter_work();
    test_write();
    test_new();
    test_move();
    test_sticky();
    leave_work();
    return done();
}
