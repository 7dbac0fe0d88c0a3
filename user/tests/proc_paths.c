/*
 * proc_paths.c: the links in /proc: their owners, their texts, and that each
 * leads to the file itself, even after its name has changed.
 */
#include "names.h"

#include <dirent.h>

static char here[600], text[700];

static const char *
number(const char *format, long n)
{
    static char name[64];

    snprintf(name, sizeof(name), format, n);
    return name;
}

static const char *
below(const char *name, const char *more)
{
    snprintf(text, sizeof(text), "%s/%s%s", here, name, more);
    return text;
}

static ino_t
inode_at(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? st.st_ino : 0;
}

static void
test_self(void)
{
    struct stat st;
    char short_buf[1];

    is_str(target_of("/proc/self"), number("%ld", getpid()),
        "/proc/self is the process");
    is(lstat("/proc/self", &st), 0, "lstat");
    ok(S_ISLNK(st.st_mode), "says it is a link");
    is(stat("/proc/self", &st), 0, "stat");
    ok(S_ISDIR(st.st_mode), "says where it leads");
    is(readlink("/proc/self", short_buf, 1), 1, "a short buffer is filled");
    is(atoi(text_of("/proc/self/stat")), getpid(), "its stat is the process's");
    pid_t pid = must_fork();
    if (pid == 0) {
        _exit(strcmp(target_of("/proc/self"), number("%ld", getpid())) ? 4
                                                                       : 3);
    }
    int status;
    waitpid(pid, &status, 0);
    exited(status, 3, "in a child it is another");
}

static void
test_cwd(void)
{
    int ends[2];
    char c;

    mkdir("a", 0755);
    put("a/in", "inner");
    is_str(target_of("/proc/self/cwd"), here, "cwd says what getcwd does");
    chdir("a");
    is_str(target_of("/proc/self/cwd"), below("a", ""), "and follows chdir");
    is_str(text_of("/proc/self/cwd/in"), "inner", "it can be walked");
    rename("../a", "../b");
    is_str(target_of("/proc/self/cwd"), below("b", ""), "and rename");
    pipe(ends);
    pid_t pid = must_fork();
    if (pid == 0) {
        read(ends[0], &c, 1);
        _exit(0);
    }
    is(chdir("/proc/self/cwd/.."), 0, "chdir through it");
    is_str(getcwd(text, sizeof(text)), here, "is to the directory");
    char name[64];
    strcpy(name, number("/proc/%ld/cwd", pid));
    is_str(target_of(name), below("b", ""), "a child's is its own");
    strcat(name, "/in");
    is_str(text_of(name), "inner", "and leads there");
    unlink("b/in");
    rmdir("b");
    strcpy(name, number("/proc/%ld/cwd", pid));
    is_str(target_of(name), below("b", " (deleted)"), "it may be gone");
    struct stat st;
    ok(stat(name, &st) == 0 && S_ISDIR(st.st_mode), "and is there");
    write(ends[1], "!", 1);
    waitpid(pid, NULL, 0);
    fails(readlink(name, text, 100), ENOENT, "the child is no more");
    close(ends[0]);
    close(ends[1]);
}

static void
test_fd(void)
{
    char name[64], c;
    int fd, again;

    put("f", "bytes");
    fd = open("f", O_RDONLY);
    strcpy(name, number("/proc/self/fd/%ld", fd));
    ok(S_ISLNK(stat_of(name).st_mode), "fd has a link for a descriptor");
    is_str(target_of(name), below("f", ""), "to what is open");
    ok(inode_at(name) == stat_of("f").st_ino, "stat leads there");
    read(fd, &c, 1);
    again = open(name, O_RDWR);
    ok(again >= 0, "it can be opened again, otherwise");
    is(read(again, &c, 1), 1, "with an offset of its own");
    is(c, 'b', "at the beginning");
    is(write(again, "Y", 1), 1, "and other rights");
    close(again);
    rename("f", "g");
    is_str(target_of(name), below("g", ""), "it follows rename");
    unlink("g");
    is_str(target_of(name), below("g", " (deleted)"), "and unlink");
    is_str(text_of(name), "bYtes", "and leads to the file without a name");
    fails(open(name, O_RDONLY | O_NOFOLLOW), ELOOP, "O_NOFOLLOW");
    is(chmod(name, 0600), 0, "chmod goes through it");
    struct stat st;
    fstat(fd, &st);
    is(st.st_mode & 07777, 0600, "to the file");
    close(fd);
    fails(readlink(name, text, 100), ENOENT, "a closed one is gone");
    ok(!exists("/proc/self/fd/x"), "a word is no descriptor");
    ok(!exists("/proc/self/fd/-1"), "nor is this");
    ok(!exists("/proc/self/fd/00"), "or that");
    fd = open(".", O_RDONLY);
    strcpy(name, number("/proc/self/fd/%ld", fd));
    is_str(target_of(name), here, "a directory has its path");
    put("in", "inner");
    strcat(name, "/in");
    is_str(text_of(name), "inner", "and can be walked");
    unlink("in");
    close(fd);
}

static void
test_pipe(void)
{
    char name[64], c = 0;
    int ends[2];

    pipe(ends);
    strcpy(name, number("/proc/self/fd/%ld", ends[0]));
    ok(strncmp(target_of(name), "pipe:[", 6) == 0, "a pipe is called one");
    is_str(target_of(name), number("pipe:[%ld]", (long)inode_at(name)),
        "by its number");
    int out = open(name, O_WRONLY);
    ok(out >= 0, "and can be opened");
    write(out, "x", 1);
    read(ends[0], &c, 1);
    is(c, 'x', "at its other end");
    close(out);
    close(ends[0]);
    close(ends[1]);
    is_str(target_of("/proc/self/fd/0"), "/dev/null", "a device has its path");
}

static void
test_list(void)
{
    int fd = dup2(0, 40), found = 0, strange = 0;
    DIR *dir = opendir("/proc/self/fd");
    struct dirent *entry;
    struct stat st;

    while ((entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] == '.') {
            continue;
        }
        int n = atoi(entry->d_name);
        found += n == 0 || n == 1 || n == 2 || n == fd || n == dirfd(dir);
        strange += fstat(n, &st) != 0;
    }
    closedir(dir);
    is(found, 5, "what is open is listed, the list itself, too");
    is(strange, 0, "and nothing else");
    close(fd);
}

/* A child: its files are its own; a zombie has none. */
static void
test_child(void)
{
    char name[64], c;
    int ends[2], told[2];

    put("f", "child's");
    pipe(ends);
    pipe(told);
    pid_t pid = must_fork();
    if (pid == 0) {
        dup2(open("f", O_RDONLY), 50);
        write(told[1], "!", 1);
        read(ends[0], &c, 1);
        _exit(0);
    }
    read(told[0], &c, 1);
    snprintf(name, sizeof(name), "/proc/%d/fd/50", pid);
    is_str(target_of(name), below("f", ""), "a child's descriptor");
    ok(!exists("/proc/self/fd/50"), "is not ours");
    is_str(text_of(name), "child's", "but can be opened");
    snprintf(name, sizeof(name), "/proc/%d/exe", pid);
    ok(inode_at(name) == inode_at("/proc/self/exe"), "its program is ours");
    close(told[1]);
    write(ends[1], "!", 1);
    read(told[0], &c, 1); /* its last descriptor was closed */
    for (int i = 0; i < 1000 && readlink(name, text, 100) > 0; i++) {
        nap(2); /* it is about to be a zombie */
    }
    fails(readlink(name, text, 100), ENOENT, "a zombie has no program");
    snprintf(name, sizeof(name), "/proc/%d/fd/50", pid);
    fails(readlink(name, text, 100), ENOENT, "and no files");
    waitpid(pid, NULL, 0);
    close(ends[0]);
    close(ends[1]);
    close(told[0]);
    unlink("f");
}

int
main(void)
{
    getcwd(here, sizeof(here));
    test_self();
    test_cwd();
    test_fd();
    test_pipe();
    test_list();
    test_child();
    return done();
}
