/*
 * name_space.c: mounts. A bind mount shows at a place what is at another; only
 * the processes of its name space see it, which a child has in common with its
 * parent until one of the two asks for its own.
 */
#include "users.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define BIND(from, to) mount(from, to, NULL, MS_BIND, NULL)

/* Whether the first bytes of the file are this word. */
static int
reads(const char *path, const char *word)
{
    return strcmp(text_of(path), word) == 0;
}

/* How the working directory ends. */
static int
here(const char *end)
{
    char buf[4096];
    size_t length = strlen(end);

    return getcwd(buf, sizeof(buf)) != NULL && strlen(buf) >= length
           && strcmp(buf + strlen(buf) - length, end) == 0;
}

static void
test_own_space(void)
{
    ok(unshare(CLONE_NEWNS) == 0
           && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0,
        "a name space of one's own, in which mounts are private");
    fails(unshare(CLONE_NEWNS | 0x40), EINVAL, "an unknown flag");
    fails(syscall(SYS_clone, CLONE_NEWNS | CLONE_FS | SIGCHLD, 0, 0, 0, 0),
        EINVAL, "clone: a new one, and a directory in common");
}

static void
test_bind(void)
{
    struct stat a, b;

    mkdir("a", 0755);
    mkdir("a/sub", 0755);
    mkdir("b", 0755);
    put("a/f", "of a");
    put("a/sub/g", "below a");
    put("b/f", "of b");
    is(BIND("a", "b"), 0, "a directory is bound to another");
    ok(reads("b/f", "of a") && reads("b/sub/g", "below a"),
        "there its names are found");
    stat("a", &a);
    stat("b", &b);
    ok(a.st_ino == b.st_ino && a.st_dev == b.st_dev, "it is the same inode");
    put("b/new", "made in b");
    ok(reads("a/new", "made in b"), "what is made in one is in both");
    unlink("a/new");
    is(chdir("b/sub"), 0, "the way down");
    ok(here("/b/sub"), "its path is that of the mount");
    ok(reads("../f", "of a") && reads("../../a/f", "of a"), "the way up");
    chdir("..");
    ok(here("/b"), "by .. once");
    chdir("..");
    ok(!here("/b") && reads("b/f", "of a"), "and once more, out of the mount");
    chdir("a/sub");
    ok(here("/a/sub"), "the other way down has its own path");
    chdir("../..");
}

static void
test_descriptor(void)
{
    int b = open("b", O_RDONLY | O_DIRECTORY);
    int sub = openat(b, "sub", O_PATH);
    struct stat st;

    is(fstatat(sub, "../../b/f", &st, 0), 0, "a descriptor knows its mount");
    fchdir(sub);
    ok(here("/b/sub"), "fchdir, too");
    fails(umount2("..", 0), EBUSY, "in use: EBUSY");
    chdir("../..");
    fails(umount2("b", 0), EBUSY, "descriptors in it are a use");
    close(b);
    close(sub);
}

static void
test_refused(void)
{
    fails(rmdir("b"), EBUSY, "rmdir of a mount");
    fails(rename("b", "c"), EBUSY, "rename of one");
    mkdir("c", 0755);
    fails(rename("c", "b"), EBUSY, "and over one");
    fails(rename("b/f", "f"), EXDEV, "rename out of it");
    fails(rename("a/f", "b/g"), EXDEV, "also to the same directory");
    fails(link("b/f", "f"), EXDEV, "link");
    fails(link("b/f", "a/sub"), EEXIST, "link, if the name is there");
    is(rename("b/f", "b/sub/f"), 0, "rename in it");
    is(rename("a/sub/f", "a/f"), 0, "and back by the other way");
    is(link("b/f", "b/h"), 0, "link in it");
    unlink("a/h");
    rmdir("c");
    fails(BIND("a/f", "b"), ENOTDIR, "a file to a directory");
    fails(BIND("b", "a/f"), ENOTDIR, "a directory to a file");
    fails(BIND("none", "b"), ENOENT, "what is not there");
    fails(BIND("a", "none"), ENOENT, "to what is not there");
    fails(BIND(NULL, "b"), EINVAL, "nothing");
    fails(BIND("", "b"), EINVAL, "an empty name");
    fails(BIND((char *)8, "b"), EFAULT, "a bad address");
    fails(mount("x", "b", "no such type", 0, NULL), ENODEV, "unknown type");
    fails(mount("x", "b", NULL, 0, NULL), EINVAL, "no type");
    fails(mount(NULL, "a", NULL, MS_PRIVATE, NULL), EINVAL,
        "private: it is no mount");
    fails(mount(NULL, "b", NULL, MS_PRIVATE | MS_SHARED, NULL), EINVAL,
        "private and shared");
    is(mount(NULL, "b", NULL, MS_PRIVATE, NULL), 0, "private: it is");
    fails(umount2("a", 0), EINVAL, "umount of what is no mount");
    fails(umount2("b/sub", 0), EINVAL, "or below one");
    fails(umount2("b", 64), EINVAL, "unknown flag");
    fails(umount2("none", 0), ENOENT, "of nothing");
}

static void
test_stack(void)
{
    mkdir("d", 0755);
    put("d/f", "of d");
    is(BIND("d", "b"), 0, "a second mount at the same place");
    ok(reads("b/f", "of d"), "covers the first");
    fails(rmdir("b"), EBUSY, "which is still there");
    is(umount2("b", 0), 0, "umount");
    ok(reads("b/f", "of a"), "uncovers it");
    is(umount2("b", 0), 0, "again");
    ok(reads("b/f", "of b"), "and what was there is there again");
    fails(umount2("b", 0), EINVAL, "no more");
}

static void
test_file(void)
{
    put("x", "of x");
    is(BIND("x", "d/f"), 0, "a file is bound to a file");
    ok(reads("d/f", "of x"), "and is read there");
    put("d/f", "X");
    ok(reads("x", "X"), "and written");
    fails(unlink("d/f"), EBUSY, "unlink of it");
    is(umount2("d/f", 0), 0, "umount");
    ok(reads("d/f", "of d"), "its own contents have not changed");
    unlink("x");
}

static void
test_recursive(void)
{
    mkdir("e", 0755);
    BIND("d", "a/sub");
    BIND("a", "b");
    ok(reads("b/sub/g", "below a"), "a mount below is not bound with it");
    umount2("b", 0);
    is(mount("a", "b", NULL, MS_BIND | MS_REC, NULL), 0, "but with MS_REC");
    ok(reads("b/sub/f", "of d"), "it is");
    BIND("b", "e");
    ok(reads("e/sub/g", "below a"), "a mount of a mount");
    is(umount2("e", 0), 0, "ends alone");
    fails(umount2("b", 0), EBUSY, "one with a mount in it does not");
    umount2("b/sub", 0);
    is(umount2("b", 0), 0, "before that");
    ok(reads("a/sub/f", "of d"), "the original stays");
    umount2("a/sub", 0);
    rmdir("e");
}

static void
test_detach(void)
{
    BIND("a", "b");
    BIND("d", "b/sub");
    chdir("b");
    is(umount2(".", MNT_DETACH), 0, "MNT_DETACH of what is in use");
    ok(reads("f", "of a"), "its users keep it");
    ok(reads("sub/g", "below a"), "without the mounts in it");
    ok(reads("../f", "of a"), "and have no way out");
    ok(!here("/b") && here("/"), "nor a path");
    /* EINVAL before Linux 6.15 */
    ok(BIND("sub", "sub") != 0 && (errno == ENOENT || errno == EINVAL),
        "nothing can be mounted in it");
    int status = unshare(CLONE_NEWNS);
    ok(status == 0 && reads("../f", "of a"), "and a new space has no other");
}

static int
in_space(int flags, int (*part)(void))
{
    int status = -1;
    pid_t pid = (pid_t)syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);

    if (pid == 0) {
        _exit(part());
    }
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int
child_binds(void)
{
    return BIND("a", "b") != 0 || !reads("b/f", "of a");
}

static int
child_unbinds(void)
{
    return umount2("b", 0) != 0 || !reads("b/f", "of b");
}

static int
child_unshares(void)
{
    return unshare(CLONE_NEWNS) != 0 || !reads("b/f", "of a")
           || umount2("b", 0) != 0;
}

static int
child_is_in_it(void)
{
    return !reads("f", "of a") || chdir("..") != 0 || !reads("b/f", "of a")
           || umount2("b", 0) != 0 || !reads("b/f", "of b");
}

static void
test_children(void)
{
    is(in_space(0, child_binds), 0, "a child mounts");
    ok(reads("b/f", "of a"), "its parent sees it");
    is(in_space(CLONE_NEWNS, child_unbinds), 0, "one with its own ends it");
    ok(reads("b/f", "of a"), "for itself");
    is(in_space(0, child_unshares), 0, "unshare is the same");
    ok(reads("b/f", "of a"), "for the parent, too");
    chdir("b");
    is(in_space(CLONE_NEWNS, child_is_in_it), 0,
        "a directory in a mount is, in the new space, in the copy");
    chdir("..");
    is(umount2("b", 0), 0, "which holds nothing of the parent's");
}

static void
test_not_root(void)
{
    setresuid(A, A, A);
    fails(unshare(CLONE_NEWNS), EPERM, "another user: unshare");
    fails(syscall(SYS_clone, CLONE_NEWNS | SIGCHLD, 0, 0, 0, 0), EPERM,
        "clone");
    fails(BIND("/", "/"), EPERM, "mount");
    fails(mount("x", "/none", NULL, 0, NULL), ENOENT,
        "but first the target is looked up");
    fails(umount2("/", 0), EPERM, "umount");
    fails(umount2("/", 64), EINVAL, "but first the flags are looked at");
}

static int
child_empties(void)
{
    return umount2("/", MNT_DETACH) != 0 || !reads("b/f", "of b")
           || BIND("a", "b") == 0 || (errno != EINVAL && errno != ENOENT);
}

static void
test_empty(void)
{
    BIND("a", "b");
    is(in_space(CLONE_NEWNS, child_empties), 0,
        "a space without mounts: the root is what there is");
    ok(reads("b/f", "of a"), "in that one");
    umount2("b", 0);
}

static int
in_one_space(void *unused)
{
    (void)unused;
    test_own_space();
    test_bind();
    test_descriptor();
    test_refused();
    test_stack();
    test_file();
    test_recursive();
    test_children();
    test_empty();
    test_not_root();
    return 0;
}

static int
in_another(void *unused)
{
    (void)unused;
    unshare(CLONE_NEWNS);
    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
    test_detach();
    return 0;
}

int
main(void)
{
    in_turn(in_one_space);
    in_turn(in_another);
    ok(reads("b/f", "of b"), "outside nothing was ever mounted");
    return done();
}
