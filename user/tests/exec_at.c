/*
 * exec_at.c: execveat and fexecve: by a descriptor, from a directory's, links,
 * and scripts, which their interpreter finds in /dev/fd. The programs are
 * copies of this one, which say what they got.
 */
#include "pidfdspec.h"
#include "self.h"

#include <sys/stat.h>

/* Write [argument][argument] but for descriptors, which are [fd]. */
static int
show(int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        int is_fd = strncmp(argv[i], "/dev/fd/", 8) == 0
                    && strspn(argv[i] + 8, "0123456789") > 0;
        size_t digits = is_fd ? strspn(argv[i] + 8, "0123456789") : 0;
        printf(is_fd ? "[fd%s]" : "[%s]", argv[i] + (is_fd ? 8 + digits : 0));
    }
    fflush(stdout);
    return 0;
}

/* What the program writes, or the error of its exec. */
static const char *
run(int fd, const char *path, int flags)
{
    static char text[512];
    char *const argv[] = { "zero", "a", NULL };
    char *const envp[] = { "SHOW=", NULL };
    size_t have = 0;
    ssize_t n;
    int ends[2];

    pipe(ends);
    pid_t pid = must_fork();
    if (pid == 0) {
        dup2(ends[1], 1);
        const long arg[6] = { fd, P(path), P(argv), P(envp), flags, 0 };
        const char *name = errno_name(-(int)raw_v(CALL_execveat, arg));
        write(1, name, strlen(name));
        _exit(1);
    }
    close(ends[1]);
    while ((n = read(ends[0], text + have, sizeof(text) - 1 - have)) > 0) {
        have += (size_t)n;
    }
    text[have] = '\0';
    close(ends[0]);
    waitpid(pid, NULL, 0);
    return text;
}

static void
script(const char *name, const char *text)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0755);

    write(fd, text, strlen(text));
    close(fd);
}

static void
test_programs(int dir)
{
    int fd = open("d/prog", O_RDONLY | O_CLOEXEC);
    int path = open("d/prog", O_PATH);
    int writes = open("plain", O_RDWR | O_CREAT, 0755);
    int link = open("d/link", O_PATH | O_NOFOLLOW);

    is_str(run(AT_FDCWD, "d/prog", 0), "[zero][a]", "a path from here");
    is_str(run(dir, "prog", 0), "[zero][a]", "from a directory");
    is_str(run(dir, "link", 0), "[zero][a]", "through a link");
    is_str(run(dir, "link", AT_SYMLINK_NOFOLLOW), "ELOOP", "not through it");
    is_str(run(dir, "prog", AT_SYMLINK_NOFOLLOW), "[zero][a]",
        "a program is no link");
    is_str(run(fd, "", AT_EMPTY_PATH), "[zero][a]", "an open file");
    is_str(run(path, "", AT_EMPTY_PATH), "[zero][a]", "one of O_PATH");
    is_str(run(dir, "prog", AT_EMPTY_PATH), "[zero][a]",
        "the flag is for an empty path only");
    is_str(run(link, "", AT_EMPTY_PATH), "ELOOP", "a link itself");
    is_str(run(fd, "", 0), "ENOENT", "an empty path without the flag");
    is_str(run(fd, "x", 0), "ENOTDIR", "a path from a file");
    is_str(run(dir, "none", 0), "ENOENT", "no such name");
    is_str(run(dir, "", AT_EMPTY_PATH), "EACCES", "a directory");
    is_str(run(999, "", AT_EMPTY_PATH), "EBADF", "no descriptor");
    is_str(run(999, "prog", 0), "EBADF", "nor for a path");
    is_str(run(dir, "prog", 1 << 20), "EINVAL", "unknown flags");
    is_str(run(dir, (char *)8, 0), "EFAULT", "a bad address");
    is_str(run(writes, "", AT_EMPTY_PATH), "ETXTBSY", "one open for writing");
    close(link);
    close(writes);
    close(path);
    close(fd);
    unlink("plain");
}

static void
test_scripts(int dir)
{
    int fd = open("d/script", O_RDONLY);
    int closes = open("d/script", O_RDONLY | O_CLOEXEC);
    int late = open("d", O_RDONLY | O_CLOEXEC);

    is_str(run(fd, "", AT_EMPTY_PATH), "[d/prog][one][fd][a]",
        "a script is named by its descriptor");
    is_str(run(dir, "script", 0), "[d/prog][one][fd/script][a]",
        "or from its directory's");
    is_str(run(AT_FDCWD, "d/script", 0), "[d/prog][one][d/script][a]",
        "or by its path");
    is_str(run(closes, "", AT_EMPTY_PATH), "ENOENT",
        "if exec closes that, it cannot be found");
    is_str(run(late, "script", 0), "ENOENT", "nor from there");
    is_str(run(late, "prog", 0), "[zero][a]", "a program can");
    close(late);
    close(closes);
    close(fd);
}

static int
by_fexecve(void *unused)
{
    char *const argv[] = { "zero", NULL }, *const envp[] = { "EXIT=", NULL };

    (void)unused;
    fexecve(open("d/prog", O_RDONLY), argv, envp);
    return 1;
}

int
main(int argc, char **argv)
{
    if (getenv("SHOW") != NULL) {
        return show(argc, argv);
    }
    if (getenv("EXIT") != NULL) {
        return 42;
    }
    mkdir("d", 0755);
    copy_self("d/prog");
    script("d/script", "#!d/prog one\n");
    symlink("prog", "d/link");
    int dir = open("d", O_RDONLY);
    test_programs(dir);
    test_scripts(dir);
    exited(in_child(by_fexecve, NULL), 42, "fexecve");
    close(dir);
    unlink("d/prog");
    unlink("d/link");
    unlink("d/script");
    rmdir("d");
    return done();
}
