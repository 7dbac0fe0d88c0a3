/*
 * proc_links.c: the links of /proc lead to the file that a process uses, not to
 * a path: also when the file has a new name, or no name any more.
 */
#include "tap.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

static char text[5000];

static const char *
link_of(const char *path)
{
    ssize_t n = readlink(path, text, sizeof(text) - 1);

    text[n > 0 ? n : 0] = '\0';
    return text;
}

/* => what the link of descriptor fd says behind our directory's path */
static const char *
link_of_fd(int fd)
{
    char path[64], here[4096];

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    getcwd(here, sizeof(here));
    size_t n = strlen(here);
    return strncmp(link_of(path), here, n) == 0 ? text + n : text;
}

static int
same(const char *a, const char *b)
{
    struct stat one, other;

    return stat(a, &one) == 0 && stat(b, &other) == 0
        && one.st_ino == other.st_ino && one.st_dev == other.st_dev;
}

static int
ends_with(const char *whole, const char *end)
{
    size_t n = strlen(whole), m = strlen(end);

    return n >= m && strcmp(whole + n - m, end) == 0;
}

static void
test_self(void)
{
    char pid[32], path[64];
    struct stat st;

    snprintf(pid, sizeof(pid), "%d", (int)getpid());
    snprintf(path, sizeof(path), "/proc/%d", (int)getpid());
    is_str(link_of("/proc/self"), pid, "/proc/self is a link to the pid");
    ok(lstat("/proc/self", &st) == 0 && S_ISLNK(st.st_mode), "so says lstat");
    ok(stat("/proc/self", &st) == 0 && S_ISDIR(st.st_mode), "stat follows");
    ok(open("/proc/self", O_RDONLY | O_NOFOLLOW) < 0 && errno == ELOOP,
        "open need not");
    chdir("/proc/self");
    is_str(getcwd(text, sizeof(text)), path, "getcwd tells the pid");
}

static void
test_cwd(void)
{
    char here[4096];

    mkdir("in", 0755);
    chdir("in");
    getcwd(here, sizeof(here));
    is_str(link_of("/proc/self/cwd"), here, "cwd is where we stand");
    ok(same("/proc/self/cwd/../in", "."), "a path may lead through it");
    rename("../in", "../moved");
    ok(ends_with(link_of("/proc/self/cwd"), "/moved"), "and follows it");
    rmdir("../moved");
    ok(ends_with(link_of("/proc/self/cwd"), "/moved (deleted)"),
        "though it is removed");
    ok(same("/proc/self/cwd", "."), "it can be found");
    chdir("..");
}

static void
test_fd(void)
{
    char path[64], byte = 0;
    struct stat st;

    int fd = open("a", O_RDWR | O_CREAT | O_TRUNC, 0644);
    write(fd, "x", 1);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    is_str(link_of_fd(fd), "/a", "a descriptor's link has the path");
    ok(same(path, "a"), "and leads to the file");
    rename("a", "b");
    is_str(link_of_fd(fd), "/b", "also when it is renamed");
    link("b", "c");
    unlink("b");
    ok(same(path, "c"), "or has a second name, and loses the first");
    unlink("c");
    ok(ends_with(link_of_fd(fd), " (deleted)"), "without a name it is deleted");
    int again = open(path, O_RDONLY);
    is(read(again, &byte, 1), 1, "but can be opened");
    is(byte, 'x', "and read");
    ok(fstat(again, &st) == 0 && st.st_nlink == 0, "it has no name");
    is(linkat(AT_FDCWD, path, AT_FDCWD, "d", AT_SYMLINK_FOLLOW), -1,
        "and gets none again");
    is(errno, ENOENT, "ENOENT");
    close(again);
    close(fd);
    ok(lstat(path, &st) < 0 && errno == ENOENT, "closed, it has no link");
    ok(lstat("/proc/self/fd/01", &st) < 0 && errno == ENOENT,
        "a number has no zeros before it");
    ok(lstat("/proc/self/fd/x", &st) < 0 && errno == ENOENT, "nor letters");
}

static void
test_pipe(void)
{
    char name[64];
    struct stat st;
    int ends[2];

    pipe(ends);
    fstat(ends[0], &st);
    snprintf(name, sizeof(name), "pipe:[%lu]", (unsigned long)st.st_ino);
    is_str(link_of_fd(ends[0]), name, "a pipe has its number for a name");
    is_str(link_of_fd(ends[1]), name, "at both ends");
    close(ends[0]);
    close(ends[1]);
}

/* /dev/stdin and its like lead where descriptors 0 to 2 do. */
static void
test_standard(void)
{
    static const char *const names[] = {"/dev/stdin", "/dev/stdout",
                                        "/dev/stderr"};
    char byte = 0;
    int ends[2];

    for (int i = 0; i < 3; i++) {
        char path[64];
        snprintf(path, sizeof(path), "/proc/self/fd/%d", i);
        is_str(link_of(names[i]), path, names[i]);
        ok(same(names[i], path), "leads to the file");
    }
    int old = dup(0);
    pipe(ends);
    dup2(ends[0], 0);
    write(ends[1], "x", 1);
    int again = open("/dev/stdin", O_RDONLY);
    ok(again >= 0, "a pipe that is descriptor 0 can be opened by it");
    is(read(again, &byte, 1), 1, "and read");
    is(byte, 'x', "what was written comes");
    dup2(old, 0);
    close(again);
    close(old);
    close(ends[0]);
    close(ends[1]);
}

/* => how often each of the two is listed in /proc/PID/fd: 1 and 1 are 11 */
static int
listed(pid_t pid, int one, int other)
{
    char path[64];
    int found = 0;

    snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
    DIR *dir = opendir(path);
    struct dirent *entry;
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] != '.') {
            found += atoi(entry->d_name) == one ? 10 : 0;
            found += atoi(entry->d_name) == other;
        }
    }
    closedir(dir);
    return found;
}

/* Another process, which stays where it is while we look. */
static void
test_other(void)
{
    char path[64], byte;
    int ready[2], stay[2];

    pipe(ready);
    pipe(stay);
    pid_t pid = fork();
    if (pid == 0) {
        mkdir("theirs", 0755);
        chdir("theirs");
        dup2(open("f", O_RDWR | O_CREAT, 0644), 77);
        write(ready[1], "", 1);
        close(stay[1]);
        read(stay[0], &byte, 1);
        _exit(0);
    }
    read(ready[0], &byte, 1);
    is(listed(pid, 77, 99), 10, "what another process has open is listed");
    snprintf(path, sizeof(path), "/proc/%d/fd/77", (int)pid);
    ok(same(path, "theirs/f"), "and can be reached");
    snprintf(path, sizeof(path), "/proc/%d/cwd", (int)pid);
    ok(same(path, "theirs"), "as where it stands");
    snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
    ok(same(path, "/proc/self/exe"), "and its program");
    close(stay[1]);
    waitpid(pid, NULL, 0);
    ok(readlink(path, text, 1) < 0 && errno == ENOENT, "until it is gone");
    unlink("theirs/f");
    rmdir("theirs");
}

static void
copy_to(const char *from, const char *to)
{
    int in = open(from, O_RDONLY);
    int out = open(to, O_WRONLY | O_CREAT, 0755);
    ssize_t n;

    while ((n = read(in, text, sizeof(text))) > 0) {
        write(out, text, (size_t)n);
    }
    close(in);
    close(out);
}

/* As a copy of this program, which has removed itself.  => what holds */
static int
copied(void)
{
    int good = ends_with(link_of("/proc/self/exe"), "/copy");

    unlink("copy");
    good += ends_with(link_of("/proc/self/exe"), "/copy (deleted)");
    int fd = open("/proc/self/exe", O_RDONLY);
    good += read(fd, text, 4) == 4 && memcmp(text, "\177ELF", 4) == 0;
    return good;
}

static void
test_exe(void)
{
    char *argv[] = { "copy", "copy", NULL };
    int status;

    ok(ends_with(link_of("/proc/self/exe"), "/proc_links"), "exe is this");
    copy_to("/proc/self/exe", "copy");
    pid_t pid = fork();
    if (pid == 0) {
        execv("copy", argv);
        _exit(99);
    }
    waitpid(pid, &status, 0);
    is(WEXITSTATUS(status), 3, "exe tells of a program that was removed");
}

int
main(int argc, char *argv[])
{
    if (argc == 2 && strcmp(argv[1], "copy") == 0) {
        return copied();
    }
    test_cwd();
    test_fd();
    test_pipe();
    test_standard();
    test_other();
    test_exe();
    test_self();
    return done();
}
