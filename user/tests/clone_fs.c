/*
 * clone_fs.c: processes that share working directory and umask for good
 * (CLONE_FS). They stay shared after an exec; a fork copies them.
 *
 * The program executes itself: with an argument it is one of the children.
 */
#include "tap.h"

#include "clone.h"
#include <sys/stat.h>

static struct gate go, back; /* for the child; for its parent */
static char home[512];
static const char *self;

/* Where we are: in the directory where the test began, or its name. */
static const char *
place(void)
{
    static char path[512];

    if (getcwd(path, sizeof(path)) == NULL) {
        return "nowhere";
    }
    if (strcmp(path, home) == 0) {
        return "home";
    }
    return strrchr(path, '/');
}

static unsigned
mask(void)
{
    unsigned old = umask(0);

    umask(old);
    return old;
}

static int
move(void *arg)
{
    umask(027);
    return chdir(arg) == 0 ? 0 : errno;
}

static void
test_shares(void)
{
    is(ended(start(CLONE_FS, move, (void *)"a")), 0, "a child moves");
    is_str(place(), "/a", "and its parent with it");
    is(mask(), 027, "one umask, too");
    int fd = open("file", O_CREAT | O_RDWR, 0666);
    struct stat info;
    fstat(fd, &info);
    is(info.st_mode & 0777, 0640, "which decides for both");
    close(fd);
    is(stat("../a/file", &info), 0, "paths start there");
    unlink("file");
    is(ended(start(CLONE_FS | CLONE_VM, move, (void *)"../b")), 0,
        "so does a child in the same memory");
    is_str(place(), "/b", "and its parent with it");
    is(ended(start(CLONE_FS | CLONE_VM | CLONE_VFORK, move, home)), 0,
        "and a child of vfork");
    is_str(place(), "home", "and its parent with it");
    umask(022);
}

static void
test_not_shared(void)
{
    is(ended(start(0, move, (void *)"a")), 0, "a child without moves alone");
    is_str(place(), "home", "its parent stays");
    is(ended(start(CLONE_VM | CLONE_FILES, move, (void *)"a")), 0,
        "also with one memory and one table");
    is_str(place(), "home", "its parent stays");
    is(mask(), 022, "and keeps its umask");
}

static int
exec_mover(void *arg)
{
    char *args[] = { (char *)self, (char *)arg, NULL };
    char *none[] = { NULL };

    execve(self, args, none);
    return 99;
}

static void
test_exec(void)
{
    is(ended(start(CLONE_FS, exec_mover, (void *)"a")), 0,
        "a child executes a program that moves");
    is_str(place(), "/a", "and its parent with it");
    chdir(home);
    umask(022);
}

static int
fork_inside(void *arg)
{
    return WEXITSTATUS(in_child(move, arg));
}

/* Moves after its parent has.  => whether it was where its parent went */
static int
follow(void *arg)
{
    gate_wait(&go);
    int seen = strcmp(place(), "nowhere") == 0;
    move(arg);
    gate_open(&back);
    gate_wait(&go);
    return seen;
}

static void
test_sides(void)
{
    gate_make(&go);
    gate_make(&back);
    is(ended(start(CLONE_FS, fork_inside, (void *)"a")), 0, "one of two forks");
    is_str(place(), "home", "its child moves alone");
    pid_t pid = start(CLONE_FS, follow, home);
    chdir("b");
    rmdir("../b");
    gate_open(&go);
    gate_wait(&back);
    is_str(place(), "home", "two move, one after the other");
    gate_open(&go);
    is(ended(pid), 1, "one into a directory that is no more");
    gate_close(&go);
    gate_close(&back);
}

int
main(int argc, char **argv)
{
    if (argc == 2) {
        return move(argv[1]);
    }
    getcwd(home, sizeof(home));
    self = argv[0];
    mkdir("a", 0755);
    mkdir("b", 0755);
    test_shares();
    test_not_shared();
    test_exec();
    test_sides();
    rmdir("a");
    return done();
}
